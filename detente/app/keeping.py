"""What was made last is kept, and no more of it than a bound; memory that was freed goes back to the system."""

from __future__ import annotations

import ctypes
import functools
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

V = TypeVar("V")


class Kept(dict[Hashable, V]):
    """What was made last, and no more of it than a bound.

    Examples
    --------
    >>> kept: Kept[int] = Kept(2)
    >>> [kept.get_or(key, lambda: key) for key in (1, 2, 3)], len(kept)
    ([1, 2, 3], 2)
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self._order: OrderedDict[Hashable, None] = OrderedDict()

    def put(self, key: Hashable, value: V) -> V:
        """Keep a value; the one that was not asked for longest goes."""
        self[key] = value
        self._order[key] = None
        self._order.move_to_end(key)
        while len(self._order) > self.most:
            del self[self._order.popitem(last=False)[0]]
        return value

    def get_or(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value under a key, made if it is not kept."""
        if key in self:
            self.touch(key)
            return self[key]
        return self.put(key, make())

    def touch(self, key: Hashable) -> None:
        """Say that a value was asked for."""
        self._order.move_to_end(key)

    def drop(self, key: Hashable) -> None:
        """Keep a value no longer."""
        del self[key], self._order[key]


def give_back_memory() -> None:
    """Give memory that was freed back to the system, where the C library would keep it.

    What a long job frees lies between what is kept, so that the process stays as large as it once was: hundreds of megabytes.

    Examples
    --------
    >>> give_back_memory()
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@functools.cache
def _trim() -> Any:
    """`malloc_trim` of glibc; None where the C library has none."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
