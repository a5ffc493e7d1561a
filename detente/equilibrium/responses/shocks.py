"""Derivatives by shocks to productivity and population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.equilibrium.gradients import Gradient, Output, gradients
from detente.equilibrium.responses.answered import Answered
from detente.equilibrium.responses.rules import Responses, refuse_pairs
from detente.equilibrium.solution import Equilibrium
from detente.world import Array, frozen


@dataclass(frozen=True, eq=False)
class ShockSlope:
    """Derivatives of one output by shocks.

    Attributes
    ----------
    output : str
    productivity : array [country, sector]
        By the logarithm of output from the same inputs.
    population : array [country]
        By the logarithm of people, and with them of the factor that is offered.
    """

    output: str
    productivity: Array
    population: Array


def shock_slopes(value: Equilibrium, outputs: Sequence[Output]) -> tuple[ShockSlope, ...]:
    """Differentiate outputs by shocks to productivity and population, with everything that answers.

    Parameters
    ----------
    value : Equilibrium
        Solved; with shocks in its responses, the derivatives are those at them.
    outputs : sequence of Output
        As made by `detente.equilibrium.gradients`.

    Returns
    -------
    tuple of ShockSlope

    Raises
    ------
    InputError
        Where factors do not move freely, and for what else population does not go with.
    SolveError
        When the transposed system is not solved.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.equilibrium.gradients import real_income
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> value = solve(Model(world), Wedges.unchanged(world)).value
    >>> (slope,) = shock_slopes(value, [real_income(value, "USA")])
    >>> bool(0.9 < slope.population[0] < 1), bool((slope.productivity[0] > 0).all())
    (True, True)
    """
    refuse_pairs(value.structure, Responses(population=2.0))
    slopes = []
    if not isinstance(value, Answered):
        economy = value.economy
        profit = np.broadcast_to(
            np.asarray(value.structure.profit_share, dtype=np.float64), economy.va_share.shape
        )
        in_cost = (economy.va_share - profit) / (1 - profit)
        for gradient, output in zip(gradients(value, outputs), outputs, strict=True):
            more = by_productivity(gradient, output)
            slopes.append(ShockSlope(output.name, frozen(more), frozen((in_cost * more).sum(1))))
        return tuple(slopes)
    answer, conditions = value.answer, value.answer.conditions
    for output in outputs:
        gradient, multiplier, _ = answer.differentiated(output)
        more = by_productivity(gradient, output)
        people = (conditions.in_cost * more).sum(1) + conditions.by_people(multiplier)
        slopes.append(ShockSlope(output.name, frozen(more), frozen(people)))
    return tuple(slopes)


def by_productivity(gradient: Gradient, output: Output) -> Array:
    """Derivative by the log productivity of a sector [country, sector]: it is a trade cost of every sale, at home too.

    Costs an output speaks of are those with productivity in them; the trade costs it speaks of are not.
    """
    direct = np.asarray(output.log_iceberg)
    return np.asarray(-(gradient.log_iceberg - direct).sum(0) - np.asarray(output.cost))
