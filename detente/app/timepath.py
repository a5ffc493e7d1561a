"""A cut month by month, and the setting along time to five years and the long run: what `detente path` prints."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from detente.app.drawing import DrawnView
from detente.app.setting import file_name, option_words
from detente.cases import LawOfDays, Still, held_by_figures, path_and_without, read_cut, unfold
from detente.core import InputError, Table
from detente.dossier import codes_of
from detente.policy import refuse_model_options
from detente.show import build, make
from detente.show.figures import country_name
from detente.show.tables import with_held
from detente.world import Wedges, sector_groups

if TYPE_CHECKING:
    from detente.app.jobs import Report
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.app.state import PageState
    from detente.equilibrium import QuantityControl
    from detente.policy import Scenario
    from detente.show.figures import Figure
    from detente.world import Economy

MONTHS: Final = 60
"""Months that a cut is followed: five years, one by one."""


@dataclass(frozen=True, eq=False)
class _Start:
    """What a path starts from, as the command takes it: the setting, or the base year with a cut."""

    economy: Economy
    wedges: Wedges
    floors: tuple[QuantityControl, ...]
    cuts: tuple[QuantityControl, ...]
    scenario: Scenario | None


@dataclass(frozen=True, eq=False)
class CutPath:
    """A cut month by month: its tables and its picture."""

    months: Table
    losses: Table
    output: Table
    stocks: Table
    figure: Figure


def _start(answer: PageAnswer, laboratory: Laboratory) -> _Start:
    """The setting's wedges and controls, or the cut that the address names, on an economy of its own."""
    state = answer.state
    economy = replace(laboratory.model(state, "long").economy)  # nobody else's while the page goes on solving
    if state.cut:
        return _Start(economy, Wedges.unchanged(economy), (), (read_cut(economy, state.cut),), None)
    case = answer.chosen[answer.setting].case
    refuse_model_options(case.scenario, "a path along dates")
    floors = tuple(control for control in case.controls if control.is_floor)
    cuts = tuple(control for control in case.controls if not control.is_floor)
    return _Start(economy, case.wedges, floors, cuts, case.scenario)


def _shown(answer: PageAnswer, *others: str) -> list[str]:
    """Economies of the tables: the one that was chosen, else the sides of the record and some others."""
    if answer.state.economy:
        return [answer.state.economy]
    codes = dict.fromkeys((*codes_of(answer.dossier), *others))
    return [code for code in codes if code in answer.economy.labels.countries]


def _key(kind: str, answer: PageAnswer) -> tuple[object, ...]:
    state = answer.state
    question = replace(state.question, base="", set=(), left=()) if state.cut else state.question
    return kind, question, state.cut, state.economy, answer.dossier.asof


def cut_path(answer: PageAnswer, laboratory: Laboratory) -> CutPath:
    """The caps and bans of the setting, or one cut, month by month.

    Raises
    ------
    Unfinished
        Until it is computed.
    InputError, LabelError, UnitError
        When nothing is cut, and for a cut that is none.
    """
    start = _start(answer, laboratory)
    if not start.cuts:
        raise InputError(
            "this setting cuts no deliveries",
            where="cut",
            hint="choose a cut above, or put a control into force",
        )
    state = answer.state

    def solve(report: Report) -> CutPath:
        held = held_by_figures(start.economy, start.cuts)
        path, without = path_and_without(
            start.economy,
            start.wedges,
            start.floors,
            start.cuts,
            held,
            [1.0] * MONTHS,
            keep_elasticities=bool(state.elasticities),
            closure=state.closure,
            report=report,
        )
        losses = build("path-losses", path=path, without=without, controls=start.cuts)
        shown = _shown(answer, str(losses.column("country")[0]))
        return CutPath(
            with_held(build("stocks", path=path, controls=start.cuts, countries=shown), held),
            losses,
            build("path-output", path=path, without=without, countries=shown, sectors=()),
            build("path-stocks", held=held),
            make("path-months", path=path, without=without, controls=start.cuts, countries=shown),
        )

    title = f"Month by month: {state.cut or answer.scenario.title}"
    parts = laboratory.jobs.result(_key("cut", answer), title, solve, at_once=False)
    assert isinstance(parts, CutPath)
    return parts


def cut_table(name: str) -> Callable[[PageAnswer, Laboratory], Table]:
    """A table of a cut month by month."""

    def make_table(answer: PageAnswer, laboratory: Laboratory) -> Table:
        table = getattr(cut_path(answer, laboratory), name)
        assert isinstance(table, Table)
        return table

    return make_table


