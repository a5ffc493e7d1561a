"""Leverage, equilibria and deals on games whose answers are known."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linprog
from strategy_games import actions, duel, duel_model, form, game

from detente.core import InputError
from detente.equilibrium import Model
from detente.strategy.bargains import _interior, _on_edges, kalai_smorodinsky, nash_point, pareto_front
from detente.strategy.deals import deal_space, gifts, payments, smallest_swaps
from detente.strategy.equilibria import (
    dominant_rungs,
    logit_quantal,
    pure_equilibria,
    regret,
    strategic_form,
    undominated,
)
from detente.strategy.export import efg_text, nfg_text
from detente.strategy.games import Action, Rung
from detente.strategy.leverage import extremes, leverage_of, reach, substitution
from detente.strategy.payoff import Game, payoff_tensor
from detente.strategy.screening import screen
from detente.strategy.shares import shapley_of_switches, shares_of

DILEMMA = form([[(2, 2), (0, 3)], [(3, 0), (1, 1)]])
STAG = form([[(4, 4), (0, 3)], [(3, 0), (3, 3)]])
PENNIES = form([[(1, -1), (-1, 1)], [(-1, 1), (1, -1)]])
SEXES = form([[(2, 1), (0, 0)], [(0, 0), (1, 2)]])
OCHS = form([[(9, 0), (0, 1)], [(0, 1), (1, 0)]])


def brute_shapley(values: np.ndarray, count: int) -> np.ndarray:
    total = np.zeros(count)
    orders = list(itertools.permutations(range(count)))
    for order in orders:
        state = [0] * count
        for switch in order:
            before = values[tuple(state)]
            state[switch] = 1
            total[switch] += values[tuple(state)] - before
    return total / len(orders)


@pytest.fixture(scope="module")
def small():
    return payoff_tensor(*duel_model()).game()


# ---- leverage --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_shapley_equals_the_average_over_every_order(count):
    values = np.random.default_rng(count).normal(size=(2,) * count)
    found = shapley_of_switches(values, count)
    np.testing.assert_allclose(found, brute_shapley(values, count), atol=1e-12)
    assert abs(found.sum() - (values[(1,) * count] - values[(0,) * count])) < 1e-12


def test_shares_add_up_to_the_whole_harm(small):
    levers = shares_of(small)
    low, high = extremes(small)
    whole = small.at(low) - small.at(high)
    single = [lever for lever in levers if not lever.action.startswith("side:")]
    sides = [lever for lever in levers if lever.action.startswith("side:")]
    for kept in (single, sides):
        harm = [0.0, 0.0]
        for lever in kept:
            own = small.players.index(lever.player)
            harm[own] += lever.harm_self
            harm[1 - own] += lever.harm_target
        np.testing.assert_allclose(harm, whole, atol=1e-10)


def test_a_mirror_world_has_mirror_levers(small):
    found = {lever.action: lever for lever in shares_of(small)}
    for name in ("duty", "more", "control"):
        one, two = found[f"a-{name}"], found[f"b-{name}"]
        assert one.harm_target == pytest.approx(two.harm_target, abs=1e-7)
        assert one.harm_self == pytest.approx(two.harm_self, abs=1e-7)
        assert one.harm_target > 0


def test_what_binds_nothing_is_no_lever_and_a_player_without_measures_has_no_leverage(small):
    nothing = next(lever for lever in shares_of(small) if lever.action == "b-words")
    assert (nothing.harm_target, nothing.harm_self, nothing.ratio, nothing.pays_from) == (0, 0, None, None)
    idle = Game(("A", "B"), tuple(actions("A", 2, 2)), np.random.default_rng(0).normal(size=(2, 2, 2)))
    side = next(lever for lever in shares_of(idle) if lever.action == "side:B")
    assert (side.harm_target, side.harm_self, side.alone_target) == (0, 0, 0)


def test_pays_from_is_the_weight_at_which_a_measure_stops_costing(small):
    lever = next(lever for lever in leverage_of(small) if lever.action == "a-control")
    assert lever.harm_self > 0
    assert lever.ratio == pytest.approx(1 / lever.pays_from)
    assert lever.harm_self - lever.pays_from * lever.harm_target == pytest.approx(0, abs=1e-12)


def test_reach_of_a_measure_alone_equals_the_tensor_in_the_long_run(small):
    economy, dossier, spec = duel()
    span = extremes(small)
    settings = substitution(economy, (1.0, 4.0))
    found = reach(economy, dossier, spec, settings, span=span)
    assert {one.action for one in found} == {
        f"{side}-{name}" for side in "ab" for name in ("duty", "more", "control")
    }
    for one in (one for one in found if one.horizon == "elasticities x 1"):
        a = spec.action(one.action)
        low, high = (tuple(rung[a] if k == a else 0 for k in range(len(spec.actions))) for rung in span)
        harm = small.at(low) - small.at(high)
        own = spec.players.index(one.player)
        assert one.harm_self == pytest.approx(harm[own], abs=1e-6)
        assert one.harm_target == pytest.approx(harm[1 - own], abs=1e-6)
    control = {one.horizon: one.harm_target for one in found if one.action == "a-control"}
    assert control["elasticities x 4"] != pytest.approx(control["elasticities x 1"], rel=1e-3)


# ---- equilibria ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("played", "expected"),
    [
        (DILEMMA, [(1, 1)]),
        (STAG, [(0, 0), (1, 1)]),
        (PENNIES, []),
        (SEXES, [(0, 0), (1, 1)]),
    ],
)
def test_pure_equilibria_of_games_everybody_knows(played, expected):
    assert pure_equilibria(played) == expected
    for place in expected:
        assert (regret(played)[(slice(None), *place)] == 0).all()


def test_pure_equilibria_equal_brute_force_with_three_players():
    rng = np.random.default_rng(3)
    payoffs = rng.integers(0, 4, size=(3, 3, 2, 4)).astype(float)
    from detente.strategy.equilibria import StrategicForm

    played = StrategicForm(("A", "B", "C"), tuple(tuple(map(str, range(k))) for k in (3, 2, 4)), payoffs)
    brute = []
    for place in itertools.product(range(3), range(2), range(4)):
        good = True
        for p in range(3):
            for other in range(payoffs.shape[1 + p]):
                moved = list(place)
                moved[p] = other
                good &= payoffs[(p, *moved)] <= payoffs[(p, *place)]
        if good:
            brute.append(place)
    assert pure_equilibria(played) == brute
    left = undominated(played)
    assert all(all(k in left[p] for p, k in enumerate(place)) for place in brute)


def test_dominated_strategies_are_struck_out_in_turn():
    assert undominated(DILEMMA) == ((1,), (1,))
    assert undominated(PENNIES) == ((0, 1), (0, 1))
    chain = form([[(3, 0), (0, 2)], [(2, 1), (-1, 0)]])
    assert undominated(chain) == ((0,), (1,))


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@pytest.mark.parametrize("precision", [0.0, 0.3, 1.0, 5.0, 20.0])
def test_logit_play_of_the_dilemma_solves_its_own_equation(precision):
    # defecting is worth one more whatever the other does: p = 1/(1+e^-λ), exactly
    found = logit_quantal(DILEMMA, precision)
    for mix in found.mixes:
        assert mix[1] == pytest.approx(logistic(precision), abs=1e-9)
    assert found.residual <= 1e-10


def test_logit_play_of_symmetric_pennies_is_uniform_and_of_asymmetric_ones_off_it():
    for precision in (0.5, 3.0, 10.0):
        for mix in logit_quantal(PENNIES, precision).mixes:
            np.testing.assert_allclose(mix, 0.5, atol=1e-9)
    # p of the first row and q of the first column at λ: p = L(λ(10q − 1)), q = L(λ(1 − 2p)), one root by bisection
    for precision in (0.5, 1.0, 2.0):
        low, high = 0.0, 1.0
        for _ in range(200):
            p = (low + high) / 2
            q = logistic(precision * (1 - 2 * p))
            low, high = (p, high) if logistic(precision * (10 * q - 1)) > p else (low, p)
        found = logit_quantal(OCHS, precision)
        assert found.mixes[0][0] == pytest.approx(p, abs=1e-8)
        assert found.mixes[1][0] == pytest.approx(q, abs=1e-8)


def test_the_principal_branch_selects_the_risk_dominant_hunt():
    # hare is worth 3 for certain, stag 4 if both come: uniform play favours hare, and the branch stays there
    found = logit_quantal(STAG, 20.0)
    assert found.mixes[0][1] > 0.999
    assert found.mixes[1][1] > 0.999
    # with 2.5 for hare and 6 for a stag taken together, stag is worth more against uniform play
    other = form([[(6, 6), (0, 2.5)], [(2.5, 0), (2.5, 2.5)]])
    assert logit_quantal(other, 20.0).mixes[0][0] > 0.999


def test_logit_play_follows_a_branch_with_three_strategies_and_meets_its_equations():
    rng = np.random.default_rng(11)
    played = form(rng.normal(size=(4, 3, 2)).tolist())
    for precision in (1.0, 6.0):
        found = logit_quantal(played, precision)
        u0 = played.payoffs[0] @ found.mixes[1]
        u1 = found.mixes[0] @ played.payoffs[1]
        for mix, u in ((found.mixes[0], u0), (found.mixes[1], u1)):
            odds = np.exp(precision * (u - u.max()))
            np.testing.assert_allclose(mix, odds / odds.sum(), atol=1e-8)
    with pytest.raises(InputError, match="precision"):
        logit_quantal(played, -1.0)


def test_strategic_form_puts_actions_together_and_leaves_out_what_moves_nothing(small):
    played = strategic_form(small)
    assert played.payoffs.shape == (2, 8, 8)
    assert not any("b-words" in name for name in played.strategies[1])
    for s, t in [(0, 0), (3, 5), (7, 2)]:
        profile = [0] * 7
        for p, k in enumerate((s, t)):
            for a, rung in zip(small.own(small.players[p]), played.rungs[p][k], strict=True):
                profile[a] = rung
        np.testing.assert_array_equal(played.payoffs[:, s, t], small.at(tuple(profile)))
    best = dominant_rungs(small)
    assert {one.action for one in best if one.always} >= {"a-control", "b-control"}
    assert all(one.best == "off" for one in best if one.action.endswith("control"))


# ---- export ----------------------------------------------------------------------------------------------------------


def test_games_are_written_as_gambit_reads_them():
    text = nfg_text(SEXES, title='Battle of the "sexes"')
    assert text.startswith('NFG 1 R "Battle of the \\"sexes\\"" { "A" "B" }')
    body = [float(v) for v in text.strip().splitlines()[-1].split()]
    assert body == [2, 1, 0, 0, 0, 0, 1, 2]  # the first player's strategy runs fastest
    chain = form([[(1, 2), (3, 4)], [(5, 6), (7, 8)]])
    assert [float(v) for v in nfg_text(chain).strip().splitlines()[-1].split()] == [1, 2, 5, 6, 3, 4, 7, 8]
    tree = efg_text(chain).splitlines()
    assert tree[0] == 'EFG 2 R "Game" { "A" "B" }'
    assert [line for line in tree if line.startswith("t")] == [
        f't "" {k} "" {{ {a}, {b} }}'
        for k, (a, b) in enumerate([(1.0, 2.0), (3.0, 4.0), (5.0, 6.0), (7.0, 8.0)], 1)
    ]
    assert len([line for line in tree if line.startswith("p")]) == 3


def test_open_spiel_reads_the_tree_and_agrees_on_equilibria():
    pyspiel = pytest.importorskip("pyspiel", reason="open-spiel is not installed")
    for played in (DILEMMA, STAG, SEXES):
        loaded = pyspiel.load_efg_game(efg_text(played))
        for place in itertools.product(range(2), range(2)):
            state = loaded.new_initial_state()
            state.apply_action(state.legal_actions()[place[0]])
            state.apply_action(state.legal_actions()[place[1]])
            assert state.returns() == played.payoffs[(slice(None), *place)].tolist()
            policy = {}
            for player, k in enumerate(place):
                probe = loaded.new_initial_state()
                if player:
                    probe.apply_action(probe.legal_actions()[0])
                key, legal = probe.information_state_string(player), probe.legal_actions()
                policy[key] = [(action, float(action == legal[k])) for action in legal]
            gap = pyspiel.nash_conv(loaded, pyspiel.TabularPolicy(policy))
            assert (abs(gap) < 1e-12) == (place in pure_equilibria(played))


# ---- deals -----------------------------------------------------------------------------------------------------------


def test_the_nash_point_of_two_by_edges_is_that_of_the_general_method():
    draw = np.random.default_rng(4)
    for size in (2, 5, 40):
        gains = draw.uniform(-1, 3, size=(size, 2))
        gains[0] = [0.3, 0.2]
        found = nash_point(gains, np.zeros(2))
        edges = _on_edges(gains) @ gains
        assert edges == pytest.approx(found.payoffs, abs=1e-6)
        trials = draw.dirichlet(np.full(size, 0.2), size=4000) @ gains
        products = np.where((trials > 0).all(1), trials.prod(1), 0.0)
        assert edges.prod() >= products.max() - 1e-12


def test_a_frontier_whose_points_nearly_share_a_line_has_a_nash_point():
    x = np.linspace(0.0, 1.0, 120)
    gains = 1e3 * np.stack([x, 1 - x + 1e-9 * x * (1 - x)], 1) - 400
    found = nash_point(gains, np.zeros(2))
    assert found.payoffs == pytest.approx([100.0, 100.0], abs=1e-3)


@pytest.mark.parametrize("players", [2, 3])
def test_the_frontier_is_exact(players):
    points = np.random.default_rng(players).integers(0, 12, size=(200, players)).astype(float)
    brute = {
        tuple(point)
        for point in points
        if not any((other >= point).all() and (other > point).any() for other in points)
    }
    front = pareto_front(points)
    assert {tuple(points[k]) for k in front} == brute
    assert len(front) == len(brute)


def test_nash_point_on_a_line_and_on_a_known_frontier():
    found = nash_point(np.array([[0.0, 6.0], [4.0, 4.0], [6.0, 0.0]]), np.zeros(2))
    assert found.payoffs.tolist() == [4.0, 4.0]
    assert found.points == (1,)
    # between (0, 6) and (6, 0): 3 and 3 by a fair coin
    found = nash_point(np.array([[0.0, 6.0], [6.0, 0.0]]), np.zeros(2))
    np.testing.assert_allclose(found.payoffs, [3.0, 3.0], atol=1e-9)
    # the threat point moves the bargain: gains are split along the line x + y = 6
    found = nash_point(np.array([[0.0, 6.0], [6.0, 0.0]]), np.array([2.0, 0.0]))
    np.testing.assert_allclose(found.payoffs, [4.0, 2.0], atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_nash_point_beats_every_mixture_of_two(seed):
    points = np.random.default_rng(seed).normal(size=(40, 2))
    threat = np.array([-0.3, -0.2])
    found = nash_point(points, threat)
    value = np.log(found.payoffs - threat).sum()
    best = -np.inf
    share = np.linspace(0, 1, 401)[:, None]
    for i, j in itertools.combinations(range(40), 2):
        mixed = share * points[i] + (1 - share) * points[j] - threat
        good = mixed[(mixed > 0).all(1)]
        if len(good):
            best = max(best, float(np.log(good).sum(1).max()))
    assert value >= best - 1e-12
    assert value <= best + 1e-4
    assert sum(found.weights) == pytest.approx(1)


def test_kalai_smorodinsky_gives_equal_shares_of_hope():
    points = np.random.default_rng(4).normal(size=(60, 2))
    threat = np.array([-0.5, 0.1])
    found, hope = kalai_smorodinsky(points, threat)
    share = (found.payoffs - threat) / (hope - threat)
    assert share[0] == pytest.approx(share[1], abs=1e-8)


def test_bargains_of_two_are_those_of_the_linear_programme():
    """The points of two players, found on edges, against SciPy's linear programme."""
    draw = np.random.default_rng(8)
    settled = 0
    for number in range(60):
        points = draw.normal(size=(draw.integers(1, 12), 2)).round(number % 3 or 9)
        threat = draw.normal(size=2).round(1)
        gains = points - threat
        lp = functools.partial(
            linprog, A_eq=np.ones((1, len(points))), b_eq=[1.0], bounds=[(0, None)] * len(points)
        )
        best = [lp(-gains[:, p], A_ub=-gains.T, b_ub=np.zeros(2)) for p in (0, 1)]
        if not all(each.success for each in best) or gains.max() <= 0:
            with pytest.raises(InputError, match=r"threat point"):
                kalai_smorodinsky(points, threat)
            continue
        hope = np.array([-each.fun for each in best])
        if hope.min() <= 1e-9:
            continue
        found, ours = kalai_smorodinsky(points, threat)
        np.testing.assert_allclose(ours - threat, hope, rtol=1e-9, atol=1e-12)
        optimum = linprog(
            np.append(np.zeros(len(points)), -1.0),
            A_ub=np.hstack([-gains.T, hope[:, None]]),
            b_ub=np.zeros(2),
            A_eq=np.append(np.ones(len(points)), 0.0)[None],
            b_eq=[1.0],
            bounds=[(0, None)] * len(points) + [(None, None)],
        )
        assert ((found.payoffs - threat) / hope).min() == pytest.approx(-optimum.fun, rel=1e-9)
        settled += 1
        if (gains.min(1) <= 0).all():
            largest = linprog(
                np.append(np.zeros(len(points)), -1.0),
                A_ub=np.hstack([-gains.T, np.ones((2, 1))]),
                b_ub=np.zeros(2),
                A_eq=np.append(np.ones(len(points)), 0.0)[None],
                b_eq=[1.0],
                bounds=[(0, None)] * len(points) + [(None, None)],
            )
            if -largest.fun > 1e-9:
                assert (_interior(gains) @ gains).min() == pytest.approx(-largest.fun, rel=1e-9)
    assert settled > 15


