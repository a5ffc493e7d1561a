"""What a study follows from, by content: arrays by their bytes, functions by their source and what they name."""

from __future__ import annotations

import dataclasses
import enum
import functools
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

PLAIN = (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, type(None))
"""Data of a module that a study follows from when what makes its scenarios names them."""


def add_content(digest: Any, value: Any, above: tuple[int, ...] = ()) -> None:
    """Add a value to a hash by content: arrays by their bytes, functions by their source and what it names.

    `above` are the values it is part of: one that is part of itself is named by how far up it is.
    """
    digest.update(f"{type(value).__qualname__}\0".encode())
    if id(value) in above:
        digest.update(f"{len(above) - above.index(id(value))} up\0".encode())
        return
    within = (*above, id(value))
    if isinstance(value, np.ndarray):
        digest.update(f"{value.shape} {value.dtype}\0".encode() + np.ascontiguousarray(value).tobytes())
    elif isinstance(value, functools.partial):
        add_content(digest, [value.func, list(value.args), value.keywords], within)
    elif inspect.isroutine(value) or inspect.isclass(value):
        digest.update(f"{value.__module__}.{value.__qualname__}\0".encode() + _source(value))
        parts = [cell.cell_contents for cell in getattr(value, "__closure__", None) or ()]
        if inspect.ismethod(value):  # and what it is bound to
            parts.append(value.__self__)
        parts += [getattr(value, "__defaults__", None), getattr(value, "__kwdefaults__", None)]
        add_content(digest, [*parts, _named(value)], within)
    elif dataclasses.is_dataclass(value):
        add_content(digest, type(value), within)
        add_content(
            digest, {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}, within
        )
    elif isinstance(value, Mapping):
        for name in sorted(value, key=repr):
            digest.update(f"{name!r}\0".encode())
            add_content(digest, value[name], within)
    elif isinstance(value, (set, frozenset)):  # in no order that another process would see
        add_content(digest, sorted(map(repr, value)), within)
    elif isinstance(value, (list, tuple)):
        for each in value:
            add_content(digest, each, within)
    elif hasattr(value, "__dict__") and not isinstance(
        value, enum.Enum
    ):  # its text may say where it lies in memory
        add_content(digest, [type(value), vars(value)], within)
    elif getattr(type(value), "__repr__", None) is getattr(object, "__repr__", None):
        add_content(digest, type(value), within)
    else:
        digest.update(f"{value!r}\0".encode())


def _named(work: Any) -> dict[str, Any]:
    """What a function finds in its module by name: data, and functions and classes of the same module."""
    inner = getattr(work, "__func__", work)
    code = getattr(inner, "__code__", None)
    if code is None:
        return {}
    codes, names = [code], set[str]()
    while codes:
        code = codes.pop()
        names |= set(code.co_names)
        codes += [const for const in code.co_consts if inspect.iscode(const)]
    there = {name: inner.__globals__[name] for name in names & inner.__globals__.keys()}

    def counts(value: Any) -> bool:
        if inspect.isroutine(value) or inspect.isclass(value):
            return bool(value.__module__ == inner.__module__)
        return isinstance(value, (*PLAIN, np.ndarray)) or dataclasses.is_dataclass(value)

    return {name: value for name, value in there.items() if counts(value)}


def _source(work: Any) -> bytes:
    """Source of a function or class; nothing where it was typed in or compiled."""
    try:
        return inspect.getsource(work).encode()
    except (OSError, TypeError):
        return b""
