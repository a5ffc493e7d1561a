"""Files that only grow: a line of JSON an entry, each with its number, the hash of the line before, and its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from detente.core.errors import EvidenceError
from detente.core.files import sha256_bytes

CHAIN_START = "0" * 64
"""What stands for the hash of the line before the first."""


def chain_line(content: dict[str, Any]) -> str:
    """One line of such a file.

    Examples
    --------
    >>> chain_line({"b": 1, "a": "é"})
    '{"a": "é", "b": 1}'
    """
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def chain_hash(content: dict[str, Any]) -> str:
    """SHA-256 of a line without its hash.

    Examples
    --------
    >>> len(chain_hash({"number": 1, "previous": CHAIN_START}))
    64
    """
    return sha256_bytes(chain_line(content).encode("utf-8"))


def read_chain(
    lines: Sequence[str], *, first: int, name: str, broken: str, hint: str
) -> tuple[dict[str, Any], ...]:
    """Contents of the lines, each with its hash.

    Parameters
    ----------
    lines : sequence of str
    first : int
        Number that the first line bears.
    name : str
        Of the file, for messages.
    broken, hint : str
        What is said of a line that does not fit, and what to do then.

    Raises
    ------
    EvidenceError
        For the first line that was changed, left out or moved.

    Examples
    --------
    >>> entry = {"number": 1, "previous": CHAIN_START, "says": "yes"}
    >>> line = chain_line({**entry, "hash": chain_hash(entry)})
    >>> read_chain([line], first=1, name="a", broken="changed", hint="")[0]["says"]
    'yes'
    >>> read_chain([line.replace("yes", "no")], first=1, name="a", broken="changed", hint="take it back")
    Traceback (most recent call last):
    detente.core.errors.EvidenceError: a: line 1: changed
      hint: take it back
    """
    contents: list[dict[str, Any]] = []
    previous = CHAIN_START
    for place, line in enumerate(lines):
        try:
            content = json.loads(line)
            kept = content.pop("hash")
            whole = (content["previous"], content["number"], chain_hash(content)) == (
                previous,
                first + place,
                kept,
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            whole = False
        if not whole:
            raise EvidenceError(broken, where=f"{name}: line {place + 1}", hint=hint)
        previous = kept
        contents.append({**content, "hash": kept})
    return tuple(contents)
