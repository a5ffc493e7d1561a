"""Work that somebody watches: between two steps of a long computation its watcher is called, and may end it.

The solver calls `checkpoint` before every sweep and at every charge of its exact search, so that whatever is made of solves can
be watched without handing anything through: a page that lets its reader stop a table, a worker that makes room for others.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

_watcher: ContextVar[Callable[[], None] | None] = ContextVar("watcher", default=None)


def checkpoint() -> None:
    """Call the watcher of this thread, if it has one; what it raises ends the computation."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher()


@contextlib.contextmanager
def watched(watcher: Callable[[], None]) -> Iterator[None]:
    """Have a function called between the steps of what is computed inside, in this thread alone.

    Parameters
    ----------
    watcher : callable
        May raise, which ends the computation, or wait, which lets others go first.

    Examples
    --------
    >>> steps = []
    >>> with watched(lambda: steps.append("step")):
    ...     checkpoint()
    >>> checkpoint()
    >>> steps
    ['step']
    """
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)
