"""What a screening predicts, put together by hand from exact payoffs of the mirror world."""

from __future__ import annotations

import dataclasses
import itertools
import sys

import numpy as np
import pytest
from strategy_games import duel, duel_model

from detente.core import InputError
from detente.dossier.dossier import FrozenDict
from detente.equilibrium import Model
from detente.strategy.bargains import pareto_front
from detente.strategy.equilibria import StrategicForm
from detente.strategy.export import efg_text, known_form, nfg_text
from detente.strategy.payoff import payoff_tensor
from detente.strategy.preferences import PlayerWeights, Preferences
from detente.strategy.screening import screen

COUNT = 7


@pytest.fixture(scope="module")
def exact() -> np.ndarray:
    """Payoffs [profile, player] against the standing state."""
    payoffs = payoff_tensor(*duel_model()).game().payoffs.reshape(2, -1).T
    return payoffs - payoffs[0]


def place(actions: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(tuple(int(a in actions) for a in range(COUNT)), (2,) * COUNT))


def by_hand(exact: np.ndarray, actions: tuple[int, ...], pairs: set[tuple[int, int]]) -> np.ndarray:
    """Every single effect, and of every pair what it adds to its two singles."""
    total = sum((exact[place((a,))] for a in actions), np.zeros(2))
    for a, b in itertools.combinations(actions, 2):
        if (a, b) in pairs:
            total = total + exact[place((a, b))] - exact[place((a,))] - exact[place((b,))]
    return total


def test_singles_and_pairs_predict_every_profile(exact: np.ndarray) -> None:
    found = screen(*duel_model(), verify=0)
    pairs = set(itertools.combinations(range(COUNT), 2))
    assert (found.solves, int(found.verified.sum())) == (1 + 7 + 21, 29)
    assert (found.worst, found.typical) == (0, 0)
    for k, profile in enumerate(found.profiles):
        actions = tuple(a for a in range(COUNT) if profile[a])
        assert found.verified[k] == (len(actions) <= 2)
        assert found.predicted[k] == pytest.approx(by_hand(exact, actions, pairs), abs=1e-6)
    assert found.verified_share == 29 / 128


def test_only_the_steepest_actions_have_pairs(exact: np.ndarray) -> None:
    found = screen(*duel_model(), verify=0, pairs=3)
    steep = abs(found.slopes).max(1)
    chosen = sorted(range(COUNT), key=lambda a: (-steep[a], a))[:3]
    pairs = set(itertools.combinations(sorted(chosen), 2))
    assert int(found.verified.sum()) == 1 + 7 + 3
    assert {tuple(np.flatnonzero(found.profiles[k])) for k in np.flatnonzero(found.verified)} == {
        (), *((a,) for a in range(COUNT)), *pairs
    }  # fmt: skip
    for k, profile in enumerate(found.profiles):
        actions = tuple(int(a) for a in np.flatnonzero(profile))
        assert found.predicted[k] == pytest.approx(by_hand(exact, actions, pairs), abs=1e-6)


def test_slopes_are_the_derivative_along_the_rung() -> None:
    """A hundredth of each measure, solved, says what the adjoint says."""
    economy, dossier, spec = duel()
    found = screen(Model(economy), dossier, spec, verify=0, pairs=0)
    small = {}
    for name, one in dossier.measures.items():
        values = tuple(
            v if v.value is None else v.model_copy(update={"value": v.value / 100}) for v in one.values
        )
        effect = one.effect
        if effect is not None:
            cost = {"X": 1.05 ** (1 / 100) - 1}
            effect = effect.model_copy(update={"ad_valorem": cost})
        small[name] = one.model_copy(update={"values": values, "effect": effect})
    tiny = payoff_tensor(
        Model(economy), dataclasses.replace(dossier, measures=FrozenDict(small)), spec
    ).game()
    for a in range(COUNT):
        moved = tiny.at(tuple(int(k == a) for k in range(COUNT))) - tiny.at(tiny.standing)
        assert found.slopes[a] == pytest.approx(100 * moved, rel=0.02, abs=1e-9)


