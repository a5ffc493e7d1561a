"""Read one YAML file safely, and remember on which line every key stands.

Only a small, safe part of YAML is accepted: one document, mappings with text keys, lists, scalars. Plain scalars follow
YAML 1.2 (``NO`` stays the text ``NO``; only ``true`` and ``false`` are booleans); ISO days become `datetime.date`.
Refused, with the line: duplicate keys, aliases (so nothing can be multiplied), tags, deep nesting, numbers that are not
finite, days that do not exist, characters YAML forbids, bytes that are not UTF-8, files over the size limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detente.core import name_of, read_bytes

MAX_BYTES = 2_000_000
KEPT_BYTES = 100_000
"""A larger file is parsed each time: it would not be read back faster."""

KeyPath = tuple[str | int, ...]
"""Where a value sits in a file: keys and list positions from the top."""


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
    raw = read_yaml_bytes(path, name=shown, max_bytes=max_bytes)
    if len(raw) > KEPT_BYTES:
        return parse_yaml(raw, name=shown, max_bytes=max_bytes)
    return _kept_or_parsed(raw, shown, max_bytes)


def _kept_or_parsed(raw: bytes, name: str, max_bytes: int) -> YamlFile:
    """A file as an earlier run has parsed it, if one has: its values and its places follow from its bytes alone."""
    from detente.dossier.kept import key_of, load_kept, save_kept

    key = key_of("yaml", str(min(len(raw), max_bytes)), raw)
    kept = load_kept("yaml", key)
    if isinstance(kept, list) and len(kept) == 2 and isinstance(kept[0], (dict, list)):
        places = {tuple(path): (line, column) for path, line, column in kept[1]}
        return YamlFile(name, kept[0], places, raw, raw.endswith((b"\n", b"\r")))
    file = parse_yaml(raw, name=name, max_bytes=max_bytes)
    save_kept(
        "yaml", key, [file.data, [[list(path), line, column] for path, (line, column) in file.places.items()]]
    )
    return file


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
    from detente.dossier.yaml_parser import parse  # PyYAML is loaded when there is something to parse

    data, places = parse(raw, name, max_bytes)
    return YamlFile(name, data, places, raw, raw.endswith((b"\n", b"\r")))
