"""Who bears an outcome, who would lobby for which concession, and what aid changes: tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from detente.cases import Concession, Constituency, Exposed, constituencies_of, exposed_by
from detente.core import Cell, Column, Table
from detente.dossier import CHANNELS
from detente.show.figures import country_name
from detente.show.tables.metrics import assumptions
from detente.show.tables.results import OUTCOME, SECTOR, country_column, number_column
from detente.show.words import Sentence, joined, lower_first, money, number

if TYPE_CHECKING:
    from detente.cases import Outcome
    from detente.dossier import Dossier, Exposure
    from detente.policy import Compensation

WAGE_BILL = (
    "Wage bill: all factor income of a sector, wages and profits together, over consumer prices; no head is counted, for want of a "
    "public count by sector of the world. "
)
BEYOND = (
    "Beyond the average: what is left when every sector of the country loses or gains like all together; it ranks them, because what "
    "everybody bears has no lobby. "
)
NOTHING_BEYOND = 1.0
"""Million USD a year up to which a sector is said to gain or lose nothing beyond the average."""
AID = (
    "Aid is a transfer that the country's other households pay: it moves no price and no country's real income, it changes who bears "
    "the loss. "
)
_HOLDER_COLUMNS = (
    Column("name", "Who"),
    Column("kind", "What"),
    Column("country", "Side"),
    Column("partner", "Depends on"),
    Column("channel", "How", names=CHANNELS),
    number_column("value", "Exposure", "", 3),
    Column("unit", "Unit"),
)


def _shown_outcomes(outcomes: Mapping[str, Outcome], against: str | None) -> dict[str, Outcome]:
    return {name: each for name, each in outcomes.items() if name != against} or dict(outcomes)


def _extremes(listed: Sequence[Constituency], country: str, top: int) -> list[Constituency]:
    """Those of a country that lose most and gain most, losers first; all for `top` of nought."""
    own = [each for each in listed if each.country == country]
    if not top or len(own) <= 2 * top:
        return own
    return [
        *(each for each in own[:top] if each.beyond < 0),
        *(each for each in own[-top:] if each.beyond > 0),
    ]


def constituency_table(
    outcomes: Mapping[str, Outcome],
    countries: Sequence[str],
    parties: Sequence[str],
    *,
    against: str | None = None,
    aid: Sequence[Compensation] = (),
    top: int = 6,
) -> Table:
    """Sectors that lose and gain most of their wage bill under each outcome, with what aid leaves of the loss.

    Parameters
    ----------
    outcomes : mapping of str to Outcome
    countries : sequence of str
    parties : sequence of str
        Sides of the record.
    against : str, optional
        Outcome that changes are taken from; the base year when left out.
    aid : sequence of Compensation
        Paid whatever the outcome.
    top : int
        Losers and gainers of each country; 0 for all sectors.
    """
    reference = outcomes[against] if against else None
    rows: list[tuple[Cell, ...]] = []
    kept = _shown_outcomes(outcomes, against)
    for name, outcome in kept.items():
        listed = constituencies_of(outcome, reference, countries, parties, aid)
        labels = outcome.value.economy.labels
        for code in countries:
            rows += [
                (
                    name,
                    each.country,
                    each.sector,
                    labels.sector_name(each.sector),
                    each.before / 1e3,
                    each.change / 1e3,
                    each.pct,
                    each.beyond / 1e3,
                    100 * each.sells_to_other,
                    each.compensation / 1e3,
                    each.left / 1e3,
                )
                for each in _extremes(listed, code, top)
            ]
    first = next(iter(outcomes.values()))
    what = f"`{against}`" if against else f"the {first.value.economy.year} base year"
    return Table(
        "constituencies",
        "Who gains and who loses: wage bills by sector",
        (
            OUTCOME,
            country_column(outcomes),
            SECTOR,
            Column("name", "Name"),
            number_column("wage_bill_usd_bn", "Wage bill", "USD bn", 1),
            number_column("change_usd_bn", "Change", "USD bn", 3),
            number_column("change_pct", "Change", "%", 2),
            number_column("beyond_usd_bn", "Beyond the average", "USD bn", 3),
            number_column("sells_to_other_pct", "Sold to the other side", "% of output", 1),
            number_column("aid_usd_bn", "Aid", "USD bn", 2),
            number_column("left_usd_bn", "With aid", "USD bn", 3),
        ),
        tuple(rows),
        note=f"Against {what}. {WAGE_BILL}{BEYOND}{AID}{assumptions(first, *outcomes.values())}",
    )


def _holder(exposure: Exposure) -> tuple[Cell, ...]:
    return (
        exposure.name,
        exposure.kind,
        exposure.side,
        exposure.partner,
        exposure.channel,
        _scaled(exposure, exposure.value),
        "%" if exposure.is_share else "thousand",
    )


def _scaled(exposure: Exposure, value: float | None) -> float | None:
    """A number of an exposure as tables show it: a share in percent."""
    return None if value is None else 100 * value if exposure.is_share else value


def exposure_table(dossier: Dossier) -> Table:
    """Who of the record depends on the other side: firms, places, producers, with source and grade."""
    rows = tuple(
        (
            *_holder(each),
            _scaled(each, each.low),
            _scaled(each, each.high),
            each.concept,
            each.period,
            ", ".join(each.levers),
            each.source,
            each.grade.value,
        )
        for each in dossier.exposures.values()
    )
    return Table(
        "exposures",
        "Who depends on the other side",
        (
            *_HOLDER_COLUMNS,
            number_column("low", "Low", "", 3),
            number_column("high", "High", "", 3),
            Column("concept", "Counted"),
            Column("period", "Period"),
            Column("levers", "Would want ended"),
            Column("source", "Source"),
            Column("grade", "Grade"),
        ),
        rows,
        note=f"As known on {dossier.asof}. A share says how much is exposed, not how much would be lost.",
    )


def exposed_table(outcomes: Mapping[str, Outcome], dossier: Dossier, *, against: str | None = None) -> Table:
    """What each outcome does to the firms, places and producers of the record.

    Parameters
    ----------
    outcomes : mapping of str to Outcome
    dossier : Dossier
    against : str, optional
    """
    reference = outcomes[against] if against else None

    def row(name: str, stake: Exposed) -> tuple[Cell, ...]:
        said = ""
        if stake.change is None:
            abroad = stake.exposure.through == "presence"
            said = (
                "no goods cross: a hostage to regulators, not to duties"
                if abroad
                else "nothing is sold as things stand"
            )
        cash = None if stake.money is None else stake.money / 1e3
        grade = stake.exposure.grade.value
        return (name, *_holder(stake.exposure), stake.change, stake.of_all, cash, said, grade)

    rows = [
        row(name, stake)
        for name, outcome in _shown_outcomes(outcomes, against).items()
        for stake in exposed_by(outcome, reference, dossier.exposures)
    ]
    first = next(iter(outcomes.values()))
    return Table(
        "exposed",
        "What is at stake for whom",
        (
            OUTCOME,
            *_HOLDER_COLUMNS,
            number_column("change_pct", "Change of what it depends on", "%"),
            number_column("of_all_pct", "Of all its revenue or cost", "%"),
            number_column("change_usd_bn", "Of its part of the wage bill", "USD bn", 3),
            Column("remark", "Remark"),
            Column("grade", "Grade"),
        ),
        tuple(rows),
        note="What it depends on: its side's sales of the sectors to the other side, the price of its inputs from there, or the wage bill "
        f"of its sectors. {WAGE_BILL}{assumptions(first, *outcomes.values())}",
    )


def _of_country(listed: Sequence[Constituency], country: str) -> tuple[Constituency, Constituency]:
    own = [each for each in listed if each.country == country]
    return own[0], own[-1]


def lobby_table(
    given_up: Sequence[Concession], reference: Outcome, dossier: Dossier, parties: Sequence[str]
) -> Table:
    """Each measure given up alone: who gains and loses most on either side, and who of the record wants it.

    Parameters
    ----------
    given_up : sequence of Concession
    reference : Outcome
    dossier : Dossier
    parties : sequence of str
    """
    rows: list[tuple[Cell, ...]] = []
    for each in given_up:
        listed = constituencies_of(each.outcome, reference, parties, parties)
        labels = each.outcome.value.economy.labels
        measure = dossier.measures[each.measure]
        for code in parties:
            n = labels.country(code)
            worst, best = _of_country(listed, code)
            income = each.outcome.value.equivalent_variation_usd[n]
            gain = income - reference.value.equivalent_variation_usd[n]
            rows.append(
                (
                    each.measure,
                    measure.title,
                    measure.actor,
                    code,
                    float(gain) / 1e3,
                    labels.sector_name(best.sector) if best.beyond > NOTHING_BEYOND else "",
                    max(best.beyond, 0.0) / 1e3,
                    labels.sector_name(worst.sector) if worst.beyond < -NOTHING_BEYOND else "",
                    min(worst.beyond, 0.0) / 1e3,
                    ", ".join(holder.name for holder in each.holders if holder.side == code),
                )
            )
    return Table(
        "lobbies",
        "Who would lobby for which concession",
        (
            Column("measure", "Measure given up"),
            Column("title", "Name"),
            Column("actor", "Given up by"),
            Column("country", "Side"),
            number_column("gain_usd_bn", "Real income of the side", "USD bn", 2),
            Column("gainer", "Gains most"),
            number_column("gainer_usd_bn", "It gains", "USD bn", 3),
            Column("loser", "Loses most"),
            number_column("loser_usd_bn", "It loses", "USD bn", 3),
            Column("holders", "Named in the record"),
        ),
        tuple(rows),
        note=f"Each alone, against `{reference.scenario.id}` as it stands. {WAGE_BILL}{BEYOND}A measure without a size in the record (a probe, a "
        f"listing) moves nothing here, whoever wants it ended. {assumptions(reference)}",
    )


def constituency_sentences(
    outcome: Outcome,
    reference: Outcome,
    parties: Sequence[str],
    aid: Sequence[Compensation] = (),
    *,
    other: tuple[Outcome, Outcome] | None = None,
) -> tuple[Sentence, ...]:
    """Say for each side which sectors lose and gain most, and what aid changes.

    With `other`, the outcome and the reference at another horizon, what the same sectors lose or gain there stands beside.
    """
    listed = constituencies_of(outcome, reference, parties, parties, aid)
    labels = outcome.value.economy.labels
    there = (
        {(each.country, each.sector): each for each in constituencies_of(*other, parties, parties, aid)}
        if other
        else {}
    )
    here = f" in the {outcome.value.structure.horizon}" if other else ""
    said = []
    for code in parties:
        worst, best = _of_country(listed, code)
        parts, values = [], []
        for each, verb in ((worst, "loses most"), (best, "gains most")):
            if (each.beyond < 0) is (verb == "loses most") and abs(each.beyond) > NOTHING_BEYOND:
                name = lower_first(labels.sector_name(each.sector))
                text = (
                    f"{name} {verb} beyond the average, {money(abs(each.beyond))} a year{here} (its wage bill changes by "
                    f"{number(each.pct, 1, signed=True)} percent"
                )
                values += [each.beyond / 1e3, each.pct]
                if other:
                    beside = there[each.country, each.sector]
                    horizon = other[0].value.structure.horizon
                    text += f"; {money(beside.beyond, signed=True)} and {number(beside.pct, 1, signed=True)} percent in the {horizon}"
                    values += [beside.beyond / 1e3, beside.pct]
                parts.append(f"{text})")
        if parts:
            where = country_name(code, in_sentence=True)
            text = f"Under “{outcome.scenario.title}”, in {where} {'; '.join(parts)}."
            said.append(Sentence(text, tuple(values), "constituencies"))
    said += _aid_sentences(listed, labels.sector_name)
    return tuple(said)


def _aid_sentences(listed: Sequence[Constituency], name_of_sector: object) -> list[Sentence]:
    """What aid leaves of the loss of those who get it."""
    assert callable(name_of_sector)
    said = []
    for code in dict.fromkeys(each.country for each in listed if each.compensation):
        helped = [each for each in listed if each.country == code and each.compensation]
        paid = sum(each.compensation for each in helped) / 1e3
        loss = sum(min(each.change, 0.0) for each in helped) / 1e3
        sectors = joined([lower_first(name_of_sector(each.sector)) for each in helped])
        where = country_name(code, in_sentence=True)
        text = (
            f"Aid of {money(1e3 * paid)} in {where} goes to {sectors}, whose wage bills change by {number(loss, 2, signed=True)} billion "
            "where they fall; other households pay it, and the country's real income is the same."
        )
        said.append(Sentence(text))
    return said


def lobby_sentences(
    given_up: Sequence[Concession], reference: Outcome, dossier: Dossier, parties: Sequence[str]
) -> tuple[Sentence, ...]:
    """Say of each measure given up who would gain and lose most on either side, and who of the record wants it."""
    table = lobby_table(given_up, reference, dossier, parties)
    said = []
    for each in given_up:
        rows = [row for row in table.records() if row["measure"] == each.measure]
        parts: list[str] = []
        values: list[float] = []
        for row in rows:
            for who, verb, key in (("gainer", "gains", "gainer_usd_bn"), ("loser", "loses", "loser_usd_bn")):
                if row[who]:
                    where = country_name(str(row["country"]), in_sentence=True)
                    amount = float(str(row[key]))
                    parts.append(
                        f"{lower_first(str(row[who]))} in {where} {verb} {money(1e3 * abs(amount))} beyond the average"
                    )
                    values.append(amount)
        named = joined(list(dict.fromkeys(holder.name for holder in each.holders)))
        text = f"Without “{dossier.measures[each.measure].title}”: "
        text += "; ".join(parts) if parts else "nothing moves, because the record gives it no size"
        text += f". It would be wanted by {named}." if named else "."
        said.append(Sentence(text, tuple(values), table.name if values else ""))
    return tuple(said)
