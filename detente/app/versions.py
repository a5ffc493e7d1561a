"""What an address was made with, and what is otherwise here: the version, the world, the record, the outcomes, the parameters."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from detente.app.changes import changes_of_income
from detente.app.laboratory import BESIDE
from detente.app.state import LONGEST, PageState, pairs_of, state_of
from detente.core import DetenteError, package_version, read_register
from detente.show.figures import country_name
from detente.show.words import number

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory, PageAnswer

KEY: Final = "made"
"""Of the address: no part of the state, for nothing that is shown depends on it but a message."""
PARTS: Final = {
    "the world": "the table of the economy, or its elasticities",
    "the record": "measures, clocks or sources",
    "the outcomes": "what the two outcomes do",
    "the parameters": "of horizons, of time, of duties",
}
"""What is compared, and what each means."""
_MADE = re.compile(
    r"(?P<version>[0-9A-Za-z.+!-]{1,40})(?P<parts>(_[0-9a-f]{6}){4})(_(?P<numbers>-?\d{1,9}(\.-?\d{1,9}){3}))?"
)
_RELEASE = re.compile(r"\d+(?:\.\d+)*")
_OF_MODEL: Final = ("cases/", "policy/", "equilibrium/")
_MOST_ENTRIES: Final = 40
_CHANGES: Final = (
    Path(__file__).resolve().parents[1] / "changes",  # installed
    Path(__file__).resolve().parents[2] / "CHANGELOG.d",  # a checkout
)


@dataclass(frozen=True)
class VersionMessage:
    """What a reader is told of an address that was made otherwise.

    Attributes
    ----------
    before, here : str
        Versions; the first is empty where the address does not say it legibly.
    parts : tuple of (name, meaning)
        What differs.
    numbers : tuple of (what, then, now)
        Large numbers that differ.
    entries : tuple of str
        Of the changelog, after the one version and up to the other.
    more : int
        Further entries.
    dropped : tuple of str
        Keys of the address that are unknown here.
    """

    before: str
    here: str
    parts: tuple[tuple[str, str], ...]
    numbers: tuple[tuple[str, str, str], ...]
    entries: tuple[str, ...]
    more: int
    dropped: tuple[str, ...]


def without_made(query: str) -> tuple[str, str]:
    """A query without what it was made with, and that.

    Examples
    --------
    >>> without_made("base=standing&made=0.1.0_aaaaaa_bbbbbb_cccccc_dddddd&horizon=short")
    ('base=standing&horizon=short', '0.1.0_aaaaaa_bbbbbb_cccccc_dddddd')
    """
    parts = query.split("&")
    origins = [part.partition("=")[2] for part in parts if part.startswith(f"{KEY}=")]
    rest = [part for part in parts if not part.startswith(f"{KEY}=")]
    return "&".join(rest), origins[-1][:200] if origins else ""


def with_made(address: str, origin: str) -> str:
    """An address that says what it was made with.

    Examples
    --------
    >>> with_made("/a/b?c=1", "0.1.0"), with_made("/a/b", "")
    ('/a/b?c=1&made=0.1.0', '/a/b')
    """
    return f"{address}{'&' if '?' in address else '?'}{KEY}={quote(origin, safe='')}" if origin else address


def made_here(answer: PageAnswer, laboratory: Laboratory) -> str:
    """What the address of an answer is made with: the version, four digests and the four large numbers.

    The numbers are hundredths of a percent: of both sides, the long run and the first year of each.
    """
    state, record = answer.state, answer.dossier

    def digests() -> object:
        world = laboratory.economy(state.elasticities).data_hash
        return tuple(part[:6] for part in (world, record.content_hash))

    known = laboratory.made.get_or(("digests", state.case, state.elasticities, record.asof), digests)
    assert isinstance(known, tuple)
    told = hashlib.sha256(answer.scenario.model_dump_json(exclude={"title", "told"}).encode())
    reference = answer.chosen[answer.reference].scenario
    told.update(reference.model_dump_json(exclude={"title", "told"}).encode())
    figures = ".".join(f"{round(100 * value)}" for value in _large(answer))
    return "_".join((package_version(), *known, told.hexdigest()[:6], _parameters(), figures))


def _large(answer: PageAnswer) -> list[float]:
    """The large numbers, rounded as they are shown."""
    codes = list(answer.economy.labels.countries)
    values = []
    for code in answer.parties:
        for horizon in reversed(BESIDE):
            outcomes = answer.outcomes[horizon]
            unset = answer.setting == answer.reference
            share = (
                [0.0] * len(codes)
                if unset
                else changes_of_income(outcomes[answer.setting], outcomes[answer.reference])[0]
            )
            values.append(round(share[codes.index(code)], 2))
    return values


@functools.cache
def _parameters() -> str:
    """Digest of the shipped parameters of the model, as registered."""
    digest = hashlib.sha256()
    for resource in read_register()["resources"]:
        if resource["path"].startswith(_OF_MODEL) or resource["path"].count("/") == 2:
            digest.update(f"{resource['path']} {resource['hash']}\n".encode())
    return digest.hexdigest()[:6]


def message(
    origin: str, answer: PageAnswer, laboratory: Laboratory, dropped: Sequence[str] = ()
) -> VersionMessage | None:
    """What is otherwise since an address was made; None when nothing is.

    Parameters
    ----------
    origin : str
        As the address says it; whatever it is, there is an answer.
    answer : PageAnswer
    laboratory : Laboratory
    dropped : sequence of str
        Keys of the address that were left out.
    """
    here = made_here(answer, laboratory)
    if not origin or (origin == here and not dropped):
        return None
    then, now = _MADE.fullmatch(origin), _MADE.fullmatch(here)
    if then is None or now is None:
        return VersionMessage("", package_version(), (), (), (), 0, tuple(dropped))
    pairs = zip(then["parts"].split("_")[1:], now["parts"].split("_")[1:], strict=True)
    parts = tuple(told for told, (old, new) in zip(PARTS.items(), pairs, strict=True) if old != new)
    entries = changes_between(then["version"], package_version())
    return VersionMessage(
        then["version"],
        package_version(),
        parts,
        _moved(then["numbers"], now["numbers"], answer.parties),
        entries[:_MOST_ENTRIES],
        max(len(entries) - _MOST_ENTRIES, 0),
        tuple(dropped),
    )


def _moved(then: str | None, now: str | None, parties: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    """Large numbers that differ, as they are shown."""
    if then is None or now is None:
        return ()
    names = [f"{country_name(code)}, {words}" for code in parties for words in ("long run", "first year")]

    def shown(value: str) -> str:
        return f"{number(int(value) / 100, 2, signed=True)} %"

    return tuple(
        (name, shown(old), shown(new))
        for name, old, new in zip(names, then.split("."), now.split("."), strict=True)
        if old != new
    )


def changes_between(old: str, new: str, folders: Sequence[Path] = _CHANGES) -> tuple[str, ...]:
    """Entries of the changelog after one version and up to another, the latest version first; none when it is not later.

    Fragments lie in a folder of the version that brought them; those of the present version may lie loose.

    Parameters
    ----------
    old, new : str
    folders : sequence of Path
        The first that exists is read.

    Examples
    --------
    >>> changes_between("0.1.0", "0.1.0")
    ()
    """
    folder = next((folder for folder in folders if folder.is_dir()), None)
    if folder is None or not _order(old) < _order(new):
        return ()
    later = [
        (_order(path.name), path) for path in folder.iterdir() if path.is_dir() and _RELEASE.match(path.name)
    ]
    between = [path for order, path in sorted(later, reverse=True) if _order(old) < order <= _order(new)]
    if not (folder / new).is_dir():
        between.insert(0, folder)
    return tuple(
        " ".join(path.read_text(encoding="utf-8").split())
        for part in between
        for path in sorted(part.glob("*.*.md"))
    )


def _order(version: str) -> tuple[int, ...]:
    release = _RELEASE.match(version)
    return tuple(int(part) for part in release[0].split(".")) if release else ()


def as_far_as_known(laboratory: Laboratory, case: str, query: str) -> tuple[PageState, tuple[str, ...]]:
    """The state of an address of another version, and the keys that mean nothing here."""
    kept: list[tuple[str, str]] = []
    dropped = []
    state = laboratory.filled(PageState(case))
    for pair in pairs_of(query[:LONGEST]):
        try:
            further = laboratory.filled(state_of(case, [*kept, pair]))
            laboratory.scenario(further)
        except DetenteError:
            dropped.append(pair[0])
        else:
            kept.append(pair)
            state = further
    return laboratory.short(state), tuple(dropped)
