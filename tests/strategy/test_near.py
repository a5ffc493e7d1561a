"""The game around the state as it stands: the same numbers as the whole game, and no answer where it has none."""

from __future__ import annotations

import numpy as np
import pytest
from strategy_games import duel_model

from detente.core import InputError
from detente.strategy.deals import deal_space, payments, smallest_swaps
from detente.strategy.leverage import extremes, leverage_of
from detente.strategy.near import near_profiles, near_tensor, single_moves
from detente.strategy.payoff import payoff_tensor
from detente.strategy.shares import shares_of


@pytest.fixture(scope="module")
def both():
    model, dossier, spec = duel_model()
    return payoff_tensor(model, dossier, spec), near_tensor(model, dossier, spec)


def test_what_is_solved_is_what_the_whole_game_has(both):
    whole, near = both
    assert near.solves < whole.solves
    solved = near.index >= 0
    assert 0 < solved.sum() < solved.size
    payoffs, same = near.game().payoffs, whole.game().payoffs
    assert np.isnan(payoffs[:, ~solved]).all()
    np.testing.assert_allclose(payoffs[:, solved], same[:, solved], atol=1e-6)
    for profile in (*single_moves(near.spec), *near_profiles(near.spec)):
        assert near.index[profile] >= 0


def test_levers_and_swaps_of_one_measure_are_those_of_the_whole_game(both):
    whole, near = (tensor.game() for tensor in both)
    assert extremes(near) == extremes(whole)
    for one, other in zip(leverage_of(near), leverage_of(whole), strict=True):
        assert (one.action, one.gentle, one.harsh) == (other.action, other.gentle, other.harsh)
        assert one.harm_target == pytest.approx(other.harm_target, abs=1e-6)
        assert one.harm_self == pytest.approx(other.harm_self, abs=1e-6)
    assert [swap.profile for swap in smallest_swaps(near)] == [swap.profile for swap in smallest_swaps(whole)]


def test_a_question_about_every_joint_choice_is_refused(both):
    near = both[1].game()
    for ask in (deal_space, payments, shares_of):
        with pytest.raises(InputError, match="around the standing state only"):
            ask(near)
    mine = near.own("AAA")
    far = tuple(int(a in mine[:2]) for a in range(len(near.actions)))
    assert np.isnan(near.at(far)).all()
    with pytest.raises(InputError, match="around the standing state only"):
        leverage_of(near, gentle=near.standing, harsh=far)
