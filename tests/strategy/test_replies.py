"""Replies with several instruments: judged right where the answer is known on paper, and never stopped by a point without one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from paper_game import paper_game, quadratic
from test_optimal_duties import borrower, small_world

from detente.core import InputError, LabelError
from detente.equilibrium import Model
from detente.strategy.duties import (
    Landscape,
    Survey,
    climb_from,
    duty_game,
    judge_duties,
    judge_replies,
    judge_reply,
    landscape_of,
    optimal_duties,
    second_order,
    uniform_duties,
)
from detente.strategy.duties.replies_shown import reply_tables
from detente.world import toy

LOG = np.log1p


def ground(level, slope, lower, upper, *, there=lambda x: True, scale=1.0, blocks=()):
    """A landscape that is a formula; `scale` is what is expected of its curvature, right or wrong."""
    lower, upper = np.atleast_1d(np.asarray(lower, float)), np.atleast_1d(np.asarray(upper, float))
    size = np.broadcast_to(np.asarray(scale, float), lower.shape)

    def look(points):
        return [Survey(float(level(x)), np.asarray(slope(x)), size) if there(x) else None for x in points]

    def levels(points):
        return np.array([level(x) if there(x) else np.nan for x in points])

    names = tuple(f"duty {k}" for k in range(len(lower)))
    return Landscape("USA", names, lower, upper, levels, look, blocks)


def two_hills(there=lambda x: True):
    """Level −3 (x − ½)² (x − 3/2)² + x / 10: a hill near ½, and a higher one near 3/2."""
    return ground(
        lambda x: float(-3 * ((x[0] - 0.5) * (x[0] - 1.5)) ** 2 + x[0] / 10),
        lambda x: -6 * (x - 0.5) * (x - 1.5) * (2 * x - 2) + 0.1,
        0.0,
        2.4,
        there=there,
        scale=6.0,
    )


# ---- where the model has an answer in closed form ------------------------------------------------------------------


@pytest.mark.parametrize("levies", ["duties", "export-taxes"])
def test_the_closed_form_of_one_sector_is_a_best_reply_and_its_neighbours_are_not(levies):
    """Two countries, one sector, no inputs: foreign demand for home's goods has elasticity θ π in relative prices, π the share
    of foreign spending on foreign goods, less the one at which its own price moves; balanced trade makes the optimum
    1 / (θ π). By Lerner's symmetry it is the same as a duty on imports and as a tax on exports."""
    theta = 3.0
    game = duty_game(Model(small_world((1.0, 2.0), theta)), ["HOME"], levies=levies)
    best = optimal_duties(game, "HOME", starts=["standing"], deviations=False)
    (judged,) = judge_replies(best.game, best.duties, scatter=8, climbs=1)
    value = best.game.solve(judged.rates)
    assert judged.rates == pytest.approx([1 / (theta * value.trade_shares_new[1, 1, 0])], rel=1e-6)
    assert (judged.kind, judged.holds, judged.transfers) == ("interior", True, None)
    assert judged.curvature.eigenvalues[0] < -0.3
    assert judged.said == "a best reply as far as was searched"
    (off,) = judge_replies(best.game, best.duties * 1.5, scatter=2, climbs=0)
    assert (off.kind, off.holds) == ("not stationary", False)
    assert off.better == pytest.approx(judged.rates, rel=1e-3)
    assert off.gain == pytest.approx(np.expm1((game.welfare(value) - game.welfare(game.solve(off.rates)))[0]))


def test_a_duty_and_an_export_tax_on_the_same_trade_do_the_same_and_are_flat():
    """Lerner's symmetry: only (1 + duty)(1 + tax) matters, so one direction has no curvature at all."""
    game = duty_game(Model(small_world()), ["HOME"], levies="both", tax_bounds=(-0.5, 3.0))
    best = optimal_duties(game, "HOME", starts=["standing"], deviations=False)
    (judged,) = judge_replies(best.game, best.duties, scatter=8, climbs=1)
    assert judged.names == ("duty ABROAD S0", "export tax ABROAD S0")
    assert judged.kind == "flat"
    assert judged.holds
    assert abs(judged.curvature.eigenvalues[1]) < 1e-5 < 1 < -judged.curvature.eigenvalues[0]
    assert sorted(judged.curvature.direction) == pytest.approx([-1, 1], abs=1e-4)
    assert "flat in some direction" in judged.said


