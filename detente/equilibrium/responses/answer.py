"""Solve a model whose trade costs or deficits answer, and differentiate what comes of it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.core import RESULTS, InputError, SolveError
from detente.equilibrium.anderson import Anderson
from detente.equilibrium.controls import QuantityControl
from detente.equilibrium.entry import solve
from detente.equilibrium.gradients import Gradient, Output, gradients
from detente.equilibrium.policy import Policy
from detente.equilibrium.responses.conditions import Conditions, weighted_total
from detente.equilibrium.responses.rules import Responses
from detente.equilibrium.solution import Equilibrium, Solution
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
    solution : Solution of Equilibrium
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

    solution: Solution[Equilibrium]
    wedges: Wedges
    conditions: Conditions
    state: Array
    gap: float
    rounds: int

    @property
    def value(self) -> Equilibrium:
        """The equilibrium of the solution."""
        return self.solution.value

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
        gradient, _, whole = self.differentiated(output, tolerance=tolerance)
        return self.conditions.by_policy(gradient, whole, output, self.wedges.tariff)

    def differentiated(self, output: Output, *, tolerance: float = 1e-11) -> tuple[Gradient, Array, Output]:
        """Derivatives by what the solver sees, the multipliers of the conditions, and the output with these in it.

        Raises
        ------
        SolveError
            When the outer system does not settle.
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
                return gradient, multiplier, whole
            step = conditions.by_state(gradient, multiplier, output)
            size = max(size, float(np.abs(step).max()))
            if float(np.abs(step).max()) <= tolerance * size:
                return gradient, multiplier, whole
            multiplier = history.advance(multiplier[None], step[None])[0]
        raise SolveError(
            f"derivatives not found: {float(np.abs(step).max()):.0e} left",
            where=self.value.economy.name,
            hint="a smaller scale elasticity",
        )


def solve_responses(
    model: Model,
    policy: Policy | Wedges,
    responses: Responses,
    *,
    start: Solution[Equilibrium] | Equilibrium | None = None,
) -> Answer:
    """Find the equilibrium of a policy in which more than prices answers.

    Without responses it is `solve`'s, to the last bit.

    Parameters
    ----------
    model : Model
        For all but `sharing` and `deficits`: with factors that move freely and Cobb-Douglas shares of value added.
    policy : Policy or Wedges
        Limits on quantities are on volumes of goods, productivity included.
    responses : Responses
    start : Solution or Equilibrium, optional
        As in `solve`: the search begins there, with what had answered there where the same can answer here.

    Returns
    -------
    Answer

    Raises
    ------
    InputError
        For a model, responses or limits that do not go together, naming the two.
    SolveError
        When the conditions are not met within `ROUNDS` equilibria.
    """
    conditions = Conditions(model, responses)
    controls = policy.controls if isinstance(policy, Policy) else ()
    asked = policy.wedges if isinstance(policy, Policy) else policy
    state, solution = _begun(conditions, start)
    history = Anderson(1, conditions.count, MEMORY)
    volume_hat = np.ones_like(conditions.economy.flows)
    for rounds in range(1, ROUNDS + 1):
        wedges, moved = conditions.applied(asked, state)
        productivity = np.exp(conditions.log_productivity(state))
        held, factors = _held(controls, conditions, volume_hat, productivity)
        limited = Policy(moved.economy, wedges, tuple(held)) if controls else wedges
        solution = solve(moved, limited, start=solution)
        value = solution.value
        if controls:
            volume_hat = value.flow_volume_hat
        drift = np.abs(np.log(_held(controls, conditions, volume_hat, productivity)[1] / factors)).max(
            initial=0.0
        )
        _whole(value, responses)
        step = conditions.gap(value, state)
        gap = max(float(np.abs(step).max(initial=0.0)), float(drift))
        if gap < TOLERANCE:
            return Answer(_of_goods(solution, controls, factors), asked, conditions, state, gap, rounds)
        state = history.advance(state[None], np.clip(step, -LONGEST, LONGEST)[None])[0]
    raise SolveError(
        f"what answers does not settle: {gap:.1e} left after {ROUNDS} rounds",
        where=model.economy.name,
        hint="a smaller scale elasticity (below the inverse of the trade elasticity), or a smaller shock",
        solution=solution,
    )


def _begun(
    conditions: Conditions, start: Solution[Equilibrium] | Equilibrium | None
) -> tuple[Array, Solution[Equilibrium] | None]:
    """State and equilibrium of the model that a search begins with."""
    nothing = np.zeros(conditions.count)
    if start is None:
        return nothing, None
    begun = start if isinstance(start, Solution) else Solution(start, RESULTS.successful, {})
    answer = getattr(begun.value, "answer", None)
    if not isinstance(answer, Answer):
        return nothing, begun
    there = answer.conditions
    same = there.sizes == conditions.sizes and np.array_equal(there.members, conditions.members)
    return answer.state if same else nothing, answer.solution


def _held(
    controls: Sequence[QuantityControl], conditions: Conditions, volume_hat: Array, productivity: Array
) -> tuple[list[QuantityControl], Array]:
    """Limits on goods as limits on the model's own volumes, and the factors [control] that make them so.

    What a unit of cost yields, ``productivity`` [country, sector], is a trade cost of the model's: its volumes are before it, and
    after the margins of markets.
    """
    table, inner = conditions.markets.table.flows, conditions.economy.flows
    factors = np.ones(len(controls))
    for k, control in enumerate(controls):
        of_goods, of_model = (np.where(control.cells, flows, 0.0) for flows in (table, inner))
        goods = (of_goods * volume_hat * productivity[None]).sum()
        if goods > 0:
            factors[k] = (of_model * volume_hat).sum() / goods * (of_goods.sum() / of_model.sum())
    pairs = zip(controls, factors, strict=True)
    return [replace(control, limit=control.limit * float(factor)) for control, factor in pairs], factors


def _of_goods(
    solution: Solution[Equilibrium], controls: Sequence[QuantityControl], factors: Array
) -> Solution[Equilibrium]:
    """A solution whose limits are told in volumes of goods."""
    bindings = dict(solution.bindings)
    for control, factor in zip(controls, factors, strict=True):
        binding = bindings[control.name]
        bindings[control.name] = replace(binding, volume_hat=binding.volume_hat / float(factor))
    return replace(solution, bindings=bindings)


def _whole(value: Equilibrium, responses: Responses) -> None:
    """Refuse deficits and shared burdens where bans have cut trade into parts: nobody pays across them."""
    cut = value.technology.severed
    if cut is not None and len(cut.members) > 1 and (responses.sharing or responses.deficits != "closure"):
        raise InputError(
            "bans that cut trade into parts and deficits or shared burdens do not go together",
            where=value.economy.name,
            hint="nobody pays across parts: leave out `sharing` and `deficits`, or the ban",
        )
