"""Games in words: dominance, equilibria, the standing state, and gains that are never losses below zero."""

from __future__ import annotations

import numpy as np
import pytest
from strategy_games import game

from detente.core import Column, Table
from detente.show.tables.play import (
    duties_sentence,
    expected_sentence,
    gain_words,
    game_sentences,
)
from detente.strategy.equilibria import dominant_rungs, logit_quantal, pure_equilibria, strategic_form
from detente.strategy.games import Exchange
from detente.strategy.verdicts import Verdict

NBSP = "\u00a0"


def said(payoffs, precision=None):
    """Sentences of a game of one action a side, payoffs in billion USD."""
    played = game(1e3 * np.array(payoffs, float), 1)
    form = strategic_form(played)
    quantal = logit_quantal(form, precision) if precision else None
    sentences = game_sentences(played, form, pure_equilibria(form), quantal, dominant_rungs(played))
    return [sentence.text.replace(NBSP, " ") for sentence in sentences]


def test_a_dilemma_is_told_as_one():
    mine = np.array([[0.0, -10.0], [5.0, -4.0]])
    first, second, equilibrium, standing = said([mine, mine.T])
    assert "A does best when it puts 0 on 1: any other choice is dominated" in first
    assert "B does best when it puts 0 on 1: any other choice is dominated" in second
    assert "One outcome is an equilibrium, where nobody gains by moving alone" in equilibrium
    assert equilibrium.endswith(
        "A loses $4.0 billion a year and B loses $4.0 billion a year: both prefer the standing state."
    )
    assert (
        standing
        == "The standing state is no equilibrium: by moving alone A would gain $5.0 billion and B $5.0 billion a year."
    )
    assert "−" not in first + second + equilibrium + standing


def test_a_game_without_a_pure_equilibrium_says_so_and_what_depends():
    mine = np.array([[1.0, -1.0], [-1.0, 1.0]])
    first, second, equilibrium, standing, odds = said([mine, -mine], precision=1e-3)
    assert (
        first
        == "What is best for A depends on the rest in “Action 0 of A” (“0” is best in 50 percent of cases)."
    )
    assert "What is best for B depends" in second
    assert equilibrium.startswith("No outcome is an equilibrium")
    assert standing.endswith("by moving alone B would gain $2.0 billion a year.")
    assert odds.endswith(
        "the likeliest play is: A changes nothing (50 percent); B changes nothing (50 percent)."
    )


def test_several_equilibria_and_a_standing_state_that_is_one():
    both = np.array([[2.0, 0.0], [0.0, 3.0]])
    *_, equilibrium, standing = said([both, both])
    assert equilibrium.startswith("Two outcomes are equilibria, where nobody gains by moving alone")
    assert "; the first: nothing changes. Against" in equilibrium
    assert "A neither gains nor loses and B neither gains nor loses: nobody prefers one" in equilibrium
    assert standing == "The standing state is an equilibrium: nobody gains by leaving it alone."


def test_an_action_that_moves_nobody_is_no_choice():
    flat = np.zeros((2, 2))
    assert len(said([flat, flat])) == 2


def test_who_prefers_what_is_said_of_each():
    *_, equilibrium, _ = said([[[0.0, 0.0], [4.0, 4.0]], [[0.0, -1.0], [-3.0, -4.0]]])
    assert equilibrium.endswith(
        "A gains $4.0 billion a year and B loses $3.0 billion a year: A prefers it, B prefers the standing state."
    )


@pytest.mark.parametrize("value", [2100.0, -2100.0, 3.0, -3.0, 0.4, 0.0])
def test_a_gain_has_no_sign(value):
    words = gain_words(value)
    assert "−" not in words
    assert words.split()[0] == ("neither" if abs(value) < 0.5 else "gains" if value > 0 else "loses")


def test_expected_exchanges_are_counted_and_the_best_is_named():
    def verdict(title, gains):
        return Verdict(
            Exchange(id="x", title=title, moves={}), gains, (0.0, 0.0), min(gains) > 0, {}, (None, None)
        )

    kinds = [
        verdict("One", (1000.0, 2000.0)),
        verdict("Other", (-5.0, 9000.0)),
        verdict("Best", (3000.0, 1500.0)),
    ]
    text = expected_sentence(kinds, ("USA", "CHN"), "Real income only").text.replace(NBSP, " ")
    assert text == (
        "By two of the three exchanges that are expected everybody gains (real income only); together most by “Best”: "
        "the United States gains $3.0 billion a year and China gains $1.5 billion a year."
    )
    assert expected_sentence(kinds[1:2], ("USA", "CHN"), "X").text.startswith("By none of the exchanges")
    assert expected_sentence(kinds[:1], ("USA", "CHN"), "X").text.startswith("By every one of the exchanges")


def test_duties_say_before_and_after_and_what_comes_of_them():
    keys = ("player", "duty_before_pct", "duty_after_pct", "real_income_pct")
    rows = (("USA", 10.7, 7.8, 0.07), ("CHN", 20.8, 12.4, -0.0012))
    table = Table("nash-welfare", "", tuple(Column(key, key) for key in keys), rows)
    text = duties_sentence(table, "war").text.replace(NBSP, " ")
    assert "the United States charges 7.8 percent (10.7 before) and gains 0.07 percent of real income" in text
    assert text.endswith(
        "China charges 12.4 percent (20.8 before) and moves real income by less than 0.01 percent."
    )
