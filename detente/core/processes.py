"""Work shared by processes that end when we do: on an error, on Ctrl-C, and when the parent is killed."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import Any, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")
_HELD = {signal.SIGINT, signal.SIGTERM}


def _start(packed: bytes) -> None:
    """First act of a worker: leave Ctrl-C to the parent, end with the parent, then unpack the task.

    The task comes packed, so that the parent hands it over at once and does not wait for what unpacking imports.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def watch() -> None:
            wait([parent.sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()
    initializer, arguments = pickle.loads(packed)
    if initializer is not None:
        initializer(*arguments)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C and a signal to terminate wait while processes start, so that none is left half-started; the processes inherit
    the block, and none of them prints a trace of its own."""
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover - Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def shared_work(
    function: Callable[[Item], Made],
    items: Sequence[Item],
    *,
    workers: int,
    initializer: Callable[..., None] | None = None,
    arguments: tuple[Any, ...] = (),
) -> Iterator[list[Future[Made]]]:
    """Futures of a function over items, in their order, worked on by processes.

    When the block is left by an error or by Ctrl-C the processes are ended at once; no child is left.

    Parameters
    ----------
    function : callable
        Of a module, so that another process can find it.
    items : sequence
    workers : int
    initializer : callable, optional
        Called once in every process.
    arguments : tuple
        Of the initializer.
    """
    packed = pickle.dumps((initializer, arguments))
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_start, initargs=(packed,)
    )
    try:
        with _undisturbed():
            futures = [pool.submit(function, item) for item in items]
        yield futures
    except BaseException:
        _kill_workers(pool)
        raise
    pool.shutdown()


def _kill_workers(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool now, and wait until they are gone."""
    children = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for child in children:
        child.kill()  # they only compute; one that is still starting would not hear anything gentler
    for child in children:
        child.join(10)
