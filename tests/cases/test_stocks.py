"""Stocks delay a cut: none is immediate, endless is never, and what is drawn is what is gone."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest

from detente.cases.backstops import way_out, worth_of_uses
from detente.cases.cuts import read_cut
from detente.cases.holdings import Holdings
from detente.cases.horizons import MONTHS
from detente.cases.stocks import by_horizon, path_with_stocks, stock_table, walk
from detente.core import InputError, LabelError, UnitError
from detente.equilibrium import Backstop, Model, Policy, Step, Structure, solve
from detente.equilibrium.controls import QuantityControl
from detente.world import Wedges, load_world, toy

WORLD = toy()
STILL = Wedges.unchanged(WORLD)
ALWAYS = Structure(sigma_materials=0.5, sigma_critical=0.2, critical=("PARTS",))


def cap(limit=0.5, kind="cap", rent="exporter"):
    return QuantityControl.on(
        WORLD,
        "parts",
        importers=["USA"],
        exporters=["CHN"],
        sectors=["PARTS"],
        limit=limit,
        kind=kind,
        rent=rent,
    )


def path(stock, months=(1,) * 6, control=None):
    return path_with_stocks(
        WORLD,
        STILL,
        [control or cap()],
        {"parts": stock},
        months,
        structure_by_month=lambda _: (WORLD, ALWAYS),
    )


def test_without_a_stock_the_cut_is_immediate():
    at_once = solve(Model(WORLD, ALWAYS), Policy(WORLD, STILL, (cap(),)))
    first = path(0.0)[0]
    assert first.draws["parts"].binding.log_wedge == pytest.approx(
        at_once.bindings["parts"].log_wedge, abs=1e-9
    )
    assert abs(first.value.real_income_hat - at_once.value.real_income_hat).max() < 1e-12


@pytest.mark.parametrize("limit", [0.5, 0.0])
def test_an_endless_stock_never_binds(limit):
    for period in path(math.inf, control=cap(limit)):
        assert abs(period.value.real_income_hat - 1).max() < 1e-12
        assert period.draws["parts"].binding.log_wedge == 0
        assert math.isinf(period.draws["parts"].left)


@pytest.mark.parametrize("limit", [0.5, 0.0])
def test_what_is_used_is_delivered_or_drawn(limit):
    """Over the whole path: use = deliveries + what the stock has lost, period by period."""
    held = 1.7
    for period in path(held, control=cap(limit)):
        draw = period.draws["parts"]
        assert draw.drawn == pytest.approx(held - draw.left, abs=1e-12)
        delivered = draw.volume * period.months - draw.drawn
        assert delivered <= limit * period.months + 1e-7
        held = draw.left
    assert held == 0


def test_more_stock_never_hurts_and_losses_only_grow():
    n = WORLD.labels.country("USA")
    found = [[period.value.real_income_hat[n] for period in path(stock)] for stock in (0.0, 0.8, 1.6, 2.4)]
    for income in found:
        assert all(later <= earlier + 1e-12 for earlier, later in itertools.pairwise(income))
    for less, more in itertools.pairwise(found):
        assert all(b >= a - 1e-12 for a, b in zip(less, more, strict=True))
    assert found[3][0] > found[0][0] + 1e-6


def test_a_law_made_anew_every_month_is_solved_every_month():
    def law(months):
        tariff = WORLD.tariff.copy()
        tariff[0, 1] += 0.1 * int(months + 1)
        return Wedges.of(WORLD, tariff=tariff), ()

    periods = walk(WORLD, law, Holdings(WORLD, {}), (1,) * 5, lambda _: (WORLD, ALWAYS))
    charged = [period.value.wedges.tariff[0, 1, 1] - WORLD.tariff[0, 1, 1] for period in periods]
    assert charged == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])


def test_a_law_whose_limit_moves_to_other_flows_is_solved_again():
    other = QuantityControl.on(
        WORLD, "parts", importers=["EU27"], exporters=["CHN"], sectors=["PARTS"], limit=0.5
    )
    months = [
        period.value.real_income_hat
        for period in walk(
            WORLD,
            lambda month: (STILL, [cap() if month < 1 else other]),
            Holdings(WORLD, {}),
            (1, 1),
            lambda _: (WORLD, ALWAYS),
        )
    ]
    eu, usa = WORLD.labels.country("EU27"), WORLD.labels.country("USA")
    assert months[0][usa] < months[1][usa]
    assert months[1][eu] < months[0][eu]


def test_a_way_out_without_a_step_for_stocks_leaves_them_to_the_cap():
    steps = {("USA", "PARTS"): [Step("recycling", 0.02, 1.0, 1.2)]}
    structure = dataclasses.replace(ALWAYS, backstop=Backstop.of(WORLD, steps))
    periods = path_with_stocks(
        WORLD, STILL, [cap()], {"parts": 0.75}, (1,) * 3, structure_by_month=lambda _: (WORLD, structure)
    )
    assert [period.draws["parts"].volume for period in periods] == pytest.approx([1.0, 0.75, 0.5], abs=1e-6)
    assert periods[-1].value.outside_new[0].sum() > 0


def test_a_ban_that_stocks_delay_binds_in_the_end():
    last = path(1.0, control=cap(0.0))[-1].draws["parts"]
    assert math.isinf(last.binding.log_wedge)
    assert last.volume < 1e-12


def test_a_path_on_the_shipped_world_is_its_periods_solved_each_alone():
    """Warm starts along the path save time and change nothing: every month again, from the base year."""
    world = load_world()
    cut = QuantityControl.on(
        world, "rare", importers=["USA", "EU27"], exporters=["CHN"], sectors=["REE", "MAG"], limit=0.35
    )
    held, months, drawn = 0.9, (1, 1, 6), 0.0
    left = {(country, sector): held for country in ("USA", "EU27") for sector in ("REE", "MAG")}
    bought = np.where(cut.cells, world.flows * (1 + world.tariff), 0.0).sum(1)
    labels = world.labels
    for period in path_with_stocks(world, Wedges.unchanged(world), [cut], {"rare": held}, months):
        middle = period.start + period.months / 2
        economy, structure = by_horizon(world)(middle)
        rates, gone = {}, {}
        for country, sector in left:
            n, s = at = labels.country(country), labels.sector(sector)
            # what the ladder gives of a stock a month: its part of the way from the base year's price to the top, in logarithms
            price = np.log(period.value.price_hat[n, s] / period.value.consumer_price_hat[n])
            way = max(price / np.log(min(worth_of_uses(world)[n, s], 200.0)) - 0.03, 0) / 0.97
            parted = 3 * way**2 - 2 * way**3
            gone[country, sector] = 1 - (1 - parted) ** period.months
            rate = left[country, sector] * bought[at] / world.expenditure[at] / period.months
            rates[country, sector] = rate * gone[country, sector] / parted
        backstop = way_out(economy, MONTHS["impact" if middle < 6 else "short"], stocks=rates)
        policy = Policy(economy, Wedges.unchanged(economy), (cut,))
        alone = solve(Model(economy, dataclasses.replace(structure, backstop=backstop)), policy)
        np.testing.assert_allclose(period.value.real_income_hat, alone.value.real_income_hat, rtol=1e-9)
        draw = period.draws["rare"]
        assert draw.binding.log_wedge == pytest.approx(alone.bindings["rare"].log_wedge, abs=1e-7)
        left = {cell: months_left * (1 - gone[cell]) for cell, months_left in left.items()}
        drawn += draw.drawn
        assert draw.left == pytest.approx(held - drawn, abs=1e-9)
    assert 0 < draw.left < held


def test_what_stocks_give_does_not_hang_on_the_length_of_periods():
    """A share that goes once a period, whatever its length, makes them differ by six per cent; one price over each, by far less."""
    world = load_world()
    cut = read_cut(world, "CHN:rare-earths:0.3")

    def drawn(*months):
        path = path_with_stocks(world, Wedges.unchanged(world), [cut], {cut.name: 0.8}, months)
        return sum(period.draws[cut.name].drawn for period in path)

    assert drawn(0.5, 1.5) == pytest.approx(drawn(1.0, 1.0), rel=1e-4)


def test_a_floor_holds_in_every_month_and_takes_no_stock():
    for period in path_with_stocks(WORLD, STILL, [cap(1.2, "floor")], {}, [1, 6]):
        draw = period.draws["parts"]
        assert draw.volume == pytest.approx(1.2, abs=1e-8)
        assert (draw.drawn, draw.left) == (0.0, 0.0)


def test_the_table_has_a_row_a_period_and_country():
    made = stock_table(path(1.0), [cap()], ("USA", "CHN"))
    assert len(made) == 12
    assert made.column("left_months")[0] < 1.0


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (([cap(1.2, "floor")], {"parts": 1.0}, [1]), InputError, "floor has no stock"),
        (([cap()], {"partz": 1.0}, [1]), LabelError, "partz"),
        (([cap()], {"parts": -1.0}, [1]), UnitError, "stock is -1"),
        (([cap()], {"parts": 1.0}, []), UnitError, "periods are"),
        (([cap()], {"parts": 1.0}, [1, 0]), UnitError, "periods are"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        path_with_stocks(WORLD, STILL, *arguments)
