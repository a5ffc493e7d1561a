"""Tables read off an equilibrium: shares that add up, and levels that agree with the equilibrium's own."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.cases.case import Case, controls_of
from detente.cases.horizons import horizon
from detente.cases.runs import run_cases, run_scenarios
from detente.core import InputError, LabelError
from detente.dossier import load_dossier
from detente.equilibrium import Model
from detente.policy import load_scenario
from detente.policy.scenario import Scenario
from detente.show.tables import results, welfare
from detente.show.tables.diverted import diverted_table
from detente.show.tables.jobs import jobs_table
from detente.show.tables.metrics import assumptions, diversion_table
from detente.world import Wedges, goods_sectors, load_world, people_of, toy

LIMITS = (
    {
        "name": "parts",
        "importers": ("USA",),
        "exporters": ("CHN",),
        "sectors": ("PARTS",),
        "limit": 0.5,
        "rent": "exporter",
    },
    {"name": "loose", "importers": ("EU27",), "exporters": ("USA",), "sectors": ("PARTS",), "limit": 3.0},
    {
        "name": "auction",
        "importers": ("USA",),
        "exporters": ("MEX",),
        "sectors": ("GOODS",),
        "limit": 0.8,
        "rent": "importer",
    },
    {
        "name": "farm",
        "importers": ("CHN",),
        "exporters": ("USA",),
        "sectors": ("FARM",),
        "limit": 1.3,
        "kind": "floor",
    },
    {"name": "ban", "importers": ("USA",), "exporters": ("CHN",), "sectors": ("FARM",), "limit": 0.0},
)


@pytest.fixture(scope="module", params=["long", "short"])
def solved(request):
    economy, structure = horizon(request.param, load_world())
    scenarios = [load_scenario("standing"), load_scenario("decoupling")]
    return run_scenarios(Model(economy, structure), load_dossier(), scenarios)


@pytest.fixture(scope="module")
def controlled():
    from detente.cases.case import controls_of

    world = toy()
    scenario = Scenario(id="managed", title="Managed", dossier="toy", quantities=LIMITS)
    wedges = Wedges.of(world, tariff=world.tariff * 1.5)
    case = Case(scenario, wedges, (), controls_of(world, scenario.quantities, scenario.id))
    still = Case(Scenario(id="still", title="Still", dossier="toy"), Wedges.unchanged(world))
    return run_cases(Model(world), [still, case])


def test_employment_shares_add_up_and_moves_cancel(solved):
    rows = list(results.employment_table(solved, ("USA", "CHN"), against="standing").records())
    for code in ("USA", "CHN"):
        mine = [row for row in rows if row["country"] == code]
        assert sum(row["employment_share_new_pct"] for row in mine) == pytest.approx(100, abs=1e-9)
        assert sum(row["employment_share_pp"] for row in mine) == pytest.approx(0, abs=1e-9)
        assert max(row["employment_pct"] for row in mine) > 0.1


def test_what_households_can_buy_is_what_they_earn_collect_and_borrow_over_prices(solved):
    """Dollars of a household times households, against sums by hand; in the first year borrowing is net of what is saved."""
    economy = solved["standing"].value.economy
    people, n = people_of(economy)["USA"], economy.labels.country("USA")
    rows = jobs_table(solved, ("USA",), against="standing").records()
    (row,) = [each for each in rows if each["outcome"] == "decoupling"]
    buys = []
    for name in ("standing", "decoupling"):
        value = solved[name].value
        money = float(value.sector_earnings_new[n].sum())
        for i in range(len(economy.labels.countries)):
            money += float((value.wedges.tariff[n, i] * value.flows_new[n, i]).sum())
            money += float(value.flows_new[n, i].sum() - value.flows_new[i, n].sum())
        if value.technology.mobile:
            price = np.exp(economy.final_shares[n] @ np.log(value.price_hat[n]))
        else:  # a way out of a shortage earns and uses something up; final goods are a nest
            money += float(value.outside_new[n].sum() - value.backstop_cost_new[n])
            price = value.consumer_price_hat[n]
        buys.append(money / float(price))
    households = people.households_thousand.value
    assert row["household_usd"] == pytest.approx(1e3 * (buys[1] - buys[0]) / households, rel=1e-6)
    share = row["median_household_usd"] / people.median_household_income_usd.value
    assert share * economy.income[n] == pytest.approx(buys[1] - buys[0], rel=1e-6)
    assert row["jobs_thousand"] == pytest.approx(0, abs=1e-6)


def test_wages_move_together_only_when_factors_are_mobile(solved):
    mobile = solved["standing"].value.technology.mobile
    for row in results.wage_table(solved).records():
        if mobile:
            assert row["lowest_sector"] is None
            assert row["lowest_factor_price_pct"] == pytest.approx(row["wage_pct"], abs=1e-9)
        else:
            assert row["lowest_factor_price_pct"] < row["wage_pct"] < row["highest_factor_price_pct"]


def test_trade_of_third_economies_is_summed_from_flows(solved):
    """By economy and by sector, one flow after the other."""
    outcome, before = solved["decoupling"], solved["standing"]
    economy = before.value.economy
    labels, goods = economy.labels, goods_sectors(economy)
    by_economy = {
        row["country"]: row for row in diversion_table(outcome, ("USA", "CHN"), against=before).records()
    }
    assert len(by_economy) == len(labels.countries) - 2
    n, (usa, china) = labels.country("VNM"), (labels.country(code) for code in ("USA", "CHN"))

    def more(buyer, seller, sectors):
        flows = [v.value.flows_new[buyer, seller] for v in (outcome, before)]
        return sum(float(flows[0][s]) - float(flows[1][s]) for s in sectors) / 1e3

    row = by_economy["VNM"]
    assert row["exports_to_first_usd_bn"] == pytest.approx(more(usa, n, goods), rel=1e-9)
    assert row["exports_to_second_usd_bn"] == pytest.approx(more(china, n, goods), rel=1e-9)
    assert row["imports_from_first_usd_bn"] == pytest.approx(more(n, usa, goods), rel=1e-9)
    assert row["imports_from_second_usd_bn"] == pytest.approx(more(n, china, goods), rel=1e-9)
    gains = [row["equivalent_variation_usd_bn"] for row in by_economy.values()]
    assert gains == sorted(gains, reverse=True)
    rows = list(diverted_table(outcome, ("USA", "CHN"), against=before, countries=("VNM",)).records())
    whole, first = rows[-1], rows[0]
    assert whole["received_usd_bn"] == pytest.approx(more(n, usa, goods) + more(n, china, goods), rel=1e-9)
    s = labels.sector(first["sector"])
    assert first["from_second_usd_bn"] == pytest.approx(more(n, china, [s]), rel=1e-9)
    volumes = [v.value.output_new[n, s] / v.value.cost_hat[n, s] for v in (outcome, before)]
    assert first["own_output_pct"] == pytest.approx(100 * (volumes[0] / volumes[1] - 1), rel=1e-6, abs=1e-9)


def test_real_wage_is_wage_over_prices(solved):
    value = solved["decoupling"].value
    row = next(r for r in results.wage_table(solved, ("USA",)).records() if r["outcome"] == "decoupling")
    assert row["real_wage_pct"] == pytest.approx(
        100 * (value.wage_hat[0] / value.consumer_price_hat[0] - 1), abs=1e-9
    )


def test_flows_add_up_to_imports(solved):
    economy = solved["standing"].value.economy
    goods = goods_sectors(economy)
    rows = [r for r in results.pair_flow_table(solved, ("USA",)).records() if r["outcome"] == "decoupling"]
    imports = sum(row["base_usd_bn"] for row in rows if row["importer"] == "USA")
    n = economy.labels.country("USA")
    exact = economy.flows[n][:, goods].sum() - economy.flows[n, n, goods].sum()
    assert imports == pytest.approx(exact / 1e3, rel=1e-12)
    assert all("USA" in (row["importer"], row["exporter"]) for row in rows)


def test_prices_and_revenue_agree_with_the_equilibrium(solved):
    value = solved["decoupling"].value
    prices = [r for r in results.price_table(solved, ("CHN",)).records() if r["outcome"] == "decoupling"]
    n = value.economy.labels.country("CHN")
    assert [row["price_pct"] for row in prices] == pytest.approx(
        list(100 * (value.price_hat[n] - 1)), abs=1e-9
    )
    revenue = {
        r["country"]: r for r in results.revenue_table(solved).records() if r["outcome"] == "decoupling"
    }
    assert revenue["CHN"]["tariff_revenue_usd_bn"] == pytest.approx(value.tariff_revenue_new[n] / 1e3)
    kept = sum(
        found.rent_usd
        for name, found in solved["decoupling"].bindings.items()
        if name.startswith("chn-") and "halt" not in name
    )
    assert kept > 0  # queues and licences use it up
    assert revenue["CHN"]["rent_usd_bn"] == revenue["USA"]["rent_usd_bn"] == 0


def test_the_rent_of_licences_that_are_sold_is_the_sellers():
    parts = Scenario(id="sold", title="Sold", dossier="toy", quantities=LIMITS[:1])
    world = toy()
    case = Case(parts, Wedges.unchanged(world), controls=controls_of(world, parts.quantities, "sold"))
    sold = run_cases(Model(world), [case])
    rent = {row["country"]: row["rent_usd_bn"] for row in results.revenue_table(sold).records()}
    assert rent["CHN"] == pytest.approx(sold["sold"].bindings["parts"].rent_usd / 1e3, rel=1e-9)
    assert rent["CHN"] > 0 == rent["USA"]


def test_average_duties_of_the_base_year_are_the_data(solved):
    economy = solved["standing"].value.economy
    goods, n = goods_sectors(economy), economy.labels.country("USA")
    flows = np.delete(economy.flows[n][:, goods], n, axis=0)
    duties = np.delete(economy.tariff[n][:, goods], n, axis=0)
    row = next(iter(results.effective_duty_table(solved, ("USA",)).records()))
    assert row["duty_base_pct"] == pytest.approx(100 * (flows * duties).sum() / flows.sum())
    assert row["duty_pre_pct"] > row["duty_base_pct"]


@pytest.mark.parametrize("against", [None, "standing"])
def test_welfare_parts_add_up(solved, against):
    names = ["terms_of_trade", "trade_costs", "volume_of_trade", "taxed_exports", "profits", "transfers"]
    if solved["standing"].value.structure.revenue_saved:
        names.append("savings")
    keys = [f"{name}_log_points" for name in names]
    for row in welfare.welfare_table(solved, ("USA", "CHN", "MEX"), against=against).records():
        assert sum(row[key] for key in keys) == pytest.approx(row["real_income_log_points"], abs=1e-5)
        assert abs(row["gap_log_points"]) < 1e-6
        assert (row["first_order_terms_of_trade_pct"] is None) == (against is not None)


def test_controls_say_whether_they_bind_and_who_is_paid(controlled):
    rows = {row["control"]: row for row in welfare.quantity_control_table(controlled).records()}
    assert rows["parts"]["binds"] == rows["farm"]["binds"] == rows["ban"]["binds"] == "yes"
    assert rows["loose"]["binds"] == "no"
    assert rows["loose"]["wedge_pct"] == rows["loose"]["rent_usd_bn"] == 0
    assert rows["parts"]["volume_pct"] == pytest.approx(50, abs=1e-5)
    assert rows["farm"]["rent_usd_bn"] < 0 < rows["auction"]["rent_usd_bn"]
    assert rows["ban"]["kind"] == "ban"
    assert rows["ban"]["wedge_pct"] is None
    paid = {
        row["country"]: row["rent_usd_bn"]
        for row in results.revenue_table(controlled).records()
        if row["outcome"] == "managed"
    }
    assert paid["CHN"] == pytest.approx(rows["parts"]["rent_usd_bn"] + rows["farm"]["rent_usd_bn"], rel=1e-6)
    assert paid["USA"] == pytest.approx(rows["auction"]["rent_usd_bn"], rel=1e-6)


def test_errors(solved):
    with pytest.raises(InputError, match="no scenario has quantity controls"):
        welfare.quantity_control_table(
            {"free": dataclasses.replace(solved["standing"], controls=(), bindings={})}
        )
    with pytest.raises(LabelError, match="unknown outcome"):
        results.price_table(solved, against="standin")
    with pytest.raises(LabelError, match="`USA`"):
        results.wage_table(solved, ("USAA",))
    with pytest.raises(InputError, match="nothing to compare"):
        results.wage_table({"standing": solved["standing"]}, against="standing")


def test_what_bans_did_is_said_of_every_outcome_shown():
    """A country cut off in the other outcome is named in the note, and nothing is when neither bans anything."""
    world = toy()
    iceberg = np.ones_like(world.flows)
    iceberg[0, 1:], iceberg[1:, 0] = np.inf, np.inf
    wedges = {"still": Wedges.unchanged(world), "alone": Wedges.of(world, iceberg_hat=iceberg)}
    cases = [Case(Scenario(id=name, title=name, dossier="toy"), one) for name, one in wedges.items()]
    found = run_cases(Model(world), cases)
    said = f"`alone`: Bans cut {world.labels.countries[0]} off from all trade"
    assert said in assumptions(found["still"], found["alone"])
    assert said in assumptions(found["alone"])
    assert "Bans" not in assumptions(found["still"], found["still"])


def test_who_gains_by_not_selling_is_said_to_be_doubtful():
    """Without a way out, at impact Taiwan's electronics earn more than its chips did while nobody else has any; in the long run it loses."""
    noted = {}
    for name in ("impact", "long"):
        economy, structure = horizon(name, load_world(), ways_out=False)
        exporter, good = economy.labels.country("TWN"), economy.labels.sector("CHP")
        iceberg = np.ones_like(economy.flows)
        iceberg[:, exporter, good] = np.inf
        iceberg[exporter, exporter] = 1
        case = Case(Scenario(id="ban", title="Ban", dossier="toy"), Wedges.of(economy, iceberg_hat=iceberg))
        noted[name] = assumptions(run_cases(Model(economy, structure), [case])["ban"])
    assert (
        "Taiwan gains 1.54\u00a0percent of real income though nobody abroad may buy its CHP."
        in noted["impact"]
    )
    assert "doubtful" in noted["impact"]
    assert "doubtful" not in noted["long"]
