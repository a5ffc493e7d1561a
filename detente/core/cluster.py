"""A cluster to work on, through Dask: workers of this machine, or those behind an address. Needs the extra ``detente[cluster]``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from detente.core.errors import InputError

KEEP = 256 * 1024 * 1024
"""Bytes of freed memory that a worker of ours keeps before the system gets them back. Dask's own is 64 KiB: arrays of a solve
are then asked for and given back all the time."""


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
        Seconds to wait for the scheduler.

    Examples
    --------
    >>> Cluster("tcp://10.0.0.1:8786")
    Cluster(address='tcp://10.0.0.1:8786', workers=None, wait=20.0)
    """

    address: str | None = None
    workers: int | None = None
    wait: float = 20.0

    @contextlib.contextmanager
    def lent(self, shared: object) -> Iterator[tuple[Callable[..., Future[Any]], Any, int]]:
        """A function that submits work, what it is to be given for `shared`, and how many workers there are.

        Raises
        ------
        InputError
            When Dask is not installed, or no scheduler answers at the address.
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
                    LocalCluster(n_workers=self.workers, threads_per_worker=1, dashboard_address=None)
                )
            try:
                client = stack.enter_context(Client(place, timeout=self.wait))
                client.wait_for_workers(1, timeout=self.wait)
            except (OSError, ValueError, TimeoutError) as error:
                raise InputError(
                    f"no cluster answers there: {error or 'it has no worker'}",
                    where=str(self.address),
                    hint="start one with `dask scheduler`, and `dask worker tcp://HOST:8786 --nthreads 1` for every core",
                ) from error
            # One copy at every worker, by reference from then on; hashing some megabytes would only find them equal.
            held = client.scatter(shared, broadcast=True, hash=False)
            executor = stack.enter_context(client.get_executor(pure=False))
            yield executor.submit, held, sum(client.nthreads().values())


def _environment() -> dict[str, int]:
    """What workers of this machine start with."""
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), 1)
    return {**one_thread, "MALLOC_TRIM_THRESHOLD_": KEEP}
