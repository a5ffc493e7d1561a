"""Searches for duties on welfare that is a formula: every step, count, bound and curvature as it comes out on paper."""

from __future__ import annotations

import numpy as np
import pytest
from paper_game import PaperGame, paper_game, quadratic

from detente.core import SolveError
from detente.strategy.duties import search, second_order
from detente.strategy.duties.search import (
    LADDER,
    Found,
    ascend,
    climb,
    curvature,
    first_order,
    relax,
    scan,
)

LOG = np.log1p
LOW, HIGH = LOG(-0.5), LOG(10.0)


def one_player(bend, top, size=None, **options):
    """−½ Σ bend (x − top)² of the United States, which charges four partners one duty each."""
    bend, top = np.asarray(bend, dtype=float), np.asarray(top, dtype=float)
    level, slope = quadratic(np.diag(bend)[None], top[None])
    return paper_game(level, slope, bend if size is None else size, players=("USA",), **options)


def two_players(cross=(0.5, -0.25), **options):
    """Each wants its own duty at one point that the other's duty shifts: the war is the crossing of two straight lines."""
    matrices = np.array([[[2.0, cross[0]], [cross[0], 0.0]], [[0.0, cross[1]], [cross[1], 4.0]]])
    level, slope = quadratic(matrices, np.array([[0.4, 0.0], [0.0, 0.2]]))
    return paper_game(level, slope, (2.0, 4.0), **options)


# ---- relaxing --------------------------------------------------------------------------------------------------------


def test_one_look_says_how_far_and_what_for() -> None:
    game = one_player([1, 2, 4, 1], [0.3, -0.2, 0.1, 0.0], size=[2, 2, 4, 1])
    found = relax(game, np.zeros(4), ("USA",), max_evaluations=1)
    assert found.duties.tolist() == [0, 0, 0, 0]
    assert found.gap == pytest.approx(0.2, abs=1e-15)  # steps: 0.3/2, -0.4/2, 0.4/4, 0
    assert found.promise == pytest.approx(0.3 * 0.15 + 0.4 * 0.2 + 0.4 * 0.1, abs=1e-15)
    assert found.evaluations == 1 == len(game.sloped)


def test_where_the_expected_curvature_is_right_one_step_is_enough() -> None:
    game = one_player([1, 2, 4, 1], [0.3, -0.2, 0.1, 0.4])
    found = relax(game, np.zeros(4), ("USA",))
    assert LOG(found.duties) == pytest.approx([0.3, -0.2, 0.1, 0.4], abs=1e-14)
    assert (found.evaluations, len(game.sloped)) == (2, 2)
    assert found.gap < 1e-15
    assert 0 <= found.promise < 1e-28


def test_steps_are_of_half_a_log_point_at_most() -> None:
    for top in (2.0, -2.0):
        game = one_player([1, 1, 1, 1], [top, 0, 0, 0], bounds=(-0.9, 10.0))
        relax(game, np.zeros(4), ("USA",), max_evaluations=2)
        assert game.sloped[1] == pytest.approx([np.sign(top) / 2, 0, 0, 0], abs=1e-15)


def test_a_gap_of_the_tolerance_is_not_within_it() -> None:
    game = one_player([1, 1, 1, 1], [0.25, 0, 0, 0])
    assert relax(game, np.zeros(4), ("USA",), tolerance=0.25).evaluations == 2
    assert relax(game, np.zeros(4), ("USA",), tolerance=0.2501).evaluations == 1


def test_a_bound_holds_while_the_slope_points_outwards() -> None:
    game = one_player([1, 1, 1, 1], [3.0, -2.0, 0.1, 0.2])
    found = relax(game, np.zeros(4), ("USA",))
    assert found.duties == pytest.approx([10.0, -0.5, np.expm1(0.1), np.expm1(0.2)], abs=1e-12)
    assert found.gap < 1e-12
    # a duty that stands at a bound and wants to come off it does
    found = relax(game, np.array([-0.5, 10.0, 10.0, -0.5]), ("USA",))
    assert found.duties == pytest.approx([10.0, -0.5, np.expm1(0.1), np.expm1(0.2)], abs=1e-12)


