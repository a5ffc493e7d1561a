"""Clocks: what they snap back to, what is at stake, and the calendar file."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from detente.dossier import Dossier, load_dossier, parties_of
from detente.dossier.firing import changes
from detente.dossier.ics import LIMIT, calendar, escape, fold_line
from detente.equilibrium import Model
from detente.show.tables.stakes import calendar_details, costs, eve, firing, stakes_table
from detente.world import load_world

TODAY = dt.date(2025, 10, 28)


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return load_dossier("busan-2025")


def test_a_truce_snaps_back_on_both_sides(dossier: Dossier) -> None:
    moved = {one.measure: one for one in changes(dossier, dossier.clocks["clock-truce-2"])}
    assert set(moved) == {"usa-2025-reciprocal-china-24", "china-2025-reciprocal-usa-24"}
    one = moved["usa-2025-reciprocal-china-24"]
    assert (one.before.status.value, one.after.status.value, one.after.value) == (
        "suspended",
        "in_force",
        0.24,
    )
    assert "suspended (24 %) → in force (24 %)" in one.words()


def test_a_clock_that_was_called_off_changes_nothing(dossier: Dossier) -> None:
    clock = dossier.clocks["clock-threat-100"]
    assert changes(dossier, clock) == ()
    assert firing(dossier, clock) is None
    earlier = load_dossier("busan-2025", asof=dt.date(2025, 10, 20))
    assert [one.measure for one in changes(earlier, earlier.clocks["clock-threat-100"])] == [
        "usa-2025-threat-100"
    ]


def test_the_cost_of_a_clock_is_that_of_its_measures_alone(dossier: Dossier) -> None:
    from detente.cases.runs import run_scenarios

    economy = load_world()
    clocks = list(dossier.clocks.values())
    found = costs(dossier, economy, clocks, ("USA", "CHN"))
    truce = dossier.clocks["clock-truce-2"]
    assert found["clock-truce-2"]["USA"] < -5
    assert found["clock-truce-2"]["CHN"] < -5
    fired = firing(dossier, truce)
    assert fired is not None
    one, two = (
        next(iter(run_scenarios(Model(economy), dossier, [scenario]).values())).value.equivalent_variation_usd
        for scenario in (eve(dossier, truce), fired)
    )
    n = economy.labels.country("CHN")
    assert found["clock-truce-2"]["CHN"] == pytest.approx(float(two[n] - one[n]) / 1e3, abs=1e-6)
    assert "clock-threat-100" not in found  # called off
    assert "clock-tiktok" not in found  # binds no trade
    assert found["clock-chn-port-fee-2026"]["CHN"] < 0


def test_the_table_tells_law_from_decision(dossier: Dossier) -> None:
    table = stakes_table(dossier, TODAY, {"clock-truce-2": {"USA": -1.0}}, ("USA",))
    rows = {row["id"]: row for row in table.records()}
    assert rows["clock-truce-2"]["by"] == "law"
    assert rows["clock-truce-breakdown"]["by"] == "decision"
    assert rows["clock-truce-2"]["cost_usa"] == -1.0
    assert rows["clock-busan"]["cost_usa"] is None
    assert "in force" in str(rows["clock-notices-55-58"]["changes"])
    assert rows["clock-threat-100"]["state"] == "called off 2025-10-26"
    assert "cost_usa" not in [column.key for column in stakes_table(dossier, TODAY).columns]


def test_parties_are_read_from_the_record() -> None:
    assert set(parties_of(load_dossier("busan-2025"))) == {"USA", "CHN"}
    assert set(parties_of(load_dossier("phase-one-2018"))) == {"USA", "CHN"}


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_the_calendar_is_valid_and_the_same_every_time(dossier: Dossier) -> None:
    text = calendar(dossier, TODAY, calendar_details(dossier, {"clock-truce-2": {"USA": -2.0}}))
    assert text == calendar(dossier, TODAY, calendar_details(dossier, {"clock-truce-2": {"USA": -2.0}}))
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= LIMIT for line in text.split("\r\n"))
    lines = unfolded(text)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "VERSION:2.0" in lines
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    events = "\n".join(lines).split("BEGIN:VEVENT\n")[1:]
    coming = [clock for clock in dossier.clocks.values() if clock.fires >= TODAY]
    assert len(events) == len(coming)
    uids = []
    for event in events:
        for name in ("UID", "DTSTAMP", "DTSTART;VALUE=DATE", "SUMMARY", "CATEGORIES", "STATUS"):
            assert len(re.findall(rf"(?m)^{name}:", event)) == 1, name
        assert re.search(r"(?m)^DTSTAMP:\d{8}T\d{6}Z$", event)
        start, end = (
            re.search(rf"(?m)^{name};VALUE=DATE:(\d{{8}})$", event) for name in ("DTSTART", "DTEND")
        )
        assert start is not None
        assert end is not None
        days = [dt.datetime.strptime(found.group(1), "%Y%m%d").date() for found in (start, end)]
        assert days[1] - days[0] == dt.timedelta(days=1)
        summary = re.search(r"(?m)^SUMMARY:(.*)$", event)
        assert summary is not None
        assert not re.search(r"(?<!\\)[,;]", summary.group(1))
        uids.append(re.search(r"(?m)^UID:(.*)$", event).group(1))  # type: ignore[union-attr]
    assert len(set(uids)) == len(uids)


def test_the_calendar_keeps_law_politics_and_cancellations_apart(dossier: Dossier) -> None:
    events = {
        event.split("UID:")[1].split("@")[0]: event
        for event in "\n".join(unfolded(calendar(dossier, TODAY))).split("BEGIN:VEVENT\n")[1:]
    }
    assert "CATEGORIES:LEGAL EXPIRY" in events["clock-truce-2"]
    assert "STATUS:CONFIRMED" in events["clock-truce-2"]
    assert "CATEGORIES:POLITICAL" in events["clock-truce-breakdown"]
    assert "STATUS:CANCELLED" in events["clock-threat-100"]
    assert "STATUS:TENTATIVE" in events["clock-us-midterms"]


def test_escaping_and_folding() -> None:
    assert escape("a\\b;c,d\ne\x07") == "a\\\\b\\;c\\,d\\ne"
    long = "DESCRIPTION:" + "é" * 100
    folded = fold_line(long)
    assert folded.replace("\r\n ", "") == long
    assert all(len(line.encode()) <= LIMIT for line in folded.split("\r\n"))
