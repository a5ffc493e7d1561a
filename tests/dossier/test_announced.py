"""The index of announcements: every name of the whole record and its day, and nothing else of it."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from detente.core import LabelError
from detente.dossier import Announcements, announcements, load_dossier, shipped_dossiers


@pytest.mark.parametrize("name", shipped_dossiers())
def test_the_index_knows_what_the_whole_record_knows(name):
    index, whole = announcements(name), load_dossier(name, asof=dt.date.max)
    assert index.measures == {key: measure.announced for key, measure in whole.measures.items()}
    assert index.authorities == {measure.authority for measure in whole.measures.values()}
    assert index.clocks == set(whole.clocks)


def test_it_holds_names_and_days_alone():
    """Nothing that was said later can be reached from it: no title, value, source or note."""
    assert {field.name for field in dataclasses.fields(Announcements)} == {
        "measures",
        "authorities",
        "clocks",
    }
    index = announcements("busan-2025")
    assert all(type(day) is dt.date for day in index.measures.values())
    assert all(isinstance(name, str) for name in (*index.measures, *index.authorities, *index.clocks))


def test_the_last_of_some_days_decides():
    index = Announcements({"a": dt.date(2025, 1, 2), "b": dt.date(2025, 3, 4)}, frozenset(), frozenset())
    assert index.since(["b", "a"]) == dt.date(2025, 3, 4)
    assert index.since([]) is None
    with pytest.raises(KeyError):
        index.since(["c"])


def test_an_unknown_record_is_said_as_by_the_loader():
    with pytest.raises(LabelError, match="no dossier"):
        announcements("busan-2052")
