"""Optimal, Nash and agreed duties on welfare that is a formula, and how the searches are put together, step by step."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from paper_game import paper_game, quadratic

from detente.core import InputError, LabelError, SolveError
from detente.strategy.duties import nash, optimum, talks
from detente.strategy.duties.nash import (
    MAX_ROUNDS,
    NashDuties,
    best_deviation,
    nash_duties,
    settle_duties,
    starting_duties,
)
from detente.strategy.duties.optimum import WORTH, Optimum, begin, optimal_duties
from detente.strategy.duties.search import Found
from detente.strategy.duties.talks import cooperative_duties

LOG = np.log1p


def hill(top=(0.4, 0.2), cross=(0.0, 0.0), **options):
    matrices = np.array([[[2.0, cross[0]], [cross[0], 0.0]], [[0.0, cross[1]], [cross[1], 4.0]]])
    level, slope = quadratic(matrices, np.array([[top[0], 0.0], [0.0, top[1]]]))
    return paper_game(level, slope, (2.0, 4.0), **options)


def flat(levels, **options):
    """A game whose welfare is looked up: of the duty of the first player alone, a fraction, rounded."""

    def level(x):
        return np.array([levels.get(round(float(np.expm1(x[0])), 6), 0.0), 0.0])

    return paper_game(level, lambda x: np.zeros((2, 2)), (1.0, 1.0), **options)


# ---- one optimum, as it is read ---------------------------------------------------------------------------------------


def an_optimum(**keys):
    fields = {
        "game": hill(bounds=(-0.25, 3.0)),
        "player": "USA",
        "duties": np.zeros(2),
        "gain": 0.02,
        "gap": 0.0,
        "curvature": -1.0,
        "at_bound": 0,
        "at_bound_above": 0,
        "peaks": {},
        "jumps": 0,
        "evaluations": 1,
        "deviations": 1,
        "unsolved": (),
        "gain_without_transfers": 0.02,
    }
    return Optimum(**{**fields, **keys})


@pytest.mark.parametrize(
    ("gap", "bend", "holds"),
    [
        (0.0, -1.0, True),
        (0.99e-4, -1e-9, True),
        (1e-4, -1.0, False),
        (1.1e-4, -1.0, False),
        (0.0, 0.0, False),
        (0.0, 0.5, False),
        (1.0, 0.5, False),
        (0.0, float("nan"), False),
    ],
)
def test_a_maximum_meets_both_conditions(gap, bend, holds) -> None:
    assert an_optimum(gap=gap, curvature=bend).is_maximum == holds


@pytest.mark.parametrize(
    ("gain", "without", "driven"),
    [
        (0.02, 0.02, False),
        (0.02, 0.01, False),  # exactly half is left
        (0.02, 0.0099, True),
        (0.02, 0.008, True),
        (0.02, -0.1, True),
        (0.02, float("nan"), True),
        (WORTH, -0.1, False),  # too little to be driven by anything
        (2 * WORTH, 0.0, True),
        (0.0, -0.1, False),
        (-0.02, -0.1, False),
    ],
)
def test_a_gain_is_the_closures_when_less_than_half_is_left_without(gain, without, driven) -> None:
    assert an_optimum(gain=gain, gain_without_transfers=without).driven_by_transfers == driven


def test_cautions_word_by_word() -> None:
    assert an_optimum().caution == ""
    assert an_optimum(at_bound=3, at_bound_above=2).caution == (
        "USA: 2 of its duties sit on the upper bound of 300 %; with a wider one they would go on. "
        "USA: 1 of its duties sit on the lower bound of -25 %."
    )
    assert an_optimum(at_bound=2, at_bound_above=2).caution.count("bound") == 1
    assert an_optimum(at_bound=2).caution == "USA: 2 of its duties sit on the lower bound of -25 %."
    said = "USA: the gain of 2.000 % is driven by deficits that the closure fixes: without lending and borrowing the same duties "
    end = "Closure `zero` shows what trade alone asks for."
    assert an_optimum(gain_without_transfers=0.005).caution == f"{said}would add 0.500 %. {end}"
    assert an_optimum(gain_without_transfers=np.nan).caution == f"{said}have no equilibrium. {end}"
    assert an_optimum(unsolved=("half", "zero")).caution == "USA: no equilibrium to start from: half, zero."


@pytest.mark.parametrize(
    ("peaks", "gain", "several"),
    [
        ({"a": 0.02, "b": 0.02}, 0.02, False),
        ({"a": 0.02, "b": 0.01}, 0.02, True),
        ({"a": 0.02}, 0.03, True),
        ({"a": 0.02 - 0.9e-8}, 0.02, False),
        ({"a": 0.02 - 1.1e-8}, 0.02, True),
        ({"a": 0.0}, WORTH, False),
    ],
)
def test_peaks_that_differ(peaks, gain, several) -> None:
    assert an_optimum(peaks=peaks, gain=gain).several_peaks == several


def test_where_a_search_begins() -> None:
    game = hill(bounds=(0.1, 1.5))
    at = np.array([0.3, 0.7])
    assert begin(game, at, "CHN", "standing").tolist() == [0.3, 0.7]
    assert begin(game, at, "CHN", "zero").tolist() == [0.3, 0.1]
    assert begin(game, at, "CHN", "half").tolist() == [0.3, 0.5]
    assert begin(game, at, "USA", "double").tolist() == [1.5, 0.7]
    with pytest.raises(InputError, match="unknown start `nowhere`"):
        begin(game, at, "USA", "nowhere")
    assert starting_duties(game, "half").tolist() == [0.5, 0.5]
    assert starting_duties(game, "standing").tolist() == [0.0, 0.0]
    assert starting_duties(game, [0.2, 0.3]).tolist() == [0.2, 0.3]


# ---- the search for an optimum -----------------------------------------------------------------------------------------


def played(monkeypatch, *, ends, deviations, bend=-1.0):
    """Take the place of climbing and scanning: where each climb ends, and what each scan finds."""
    calls = SimpleNamespace(ascents=[], scans=[], curvature=[])

    def ascend(game, duties, mover):
        calls.ascents.append((duties.tolist(), mover))
        end = ends[len(calls.ascents) - 1]
        if end is None:
            raise SolveError("no", where="paper")
        return Found(
            np.array([end, duties[1] if len(duties) > 1 else 0.0][: len(duties)]), 0.01 * end, 0.0, 10
        )

    def scan(game, duties, mover):
        calls.scans.append((duties.tolist(), mover))
        trial, gain = deviations[min(len(calls.scans), len(deviations)) - 1]
        return np.array([trial, duties[1] if len(duties) > 1 else 0.0][: len(duties)]), gain, 7

    def curvature(game, duties, mover):
        calls.curvature.append((duties.tolist(), mover))
        return bend

    monkeypatch.setattr(optimum, "ascend", ascend)
    monkeypatch.setattr(optimum, "scan", scan)
    monkeypatch.setattr(optimum, "curvature", curvature)
    return calls


LEVELS = {0.1: 0.001, 0.2: 0.004, 0.3: 0.002, 1.0: 0.006, 2.0: 0.007, 10.0: 0.008, -0.5: 0.008}


def test_the_best_end_of_several_starts_is_kept_and_deviated_from(monkeypatch) -> None:
    calls = played(monkeypatch, ends=[0.1, 0.2, 0.3, 1.0], deviations=[(0.9, 1e-3), (0.0, 1e-9)])
    best = optimal_duties(flat(LEVELS), "USA", starts=["standing", "half", "double"])
    assert calls.ascents == [([start], "USA") for start in (0.0, 0.5, 2.0, 0.9)]
    assert calls.scans == [([0.2], "USA"), ([1.0], "USA")]
    assert best.duties.tolist() == [1.0]
    assert best.gain == pytest.approx(np.expm1(0.006), rel=1e-12)
    peaks = {"standing": 0.001, "half": 0.004, "double": 0.002}
    assert dict(best.peaks) == pytest.approx({k: np.expm1(v) for k, v in peaks.items()}, rel=1e-12)
    assert (best.jumps, best.evaluations, best.deviations) == (1, 40, 14)
    assert (best.gap, best.curvature, best.unsolved) == (0.01, -1.0, ())
    assert (best.at_bound, best.at_bound_above) == (0, 0)
    assert calls.curvature == [([1.0], "USA")]


def test_of_two_ends_as_good_the_first_is_kept(monkeypatch) -> None:
    played(monkeypatch, ends=[0.3, 0.1], deviations=[])
    same = optimal_duties(
        flat({0.3: 0.002, 0.1: 0.002}), "USA", starts=["standing", "half"], deviations=False
    )
    assert same.duties.tolist() == [0.3]
    assert (same.deviations, same.jumps, same.evaluations) == (0, 0, 20)


def test_deviations_that_add_next_to_nothing_are_not_taken(monkeypatch) -> None:
    for gain, jumps in ((WORTH, 0), (1.01 * WORTH, 1)):
        played(monkeypatch, ends=[0.1, 0.2], deviations=[(0.9, gain), (0.9, 0.0)])
        assert optimal_duties(flat(LEVELS), "USA", starts=["standing"]).jumps == jumps


def test_jumps_end(monkeypatch) -> None:
    calls = played(monkeypatch, ends=[0.1] + [0.2] * 40, deviations=[(0.9, 1.0)])
    best = optimal_duties(flat(LEVELS), "USA", starts=["standing"])
    assert best.jumps == 7 == len(calls.scans)


def test_bounds_are_counted_for_the_player_alone(monkeypatch) -> None:
    for end, bound, above in ((10.0, 1, 1), (-0.5, 1, 0), (0.2, 0, 0)):
        for given in ([0.0, 10.0], [0.0, -0.5], [0.0, 0.3]):
            played(monkeypatch, ends=[end], deviations=[])
            best = optimal_duties(
                flat(LEVELS), "USA", given=np.array(given), starts=["standing"], deviations=False
            )
            assert (best.at_bound, best.at_bound_above) == (bound, above)
            assert best.duties.tolist() == [end, given[1]]


def test_what_is_given_is_the_ground_and_is_brought_within_the_bounds(monkeypatch) -> None:
    calls = played(monkeypatch, ends=[0.2], deviations=[])
    game = flat(LEVELS | {2.0: 0.007})
    best = optimal_duties(game, "USA", given=np.array([2.0, 50.0]), starts=["standing"], deviations=False)
    assert calls.ascents == [([2.0, 10.0], "USA")]
    assert best.gain == pytest.approx(np.expm1(0.004 - 0.007), rel=1e-12)
    assert best.game.count == 2


def test_starts_without_an_equilibrium_are_left_out(monkeypatch) -> None:
    calls = played(monkeypatch, ends=[None, 0.1, None, 0.2], deviations=[])
    names = ["standing", "zero", "half", "double"]
    best = optimal_duties(flat(LEVELS), "USA", starts=names, deviations=False)
    assert best.unsolved == ("standing", "half")
    assert (best.duties.tolist(), best.evaluations, len(calls.ascents)) == ([0.2], 20, 4)
    played(monkeypatch, ends=[None, None], deviations=[])
    with pytest.raises(SolveError):
        optimal_duties(flat(LEVELS), "USA", starts=names[:2], deviations=False)
    with pytest.raises(InputError, match="no start to search from"):
        optimal_duties(flat(LEVELS), "USA", starts=[])
    with pytest.raises(LabelError):
        optimal_duties(flat(LEVELS), "EU27", given=np.zeros(2))


def test_an_optimum_on_paper() -> None:
    game = hill(cross=(0.5, 0.0))
    best = optimal_duties(game, "USA", given=np.expm1([0.0, 0.2]))
    assert LOG(best.duties) == pytest.approx([0.4 - 0.25 * 0.2, 0.2], abs=1e-8)
    # from x = 0: −½·2·0.4² + ½·0.2·0.4·… worked out by the formula itself at both points
    before, after = game.level(np.array([0.0, 0.2]))[0], game.level(np.array([0.35, 0.2]))[0]
    assert best.gain == pytest.approx(np.expm1(after - before), rel=1e-9)
    assert best.curvature == pytest.approx(-1, rel=1e-9)
    assert best.is_maximum
    assert not best.several_peaks
    assert (
        best.deviations == len([x for x in game.tried if x[1] == LOG(np.expm1(0.2))]) or best.deviations > 0
    )


def test_without_transfers_both_ends_are_solved_anew() -> None:
    at = (np.expm1([0.0, 0.2]), np.expm1([0.3, 0.2]))
    game = hill(closure="share")
    found = optimum._without_transfers(game, *at, 0, 0.5)
    assert found == pytest.approx(np.expm1(-(0.1**2) + 0.4**2), rel=1e-12)
    assert optimum._without_transfers(game, *at, 1, 0.5) == 0
    assert optimum._without_transfers(hill(closure="zero"), *at, 0, 0.5) == 0.5
    for bad in (0.0, 0.3):
        lost = dataclasses.replace(game, there=lambda x, bad=bad: abs(x[0] - bad) > 1e-9)
        assert np.isnan(optimum._without_transfers(lost, *at, 0, 0.5))


# ---- war ---------------------------------------------------------------------------------------------------------------


def a_war(**keys):
    game = hill()
    fields = {
        "game": game,
        "duties": np.zeros(2),
        "value": game.solve(np.expm1([0.3, 0.3])),
        "before": game.solve(np.zeros(2)),
        "gap": 0.0,
        "promise": 0.0,
        "regret": {"USA": 0.0, "CHN": 0.0},
        "curvature": {"USA": -1.0, "CHN": -0.5},
        "at_bound": {},
        "jumps": (),
        "rounds": 0,
        "evaluations": 1,
        "deviations": 1,
        "start": "standing",
    }
    return NashDuties(**{**fields, **keys})


def test_what_is_said_of_a_war() -> None:
    a_nash = "a Nash equilibrium: second-order conditions hold and no deviation searched adds welfare"
    flat_ = "a Nash equilibrium as far as deviations were searched; second-order conditions are flat or fail"
    assert a_war().found == a_nash
    for bend in (0.0, 0.5):
        assert a_war(curvature={"USA": bend, "CHN": -1.0}).found == flat_
        assert a_war(curvature={"USA": -1.0, "CHN": bend}).found == flat_
    assert a_war(regret={}).found == "a point where first-order conditions hold; not verified"
    half = "a point where first-order conditions hold; 1 of the players' deviations were not searched"
    assert a_war(regret={"USA": 0.0}, curvature={"USA": -1.0}).found == half
    assert a_war(regret={"USA": 1e-5}, curvature={"USA": -1.0}).found == half
    off = "not an equilibrium: a deviation adds 0.02 % to a player's welfare"
    assert a_war(regret={"USA": 0.0, "CHN": 2e-4}).found == off
    assert a_war(regret={"USA": 0.01449}).found == off.replace("0.02", "1.4")
    assert a_war(regret={"USA": 1e-5, "CHN": 0.0}).found == a_nash
    assert a_war(regret={"USA": 0.01, "CHN": 0.03}).largest_regret == 0.03
    assert np.isnan(a_war(regret={}).largest_regret)
    change = a_war().welfare_change
    assert change == pytest.approx(np.expm1([-(0.1**2) + 0.4**2, -2 * 0.1**2 + 2 * 0.2**2]), rel=1e-12)


def settled(monkeypatch, relaxed):
    """Take the place of relaxing and climbing: what each relaxation ends with (gap, promise); climbs add 0.1."""
    calls = SimpleNamespace(relaxed=[], climbed=[])

    def relax(game, duties, movers, **options):
        calls.relaxed.append((duties.tolist(), tuple(movers), options))
        gap, promise = relaxed[min(len(calls.relaxed), len(relaxed)) - 1]
        return Found(duties + 0.001, gap, promise, 5)

    def climb(game, duties, mover, **options):
        calls.climbed.append((duties.tolist(), mover))
        return Found(np.where(game.of(mover), duties + 0.1, duties), 0.0, 0.0, 3)

    monkeypatch.setattr(nash, "relax", relax)
    monkeypatch.setattr(nash, "climb", climb)
    return calls


def test_conditions_that_hold_need_no_rounds(monkeypatch) -> None:
    for gap, promise in ((1e-8, 1.0), (1e-7, 1.0), (1.0e-3, 1e-13), (1e-3, 1e-14)):
        calls = settled(monkeypatch, [(gap, promise)])
        found, rounds = settle_duties(hill(), np.zeros(2), 1e-7)
        assert (rounds, found.evaluations, len(calls.climbed)) == (0, 5, 0)
        assert (found.gap, found.promise, found.duties.tolist()) == (gap, promise, [0.001, 0.001])


def test_a_round_is_a_best_response_of_each_in_turn(monkeypatch) -> None:
    calls = settled(monkeypatch, [(1e-3, 1e-6), (1e-8, 1e-16)])
    found, rounds = settle_duties(hill(), np.zeros(2), 1e-7)
    assert calls.climbed == [([0.001, 0.001], "USA"), ([0.101, 0.001], "CHN")]
    assert calls.relaxed[1][0] == pytest.approx([0.101, 0.101])
    assert calls.relaxed[1][1:] == (("USA", "CHN"), {"tolerance": 1e-7, "max_evaluations": 60})
    assert (rounds, found.evaluations) == (1, 5 + 3 + 3 + 5)
    assert found.duties == pytest.approx([0.102, 0.102])


def test_a_relaxation_that_went_astray_is_not_followed(monkeypatch) -> None:
    # at the start: rounds begin where they were asked to
    for gap, first in ((1.01e-2, 0.0), (1e-2, 0.001)):
        calls = settled(monkeypatch, [(gap, 1e-6), (1e-8, 0.0)])
        settle_duties(hill(), np.zeros(2), 1e-7)
        assert calls.climbed[0] == ([first, first], "USA")
    # in a round: the best responses stand, unless next to nothing is promised
    for gap, promise, following in (
        (1.1e-2, 1e-6, 0.101),
        (2e-2, 1e-9, 0.102),
        (1e-2, 1e-6, 0.102),
        (1e-2, 1e-10, 0.102),
    ):
        calls = settled(monkeypatch, [(1e-3, 1e-6), (gap, promise), (1e-8, 0.0)])
        found, rounds = settle_duties(hill(), np.zeros(2), 1e-7)
        assert calls.climbed[2][0] == pytest.approx([following, following])
        assert (rounds, found.evaluations) == (2, 27)


def test_rounds_end(monkeypatch) -> None:
    calls = settled(monkeypatch, [(1e-3, 1e-6)])
    found, rounds = settle_duties(hill(), np.zeros(2), 1e-7)
    assert rounds == MAX_ROUNDS == 12
    assert len(calls.relaxed) == 13
    assert found.evaluations == 5 + 12 * 11


def test_the_best_deviation_is_the_better_of_two_climbs(monkeypatch) -> None:
    game = hill()
    at = np.expm1([0.3, 0.0])
    ends = {"near": np.expm1([0.35, 0.0]), "far": np.expm1([0.4, 0.0])}
    for near, far, gain in (
        ("near", "far", 0.1**2),
        ("far", "near", 0.1**2),
        ("near", "near", 0.1**2 - 0.05**2),
    ):
        given = [near, far]
        started = []

        def climb(game, duties, mover, tolerance, started=started, given=given):
            started.append(duties.tolist())
            return Found(ends[given[len(started) - 1]], 0.0, 0.0, 3)

        trial = np.expm1([1.0, 0.0])
        monkeypatch.setattr(nash, "climb", climb)
        monkeypatch.setattr(nash, "scan", lambda *_, trial=trial: (trial, 0.0, 9))
        duties, added, count = best_deviation(game, at, "USA")
        assert started == [at.tolist(), trial.tolist()]
        assert added == pytest.approx(gain, abs=1e-12)
        assert duties.tolist() == ends["far" if "far" in given else "near"].tolist()
        assert count == 15
    monkeypatch.setattr(nash, "climb", lambda *_, **__: Found(np.expm1([0.0, 0.0]), 0.0, 0.0, 3))
    duties, added, _ = best_deviation(game, at, "USA")
    assert (added, duties.tolist()) == (0.0, at.tolist())


def warred(monkeypatch, deviations):
    """Take the place of every search of `nash_duties`: what deviations add, by round of looking for them."""
    calls = SimpleNamespace(settled=[], looked=[], ascents=[])

    def settle_(game, duties, tolerance):
        calls.settled.append(duties.tolist())
        return Found(duties + np.array([0.0, 0.01]), 1e-9, 1e-18, 100), 2

    def deviate(game, duties, code):
        calls.looked.append(code)
        gain = deviations[min((len(calls.looked) - 1) // 2, len(deviations) - 1)][code]
        return duties + 1, gain, 10

    def ascend_(game, duties, code):
        calls.ascents.append((duties.tolist(), code))
        return Found(duties + 0.5, 0.0, 0.0, 30)

    monkeypatch.setattr(nash, "settle_duties", settle_)
    monkeypatch.setattr(nash, "best_deviation", deviate)
    monkeypatch.setattr(nash, "ascend", ascend_)
    monkeypatch.setattr(nash, "curvature", lambda game, duties, code: {"USA": -1.0, "CHN": -2.0}[code])
    return calls


def test_the_worst_regret_is_acted_upon(monkeypatch) -> None:
    game = hill()
    calls = warred(
        monkeypatch, [{"USA": 1e-3, "CHN": 2e-3}, {"USA": 3e-3, "CHN": 0.0}, {"USA": 0.0, "CHN": 1e-9}]
    )
    war = nash_duties(game, start="half")
    assert war.jumps == ("CHN", "USA")
    assert calls.settled[0] == [0.5, 0.5]
    assert calls.ascents[0][0] == pytest.approx([1.5, 1.51])
    assert calls.settled[1] == pytest.approx([2.0, 2.01])
    assert dict(war.regret) == pytest.approx({"USA": 0.0, "CHN": 1e-9}, rel=1e-6)
    assert war.evaluations == 3 * 100 + 2 * 30
    assert war.rounds == 6
    assert war.deviations == 60
    assert war.start == "half"
    assert dict(war.curvature) == {"USA": -1.0, "CHN": -2.0}
    assert war.duties == pytest.approx([3.5, 3.53])


def test_regret_of_the_threshold_is_let_be_and_jumps_end(monkeypatch) -> None:
    for gain, jumps in ((0.99e-6, 0), (1.01e-6, 4)):
        warred(monkeypatch, [{"USA": gain, "CHN": 0.0}])
        assert len(nash_duties(hill()).jumps) == jumps
    calls = warred(monkeypatch, [{"USA": 1e-3, "CHN": 0.0}])
    assert nash_duties(hill(), jump=False).jumps == ()
    assert len(calls.settled) == 1


def test_only_those_named_are_verified(monkeypatch) -> None:
    calls = warred(monkeypatch, [{"USA": 0.0, "CHN": 0.0}])
    war = nash_duties(hill(), verify=["CHN"], start=np.array([0.2, 0.3]))
    assert (list(war.regret), list(war.curvature), calls.looked) == (["CHN"], ["CHN"], ["CHN"])
    assert (war.start, war.deviations) == ("given", 10)
    for none in (False, ()):
        calls = warred(monkeypatch, [{"USA": 0.0, "CHN": 0.0}])
        war = nash_duties(hill(), verify=none)
        assert (dict(war.regret), dict(war.curvature), calls.looked) == ({}, {}, [])
        assert (war.deviations, war.evaluations, war.rounds) == (0, 100, 2)


def test_duties_at_a_bound_are_counted_by_owner(monkeypatch) -> None:
    for start, counts in (
        ([10.0, 0.0], {"USA": 1, "CHN": 0}),
        ([0.0, 9.99], {"USA": 0, "CHN": 1}),
        ([-0.5, 0.0], {"USA": 1, "CHN": 0}),
        ([3.0, -0.51], {"USA": 0, "CHN": 0}),
        ([3.0, 3.0], {"USA": 0, "CHN": 0}),
    ):
        warred(monkeypatch, [{"USA": 0.0, "CHN": 0.0}])
        war = nash_duties(hill(), start=np.array(start))
        assert dict(war.at_bound) == counts


def test_a_war_on_paper() -> None:
    war = nash_duties(hill(cross=(0.5, -0.25)))
    # 2 (x − 0.4) + 0.5 y = 0 and 4 (y − 0.2) − 0.25 x = 0
    assert LOG(war.duties) == pytest.approx(np.linalg.solve([[2, 0.5], [-0.25, 4]], [0.8, 0.8]), abs=1e-7)
    assert war.found.startswith("a Nash equilibrium: second-order conditions hold")
    assert dict(war.curvature) == pytest.approx({"USA": -1, "CHN": -1}, rel=1e-6)
    assert war.jumps == ()


# ---- talks -------------------------------------------------------------------------------------------------------------


def apart(**options):
    """Each likes low duties of the other and a little of its own: from any point, both gain by coming down together."""
    own, other = np.array([1.0, 2.0]), np.array([3.0, 1.5])

    def level(x):
        return np.array(
            [
                own[0] * x[0] - x[0] ** 2 - other[0] * x[1] ** 2 / 2 - x[1],
                own[1] * x[1] - 2 * x[1] ** 2 - other[1] * x[0] ** 2 / 2 - x[0],
            ]
        )

    def slope(x):
        return np.array(
            [
                [own[0] - 2 * x[0], -other[0] * x[1] - 1],
                [-other[1] * x[0] - 1, own[1] - 4 * x[1]],
            ]
        )

    return paper_game(level, slope, (2.0, 4.0), **options)


def test_talks_end_where_gains_are_equal_and_none_can_gain_alone() -> None:
    game = apart()
    origin = np.expm1([0.5, 0.5])
    found = cooperative_duties(game, origin=origin, starts=["origin", "zero"])
    x = LOG(found.duties)
    gains = game.level(x) - game.level(np.array([0.5, 0.5]))
    assert found.gain == pytest.approx(np.expm1(gains.min()), rel=1e-9)
    assert found.spread == pytest.approx(np.ptp(np.expm1(gains)), abs=1e-12)
    assert found.spread < 1e-6
    assert found.welfare_change == pytest.approx(np.expm1(gains), rel=1e-9)
    # efficient: the two slopes point in opposite directions, at the weights found
    slopes = game.slope(x)
    assert found.shares @ slopes == pytest.approx([0, 0], abs=1e-4)
    assert found.shares.sum() == pytest.approx(1, abs=1e-12)
    assert (found.shares > 0).all()
    assert np.linalg.det(slopes) == pytest.approx(0, abs=1e-3)
    assert 0 <= found.slack < 1e-8
    # the same by a fine grid: the largest common gain
    grid = np.stack(np.meshgrid(*[np.linspace(-0.5, 0.5, 401)] * 2))
    common = (game.level(grid) - game.level(np.array([0.5, 0.5]))[:, None, None]).min(0)
    assert np.log1p(found.gain) == pytest.approx(common.max(), abs=2e-4)
    assert np.log1p(found.gain) > common.max() - 1e-7
    assert set(found.peaks) == {"origin", "zero"}
    assert all(peak == pytest.approx(found.gain, rel=1e-5) for peak in found.peaks.values())


def test_talks_stay_within_the_bounds() -> None:
    game = apart(bounds=(0.05, 3.0))
    found = cooperative_duties(game, origin=np.expm1([0.5, 0.5]))
    assert found.duties.min() >= 0.05
    assert found.gain > 0
    assert found.slack < 1e-8  # at the bound, where going further would be better: it promises nothing


def equalised(monkeypatch, ends):
    calls = []

    def one(game, duties, base, stiffness):
        calls.append((duties.tolist(), base.tolist(), stiffness))
        end, weights, count, rounds = ends[len(calls) - 1]
        return np.expm1(np.array(end)), np.array(weights), count, rounds

    monkeypatch.setattr(talks, "_equalise", one)
    return calls


def test_the_best_of_several_starts_is_what_is_agreed(monkeypatch) -> None:
    game = hill()
    ends = [
        ([0.3, 0.1], [0.5, 0.5], 10, 2),
        ([0.35, 0.15], [0.3, 0.7], 20, 3),
        ([0.2, 0.1], [0.9, 0.1], 40, 4),
    ]
    for order, best in (((0, 1, 2), 1), ((1, 0, 2), 0), ((2, 0, 1), 2)):
        calls = equalised(monkeypatch, [ends[k] for k in order])
        found = cooperative_duties(game, starts=["origin", "zero", "half"], stiffness=3.0)
        assert [start for start, _, _ in calls] == [[0, 0], [0, 0], [0.5, 0.5]]
        assert all(stiffness == 3.0 for _, _, stiffness in calls)
        assert LOG(found.duties) == pytest.approx([0.35, 0.15])
        assert found.shares.tolist() == [0.3, 0.7]
        assert (found.evaluations, found.rounds) == (70, 9)
        gains = np.array([-(0.05**2) + 0.4**2, -2 * 0.05**2 + 2 * 0.2**2])
        assert found.gain == pytest.approx(np.expm1(gains.min()), rel=1e-12)
        assert found.spread == pytest.approx(np.ptp(np.expm1(gains)), rel=1e-12)
        assert list(found.peaks) == ["origin", "zero", "half"]
        assert [order[k] for k in range(3)].index(1) == order.index(1)
        assert list(found.peaks.values())[order.index(1)] == pytest.approx(found.gain)
        worse = np.array([-(0.1**2) + 0.4**2, -2 * 0.1**2 + 2 * 0.2**2]).min()
        assert list(found.peaks.values())[order.index(0)] == pytest.approx(np.expm1(worse), rel=1e-12)
        # slack: 0.3 · 2 · 0.05 and 0.7 · 4 · 0.05 are the slopes of the sum; steps are these over 2 and 4
        slope = np.array([0.3 * 0.1, 0.7 * 0.2])
        assert found.slack == pytest.approx((slope**2 / [2, 4]).sum(), rel=1e-9)
        assert best is not None
    twice = [([0.3, 0.1], [0.5, 0.5], 10, 2), ([0.3, 0.1], [0.2, 0.8], 10, 2)]
    equalised(monkeypatch, twice)
    assert cooperative_duties(game, starts=["origin", "zero"]).shares.tolist() == [0.5, 0.5]


def test_talks_begin_where_they_are_told(monkeypatch) -> None:
    calls = equalised(monkeypatch, [([0.3, 0.1], [0.5, 0.5], 1, 1)] * 3)
    game = hill(bounds=(0.1, 1.0))
    found = cooperative_duties(game, origin=np.array([0.4, 3.0]), starts=["origin", "standing", "double"])
    assert [start for start, _, _ in calls] == [[0.4, 1.0], [0.1, 0.1], [1.0, 1.0]]
    assert calls[0][1] == game.level(LOG([0.4, 3.0])).tolist()
    assert found.before.tolist() == LOG([0.4, 3.0]).tolist()
    equalised(monkeypatch, [([0.3, 0.1], [0.5, 0.5], 1, 1)])
    assert cooperative_duties(game, starts=["origin"]).before.tolist() == [0.0, 0.0]
    with pytest.raises(InputError, match="no start to search from"):
        cooperative_duties(game, starts=[])


def rounds_of(monkeypatch, gains, stiffness=4.0):
    """Method of multipliers over gains that are given, one pair a round: weights and prices asked for, and what comes out."""
    calls = []

    def together(game, duties, base, shares, price):
        calls.append((duties.tolist(), shares.tolist(), price))
        return duties + 1, np.array(gains[min(len(calls), len(gains)) - 1]), 7

    monkeypatch.setattr(talks, "_climb_together", together)
    return calls, talks._equalise(hill(), np.zeros(2), np.zeros(2), stiffness)


def test_weights_move_against_whoever_gains_more(monkeypatch) -> None:
    calls, (duties, shares, spent, rounds) = rounds_of(
        monkeypatch, [(0.10, 0.06), (0.081, 0.080), (0.0805, 0.0805)]
    )
    # apart: ±0.02, then ±0.0005: weights ½ ∓ 4 · 0.02; the spread fell to a fortieth: the price stays
    assert [price for _, _, price in calls] == [4.0, 4.0, 4.0]
    assert np.array([weights for _, weights, _ in calls]) == pytest.approx(
        np.array([[0.5, 0.5], [0.42, 0.58], [0.418, 0.582]]), abs=1e-12
    )
    assert [start for start, _, _ in calls] == [[0, 0], [1, 1], [2, 2]]
    assert (rounds, spent, duties.tolist()) == (3, 21, [3, 3])
    assert shares == pytest.approx([0.418, 0.582], abs=1e-12)


def test_equality_that_comes_slowly_has_a_higher_price(monkeypatch) -> None:
    calls, _ = rounds_of(monkeypatch, [(0.10, 0.0), (0.031, 0.0), (0.0304, 0.0), (0.001, 0.0), (0.0, 0.0)])
    assert [price for _, _, price in calls][:6] == [4.0, 4.0, 8.0, 16.0, 16.0, 16.0]
    calls, _ = rounds_of(monkeypatch, [(0.10, 0.0), (0.09, 0.0)], stiffness=600.0)
    assert [price for _, _, price in calls][:5] == [600.0, 600.0, 1200.0, 2000.0, 2000.0]


def test_rounds_end_when_equal_and_settled_and_in_any_case(monkeypatch) -> None:
    calls, (_, _, spent, rounds) = rounds_of(monkeypatch, [(0.1, 0.0)])
    assert (len(calls), rounds, spent) == (30, 30, 210)
    # equal, but still rising; settled, but not equal
    for gains, ended in (
        ([(0.10, 0.10), (0.11, 0.11), (0.11, 0.11)], 3),
        ([(0.10, 0.10), (0.10 + 9e-9, 0.10 + 9e-9)], 2),
        ([(0.10, 0.10), (0.10 + 2e-8, 0.10 + 2e-8), (0.10 + 2e-8, 0.10 + 2e-8)], 3),
        ([(0.10, 0.10), (0.10 + 4e-8, 0.10 - 4e-8)], 2),
        ([(0.10, 0.10), (0.10 + 6e-8, 0.10 - 6e-8), (0.1, 0.1)], 3),
        ([(0.11, 0.11), (0.10, 0.10), (0.10, 0.10)], 3),
    ):
        assert rounds_of(monkeypatch, gains)[1][3] == ended


def test_what_talks_climb(monkeypatch) -> None:
    """The weighted sum of gains less half the price times the squares of what sets them apart, and its slope."""
    game = hill()
    seen = SimpleNamespace()
    root = np.sqrt([2.0, 4.0])
    at = np.array([0.3, 0.1])

    def minimize(loss, start, *, jac, method, bounds, options):
        assert jac
        seen.start, seen.bounds = start, bounds
        seen.loss = loss(at * root)
        return SimpleNamespace(x=np.array([0.25, 9.0]) * root)

    monkeypatch.setattr("scipy.optimize.minimize", minimize)
    base, shares, price = np.array([-0.1, -0.05]), np.array([0.3, 0.7]), 5.0
    end, gains, count = talks._climb_together(game, np.expm1([0.2, 0.1]), base, shares, price)
    assert seen.start == pytest.approx([0.2, 0.1] * root, rel=1e-12)
    assert np.array(seen.bounds) == pytest.approx(np.outer(root, LOG([-0.5, 10.0])), rel=1e-12)
    made = np.array([-(0.1**2), -2 * 0.1**2]) - base
    off = made - made.mean()
    level, slope = seen.loss
    assert level == pytest.approx(-1e4 * (shares @ made - price / 2 * off @ off), rel=1e-12)
    assert slope == pytest.approx(-1e4 * (shares - price * off) * [0.2, 0.4] / root, rel=1e-12)
    assert end == pytest.approx([np.expm1(0.25), 10.0], rel=1e-12)
    assert gains == pytest.approx(game.level(LOG(end)) - base, rel=1e-12)
    assert count == 1


def test_talks_scale_what_nothing_depends_on_by_a_millionth(monkeypatch) -> None:
    seen = SimpleNamespace()

    def minimize(loss, start, **_):
        seen.start = start
        return SimpleNamespace(x=start)

    monkeypatch.setattr("scipy.optimize.minimize", minimize)
    game = dataclasses.replace(hill(), size=np.array([4.0, 1e-20]))
    talks._climb_together(game, np.expm1([0.2, 0.1]), np.zeros(2), np.full(2, 0.5), 1.0)
    assert seen.start == pytest.approx([0.4, 0.1 * 2e-6], rel=1e-9)


def test_slack_keeps_within_the_bounds_and_divides_by_no_nought() -> None:
    game = dataclasses.replace(hill(top=(5.0, 0.2)), size=np.array([2.0, 0.0]))
    slope = 2 * (5.0 - LOG(10.0))
    assert slope > 0
    at = np.array([10.0, np.expm1(0.2)])
    assert talks._slack(game, LOG(at), at, np.array([1.0, 1.0])) == pytest.approx(0, abs=1e-12)
    at = np.array([10.0, 0.0])
    # without an expected curvature the step goes to the bound
    assert talks._slack(game, LOG(at), at, np.array([1.0, 1.0])) == pytest.approx(0.8 * LOG(10.0), rel=1e-12)
