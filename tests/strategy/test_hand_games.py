"""Games small enough to be worked out on paper: leverage, dominance, third parties, deals. Every figure is derived beside it."""

from __future__ import annotations

import numpy as np
import pytest
from strategy_games import actions, form, game, mirror

from detente.core import InputError, SolveError
from detente.strategy.bargains import (
    _corrective,
    _interior,
    _on_edges,
    better_than,
    kalai_smorodinsky,
    nash_point,
    pareto_front,
)
from detente.strategy.deals import deal_space, gifts, payments, smallest_swaps
from detente.strategy.equilibria import (
    dominant_rungs,
    logit_quantal,
    pure_equilibria,
    regret,
    strategic_form,
    undominated,
)
from detente.strategy.games import Exchange, GameSpec
from detente.strategy.leverage import NOTHING, Lever, extremes, leverage_of, substitution
from detente.strategy.payoff import Game
from detente.strategy.preferences import PlayerWeights, Preferences
from detente.strategy.shares import shapley_of_switches, shares_of
from detente.strategy.verdicts import judge


def paper() -> Game:
    """Two players, one switch each; third regions before and after them in the list of countries.

    ====  =========  =========      ====  =====  =====      ====  =====  =====
    A, B  b stands   b acts         C     b st.  b acts     D     b st.  b acts
    ====  =========  =========      ====  =====  =====      ====  =====  =====
    a st.   0,  0     −4,  1        a st.   0      5        a st.   0     −2
    acts    2, −6     −3, −9        acts    1      9        acts   −1     −4
    ====  =========  =========      ====  =====  =====      ====  =====  =====
    """
    payoffs = np.array([[[0.0, -4.0], [2.0, -3.0]], [[0.0, 1.0], [-6.0, -9.0]]])
    c, d = [[0.0, 5.0], [1.0, 9.0]], [[0.0, -2.0], [-1.0, -4.0]]
    return Game(
        ("A", "B"),
        (*actions("A", 2), *actions("B", 2)),
        payoffs,
        countries=("C", "B", "A", "D"),
        real_income_usd=np.array([c, payoffs[1], payoffs[0], d]),
    )


# ---- leverage --------------------------------------------------------------------------------------------------------


def test_shares_of_the_paper_game() -> None:
    a, b, side_a, side_b = shares_of(paper())
    # A's switch. B: alone 0 → −6, after b 1 → −9: harm 6 and 10, on average 8. A itself: 0 → 2 and −4 → −3, a gain of
    # 2 and 1, so harm −1.5. C: 0 → 1 and 5 → 9, harm −2.5. D: 0 → −1 and −2 → −4, harm 1.5.
    assert (a.action, a.player, a.gentle, a.harsh) == ("a-0", "A", "0", "1")
    assert (a.harm_target, a.harm_self) == (8.0, -1.5)
    assert (a.alone_target, a.alone_self) == (6.0, -2.0)
    assert a.others == {"C": -2.5, "D": 1.5}
    assert a.ratio is None  # it costs nothing
    assert a.pays_from == -1.5 / 8
    # B's switch. A: 0 → −4 and 2 → −3, harm 4 and 5. B: 0 → 1 and −6 → −9, harm −1 and 3. C: 0 → 5 and 1 → 9, harm −6.5.
    # D: 0 → −2 and −1 → −4, harm 2.5.
    assert (b.harm_target, b.harm_self, b.alone_target, b.alone_self) == (4.5, 1.0, 4.0, -1.0)
    assert b.others == {"C": -6.5, "D": 2.5}
    assert (b.ratio, b.pays_from) == (4.5, 1 / 4.5)
    for one, side in ((a, side_a), (b, side_b)):  # one action a side: the side is the action
        assert (side.action, side.gentle, side.harsh) == (f"side:{one.player}", "gentlest", "harshest")
        for name in ("harm_target", "harm_self", "alone_target", "alone_self", "others"):
            assert getattr(side, name) == getattr(one, name)


def test_a_side_of_two_actions_moves_at_once() -> None:
    # A has switches x and y, B has z. B's payoff: −2x − 3y − 4xy − 5z − 1xz. A's payoff: −x + 2y − 7z.
    x, y, z = np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij")
    b = -2.0 * x - 3 * y - 4 * x * y - 5 * z - 1 * x * z
    a = -1.0 * x + 2 * y - 7 * z
    played = Game(("A", "B"), (*actions("A", 2, 2), *actions("B", 2)), np.array([a, b]))
    first, second, third, side_a, side_b = shares_of(played)
    # Each pair's joint term is shared by halves: x harms B by 2 + 4/2 + 1/2, y by 3 + 4/2.
    assert (first.harm_target, first.alone_target, first.harm_self, first.alone_self) == (4.5, 2.0, 1.0, 1.0)
    assert (second.harm_target, second.alone_target, second.harm_self, second.alone_self) == (
        5.0,
        3.0,
        -2.0,
        -2.0,
    )
    # z harms A by 7 and B itself by 5 + 1/2, alone by 5.
    assert (third.harm_target, third.alone_target) == (pytest.approx(7), 7)
    assert (third.harm_self, third.alone_self) == (pytest.approx(5.5), 5)
    # A's side, x and y in one step: alone 2 + 3 + 4 = 9; with z 10; on average 9.5. B's: alone 5, after A's 6: 5.5.
    assert (side_a.harm_target, side_a.alone_target) == (9.5, 9.0)
    assert (side_a.harm_self, side_a.alone_self) == (-1.0, -1.0)
    assert (side_b.harm_self, side_b.alone_self, side_b.harm_target) == (5.5, 5.0, 7.0)
    assert side_a.others == first.others == {}


