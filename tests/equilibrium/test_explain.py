"""Attribution adds up, is right where the answer is known, and does not depend on an order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from detente.cases.horizons import horizon
from detente.cases.runs import prepare_cases, solve_cases
from detente.core import InputError, LabelError, SolveError
from detente.dossier import load_dossier
from detente.equilibrium import Model, Structure, solve
from detente.equilibrium.explain import decompose_welfare
from detente.equilibrium.explain.attribute import Move, integrated_gradients, shapley, shapley_of
from detente.equilibrium.explain.channels import decompose_path
from detente.equilibrium.explain.targets import target
from detente.policy import Scenario, load_scenario, wedges_at
from detente.policy.by_measure import contributions
from detente.policy.model_options import ModelOptions
from detente.policy.quantity import QuantityLimit
from detente.show.tables.explanation import explain
from detente.world import Wedges, load_world, toy

pytestmark = pytest.mark.usefixtures("solved_once")

WORLD = toy()
TARGETS = (
    "usa.real_income",
    "chn.prices",
    "usa.revenue",
    "chn.output.PARTS",
    "flow.usa.chn",
    "flow.USA.CHN.PARTS",
)
STRUCTURES = {
    "core": Structure(),
    "nests": Structure(sigma_value_added=0.5, sigma_materials=0.3, sigma_critical=0.1, critical=("PARTS",)),
    "immobile": Structure(sigma_final=0.8, mobility=1.5, profit_share=0.05),
}


def moves():
    zero = np.zeros_like(WORLD.tariff)
    usa, chn = WORLD.labels.country("USA"), WORLD.labels.country("CHN")
    duty, answer, cost, tax = (np.zeros_like(zero) for _ in range(4))
    duty[usa, chn, :3], answer[chn, usa, :3] = 0.5, 0.3
    cost[usa, chn, 1] = np.log(1.2)
    tax[usa, chn, 1] = 0.1
    return [
        Move("duty", duty, zero, zero),
        Move("answer", answer, zero, zero),
        Move("control", zero, cost, zero),
        Move("tax", zero, zero, tax),
    ]


def end():
    all_moves = moves()
    return Wedges(
        WORLD.tariff + sum(m.tariff for m in all_moves),
        np.exp(sum(m.log_iceberg for m in all_moves)),
        sum(m.export_tax for m in all_moves),
    )


START = Wedges.unchanged(WORLD)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)
def test_integrated_gradients_add_up(name, structure):
    goal = target(name, WORLD)
    found = integrated_gradients(Model(WORLD, structure), START, end(), moves(), goal)
    exact = goal.value(solve(Model(WORLD, structure), end()).value) - goal.value(
        solve(Model(WORLD, structure), START).value
    )
    assert found.total == pytest.approx(exact, rel=1e-9, abs=1e-12)
    assert abs(found.gap) <= 1e-8 * max(1.0, sum(map(abs, found.parts)))
    assert min(map(abs, found.parts)) > 0


def test_shapley_is_the_mean_over_every_order():
    goal, parts = target("usa.real_income", WORLD), moves()
    found = shapley(Model(WORLD), START, parts, goal)
    assert found.gap == pytest.approx(0, abs=1e-15)
    gains = np.zeros(len(parts))
    orders = list(itertools.permutations(range(len(parts))))
    for order in orders:
        wedges, before = START, goal.value(solve(Model(WORLD), START).value)
        for k in order:
            move = parts[k]
            wedges = Wedges(
                wedges.tariff + move.tariff,
                wedges.iceberg_hat * np.exp(move.log_iceberg),
                wedges.export_tax + move.export_tax,
            )
            now = goal.value(solve(Model(WORLD), wedges).value)
            gains[k] += now - before
            before = now
    assert np.allclose(found.parts, gains / len(orders), atol=1e-11)


def test_shapley_of_an_additive_game_and_of_a_dummy():
    worth = np.array([0.0, 1.0, 2.0, 3.0, 0.0, 1.0, 2.0, 3.0])
    assert shapley_of(worth).tolist() == [1.0, 2.0, 0.0]


def test_both_methods_agree_to_first_order():
    """For a small change every fair share is the derivative."""
    small = [Move(m.name, m.tariff * 1e-4, m.log_iceberg * 1e-4, m.export_tax * 1e-4) for m in moves()]
    there = Wedges(
        START.tariff + sum(m.tariff for m in small),
        np.exp(sum(m.log_iceberg for m in small)),
        sum(m.export_tax for m in small),
    )
    goal = target("usa.real_income", WORLD)
    a, b = (
        integrated_gradients(Model(WORLD), START, there, small, goal),
        shapley(Model(WORLD), START, small, goal),
    )
    assert np.allclose(a.parts, b.parts, rtol=1e-3, atol=1e-10)


@pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)
def test_channels_add_up_exactly(structure):
    found = decompose_path(Model(WORLD, structure), START, end())
    exact = np.log(solve(Model(WORLD, structure), end()).value.real_income_hat)
    assert abs(sum(found.parts.values()) - exact).max() < 1e-8
    assert abs(found.terms_with.sum(1) - found.parts["terms_of_trade"]).max() < 1e-15
    assert abs(found.parts["trade_costs"]).max() > 1e-6
    assert abs(found.parts["taxed_exports"]).max() > 1e-6
    assert bool(abs(found.parts["profits"]).max() > 1e-6) == bool(np.any(structure.profit_share))


def test_channels_of_a_small_change_are_the_published_formula():
    there = Wedges.of(WORLD, tariff=WORLD.tariff * 1.0001)
    path, first = (
        decompose_path(Model(WORLD), START, there),
        decompose_welfare(WORLD, solve(Model(WORLD), there).value),
    )
    assert abs(path.parts["terms_of_trade"] - first.terms_of_trade).max() < 1e-8
    assert abs(path.parts["volume_of_trade"] - first.volume_of_trade).max() < 1e-8


def test_a_ban_cannot_be_integrated_and_says_so():
    ban = np.zeros_like(WORLD.tariff)
    ban[0, 1, 1] = 120.0
    zero = np.zeros_like(ban)
    there = Wedges(WORLD.tariff, np.exp(ban), zero)
    with pytest.raises(SolveError, match="miss the whole"):
        integrated_gradients(
            Model(WORLD), START, there, [Move("ban", zero, ban, zero)], target("usa.real_income", WORLD)
        )


@pytest.mark.parametrize("against", ["standing", None])
def test_contributions_of_measures_add_up_to_the_wedges(against):
    world, record = load_world(), load_dossier()
    later, earlier = load_scenario("decoupling"), load_scenario(against) if against else None
    parts = contributions(world, record, later, earlier)
    full = wedges_at(world, record, later, quantities=True)
    start = wedges_at(world, record, earlier, quantities=True) if earlier else Wedges.unchanged(world)
    assert abs(sum(p.tariff for p in parts) - (full.tariff - start.tariff)).max() < 1e-12
    assert abs(sum(p.log_iceberg for p in parts) - np.log(full.iceberg_hat / start.iceberg_hat)).max() < 1e-12
    rest = next((p for p in parts if p.name == "stacking"), None)
    if rest is not None:  # a remainder, not a place to put things
        moved = sum(float(abs(p.tariff * world.flows).sum()) for p in parts if p is not rest)
        assert float(abs(rest.tariff * world.flows).sum()) < 0.05 * moved


def test_a_measure_that_alone_moves_gets_everything():
    world, record = load_world(), load_dossier()
    own = load_scenario("standing").model_copy(
        update={
            "id": "own",
            "set": {"usa-2025-threat-100": load_scenario("talks-fail").set["usa-2025-threat-100"]},
        }
    )
    cases = prepare_cases(world, record, [own, load_scenario("standing")])
    tables = {t.name: t for t in explain(Model(world), record, "usa.real_income", *cases)}
    rows = list(tables["explain_measures"].records())
    assert [row["part"] for row in rows] == ["usa-2025-threat-100", "total"]
    assert rows[0]["contribution"] == pytest.approx(rows[1]["contribution"], abs=1e-9)


def test_what_scenarios_set_of_the_model_is_heard_where_both_set_the_same():
    world, record = load_world(), load_dossier()
    threat = {"usa-2025-threat-100": load_scenario("talks-fail").set["usa-2025-threat-100"]}

    def cases(options, other):
        own = load_scenario("standing").model_copy(update={"id": "own", "set": threat, "options": options})
        known = load_scenario("standing").model_copy(update={"options": other})
        return prepare_cases(world, record, [own, known])

    supply, growth = (
        ModelOptions.model_validate(keys)
        for keys in ({"labour_supply": 0.5}, {"productivity": {"CHN": {"C26": 1.05}}})
    )
    set_alike = cases(supply, supply)
    measures = list(explain(Model(world), record, "usa.real_income", *set_alike)[0].records())
    later, earlier = (
        solution.value.real_income_hat[world.labels.country("USA")]
        for solution, _ in solve_cases(Model(world), set_alike)
    )
    assert measures[0]["part"] == "usa-2025-threat-100"
    assert measures[-1]["contribution_shown"] == pytest.approx(100 * (later / earlier - 1), abs=1e-9)
    with pytest.raises(InputError, match="against a scenario that has others"):
        explain(Model(world), record, "usa.real_income", *cases(None, supply))
    grown = cases(growth, growth)
    with pytest.raises(InputError, match="move the base year by themselves") as said:
        explain(Model(world), record, "usa.real_income", grown[0])
    assert "--against" in said.value.hint  # which works:
    tables = {
        table.name: list(table.records())
        for table in explain(Model(world), record, "usa.real_income", *grown)
    }
    assert tables["explain_measures"][0]["part"] == "usa-2025-threat-100"
    assert "explain_channels" not in tables  # its account knows prices alone


def test_a_closure_that_moves_the_base_year_is_said():
    world, record = load_world(), load_dossier()
    scenario = Scenario(
        id="own",
        title="Own",
        dossier="busan-2025",
        record=False,
        tariffs=[{"importer": "USA", "exporter": "CHN", "add": 0.2}],
    )
    (case,) = prepare_cases(world, record, [scenario])
    smaller = world.deficit * 0.9
    tables = explain(Model(world, closure=smaller), record, "usa.real_income", case)
    assert all("duties under the same closure" in table.title for table in tables[:2])
    totals = [list(table.records())[-1]["contribution"] for table in tables[:2]]
    assert totals[0] == pytest.approx(totals[1], abs=1e-6)
    assert "same closure" not in explain(Model(world), record, "usa.real_income", case)[0].title


def test_explain_adds_up_in_every_unit_and_names_its_sources():
    world, structure = horizon("short", load_world())
    record = load_dossier()
    cases = prepare_cases(world, record, [load_scenario("standing")])
    tables = {t.name: t for t in explain(Model(world, structure), record, "usa.real_income", *cases)}
    measures = list(tables["explain_measures"].records())
    for key in ("contribution", "contribution_shown", "contribution_usd_bn"):
        assert sum(row[key] for row in measures[:-1]) == pytest.approx(measures[-1][key], abs=1e-6)
    assert "integrated gradients" in tables["explain_measures"].note
    channels = list(tables["explain_channels"].records())
    whole = [row["contribution"] for row in channels if not row["partner"]]
    assert sum(whole[:-1]) == pytest.approx(whole[-1], abs=1e-6)
    sources = {row["what"]: row["says"] for row in tables["explain_sources"].records()}
    assert sources["elasticities"] == world.elasticity_source
    assert "short run" in sources["horizon"]


def test_money_is_shared_like_the_exact_change():
    world, record = load_world(), load_dossier()
    cases = prepare_cases(world, record, [load_scenario("talks-fail"), load_scenario("standing")])
    made = explain(Model(world), record, "chn.real_income", *cases)[0]
    total = list(made.records())[-1]
    n = world.labels.country("CHN")
    later, earlier = (solution.value for solution, _ in solve_cases(Model(world), cases))
    assert total["contribution_shown"] == pytest.approx(
        100 * (later.real_income_hat[n] / earlier.real_income_hat[n] - 1), abs=1e-9
    )
    money = (later.equivalent_variation_usd[n] - earlier.equivalent_variation_usd[n]) / 1e3
    assert total["contribution_usd_bn"] == pytest.approx(money, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "error", "hint"),
    [
        ("usa", InputError, "usa.real_income"),
        ("usa.real_incom", LabelError, "`real_income`"),
        ("usaa.prices", LabelError, "`USA`"),
        ("usa.output", InputError, "usa.real_income"),
        ("usa.output.PARTZ", LabelError, "`PARTS`"),
        ("usa.prices.PARTS", InputError, "usa.real_income"),
        ("flow.usa", InputError, "flow.USA.CHN"),
        ("flow.usa.usa", InputError, "flow.USA.CHN"),
    ],
)
def test_a_result_that_does_not_exist(name, error, hint):
    with pytest.raises(error) as found:
        target(name, WORLD)
    assert hint in str(found.value)


def test_a_scenario_that_changes_nothing_cannot_be_explained():
    world, record = load_world(), load_dossier()
    still = Scenario(id="still", title="Still", dossier="busan-2025")
    cases = prepare_cases(world, record, [still, load_scenario("standing")])
    with pytest.raises(InputError, match="moves anything"):
        explain(Model(world), record, "usa.real_income", *cases)
    with pytest.raises(InputError, match="against itself"):
        explain(Model(world), record, "usa.real_income", cases[0], cases[0])
    with pytest.raises(LabelError, match="no method"):
        explain(Model(world), record, "usa.real_income", cases[1], method="shaply")


@pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)
def test_channels_agree_with_the_validation_suite_s_own_integral(structure):
    """Written apart by somebody else; their path is straight in log duty factors, ours in duties: costs alone are alike."""
    from detente.validation.path import integrate_welfare

    there = Wedges(WORLD.tariff, end().iceberg_hat, np.zeros_like(WORLD.tariff))
    ours, theirs = (
        decompose_path(Model(WORLD, structure), START, there),
        integrate_welfare(Model(WORLD, structure), there),
    )
    for mine, name in (
        ("terms_of_trade", "terms_of_trade"),
        ("trade_costs", "trade_costs"),
        ("volume_of_trade", "volume_of_trade"),
        ("profits", "profit_shifting"),
    ):
        assert abs(ours.parts[mine] - getattr(theirs, name)).max() < 1e-8
    assert abs(ours.parts["volume_of_trade"]).max() > 1e-6


def test_a_result_has_an_interval_and_drivers_when_drawn():
    world, record = load_world(), load_dossier()
    cases = prepare_cases(world, record, [load_scenario("talks-fail"), load_scenario("standing")])
    tables = {t.name: t for t in explain(Model(world), record, "chn.output.C26", *cases, draws=32)}
    (row,) = tables["explain_interval"].records()
    assert row["low"] < row["median"] < row["high"]
    assert row["end_error"] > 0
    total = list(tables["explain_measures"].records())[-1]
    assert row["central"] == pytest.approx(total["contribution_shown"], abs=1e-6)
    shares = {r["parameter"]: r["first_pct"] for r in tables["explain_drivers"].records()}
    assert {"sigma_value_added", "sigma_materials", "sigma_final"} <= set(shares)
    assert max(shares, key=shares.get) == "machinery and electronics"
    base = {t.name: t for t in explain(Model(world), record, "usa.revenue", cases[0], draws=8)}
    assert [*base][-1] == "explain_interval"  # too few draws to tell drivers
    (row,) = base["explain_interval"].records()
    assert row["central"] == pytest.approx(
        list(base["explain_measures"].records())[-1]["contribution_shown"], rel=1e-6
    )


@pytest.mark.parametrize("name", ["usa.wages", "usa.employment.C26", "usa.duty_post.CHN", "usa.rents"])
def test_tables_of_new_results_add_up(name):
    """By measure and by channel, and the details of each channel."""
    world, record = load_world(), load_dossier()
    own = load_scenario("talks-fail").model_copy(
        update={
            "id": "capped",
            "quantities": (
                QuantityLimit(
                    name="auction",
                    importers=("USA",),
                    exporters=("CHN",),
                    sectors=("C26",),
                    limit=0.01,
                    rent="importer",
                ),
            ),
        }
    )
    cases = prepare_cases(world, record, [own, load_scenario("standing")])
    tables = {t.name: t for t in explain(Model(world), record, name, *cases)}
    measures = list(tables["explain_measures"].records())
    assert sum(row["contribution"] for row in measures[:-1]) == pytest.approx(
        measures[-1]["contribution"], rel=1e-6, abs=1e-9
    )
    channels = list(tables["explain_channels"].records())
    key = "sector" if "sector" in channels[0] else "partner"
    whole = [row for row in channels if not row[key]]
    size = sum(abs(row["contribution"]) for row in whole[:-1])
    assert abs(sum(r["contribution"] for r in whole[:-1]) - whole[-1]["contribution"]) <= 1e-9 * size
    assert whole[-1]["contribution"] == pytest.approx(measures[-1]["contribution"], rel=1e-6)
    for row in whole[:-1]:
        parts = [r["contribution"] for r in channels if r["channel"] == row["channel"] and r[key]]
        assert not parts or sum(parts) == pytest.approx(row["contribution"], abs=1e-9 * size)
