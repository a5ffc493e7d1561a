"""Tables of a standoff that is played: where it stands and what it has cost, what happened, what each side is likely to do.

No probability stands without a score: of a record whose forecasts were never scored the tables of odds say what is live and no more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.campaign import BOTH, NO_CLOCK, PASSED, Act, Futures
from detente.core import Cell, Column, Table
from detente.show.tables.scored import NO_ODDS, clock_words, is_scored, scored_words

if TYPE_CHECKING:
    from detente.campaign import Campaign, Happening, LiveClock
    from detente.outlook import Backtest, Outlook

BN = 1e3
ACTS = {
    "step": "something comes into force",
    "cut": "something is taken back",
    "put_off": "put off",
    "dropped": "dropped",
    "threat": "a threat with a day",
    "meeting": "a meeting is held",
    "summit": "leaders meet",
    "agreement": "a broad agreement is signed",
    "refill": "a duty that a court took is restored",
    "called": "a meeting is called",
    "moved": "a meeting is moved",
    "offer": "an offer to prolong",
    "agreed": "a cut is agreed",
    "passed": "days pass",
}
BY = {"hand": "by hand", "rule": "by rule", "clock": "nobody acted", "chance": "drawn"}
LIKELY: Mapping[str, tuple[Act, ...]] = {
    "brings something new into force": (Act.step,),
    "carries out what is due": (Act.step,),
    "threatens with a day": (Act.threat,),
    "puts off or drops a step": (Act.put_off, Act.dropped),
    "takes something back": (Act.cut,),
}
TOGETHER: Mapping[str, tuple[Act, ...]] = {
    "an expiry passes, and what was suspended is back": (Act.step,),
    "an expiry is put off": (Act.put_off,),
    "something is taken back by both": (Act.cut,),
    "leaders meet": (Act.summit,),
    "a broad agreement is signed": (Act.agreement,),
}


def campaign_table(campaign: Campaign) -> Table:
    """Where a played standoff stands, by side: who plays it, duties, controls, and what it has cost so far.

    Parameters
    ----------
    campaign : Campaign
    """
    chron, so_far, now = campaign.chronology, campaign.cost_so_far(), campaign.loss_now
    rows: list[tuple[Cell, ...]] = [
        (
            code,
            "by hand" if side in campaign.hand else "by rule",
            100 * float(chron.duty[side]),
            100 * float(chron.duty[side] - campaign.start.duty[side]),
            int(chron.controls[side]),
            None if now is None else now[side] / BN,
            None if so_far is None else so_far[side] / BN,
        )
        for side, code in enumerate(chron.sides)
    ]
    days = (campaign.today - campaign.start.asof).days
    meetings = "; ".join(f"{each.title} on {each.start}" for each in chron.planned) or "none"
    said = (
        ""
        if now is None
        else " Costs: real income lost against the base year in an exact first-year equilibrium of each state, changes of duties spread evenly "
        "over goods, controls and halts as what they add to the cost of trade (`detente run` holds stated quantities exactly, so that its "
        "first year differs a little); so far: since the campaign began."
    )
    return Table(
        "campaign",
        f"{' and '.join(chron.sides)} on {campaign.today}, day {days} of the campaign: {'a truce holds' if chron.truce else 'in the open'}",
        (
            Column("player", "Side"),
            Column("played", "Played"),
            Column("duty", "Added duty", "%", "number", 1),
            Column("change", "since the beginning", "points", "number", 1),
            Column("controls", "Controls", "count", "number", 0),
            Column("cost_now", "What stands costs a year", "USD bn", "number", 1, significant=3),
            Column("cost_so_far", "Cost so far", "USD bn", "number", 2, significant=3),
        ),
        tuple(rows),
        note=f"Played from {campaign.start.asof}; what happened then is invented. Meetings ahead: {meetings}.{said}",
    )


def campaign_log_table(campaign: Campaign, since: int = 0) -> Table:
    """What happened in a played standoff, in order.

    Parameters
    ----------
    campaign : Campaign
    since : int
        Entries left out at the beginning.
    """
    titles = {clock.id: clock.title for clock in campaign.chronology.clocks}
    rows: list[tuple[Cell, ...]] = [
        (
            number,
            entry.day.isoformat(),
            _who(campaign, entry.side),
            BY[entry.by],
            ACTS[entry.act],
            _what(entry, titles),
            _due(entry),
            *_of_each(entry.duty, entry.controls),
        )
        for number, entry in enumerate(campaign.entries, start=1)
        if number > since and entry.act != PASSED
    ]
    return Table(
        "campaign-log",
        f"What happened from {campaign.start.asof} to {campaign.today}",
        (
            Column("number", "", "rank", "number", 0),
            Column("date", "Day", kind="date"),
            Column("player", "Who"),
            Column("played", "How"),
            Column("act", "What"),
            Column("about", "About"),
            Column("due", "For the day", kind="date"),
            *_each_side(campaign.start.sides),
        ),
        tuple(rows),
        note="By rule: drawn from the odds that `detente outlook` reads, one day at a time. Nobody acted: a step fires on its day unless the side "
        "that plays it by hand acts.",
    )


def _each_side(sides: tuple[str, str]) -> list[Column]:
    """Columns of what is added to each side's duties and controls: averages of two sides do not add up."""
    return [
        *(Column(f"{code.lower()}_duty", f"Added duty, {code}", "points", "number", 1) for code in sides),
        *(Column(f"{code.lower()}_controls", f"Controls, {code}", "count", "number", 0) for code in sides),
    ]


