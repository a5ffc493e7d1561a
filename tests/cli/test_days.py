"""A record that goes on: on every day from January 2018 to its last one the briefing can be written, and speaks of that day.

By default nine days are built, without draws and games, in one process with one world; ``DETENTE_ALL_DAYS=1`` builds forty.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import pytest
from test_no_leak import LATER

import detente.dossier
from detente.brief import compose
from detente.dossier import age, load_dossier, shipped_dossiers
from detente.dossier.asof import known_by
from detente.dossier.load import read_record
from detente.policy import load_scenario, shipped_scenarios
from detente.strategy import load_game, load_preferences, shipped_games
from detente.world import Economy, load_world

RECORD = "busan-2025"
FIRST, LAST = dt.date(2018, 1, 1), dt.date(2026, 7, 25)
FORTY = [
    "2018-01-01",
    "2018-03-08",
    "2018-06-20",
    "2018-07-06",
    "2018-08-23",
    "2018-09-24",
    "2018-12-01",
    "2019-05-10",
    "2019-06-29",
    "2019-09-01",
    "2019-12-13",
    "2020-01-15",
    "2020-02-14",
    "2021-06-30",
    "2022-10-07",
    "2023-08-01",
    "2024-05-14",
    "2024-12-03",
    "2025-01-20",
    "2025-02-04",
    "2025-03-04",
    "2025-04-02",
    "2025-04-10",
    "2025-05-12",
    "2025-06-11",
    "2025-08-11",
    "2025-09-29",
    "2025-10-10",
    "2025-10-28",
    "2025-10-30",
    "2025-11-07",
    "2025-11-10",
    "2026-01-20",
    "2026-02-20",
    "2026-02-25",
    "2026-04-06",
    "2026-05-18",
    "2026-06-02",
    "2026-07-15",
    "2026-07-25",
]
NINE = [
    "2018-01-01",
    "2019-12-13",
    "2025-04-10",
    "2025-10-28",
    "2025-11-01",
    "2026-01-20",
    "2026-02-25",
    "2026-06-15",
    "2026-07-26",
]
DAYS = (*FORTY, "2026-07-26", "2026-11-11") if os.environ.get("DETENTE_ALL_DAYS") else tuple(NINE)


@pytest.fixture(scope="module")
def world() -> Economy:
    return load_world()


@pytest.mark.parametrize("day", DAYS)
def test_the_briefing_of_a_day(day: str, world: Economy) -> None:
    record = load_dossier(RECORD, asof=dt.date.fromisoformat(day))
    content = compose(record, world, source=RECORD, sets=("fgo",), draws=0, strategy=False, paths=200)
    said = " ".join(sentence.text for sentence in content.summary_sentences)
    assert "United States" in said
    assert "China" in said
    text = f"{content.title} {said} {content.sections}"
    for known, pattern in LATER.items():
        if known > day:
            assert not re.search(pattern, text), (known, pattern)
    for left in re.findall(r"in (-?\d+) days", said):
        assert int(left) >= 0
    assert ("last checked" in said) == (day > LAST.isoformat())


def test_forty_days_are_forty() -> None:
    assert len(set(FORTY)) == 40
    assert FORTY[0] == FIRST.isoformat()
    assert FORTY[-1] == LAST.isoformat()


def test_every_day_has_a_title_and_two_outcomes() -> None:
    """Every tenth day: cheap, nothing is solved."""
    windows = {name: load_scenario(name, dossier=RECORD).told for name in shipped_scenarios(RECORD)}
    for number in range(0, (LAST - FIRST).days + 1, 10):
        day = FIRST + dt.timedelta(days=number)
        live = [
            name
            for name, told in windows.items()
            if not told or any((w.since or day) <= day and (w.until is None or day < w.until) for w in told)
        ]
        assert len(live) >= 2, day
        assert live[0] == "standing"
    record, _ = read_record(Path(detente.dossier.__file__).parent / "data" / RECORD)
    titles = [known_by(record, dt.date.fromisoformat(day)).title for day in FORTY]
    assert len(dict.fromkeys(titles)) == 9
    for day, title in zip(FORTY, titles, strict=True):
        for year in re.findall(r"20\d\d", title):
            assert year <= day[:4], (day, title)


def test_the_game_follows_the_day() -> None:
    days = {
        "2025-10-28": "busan-2025",
        "2025-10-30": "busan-2025-november",
        "2025-11-03": "busan-2025-november",
        "2026-01-15": "busan-2025-truce",
        "2026-07-15": "busan-2026",
    }
    for day, name in days.items():
        asof = dt.date.fromisoformat(day)
        assert shipped_games(RECORD, asof) == (name,)
        game = load_game(dossier=RECORD, asof=asof)
        assert game.id == name
        record = load_dossier(RECORD, asof=asof)
        assert set(game.measures) <= set(record.measures)
        sets = load_preferences(game=name)
        assert next(one.id for one in sets.sets) == "plain"
        actions = {action.id: {rung.id for rung in action.rungs} for action in game.actions}
        for one in sets.sets:
            for weights in one.players.values():
                for action, worth in weights.security.items():
                    assert set(worth) <= actions[action]


@pytest.mark.parametrize("name", shipped_dossiers())
def test_once_a_game_is_played_one_is_played_on_every_day(name: str) -> None:
    """Windows of a record's games leave no day between them out, and no day has two."""
    windows = [window for game in shipped_games(name) for window in load_game(game, dossier=name).told]
    edges = sorted({day for window in windows for day in (window.since, window.until) if day is not None})
    for edge in edges:
        for day in (edge, edge + dt.timedelta(days=1), edge - dt.timedelta(days=1)):
            if day >= min(window.since or edges[0] for window in windows):
                assert len(shipped_games(name, day)) == 1, day


def test_first_rungs_are_the_record() -> None:
    """What the first rung says of a suspended measure is what the record says on a day of the game's window."""
    for name, day in (
        ("busan-2025-november", dt.date(2025, 11, 3)),
        ("busan-2025-truce", dt.date(2025, 12, 1)),
        ("busan-2026", dt.date(2026, 7, 25)),
    ):
        record = load_dossier(RECORD, asof=day)
        for action in load_game(name, dossier=RECORD).actions:
            assert not action.rungs[0].set or (name, action.id) == ("busan-2025-november", "chn-soybeans")
            for measure in {key for rung in action.rungs for key in rung.set}:
                status = record.state(measure, day).status.value
                said = action.rungs[0].title
                assert (status == "suspended") == (said == "suspended"), (name, action.id, status)


def test_the_day_after_the_last_says_how_old_the_record_is() -> None:
    assert age(load_dossier(RECORD, asof=LAST)) == ""
    late = age(load_dossier(RECORD, asof=LAST + dt.timedelta(days=1)))
    assert "2026-07-25, 1 day before 2026-07-26" in late


def test_before_it_begins_it_says_so() -> None:
    from detente.core import DateError

    with pytest.raises(DateError, match="nothing was known on 2017-12-31"):
        load_dossier(RECORD, asof=dt.date(2017, 12, 31))
