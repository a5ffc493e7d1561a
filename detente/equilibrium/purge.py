"""Trade imbalances purged before an experiment, with an account of what moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.core import Cell, Column, Table
from detente.equilibrium.entry import solve
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.solver import rebase
from detente.equilibrium.structure import Structure
from detente.equilibrium.world_model import Model
from detente.world import Economy, Wedges


@dataclass(frozen=True, eq=False)
class Purged:
    """A world without trade imbalances, and what became of the one it was made from.

    Attributes
    ----------
    economy : Economy
    value : Equilibrium
        From the one to the other, duties as they are.
    moved : Table
        By country: its deficit, and how far wages, trade and real income moved.
    """

    economy: Economy
    value: Equilibrium
    moved: Table


def purge_deficits(economy: Economy, structure: Structure | None = None, *, name: str = "") -> Purged:
    """Let every country spend what it earns, as Dekle, Eaton and Kortum (2007) and Ossa (2014) do before an experiment.

    Parameters
    ----------
    economy : Economy
    structure : Structure, optional
    name : str
        Of the new world; that of the old one with ``, balanced`` when left out.

    Returns
    -------
    Purged

    Raises
    ------
    SolveError
        When no balanced equilibrium is found.

    Examples
    --------
    >>> from detente.world import toy
    >>> bool(abs(purge_deficits(toy()).economy.deficit).max() < 1e-4)
    True
    """
    model = Model(economy, closure="zero") if structure is None else Model(economy, structure, "zero")
    value = solve(model, Wedges.unchanged(economy)).value
    return Purged(rebase(value, name or f"{economy.name}, balanced"), value, purge_table(economy, value))


def purge_table(economy: Economy, value: Equilibrium) -> Table:
    """What moved when deficits were purged, by country, the largest deficits first.

    Parameters
    ----------
    economy : Economy
    value : Equilibrium
        Of the same economy without deficits.
    """
    abroad = ~np.eye(len(economy.labels.countries), dtype=bool)[:, :, None]
    before, after = (np.where(abroad, flows, 0.0) for flows in (economy.flows, value.flows_new))
    rows: list[tuple[Cell, ...]] = []
    for n in np.argsort(-np.abs(economy.deficit), kind="stable"):
        imports, exports = before[n].sum(), before[:, n].sum()
        rows.append(
            (
                economy.labels.countries[n],
                float(economy.deficit[n] / 1e3),
                float(100 * economy.deficit[n] / economy.value_added[n]),
                float(100 * (value.wage_hat[n] - 1)),
                float(100 * (after[n].sum() / imports - 1)) if imports > 0 else None,
                float(100 * (after[:, n].sum() / exports - 1)) if exports > 0 else None,
                float(100 * (value.real_income_hat[n] - 1)),
            )
        )
    columns = (
        Column("country", "Country", names=economy.labels.country_names),
        Column("deficit_usd_bn", "Deficit before", "USD bn", "number", 1),
        Column("deficit_pct", "Of value added", "%", "number", 2),
        Column("wage_pct", "Wages", "%", "number", 2),
        Column("imports_pct", "Imports", "%", "number", 2),
        Column("exports_pct", "Exports", "%", "number", 2),
        Column("real_income_pct", "Real income", "%", "number", 2),
    )
    return Table(
        "purge",
        f"What moved when the deficits of {economy.name} were purged",
        columns,
        tuple(rows),
        "Duties and technology are those of the base year; wages in units of world value added.",
    )
