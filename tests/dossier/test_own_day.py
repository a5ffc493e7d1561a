"""Every kind of entry appears on its own day: hidden the day before, there on the day.

The days are those of small records made here, one entry each, so that nothing but the comparison decides.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from detente.core import DateError, StaleError
from detente.dossier import shipped_dossiers
from detente.dossier.asof import cited_sources, known_by
from detente.dossier.dossier import Actor, Dossier, EarlierName, FrozenDict, Parameter, require_fresh
from detente.dossier.later_text import named_days, planned_days
from detente.dossier.load import folder_of, read_record
from detente.dossier.measure import Claim, Clock, Conflict, Document, Measure, Round, Source
from detente.dossier.scope import Delivery, Expectation, Scope, Snapshot

EVE, DAY, NEXT = dt.date(2025, 5, 9), dt.date(2025, 5, 10), dt.date(2025, 5, 11)
EARLY = dt.date(2025, 1, 1)
BY = {"source": "S0", "grade": "official"}


def measure(key: str = "m", announced: dt.date = EARLY, *values: dict[str, Any], **changes: Any) -> Measure:
    body = {
        "id": key,
        "title": "t",
        "actor": "USA",
        "targets": ("CHN",),
        "instrument": "tariff",
        "authority": "section-301",
        "issue": "tariffs",
        "unit": "fraction",
        "announced": announced,
        "last_checked": NEXT,
        "values": [{"status": "in_force", **BY, **v} for v in values or ({"from": announced, "value": 0.1},)],
    }
    return Measure.model_validate({**body, **changes})


def source(key: str = "S0", **changes: Any) -> Source:
    return Source.model_validate(
        {"id": key, "title": "Gazette", "publisher": "p", "quality": "A", "note": "n", **changes}
    )


def document(date: dt.date) -> Document:
    return Document.model_validate(
        {
            "id": "d",
            "file": "d.txt",
            "title": "t",
            "publisher": "p",
            "date": date,
            "chain": "c",
            "stance": "none",
        }
        | {"sha256": "0" * 64, "lines": 1}
    )


def claim(**changes: Any) -> Claim:
    return Claim.model_validate(
        {"id": "c", "document": "d", "line": 1, "start": 0, "end": 1, "span_sha256": "0" * 16, "says": "s"}
        | {"kind": "forecast", "verdict": "judgement", **changes}
    )


def record(**groups: Any) -> Dossier:
    names = "sources documents actors measures clocks rounds claims conflicts parameters"
    names += " scopes deliveries expectations snapshot"
    rest = {k: v for k, v in groups.items() if k not in names.split()}
    held = {
        name: FrozenDict({one.id: one for one in groups.get(name, (source(),) if name == "sources" else ())})
        for name in names.split()
    }
    head = {"id": "r", "title": "Title", "summary": "s", "vintage": NEXT, "asof": NEXT, "content_hash": "0"}
    return Dossier(**{**head, **held, **rest})


def clock(**changes: Any) -> Clock:
    return Clock.model_validate(
        {"id": "k", "title": "t", "fires": "2026-01-01", "since": EARLY, "known": DAY, "kind": "legal_expiry"}
        | {"on_firing": "o", **BY, **changes}
    )


PARAMETER = Parameter.model_validate(
    {"id": "p", "title": "t", "kind": "share", "value": 1, "unit": "u", "known": DAY, **BY}
)
MEETING = Round.model_validate(
    {
        "id": "r",
        "title": "t",
        "place": "p",
        "start": "2025-05-01",
        "end": EVE,
        "known": DAY,
        "level": "leaders",
    }
    | {"outcome": "o", **BY}
)
EXPECTED = Expectation.model_validate(
    {
        "id": "e",
        "authority": "section-301",
        "importer": "USA",
        "exporter": "CHN",
        "date": EARLY,
        "active": True,
    }
    | {"known": DAY, "source": "S0"}
)
DELIVERED = Delivery.model_validate(
    {"id": "v", "pledge": "m", "since": EARLY, "date": EARLY, "delivered": 1, "known": DAY, **BY}
)
SNAPSHOT = Snapshot.model_validate({"id": "m", "on": DAY, "status": "in_force"})
SCOPE = Scope.model_validate(
    {"id": "late", "binds": "goods", "what": "w", "reach": "own_trade", "ends": "e", **BY}
)

ENTRIES = {
    "documents": document(DAY),
    "clocks": clock(),
    "rounds": MEETING,
    "parameters": PARAMETER,
    "expectations": EXPECTED,
    "deliveries": DELIVERED,
    "snapshot": SNAPSHOT,
}


@pytest.mark.parametrize("group", ENTRIES)
def test_an_entry_appears_on_its_own_day(group: str) -> None:
    whole = record(measures=(measure(),), **{group: (ENTRIES[group],)})
    assert [len(getattr(known_by(whole, day), group)) for day in (EVE, DAY, NEXT)] == [0, 1, 1]


def test_a_measure_appears_on_the_day_it_is_announced() -> None:
    whole = record(measures=(measure(), measure("late", DAY)))
    assert [list(known_by(whole, day).measures) for day in (EVE, DAY)] == [["m"], ["m", "late"]]


def test_a_measure_of_which_no_value_is_known_is_hidden_and_one_known_value_is_enough() -> None:
    late = measure("late", EARLY, {"from": EARLY, "known": DAY}, {"from": EARLY, "known": NEXT})
    whole = record(measures=(measure(), late))
    assert [list(known_by(whole, day).measures) for day in (EVE, DAY)] == [["m"], ["m", "late"]]
    assert [len(known_by(whole, day).measures["late"].values) for day in (DAY, NEXT)] == [1, 2]


def test_a_record_begins_on_the_day_of_its_first_measure() -> None:
    whole = record(measures=(measure("b", NEXT), measure("a", DAY)))
    with pytest.raises(DateError, match="the record starts on 2025-05-10"):
        known_by(whole, EVE)
    assert list(known_by(whole, DAY).measures) == ["a"]
    begun = record(measures=(measure("a", DAY),), begins=EVE)
    assert known_by(begun, EVE).measures == {}  # it answers before its first announcement when it says so
    with pytest.raises(DateError, match="the record starts on"):
        known_by(begun, EVE - dt.timedelta(days=1))
    assert known_by(record(clocks=(clock(),)), EVE).clocks == {}  # without measures nothing is refused


def test_the_title_changes_on_the_first_day_it_could_have_been_written() -> None:
    earlier = EarlierName(until=DAY, title="Earlier", summary="before")
    before = EarlierName(until=EVE, title="Before that", summary="first")
    whole = record(measures=(measure(),), earlier=(earlier, before))
    assert [known_by(whole, day).title for day in (EVE, DAY)] == ["Earlier", "Title"]
    assert [known_by(whole, day).summary for day in (EVE, DAY)] == ["before", "s"]
    assert known_by(whole, EARLY).title == "Before that"
    assert known_by(record(measures=(measure(),)), EVE).title == "Title"


def effect(**changes: Any) -> dict[str, Any]:
    return {"flows": "actor_exports", "left": {"X": 0.5}, **BY, "derivation": "how", **changes}


def test_a_derivation_may_be_read_on_the_day_of_its_last_fact() -> None:
    whole = record(measures=(measure(effect=effect(known=DAY)),))
    before, on = (known_by(whole, day).measures["m"].effect for day in (EVE, DAY))
    assert (before.derivation, before.known) == (
        "Uses facts up to 2025-05-10; hidden under this as-of day.",
        None,
    )
    assert (on.derivation, on.known) == ("how", DAY)
    assert before.left == on.left == {"X": 0.5}
    always = record(measures=(measure(effect=effect()),))
    assert known_by(always, EVE).measures["m"].effect.derivation == "how"


def test_a_clock_is_called_off_on_its_own_day_and_speaks_of_shown_measures_only() -> None:
    running = clock(known=EARLY, superseded=DAY, measures=("m", "late"))
    whole = record(measures=(measure(), measure("late", DAY)), clocks=(running,))
    before, on = (known_by(whole, day).clocks["k"] for day in (EVE, DAY))
    assert (before.superseded, before.measures) == (None, ("m",))
    assert (on.superseded, on.measures) == (DAY, ("m", "late"))
    assert known_by(record(clocks=(clock(known=EARLY),)), DAY).clocks["k"].superseded is None


@pytest.mark.parametrize("changes", [{"end": DAY}, {"end": EARLY, "outcome_known": DAY}])
def test_an_outcome_is_told_on_the_day_it_was_known_or_else_on_the_last_day(changes: dict[str, Any]) -> None:
    meeting = MEETING.model_copy(update={"known": EARLY, "outcome_source": "S0", **changes})
    whole = record(rounds=(meeting,))
    before, on = (known_by(whole, day).rounds["r"] for day in (EVE, DAY))
    assert (before.outcome, before.outcome_known, before.outcome_source) == ("", None, None)
    assert on == meeting


def test_a_claim_comes_with_its_document_and_its_outcome_on_its_own_day() -> None:
    said = claim(hindsight="hit", hindsight_known=DAY, hindsight_note="it came", measures=("m", "late"))
    actor = Actor(id="x", name="X", kind="person", claims=("c",))
    whole = record(
        measures=(measure(reported_in=("c",)), measure("late", DAY)),
        documents=(document(EVE),),
        claims=(said,),
        actors=(actor,),
    )
    none = known_by(whole, dt.date(2025, 5, 8))
    assert (none.claims, none.actors["x"].claims, none.measures["m"].reported_in) == ({}, (), ())
    before, on = known_by(whole, EVE), known_by(whole, DAY)
    assert before.actors["x"].claims == before.measures["m"].reported_in == ("c",)
    open_, settled = before.claims["c"], on.claims["c"]
    assert (open_.hindsight, open_.hindsight_known, open_.hindsight_note, open_.measures) == (
        "open",
        None,
        "",
        ("m",),
    )
    assert settled == said


def test_a_claim_that_is_no_forecast_stays_without_hindsight() -> None:
    whole = record(documents=(document(EARLY),), claims=(claim(kind="claim"),))
    assert known_by(whole, DAY).claims["c"].hindsight == ""


def test_a_conflict_is_shown_when_all_its_claims_are_and_its_later_turn_on_its_day() -> None:
    readings = [{"claims": ("c",), "says": "a"}, {"claims": ("c2",), "says": "b"}]
    conflict = Conflict.model_validate(
        {"id": "q", "question": "?", "kind": "error", "readings": readings, "reading_taken": "a", "why": "w"}
        | {"basis": "logic", "later": "more", "later_known": NEXT}
    )
    second = document(DAY).model_copy(update={"id": "d2"})
    whole = record(
        documents=(document(EARLY), second),
        claims=(claim(), claim(id="c2", document="d2")),
        conflicts=(conflict,),
    )
    assert known_by(whole, EVE).conflicts == {}
    before, on = (known_by(whole, day).conflicts["q"] for day in (DAY, NEXT))
    assert (before.later, before.later_known) == ("", None)
    assert on == conflict
    never = conflict.model_copy(update={"later": "", "later_known": None})
    shown = record(documents=whole.documents.values(), claims=whole.claims.values(), conflicts=(never,))
    assert known_by(shown, DAY).conflicts["q"] == never


@pytest.mark.parametrize(("known", "first"), [(None, DAY), (NEXT, NEXT)])
def test_a_scope_says_all_from_its_own_day_else_from_the_announcement(
    known: dt.date | None, first: dt.date
) -> None:
    scope = SCOPE.model_copy(update={"known": known, "note": "n"})
    whole = record(measures=(measure(), measure("late", DAY)), scopes=(scope,))
    assert known_by(whole, EVE).scopes == {}
    for day in (DAY, NEXT):
        found = known_by(whole, day).scopes["late"]
        assert (found.ends, found.note) == (("e", "n") if day >= first else ("", ""))
        assert found.known == (known if day >= first else None)
        assert found.what == "w"


def test_deliveries_and_snapshots_go_with_their_measures() -> None:
    late = measure("late", DAY)
    whole = record(
        measures=(measure(), late),
        deliveries=(DELIVERED.model_copy(update={"pledge": "late", "known": EARLY}),),
        snapshot=(SNAPSHOT.model_copy(update={"id": "late", "on": EARLY}),),
    )
    before, on = known_by(whole, EVE), known_by(whole, DAY)
    assert (len(before.deliveries), len(before.snapshot)) == (0, 0)
    assert (len(on.deliveries), len(on.snapshot)) == (1, 1)


# Sources


def seen(one: Source, day: dt.date, *, cited: bool = False) -> Source | None:
    """What is left of a source that some entry cites, or none does."""
    key = "S0" if cited else "S9"
    sources = (one.model_copy(update={"id": key}), source("S0" if not cited else "S9", date=EARLY))
    return known_by(record(measures=(measure(),), sources=sources), day).sources.get(key)


def test_a_source_nobody_cites_appears_on_its_day() -> None:
    dated = source(date=DAY)
    assert seen(dated, EVE) is None
    assert seen(dated, DAY) == dated.model_copy(update={"id": "S9"})
    assert seen(source(), EVE) is not None


def test_a_later_source_that_is_cited_keeps_its_place_without_title_and_note() -> None:
    hidden, shown = seen(source(date=DAY), EVE, cited=True), seen(source(date=DAY), DAY, cited=True)
    assert (hidden.title, hidden.note) == (
        "Item of 2025-05-10, later than the as-of day (title withheld)",
        "",
    )
    assert shown == source(date=DAY)


@pytest.mark.parametrize("standing", [False, True])
def test_a_collection_has_a_note_from_the_day_of_its_last_item(standing: bool) -> None:
    collection = source(date=EARLY, last=DAY, standing=standing)
    before, on = (seen(collection, day, cited=True) for day in (EVE, DAY))
    assert (before.title, before.note) == ("Gazette", "")
    assert on == collection


def test_a_reference_work_is_shown_before_its_day_without_its_note() -> None:
    work = source(date=DAY, standing=True)
    before, on = (seen(work, day) for day in (EVE, DAY))
    assert (before.title, before.note) == ("Gazette", "")
    assert (on.title, on.note) == ("Gazette", "n")


def test_every_group_that_cites_is_asked() -> None:
    def by(key: str) -> dict[str, str]:
        return {"source": key}

    whole = record(
        measures=(
            measure("m", EARLY, {"from": EARLY, **by("A")}, effect=effect(**by("B"))),
            measure("late", EARLY),
        ),
        clocks=(clock(**by("C")),),
        rounds=(MEETING.model_copy(update=by("D")),),
        parameters=(PARAMETER.model_copy(update=by("E")),),
        scopes=(SCOPE.model_copy(update=by("F")),),
        deliveries=(DELIVERED.model_copy(update=by("G")),),
        expectations=(EXPECTED.model_copy(update=by("H")),),
    )
    assert set(cited_sources(whole)) == {*"ABCDEFGH", "S0"}


def test_a_conflict_without_a_source_cites_none_and_one_with_does() -> None:
    body = {
        "question": "?",
        "kind": "error",
        "readings": [{"claims": ("c",), "says": "a"}],
        "reading_taken": "a",
    }
    body |= {"why": "w", "basis": "logic"}
    whole = record(
        conflicts=(
            Conflict.model_validate({"id": "q", **body}),
            Conflict.model_validate({"id": "q2", "source": "Z", **body}),
        )
    )
    assert list(cited_sources(whole)) == ["Z"]


def test_what_does_not_change_is_not_copied() -> None:
    whole = record(measures=(measure(),))
    assert known_by(whole, DAY).measures["m"] is whole.measures["m"]


# The record itself


def test_states_of_a_day_and_of_the_base_year_include_the_day_itself() -> None:
    late = measure("late", DAY)
    whole = record(measures=(measure(), late))
    assert [list(whole.states(day)) for day in (EVE, DAY)] == [["m"], ["m", "late"]]
    assert [list(whole.base_states(day)) for day in (EVE, DAY)] == [["m"], ["m", "late"]]


def test_a_record_answers_up_to_its_last_fresh_day() -> None:
    whole = record(fresh_days=10)
    require_fresh(whole, NEXT + dt.timedelta(10), "day")
    with pytest.raises(StaleError, match="11 days after"):
        require_fresh(whole, NEXT + dt.timedelta(11), "day")


@pytest.mark.parametrize("name", shipped_dossiers())
def test_what_a_record_is_called_on_a_day_names_nothing_later(name: str) -> None:
    """Title and summary of each as-of day name no day after the first on which they are shown, but what was planned by then."""
    whole, _ = read_record(folder_of(name))
    planned = planned_days(whole)
    shown = whole.begins or min(measure.announced for measure in whole.measures.values())
    assert [entry.until for entry in whole.earlier] == sorted({entry.until for entry in whole.earlier})
    for entry, until in [(entry, entry.until) for entry in whole.earlier] + [(whole, dt.date.max)]:
        for named in named_days(f"{entry.title}. {entry.summary}", shown):
            days = {day for known, day in planned if known <= shown}
            assert named.first <= shown or any(named.first <= day <= named.last for day in days), named.words
        shown = until