def test_slopes_of_duties_and_export_taxes_are_differences():
    game = duty_game(Model(toy()), ["USA", "CHN"], by="sector", on="players", levies="both", sectors=["FARM"])
    assert game.is_tax.tolist() == [False, False, True, True]
    rates = np.array([0.1, 0.2, 0.05, 0.15])
    _, slopes = game.slopes(game.solve(rates), game.players)
    for k in range(game.count):
        ends = []
        for sign in (1, -1):
            moved = rates.copy()
            moved[k] = (1 + moved[k]) * np.exp(sign * 1e-4) - 1
            ends.append(game.welfare(game.solve(moved)))
        assert slopes[:, k] == pytest.approx((ends[0] - ends[1]) / 2e-4, abs=1e-8)
    alone = game.alone("CHN")
    assert alone.count == 2
    assert alone.set_to(np.array([0.3, 0.4])).export_tax.max() == 0.4
    assert (alone.owner == game.economy.labels.country("CHN")).all()


# ---- shapes that are a formula -------------------------------------------------------------------------------------


def test_a_search_that_stopped_at_the_lower_of_two_hills_is_found_out():
    hills = two_hills()
    stopped = climb_from(hills, np.array([0.3]))
    assert stopped.point[0] == pytest.approx(0.53, abs=0.02)
    judged = judge_reply(hills, np.expm1(stopped.point))
    assert (judged.kind, judged.holds, judged.peaks) == ("interior", False, 2)
    assert LOG(judged.better[0]) == pytest.approx(1.516, abs=0.01)
    assert judged.gain == pytest.approx(0.1, abs=0.01)
    assert judged.said.startswith("a local maximum only; another point adds")
    higher = judge_reply(hills, judged.better)
    assert (higher.holds, higher.gain) == (True, 0.0)
    unsought = judge_reply(hills, judged.rates, scatter=0)
    assert not unsought.holds
    assert "were not searched" in unsought.said


def test_points_without_a_solution_are_bad_points_and_no_more():
    """Nothing between 0.8 and 1.2, and nothing above 2: the higher hill is met from beyond the gap all the same."""
    hills = two_hills(there=lambda x: not 0.8 < x[0] < 1.2 and x[0] <= 2.0)
    stopped = climb_from(hills, np.array([0.79]))
    assert stopped.point[0] == pytest.approx(0.53, abs=0.02)
    judged = judge_reply(hills, np.expm1(stopped.point))
    assert not judged.holds
    assert judged.unsolved > 3
    assert "points tried have no equilibrium" in judged.said
    nowhere = judge_reply(hills, np.expm1([1.0]))
    assert (nowhere.kind, nowhere.holds) == ("unchecked", False)
    assert nowhere.said == "unchecked: the duties themselves have no equilibrium"
    assert climb_from(hills, np.array([1.0])) is None
    # a slope up to an edge: the climb ends near it, and no curvature can be given of a point at it
    slope = ground(lambda x: float(x[0]), lambda x: np.ones(1), 0.0, 2.4, there=lambda x: x[0] < 1.0)
    end = climb_from(slope, np.array([0.2]))
    assert 0.999 < end.point[0] < 1
    assert judge_reply(slope, np.expm1([1 - 1e-6])).kind == "not stationary"

    def peak(there):
        return ground(lambda x: float(-(x[0] ** 2)), lambda x: -2 * x, -1.0, 1.5, there=there)

    edge = judge_reply(
        peak(lambda x: x[0] <= 0), np.zeros(1), scatter=8
    )  # the other side tells the curvature
    assert (edge.kind, edge.holds) == ("interior", True)
    island = judge_reply(peak(lambda x: x[0] == 0 or x[0] > 0.3), np.zeros(1), scatter=8)
    assert (island.kind, island.holds) == ("unchecked", False)
    assert "neighbour" in island.said


