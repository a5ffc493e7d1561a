"""Declared games and the wedges of their profiles, worked out on paper: no solve, no record."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from strategy_games import duel, measure, mirror, record, switch

from detente.core import DateError, InputError, LabelError
from detente.dossier import Status
from detente.strategy.games import (
    Action,
    Exchange,
    GameSpec,
    Rung,
    _check,
    check_measures,
    load_game,
    part_at,
)
from detente.strategy.payoff import Game
from detente.strategy.profiles import DutyRows, ProfileWedges, _classes, profile_wedges


def ladder(key: str, player: str, *sets: dict[str, dict]) -> Action:
    return Action(
        id=key,
        player=player,
        title=key,
        rungs=tuple(Rung(id=f"r{k}", title=f"R{k}", does="acts", set=one) for k, one in enumerate(sets)),
    )


def spec(*of: Action, **changes) -> GameSpec:
    made = of or (ladder("x", "A", {}, {"m": {}}, {"m": {}, "n": {}}), ladder("y", "B", {}, {"k": {}}))
    return GameSpec(
        **{"id": "g", "title": "G", "dossier": "d", "players": ("A", "B"), "actions": made, **changes}
    )


# ---- declared games --------------------------------------------------------------------------------------------------


def test_names_shape_and_profiles() -> None:
    game = spec()
    assert (game.shape, game.measures) == ((3, 2), ("m", "n", "k"))
    assert (game.action("y"), game.actions[0].rung("r2")) == (1, 2)
    assert game.profile({}) == (0, 0)
    assert game.profile({"y": "r1"}) == (0, 1)
    assert game.profile({"x": "r2", "y": "r1"}) == (2, 1)
    assert list(game.scenario((0, 0)).set) == []
    assert list(game.scenario((2, 1)).set) == ["m", "n", "k"]
    assert list(game.scenario((1, 0)).set) == ["m"]
    with pytest.raises(LabelError, match="no action `z`"):
        game.action("z")
    with pytest.raises(LabelError, match="no rung `r3`"):
        game.actions[0].rung("r3")
    with pytest.raises(ValidationError):
        ladder("x", "A")


def test_a_game_restricted_keeps_the_rungs_named_in_their_order_and_the_exchanges_they_allow() -> None:
    expected = (
        Exchange(id="a", title="A", moves={"x": "r1"}),
        Exchange(id="b", title="B", moves={"x": "r2"}),
        Exchange(id="c", title="C", moves={"y": "r1"}, instead_of={"x": "r2"}),
        Exchange(id="d", title="D", moves={"y": "r1"}, instead_of={"x": "r1"}),
    )
    whole = spec(expected=expected, reduced={"x": ("r1", "r0")})
    small = whole.small()
    assert [rung.id for rung in small.actions[0].rungs] == ["r1", "r0"]
    assert small.actions[1] == whole.actions[1]
    assert [one.id for one in small.expected] == ["a", "d"]
    assert small.reduced == {}
    assert spec().small() is not None
    assert spec().small().shape == (3, 2)
    for rungs, said in (({"z": ["r0"]}, "no action"), ({"x": ["r7"]}, "no rung")):
        with pytest.raises(LabelError, match=said):
            whole.restrict(rungs)


def test_declarations_that_contradict_themselves_are_refused() -> None:
    _check(spec())
    with pytest.raises(InputError, match="declared twice"):
        _check(spec(ladder("x", "A", {}), ladder("x", "B", {})))
    with pytest.raises(LabelError, match="`C`, who does not play"):
        _check(spec(ladder("x", "A", {}), ladder("y", "C", {})))
    with pytest.raises(InputError, match="`x` and `y` both set `m`"):
        _check(spec(ladder("x", "A", {}, {"m": {}}), ladder("y", "B", {}, {"m": {}})))
    for wrong in (
        {"reduced": {"x": ("r9",)}},
        {"expected": (Exchange(id="e", title="E", moves={"x": "r9"}),)},
        {"expected": (Exchange(id="e", title="E", moves={}, instead_of={"q": "r0"}),)},
    ):
        with pytest.raises(LabelError, match=r"no (action|rung)"):
            _check(spec(**wrong))


def test_a_measure_the_record_does_not_know_is_named_with_the_nearest() -> None:
    known = record(measure("m", "AAA", "BBB", rate=0.1), measure("n", "AAA", "BBB", rate=0.1))
    check_measures(spec(ladder("x", "A", {"m": {}, "n": {}}), ladder("y", "B", {})), known)
    with pytest.raises(LabelError, match="no measure `k`"):
        check_measures(spec(), known)


def test_a_game_reads_its_own_payoffs() -> None:
    payoffs = np.arange(12.0).reshape(2, 3, 2)
    played = Game(("A", "B"), spec().actions, payoffs, anchors={"fail": np.array([7.0, 8.0])})
    assert (played.standing, played.own("A"), played.own("B"), played.own("C")) == ((0, 0), (0,), (1,), ())
    assert played.at((2, 1)).tolist() == [5, 11]
    assert played.threat("standing").tolist() == [0, 6]
    assert played.threat("fail").tolist() == [7, 8]
    assert part_at(payoffs, [1], slice(None), 0).tolist() == [[6, 8, 10]]
    with pytest.raises(InputError, match="no threat point `other`") as caught:
        played.threat("other")
    assert "standing, fail" in str(caught.value.hint)
    with pytest.raises(InputError, match="no threat point"):
        Game(("A", "B"), spec().actions, payoffs).threat("fail")


OWN = """
id: own
title: Own
dossier: busan-2025
players: [USA]
actions:
  - {id: x, player: USA, title: T, rungs: [{id: a, title: A, does: d}, {id: b, title: B, does: d}]}
