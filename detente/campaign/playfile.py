"""A campaign as a small file: a line a thing that happened, each line holding the hash of the one before.

The first line says what is played: record, day, sides by hand, seeds. The file holds no state that does not follow from its lines, and
is written whole or not at all. The same moves with the same seed give the same bytes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

from detente.campaign.calendar import Chronology
from detente.campaign.clocks import LiveClock
from detente.campaign.course import Campaign, Pricer
from detente.campaign.played import Happening, Pair
from detente.core import (
    CHAIN_START,
    EvidenceError,
    InputError,
    chain_hash,
    chain_line,
    package_version,
    read_chain,
    read_text,
    sha256_bytes,
    write_atomic,
)

FORM = "detente-campaign-1"
MOST_BYTES = 20_000_000
"""Of a campaign's file; three years of daily moves are under one million."""


@dataclasses.dataclass(frozen=True)
class Sheet:
    """First line of a campaign's file: what is needed to open its record again.

    Attributes
    ----------
    dossier : str
        Id or folder of the record.
    asof : date
    world : str
        Empty for the shipped one.
    hand : tuple of int
    seeds : tuple of (date, int)
    effect : tuple, optional
        What one more package of controls costs (`detente.campaign.controls_effect`); None where costs are not told.
    loss : (float, float) or None
    known : str
        Hash of what was known on the day it began.
    version : str
        Of the package it was begun with.
    """

    dossier: str
    asof: dt.date
    world: str
    hand: tuple[int, ...]
    seeds: tuple[tuple[dt.date, int], ...]
    effect: tuple[Pair, Pair] | None
    loss: Pair | None
    known: str
    version: str


def known_hash(chron: Chronology) -> str:
    """Hash of a chronology: its ledger, clocks, meetings and levels."""
    parts = [getattr(chron.ledger, field.name).tobytes() for field in dataclasses.fields(chron.ledger)]
    said = repr((chron.asof, chron.sides, chron.clocks, chron.meetings, chron.duty.tolist()))
    return sha256_bytes(b"".join(parts) + said.encode("utf-8"))


def sheet_of(
    campaign: Campaign, dossier: str, *, world: str = "", effect: tuple[Pair, Pair] | None = None
) -> Sheet:
    """What the first line of a campaign's file says."""
    start = campaign.start
    return Sheet(
        dossier, start.asof, world, campaign.hand, campaign.seeds, effect, campaign.loss,
        known_hash(start), package_version(),
    )  # fmt: skip


def write_campaign(path: Path, campaign: Campaign, sheet: Sheet) -> None:
    """Write a campaign whole or not at all.

    Parameters
    ----------
    path : Path
    campaign : Campaign
    sheet : Sheet
        Its first line; seeds are the campaign's.
    """
    head = {"form": FORM, **_plain(dataclasses.replace(sheet, seeds=campaign.seeds))}
    lines, previous = [], CHAIN_START
    for number, content in enumerate([head, *(_entry_line(entry) for entry in campaign.entries)]):
        whole = {"number": number, **content, "previous": previous}
        previous = chain_hash(whole)
        lines.append(chain_line({**whole, "hash": previous}))
    write_atomic(path, "\n".join(lines) + "\n")


def read_campaign(path: Path) -> tuple[Sheet, tuple[Happening, ...]]:
    """What a file of a campaign says, its chain of hashes checked.

    Raises
    ------
    InputError
        When there is no such file, or it is no campaign.
    EvidenceError
        When a line was changed, left out or moved.
    """
    if not path.is_file():
        raise InputError("no campaign", where=str(path), hint="detente campaign start FILE begins one")
    lines = read_text(path, limit=MOST_BYTES, expected="a campaign", name=path.name).splitlines()
    no_campaign = InputError(
        "not a campaign of this form", where=path.name, hint=f"its first line says `form`: {FORM}"
    )
    if not lines or '"hash"' not in lines[0]:
        raise no_campaign
    contents = read_chain(
        lines,
        first=0,
        name=path.name,
        broken="a line of a campaign was changed, left out or moved",
        hint="moves are made with `detente campaign act`, other courses with `branch`",
    )
    if contents[0].get("form") != FORM:
        raise no_campaign
    return _sheet(contents[0]), tuple(_entry(content) for content in contents[1:])


def resumed(
    sheet: Sheet, entries: tuple[Happening, ...], start: Chronology, *, price: Pricer | None = None
) -> Campaign:
    """A campaign as it stands, over the chronology it began from.

    Raises
    ------
    EvidenceError
        When the record as known on the day is no longer what it began from.
    """
    if known_hash(start) != sheet.known:
        raise EvidenceError(
            f"the record as known on {sheet.asof} is not what this campaign began from",
            where=sheet.dossier,
            hint=f"take the record it was begun with (Détente {sheet.version}), or begin another campaign",
        )
    return Campaign(start, sheet.hand, sheet.seeds, entries, price, sheet.loss)


def _plain(value: Any) -> Any:
    """A value as JSON has it; days as ISO texts."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _entry_line(entry: Happening) -> dict[str, Any]:
    """An entry without what it does not have."""
    default = Happening(entry.day, entry.side, entry.by, entry.act)
    return {
        key: value
        for key, value in _plain(entry).items()
        if key in ("day", "side", "by", "act") or value != _plain(getattr(default, key))
    }


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _pair(values: Any) -> Any:
    return None if values is None else tuple(values)


def _sheet(content: dict[str, Any]) -> Sheet:
    effect = content["effect"]
    return Sheet(
        content["dossier"],
        dt.date.fromisoformat(content["asof"]),
        content["world"],
        tuple(content["hand"]),
        tuple((dt.date.fromisoformat(day), seed) for day, seed in content["seeds"]),
        None if effect is None else (_pair(effect[0]), _pair(effect[1])),
        _pair(content["loss"]),
        content["known"],
        content["version"],
    )


def _entry(content: dict[str, Any]) -> Happening:
    begins = content.get("begins")
    return Happening(
        dt.date.fromisoformat(content["day"]),
        content["side"],
        content["by"],
        content["act"],
        content.get("clock", ""),
        None if begins is None else _clock(begins),
        _pair(content.get("duty", (0.0, 0.0))),
        _pair(content.get("controls", (0, 0))),
        _day(content.get("due")),
        content.get("leaders", False),
        _pair(content.get("loss")),
    )


def _clock(content: dict[str, Any]) -> LiveClock:
    days = {key: _day(content[key]) for key in ("known", "due", "settled", "eased")}
    lists = {key: tuple(content[key]) for key in ("measures", "duty", "controls")}
    return LiveClock(**{**content, **days, **lists})
