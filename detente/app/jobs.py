"""Long jobs of the page: begun by the address that shows them, told how far they are, stopped when asked, and bounded.

A view whose table takes longer than a moment asks for it with `Jobs.result`. The first time that begins a job and raises
`Unfinished`; the page then shows how far it is, and the table once it is there. The job is known by its key alone, so the
address of a view is the address of its job::

    def _leverage(answer, laboratory):
        model = laboratory.model(answer.state, answer.state.horizon)      # read what is shared before, not inside

        def solve(report):                                                # report(done, whole), where it is known
            return build("leverage", levers=leverage_of(near_tensor(own_model(model), …).game()))

        key = ("leverage", answer.state.question, answer.state.horizon)   # all that the table depends on
        return laboratory.jobs.result(key, "Leverage", solve, at_once=False)

``at_once=False`` waits for the reader to press *Compute* (``/CASE/VIEW/start?…``), for what takes more than some seconds.
``/CASE/VIEW/stop?…`` stops it, ``/CASE/VIEW/progress?…`` tells how far it is: JSON, or events for who accepts them.

What is computed needs no care to be stoppable: the solver calls back between two of its steps (`detente.core.checkpoint`), and
there a job ends when it was stopped, and waits while the worker has a moved control to answer.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Literal

from detente.app.keeping import Kept, give_back_memory
from detente.core import DetenteError, InputError, watched

Report = Callable[[int, int], None]
"""Called with (steps done, steps in all); raises `Stopped` when the job was stopped."""
Standing = Literal["idle", "waiting", "running", "stopped"]
MOST_JOBS: Final = 5
"""Jobs at once: one runs, the others wait."""
UNWATCHED: Final = 5.0
"""Seconds without anybody asking after which a job makes room for another."""
ABANDONED: Final = 120.0
"""Seconds without anybody asking after which a job ends."""
LONGEST_WAIT: Final = 0.25
"""Seconds that a job waits, at one step, for the worker that answers moved controls."""


class Stopped(Exception):  # noqa: N818  (somebody asked for it)
    """The job was stopped."""


@dataclass(eq=False)
class Job:
    """Something that takes longer than a moment.

    Attributes
    ----------
    title : str
        What is computed.
    standing : {"idle", "waiting", "running", "stopped"}
        Of a job that is not finished.
    done, whole : int
        Steps; `whole` is 0 where it is not known.
    steps : int
        Steps of the solver so far.
    seconds : float
        Since it runs.
    """

    title: str
    standing: Standing = "idle"
    done: int = 0
    whole: int = 0
    steps: int = 0
    began: float | None = None
    stopping: bool = False
    asked: dict[str, float] = field(default_factory=dict)
    future: Future[object] | None = None

    @property
    def goes_on(self) -> bool:
        """Whether it waits or runs."""
        return self.standing in ("waiting", "running")

    @property
    def seconds(self) -> float:
        """Since it runs."""
        return 0.0 if self.began is None else time.monotonic() - self.began

    @property
    def last_asked(self) -> float:
        """When somebody last asked for it."""
        return max(self.asked.values(), default=0.0)

    def told(self) -> dict[str, object]:
        """How far it is, in plain values."""
        return {
            "title": self.title,
            "standing": self.standing,
            "done": self.done,
            "whole": self.whole,
            "steps": self.steps,
            "seconds": round(self.seconds, 1),
        }


class Unfinished(Exception):  # noqa: N818
    """A table is not there yet.

    Attributes
    ----------
    job : Job
    """

    def __init__(self, job: Job) -> None:
        super().__init__(job.title)
        self.job = job


@dataclass
class _Asking(threading.local):
    """Who asks in this thread, and what for."""

    reader: str = ""
    begin: bool | None = None


class Jobs:
    """Jobs of one laboratory, one after another in a thread of their own.

    Parameters
    ----------
    kept : Kept
        Where results are kept.
    """

    def __init__(self, kept: Kept[object]) -> None:
        self._kept = kept
        self._jobs: dict[Hashable, Job] = {}
        self._stopped: Kept[Job] = Kept(24)
        self._thread: ThreadPoolExecutor | None = None
        self._lock = threading.RLock()
        self._asking = _Asking()
        self._urgent = 0
        self._quiet = threading.Event()
        self._quiet.set()

    @contextlib.contextmanager
    def asking(self, reader: str = "", *, begin: bool | None = None) -> Iterator[None]:
        """Say who asks inside, in this thread.

        Parameters
        ----------
        reader : str
            A page that is open; it has one job at a time, and what it asked for before is stopped when nobody else wants it.
        begin : bool, optional
            True begins a job that waits to be begun, or was stopped; False begins none.
        """
        self._asking.reader, self._asking.begin = reader, begin
        try:
            yield
        finally:
            self._asking.reader, self._asking.begin = "", None

    @contextlib.contextmanager
    def urgent(self) -> Iterator[None]:
        """Jobs wait at their next step while something goes on inside."""
        with self._lock:
            self._urgent += 1
            self._quiet.clear()
        try:
            yield
        finally:
            with self._lock:
                self._urgent -= 1
                if not self._urgent:
                    self._quiet.set()

    def result(
        self, key: Hashable, title: str, make: Callable[[Report], object], *, at_once: bool = True
    ) -> object:
        """What a job makes, once it is there.

        Parameters
        ----------
        key : hashable
            All that the result depends on.
        title : str
        make : function of Report
            Runs in another thread: what it shares with the page is read before.
        at_once : bool
            Whether it begins when first asked for; otherwise when it is told to.

        Raises
        ------
        Unfinished
            Until it is there; says how far it is.
        InputError
            When `MOST_JOBS` are wanted already.
        DetenteError
            What the job ended with.
        """
        with self._lock:
            if key in self._kept:
                return self._settled(key)
            self._leave_others(key)
            job = self._jobs.get(key)
            if job is not None and job.future is not None and job.future.done():
                del self._jobs[key]
                if not job.stopping:
                    self._kept.put(key, job.future.result())
                    return self._settled(key)
                job = None
            if job is None:
                job = self._begin(key, title, make, at_once=at_once)
            job.asked[self._asking.reader] = time.monotonic()
            raise Unfinished(job)

    def stop(self, job: Job) -> None:
        """Stop a job that was asked for; it begins again when it is told to."""
        with self._lock:
            for key, other in list(self._jobs.items()):
                if other is job:
                    self._end(key)
                    self._stopped.put(key, Job(job.title, "stopped", job.done, job.whole, job.steps))

    @property
    def going_on(self) -> int:
        """Jobs that wait or run."""
        return len(self._jobs)

    def close(self) -> None:
        """Stop everything, and give the thread back."""
        with self._lock:
            for key in list(self._jobs):
                self._end(key)
            if self._thread is not None:
                self._thread.shutdown(wait=False, cancel_futures=True)
                self._thread = None

    def _settled(self, key: Hashable) -> object:
        self._kept.touch(key)
        result = self._kept[key]
        if isinstance(result, DetenteError):
            raise result
        return result

    def _begin(self, key: Hashable, title: str, make: Callable[[Report], object], *, at_once: bool) -> Job:
        """A job under a key: begun, or as it was left."""
        begin = self._asking.begin
        left = self._stopped.get(key)
        if begin is False or (begin is None and (left is not None or not at_once)):
            return left or Job(title)
        self._make_room()
        if left is not None:
            self._stopped.drop(key)
        job = self._jobs[key] = Job(title, "waiting")
        job.asked[self._asking.reader] = time.monotonic()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="detente-job")
        job.future = self._thread.submit(self._run, job, make)
        return job

    def _make_room(self) -> None:
        """End the job that nobody has asked for longest, when there are too many.

        Raises
        ------
        InputError
            When somebody waits for each of them.
        """
        if len(self._jobs) < MOST_JOBS:
            return
        key = min(self._jobs, key=lambda key: self._jobs[key].last_asked)
        if time.monotonic() - self._jobs[key].last_asked < UNWATCHED:
            raise InputError(
                f"{MOST_JOBS} long tables are being computed",
                where="address",
                hint="wait for one of them, or stop one",
            )
        self._end(key)

    def _leave_others(self, key: Hashable) -> None:
        """A reader who asks for this no longer waits for what it asked for before."""
        reader = self._asking.reader
        if not reader:
            return
        now = time.monotonic()
        for other, job in list(self._jobs.items()):
            if other != key and job.asked.pop(reader, None) is not None and now - job.last_asked > UNWATCHED:
                self._end(other)

    def _end(self, key: Hashable) -> None:
        job = self._jobs.pop(key)
        job.stopping = True
        if job.future is not None:
            job.future.cancel()

    def _run(self, job: Job, make: Callable[[Report], object]) -> object:
        """What a job makes, or the error it ends with; in the thread of the jobs."""
        if job.stopping:
            return None
        job.standing, job.began = "running", time.monotonic()

        def step() -> None:
            job.steps += 1
            self._quiet.wait(LONGEST_WAIT)
            if job.stopping or time.monotonic() - job.last_asked > ABANDONED:
                job.stopping = True
                raise Stopped

        def report(done: int, whole: int) -> None:
            job.done, job.whole = done, whole
            step()

        try:
            with watched(step):
                return make(report)
        except DetenteError as error:
            return error
        except Stopped:
            return None
        finally:
            give_back_memory()
