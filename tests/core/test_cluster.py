"""Work on a cluster of Dask: the same bytes, what is shared sent once, and nothing lost with a worker."""

from __future__ import annotations

import functools
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from detente.cli.draws import Drawing
from detente.cli.playing import where
from detente.core import Cluster, InputError, Pool, run, stream
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
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
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
        run(pow, 2, [1], on=Cluster("tcp://127.0.0.1:9", wait=0.3))
    with pytest.raises(InputError, match="no cluster answers"):
        run(pow, 2, [1], on=Cluster("nonsense", wait=0.3))
