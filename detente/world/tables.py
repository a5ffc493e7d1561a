"""Tables that describe a world: its countries, its sectors, its duties."""

from __future__ import annotations

import numpy as np

from detente.core import Cell, Column, Table
from detente.world.economy import Array, Economy, flows_abroad


def country_table(economy: Economy) -> Table:
    """Size, trade and duties of every country.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    Table
        One row a country: value added, exports, imports, balance, average duty levied and met.

    Examples
    --------
    >>> from detente.world import toy
    >>> country_table(toy()).column("country")[:2]
    ['United States', 'China']
    """
    abroad = flows_abroad(economy)
    duties = abroad * economy.tariff
    exports, imports = abroad.sum((0, 2)), abroad.sum((1, 2))
    levied, met = _ratio(duties.sum((1, 2)), imports), _ratio(duties.sum((0, 2)), exports)
    rows: list[tuple[Cell, ...]] = [
        (
            code,
            economy.labels.country_name(code),
            float(economy.value_added[n] / 1e3),
            float(exports[n] / 1e3),
            float(imports[n] / 1e3),
            float(-economy.deficit[n] / 1e3),
            float(100 * levied[n]),
            float(100 * met[n]),
        )
        for n, code in enumerate(economy.labels.countries)
    ]
    return Table(
        "world-countries",
        f"Countries of {economy.name} ({economy.year})",
        (
            Column("code", "Code"),
            Column("country", "Country"),
            Column("value_added_usd_bn", "Value added", "USD bn", "number", 0),
            Column("exports_usd_bn", "Exports", "USD bn", "number", 0),
            Column("imports_usd_bn", "Imports", "USD bn", "number", 0),
            Column("balance_usd_bn", "Trade balance", "USD bn", "number", 0),
            Column("duty_levied_pct", "Average duty levied", "%", "number", 1),
            Column("duty_met_pct", "Average duty met", "%", "number", 1),
        ),
        tuple(rows),
        note="Goods and services, before duty. Average duties are weighted by trade, services included.",
    )


def sector_table(economy: Economy) -> Table:
    """Size, openness and trade elasticity of every sector.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    Table
        One row a sector: world output, share traded, average duty, elasticity.
    """
    abroad = flows_abroad(economy)
    output, traded = economy.output.sum(0), abroad.sum((0, 1))
    duty = _ratio((abroad * economy.tariff).sum((0, 1)), traded)
    share = _ratio(traded, output)
    rows: list[tuple[Cell, ...]] = [
        (
            code,
            economy.labels.sector_name(code),
            float(output[s] / 1e3),
            float(100 * share[s]),
            float(100 * duty[s]),
            float(economy.trade_elasticity[s]),
        )
        for s, code in enumerate(economy.labels.sectors)
    ]
    return Table(
        "world-sectors",
        f"Sectors of {economy.name} ({economy.year})",
        (
            Column("code", "Code"),
            Column("sector", "Sector"),
            Column("output_usd_bn", "World output", "USD bn", "number", 0),
            Column("traded_pct", "Share traded between countries", "%", "number", 1),
            Column("duty_pct", "Average duty", "%", "number", 1),
            Column("trade_elasticity", "Trade elasticity", "elasticity", "number", 2),
        ),
        tuple(rows),
        note=f"Elasticities: {economy.elasticity_source}.",
    )


def duty_table(economy: Economy, importer: str, exporter: str) -> Table:
    """Base-year duties one country charges another, by sector.

    Parameters
    ----------
    economy : Economy
    importer, exporter : str
        Country codes.

    Returns
    -------
    Table
        One row a sector: imports and duty.

    Raises
    ------
    LabelError
        Unknown country.
    """
    n, i = economy.labels.country(importer), economy.labels.country(exporter)
    rows: list[tuple[Cell, ...]] = [
        (
            code,
            economy.labels.sector_name(code),
            float(economy.flows[n, i, s] / 1e3),
            float(100 * economy.tariff[n, i, s]),
        )
        for s, code in enumerate(economy.labels.sectors)
    ]
    return Table(
        f"duties-{importer.lower()}-on-{exporter.lower()}",
        f"Duties of {economy.labels.country_name(importer)} on imports from {economy.labels.country_name(exporter)}, {economy.year}",
        (
            Column("code", "Code"),
            Column("sector", "Sector"),
            Column("imports_usd_bn", "Imports", "USD bn", "number", 1),
            Column("duty_pct", "Duty", "%", "number", 1),
        ),
        tuple(rows),
        note="Base year, before any measure of a scenario.",
    )


def _ratio(part: Array, whole: Array) -> Array:
    """Ratio, zero where the whole is zero."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