def test_a_lever_is_the_measure_alone_from_the_state_as_it_stands() -> None:
    a, b, side_a, side_b = leverage_of(paper())
    assert (a.harm_target, a.harm_self, a.others) == (6.0, -2.0, {"C": -1.0, "D": 1.0})
    assert (b.harm_target, b.harm_self, b.others) == (4.0, -1.0, {"C": -5.0, "D": 2.0})
    assert a.alone_target is None is a.alone_self
    for one, side in ((a, side_a), (b, side_b)):  # one action a side: the side is the action
        assert (side.action, side.gentle, side.harsh) == (f"side:{one.player}", "gentlest", "harshest")
        assert (side.harm_target, side.harm_self, side.others) == (one.harm_target, one.harm_self, one.others)


def test_a_lever_between_rungs_of_which_neither_stands_leaves_everything_else_as_it_is() -> None:
    # A's ladder is worth 0, 4, −1 to B while B stands and other sums once B acts; B's own gentle rung is the second.
    a = np.array([[0.0, 1.0], [-3.0, 1.0], [5.0, 1.0]])
    b = np.array([[0.0, 2.0], [4.0, -9.0], [-1.0, 9.0]])
    ladder, switch, side_a, side_b = leverage_of(
        Game(("A", "B"), (*actions("A", 3), *actions("B", 2)), np.array([a, b]))
    )
    assert (ladder.gentle, ladder.harsh, ladder.harm_target, ladder.harm_self) == ("1", "2", 5.0, -8.0)
    assert (switch.gentle, switch.harsh, switch.harm_target, switch.harm_self) == ("1", "0", 1.0, 2.0)
    assert (side_a.harm_target, side_b.harm_target) == (5.0, 1.0)


def test_the_gentlest_rung_is_the_best_for_the_others_together_and_not_the_first() -> None:
    # A's ladder of three rungs is worth 0, 4, −1 to B, the rest standing, but 0, −9, 9 once B acts: standing decides.
    a = np.array([[0.0, 0.0], [-3.0, 0.0], [5.0, 0.0]])
    b = np.array([[0.0, 0.0], [4.0, -9.0], [-1.0, 9.0]])
    played = Game(("A", "B"), (*actions("A", 3), *actions("B", 2)), np.array([a, b]))
    assert extremes(played) == ((1, 0), (2, 0))
    lever = shares_of(played)[0]
    assert (lever.gentle, lever.harsh) == ("1", "2")
    # From rung 1 to rung 2: B 4 → −1, harm 5; A −3 → 5, a gain of 8. B's switch moves nothing of A's, so it stays.
    assert (lever.harm_target, lever.harm_self, lever.alone_target, lever.alone_self) == (5, -8, 5, -8)
    assert shares_of(played)[1].harm_target == 0
    # Between rungs of one's own choosing: 0 to 1 is worth 4 to B and costs A 3.
    chosen = leverage_of(played, gentle=(0, 0), harsh=(1, 0))[0]
    assert (chosen.gentle, chosen.harsh, chosen.harm_target, chosen.harm_self) == ("0", "1", -4, 3)


@pytest.mark.parametrize(("worth", "moves"), [(NOTHING, False), (2 * NOTHING, True)])
def test_an_action_that_moves_nobody_else_by_more_than_nothing_stands(worth: float, moves: bool) -> None:
    payoffs = np.array([[[1.0], [5.0]], [[0.0], [-worth]]])
    played = Game(("A", "B"), (*actions("A", 2), *actions("B", 1)), payoffs)
    assert extremes(played) == ((0, 0), (int(moves), 0))
    assert leverage_of(played)[0].harm_self == (-4 if moves else 0)


def test_with_three_players_the_target_is_everybody_else() -> None:
    # One switch of A: worth −1 to A, −2 to B, −4 to C.
    payoffs = np.array([[0.0, -1.0], [0.0, -2.0], [0.0, -4.0]]).reshape(3, 2, 1, 1)
    played = Game(("A", "B", "C"), (*actions("A", 2), *actions("B", 1), *actions("C", 1)), payoffs)
    lever = leverage_of(played)[0]
    assert (lever.harm_target, lever.harm_self, lever.ratio, lever.pays_from) == (6, 1, 6, 1 / 6)