def _of_each(duty: tuple[float, float], controls: tuple[int, int]) -> list[Cell]:
    """Cells of `_each_side`; empty for a side of which nothing changes."""
    return [*(100 * float(each) if each else None for each in duty), *(each or None for each in controls)]


def _due(entry: Happening) -> str | None:
    due = entry.begins.due if entry.begins else entry.due
    return due.isoformat() if due else None


def _who(campaign: Campaign, side: int) -> str:
    return "both" if side == BOTH else campaign.start.sides[side]


def _what(entry: Happening, titles: Mapping[str, str]) -> str:
    name = entry.clock or (entry.begins.id if entry.begins else "")
    title = titles.get(name, "")
    return f"{title} ({name})" if name and title else name


def campaign_odds_table(campaign: Campaign, outlook: Outlook, test: Backtest | None = None) -> Table:
    """What each side is likely to do by each horizon, as the played standoff stands.

    Parameters
    ----------
    campaign : Campaign
    outlook : Outlook
        Of its chronology, simulated with what can still be answered.
    test : Backtest, optional
        Forecasts of the record, settled by the day the campaign began; without one no odds are told.
    """
    futures, horizons = outlook.futures, outlook.horizons
    told = [is_scored(test, horizon) for horizon in horizons]
    rows: list[tuple[Cell, ...]] = []
    for side in (*(s for s in (0, 1) if s not in campaign.hand), *campaign.hand, BOTH):
        for what, acts in (TOGETHER if side == BOTH else LIKELY).items():
            where = np.isin(futures.ledger.act, acts) & (futures.ledger.side == side)
            if side != BOTH and acts == (Act.step,):
                known = futures.ledger.clock != NO_CLOCK
                where &= known if what.startswith("carries") else ~known
            shares = [
                100 * _share(futures, where, horizon) if scored else None
                for horizon, scored in zip(horizons, told, strict=True)
            ]
            if any(shares) or not any(told):
                rows.append((_who(campaign, side), what, *shares))
    words = scored_words(test, outlook.horizon) if any(told) else NO_ODDS.format(record=_record(outlook))
    mine = ", ".join(campaign.start.sides[side] for side in campaign.hand)
    advice = f" For {mine}: what the record's rule would do in that place." if mine else ""
    return Table(
        "campaign-odds",
        f"What each side is likely to do, as it stands on {campaign.today}",
        (
            Column("player", "Who"),
            Column("act", "What"),
            *(Column(f"within_{days}", f"within {days} days", "%", "number", 0) for days in horizons),
        ),
        tuple(rows) if any(told) else (),
        note=f"Shares of {futures.paths:,} simulated futures in which it happens at least once, from where the campaign stands, both sides by rule "
        f"from here.{advice} {words} Scores are of forecasts from the record, not from invented days.",
    )


def _share(futures: Futures, where: NDArray[np.bool_], horizon: int) -> float:
    """Share of futures in which an act happens at least once within a horizon."""
    inside = where & (futures.ledger.day <= horizon)
    return float(len(np.unique(futures.ledger.path[inside])) / futures.paths)


def _unless(campaign: Campaign, clock: LiveClock) -> str:
    """What becomes of a clock of a side played by hand if that does nothing."""
    if clock.side in campaign.hand:
        return "fires unless you act"
    return "comes into force by itself" if clock.kind == "cut" else "lapses unless you offer to prolong it"


def campaign_clocks_table(campaign: Campaign, outlook: Outlook, test: Backtest | None = None) -> Table:
    """Live clocks of a played standoff: whose, when it fires, what it brings, what becomes of it.

    Parameters
    ----------
    campaign : Campaign
    outlook : Outlook
        Of its chronology.
    test : Backtest, optional
        As in `campaign_odds_table`.
    """
    words, told = clock_words(test), bool(test and test.clocks and any(c.outcome >= 0 for c in test.clocks))
    rows: list[tuple[Cell, ...]] = []
    for each in outlook.clocks:
        clock = each.clock
        by_hand = clock.side in campaign.hand or (clock.side == BOTH and bool(campaign.hand))
        rows.append(
            (
                clock.id,
                clock.title,
                _who(campaign, clock.side),
                clock.due.isoformat() if clock.due else None,
                _left(clock.due, campaign.today),
                *_of_each(clock.duty, clock.controls),
                *(
                    100 * chance.value if told else None
                    for chance in (each.carried, each.put_off, each.dropped)
                ),
                ("offered" if clock.id in campaign.offers else _unless(campaign, clock)) if by_hand else "",
            )
        )
    return Table(
        "campaign-clocks",
        f"Clocks live on {campaign.today}, and what becomes of them within {outlook.horizon} days",
        (
            Column("clock", "Clock"),
            Column("title", "What fires"),
            Column("player", "Side"),
            Column("due", "Due", kind="date"),
            Column("left", "Left", "days", "number", 0),
            *_each_side(campaign.start.sides),
            Column("carried", "Carried out", "%", "number", 0),
            Column("put_off", "Put off", "%", "number", 0),
            Column("dropped", "Dropped", "%", "number", 0),
            Column("yours", "By hand"),
        ),
        tuple(rows),
        note=f"Odds as the record's rule would have it, for a clock that you play as well. "
        f"{words if told else NO_ODDS.format(record=_record(outlook))}",
    )


def _left(due: dt.date | None, today: dt.date) -> int | None:
    return (due - today).days if due else None


def _record(outlook: Outlook) -> str:
    return outlook.chron.record.main.dossier.id
