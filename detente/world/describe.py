"""Tables that say what a world is: its size, its largest flows, where it comes from, and how it differs from another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from detente.core import Cell, Column, InputError, LabelError, Table, suggestion
from detente.world.economy import Economy, flows_abroad


def _world_figures(economy: Economy) -> dict[str, tuple[str, str, float]]:
    """Key → heading, unit, value of the figures that describe a whole world."""
    abroad = flows_abroad(economy)
    traded = float(abroad.sum())
    home = np.einsum("nns->ns", economy.flows)
    exports = economy.output - home
    share = np.divide(exports, economy.output, out=np.zeros_like(exports), where=economy.output > 0)
    return {
        "countries": ("Countries", "count", float(len(economy.labels.countries))),
        "sectors": ("Sectors", "count", float(len(economy.labels.sectors))),
        "value_added": ("Value added", "USD bn", float(economy.value_added.sum()) / 1e3),
        "output": ("Output", "USD bn", float(economy.output.sum()) / 1e3),
        "traded": ("Trade between countries, before duty", "USD bn", traded / 1e3),
        "openness": ("Trade between countries in output", "%", 100 * traded / float(economy.output.sum())),
        "revenue": ("Duties collected", "USD bn", float(economy.tariff_revenue.sum()) / 1e3),
        "duty": (
            "Average duty, weighted by trade",
            "%",
            100 * float(economy.tariff_revenue.sum()) / max(traded, 1e-300),
        ),
        "deficits": ("Sum of trade deficits", "USD bn", float(np.maximum(economy.deficit, 0).sum()) / 1e3),
        "zeros": ("Pairs and sectors without trade", "%", 100 * float((economy.flows == 0).mean())),
        "exporting": ("Industries that export more than 90 % of output", "count", float((share > 0.9).sum())),
        "theta": (
            "Trade elasticity, weighted by trade",
            "elasticity",
            float((abroad.sum((0, 1)) * economy.trade_elasticity).sum()) / max(traded, 1e-300),
        ),
    }


def shipped_table() -> Table:
    """The worlds that come with Détente.

    Returns
    -------
    Table
        One row a world: name, year, sizes, title.
    """
    from detente.world.load import load_world, shipped_worlds

    rows: list[tuple[Cell, ...]] = []
    for name in shipped_worlds():
        economy = load_world(name)
        labels, title = economy.labels, str(economy.provenance.get("title", name))
        rows.append((name, economy.year, len(labels.countries), len(labels.sectors), title))
    return Table(
        "worlds-shipped",
        "Worlds that come with Détente",
        (
            Column("world", "World"),
            Column("year", "Year", "year"),
            Column("countries", "Countries", "count", "number", 0),
            Column("sectors", "Sectors", "count", "number", 0),
            Column("title", "Title"),
        ),
        tuple(rows),
        note="`--world NAME` on the verbs that solve; a world of your own is given by its folder.",
    )


def size_table(economy: Economy) -> Table:
    """Size, openness, duties and elasticities of a world as a whole.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    Table
        One row a figure.

    Examples
    --------
    >>> from detente.world import toy
    >>> size_table(toy()).column("value")[:2]
    [5.0, 4.0]
    """
    rows: list[tuple[Cell, ...]] = [
        (name, value, unit) for name, unit, value in _world_figures(economy).values()
    ]
    return Table(
        "world-size",
        f"{economy.name} ({economy.year})",
        (Column("figure", "Figure"), Column("value", "Value", "", "number", 2), Column("unit", "Unit")),
        tuple(rows),
        note=f"Elasticities: {economy.elasticity_source}. Data hash {economy.data_hash[:12]}.",
    )


def flow_table(economy: Economy, *, count: int = 20, between: Sequence[str] = ()) -> Table:
    """The largest flows between countries, by sector.

    Parameters
    ----------
    economy : Economy
    count : int
        Rows.
    between : sequence of str
        Only flows from or to these countries.

    Raises
    ------
    LabelError
        Unknown country.
    InputError
        When nothing is traded.
    """
    abroad = flows_abroad(economy)
    if between:
        chosen = [economy.labels.country(code) for code in between]
        keep = np.zeros(abroad.shape, dtype=bool)
        keep[chosen] = True
        keep[:, chosen] = True
        abroad = abroad * keep
    if not abroad.any():
        raise InputError("nothing is traded", where=economy.name, hint="choose other countries")
    labels = economy.labels
    rows: list[tuple[Cell, ...]] = []
    for flat in np.argsort(-abroad, axis=None, kind="stable")[:count]:
        n, i, s = (int(k) for k in np.unravel_index(int(flat), abroad.shape))
        if abroad[n, i, s] <= 0:
            break
        rows.append(
            (
                labels.country_name(labels.countries[i]),
                labels.country_name(labels.countries[n]),
                labels.sector_name(labels.sectors[s]),
                float(abroad[n, i, s]) / 1e3,
                100 * float(economy.tariff[n, i, s]),
                100 * float(economy.trade_shares[n, i, s]),
            )
        )
    return Table(
        "world-flows",
        f"Largest flows of {economy.name} ({economy.year})",
        (
            Column("exporter", "Exporter"),
            Column("importer", "Importer"),
            Column("sector", "Sector"),
            Column("value_usd_bn", "Value", "USD bn", "number", 1),
            Column("duty_pct", "Duty", "%", "number", 1),
            Column("share_pct", "Share in the importer's spending", "%", "number", 1),
        ),
        tuple(rows),
        note="Before duty.",
    )


def provenance_table(economy: Economy) -> Table:
    """Where a world comes from: sources with licences, files with hashes, method, weaknesses.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    Table
    """
    sheet = economy.provenance
    rows: list[tuple[Cell, ...]] = [("title", str(sheet.get("title", economy.name)), "")]
    for source in _entries(sheet, "sources"):
        rows.append(
            (
                "source",
                _entry_text(source, "citation", "title"),
                _entry_text(source, "licence", "license") or "not stated",
            )
        )
    for file in _entries(sheet, "inputs"):
        rows.append(("file", _entry_text(file, "path"), _entry_text(file, "sha256")[:12]))
    for key, kind in (("method", "method"), ("weaknesses", "weakness")):
        for entry in _entries(sheet, key):
            rows.append((kind, str(entry), ""))
    for entry in _entries(sheet, "assumed"):
        rows.append(("assumed", _entry_text(entry, "what"), _entry_text(entry, "value")))
    rows.append(("elasticities", economy.elasticity_source, ""))
    rows.append(("data hash", economy.data_hash, ""))
    return Table(
        "world-provenance",
        f"Where {economy.name} comes from",
        (Column("kind", "Kind"), Column("text", "Text"), Column("detail", "Licence, hash or value")),
        tuple(rows),
    )


def _entries(sheet: Mapping[str, object], key: str) -> list[object]:
    entries = sheet.get(key, ())
    return list(entries) if isinstance(entries, (list, tuple)) else []


def _entry_text(entry: object, *keys: str) -> str:
    if not isinstance(entry, Mapping):
        return str(entry)
    return next((str(entry[key]) for key in keys if key in entry), "")


def compare_worlds(first: Economy, second: Economy) -> list[Table]:
    """Two worlds side by side: as a whole, and the countries both have.

    Parameters
    ----------
    first, second : Economy

    Returns
    -------
    list of Table
        Figures of the whole; countries that both have, with value added, exports, imports, balance and average duty.

    Raises
    ------
    LabelError
        When the two have no country in common.
    """
    common = [code for code in first.labels.countries if code in second.labels.countries]
    if not common:
        raise LabelError(
            f"{first.name} and {second.name} have no country in common",
            hint=suggestion(second.labels.countries[0], first.labels.countries),
        )
    return [_totals_compared(first, second), _countries_compared(first, second, common)]


def _totals_compared(first: Economy, second: Economy) -> Table:
    first_totals, second_totals = _world_figures(first), _world_figures(second)
    rows: list[tuple[Cell, ...]] = [
        (name, unit, a, second_totals[key][2], second_totals[key][2] - a)
        for key, (name, unit, a) in first_totals.items()
    ]
    return Table(
        "worlds",
        f"{first.name} and {second.name}",
        (
            Column("figure", "Figure"),
            Column("unit", "Unit"),
            Column("first", first.name, "", "number", 2),
            Column("second", second.name, "", "number", 2),
            Column("difference", "Difference", "", "number", 2),
        ),
        tuple(rows),
        note=f"Years {first.year} and {second.year}.",
    )


def _countries_compared(first: Economy, second: Economy, common: list[str]) -> Table:
    body: list[tuple[Cell, ...]] = []
    for code in common:
        a, b = _country(first, code), _country(second, code)
        for key, (heading, unit) in _FIGURES.items():
            body.append((first.labels.country_name(code), heading, unit, a[key], b[key], b[key] - a[key]))
    only = [code for code in (*first.labels.countries, *second.labels.countries) if code not in common]
    note = (
        f"Countries in one of the two only: {', '.join(only)}." if only else "Both have the same countries."
    )
    return Table(
        "worlds-countries",
        f"Countries of {first.name} and {second.name}",
        (
            Column("country", "Country"),
            Column("figure", "Figure"),
            Column("unit", "Unit"),
            Column("first", first.name, "", "number", 1),
            Column("second", second.name, "", "number", 1),
            Column("difference", "Difference", "", "number", 1),
        ),
        tuple(body),
        note=note,
    )


_FIGURES = {
    "value_added": ("value added", "USD bn"),
    "exports": ("exports", "USD bn"),
    "imports": ("imports", "USD bn"),
    "balance": ("trade balance", "USD bn"),
    "duty": ("average duty levied", "%"),
}


def _country(economy: Economy, code: str) -> dict[str, float]:
    n = economy.labels.country(code)
    abroad = flows_abroad(economy)
    imports = float(abroad[n].sum())
    return {
        "value_added": float(economy.value_added[n]) / 1e3,
        "exports": float(abroad[:, n].sum()) / 1e3,
        "imports": imports / 1e3,
        "balance": -float(economy.deficit[n]) / 1e3,
        "duty": 100 * float(economy.tariff_revenue[n]) / max(imports, 1e-300),
    }
