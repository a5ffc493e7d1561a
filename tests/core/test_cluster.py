"""Work on a cluster of Dask: the same bytes, what is shared sent once, and nothing lost with a worker."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import CancelledError, Future
from pathlib import Path

import numpy as np
import pytest

from detente.cli.draws import Drawing
from detente.cli.playing import where
from detente.core import Cluster, InputError, Pool, cluster, run, stream
from detente.core.cluster import installed
from detente.core.work import _do_lent
from detente.equilibrium import Policy, solve_many
from detente.world import toy

PROCESSES = "DETENTE_CLUSTER_TEST"


def drawn(economy, index, random):
    return Policy.unchanged(economy).duty("USA", "CHN").add_points(random.uniform(0, 0.5))


def deadly(mark: Path, economy, index, random):
    """Kills its process once, in the middle."""
    if index == 20 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return drawn(economy, index, random)


def failing(factor: int, number: int) -> int:
    raise ValueError(f"chunk {number} of {factor}")


class Counted:
    """Counts how often it was sent somewhere."""

    sent = 0

    def __reduce__(self):
        type(self).sent += 1
        return (Counted, ())


def second(shared: Counted, number: int) -> int:
    return number


def test_two_workers_give_the_same_bytes_and_get_what_is_shared_once() -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra `detente[cluster]`")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as workers:
        there = Cluster(workers.scheduler_address)
        assert run(pow, 2, range(5), on=there) == [1, 2, 4, 8, 16]
        assert sorted(stream(pow, 2, range(40), on=there)) == [(k, 2**k) for k in range(40)]
        with pytest.raises(ValueError, match="chunk 0 of 3"):
            run(failing, 3, [0], on=there)
        Counted.sent = 0
        assert run(second, Counted(), range(30), on=there) == list(range(30))
        assert Counted.sent <= 2  # not thirty
        remote = solve_many(toy(), drawn, 30, chunk=8, executor=there).column("real_income_hat")
    assert remote.tobytes() == solve_many(toy(), drawn, 30, chunk=8).column("real_income_hat").tobytes()


@pytest.mark.skipif(
    PROCESSES not in os.environ, reason=f"starts processes for ten seconds: {PROCESSES}=1 runs it"
)
def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra `detente[cluster]`")
    mark = tmp_path / "killed"
    make = functools.partial(deadly, mark)
    many = solve_many(toy(), make, 64, chunk=4, executor=Cluster(workers=2), folder=tmp_path / "study")
    assert mark.exists()
    here = solve_many(toy(), drawn, 64, chunk=4).column("real_income_hat")
    assert np.array_equal(many.column("real_income_hat"), here)


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert where(3, None) == Pool(3)
    assert where(None, "tcp://a:1") == Drawing(8, 1, cluster="tcp://a:1").on == Cluster("tcp://a:1")
    with pytest.raises(InputError, match="workers of its own"):
        where(3, "tcp://a:1")
    with pytest.raises(InputError, match="workers of its own"):
        Drawing(8, 1, 2, "tcp://a:1").check()
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="not installed") as said:
        run(pow, 2, [1], on=Cluster("tcp://127.0.0.1:9"))
    assert "detente[cluster]" in str(said.value.hint)


def test_an_address_where_nobody_answers_is_said() -> None:
    pytest.importorskip("distributed", reason="needs the extra `detente[cluster]`")
    with pytest.raises(InputError, match="no cluster answers"):
        run(pow, 2, [1], on=Cluster("nonsense", wait=0.3))
    silent = socket.create_server(("127.0.0.1", 0))  # Dask alone would wait for it for ever
    with silent, pytest.raises(InputError, match="said nothing for"):
        run(pow, 2, [1], on=Cluster(f"tcp://127.0.0.1:{silent.getsockname()[1]}", wait=0.3))
    other = socket.create_server(("127.0.0.1", 0))

    def greet() -> None:
        for _ in range(2):
            caller, _ = other.accept()
            with caller, contextlib.suppress(OSError):
                caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with other:
        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(InputError, match="no scheduler of Dask"):
            run(pow, 2, [1], on=Cluster(f"tcp://127.0.0.1:{other.getsockname()[1]}", wait=5.0))


def test_a_refused_connection_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the usual 20 seconds to wait: those are for a scheduler that is there, or was."""
    pytest.importorskip("distributed", reason="needs the extra `detente[cluster]`")
    monkeypatch.setattr(cluster, "REFUSED", 0.1)
    began = time.monotonic()
    with pytest.raises(InputError, match="nothing listens there"):
        run(pow, 2, [1], on=Cluster("tcp://127.0.0.1:9"))
    assert time.monotonic() - began < 10
    known = "tcp://127.0.0.1:9"
    monkeypatch.setattr(cluster, "_answered", {known})
    began = time.monotonic()
    with pytest.raises(InputError, match="nothing listens there"):
        run(pow, 2, [1], on=Cluster(known, wait=0.6))
    assert time.monotonic() - began >= 0.6


