"""Readers wait in line: what several ask at once is solved in one sweep, what was overtaken is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from detente.app.laboratory import Laboratory, PageAnswer
from detente.app.state import PageState
from detente.app.worker import Overtaken, Worker
from detente.core import DetenteError

V = TypeVar("V")
MOST_WAITING = 64
"""Requests that may wait; a further one is told to come back."""
AT_ONCE = 16
"""States solved in one sweep at most."""


class Busy(Exception):  # noqa: N818
    """Too many requests wait."""


@dataclass(eq=False)
class _Waiting:
    state: PageState
    reader: str
    answer: asyncio.Future[PageAnswer | DetenteError] = field(repr=False)


@dataclass(eq=False)
class _Line:
    """Requests of one kind that wait to be solved together."""

    is_first: bool
    waiting: list[_Waiting] = field(default_factory=list)
    solved: list[_Waiting] = field(default_factory=list)
    running: bool = False


class Batches:
    """Requests that wait for the one worker.

    Parameters
    ----------
    laboratory : Laboratory
    """

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self.dropped = 0
        self._worker = Worker()
        self._lines = (_Line(is_first=True), _Line(is_first=False))
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, state: PageState, reader: str = "", *, first: bool = False) -> PageAnswer:
        """The answer to a state, solved together with what others ask meanwhile.

        Parameters
        ----------
        state : PageState
        reader : str
            The page that asks: what it asked for before and has not got yet is dropped.
        first : bool
            Whether only what is shown first is wanted (`Laboratory.answers`). That goes before everything else: a whole
            answer that is being solved waits between two of its steps meanwhile.

        Raises
        ------
        Overtaken
            When the same reader asks for another state before this one was solved.
        Busy
            When `MOST_WAITING` requests wait already.
        DetenteError
            When the state cannot be answered.
        """
        if reader:
            self._overtake(reader)
        if sum(len(line.waiting) for line in self._lines) >= MOST_WAITING:
            raise Busy
        waiting = _Waiting(state, reader, asyncio.get_running_loop().create_future())
        line = self._lines[0 if first else 1]
        line.waiting.append(waiting)
        if not line.running:
            line.running = True
            task = asyncio.create_task(self._run(line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        answer = await waiting.answer
        if isinstance(answer, DetenteError):
            raise answer
        return answer

    def _overtake(self, reader: str) -> None:
        """Drop what a reader waits for: also what is being solved, which ends at its next step once nobody wants it."""
        for line in self._lines:
            for other in [*line.waiting, *line.solved]:
                if other.reader != reader or other.answer.done():
                    continue
                if other in line.waiting:
                    line.waiting.remove(other)
                self.dropped += 1
                other.answer.set_exception(Overtaken())

    async def work(self, what: Callable[[], V]) -> V:
        """Do something heavy on the worker, after what is being done there; a whole answer that is solved waits."""
        with self.laboratory.jobs.urgent():
            return await asyncio.wrap_future(self._worker.at_once(what))

    async def _run(self, line: _Line) -> None:
        try:
            while line.waiting:
                # those whose readers went away are not solved
                batch = [waiting for waiting in line.waiting[:AT_ONCE] if not waiting.answer.done()]
                del line.waiting[:AT_ONCE]
                line.solved = batch
                if batch:
                    await self._solve(batch, line)
        finally:
            line.solved, line.running = [], False

    async def _solve(self, batch: list[_Waiting], line: _Line) -> None:
        states = list(dict.fromkeys(waiting.state for waiting in batch))

        def solve() -> list[PageAnswer | DetenteError]:
            return self.laboratory.answers(states, first=line.is_first)

        def is_wanted() -> bool:
            return any(not waiting.answer.done() for waiting in batch)

        try:
            if line.is_first:
                solved = await self.work(solve)
            else:
                with self.laboratory.jobs.urgent():
                    solved = await asyncio.wrap_future(self._worker.in_between(solve, is_wanted))
            answers = dict(zip(states, solved, strict=True))
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
        self._worker.close()
