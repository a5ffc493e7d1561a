"""An outcome in every way it can come about: its branches, each solved at several horizons beside one reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detente.cases.case import Case, ControlledOutcome
from detente.cases.runs import prepare_cases, run_cases
from detente.core import InputError
from detente.policy import Branch, Scenario, branches

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.equilibrium import Model


TOLD = ("title", "story", "told", "forks", "assumed")
"""What is told of a scenario and changes nothing in it."""


@dataclass(frozen=True, eq=False)
class Branched:
    """An outcome solved along each of its branches.

    Attributes
    ----------
    scenario : Scenario
        As its file tells it.
    dossier : Dossier
        The record; its as-of day decided which branch is likeliest.
    branches : tuple of Branch
    outcomes : mapping of horizon to mapping of scenario id to ControlledOutcome
        Of every branch, and of the reference.
    reference : str
        Id of the scenario that changes are taken from.
    cases : tuple of Case
        What was solved: the reference, then every branch.
    """

    scenario: Scenario
    dossier: Dossier
    branches: tuple[Branch, ...]
    outcomes: Mapping[str, Mapping[str, ControlledOutcome]]
    reference: str
    cases: tuple[Case, ...]

    @property
    def likeliest(self) -> Branch:
        """The branch that the record makes likeliest."""
        return next(branch for branch in self.branches if branch.likeliest)

    def change(self, branch: Branch, horizon: str, party: str) -> float:
        """Real income of a party along a branch against the reference at the same horizon, as a fraction."""
        solved = self.outcomes[horizon]
        position = next(iter(solved.values())).value.economy.labels.country(party)
        hat = solved[branch.scenario.id].value.real_income_hat[position]
        return float(hat / solved[self.reference].value.real_income_hat[position] - 1)

    def span(self, horizon: str, party: str) -> tuple[float, float]:
        """Return the lowest and the highest change of a party over all branches, as fractions."""
        changes = [self.change(branch, horizon, party) for branch in self.branches]
        return min(changes), max(changes)


def solve_branches(
    models: Mapping[str, Model],
    dossier: Dossier,
    scenario: Scenario,
    reference: Scenario,
    *,
    hold_clocks: bool | Sequence[str] = False,
    solved: Mapping[str, Mapping[str, ControlledOutcome]] | None = None,
) -> Branched:
    """Solve every branch of a scenario, and the reference, at every horizon.

    Parameters
    ----------
    models : mapping of horizon to Model
        As `model_at` makes them.
    dossier : Dossier
    scenario : Scenario
        With `forks`.
    reference : Scenario
        Changes are taken from it.
    hold_clocks : bool or sequence of str
        As for `run_scenarios`.
    solved : mapping of horizon to mapping of scenario id to ControlledOutcome, optional
        Outcomes of these models, such as that of the reference: a branch that one of them is, but for what is told of it, is not
        solved again.

    Returns
    -------
    Branched

    Raises
    ------
    InputError
        For a scenario without forks.
    SolveError
        For the first branch without an equilibrium.

    Examples
    --------
    >>> from detente import Standoff
    >>> standoff = Standoff.load("busan-2025")
    >>> models = {"long": standoff.model("long")}
    >>> tree = solve_branches(
    ...     models, standoff.dossier, standoff.scenario("talks-fail"), standoff.scenario("standing")
    ... )
    >>> tree.likeliest.scenario.id
    'talks-fail+called-off+truce-ends'
    >>> low, high = tree.span("long", "USA")
    >>> low < tree.change(tree.likeliest, "long", "USA") < high
    True
    """
    if not scenario.forks:
        raise InputError(
            f"`{scenario.id}` can come about in one way only",
            hint="`forks:` in its file lists the questions on which it turns; see the how-to on scenarios",
        )
    tree = branches(scenario, dossier)
    economy = next(iter(models.values())).economy
    wanted = [each.holding(hold_clocks) for each in (reference, *(branch.scenario for branch in tree))]
    known = _known(wanted, models, solved or {})
    rest = prepare_cases(economy, dossier, [each for each in wanted if each.id not in known])
    cases = {case.scenario.id: case for case in (*known.values(), *rest)}
    outcomes = {}
    for horizon, model in models.items():
        there = {**(solved or {}).get(horizon, {}), **run_cases(model, rest)}
        outcomes[horizon] = {each.id: replace(there[each.id], scenario=each) for each in wanted}
    return Branched(scenario, dossier, tree, outcomes, reference.id, tuple(cases[each.id] for each in wanted))


def _known(
    wanted: Sequence[Scenario],
    models: Mapping[str, Model],
    solved: Mapping[str, Mapping[str, ControlledOutcome]],
) -> dict[str, Case]:
    """Cases of those scenarios whose outcomes are known at every horizon, by id."""
    at = [solved.get(horizon, {}) for horizon in models]
    known = {}
    for each in wanted:
        told = {name: getattr(each, name) for name in TOLD}
        there = [outcomes[each.id] for outcomes in at if each.id in outcomes]
        if len(there) == len(at) and all(same.scenario.model_copy(update=told) == each for same in there):
            same = there[0]
            known[each.id] = Case(
                each, same.wedges, same.footprints, same.controls, same.reasons, same.timing
            )
    return known
