"""Results that can be explained, read off an equilibrium cell by cell, and split among the right partners and sectors."""

from __future__ import annotations

import numpy as np
import pytest

from detente.core import InputError
from detente.equilibrium import Model, Structure, solve
from detente.equilibrium.explain import decompose_welfare
from detente.equilibrium.explain.accounts import Shift
from detente.equilibrium.explain.targets import account, target
from detente.world import Wedges, toy
from detente.world.economy import Economy

WORLD = toy()
N, S = WORLD.output.shape
USA, CHN, MEX = (WORLD.labels.country(code) for code in ("USA", "CHN", "MEX"))
GOODS = [s for s, code in enumerate(WORLD.labels.sectors) if code != "SERV"]
ABROAD = [i for i in range(N) if i != USA]


def wedges(duty: float, tax: float) -> Wedges:
    tariff, export_tax = WORLD.tariff.copy(), np.zeros_like(WORLD.tariff)
    tariff[USA, CHN] += duty
    tariff[USA, MEX, 1] += duty / 2
    export_tax[:, CHN, 1] = tax
    export_tax[CHN, CHN] = 0
    return Wedges(tariff, np.ones_like(tariff), export_tax)


BEFORE, AFTER = (solve(Model(WORLD), wedges(duty, tax)).value for duty, tax in ((0.05, 0.04), (0.25, 0.1)))


@pytest.mark.parametrize("name", ["flow.USA.CHN", "flow.usa.chn.parts"])
def test_a_flow_is_the_volume_of_its_own_cells(name: str) -> None:
    sectors = GOODS if name == "flow.USA.CHN" else [WORLD.labels.sector("PARTS")]
    volume = sum(WORLD.flows[USA, CHN, s] * AFTER.flow_volume_hat[USA, CHN, s] for s in sectors)
    assert target(name, WORLD).value(AFTER, None) == pytest.approx(np.log(volume), abs=1e-13)


@pytest.mark.parametrize("partner", [None, "CHN"])
@pytest.mark.parametrize("kind", ["duty_pre", "duty_post"])
def test_an_average_duty_is_that_of_its_own_goods(kind: str, partner: str | None) -> None:
    name = f"USA.{kind}" + (f".{partner}" if partner else "")
    sellers = [CHN] if partner else ABROAD
    cells = [(i, s) for i in sellers for s in GOODS]

    def mean(value) -> float:
        weight = value.flows_new if kind == "duty_post" else WORLD.flows
        whole = sum(weight[USA, i, s] for i, s in cells)
        return sum(weight[USA, i, s] * value.wedges.tariff[USA, i, s] for i, s in cells) / whole

    goal, made = target(name, WORLD), account(name, Shift(BEFORE, AFTER))
    assert goal.name == name
    for value in (BEFORE, AFTER):
        assert goal.value(value, None) == pytest.approx(mean(value), abs=1e-14)
    assert made.total == pytest.approx(mean(AFTER) - mean(BEFORE), abs=1e-14)
    rates = made.parts["rates"]
    if partner:
        assert made.details == WORLD.labels.sectors
        assert rates[WORLD.labels.sector("SERV")] == 0
        assert rates[GOODS].min() > 0
    else:  # only duties on what comes from China and Mexico moved
        assert made.details == WORLD.labels.countries
        assert [i for i in range(N) if rates[i] > 0] == sorted([CHN, MEX])


def test_rents_of_both_kinds_by_partner() -> None:
    """A duty that a cap put on leaves the importer its rent, an export tax the exporter, at the price the producer gets."""
    held = [
        (
            value.wedges.tariff - WORLD.tariff,
            np.where(value.wedges.export_tax > 0, 0.5, 0) * value.wedges.export_tax,
        )
        for value in (BEFORE, AFTER)
    ]
    shift = Shift(BEFORE, AFTER, held_before=held[0], held_after=held[1])

    def rents(value, tariff, tax, n, i) -> float:
        imported = sum(value.flows_new[n, i, s] * tariff[n, i, s] for s in range(S))
        sold = sum(
            value.flows_new[i, n, s] / (1 + value.wedges.export_tax[i, n, s]) * tax[i, n, s] for s in range(S)
        )
        return imported + sold

    for code in ("USA", "CHN"):
        n = WORLD.labels.country(code)
        made = account(f"{code}.rents", shift)
        grew = [rents(AFTER, *held[1], n, i) - rents(BEFORE, *held[0], n, i) for i in range(N)]
        assert made.total == pytest.approx(sum(grew), rel=1e-12)
        assert sum(made.parts.values()) == pytest.approx(np.array(grew), rel=1e-9, abs=1e-9)
        assert made.details == WORLD.labels.countries
        assert np.abs(grew).max() > 1


def test_what_is_not_made_or_not_traded_has_no_result() -> None:
    output = WORLD.flows.copy()
    output[:, MEX, 0] = 0.0
    bare = Economy(
        "bare", WORLD.year, WORLD.labels, output, WORLD.tariff, WORLD.va_share, WORLD.input_shares,
        WORLD.trade_elasticity, "made up",
    )  # fmt: skip
    for name in ("mex.output.farm", "mex.employment.FARM"):
        with pytest.raises(InputError, match="MEX makes no FARM in the base year"):
            target(name, bare)
    with pytest.raises(InputError, match=r"no flow `flow.USA.MEX.FARM`"):
        target("flow.usa.mex.farm", bare)
    with pytest.raises(InputError, match=r"no imports behind `USA.duty_pre.USA`"):
        target("usa.duty_pre.usa", WORLD)


def test_a_sector_that_a_ban_closed_has_no_share_of_workers() -> None:
    ban = np.ones_like(WORLD.tariff)
    ban[:, MEX, 0] = np.inf
    closed = solve(Model(WORLD), Wedges.of(WORLD, iceberg_hat=ban)).value
    for kind in ("employment", "output"):
        goal = target(f"mex.{kind}.farm", WORLD)
        for read in (goal.value, goal.output):
            with pytest.raises(InputError, match="FARM"):
                read(closed, None)


def test_the_published_formula_cell_by_cell() -> None:
    """Equation 17 of Caliendo and Parro (2015), with loops, at a change that is not small."""
    for structure in (Structure(), Structure(sigma_final=0.7)):
        after = solve(Model(WORLD, structure), wedges(0.25, 0.0)).value
        made = decompose_welfare(WORLD, after)
        cost = after.cost_hat - 1
        for n in range(N):
            terms = volume = 0.0
            for i in range(N):
                for s in range(S):
                    terms += WORLD.flows[i, n, s] * cost[n, s] - WORLD.flows[n, i, s] * cost[i, s]
                    grew = after.flows_new[n, i, s] - WORLD.flows[n, i, s]
                    volume += WORLD.tariff[n, i, s] * (grew - WORLD.flows[n, i, s] * cost[i, s])
            assert made.terms_of_trade[n] == pytest.approx(terms / WORLD.income[n], abs=1e-13)
            assert made.volume_of_trade[n] == pytest.approx(volume / WORLD.income[n], abs=1e-13)
            assert made.total[n] == made.terms_of_trade[n] + made.volume_of_trade[n]
        assert np.abs(made.volume_of_trade).max() > 1e-4
    other = WORLD.with_elasticities(2 * WORLD.trade_elasticity, "twice")
    with pytest.raises(InputError, match="departs from another economy"):
        decompose_welfare(other, after)
