"""Nothing known after the as-of day can be reached, whichever way one walks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest

from detente.dossier import Dossier, load_dossier
from detente.dossier.measure import Frozen

DAYS = (
    "2025-02-05",
    "2025-04-10",
    "2025-08-11",
    "2025-10-14",
    "2025-10-28",
    "2025-10-30",
    "2025-11-12",
    "2026-03-01",
)
PUBLIC = ("known", "outcome_known", "hindsight_known", "later_known", "superseded")
GROUPS = (
    "sources",
    "documents",
    "actors",
    "measures",
    "clocks",
    "rounds",
    "claims",
    "conflicts",
    "parameters",
)


def walk(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every leaf below a value, with the way to it."""
    if isinstance(value, Frozen):
        for name in type(value).model_fields:
            yield from walk(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from walk(child, (*path, key))
    elif isinstance(value, (tuple, list)):
        for position, child in enumerate(value):
            yield from walk(child, (*path, position))
    else:
        yield path, value


def leaves(dossier: Dossier) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for group in GROUPS:
        yield from walk(getattr(dossier, group), (group,))


@pytest.mark.parametrize("asof", DAYS)
def test_no_leaf_was_known_later(asof: str) -> None:
    day = dt.date.fromisoformat(asof)
    dossier = load_dossier("busan-2025", asof=day)
    later = [
        (path, leaf)
        for path, leaf in leaves(dossier)
        if path[-1] in PUBLIC and leaf is not None and leaf > day
    ]
    assert later == []
    assert all(measure.announced <= day for measure in dossier.measures.values())
    assert all(document.date <= day for document in dossier.documents.values())
    for source in dossier.sources.values():
        if source.date and source.date > day and not source.standing:
            assert "withheld" in source.title
            assert source.note == ""
    for meeting in dossier.rounds.values():
        assert meeting.end <= day or not meeting.outcome
    for claim in dossier.claims.values():
        assert claim.hindsight_known or (claim.hindsight in ("", "open") and not claim.hindsight_note)


@pytest.mark.parametrize("asof", DAYS)
def test_every_reference_stays_inside(asof: str) -> None:
    dossier = load_dossier("busan-2025", asof=dt.date.fromisoformat(asof))
    for path, leaf in leaves(dossier):
        names = [part for part in path if isinstance(part, str)]
        if names[-1] == "source" and leaf:
            assert leaf in dossier.sources, path
        elif names[-1] == "measures":
            assert leaf in dossier.measures, path
        elif names[-1] in ("claims", "reported_in"):
            assert leaf in dossier.claims, path
        elif names[-1] == "document":
            assert leaf in dossier.documents, path


def test_the_shipped_day_does_not_tell_the_outcome_of_busan() -> None:
    dossier = load_dossier("busan-2025")
    assert dossier.asof == dt.date(2025, 10, 28)
    text = "\n".join(leaf for _, leaf in leaves(dossier) if isinstance(leaf, str))
    told = re.compile(
        r"Announcement 70|Gimhae|12 million tonnes|25 million tonnes|Supreme Court|Learning Resources|19\.9 percent"
        r"|Board of Trade|Boeing|aircraft and farm|did not come|came true|third truce|suspended for a year"
        r"|10 points off|no joint statement|EO 14357|Section 122",
        re.IGNORECASE,
    )
    assert told.findall(text) == []
    assert dossier.rounds["busan"].outcome == ""
    assert "paris" not in dossier.rounds
    for hidden in ("clock-truce-3", "clock-soy-2025", "clock-affiliates-return", "clock-announcement-70"):
        assert hidden not in dossier.clocks
    assert dossier.clocks["clock-truce-2"].superseded is None
    assert dossier.clocks["clock-threat-100"].superseded == dt.date(2025, 10, 26)
    assert dossier.measures["chn-2025-soybean-pledge"].values[-1].value is None
    settled = {claim.id for claim in dossier.claims.values() if claim.hindsight not in ("", "open")}
    assert settled == {"000-21", "000-25"}  # two forecasts about the round of 25 and 26 October
    assert dossier.claims["002-68"].hindsight == dossier.claims["002-61"].hindsight == "open"


def test_hindsight_works_when_asked_for() -> None:
    dossier = load_dossier("busan-2025", asof=dt.date(2026, 7, 25))
    assert "soybean purchases" in dossier.rounds["busan"].outcome
    assert dossier.claims["002-68"].hindsight == "hit"
    assert dossier.conflicts["exchange"].later
    day = dt.date(2025, 12, 1)
    assert dossier.state("usa-2025-affiliates-rule", day).status.value == "suspended"
    assert dossier.state("chn-2025-soybean-pledge", day).value == 12e6
    assert dossier.state("chn-2025-ann57-elements", day).until == dt.date(2026, 11, 10)
    assert dossier.state("chn-2025-port-fee", dt.date(2026, 12, 1)).value == 640


def test_the_same_day_reads_differently_before_and_after() -> None:
    day = dt.date(2025, 11, 15)
    before = load_dossier("busan-2025").state("usa-2025-affiliates-rule", day)
    after = load_dossier("busan-2025", asof=day).state("usa-2025-affiliates-rule", day)
    assert (before.status.value, after.status.value) == ("in_force", "suspended")


def test_a_derivation_with_later_facts_is_hidden_but_its_number_stays() -> None:
    early = load_dossier("busan-2025", asof=dt.date(2025, 5, 1)).measures["chn-2025-rare-earth-licensing"]
    late = load_dossier("busan-2025").measures["chn-2025-rare-earth-licensing"]
    assert early.effect is not None
    assert late.effect is not None
    assert early.effect.ad_valorem == late.effect.ad_valorem
    assert "hidden" in early.effect.derivation
    assert "2025-06-20" in early.effect.derivation
    assert len(late.effect.derivation) > 200
