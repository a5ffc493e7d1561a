"""An equilibrium in which more than prices has answered, read as any other; and how `solve` finds it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.core import RESULTS, SolveError
from detente.equilibrium.gradients import Gradient, Output
from detente.equilibrium.policy import Policy
from detente.equilibrium.responses.answer import Answer, solve_responses
from detente.equilibrium.responses.markets import Retailed, gdp_volume
from detente.equilibrium.responses.rules import Responses
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.structure import Technology
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
        return cls(
            economy=answer.conditions.markets.economy,
            wedges=answer.conditions.told(inner.wedges, answer.wedges, answer.state),
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
        makers = conditions.parts(self.answer.state)["makers"]
        of_labour = conditions.in_cost * (np.log(self.factor_supply_hat) + makers)[:, None]
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
        inner, conditions = self.answer.value, self.answer.conditions
        earned = np.exp(conditions.log_earned(inner)) if self._keeps else inner.wage_hat
        return frozen(earned * inner.factor_supply_hat / self.factor_supply_hat)

    @property
    def _keeps(self) -> bool:
        """Whether markets keep margins, so that accounts are those of the solver's own economy."""
        return self.answer.conditions.markets.keep

    @functools.cached_property
    def margins_new(self) -> Array:
        """What workers earn where goods are sold [country], million USD; nil unless markets keep margins."""
        return frozen(self.answer.conditions.markets.collected(self.answer.value)[1])

    @functools.cached_property
    def technology(self) -> Technology:
        """The structure set on the economy as the solver sees it."""
        return self.answer.value.technology if self._keeps else super().technology

    @functools.cached_property
    def trade_shares_new(self) -> Array:
        """Share of each exporter in spending [importer, exporter, sector], duty paid."""
        bends = self.answer.conditions.markets.bend
        return self.answer.value.trade_shares_new if bends else super().trade_shares_new

    @functools.cached_property
    def output_new(self) -> Array:
        """What producers get [country, sector], million USD."""
        return self.answer.value.output_new if self._keeps else super().output_new

    @functools.cached_property
    def export_tax_revenue_new(self) -> Array:
        """Export taxes collected [country], million USD."""
        return self.answer.value.export_tax_revenue_new if self._keeps else super().export_tax_revenue_new

    @functools.cached_property
    def income_new(self) -> Array:
        """Income [country], million USD, with what is earned where goods are sold."""
        return self.answer.value.income_new if self._keeps else super().income_new

    @functools.cached_property
    def gdp_volume_hat(self) -> Array:
        """Gross domestic product at base-year prices [country], ratio."""
        economy = self.economy
        return gdp_volume(self, economy) if isinstance(economy, Retailed) else super().gdp_volume_hat


def solve_answering(
    model: Model,
    policies: Sequence[Policy | Wedges],
    *,
    throw: bool,
    start: Solution[Equilibrium] | Equilibrium | None = None,
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
            answer = _answer(model, policy, model.responses, start)
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


def _answer(
    model: Model,
    policy: Policy | Wedges,
    responses: Responses,
    start: Solution[Equilibrium] | Equilibrium | None,
) -> Answer:
    """The answer near a start; from the base year where the start leads nowhere."""
    if start is not None:
        with contextlib.suppress(SolveError):
            return solve_responses(model, policy, responses, start=start)
    return solve_responses(model, policy, responses)


def answered_gradients(
    value: Equilibrium, outputs: Sequence[Output], tolerance: float
) -> tuple[Gradient, ...]:
    """`gradients` with everything that answers."""
    assert isinstance(value, Answered)
    return tuple(value.answer.gradient(output, tolerance=max(tolerance, 1e-11)) for output in outputs)
