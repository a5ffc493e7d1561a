"""The rules that hold a record against something else, and the verb: every one finds a planted example."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from small_case import edited

from detente.cli.main import main
from detente.core import LabelError, SchemaError
from detente.dossier import RULES, FrozenDict, audit, load_dossier, shipped_dossiers
from detente.dossier.asof import cited_sources
from detente.dossier.authorities import authority_table, mismatches, rules_in, stacking_rules
from detente.dossier.held import CHECKS, replay
from detente.dossier.yaml_reader import read_yaml

Small = Callable[..., Path]
HINDSIGHT = dt.date(2026, 1, 1)
EXPECT = "- {{id: e, authority: section-301, importer: USA, exporter: CHN, date: {date}, active: {active}, known: 2025-03-01, source: S1{more}}}\n"
SNAPSHOT = "- {{id: duty, on: 2026-01-01, status: {status}, value: {value}}}\n"
CONTROL = """
- id: ban
  title: A ban
  actor: CHN
  targets: [USA]
  instrument: export_control
  authority: export-controls
  issue: minerals
  unit: none
  announced: 2025-01-02
  last_checked: 2025-12-01
  {more}
  values:
    - {{from: 2025-02-01, status: in_force, source: S1, grade: official}}
"""
EFFECT = (
    "effect: {flows: actor_exports, ad_valorem: {all: 0.1}, source: S1, grade: assumed, derivation: none}"
)


@pytest.mark.parametrize(
    ("rule", "overrides"),
    [
        ("stacking-mismatch", edited("measures/duties.yaml", "  combine: max\n", "")),
        (
            "stacking-mismatch",
            edited("measures/duties.yaml", "reported_in", "excluded_by: [section-232]\n  reported_in"),
        ),
        (
            "expected-authority",
            {"expectations.yaml": EXPECT.format(date="2025-01-15", active="true", more="")},
        ),
        (
            "expected-authority",
            {"expectations.yaml": EXPECT.format(date="2025-03-01", active="false", more="")},
        ),
        (
            "expected-authority",
            {
                "expectations.yaml": EXPECT.format(
                    date="2025-03-01", active="true", more=", low: 0.2, high: 0.3"
                )
            },
        ),
        ("snapshot-differs", {"snapshot.yaml": SNAPSHOT.format(status="in_force", value=0.1)}),
        ("snapshot-differs", {"snapshot.yaml": SNAPSHOT.format(status="suspended", value=0.2)}),
        ("inert-unflagged", {"measures/controls.yaml": CONTROL.format(more="discretionary: true")}),
        ("inert-but-moves", {"measures/controls.yaml": CONTROL.format(more=f"inert: true\n  {EFFECT}")}),
        (
            "no-scope",
            {
                "measures/controls.yaml": CONTROL.format(more="inert: true")
                + CONTROL.format(more="inert: true").replace("id: ban", "id: other"),
                "scopes.yaml": "- {id: ban, binds: goods, what: a metal, reach: own_trade, ends: an act, source: S1, grade: official}\n",
            },
        ),
    ],
)
def test_a_planted_fault_is_found(small: Small, rule: str, overrides: dict[str, str]) -> None:
    found = audit(load_dossier(small(overrides), asof=HINDSIGHT))
    assert [finding.rule for finding in found] == [rule]
    assert found[0].severity == RULES[rule][0]
    assert found[0].hint


def test_right_expectations_snapshot_and_scopes_are_fine(small: Small) -> None:
    files = {
        "expectations.yaml": EXPECT.format(date="2025-03-01", active="true", more=", low: 0.1, high: 0.1"),
        "snapshot.yaml": SNAPSHOT.format(status="suspended", value=0.1),
    }
    assert audit(load_dossier(small(files), asof=HINDSIGHT)) == []


def test_only_an_average_over_firms_is_compared_in_the_digits_it_is_written_with(small: Small) -> None:
    """A plain duty is the number written down, to the last digit; an average of thirds cannot be."""
    close = {"snapshot.yaml": SNAPSHOT.format(status="suspended", value=0.1 + 1e-13)}
    assert [f.rule for f in audit(load_dossier(small(close), asof=HINDSIGHT))] == ["snapshot-differs"]
    firms = "by_firm: [{firm: a, rate: 0.1, share: 0.3333333}, {firm: b, rate: 0.1000001}],"
    files = edited("measures/duties.yaml", "value: 0.10,", firms)
    files["measures/duties.yaml"] = files["measures/duties.yaml"].replace(
        "grade: official}", "grade: inferred}", 1
    )
    average = load_dossier(small(files), asof=HINDSIGHT).state("duty", dt.date(2026, 1, 1)).value
    for written, rules in ((f"{average:.10g}", []), (f"{average + 1e-8:.10g}", ["snapshot-differs"])):
        assert float(written) != average
        written_down = files | {"snapshot.yaml": SNAPSHOT.format(status="suspended", value=written)}
        assert [f.rule for f in audit(load_dossier(small(written_down), asof=HINDSIGHT))] == rules


@pytest.mark.parametrize("name", shipped_dossiers())
def test_carrying_out_every_act_agrees_with_the_rule_on_every_day(name: str) -> None:
    record = load_dossier(name, asof=load_dossier(name).vintage)
    first = min(measure.announced for measure in record.measures.values())
    days = [first + dt.timedelta(days=17 * n) for n in range((dt.date(2029, 1, 1) - first).days // 17)]
    for entry in record.measures.values():
        days += [value.from_ for value in entry.values] + [v.until for v in entry.values if v.until]
    for day in sorted(set(days)):
        states, again = record.states(day), replay(record, day)
        assert set(states) == set(again)
        for key, state in states.items():
            assert (again[key].status, again[key].value) == (state.status, state.value), (key, day)


def test_replay_sees_only_what_was_known() -> None:
    record = load_dossier("busan-2025")
    assert replay(record, dt.date(2025, 12, 1))["usa-2025-fentanyl-china"].value == 0.2


@pytest.mark.parametrize("name", shipped_dossiers())
def test_shipped_records_break_no_rule(name: str) -> None:
    record = load_dossier(name, asof=load_dossier(name).vintage)
    assert {f.rule for f in audit(record)} <= {"retroactive", "open-suspension"}
    assert record.snapshot
    assert set(record.snapshot) == set(record.measures)
    assert all(list(check(record)) == [] for check in CHECKS)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("phase-one-2018", {"data-uschina2017", "model-assumption"}),  # behind the covered shares
        ("eu-ev-2024", set()),
    ],
)
def test_every_source_of_the_smaller_records_is_cited(name: str, kept: set[str]) -> None:
    record = load_dossier(name, asof=load_dossier(name).vintage)
    assert set(record.sources) - set(cited_sources(record)) == kept


def test_a_broken_measure_breaks_the_round_trip() -> None:
    record = load_dossier("busan-2025", asof=dt.date(2026, 7, 25))
    duty = record.measures["usa-2026-section-122"]
    value = duty.values[0].model_copy(update={"until": None})
    bent = replace(
        record,
        measures=FrozenDict({**record.measures, duty.id: duty.model_copy(update={"values": (value,)})}),
    )
    assert {f.rule for f in audit(bent) if f.severity == "error"} == {
        "snapshot-differs",
        "expected-authority",
    }


def test_stacking_rules_are_read_strictly(tmp_path: Path) -> None:
    assert len(stacking_rules()) >= 14
    file = tmp_path / "stacking.yaml"
    good = "- {id: a, authority: section-232, actor: USA, within: max, applies_to: value, source: s, grade: official}\n"
    file.write_text(good, encoding="utf-8")
    assert rules_in(read_yaml(file))[0].within == "max"
    file.write_text(good + good, encoding="utf-8")
    with pytest.raises(SchemaError, match="already given"):
        rules_in(read_yaml(file))
    file.write_text(good.replace("section-232", "section-233"), encoding="utf-8")
    with pytest.raises(LabelError, match="section-232"):
        rules_in(read_yaml(file))
    file.write_text("id: a\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="list of rules"):
        rules_in(read_yaml(file))


def test_the_three_rules_of_the_issue_are_in_the_table() -> None:
    rows = {
        (row["authority"], row["measures"]): row
        for row in authority_table(load_dossier("busan-2025", asof=dt.date(2026, 7, 25))).records()
    }
    assert rows["ieepa-reciprocal", "all"]["gives_way_to"] == "section-232"
    assert rows["ieepa-fentanyl", "on CHN"]["gives_way_to"] == ""
    assert "section-232" in str(rows["ieepa-fentanyl", "on CHN"]["stacks_with"])
    assert rows["section-301", "announced until 2025-12-31"]["within"] == "the largest counts"


def test_measures_and_rules_agree() -> None:
    record = load_dossier("busan-2025", asof=dt.date(2026, 7, 25))
    assert [text for measure in record.measures.values() for text in mismatches(measure)] == []
    metals = record.measures["usa-2025-reciprocal-china"].model_copy(update={"excluded_by": ()})
    assert list(mismatches(metals)) == ["gives way to nothing; rule `ieepa-reciprocal` says section-232"]


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(words)
    out = capsys.readouterr()
    return int(stop.value.code or 0), out.out, out.err


def test_the_verb_says_clean_or_four(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(["audit", "busan-2025", "--table", "rules", "-f", "json"], capsys)
    assert code == 0
    listed = {row["rule"]: row for row in json.loads(out)[0]["rows"]}
    assert set(listed) == {*RULES, "malformed"}
    bad = small(edited("measures/duties.yaml", "targets: [CHN]", "targets: [CHINA]"))
    code, out, err = run(["audit", str(bad)], capsys)
    assert code == 4
    assert "did you mean" in out
    assert "1 error" in err
    code, out, _ = run(["audit", str(small()), "--asof", "2026-01-01"], capsys)
    assert (code, "Nothing to object to" in out) == (0, True)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (edited("measures/duties.yaml", "issue: tariffs", "isue: tariffs"), "unknown key"),
        (edited("measures/duties.yaml", "issue: tariffs", "issue: tariffs\n  issue: tariffs"), "issue"),
        (edited("measures/duties.yaml", ", source: S1", ""), "source"),
        (edited("measures/duties.yaml", "until: 2026-11-10", "until: 2025-11-09"), "not after"),
        (edited("measures/duties.yaml", "unit: fraction", "unit: percent"), "percent"),
    ],
)
def test_what_cannot_be_read_is_a_finding_too(
    small: Small, overrides: dict[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(["audit", str(small(overrides)), "-f", "csv"], capsys)
    assert code == 4
    assert out.splitlines()[1].startswith("error,malformed,")
    assert words in out


def test_no_such_record_is_a_slip_not_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(["audit", "busan-2052"], capsys)
    assert code in (1, 2)
    assert out == ""
    assert "busan-2025" in err
    assert run(["audit", "--table", "findngs"], capsys)[0] == 2


def test_stale_and_dates_and_trade(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(["audit", "--today", "2027-06-01", "-f", "csv"], capsys)
    assert code == 0
    assert out.count("stale") >= len(load_dossier("busan-2025", asof=dt.date(2026, 7, 25)).measures)
    _, out, _ = run(["audit", "--table", "dates", "-f", "csv"], capsys)
    assert "chn-2025-soybean-halt,2025-05-01,2025-10-01,153" in out
    _, out, _ = run(["audit", "--table", "trade", "-f", "csv"], capsys)
    for tier in ("exact", "prefix", "sector", "unresolved"):
        assert f"all: {tier}" in out


def test_removal_by_solving_finds_what_moves_nothing(small: Small) -> None:
    from detente.show.tables.ledger import inert_findings
    from detente.world import load_world

    economy = load_world()
    clean = load_dossier("phase-one-2018", asof=dt.date(2026, 7, 25))
    assert inert_findings(economy, clean) == []
    record = load_dossier(
        small(
            edited("measures/duties.yaml", "reported_in", "products: {sectors: {A03: 0.0}}\n  reported_in")
        ),
        asof=HINDSIGHT,
    )
    assert [f.rule for f in inert_findings(economy, record)] == ["inert-unflagged"]
    flagged = edited(
        "measures/duties.yaml", "reported_in", "inert: true\n  products: {lists: [all]}\n  reported_in"
    )
    assert [f.rule for f in inert_findings(economy, load_dossier(small(flagged), asof=HINDSIGHT))] == [
        "inert-but-moves"
    ]


def test_the_snapshot_of_a_changed_copy_is_refused(tmp_path: Path) -> None:
    import detente.dossier

    source = Path(detente.dossier.__file__).parent / "data" / "phase-one-2018"
    copy = tmp_path / "copy"
    shutil.copytree(source, copy)
    file = copy / "measures" / "us.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("from: 2019-09-01, value: 0.15", "from: 2019-09-01, value: 0.10"), encoding="utf-8"
    )
    file.write_text(
        file.read_text(encoding="utf-8").replace(
            "from: 2020-02-14, value: 0.075", "from: 2020-02-14, value: 0.08"
        ),
        encoding="utf-8",
    )
    found = audit(load_dossier(copy, asof=dt.date(2026, 7, 25)))
    assert [f.id for f in found if f.rule == "snapshot-differs"] == ["usa-2019-list-4a"]
