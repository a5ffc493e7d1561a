"""The same without a browser: for every view the commands that print what it shows, and the Python that makes its table."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from detente.app import ranges
from detente.app.ahead import PATHS, SEED
from detente.app.dutypath import period_of
from detente.app.explained import REFERENCE, explain_command, number_of
from detente.app.setting import (
    OF_CHOSEN,
    option_words,
    setting_lines,
    setting_words,
    solve_options,
    standoff_lines,
    state_command,
)
from detente.app.timepath import MONTHS, path_command
from detente.dossier import acts_of, codes_of

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.app.views import View

RECORD: Final[dict[str, tuple[str, ...]]] = {
    "ledger": ('table = build("measures", dossier=record, date=record.asof)',),
    "claims": ('table = build("claims", dossier=record)',),
    "conflicts": ('table = build("conflicts", dossier=record)',),
    "sources": (
        "from detente.show.tables import evidence",
        "",
        'table = build("sources", sources=evidence.sources(record))',
    ),
    "clocks": ('table = build("clocks", dossier=record, from_date=record.asof)',),
    "due": (
        "from detente.dossier import parties_of",
        "from detente.show.tables import costs",
        "",
        "parties = parties_of(record)",
        "coming = [clock for clock in record.clocks.values() if clock.fires >= record.asof]",
        "stakes = costs(record, standoff.world, coming, parties)",
        'table = build("clocks", dossier=record, from_date=record.asof, stakes=stakes, parties=parties)',
    ),
    "odds": (
        "from detente.campaign import chronology, record_of",
        "from detente.outlook import kept_backtest, kept_file, look_ahead",
        "",
        "known = record_of(record, standoff.world)",
        f"ahead = look_ahead(chronology(known, record.asof), paths={PATHS}, seed={SEED}, informed=False)",
        "test = kept_backtest(known, record.asof, path=kept_file(standoff.source))",
        'table = build("outlook", outlook=ahead, test=test)',
    ),
    "scores": (
        "from detente.campaign import record_of",
        "from detente.outlook import kept_backtest, kept_file, ladder_scores",
        "",
        "known = record_of(record, standoff.world)",
        "test = kept_backtest(known, record.asof, path=kept_file(standoff.source))",
        'table = build("scores", rows=ladder_scores(test), record=record.id, asof=record.asof)',
    ),
}
"""Python of the views of a record: `standoff` and `record` are there, and `table` is made."""


def view_commands(
    view: View, answer: PageAnswer, laboratory: Laboratory, source: str, world: str | None
) -> tuple[str, ...]:
    """The commands that print what a view shows: one, but for settings side by side; none where there is none.

    Parameters
    ----------
    view : View
    answer : PageAnswer
    laboratory : Laboratory
    source : str
        Where the record comes from: a shipped id, or a folder.
    world : str, optional
        A world of one's own by its path.
    """
    state, scenario = answer.state, answer.scenario
    if view.verb == "draws":
        return (state_command(state, scenario, "countries", source, world, ranges.DRAWS),)
    if view.verb == "beside":
        return _side_by_side(answer, laboratory, source, world)
    if view.verb.startswith("explain "):
        return (explain_command(answer, view.verb.removeprefix("explain "), source, world),)
    if view.verb == "duties":
        return tuple(
            shlex.join(_duties_words(answer, pair, source, world))
            for pair in (answer.parties, answer.parties[::-1])
        )
    if not view.verb or view.verb.startswith("="):
        return (state_command(state, scenario, view.verb[1:] or view.name, source, world),)
    if view.verb.startswith("path "):
        return (path_command(state, scenario, view.verb.removeprefix("path "), source, world),)
    words = ["detente", view.verb.format(horizon=state.horizon, asof=answer.dossier.asof)]
    words += ["--dossier", shlex.quote(source)]
    words += ["--asof", state.asof] if state.asof and "{asof}" not in view.verb else []
    if "{horizon}" in view.verb:
        words += ["--elasticities", state.elasticities] if state.elasticities else []
        words += ["--world", shlex.quote(world)] if world else []
    if view.name == "deals":
        words += [shlex.join(["--mark", *setting_words(state, scenario)])]
    return (" ".join(words),)


def _duties_words(answer: PageAnswer, pair: tuple[str, str], source: str, world: str | None) -> list[str]:
    """The command that prints the average duty of one side on the other on every day on which one changes."""
    state = answer.state
    words = ["detente", "duties", "--table", "path", "--importer", pair[0], "--exporter", pair[1]]
    words += ["--at", _first_day(answer)]
    unread = ("--horizon", "--elasticities", "--closure")
    return words + option_words(state, source, world, without=unread)


def _first_day(answer: PageAnswer) -> str:
    """The first day of the duty path that is shown."""
    acts = acts_of(answer.dossier, answer.parties)
    return period_of(answer.state, answer.dossier, list(acts)).since.isoformat()


def _duty_path_lines(answer: PageAnswer) -> list[str]:
    """The average duty of each side on the other on every day on which one changes."""
    first, second = answer.parties
    return [
        "from datetime import date",
        "from detente.dossier import acts_of",
        f"acts = acts_of(record, {answer.parties!r})",
        f"days = sorted({{*acts, record.asof, date.fromisoformat({_first_day(answer)!r})}})",
        f"for importer, exporter in (({first!r}, {second!r}), ({second!r}, {first!r})):",
        '    sides = {"importer": importer, "exporter": exporter}',
        '    table = build("duty-path", dossier=record, economy=standoff.world, dates=days, **sides)',
        "    print(table.to_csv())",
    ]


def _side_by_side(
    answer: PageAnswer, laboratory: Laboratory, source: str, world: str | None
) -> tuple[str, ...]:
    """The command of every column: its differences are the column. One solved otherwise has no command of its own."""
    state = answer.state
    commands = [state_command(state, answer.scenario, "countries", source, world)]
    for name, other in (("was", state.before), ("kept", state.beside)):
        if other is None:
            continue
        own = replace(laboratory.filled(other), horizon=state.horizon, against=state.against)
        if (own.closure, own.elasticities, own.asof) == (state.closure, state.elasticities, state.asof):
            scenario = answer.others[name][state.horizon].scenario
            commands.append(state_command(own, scenario, "countries", source, world))
    return tuple(dict.fromkeys(commands))


def view_python(view: View, answer: PageAnswer, source: str, world: str | None) -> str:
    """Python that makes the table of a view, as `table`; empty where there is none."""
    state = answer.state
    head = standoff_lines(state, source, world)
    if view.name in RECORD:
        body = ["record = standoff.dossier", *RECORD[view.name]]
    elif view.verb == "duties":
        body = ["record = standoff.dossier", *_duty_path_lines(answer)]
    elif view.verb == "beside":
        body = _beside_lines(answer)
    else:
        body = [*setting_lines(state, answer.scenario), *_result_lines(view, answer)]
        if len(body) == 1:
            return ""
    imports = [line for line in body if line.startswith("from ")]
    rest = [line for line in body if line not in imports and line]
    show = "from detente.show import make" if any("make(" in line for line in rest) else ""
    show = show.replace("make", "build, make") if any("build(" in line for line in rest) and show else show
    show = show or "from detente.show import build"
    days = [line for line in head if line.startswith("from datetime")]
    lines = [*dict.fromkeys([*days, *(line for line in imports if "datetime" in line)]), "import detente"]
    lines += [*sorted({*(line for line in imports if "datetime" not in line), show}), "", head[-1], *rest]
    lines += [] if rest[-1].endswith("print(table.to_csv())") else ["print(table.to_csv())"]
    return "\n".join(lines) + "\n"


def _beside_lines(answer: PageAnswer) -> list[str]:
    """The setting and those beside it against one reference: the differences of each are its columns."""
    state = answer.state
    lines = setting_lines(state, answer.scenario)
    names = ["setting"]
    for name, other in (("was", state.before), ("kept", state.beside)):
        if other is not None:
            lines += setting_lines(other, answer.others[name][state.horizon].scenario, name)
            names.append(name)
    options = solve_options(state)
    return [
        *lines,
        f"for one in ({', '.join(names)},):",
        f"    outcomes = standoff.solve(one, {state.against!r}{options})",
        "    against = list(outcomes)[1] if len(outcomes) > 1 else None",
        '    table = build("countries", outcomes=outcomes, against=against, countries=())',
        "    print(table.to_csv())",
    ]


def _result_lines(view: View, answer: PageAnswer) -> list[str]:
    """What makes the table of a view about the setting; nothing where it has no Python."""
    state = answer.state
    options = solve_options(state)
    compared = answer.setting != answer.reference
    reference = answer.reference if compared else None
    model = f"model = standoff.model({options.removeprefix(', ')})"
    solve = f"outcomes = standoff.solve(setting{f', {state.against!r}' if compared else ''}{options})"
    if not view.verb or view.verb.startswith("="):
        return [solve, _outcome_table(view.verb[1:] or view.name, answer, reference)]
    if view.verb == "draws":
        cases = f"[standoff.case(setting){f', standoff.case({state.against!r})' if compared else ''}]"
        return [
            model,
            f"drawn = detente.draw_outcomes(model, {cases}, draws={ranges.DRAWS}, seed={ranges.SEED})",
            f'table = build("intervals", draws=drawn, against={reference!r})',
        ]
    if view.verb.startswith("explain "):
        name, kind = number_of(answer)
        held = "None" if kind else f"standoff.case({state.against!r})"
        case = f"standoff.case({state.against!r})" if kind == REFERENCE else "standoff.case(setting)"
        table = f"explain_{view.verb.removeprefix('explain ')}"
        return [
            model,
            "tables = make(",
            f'    "explain-measures", model=model, dossier=standoff.dossier, name="{name}",',
            f'    case={case}, reference={held}, method="auto", draws=0, seed=1,',
            ")",
            f'table = next(table for table in tables if getattr(table, "name", "") == "{table}")',
        ]
    if view.name in ("leverage", "deals"):
        return [model, *_game_lines(view.name, answer)]
    if view.verb.startswith("path "):
        return _path_lines(view.verb.removeprefix("path "), answer)
    return []


def _game_lines(name: str, answer: PageAnswer) -> list[str]:
    """The game of the record: its levers around the standing state, or what every joint choice gives."""
    room = "leverage, leverage_of, load_game, load_preferences, near_tensor, standing_verdicts, wanted_in"
    if name == "deals":
        room = "deal_space, load_game, load_preferences, payoff_tensor, wanted_in"
    asof = ", asof=record.asof" if answer.state.asof else ""
    lines = [
        *(["from detente.show.figures import point_names"] if name == "deals" else []),
        f"from detente.strategy import {room}",
        "record = standoff.dossier",
        f"spec = load_game(dossier=standoff.source{asof})",
        "known = load_preferences(game=spec.id).known_by(record.asof)",
        "wanted = wanted_in(record, spec, known, sectors=model.economy.labels.sectors)",
        'points = [standoff.scenario(name) for name in spec.threats if name != "standing"]',
    ]
    if name == "leverage":
        return [
            *lines,
            "near = near_tensor(model, record, spec, preferences=wanted.file.sets, scenarios=points)",
            "game = near.game(wanted.leading)",
            "gentle, harsh = leverage.extremes(game)",
            "plain = wanted.beside and near.game(wanted.beside)",
            "beside = leverage_of(plain, gentle=gentle, harsh=harsh) if plain else ()",
            "stands = standing_verdicts(near, record, wanted) or None",
            'table = build("leverage", levers=leverage_of(game), note="", beside=beside, stands=stands)',
        ]
    return [
        *lines,
        "names = {name: standoff.scenario(name).title for name in spec.threats}",
        "points += [] if setting.id in names else [setting]",
        f"names = point_names(names, setting.id, {answer.scenario.title!r})",
        "tensor = payoff_tensor(model, record, spec.small(), scenarios=points)",
        "game = tensor.game(wanted.leading)",
        "space = deal_space(game, spec.threats[0])",
        'table = make("deal-space-points", game=game, space=space, threats=names, concept="").table',
    ]


def _path_lines(table: str, answer: PageAnswer) -> list[str]:
    """The setting along time, or what it cuts month by month; of a cut alone where the address names one."""
    state = answer.state
    keep = ", keep_elasticities=True" if state.elasticities else ""
    keep += f", closure={state.closure!r}" if state.closure != "share" else ""
    lines = ["world = standoff.world"]
    if state.elasticities:
        lines = [
            "from detente.world import with_elasticity_set",
            f"world = with_elasticity_set(standoff.world, {state.elasticities!r})",
        ]
    sides = [state.economy] if state.economy else list(codes_of(answer.dossier))
    shown = [code for code in sides if code in answer.economy.labels.countries]
    if table in ("dates", "summary"):
        name = "summary" if table == "summary" else "unfolding"
        path = f"unfold_scenarios(world, standoff.dossier, [setting]{keep})[setting.id]"
        imported = "from detente.cases import unfold_scenarios"
        if state.cut:
            imported = "from detente.cases import Still, read_cut, unfold"
            law = f"Still(Wedges.unchanged(world), (read_cut(world, {state.cut!r}),))"
            path = f"unfold(world, {law}{keep})"
            lines.append("from detente.world import Wedges")
        return [
            imported,
            *lines,
            f"path = {path}",
            f'table = build("{name}", path=path, countries={shown!r})',
        ]
    names = ["held_by_figures", "path_and_without", *(["read_cut"] if state.cut else [])]
    lines.append(f"from detente.cases import {', '.join(names)}")
    if state.cut:
        lines.append("from detente.world import Wedges")
        lines.append(f"wedges, floors, cuts = Wedges.unchanged(world), (), (read_cut(world, {state.cut!r}),)")
    else:
        lines.append("case = standoff.case(setting)")
        lines.append("wedges, floors = case.wedges, tuple(held for held in case.controls if held.is_floor)")
        lines.append("cuts = tuple(cut for cut in case.controls if not cut.is_floor)")
    lines.append("held = held_by_figures(world, cuts)")
    lines.append(
        f"path, without = path_and_without(world, wedges, floors, cuts, held, [1.0] * {MONTHS}{keep})"
    )
    lines.append('table = build("path-losses", path=path, without=without, controls=cuts)')
    if table != "losses":
        more = "" if state.economy else ', str(table.column("country")[0])'
        lines.append(f"shown = list(dict.fromkeys([{', '.join(map(repr, shown))}{more}]))")
    if table == "months":
        lines.append("from detente.show.tables import with_held")
        lines.append('table = with_held(build("stocks", path=path, controls=cuts, countries=shown), held)')
    elif table == "output":
        lines.append('table = build("path-output", path=path, without=without, countries=shown, sectors=())')
    return lines


def _outcome_table(table: str, answer: PageAnswer, reference: str | None) -> str:
    """The line that makes a table of `detente run` from `outcomes`."""
    if table == "measures":
        return 'table = build("footprints", outcome=next(iter(outcomes.values())))'
    if table == "pair":
        return 'table = build("pair", outcomes=outcomes, parties=standoff.parties[:2])'
    chosen = (answer.state.economy,) if answer.state.economy else answer.parties
    of_some = f", countries={chosen!r}" if table in OF_CHOSEN else ", countries=()"
    return f'table = build("{table}", outcomes=outcomes, against={reference!r}{of_some})'
