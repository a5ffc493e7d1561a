"""Refuse a table whose parts contradict each other beyond what balancing is for, and say what it looks like instead."""

from __future__ import annotations

import numpy as np

from detente.core import BalanceError, UnitError
from detente.world.economy import Array
from detente.world.identities import UNIT_FACTOR, WORLD_GDP
from detente.world.read.table import SourceTable

_UNITS_APART = 30.0
"""Parts of one table this far apart are in different units."""
_ROUNDING, _STOCKS = 1e-6, 0.02
"""Negative inputs are rounding up to the first share of what an industry buys; negative trade is stocks up to the second."""


def refuse_nonsense(table: SourceTable, *, max_gap: float) -> list[str]:
    """Check units, axes and totals of a table before anything is repaired.

    Parameters
    ----------
    table : SourceTable
    max_gap : float, share
        Largest accepted disagreement of totals in a country, as a share of its output.

    Returns
    -------
    list of str
        What looks odd and is accepted.

    Raises
    ------
    UnitError
        Trade, uses or value added in a unit of its own, or the whole table in another one than million USD.
    BalanceError
        Importer and exporter exchanged; totals that disagree; inputs, output or trade with the wrong sign.
    """
    _refuse_signs(table)
    _refuse_missing(table)
    _refuse_units(table)
    _exchanged(table)
    _refuse_totals(table, max_gap)
    abroad = float(_exports(table).sum())
    share = abroad / float(table.output.sum())
    if share < 0.002 and len(table.labels.countries) > 1:
        return [f"only {100 * share:.2g} % of output is traded between countries: is trade in the same unit?"]
    return []


def _exports(table: SourceTable) -> Array:
    """Exports [exporter, sector]."""
    return np.asarray(table.flows.sum(0) - np.einsum("nns->ns", table.flows))


def _refuse_signs(table: SourceTable) -> None:
    """Refuse negative inputs, output and trade beyond what stocks and rounding make, by cell: a flipped sign is no small gap."""
    labels = table.labels
    used, output = table.inputs, table.output
    bought = np.abs(used).sum(1, keepdims=True)
    over = np.maximum(-used - _ROUNDING * bought, 0.0)
    if over.any():
        n, r, s = (int(k) for k in np.unravel_index(int(over.argmax()), used.shape))
        raise BalanceError(
            f"{labels.sectors[s]} uses {used[n, r, s]:,.6g} of {labels.sectors[r]}",
            where=f"{table.name}: {labels.countries[n]}",
            hint="inputs are not negative: the sign of this cell, or of the table, is flipped",
        )
    if (output < -_ROUNDING * np.abs(output).max()).any():
        n, s = (int(k) for k in np.unravel_index(int(output.argmin()), output.shape))
        raise BalanceError(
            f"output is {output[n, s]:,.6g}",
            where=f"{table.name}: {labels.countries[n]}, {labels.sectors[s]}",
            hint="output is not negative: its sign, or that of the sales it adds up, is flipped",
        )
    abroad = table.flows * ~np.eye(len(labels.countries), dtype=bool)[:, :, None]
    negative = np.maximum(-abroad, 0.0)
    if negative.sum() > _STOCKS * np.abs(abroad).sum():
        n, i, s = (int(k) for k in np.unravel_index(int(negative.argmax()), abroad.shape))
        raise BalanceError(
            f"{100 * negative.sum() / np.abs(abroad).sum():.3g} % of trade is negative, most {abroad[n, i, s]:,.6g}",
            where=f"{table.name}: importer {labels.countries[n]}, exporter {labels.countries[i]}, {labels.sectors[s]}",
            hint="stocks run down make a few small negative cells, not these: a sign is flipped",
        )


def _refuse_missing(table: SourceTable) -> None:
    """A country that trades and makes nothing, or buys nothing."""
    output, bought = table.output.sum(1), np.maximum(table.flows, 0.0).sum((1, 2))
    for what, values in (("makes", output), ("buys", bought)):
        if (values <= 0).any():
            code = table.labels.countries[int((values <= 0).argmax())]
            raise BalanceError(
                f"{code} {what} nothing",
                where=table.name,
                hint="its rows are missing: add them, or merge the country into another one with --regions",
            )


