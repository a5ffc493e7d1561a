"""Each rule finds a planted example and nothing else in the same place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from small_case import edited

from detente.core import LabelError
from detente.dossier import (
    RULES,
    Dossier,
    FrozenDict,
    Parameter,
    audit,
    audit_table,
    coverage_by_grade,
    load_dossier,
)
from detente.dossier.later_text import named_days
from detente.policy.duties.day import added_duties
from detente.world import load_world

Small = Callable[..., Path]
HINDSIGHT = dt.date(2026, 1, 1)


def rules(dossier: Dossier, **options: Any) -> list[str]:
    return [finding.rule for finding in audit(dossier, **options)]


def duty(old: str, new: str) -> dict[str, str | bytes | None]:
    return edited("measures/duties.yaml", old, new)


CLOCK = """
- id: clock
  title: The truce ends
  fires: {fires}
  since: 2025-11-10
  known: 2025-11-02
  kind: legal_expiry
  on_firing: The duty returns
  measures: [duty]
  source: S2
  grade: official
"""


def test_the_small_dossier_is_clean(small: Small) -> None:
    assert audit(load_dossier(small(), asof=HINDSIGHT)) == []
    assert len(audit_table([])) == 0


@pytest.mark.parametrize(
    ("rule", "overrides"),
    [
        ("implausible-value", duty("value: 0.10", "value: 25, extraordinary: true")),
        ("unit-mismatch", duty("unit: fraction", "unit: share")),
        ("unknown-label", duty("targets: [CHN]", "targets: [CHINA]")),
        ("undescribed-authority", duty("authority: section-301", "authority: section-310")),
        ("unknown-label", duty("reported_in", "products: {lists: [s301-24]}\n  reported_in")),
        ("unknown-label", duty("reported_in", "products: {sectors: {C99: 0.5}}\n  reported_in")),
        ("value-before-text", duty("from: 2025-02-01", "from: 2024-02-01")),
        (
            "late-source",
            duty("source: S1", "source: S2")
            | edited("sources.yaml", "date: 2025-01-02", "date: 2025-01-02, background: true"),
        ),
        (
            "uncited-source",
            duty("source: S1", "source: S2")
            | edited("sources.yaml", "date: 2025-11-02", "date: 2025-02-01, last: 2025-11-02"),
        ),
        (
            "retroactive",
            duty("known: 2025-11-02", "known: 2025-11-12")
            | edited("sources.yaml", "date: 2025-11-02", "date: 2025-11-12"),
        ),
        (
            "ambiguous-tie",
            duty(
                "from: 2025-11-10, until: 2026-11-10, status: suspended, known: 2025-11-02, source: S2",
                "from: 2025-02-01, until: 2026-11-10, status: suspended, source: S1",
            )
            | edited("sources.yaml", "date: 2025-11-02", "date: 2025-11-02, background: true"),
        ),
        ("open-suspension", duty(", until: 2026-11-10", "")),
        (
            "grade-above-source",
            edited("sources.yaml", "date: 2025-11-02, quality: A", "date: 2025-11-02, quality: C"),
        ),
        (
            "grade-above-source",
            edited("sources.yaml", "date: 2025-11-02, quality: A", "date: 2025-11-02, quality: B"),
        ),
        (
            "grade-above-source",
            duty(
                "value: 0.10,",
                "by_firm: [{firm: a, rate: 0.2, share: 0.5}, {firm: b, rate: 0.0, share: 0.5}],",
            ),
        ),
        ("later-text", duty("issue: tariffs", "issue: tariffs\n  act: Order 9 of 3 February 2025")),
        ("later-text", duty("issue: tariffs", "issue: tariffs\n  note: Suspended in November 2025.")),
        ("later-text", duty("title: A duty", "title: A duty of 2025-26")),
        ("later-text", duty("source: S1,", "source: S1, note: Halved on 2025-11-09,")),
        ("silent-clock", {"clocks.yaml": CLOCK.format(fires="2026-10-10")}),
        (
            "days-out-of-order",
            {"clocks.yaml": CLOCK.format(fires="2025-11-01").replace("legal_expiry", "meeting")},
        ),
        ("fault-without-conflict", edited("claims.yaml", 'verdict: "true"', "verdict: wrong")),
    ],
)
def test_a_planted_fault_is_found(small: Small, rule: str, overrides: dict[str, str]) -> None:
    found = audit(load_dossier(small(overrides), asof=HINDSIGHT))
    assert [finding.rule for finding in found] == [rule]
    assert found[0].what
    assert found[0].severity == RULES[rule][0]
    assert len(audit_table(found)) == 1


def test_a_source_older_than_what_it_is_cited_for_is_found(small: Small) -> None:
    """A version of 2019 cannot have said what a duty was in 2025, also where it is a reference work kept up to date."""
    old = edited("sources.yaml", "date: 2025-01-02", "date: 2019-12-19, standing: true")
    found = audit(load_dossier(small(old), asof=HINDSIGHT))
    assert {finding.rule for finding in found} == {"source-before-value"}
    assert "2019-12-19" in found[0].what
    assert found[0].severity == RULES["source-before-value"][0] == "warning"
    kept_up = edited("sources.yaml", "date: 2025-01-02", "date: 2019-12-19, last: 2025-12-01, standing: true")
    assert audit(load_dossier(small(kept_up), asof=HINDSIGHT)) == []
    round_ = dedent(
        """
        - id: meeting
          title: A meeting
          place: Busan
          start: 2025-10-30
          end: 2025-10-30
          known: 2025-01-02
          level: leaders
          outcome: A truce
          outcome_known: 2025-10-30
          source: S1
          grade: reported
        """
    )
    late = audit(load_dossier(small({"rounds.yaml": round_}), asof=HINDSIGHT))
    assert [finding.rule for finding in late] == ["source-before-value"]
    assert "its outcome" in late[0].what
    cited = round_.replace("source: S1", "outcome_source: S2\n  source: S1")
    assert audit(load_dossier(small({"rounds.yaml": cited}), asof=HINDSIGHT)) == []


def test_a_text_may_name_what_was_planned_by_then(small: Small) -> None:
    """A day that was announced is no later fact, nor is its eve; the number of an act is one, planned or not."""
    planned = duty("source: S1,", 'source: S1, note: "Paid from 1 February 2025; free to 31 January.",')
    assert audit(load_dossier(small(planned), asof=HINDSIGHT)) == []
    later = duty("source: S2,", "source: S2, place: Regulation 2025/999,")["measures/duties.yaml"]
    assert isinstance(later, str)
    assert audit(load_dossier(small({"measures/duties.yaml": later}), asof=HINDSIGHT)) == []
    told = later.replace("issue: tariffs", "issue: tariffs\n  act: Regulations 2025/1 and 2025/999")
    found = audit(load_dossier(small({"measures/duties.yaml": told}), asof=HINDSIGHT))
    assert [finding.rule for finding in found] == ["later-text"]
    assert found[0].what == "its act is shown from 2025-01-02 on and names 2025/999"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on 2025-11-10", "2025-11-10", "2025-11-10"),
        ("in 2025-02", "2025-02-01", "2025-02-28"),
        ("30 October 2024", "2024-10-30", "2024-10-30"),
        ("in February 2024", "2024-02-01", "2024-02-29"),
        ("on 5 May", "2020-05-05", "2020-05-05"),
        ("since 2021", "2021-01-01", "2021-12-31"),
        ("duties of 2018-19", "2019-01-01", "2019-12-31"),
        ("Regulation (EU) 2024/2754", "2024-01-01", "2024-12-31"),
    ],
)
def test_days_are_read_in_the_forms_they_stand_in(text: str, first: str, last: str) -> None:
    (named,) = named_days(text, dt.date(2020, 1, 1))
    assert (named.first, named.last) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_other_numbers_are_no_days() -> None:
    text = "2,018 tonnes, 0.2024, 31 June 2025, code 8703 80, 20-25 percent, in May, 2023.5, 2024%"
    assert list(named_days(text, dt.date(2020, 1, 1))) == []


def test_a_member_of_a_bloc_is_sent_to_its_bloc(small: Small) -> None:
    """A world that carries a bloc as one economy has no duty on one member: the record says so, and so does the solver."""
    record = load_dossier(small(duty("targets: [CHN]", "targets: [DEU]")), asof=HINDSIGHT)
    (finding,) = audit(record)
    assert finding.rule == "unknown-label"
    assert (
        finding.hint
        == "`DEU` is a part of `EU27` there: write the measure as that of `EU27`, on its share of the trade"
    )
    with pytest.raises(LabelError, match="DEU") as caught:
        added_duties(load_world(), record, dt.date(2025, 3, 1))
    assert caught.value.hint == finding.hint


def test_a_clock_that_fires_when_its_measure_changes_is_fine(small: Small) -> None:
    assert rules(load_dossier(small({"clocks.yaml": CLOCK.format(fires="2026-11-10")}), asof=HINDSIGHT)) == []


def test_staleness_counts_from_a_given_day(small: Small) -> None:
    dossier = load_dossier(small())
    assert rules(dossier) == []
    assert rules(dossier, today=dt.date(2026, 6, 30)) == ["stale"]
    assert rules(dossier, today=dt.date(2026, 6, 30), max_age_days=300) == []


def test_what_loading_would_refuse_is_found_in_a_record_built_by_hand(small: Small) -> None:
    dossier = load_dossier(small(), asof=HINDSIGHT)
    assert set(rules(replace(dossier, sources=FrozenDict()))) == {"unknown-source"}
    backwards = dossier.measures["duty"].values[1].model_copy(update={"until": dt.date(2025, 1, 1)})
    bent = dossier.measures["duty"].model_copy(update={"values": (backwards,)})
    assert "days-out-of-order" in rules(replace(dossier, measures=FrozenDict(duty=bent)))
    body = {
        "id": "p",
        "title": "P",
        "kind": "share",
        "value": 0.9,
        "low": 0.1,
        "high": 0.2,
        "unit": "fraction",
    }
    wrong = Parameter.model_validate({**body, "source": "S1", "grade": "official", "known": "2025-01-02"})
    assert rules(replace(dossier, parameters=FrozenDict(p=wrong))) == ["interval"]


def test_every_rule_is_planted_somewhere() -> None:
    here = Path(__file__)
    text = "".join(
        here.with_name(name).read_text(encoding="utf-8") for name in (here.name, "test_ledger_audit.py")
    )
    assert [rule for rule in RULES if f'"{rule}"' not in text] == []


def test_the_shipped_record_is_clean() -> None:
    findings = audit(load_dossier("busan-2025", asof=dt.date(2026, 7, 25)))
    # Retroactive entries are meant: a purchase halt seen only in trade data, suspensions confirmed by a later act,
    # exemptions and country deals that reach back by their own text.
    assert {finding.rule for finding in findings} <= {"retroactive"}
    assert [f for f in audit(load_dossier("busan-2025")) if f.rule != "retroactive"] == []


def test_coverage_counts_every_value_once() -> None:
    dossier = load_dossier("busan-2025")
    table = coverage_by_grade(dossier)
    for record in table.records():
        counts = [record[grade] for grade in ("official", "reported", "inferred", "assumed")]
        assert sum(counts) == record["entries"]  # type: ignore[arg-type]
    values = sum(len(measure.values) for measure in dossier.measures.values())
    assert next(table.records())["entries"] == values
    assert list(table.records())[-1]["entries"] == sum(table.column("entries")[:-1])  # type: ignore[arg-type]


def test_a_source_that_nothing_cites_is_noted_once_the_record_is_whole() -> None:
    record = load_dossier("busan-2025")
    whole = load_dossier("busan-2025", asof=record.vintage)
    assert not [f for f in audit(whole) if f.rule == "uncited-source"]
    plain = {key: source.model_copy(update={"background": False}) for key, source in whole.sources.items()}
    noted = {f.id for f in audit(replace(whole, sources=FrozenDict(plain))) if f.rule == "uncited-source"}
    assert noted == {"S5", "S12", "S20", "S21", "S28", "S30", "S38", "S42", "S44", "S46"}
    assert not [
        f for f in audit(record) if f.rule == "uncited-source"
    ]  # an earlier day may not know what cites it