def test_a_symmetric_world_gives_a_symmetric_bargain(small):
    space = deal_space(small)
    np.testing.assert_allclose(space.gains[0], 0, atol=1e-9)
    mirrored = np.sort(space.gains[:, 0]) - np.sort(space.gains[:, 1])
    np.testing.assert_allclose(mirrored, 0, atol=1e-7)


def test_when_nothing_beats_the_threat_point_there_is_no_bargain():
    worse = -np.ones((2, 2, 2))
    worse[:, 0, 0] = 0
    space = deal_space(game(worse, 1))
    assert (space.better, space.nash, space.kalai) == (0, None, None)
    with pytest.raises(InputError, match="no point"):
        nash_point(worse.reshape(2, -1).T, np.zeros(2))


def swap_game() -> Game:
    """Each side has one costly gift and one that pays it too; values per million USD."""
    payoffs = np.zeros((2, 2, 2, 2, 2))
    for a, b, c, d in itertools.product(range(2), repeat=4):
        payoffs[0, a, b, c, d] = -3 * a + 1 * b + 5 * c + 1 * d
        payoffs[1, a, b, c, d] = +7 * a + 1 * b - 2 * c + 2 * d
    return game(payoffs, 2)


def test_swaps_are_found_and_told_apart_from_gifts_that_pay_alone():
    played = swap_game()
    found = smallest_swaps(played)
    kinds = {tuple(sorted(a for gift in swap.gifts for a, _ in gift.changes)): swap for swap in found}
    assert kinds[0, 2].kind == "swap"
    assert kinds[0, 2].gains == (2.0, 5.0)
    assert [gift.cost for gift in kinds[0, 2].gifts] == [3.0, 2.0]
    assert kinds[1, 3].kind == "pays alone"
    assert (0, 3) not in kinds  # the first side would lose two
    brute = {
        (a, c)
        for a, c in itertools.product((0, 1), (2, 3))
        if (played.at(tuple(int(k in (a, c)) for k in range(4))) > 1e-3).all()
    }
    assert set(kinds) == brute
    assert [gift.changes for gift in gifts(played, "A")] == [((0, 1),), ((1, 1),)]


