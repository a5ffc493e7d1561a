"""From the bytes of one YAML file to plain values and their places: the part of the reader that needs a parser."""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from detente.core import SchemaError, parse_day
from detente.dossier.yaml_reader import KeyPath, key_text

MAX_DEPTH = 24
MAX_DIGITS = 40

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


def parse(
    raw: bytes, name: str, max_bytes: int
) -> tuple[dict[str, Any] | list[Any], dict[KeyPath, tuple[int, int]]]:
    """Plain values of a file, and where each stands; raises what `parse_yaml` says."""
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
    return data, parser.places


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
