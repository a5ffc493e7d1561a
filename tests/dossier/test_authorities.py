"""Stacking rules: which measures a rule speaks of, day by day and target by target, and what the audit holds against it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from test_own_day import measure, record

from detente.core import LabelError, SchemaError
from detente.dossier import authorities
from detente.dossier.authorities import StackingRule, authority_table, mismatches, rules_in
from detente.dossier.yaml_reader import read_yaml

DAY = dt.date(2025, 5, 10)
EVE, NEXT = DAY - dt.timedelta(1), DAY + dt.timedelta(1)
BODY = {"id": "r", "authority": "section-301", "actor": "USA", "within": "add", "applies_to": "value"}


def rule(**changes: Any) -> StackingRule:
    return StackingRule.model_validate({**BODY, "source": "memo", "grade": "assumed", **changes})


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch):
    """Rules of a test's own in place of the shipped ones."""

    def put(*made: StackingRule) -> None:
        monkeypatch.setattr(authorities, "stacking_rules", lambda: made)

    return put


@pytest.mark.parametrize(
    ("limits", "spoken"),
    [
        ({}, [True, True, True]),
        ({"announced_from": DAY}, [False, True, True]),
        ({"announced_until": DAY}, [True, True, False]),
        ({"announced_from": DAY, "announced_until": DAY}, [False, True, False]),
    ],
)
def test_a_rule_speaks_from_its_first_day_until_its_last(limits: dict[str, Any], spoken: list[bool]) -> None:
    assert [rule(**limits).speaks_of(measure("m", day)) for day in (EVE, DAY, NEXT)] == spoken


def test_one_of_the_targets_is_enough() -> None:
    aimed = rule(targets=("CHN", "HKG"))
    for targets, spoken in (
        (("CHN",), True),
        (("CHN", "MEX"), True),
        (("MEX", "HKG"), True),
        (("MEX",), False),
    ):
        assert aimed.speaks_of(measure(targets=targets)) is spoken
    assert rule().speaks_of(measure(targets=("MEX",)))


def test_authority_and_actor_both_count() -> None:
    assert not rule().speaks_of(measure(authority="section-232"))
    assert not rule().speaks_of(measure(actor="CHN"))


def said(of: Any) -> list[str]:
    return list(mismatches(of))


def test_what_a_duty_says_otherwise_than_its_rule(rules) -> None:
    rules(rule(gives_way_to=("section-232",), within="max"), rule(id="second"))
    assert said(measure(excluded_by=("section-232",), combine="max")) == []
    assert said(measure(combine="max")) == ["gives way to nothing; rule `r` says section-232"]
    assert said(measure(excluded_by=("section-232",))) == [
        "adds up within its authority; rule `r` says that the largest counts"
    ]
    assert len(said(measure())) == 2
    assert said(measure(authority="mfn")) == ["no stacking rule speaks of authority `mfn`"]
    rules(rule())
    assert said(measure(excluded_by=("section-232", "mfn"))) == [
        "gives way to section-232, mfn; rule `r` says nothing"
    ]
    assert said(measure(combine="max")) == []  # stricter than the rule is no mismatch


def test_only_rates_of_duty_of_an_actor_with_rules_are_compared(rules) -> None:
    rules(rule(gives_way_to=("section-232",)))
    assert said(measure(actor="CHN")) == []
    assert said(measure(instrument="port_fee")) == []
    assert said(measure(unit="usd_per_net_ton")) == []
    assert said(measure()) != []


def test_the_table_shows_each_rule_from_its_own_day(rules) -> None:
    rules(rule(known=DAY), rule(id="other", authority="section-232"), rule(id="always", authority="mfn"))
    shown = {}
    for day in (EVE, DAY):
        shown[day] = [row[0] for row in authority_table(record(measures=(measure(),), asof=day)).rows]
    assert shown == {EVE: ["mfn"], DAY: ["section-301", "mfn"]}


def column(table: Any, name: str) -> list[Any]:
    place = [one.key for one in table.columns].index(name)
    return [row[place] for row in table.rows]


def test_the_table_says_of_which_measures_and_what_each_adds_to(rules) -> None:
    rules(
        rule(id="base", authority="mfn", within="max"),
        rule(id="a", authority="section-301", targets=("CHN", "HKG")),
        rule(id="b", authority="section-301", announced_from=DAY, gives_way_to=("section-232",)),
        rule(id="c", authority="section-232", announced_until=DAY, within="max", applies_to="content"),
        rule(id="d", authority="ieepa-reciprocal", gives_way_to=("section-232",), note="n"),
        rule(id="e", authority="china-fentanyl-response", actor="CHN"),
    )
    names = ("section-301", "section-232", "ieepa-reciprocal", "china-fentanyl-response")
    table = authority_table(
        record(
            measures=[
                measure(f"m{k}", authority=name, actor="CHN" if name.startswith("china") else "USA")
                for k, name in enumerate(names)
            ]
        )
    )
    assert column(table, "measures") == [
        "all",
        "on CHN, HKG",
        "announced from 2025-05-10",
        "announced until 2025-05-10",
        "all",
        "all",
    ]
    assert column(table, "within") == [
        "the largest counts",
        "add up",
        "add up",
        "the largest counts",
        "add up",
        "add up",
    ]
    assert column(table, "stacks_with") == [
        "section-301, section-232, ieepa-reciprocal",
        "mfn, section-232, ieepa-reciprocal",  # gives way to nothing itself
        "mfn, ieepa-reciprocal",  # gives way to section-232
        "mfn, section-301",  # keeps ieepa-reciprocal off altogether, section-301 only in part
        "mfn, section-301",
        "mfn",  # another economy's law
    ]
    assert column(table, "applies_to")[3] == "content"


# Reading


def write(folder: Path, *bodies: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text("\n".join(bodies) + "\n", encoding="utf-8")
    return path


def line(name: str, authority: str = "section-301", extra: str = "") -> str:
    return f"- {{id: {name}, authority: {authority}, actor: USA, within: add, applies_to: value, source: s, grade: assumed{extra}}}"


def test_rules_are_read_in_order_and_refused_where_wrong(tmp_path: Path) -> None:
    assert [one.id for one in rules_in(read_yaml(write(tmp_path, line("a"), line("b"))))] == ["a", "b"]
    with pytest.raises(SchemaError, match="`a` was already given") as caught:
        rules_in(read_yaml(write(tmp_path, line("a"), line("b"), line("a"))))
    assert caught.value.line == 3
    with pytest.raises(LabelError, match="unknown authority `section-310` in rule `b`"):
        rules_in(read_yaml(write(tmp_path, line("a"), line("b", "section-310"))))
    with pytest.raises(LabelError, match="unknown authority `section-223`"):
        rules_in(read_yaml(write(tmp_path, line("a", extra=", gives_way_to: [section-232, section-223]"))))
    with pytest.raises(SchemaError, match="list of rules") as caught:
        rules_in(read_yaml(write(tmp_path, "id: a")))
    assert caught.value.line == 1