def test_a_lone_player_is_its_own_measure() -> None:
    lone = Game(("A",), tuple(actions("A", 2)), np.array([[0.0, -3.0]]))
    assert extremes(lone) == ((0,), (1,))
    assert leverage_of(lone)[0].harm_self == 3
    assert leverage_of(lone)[0].harm_target == 0


@pytest.mark.parametrize(
    ("target", "own", "ratio", "pays_from"),
    [
        (8, 2, 4, 0.25),
        (8, 0, None, 0),
        (8, -2, None, -0.25),
        (0, 2, None, None),
        (-8, 2, None, None),
        (8, NOTHING, None, NOTHING / 8),
        (8, 4 * NOTHING, 2 / NOTHING, NOTHING / 2),
        (NOTHING, 2, None, None),
        (2 * NOTHING, 2, NOTHING, 1 / NOTHING),
    ],
)
def test_ratios_are_said_of_harm_on_both_sides_only(
    target: float, own: float, ratio: float | None, pays_from: float | None
) -> None:
    lever = Lever("a", "A", "t", "g", "h", target, own, 0, 0, {})
    assert lever.ratio == (None if ratio is None else pytest.approx(ratio))
    assert lever.pays_from == (None if pays_from is None else pytest.approx(pays_from))


def test_shapley_of_none_of_one_and_of_unequal_switches() -> None:
    assert shapley_of_switches(np.array([1.0, 2.0]), 0).shape == (0, 2)
    assert shapley_of_switches(np.array([[1.0, 5.0], [2.0, -1.0]]), 1).tolist() == [
        [4.0, -3.0]
    ]  # two rows, one switch
    # Three switches worth 6 only all together: 2 each.
    together = np.zeros((2, 2, 2))
    together[1, 1, 1] = 6
    assert shapley_of_switches(together, 3).tolist() == pytest.approx([2, 2, 2])
    with pytest.raises(InputError, match="two positions"):
        shapley_of_switches(np.zeros((3, 2)), 2)


# ---- equilibria ------------------------------------------------------------------------------------------------------


def test_dominance_is_measured_against_the_second_best_rung() -> None:
    # A's rungs against B's two: (5, 4), (3, 1), (−10, −20). The first is best by 5 − 3 = 2 and 4 − 1 = 3: margin 2.
    # B's against A's three: (1, 3), (2, 2.5), (4, 0): the second is best twice of three, by 2 and by 0.5.
    a = np.array([[5.0, 4.0], [3.0, 1.0], [-10.0, -20.0]])
    b = np.array([[1.0, 3.0], [2.0, 2.5], [4.0, 0.0]])
    mine, theirs = dominant_rungs(game(np.array([a, b]), 1))
    assert (mine.action, mine.player, mine.best, mine.always, mine.share, mine.margin) == (
        "a-0",
        "A",
        "0",
        True,
        1,
        2,
    )
    assert (theirs.action, theirs.player, theirs.best, theirs.always) == ("b-0", "B", "1", False)
    assert (theirs.share, theirs.margin) == (2 / 3, 0.5)


def test_an_action_with_one_rung_has_nothing_to_dominate() -> None:
    assert [one.action for one in dominant_rungs(game(np.arange(4.0).reshape(2, 1, 2), 1))] == ["b-0"]


def test_dominance_is_read_on_the_action_s_own_axis() -> None:
    # Two actions of A over one of B: A's payoff is 1 for the first action's second rung, −1 for the second's.
    x, y, z = np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij")
    played = Game(
        ("A", "B"), (*actions("A", 2, 2), *actions("B", 2)), np.array([1.0 * x - 2 * y, 0.5 * z + x])
    )
    found = [(one.best, one.always, one.margin) for one in dominant_rungs(played)]
    assert found == [("1", True, 1.0), ("0", True, 2.0), ("1", True, 0.5)]


def test_regret_and_equilibria_within_an_amount() -> None:
    # A gains 1 by leaving (0, 0), B 2 by leaving (1, 0), A 3 by leaving (0, 1); nobody gains at (1, 1).
    played = form([[(0, 5), (2, 3)], [(1, 1), (5, 3)]])
    assert regret(played).tolist() == [[[1, 3], [0, 0]], [[0, 2], [2, 0]]]
    assert pure_equilibria(played) == [(1, 1)]
    assert pure_equilibria(played, epsilon=1.0) == [(0, 0), (1, 1)]
    assert pure_equilibria(played, epsilon=0.999) == [(1, 1)]
    assert pure_equilibria(played, epsilon=2.0) == [(0, 0), (1, 0), (1, 1)]


