"""Threats between sides unsure of each other: by hand, by the probabilities themselves, and at the ends."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from detente.campaign import Threat, learn, play
from detente.campaign.beliefs import EVENTS, HARD, SOFT, posterior, shifted, signal_odds, sweep
from detente.core import InputError

PLAIN = {
    "demand": 5.0,
    "harm_target": 10.0,
    "harm_sender": 6.0,
    "audience": 2.0,
    "precision": 0.5,
    "sender_hard": 0.4,
    "target_hard": 0.3,
    "hard_weight": 0.25,
}


def logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def test_a_threat_by_hand() -> None:
    made = play(Threat.of(**PLAIN))
    soft, hard = logistic(0.5 * (2 - 6)), logistic(0.5 * (2 - 1.5))
    feared = 0.6 * soft + 0.4 * hard
    target = [logistic(0.5 * (feared * weight * 10 - 5)) for weight in (1, 0.25)]
    hoped = 0.7 * target[0] + 0.3 * target[1]
    worth = [
        hoped * 5 + (1 - hoped) * (-carry * weight * 6 - (1 - carry) * 2)
        for carry, weight in ((soft, 1), (hard, 0.25))
    ]
    assert made.carries.tolist() == pytest.approx([soft, hard])
    assert made.concedes.tolist() == pytest.approx(target)
    assert made.expected.tolist() == pytest.approx(worth)
    assert made.threatens.tolist() == pytest.approx([logistic(0.5 * value) for value in worth])
    assert float(made.conceded) == pytest.approx(hoped)


def test_the_ends_by_going_through_every_pair_of_types() -> None:
    threat = Threat.of(**PLAIN, sender_bias=-0.8, target_bias=-1.2)
    made = play(threat)
    ends, worth, everybody = np.zeros(3), 0.0, 0.0
    for sender, target in itertools.product((SOFT, HARD), repeat=2):
        share = (0.4 if sender else 0.6) * (0.3 if target else 0.7) * float(made.threatens[sender])
        concede, carry = float(made.concedes[target]), float(made.carries[sender])
        chances = np.array([concede, (1 - concede) * (1 - carry), (1 - concede) * carry])
        own = 0.25 if sender else 1.0
        ends += share * chances
        worth += share * float(chances @ [5.0, -2.0, -own * 6.0])
        everybody += share
    assert np.allclose(ends / everybody, [made.conceded, made.backed_down, made.carried_out], atol=1e-12)
    assert float(made.worth) == pytest.approx(worth / everybody, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.05, 0.95),
    st.floats(0.05, 0.95),
    st.floats(0.05, 3),
    st.floats(0, 20),
    st.sampled_from(EVENTS),
)
def test_beliefs_are_right_on_average(
    sender: float, target: float, precision: float, audience: float, event: str
) -> None:
    """Before anything is seen the expected belief afterwards is the belief: nobody can expect to change their own mind."""
    threat = Threat.of(
        **{
            **PLAIN,
            "sender_hard": sender,
            "target_hard": target,
            "precision": precision,
            "audience": audience,
        }
    )
    pair = next(pair for pair in zip(EVENTS[::2], EVENTS[1::2], strict=True) if event in pair)
    side = 1 if "conceded" in pair else 0
    now = play(threat)
    odds = {"kept": now.carries, "conceded": now.concedes, "signalled": signal_odds(threat, 1.0)}[pair[0]]
    hard = (sender, target)[side]
    chance = hard * odds[HARD] + (1 - hard) * odds[SOFT]
    after = [float(learn(threat, [name], cost=1.0)[1][-1][side]) for name in pair]
    assert float(chance) * after[0] + (1 - float(chance)) * after[1] == pytest.approx(hard, abs=1e-6)


def test_kept_threats_make_hard_and_dropped_ones_soft() -> None:
    threat = Threat.of(**PLAIN)
    kept, dropped = learn(threat, ["kept"])[0], learn(threat, ["dropped"])[0]
    assert dropped.sender_hard < threat.sender_hard < kept.sender_hard
    assert play(kept).conceded > play(threat).conceded > play(dropped).conceded
    paid, cheap = learn(threat, ["signalled"], cost=2.0)[0], learn(threat, ["signalled"], cost=0.0)[0]
    assert paid.sender_hard > threat.sender_hard
    assert paid.sender_hard - threat.sender_hard > abs(float(cheap.sender_hard - threat.sender_hard))


def test_two_overconfident_sides_break_down_more_often() -> None:
    calm, bold = sweep(12.0, 6.0), sweep(12.0, 6.0, bias=-1.5)
    assert (bold.carried_out > calm.carried_out).mean() > 0.9
    assert (bold.conceded <= calm.conceded).all()
    for made in (calm, bold):
        assert np.allclose(made.conceded + made.backed_down + made.carried_out, 1.0, atol=1e-12)


def test_audiences_make_threats_believed() -> None:
    worth = play(Threat.of(**{**PLAIN, "audience": np.array([0.0, 2.0, 6.0, 30.0])}))
    assert (np.diff(worth.conceded) > 0).all()
    assert (np.diff(worth.carries, axis=1) > 0).all()


def test_bias_moves_log_odds_and_bayes_needs_something_seen() -> None:
    assert float(shifted(np.array(0.2), np.array(math.log(4)))) == pytest.approx(0.5)
    assert float(posterior(np.array(0.3), np.array(0.0), np.array(0.0))) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sender_hard": 1.0}, "strictly between"),
        ({"audience": -1.0}, "below zero"),
        ({"demand": None}, "needs"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, float | None], words: str) -> None:
    values = {key: value for key, value in {**PLAIN, **changes}.items() if value is not None}
    with pytest.raises(InputError, match=words):
        Threat.of(**values)
    with pytest.raises(InputError, match="no event"):
        learn(Threat.of(**PLAIN), ["won"])
