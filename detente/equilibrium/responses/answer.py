"""Solve a model whose trade costs or deficits answer, and differentiate what comes of it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from detente.core import InputError, SolveError
from detente.equilibrium.entry import solve
from detente.equilibrium.gradients import Gradient, Output, gradients
from detente.equilibrium.policy import Policy
from detente.equilibrium.responses.rules import Conditions, Responses, weighted_total
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.sweep import Anderson
from detente.equilibrium.world_model import Model
from detente.world import Array, Wedges

ROUNDS = 80
MEMORY = 12
TOLERANCE = 1e-11
LONGEST = 0.5
"""Most that one round moves a part of the state, log points or shares."""


@dataclass(frozen=True, eq=False)
class Answer:
    """An equilibrium in which more than prices has answered.

    Attributes
    ----------
    value : Equilibrium
        Of the model, with what answered in its trade costs (`wedges.iceberg_hat`) and deficits (`deficit_new`).
    wedges : Wedges
        The policy alone.
    conditions : Conditions
    state : array
        What answered, as one vector.
    gap : float
        Largest distance from the conditions.
    rounds : int
        Equilibria solved.

    Examples
    --------
    >>> from detente.world import toy
    >>> model = Model(toy())
    >>> war = Policy.unchanged(model.economy).duty("USA", "CHN").add_points(0.25)
    >>> after = solve_responses(model, war, Responses(sharing=("USA", "MEX")))
    >>> usa, mex = (after.value.real_income_hat[model.labels.country(code)] for code in ("USA", "MEX"))
    >>> bool(abs(usa - mex) < 1e-10)
    True
    """

    value: Equilibrium
    wedges: Wedges
    conditions: Conditions
    state: Array
    gap: float
    rounds: int

    @functools.cached_property
    def productivity_hat(self) -> Array:
        """Productivity by country and sector [country, sector], ratio, as scale moved it."""
        return np.asarray(np.exp(self.conditions.parts(self.state)["scale"]))

    @functools.cached_property
    def labour_hat(self) -> Array:
        """Labour offered [country], ratio."""
        return np.asarray(np.exp(self.conditions.parts(self.state)["labour"]))

    @functools.cached_property
    def transfer(self) -> Array:
        """What a country gets from those that share its burden [country], million USD; sums to zero."""
        paid = np.zeros(len(self.value.deficit_new))
        members = self.conditions.members
        paid[members] = self.conditions.parts(self.state)["sharing"] * self.value.economy.income[members]
        return paid

    def gradient(self, output: Output, *, tolerance: float = 1e-11) -> Gradient:
        """Derivatives of an output by every instrument, with everything that answers.

        Parameters
        ----------
        output : Output
            Of `value`, as made by `detente.equilibrium.gradients`.
        tolerance : float
            Of the outer transposed system, relative to the first.

        Raises
        ------
        SolveError
            When it does not settle.
        """
        conditions = self.conditions
        multiplier, history = np.zeros(conditions.count), Anderson(1, conditions.count, MEMORY)
        size = 0.0
        for _ in range(ROUNDS):
            whole = weighted_total(
                output.name, [(1.0, output), (1.0, conditions.weighted(self.value, multiplier))]
            )
            (gradient,) = gradients(self.value, [whole])
            if not conditions.count:
                return gradient
            step = conditions.by_state(gradient, multiplier)
            size = max(size, float(np.abs(step).max()))
            if float(np.abs(step).max()) <= tolerance * size:
                return gradient
            multiplier = history.advance(multiplier[None], step[None])[0]
        raise SolveError(
            f"derivatives not found: {float(np.abs(step).max()):.0e} left",
            where=self.value.economy.name,
            hint="a smaller scale elasticity",
        )


def solve_responses(model: Model, policy: Policy | Wedges, responses: Responses) -> Answer:
    """Find the equilibrium of a policy in which more than prices answers.

    Without responses it is `solve`'s, to the last bit.

    Parameters
    ----------
    model : Model
        With factors that move freely and Cobb-Douglas shares of value added.
    policy : Policy or Wedges
        Without limits on quantities.
    responses : Responses

    Returns
    -------
    Answer

    Raises
    ------
    InputError
        For a model or responses that do not fit, and a policy with limits on quantities.
    SolveError
        When the conditions are not met within `ROUNDS` equilibria.
    """
    conditions = Conditions(model, responses)
    if isinstance(policy, Policy) and policy.controls:
        raise InputError(
            f"the policy `{policy.name}` limits quantities",
            where=model.economy.name,
            hint="`solve` takes limits; with responses use duties, taxes and trade costs",
        )
    asked = policy.wedges if isinstance(policy, Policy) else policy
    state, history = np.zeros(conditions.count), Anderson(1, conditions.count, MEMORY)
    value: Equilibrium | None = None
    for rounds in range(1, ROUNDS + 1):
        wedges, moved = conditions.applied(asked, state)
        value = solve(moved, wedges, start=value).value
        step = conditions.gap(value, state)
        gap = float(np.abs(step).max(initial=0.0))
        if gap < TOLERANCE:
            return Answer(value, asked, conditions, state, gap, rounds)
        state = history.advance(state[None], np.clip(step, -LONGEST, LONGEST)[None])[0]
    raise SolveError(
        f"what answers does not settle: {gap:.1e} left after {ROUNDS} rounds",
        where=model.economy.name,
        hint="a smaller scale elasticity (below the inverse of the trade elasticity), or a smaller shock",
    )
