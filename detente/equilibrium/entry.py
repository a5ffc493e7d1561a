"""The one way in: a model and a policy, or many policies, and what comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import overload

from detente.core import RESULTS, InputError
from detente.equilibrium.controls import ControlledSolution
from detente.equilibrium.foresight import Foresight
from detente.equilibrium.policy import Policy
from detente.equilibrium.quantities import solve_batch_with_controls
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.solver import solve_batch
from detente.equilibrium.world_model import Model
from detente.world import Wedges

Policies = Sequence[Policy | Wedges]


@overload
def solve(
    model: Model,
    policies: Policy | Wedges,
    *,
    start: Solution[Equilibrium] | Equilibrium | None = None,
    foresight: Foresight | None = None,
    throw: bool = True,
) -> Solution[Equilibrium]: ...


@overload
def solve(
    model: Model,
    policies: Policies,
    *,
    start: Solution[Equilibrium] | Equilibrium | None = None,
    foresight: Foresight | None = None,
    throw: bool = True,
) -> tuple[Solution[Equilibrium], ...]: ...


def solve(
    model: Model,
    policies: Policy | Wedges | Policies,
    *,
    start: Solution[Equilibrium] | Equilibrium | None = None,
    foresight: Foresight | None = None,
    throw: bool = True,
) -> Solution[Equilibrium] | tuple[Solution[Equilibrium], ...]:
    """Find the counterfactual equilibrium of a policy, or of many at once, in exact hat algebra.

    Where a model has responses, what answers beside prices is found too (`solve_responses`): the value is an `Answered`.

    Every factor market but the reported one clears at the returned wages; world value added is the numeraire; every limit
    on quantities holds, with the wedge that enforces it.

    Parameters
    ----------
    model : Model
        Economy, structure, closure and settings of the solver.
    policies : Policy, or sequence of Policy
        On the economy's own labels. `Wedges` stand for a policy without limits on quantities; with a leading scenario axis
        they are many.
    start : Solution or Equilibrium, optional
        On the same economy and structure, near what is looked for: the search begins there instead of in the base year.
        What is found does not depend on it; a `Solution` lends the wedges of limits of the same name too,
        and what answers beside prices begins where it had settled there.
    foresight : Foresight, optional
        What was learned from policies solved before on this model, from this start, and takes up what these teach: hand one to
        every call of a large study (`solve_many` does). What is found does not depend on it.
    throw : bool
        Raise `SolveError` for the first policy that fails; ``False`` returns its code and the others.

    Returns
    -------
    Solution of Equilibrium, or tuple of them in the order given
        ``.result`` is a member of `RESULTS`; ``.value`` an equilibrium when ``.result.ok``; ``.bindings`` says what each limit
        does; ``.stats`` holds steps and residuals.

    Raises
    ------
    InputError, UnitError
        Before any numerics: a policy of another economy, wedges that cannot be priced, limits without sense.
    SolveError
        When no equilibrium was found and `throw` is set.

    References
    ----------
    Caliendo and Parro (2015), Review of Economic Studies 82(1), equations 8-13.

    Examples
    --------
    >>> from detente.world import toy
    >>> model = Model(toy())
    >>> war = Policy.unchanged(model.economy).duty("USA", "CHN").add_points(0.25)
    >>> solve(model, war).value.real_income_hat.shape
    (5,)
    >>> [solution.result.name for solution in solve(model, [Policy.unchanged(model.economy), war])]
    ['no_shock', 'successful']
    """
    stacked = isinstance(policies, Wedges) and policies.tariff.ndim == 4
    alone = isinstance(policies, (Policy, Wedges)) and not stacked
    each = _each(policies)
    for policy in each:
        if isinstance(policy, Policy) and policy.economy.labels != model.economy.labels:
            raise InputError(
                f"the policy `{policy.name}` speaks of another world's countries and sectors",
                where=model.economy.name,
                hint="make it on this one: Policy.unchanged(model.economy)",
            )
    if model.answers:
        from detente.equilibrium.responses.answered import solve_answering  # which solves through here

        answered = solve_answering(model, each, throw=throw, start=start)
        return answered[0] if alone else answered
    wedges = [policy.wedges if isinstance(policy, Policy) else policy for policy in each]
    controls = [policy.controls if isinstance(policy, Policy) else () for policy in each]
    if any(controls):
        begun = Solution(start, RESULTS.successful, {}) if isinstance(start, Equilibrium) else start
        held = solve_batch_with_controls(
            model.economy,
            wedges,
            controls,
            closure=model.closure,
            structure=model.structure,
            solver=model.solver,
            start=None if begun is None else ControlledSolution(begun, begun.bindings),
            foresight=foresight,
            throw=throw,
        )
        solutions = tuple(replace(controlled.solution, bindings=controlled.bindings) for controlled in held)
    else:
        solutions = solve_batch(
            model.economy,
            policies if isinstance(policies, Wedges) and stacked else wedges,
            closure=model.closure,
            structure=model.structure,
            solver=model.solver,
            start=start.value if isinstance(start, Solution) else start,
            foresight=foresight,
            throw=throw,
        )
    return solutions[0] if alone else solutions


def _each(policies: Policy | Wedges | Policies) -> list[Policy | Wedges]:
    """Policies one by one."""
    if isinstance(policies, Wedges) and policies.tariff.ndim == 4:
        return list(policies.each())
    return [policies] if isinstance(policies, (Policy, Wedges)) else list(policies)
