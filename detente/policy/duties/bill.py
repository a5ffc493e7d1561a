"""What a measure would cost, product by product, and what a product pays on two days."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, InputError, Table, known_each
from detente.dossier import Status
from detente.policy.duties.by_product import ProductDuties, product_duties
from detente.policy.duties.stacking import is_duty
from detente.world import Array, Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier

TOP = 10


def bill_table(
    economy: Economy, dossier: Dossier, *, measure: str, date: dt.date, exporter: str, top: int = TOP
) -> Table:
    """Products on which a measure, once in force, would charge most, by trade of the base year.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
        Read as of its own day.
    measure : str
        Id of a duty, in force or not.
    date : date
        Day on which it is charged, on top of what stands then.
    exporter : str
        Whose goods.
    top : int
        Products shown, those with the highest bill first; the last row is all products.

    Returns
    -------
    Table
        Duty on the day with the measure and without, percent; imports and bill in million USD. The bill is the change of
        the duty times imports of the base year: nobody has turned elsewhere yet.

    Raises
    ------
    LabelError
        For a measure that is not in the record.
    InputError
        For a measure that is no duty, or an importer whose trade by product is not known.
    """
    from detente.policy import Scenario, Setting, apply_scenario

    importer = dossier.measure(measure).actor
    if not is_duty(dossier.measure(measure)):
        raise InputError(f"`{measure}` is no duty", where="bill", hint="`detente controls` has what is none")
    outcome = {"id": "bill", "title": "bill", "dossier": dossier.id, "date": date}

    def on(setting: Setting) -> ProductDuties:
        scenario = Scenario(**outcome, set={measure: setting})
        applied = apply_scenario(dossier, scenario)
        return product_duties(economy, applied, date=date, importer=importer, exporters=[exporter])

    with_it, without = on(Setting(status=Status.in_force)), on(Setting(status=Status.void))
    imports = _imports(with_it, dossier, importer, exporter)
    added = with_it.total[0] - without.total[0]
    bill = added * imports
    order = sorted(
        range(len(bill)), key=lambda h: (-known_each({0: float(bill[h])})[0], with_it.table.codes[h])
    )
    table = with_it.table
    rows: list[tuple[Cell, ...]] = [
        (
            table.codes[h],
            table.sectors[table.sector[h]],
            100 * float(without.total[0, h]),
            100 * float(with_it.total[0, h]),
            float(imports[h]),
            float(bill[h]),
            100 * float(bill[h] / bill.sum()) if bill.sum() else 0.0,
        )
        for h in order[:top]
        if bill[h] > 0
    ]
    whole = imports.sum()
    means = [float((d.total[0] * imports).sum() / whole) if whole else 0.0 for d in (without, with_it)]
    rows.append(("all", "", *(100 * mean for mean in means), float(whole), float(bill.sum()), 100.0))
    columns = (
        Column("hs6", "Product"),
        Column("sector", "Sector", names=with_it.labels.sector_names),
        Column("without", "Without it", "%", "number", 1),
        Column("with_it", "With it", "%", "number", 1),
        Column("imports", "Imports", "USD mn", "number", 1),
        Column("bill", "Bill", "USD mn", "number", 1),
        Column("share", "Share of the bill", "%", "number", 1),
    )
    who = with_it.labels.country_name(exporter)
    return Table(
        f"bill_{measure}_{date}",
        f"Who would pay “{dossier.measures[measure].title}” on {date}: products from {who}",
        columns,
        tuple(rows),
        f"Change of the duty times imports of the base year, before anybody turns elsewhere: an upper bound. Known on {dossier.asof}.",
    )


def _imports(duties: ProductDuties, dossier: Dossier, importer: str, exporter: str) -> Array:
    """Imports by product, million USD: of the shipped table, else of the record's own."""
    if duties.value is not None:
        return np.asarray(duties.value[0])
    mine = [line for line in dossier.trade.values() if (line.importer, line.exporter) == (importer, exporter)]
    imports = np.zeros(len(duties.table.codes))
    for line in mine:
        if line.code in duties.table.index:
            imports[duties.table.index[line.code]] += line.value
    if not imports.any():
        raise InputError(
            f"the trade of {importer} with {exporter} is not known by product",
            where="bill",
            hint="give it by six-digit codes in the record's trade.yaml",
        )
    return imports


def two_days_table(first: ProductDuties, second: ProductDuties, code: str) -> Table:
    """What a product pays on two days, authority by authority, of its customs value.

    Parameters
    ----------
    first, second : ProductDuties
        Of one importer on one exporter.
    code : str
        Two, four or six digits.

    Returns
    -------
    Table
        Percent of the value, which is what a firm pays on goods worth 100; the last row of a product is all duties, with
        between what and what they lie.
    """
    rows: list[tuple[Cell, ...]] = []
    for h in first.table.find(code):
        names = list(dict.fromkeys((*first.authorities, *second.authorities)))
        for name in names:
            pair = [
                100 * float(d.rates[d.authorities.index(name), 0, h]) if name in d.authorities else 0.0
                for d in (first, second)
            ]
            if any(pair):
                rows.append((first.table.codes[h], name, *pair, pair[1] - pair[0], ""))
        totals = [100 * float(d.total[0, h]) for d in (first, second)]
        rows.append(
            (first.table.codes[h], "total", *totals, totals[1] - totals[0], _between(first, second, h))
        )
    columns = (
        Column("hs6", "Product"),
        Column("authority", "Authority"),
        Column("first", f"On {first.date}", "%", "number", 1),
        Column("second", f"On {second.date}", "%", "number", 1),
        Column("change", "Change", "points", "number", 1),
        Column("depends_on", "Depends on"),
    )
    labels = first.labels
    return Table(
        f"duties_{first.importer}_on_two_days",
        f"Duties of {labels.country_and_code(first.importer)} on goods from {labels.country_and_code(first.exporters[0])}, "
        f"{first.date} and {second.date}",
        columns,
        tuple(rows),
        "Percent of the customs value: what is paid on goods worth 100. Duty of each day as it was known on "
        f"{first.asof}.",
    )


def _between(first: ProductDuties, second: ProductDuties, product: int) -> str:
    """Between what and what the duty lies on each day, and why."""
    said = []
    for duties in (first, second):
        spread = duties.spread
        if spread is None or not spread.why(0, product):
            continue
        low, high = 100 * float(spread.low[0, product]), 100 * float(spread.high[0, product])
        said.append(f"{duties.date}: {low:.1f} to {high:.1f} %, {spread.why(0, product)}")
    return "; ".join(said)
