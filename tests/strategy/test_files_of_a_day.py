"""Scenario, game and preference files as used on a day hold nothing that was public later only."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from detente.core import DateError
from detente.dossier import load_dossier
from detente.policy import load_scenario, shipped_scenarios
from detente.strategy import load_game, load_preferences, shipped_games
from detente.strategy.games import check_measures
from tests.cli.test_no_leak import DAYS, LATER

RECORD = "busan-2025"


def texts(asof):
    """Every file that is on offer on a day, as it is read on it."""
    for name in shipped_scenarios(RECORD, asof):
        yield name, load_scenario(name, dossier=RECORD).model_dump_json()
    for name in shipped_games(RECORD, asof):
        game = load_game(name, dossier=RECORD, asof=asof)
        yield name, game.model_dump_json()
        yield f"{name}, preferences", load_preferences(game=game.id).known_by(asof).model_dump_json()


@pytest.mark.parametrize("day", [day for day in DAYS if day >= "2025-10-12"])
def test_files_of_a_day_hold_nothing_later(day):
    told = [
        (name, known, hit.group(0))
        for name, text in texts(dt.date.fromisoformat(day))
        for known, pattern in LATER.items()
        if known > day
        for hit in re.finditer(pattern, text)
    ]
    assert told == []


def test_the_same_files_of_a_later_day_would_be_found_out():
    """The patterns bite: what is on offer in October would not pass for August."""
    text = "".join(text for _, text in texts(dt.date(2025, 10, 28)))
    assert any(re.search(pattern, text) for known, pattern in LATER.items() if known > "2025-08-15")


def test_sets_written_later_are_not_there_yet():
    whole = load_preferences(game="busan-2026")
    later = {entry.id for entry in whole.sets if entry.known is not None}
    assert later
    assert not later & {entry.id for entry in whole.known_by(dt.date(2025, 10, 28)).sets}
    assert later <= {entry.id for entry in whole.known_by(dt.date(2026, 3, 1)).sets}


def test_a_game_of_measures_that_nobody_knew_is_refused():
    """Before its measures were announced a game is not played: the record of the day has nothing to set."""
    record = load_dossier(RECORD, asof=dt.date(2025, 8, 15))
    with pytest.raises(DateError, match="nobody had announced"):
        check_measures(load_game(RECORD, dossier=RECORD, asof=record.asof), record)
