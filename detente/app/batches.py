"""One worker for everything heavy: what several readers ask at once is solved in one sweep, what was overtaken is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from detente.app.laboratory import Laboratory, PageAnswer
from detente.app.state import PageState
from detente.core import DetenteError

V = TypeVar("V")
MOST_WAITING = 64
"""Requests that may wait; a further one is told to come back."""
AT_ONCE = 16
"""States solved in one sweep at most."""


class Overtaken(Exception):  # noqa: N818  (nothing went wrong)
    """The same reader has asked for a later position."""


class Busy(Exception):  # noqa: N818
    """Too many requests wait."""


@dataclass(eq=False)
class _Waiting:
    state: PageState
    reader: str
    answer: asyncio.Future[PageAnswer | DetenteError] = field(repr=False)


class Batches:
    """Requests that wait for the one worker.

    Parameters
    ----------
    laboratory : Laboratory
    """

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self.dropped = 0
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="detente")
        self._waiting: list[_Waiting] = []
        self._running = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, state: PageState, reader: str = "") -> PageAnswer:
        """The answer to a state, solved together with what others ask meanwhile.

        Raises
        ------
        Overtaken
            When the same reader asks for another state before this one was begun.
        Busy
            When `MOST_WAITING` requests wait already.
        DetenteError
            When the state cannot be answered.
        """
        if reader:
            for other in [waiting for waiting in self._waiting if waiting.reader == reader]:
                self._waiting.remove(other)
                self.dropped += 1
                if not other.answer.done():
                    other.answer.set_exception(Overtaken())
        if len(self._waiting) >= MOST_WAITING:
            raise Busy
        waiting = _Waiting(state, reader, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if not self._running:
            self._running = True
            task = asyncio.create_task(self._run())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        answer = await waiting.answer
        if isinstance(answer, DetenteError):
            raise answer
        return answer

    async def work(self, what: Callable[[], V]) -> V:
        """Do something heavy on the worker, after what is being done there."""
        with self.laboratory.jobs.urgent():
            return await asyncio.get_running_loop().run_in_executor(self._worker, what)

    async def _run(self) -> None:
        try:
            while self._waiting:
                # those whose readers went away are not solved
                batch = [waiting for waiting in self._waiting[:AT_ONCE] if not waiting.answer.done()]
                del self._waiting[:AT_ONCE]
                if batch:
                    await self._solve(batch)
        finally:
            self._running = False

    async def _solve(self, batch: list[_Waiting]) -> None:
        states = list(dict.fromkeys(waiting.state for waiting in batch))
        try:
            answers = dict(zip(states, await self.work(lambda: self.laboratory.answers(states)), strict=True))
        except Exception as error:
            for waiting in batch:
                if not waiting.answer.done():
                    waiting.answer.set_exception(error)
            return
        for waiting in batch:
            if not waiting.answer.done():
                waiting.answer.set_result(answers[waiting.state])

    def close(self) -> None:
        """Stop the worker."""
        self._worker.shutdown(wait=False, cancel_futures=True)
