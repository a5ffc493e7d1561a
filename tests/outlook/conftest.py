"""One real record of a pair, read once."""

from __future__ import annotations

import datetime as dt

import pytest

from detente.campaign import Record, record_of
from detente.dossier import load_dossier
from detente.world import load_world

LAST = dt.date(2026, 7, 25)


@pytest.fixture(scope="session")
def record() -> Record:
    return record_of(load_dossier("busan-2025", asof=LAST), load_world())
