"""One duty a country: his formula, exact best replies, and what is said of each player's."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.core import InputError, Labels
from detente.equilibrium import Model, purge_deficits
from detente.strategy.duties import (
    duty_game,
    judge_duties,
    nash_duties,
    own_slopes,
    transfer_slopes,
    uniform_duties,
)
from detente.strategy.duties.uniform import formula_duties
from detente.validation.lashkaripour2021 import equation_gaps
from detente.world import Economy, toy


@pytest.fixture(scope="module")
def economy() -> Economy:
    rng = np.random.default_rng(5)
    flows = rng.uniform(1, 10, (4, 4, 3)) + 40 * np.eye(4)[:, :, None]
    tariff = np.where(np.eye(4, dtype=bool)[:, :, None], 0.0, rng.uniform(0, 0.2, (4, 4, 3)))
    labels = Labels(("AAA", "BBB", "CCC", "DDD"), ("ONE", "TWO", "SERV"))
    shape = (4, 3)
    return Economy(
        "four",
        2024,
        labels,
        flows,
        tariff,
        np.ones(shape),
        np.zeros((4, 3, 3)),
        np.array([3.0, 6.0, 4.0]),
        "assumed",
    )


@pytest.fixture(scope="module")
def game(economy):
    return duty_game(Model(economy), by="partner", mfn=True, sectors=["ONE", "TWO"], bounds=(0.0, 5.0))


@pytest.fixture(scope="module")
def exact(game):
    return uniform_duties(game)


def test_own_slopes_are_those_of_the_adjoint_and_of_differences(game):
    duties = np.array([0.1, 0.4, 0.25, 0.0])
    value = game.solve(duties)
    slopes = own_slopes(game, value)
    _, general = game.slopes(value, game.players)
    for k, code in enumerate(game.players):
        assert slopes[k] == pytest.approx(general[k][game.of(code)][0], abs=1e-11)
        ends = []
        for sign in (1, -1):
            moved = duties.copy()
            moved[game.of(code)] = (1 + moved[game.of(code)]) * np.exp(sign * 1e-5) - 1
            ends.append(np.log(game.solve(moved).real_income_hat[k]))
        assert slopes[k] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-8)


def test_best_replies_are_the_equilibrium_of_the_general_search(game, exact):
    general = nash_duties(game, verify=False)
    assert exact.duties == pytest.approx(general.duties, abs=1e-6)
    assert own_slopes(game, exact.value) == pytest.approx(0, abs=1e-9)


def test_the_formula_holds_by_his_equations_and_is_near_best_replies(economy, exact):
    everything = duty_game(
        Model(economy, closure="zero"), by="partner", mfn=True, sectors=["ONE", "TWO", "SERV"]
    )
    even = purge_deficits(economy).economy
    everything = dataclasses.replace(everything, model=Model(even, closure="zero"))
    found = uniform_duties(everything, "formula")
    income_hat = found.value.income_new / even.income
    for gaps in equation_gaps(even, found.duties, found.value.wage_hat, income_hat):
        assert gaps == pytest.approx(0, abs=1e-8)
    off = equation_gaps(even, found.duties + 0.01, found.value.wage_hat, income_hat)[2]
    assert np.abs(off).max() > 5e-3
    best = uniform_duties(everything)
    assert 1e-4 < np.abs(best.duties - found.duties).max() < 0.2
    assert formula_duties(everything, found.value) == pytest.approx(found.duties, abs=1e-8)


def test_every_player_is_judged_at_second_order_and_from_afar(game, exact):
    judged = judge_duties(exact)
    assert len(judged) == len(game.players)
    assert all(player.holds and not player.corner for player in judged)
    assert all(player.curvature < 0 and player.gain < 0 for player in judged)


def test_a_corner_is_named_and_a_duty_that_is_not_best_is_found_out(game, exact):
    tight = dataclasses.replace(game, upper=0.05)
    corner = uniform_duties(tight, start=0.02)
    assert corner.duties == pytest.approx(0.05, abs=1e-12)
    assert {player.corner for player in judge_duties(corner)} == {"highest"}
    assert all(player.holds for player in judge_duties(corner))
    wrong = dataclasses.replace(exact, duties=2 * exact.duties, value=game.solve(2 * exact.duties))
    (judged,) = judge_duties(wrong, ["AAA"])
    assert not judged.holds
    assert judged.gain > 0
    assert judged.best == pytest.approx(exact.duties[0], rel=0.2)


def test_what_lending_adds_to_a_duty_is_told_apart(game, economy, exact):
    duties, slopes = exact.duties.copy(), transfer_slopes(game, exact.value)
    for k, code in enumerate(game.players):
        prices = []
        for sign in (1, -1):
            moved = duties.copy()
            moved[game.of(code)] = (1 + moved[game.of(code)]) * np.exp(sign * 1e-5) - 1
            prices.append(np.log(game.solve(moved).consumer_price_hat[k]))
        share = exact.value.deficit_new[k] / exact.value.income_new[k]
        assert slopes[k] == pytest.approx(-share * (prices[0] - prices[1]) / 2e-5, abs=1e-8)
    lends = np.sign(-economy.deficit)
    assert (np.sign(slopes) == lends).all()
    even = dataclasses.replace(game, model=Model(economy, closure="zero"))
    balanced = uniform_duties(even)
    assert transfer_slopes(even, balanced.value) == pytest.approx(0, abs=1e-15)
    lender = int(np.argmin(economy.deficit / economy.income))
    said = {player.player: player.said for player in judge_duties(exact)}
    assert all(text.startswith("a best reply") for text in said.values())
    assert "what the country lends" in said[game.players[lender]]


def test_games_that_it_cannot_take_are_refused(game):
    with pytest.raises(InputError, match="is no rule"):
        uniform_duties(game, "guess")
    with pytest.raises(InputError, match="one duty for each player"):
        uniform_duties(duty_game(Model(toy()), by="sector"))
    with pytest.raises(InputError, match="nash_duties"):
        uniform_duties(duty_game(Model(toy()), by="partner", mfn=True))
