"""A rupture step by step: the table of losses, where they are convex or concave in words, and the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.core import LOST_ON_THE_WAY, Cell, Column, Table
from detente.show.figures import Figure, country_name, look
from detente.show.words import Sentence, joined, percent

if TYPE_CHECKING:
    from detente.cases import Rupture, RuptureStep

_WHAT = {"cut": "share of every flow cut", "duty": "duty added on all goods"}


def _names(torn: Rupture) -> dict[str, str]:
    return {**{party: country_name(party) for party in torn.parties}, "WORLD": "World"}


def rupture_table(ruptures: Mapping[str, Rupture]) -> Table:
    """Loss of each step of a rupture, and of one more point of it, by horizon.

    Parameters
    ----------
    ruptures : mapping of horizon to Rupture
    """
    from detente.cases import revenue_words

    torn = next(iter(ruptures.values()))
    uses = "; ".join(
        f"{each.start.structure.horizon}, {revenue_words(each.start.structure)}" for each in ruptures.values()
    )
    names = _names(torn)
    columns = [
        Column("horizon", "Horizon"),
        Column("kind", "Kind", names=_WHAT),
        Column("size_pct", "Size", "%", "number", 0),
        Column("trade_lost_pct", "Trade lost", "%", "number", 0),
    ]
    columns += [Column(f"{party}_real_income_pct", name, "%", "number", 2) for party, name in names.items()]
    columns += [
        Column(f"{party}_next_loss", f"{name}, loss of a further 10 points", "%", "number", 3)
        for party, name in names.items()
        if party != "WORLD"
    ]
    rows: list[tuple[Cell, ...]] = []
    for each in ruptures.values():
        for kind in _WHAT:
            slopes = [each.slopes(kind, party) for party in each.parties]
            rows += [
                (
                    each.start.structure.horizon,
                    kind,
                    100 * step.size,
                    100 * step.lost,
                    *(100 * step.change[party] for party in names),
                    *(10 * float(slope[k]) for slope in slopes),
                )
                for k, step in enumerate(each.of(kind))
            ]
    return Table(
        "rupture",
        f"What a rupture of goods trade between {joined([names[party] for party in torn.parties])} costs, step by step",
        tuple(columns),
        tuple(rows),
        note=f"Both ways, on top of “{torn.title}”. Real income against it at the same horizon. A cut leaves every flow of goods a share "
        f"of its volume and nobody keeps the rent: it is {LOST_ON_THE_WAY}. Trade lost is at prices of the start. The last columns: real income lost by a "
        f"further ten points of the step's size, from the step before. Duties: {uses}.",
    )


def _shape(slopes: Any) -> str:
    """How the loss of a further step moves: rises, falls, or rises and then falls."""
    steps = np.diff(slopes)
    if (steps > 0).all():
        return "rises"
    if (steps < 0).all():
        return "falls"
    turn = int(np.argmax(slopes))
    return "rises and then falls" if (steps[:turn] > 0).all() and (steps[turn:] < 0).all() else "varies"


def rupture_sentences(ruptures: Mapping[str, Rupture], table: Table) -> tuple[Sentence, ...]:
    """Say for each horizon how the loss of a further step moves: with the share that is cut, and with points of duty."""
    said = []
    columns = {column.key: position for position, column in enumerate(table.columns)}
    for torn in ruptures.values():
        horizon = torn.start.structure.horizon
        for party in torn.parties:
            rows = {
                kind: [row for row in table.rows if row[0] == horizon and row[1] == kind] for kind in _WHAT
            }
            cut, duty = (torn.slopes(kind, party) for kind in _WHAT)
            ends = [
                float(rows["cut"][position][columns[f"{party}_real_income_pct"]] or 0.0)
                for position in (0, -1)
            ]
            sizes = [float(rows["cut"][position][columns["size_pct"]] or 0.0) for position in (0, -1)]
            name = country_name(party, in_sentence=True)
            text = f"{horizon[0].upper()}{horizon[1:]}: for {name} "
            if len(cut) > 1:
                text += (
                    f"the loss of a further point {_shape(cut)} with the share of trade "
                    f"that is cut (real income changes by {percent(ends[0], signed=True)} at {sizes[0]:.0f} percent, "
                    f"{percent(ends[1], signed=True)} at {sizes[1]:.0f})"
                )
                text += f", and {_shape(duty)} with points of duty." if len(duty) > 1 else "."
            else:  # of one step nothing rises or falls
                text += f"real income changes by {percent(ends[0], signed=True)} at a cut of {sizes[0]:.0f} percent"
                text += (
                    f"; the loss of a further point of duty {_shape(duty)} with its points."
                    if len(duty) > 1
                    else "."
                )
            said.append(Sentence(text, (*ends, *sizes), table.name))
    return tuple(said)


def rupture_figure(ruptures: Mapping[str, Rupture], name: str = "rupture") -> Figure:
    """Draw each party's loss against the share of trade between them that is gone, one line a horizon.

    Parameters
    ----------
    ruptures : mapping of horizon to Rupture
    name : str
    """
    table = rupture_table(ruptures)
    torn = next(iter(ruptures.values()))
    lines = [
        {
            "horizon": each.start.structure.horizon,
            "party": look("country", party).name,
            "lost": 100 * step.lost,
            "loss": -100 * step.change[party],
        }
        for each in ruptures.values()
        for party in each.parties
        for step in _from_nothing(each)
    ]
    rising = all(
        (np.diff(each.slopes("cut", party)) > 0).all() for each in ruptures.values() for party in each.parties
    )

    looks = [look("country", party) for party in torn.parties]

    def spec(height: int) -> dict[str, Any]:
        scale = {"domain": [each.name for each in looks], "range": [each.colour for each in looks]}
        top = {"orient": "top"}
        return {
            "data": {"values": lines},
            "height": height,
            "mark": {"type": "line", "point": True},
            "encoding": {
                "x": {"field": "lost", "type": "quantitative", "title": "Share of trade cut, percent"},
                "y": {"field": "loss", "type": "quantitative", "title": "Real income lost, percent"},
                "color": {"field": "party", "type": "nominal", "title": None, "scale": scale, "legend": top},
                "strokeDash": {"field": "horizon", "type": "nominal", "sort": None, "legend": None},
                "shape": {"field": "horizon", "type": "nominal", "title": None, "sort": None, "legend": top},
            },
        }

    sides = joined([country_name(party, in_sentence=True) for party in torn.parties])
    finding = (
        f"Every further step of a rupture costs {sides} more than the one before"
        if rising
        else f"What a rupture costs {sides}, step by step"
    )
    return Figure(
        name,
        f"{finding}.",
        f"Lines of real income lost against the share of goods trade between {sides} that is cut, by horizon.",
        spec(300),
        table,
        subtitle=f"On top of “{torn.title}”; every flow of goods cut by the same share, both ways",
        narrow=spec(260),
    )


def _from_nothing(torn: Rupture) -> tuple[RuptureStep, ...]:
    from detente.cases import RuptureStep

    return (RuptureStep("cut", 0.0, 0.0, dict.fromkeys([*torn.parties, "WORLD"], 0.0)), *torn.of("cut"))
