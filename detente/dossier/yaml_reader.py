"""Read one YAML file safely, and remember on which line every key stands.

Only a small, safe part of YAML is accepted: one document, mappings with text keys, lists, scalars. Plain scalars follow
YAML 1.2 (``NO`` stays the text ``NO``; only ``true`` and ``false`` are booleans); ISO days become `datetime.date`.
Refused, with the line: duplicate keys, aliases (so nothing can be multiplied), tags, deep nesting, numbers that are not
finite, days that do not exist, characters YAML forbids, bytes that are not UTF-8, files over the size limit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from detente.core import SchemaError, name_of, parse_day, read_bytes

MAX_BYTES = 2_000_000
MAX_DEPTH = 24
MAX_DIGITS = 40

KeyPath = tuple[str | int, ...]
"""Where a value sits in a file: keys and list positions from the top."""

# C parser where PyYAML was built with it (all published wheels); same events from the Python one otherwise.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"([-+]?\.(inf|Inf|INF))\Z|\.(nan|NaN|NAN)\Z")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


@dataclass(frozen=True)
class YamlFile:
    """What one file holds, and where.

    Parameters
    ----------
    name : str
        Name of the file as shown in messages.
    data : mapping or list
        Plain values: dict, list, str, int, float, bool, None, `datetime.date`.
    places : mapping of key path to (line, column)
        Both counted from 1; a key's place is that of the key itself, an item's that of its first character.
    raw : bytes
        The bytes read, for the content hash.
    ends_with_newline : bool
        A file that does not is often one that was cut off.
    """

    name: str
    data: dict[str, Any] | list[Any]
    places: Mapping[KeyPath, tuple[int, int]]
    raw: bytes = field(repr=False)
    ends_with_newline: bool = True

    def place(self, path: KeyPath) -> tuple[int | None, int | None]:
        """Line and column of a key path, or of the nearest enclosing one that has a place."""
        for length in range(len(path), -1, -1):
            place = self.places.get(path[:length])
            if place is not None:
                return place
        return None, None

    def where(self, path: KeyPath) -> str:
        """``file:line: key.path``, the form every message uses."""
        line, _ = self.place(path)
        head = f"{self.name}:{line}" if line else self.name
        dotted = key_text(path)
        return f"{head}: {dotted}" if dotted else head


def key_text(path: KeyPath) -> str:
    """Write a key path for a person: ``values[1].from``.

    Examples
    --------
    >>> key_text(("values", 1, "from"))
    'values[1].from'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def read_yaml(path: str | Path, *, name: str | None = None, max_bytes: int = MAX_BYTES) -> YamlFile:
    """Read one YAML file.

    Parameters
    ----------
    path : path-like
        The file.
    name : str, optional
        What to call it in messages; its own name when left out.
    max_bytes : int
        Larger files are refused before they are parsed.

    Raises
    ------
    InputError
        When the file cannot be read.
    SchemaError, DateError
        As in `parse_yaml`.
    """
    shown = name or name_of(Path(path).name)
    return parse_yaml(read_yaml_bytes(path, name=shown, max_bytes=max_bytes), name=shown, max_bytes=max_bytes)


