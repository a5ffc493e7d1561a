"""The face of a room: the names it offers, each loaded when it is first asked for.

A room's ``__init__`` lists its names twice: as imports that only a type checker and a reader see, and as the map that this
module loads from. A test holds the two together. Nothing is imported before it is used, so a command pays for the rooms
it enters and no others.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def face(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package whose names load on demand (PEP 562).

    Parameters
    ----------
    package : str
        Dotted name of the package.
    modules : mapping of str to str
        Module, relative to the package (or absolute when it starts with ``detente.``), and the names it defines, divided by blanks.

    Raises
    ------
    AttributeError
        From ``__getattr__``, for a name the package does not offer, with the nearest one.

    Examples
    --------
    >>> get, _, names = face("detente.core", {"spelling": "nearest suggestion"})
    >>> names, get("nearest")("talk-fail", ["talks-fail", "standing"])
    (['nearest', 'suggestion'], ['talks-fail'])
    """
    home = {name: module for module, names in modules.items() for name in names.split()}

    def get(name: str) -> Any:
        if name not in home:
            if not name.startswith("_"):
                from detente.core.spelling import nearest

                close = nearest(name, home)
                hint = f"; did you mean `{close[0]}`?" if close else ""
            else:
                hint = ""
            raise AttributeError(f"module `{package}` has no name `{name}`{hint}")
        module = home[name]
        value = getattr(
            importlib.import_module(module if module.startswith("detente.") else f"{package}.{module}"), name
        )
        setattr(sys.modules[package], name, value)
        return value

    return get, lambda: sorted({*home, *vars(sys.modules[package])}), sorted(home)
