"""A cluster to work on, through Dask: workers of this machine, or those behind an address. Needs the extra ``detente[cluster]``."""

from __future__ import annotations

import contextlib
import functools
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.core.chunk_files import code_key
from detente.core.errors import InputError

KEEP = 256 * 1024 * 1024
"""Bytes of freed memory that a worker of ours keeps before the system gets them back. Dask's own is 64 KiB: arrays of a solve
are then asked for and given back all the time."""
WHOLE = 32 * 1024 * 1024
"""Bytes from which on a worker of ours asks the system for an array by itself. The threshold above, whatever it is, stops the C
library from raising this one beyond 128 KiB, and then most arrays of a solve are mapped anew: twice the time."""
REFUSED = 2.0
"""Seconds to wait where connections are refused, since nothing listens there: a scheduler that is only just being started. One that
answered before in this process may be started again, and has all of `Cluster.wait`."""
_answered: set[str] = set()
RECOUNT = 5.0
"""Seconds for which a count of workers serves: others may have come since, as a queue lets them in."""


@dataclass(frozen=True)
class Cluster:
    """On a cluster of Dask: what chunks share goes to its workers once, and a chunk whose worker is lost is done by another.

    Parameters
    ----------
    address : str, optional
        Of a scheduler that runs already (``tcp://host:8786``), with the same version of Détente on its workers; they run
        what we send them, so both sides must trust each other and the network between. Left out: workers of this machine,
        started when the work begins and ended with it.
    workers : int, optional
        How many of this machine; one a core when left out. With an address, those that are there are used.
    wait : float
        Seconds to wait for the scheduler, and for its first worker. Where nothing listens at the address, at most `REFUSED`,
        unless a scheduler answered there before.

    Examples
    --------
    >>> Cluster("tcp://10.0.0.1:8786")
    Cluster(address='tcp://10.0.0.1:8786', workers=None, wait=20.0)
    """

    address: str | None = None
    workers: int | None = None
    wait: float = 20.0

    @contextlib.contextmanager
    def lent(self, shared: object) -> Iterator[tuple[Callable[..., Future[Any]], Any, Callable[[], int]]]:
        """A function that submits work, what it is to be given for `shared`, and one that counts the workers.

        Raises
        ------
        InputError
            When Dask is not installed, no scheduler answers at the address, it has no worker, or a worker has another
            version of Détente or lacks what it is sent.
        """
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError as error:
            raise InputError(
                f"work on a cluster needs Dask, and `{error.name}` is not installed",
                where="Cluster",
                hint="pip install 'detente[cluster]'",
            ) from error
        with contextlib.ExitStack() as stack:
            place: Any = self.address
            if place is None:
                stack.enter_context(dask.config.set({"distributed.nanny.pre-spawn-environ": _environment()}))
                place = stack.enter_context(
                    LocalCluster(
                        n_workers=self.workers, threads_per_worker=1, dashboard_address="127.0.0.1:0"
                    )
                )
            try:
                if self.address is not None:
                    _listens(self.address, self.wait)
                    _knock(self.address, self.wait)
                    _answered.add(self.address)
                client = stack.enter_context(Client(place, timeout=self.wait))
                client.wait_for_workers(1, timeout=self.wait)
            except (OSError, ValueError, TimeoutError) as error:
                raise InputError(
                    f"no cluster answers there: {error or 'it has no worker'}",
                    where=str(self.address),
                    hint="start one with `dask scheduler`, and `dask worker tcp://HOST:8786 --nthreads 1` for every core",
                ) from error
            if self.address is not None:
                self._compare(client)
            try:
                # One copy at every worker, by reference from then on; hashing some megabytes would only find them equal.
                held = client.scatter(shared, broadcast=True, hash=False)
            except Exception as error:  # what a worker could not open comes as a bare one that quotes its own
                if is_loss(error):
                    raise
                raise InputError(
                    f"a worker cannot open what it is sent: {error}",
                    where=self.address or "Cluster",
                    hint="install the module of your functions beside Détente on every worker",
                ) from error
            executor = stack.enter_context(client.get_executor(pure=False))
            yield executor.submit, held, _counting(client)

    def _compare(self, client: Any) -> None:
        """Refuse workers that would not give the same bytes."""
        ours = installed()
        try:
            theirs = client.run(installed)
        except Exception as error:
            raise InputError(
                f"a worker has no Détente of this version: {error}",
                where=self.address or "Cluster",
                hint=f"install Détente {ours['Détente']} on every worker",
            ) from error
        for address, has in sorted(theirs.items()):
            refuse_other(ours, has, address)


