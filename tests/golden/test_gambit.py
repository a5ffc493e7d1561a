"""Our solvers and our exports beside what Gambit and OpenSpiel found (recorded by scripts/record_gambit.py)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from detente.strategy.equilibria import StrategicForm, logit_quantal, pure_equilibria, regret, undominated
from detente.strategy.export import efg_text, nfg_text

RECORD = json.loads((Path(__file__).parent / "gambit.json").read_text())
GAMES = sorted(RECORD["games"])
FORKED = {"sexes": lambda a, b: (a, b[::-1]), "chicken": lambda a, b: (a, b)}
"""Games that look the same to both players: the branch forks where play stops being alike (and how to lay one on the other)."""


def recorded(name: str) -> tuple[StrategicForm, dict]:
    found = RECORD["games"][name]
    payoffs = np.reshape(found["payoffs"], (len(found["players"]), *found["shape"]))
    return StrategicForm(tuple(found["players"]), tuple(map(tuple, found["strategies"])), payoffs), found


def test_the_record_says_what_made_it():
    assert RECORD["gambit"].split(".")[0] == "16"
    assert "scripts/record_gambit.py" in RECORD["about"]
    assert {"dilemma", "sexes", "chicken", "three-by-three", "two-by-two-by-two", "briefing"} <= set(GAMES)


@pytest.mark.parametrize("name", GAMES)
def test_gambit_reads_back_the_very_text_that_is_written(name):
    form, found = recorded(name)
    # the text is the one that Gambit was given, to the letter; what Gambit held after reading it was compared payoff by payoff
    assert hashlib.sha256(nfg_text(form, title=name).encode()).hexdigest() == found["nfg_sha256"]
    assert hashlib.sha256(efg_text(form, title=name).encode()).hexdigest() == found["efg_sha256"]
    assert found["nfg_read_back"]
    assert found["efg_read_back"]
    assert found["labels_read_back"]


@pytest.mark.parametrize("name", GAMES)
def test_pure_equilibria_are_gambits(name):
    form, found = recorded(name)
    assert [list(place) for place in pure_equilibria(form)] == found["pure"]


@pytest.mark.parametrize("name", GAMES)
def test_what_dominance_leaves_is_gambits(name):
    form, found = recorded(name)
    assert [list(mine) for mine in undominated(form)] == found["undominated"]


@pytest.mark.parametrize("name", [name for name in GAMES if name not in FORKED])
def test_logit_play_is_on_gambits_principal_branch(name):
    form, found = recorded(name)
    assert len(found["logit"]) == 3
    for point in found["logit"]:
        ours = logit_quantal(form, point["precision"])
        for mine, theirs in zip(ours.mixes, point["mixes"], strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-7)


@pytest.mark.parametrize("name", FORKED)
def test_in_a_game_alike_for_both_the_branch_stays_alike_where_it_forks(name):
    form, found = recorded(name)
    left = 0
    for point in found["logit"]:
        ours = logit_quantal(form, point["precision"])
        one, other = FORKED[name](*ours.mixes)
        np.testing.assert_allclose(one, other, atol=1e-9)
        worth = (form.payoffs[0] @ ours.mixes[1], ours.mixes[0] @ form.payoffs[1])
        for mix, u in zip(ours.mixes, worth, strict=True):
            odds = np.exp(point["precision"] * (u - u.max()))
            np.testing.assert_allclose(mix, odds / odds.sum(), atol=1e-9)
        theirs, other = FORKED[name](*(np.array(mix) for mix in point["mixes"]))
        if abs(theirs - other).max() < 1e-6:
            np.testing.assert_allclose(one, theirs, atol=1e-7)
        else:
            left += 1
    assert (
        left >= 1
    )  # past the fork rounding decides which arm a path takes; Gambit took one, we stay on the stem


@pytest.mark.parametrize("name", [name for name in GAMES if "mixed" in RECORD["games"][name]])
def test_every_mixed_equilibrium_of_gambit_is_one_of_our_payoffs_and_holds_our_pure_ones(name):
    form, found = recorded(name)
    assert found["mixed"]
    players = range(len(form.players))
    for mixes in found["mixed"]:
        for p in players:
            worth = form.payoffs[p]
            for q in reversed([q for q in players if q != p]):
                worth = np.tensordot(worth, mixes[q], axes=(q, 0))
            assert worth.max() - worth @ np.array(mixes[p]) < 1e-9
    sure = sorted(
        [int(np.argmax(mix)) for mix in mixes]
        for mixes in found["mixed"]
        if all(max(mix) > 1 - 1e-9 for mix in mixes)
    )
    assert sure == [list(place) for place in pure_equilibria(form)]


@pytest.mark.parametrize("name", ["dilemma", "sexes-uneven", "chicken-uneven", "hunt", "struck-out-in-turn"])
def test_the_branch_ends_in_one_of_gambits_equilibria(name):
    form, found = recorded(name)
    ours = np.concatenate(logit_quantal(form, 60.0).mixes)
    gaps = [np.abs(ours - np.concatenate(mixes)).max() for mixes in found["mixed"]]
    assert min(gaps) < 1e-6


@pytest.mark.parametrize("name", [name for name in GAMES if "open_spiel_nash_conv" in RECORD["games"][name]])
def test_regret_of_every_profile_is_open_spiels(name):
    form, found = recorded(name)
    np.testing.assert_allclose(regret(form).sum(0).ravel(), found["open_spiel_nash_conv"], atol=1e-12)