"""


def test_a_game_is_found_by_id_by_path_or_as_the_first_of_its_dossier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_game().id == load_game("busan-2025").id == "busan-2025"
    (tmp_path / "own.yaml").write_text(OWN)
    (tmp_path / "bare").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    for given in (tmp_path / "own.yaml", "own.yaml", "bare"):  # a file needs no ending where it is there
        assert load_game(given).id == "own"
    with pytest.raises(LabelError, match="unknown game `none`"):
        load_game("none")
    with pytest.raises(LabelError, match="comes with no game"):
        load_game(dossier="phase-one-2018")
    with pytest.raises(InputError, match=r"none\.yaml"):
        load_game("none.yaml")
    (tmp_path / "own.yaml").write_text(OWN.replace("player: USA", "player: CHN"))
    with pytest.raises(LabelError, match="does not play"):
        load_game("own.yaml")


def test_a_game_is_playable_from_the_day_its_last_measure_was_known(monkeypatch: pytest.MonkeyPatch) -> None:
    held = record(measure("m", "AAA", "BBB", rate=0.1))  # as of 10 January 2025
    own = spec(dossier="small")
    for day, error, said in (
        (dt.date(2025, 1, 11), DateError, "nobody had announced by 2025-01-10"),
        (dt.date(2025, 1, 10), LabelError, "no measure `n`"),
        (None, LabelError, "no measure `n`"),
    ):
        monkeypatch.setattr("detente.strategy.games.first_known", lambda *_, day=day: day)
        with pytest.raises(error, match=said):
            check_measures(own, held)
    monkeypatch.setattr("detente.strategy.games.first_known", lambda *_: dt.date(2025, 1, 11))
    with pytest.raises(LabelError, match="no measure `n`"):  # another record's days say nothing of this one
        check_measures(spec(dossier="other"), held)


# ---- wedges ----------------------------------------------------------------------------------------------------------


def parts() -> ProfileWedges:
    """Two countries, one sector; country 1's duties depend on both actions, costs on the second alone."""
    rates = np.zeros((2, 3, 2, 1))
    rates[..., 0, 0] = [[0.1, 0.2, 0.2], [0.3, 0.4, 0.4]]
    ratio = np.ones((3, 2, 2, 1))
    ratio[1, 0, 1, 0], ratio[2, 0, 1, 0] = 1.5, 1.5
    still = (np.array([0, 1]), np.array([0, 1, 1]))
    return ProfileWedges(
        (2, 3),
        np.array([[[0.0], [0.05]], [[0.1], [0.0]]]),
        np.array([[[1.0], [2.0]], [[1.0], [1.0]]]),
        (DutyRows(1, (0, 1), rates),),
        {1: ratio},
        still,
    )


