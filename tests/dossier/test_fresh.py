"""A record answers for a while after it was last checked, and then refuses: `StaleError`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from detente.cli.main import main
from detente.core import StaleError
from detente.dossier import load_dossier, refuse_stale, require_fresh
from detente.policy import load_scenario
from detente.policy.enacted import apply_scenario


def last(dossier) -> dt.date:
    return dossier.vintage + dt.timedelta(days=dossier.fresh_days)


def test_an_as_of_day_is_answered_up_to_the_limit_and_not_beyond():
    dossier = load_dossier()
    edge = last(dossier)
    assert load_dossier(asof=edge).asof == edge
    with pytest.raises(StaleError, match="the as-of day") as stop:
        load_dossier(asof=edge + dt.timedelta(days=1))
    assert str(edge) in stop.value.hint
    assert load_dossier(asof=dt.date.max).asof == dt.date.max  # the whole record


def test_a_scenario_far_beyond_the_vintage_is_refused():
    dossier = load_dossier()
    near = load_scenario("talks-fail").model_copy(update={"date": last(dossier)})
    assert apply_scenario(dossier, near).measures
    with pytest.raises(StaleError, match="talks-fail"):
        apply_scenario(dossier, near.model_copy(update={"date": last(dossier) + dt.timedelta(days=1)}))


def test_the_limit_is_the_records_own():
    dossier = load_dossier()
    require_fresh(dossier, last(dossier), "a day")
    with pytest.raises(StaleError, match="2026"):
        require_fresh(dossier, last(dossier) + dt.timedelta(days=1), "a day")


def test_entries_checked_too_long_ago_are_refused_by_name():
    dossier = load_dossier()
    oldest = min(measure.last_checked for measure in dossier.measures.values())
    refuse_stale(dossier, today=oldest + dt.timedelta(days=dossier.fresh_days))
    with pytest.raises(StaleError, match="last checked more than 10 days before") as stop:
        refuse_stale(dossier, today=oldest + dt.timedelta(days=11), max_age_days=10)
    assert "detente audit --table stale" in stop.value.hint


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("audit --strict", 0),
        ("audit --strict --today 2027-06-01", 4),
        ("audit --today 2027-06-01", 0),
        ("brief --asof 2027-06-01", 4),
        ("measures --asof 2027-06-01", 4),
    ],
)
def test_the_command_line_refuses_with_four(words, code, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(words.split())
    assert (stop.value.code or 0) == code
    err = capsys.readouterr().err
    assert ("last checked" in err) == (code == 4)
    assert not list(Path(tmp_path).iterdir())