def test_what_was_learnt_is_forgotten_when_another_bound_binds(monkeypatch) -> None:
    histories: list[int] = []
    plain = search.Anderson

    class Watched(plain):
        def __init__(self, *sizes: int) -> None:
            histories.append(len(game.sloped))
            super().__init__(*sizes)

    monkeypatch.setattr(search, "Anderson", Watched)
    game = one_player(
        [1, 1, 1, 1], [1.2, 0.1, 0.1, 0.1], size=[2, 3, 3, 3], bounds=(-0.5, float(np.expm1(0.75)))
    )
    found = relax(game, np.zeros(4), ("USA",))
    assert LOG(found.duties) == pytest.approx([0.75, 0.1, 0.1, 0.1], abs=1e-6)
    first = next(k for k, x in enumerate(game.sloped) if x[0] == LOG(np.expm1(0.75))) + 1
    assert histories == [0, first]  # at the start, and where the first duty meets its bound
    histories.clear()
    game = one_player([1, 1, 1, 1], [0.3, 0.1, 0.1, 0.0], size=[2, 3, 3, 3])
    relax(game, np.zeros(4), ("USA",))
    assert histories == [0]  # a duty that is where it wants to be, inside its bounds, is held by none


def test_only_movers_move_each_by_its_own_slope() -> None:
    game = two_players()
    chn, usa = (int(np.flatnonzero(game.of(code))[0]) for code in ("CHN", "USA"))
    assert (usa, chn) == (0, 1)
    war = relax(game, np.zeros(2), ("CHN", "USA"))
    # 2 (x − 0.4) + 0.5 y = 0 and 4 (y − 0.2) − 0.25 x = 0
    x, y = np.linalg.solve([[2, 0.5], [-0.25, 4]], [0.8, 0.8])
    assert LOG(war.duties) == pytest.approx([x, y], abs=1e-7)
    alone = relax(game, np.array([0.0, 0.1]), ("USA",))
    assert LOG(alone.duties) == pytest.approx([0.4 - 0.25 * LOG(0.1), LOG(0.1)], abs=1e-12)


def test_a_search_that_gets_nowhere_ends_after_a_dozen_looks_more() -> None:
    looks = []

    def slope(x):  # back and forth across a kink, a little steeper each time
        looks.append(x)
        return np.where(x > 0.013, -1, 1)[None] * (0.25 + 0.01 * len(looks))

    game = paper_game(lambda x: -np.abs(x).sum()[None], slope, [1.0] * 4, players=("USA",))
    found = relax(game, np.zeros(4), ("USA",))
    assert found.evaluations == len(game.sloped) == 14
    assert found.gap == pytest.approx(0.26, abs=1e-15)
    assert found.duties.tolist() == [0, 0, 0, 0]  # the best met: none later promised less
    flat = one_player([0, 0, 0, 0], [0, 0, 0, 0], size=[1, 1, 1, 1])
    assert relax(flat, np.zeros(4), ("USA",), tolerance=0.0).evaluations == 14  # nor as little


def test_a_point_that_cannot_be_solved_is_left_by_halves() -> None:
    game = one_player([1, 1, 1, 1], [2.0, 0, 0, 0], there=lambda x: x[0] <= 1.0)
    relax(game, np.expm1([0.9, 0, 0, 0]), ("USA",), max_evaluations=5)
    points = [game.sloped[0], *game.tried]
    assert [float(x[0]) for x in points[:5]] == pytest.approx([0.9, 1.4, 1.15, 1.025, 0.9625], abs=1e-12)
    stuck = one_player([1, 1, 1, 1], [2.0, 0, 0, 0], there=lambda x: x[0] <= 0)
    found = relax(stuck, np.zeros(4), ("USA",))
    assert (found.evaluations, found.duties.tolist()) == (14, [0, 0, 0, 0])
    assert [float(x[0]) for x in stuck.tried] == pytest.approx([0.5 / 2**k for k in range(13)], abs=1e-12)
    with pytest.raises(SolveError):  # a start is solved, not tried
        relax(stuck, np.ones(4), ("USA",))


# ---- climbing --------------------------------------------------------------------------------------------------------


def test_climbing_ends_at_the_top_within_bounds_and_moves_nobody_else() -> None:
    game = two_players()
    found = climb(game, np.array([0.0, 0.1]), "USA")
    assert LOG(found.duties[0]) == pytest.approx(0.4 - 0.25 * LOG(0.1), abs=1e-6)
    assert found.duties[1] == 0.1
    assert found.evaluations == len(game.sloped)
    assert found.gap < 1e-6
    for bend in (1.0, 9.0):  # the search is scaled by the root of what is expected: bounds too
        game = one_player([bend] * 4, [3.0, -2.0, 0.1, 0.2])
        found = climb(game, np.array([0.5, 0.0, 0.0, 20.0]), "USA")
        assert found.duties == pytest.approx([10.0, -0.5, np.expm1(0.1), np.expm1(0.2)], abs=1e-5)
        assert game.sloped[0] == pytest.approx([LOG(0.5), 0, 0, HIGH], abs=1e-12)