def test_a_saddle_is_left_along_the_direction_in_which_it_rises():
    saddle = ground(
        lambda x: float(-(x[0] ** 2) + x[1] ** 2 / 2 - x[1] ** 4),
        lambda x: np.array([-2 * x[0], x[1] - 4 * x[1] ** 3]),
        [-1.0, -1.0],
        [1.0, 1.0],
        scale=2.0,
    )
    judged = judge_reply(saddle, np.zeros(2), scatter=1, climbs=0)
    assert (judged.kind, judged.holds) == ("saddle", False)
    assert judged.curvature.eigenvalues == pytest.approx([-1, 0.5], abs=1e-4)
    assert judged.curvature.direction == pytest.approx([0, 1], abs=1e-6)
    assert np.abs(LOG(judged.better)) == pytest.approx([0, 0.5], abs=1e-5)
    assert judged.gain == pytest.approx(np.expm1(1 / 16))
    assert "not a best reply: a saddle" in judged.said
    valley = ground(lambda x: float(x @ x), lambda x: 2 * x, [-1.0, -1.0], [1.0, 1.0])
    assert judge_reply(valley, np.zeros(2)).kind == "minimum"


def test_bounds_that_hold_are_named_with_their_multipliers():
    """−½ (x − top)² with tops beyond both bounds, inside, and at a bound that then does not hold strictly."""
    top = np.array([3.0, -1.0, 0.5, 0.0])
    plain = ground(
        lambda x: float(-((x - top) @ (x - top)) / 2),
        lambda x: top - x,
        [0.0] * 4,
        [2.0] * 4,
        blocks=(np.arange(4),),
    )
    end = climb_from(plain, np.full(4, 0.3))
    assert end.point == pytest.approx([2, 0, 0.5, 0], abs=1e-7)
    judged = judge_reply(plain, np.expm1([2.0, 0.0, 0.5, 0.0]))
    assert (judged.kind, judged.holds) == ("corner", True)
    assert judged.at_highest.tolist() == [True, False, False, False]
    assert judged.at_lowest.tolist() == [False, True, False, True]
    assert judged.multipliers == pytest.approx([1, 1, 0, 0], abs=1e-9)
    assert judged.curvature.eigenvalues == pytest.approx([-1, -1], abs=1e-6)  # the weak bound counts as free
    assert "duty 1, duty 3 at the lowest rate allowed; duty 0 at the highest rate allowed" in judged.said
    # at a bound with the slope inwards nothing holds
    assert judge_reply(plain, np.expm1([0.0, 0.0, 0.5, 0.0])).kind == "not stationary"


def test_ends_of_the_spectrum_by_lanczos_are_those_of_the_whole(monkeypatch):
    rng = np.random.default_rng(3)
    turned = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    bend = turned @ np.diag([0.2, 0.5, 1.0, 2.0, 3.0, 5.0]) @ turned.T
    size = rng.uniform(0.5, 2, 6)
    hill = ground(lambda x: float(-x @ bend @ x / 2), lambda x: -bend @ x, [-1] * 6, [1] * 6, scale=size)
    whole = judge_reply(hill, np.zeros(6))
    monkeypatch.setattr(second_order, "WHOLE", 2)
    ends = judge_reply(hill, np.zeros(6))
    assert ends.curvature.eigenvalues == pytest.approx(whole.curvature.eigenvalues[[0, -1]], rel=1e-2)
    assert np.abs(ends.curvature.direction) == pytest.approx(np.abs(whole.curvature.direction), abs=0.05)
    assert whole.curvature.eigenvalues == pytest.approx(
        np.linalg.eigvalsh(-bend / np.sqrt(np.outer(size, size))), abs=1e-6
    )


