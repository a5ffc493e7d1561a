"""What economies and sectors are also called: US, EU, Germany within its bloc, cars, magnets. The names are data."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path


def plain(text: str) -> str:
    """A name without case, dashes and underscores, to compare by."""
    return " ".join(text.replace("-", " ").replace("_", " ").casefold().split())


@functools.cache
def _aliases(kind: str) -> Mapping[str, str]:
    """Code by plain name."""
    import detente.dossier
    from detente.dossier import read_yaml

    data = read_yaml(Path(detente.dossier.__file__).parent / "data" / "aliases.yaml").data
    assert isinstance(data, dict)
    return {plain(word): code for code, words in data[kind].items() for word in words}


def called(text: str, known: Sequence[str], kind: str, names: Mapping[str, str] | None = None) -> str:
    """The code that a word means among the codes known; the word itself where it means none, for the message to come.

    Parameters
    ----------
    text : str
    known : sequence of str
        Codes of the world, and any other word that is one already.
    kind : {"economies", "sectors"}
    names : mapping of code to str, optional
        The world's own names, understood too.

    Examples
    --------
    >>> called("Germany", ["USA", "EU27"], "economies"), called("magnets", ["MAG"], "sectors")
    ('EU27', 'MAG')
    """
    word = text.strip()
    if word in known:
        return word
    said = plain(word)
    for code in known:
        if said in (plain(code), plain((names or {}).get(code, ""))):
            return code
    code = _aliases(kind).get(said, word)
    return code if code in known else word


def economies(text: str, known: Sequence[str], names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Codes of a list with commas between; each once.

    Examples
    --------
    >>> economies("us, China", ["USA", "CHN", "WORLD"])
    ('USA', 'CHN')
    """
    words = [part for part in text.split(",") if part.strip()]
    return tuple(dict.fromkeys(called(word, known, "economies", names) for word in words))
