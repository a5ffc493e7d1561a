"""A briefing in other forms: against an earlier one, as slides, on paper; on an invented one, without a solve."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import brief_fixture as fixture
import pytest

from detente.brief import BriefContent, held_against
from detente.brief.page import graded
from detente.brief.printing import browser, printed
from detente.brief.since import since_section
from detente.core import InputError
from detente.show.tables.since import differences


@pytest.fixture(scope="module")
def content() -> BriefContent:
    return fixture.content()


def test_a_folder_that_is_no_briefing_is_refused(content: BriefContent, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        held_against(content, tmp_path)
    (tmp_path / "manifest.json").write_text('{"made_by": "somebody"}', "utf-8")
    with pytest.raises(InputError, match="no Détente briefing"):
        held_against(content, tmp_path)
    for text in (
        '{"made_by": "detente brief", "asof": "yesterday", "stamp": {"dossier": "busan-2025"}}',
        '{"made_by": "detente brief", "asof": 3, "stamp": {"dossier": "busan-2025"}}',
        '{"made_by": "detente brief", "asof": "2025-10-01", "stamp": {"dossier": "eu-ev-2024"}}',
    ):
        (tmp_path / "manifest.json").write_text(text, "utf-8")
        with pytest.raises(InputError):
            held_against(content, tmp_path)


def test_differences_of_every_kind_are_told() -> None:
    old = {
        "clocks": [
            {"id": "a", "title": "Truce", "fires": "2025-11-10"},
            {"id": "b", "title": "Fee", "fires": "x"},
        ],
        "averages": [
            {"importer": "USA", "exporter": "CHN", "key": "k", "concept": "All", "average_pct": "40"}
        ],
        "outcomes": [{"outcome": "No deal", "country": "China", "real_income_pct": "-0.2"}],
    }
    new = {
        "clocks": [{"id": "a", "title": "Truce", "fires": "2026-11-10"}],
        "averages": [
            {"importer": "USA", "exporter": "CHN", "key": "k", "concept": "All", "average_pct": "43"}
        ],
        "outcomes": [
            {"outcome": "No deal", "country": "China", "real_income_pct": "-0.3"},
            {"outcome": "Deal", "country": "China", "real_income_pct": "0.1"},
        ],
    }
    changes = differences(old, new)
    assert [change.kind for change in changes] == ["clock", "clock", "duty", "outcome", "outcome"]
    assert differences(new, new) == ()
    section = since_section(changes, "2025-10-01")
    assert section.title.replace("\u00a0", " ") == (
        "Since 1 October 2025: two clocks, one average duty and two numbers of outcomes changed"
    )
    many = since_section(changes * 4, "2025-10-01")
    assert len(many.blocks[0].table) < len(many.behind[0].table) == 20


def test_slides_are_pictures_of_their_size(content: BriefContent) -> None:
    from detente.brief.slides import CARD, SLIDE, slide_files

    few = dataclasses.replace(content, sections=())
    pictures = slide_files(few)
    assert set(pictures) == {"slides/outcomes.png", "slides/card.png"}
    for name, size in (("slides/outcomes.png", SLIDE), ("slides/card.png", CARD)):
        head = pictures[name][:24]
        assert head.startswith(b"\x89PNG")
        assert (int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")) == size


def test_without_a_browser_the_pdf_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert browser() is None
    with pytest.raises(InputError, match="no browser that prints") as raised:
        printed({"index.html": b"<p>x"})
    assert "install Chromium" in str(raised.value.hint)


def test_what_nobody_sourced_is_graded() -> None:
    assert graded("Number of the act from memory.") == "Number of the act assumed."
    assert graded("memory") == "assumed"
    assert graded("Days are from general knowledge.") == "Days are assumed."