def test_a_climb_starts_by_what_is_expected_and_learns_the_rest() -> None:
    """Where the expectation is right one step is enough; where it is a quarter of the truth, four times too long a step is cut."""
    game = one_player([4, 1, 0, 1], [0.5, 0.2, 0, 0], size=[4, 1, 0, 1])
    found = climb(game, np.expm1([0.3, 0, 0.1, 0]), "USA")
    assert LOG(found.duties) == pytest.approx([0.5, 0.2, 0.1, 0], abs=1e-12)  # what nothing depends on stays
    assert [x[0] for x in game.sloped] == pytest.approx([0.3, 0.5], abs=1e-12)
    game = one_player([4, 4, 4, 4], [0.4, 0, 0, 0], size=[1, 1, 1, 1])
    found = climb(game, np.zeros(4), "USA")
    assert LOG(found.duties[0]) == pytest.approx(0.4, abs=1e-7)
    assert game.sloped[1][0] == pytest.approx(1.0)  # a log point at most
    assert game.sloped[2][0] == pytest.approx(0.25)
    assert found.evaluations == len(game.sloped) < 8


def test_a_trial_without_an_equilibrium_cuts_the_step_to_a_quarter() -> None:
    game = one_player([1, 1, 1, 1], [0.8, 0, 0, 0], there=lambda x: x[0] < 0.5)
    found = climb(game, np.zeros(4), "USA")
    assert [x[0] for x in game.tried[:3]] == pytest.approx([0.0, 0.8, 0.2], abs=1e-12)
    assert 0.49 < LOG(found.duties[0]) < 0.5  # as near the edge as there is something to be had
    assert found.gap == pytest.approx(0.8 - LOG(found.duties[0]))
    assert found.evaluations == len(game.tried)
    with pytest.raises(SolveError):
        climb(game, np.full(4, 2.0), "USA")


def test_ends_are_carried_back_within_the_bounds() -> None:
    game = one_player([1, 1, 1, 1], [3.0, -2.0, 0, 0])
    assert climb(game, np.zeros(4), "USA").duties.tolist() == [10.0, -0.5, 0, 0]


def test_first_order_conditions_at_a_point() -> None:
    game = two_players()
    gap, promise = first_order(game, np.expm1([0.1, 0.3]), "USA")
    slope = -2 * (0.1 - 0.4) - 0.5 * 0.3
    assert gap == pytest.approx(slope / 2, abs=1e-14)
    assert promise == pytest.approx(slope**2 / 2, abs=1e-14)
    game = one_player([1, 1, 2, 4], [5.0, -5.0, 0.1, 0.3])
    gap, promise = first_order(game, np.array([10.0, -0.5, 0.0, 0.0]), "USA")
    assert gap == pytest.approx(0.3, abs=1e-12)  # duties at a bound that want to go further ask for nothing
    assert promise == pytest.approx(2 * 0.1**2 + 4 * 0.3**2, abs=1e-12)


# ---- climbing and sharpening -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "better", "kept"),
    [
        (9e-6, 0.0, "sharp"),
        (9e-6, 1.0, "sharp"),
        (9e-6, -1.0, "fine"),
        (1e-5, 0.0, "fine"),
        (2e-5, 1.0, "fine"),
    ],
)
def test_the_sharper_point_is_kept_unless_welfare_is_lower_there(monkeypatch, gap, better, kept) -> None:
    game = one_player([1, 1, 1, 1], [0, 0, 0, 0])
    low, high = np.array([0.2, 0, 0, 0]), np.array([0.1, 0, 0, 0])
    rough = {0.0: low, 1.0: low, -1.0: high}[better]
    sharp = {0.0: low, 1.0: high, -1.0: low}[better]
    climbs = [Found(rough, 0.3, 0.3, 5), Found(rough + 1, 0.2, 0.2, 20)]
    monkeypatch.setattr(search, "climb", lambda *_, **__: climbs.pop(0))
    monkeypatch.setattr(search, "relax", lambda *_, **__: Found(sharp, gap, 0.1, 7))
    found = ascend(game, np.zeros(4), "USA")
    if kept == "sharp":
        assert (found.duties.tolist(), found.gap, found.promise) == (sharp.tolist(), gap, 0.1)
        assert found.evaluations == 12
    else:
        assert (found.duties.tolist(), found.gap, found.promise) == ((rough + 1).tolist(), 0.2, 0.2)
        assert found.evaluations == 32