def test_striking_out_needs_more_than_the_margin_everywhere() -> None:
    # The second row is better by 1 and by 3; the columns are alike to B.
    played = form([[(0, 0), (0, 0)], [(1, 0), (3, 0)]])
    assert undominated(played) == ((1,), (0, 1))
    assert undominated(played, margin=0.9) == ((1,), (0, 1))
    assert undominated(played, margin=1.0) == ((0, 1), (0, 1))
    # Better in one place only is not better.
    assert undominated(form([[(0, 0), (4, 0)], [(1, 0), (3, 0)]])) == ((0, 1), (0, 1))


def test_striking_out_goes_on_until_nothing_falls() -> None:
    # B's third column falls to its second (1 < 2, 1 < 2); then A's first row to its second (1 < 2, 0 < 3; it was better
    # only against the third column); then B's first column to its second (0 < 2).
    played = form([[(1, 3), (0, 2), (9, 1)], [(2, 0), (3, 2), (0, 1)]])
    assert undominated(played) == ((1,), (1,))


def test_strategies_are_named_by_their_actions_and_idle_ones_do_not_show() -> None:
    x, _, z = np.meshgrid([0, 1], [0, 1], [0, 1, 2], indexing="ij")
    played = Game(("A", "B"), (*actions("A", 2, 2), *actions("B", 3)), np.array([x + 2.0 * z, x - 3.0 * z]))
    found = strategic_form(played)  # A's second action moves nothing
    assert found.strategies == (("a-0=0", "a-0=1"), ("b-0=0", "b-0=1", "b-0=2"))
    assert found.rungs == (((0, 0), (1, 0)), ((0,), (1,), (2,)))
    assert found.payoffs.tolist() == [[[0, 2, 4], [1, 3, 5]], [[0, -3, -6], [1, -2, -5]]]
    still = strategic_form(game(np.zeros((2, 2, 2)), 1))
    assert still.strategies == (("nothing",), ("nothing",))


def test_actions_of_both_sides_in_any_order_come_together() -> None:
    # The actions stand B, A, B on the axes.
    b0, a0, b1 = np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij")
    mine, theirs = actions("A", 2), actions("B", 2, 2)
    played = Game(
        ("A", "B"), (theirs[0], mine[0], theirs[1]), np.array([a0 - 10.0 * b0 - 100.0 * b1, 1.0 * b0])
    )
    found = strategic_form(played)
    assert found.strategies[1] == ("b-0=0, b-1=0", "b-0=0, b-1=1", "b-0=1, b-1=0", "b-0=1, b-1=1")
    assert found.payoffs[0].tolist() == [[0, -100, -10, -110], [1, -99, -9, -109]]


# ---- bargains --------------------------------------------------------------------------------------------------------


def test_the_frontier_keeps_the_first_of_equal_points() -> None:
    points = np.array([[1.0, 1.0], [2.0, 0.0], [1.0, 1.0], [2.0, 0.0], [0.0, 1.0], [1.5, 0.5]])
    assert pareto_front(points).tolist() == [1, 5, 0]
    assert pareto_front(np.hstack([points, np.zeros((6, 1))])).tolist() == [1, 5, 0]


def test_better_is_by_more_than_the_margin_for_everybody() -> None:
    points = np.array([[1.0, 1.0], [1.0, 3.0], [3.0, 1.0], [3.0, 3.0]])
    assert better_than(points, np.ones(2)).tolist() == [False, False, False, True]
    assert better_than(points, np.zeros(2), margin=1.0).tolist() == [False, False, False, True]
    assert better_than(points, np.zeros(2), margin=0.5).all()


def test_the_nash_point_of_a_kinked_frontier() -> None:
    # From (0, 6) to (4, 4): x(6 − x/2) rises up to x = 6, so the kink; from (4, 4) to (6, 0): (4 + t)(4 − 2t) falls from
    # t = 0. Without the kink the chord gives 3 and 3. With (5, 3): x(8 − x) is largest at 4, still the kink.
    assert nash_point(np.array([[0.0, 6.0], [4.0, 4.0], [6.0, 0.0]]), np.zeros(2)).payoffs.tolist() == [4, 4]
    # From (0, 10) to (6, 4) the product x(10 − x) is largest at 5: five sixths of the way.
    found = nash_point(np.array([[0.0, 10.0], [6.0, 4.0], [7.0, 0.0]]), np.zeros(2))
    assert found.payoffs == pytest.approx([5, 5])
    assert found.points == (1, 0)
    assert found.weights == pytest.approx((5 / 6, 1 / 6))


