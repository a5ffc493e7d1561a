"""Tables of games from objects written by hand: each figure in its own column, with its own sign and unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from strategy_games import game

from detente.show.tables.equilibria import dominance_table
from detente.show.tables.levers import lever_table, reach_table, share_table
from detente.show.tables.strategy import (
    lottery_words,
    moves_in_words,
    payment_table,
    space_table,
    swap_table,
    verdict_table,
    verdict_words,
)
from detente.strategy.bargains import Lottery
from detente.strategy.deals import Gift, Payment, Swap, deal_space
from detente.strategy.equilibria import RungDominance
from detente.strategy.games import Exchange
from detente.strategy.leverage import Lever, Reach
from detente.strategy.verdicts import Verdict


def lever(action: str, player: str, target: float, own: float, **others: float) -> Lever:
    return Lever(action, player, action.upper(), "soft", "hard", target, own, 3000.0, -4000.0, others)


def test_a_lever_s_harm_stands_under_whom_it_hits() -> None:
    table = share_table(
        [
            lever("a", "USA", 1000.0, 500.0, MEX=-700.0, JPN=200.0),
            lever("side:USA", "USA", 9000.0, 1.0),
            lever("b", "CHN", 5000.0, -100.0, MEX=0.4),
            lever("c", "USA", 2000.0, 4000.0),
        ]
    )
    rows = {row["action"]: row for row in table.records()}
    assert list(rows) == ["c", "a", "b", "side:USA"]  # the first side's, strongest first; whole sides last
    a = rows["a"]
    assert (a["player"], a["measure"], a["gentle"], a["harsh"]) == ("USA", "A", "soft", "hard")
    assert (a["harm_target"], a["harm_self"]) == (1.0, 0.5)
    assert (a["ratio"], a["pays_from"]) == (2.0, 0.5)
    assert (a["alone_target"], a["alone_self"]) == (3.0, -4.0)
    assert (a["hit_most"], a["harm_third"], a["harm_others"]) == ("JPN", 0.2, -0.5)
    b = rows["b"]
    assert (b["ratio"], b["pays_from"]) == (None, -0.02)  # it costs nothing
    assert (b["hit_most"], b["harm_third"]) == ("", 0.0004)  # less than half a million is nobody
    assert (rows["c"]["hit_most"], rows["c"]["harm_third"], rows["c"]["harm_others"]) == ("", None, None)
    bare = lever_table([replace(lever("a", "USA", 1000.0, 500.0), alone_target=None, alone_self=None)])
    assert (bare.name, table.name) == ("leverage", "leverage-shares")
    assert {column.key for column in table.columns} - {column.key for column in bare.columns} == {
        "alone_target",
        "alone_self",
    }
    assert [row["harm_self"] for row in bare.records()] == [0.5]


def test_levers_that_do_nothing_have_no_price() -> None:
    for target, own, ratio, pays in ((2.0, 1.0, 2.0, 0.5), (1e-6, 1.0, None, None), (2.0, 1e-6, None, 5e-7)):
        found = lever("a", "A", target, own)
        assert (found.ratio, found.pays_from) == (ratio, pays)


def test_reach_at_each_horizon() -> None:
    found = [
        Reach("a", "USA", "A", "soft", "hard", horizon, target, own)
        for horizon, target, own in (("long", 2000.0, 1000.0), ("short", 3000.0, -500.0))
    ]
    long, short = reach_table(found).records()
    assert (long["horizon"], long["harm_target"], long["harm_self"], long["ratio"]) == ("long", 2.0, 1.0, 2.0)
    assert (short["horizon"], short["harm_target"], short["harm_self"], short["ratio"]) == (
        "short",
        3.0,
        -0.5,
        None,
    )


PLAYED = game(np.array([[[0.0, 4000.0], [-6000.0, 4000.0]], [[0.0, -3000.0], [5000.0, -1000.0]]]), 1)


def test_moves_and_lotteries_in_words() -> None:
    assert moves_in_words(PLAYED, (0, 0)) == "nothing changes"
    assert moves_in_words(PLAYED, (1, 0)) == "A puts 0 on 1"
    assert moves_in_words(PLAYED, (1, 1)) == "A puts 0 on 1; B puts 0 on 1"
    assert moves_in_words(PLAYED, (0, 1), since=(1, 1)) == "A puts 0 on 0"
    assert lottery_words(PLAYED, None) == "nothing beats it"
    # Profiles in C order: 1 is (0, 1), 2 is (1, 0).
    assert lottery_words(PLAYED, Lottery((1,), (1.0,), np.array([1.0, 1.0]))) == "B puts 0 on 1"
    both = Lottery((1, 2), (0.25, 0.75), np.array([1.0, 1.0]))
    assert lottery_words(PLAYED, both) == "25 %: B puts 0 on 1 | 75 %: A puts 0 on 1"


def test_a_deal_space_by_side() -> None:
    better = game(np.array([[[0.0, 2000.0]], [[0.0, 1000.0]]]), 1)
    (row,) = space_table({"plain": (better, [deal_space(better)])}).records()
    assert (row["threat"], row["profiles"], row["better"], row["better_share"]) == ("standing", 2, 1, 50.0)
    assert (row["nash_a"], row["nash_b"]) == pytest.approx((2.0, 1.0))
    assert (row["kalai_a"], row["kalai_b"]) == pytest.approx((2.0, 1.0))
    none = game(np.array([[[0.0, 2000.0]], [[0.0, -1000.0]]]), 1)
    (row,) = space_table({"plain": (none, [deal_space(none)])}).records()
    assert (row["nash_a"], row["kalai_b"], row["nash_words"]) == (None, None, "nothing beats it")


def test_a_swap_says_who_gives_what_and_who_gains() -> None:
    gifts = (Gift("A", ((0, 1),), 3000.0, 7000.0), Gift("B", ((1, 1),), -1000.0, 2000.0))
    swap = Swap(gifts, (1, 1), (2000.0, 5000.0), "swap")
    (row,) = swap_table(PLAYED, [swap]).records()
    assert (row["gives_a"], row["gives_b"]) == ("puts 0 on 1", "puts 0 on 1")
    assert (row["gain_a"], row["gain_b"], row["cost_a"], row["cost_b"]) == (2.0, 5.0, 3.0, -1.0)
    assert (row["kind"], row["size"]) == ("swap", 2)


def verdict(gains: tuple[float, float], without: tuple[float, float], rational: bool) -> Verdict:
    exchange = Exchange(id="x", title="X", moves={"a": "1"}, claims=("C1", "C2"))
    return Verdict(exchange, gains, without, rational, {}, (0.5, None))


def test_a_verdict_by_side_and_in_words() -> None:
    found = verdict((2000.0, -4000.0), (-3000.0, 100.0), False)
    (row,) = verdict_table({"plain": [found]}, ("A", "B")).records()
    assert (row["exchange"], row["preferences"]) == ("X", "plain")
    assert (row["gain_a"], row["gain_b"], row["own_a"], row["own_b"]) == (2.0, -4.0, -3.0, 0.1)
    assert (row["refuses_a"], row["refuses_b"], row["claims"]) == (0.5, None, "C1, C2")
    assert row["verdict"] == "B would lose"
    for gains, without, rational, words in (
        ((1.0, 2.0), (-3.0, 5.0), True, "both gain"),
        ((1.0, 2.0), (0.0, 5.0), True, "both gain, at no cost to either"),
        ((1.0, 2.0), (-1e-3, 5.0), True, "both gain, at no cost to either"),
        ((1.0, 2.0), (1e-3, 5.0), True, "both gain, at no cost to either"),
        ((1.0, 2.0), (0.1, 5.0), True, "both gain, each also by its own part alone"),
        ((-1.0, -2.0), (0.0, 0.0), False, "A and B would lose"),
        ((-1e-3, 2.0), (0.0, 0.0), False, "somebody gains nothing"),
    ):
        assert verdict_words(verdict(gains, without, rational), ("A", "B")) == words


def test_payments_and_dominance() -> None:
    found = {"standing": [Payment("B", "A", (0, 1), 4000.0, 1000.0, True)]}
    (row,) = payment_table(PLAYED, found).records()
    assert (row["player"], row["other"], row["affordable"]) == ("B", "A", "yes")
    assert (row["payment"], row["gain_other"], row["favourite"]) == (1.0, 4.0, "B puts 0 on 1")
    rung = RungDominance("a", "A", "Hard", False, 0.75, -2000.0)
    (row,) = dominance_table([rung], "plain").records()
    assert (row["player"], row["action"], row["best"], row["always"]) == ("A", "a", "Hard", "no")
    assert (row["best_share"], row["margin"]) == (75.0, -2.0)
