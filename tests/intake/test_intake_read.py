"""Reading reports: furniture, places, days, and everything hostile."""

from __future__ import annotations

import datetime as dt
import io
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from detente.core import DetenteError, InputError
from detente.dossier import load_dossier
from detente.intake.article import split_sentences
from detente.intake.draft import draft_yaml, make_draft
from detente.intake.extraction import extract
from detente.intake.read import read_article

REPORTS = Path(__file__).parent / "intake_reports"
LEDGER = load_dossier()
TEXT = "China imposed a 25% tariff on goods on Oct. 9."


def bodies(content: bytes, name: str = "x.txt") -> list[str]:
    return [block.text for block in read_article(name, content=content).blocks if block.kind == "body"]


def through(content: bytes, name: str = "x.txt") -> str:
    """All the way to the draft."""
    return draft_yaml(make_draft([extract(read_article(name, content=content), LEDGER)], LEDGER))


def test_furniture_is_set_aside_and_kept():
    article = read_article(REPORTS / "harbour.txt")
    assert article.title.startswith("Carriers count the cost")
    assert article.byline == "Marta Lindqvist"
    assert article.dateline == "LONG BEACH, California"
    assert article.published == dt.date(2025, 10, 16)
    aside = {block.text for block in article.blocks if block.kind in ("furniture", "caption", "byline")}
    for words in (
        "214 shares",
        "Advertisement",
        "Five charts",
        "Leave a comment",
        "AP/Dana Reyes",
        "Sign in to join",
    ):
        assert any(words in text for text in aside), words
    assert not any(words in article.body for words in ("shares", "coffee", "waits off Long Beach"))


def test_page_of_html_keeps_the_report_only():
    article = read_article(REPORTS / "soy.html")
    assert article.title == "Grain traders wait for Beijing"
    assert article.published == dt.date(2025, 10, 27)
    assert "500%" not in article.body
    assert "300%" not in article.body
    assert "corn prices" not in article.body
    assert article.body.count("\n") == 6


@pytest.mark.parametrize("name", ["harbour.txt", "soy.html", "spring.txt", "chips.md"])
def test_places_lead_back_to_the_file(name):
    extraction = extract(read_article(REPORTS / name), LEDGER)
    lines = (REPORTS / name).read_text(encoding="utf-8").split("\n")
    exact = 0
    for item in extraction.items:
        there = lines[item.line - 1][item.start : item.end]
        assert there
        exact += there == item.text
    # Markup and entities inside a span make the file's characters differ from the words as read.
    assert exact >= 0.9 * len(extraction.items)


def test_sentences_do_not_break_at_abbreviations():
    text = "The U.S. said Mr. Vos met J. Doe on Oct. 9. It rained."
    assert [text[a:b] for a, b in split_sentences(text)] == [text[:-11], "It rained."]


def test_hard_wrapped_lines_are_joined():
    text = (
        b"The two governments agreed on Monday to put the new tariff on steel\nand aluminium off until May.\n"
    )
    assert bodies(text) == [
        "The two governments agreed on Monday to put the new tariff on steel and aluminium off until May."
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings(encoding):
    text = "Café owners said “no” to the 25% tariff."
    assert bodies(text.encode(encoding)) == [text]


def test_declared_encoding_of_a_page():
    page = '<html><meta charset="shift_jis"><p>日本は関税に反対した。 Tokyo opposed the tariff.</p></html>'
    assert "日本は関税に反対した" in bodies(page.encode("shift_jis"), "x.html")[0]


def test_line_of_ten_megabytes_is_refused():
    with pytest.raises(InputError, match=r"10,000,000 characters"):
        read_article("x.txt", content=b"a" * 10_000_000)


def test_large_file_is_not_read_whole(tmp_path):
    path = tmp_path / "big.txt"
    with path.open("wb") as stream:
        stream.truncate(40 * 1024**2)
    with pytest.raises(InputError, match="larger than 32 MB"):
        read_article(path)


def test_null_bytes_are_passed_over_with_a_warning():
    article = read_article("x.txt", content=TEXT.replace("25", "\x0025\x00").encode())
    assert article.body == TEXT
    assert "2 null bytes" in article.warnings[0]


def test_invalid_utf8_is_kept_as_replacement_with_a_warning():
    article = read_article("x.txt", content=b"\xe2\x80\x9cYes\xe2\x80\x9d \xff\x81 " + TEXT.encode() * 3)
    assert "25% tariff" in article.body
    assert any("not valid utf-8" in warning for warning in article.warnings)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x00" * 500, "binary data"),
        (bytes(range(256)) * 40, "binary data"),
        (b"\x1f\x8b\x08" + b"x" * 50, "gzip"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"", "is empty"),
        (b" \n\n ", "is empty"),
        (b"Home\nNews\n", "no sentence"),
    ],
)
def test_what_is_no_report_is_refused(content, says):
    with pytest.raises(InputError, match=says):
        read_article("x.txt", content=content)