def cut_figure(answer: PageAnswer, laboratory: Laboratory) -> Figure:
    """The picture of a cut month by month."""
    return cut_path(answer, laboratory).figure


@dataclass(frozen=True, eq=False)
class AlongTime:
    """A setting along time: every date, the sum of all years, and the picture."""

    dates: Table
    summary: Table
    figure: Figure


def along_time(answer: PageAnswer, laboratory: Laboratory) -> AlongTime:
    """The setting along time: months, quarters to five years, the long run, as measures begin and end.

    Raises
    ------
    Unfinished
        Until it is computed.
    """
    start, state, record = _start(answer, laboratory), answer.state, answer.dossier

    def solve(report: Report) -> AlongTime:
        law = (
            Still(start.wedges, start.cuts)
            if start.scenario is None
            else LawOfDays(start.economy, record, start.scenario, False)
        )
        along = unfold(
            start.economy,
            law,
            closure=state.closure,
            keep_elasticities=bool(state.elasticities),
            first_day=law.first_day,
        )
        shown = _shown(answer)
        return AlongTime(
            build("unfolding", path=along, countries=shown),
            build("summary", path=along, countries=shown),
            make("path-along", path=along, countries=shown),
        )

    title = f"Along time: {state.cut or answer.scenario.title}"
    parts = laboratory.jobs.result(_key("along", answer), title, solve, at_once=False)
    assert isinstance(parts, AlongTime)
    return parts


def along_drawn(answer: PageAnswer, laboratory: Laboratory) -> DrawnView:
    """Every date of the setting along time, and the picture."""
    parts = along_time(answer, laboratory)
    return DrawnView(parts.dates, parts.figure)


def all_years(answer: PageAnswer, laboratory: Laboratory) -> Table:
    """First year, long run and the discounted sum of all years of the setting."""
    return along_time(answer, laboratory).summary


def path_command(state: PageState, scenario: Scenario, table: str, source: str, world: str | None) -> str:
    """The command that prints a path.

    A setting of one's own is told by its scenario file: the command has no single measures.

    Examples
    --------
    >>> from detente.app.state import read_state
    >>> from detente.policy import load_scenario
    >>> state = read_state("busan-2025", "base=talks-fail&cut=CHN:rare-earths:0.3")
    >>> path_command(state, load_scenario("talks-fail"), "output", "busan-2025", None)
    'detente path --cut CHN:rare-earths:0.3 --months 60 --table output'
    """
    words = ["detente", "path"]
    if state.cut:
        words += ["--cut", state.cut]
    else:
        words.append(file_name(scenario) if state.set or state.left else state.base)
    words += ["--months", str(MONTHS)] if table not in ("dates", "summary") else []
    words += ["--table", table]
    words += ["--countries", state.economy] if state.economy else []
    return shlex.join([*words, *option_words(state, source, world, without=("--horizon",))])


@dataclass(frozen=True)
class CutForm:
    """What the form of a cut offers, and where it stands.

    Attributes
    ----------
    sellers, inputs, buyers : tuple of (code, name)
    seller, of, left, buyer : str
        Of the cut that is shown; `left` in percent.
    caps : tuple of str
        Names of the setting's own cuts.
    """

    sellers: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, str], ...]
    seller: str
    of: str
    left: str
    buyer: str
    caps: tuple[str, ...]


def cut_form(answer: PageAnswer, laboratory: Laboratory) -> CutForm:
    """The form of a cut: economies by name, groups of inputs before single sectors."""
    economy = laboratory.model(answer.state, "long").economy
    labels, groups = economy.labels, sector_groups(economy)
    inputs = [(name, f"{name.replace('-', ' ')} ({', '.join(codes)})") for name, codes in groups.items()]
    inputs += [(code, labels.sector_name(code)) for code in labels.sectors]
    parts: Sequence[str] = [*answer.state.cut.split(":"), "", "", "", ""][:4]
    left = f"{100 * float(parts[2]):.10g}" if _is_share(parts[2]) else "30"
    caps = tuple(c.name for c in answer.chosen[answer.setting].case.controls if not c.is_floor)
    countries = tuple((code, country_name(code)) for code in labels.countries)
    return CutForm(countries, tuple(inputs), parts[0], parts[1], left, parts[3], caps)


def _is_share(text: Any) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False
