"""What a measure would cost, product by product, and what a product pays on two days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, InputError, Table, known
from detente.dossier import Status
from detente.policy.duties.by_product import ProductDuties, product_duties
from detente.policy.duties.by_product_tables import words_beside
from detente.policy.duties.cells import Bools, importer_of_cells
from detente.policy.duties.codes import SIX, spread_over_products, under, widest
from detente.policy.duties.product_data import products
from detente.policy.duties.stacking import is_duty
from detente.world import Array, Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier, TradeLine

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
        Products shown, those with the highest bill first; the last row is all products whose imports are known.

    Returns
    -------
    Table
        Duty on the day with the measure and without, percent; imports and bill in million USD. The bill is the change of
        the duty times imports: nobody has turned elsewhere yet. The note says what the imports rest on, and whether products that
        would pay are not in them.

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
    traded = _known_imports(with_it, dossier, importer, exporter)
    added, imports = with_it.total[0] - without.total[0], traded.value
    bill = added * imports
    rounded = [known(float(owed)) for owed in bill]
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
        for h in sorted(range(len(bill)), key=lambda h: (-rounded[h], table.codes[h]))[:top]
        if bill[h] > 0
    ]
    whole = imports.sum()
    means = [float((d.total[0] * imports).sum() / whole) if whole else 0.0 for d in (without, with_it)]
    last = "all" if traded.recorded is None else "all recorded"
    rows.append((last, "", *(100 * mean for mean in means), float(whole), float(bill.sum()), 100.0))
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
    averages = with_it.averages.get(dossier.measures[measure].authority)
    shared = averages is not None and bool((averages[0][0] & (added != 0)).any())
    even = "A duty known as a share of a sector is spread evenly over its products, which pay all of it or nothing. "
    return Table(
        f"bill_{measure}_{date}",
        f"Who would pay “{dossier.measures[measure].title}” on {date}: products from {who}",
        columns,
        tuple(rows),
        f"{traded.words(added != 0)} {even if shared else ''}Known on {dossier.asof}.",
    )


@dataclass(frozen=True, eq=False)
class _Imports:
    """Imports by product of one pair, and what they rest on.

    Parameters
    ----------
    value : array [product], million USD
    recorded : array [product] of bool, optional
        Where the record has the product's trade; None where the shipped table has all of it.
    lines : tuple of TradeLine
        Of the record.
    wide : tuple of str
        Codes of fewer than six digits whose trade is spread over their products.
    """

    value: Array
    recorded: Bools | None = None
    lines: tuple[TradeLine, ...] = ()
    wide: tuple[str, ...] = ()

    def words(self, charged: Bools) -> str:
        """What the bill is and rests on, given the products that the measure charges [product]."""
        if self.recorded is None:
            return "Change of the duty times imports of the base year, before anybody turns elsewhere: an upper bound."
        sources = ", ".join(dict.fromkeys(line.source for line in self.lines))
        years = sorted({line.year for line in self.lines})
        when = f"{years[0]}" if len(years) == 1 else f"{years[0]} to {years[-1]}"
        said = ["Change of the duty times imports, before anybody turns elsewhere."]
        said.append(f"Imports are the record's trade by product of {when} ({sources}).")
        if self.wide:
            said.append(
                f"Trade of {', '.join(self.wide)} is spread over products as in {importer_of_cells()} imports of 2024 from "
                "everybody (assumed)."
            )
        missing, every = int((charged & ~self.recorded).sum()), int(charged.sum())
        if missing:
            said.append(
                f"The trade of {missing:,} of the {every:,} products that it charges is not recorded: the bill is a part of the "
                "whole."
            )
        else:
            said.append("They hold every product that it charges: an upper bound.")
        return " ".join(said)


def _known_imports(duties: ProductDuties, dossier: Dossier, importer: str, exporter: str) -> _Imports:
    """Imports by product: of the shipped table, else of the record's own."""
    if duties.value is not None:
        return _Imports(np.asarray(duties.value[0]))
    lines = tuple(line for line in dossier.trade_of(importer) if line.exporter == exporter)
    known = _recorded_imports(lines)
    if not known.value.any():
        raise InputError(
            f"the trade of {importer} with {exporter} is not known by product",
            where="bill",
            hint="give it by codes of two to six digits in the record's trade.yaml",
        )
    return known


def _recorded_imports(lines: tuple[TradeLine, ...]) -> _Imports:
    """Imports by product from lines of trade of one pair: narrow codes first, what is left of wider ones over their other products."""
    size = len(products().codes)
    value, recorded = np.zeros(size), np.zeros(size, dtype=np.bool_)
    held = {line.code: line for line in lines}
    wide: list[str] = []
    six = {code: held[code].value for code in held if len(code) == SIX}
    for code in widest(code for code in held if len(code) > SIX and code[:SIX] not in held):
        six[code[:SIX]] = six.get(code[:SIX], 0.0) + held[code].value
    for code, amount in six.items():
        inside = under(code, "trade")
        value[inside], recorded[inside] = amount, True
    for code in sorted((code for code in held if len(code) < SIX), key=lambda code: (-len(code), code)):
        inside = under(code, f"trade {held[code].id}")
        rest, parts = held[code].value - value[inside].sum(), spread_over_products(held[code]) * ~recorded
        if rest > 0 and parts.sum() > 0:
            value += rest * parts / parts.sum()
            wide.append(code)
        recorded = recorded | inside
    return _Imports(value, recorded, lines, tuple(sorted(wide)))


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
    marks: dict[tuple[int, str], str] = {}
    for h in first.table.find(code):
        names = list(dict.fromkeys((*first.authorities, *second.authorities)))
        for name in names:
            pair = [
                100 * float(d.rates[d.authorities.index(name), 0, h]) if name in d.authorities else 0.0
                for d in (first, second)
            ]
            if any(pair):
                for key, d in (("first", first), ("second", second)):
                    if name in d.authorities and (words := words_beside(d, name, 0, h)):
                        marks[len(rows), key] = words
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
        marks=marks,
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
