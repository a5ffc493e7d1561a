"""The calendar as known on a day: what the record says, derived and not coded; nothing later matters."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from detente.campaign import Act, Ledger, chronology, record_of, rungs, shipped_rules, threat_rates
from detente.campaign.rules import read_ladder
from detente.core import DateError, InputError
from detente.dossier import load_dossier
from detente.dossier.asof import known_by
from detente.world import load_world

DAYS = [dt.date(2018, 5, 1) + dt.timedelta(days=int(step)) for step in np.linspace(0, 3000, 40)]


def same(first, second):
    """Whether two chronologies are one, to the byte."""
    arrays = [(getattr(first.ledger, key), getattr(second.ledger, key)) for key in vars(first.ledger)]
    arrays += [(first.duty, second.duty), (first.controls, second.controls), (first.gap, second.gap)]
    return (
        all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in arrays)
        and first.clocks == second.clocks
        and first.meetings == second.meetings
    )


def cut_on(record, day):
    """The record in which nothing later than a day was ever written."""
    parts = tuple(
        dataclasses.replace(part, dossier=known_by(part.dossier, day), _turns={}) for part in record.parts
    )
    return dataclasses.replace(record, parts=parts)


def test_deleting_every_later_record_changes_nothing(record):
    """At forty days: the whole record read as of the day is the record in which nothing later was ever written."""
    for day in DAYS:
        assert same(chronology(record, day), chronology(cut_on(record, day), day)), day


def test_loading_as_of_a_day_is_the_same_cut(record):
    day = dt.date(2025, 10, 12)
    loaded = record_of(load_dossier("busan-2025", asof=day), load_world())
    assert same(chronology(record, day), chronology(loaded, day))


def test_what_happened_in_october_2025_is_read_from_the_record(record):
    chron = chronology(record, dt.date(2025, 10, 12))
    live = {clock.id: clock for clock in chron.live}
    threat = live["clock-threat-100"]
    assert (threat.kind, threat.due, threat.known) == (
        "threat",
        dt.date(2025, 11, 1),
        dt.date(2025, 10, 10),
    )
    assert threat.duty[0] > 0.9
    assert threat.controls == (1, 0)
    assert live["clock-truce-2"].kind == "truce"
    assert live["clock-truce-2"].side == 2
    assert not chron.truce
    later = {clock.id: clock for clock in chronology(record, dt.date(2025, 11, 12)).clocks}
    assert later["clock-threat-100"].outcome == "dropped"
    assert later["clock-threat-100"].eased == dt.date(2025, 10, 26)
    assert later["clock-notices-55-58"].outcome == "put off"
    assert chronology(record, dt.date(2025, 11, 12)).truce


def test_two_records_of_a_pair_count_no_act_twice(record):
    chron = chronology(record, dt.date(2020, 3, 1))
    steps = [
        (int(day), int(side))
        for day, side, act in zip(chron.ledger.day, chron.ledger.side, chron.ledger.act, strict=True)
        if act == Act.step
    ]
    assert len(steps) == len(set(steps))
    assert [part.dossier.id for part in record.parts] == ["phase-one-2018", "busan-2025"]


def test_what_a_court_takes_is_nobodys_move_and_what_restores_it_no_step(record):
    before, after = chronology(record, dt.date(2026, 2, 19)), chronology(record, dt.date(2026, 2, 21))
    assert after.duty[0] < before.duty[0] - 0.1
    assert after.gap[0] == pytest.approx(before.duty[0] - after.duty[0])
    end = chronology(record, dt.date(2026, 7, 25))
    restored = end.ledger.duty[end.ledger.act == Act.refill].sum()
    assert 0 < restored < after.gap[0]
    assert end.gap[0] == pytest.approx(after.gap[0] - restored)


def test_a_record_cannot_be_read_past_its_day(record):
    with pytest.raises(DateError, match="earlier than"):
        chronology(record, dt.date(2026, 7, 26))


def test_the_ladder_by_hand():
    """Every rung, and what goes before what."""
    names = shipped_rules().rungs

    def rung(*rows, level=(0.0, 0.0)):
        ledger = Ledger.of([(0, day, act, 0, -1, duty, controls) for day, act, duty, controls in rows])
        return names[rungs(ledger, np.array(level), [30])[0, 0]]

    none, no = (0.0, 0.0), (0, 0)
    assert rung() == "status-quo"
    assert rung((5, Act.put_off, none, no)) == "truce-extended"
    assert rung((5, Act.step, (0.019, 0.0), no)) == "status-quo"
    assert rung((5, Act.step, (0.01, 0.01), no)) == "escalation"
    assert rung((5, Act.step, none, (0, 1))) == "escalation"
    assert rung((5, Act.step, none, (0, 1)), (6, Act.cut, (-0.03, 0.0), no)) == "narrow"
    assert rung((5, Act.cut, none, (-1, 0)), (6, Act.put_off, none, no)) == "narrow"
    assert rung((5, Act.step, (0.5, 0.0), no), level=(0.4, 0.0)) == "decoupling"
    assert rung((5, Act.step, (0.5, 0.0), no), (6, Act.agreement, none, no), level=(0.4, 0.0)) == "broad"
    assert rung((31, Act.step, (0.5, 0.0), no)) == "status-quo"
    assert rung((5, Act.court, (-0.5, 0.0), no), (6, Act.refill, (0.3, 0.0), no)) == "status-quo"


def test_other_episodes_are_counted(tmp_path):
    rates = threat_rates()
    assert (rates["all"].threats, rates["trade"].threats) == (1053, 517)
    assert rates["trade"].threats + rates["other"].threats == rates["all"].threats
    path = tmp_path / "ladder.yaml"
    path.write_text("rungs: [broad]\n", encoding="utf-8")
    with pytest.raises(InputError, match="lack `duty`"):
        read_ladder(path)


def test_goods_that_come_under_a_harsher_duty_by_the_same_act_are_eased_for_nobody(record):
    for day, name, changes in (
        (
            dt.date(2025, 10, 12),
            "cut-usa-2026-01-01",
            True,
        ),  # list 4A to higher classes, set in September 2024
        (dt.date(2020, 1, 20), "cut-usa-2020-02-14", False),  # Phase One halves list 4A
    ):
        known = chronology(record, day)
        (clock,) = [each for each in known.live if each.id == name]
        assert clock.kind == "cut"
        assert known.changes_class(clock) is changes
        assert not any(known.changes_class(each) for each in known.live if each.kind != "cut")
