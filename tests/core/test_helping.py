"""Work done ahead by helpers: the same results and errors as without them, and no process is left."""

from __future__ import annotations

import multiprocessing
import os
import signal

import pytest

from detente.core import Helpers


def place(number: int) -> tuple[int, int]:
    return 3 * number, os.getpid()


def failing(number: int) -> int:
    raise ValueError(f"number {number}")


def killed(here: int) -> bool:
    """End the process that does this, unless it is the one that asked."""
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return True


def unlike(here: int) -> object:
    """What cannot be sent anywhere, but from the process that asked."""
    return here if os.getpid() == here else lambda: None


def test_helpers_do_what_is_asked_and_what_they_cannot_is_done_here() -> None:
    here = os.getpid()
    with Helpers(2, ["fractions"]) as helpers:
        first, wrong, odd = helpers.begin(place, 1), helpers.begin(failing, 2), helpers.begin(unlike, here)
        assert all(later.settled.wait(60) for later in (first, wrong, odd))
        value, process = first.result()
        assert value == 3
        assert process != here
        assert first.result() is first.result()
        with pytest.raises(ValueError, match="number 2") as caught:
            wrong.result()
        assert caught.traceback[-1].name == "failing"  # met here, where it can be looked at
        assert odd.result() == here
        last = helpers.begin(killed, here)
        assert last.settled.wait(60)
        assert last.result()
        assert helpers.begin(place, 4).result() == (12, here)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_no_helper_is_left_when_a_block_is_broken_off(error) -> None:
    def broken_off() -> None:
        with Helpers(2) as helpers:
            helpers.begin(place, 1)
            raise error

    with pytest.raises(error):
        broken_off()
    assert not multiprocessing.active_children()


def test_where_no_process_starts_everything_is_done_here(monkeypatch) -> None:
    def refuse(self: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(multiprocessing.get_context("spawn").Process, "start", refuse)
    with Helpers(3) as helpers:
        assert helpers.begin(place, 1).result() == (3, os.getpid())


@pytest.mark.parametrize(("cores", "others"), [({0}, 0), ({0, 1}, 1), (set(range(8)), 1)])
def test_how_many_helpers_there_are_when_nobody_says(monkeypatch, cores, others) -> None:
    begun = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: cores, raising=False)
    monkeypatch.setattr(
        multiprocessing.get_context("spawn").Process, "start", lambda self: begun.append(self) or refused()
    )
    with Helpers():
        assert len(begun) == others


def refused() -> None:
    raise OSError