def test_ascent_of_a_plain_hill() -> None:
    game = two_players()
    found = ascend(game, np.array([0.0, 0.1]), "USA")
    assert LOG(found.duties) == pytest.approx([0.4 - 0.25 * LOG(0.1), LOG(0.1)], abs=1e-9)


# ---- scanning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "count", "blocks"),
    [
        # four partners, and all of them
        ({}, 4, [[0], [1], [2], [3], [0, 1, 2, 3]]),
        # three goods for all partners; every partner is all of them
        ({"by": "sector", "mfn": True}, 3, [[0], [1], [2], [0, 1, 2]]),
        # two goods by two partners: by sector, by partner, and all
        (
            {"by": "sector", "players": ("USA", "CHN", "MEX"), "on": "players", "sectors": ("PARTS", "FARM")},
            12,
            [[0, 2], [1, 3], [0, 1], [2, 3], [0, 1, 2, 3]],
        ),
        ({"by": "sector", "sectors": ("PARTS",)}, 4, [[0, 1, 2, 3], [0], [1], [2], [3]]),
        ({"mfn": True}, 1, [[0]]),
    ],
)
def test_every_level_of_the_ladder_for_each_sector_each_partner_and_all(options, count, blocks) -> None:
    level, slope = quadratic(np.zeros((3, count, count)), np.zeros((3, count)))
    game = paper_game(level, slope, [1.0] * count, **{"players": ("USA",), **options})
    standing = np.full(count, 0.07)
    _, gain, number = scan(game, standing, "USA")
    assert gain == 0
    expected = [(block, step) for block in blocks for step in LADDER]
    assert number == len(expected) == len(game.tried)
    laid = []
    for x in game.tried:
        moved = np.flatnonzero(np.abs(np.expm1(x) - 0.07) > 1e-9)
        (step,) = set(np.expm1(x[moved]).round(9).tolist())
        laid.append((tuple(moved.tolist()), step))
    assert sorted(laid) == sorted((tuple(block), step) for block, step in expected)


@pytest.mark.parametrize(
    ("bounds", "levels"),
    [
        ((0.0, 10.0), LADDER),
        ((0.01, 9.0), (0.25, 0.5, 1.0, 2.0, 5.0)),
        ((-0.5, 0.5), (0.0, 0.25, 0.5)),
        ((0.25, 2.0), (0.25, 0.5, 1.0, 2.0)),
    ],
)
def test_the_ladder_keeps_within_the_bounds(bounds, levels) -> None:
    game = one_player([0, 0, 0, 0], [0, 0, 0, 0], bounds=bounds)
    assert scan(game, np.full(4, 0.3), "USA")[2] == 5 * len(levels)


def test_the_ladder() -> None:
    assert LADDER == (0.0, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)


def test_the_best_deviation_is_what_comes_back() -> None:
    game = one_player([1, 1, 1, 1], [LOG(2.0), LOG(0.25), 0, 0], there=lambda x: x[0] < 1.09)
    trial, gain, _ = scan(game, np.zeros(4), "USA")
    assert trial.tolist() == [1.0, 0, 0, 0]  # 200 % would be better, and has no equilibrium
    assert gain == pytest.approx((LOG(2.0) ** 2 - (LOG(2.0) - LOG(1.0)) ** 2) / 2, abs=1e-12)
    best = np.array([2.0, 0.25, 0.0, 0.0])
    trial, gain, _ = scan(one_player([1, 1, 1, 1], LOG(best)), best, "USA")
    assert gain == 0
    assert trial.tolist() == best.tolist()


# ---- curvature -------------------------------------------------------------------------------------------------------


def test_curvature_is_the_largest_eigenvalue_in_units_of_what_is_expected() -> None:
    draw = np.random.default_rng(0)
    root = draw.normal(size=(4, 4))
    bend = root @ root.T + np.diag([1.0, 0, 2.0, 0]) - 1.5 * np.eye(4)
    size = np.array([1.0, 3.0, 0.5, 2.0])
    level, slope = quadratic(bend[None], np.zeros((1, 4)))
    game = paper_game(level, slope, size, players=("USA",))
    unit = 1 / np.sqrt(size)
    expected = np.linalg.eigvalsh(-bend * np.outer(unit, unit))[-1]
    assert curvature(game, np.array([0.1, 0.2, 0.3, 0.0]), "USA") == pytest.approx(expected, rel=1e-9)
    # duties at a bound are left out, those a hair inside too; one that is well inside is not
    held = np.array([-0.5, 10.0 - 1e-10, 0.3, 0.0])
    inner = np.ix_([2, 3], [2, 3])
    expected = np.linalg.eigvalsh((-bend * np.outer(unit, unit))[inner])[-1]
    assert curvature(game, held, "USA") == pytest.approx(expected, rel=1e-9)
    expected = np.linalg.eigvalsh((-bend * np.outer(unit, unit))[np.ix_([0, 2, 3], [0, 2, 3])])[-1]
    assert curvature(game, held + np.array([1e-8, 1e-10, 0, 0]), "USA") == pytest.approx(expected, rel=1e-6)
    assert curvature(game, np.array([-0.5, 10.0, 10.0, -0.5]), "USA") == -1


