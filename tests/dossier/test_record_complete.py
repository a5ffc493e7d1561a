"""The shipped record against the working facts: every statement, mechanism, step, clock; and nothing of it twice."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from detente.dossier import Dossier, Status, chains, load_dossier

VINTAGE = dt.date(2026, 7, 25)
MECHANISMS = [*(f"M{n}" for n in range(1, 23)), "M2b", "T", "Q", "F", "S", "E"]


@pytest.fixture(scope="module")
def record() -> Dossier:
    return load_dossier("busan-2025", asof=VINTAGE)


def test_each_of_the_216_statements_is_a_claim_on_its_line(record: Dossier, shared: Path) -> None:
    text = (shared / "facts" / "seed_claims.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| S(\d)-(\d\d) \| (\d{3}_\w+\.txt) \| (\d+) \|[^|]*\| (\w+) \|", text, re.MULTILINE)
    assert len(rows) == 216
    by_file = {document.file: document.id for document in record.documents.values()}
    for report, number, file, line, kind in rows:
        claim = record.claims[f"00{report}-{number}"]
        assert (claim.document, claim.line, claim.kind) == (by_file[file], int(line), kind), claim.id
        assert claim.says
        assert claim.end > claim.start
    assert len(record.claims) == len(rows)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_each_mechanism_has_a_measure_or_a_claim(record: Dossier, mechanism: str) -> None:
    measures = [m.id for m in record.measures.values() if mechanism in m.mechanisms]
    claims = [c.id for c in record.claims.values() if mechanism in c.mechanisms]
    assert measures or claims


def test_no_other_mechanism_is_named(record: Dossier) -> None:
    named = {
        name for entry in (*record.measures.values(), *record.claims.values()) for name in entry.mechanisms
    }
    assert named <= set(MECHANISMS)


def test_every_forecast_is_scored_or_open(record: Dossier) -> None:
    forecasts = [claim for claim in record.claims.values() if claim.kind == "forecast"]
    assert len(forecasts) >= 25
    assert all(claim.hindsight for claim in forecasts)
    assert all(claim.hindsight == "open" or claim.hindsight_known for claim in forecasts)


STEPS = (
    # facts D1.1 to D1.3: measure, day, value on the day, value on the eve (None: not in force)
    ("usa-2018-section-301-25", "2018-07-06", 0.034, None),
    ("usa-2018-section-301-25", "2018-09-24", 0.13, 0.05),
    ("usa-2018-section-301-25", "2019-05-10", 0.25, 0.13),
    ("usa-2018-section-301-7.5", "2019-09-01", 0.15, None),
    ("usa-2018-section-301-7.5", "2020-02-14", 0.075, 0.15),
    ("usa-2018-section-301-100", "2024-09-27", 1.0, None),
    ("usa-2018-section-301-50", "2025-01-01", 0.5, 0.25),
    ("china-2018-response", "2018-07-06", 0.04, None),
    ("usa-2025-fentanyl-china", "2025-02-04", 0.1, None),
    ("china-2025-february-lists", "2025-02-10", 0.15, None),
    ("usa-2025-fentanyl-china", "2025-03-04", 0.2, 0.1),
    ("china-2025-march-lists", "2025-03-10", 0.15, None),
    ("usa-2025-232-steel-aluminium", "2025-03-12", 0.25, None),
    ("usa-2025-232-autos", "2025-04-03", 0.25, None),
    ("usa-2025-reciprocal-china", "2025-04-05", 0.1, None),
    ("usa-2025-reciprocal-china", "2025-04-09", 0.84, 0.1),
    ("china-2025-reciprocal-usa", "2025-04-10", 0.84, None),
    ("usa-2025-reciprocal-china", "2025-04-10", 1.25, 0.84),
    ("china-2025-reciprocal-usa", "2025-04-12", 1.25, 0.84),
    ("usa-2025-232-auto-parts", "2025-05-03", 0.25, None),
    ("usa-2025-reciprocal-china", "2025-05-14", 0.1, 1.25),
    ("china-2025-reciprocal-usa", "2025-05-14", 0.1, 1.25),
    ("usa-2025-232-steel-aluminium", "2025-06-04", 0.5, 0.25),
    ("usa-2025-affiliates-rule", "2025-09-29", 0.5, None),
    ("chn-2025-port-fee", "2025-10-14", 400, None),
    ("usa-2025-ship-fee", "2025-10-14", 50, None),
    ("usa-2025-fentanyl-china", "2025-11-10", 0.1, 0.2),
    ("usa-2026-section-122", "2026-02-24", 0.1, None),
    ("usa-2026-section-301-forced-labour", "2026-07-24", 0.125, None),
)


@pytest.mark.parametrize(("key", "day", "after", "before"), STEPS)
def test_the_steps_of_the_facts(
    record: Dossier, key: str, day: str, after: float, before: float | None
) -> None:
    date = dt.date.fromisoformat(day)
    state = record.state(key, date)
    assert (state.status, state.value) == (Status.in_force, after)
    earlier = record.states(date - dt.timedelta(days=1)).get(key)
    if before is None:
        assert earlier is None or earlier.status is not Status.in_force
    else:
        assert earlier is not None
        assert (earlier.status, earlier.value) == (Status.in_force, before)


ENDS = (
    ("usa-2025-threat-100", "2025-11-01", Status.withdrawn),
    ("china-2025-march-lists", "2025-11-10", Status.repealed),
    ("chn-2025-ann57-elements", "2025-11-10", Status.suspended),
    ("chn-2025-ann57-elements", "2026-11-10", Status.in_force),
    ("usa-2025-affiliates-rule", "2025-11-10", Status.suspended),
    ("usa-2025-affiliates-rule", "2026-11-10", Status.in_force),
    ("chn-2024-gallium-ban", "2026-11-27", Status.in_force),
    ("usa-2025-fentanyl-china", "2026-02-20", Status.void),
    ("usa-2025-reciprocal-china-24", "2026-02-20", Status.void),
    ("usa-2026-section-122", "2026-07-24", Status.lapsed),
    ("china-2025-reciprocal-usa-24", "2026-11-10", Status.in_force),
    ("usa-2024-tiktok-law", "2026-02-01", Status.lapsed),
    ("chn-2025-qualcomm-probe", "2025-11-10", Status.withdrawn),
)


@pytest.mark.parametrize(("key", "day", "status"), ENDS)
def test_how_measures_end(record: Dossier, key: str, day: str, status: Status) -> None:
    assert record.state(key, dt.date.fromisoformat(day)).status is status


CLOCKS = {
    "clock-truce-1": "2025-08-12", "clock-truce-2": "2025-11-10", "clock-threat-100": "2025-11-01",
    "clock-notices-55-58": "2025-11-08", "clock-tiktok": "2026-01-23", "clock-truce-3": "2026-11-10",
    "clock-affiliates-return": "2026-11-10", "clock-announcement-70": "2026-11-10",
    "clock-ship-fees-return": "2026-11-10", "clock-301-exclusions-2": "2026-11-10",
    "clock-gallium-ban": "2026-11-27", "clock-section-122": "2026-07-24", "clock-soy-2028": "2028-12-31",
    "clock-chn-exclusions": "2026-12-31", "clock-us-midterms": "2026-11-03",
}  # fmt: skip


def test_every_clock_of_the_facts_is_there(record: Dossier) -> None:
    assert {key: record.clocks[key].fires.isoformat() for key in CLOCKS} == CLOCKS


def test_every_measure_value_is_dated_sourced_and_graded(record: Dossier) -> None:
    for measure in record.measures.values():
        assert measure.announced
        for value in measure.values:
            assert value.source in record.sources
            assert value.grade
            assert value.from_


def test_rewrites_of_one_wire_story_are_one_observation_everywhere(record: Dossier) -> None:
    assert chains(record, ["000-01", "001-01"]) == {"reuters-2025-10-22"}
    assert len({document.chain for document in record.documents.values()}) == len(record.documents) - 1