def test_kalai_of_three_points_on_paper() -> None:
    # Gains over (1, 1): (0, 4), (3, 3), (4, 0): hopes of 4 and 4, met on the diagonal at (3, 3).
    points = np.array([[1.0, 5.0], [4.0, 4.0], [5.0, 1.0]])
    found, hope = kalai_smorodinsky(points, np.ones(2))
    assert hope == pytest.approx([5, 5])
    assert found.payoffs == pytest.approx([4, 4])
    # Gains (0, 2) and (6, 0): hopes 6 and 2, half of each.
    found, hope = kalai_smorodinsky(np.array([[0.0, 2.0], [6.0, 0.0]]), np.zeros(2))
    assert (hope, found.payoffs) == (pytest.approx([6, 2]), pytest.approx([3, 1]))
    # A point that leaves somebody below the threat is no hope: with (9, −1), A can hope for 9·w + 0·(1 − w), w the
    # share at which B is not below: −w + 2(1 − w) = 0, w = 2/3.
    _, hope = kalai_smorodinsky(np.array([[0.0, 2.0], [9.0, -1.0]]), np.zeros(2))
    assert hope == pytest.approx([6, 2])


# ---- deals -----------------------------------------------------------------------------------------------------------


def four() -> Game:
    """A gives x (−3, +7) or y (+1, +1); B gives z (+5, −2); u costs B 1 and gives A 0.0005, as good as nothing."""
    x, y, z, u = np.meshgrid(*[[0, 1]] * 4, indexing="ij")
    a = 100 - 3.0 * x + y + 5 * z + 0.0005 * u
    b = -50 + 7.0 * x + y - 2 * z - u
    return game(np.array([a, b]), 2)


def test_gifts_on_paper() -> None:
    found = gifts(four(), "A", most=2)
    # x costs 3 and is worth 7; y costs −1 and is worth 1; both together cost 2 and are worth 8.
    assert [(one.changes, one.cost, one.worth) for one in found] == [
        (((0, 1),), 3, 7),
        (((1, 1),), -1, 1),
        (((0, 1), (1, 1)), 2, 8),
    ]
    assert [one.changes for one in gifts(four(), "B")] == [((2, 1),)]  # u is worth nothing that counts


def test_swaps_on_paper() -> None:
    found = smallest_swaps(four(), most=2)
    # x for z: A −3 + 5 = 2, B 7 − 2 = 5. y for z: B 1 − 2 = −1, no deal. x and y for z: A 3, B 6: larger, and more for
    # both than x for z, so it stays. With u as well B has one less: A 3.0005, B 5 — B falls below x, y, z: kept out
    # only when no smaller swap gives both as much; A gains 0.0005 more, which counts as nothing.
    assert [(swap.profile, swap.gains, swap.kind, swap.size) for swap in found] == [
        ((1, 0, 1, 0), (2, 5), "swap", 2),
        ((1, 1, 1, 0), (3, 6), "swap", 3),
    ]
    assert smallest_swaps(four(), most=2, count=1) == found[:1]


def test_swaps_of_one_size_are_ordered_by_the_product_of_gains() -> None:
    x, y, w, z = np.meshgrid(*[[0, 1]] * 4, indexing="ij")
    a, b = -6.0 * x - 2 * y - 0.25 * w + 7 * z, 9.0 * x + 4 * y + 3 * w - 2 * z
    found = smallest_swaps(game(np.array([a, b]), 3))
    # x for z: 1 and 7, product 7; y for z: 5 and 2, product 10; w for z: 6.75 and 1, product 6.75.
    assert [swap.profile for swap in found] == [(0, 1, 0, 1), (1, 0, 0, 1), (0, 0, 1, 1)]


@pytest.mark.parametrize(("cost", "kind"), [(0.001, "pays alone"), (0.0011, "swap")])
def test_a_cost_of_a_thousandth_needs_no_return(cost: float, kind: str) -> None:
    for mine, theirs in ((-cost, 1.0), (1.0, -cost)):  # A's gift costs it, then B's
        x, z = np.meshgrid([0, 1], [0, 1], indexing="ij")
        played = game(np.array([mine * x + 3.0 * z, 3.0 * x + theirs * z]), 1)
        assert smallest_swaps(played)[0].kind == kind


def test_a_gift_must_please_everybody_and_hurt_nobody_s_income() -> None:
    def given(b: float, c: float, income_b: float, income_c: float) -> int:
        payoffs = np.array([[0.0, -1.0], [0.0, b], [0.0, c]]).reshape(3, 2, 1, 1)
        real = np.array([[0.0, -1.0], [0.0, income_b], [0.0, income_c]]).reshape(3, 2, 1, 1)
        three = (*actions("A", 2), *actions("B", 1), *actions("C", 1))
        names = ("A", "B", "C")
        return len(gifts(Game(names, three, payoffs, countries=names, real_income_usd=real), "A"))

    assert given(1, 2, 1, 2) == 1
    assert given(1, -1, 1, 1) == given(-1, 1, 1, 1) == 0
    assert given(1, 2, 1, -1) == given(1, 2, -1, 1) == 0