def test_payments_make_the_other_whole():
    played = swap_game()
    found = {one.player: one for one in payments(played)}
    # A likes best: keep its costly gift, take both of B's: B then gets 1 − 2 + 2 = 1, no payment
    assert found["B"].needed == 0
    # B likes best: A gives both, B keeps its costly gift: A gets −3 + 1 + 0 + 1 = −1
    assert found["A"].needed == pytest.approx(1)
    assert found["A"].affordable
    assert found["A"].gain_other == pytest.approx(10)


def test_a_game_with_payoffs_of_another_shape_is_refused():
    lone = Action(id="x", player="A", title="x", rungs=(Rung(id="0", title="0", does="nothing"),))
    with pytest.raises(InputError, match="shape"):
        Game(("A",), (lone,), np.zeros((1, 2)))


# ---- screening -------------------------------------------------------------------------------------------------------


def test_screening_predicts_from_pairs_and_says_what_it_verified():
    economy, dossier, spec = duel()
    exact = payoff_tensor(Model(economy), dossier, spec).game().payoffs.reshape(2, -1).T
    exact = exact - exact[0]
    found = screen(Model(economy), dossier, spec, verify=8)
    np.testing.assert_allclose(found.predicted[found.verified], exact[found.verified], atol=1e-6)
    singles = sum(
        exact[np.ravel_multi_index(tuple(int(k == a) for k in range(7)), spec.shape)][None]
        * found.profiles[:, [a]]
        for a in range(7)
    )
    assert np.abs(found.predicted - exact).max() < np.abs(singles - exact).max()
    assert np.median(np.abs(found.predicted - exact)) < np.median(np.abs(singles - exact)) / 3
    assert 0 < found.typical <= found.worst
    assert f"{int(found.verified.sum()):,} of {len(exact):,} profiles" in found.statement()
    full = screen(Model(economy), dossier, spec, verify=4 * len(exact))
    assert full.verified.all()
    np.testing.assert_allclose(full.predicted, exact, atol=1e-6)


def test_slopes_have_the_sign_of_small_measures():
    economy, dossier, spec = duel()
    found = screen(Model(economy), dossier, spec, verify=0, pairs=2)
    singles = payoff_tensor(Model(economy), dossier, spec).game()
    for a in (2, 5):  # the controls, small enough for a slope
        profile = tuple(int(k == a) for k in range(7))
        np.testing.assert_allclose(
            found.slopes[a], singles.at(profile) - singles.at(singles.standing), rtol=0.2
        )
    assert (found.slopes[6] == 0).all()


def test_nash_point_is_not_searched_on_where_rounding_is_left(monkeypatch):
    solved = []
    least = np.linalg.lstsq
    monkeypatch.setattr(np.linalg, "lstsq", lambda *given, **how: solved.append(1) or least(*given, **how))
    rng = np.random.default_rng(5)
    for _ in range(40):
        first = rng.uniform(0.1, 1.0, 12)
        gains = np.stack([first, 1.2 - first**1.5 + 1e-9 * rng.random(12)], axis=1)
        solved.clear()
        found = nash_point(gains, np.zeros(2))
        assert len(solved) < 60
        best = _on_edges(gains) @ gains
        assert found.payoffs == pytest.approx(best, rel=1e-9)