def test_the_best_and_some_of_all_are_verified_and_the_error_is_theirs(exact: np.ndarray) -> None:
    rough, found = screen(*duel_model(), verify=0), screen(*duel_model(), verify=8)
    new = found.verified & ~rough.verified
    first = [int(k) for k in pareto_front(rough.predicted) if not rough.verified[k]]
    rest = sorted(
        (k for k in range(128) if not rough.verified[k]), key=lambda k: (-rough.predicted[k].min(), k)
    )
    best = list(dict.fromkeys([*first, *rest]))[:6]
    assert set(np.flatnonzero(new)) == {
        *best,
        127,
    }  # of the two spread evenly the first is the standing state
    errors = abs(exact - rough.predicted).max(1)[new]
    assert found.worst == pytest.approx(errors.max(), abs=1e-6)
    assert found.typical == pytest.approx(np.median(errors), abs=1e-6)
    assert found.solves == 29 + int(new.sum())
    assert found.predicted[new] == pytest.approx(exact[new], abs=1e-6)
    assert found.predicted[~new] == pytest.approx(rough.predicted[~new], abs=1e-9)


def test_a_game_beyond_prediction_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    room = sys.modules[screen.__module__]
    monkeypatch.setattr(room, "MOST", 127)
    with pytest.raises(InputError, match="128 profiles are too many"):
        screen(*duel_model())
    monkeypatch.setattr(room, "MOST", 128)
    assert screen(*duel_model(), verify=0, pairs=0).solves == 8


# ---- games as text, and whose gains count ----------------------------------------------------------------------------


def two_by_three() -> StrategicForm:
    payoffs = np.arange(12, dtype=float).reshape(2, 2, 3)
    return StrategicForm(("A", 'B "b"'), (("up", "down"), ("l", "m\\", "r")), payoffs)


def test_the_first_player_s_strategy_runs_fastest() -> None:
    said = nfg_text(two_by_three(), title="T")
    assert said.splitlines()[0] == 'NFG 1 R "T" { "A" "B \\"b\\"" }'
    assert said.splitlines()[2] == '{ { "up" "down" } { "l" "m\\\\" "r" } }'
    # (up, l), (down, l), (up, m), …: A's payoff, then B's.
    assert said.splitlines()[4] == "0.0 6.0 3.0 9.0 1.0 7.0 4.0 10.0 2.0 8.0 5.0 11.0"


def test_a_tree_has_a_leaf_for_every_profile_and_one_set_for_each_player() -> None:
    lines = efg_text(two_by_three(), title="T").splitlines()
    assert lines[:5] == [
        'EFG 2 R "T" { "A" "B \\"b\\"" }',
        'p "" 1 1 "" { "up" "down" } 0',
        'p "" 2 1 "" { "l" "m\\\\" "r" } 0',
        't "" 1 "" { 0.0, 6.0 }',
        't "" 2 "" { 1.0, 7.0 }',
    ]
    assert lines[-1] == 't "" 6 "" { 5.0, 11.0 }'
    assert len(lines) == 1 + 1 + 2 + 6


def test_known_payoffs_keep_their_places() -> None:
    form = StrategicForm(
        ("A", "B"), (("x",), ("y", "z")), np.array([[[1 / 3, 2e6 / 3]], [[0.1 + 0.2, -1.0]]])
    )
    found = known_form(form)
    assert found.payoffs.shape == form.payoffs.shape
    assert found.payoffs[0, 0, 1] == 666666.67
    assert found.payoffs[1, 0].tolist() == [0.3, -1.0]
    assert (found.players, found.strategies) == (form.players, form.strategies)


def test_a_rival_is_the_other_one_or_the_one_named() -> None:
    def weights(**changes: object) -> Preferences:
        return Preferences(
            id="w", title="W", source="memo", grade="assumed", players={"A": PlayerWeights(**changes)}
        )

    assert weights(relative=0.5).rival("A", ("A", "B")) == "B"
    assert weights(relative=0.5).rival("B", ("A", "B")) is None
    assert weights().rival("A", ("A", "B")) is None
    assert weights(relative=0.5, rival="C").rival("A", ("A", "B", "C")) == "C"
    for players in (("A",), ("A", "B", "C")):
        with pytest.raises(InputError, match="who the rival is cannot be told"):
            weights(relative=0.5).rival("A", players)
