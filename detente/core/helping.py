"""Have some work done ahead by other processes of this machine while this one goes on; the same results without them.

What a helper has not begun when its result is asked for is done here instead, and so is what a helper could not do: it may
have been killed, have run out of memory, or have met an error, which is then raised here, where it would have been raised
without helpers. Helpers end when we do.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import multiprocessing
import pickle
import queue
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Generic, ParamSpec, TypeVar

from detente.core.processes import begin_worker, undisturbed, usable_cores

Given = ParamSpec("Given")
Result = TypeVar("Result")
USUAL = 2
"""Processes where nobody says how many, on a machine that has as many cores."""
MOST = 4
"""Processes at most: what is asked for ahead is a few large pieces."""


class Later(Generic[Result]):
    """Some work whose result is asked for later: `Helpers.begin` makes it.

    Attributes
    ----------
    packed : bytes
        The work and what it is given, for a helper.
    settled : threading.Event
        Set when a helper has answered or is lost.
    """

    def __init__(self, do: Callable[[], Result], packed: bytes = b"") -> None:
        self._do = do
        self.packed = packed
        self._mine = threading.Lock()
        self.settled = threading.Event()
        self._answer: bytes | None = None
        self._results: list[Result] = []

    def take(self) -> bool:
        """Whether the work falls to the one who asks, which it does once."""
        return self._mine.acquire(blocking=False)

    def settle(self, answer: bytes | None) -> None:
        """Leave the packed result; None when it could not be had."""
        self._answer = answer
        self.settled.set()

    def result(self) -> Result:
        """Give the result; waits for a helper that is at it, and does here what no helper does."""
        if not self._results:
            if not self.take():
                self.settled.wait()
            self._results = [self._received()]
            self._answer = None
        return self._results[0]

    def _received(self) -> Result:
        if self._answer is not None:
            with contextlib.suppress(Exception):  # what cannot be read is done here
                answer: Result = pickle.loads(self._answer)
                return answer
        return self._do()


class Helpers:
    """Processes of this machine that do some work ahead, from the beginning of a block to its end.

    Parameters
    ----------
    workers : int, optional
        Processes in all, this one among them, `MOST` at most: with 1 there is no other. Two when left out, where this
        process may use two cores, else one.
    loads : sequence of str
        Modules that the others load at once, while nothing is asked of them yet.

    Examples
    --------
    >>> with Helpers(1) as helpers:
    ...     later = helpers.begin(pow, 2, 5)
    ...     later.result()
    32
    """

    def __init__(self, workers: int | None = None, loads: Sequence[str] = ()) -> None:
        self._loads = tuple(loads)
        self._count = min(USUAL, usable_cores()) - 1 if workers is None else min(workers, MOST) - 1
        self._asked: queue.SimpleQueue[Later[Any] | None] = queue.SimpleQueue()
        self._working: list[tuple[multiprocessing.process.BaseProcess, threading.Thread]] = []

    def __enter__(self) -> Helpers:
        context = multiprocessing.get_context("spawn")
        for _ in range(self._count):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_help, args=(theirs, gc.get_threshold(), self._loads), daemon=True
            )
            try:
                with undisturbed():
                    process.start()
            except OSError:  # this machine starts no more: what they were to do is done here
                ours.close()
                break
            finally:
                theirs.close()
            minder = threading.Thread(target=_mind, args=(ours, self._asked), daemon=True)
            minder.start()
            self._working.append((process, minder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process, _ in self._working:
            process.kill()  # it only computes
            self._asked.put(None)
        for process, minder in self._working:
            process.join(10)
            minder.join(10)
        self._working.clear()

    def begin(
        self, work: Callable[Given, Result], /, *given: Given.args, **named: Given.kwargs
    ) -> Later[Result]:
        """Ask for some work, which a helper begins when it is free, in the order asked.

        Parameters
        ----------
        work : callable
            Of a module, so that another process can find it. What it returns must follow from what is given to it alone.
        *given, **named
            What it is called with.
        """

        def do() -> Result:
            return work(*given, **named)

        if not self._working:
            return Later(do)
        later = Later(do, pickle.dumps((work, given, named)))
        self._asked.put(later)
        return later


def _mind(helper: Connection, asked: queue.SimpleQueue[Later[Any] | None]) -> None:
    """Hand work to a helper and take what it answers, until there is no more or the helper is gone."""
    with helper:
        while (later := asked.get()) is not None:
            if not later.take():
                continue
            answer = None
            try:
                helper.send_bytes(later.packed)
                answer = helper.recv_bytes() or None
            except (OSError, EOFError):
                return
            finally:
                later.settle(answer)


def _help(asked: Connection, garbage: tuple[int, int, int], loads: Sequence[str]) -> None:
    """Do what is asked, one piece after another; an empty answer says that it could not be done."""
    begin_worker()
    gc.set_threshold(*garbage)
    with contextlib.suppress(Exception):  # work that needs one says so
        for module in loads:
            importlib.import_module(module)
    with contextlib.suppress(EOFError, OSError):
        while True:
            packed = asked.recv_bytes()
            try:
                work, given, named = pickle.loads(packed)
                answer = pickle.dumps(work(*given, **named))
            except Exception:  # whoever asked does it again, and meets the error where it belongs
                answer = b""
            asked.send_bytes(answer)
