"""Records and YAML files kept between runs, so that what was read and checked once need not be read and checked again.

The key is a hash over the bytes of the files and over this room's code: when either changes, nothing old is found. What is kept
is the outcome of a reading that succeeded; a file with a fault is read anew each time, and complained of each time.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import importlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from detente.core import kept as store

if TYPE_CHECKING:
    from detente.dossier.base import Frozen
    from detente.dossier.dossier import Dossier
    from detente.dossier.yaml_reader import YamlFile

M = TypeVar("M", bound="Frozen")
ROOM = Path(__file__).resolve().parent
HOMES = ("detente.dossier.", "detente.policy.", "detente.strategy.")
"""Where classes of a kept value may come from."""
DAY, ENTRY, WORD, PAIRS = "d", "e", "w", "p"
PLAIN = (str, int, float, bool, type(None))


class UnkeptError(ValueError):
    """A value that has no form in which it can be kept."""


def key_of(*parts: str | bytes) -> str:
    """Name under which something is kept: a hash over its content and the code that reads it."""
    digest = hashlib.sha256(store.files_key(_code()).encode())
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(f"{len(content)}\0".encode() + content)
    return digest.hexdigest()


@functools.cache
def _code() -> tuple[Path, ...]:
    """Files that say how the record is read: the code of this room and the words it knows; listed once a process."""
    return (*ROOM.glob("*.py"), *ROOM.glob("data/*.yaml"))


def load_kept(kind: str, key: str) -> Any:
    """A value that was kept, made of the same classes as before; None when there is none that can be made."""
    body = store.recall(kind, key)
    if body is None:
        return None
    try:
        return _Reader(body["classes"], body["lists"]).value(body["value"])
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, ImportError, RecursionError):
        return None


def save_kept(kind: str, key: str, value: Any) -> None:
    """Keep a value: plain ones, days, entries of the record and its words, in lists or in tuples, but not in both."""
    writer = _Writer()
    try:
        body = writer.value(value)
    except (UnkeptError, RecursionError):
        return
    if len(writer.sequences) > 1:
        return
    lists = list in writer.sequences
    store.keep(kind, key, {"classes": writer.named, "lists": lists, "value": body})


def errors_kept(record: Dossier) -> int:
    """Number of errors the audit finds in a record as it was loaded, from an earlier run where one has counted them.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> errors_kept(load_dossier())
    0
    """
    key = key_of("errors", record.id, record.content_hash, record.asof.isoformat())
    count = load_kept("errors", key)
    if type(count) is not int:
        from detente.dossier.audit_record import errors

        count = errors(record)
        save_kept("errors", key, count)
    return count


def read_kept(path: Path, kind: str, make: Callable[[YamlFile], Any]) -> Any:
    """What is made of a file of this room, read and checked by `make`; from an earlier run where one has."""
    from detente.dossier.yaml_reader import parse_yaml, read_yaml_bytes

    raw = read_yaml_bytes(path, name=path.name)
    key = key_of(kind, raw)
    value = load_kept(kind, key)
    if value is None:
        value = make(parse_yaml(raw, name=path.name))
        save_kept(kind, key, value)
    return value


def checked_kept(model: type[M], file: YamlFile, code: tuple[Path, ...]) -> M:
    """The one entry that a file holds, checked; from an earlier run where one has.

    Parameters
    ----------
    model : type
        What the entry is.
    file : YamlFile
    code : tuple of Path
        Files that say how it is checked, beside those of this room.
    """
    from detente.dossier.form import validate

    key = key_of(model.__name__, store.files_key(code), file.raw)
    entry = load_kept("entries", key)
    if type(entry) is not model:
        entry = validate(model, file.data, file, ())
        save_kept("entries", key, entry)
    return entry


class _Writer:
    """Values as JSON: what JSON does not have is a mapping with one of our marks as its key."""

    def __init__(self) -> None:
        self.sequences: set[type] = set()
        self.named: list[list[Any]] = []
        """Module, class and fields of every class met."""
        self.numbers: dict[type, int] = {}

    def value(self, value: Any) -> Any:
        from detente.dossier.base import Frozen

        kind = type(value)
        if kind in PLAIN:
            return value
        if kind in (list, tuple):
            self.sequences.add(kind)
            return [self.value(each) for each in value]
        if kind is dt.date:
            return {DAY: value.isoformat()}
        if isinstance(value, StrEnum):
            return {WORD: [self.number(kind, []), value.value]}
        if isinstance(value, dict):
            return {
                PAIRS: [self.number(kind, []), [[self.value(k), self.value(v)] for k, v in value.items()]]
            }
        if isinstance(value, Frozen):
            fields = list(kind.model_fields)
            beside = any((value.__pydantic_private__ or {}).values()) or value.__pydantic_extra__
            if set(vars(value)) != set(fields) or beside:
                raise UnkeptError(kind.__name__)
            given = [fields.index(name) for name in fields if name in value.model_fields_set]
            return {
                ENTRY: [self.number(kind, fields), given, [self.value(getattr(value, f)) for f in fields]]
            }
        raise UnkeptError(kind.__name__)

    def number(self, kind: type, fields: list[str]) -> int:
        if kind is not dict and not kind.__module__.startswith(HOMES):
            raise UnkeptError(kind.__name__)
        if kind not in self.numbers:
            self.numbers[kind] = len(self.named)
            self.named.append([kind.__module__, kind.__qualname__, fields])
        return self.numbers[kind]


class _Reader:
    """Values from JSON as `_Writer` wrote them; whatever it would not write is an error."""

    def __init__(self, named: list[Any], lists: bool) -> None:
        self.sequence: type = list if lists else tuple
        self.classes = [self.known(*each) for each in named]
        self.days: dict[str, dt.date] = {}

    @staticmethod
    def known(module: str, name: str, fields: list[str]) -> tuple[Any, list[str]]:
        """A class of this room by its name, with its fields as they were."""
        from detente.dossier.base import Frozen

        if (module, name) == ("builtins", "dict"):
            return dict, []
        if not module.startswith(HOMES):
            raise ValueError(module)
        kind = getattr(importlib.import_module(module), name)
        if not (isinstance(kind, type) and issubclass(kind, (Frozen, StrEnum, dict))):
            raise TypeError(name)
        if issubclass(kind, Frozen) and list(kind.model_fields) != fields:
            raise ValueError(name)
        return kind, fields

    def value(self, body: Any) -> Any:
        if type(body) is list:
            return self.sequence(self.values(body))
        if type(body) is not dict:
            return body
        ((mark, content),) = body.items()
        if mark == ENTRY:
            number, given, values = content
            kind, fields = self.classes[number]
            entry = kind.__new__(kind)
            entry.__setstate__(
                {
                    "__dict__": dict(zip(fields, self.values(values), strict=True)),
                    "__pydantic_fields_set__": {fields[k] for k in given},
                    "__pydantic_extra__": None,
                    "__pydantic_private__": None,
                }
            )
            entry.model_post_init(None)
            return entry
        if mark == DAY:
            if content not in self.days:
                self.days[content] = dt.date.fromisoformat(content)
            return self.days[content]
        kind, _ = self.classes[content[0]]
        if mark == WORD:
            return kind(content[1])
        if mark == PAIRS:
            return kind([self.values(pair) for pair in content[1]])
        raise ValueError(mark)

    def values(self, bodies: list[Any]) -> list[Any]:
        return [each if type(each) in PLAIN else self.value(each) for each in bodies]
