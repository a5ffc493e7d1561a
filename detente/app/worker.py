"""The one thread for everything heavy: a long solve makes way, between two of its steps, for what cannot wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context
from typing import Any, TypeVar

from detente.core import watched

V = TypeVar("V")


class Overtaken(Exception):  # noqa: N818  (nothing went wrong)
    """Nobody waits for this any more: the same reader has asked for a later position."""


class Worker:
    """One thread, so that nothing of the laboratory is ever used by two at once.

    What is done `in_between` is as long as a solve. The solver calls back between two of its steps, and there whatever came
    meanwhile to be done `at_once` is done, in the same thread, before the solve goes on.

    Examples
    --------
    >>> worker = Worker()
    >>> worker.at_once(lambda: 1 + 1).result(), worker.in_between(lambda: 3, lambda: True).result()
    (2, 3)
    >>> worker.close()
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="detente")
        self._pressing: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def at_once(self, what: Callable[[], V]) -> Future[V]:
        """Do something after what is being done, or within it at the next step of a solve."""
        promised: Future[V] = Future()
        self._pressing.append((promised, what))
        self._thread.submit(self._catch_up)
        return promised

    def in_between(self, what: Callable[[], V], is_wanted: Callable[[], bool]) -> Future[V]:
        """Solve something while nothing presses, as long as somebody wants it.

        Parameters
        ----------
        what : callable
        is_wanted : callable
            Asked between two steps; once it says no, the future raises `Overtaken`.
        """

        def step() -> None:
            if not is_wanted():
                raise Overtaken
            self._catch_up()

        def solve() -> V:
            with watched(step):
                return what()

        return self._thread.submit(solve)

    def _catch_up(self) -> None:
        """Do all that presses."""
        while self._pressing:
            promised, what = self._pressing.popleft()
            if not promised.set_running_or_notify_cancel():
                continue
            try:
                # a context of its own: neither the watcher nor the error state of a solve that waits is its business
                promised.set_result(Context().run(what))
            except BaseException as error:  # told to whoever waits, as an executor does
                promised.set_exception(error)

    def close(self) -> None:
        """Stop after what is being done."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        while self._pressing:
            self._pressing.popleft()[0].cancel()
