"""Reference pages of the command line, errors, result codes, tables and rooms."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pages.text import cell, page, table


def _default(option: Any) -> str:
    shown = getattr(option, "show_default", None)
    if isinstance(shown, str):
        return shown
    value = option.default
    if value is None or value is False or value == "" or value == Path():
        return "–"
    return f"`{value}`"


def cli_page() -> str:
    """`docs/reference/cli.md`: every verb with its arguments and options."""
    import typer

    from detente.cli.main import app

    parts = []
    group: Any = typer.main.get_command(app)
    for name, command in sorted(group.commands.items()):
        parts.append(_verb_section(name, command, "##"))
        parts += [
            _verb_section(f"{name} {below}", verb, "###")
            for below, verb in sorted(getattr(command, "commands", {}).items())
        ]
    rows = [
        ("`--version`", "Print the version and stop.", "–"),
        ("`-h`, `--help`", "Explain the command, or the verb it follows.", "–"),
    ]
    parts.append(
        "## detente\n\nWithout a verb: what is in the box and what to do next.\n\n"
        + table(("Option", "Meaning", "Default"), rows)
    )
    return page(
        "Command line",
        "Tables go to standard output, everything else to standard error. `--format` writes them as `table` (for a terminal), "
        "`csv` and `json` (every known digit, machine names) or `md` (Markdown, rounded); `--out` takes the format from the file's "
        "ending. `NO_COLOR` is respected. Exit codes are on the page [Errors](errors.md#exit-codes). A day is written "
        "year-month-day.",
        parts,
    )


def _verb_section(name: str, command: Any, level: str) -> str:
    """One verb, or a group of verbs, with its arguments and options."""
    words, rows = [], []
    for option in command.params:
        if option.param_type_name == "argument":
            shown = option.name.upper() + ("…" if option.nargs == -1 else "")
            words.append(shown if option.required else f"[{shown}]")
            spelt = f"`{shown}`"
        else:
            spelt = ", ".join(f"`{spelling}`" for spelling in (*option.opts, *option.secondary_opts))
        default = "required" if option.required else _default(option)
        rows.append((spelt, cell(option.help or ""), default))
    if hasattr(command, "commands"):
        verbs = ", ".join(f"`{name} {below}`" for below in sorted(command.commands))
        return f"{level} {name}\n\n{command.help}\n\nVerbs: {verbs}.\n"
    usage = " ".join(["detente", name, *words, "[OPTIONS]"])
    return f"{level} {name}\n\n{command.help}\n\n```console\n$ {usage}\n```\n\n" + table(
        ("Argument or option", "Meaning", "Default"), rows
    )


def errors_page() -> str:
    """`docs/reference/errors.md`: the tree of errors and the exit codes."""
    from detente.core import errors

    kinds = _below(errors.DetenteError)
    rows = []
    for kind in kinds:
        parents = ", ".join(f"`{parent.__name__}`" for parent in kind.__bases__)
        rows.append(
            (
                f"`{kind.__name__}`",
                parents,
                str(kind.exit_code),
                cell(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0]),
            )
        )
    module = inspect.cleandoc(errors.__doc__ or "")
    tree = module.split("::\n\n", 1)[1].split("\n\nEvery message", 1)[0]
    codes = [
        ("0", "Done; also when the reader of the output went away, as with `| head`."),
        (
            "1",
            "Something given is wrong: a file, a name in it, a number; a scenario or dossier that does not exist; or the output "
            "cannot be written.",
        ),
        (
            "2",
            "What was typed on the command line is wrong: an unknown verb, option, day, code, set or table.",
        ),
        ("3", "No equilibrium was found; see [It does not converge](../how-to/it-does-not-converge.md)."),
        ("4", "Evidence: a value without a source, a stale entry, or a failed `detente check`."),
        (
            "130, 143",
            "Stopped with Ctrl-C, or by a signal to terminate; no process is left, nothing half-written.",
        ),
    ]
    return page(
        "Errors",
        "Every error Détente raises on purpose descends from `DetenteError`. Its message has three parts, also as attributes: "
        "`what` is wrong, `where` (file, line, key; or the cell), and a `hint` with the next step and the nearest valid name. "
        "Anything else that is raised is a bug.",
        [
            "```text\n" + inspect.cleandoc(tree) + "\n```",
            table(("Class", "Descends from", "Exit code", "Meaning"), rows),
            "`SchemaError` also carries `file`, `line`, `column` and `key`; `SolveError` carries the unfinished `solution`.",
            "## Exit codes\n\n" + table(("Code", "Meaning"), codes),
        ],
    )


def _below(kind: type[Any]) -> list[type[Any]]:
    return [kind, *(child for direct in kind.__subclasses__() for child in _below(direct))]


STATISTICS = {
    "num_steps": "Sweeps taken, or steps of Newton's method.",
    "clearing_residual": "Largest relative excess demand for a country's factor, over every country but the dropped one.",
    "price_residual": "Largest gap between a price and what the price equation says, log points.",
    "expenditure_residual": "Largest gap between spending and what the expenditure equation says, relative to the base year.",
    "numeraire_residual": "Relative gap between world value added and its base value.",
    "max_residual": "Largest of the four; an equilibrium has less than 1e-10.",
    "walras": "Residual of the dropped market relative to itself, which the equations do not mention; an equilibrium has less than 1e-8.",
    "parts": "Only where bans cut trade or leave somebody without a supplier: parts that trade with none of the others.",
    "note": "What bans and limits did, in words: who has no supplier, who is cut off, which limit does not hold.",
    "lowest_income": "Smallest ratio of a country's income to that of the base year; at or below zero there is no equilibrium.",
    "dropped": "Market that is dropped, the largest of the base year: a country, or country/sector where factors do not move freely.",
    "method": "`sweep`; where the sweeps did not settle `stages` (sweeps in stages of the shock) or `newton`.",
    "work": "Work done in all, in sweeps; only where the sweeps did not settle.",
    "reached": "Where a search failed: how much of the way from the base year to the shock it led, in logarithms of the wedges.",
    "ended": "What ended it: `budget`, `seconds`, `stages` (no smaller stage could be solved), `derivatives` (volumes under "
    "controls have none there).",
}
"""What the statistics of a solve are."""


def results_page() -> str:
    """`docs/reference/results.md`: result codes and statistics of a solve."""
    import detente.equilibrium
    from detente.core import RESULTS
    from detente.equilibrium import CLOSURES, Model, Newton, solve
    from detente.world import Wedges, toy

    folder = Path(detente.equilibrium.__file__).parent
    solver = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    rows = [
        (
            f"`{code.name}`",
            "yes" if code.ok else "no",
            "yes" if f"RESULTS.{code.name}" in solver else "not by this version",
            code.value,
        )
        for code in RESULTS
    ]
    economy = toy()
    given = solve(Model(economy), Wedges.unchanged(economy)).stats
    stats = [
        (f"`{name}`", STATISTICS[name])
        for name in (*given, *(set_ for set_ in STATISTICS if set_ not in given))
    ]
    settings = [
        (f"`{name}`", f"`{getattr(Newton(), name)}`", text) for name, text in _numpydoc(Newton, "Parameters")
    ]
    return page(
        "Result codes",
        "`solve` returns a `Solution` with a `value` (the equilibrium), a `result` (one of these codes) and `stats`. The value "
        "is an equilibrium only when `result.ok`. What the solver says it did is never taken for granted: the code is given "
        "from the residuals of the plain equations, which must all be below 1e-10.",
        [
            table(("Code", "An equilibrium", "Given", "Message"), rows),
            "The first failure stays; `no_shock` is a success with a note.",
            "## Statistics\n\nKeys of `Solution.stats`.\n\n" + table(("Key", "Meaning"), stats),
            "## Settings of the solver\n\n`detente.equilibrium.Newton`\n\n"
            + table(("Setting", "Default", "Meaning"), settings),
            "## Closures\n\n"
            + table(("Name", "Meaning"), [(f"`{name}`", text) for name, text in CLOSURES.items()]),
        ],
    )


def _numpydoc(thing: Any, section: str) -> Iterator[tuple[str, str]]:
    """Names and texts of a section of a numpydoc docstring."""
    lines = inspect.cleandoc(thing.__doc__ or "").splitlines()
    start = lines.index(section) + 2
    name, text = "", ""
    for line in lines[start:]:
        if line.startswith("-") or (line and not line.startswith(" ") and " : " not in line):
            break
        if line and not line.startswith(" "):
            if name:
                yield name, text.strip()
            name, text = line.split(" : ")[0], ""
        else:
            text += " " + line.strip()
    if name:
        yield name, text.strip()


def intake_tables(dossier: Any) -> list[Any]:
    """Tables of the intake, for a sentence of our own."""
    from detente.intake.draft import conflicts_table, draft_summary_table, items_table, make_draft
    from detente.intake.extraction import extract
    from detente.intake.read import read_article
    from detente.intake.score import score_table, statement_table, tally

    text = b"OSLO, Oct. 23, 2025 - China charges 400 yuan per metric ton in port fees on American ships."
    found = extract(read_article("report.txt", content=text), dossier)
    draft = make_draft([found], dossier)
    return [
        draft_summary_table(draft),
        conflicts_table(draft),
        items_table(draft),
        score_table("scores", "How well each kind is found", tally(found.items, [])),
        statement_table({}, dossier),
    ]


def shipped_tables() -> dict[str, list[Any]]:
    """Every table Détente makes of the shipped case, by where it comes from."""
    from detente.brief import compose
    from detente.brief.tables import check_content
    from detente.cases.runs import run_scenarios
    from detente.cli.tables import scenario_table
    from detente.dossier import (
        audit,
        audit_table,
        authority_table,
        claims_table,
        clock_table,
        conflict_table,
        coverage_by_grade,
        load_dossier,
        measure_table,
        parties_of,
        verify_places,
    )
    from detente.dossier.conflict_sheets import overview, sheet
    from detente.dossier.controls import control_table, fee_table
    from detente.dossier.pledges import pledge_table
    from detente.equilibrium import Model
    from detente.policy import load_scenario
    from detente.policy.duties import partner_table, product_duties, product_table
    from detente.policy.duties.collected import collected_table
    from detente.policy.duties.coverage import coverage_table
    from detente.policy.duties.day import duty_path, duty_stack
    from detente.policy.duties.published import published_table
    from detente.policy.duties.tables import concept_table, stack_table
    from detente.show.tables import metrics
    from detente.show.tables.citations import citation_table
    from detente.show.tables.comparison import comparison_table
    from detente.show.tables.ledger import dates_table, rules_table, stale_table
    from detente.show.tables.register import data_file_table, data_source_table
    from detente.show.tables.selfcheck import self_check
    from detente.show.tables.stakes import stakes_table
    from detente.show.tables.validation import validation_table
    from detente.validation.checks import missing
    from detente.world import benchmarks, check, elasticity_table, load_world, tables as show
    from detente.world.carve import assumption_table, load_disaggregation
    from detente.world.carve.specification import specification_table

    dossier, economy = load_dossier(), load_world()
    outcomes = run_scenarios(
        Model(economy), dossier, [load_scenario("standing"), load_scenario("talks-fail")]
    )
    with tempfile.TemporaryDirectory() as nowhere:
        places = verify_places(dossier, nowhere)
    by_product = product_duties(economy, dossier, date=dossier.asof, exporters=("CHN",))
    stacked = duty_stack(economy, dossier, date=dossier.asof, importer="USA", exporter="CHN")
    return {
        "detente run": [
            metrics.country_outcome_table(outcomes, against="standing"),
            metrics.sector_outcome_table(outcomes, ("USA",), against="standing"),
            metrics.pair_table(outcomes, ("USA", "CHN")),
            metrics.diversion_table(outcomes["talks-fail"], ("USA", "CHN"), against=outcomes["standing"]),
            metrics.footprint_table(outcomes["talks-fail"]),
            *engine_tables(dossier, economy),
        ],
        "detente explain": explanation_tables(dossier, economy),
        "detente ingest": intake_tables(dossier),
        "detente compare": [comparison_table(outcomes)],
        "detente scenarios": [scenario_table(dossier.id)],
        "detente world disaggregate": [specification_table()],
        "detente validate": [validation_table([missing("study", "what", "source")])],
        "detente duties": [
            stack_table(stacked),
            concept_table(stacked),
            collected_table(economy, dossier),
            authority_table(dossier),
            published_table(economy, dossier),
            product_table(by_product, "8505"),
            partner_table(by_product),
        ],
        "detente measures": [measure_table(dossier, dossier.asof)],
        "detente clocks": [stakes_table(dossier, dossier.asof, None, parties_of(dossier))],
        "detente controls": [control_table(dossier, dossier.asof), fee_table(dossier, dossier.asof)],
        "detente pledges": [pledge_table(load_dossier(asof=dossier.vintage), dossier.vintage)],
        "detente audit": [
            audit_table(audit(dossier)),
            rules_table([]),
            coverage_by_grade(dossier),
            dates_table(dossier),
            stale_table(dossier, dossier.vintage, 180),
            coverage_table(economy, dossier, dossier.asof),
        ],
        "detente claims": [
            claims_table(dossier),
            conflict_table(dossier),
            overview(dossier),
            sheet(dossier, dossier.conflicts["first-mover"]),
        ],
        "detente check": [self_check(dossier)[0]],
        "detente cite": [citation_table(dossier, economy)],
        "detente data": [data_file_table(), data_source_table()],
        "detente nash": duty_tables_of_the_toy(),
        "detente leverage, detente deals, detente game": strategy_tables(dossier, economy),
        "detente world": world_tables(),
        "Python: detente.equilibrium": engine_python_tables(),
        "Python: detente.world": [
            check(economy),
            benchmarks(economy),
            elasticity_table(),
            assumption_table(load_disaggregation("soybeans")),
            show.country_table(economy),
            show.sector_table(economy),
            show.duty_table(economy, "USA", "CHN"),
        ],
        "Python: detente.policy.duties.day": [duty_path(dossier, economy, "USA", "CHN", [dossier.asof])],
        "Python: detente.dossier": [clock_table(dossier, dossier.asof), places],
        "detente brief, folder data": list(
            check_content(compose(dossier, economy, source=dossier.id)).values()
        ),
    }


def strategy_tables(dossier: Any, economy: Any) -> list[Any]:
    """Tables of `detente leverage`, `deals` and `game`, of the small game."""
    from detente.equilibrium import Model
    from detente.show.tables import equilibria as played, levers, sensitivity, strategy as show
    from detente.strategy import (
        deals,
        equilibria,
        judge,
        leverage,
        load_game,
        load_preferences,
        payoff_tensor,
        shares_of,
    )
    from detente.strategy.preferences import preference_table

    spec = load_game().small()
    game = payoff_tensor(Model(economy), dossier, spec).game()
    pure = equilibria.pure_equilibria(equilibria.strategic_form(game), epsilon=1e-3)
    one_world = {"long": leverage.horizons(economy, ["long"])["long"]}
    form = equilibria.strategic_form(game)
    return [
        levers.lever_table(leverage.leverage_of(game)),
        levers.share_table(shares_of(game)),
        levers.reach_table(leverage.reach(economy, dossier, spec, one_world, span=leverage.extremes(game))),
        show.verdict_table({"plain": judge(game, spec.expected)}, spec.players),
        show.swap_table(game, deals.smallest_swaps(game)),
        show.space_table({"plain": (game, [deals.deal_space(game)])}),
        show.payment_table(
            game, {"standing": deals.payments(game)}, beside={"standing": deals.payments(game)}
        ),
        preference_table(load_preferences()),
        played.equilibrium_table(game, form, pure, None),
        played.dominance_table(
            equilibria.dominant_rungs(game),
            game.preferences.title.lower(),
            beside=equilibria.dominant_rungs(game),
        ),
        sensitivity.levers_by_preferences({"plain": leverage.leverage_of(game)}),
        sensitivity.bargains_by_preferences(
            {"plain": (game, deals.smallest_swaps(game), {"standing": deals.payments(game)})}
        ),
        sensitivity.play_by_preferences({"plain": (game, form, pure, None)}),
    ]


def duty_tables_of_the_toy() -> list[Any]:
    """Tables of `detente nash`, of the toy world."""
    from detente.equilibrium import Model
    from detente.strategy.duties.game import duty_game
    from detente.strategy.duties.nash import nash_duties
    from detente.strategy.duties.optimal import by_preferences, nash_tables, optimum_tables, talks_tables
    from detente.strategy.duties.optimum import optimal_duties
    from detente.strategy.duties.replies import judge_replies
    from detente.strategy.duties.replies_shown import reply_tables
    from detente.strategy.duties.talks import cooperative_duties
    from detente.world import toy

    game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players")
    war = nash_tables(nash_duties(game, verify=False))
    alone = [optimal_duties(game, code, starts=["standing"]) for code in game.players]
    return [
        *war,
        by_preferences({"plain": war[0]}),
        *reply_tables(game, judge_replies(game, game.standing(), scatter=4)),
        *optimum_tables(game, alone),
        *talks_tables(cooperative_duties(game)),
    ]


def world_tables() -> list[Any]:
    """Tables of `detente world`, of the toy world beside itself."""
    from detente.equilibrium import purge_deficits
    from detente.show.figures.worlds import comparison_figure, world_figure
    from detente.world import toy
    from detente.world.describe import compare_worlds, flow_table, provenance_table, shipped_table, size_table
    from detente.world.read.moved import AccountParts, largest_moves, moved_table

    economy = toy()
    parts = AccountParts.of_economy(economy)
    return [
        shipped_table(),
        size_table(economy),
        flow_table(economy),
        provenance_table(economy),
        *compare_worlds(economy, economy),
        moved_table(economy, parts, parts),
        largest_moves(economy, parts, parts),
        purge_deficits(economy).moved,
        world_figure(economy).table,
        comparison_figure(economy, economy).table,
    ]


def engine_tables(dossier: Any, economy: Any) -> list[Any]:
    """Tables of results, draws and quantity controls, of small cases."""
    from detente.cases.case import Case, controls_of
    from detente.cases.runs import prepare_cases, run_cases
    from detente.equilibrium import Model
    from detente.outlook import draw_outcomes, driver_table, drivers, uncertainty_table
    from detente.outlook.intervals import interval_table
    from detente.policy import Scenario, load_scenario
    from detente.show.tables import results, welfare
    from detente.show.tables.firing import firing_table
    from detente.world import Wedges, toy

    cases = prepare_cases(economy, dossier, [load_scenario("standing"), load_scenario("talks-fail")])
    outcomes = run_cases(Model(economy), cases)
    world = toy()
    limit = {
        "name": "parts",
        "importers": ("USA",),
        "exporters": ("CHN",),
        "sectors": ("PARTS",),
        "limit": 0.5,
    }
    capped = Scenario.model_validate({"id": "cap", "title": "Cap", "dossier": "toy", "quantities": (limit,)})
    controls = controls_of(world, capped.quantities, capped.id)
    managed = Case(capped, Wedges.unchanged(world), (), controls)
    drawn = draw_outcomes(Model(world), [managed], draws=2)
    return [
        results.employment_table(outcomes, ("USA",)),
        results.wage_table(outcomes, ("USA",)),
        results.price_table(outcomes, ("USA",)),
        results.pair_flow_table(outcomes, ("USA",)),
        results.revenue_table(outcomes, ("USA",)),
        results.effective_duty_table(outcomes, ("USA",)),
        welfare.welfare_table(outcomes, ("USA",)),
        welfare.quantity_control_table(run_cases(Model(world), [managed])),
        firing_table(cases),
        interval_table(drawn),
        driver_table(drivers(Model(world), [managed], draws=2), ("USA",)),
        uncertainty_table(drawn.model),
    ]


def explanation_tables(dossier: Any, economy: Any) -> list[Any]:
    """Tables of `detente explain` for the shipped case."""
    from detente.cases.runs import prepare_cases
    from detente.equilibrium import Model
    from detente.policy import load_scenario
    from detente.show.tables.explanation import explain

    cases = prepare_cases(economy, dossier, [load_scenario("talks-fail"), load_scenario("standing")])
    return explain(Model(economy), dossier, "usa.real_income", *cases, draws=32)


def engine_python_tables() -> list[Any]:
    """Parameters of the horizons, and a cut that stocks delay."""
    from detente.cases.horizons import horizon_table
    from detente.cases.stocks import path_with_stocks, stock_table
    from detente.equilibrium.controls import QuantityControl
    from detente.show.tables.stocks import held_table, loss_table
    from detente.world import Wedges, toy

    world = toy()
    cap = QuantityControl.on(
        world, "parts", importers=["USA"], exporters=["CHN"], sectors=["PARTS"], limit=0.5
    )
    path = path_with_stocks(world, Wedges.unchanged(world), [cap], {"parts": 1.0}, [1])
    without = path_with_stocks(world, Wedges.unchanged(world), [], {}, [1])
    held = held_table({"parts": (1.0, "given", ())})
    return [horizon_table(), stock_table(path, [cap], ("USA",)), loss_table(path, without), held]


def metrics_page() -> str:
    """`docs/reference/metrics.md`: every column of every table."""
    from detente.show import registry

    parts = []
    shown: list[Any] = []
    for origin, tables in shipped_tables().items():
        parts.append(f"## {origin}\n")
        for made in tables:
            rows = [
                (f"`{column.key}`", cell(column.label), column.unit or "–", column.kind)
                for column in made.columns
            ]
            parts.append(
                f"### `{made.name}`\n\n{made.title}.\n\n" + table(("Key", "Heading", "Unit", "Kind"), rows)
            )
            shown.append(made)
    parts.append(
        "## Other tables\n\nThe rest of the registry (`detente.show.registry`); braces stand for a code.\n"
    )
    covered = {entry.name for made in shown for entry in registry.registered(made)}
    for entry in registry.tables():
        if entry.name not in covered and entry.columns:
            rows = [(f"`{column.key}`", column.unit or "–") for column in entry.columns]
            parts.append(f"### `{entry.name}`\n\n{entry.title}.\n\n" + table(("Key", "Unit"), rows))
    return page(
        "Tables and their columns",
        "What the tables hold. The key is the header in CSV and JSON, the heading is what people see. Files hold the [digits that are known](../concepts/files.md); "
        "only shown tables are rounded.\n\n"
        "`level` is against the base year, `delta` against another outcome. A change in per cent is a ratio less one; "
        "differences of money are in USD billion of the base year. `real_income_pct` is income over the price of the final "
        "basket; `equivalent_variation_usd_bn` is that change in money, `(real_income_hat − 1) · income`. "
        "`duty_pre_pct` weights new duties with base-year trade, `duty_post_pct` with the trade they leave. "
        "Tables named after a day or a pair are shown for the shipped case.",
        parts,
    )


def rooms_page() -> str:
    """`docs/concepts/rooms.md` from the docstrings of the packages and modules."""
    order = (
        "core",
        "dossier",
        "intake",
        "world",
        "policy",
        "equilibrium",
        "cases",
        "strategy",
        "campaign",
        "outlook",
        "validation",
        "show",
        "brief",
        "app",
        "cli",
    )
    import detente

    found = {module.name for module in pkgutil.iter_modules(detente.__path__) if module.ispkg}
    if found != set(order):
        raise SystemExit(f"docs: rooms are {sorted(found)}; put them in order in scripts/pages/reference.py")
    parts = [
        "```text\ncore ← dossier ← {intake, world ← {policy, equilibrium} ← cases ← strategy ← campaign ← outlook ← validation} ← show ← {brief, app} ← cli\n```\n\n"
        "An arrow points to what a room may import. Rooms pass frozen values and hold no state of each other; nothing is read "
        "from a file or fetched when a module is imported, and nothing is ever fetched from a network.",
    ]
    for name in order:
        package = importlib.import_module(f"detente.{name}")
        folder = Path(str(package.__file__)).parent
        doc = inspect.cleandoc(package.__doc__ or "")
        title, _, rest = doc.partition("\n\n")
        for lead in ("Goes out:", "Never does:"):
            rest = rest.replace(f" {lead}", f"\n{lead}")
        told = "\n".join(f"- {line}" for line in _joined(rest))
        rows = [
            (f"`detente/{name}/{path.relative_to(folder).as_posix()}`", _first_line(path))
            for path in sorted(folder.rglob("*.py"))
            if path.name != "__init__.py"
        ]
        parts.append(
            f"## {name}\n\n**{title.replace('``', '`')}**\n\n{told}\n\n"
            + table(("File", "What it is for"), rows)
        )
    parts.append(
        "## Rooms that do not exist yet\n\n`app` (an explorer, beside `brief`) is planned. Nothing of it is in this version; see "
        "[Status](status.md). What it must keep to is in [Contracts](contracts.md)."
    )
    return page(
        "Rooms",
        "The package is divided into rooms. Each has one job and one exit; a room answers three questions: what comes in, what "
        "goes out, what it never does.",
        parts,
    )


def _joined(text: str) -> list[str]:
    """Lines with their continuations put together."""
    lines: list[str] = []
    for line in text.replace("``", "`").splitlines():
        if line.startswith(("Comes in:", "Goes out:", "Never does:")) or not lines:
            lines.append(line.strip())
        else:
            lines[-1] += f" {line.strip()}"
    return [line for line in lines if line]


def _first_line(path: Path) -> str:
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return cell(doc.split("\n\n")[0]).replace("``", "`")