def test_scattered_points_are_the_same_for_a_seed_and_others_for_another():
    """A hill so narrow that one seed's points meet it and the judgement says so, the same each time."""
    seen = []
    for seed in (1, 1, 2):
        points: list[np.ndarray] = []
        flat = ground(lambda x: 0.0, lambda x: np.zeros(70), [0.0] * 70, [1.0] * 70)
        recorded = dataclasses.replace(
            flat, levels=lambda asked, points=points: points.extend(asked) or np.zeros(len(asked))
        )
        judged = (
            judge_reply(recorded, np.zeros(70), scatter=4, climbs=0)
            if seed == 1
            else judge_reply(recorded, np.zeros(70), scatter=4, climbs=0, seed=seed)
        )
        assert judged.trials == 4 == len(points)
        seen.append(np.stack(points))
    assert (seen[0] == seen[1]).all()
    assert (seen[0] != seen[2]).any()
    assert len(np.unique(seen[0][:, 69])) > 2  # beyond the dimensions of Sobol' points too


# ---- games -----------------------------------------------------------------------------------------------------------


def test_a_game_on_paper_is_judged_player_by_player():
    level, slope = quadratic(
        np.array([[[2.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 4.0]]]), np.array([[0.4, 0.0], [0.0, 0.2]])
    )
    game = paper_game(level, slope, (2.0, 4.0), closure="zero")
    first, second = judge_replies(game, np.expm1([0.4, 0.1]))
    assert (first.kind, second.kind) == ("interior", "not stationary")
    assert first.curvature.eigenvalues == pytest.approx([-1], abs=1e-6)
    assert LOG(second.better) == pytest.approx([0.2], abs=1e-6)
    assert second.gain == pytest.approx(np.expm1(4 * 0.1**2 / 2))
    (table,) = reply_tables(game, [first, second])
    assert [row["kind"] for row in table.records()] == ["interior", "not stationary"]
    assert table.meta["found"].startswith("1 of 2 are best replies")


def test_a_wall_that_lives_off_the_closure_is_a_corner_driven_by_transfers():
    game = duty_game(Model(borrower(0.1)), ["ABROAD"], by="partner", bounds=(0.0, 5.0))
    (judged,) = judge_replies(game, np.array([5.0]))
    assert (judged.kind, judged.holds) == ("corner", True)
    assert judged.transfers.driven
    assert np.expm1(judged.transfers.mean_without) < 0.5
    assert "driven by transfers" in judged.said
    assert "Driven by transfers: ABROAD" in reply_tables(game, [judged])[0].note
    (low,) = judge_replies(game, np.array([0.3]))
    assert not low.holds
    assert low.better == pytest.approx([5.0])
    assert low.transfers.gain_without < 0 < low.gain
    assert "without lending and borrowing it would add" in low.said
    even = dataclasses.replace(game, model=game.model.under("zero"))
    assert judge_replies(even, np.array([0.3]))[0].transfers is None


def test_one_duty_a_country_is_judged_as_by_the_judge_of_one():
    """Without inputs: slopes are those of wages and incomes, and what is owed to transfers is what that judge says."""
    game = duty_game(Model(borrower(0.01)), by="partner", mfn=True, bounds=(0.0, 1.0))
    settled = uniform_duties(game)
    replies = judge_replies(game, settled.by_duty, scatter=4, climbs=1)
    for one, several in zip(judge_duties(settled), replies, strict=True):
        assert several.holds == one.holds
        assert (several.kind == "corner") == bool(one.corner)
        assert several.curvature.eigenvalues[0] == pytest.approx(one.curvature, abs=1e-3)
        assert several.transfers.owed == pytest.approx(one.transfer, abs=1e-6)


def test_what_cannot_be_judged_is_refused():
    game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players")
    with pytest.raises(LabelError, match="sets no duty"):
        landscape_of(game, game.standing(), "EU27")
    with pytest.raises(InputError, match="3 rates for 1 instruments"):
        judge_reply(two_hills(), np.zeros(3))
    with pytest.raises(InputError, match="do not go together"):
        ground(lambda x: 0.0, lambda x: x, [1.0], [0.0])
    with pytest.raises(InputError, match="bounds of export taxes"):
        duty_game(Model(toy()), ["USA"], levies="both", tax_bounds=(0.5, 0.1))
    with pytest.raises(InputError, match="levies"):
        duty_game(Model(toy()), ["USA"], levies="taxes")