def refuse_other(ours: dict[str, str], theirs: dict[str, str], where: str) -> None:
    """Refuse a worker that would not give the same bytes.

    Raises
    ------
    InputError
        When it has other versions.
    """
    differ = [
        f"{name} {value}, here {ours.get(name)}" for name, value in theirs.items() if value != ours.get(name)
    ]
    if differ:
        raise InputError(
            f"a worker has another version: {'; '.join(differ)}",
            where=where,
            hint="install the same versions on every worker, and start it again",
        )


def is_loss(error: Exception) -> bool:
    """Whether an error says that workers or what they held were lost, and not that the work failed."""
    return isinstance(error, CancelledError) or type(error).__name__ == "KilledWorker"


@functools.cache
def installed() -> dict[str, str]:
    """Versions that results follow from, of this process: of Détente with a hash over its code and data.

    Examples
    --------
    >>> sorted(installed())
    ['Détente', 'NumPy', 'Python']
    """
    from importlib.metadata import PackageNotFoundError, version

    import numpy as np

    package = Path(__file__).resolve().parents[1]
    rooms = tuple(sorted(path.name for path in package.iterdir() if (path / "__init__.py").exists()))
    try:
        release = version("detente")
    except PackageNotFoundError:  # pragma: no cover - a folder of its own, not installed
        release = "not installed"
    return {
        "Détente": f"{release} ({code_key(package, rooms)[:12]})",
        "NumPy": np.__version__,
        "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }


def _listens(address: str, seconds: float) -> None:
    """See that something listens at an address: Dask itself goes on knocking at a closed port as at a busy one.

    Addresses that are not of TCP are left to Dask.

    Raises
    ------
    OSError
        When connections have been refused all the while.
    """
    import socket

    kind, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if kind not in ("", "tcp", "tls") or not host or not port.isdigit():
        return
    end = time.monotonic() + (seconds if address in _answered else min(seconds, REFUSED))
    while True:
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=seconds).close()
        except ConnectionRefusedError as error:
            if time.monotonic() >= end:
                raise ConnectionRefusedError("connections are refused, so nothing listens there") from error
            time.sleep(0.2)
        else:
            return


def _knock(address: str, seconds: float) -> None:
    """See that a scheduler answers: Dask itself waits without end for the first word of whatever else listens there.

    Raises
    ------
    OSError, ValueError, TimeoutError
        When none does.
    """
    import asyncio  # with what it loads it takes as long as all of the rest of this room

    from distributed.core import rpc
    from distributed.security import Security

    async def asked() -> dict[str, Any]:
        async with rpc(address, connection_args=Security().get_connection_args("client")) as there:
            answer: dict[str, Any] = await there.identity()
            return answer

    async def within() -> dict[str, Any]:
        # not `wait_for`: what does not answer does not let itself be broken off at once either
        asking = asyncio.ensure_future(asked())
        done, _ = await asyncio.wait([asking], timeout=seconds)
        if not done:
            asking.cancel()
            raise TimeoutError(f"what listens there said nothing for {seconds:g} s")
        return asking.result()

    with ThreadPoolExecutor(1) as thread:  # a notebook has a loop of its own in this thread
        try:
            kind = thread.submit(asyncio.run, within()).result().get("type")
        except (OSError, ValueError, TimeoutError):
            raise
        except Exception as error:  # a web server's greeting, read as a length, asks for exabytes
            raise ValueError("what answers there is no scheduler of Dask") from error
    if kind != "Scheduler":
        raise ValueError(f"this is the address of a {kind}, not of a scheduler")


def _counting(client: Any) -> Callable[[], int]:
    """A count of the workers that is not asked for every time."""
    known = {"count": 0, "since": -RECOUNT}

    def count() -> int:
        if time.monotonic() - known["since"] >= RECOUNT:
            known.update(count=sum(client.nthreads().values()), since=time.monotonic())
        return max(int(known["count"]), 1)

    return count


def _environment() -> dict[str, int]:
    """What workers of this machine start with."""
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), 1)
    return {**one_thread, "MALLOC_TRIM_THRESHOLD_": KEEP, "MALLOC_MMAP_THRESHOLD_": WHOLE}
