"""Possible conflicts: of a report with the ledger, and of reports with each other. Candidates only; a person decides."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from detente.dossier import Dossier, Measure, Status
from detente.intake.article import Item
from detente.intake.chains import likeness, words
from detente.intake.extraction import Extraction
from detente.intake.geography import place_words

_UNITS = {"cny_per_net_ton": "CNY per net ton", "usd_per_net_ton": "USD per net ton"}


@dataclass(frozen=True)
class Side:
    """What a report says, and where."""

    report: int
    line: int
    start: int
    end: int
    value: str


@dataclass(frozen=True)
class PossibleConflict:
    """Two readings that may not both be right.

    `kind` is ``date``, ``venue``, ``rate``, ``unit``, ``status``, ``attribution`` or ``altered quotation``; `ledger` is the
    ledger's reading, empty when only reports disagree.
    """

    kind: str
    question: str
    sides: tuple[Side, ...]
    ledger: str
    why: str
    confidence: float


def _side(report: int, item: Item, value: str | None = None) -> Side:
    return Side(report, item.line, item.start, item.end, item.value if value is None else value)


def find_conflicts(reports: Sequence[Extraction], dossier: Dossier) -> list[PossibleConflict]:
    """Possible conflicts of some reports with the ledger and among themselves.

    Parameters
    ----------
    reports : sequence of Extraction
    dossier : Dossier

    Returns
    -------
    list of PossibleConflict
        Those with the ledger first.
    """
    conflicts: list[PossibleConflict] = []
    for number, report in enumerate(reports):
        conflicts += _odd_days(number, report)
        for items in _by_sentence(report).values():
            conflicts += _venue(number, items, dossier)
            for item in items:
                if item.kind == "measure":
                    measure = dossier.measures[item.value]
                    conflicts += _rate_and_unit(number, item, items, measure)
                    conflicts += _day_conflicts(number, item, items, measure, dossier, report)
                    conflicts += _status(number, item, items, measure, dossier, report)
    conflicts += _between_reports(reports)
    return conflicts


def _by_sentence(report: Extraction) -> dict[int, list[Item]]:
    grouped: dict[int, list[Item]] = {}
    for item in report.items:
        grouped.setdefault(item.sentence, []).append(item)
    return grouped


def _odd_days(number: int, report: Extraction) -> Iterator[PossibleConflict]:
    for item in report.of("date"):
        note = str(item.detail.get("note", ""))
        if item.value == "impossible" or note:
            question = "Which day is meant?" if item.value == "impossible" else "Is the day still to come?"
            yield PossibleConflict(
                "date", question, (_side(number, item),), "", note, 0.9 if item.value == "impossible" else 0.6
            )


def _venue(number: int, items: list[Item], dossier: Dossier) -> Iterator[PossibleConflict]:
    """A meeting on a day of a round of the ledger, but in another town."""
    events = [i for i in items if i.kind == "event" and i.value in ("summit", "round", "meeting")]
    towns = [i for i in items if i.kind == "place" and i.text in place_words()]
    days = [i for i in items if i.kind == "date" and re.fullmatch(r"[\d-]{10}", i.value)]
    if not (events and towns and days):
        return
    for meeting in dossier.rounds.values():
        on = [i for i in days if meeting.start <= dt.date.fromisoformat(i.value) <= meeting.end]
        level = {"summit": "leaders", "round": "ministers"}.get(events[0].value, meeting.level)
        if on and meeting.level == level and not any(i.text == meeting.place for i in towns):
            why = f"on {on[0].value} the ledger has {meeting.title.lower()} in {meeting.place}"
            yield PossibleConflict(
                "venue",
                f"Where is the {events[0].value}?",
                (_side(number, towns[0]),),
                f"{meeting.id}: {meeting.place}",
                why,
                0.7,
            )


def _rate_and_unit(
    number: int, item: Item, items: list[Item], measure: Measure
) -> Iterator[PossibleConflict]:
    known = {v.value for v in measure.values if v.value is not None} | {
        x for v in measure.values for x in v.by_target.values()
    }
    for amount in items:
        if amount.kind != "amount" or abs(amount.at[1] - item.at[1]) > 120:
            continue
        figure, unit = float(amount.detail["number"]), str(amount.detail["unit"])
        wanted = _UNITS.get(measure.unit, "")
        if (
            wanted
            and " per " in unit
            and unit != wanted
            and unit.split()[0] == wanted.split()[0]
            and figure in known
        ):
            yield PossibleConflict(
                "unit",
                f"What is {measure.title} counted by?",
                (_side(number, amount),),
                f"{measure.id}: {wanted}",
                "same figure, another unit",
                0.85,
            )
        inside = item.at[1] <= amount.at[1] <= item.at[2]
        if (
            measure.unit == "fraction"
            and unit == "fraction"
            and inside
            and known
            and not _is_known_rate(figure, known)
        ):
            shown = ", ".join(f"{x:.4g}" for x in sorted(known))
            yield PossibleConflict(
                "rate",
                f"What is the rate of {measure.title}?",
                (_side(number, amount),),
                f"{measure.id}: {shown}",
                "no dated value of the measure has this rate",
                0.5,
            )


def _is_known_rate(figure: float, known: set[float]) -> bool:
    return any(abs(figure - value) < 1e-9 for value in known)


def _day_conflicts(
    number: int, item: Item, items: list[Item], measure: Measure, dossier: Dossier, report: Extraction
) -> Iterator[PossibleConflict]:
    """An end or a beginning on a day on which the ledger has neither."""
    text = report.article.sentences[item.sentence].text
    ends = re.search(r"\b(?:end of|expire[sd]?|expiry|lapse[sd]?|run(?:s)? out|marked the end)\b", text)
    starts = re.search(
        r"\b(?:announc\w+|introduced|unveiled|take(?:s)? effect|took effect|enter(?:s|ed)? into force)\b",
        text,
    )
    days = [
        i
        for i in items
        if i.kind == "date" and re.fullmatch(r"[\d-]{10}", i.value) and _nearest(i, item, items)
    ]
    clocks = [c for c in dossier.clocks.values() if measure.id in c.measures]
    fires = {c.fires for c in clocks}
    begun = {measure.announced, *(v.from_ for v in measure.values)}
    over = {v.until for v in measure.values if v.until} | fires
    # Of the measures that fit almost as well, one may have the day: then there is nothing to ask.
    others = [dossier.measures[key] for key, _ in item.detail.get("matches", ()) if key in dossier.measures]
    for other in others:
        begun |= {other.announced, *(v.from_ for v in other.values)}
        over |= {v.until for v in other.values if v.until}
        over |= {c.fires for c in dossier.clocks.values() if other.id in c.measures}
    for day in days:
        when = dt.date.fromisoformat(day.value)
        if ends and over and when not in over | begun:
            shown = ", ".join(sorted(d.isoformat() for d in over))
            yield PossibleConflict(
                "date",
                f"When does it end: {measure.title}?",
                (_side(number, day),),
                f"{measure.id}: {shown}",
                "the ledger has no end on this day",
                0.6,
            )
        elif starts and not ends and when not in over | begun:
            shown = ", ".join(sorted(d.isoformat() for d in begun))
            yield PossibleConflict(
                "date",
                f"Since when: {measure.title}?",
                (_side(number, day),),
                f"{measure.id}: {shown}",
                "the ledger has no value from this day",
                0.4,
            )


def _nearest(day: Item, item: Item, items: list[Item]) -> bool:
    """Whether a day stands nearer to this measure than to another of the sentence."""
    gap = abs(day.at[1] - item.at[1])
    return all(abs(day.at[1] - other.at[1]) >= gap for other in items if other.kind == "measure")


_SAYS_OFF = re.compile(
    r"\b(?:off the table|withdrawn|withdrew|repealed|scrapped|blocked|blocking|called off)\b"
)
_SAYS_ON = re.compile(
    r"\b(?:(?:is|are|now) in force|in effect|has taken effect|took effect|came into force|ended|marked the end)\b"
)


def _status(
    number: int, item: Item, items: list[Item], measure: Measure, dossier: Dossier, report: Extraction
) -> Iterator[PossibleConflict]:
    text = report.article.sentences[item.sentence].text
    day = min(report.day.day, dossier.asof)
    if day < measure.announced:
        return
    status = dossier.state(measure.id, day).status
    off, on = _SAYS_OFF.search(text), _SAYS_ON.search(text)
    if off and status in (Status.in_force, Status.announced):
        said, sure = off.group(), 0.4
    elif on and status in (Status.withdrawn, Status.repealed, Status.void, Status.announced):
        said, sure = on.group(), 0.4
    else:
        return
    ledger = f"{measure.id}: {status.value.replace('_', ' ')} on {day}"
    yield PossibleConflict(
        "status",
        f"What is the state of {measure.title}?",
        (_side(number, item, said),),
        ledger,
        "the words say otherwise",
        sure,
    )


def _between_reports(reports: Sequence[Extraction]) -> Iterator[PossibleConflict]:
    for first, second in combinations(range(len(reports)), 2):
        report, other = reports[first], reports[second]
        yield from _venues_between(first, report, second, other)
        yield from _amounts_between(first, report, second, other)
        yield from _quotes_between(first, report, second, other)


def _meeting_towns(report: Extraction) -> dict[tuple[str, str], Item]:
    """Town of a meeting by its sort and day."""
    towns: dict[tuple[str, str], Item] = {}
    for items in _by_sentence(report).values():
        event = next((i for i in items if i.kind == "event" and i.value in ("summit", "round")), None)
        town = next((i for i in items if i.kind == "place" and i.text in place_words()), None)
        for day in items:
            if event and town and day.kind == "date" and re.fullmatch(r"[\d-]{10}", day.value):
                towns.setdefault((event.value, day.value), town)
    return towns


def _venues_between(
    first: int, report: Extraction, second: int, other: Extraction
) -> Iterator[PossibleConflict]:
    here, there = _meeting_towns(report), _meeting_towns(other)
    for key in here.keys() & there.keys():
        if here[key].value != there[key].value:
            sides = (_side(first, here[key]), _side(second, there[key]))
            yield PossibleConflict(
                "venue", f"Where is the {key[0]} of {key[1]}?", sides, "", "same day, different towns", 0.7
            )


def _figures(report: Extraction) -> dict[tuple[str, str], Item]:
    """Amounts by measure and sort of unit, where one stands inside a measure's mention."""
    figures: dict[tuple[str, str], Item] = {}
    for items in _by_sentence(report).values():
        for measure in (i for i in items if i.kind == "measure"):
            for amount in (
                i for i in items if i.kind == "amount" and measure.at[1] <= i.at[1] <= measure.at[2]
            ):
                unit = str(amount.detail["unit"])
                if unit == "fraction" or " per " in unit:
                    figures.setdefault((measure.value, unit.split()[0]), amount)
    return figures


