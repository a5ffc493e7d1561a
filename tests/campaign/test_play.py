"""A standoff played forward: the hazards are those of the simulation, moves do what they say, files are chained, replays agree."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from detente.campaign import (
    Act,
    Campaign,
    Fate,
    HandMove,
    chronology,
    cost_surface,
    estimate,
    level_costs,
    lived,
    read_campaign,
    resumed,
    sheet_of,
    simulate,
    write_campaign,
)
from detente.campaign.oneday import next_day
from detente.cases import model_at
from detente.core import DateError, EvidenceError, InputError, LabelError, UnitError
from tests.campaign.test_calendar import cut_on

DAY = dt.date(2025, 10, 28)
TRUCE = "clock-truce-2"
SOON = dt.date(2025, 11, 20)
UNMET = 0
MANY = 150
"""Seed with which nobody meets in the weeks of a test."""


@pytest.fixture(scope="module")
def start(record):
    """The record cut on the day, so that nothing later can be known."""
    return chronology(cut_on(record, DAY), DAY)


def linear(duty, controls):
    """A cost that a hand can check: a million a point of both duties, and one a package."""
    total = 100 * sum(duty) + sum(controls)
    return (total, 2 * total)


def by_hand(start, seed=3):
    first, second = start.sides
    return Campaign.begin(start, (first,), seed, price=linear), second


def test_a_day_is_drawn_from_the_hazards_of_the_simulation(start):
    """Shares of many single days against 8,000 simulated futures of that day."""
    odds = estimate(start)
    start = lived(start, (), dt.date(2025, 10, 29))  # leaders are to meet tomorrow
    many = simulate(start, odds, days=1, paths=8000, seed=1, remember=True)
    met = np.isin(np.arange(many.paths), many.ledger.path[many.ledger.act == Act.summit]).mean()
    truce = [clock.id for clock in many.clocks].index(TRUCE)
    off = (many.fate[:, truce] == Fate.put_off) & (many.settled[:, truce] <= 1)
    drawn = [next_day(start, odds, seed, frozenset(), frozenset()) for seed in range(MANY)]
    for name, share in (("summit", met), ("put_off", off.mean())):
        seen = np.mean(
            [any(e.act == name and (name == "summit" or e.clock == TRUCE) for e in day) for day in drawn]
        )
        assert seen == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / MANY))
    moved = sum(entry.act == "moved" for day in drawn for entry in day)
    assert moved == pytest.approx(MANY * (1 - met), abs=4 * np.sqrt(MANY * met * (1 - met)))


def test_the_same_moves_and_seed_give_the_same_bytes_and_splits_do_not_matter(start, tmp_path):
    campaign, _ = by_hand(start)
    moved = campaign.act(HandMove("threat", duty=0.1, due=SOON), 0)
    once = moved.until(dt.date(2025, 11, 24))
    twice = moved.until(dt.date(2025, 11, 11)).until(dt.date(2025, 11, 24))
    assert once.happened == twice.happened
    assert once.replay().happened == once.happened
    files = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    again = by_hand(start)[0].act(HandMove("threat", duty=0.1, due=SOON), 0).until(dt.date(2025, 11, 24))
    for path, each in zip(files, (once, again), strict=True):
        write_campaign(path, each, sheet_of(each, "busan-2025"))
    assert files[0].read_bytes() == files[1].read_bytes()
    sheet, entries = read_campaign(files[0])
    back = resumed(sheet, entries, start, price=linear)
    assert back.entries == once.entries
    assert back.cost_so_far() == once.cost_so_far()
    write_campaign(files[1], back, sheet)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert (
        by_hand(start, seed=4)[0].until(dt.date(2025, 11, 24)).happened
        != by_hand(start)[0].until(dt.date(2025, 11, 24)).happened
    )


def test_a_changed_file_and_a_changed_course_are_refused(start, tmp_path):
    campaign, _ = by_hand(start)
    played = campaign.until(dt.date(2025, 11, 12))
    path = tmp_path / "a.jsonl"
    write_campaign(path, played, sheet_of(played, "busan-2025"))
    lines = path.read_text(encoding="utf-8").splitlines()
    for broken in (
        [lines[0].replace("busan", "busam"), *lines[1:]],
        lines[1:],
        [*lines[:1], *lines[2:]],
    ):
        path.write_text("\n".join(broken) + "\n", encoding="utf-8")
        with pytest.raises(EvidenceError, match="changed, left out or moved"):
            read_campaign(path)
    path.write_text("no\n", encoding="utf-8")
    with pytest.raises(InputError, match="not a campaign"):
        read_campaign(path)
    with pytest.raises(InputError, match="no campaign"):
        read_campaign(tmp_path / "none.jsonl")
    other = dataclasses.replace(played.happened[-1], act="dropped", clock="", begins=None)
    forged = dataclasses.replace(played, entries=(*played.happened[:-1], other))
    with pytest.raises(EvidenceError, match="no longer give this course"):
        forged.replay()
    with pytest.raises(EvidenceError, match="not what this campaign began from"):
        resumed(sheet_of(played, "busan-2025"), (), dataclasses.replace(start, asof=SOON))


def test_what_a_side_played_by_hand_does_not_do_does_not_happen(start):
    """It begins nothing and answers nothing; its clocks fire on their day, and an expiry of both lapses without its offer."""
    campaign, _ = by_hand(start)
    quiet = dataclasses.replace(start, meetings=())
    last = dt.date(2025, 12, 2)
    played = Campaign.begin(quiet, start.sides, UNMET).until(last)
    assert all(entry.by in ("clock", "chance") for entry in played.happened)
    fired = {entry.clock: entry.day for entry in played.happened if entry.act == "step"}
    assert fired == {clock.id: clock.due for clock in quiet.live if clock.due and clock.due <= last}
    truce = next(clock for clock in start.live if clock.id == TRUCE)
    offered = Campaign.begin(quiet, start.sides, 1)
    both = offered.act(HandMove("prolong", clock=TRUCE), 0).act(HandMove("prolong", clock=TRUCE), 1)
    assert [entry.act for entry in both.entries] == ["offer", "offer", "put_off"]
    later = both.entries[-1].begins
    assert later.due > truce.due
    assert later.duty == truce.duty
    ours = campaign.until(dt.date(2025, 11, 24))
    assert not any(entry.by == "rule" and entry.side == 0 for entry in ours.happened)


def test_moves_do_what_they_say_and_cost_what_they_cost(start):
    campaign, _ = by_hand(start)
    base = campaign.loss[0]
    stepped = campaign.act(HandMove("step", duty=0.2, controls=1), 0)
    assert stepped.chronology.duty == pytest.approx(np.add(start.duty, [0.2, 0]))
    assert stepped.chronology.controls.tolist() == np.add(start.controls, [1, 0]).tolist()
    assert stepped.loss_now[0] == pytest.approx(base + 21)
    assert not stepped.chronology.truce
    answers = [
        simulate(each.chronology, each.odds, days=10, paths=2000, seed=1, remember=True)
        for each in (campaign, stepped)
    ]
    replied = [
        len(
            np.unique(f.ledger.path[(f.ledger.act == Act.step) & (f.ledger.side == 1) & (f.ledger.clock < 0)])
        )
        for f in answers
    ]
    assert replied[1] > 1.5 * replied[0]  # a step is answered within days
    taken = stepped.act(HandMove("cut", duty=0.2, controls=1), 0)
    assert taken.chronology.duty == pytest.approx(start.duty)
    assert taken.loss_now[0] == pytest.approx(base)
    own = "clock-software-controls"
    assert campaign.act(HandMove("drop", clock=own), 0).chronology.live[0].id != own
    early = campaign.act(HandMove("carry-out", clock=own), 0)
    assert early.chronology.controls[0] == start.controls[0] + 1
    put_off = campaign.act(HandMove("put-off", clock=own, due=SOON), 0)
    assert any(clock.due == SOON and clock.side == 0 for clock in put_off.chronology.live)
    called = campaign.act(HandMove("call", due=SOON, leaders=True), 0)
    assert any(meeting.start == SOON and meeting.leaders for meeting in called.chronology.planned)
    # a year's rate of loss, a day at a time
    quiet = dataclasses.replace(start, meetings=())
    week = Campaign.begin(quiet, start.sides, UNMET, price=linear).until(DAY + dt.timedelta(days=8))
    assert [(entry.day - DAY).days for entry in week.happened] == [
        4
    ]  # one package of controls on the first of November
    assert week.cost_so_far()[0] == pytest.approx((4 * base + 4 * (base + 1)) / 365)


@pytest.mark.parametrize(
    ("move", "error", "words"),
    [
        (HandMove("stare"), LabelError, "no move"),
        (HandMove("step"), InputError, "how much"),
        (HandMove("step", duty=20.0), UnitError, "no change that one move brings to an average duty"),
        (HandMove("cut", duty=3.0), UnitError, "more is taken back"),
        (HandMove("threat", duty=0.1), InputError, "names a day"),
        (HandMove("threat", duty=0.1, due=DAY), DateError, "not after today"),
        (HandMove("drop"), InputError, "about a clock"),
        (HandMove("drop", clock="clock-truce"), LabelError, "is live"),
        (HandMove("drop", clock=TRUCE), InputError, "not for one side alone"),
        (HandMove("put-off", clock="clock-notice-61"), InputError, "not for one side alone"),
        (HandMove("prolong", clock="clock-notice-61"), InputError, "no expiry of both"),
        (
            HandMove("put-off", clock="clock-software-controls", due=DAY + dt.timedelta(days=1)),
            DateError,
            "not later",
        ),
    ],
)
def test_moves_that_make_no_sense_are_refused(start, move, error, words):
    campaign, _ = by_hand(start)
    with pytest.raises(error, match=words):
        campaign.act(move, 0)


def test_branches_share_their_luck_and_days_are_checked(start):
    campaign, other = by_hand(start)
    played = campaign.until(dt.date(2025, 11, 12))
    fork = played.branch(dt.date(2025, 10, 30))
    assert fork.today == dt.date(2025, 10, 30)
    assert fork.until(dt.date(2025, 11, 12)).happened == played.happened
    lucky = played.branch(dt.date(2025, 10, 30), seed=99)
    assert lucky.seed_of(dt.date(2025, 10, 30)) == played.seed_of(dt.date(2025, 10, 30))
    assert lucky.seed_of(dt.date(2025, 10, 31)) != played.seed_of(dt.date(2025, 10, 31))
    assert lucky.until(dt.date(2025, 11, 12)).replay().today == dt.date(2025, 11, 12)
    with pytest.raises(DateError):
        played.branch(dt.date(2026, 1, 1))
    with pytest.raises(DateError):
        played.until(played.today)
    with pytest.raises(InputError, match="by rule"):
        campaign.act(HandMove("step", duty=0.1), start.sides.index(other))
    with pytest.raises(LabelError):
        Campaign.begin(start, ("XYZ",), 1)


def test_costs_of_a_state_are_those_of_the_grid_at_its_nodes(start):
    """One exact solve a state agrees with the surface that `outlook --table cost` reads, where that is solved."""
    model = model_at("short", start.record.main.economy)
    duty = np.array([0.5, float(start.duty[1])])
    surface = cost_surface(
        model, start.record.main.dossier, start.sides, start.duty.tolist(), [[], []], nodes=[duty[0]]
    )
    controls = (float(start.controls[0]) + 1, float(start.controls[1]))
    exact = level_costs(start, model, ((-5.0, 0.0), (7.0, 0.0)))((duty[0], duty[1]), controls)
    assert exact == pytest.approx(-surface.at(duty) - [-5.0, 7.0], abs=0.1)