def _refuse_units(table: SourceTable) -> None:
    abroad, output = float(_exports(table).sum()), float(table.output.sum())
    if abroad > output:
        raise UnitError(
            f"the world exports {abroad / output:.3g} times what it makes",
            where=table.name,
            hint="trade and output are in different units: a factor of 1000 is thousand or billion USD read as million",
        )
    supply = float(table.flows.sum())
    if table.final is not None:
        ratio = (float(table.inputs.sum()) + float(table.final.sum())) / supply
        if not 1 / _UNITS_APART < ratio < _UNITS_APART:
            raise UnitError(
                f"inputs and final demand are {ratio:.3g} times what is supplied",
                where=table.name,
                hint="one of the files is in another unit than the others",
            )
    used = float(table.inputs.sum()) / supply
    if used > _UNITS_APART:
        raise UnitError(
            f"inputs are {used:.3g} times what is supplied",
            where=table.name,
            hint="inputs are in another unit than trade",
        )
    value = output - float(table.inputs.sum())
    if table.year in WORLD_GDP and value > 0:
        ratio = value / WORLD_GDP[table.year]
        if not 1 / UNIT_FACTOR < ratio < UNIT_FACTOR:
            raise UnitError(
                f"the world's value added is {ratio:.3g} times its GDP of {table.year}",
                where=table.name,
                hint="declare the unit (USD, thousand USD, million USD, billion USD); a made-up world takes a year before 1990",
            )


def _misfit(supply: Array, table: SourceTable) -> float:
    """How far supplies [country, sector] are from uses, as a share of all supplies."""
    used = table.inputs.sum(2)
    gap = np.abs(supply - used - table.final) if table.final is not None else np.maximum(used - supply, 0.0)
    return float(gap.sum() / max(float(np.abs(supply).sum()), 1e-300))


def _exchanged(table: SourceTable) -> None:
    """The trade-balance test: with importer and exporter exchanged every balance changes its sign, and uses no longer fit supplies."""
    home = np.einsum("nns->ns", table.flows)
    as_given = _misfit(table.flows.sum(1), table)
    # Sales at home that were derived from output hold the exports of the wrong side: derive them again.
    exports = table.flows.sum(1) - home
    stated = np.abs(table.flows.sum(0) - table.output).sum() > 1e-9 * table.output.sum()
    other = home if stated else table.output - exports
    swapped = _misfit(table.flows.sum(0) - home + other, table)
    negative = float(np.maximum(-home, 0).sum()) > float(np.maximum(-other, 0).sum())
    # Without final demand only uses beyond supply tell, and a bad table has some either way round.
    sure = table.final is not None or (negative and as_given > 0.01) or as_given > 0.1
    if as_given > 0.002 and swapped < 0.2 * as_given and sure:
        deficit = table.flows.sum((1, 2)) - table.flows.sum((0, 2))
        n = int(np.abs(deficit).argmax())
        raise BalanceError(
            f"uses fit supplies to {100 * swapped:.2g} % with importer and exporter exchanged, to {100 * as_given:.2g} % as given",
            where=f"{table.name}: the trade balance of {table.labels.countries[n]} has the wrong sign",
            hint="exchange importer and exporter (rows and columns of trade)",
        )


def _refuse_totals(table: SourceTable, max_gap: float) -> None:
    labels = table.labels
    checks = [("sales", "output", table.flows.sum(0), table.output)]
    if table.final is not None:
        checks.append(("supply", "uses", table.flows.sum(1), table.inputs.sum(2) + table.final))
    for first, second, left, right in checks:
        gap = np.abs(left - right)
        share = gap.sum(1) / np.maximum(right.sum(1), 1e-300)
        if share.max() > max_gap:
            n = int(share.argmax())
            s = int(gap[n].argmax())
            raise BalanceError(
                f"{first} and {second} of {labels.countries[n]} disagree by {100 * min(share[n], 1e6):.3g} % of {second}; "
                f"most in {labels.sectors[s]}: {left[n, s]:,.6g} against {right[n, s]:,.6g}",
                where=table.name,
                hint=f"balancing is for small gaps (up to {100 * max_gap:g} %); look at these cells, or raise --max-gap",
            )
