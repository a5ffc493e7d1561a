"""What payoffs are made of, cell by cell, where countries lend, tax exports and have profits; and the averages of duty tables."""

from __future__ import annotations

import numpy as np
import pytest

from detente.equilibrium import Backstop, Model, Policy, Step, Structure, solve
from detente.strategy.duties.optimal import duty_game, duty_level_table, duty_welfare_table
from detente.strategy.solves import parts_of
from detente.world import Wedges, toy

WORLD = toy()


@pytest.mark.parametrize("structure", [Structure(), Structure(profit_share=0.05)], ids=["core", "profits"])
def test_parts_of_real_income_with_deficits_and_export_taxes(structure: Structure) -> None:
    assert np.abs(WORLD.deficit).max() > 1
    tax = np.zeros_like(WORLD.tariff)
    tax[2, 1, 1] = 0.2
    wedges = Wedges(WORLD.tariff + np.where(WORLD.tariff > 0, 0.1, 0.0), np.ones_like(tax), tax)
    solution = solve(Model(WORLD, structure), wedges)
    value, players = solution.value, (1, 0)
    found = parts_of([solution], players)
    assert found.real_income_usd[0] == pytest.approx(value.equivalent_variation_usd, rel=1e-14)
    for p, n in enumerate(players):
        price = value.consumer_price_hat[n]
        duties = value.tariff_revenue_new[n] / price - WORLD.tariff_revenue[n]
        paid = (value.deficit_new[n] + value.export_tax_revenue_new[n]) / price - WORLD.deficit[n]
        assert found.revenue[0, p] == pytest.approx(duties, rel=1e-12)
        assert found.transfers[0, p] == pytest.approx(paid, rel=1e-12)
        whole = found.sector_income[0, p].sum() + duties + paid
        assert whole == pytest.approx(value.equivalent_variation_usd[n], rel=1e-9)


def test_parts_add_up_to_real_income_where_buyers_have_a_way_out() -> None:
    buyers = [(code, "PARTS") for code in WORLD.labels.countries]
    ladder = Backstop.of(WORLD, {buyer: [Step("thrift", 0.5, 1.05, 2.0)] for buyer in buyers})
    model = Model(WORLD, Structure(mobility=2.0, wage_floor=0.99, backstop=ladder))
    sellers = [code for code in WORLD.labels.countries if code != "USA"]
    cut = Policy.unchanged(WORLD).limit(
        "cut", importers="USA", exporters=sellers, sectors="PARTS", share=0.01, rent="destroyed"
    )
    solution = solve(model, cut)
    assert solution.value.outside_new[0].sum() > solution.value.backstop_cost_new[0] > 1e3
    parts = parts_of([solution], range(5))
    whole = parts.sector_income[0].sum(-1) + parts.revenue[0] + parts.transfers[0]
    assert whole == pytest.approx(solution.value.equivalent_variation_usd, rel=1e-9, abs=1e-3)


def test_tables_of_duties_cell_by_cell() -> None:
    game = duty_game(Model(WORLD), ("CHN", "USA"))
    before = solve(Model(WORLD), Wedges.unchanged(WORLD)).value
    after = game.solve(np.linspace(0.05, 0.4, game.count))
    values = {"CHN": after, "USA": after}
    made = duty_welfare_table(game, before, values, name="n", title="t", regret={"USA": 0.02})
    levels = list(duty_level_table(game, before, values, name="l", title="t").records())
    hat = after.real_income_hat / before.real_income_hat
    for row in made.records():
        n = WORLD.labels.country(str(row["player"]))
        cells = [(n, i, s) for i in range(5) for s in range(4) if game.group[n, i, s] >= 0]
        weight = np.array([before.flows_new[cell] for cell in cells])
        old, new = (np.array([v.wedges.tariff[cell] for cell in cells]) for v in (before, after))
        others = [m for m in range(5) if m != n]
        income = before.income_new[others]
        expected = {
            "duties_set": len(cells),
            "duty_before_pct": 100 * (weight * old).sum() / weight.sum(),
            "duty_after_pct": 100 * (weight * new).sum() / weight.sum(),
            "duty_median_pct": 100 * np.median(new),
            "duty_lowest_pct": 100 * new.min(),
            "duty_highest_pct": 100 * new.max(),
            "government_pct": 100 * (hat[n] - 1),
            "real_income_pct": 100 * (hat[n] - 1),
            "others_real_income_pct": 100 * ((hat[others] - 1) * income).sum() / income.sum(),
        }
        for key, number in expected.items():
            assert row[key] == pytest.approx(number, rel=1e-9, abs=1e-12), key
        assert row["regret_pct"] == (2.0 if row["player"] == "USA" else None)
        mine = [level for level in levels if level["player"] == row["player"]]
        assert len(mine) == len({s for *_, s in cells})
        for level in mine:
            values_of = list(level.values())
            s = WORLD.labels.sector(str(values_of[1]))
            bought = {i: before.flows_new[n, i, s] for _, i, k in cells if k == s}
            rate = [after.wedges.tariff[n, i, s] for i in bought]
            assert values_of[2] == pytest.approx(sum(bought.values()) / 1e3)
            mean = sum(bought[i] * after.wedges.tariff[n, i, s] for i in bought) / sum(bought.values())
            was = sum(bought[i] * before.wedges.tariff[n, i, s] for i in bought) / sum(bought.values())
            assert values_of[3:] == pytest.approx([100 * was, 100 * mean, 100 * min(rate), 100 * max(rate)])
