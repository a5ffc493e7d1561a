"""How far a table had to move to balance, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from detente.core import Cell, Column, Table
from detente.world.economy import Array, Economy

LEAST = 1e-9
"""Moves below this share of the country's accounts are rounding."""


@dataclass(frozen=True, eq=False)
class AccountParts:
    """The parts of the accounts that balancing may move, million USD.

    Parameters
    ----------
    output : array [country, sector]
    final : array [country, sector], duty paid
    inputs : array [country, supplier, user], duty paid
    flows : array [importer, exporter, sector]
    """

    output: Array
    final: Array
    inputs: Array
    flows: Array

    @classmethod
    def of_economy(cls, economy: Economy) -> AccountParts:
        """Parts of a balanced world."""
        return cls(
            economy.output,
            economy.final_demand,
            np.asarray(economy.input_shares * economy.output[:, None, :]),
            economy.flows,
        )

    def by_country(self) -> Iterator[tuple[str, Array, tuple[str, ...]]]:
        """Name, values with the country first, and names of the other axes."""
        home = np.einsum("nns->ns", self.flows)
        abroad = self.flows * ~np.eye(len(self.flows), dtype=bool)[:, :, None]
        yield "output", self.output, ("sector",)
        yield "sales at home", home, ("sector",)
        yield "imports", abroad, ("exporter", "sector")
        yield "inputs", self.inputs, ("supplier", "user")
        yield "final demand", self.final, ("sector",)


def _cell_name(economy: Economy, axes: tuple[str, ...], position: tuple[int, ...]) -> str:
    return " ".join(
        f"{axis} {(economy.labels.countries if axis == 'exporter' else economy.labels.sectors)[int(index)]}"
        for axis, index in zip(axes, position, strict=True)
    )


def moved_table(economy: Economy, before: AccountParts, after: AccountParts) -> Table:
    """By country and part: value in the table, what was moved, and the cell moved most.

    Parameters
    ----------
    economy : Economy
    before, after : Parts

    Returns
    -------
    Table
        Rows of the world first, then countries in the order of their largest move; parts that did not move are left out.
    """
    rows: list[tuple[Cell, ...]] = []
    world: list[tuple[Cell, ...]] = []
    for (part, old, axes), (_, new, _) in zip(before.by_country(), after.by_country(), strict=True):
        gap = np.abs(new - old)
        whole, moved = float(np.abs(old).sum()), float(gap.sum())
        n, *rest = (int(k) for k in np.unravel_index(int(gap.argmax()), gap.shape))
        place = (
            f"{economy.labels.countries[n]}: {_cell_name(economy, axes, tuple(rest))}"
            if moved > LEAST * whole
            else "–"
        )
        world.append(("World", part, whole / 1e3, moved / 1e3, 100 * moved / max(whole, 1e-300), place))
        for n, code in enumerate(economy.labels.countries):
            value, shift = float(np.abs(old[n]).sum()), float(gap[n].sum())
            if shift <= LEAST * max(value, float(before.output[n].sum())):
                continue
            worst = np.unravel_index(int(gap[n].argmax()), gap[n].shape)
            cell = _cell_name(economy, axes, tuple(int(k) for k in worst))
            rows.append((code, part, value / 1e3, shift / 1e3, 100 * shift / max(value, 1e-300), cell))
    rows.sort(key=lambda row: (-float(row[3] or 0.0), str(row[0]), str(row[1])))
    return Table(
        "moved",
        f"How far {economy.name} had to move to balance",
        (
            Column("country", "Country", names=economy.labels.country_names),
            Column("part", "Part of the accounts"),
            Column("value_usd_bn", "In the table", "USD bn", "number", 2),
            Column("moved_usd_bn", "Moved", "USD bn", "number", 4),
            Column("moved_pct", "Moved", "%", "number", 4),
            Column("where", "Most at"),
        ),
        (*world, *rows),
        note="Moved: sum of absolute changes. Trade between countries and value added in each country are kept.",
    )


def largest_moves(economy: Economy, before: AccountParts, after: AccountParts, *, count: int = 25) -> Table:
    """The cells moved furthest, in money.

    Parameters
    ----------
    economy : Economy
    before, after : Parts
    count : int
        At most this many rows.

    Returns
    -------
    Table
    """
    moves: list[tuple[float, str, str, str, float, float]] = []
    floor = LEAST * float(before.output.sum())
    for (part, old, axes), (_, new, _) in zip(before.by_country(), after.by_country(), strict=True):
        gap = np.abs(new - old)
        for flat in np.argsort(-gap, axis=None, kind="stable")[:count]:
            n, *rest = (int(k) for k in np.unravel_index(int(flat), gap.shape))
            size = float(gap[(n, *rest)])
            if size <= floor:
                break
            cell = _cell_name(economy, axes, tuple(rest))
            moves.append(
                (
                    size,
                    economy.labels.countries[n],
                    part,
                    cell,
                    float(old[(n, *rest)]),
                    float(new[(n, *rest)]),
                )
            )
    moves.sort(key=lambda item: (-item[0], *item[1:4]))
    rows: list[tuple[Cell, ...]] = [
        (country, part, cell, old / 1e3, new / 1e3, (new - old) / 1e3)
        for _, country, part, cell, old, new in moves[:count]
    ]
    return Table(
        "moved-cells",
        f"Cells of {economy.name} moved furthest",
        (
            Column("country", "Country", names=economy.labels.country_names),
            Column("part", "Part of the accounts"),
            Column("cell", "Cell"),
            Column("before_usd_bn", "In the table", "USD bn", "number", 4),
            Column("after_usd_bn", "Balanced", "USD bn", "number", 4),
            Column("change_usd_bn", "Change", "USD bn", "number", 4),
        ),
        tuple(rows),
        note="A negative value in the table is stocks run down beyond all other purchases.",
    )