def _amounts_between(
    first: int, report: Extraction, second: int, other: Extraction
) -> Iterator[PossibleConflict]:
    here, there = _figures(report), _figures(other)
    for key in sorted(here.keys() & there.keys()):
        if here[key].value != there[key].value:
            same_figure = here[key].detail["number"] == there[key].detail["number"]
            sides = (_side(first, here[key]), _side(second, there[key]))
            yield PossibleConflict(
                "unit" if same_figure else "rate",
                f"How much is {key[0]}?",
                sides,
                "",
                "two figures for one measure",
                0.6,
            )


def _quotes_between(
    first: int, report: Extraction, second: int, other: Extraction
) -> Iterator[PossibleConflict]:
    for a in report.of("quotation", "term")[:200]:
        for b in other.of("quotation", "term")[:200]:
            yield from _two_quotes(first, a, second, b)


def _two_quotes(first: int, a: Item, second: int, b: Item) -> Iterator[PossibleConflict]:
    mine, other = words(a.text), words(b.text)
    if mine == other or min(len(mine), len(other)) == 0:
        same = True
    else:
        same = (
            len(mine) <= 4
            and len(other) <= 4
            and len(mine) > 1
            and (_contains_run(mine, other) or _contains_run(other, mine))
        )
    sides = (_side(first, a), _side(second, b))
    if same and len(mine) > 1 and a.value != b.value:
        why = f"the same words, said by {a.value} and by {b.value}"
        yield PossibleConflict("attribution", "Whose words are these?", sides, "", why, 0.6)
    elif (
        not same
        and a.value == b.value
        and a.value not in ("anonymous", "unknown")
        and min(len(mine), len(other)) >= 6
    ):
        alike = likeness(a.text, b.text)
        if alike >= 0.6 and not (_contains_run(mine, other) or _contains_run(other, mine)):
            why = f"{alike:.0%} of the words agree; inside quotation marks all should"
            yield PossibleConflict("altered quotation", f"What did {a.value} say?", sides, "", why, 0.9)


def _contains_run(long: list[str], short: list[str]) -> bool:
    """Whether one run of words stands whole in another (a quotation that was only cut)."""
    return any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1))