def test_wedges_of_profiles_on_paper() -> None:
    found = parts().wedges([(0, 0), (1, 2), (1, 0)])
    # The other importer keeps 5 %; country 1 charges 10, 40 and 30 %; the cost of 2 rises by half on the second rung.
    assert found.tariff[:, 0, 1, 0].tolist() == [0.05, 0.05, 0.05]
    assert found.tariff[:, 1, 0, 0].tolist() == [0.1, 0.4, 0.3]
    assert found.iceberg_hat[:, 0, 1, 0].tolist() == [2, 3, 2]
    assert found.iceberg_hat[:, 1, 0, 0].tolist() == [1, 1, 1]
    assert not found.export_tax.any()


def test_profiles_with_the_same_wedges_are_solved_once() -> None:
    profiles, index = parts().solves()
    assert profiles == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert index.tolist() == [[0, 1, 1], [2, 3, 3]]
    held = parts()
    assert _classes(0, 2, held.duties, held.costs).tolist() == [0, 1]
    assert _classes(1, 3, held.duties, held.costs).tolist() == [0, 1, 1]
    assert _classes(1, 3, (), {1: held.costs[1]}).tolist() == [0, 1, 1]
    assert _classes(1, 3, held.duties, {}).tolist() == [0, 1, 1]
    assert _classes(1, 3, (), {}).tolist() == [0, 0, 0]
    other = {1: held.costs[1] * np.array([1.0, 1.0, 2.0])[:, None, None, None]}
    assert _classes(1, 3, held.duties, other).tolist() == [0, 1, 2]


def test_parts_of_the_mirror_world() -> None:
    economy, dossier, declared = duel()
    found = profile_wedges(economy, dossier, declared)
    assert found.shape == (2,) * 7
    assert [(rows.importer, rows.actions) for rows in found.duties] == [(0, (0, 1)), (1, (3, 4))]
    # Duties of one law add up: 5 and 2 % of the base year, 10 % and 20 % on top.
    rates = found.duties[0].rates[:, :, 1]
    assert rates.tolist() == pytest.approx(
        np.array([[[0.05, 0.02], [0.25, 0.22]], [[0.15, 0.12], [0.35, 0.32]]])
    )
    assert sorted(found.costs) == [2, 5]
    assert found.costs[2][0].tolist() == np.ones_like(economy.flows).tolist()
    # A's control costs 5 % on what A sells to B, of the first sector.
    expected = np.ones_like(economy.flows)
    expected[1, 0, 0] = 1.05
    np.testing.assert_allclose(found.costs[2][1], expected)
    assert [one.tolist() for one in found.classes] == [[0, 1]] * 6 + [[0, 0]]


def test_an_effect_that_changes_nothing_has_no_costs() -> None:
    free = measure("free", "AAA", "BBB", cost=0.0)
    declared = GameSpec(
        id="g", title="G", dossier="small", players=("AAA", "BBB"), actions=(switch("f", "AAA", "free"),)
    )
    found = profile_wedges(mirror(), record(free), declared)
    assert (found.costs, found.duties) == ({}, ())
    assert found.classes[0].tolist() == [0, 0]


def test_a_control_beside_a_measure_without_effect_and_one_that_stands_already() -> None:
    # The control of 5 % stands from the start; the second rung suspends it, together with a measure that binds nothing.
    held = measure("control", "AAA", "BBB", cost=0.05)
    entry = held.values[0].model_copy(update={"status": Status.in_force})
    held = held.model_copy(update={"values": (entry,)})
    words = measure("words", "AAA", "BBB", cost=0.0).model_copy(update={"effect": None})
    off = {"control": {"status": "suspended"}, "words": {}}
    declared = GameSpec(
        id="g",
        title="G",
        dossier="small",
        players=("AAA",),
        actions=(
            ladder("lift", "AAA", {}, off),
            ladder("only", "AAA", {}),
            switch("duty", "AAA", "duty"),
        ),
    )
    known = record(held, words, measure("duty", "AAA", "BBB", rate=0.1))
    found = profile_wedges(mirror(), known, declared)
    assert found.iceberg_hat[1, 0, 0] == pytest.approx(1.05)
    assert found.costs[0][1][1, 0, 0] == pytest.approx(1 / 1.05)
    assert found.wedges([(1, 0, 0)]).iceberg_hat[0, 1, 0, 0] == pytest.approx(1)
    assert found.duties[0].rates[:, 1, 0] == pytest.approx([0.05, 0.15])
    with pytest.raises(LabelError, match="no measure `duty`"):
        profile_wedges(mirror(), record(held, words), declared)