def test_a_gift_that_hurts_the_other_s_real_income_is_none() -> None:
    payoffs = np.array([[[0.0], [-1.0]], [[0.0], [2.0]]])
    for income, count in (
        (-0.5, 0),
        (-0.0005, 1),
        (0.0, 1),
    ):  # up to a thousandth of a million counts as nothing
        real = np.array([[[0.0], [income]], [[0.0], [-9.0]]])
        played = Game(
            ("A", "B"),
            (*actions("A", 2), *actions("B", 1)),
            payoffs,
            countries=("B", "A"),
            real_income_usd=real,
        )
        assert len(gifts(played, "A")) == count


def test_swaps_are_between_two() -> None:
    lone = Game(("A",), tuple(actions("A", 2)), np.array([[0.0, 1.0]]))
    with pytest.raises(InputError, match="two players"):
        smallest_swaps(lone)


def test_the_deal_space_of_a_line() -> None:
    # Four profiles, gains (0, 0), (3, −1), (−1, 3), (1, 1); a fifth of a thousandth counts as nothing elsewhere.
    a, b = np.array([[0.0, -1.0], [3.0, 1.0]]), np.array([[0.0, 3.0], [-1.0, 1.0]])
    space = deal_space(game(np.array([a, b]) + 10, 1))
    assert space.origin.tolist() == [10, 10]
    assert space.gains.tolist() == [[0, 0], [-1, 3], [3, -1], [1, 1]]
    assert (space.better, space.share) == (1, 0.25)
    assert space.front == (2, 3, 1)
    assert space.nash is not None
    assert space.nash.payoffs == pytest.approx([1, 1])
    # On the line x + y = 2 nobody may fall below nothing: each can hope for 2.
    assert space.hope == pytest.approx([2, 2])


def test_a_gain_of_a_thousandth_is_no_better_than_no_deal() -> None:
    for gain, better in ((1e-3, 0), (1.1e-3, 1)):
        assert deal_space(game(np.array([[[0.0, gain]], [[0.0, gain]]]), 1)).better == better


def test_payments_on_paper() -> None:
    # A's favourites are (0, 1) and (1, 1), 4 each; B has −3 and −1 there: the gentler is taken, and 1 is needed.
    # B's favourite is (1, 0), 5; A has −6 there: 6 is needed, more than B gains.
    a, b = np.array([[0.0, 4.0], [-6.0, 4.0]]), np.array([[0.0, -3.0], [5.0, -1.0]])
    to_b, to_a = payments(game(np.array([a, b]), 1))
    assert (to_b.player, to_b.other, to_b.favourite) == ("B", "A", (1, 1))
    assert (to_b.gain_other, to_b.needed, to_b.affordable) == (4, 1, True)
    assert (to_a.player, to_a.favourite, to_a.gain_other, to_a.needed, to_a.affordable) == (
        "A",
        (1, 0),
        5,
        6,
        False,
    )
    even = payments(game(np.array([[[0.0, 2.0]], [[0.0, -2.0]]]), 1))[0]
    assert (even.gain_other, even.needed, even.affordable) == (2, 2, True)


def spec() -> GameSpec:
    return GameSpec(
        id="g", title="G", dossier="d", players=("A", "B"), actions=(*actions("A", 2), *actions("B", 2))
    )


def judged(
    a: list[list[float]], b: list[list[float]], exchange: Exchange, relative: tuple[float, float] = (0, 0)
):
    weights = Preferences(
        id="w",
        title="W",
        source="memo",
        grade="assumed",
        players={code: PlayerWeights(relative=rho) for code, rho in zip("AB", relative, strict=True)},
    )
    own = np.array([a, b], dtype=float)
    payoffs = np.array([own[0] - relative[0] * own[1], own[1] - relative[1] * own[0]])
    played = Game(("A", "B"), spec().actions, payoffs, spec=spec(), preferences=weights)
    return judge(played, [exchange])[0]


BOTH = Exchange(id="x", title="X", moves={"a-0": "1", "b-0": "1"})
A_TABLE, B_TABLE = [[0, 5], [-3, 2]], [[0, -2], [7, 4]]


def test_an_exchange_on_paper() -> None:
    found = judged(A_TABLE, B_TABLE, BOTH)
    # Together A has 2 and B 4. A's part alone costs it 3, B's part costs it 2.
    assert (found.gains, found.without, found.rational) == ((2, 4), (-3, -2), True)
    assert found.against == {"standing": (2, 4)}
    # A refuses once the rival's gain weighs more than 2/4, B more than 4/2.
    assert found.break_even == (0.5, 2.0)