def read_yaml_bytes(path: str | Path, *, name: str, max_bytes: int = MAX_BYTES) -> bytes:
    """Bytes of one YAML file, and one more than are allowed where there are too many.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    return read_bytes(path, limit=max_bytes + 1, expected="a YAML file", name=name, cut=True)


def parse_yaml(raw: bytes, *, name: str = "<bytes>", max_bytes: int = MAX_BYTES) -> YamlFile:
    r"""Parse the bytes of one YAML file.

    Raises
    ------
    SchemaError
        With file, line and column, for everything listed at the top of this module.
    DateError
        For a day that does not exist, such as 2025-09-31.

    Examples
    --------
    >>> file = parse_yaml(b"country: NO\nfrom: 2025-10-30\n")
    >>> file.data["country"], file.data["from"].isoformat(), file.places[("from",)]
    ('NO', '2025-10-30', (2, 1))
    """
    text = _decode(raw, name, max_bytes)
    parser = _Parser(name, text)
    try:
        data = parser.run(_Loader(text))
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, name, text) from error
    except yaml.YAMLError as error:  # characters the reader itself refuses
        raise SchemaError(
            f"not readable as YAML: {error}", file=name, hint="save the file as plain UTF-8 text"
        ) from error
    return YamlFile(name, data, parser.places, raw, raw.endswith((b"\n", b"\r")))


def _decode(raw: bytes, name: str, max_bytes: int) -> str:
    if len(raw) > max_bytes:
        raise SchemaError(
            f"the file has more bytes than the limit of {max_bytes:,}",
            file=name,
            hint="split it into several files",
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SchemaError(
            f"byte 0x{raw[error.start]:02x} is not UTF-8",
            file=name,
            line=raw.count(b"\n", 0, error.start) + 1,
            hint="save the file with the encoding UTF-8",
        ) from error
    bad = _FORBIDDEN.search(text)
    if bad:
        start = bad.start()
        raise SchemaError(
            f"character U+{ord(bad.group()):04X} is not allowed in YAML",
            file=name,
            line=text.count("\n", 0, start) + 1,
            column=start - (text.rfind("\n", 0, start) + 1) + 1,
            hint="delete it; a null byte often means that the file is damaged",
        )
    if not text.strip():
        raise SchemaError(
            "the file is empty",
            file=name,
            line=1,
            hint="write its keys; a list without entries is written `[]`",
        )
    return text


def _syntax_error(error: yaml.MarkedYAMLError, name: str, text: str) -> SchemaError:
    mark: Any = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "not readable as YAML"
    line = mark.line + 1 if mark else None
    column = mark.column + 1 if mark else None
    last = text.rstrip().count("\n") + 1
    if (line is not None and line > last) or "end of stream" in problem or "stream end" in problem:
        context: Any = error.context_mark
        opened = context.line + 1 if context and context.line < last else None
        since = f" (something opened on line {opened} is never closed)" if opened else ""
        return SchemaError(
            f"the file ends too early{since}: {problem}",
            file=name,
            line=last,
            hint="the file was probably cut off; restore it from its source",
        )
    return SchemaError(
        f"not valid YAML: {problem}",
        file=name,
        line=line,
        column=column,
        hint="check indentation, quotes and colons near this line",
    )


class _Parser:
    """Build plain values from parser events, one pass, with a stack of our own so that depth is bounded."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.places: dict[KeyPath, tuple[int, int]] = {}

    def fail(self, what: str, event: Any, hint: str, path: KeyPath = ()) -> SchemaError:
        return SchemaError(
            what,
            file=self.name,
            line=event.start_mark.line + 1,
            column=event.start_mark.column + 1,
            key=key_text(path) or None,
            hint=hint,
        )

    def run(self, loader: Any) -> dict[str, Any] | list[Any]:
        try:
            data = self.document(loader)
        finally:
            loader.dispose()
        return data

    def document(self, loader: Any) -> dict[str, Any] | list[Any]:
        loader.get_event()  # stream start
        first = loader.get_event()
        if isinstance(first, yaml.StreamEndEvent):
            raise SchemaError(
                "the file holds nothing but comments",
                file=self.name,
                line=1,
                hint="write `[]` for an empty list",
            )
        event = loader.get_event()
        if not isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            raise self.fail("the file must hold a list or a mapping", event, "start entries with `- id: …`")
        data = self.collection(loader, event)
        loader.get_event()  # document end
        after = loader.get_event()
        if not isinstance(after, yaml.StreamEndEvent):
            raise self.fail(
                "a second document starts here", after, "keep one document a file: remove the `---`"
            )
        return data

    def collection(self, loader: Any, start: Any) -> dict[str, Any] | list[Any]:
        """Everything from a collection's start event to its end, without recursion."""
        self.check(start, ())
        top: dict[str, Any] | list[Any] = {} if isinstance(start, yaml.MappingStartEvent) else []
        self.places[()] = (start.start_mark.line + 1, start.start_mark.column + 1)
        stack: list[tuple[dict[str, Any] | list[Any], KeyPath]] = [(top, ())]
        key: str | None = None
        while stack:
            event = loader.get_event()
            holder, path = stack[-1]
            if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                stack.pop()
                continue
            if isinstance(holder, dict) and key is None:
                key = self.key(event, holder, path)
                continue
            if isinstance(holder, dict):
                assert key is not None
                here: KeyPath = (*path, key)
            else:
                here = (*path, len(holder))
                self.places[here] = (event.start_mark.line + 1, event.start_mark.column + 1)
            self.check(event, here)
            value: Any
            if isinstance(event, yaml.ScalarEvent):
                value = self.scalar(event, here)
            else:
                value = {} if isinstance(event, yaml.MappingStartEvent) else []
                if len(stack) >= MAX_DEPTH:
                    raise self.fail(f"nested more than {MAX_DEPTH} levels deep", event, "flatten this entry")
                stack.append((value, here))
            if isinstance(holder, dict):
                assert key is not None
                holder[key] = value
                key = None
            else:
                holder.append(value)
        return top

    def key(self, event: Any, holder: dict[str, Any], path: KeyPath) -> str:
        self.check(event, path)
        if not isinstance(event, yaml.ScalarEvent):
            raise self.fail("a key must be plain text", event, "write `key: value`", path)
        key = str(event.value)
        here = (*path, key)
        if key in holder:
            earlier = self.places[here][0]
            raise self.fail(
                f"the key `{key}` appears twice (first on line {earlier})",
                event,
                "remove or rename one of them",
                here,
            )
        mark: Any = event.start_mark
        self.places[here] = (mark.line + 1, mark.column + 1)
        return key

    def check(self, event: Any, path: KeyPath) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise self.fail(f"the alias `*{event.anchor}` is not allowed", event, "write the value out", path)
        if event.tag is not None:
            raise self.fail(
                f"the tag `{event.tag}` is not allowed", event, "remove the tag; quote text instead", path
            )

    def scalar(self, event: Any, path: KeyPath) -> Any:
        text: str = event.value
        if not event.implicit[0]:  # quoted or block text
            return text
        if text in _WORDS:
            return _WORDS[text]
        head = text[0]
        if not (head.isdigit() or head in "+-."):
            return text
        day = _DAY.match(text)
        if day:
            where = f"{self.name}:{event.start_mark.line + 1}: {key_text(path)}"
            return parse_day(text, where=where, hint="write an existing day as YYYY-MM-DD")
        if _NOT_FINITE.match(text):
            raise self.fail(
                f"{text} is not a finite number", event, "leave the key out if there is no value", path
            )
        if _INTEGER.match(text):
            if len(text) > MAX_DIGITS:
                raise self.fail("a number with too many digits", event, "quote it if it is text", path)
            return int(text)
        if _FLOAT.match(text):
            number = float(text)
            if not math.isfinite(number):
                raise self.fail(f"{text} is too large for a number", event, "quote it if it is text", path)
            return number
        return text
