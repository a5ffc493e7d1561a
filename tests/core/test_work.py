"""Work in chunks: the same results in the same order wherever it is done; processes end when we do."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hypothesis import given, settings, strategies as st

from detente.core import Local, Pool, Remote, run, work


def scaled(factor: int, number: int) -> tuple[int, int]:
    return factor * number, os.getpid()


def failing(factor: int, number: int) -> int:
    if number == 2:
        raise ValueError(f"chunk {number}")
    return factor * number


def of_threads(names: tuple[str, ...], _: int) -> list[str | None]:
    return [os.environ.get(name) for name in names]


def nobody_is_left(seconds: float = 5) -> bool:
    """Whether no process of ours is left, once the thread that keeps the books of a pool has noticed."""
    last = time.monotonic() + seconds
    while multiprocessing.active_children() and time.monotonic() < last:
        time.sleep(0.01)
    return not multiprocessing.active_children()


def test_results_are_the_same_in_the_same_order_wherever_it_is_done() -> None:
    here, told = [3 * k for k in range(5)], []
    with ThreadPoolExecutor(2) as executor:
        for on, elsewhere in ((None, False), (Local(), False), (Pool(2), True), (Remote(executor), False)):
            told.clear()
            found = run(scaled, 3, range(5), on=on, arrived=lambda k, result: told.append((k, result[0])))
            assert [value for value, _ in found] == here
            assert sorted(told) == list(enumerate(here))
            assert (os.getpid() not in {process for _, process in found}) == elsewhere
    assert run(scaled, 3, [], on=Pool(2)) == []
    assert work._received == []


@pytest.mark.parametrize(
    ("workers", "cores", "chunks", "few", "processes"),
    [
        (1, 8, 9, 2, 1),
        (2, 8, 3, 2, 1),
        (2, 8, 4, 2, 2),
        (8, 8, 9, 2, 4),
        (None, 3, 9, 2, 3),
        (None, None, 9, 2, 1),
        (8, 1, 3, 1, 3),
    ],
)
def test_how_many_processes(monkeypatch, workers, cores, chunks, few, processes) -> None:
    """At least `few` chunks each; one process is this one."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(cores or 1)), raising=False)
    assert Pool(workers).processes(chunks, few) == processes


@pytest.mark.parametrize("threads", [1, 2, None])
def test_processes_have_their_threads_and_leave_what_was_set(monkeypatch, threads) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
    found = run(of_threads, names, range(2), on=Pool(2, threads=threads))
    assert found == 2 * [["7", None, "3"] if threads is None else [str(threads)] * 3]
    assert [os.environ.get(name) for name in names] == ["7", None, "3"]


@pytest.mark.parametrize("on", [Local(), Pool(2)])
def test_the_first_failure_ends_it_and_leaves_no_process(on) -> None:
    with pytest.raises(ValueError, match="chunk 2"):
        run(failing, 3, range(50), on=on)
    assert nobody_is_left()


@pytest.mark.parametrize("on", [Local(), Pool(2)])
def test_what_is_raised_on_the_way_ends_it_too(on) -> None:
    """Such as Ctrl-C."""

    def stop(position: int, result: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(scaled, 3, range(4), on=on, arrived=stop)
    assert nobody_is_left()


def test_what_somebody_elses_pool_has_not_begun_is_taken_back() -> None:
    futures: list[Future] = []
    go = threading.Event()

    def first_then_wait(shared: threading.Event, number: int) -> int:
        if number:
            shared.wait(10)
        return number

    def stop(position: int, result: object) -> None:
        raise KeyboardInterrupt

    class Watched(ThreadPoolExecutor):
        def submit(self, *words, **named):
            futures.append(super().submit(*words, **named))
            return futures[-1]

    with Watched(1) as executor:
        with pytest.raises(KeyboardInterrupt):
            run(first_then_wait, go, range(20), on=Remote(executor), arrived=stop)
        go.set()
    assert all(future.cancelled() for future in futures[2:])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(-100, 100), max_size=12), st.integers(1, 4))
def test_order_is_kept_whatever_the_threads(numbers: list[int], threads: int) -> None:
    with ThreadPoolExecutor(threads) as executor:
        assert run(pow, 3, [abs(k) for k in numbers], on=Remote(executor)) == [3 ** abs(k) for k in numbers]
