"""An equilibrium in which more than prices has answered, read as any other; and how `solve` finds it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.core import RESULTS, SolveError
from detente.equilibrium.gradients import Gradient, Output
from detente.equilibrium.policy import Policy
from detente.equilibrium.responses.answer import Answer, solve_responses
from detente.equilibrium.responses.rules import Responses
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.world_model import Model
from detente.world import Array, Wedges, frozen


@dataclass(frozen=True, eq=False, repr=False)
class Answered(Equilibrium):
    """The equilibrium of an `Answer`, with the policy's own wedges: what answers is in costs, wages and supply.

    Attributes
    ----------
    answer : Answer

    Examples
    --------
    >>> from detente.equilibrium import Policy, solve
    >>> from detente.world import toy
    >>> model = Model(toy(), responses=Responses(scale=0.1))
    >>> war = Policy.unchanged(model.economy).duty("USA", "CHN").add_points(0.25)
    >>> value = solve(model, war).value
    >>> bool((value.wedges.iceberg_hat == 1).all()), bool((value.productivity_hat != 1).all())
    (True, True)
    """

    answer: Answer

    @classmethod
    def of(cls, answer: Answer, model: Model) -> Answered:
        """Read an answer as an equilibrium of the model it was asked of."""
        inner = answer.value
        log_productivity = answer.conditions.log_productivity(answer.state)
        wedges = inner.wedges
        if log_productivity.any():
            there = wedges.iceberg_hat * np.exp(log_productivity)[None]
            told = answer.wedges.iceberg_hat
            # what the policy says, to the last bit; infinite where a ban follows from its own
            there = np.where(np.isfinite(there) & np.isclose(there, told, rtol=1e-9, atol=0), told, there)
            wedges = Wedges(wedges.tariff, there, wedges.export_tax)
        return cls(
            economy=inner.economy,
            wedges=wedges,
            structure=inner.structure,
            closure=model.closure_name,
            factor_price_hat=inner.factor_price_hat,
            price_hat=inner.price_hat,
            expenditure_new=inner.expenditure_new,
            deficit_new=inner.deficit_new,
            answer=answer,
        )

    @property
    def responses(self) -> Responses:
        """What could answer."""
        return self.answer.conditions.asked

    @functools.cached_property
    def productivity_hat(self) -> Array:
        """Output from the same inputs by country and sector, ratio: scale and shocks, labour apart."""
        conditions = self.answer.conditions
        of_labour = conditions.in_cost * np.log(self.factor_supply_hat)[:, None]
        return frozen(np.exp(conditions.log_productivity(self.answer.state) - of_labour))

    @functools.cached_property
    def cost_hat(self) -> Array:
        """Unit cost [country, sector], ratio, with productivity and what labour earns a head in it."""
        log_productivity = self.answer.conditions.log_productivity(self.answer.state)
        return frozen(self.answer.value.cost_hat * np.exp(-log_productivity))

    @functools.cached_property
    def factor_supply_hat(self) -> Array:
        """Factors a country offers [country], ratio: people, and labour of each."""
        conditions = self.answer.conditions
        return frozen(
            self.answer.value.factor_supply_hat * self.answer.labour_hat * np.exp(conditions.log_people)
        )

    @functools.cached_property
    def wage_hat(self) -> Array:
        """Income of a unit of a country's factor [country], ratio."""
        inner = self.answer.value
        return frozen(inner.wage_hat * inner.factor_supply_hat / self.factor_supply_hat)


def solve_answering(
    model: Model, policies: Sequence[Policy | Wedges], *, throw: bool
) -> tuple[Solution[Equilibrium], ...]:
    """Solve policies on a model in which more than prices answers; behind `solve`.

    Raises
    ------
    InputError
        For what does not go together.
    SolveError
        For the first policy that fails, when `throw` is set.
    """
    assert model.responses is not None
    solutions = []
    for policy in policies:
        try:
            answer = solve_responses(model, policy, model.responses)
        except SolveError as error:
            if throw or error.solution is None:
                raise
            solution = error.solution
            code = RESULTS.max_steps_reached if solution.result.ok else solution.result
            solutions.append(replace(solution, result=code))
            continue
        stats = {**answer.solution.stats, "rounds": answer.rounds}
        solutions.append(replace(answer.solution, value=Answered.of(answer, model), stats=stats))
    return tuple(solutions)


def answered_gradients(
    value: Equilibrium, outputs: Sequence[Output], tolerance: float
) -> tuple[Gradient, ...]:
    """`gradients` with everything that answers."""
    assert isinstance(value, Answered)
    return tuple(value.answer.gradient(output, tolerance=max(tolerance, 1e-11)) for output in outputs)
