"""What counts as a finding: any exception that is not ours, a number that is not finite, work that does not end."""

from __future__ import annotations

import dataclasses
import math
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from detente.core import DetenteError

PACKAGE = Path(__file__).resolve().parents[1] / "detente"


class TooLongError(BaseException):
    """Not an `Exception`, so that nothing under test catches it."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something wrong: what it is, the innermost line of ours, and the whole trace."""

    what: str
    place: str
    trace: str


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End a piece of work after so many seconds."""

    def ring(signum: int, frame: object) -> None:
        raise TooLongError(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def judge(work: Callable[[], object], *, seconds: float = 10.0) -> tuple[str, Finding | None]:
    """Run a parser on a damaged input.

    Returns
    -------
    outcome : str
        ``refused``, ``read`` or ``finding``.
    finding : Finding or None
    """
    try:
        with within(seconds), warnings.catch_warnings():
            warnings.simplefilter("error")
            found = work()
    except DetenteError as error:
        if not str(error).strip():
            return "finding", Finding("an error without words", "", "")
        return "refused", None
    except (Exception, TooLongError, SystemExit) as error:
        return "finding", Finding(
            type(error).__name__, _place(error), "".join(traceback.format_exception(error))
        )
    wrong = next(not_finite(found), None)
    if wrong is not None:
        return "finding", Finding("not finite", wrong, "")
    return "read", None


def _place(error: BaseException) -> str:
    ours = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(PACKAGE)]
    if not ours:
        return "outside the package"
    last = ours[-1]
    return f"{Path(last.filename).relative_to(PACKAGE.parent)}:{last.lineno} in {last.name}"


def not_finite(thing: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """Places of numbers that are not finite, anywhere in what was loaded."""
    if depth > 12 or isinstance(thing, (str, bytes, bool, int, type(None))):
        return
    if isinstance(thing, float):
        if not math.isfinite(thing):
            yield path or "value"
    elif isinstance(thing, np.ndarray):
        if thing.dtype.kind == "f" and not np.isfinite(thing).all():
            yield path or "array"
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from not_finite(value, f"{path}.{key}", depth + 1)
    elif isinstance(thing, (list, tuple, set, frozenset)):
        for position, value in enumerate(thing):
            yield from not_finite(value, f"{path}[{position}]", depth + 1)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            yield from not_finite(getattr(thing, field.name), f"{path}.{field.name}", depth + 1)
    elif hasattr(type(thing), "model_fields"):
        for name in type(thing).model_fields:
            yield from not_finite(getattr(thing, name), f"{path}.{name}", depth + 1)
