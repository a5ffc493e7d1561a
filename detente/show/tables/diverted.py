"""Which sectors of an economy receive what two parties no longer sell each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, Table, known
from detente.show.figures.theme import country_name
from detente.show.tables.metrics import assumptions
from detente.world import goods_sectors

if TYPE_CHECKING:
    from detente.cases import Outcome


def diverted_table(
    outcome: Outcome, parties: tuple[str, str], *, against: Outcome, countries: Sequence[str] = ()
) -> Table:
    """Goods that economies buy from two parties by sector, less what they buy of them in another outcome.

    Parameters
    ----------
    outcome, against : Outcome
    parties : (str, str)
        Whose trade with each other is diverted.
    countries : sequence of str
        Who receives it; all third economies together, one after the other, when none is named.

    Returns
    -------
    Table
        One row an economy and goods sector, the largest increase first; the whole of its goods last.
    """
    economy = outcome.value.economy
    labels, goods = economy.labels, np.asarray(goods_sectors(economy))
    sellers = [labels.country(code) for code in parties]
    before, after = against.value, outcome.value
    rows: list[tuple[Cell, ...]] = []
    for code in countries or [code for code in labels.countries if code not in parties]:
        n = labels.country(code)
        sold = before.flows_new[n][sellers][:, goods]
        change = (after.flows_new[n][sellers][:, goods] - sold) / 1e3
        output = (after.output_volume_hat[n, goods] / before.output_volume_hat[n, goods] - 1) * 100
        order = sorted(range(len(goods)), key=lambda k: (-known(float(change[:, k].sum())), k))
        for k in order:
            s = int(goods[k])
            rows.append(
                (
                    code,
                    labels.sectors[s],
                    labels.sector_name(labels.sectors[s]),
                    float(change[:, k].sum()),
                    100 * float(change[:, k].sum() * 1e3 / sold[:, k].sum())
                    if sold[:, k].sum() > 0
                    else None,
                    *(float(value) for value in change[:, k]),
                    float(output[k]),
                )
            )
        whole = change.sum(1)
        rows.append(
            (
                code,
                "all",
                "All goods",
                float(whole.sum()),
                100 * float(whole.sum() * 1e3 / sold.sum()) if sold.sum() > 0 else None,
                *map(float, whole),
                None,
            )
        )
    names = [country_name(code, short=True) for code in parties]
    return Table(
        "diverted",
        f"Goods of {names[0]} and {names[1]} that go elsewhere, by sector",
        (
            Column("country", "Country", names=labels.country_names),
            Column("sector", "Sector"),
            Column("name", "Name"),
            Column("received_usd_bn", "Bought of both", "USD bn", "number", 2),
            Column("received_pct", "Change", "%", "number", 1),
            Column("from_first_usd_bn", f"From {names[0]}", "USD bn", "number", 2),
            Column("from_second_usd_bn", f"From {names[1]}", "USD bn", "number", 2),
            Column("own_output_pct", "Own output", "%", "number", 2),
        ),
        tuple(rows),
        note=f"Purchases before duty, `{outcome.scenario.id}` less `{against.scenario.id}`; own output: its volume. "
        f"{assumptions(outcome, against)}",
    )
