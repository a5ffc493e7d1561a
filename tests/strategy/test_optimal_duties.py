"""Duties that are best: against closed forms, grids and symmetry; and that nothing searched beats what is returned."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.core import InputError, LabelError, Labels, SolveError
from detente.equilibrium import Model, Structure
from detente.equilibrium.gradients import gradients
from detente.strategy.duties.game import duty_game
from detente.strategy.duties.nash import nash_duties
from detente.strategy.duties.optimal import nash_tables, optimum_tables, talks_tables
from detente.strategy.duties.optimum import optimal_duties
from detente.strategy.duties.search import climb, curvature, relax, scan
from detente.strategy.duties.talks import cooperative_duties
from detente.strategy.duties.wants import government
from detente.strategy.duties.weights import calibrate_weights
from detente.world import Economy, toy

STRICT = 1e-7


def small_world(size=(1.0, 1.0), theta=4.0, foreign=0.2, sectors=1):
    """Two countries without inputs or base duties; trade is balanced whatever the sizes."""
    flows = np.zeros((2, 2, sectors))
    trade = foreign * min(size) / sectors
    for s in range(sectors):
        flows[0, 0, s], flows[1, 1, s] = size[0] / sectors - trade, size[1] / sectors - trade
        flows[0, 1, s] = flows[1, 0, s] = trade
    codes = tuple(f"S{s}" for s in range(sectors))
    return Economy(
        name="two",
        year=2000,
        labels=Labels(("HOME", "ABROAD"), codes),
        flows=1e6 * flows,
        tariff=np.zeros_like(flows),
        va_share=np.ones((2, sectors)),
        input_shares=np.zeros((2, sectors, sectors)),
        trade_elasticity=np.full(sectors, theta),
        elasticity_source="made up",
    )


def against_a_duty(value, theta):
    """Best duty of home when abroad charges one too: its revenue is spent again, partly on home's goods.

    Imports of the country abroad at world prices are π X / (1 + t) with X = wages / (1 − π t / (1 + t)); their elasticity in
    the price of home's goods is θ (1 − π) / (1 − π t / (1 + t)), π its share of spending on home's goods.
    """
    duty = value.wedges.tariff[1, 0, 0]
    share = value.trade_shares_new[1, 0].mean()
    return (1 - share * duty / (1 + duty)) / (theta * (1 - share))


@pytest.mark.parametrize("size", [(1.0, 1.0), (1.0, 3.0), (2.0, 1.0)])
@pytest.mark.parametrize("theta", [2.0, 5.0])
def test_one_sector_duty_is_the_inverse_of_the_foreign_export_supply_elasticity(size, theta):
    # With one sector, home faces the offer curve of the country abroad. Its demand for home's goods has elasticity θ in
    # relative prices times the share it spends at home, so t* = 1 / (θ · share abroad of its own goods in its spending).
    economy = small_world(size, theta)
    game = duty_game(Model(economy), ["HOME"])
    best = optimal_duties(game, "HOME")
    value = game.solve(best.duties)
    assert best.duties[0] == pytest.approx(1 / (theta * value.trade_shares_new[1, 1, 0]), rel=1e-5)
    assert against_a_duty(value, theta) == pytest.approx(1 / (theta * value.trade_shares_new[1, 1, 0]))
    assert best.is_maximum
    assert not best.several_peaks


def test_the_optimum_beats_every_point_of_a_grid():
    economy = small_world((1.0, 2.0), 3.0)
    game = duty_game(Model(economy), ["HOME"])
    best = optimal_duties(game, "HOME")
    grid = np.linspace(0, 2, 401)
    welfare = np.array([game.welfare(value)[0] for value in game.solve_many([np.array([t]) for t in grid])])
    top = game.welfare(game.solve(best.duties))[0]
    assert abs(grid[welfare.argmax()] - best.duties[0]) <= 0.005
    assert top >= welfare.max()


def test_one_duty_for_each_sector_is_the_same_where_sectors_are_alike():
    game = duty_game(Model(small_world((1.0, 1.5), 4.0, sectors=3)), ["HOME"])
    best = optimal_duties(game, "HOME", starts=["standing"])
    assert np.ptp(best.duties) < 1e-5


def test_nash_on_a_grid_by_brute_force():
    economy = small_world((1.0, 2.0), 3.0)
    game = duty_game(Model(economy))
    war = nash_duties(game)
    grid = np.linspace(0, 0.9, 31)
    first, second = np.meshgrid(grid, grid, indexing="ij")
    values = game.solve_many([np.array(pair) for pair in zip(first.ravel(), second.ravel(), strict=True)])
    welfare = np.array([game.welfare(value) for value in values]).reshape(31, 31, 2)
    answers = [
        (a, b)
        for a in range(31)
        for b in range(31)
        if welfare[:, b, 0].argmax() == a and welfare[a, :, 1].argmax() == b
    ]
    assert answers
    assert min(max(abs(grid[a] - war.duties[0]), abs(grid[b] - war.duties[1])) for a, b in answers) <= 0.03
    assert war.largest_regret < STRICT
    assert all(value < 0 for value in war.curvature.values())
    assert war.duties[0] == pytest.approx(against_a_duty(war.value, 3.0), rel=1e-5)


def test_a_symmetric_world_has_a_symmetric_war_that_both_lose():
    game = duty_game(Model(small_world((1.0, 1.0), 4.0, sectors=2)))
    war = nash_duties(game)
    assert np.ptp(war.duties) < 1e-5
    assert np.ptp(war.welfare_change) < 1e-8
    assert (war.welfare_change < 0).all()
    assert war.duties[0] == pytest.approx(against_a_duty(war.value, 4.0), rel=1e-5)


def test_every_start_ends_in_the_same_war_without_politics():
    game = duty_game(Model(toy()), ["USA", "CHN", "EU27"], by="sector")
    ends = [nash_duties(game, start=start, verify=False) for start in ("standing", "zero", "double")]
    for other in ends[1:]:
        assert np.abs(other.duties - ends[0].duties).max() < 1e-5
    assert all(end.gap < 1e-6 for end in ends)


def test_slopes_are_the_derivatives_of_welfare_with_politics():
    economy = toy()
    weights = np.random.default_rng(0).uniform(0.3, 2, economy.va_share.shape)
    structure = Structure(profit_share=0.15)
    game = duty_game(Model(economy, structure), weights=weights)
    duties = game.standing() + 0.2
    _, slopes = game.slopes(game.solve(duties), game.players)
    direction = np.random.default_rng(1).normal(size=game.count)
    step = 1e-5
    ends = [game.welfare(game.solve((1 + duties) * np.exp(k * step * direction) - 1)) for k in (1, -1)]
    assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(slopes @ direction, abs=1e-8)
    shares = np.arange(1.0, len(game.players) + 1)
    assert game.weighted(game.solve(duties), shares)[1] == pytest.approx(shares @ slopes, abs=1e-12)


def test_weights_of_one_are_real_income_and_only_ratios_count():
    economy = toy()
    game = duty_game(Model(economy), ["USA"])
    value, before = game.solve(game.standing() + 0.1), game.solve(game.standing())
    change = game.welfare(value)[0] - game.welfare(before)[0]
    n = economy.labels.country("USA")
    assert np.exp(change) == pytest.approx(value.real_income_hat[n] / before.real_income_hat[n], rel=1e-12)
    lopsided = np.ones(economy.va_share.shape)
    lopsided[:, 0] = 2
    slopes = [
        gradients(value, [government(value, "USA", factor * lopsided)[1]])[0].tariff for factor in (1.0, 7.0)
    ]
    assert slopes[0] == pytest.approx(slopes[1], abs=1e-14)


def test_a_favoured_sector_is_protected_more():
    economy = toy()
    plain = optimal_duties(duty_game(Model(economy), ["USA"], mfn=True), "USA", starts=["standing"])
    weights = np.ones(economy.va_share.shape)
    weights[:, 0] = 1.5
    game = duty_game(Model(economy), ["USA"], mfn=True, weights=weights)
    best = optimal_duties(game, "USA", starts=["standing"])
    farm = game.group[economy.labels.country("USA"), economy.labels.country("CHN"), 0]
    assert best.duties[farm] > plain.duties[farm] + 0.05


def test_observed_duties_give_back_the_weights_they_were_made_with():
    economy = toy()
    weights = np.ones(economy.va_share.shape)
    weights[0, :3] = [1.3, 0.8, 0.9]
    game = duty_game(Model(economy), ["USA"], mfn=True, weights=weights)
    best = optimal_duties(game, "USA", starts=["standing"])
    observed = best.duties - 0.04
    found = calibrate_weights(game, "USA", observed)
    assert found.shift == pytest.approx(0.04, abs=1e-4)
    assert found.misfit < 1e-5
    # the services sector sets no duty and keeps a weight of one: the others are found relative to it
    assert found.weights[:3] / found.weights[:3].mean() == pytest.approx(
        np.array([1.3, 0.8, 0.9]) / 1.0, abs=1e-3
    )
    assert found.optimum is not None
    assert found.optimum.duties == pytest.approx(best.duties, abs=1e-4)


def test_talks_give_everyone_the_same_and_more_than_war():
    game = duty_game(Model(toy()), ["USA", "CHN", "EU27"], by="partner")
    war = nash_duties(game, verify=False)
    talks = cooperative_duties(game, origin=war.duties)
    assert talks.gain > 0
    assert talks.spread < 1e-6
    assert np.ptp(talks.welfare_change) < 1e-6
    # efficient: what first-order conditions still promise is nothing, and no small move is better for all
    assert talks.slack < 1e-8
    draw = np.random.default_rng(0)
    moves = [np.maximum(talks.duties + draw.normal(0, 0.01, game.count), 0) for _ in range(60)]
    here = game.welfare(talks.value)
    assert max((game.welfare(value) - here).min() for value in game.solve_many(moves)) < 1e-9
    assert (talks.shares > 0).all()


def test_alone_the_others_keep_every_single_duty_they_have():
    economy = toy()
    game = duty_game(Model(economy), ["USA", "CHN"], by="partner", mfn=True)
    best = optimal_duties(game, "USA", starts=["standing"])
    tariff = best.game.expand(best.duties)
    others = [i for i, code in enumerate(economy.labels.countries) if code != "USA"]
    assert (tariff[others] == economy.tariff[others]).all()
    assert best.game.players == ("USA",)
    before = best.game.solve(best.duties).real_income_hat[economy.labels.country("USA")]
    assert best.gain == pytest.approx(
        before - 1, abs=1e-12
    )  # against the base year itself, not an average of it


def test_one_number_is_set_where_all_partners_and_sectors_are_charged_alike():
    economy = toy()
    game = duty_game(Model(economy), ["USA"], by="partner", mfn=True)
    assert game.count == 1
    tariff = game.expand(np.array([0.3]))
    n = economy.labels.country("USA")
    goods = [economy.labels.sector(code) for code in ("FARM", "PARTS", "GOODS")]
    others = [i for i in range(5) if i != n]
    assert (tariff[n][np.ix_(others, goods)] == 0.3).all()
    changed = tariff != economy.tariff
    changed[n][np.ix_(others, goods)] = False
    assert not changed.any()


def test_duties_stay_within_their_bounds():
    game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players", bounds=(0.0, 0.05))
    war = nash_duties(game)
    assert (war.duties == 0.05).all()
    assert war.at_bound == {"USA": 1, "CHN": 1}
    assert war.largest_regret < STRICT


def test_curvature_is_above_zero_at_a_minimum():
    game = duty_game(Model(small_world()), ["HOME"], bounds=(-0.9, 10.0))
    best = optimal_duties(game, "HOME", starts=["half"], deviations=False)
    assert curvature(game, best.duties, "HOME") < 0
    far = np.array([8.0])
    assert curvature(game, far, "HOME") > 0  # welfare is convex where trade has dried up


def test_tables_hold_what_was_found():
    game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players")
    war = nash_duties(game)
    welfare, duties = nash_tables(war)
    rows = list(welfare.records())
    assert [row["player"] for row in rows] == ["USA", "CHN"]
    assert rows[0]["duty_after_pct"] == pytest.approx(100 * war.duties[0])
    assert rows[0]["government_pct"] == pytest.approx(100 * war.welfare_change[0])
    assert rows[0]["regret_pct"] == pytest.approx(100 * war.regret["USA"])
    assert "a Nash equilibrium: second-order conditions hold" in welfare.note
    assert len(duties) == 2
    alone = optimum_tables(game, [optimal_duties(game, code, starts=["standing"]) for code in game.players])
    assert all(row["government_pct"] > 0 for row in alone[0].records())
    agreed = talks_tables(cooperative_duties(game))
    gains = [row["government_pct"] for row in agreed[0].records()]
    assert gains[0] == pytest.approx(gains[1], abs=1e-4)


@pytest.mark.parametrize(
    ("options", "kind", "word"),
    [
        ({"players": ["USB"]}, LabelError, "USA"),
        ({"players": ["USA", "USA"]}, InputError, "each once"),
        ({"by": "country"}, InputError, "by"),
        ({"on": "friends"}, InputError, "on"),
        ({"sectors": ["FARN"]}, LabelError, "FARM"),
        ({"players": ["USA"], "on": "players"}, InputError, "no duty"),
        ({"bounds": (0.5, 0.1)}, InputError, "bounds"),
        ({"weights": np.ones((2, 2))}, InputError, "weights"),
    ],
)
def test_a_game_that_cannot_be_played_is_refused(options, kind, word):
    with pytest.raises(kind) as caught:
        duty_game(Model(toy()), **options)
    assert word in str(caught.value)


def test_nests_without_politics_have_optimal_duties_too():
    game = duty_game(Model(toy(), Structure(sigma_materials=0.5)), ["USA"], by="partner", mfn=True)
    best = optimal_duties(game, "USA")
    assert best.is_maximum
    moved = [game.welfare(game.solve(best.duties + step))[0] for step in (-0.01, 0.0, 0.01)]
    assert moved[1] > max(moved[0], moved[2])


def test_a_player_outside_the_game_is_named():
    game = duty_game(Model(toy()), ["USA"])
    with pytest.raises(LabelError, match="CHN"):
        optimal_duties(game, "CHN")
    with pytest.raises(InputError, match="start"):
        nash_duties(dataclasses.replace(game), start="nowhere")


# Where the closure decides


def borrower(share):
    """HOME sells more than it buys by this share of what it earns, and lends the difference."""
    flows = 1e6 * np.array([[[0.9 - share], [0.1]], [[0.1 + share], [0.9]]])
    return dataclasses.replace(small_world(), name="borrower", flows=flows)


def test_a_trial_without_an_equilibrium_is_stepped_back_from():
    """Behind a duty of 400 % or so HOME earns less than it must lend: climbing, scanning and curvature stop before it."""
    game = duty_game(Model(borrower(0.3)), by="partner")
    alone = game.alone("ABROAD")
    assert alone.try_many([np.array([3.0]), np.array([9.0])])[1] is None
    start = alone.standing()
    found = climb(alone, start, "ABROAD", max_evaluations=12)
    value = alone.solve(found.duties)
    assert (value.income_new > 0).all()
    assert alone.welfare(value)[0] > alone.welfare(alone.solve(start))[0]
    trial, gain, count = scan(alone, start, "ABROAD")
    assert 0 < gain < np.inf
    assert count >= 5
    assert (alone.solve(trial).income_new > 0).all()
    assert (
        np.isnan(curvature(alone, np.array([3.8182]), "ABROAD"))
        or curvature(alone, found.duties, "ABROAD") > 0
    )


def test_relaxing_steps_back_too():
    alone = duty_game(Model(borrower(0.3)), by="partner").alone("ABROAD")
    found = relax(alone, np.array([3.5]), ["ABROAD"], max_evaluations=10)
    assert alone.try_many([found.duties])[0] is not None


def test_an_optimum_that_lives_off_the_closure_says_so():
    """The borrower's wall makes the lender deliver more for the same sum; without lending the same wall only costs."""
    game = duty_game(Model(borrower(0.1)), by="partner", bounds=(0.0, 5.0))
    best = optimal_duties(game, "ABROAD", starts=["standing"])
    assert best.duties == pytest.approx([5.0])
    assert best.at_bound == best.at_bound_above == 1
    assert best.gain > 0.1
    assert best.gain_without_transfers < 0
    assert best.driven_by_transfers
    assert "upper bound of 500 %" in best.caution
    assert "driven by deficits" in best.caution
    assert "driven by deficits" in optimum_tables(game, [best])[0].note
    balanced = optimal_duties(
        dataclasses.replace(game, model=game.model.under("zero")), "ABROAD", starts=["standing"]
    )
    assert balanced.at_bound == 0
    assert not balanced.driven_by_transfers
    assert balanced.caution == ""
    assert balanced.duties[0] < 0.5


def test_an_ordinary_optimum_is_not_the_closures():
    best = optimal_duties(
        duty_game(Model(toy()), ["USA"], by="partner", mfn=True), "USA", starts=["standing"]
    )
    assert not best.driven_by_transfers
    assert best.gain_without_transfers == pytest.approx(best.gain, rel=0.3)
    assert best.caution == ""


def test_a_start_without_an_equilibrium_is_left_out():
    game = duty_game(Model(borrower(0.6)), by="partner")
    best = optimal_duties(game, "ABROAD", starts=["standing", "double"], deviations=False)
    assert best.unsolved == ("double",)
    assert "double" in best.caution
    with pytest.raises(SolveError):
        optimal_duties(game, "ABROAD", starts=["double"], deviations=False)