def test_curvature_looks_a_little_ahead_away_from_the_nearer_bound() -> None:
    """Welfare −x⁴: the difference of exact slopes between x and x + h is −12 x² − 12 x h − 4 h² by itself."""
    game = paper_game(
        lambda x: -(x**4).sum()[None], lambda x: -4 * x[None] ** 3, [4.0], players=("USA",), mfn=True
    )
    at, h = 0.3, 2e-5
    found = curvature(game, np.expm1([at]), "USA")
    assert found == pytest.approx((-12 * at**2 - 12 * at * h - 4 * h**2) / 4, rel=1e-9)
    assert [float(x[0]) for x in game.sloped] == pytest.approx([at, at + h], abs=1e-12)
    game.sloped.clear()
    curvature(game, np.expm1([2.3]), "USA")
    assert [float(x[0]) for x in game.sloped] == pytest.approx([2.3, 2.3 - h], abs=1e-12)


@pytest.mark.parametrize("count", [12, 16])
def test_curvature_of_few_by_columns_and_of_many_by_lanczos(count, monkeypatch) -> None:
    monkeypatch.setattr(second_order, "WHOLE", 12)
    goods = ("FARM", "PARTS", "GOODS") if count == 12 else ("FARM", "PARTS", "GOODS", "SERV")
    bend = np.diag(np.linspace(1, 5, count))
    bend[0, 1] = bend[1, 0] = 2.5
    level, slope = quadratic(bend[None], np.zeros((1, count)))
    game = paper_game(level, slope, np.full(count, 2.0), players=("USA",), by="sector", sectors=goods)
    expected = np.linalg.eigvalsh(-bend)[-1] / 2
    assert expected > 0
    assert curvature(game, np.full(count, 0.1), "USA") == pytest.approx(expected, rel=1e-2)
    assert count != 12 or len(game.sloped) == 13


@pytest.mark.parametrize("count", [12, 16])
def test_at_the_edge_of_what_can_be_solved_there_is_no_curvature(count, monkeypatch) -> None:
    monkeypatch.setattr(second_order, "WHOLE", 12)
    goods = ("FARM", "PARTS", "GOODS") if count == 12 else ("FARM", "PARTS", "GOODS", "SERV")
    level, slope = quadratic(np.eye(count)[None], np.zeros((1, count)))
    for side in (1, -1):

        def there(x, side=side) -> bool:
            return bool(abs(x[0] - LOG(0.1)) < 1e-12 or (count > 12 and side * x[0] < side * LOG(0.1)))

        game = paper_game(
            level, slope, np.full(count, 2.0), players=("USA",), by="sector", sectors=goods, there=there
        )
        assert np.isnan(curvature(game, np.full(count, 0.1), "USA"))
        # said after the first look on both sides, in the direction of all together
        assert len(game.tried) == 1 + (count + 1 if count == 12 else 2)


def test_scales_of_nothing_are_a_millionth_of_the_largest() -> None:
    game = one_player([0, 4, 4, 4], [0, 0, 0, 0], size=[0, 4, 4, 4])
    assert curvature(game, np.full(4, 0.1), "USA") == pytest.approx(0, abs=1e-6)
    # of a bend of its own where nothing was expected
    game = one_player([-1e-12, 4, 4, 4], [0, 0, 0, 0], size=[0, 4, 4, 4])
    assert curvature(game, np.full(4, 0.1), "USA") == pytest.approx(1e-12 / (2e-6) ** 2, rel=1e-3)


def test_a_paper_game_is_its_formula() -> None:
    game = two_players()
    assert isinstance(game, PaperGame)
    step = 1e-6
    at = np.array([0.1, 0.3])
    for k in range(2):
        moved = np.where(np.arange(2) == k, step, 0.0)
        assert (game.level(at + moved) - game.level(at - moved)) / (2 * step) == pytest.approx(
            game.slope(at)[:, k], abs=1e-9
        )
