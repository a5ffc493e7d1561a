"""Readers wait in line: what several ask at once is solved in one sweep, what was overtaken is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from detente.app.laboratory import Laboratory, PageAnswer
from detente.app.state import PageState
from detente.app.worker import Overtaken, Worker

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
    answer: asyncio.Future[Any] = field(repr=False)
    show: Callable[[PageAnswer], str] | None = None


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

    async def answer(self, state: PageState, reader: str = "") -> PageAnswer:
        """The answer to a state, solved together with what others ask meanwhile.

        Parameters
        ----------
        state : PageState
        reader : str
            The page that asks: what it asked for before and has not got yet is dropped.

        Raises
        ------
        Overtaken
            When the same reader asks for another state before this one was solved.
        Busy
            When `MOST_WAITING` requests wait already.
        DetenteError
            When the state cannot be answered.
        """
        answer: PageAnswer = await self._wait(self._lines[1], state, reader)
        return answer

    async def first(self, state: PageState, reader: str, show: Callable[[PageAnswer], str]) -> str:
        """What is shown first of a state (`Laboratory.answers`), as text.

        It goes before everything else: a whole answer that is being solved waits between two of its steps meanwhile.

        Parameters
        ----------
        state : PageState
        reader : str
        show : function of PageAnswer
            Runs on the worker right after the solve.

        Raises
        ------
        Overtaken, Busy, DetenteError
            As `answer`.
        """
        text: str = await self._wait(self._lines[0], state, reader, show)
        return text

    async def _wait(
        self, line: _Line, state: PageState, reader: str, show: Callable[[PageAnswer], str] | None = None
    ) -> Any:
        """Stand in a line until there is an answer."""
        if reader:
            self._overtake(reader)
        if sum(len(other.waiting) for other in self._lines) >= MOST_WAITING:
            raise Busy
        waiting = _Waiting(state, reader, asyncio.get_running_loop().create_future(), show)
        line.waiting.append(waiting)
        if not line.running:
            line.running = True
            task = asyncio.create_task(self._run(line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await waiting.answer

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

        loop = asyncio.get_running_loop()

        def solve() -> None:
            answers = dict(zip(states, self.laboratory.answers(states, first=line.is_first), strict=True))
            for waiting in batch:  # each is told as soon as its own text is there
                result: object = answers[waiting.state]
                try:
                    if isinstance(result, PageAnswer) and waiting.show is not None:
                        result = waiting.show(result)
                except Exception as error:
                    result = error
                loop.call_soon_threadsafe(_tell, waiting, result)

        def is_wanted() -> bool:
            return any(not waiting.answer.done() for waiting in batch)

        try:
            if line.is_first:
                await self.work(solve)
            else:
                with self.laboratory.jobs.urgent():
                    await asyncio.wrap_future(self._worker.in_between(solve, is_wanted))
        except Exception as error:
            for waiting in batch:
                _tell(waiting, error)

    def close(self) -> None:
        """Stop the worker."""
        self._worker.close()


def _tell(waiting: _Waiting, result: object) -> None:
    """Give somebody an answer, or the error that stands for it."""
    if waiting.answer.done():
        return
    if isinstance(result, Exception):
        waiting.answer.set_exception(result)
    else:
        waiting.answer.set_result(result)
