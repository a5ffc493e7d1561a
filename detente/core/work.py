"""Work in chunks: here, in processes of this machine, or in somebody else's pool; the same results in the same order.

Processes of ours end when we do: on an error, on Ctrl-C, and when the parent is killed. What every chunk needs is sent to
each of them once. A cluster is `Cluster`, or an adapter of one file: any `concurrent.futures.Executor` that is given as
``Remote(executor)``.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
    wait as wait_for,
)
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeVar

from detente.core.cluster import Cluster, installed, is_loss, refuse_other
from detente.core.errors import InputError
from detente.core.processes import begin_worker, undisturbed, usable_cores

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")
Shared = TypeVar("Shared")
_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


@dataclass(frozen=True)
class Local:
    """In this process, one chunk after another."""


@dataclass(frozen=True)
class Pool:
    """In processes of this machine.

    Parameters
    ----------
    workers : int, optional
        Processes at most; one for each core that this process may use when left out. One is this process.
    threads : int, optional
        Threads of linear algebra in each: two pools of threads in each other's way halve the speed. None leaves it to the
        environment.
    """

    workers: int | None = None
    threads: int | None = 1

    def processes(self, chunks: int, few: int = 1) -> int:
        """How many processes some chunks are worth, when `few` of them are not worth one of their own."""
        return min(self.workers or usable_cores(), chunks // few)


@dataclass(frozen=True)
class Remote:
    """In somebody else's pool, which needs no preparation: what chunks share goes with every chunk.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Of the standard library, of dask, of a cluster: only ``submit`` is called, with a function of a module and what can
        be pickled. Its owner starts it and shuts it down.
    """

    executor: Executor


Where = Local | Pool | Remote | Cluster


def run(
    work: Callable[[Shared, Chunk], Result],
    shared: Shared,
    chunks: Sequence[Chunk],
    *,
    on: Where | None = None,
    few: int = 1,
    arrived: Callable[[int, Result], None] | None = None,
) -> list[Result]:
    """Do some work on every chunk.

    Parameters
    ----------
    work : callable
        Of a module, so that another process can find it: ``work(shared, chunk)``. What it returns must follow from these two
        alone; then the results do not depend on where it is done.
    shared : object
        What every chunk needs: sent to each process once.
    chunks : sequence
    on : Local, Pool, Remote or Cluster
        Here, when left out.
    few : int
        Chunks that are not worth a process of their own.
    arrived : callable, optional
        Called here with (position of a chunk, its result) as results come, in no fixed order: to keep them, or to say how
        far it is.

    Returns
    -------
    list
        Results in the order of the chunks.

    Raises
    ------
    Exception
        The first that `work` or `arrived` raised; what was not begun is not done, and no process is left.

    Examples
    --------
    >>> run(pow, 2, [1, 2, 3])
    [2, 4, 8]
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as executor:
    ...     run(pow, 2, [1, 2, 3], on=Remote(executor))
    [2, 4, 8]
    """
    on = on or Local()
    told = arrived or (lambda position, result: None)
    if isinstance(on, Cluster):
        by_position = {}
        for position, _, result in _on_cluster(work, shared, chunks, on):
            by_position[position] = result
            told(position, result)
        return [by_position[position] for position in range(len(chunks))]
    if isinstance(on, Remote):
        return _gathered([on.executor.submit(work, shared, chunk) for chunk in chunks], told)
    if isinstance(on, Pool) and (workers := on.processes(len(chunks), few)) > 1:
        with _threads(on.threads), _processes(work, shared, chunks, workers) as futures:
            return _gathered(futures, told)
    results = []
    for position, chunk in enumerate(chunks):
        results.append(work(shared, chunk))
        told(position, results[-1])
    return results


def _gathered(futures: Sequence[Future[Result]], told: Callable[[int, Result], None]) -> list[Result]:
    """Results in the order of the futures, told as they come."""
    places = {future: position for position, future in enumerate(futures)}
    try:
        for future in as_completed(futures):
            told(places[future], future.result())
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    return [future.result() for future in futures]


AHEAD = 2
"""Chunks handed over for every process of a stream: one that it works on, and the next."""
UNKNOWN = 64
"""Chunks handed over at a time to a pool of which we do not know how many processes it has."""
RESTARTS = 3
"""Times that processes of ours are started again, one of them having been killed, before anything comes of it."""


def stream(
    work: Callable[[Shared, Chunk], Result],
    shared: Shared,
    chunks: Sequence[Chunk],
    *,
    on: Where | None = None,
) -> Iterator[tuple[Chunk, Result]]:
    """Do some work on every chunk, where there are too many to hold: few are under way at a time, and none is kept.

    Parameters
    ----------
    work, shared, on
        As for `run`.
    chunks : sequence
        A range, or anything else that is cheap to hold.

    Yields
    ------
    chunk, result
        As they come, in no fixed order. A chunk whose process was killed is done again.

    Raises
    ------
    Exception
        The first that `work` raised, or `BrokenExecutor` when processes are killed again and again; no process is left.

    Examples
    --------
    >>> sorted(stream(pow, 2, range(1, 4)))
    [(1, 2), (2, 4), (3, 8)]
    """
    on = on or Local()
    if isinstance(on, Cluster):
        for _, chunk, result in _on_cluster(work, shared, chunks, on):
            yield chunk, result
    elif isinstance(on, Remote):
        executor = on.executor
        yield from _flow(lambda chunk: executor.submit(work, shared, chunk), chunks, lambda: UNKNOWN)
    elif isinstance(on, Pool) and (workers := on.processes(len(chunks))) > 1:
        yield from _in_processes(work, shared, chunks, on, workers)
    else:
        for chunk in chunks:
            yield chunk, work(shared, chunk)


def _in_processes(
    work: Callable[[Shared, Chunk], Result], shared: Shared, chunks: Sequence[Chunk], on: Pool, workers: int
) -> Iterator[tuple[Chunk, Result]]:
    """A stream through processes of ours; they are started again when one was killed."""
    rest, left = iter(chunks), RESTARTS
    while True:
        lost: list[Chunk] = []
        try:
            with _threads(on.threads), _pool(work, shared, workers) as pool:

                def submit(chunk: Chunk, pool: ProcessPoolExecutor = pool) -> Future[Result]:
                    with undisturbed():
                        return pool.submit(_do, chunk)

                for arrived in _flow(submit, rest, lambda: AHEAD * workers, lost):
                    left = RESTARTS  # a study of weeks may lose a process every day
                    yield arrived
            return
        except BrokenExecutor:
            if not left:
                raise
            left -= 1
            rest = chain(lost, rest)


def _on_cluster(
    work: Callable[[Shared, Chunk], Result], shared: Shared, chunks: Iterable[Chunk], on: Cluster
) -> Iterator[tuple[int, Chunk, Result]]:
    """Position, chunk and result as they come from a cluster.

    Dask does a chunk again whose worker is lost. When all that hold what is shared are lost at once, or the scheduler is, it
    gives up: then what is shared is sent again, and what was under way done again.
    """
    rest: Iterable[tuple[int, Chunk]] = iter(enumerate(chunks))
    left = RESTARTS
    while True:
        lost: list[tuple[int, Chunk]] = []
        try:
            with on.lent((work, shared, installed())) as (submit, held, workers):
                ask = functools.partial(_ask, submit, held)
                for (position, chunk), result in _flow(ask, rest, functools.partial(_ahead, workers), lost):
                    left = RESTARTS
                    yield position, chunk, result
            return
        except Exception as error:
            if not is_loss(error):
                raise
            if not left:
                raise InputError(
                    "workers were lost again and again",
                    where=on.address or "Cluster",
                    hint="their logs say why; most often they need more memory, or fewer of them on a machine",
                ) from error
            left -= 1
            rest = chain(lost, rest)


def _ask(submit: Callable[..., Future[Result]], held: object, numbered: tuple[int, Chunk]) -> Future[Result]:
    return submit(_do_lent, held, numbered[1])


def _ahead(workers: Callable[[], int]) -> int:
    return AHEAD * workers()


def _flow(
    submit: Callable[[Chunk], Future[Result]],
    chunks: Iterable[Chunk],
    ahead: Callable[[], int],
    lost: list[Chunk] | None = None,
) -> Iterator[tuple[Chunk, Result]]:
    """Results as they come, with at most `ahead` chunks under way, asked again each time; `lost` gets those that were when it was broken off."""
    rest = iter(chunks)
    waiting: dict[Future[Result], Chunk] = {}
    handing: list[Chunk] = []
    try:
        while True:
            handing.extend(islice(rest, max(ahead() - len(waiting) - len(handing), 0)))
            while handing:
                waiting[submit(handing[0])] = handing[0]
                del handing[0]
            if not waiting:
                return
            done, _ = wait_for(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                result = future.result()
                yield waiting.pop(future), result
    except BaseException:
        if lost is not None:
            lost.extend([*waiting.values(), *handing])
        for future in waiting:
            future.cancel()
        raise


def _do_lent(held: tuple[Callable[[Any, Any], Any], Any, dict[str, str]], chunk: object) -> Any:
    """Work on a chunk with what was sent to a cluster once."""
    work, shared, versions = held
    refuse_other(versions, installed(), "a worker")  # it may have come later than we looked
    return work(shared, chunk)


_received: list[Any] = []
"""What chunks share, in a process of ours: filled once, when it starts, and never in the process that asks."""


def _do(chunk: object) -> Any:
    work, shared = _received
    return work(shared, chunk)


def _start(packed: bytes) -> None:
    """First act of a worker, then unpack the work and what it shares.

    They come packed, so that the parent hands it over at once and does not wait for what unpacking imports.
    """
    begin_worker()
    _received[:] = pickle.loads(packed)


@contextlib.contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Processes started inside use so many threads of linear algebra each."""
    before = {name: os.environ.get(name) for name in _THREADS}
    if count is not None:
        os.environ.update(dict.fromkeys(_THREADS, str(count)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _processes(
    work: Callable[[Shared, Chunk], Result], shared: Shared, chunks: Sequence[Chunk], workers: int
) -> Iterator[list[Future[Result]]]:
    """Futures of the work on chunks, in their order, worked on by processes.

    When the block is left by an error or by Ctrl-C the processes are ended at once; no child is left.
    """
    with _pool(work, shared, workers) as pool:
        with undisturbed():
            futures = [pool.submit(_do, chunk) for chunk in chunks]
        yield futures


@contextlib.contextmanager
def _pool(
    work: Callable[[Shared, Chunk], Result], shared: Shared, workers: int
) -> Iterator[ProcessPoolExecutor]:
    """Processes that hold the work and what it shares; ended at once when the block is left by an error."""
    packed = pickle.dumps((work, shared))
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_start, initargs=(packed,)
    )
    try:
        yield pool
    except BaseException:
        _end(pool)
        raise
    pool.shutdown()


def _end(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool now, and wait until they and the thread that minds them are gone."""
    children = list((getattr(pool, "_processes", None) or {}).values())
    minder = getattr(pool, "_executor_manager_thread", None)
    pool.shutdown(wait=False, cancel_futures=True)
    for child in children:
        child.kill()  # they only compute; one that is still starting would not hear anything gentler
    for child in children:
        child.join(10)
    if minder is not None:  # left alone it closes its pipe while Python, at exit, wakes it through that pipe
        minder.join(10)