def test_zip_bomb_is_not_opened():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 20_000_000)
    with pytest.raises(InputError, match="zip archive"):
        read_article("x.txt", content=packed.getvalue())


def test_scripts_styles_and_own_entities_are_neither_run_nor_read():
    page = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;&a;">]><html><head>'
        "<script>document.write('Trump said 500%.')</script><style>p{content:'China fell.'}</style></head>"
        f"<body onload='alert(1)'><p>{TEXT} &b; &amp; done.</p><!-- Xi said 900%. --></body></html>"
    )
    assert bodies(page.encode(), "x.html") == [f"{TEXT} &b; & done."]


def test_marks_of_direction_and_of_no_width_change_nothing():
    hidden = "\u202eChina\u202c im\u200bposed a 25%\u2060 tariff\u200f on goods on \ufeffOct.\u00a09."
    article = read_article("x.txt", content=hidden.encode())
    assert article.body == TEXT
    items = extract(article, LEDGER).items
    assert {item.value for item in items if item.kind in ("amount", "date")} >= {
        "0.25 fraction",
        "2025-10-09",
    }
    for item in items:
        assert article.source.split("\n")[item.line - 1][item.start : item.end]


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 40_000 + TEXT + "</div>" * 40_000,
        "<p>" + TEXT + "<!-- " * 100_000,
        "<p>" + TEXT + "</b>" * 60_000,
        "<b>" * 40_000 + "</i>" * 40_000 + "<p>" + TEXT,
        "<p " + 'a="b" ' * 200_000 + ">" + TEXT,
        "<title>" * 90_000,
        '<a "' * 90_000,
        "<![CDATA[" * 90_000,
        "<!DOCTYPE [" * 90_000,
        "<" * 200_000,
    ],
)
def test_broken_and_nested_pages_end(page):
    try:
        article = read_article("x.html", content=page.encode())
    except InputError as error:
        assert error.hint  # noqa: PT017
    else:
        assert TEXT in article.body


def test_more_tags_than_a_page_has():
    with pytest.raises(InputError, match="tags"):
        read_article("x.html", content=b"<i>" * 120_000)


@pytest.mark.parametrize(
    "unit", ["tariffs on China ", "Aa ", "1", "“", '"a" ', "On Oct. 9 and on Monday ", "1,000 ", "- "]
)
def test_monotonous_text_ends(unit):
    through((unit * 20_000)[:20_000].encode() + b". The tariff rose.")


def test_missing_file_folder_and_device(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_article(tmp_path / "none.txt")
    with pytest.raises(InputError, match="a folder"):
        read_article(tmp_path)
    with pytest.raises(InputError, match="no file can have"):
        read_article("a\0b")


@pytest.mark.skipif(sys.platform == "win32", reason="no such device")
def test_endless_device_is_bounded():
    with pytest.raises(InputError):
        read_article("/dev/zero")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.binary(max_size=400), name=st.sampled_from(["x.txt", "x.html", "x.md"]))
def test_any_bytes_give_a_draft_or_our_own_error(content, name):
    try:
        assert through(content, name).startswith("#")
    except DetenteError as error:
        assert error.hint  # noqa: PT017


WORDS = ["China", "Trump", "said", "“", "”", "‘", "’", '"', "25%", "tariff", "on", "Oct.", "31", "Sept.", "next", "week", ".",
         ",", "$5", "bn", "per", "net", "ton", "Thursday", "he", "rare", "earth", "controls", "the", "<p>", "</p>", "\n", "U.S.",
         "in", "Seoul", "2025-13-45", "Feb. 30", "99999-01-01", "in 0001", "within", "90", "days", "a", "year", "ago", "—"]  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=60),
    name=st.sampled_from(["x.txt", "x.html", "x.md"]),
)
def test_any_words_give_a_draft_or_our_own_error(words, name):
    try:
        assert through(" ".join(words).encode(), name).startswith("#")
    except DetenteError as error:
        assert error.hint  # noqa: PT017
