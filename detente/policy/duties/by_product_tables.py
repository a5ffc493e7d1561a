"""Duties by six-digit product as tables: one product or many of one exporter, or every exporter at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from detente.core import Cell, Column, Table
from detente.policy.duties.by_product import ProductDuties


def _range_words(rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> str:
    """Between what and what the one duty of a table lies, and why; nothing for several or where it is one number."""
    place = {column.key: i for i, column in enumerate(columns)}
    if len(rows) != 1 or rows[0][place["low"]] is None:
        return ""
    low, high = (float(rows[0][place[key]] or 0.0) for key in ("low", "high"))
    why = rows[0][place["depends_on"]]
    if high - low < 0.05:
        return f"Depends on: {why}. " if why else ""
    return f"Between {low:.1f} and {high:.1f} %, which depends on: {why}. "


def words_beside(duties: ProductDuties, authority: str, exporter: int, product: int) -> str:
    """What a person reads beside a rate that is not simply the product's own."""
    said = []
    if authority in duties.averages:
        average, own = (bool(where[exporter, product]) for where in duties.averages[authority])
        if average:
            said.append("in part sector average" if own else "sector average")
    if duties.spread is not None:
        said.append(duties.spread.beside(authority, exporter, product))
    return "; ".join(words for words in said if words)


def product_table(duties: ProductDuties, code: str = "") -> Table:
    """Products of one exporter, or every exporter for the products under a code.

    Parameters
    ----------
    duties : ProductDuties
    code : str
        Two, four or six digits; every product when empty.

    Returns
    -------
    Table
        One row an exporter and product, percent by authority; between what and what it lies and why, and imports of 2024 where they are known.
    """
    table = duties.table
    chosen = table.find(code) if code else list(range(len(table.codes)))
    value = duties.value
    columns = [
        Column("hs6", "Product"),
        Column("sector", "Sector", names=duties.labels.sector_names),
        Column("exporter", "Exporter", names=duties.labels.country_names),
        *(Column(name, name, "%", "number", 1) for name in duties.authorities),
        Column("total", "Total", "%", "number", 1),
        Column("low", "At least", "%", "number", 1),
        Column("high", "At most", "%", "number", 1),
        Column("depends_on", "Depends on"),
    ]
    spread = duties.spread
    if value is not None:
        columns.append(Column("imports", "Imports 2024", "USD mn", "number", 1))
    rows: list[tuple[Cell, ...]] = []
    marks: dict[tuple[int, str], str] = {}
    for h in chosen:
        for e, exporter in enumerate(duties.exporters):
            said = {name: words_beside(duties, name, e, h) for name in duties.authorities}
            marks |= {(len(rows), name): words for name, words in said.items() if words}
            shares = [round(100 * float(rate), 6) for rate in duties.rates[:, e, h]]
            cells_: list[Cell] = [table.codes[h], table.sectors[table.sector[h]], exporter, *shares]
            cells_.append(round(100 * float(duties.total[e, h]), 6))
            if spread is None:
                cells_ += [None, None, ""]
            else:
                bounds = (float(spread.low[e, h]), float(spread.high[e, h]))
                cells_ += [*(round(100 * bound, 6) for bound in bounds), spread.why(e, h)]
            if value is not None:
                cells_.append(round(float(value[e, h]), 3))
            rows.append(tuple(cells_))
    tiers = "; ".join(f"{name}: {duties.tier(name, chosen)}" for name in duties.authorities)
    stated = duties.ordinary.rests_on(chosen) if duties.ordinary is not None else ""
    return Table(
        f"duties_{duties.importer}_by_hs6_{duties.date}",
        f"Duties of {duties.labels.country_and_code(duties.importer)} by six-digit product, {duties.date}",
        tuple(columns),
        tuple(rows),
        f"{_range_words(rows, columns)}Plain mean over the tariff lines of a product; a sector average "
        f"stands for a product that may pay more or less. Rests on: {tiers}. "
        f"{f'Ordinary duties of the line: {stated}. ' if stated else ''}Known on {duties.asof}.",
        marks=marks,
    )


def partner_table(duties: ProductDuties) -> Table:
    """One row an exporter: averages over all products, and the highest duty.

    Returns
    -------
    Table
        ``weighted`` over imports of 2024 in goods sectors (United States only), ``simple`` over all products.
    """
    value = duties.value
    columns = [
        Column("exporter", "Exporter", names=duties.labels.country_names),
        Column("simple", "Simple average", "%", "number", 1),
        Column("highest", "Highest", "%", "number", 1),
        Column("highest_product", "On product"),
        Column("products", "Products", "count", "number", 0),
    ]
    if value is not None:
        columns[1:1] = [
            Column("weighted", "Import-weighted", "%", "number", 1),
            Column("imports", "Imports 2024", "USD bn", "number", 1),
        ]
    rows: list[tuple[Cell, ...]] = []
    for e, exporter in enumerate(duties.exporters):
        total = duties.total[e]
        top = int(total.argmax())
        row: list[Cell] = [exporter]
        if value is not None:
            weight = value[e]
            mean = 100 * float((total * weight).sum() / weight.sum()) if weight.sum() > 0 else None
            row += [mean, float(weight.sum() / 1e3)]
        row += [100 * float(total.mean()), 100 * float(total[top]), duties.table.codes[top], len(total)]
        rows.append(tuple(row))
    return Table(
        f"duties_{duties.importer}_by_partner_{duties.date}",
        f"Duties of {duties.labels.country_and_code(duties.importer)} on every partner over six-digit products, {duties.date}",
        tuple(columns),
        tuple(rows),
        f"Goods of chapters 1 to 97; statutory; known on {duties.asof}.",
    )
