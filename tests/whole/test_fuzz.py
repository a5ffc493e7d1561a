"""A short run of the fuzzers: the same inputs every time, a few of every parser. `make fuzz` does three thousand of each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import fuzz.__main__ as by_name
from detente.core import Local
from fuzz.__main__ import damaged_input, fuzz, write
from fuzz.commands import command_target
from fuzz.oracle import judge, not_finite
from fuzz.targets import targets

SLOW = ("report html", "report text", "report markdown", "commodity")
ALL = (*targets(), command_target())


@pytest.mark.parametrize("target", ALL, ids=lambda target: target.name)
def test_nothing_damaged_ends_in_a_trace(target):
    report = fuzz(target, count=2 if target.name in SLOW else 12, seconds=1)
    assert report.tried > 0
    assert [(number, finding.what, finding.place) for number, finding, _ in report.findings] == []


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_the_seeds_are_read(target, tmp_path):
    """A seed that is refused as it is would test nothing."""
    for position, seed in enumerate(dict.fromkeys(target.seeds)):
        write(tmp_path / str(position), seed())
        assert judge(lambda place=tmp_path / str(position): target.read(place))[0] == "read"


def test_the_same_number_is_the_same_input():
    for target in targets():
        assert damaged_input(target, 7) == damaged_input(target, 7)


def test_the_judge_sees_what_it_is_there_for():
    assert judge(lambda: float("nan"))[1].what == "not finite"
    assert judge(lambda: [1.0, {"a": (2.0, float("inf"))}])[0] == "finding"
    assert judge(lambda: {}["x"])[1].what == "KeyError"
    assert judge(lambda: all(True for _ in iter(int, 1)), seconds=0.2)[1].what == "TooLongError"
    assert judge(lambda: 1)[0] == "read"
    assert list(not_finite([1.0, "nan", None])) == []


def test_parts_make_the_same_report(monkeypatch):
    monkeypatch.setattr(by_name, "limit_memory", lambda: None)
    monkeypatch.setattr(by_name, "PART", 3)
    target = next(target for target in targets() if target.name == "yaml")
    whole = by_name.spread("yaml", count=8, seconds=60.0, first=5, on=Local())
    assert whole.outcomes == fuzz(target, count=8, first=5).outcomes
    assert whole.tried == 8
