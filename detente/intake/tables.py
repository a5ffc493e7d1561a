"""The word lists and patterns that the intake reads: data files beside the code, read once."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from detente.dossier import read_yaml

_FOLDER = Path(__file__).parent / "data"


@functools.cache
def table(name: str) -> Any:
    """One data file as plain values.

    Parameters
    ----------
    name : str
        File name without its ending.
    """
    return read_yaml(_FOLDER / f"{name}.yaml").data


@functools.cache
def patterns(name: str, key: str) -> tuple[re.Pattern[str], ...]:
    """Compiled patterns of one list of a data file, without regard to case unless the list holds names."""
    flags = re.NOFLAG if key == "byline" else re.IGNORECASE
    return tuple(re.compile(text, flags) for text in table(name)[key])


@functools.cache
def phrases(words: tuple[str, ...], flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """One pattern for some phrases: a hyphen or any space may stand between words, and a plural ending may follow.

    Examples
    --------
    >>> bool(phrases(("rare earth",)).search("new rare-earths rules"))
    True
    """
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    alternatives = "|".join(
        r"[\s\-‑–]+".join(re.escape(part) for part in re.split(r"[\s-]+", word)) for word in ordered
    )
    return re.compile(rf"(?<![\w])(?:{alternatives})(?:s|es)?(?![\w])", flags)
