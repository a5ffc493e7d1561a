"""Why a number is what it is: its parts by measure, by channel, and the sources of the parameters behind it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, InputError, LabelError, Table, bound, known, known_all, suggestion
from detente.policy import Contribution, contributions, refuse_model_options
from detente.show.tables.channels import channel_table, scales, units

if TYPE_CHECKING:
    from detente.cases import Case, ControlledOutcome
    from detente.dossier import Dossier
    from detente.equilibrium import Equilibrium, Model
    from detente.equilibrium.explain import Attribution, Move, Target
    from detente.world import Array, Wedges

METHODS = ("auto", "gradients", "shapley")
MOST_FOR_SHAPLEY = 10
"""Measures up to which every group of them is solved (2¹⁰ equilibria)."""
STILL = 1e-9
"""Change of real income up to which what a scenario sets of the model leaves the base year as it is."""


def _limit_known(dossier: Dossier, name: str) -> tuple[str, str, str]:
    """Grade, source and derivation of a limit: those of the measures that state it, or of the scenario's own file."""
    from detente.dossier import Grade

    grades = list(Grade)
    stated = [dossier.measures.get(part.split(".")[0]) for part in name.split("+")]
    effects = [effect for measure in stated if measure is not None for _, effect in measure.effects()]
    if not effects:
        return "assumed", "scenario", "the wedge that enforces the limit"
    worst = max(effects, key=lambda effect: grades.index(effect.grade))
    derivations = dict.fromkeys(effect.derivation.strip() for effect in effects)
    return (
        worst.grade.value,
        "; ".join(dict.fromkeys(effect.source for effect in effects)),
        "The wedge that enforces the limit. " + " ".join(derivations),
    )


def _moves(
    dossier: Dossier,
    parts: tuple[Contribution, ...],
    later: ControlledOutcome,
    earlier: ControlledOutcome | None,
) -> tuple[list[Contribution], list[Move]]:
    """Every part of the change of wedges: of measures, and of what enforces quantity controls."""
    from detente.equilibrium import log_ratio
    from detente.equilibrium.explain import Move

    every = list(parts)
    sides = [(later, 1.0), *([(earlier, -1.0)] if earlier is not None else [])]
    by_control: dict[str, Contribution] = {}
    for outcome, sign in sides:
        enforced, policy = outcome.asked, outcome.wedges
        for control in outcome.controls:
            cells = control.cells
            before = by_control.get(control.name)
            change = [
                np.where(cells, sign * difference, 0.0)
                for difference in (
                    enforced.tariff - policy.tariff,
                    log_ratio(enforced.iceberg_hat, policy.iceberg_hat),
                    enforced.export_tax - policy.export_tax,
                )
            ]
            if before is not None:
                known = (before.tariff, before.log_iceberg, before.export_tax)
                with np.errstate(invalid="ignore"):  # a ban on both sides moves nothing
                    change = [
                        np.nan_to_num(a + b, posinf=np.inf, neginf=-np.inf)
                        for a, b in zip(change, known, strict=True)
                    ]
            by_control[control.name] = Contribution(
                control.name,
                outcome.reasons.get(control.name) or f"Quantity control on {int(cells.sum())} flows",
                change[0],
                change[1],
                change[2],
                *_limit_known(dossier, control.name),
            )
    every += [part for part in by_control.values() if part.moves]
    return every, [
        Move(part.name, part.tariff, part.log_iceberg, part.export_tax, held=part.name in by_control)
        for part in every
    ]


def _attribute(
    model: Model,
    start: Wedges,
    end: Wedges,
    moves: list[Move],
    goal: Target,
    held: tuple[Array, Array] | None,
    beneath: Array | None,
    method: str,
) -> Attribution:
    from detente.equilibrium.explain import integrated_gradients, shapley

    if method not in METHODS:
        raise LabelError(f"no method `{method}`", where="--method", hint=suggestion(method, METHODS))
    if method == "shapley" and len(moves) > MOST_FOR_SHAPLEY:
        raise InputError(
            f"{len(moves)} measures make {2 ** len(moves):,} groups",
            where="--method shapley",
            hint=f"up to {MOST_FOR_SHAPLEY} measures; `--method gradients` takes any number",
        )
    if method == "shapley" or (method == "auto" and len(moves) <= MOST_FOR_SHAPLEY and goal.along is None):
        return shapley(model, start, moves, goal, held=held, beneath=beneath)
    return integrated_gradients(model, start, end, moves, goal, held=held)


