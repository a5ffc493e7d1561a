"""What the page asks of the other rooms: records, models and solved settings, kept warm and bounded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from detente.app.jobs import Jobs
from detente.app.keeping import Kept
from detente.app.setting import scenario_of
from detente.app.state import PageState, day_of
from detente.cases import model_at, prepare_cases, run_cases, sides_in
from detente.core import DateError, DetenteError, LabelError, suggestion
from detente.dossier import load_dossier
from detente.policy import load_scenario, shipped_scenarios, tellable
from detente.world import load_world, with_elasticity_set

if TYPE_CHECKING:
    from detente.cases import Case, ControlledOutcome
    from detente.dossier import Dossier
    from detente.equilibrium import Model
    from detente.policy import Scenario
    from detente.world import Economy

V = TypeVar("V")
FIRST_YEAR: Final = "short"
LONG_RUN: Final = "long"
BESIDE: Final = (FIRST_YEAR, LONG_RUN)
"""Horizons of the two large numbers."""
DEFAULT_WORLD: Final = "world-2024"
DEFAULT_SET: Final = "fgo"


def horizons_of(state: PageState, *, first: bool = False) -> tuple[str, ...]:
    """Horizons of an answer: of the large numbers and of the tables; of the tables alone in what is shown first.

    That is a half of the large numbers and the ranked bars. Where the tables' horizon is none of the large numbers', nothing
    comes before the whole.

    Examples
    --------
    >>> horizons_of(PageState("a")), horizons_of(PageState("a"), first=True)
    (('short', 'long'), ('long',))
    """
    if first and state.horizon in BESIDE:
        return (state.horizon,)
    return tuple(dict.fromkeys((*BESIDE, state.horizon)))


@dataclass(frozen=True, eq=False)
class PageAnswer:
    """A state solved: the setting and what it is held against, at every horizon that is shown.

    Attributes
    ----------
    state : PageState
        With its own outcome and reference filled in.
    dossier : Dossier
    parties : tuple of str
    outcomes : mapping of horizon to mapping of scenario id to outcome
        The setting first, then the reference where it is another.
    setting, reference : str
        Ids of the two scenarios; the same where nothing was set on the reference.
    others : mapping of {"was", "kept"} to mapping of horizon to outcome
        The setting before, and the one that was kept.
    """

    state: PageState
    dossier: Dossier
    parties: tuple[str, str]
    outcomes: Mapping[str, Mapping[str, ControlledOutcome]]
    setting: str
    reference: str
    others: Mapping[str, Mapping[str, ControlledOutcome]]

    @property
    def economy(self) -> Economy:
        """Of the horizon of the tables."""
        return self.chosen[self.setting].value.economy

    @property
    def chosen(self) -> Mapping[str, ControlledOutcome]:
        """Outcomes at the horizon of the tables."""
        return self.outcomes[self.state.horizon]

    @property
    def scenario(self) -> Scenario:
        """The setting as a scenario."""
        return self.chosen[self.setting].scenario


class Laboratory:
    """Cases that are served, with what was loaded and solved of them.

    Not for two threads at once: the page has one worker (`detente.app.batches`).

    Parameters
    ----------
    cases : mapping of name to str
        Where each comes from: a shipped id, or a folder.
    world : str, optional
        A world of one's own by its path; the shipped one when left out.
    most : int
        Solved settings that are kept, by horizon.

    Examples
    --------
    >>> from detente.app.state import read_state
    >>> laboratory = Laboratory({"busan-2025": "busan-2025"})
    >>> laboratory.ladder(read_state("busan-2025", ""))[:2]
    ('standing', 'talks-fail')
    """

    def __init__(self, cases: Mapping[str, str], world: str | None = None, *, most: int = 48) -> None:
        self.cases = dict(cases)
        self.world = world
        self._records: Kept[Dossier] = Kept(6)
        self._models: Kept[Model] = Kept(12)
        self._bases: Kept[Scenario] = Kept(32)
        self._prepared: Kept[Case] = Kept(most)
        self._solved: Kept[ControlledOutcome] = Kept(2 * most)
        self.made: Kept[object] = Kept(24)
        """Pictures and tables that cost more than a moment."""
        self.solves = 0
        """Scenarios solved since the start, each at one horizon."""
        self.sweeps = 0
        """Calls of the solver that they took."""
        self._lock = threading.RLock()
        self.jobs = Jobs(self.made)

    def close(self) -> None:
        """Stop the long jobs."""
        self.jobs.close()

    def source(self, case: str) -> str:
        """Where a case comes from.

        Raises
        ------
        LabelError
            For a case that is not served.
        """
        if case not in self.cases:
            raise LabelError(
                f"no case `{case}` is served here", where="address", hint=suggestion(case, self.cases)
            )
        return self.cases[case]

    def record(self, state: PageState) -> Dossier:
        """The record of a state's case, as known on its day."""
        source = self.source(state.case)
        return self._records.get_or(
            (state.case, state.asof), lambda: load_dossier(source, asof=day_of(state))
        )

    def ladder(self, state: PageState) -> tuple[str, ...]:
        """Outcomes of the case that could be told on the day, in the order of its ladder."""
        record, source = self.record(state), self.source(state.case)

        def read() -> object:
            names = shipped_scenarios(source, record.asof)
            kept, _ = tellable(record, [load_scenario(name, dossier=source) for name in names], source)
            return tuple(scenario.id for scenario in kept)

        names = self.made.get_or(("ladder", state.case, record.asof), read)
        assert isinstance(names, tuple)
        if not names:
            raise DateError(
                f"no outcome of `{state.case}` is a live question on {record.asof}",
                where="asof",
                hint="another day, or add a scenario to the folder",
            )
        return names

    def filled(self, state: PageState) -> PageState:
        """A state with its outcome and its reference named, and its names checked.

        Raises
        ------
        LabelError
            For an outcome, measure, set of elasticities or economy that is not there, with the nearest one.
        DateError, StaleError
            For a day on which nothing can be told.
        """
        ladder = self.ladder(state)
        record = self.record(state)
        base, against = state.base or ladder[min(1, len(ladder) - 1)], state.against or ladder[0]
        for key, name in (("base", base), ("against", against)):
            for part in name.split("+"):
                if part not in ladder:
                    where = f"{key}, as of {record.asof}"
                    raise LabelError(f"no outcome `{part}`", where=where, hint=suggestion(part, ladder))
        for key, settings in (("set", state.set), ("left", state.left)):
            for measure, _ in settings:
                if measure not in record.measures:
                    raise LabelError(
                        f"no measure `{measure}` was known on {record.asof}",
                        where=key,
                        hint=suggestion(measure, sorted(record.measures)),
                    )
        economy = self.model(state, state.horizon).economy
        if state.economy and state.economy not in economy.labels.countries:
            raise LabelError(
                f"no economy `{state.economy}`",
                where="economy",
                hint=suggestion(state.economy, economy.labels.countries),
            )
        return replace(state, base=base, against=against)

    def short(self, state: PageState) -> PageState:
        """The state without what is the case's own: the form its address has."""
        ladder, own = self.ladder(state), str(self.record(replace(state, asof="")).asof)
        return replace(
            state,
            base="" if state.base == ladder[min(1, len(ladder) - 1)] else state.base,
            against="" if state.against == ladder[0] else state.against,
            asof="" if state.asof == own else state.asof,
        )

    def named(self, state: PageState) -> PageState:
        """The short form that names its outcome all the same: what is kept and gone back to is never without words."""
        return replace(self.short(state), base=self.filled(state).base)

    def model(self, state: PageState, horizon: str) -> Model:
        """The model of a horizon under the state's elasticities and closure, prepared once."""

        def make() -> Model:
            economy = self.economy(state.elasticities)
            keep = bool(state.elasticities)
            return model_at(horizon, economy, closure=state.closure, keep_elasticities=keep)

        return self._models.get_or((horizon, state.elasticities, state.closure), make)

    def economy(self, elasticities: str = "") -> Economy:
        """The world, with a published set of elasticities or its own."""
        economy = load_world(self.world or DEFAULT_WORLD)
        if self.world is not None and not elasticities:
            return economy
        concordance = {"SERV": "D_U"} if self.world else None
        return with_elasticity_set(economy, elasticities or DEFAULT_SET, concordance=concordance)

    def scenario(self, state: PageState) -> Scenario:
        """The setting of a filled state as a scenario."""
        record, economy = self.record(state), self.model(state, LONG_RUN).economy
        source = self.source(state.case)
        base = self._bases.get_or((state.case, state.base), lambda: load_scenario(state.base, dossier=source))
        return scenario_of(state, record, economy, base)

    def answers(self, states: Sequence[PageState], *, first: bool = False) -> list[PageAnswer | DetenteError]:
        """Solve states together: what is new in them is solved in one sweep for each model.

        Parameters
        ----------
        states : sequence of PageState
        first : bool
            Solve only what is shown first of a moved control (`horizons_of`).

        Returns
        -------
        list of PageAnswer or DetenteError
            In the order given; of a state that cannot be answered, why.
        """
        with self._lock:
            filled = [_or_error(lambda state=state: self.filled(state)) for state in states]  # type: ignore[misc]
            wanted: dict[tuple[str, PageState], None] = {}
            for position, state in enumerate(filled):
                if isinstance(state, PageState):
                    parts = _or_error(lambda state=state: self._parts(state))  # type: ignore[misc]
                    if isinstance(parts, DetenteError):
                        filled[position] = parts
                        continue
                    for part in parts.values():
                        for horizon in horizons_of(state, first=first):
                            wanted[horizon, part] = None
            solved, failures = self._solve(list(wanted))
            return [
                state
                if isinstance(state, DetenteError)
                else self._answer(state, horizons_of(state, first=first), solved, failures)
                for state in filled
            ]

    def _parts(self, state: PageState) -> dict[str, PageState]:
        """Questions that a state asks: its setting, its reference, and the settings that it is held against."""
        parts = {
            "setting": state.question,
            "reference": replace(state.question, base=state.against, set=(), left=()),
        }
        for name, other in (("was", state.before), ("kept", state.beside)):
            if other is not None:
                parts[name] = self.filled(other).question
        return parts

    def _solve(
        self, wanted: Sequence[tuple[str, PageState]]
    ) -> tuple[dict[tuple[str, PageState], ControlledOutcome], dict[PageState, DetenteError]]:
        """Solve what is not kept, in one sweep for each model; say what could not be solved."""
        solved: dict[tuple[str, PageState], ControlledOutcome] = {}
        failures: dict[PageState, DetenteError] = {}
        groups: dict[tuple[str, str, str], list[tuple[str, PageState, Case]]] = {}
        for horizon, question in wanted:
            if (horizon, question) in self._solved:
                self._solved.touch((horizon, question))
                solved[horizon, question] = self._solved[horizon, question]
                continue
            case = _or_error(lambda question=question: self._prepare(question))  # type: ignore[misc]
            if isinstance(case, DetenteError):
                failures[question] = case
                continue
            groups.setdefault((horizon, question.elasticities, question.closure), []).append(
                (horizon, question, case)
            )
        for group in groups.values():
            horizon, question, _ = group[0]
            model = self.model(question, horizon)
            # in one sweep two settings may bear one name
            numbered = [
                replace(case, scenario=case.scenario.model_copy(update={"id": f"{n}"}))
                for n, (_, _, case) in enumerate(group)
            ]
            self.sweeps += 1
            self.solves += len(group)
            outcomes = _or_error(lambda: run_cases(model, numbered, throw=False))  # noqa: B023
            for n, (_, asked, case) in enumerate(group):
                outcome = None if isinstance(outcomes, DetenteError) else outcomes[str(n)]
                if outcome is None:  # one of them cannot be asked: each alone says whether it is that one
                    alone = _or_error(lambda: run_cases(model, [case]))  # noqa: B023
                    if isinstance(alone, DetenteError):
                        failures[asked] = alone
                    else:
                        solved[horizon, asked] = alone[case.scenario.id]
                elif outcome.solution.result.ok:
                    solved[horizon, asked] = replace(outcome, scenario=case.scenario)
                else:
                    failures[asked] = self._why_not(model, case)
        for key, outcome in solved.items():
            self._solved.put(key, outcome)
        return solved, failures

    def _why_not(self, model: Model, case: Case) -> DetenteError:
        """What the solver says of a case without an equilibrium."""
        error = _or_error(lambda: run_cases(model, [case]))
        if isinstance(error, DetenteError):
            return error
        return DetenteError("this setting has no equilibrium", where=case.scenario.id)

    def _prepare(self, question: PageState) -> Case:
        record = self.record(question)
        economy = self.model(question, LONG_RUN).economy
        return self._prepared.get_or(
            question, lambda: prepare_cases(economy, record, [self.scenario(question)])[0]
        )

    def _answer(
        self,
        state: PageState,
        horizons: Sequence[str],
        solved: Mapping[tuple[str, PageState], ControlledOutcome],
        failures: Mapping[PageState, DetenteError],
    ) -> PageAnswer | DetenteError:
        parts = self._parts(state)
        for question in parts.values():
            if question in failures:
                return failures[question]
        got: dict[str, dict[str, ControlledOutcome]] = {
            name: {horizon: solved[horizon, question] for horizon in horizons}
            for name, question in parts.items()
        }
        setting, reference = (got[name][state.horizon].scenario.id for name in ("setting", "reference"))
        outcomes = {}
        for horizon in horizons:
            outcomes[horizon] = {setting: got["setting"][horizon]}
            if reference != setting:
                outcomes[horizon][reference] = got["reference"][horizon]
        record = self.record(state)
        parties = _or_error(lambda: sides_in(record, got["setting"][state.horizon].value.economy))
        if isinstance(parties, DetenteError):
            return parties
        others = {str(name): got[name] for name in ("was", "kept") if name in got}
        return PageAnswer(state, record, parties, outcomes, setting, reference, others)


def _or_error(make: Callable[[], V]) -> V | DetenteError:
    """What is made, or why it cannot be."""
    try:
        return make()
    except DetenteError as error:
        return error