def test_an_exchange_instead_of_something_else() -> None:
    averted = Exchange(id="x", title="X", moves={"a-0": "1"}, instead_of={"b-0": "1"})
    found = judged(A_TABLE, B_TABLE, averted)
    # From (0, 1), worth 5 and −2, to (1, 1), worth 2 and 4: A loses 3, B gains 6; against standing 2 and 4.
    assert (found.gains, found.without, found.rational) == ((-3, 6), (-3, 0), False)
    assert found.against == {"standing": (2, 4)}
    assert found.break_even == (0.0, None)  # A refuses at any weight, B at none


def test_the_weight_a_game_already_has_is_undone_before_the_threshold_is_read() -> None:
    found = judged(A_TABLE, B_TABLE, BOTH, relative=(0.25, 0.5))
    # 2 − 0.25·4 = 1 and 4 − 0.5·2 = 3; without the weights still 2 and 4.
    assert found.gains == (1, 3)
    assert found.break_even == pytest.approx((0.5, 2.0))


def test_an_exchange_must_gain_more_than_a_thousandth_on_both_sides() -> None:
    for gain, rational in ((0.001, False), (0.002, True)):
        assert judged([[0, 0], [0, gain]], [[0, 0], [0, 5]], BOTH).rational is rational
    with pytest.raises(InputError, match="declaration"):
        judge(game(np.zeros((2, 2, 2)), 1), [BOTH])


def test_a_rival_who_gains_a_thousandth_is_no_reason_to_refuse() -> None:
    for gain, weight in ((0.001, None), (0.002, 1000.0)):
        assert judged([[0, 0], [0, 2]], [[0, 0], [0, gain]], BOTH).break_even[0] == weight


def test_minus_zero_is_zero() -> None:
    minus = np.zeros((2, 2, 2))
    minus[:, 1, 1] = minus[0, 1, 0] = minus[1, 0, 1] = -0.0
    (still,) = judge(Game(("A", "B"), spec().actions, minus, spec=spec()), [BOTH])
    assert "-0.0" not in repr((still.gains, still.without, still.against))
    zero = Game(("A", "B"), (*actions("A", 2), *actions("B", 2)), np.zeros((2, 2, 2)))
    assert "-0.0" not in repr((leverage_of(zero), shares_of(zero)))
    half = paper().payoffs * np.array([0.0, 1.0])[:, None, None]  # nothing happens to A
    assert "-0.0" not in repr(leverage_of(Game(("A", "B"), zero.actions, half)))


def test_logit_play_where_each_has_a_dominant_strategy_and_its_limits() -> None:
    # A's second row is worth 1 more, B's second column 2 more, whatever the other does: odds e^λ and e^2λ.
    played = form([[(0, 0), (5, 2)], [(1, 7), (6, 9)]])
    for precision in (0.0, 0.7, 4.0):
        found = logit_quantal(played, precision)
        assert found.mixes[0][1] == pytest.approx(1 / (1 + np.exp(-precision)), abs=1e-10)
        assert found.mixes[1][1] == pytest.approx(1 / (1 + np.exp(-2 * precision)), abs=1e-10)
        assert found.residual <= 1e-10
    assert logit_quantal(form([[(3, 3), (3, 3)]]), 2.0).mixes[1].tolist() == pytest.approx([0.5, 0.5])
    with pytest.raises(SolveError, match="only"):
        logit_quantal(played, 50.0, max_steps=1)
    for wrong in (-0.1, np.nan, np.inf):
        with pytest.raises(InputError, match="precision"):
            logit_quantal(played, wrong)


def test_substitution_is_shown_at_four_multiples() -> None:
    found = substitution(mirror())
    assert list(found) == [f"elasticities x {scale}" for scale in ("0.25", "0.5", "1", "2")]
    for scale, model in zip((0.25, 0.5, 1, 2), found.values(), strict=True):
        assert model.economy.trade_elasticity == pytest.approx(np.array([4.0, 6.0]) * scale)
        assert model.structure.horizon == f"elasticities x {scale:g}"


# ---- the parts of a bargain ------------------------------------------------------------------------------------------

CORNERS = np.array([[6.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 2.0]])
"""Three players, a point for each: mixed a third each they give 2, 1 and 2/3, the largest product of w₁·6, w₂·3, w₃·2."""


def test_three_players_share_by_thirds() -> None:
    found = nash_point(CORNERS, np.zeros(3))
    assert found.weights == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert found.payoffs == pytest.approx([2, 1, 2 / 3])
    # A point inside is where the search starts, and leaves: its slope 1.9/2 + 0.9/1 + 0.6/(2/3) is below three.
    found = nash_point(np.vstack([CORNERS, [[1.9, 0.9, 0.6]]]), np.zeros(3))
    assert found.payoffs == pytest.approx([2, 1, 2 / 3])
    # One a little outside is mixed in; a fourth corner beside the first is not.
    found = nash_point(np.vstack([CORNERS, [[5.0, 0.0, 0.01]], [[2.0, 1.0, 0.7]]]), np.zeros(3))
    assert found.payoffs.prod() > 2 * 1 * 0.7 - 1e-12
    # The threat moves the bargain: over (1, 0, 0) the first corner gives 5, and the others cost 1.
    moved = nash_point(CORNERS, np.array([1.0, 0.0, 0.0])).payoffs
    # 6w − 1 = u: maximise u·(3v)·(2z) on w + v + z = 1: u/6 = v = z with w = u/6 + 1/6, so u/6 = (1 − 1/6)/3.
    assert moved == pytest.approx([6 * (5 / 18 + 1 / 6), 3 * 5 / 18, 2 * 5 / 18])