def _heard(model: Model, case: Case, reference: Case | None) -> tuple[Model, Case, Case | None]:
    """The model with what both scenarios set of it, and the scenarios without: measures then are all that differs.

    Raises
    ------
    InputError
        When the scenarios set it differently, or what is set moves the base year by itself: that would be no measure's part.
    """
    from detente.cases import optioned
    from detente.equilibrium import solve
    from detente.world import Wedges

    options = case.scenario.options
    if reference is not None and reference.scenario.options != options:
        given = case if options is not None else reference
        refuse_model_options(
            given.scenario,
            "parts by measure against a scenario that has others",
            "copy the `options` into the other scenario's file: what both set is no difference, and the measures are",
        )
    if options is None:
        return model, case, reference
    model = optioned(model, case.scenario)
    (base,) = solve(model, [Wedges.unchanged(model.economy)])
    if reference is None and np.abs(base.value.real_income_hat - 1).max() > STILL:
        refuse_model_options(
            case.scenario,
            "parts by measure where they move the base year by themselves",
            "name with --against a scenario file with the same `options` and without the measures: the measures then are all that "
            "differs; what the options do alone is in `detente run` of that file",
        )

    def without(given: Case) -> Case:
        return replace(given, scenario=given.scenario.model_copy(update={"options": None}))

    return model, without(case), None if reference is None else without(reference)


def explain(
    model: Model,
    dossier: Dossier,
    name: str,
    case: Case,
    reference: Case | None = None,
    *,
    method: str = "auto",
    draws: int = 0,
    seed: int = 1,
) -> list[Table]:
    """Explain one result of a scenario.

    Parameters
    ----------
    model : Model
        Of a horizon.
    dossier : Dossier
    name : str
        What to explain, as `detente.equilibrium.explain.targets.target` reads it: ``usa.real_income``.
    case : Case
        The scenario.
    reference : Case, optional
        What it is compared with; the base year when left out.
    method : {"auto", "gradients", "shapley"}
        Shapley values up to ten measures and integrated gradients beyond, when `auto`.
    draws : int
        Solve again under this many drawn parameters; 0 leaves the interval out.
    seed : int
        Of the draws.

    Returns
    -------
    list of Table
        ``explain_measures``, ``explain_channels`` (not where more than prices answers), ``explain_sources``; with draws ``explain_interval`` and, when there are
        more draws than parameters, ``explain_drivers``.

    Raises
    ------
    InputError, LabelError
        For a result or method that does not exist, or when nothing moves.
    SolveError
        When an equilibrium is not found, or the parts do not add up.
    """
    from detente.cases import run_cases
    from detente.equilibrium import solve
    from detente.equilibrium.explain import Shift, target
    from detente.world import Wedges

    economy = model.economy
    goal = target(name, economy)
    cases = [case, *([reference] if reference is not None else [])]
    if len({given.scenario.id for given in cases}) < len(cases):
        raise InputError(
            "the scenario is explained against itself", where="explain", hint="give --against another one"
        )
    model, case, reference = _heard(model, case, reference)
    outcomes = run_cases(model, [case, *([reference] if reference is not None else [])])
    later = outcomes[case.scenario.id]
    earlier = outcomes[reference.scenario.id] if reference is not None else None
    parts, moves = _moves(
        dossier,
        contributions(economy, dossier, case.scenario, reference.scenario if reference else None),
        later,
        earlier,
    )
    if not moves:
        raise InputError(
            f"no measure of `{case.scenario.id}` moves anything against the reference",
            where="explain",
            hint="`detente run SCENARIO --table measures` says why of each",
        )
    start = Wedges.unchanged(economy) if earlier is None else earlier.asked
    held, beneath = (None, None) if earlier is None else (earlier.held, earlier.wedges.iceberg_hat)
    attribution = _attribute(model, start, later.asked, moves, goal, held, beneath, method)
    before = solve(model, [start])[0].value if earlier is None else earlier.value
    against = f"`{reference.scenario.id}`" if reference else _base_words(before)
    tables = [_measure_table(goal, attribution, parts, later, against)]
    if later.value.responses is None:  # accounts without a path know prices alone
        tables += channel_table(goal, Shift(before, later.value, held, later.held), later, against)
    tables.append(_source_table(goal, attribution, parts, later))
    if draws:
        tables += _drawn(model, goal, case, reference, against, draws, seed)
    return tables


def _base_words(base: Equilibrium) -> str:
    """The base year as what a scenario is compared with: a closure that moves its deficits moves it too, and is no measure."""
    year = f"the {base.economy.year} base year"
    if np.abs(base.real_income_hat - 1).max() <= STILL:
        return year
    return f"{year}'s duties under the same closure"


def _drawn(
    model: Model,
    goal: Target,
    case: Case,
    reference: Case | None,
    against: str,
    draws: int,
    seed: int,
) -> list[Table]:
    """The result again under drawn parameters, against the reference or the base year."""
    from detente.cases import base_case
    from detente.outlook import draw_outcomes
    from detente.show.tables.uncertain import result_tables

    if reference is None:
        reference = base_case(model.economy, case)
    sample = draw_outcomes(
        model,
        [case, reference],
        draws=draws,
        seed=seed,
        results=(goal.name,),
        reference=reference.scenario.id,
    )
    return result_tables(sample, goal, case.scenario.id, reference.scenario.id, against)


