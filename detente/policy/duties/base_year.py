"""What the data of the base year hold of a record's duties already, and whether they show it.

The world's duties are those of its base year, so only what changed since is put on top: `added_duties` takes what the
measures charged on the last day of that year off what they charge on the day asked for. A measure says with `in_base` where
that day is the wrong answer. What a record claims to be in the data and the data do not show counts as nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.core import Cell, Column, Table
from detente.dossier import Measure, Status, economy_names
from detente.policy.duties.stacking import is_duty
from detente.world import Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier

NOTICED = 0.005
"""Half a point: a claim this much above what the data show is said."""


def base_year_table(economy: Economy, dossier: Dossier) -> Table:
    """Duties that the data of the base year hold already, by the record, beside the duty that the data show.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier

    Returns
    -------
    Table
        One row a duty that was announced by the last day of the base year or states `in_base`. ``claimed`` is the duty it
        claims to be in the data, weighed by the flows of the base year it falls on, and ``shown`` the whole duty that the
        data hold on the same flows, both in percent.

    Raises
    ------
    LabelError
        For a duty that names an unknown country, product list or sector.
    """
    from detente.policy.duties.day import base_layer

    day = economy.base_day
    states = dossier.base_states(day)
    rows: list[tuple[Cell, ...]] = []
    for key, measure in dossier.measures.items():
        if not is_duty(measure) or (measure.announced > day and measure.in_base is None):
            continue
        state = states.get(key)
        claimed, shown = 0.0, 0.0
        if state is not None and state.status is Status.in_force:
            layer = base_layer(economy, dossier, state)
            n = economy.labels.country(measure.actor)
            weights = economy.flows[n] * (layer > 0)
            if weights.sum() > 0:
                claimed = float((layer * weights).sum() / weights.sum())
                shown = float((economy.tariff[n] * weights).sum() / weights.sum())
        rows.append(
            (
                key,
                measure.title,
                measure.actor,
                "stated" if measure.in_base is not None else f"value on {day}",
                100 * claimed,
                100 * shown,
                _verdict(measure, claimed, shown, day.isoformat()),
            )
        )
    columns = (
        Column("id", "Duty"),
        Column("title", "Title"),
        Column("actor", "Actor", names=economy_names(dossier)),
        Column("rests_on", "How it is known"),
        Column("claimed", "In the data, by the record", "%", "number", 1),
        Column("shown", "All duties in the data", "%", "number", 1),
        Column("verdict", "Verdict"),
    )
    note = (
        f"On the flows of {economy.base_day.year} that each duty falls on. Only what changes against the first column enters a "
        "result; where the record claims more than the data show, the rest counts as nothing. "
        "A measure states its value with `in_base` where its last day of the base year is the wrong answer."
    )
    return Table(
        "base_year", f"Duties that the data of {economy.base_day.year} hold", columns, tuple(rows), note
    )


def _verdict(measure: Measure, claimed: float, shown: float, day: str) -> str:
    if measure.in_base and measure.announced.isoformat() > day:
        return f"announced after {day}: the data cannot hold it"
    if claimed > shown + NOTICED:
        return "more than the data show"
    return "ok" if claimed > 0 else "not in the data"


def objections(economy: Economy, dossier: Dossier) -> list[tuple[str, str]]:
    """Duties whose treatment of the base year a careful reader would object to: id and why.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> from detente.world import load_world
    >>> [why for _, why in objections(load_world(), load_dossier()) if "after" in why]
    []
    """
    rows = base_year_table(economy, dossier).records()
    return [
        (str(row["id"]), str(row["verdict"]))
        for row in rows
        if row["verdict"] not in ("ok", "not in the data")
    ]
