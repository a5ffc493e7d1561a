"""Words of the command line that mean what they say: text, digits, a path, a word of a closed list.

Versions of typer that read every word with pydantic load that library, and make it a reader for each option of a verb, before the
first word is read: a sixth of the time of a command. Here such a word is taken as it stands; whatever else it is, typer reads it,
and refuses it in its own words.
"""

from __future__ import annotations

import enum
import os
from pathlib import Path
from typing import Any, get_args, get_origin

READER = "_runtime_param"
"""Where an option of those versions of typer keeps its reader once it is made."""
LONGEST = 15
"""Digits of a number that is plain."""
UNREAD = object()
"""Stands for a word that typer has to read."""


class Plain:
    """The reader of an option that takes plain words at once, and has typer make its own for the first that is not.

    Parameters
    ----------
    option : option or argument of typer
    """

    def __init__(self, option: Any) -> None:
        self.option = option
        self.said = option.type_descriptor.parameter_info
        kind = option.type_descriptor.annotation
        self.kind: Any = get_args(kind)[0] if get_origin(kind) is list else kind

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """What a word means, as typer would say it."""
        many = param.multiple or param.nargs == -1
        if value is None:
            return () if many else None
        if many:
            read = [self.meant(each) for each in value] if isinstance(value, (list, tuple)) else [UNREAD]
            if not any(each is UNREAD for each in read):
                return read
        elif (meant := self.meant(value)) is not UNREAD:
            return meant
        setattr(self.option, READER, None)
        return self.option.get_runtime_param().coerce(value, param=param, ctx=ctx)

    def meant(self, value: Any) -> Any:
        """What one word means, or that it is not plain."""
        said, kind = self.said, self.kind
        if said.parser is not None or not isinstance(kind, type):
            return UNREAD
        if kind is str:
            return value if type(value) is str else UNREAD
        if kind in (int, float):
            return UNREAD if said.clamp else _number(value, kind, said.min, said.max)
        if issubclass(kind, enum.Enum):
            if isinstance(value, kind):
                return value
            return next((each for each in kind if said.case_sensitive and each.value == value), UNREAD)
        if kind is Path and isinstance(value, (str, Path)):
            special = said.exists or said.writable or said.resolve_path or said.allow_dash or said.path_type
            usual = said.file_okay and said.dir_okay and not special
            path = Path(value)
            readable = "\0" not in str(value) and (not path.exists() or os.access(path, os.R_OK))
            return path if usual and readable else UNREAD
        return UNREAD


def _number(value: Any, kind: Any, least: float | None, most: float | None) -> Any:
    """A number that is one already, or is written in few digits; within its bounds."""
    if type(value) is str:
        whole, point, rest = value.partition(".")
        digits = whole + rest
        if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST):
            return UNREAD
        if point and (kind is int or not whole or not rest):
            return UNREAD
        value = kind(value)
    if type(value) is not kind:
        return UNREAD
    bounded = (least is None or value >= least) and (most is None or value <= most)
    return value if bounded and value - value == 0 else UNREAD


def take_plain_words(command: Any) -> None:
    """Have a command, and those below it, take plain words as they stand; nothing changes where typer reads them itself.

    Parameters
    ----------
    command : command of typer
    """
    get = command.get_params

    def params(context: Any) -> Any:
        every = get(context)
        for option in every:
            if getattr(option, READER, UNREAD) is None and hasattr(option, "get_runtime_param"):
                setattr(option, READER, Plain(option))
        return every

    vars(command)["get_params"] = params
    for below in getattr(command, "commands", {}).values():
        take_plain_words(below)