def _scales(goal: Target, attribution: Attribution, later: ControlledOutcome) -> tuple[float, float | None]:
    """Factors from the target's unit to what is shown: per cent (or USD bn, points), and USD bn of real income."""
    _, shown = scales(goal.unit, attribution.total)
    if not goal.name.endswith(".real_income"):
        return shown, None
    economy = later.value.economy
    n = economy.labels.country(goal.name.split(".")[0])
    before = float(later.value.real_income_hat[n] / np.exp(attribution.total))
    return shown, shown / 100 * before * float(economy.income[n]) / 1e3


def _measure_table(
    goal: Target, attribution: Attribution, parts: list[Contribution], later: ControlledOutcome, against: str
) -> Table:
    shown, money = _scales(goal, attribution, later)
    first, _ = scales(goal.unit, attribution.total)
    ranks = known_all([abs(part) for part in attribution.parts])
    order = sorted(range(len(parts)), key=lambda k: -ranks[k])
    size = math.fsum(abs(part) for part in attribution.parts) or 1.0

    def cells(value: float) -> tuple[Cell, ...]:
        return (
            value * first,
            value * shown,
            value * money if money else None,
        )

    rows: list[tuple[Cell, ...]] = [
        (
            parts[k].name,
            parts[k].title,
            *cells(attribution.parts[k]),
            100 * abs(attribution.parts[k]) / size,
            parts[k].grade,
            parts[k].source,
            parts[k].derivation,
        )
        for k in order
    ]
    rows.append(("total", "The change itself", *cells(attribution.total), None, "", "", ""))
    unit, unit_shown = units(goal)
    what = (
        "Shapley value: each measure's effect averaged over every order of entering"
        if attribution.method == "Shapley value"
        else "integrated gradients: the derivative along the straight path from the reference, times each measure's change"
    )
    from detente.show.tables.metrics import assumptions

    return Table(
        "explain_measures",
        f"{goal.name} by measure: `{later.scenario.id}` against {against}",
        (
            Column("part", "Measure"),
            Column("title", "Title"),
            Column("contribution", "Contribution", unit, "number", 4),
            Column("contribution_shown", "Contribution", unit_shown, "number", 4),
            Column("contribution_usd_bn", "Real income", "USD bn", "number", 2),
            Column("weight_pct", "Part of all movement", "%", "number", 1),
            Column("grade", "Grade"),
            Column("source", "Source"),
            Column("derivation", "How the value was arrived at"),
        ),
        tuple(rows),
        note=f"Method: {what}; free of order, {attribution.points} equilibria. The parts miss the whole by {abs(attribution.gap):.0e}. "
        "Per cent and money share the whole out in proportion to log points. Duties of measures that displace one another: "
        f"mean of leaving out and putting in, the remainder as `stacking`. {assumptions(later)}",
    )


def _source_table(
    goal: Target, attribution: Attribution, parts: list[Contribution], later: ControlledOutcome
) -> Table:
    """What the number rests on: parameters with their source, grades of what moves it, residuals."""
    from detente.cases import closure_words

    value = later.value
    structure, stats = value.structure, later.solution.stats
    size = math.fsum(abs(part) for part in attribution.parts) or 1.0
    by_grade: dict[str, float] = {}
    for part, amount in zip(parts, attribution.parts, strict=True):
        by_grade[part.grade or "none"] = by_grade.get(part.grade or "none", 0.0) + abs(amount)
    worst = float(stats["max_residual"])
    rows: list[tuple[Cell, ...]] = [
        ("elasticities", value.economy.elasticity_source, ""),
        ("horizon", f"{structure.horizon}: {structure.source}", ""),
        ("closure", closure_words(value), ""),
        ("baseline", f"{value.economy.name} ({value.economy.year})", value.economy.data_hash[:12]),
    ]
    rows += [
        (
            f"grade: {grade}",
            "part of all movement that measures of this grade make",
            f"{100 * amount / size:.1f} %",
        )
        for grade, amount in sorted(by_grade.items(), key=lambda item: (-known(item[1]), item[0]))
    ]
    rows += [
        (
            "clock that fires",
            f"{fired.name}, {fired.day}: {'; '.join(change.words() for change in fired.lets)}",
            "",
        )
        for fired in (later.timing.lets if later.timing is not None else ())
    ]
    rows += [
        ("clock held", f"{fired.name}, {fired.day}: {'; '.join(change.words() for change in fired.own)}", "")
        for fired in (later.timing.held if later.timing is not None else ())
    ]
    rows += [
        ("residual", f"largest residual of the equilibrium ({later.solution.result.name})", bound(worst)),
        ("gap", "what the parts by measure miss of the whole", bound(attribution.gap)),
    ]
    return Table(
        "explain_sources",
        f"What {goal.name} rests on",
        (
            Column("what", "What"),
            Column("says", "Source or meaning"),
            Column("figure", "Value"),
        ),
        tuple(rows),
        note="`detente cite` lists the references; `--elasticities` and `--horizon` change the first two rows; `detente run "
        "--draws` says how far they move the result.",
    )
