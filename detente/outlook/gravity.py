"""Draws of the one-sector family: its parameters around their values, its data held."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.core import Cell, Column, SolveError, Table
from detente.equilibrium import GravityWorld, solve_gravity
from detente.outlook.prior import BETWEEN_SETS, Uncertain, drawn_answer, points
from detente.world import Array, frozen

PARAMETERS = {
    "pass_through": ("pass-through of duties, its distance from one", 1.0),
    "scale": ("elasticity of scale", 0.0),
    "margin": ("margins of markets, over what producers keep", 0.0),
    "labour_supply": ("elasticity of labour supply", 0.0),
}
"""Drawn where a structure has them, with the value that switches them off; the share of labour and relief are given."""


@dataclass(frozen=True, eq=False)
class GravityDraws:
    """Changes of a one-sector world under drawn parameters.

    Attributes
    ----------
    world : GravityWorld
        At the medians.
    parameters : tuple of Uncertain
    normals : array [draw, parameter]
    central : array [scenario, country], ratio
        Welfare at the medians.
    values : array [draw, scenario, country], ratio
        Welfare.
    """

    world: GravityWorld
    parameters: tuple[Uncertain, ...]
    normals: Array
    central: Array
    values: Array

    def interval(self, percent: float = 90.0) -> tuple[Array, Array]:
        """Ends between which so many per cent of the draws lie [scenario, country], ratios."""
        tail = (100 - percent) / 2
        low, high = np.percentile(self.values, [tail, 100 - tail], axis=0)
        return frozen(low), frozen(high)


def gravity_parameters(world: GravityWorld) -> tuple[Uncertain, ...]:
    """Parameters that are drawn for a one-sector world.

    Examples
    --------
    >>> from detente.equilibrium import GravityStructure
    >>> flows = np.array([[8.0, 1.0], [1.0, 9.0]])
    >>> one = GravityWorld(("A", "B"), flows, np.zeros((2, 2)), GravityStructure(4.0, scale=0.1))
    >>> [parameter.name for parameter in gravity_parameters(one)]
    ['trade_elasticity', 'scale']
    """
    spread = "spread between the published long-run sets that are shipped, of their means"
    drawn = [Uncertain("trade_elasticity", "elasticities: level", BETWEEN_SETS, "inferred", spread)]
    for name, (words, neutral) in PARAMETERS.items():
        if np.any(np.asarray(getattr(world.structure, name)) != neutral):
            source = f"{words}: a factor of 2.3 either way at 90 %"
            drawn.append(Uncertain(name, "labour and taxes", 0.5, "assumed", source))
    return tuple(drawn)


def draw_gravity(
    world: GravityWorld, tariffs: Sequence[Array], *, draws: int, seed: int = 1, transfer: Array | None = None
) -> GravityDraws:
    """Solve a one-sector world under drawn parameters; trade and duties of the base year are held.

    Parameters
    ----------
    world : GravityWorld
        At the medians of the draws.
    tariffs : sequence of array [importer, exporter], fraction
        Scenarios.
    draws : int
    seed : int
        The same seed gives the same numbers, and a scenario's do not depend on the others.
    transfer : array [country], million USD, optional
        As in `solve_gravity`.

    Returns
    -------
    GravityDraws

    Raises
    ------
    InputError
        As `solve_gravity`, and for fewer than two draws.
    SolveError
        When markets do not clear under a draw, saying which.

    Examples
    --------
    >>> from detente.equilibrium import GravityStructure
    >>> flows = np.array([[8.0, 1.0], [1.0, 9.0]])
    >>> one = GravityWorld(("A", "B"), flows, np.zeros((2, 2)), GravityStructure(4.0, scale=0.1))
    >>> drawn = draw_gravity(one, [np.array([[0.0, 0.1], [0.0, 0.0]])], draws=8)
    >>> low, high = drawn.interval()
    >>> bool((low <= high).all()), drawn.values.shape
    (True, (8, 1, 2))
    """
    parameters = gravity_parameters(world)
    normals = points(draws, len(parameters), seed)
    central = solve_gravity(world, tariffs, transfer=transfer)
    values = np.empty((draws, len(tariffs), len(world.countries)))
    for k, normal in enumerate(normals):
        drawn = drawn_world(world, parameters, normal)
        try:
            solved = solve_gravity(drawn, tariffs, transfer=transfer)
        except SolveError as error:
            raise SolveError(
                f"draw {k + 1} of {draws}: {error.what}",
                where=error.where,
                hint="parameters nearer to the core: a scale above the inverse of the trade elasticity has no stable answer",
            ) from error
        values[k] = [value.welfare_hat for value in solved]
    return GravityDraws(
        world,
        parameters,
        frozen(normals),
        frozen(np.stack([value.welfare_hat for value in central])),
        frozen(values),
    )


def drawn_world(world: GravityWorld, parameters: Sequence[Uncertain], normals: Array) -> GravityWorld:
    """The world of one draw [parameter]."""
    changed: dict[str, Any] = {
        parameter.name: drawn_answer(
            parameter.name, getattr(world.structure, parameter.name), math.exp(parameter.sd * float(z))
        )
        for parameter, z in zip(parameters, normals, strict=True)
    }
    numbers = {name: value.item() if np.ndim(value) == 0 else value for name, value in changed.items()}
    return dataclasses.replace(world, structure=dataclasses.replace(world.structure, **numbers))


def gravity_interval_table(drawn: GravityDraws, names: Sequence[str], *, percent: float = 90.0) -> Table:
    """Welfare by scenario and country, with the interval of the draws.

    Parameters
    ----------
    drawn : GravityDraws
    names : sequence of str
        Of the scenarios.
    percent : float
    """
    low, high = drawn.interval(percent)
    rows: list[tuple[Cell, ...]] = [
        (name, code, *(100 * float(array[k, n] - 1) for array in (drawn.central, low, high)))
        for k, name in enumerate(names)
        for n, code in enumerate(drawn.world.countries)
    ]
    said = "; ".join(f"{parameter.name} ({parameter.source})" for parameter in drawn.parameters)
    return Table(
        "gravity-intervals",
        "Welfare in a one-sector world, with intervals",
        (
            Column("scenario", "Scenario"),
            Column("country", "Country"),
            Column("welfare_pct", "Welfare", "%", "number", 3),
            Column("low_pct", f"{percent:g} %: from", "%", "number", 3),
            Column("high_pct", "to", "%", "number", 3),
        ),
        tuple(rows),
        note=f"{len(drawn.values)} draws of {said}. Trade and duties of the base year are held.",
    )
