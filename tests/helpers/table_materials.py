"""What every registered table is made of, on the shipped record and small worlds: quick to solve."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from strategy_games import duel

from detente.campaign import Campaign, HandMove, PathCosts, chronology, record_of, shipped_market
from detente.cases import (
    Case,
    Concession,
    Period,
    Still,
    model_at,
    path_with_stocks,
    prepare_cases,
    run_cases,
    rupture,
    solve_branches,
)
from detente.cases.unfolding import unfold
from detente.core import Column, SchemaError, Table
from detente.dossier import FrozenDict, audit, load_dossier, parties_of
from detente.equilibrium import (
    CORE,
    GravityStructure,
    GravityWorld,
    Model,
    Policy,
    QuantityControl,
    labelled_result,
    purge_deficits,
)
from detente.intake import extract, make_draft, read_report
from detente.outlook import (
    DEVICES,
    answers,
    draw_branches,
    draw_gravity,
    draw_outcomes,
    draw_path,
    drivers,
    human_forecasts,
    kept_backtest,
    ladder_calibration,
    ladder_scores,
    look_ahead,
    read_questions,
    replay_moves,
    replay_scores,
    sweep_devices,
)
from detente.policy import Accounts, Scenario, load_scenario
from detente.policy.duties import duty_stack, product_duties
from detente.show.figures import Event, HorizonChange, OutcomeRow, SectorRow, Span
from detente.show.figures.timelines import ClockDot
from detente.show.tables import evidence, findings
from detente.show.tables.since import Difference
from detente.strategy import (
    Wanted,
    deal_space,
    deals,
    equilibria,
    explain_choices,
    judge,
    judge_choices,
    leverage,
    leverage_of,
    load_preferences,
    motives_of,
    payoff_tensor,
    read_choices,
    shares_of,
    smallest_swaps,
)
from detente.strategy.duties import cooperative_duties, duty_game, judge_replies, nash_duties, optimal_duties
from detente.validation import BridgeWalk, named_bridge
from detente.validation.bridges import BridgeStage
from detente.validation.checks import Check
from detente.world import Wedges, load_world, toy
from detente.world.carve import load_disaggregation, shipped_chokepoints
from detente.world.read.moved import AccountParts

REPORTS = Path(__file__).parents[1] / "intake" / "intake_reports"
PAIR = ("USA", "CHN")


@functools.cache
def record() -> Any:
    return load_dossier()


@functools.cache
def world() -> Any:
    return load_world()


@functools.cache
def cases() -> tuple[Case, ...]:
    """The base year, and a war with a cap, on the toy world."""
    economy = toy()
    tariff = np.array(economy.tariff)
    tariff[0, 1] += 0.25
    cap = QuantityControl.on(economy, "parts", importers="USA", exporters="CHN", sectors="PARTS", limit=0.5)
    still = Case(Scenario(id="standing", title="Standing", dossier="toy"), Wedges.unchanged(economy))
    war = Case(
        Scenario(
            id="war",
            title="War",
            dossier="toy",
            accounts=Accounts(intensities={"all": 100.0}, rents={"FARM": 0.2}),
        ),
        Wedges.of(economy, tariff=tariff),
        controls=(cap,),
    )
    return still, war


@functools.cache
def exposed() -> Any:
    """The record with one exposure that the toy world has a sector for."""
    growers = record().exposures["soybean-growers"].model_copy(update={"sectors": ("PARTS",)})
    return dataclasses.replace(record(), exposures=FrozenDict({growers.id: growers}))


@functools.cache
def walked() -> BridgeWalk:
    """A bridge walked by hand: nothing is solved."""
    bridge = named_bridge("budget-lab")
    stages = (("published", -0.4, 0.0), ("unexplained", -0.42, -0.02), ("measure", -0.03, 0.39))
    return BridgeWalk(bridge, tuple(BridgeStage(kind, kind, (at,), (by,)) for kind, at, by in stages))


@functools.cache
def tree() -> Any:
    """A quarrel on the toy world that is answered or not."""
    line = {"importer": "USA", "exporter": "CHN", "sectors": "all", "add": 0.25}
    ways = [
        {"id": "silence", "title": "no answer"},
        {"id": "answer", "title": "an answer", "tariffs": [{**line, "importer": "CHN", "exporter": "USA"}]},
    ]
    still = Scenario(id="standing", title="Standing", dossier="busan-2025", record=False)
    quarrel = Scenario.model_validate(
        {
            "id": "quarrel",
            "title": "Quarrel",
            "dossier": "busan-2025",
            "record": False,
            "tariffs": [line],
            "forks": [{"id": "answered", "title": "Is it answered?", "ways": ways}],
        }
    )
    return solve_branches({"long": Model(toy())}, record(), quarrel, still)


@functools.cache
def outcomes() -> Any:
    return run_cases(Model(toy()), cases())


def parts_of_a_change(*values: float) -> Table:
    """A change by measure: the parts as given, percent, and their sum."""
    parts = values or (-0.3, 0.1)
    rows = [(f"m{k}", f"Measure {k}", value) for k, value in enumerate(parts)]
    columns = (
        Column("part", "Measure"),
        Column("title", "Title"),
        Column("contribution_shown", "Contribution", "%", "number", 4),
    )
    return Table(
        "explain_measures",
        "USA.real_income by measure: `war` against `standing`",
        columns,
        (*rows, ("total", "The change itself", sum(parts))),
    )


@functools.cache
def drawn() -> Any:
    results = tuple(f"{code}.output.{sector}" for code in PAIR for sector in ("FARM", "PARTS"))
    return draw_outcomes(Model(toy()), cases(), draws=32, seed=1, results=results)


@functools.cache
def period() -> tuple[tuple[QuantityControl, ...], Any, Any]:
    economy = toy()
    cuts = cases()[1].controls

    def along(controls: Any, stocks: Any) -> tuple[Period, ...]:
        return path_with_stocks(
            economy,
            Wedges.unchanged(economy),
            controls,
            stocks,
            (1.0, 1.0),
            structure_by_month=lambda _: (economy, CORE),
        )

    return cuts, along(cuts, {"parts": 1.0}), along((), {})


@functools.cache
def unfolded() -> Any:
    """Ten points more along a year, on the shipped world."""
    policy = Policy.unchanged(world()).duty("USA", "CHN").add_points(0.1)
    return unfold(world(), policy, dates=(6.0, 6.0), stocks=False)


@functools.cache
def played() -> Any:
    economy, dossier, spec = duel()
    return spec, payoff_tensor(Model(economy), dossier, spec), (economy, dossier)


@functools.cache
def duties() -> Any:
    return duty_game(Model(toy()), list(PAIR), by="partner", on="players")


def of_the_record() -> dict[str, Callable[[], dict[str, Any]]]:
    day = record().asof
    rows = functools.partial(evidence.measure_rows, record(), PAIR)
    stack = functools.partial(duty_stack, world(), record(), date=day, importer="USA", exporter="CHN")
    path = {"dossier": record(), "economy": world(), "importer": "USA", "exporter": "CHN", "dates": [day]}

    def one_partner(on: dt.date) -> Any:
        return product_duties(world(), record(), date=on, importer="USA", exporters=["CHN"])

    def draft() -> dict[str, Any]:
        article, _ = read_report(REPORTS / "spring.txt")
        return {"draft": make_draft([extract(article, record())], record())}

    def alone(**given: Any) -> Callable[[], dict[str, Any]]:
        return lambda: {"dossier": record(), **given}

    still = PathCosts(PAIR, np.ones((4, 2)), np.zeros((4, 2)), np.ones((31, 2)), 30, "long run")
    return {
        "market": lambda: {"file": shipped_market()},
        "cost-ahead": lambda: {"costs": still},
        "scenarios": lambda: {"source": "busan-2025", "dossier": load_dossier(asof=dt.date(2025, 9, 1))},
        "measures": alone(date=day),
        "ledger": lambda: {"rows": rows()},
        "ledger-moving": lambda: {"rows": evidence.measure_rows(record(), PAIR), "name": "measures-moving"},
        "since": lambda: {
            "changes": [Difference("clock", "The truce ends", "ahead", "gone")],
            "day": "2025-10-01",
        },
        "clocks": alone(from_date=day, parties=parties_of(record())),
        "clocks-listed": alone(from_date=day),
        "clocks-ahead": lambda: {"rows": evidence.clock_rows(record()), "asof": day},
        "clock-marks": lambda: {"rows": [ClockDot("Truce ends", dt.date(2025, 11, 10))], "asof": day},
        "rounds": alone(),
        "claims": alone(),
        "places": alone(folder=REPORTS),
        "conflicts": alone(),
        "conflict-overview": alone(),
        "conflict-list": alone(),
        "conflict-sheets": alone(),
        "readings": lambda: {"cards": evidence.conflict_cards(record())},
        "evidence-counts": alone(),
        "estimates": alone(),
        "sources": lambda: {"sources": evidence.sources(record())},
        "citations": alone(economy=world()),
        "controls": alone(date=day),
        "port-fees": alone(date=day),
        "pledges": alone(date=day),
        "stacking": alone(),
        "audit": lambda: {"findings": audit(record())},
        "audit-malformed": lambda: {"error": SchemaError("x", file="measures.yaml", line=1, hint="y")},
        "audit-rules": lambda: {"findings": audit(record())},
        "audit-dates": alone(),
        "audit-stale": alone(today=day, max_age_days=1),
        "coverage-by-grade": alone(),
        "coverage": alone(economy=world(), date=day),
        "duties": lambda: {"stacked": stack()},
        "averages": lambda: {"stacked": stack()},
        "averages-of-sides": alone(economy=world(), parties=PAIR),
        "duty-path": lambda: path,
        "duties-by-product": lambda: {
            "duties": product_duties(world(), record(), date=day, importer="USA", exporters=["CHN"]),
            "code": "8542",
        },
        "duty-bill": alone(economy=world(), measure="usa-2025-threat-100", date=day, exporter="CHN"),
        "duties-on-two-days": lambda: {
            "first": one_partner(dt.date(2025, 1, 31)),
            "second": one_partner(day),
            "code": "850760",
        },
        "duties-by-partner": lambda: {
            "duties": product_duties(world(), record(), date=day, importer="USA", exporters=None)
        },
        "collected": alone(economy=world()),
        "published": alone(economy=world()),
        "base-year-duties": alone(economy=world()),
        "intake": draft,
        "possible-conflicts": draft,
        "items": draft,
        "check": alone(world=toy()),
        "validation": lambda: {
            "checks": [Check("group", "what", "source", "%", "holds", 1.0, 1.0, 1.0, 0.0, 0.1, 1)]
        },
        "data-files": dict,
        "data-sources": dict,
        "duties-by-authority": lambda: {
            "rates": {"Cars": {"section-232": 0.25}},
            "importer": "USA",
            "exporter": "CHN",
            "day": day.isoformat(),
        },
        "duty-averages": lambda: {
            "dates": [dt.date(2025, 1, 1), day],
            "rates": {PAIR: [0.1, 0.4], PAIR[::-1]: [0.1, 0.3]},
            "asof": day,
            "concept": "made up",
            "events": [Event(dt.date(2025, 5, 12), "Geneva")],
        },
        "timeline": lambda: {
            "spans": [Span("a", "A", "USA", "in_force", dt.date(2025, 2, 4), None)],
            "asof": day,
            "start": dt.date(2025, 1, 1),
            "end": dt.date(2025, 12, 31),
        },
    }


def of_worlds() -> dict[str, Callable[[], dict[str, Any]]]:
    one = {"economy": toy()}
    parts = functools.partial(AccountParts.of_economy, toy())
    moved = {"economy": toy()}

    def two() -> dict[str, Any]:
        return {"first": toy(), "second": toy()}

    def shown(**more: Any) -> Callable[[], dict[str, Any]]:
        return lambda: {**one, **more}

    return {
        "worlds-shipped": dict,
        "elasticity-sets": dict,
        "specifications": dict,
        "horizon-parameters": dict,
        "options": dict,
        "ladders": dict,
        "time": dict,
        "chokepoint": lambda: {"spec": load_disaggregation(shipped_chokepoints()[0])},
        **{
            f"world-{name}": shown()
            for name in ("size", "countries", "sectors", "flows", "provenance", "check")
        },
        "world-duties": shown(importer="USA", exporter="CHN"),
        "world-benchmarks": lambda: {"economy": world()},
        "world-moved": lambda: {**moved, "before": parts(), "after": parts()},
        "world-moved-cells": lambda: {**moved, "before": parts(), "after": parts()},
        "world-purge": lambda: {**moved, "value": purge_deficits(toy()).value},
        "worlds": two,
        "worlds-countries": two,
        "largest-countries": shown(),
        "world-differences": two,
        "uncertainty": lambda: {"model": model_at("short", world())},
    }


@functools.cache
def of_outcomes() -> dict[str, Callable[[], dict[str, Any]]]:
    names = list(PAIR)
    economy = toy()

    def every(**more: Any) -> Callable[[], dict[str, Any]]:
        return lambda: {"outcomes": outcomes(), **more}

    def one(**more: Any) -> Callable[[], dict[str, Any]]:
        return lambda: {"outcome": outcomes()["war"], **more}

    against = {"reference": "standing", "parties": PAIR}

    def sensitive() -> Any:
        members = findings.groups(economy, PAIR)
        base = outcomes()["standing"].value.real_income_hat
        return {
            "fgo": {
                key: findings.income_changes(economy, one.value.real_income_hat, base, members)
                for key, one in outcomes().items()
            }
        }

    def sides() -> dict[str, Any]:
        return {
            "economy": economy,
            "outcomes_by_horizon": {"short": outcomes(), "long": outcomes()},
            **against,
            "spread": sensitive(),
            "headline": "long",
            "drawn": {"long": drawn()},
        }

    def explained() -> dict[str, Any]:
        own = load_scenario("standing").model_copy(
            update={
                "id": "own",
                "set": {"usa-2025-threat-100": load_scenario("talks-fail").set["usa-2025-threat-100"]},
            }
        )
        case, earlier = prepare_cases(world(), record(), [own, load_scenario("standing")])
        return {
            "model": Model(world()),
            "dossier": record(),
            "name": "usa.real_income",
            "case": case,
            "reference": earlier,
        }

    def along_time() -> dict[str, Any]:
        return {"path": unfolded(), "countries": names}

    def drawn_path() -> dict[str, Any]:
        law = Still(Wedges.unchanged(toy()))
        drawn = draw_path(toy(), law, unfolded(), draws=2, dates=[p.months for p in unfolded().periods])
        return {"drawn": drawn, "countries": names}

    def third() -> Any:
        return findings.third_parties(outcomes()["war"], outcomes()["standing"], PAIR)

    def path(**more: Any) -> Callable[[], dict[str, Any]]:
        return lambda: {"path": period()[1], **more}

    return {
        "countries": every(against="standing"),
        "sectors": every(countries=names),
        "pair": every(parties=PAIR),
        "diversion": lambda: {
            "outcome": outcomes()["war"],
            "parties": PAIR,
            "against": outcomes()["standing"],
        },
        "diverted": lambda: {
            "outcome": outcomes()["war"],
            "parties": PAIR,
            "against": outcomes()["standing"],
        },
        "third-trade": lambda: {
            "outcome": outcomes()["war"],
            "against": outcomes()["standing"],
            "parties": PAIR,
        },
        "footprints": one(),
        **{
            name: every(countries=names)
            for name in (
                "employment",
                "wages",
                "prices",
                "flows",
                "revenue",
                "accounts",
                "effective-duties",
                "welfare",
                "jobs",
                "unemployment",
            )
        },
        "quantities": every(),
        "firing": lambda: {"timed": prepare_cases(world(), record(), [load_scenario("talks-fail")])},
        "comparison": every(),
        "outcomes": lambda: {
            "rows": [OutcomeRow("War", {"USA": -1.0}, {"USA": -2e4}, {"USA": -2.0}, {"USA": -0.5})],
            "standing": "today",
        },
        "levels": every(economy=economy, **against),
        "sensitivity": lambda: {
            "changes_by_set": sensitive(),
            "outcomes": outcomes(),
            "reference": "standing",
        },
        "horizons": sides,
        **{
            name: lambda: {
                "ruptures": {"long": rupture(Model(toy()), cases()[0], PAIR, cuts=(0.5,), points=(0.5,))}
            }
            for name in ("rupture", "rupture-figure")
        },
        "constituencies": lambda: {
            "outcomes": outcomes(),
            "countries": PAIR,
            "parties": PAIR,
            "against": "standing",
        },
        "exposed": lambda: {"outcomes": outcomes(), "dossier": exposed(), "against": "standing"},
        "exposures": lambda: {"dossier": record()},
        "lobbies": lambda: {
            "given_up": (Concession("chn-2025-soybean-halt", outcomes()["war"], ()),),
            "reference": outcomes()["standing"],
            "dossier": record(),
            "parties": PAIR,
        },
        "bridges": lambda: {"walks": [walked()]},
        "bridge": lambda: {"walked": walked()},
        "bridge-figure": lambda: {"walked": walked()},
        "own-duties": lambda: {
            "outcomes": outcomes(),
            "featured": "war",
            "reference": "standing",
            "parties": PAIR,
        },
        "branches": lambda: {"tree": tree(), "parties": PAIR},
        "third-countries": lambda: {
            "real_income_pct": {"MEX": 0.1, "JPN": -0.1},
            "value_usd": {"MEX": 1e3, "JPN": -1e3},
            "outcome": "War",
            "standing": "today",
        },
        "headline": lambda: {
            "changes": [
                HorizonChange("War", "USA", False, -1.0, -2.0, -0.5),
                HorizonChange("War", "USA", True, -0.5),
            ],
            "title": "War costs.",
            "standing": "today",
        },
        "map": lambda: {
            "real_income_pct": {"MEX": 0.1, "XXX": -0.1},
            "value_usd": {"MEX": 1e3, "XXX": -1e3},
            "outcome": "War",
            "standing": "today",
            "title": "One gains.",
        },
        "sectors-hit": lambda: {
            "rows": [SectorRow("USA", "Cars", -2.0, -1e3), SectorRow("CHN", "Cars", 1.0, 1e3)],
            "outcome": "War",
            "standing": "today",
        },
        **dict.fromkeys(("explain-measures", "explain-channels", "explain-sources"), explained),
        "explain-parts": lambda: {"table": parts_of_a_change()},
        "drawn-results": lambda: {"draws": drawn(), "reference": "standing", "table": "sectors"},
        "intervals": lambda: {"draws": drawn()},
        "drivers": lambda: {
            "indices": drivers(Model(toy()), cases(), draws=8, seed=1),
            "countries": names,
            "against": "standing",
        },
        "drivers-of-sides": lambda: {
            "draws": drawn(),
            "key": "war",
            "title": "War",
            "reference": "standing",
            "parties": PAIR,
        },
        "sector-intervals": lambda: {
            "draws": drawn(),
            "key": "war",
            "reference": "standing",
            "parties": PAIR,
        },
        "third-trade-drawn": lambda: {
            "table": third()[2],
            "draws": drawn(),
            "key": "war",
            "reference": "standing",
        },
        "unfolding": along_time,
        "summary": along_time,
        "branch-intervals": lambda: {
            "drawn": draw_branches(tree(), {"long": Model(toy())}, draws=2),
            "parties": PAIR,
        },
        "gravity-intervals": lambda: {
            "drawn": draw_gravity(
                GravityWorld(PAIR, np.eye(2) + 0.1, np.zeros((2, 2)), GravityStructure(4.0)),
                [np.array([[0.0, 0.1], [0.0, 0.0]])],
                draws=2,
            ),
            "names": ["as it is"],
        },
        "path-intervals": drawn_path,
        "path-band": drawn_path,
        "path-along": along_time,
        "result": lambda: {
            "result": labelled_result(outcomes()["war"].value, "flow_volume_hat"),
            "count": 5,
        },
        "stocks": path(controls=period()[0], countries=names),
        "path-output": path(without=period()[2], countries=("USA",)),
        "path-losses": path(without=period()[2]),
        "path-stocks": lambda: {"held": {"parts": (1.0, "made up", ())}},
        "path-months": path(without=period()[2], controls=period()[0], countries=names),
    }


def drawn_explanation() -> dict[str, Any]:
    """What the tables of an explained and drawn number take."""
    from detente.equilibrium.explain import target

    return {
        "draws": drawn(),
        "goal": target("usa.output.PARTS", toy()),
        "later": "war",
        "earlier": "standing",
        "against": "standing",
    }


@functools.cache
def of_outlook() -> dict[str, Callable[[], dict[str, Any]]]:
    """An outlook of the shipped record, small; its kept backtest, questions and prices."""
    name, day = "busan-2025", dt.date(2026, 7, 25)

    @functools.cache
    def pair() -> Any:
        return record_of(load_dossier(name, asof=day), world())

    @functools.cache
    def ahead() -> Any:
        return look_ahead(chronology(pair(), dt.date(2025, 10, 28)), paths=200, seed=1)

    @functools.cache
    def test() -> Any:
        return kept_backtest(pair(), day)

    @functools.cache
    def replayed() -> Any:
        return replay_moves(pair(), since=dt.date(2025, 1, 1))

    def with_test() -> dict[str, Any]:
        return {"outlook": ahead(), "test": test()}

    @functools.cache
    def campaign() -> Any:
        """One move and a day of a standoff that is played by hand on one side."""
        start = ahead().chron
        move = HandMove("threat", duty=0.1, due=start.asof + dt.timedelta(days=30))
        return Campaign.begin(start, start.sides[:1], 1).act(move, 0)

    def played() -> dict[str, Any]:
        return {"campaign": campaign(), **with_test()}

    return {
        "outlook": with_test,
        "outlook-clocks": with_test,
        "outlook-information": lambda: {"outlook": ahead()},
        "outlook-duty": lambda: {"outlook": ahead()},
        "outlook-figure": with_test,
        "outlook-duty-figure": with_test,
        "odds-scores": lambda: {"test": test()},
        "scores": lambda: {"rows": ladder_scores(test()), "record": name, "asof": day},
        "score-calibration": lambda: {"bins": ladder_calibration(test()), "record": name},
        "calibration-figure": lambda: {"test": test(), "record": name},
        "answered-moves": lambda: {"moves": replayed(), "record": name, "sides": pair().sides},
        "answer-scores": lambda: {"rows": replay_scores(replayed()), "record": name, "asof": day},
        "registered": lambda: {"settled": answers(read_questions(), chronology(pair(), day))},
        "outlook-what-ifs": lambda: {
            **with_test(),
            "swept": sweep_devices(ahead().chron, devices=DEVICES[:1], paths=100),
        },
        "campaign": lambda: {"campaign": campaign()},
        "campaign-log": lambda: {"campaign": campaign()},
        "campaign-odds": played,
        "campaign-clocks": played,
        "human-forecasts": lambda: {"rows": human_forecasts(name, day)},
    }


@functools.cache
def of_games() -> dict[str, Callable[[], dict[str, Any]]]:
    spec, tensor, (economy, dossier) = played()
    known = load_preferences()
    plain = known.named()
    game = tensor.game(plain)
    form = equilibria.strategic_form(game)
    pure = equilibria.pure_equilibria(form, epsilon=1e-3)
    quantal = equilibria.logit_quantal(form, 1e-3)
    space = deal_space(game, spec.threats[0])
    swaps = smallest_swaps(game, most=1)
    paid = {name: deals.payments(game, name) for name in spec.threats}
    judged = {plain.id: judge(game, spec.expected, spec.threats)}
    reached = leverage.reach(
        economy, dossier, spec, {"long": Model(economy)}, span=leverage.extremes(game), controls="costs"
    )
    war = nash_duties(duties(), verify=False)

    def fixed(**given: Any) -> Callable[[], dict[str, Any]]:
        return lambda: given

    optima = [optimal_duties(duties(), "USA", deviations=False)]
    talks = cooperative_duties(duties())
    file = motives_of("busan-2025")
    assert file is not None
    sample = read_choices(file, dt.date(2025, 3, 1))  # few, so that the walk is short
    sides = {code: explain_choices(sample, file, code) for code in PAIR}
    decided = [each for side in sides.values() for each in judge_choices(sample, side)]
    return {
        "explained-weights": fixed(explained=sides, file=file),
        "explained-decisions": fixed(judged=decided),
        "explained-fit": fixed(explained=sides, judged=decided, weighed=sample),
        "explained-lead": fixed(
            wanted=Wanted(known, plain, beside=plain, sides=sides, judged=tuple(decided))
        ),
        "threats": fixed(levers=leverage_of(game), beside=leverage_of(game)),
        "leverage": fixed(levers=leverage_of(game), beside=leverage_of(game), stands={}),
        "leverage-shares": fixed(levers=shares_of(game), beside=shares_of(game)),
        "leverage-ladder": fixed(levers=leverage_of(game), concept="made up"),
        "leverage-horizons": fixed(reached=reached),
        "leverage-substitution": fixed(reached=reached, name="leverage-substitution", title="x"),
        "leverage-by-preferences": fixed(levers_by_set={plain.id: leverage_of(game)}),
        "deal-space": fixed(games={plain.id: (game, [space])}),
        "deal-space-points": fixed(game=game, space=space, concept="made up"),
        "concessions": fixed(game=game, beside=game),
        "swaps": fixed(game=game, swaps=swaps, beside=game),
        "expected-swaps": fixed(verdicts=judged, players=spec.players),
        "expected-horizons": fixed(verdicts=judged, beside=judged, players=spec.players, by="horizon"),
        "payments": fixed(game=game, payments=paid, beside=paid),
        "bargains-by-preferences": fixed(bargains={plain.id: (game, swaps, paid)}),
        "dominance": fixed(
            dominance=equilibria.dominant_rungs(game),
            name="plain",
            beside=equilibria.dominant_rungs(game),
        ),
        "equilibria": fixed(game=game, form=form, pure=pure, quantal=quantal, beside=game),
        "equilibria-by-preferences": fixed(played={plain.id: (game, form, pure, quantal)}),
        "preferences": fixed(preferences=known),
        "nash-welfare": fixed(war=war),
        "nash-duties": fixed(war=war),
        "replies": fixed(game=war.game, replies=judge_replies(war.game, war.duties, scatter=4, climbs=1)),
        "optimal-welfare": fixed(game=duties(), optima=optima),
        "optimal-duties": fixed(game=duties(), optima=optima),
        "talks-welfare": fixed(talks=talks),
        "talks-duties": fixed(talks=talks),
    }