def patient(base: int, number: int) -> int:
    time.sleep(0.03)
    return base**number


def test_a_scheduler_that_is_started_again_goes_on() -> None:
    """Ended in the middle of a stream, with all workers and what they held; there again, at its address, a while after."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `detente[cluster]`")
    begin = functools.partial(
        distributed.LocalCluster,
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        dashboard_address=":0",
    )
    first, later, came = begin(), [], []
    address = first.scheduler_address
    again = threading.Timer(0.5, lambda: later.append(begin(scheduler_port=int(address.rsplit(":", 1)[1]))))
    try:
        for numbered in stream(patient, 2, range(12), on=Cluster(address)):
            came.append(numbered)
            if len(came) == 2:
                first.close()
                again.start()
    finally:
        again.join()
        for one in (first, *later):
            one.close()
    assert len(later) == 1
    assert sorted(came) == [(k, 2**k) for k in range(12)]


class Losing(Cluster):
    """A cluster that gives up what is under way, `times` times."""

    times = 0
    lent_out = 0

    @contextlib.contextmanager
    def lent(self, shared):
        type(self).lent_out += 1

        def submit(work, held, chunk):
            future = Future()
            if chunk == 3 and type(self).times > 0:
                type(self).times -= 1
                future.set_exception(CancelledError())
            else:
                future.set_result(work(held, chunk))
            return future

        yield submit, shared, lambda: 1


def test_what_a_lost_cluster_had_under_way_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, times in ((run, 1), (stream, 2)):
        monkeypatch.setattr(Losing, "times", times)
        monkeypatch.setattr(Losing, "lent_out", 0)
        came = list(kind(pow, 2, [1, 2, 3, 4], on=Losing()))
        assert Losing.lent_out == times + 1
        assert came == [2, 4, 8, 16] if kind is run else sorted(came) == [(1, 2), (2, 4), (3, 8), (4, 16)]
    monkeypatch.setattr(Losing, "times", 99)
    with pytest.raises(InputError, match="lost again and again"):
        run(pow, 2, [3], on=Losing())


class Told:
    """A client whose workers answer this, or fail with it."""

    def __init__(self, answer):
        self.answer = answer

    def run(self, question):
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"tcp://a:1": question(), "tcp://b:2": self.answer}


def test_a_worker_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, there = installed(), Cluster("tcp://a:8786")
    there._compare(Told(dict(ours)))
    with pytest.raises(InputError, match=r"b:2: a worker has another version: NumPy 0\.1, here") as said:
        there._compare(Told({**ours, "NumPy": "0.1"}))
    assert "Python" not in said.value.what
    with pytest.raises(InputError, match="no Détente of this version"):
        there._compare(Told(Exception("ModuleNotFoundError")))
    assert _do_lent((pow, 2, ours), 3) == 8
    with pytest.raises(InputError, match=r"another version: Python"):  # it came after the others were asked
        _do_lent((pow, 2, {**ours, "Python": "2.7"}), 3)