def test_a_bargain_that_cannot_be_better_is_taken_and_one_not_found_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A tolerance that nothing can meet: it stops where the product rises no more.
    assert nash_point(CORNERS, np.zeros(3), tolerance=-1.0).payoffs == pytest.approx([2, 1, 2 / 3])
    # A search that goes nowhere is no bargain.
    monkeypatch.setattr("detente.strategy.bargains._corrective", lambda gains, start: start)
    with pytest.raises(SolveError, match="not found to tolerance"):
        nash_point(CORNERS, np.zeros(3))
    # Between two the edges settle it.
    assert nash_point(CORNERS[:2, :2], np.zeros(2)).payoffs == pytest.approx([3, 1.5])


def test_the_start_of_a_bargain_is_a_lottery_that_gives_everybody_something() -> None:
    # Of the corners: the same to all is 1, with weights 1/6, 1/3, 1/2.
    assert _interior(CORNERS) == pytest.approx([1 / 6, 1 / 3, 1 / 2])
    # A point that is good for all is taken as it is: the one with the largest least gain.
    assert _interior(np.array([[5.0, 1.0], [3.0, 2.0], [1.0, 9.0]])).tolist() == [0, 1, 0]
    with pytest.raises(InputError, match="no lottery gives every player more"):
        _interior(np.array([[5.0, -1.0], [6.0, 0.0]]))


@pytest.mark.parametrize("start", [[1.0, 0.0, 0.0], [0.2, 0.5, 0.3], [1 / 3, 1 / 3, 1 / 3]])
def test_the_best_mixture_of_given_points_from_any_start(start: list[float]) -> None:
    assert _corrective(CORNERS, np.array(start)) == pytest.approx([1 / 3, 1 / 3, 1 / 3], abs=1e-9)
    # Between (0, 10) and (6, 4): x(10 − x) is largest at 5, five sixths of the way; (1, 1) has no place in it.
    two = np.array([[0.0, 10.0], [6.0, 4.0], [1.0, 1.0]])
    assert _corrective(two, np.array(start)) == pytest.approx([1 / 6, 5 / 6, 0], abs=1e-9)


def test_the_best_point_on_an_edge() -> None:
    for gains, shares in (
        ([[0.0, 10.0], [6.0, 4.0], [1.0, 1.0]], [1 / 6, 5 / 6, 0]),
        (
            [[-4.0, 2.0], [8.0, -1.0]],
            [0.5, 0.5],
        ),  # (−4 + 12t)(2 − 3t) is largest at (12·2 + 4·3)/(2·36) = 1/2
        ([[1.0, 1.0], [2.0, 2.0]], [0, 1]),  # no bend: the better end
        ([[0.0, 6.0], [4.0, 4.0], [6.0, 0.0]], [0, 1, 0]),
    ):
        assert _on_edges(np.array(gains)) == pytest.approx(shares)


def test_where_every_lottery_leaves_somebody_below_there_is_no_bargain() -> None:
    points = np.array([[5.0, -1.0], [-1.0, -0.5]])
    for call in (nash_point, kalai_smorodinsky):
        with pytest.raises(InputError, match="lottery"):
            call(points, np.zeros(2))
        with pytest.raises(InputError, match="no point beats"):
            call(points, np.array([5.0, 0.0]))


def test_points_of_no_weight_are_not_named() -> None:
    found = nash_point(np.array([[0.0, 6.0], [4.0, 4.0], [6.0, 0.0]]), np.zeros(2))
    assert (found.points, found.weights) == ((1,), (1.0,))
    found, _ = kalai_smorodinsky(np.array([[0.0, 2.0], [6.0, 0.0], [0.1, 0.1]]), np.zeros(2))
    assert sorted(found.points) == [0, 1]
    assert sum(found.weights) == pytest.approx(1)
    # Hopes of 9 and 3 are met half way, by a fair coin.
    found, _ = kalai_smorodinsky(np.array([[9.0, 0.0], [0.0, 3.0]]), np.zeros(2))
    assert found.weights == pytest.approx((0.5, 0.5))
    found = nash_point(np.array([[0.0, 10.0], [6.0, 4.0]]), np.zeros(2))
    assert found.points == (1, 0)
