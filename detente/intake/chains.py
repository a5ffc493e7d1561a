"""Whether two reports are rewrites of one story: shared quotations, shared people quoted, shared wording."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from detente.intake.article import Item
from detente.intake.extraction import Extraction

_SHINGLE = 5
_LONG_QUOTE = 6


@dataclass(frozen=True)
class Kinship:
    """How much two reports share, and whether that makes them one observation."""

    first: int
    second: int
    quotes: int
    speakers: int
    shingles: float
    same: bool
    why: str


def words(text: str) -> list[str]:
    """Words in small letters, without marks.

    Examples
    --------
    >>> words("“We can’t,” she said.")
    ['we', "can't", 'she', 'said']
    """
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower().replace("’", "'"))


def likeness(first: str, second: str) -> float:
    """Share of words that two texts have in the same order, from 0 to 1."""
    return difflib.SequenceMatcher(None, words(first), words(second), autojunk=False).ratio()


def _long(extraction: Extraction) -> list[Item]:
    return [item for item in extraction.of("quotation") if len(words(item.text)) >= _LONG_QUOTE][:200]


def kinship(reports: Sequence[Extraction], first: int, second: int) -> Kinship:
    """Compare two reports.

    Two are one observation when they carry a long quotation in nearly the same words from the same speaker, when they
    quote two or more of the same people within three days, or when a tenth of the shorter one's runs of five words
    stand in the other.
    """
    report, other = reports[first], reports[second]
    near = sum(
        any(a.value == b.value and likeness(a.text, b.text) >= 0.6 for b in _long(other))
        for a in _long(report)
    )
    quoted = [{i.value for i in x.of("quotation")} - {"anonymous", "unknown"} for x in (report, other)]
    both = len(quoted[0] & quoted[1])
    sets = [_shingles(x) for x in (report, other)]
    shared = len(sets[0] & sets[1]) / max(1, min(map(len, sets)))
    close = abs((report.day.day - other.day.day).days) <= 3
    reasons = []
    if near:
        reasons.append(f"{near} long quotation{'s' if near > 1 else ''} in nearly the same words")
    if both >= 2 and close:
        reasons.append(f"{both} people quoted in both within three days")
    if shared >= 0.1:
        reasons.append(f"{shared:.0%} of the shorter one's runs of five words")
    same = shared >= 0.1 or (near >= 1 and (close or near >= 2)) or (both >= 3 and close)
    return Kinship(first, second, near, both, shared, same, "; ".join(reasons))


def _shingles(extraction: Extraction) -> set[tuple[str, ...]]:
    tokens = words(extraction.article.body)
    return {tuple(tokens[i : i + _SHINGLE]) for i in range(len(tokens) - _SHINGLE + 1)}


def chains_of(reports: Sequence[Extraction]) -> tuple[list[int], list[Kinship]]:
    """Number the stories behind some reports.

    Returns
    -------
    list of int
        For each report the position of the first report of its story.
    list of Kinship
        Pairs found to be one story, with the reasons.
    """
    root = list(range(len(reports)))
    kinships = []
    for first, second in combinations(range(len(reports)), 2):
        kin = kinship(reports, first, second)
        if kin.same:
            kinships.append(kin)
            low, high = sorted((root[first], root[second]))
            root = [low if number == high else number for number in root]
    return root, kinships
