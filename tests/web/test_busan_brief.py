"""The shipped briefing, on the real record and the real solves."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import html
import itertools
import json
import math
import re
import subprocess
import sys
from collections.abc import Iterator

import brief_reading as reading
import paper
import pytest
from asked_for import asked_for

from detente.brief import build_brief, compose, held_against
from detente.brief.build import brief_files
from detente.brief.numbering import COMMANDS, command_of, places
from detente.brief.page import NOTE, render_page
from detente.brief.printing import browser, printed
from detente.brief.tables import check_content
from detente.cli.main import main
from detente.core import EvidenceError, sha256_bytes
from detente.dossier import Frozen, load_dossier
from detente.show.figures.figures import Figure
from detente.world import load_world

ASOF = dt.date(2025, 10, 28)


SCIPY: list[tuple[str, str]] = []
"""What asked for SciPy while the briefing was made."""


@pytest.fixture(scope="module")
def content():
    with asked_for("scipy") as asked:
        made = compose(load_dossier("busan-2025", asof=ASOF), load_world(), source="busan-2025")
    SCIPY.extend(asked)
    return made


@pytest.fixture(scope="module")
def files(content):
    with asked_for("scipy") as asked:
        written = brief_files(content)
    SCIPY.extend(asked)
    return written


def test_a_briefing_needs_no_scipy(files):
    assert files
    assert SCIPY == []


@pytest.fixture(scope="module")
def page(files):
    """The page and its annex."""
    return files["index.html"].decode() + files["annex.html"].decode()


def strings(value: object) -> Iterator[str]:
    """Every string inside a record entry."""
    if isinstance(value, Frozen):
        for name in type(value).model_fields:
            yield from strings(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def known_strings(asof: dt.date) -> set[str]:
    dossier = load_dossier("busan-2025", asof=asof)
    groups = (
        dossier.measures,
        dossier.clocks,
        dossier.rounds,
        dossier.conflicts,
        dossier.parameters,
        dossier.sources,
    )
    return {text for group in groups for entry in group.values() for text in strings(entry) if len(text) > 25}


def test_nothing_known_later_is_on_the_page(page, files):
    later = known_strings(dt.date(2026, 7, 25)) - known_strings(ASOF)
    assert len(later) > 50  # the record does hold what came afterwards
    everything = page + "".join(body.decode() for name, body in files.items() if name.endswith(".csv"))
    leaked = [text for text in later if text in everything]
    assert leaked == []
    for word in ("Supreme Court", "Learning Resources", "Section 122", "Announcement 70"):
        assert word not in everything


def test_every_outcome_is_named_with_its_horizon_closure_and_elasticities(page, content):
    for title in ("Standing state", "Talks fail", "Narrow deal", "Back to January 2025", "Decoupling"):
        assert title in page
    assert "long run" in page
    assert content.stamp.elasticity_source in html.unescape(page)
    assert content.stamp.closure in html.unescape(page)


def test_every_assumed_trade_cost_is_said(content):
    dossier = load_dossier("busan-2025", asof=ASOF)
    assumed = " ".join(content.assumed)
    for measure in dossier.measures.values():
        if measure.effect is not None and measure.effect.grade.value == "assumed":
            assert measure.title in assumed, measure.id


def test_at_least_six_contradictions_side_by_side(content):
    section = next(section for section in content.sections if section.id == "disagreements")
    cards = next(block.cards for block in section.behind if hasattr(block, "cards"))
    assert len(cards) >= 6
    assert sum(len(card.readings) >= 2 for card in cards) >= 6


def test_figures_are_altair_charts_each_with_its_csv(content, files):
    figures = [block for block in content.everything if isinstance(block, Figure)]
    assert {figure.name for figure in figures} >= {
        "outcomes",
        "diversion",
        "sectors",
        "duty_path",
        "timeline",
    }
    for figure in figures:
        assert type(figure.chart()).__module__.startswith("altair")
        assert f"data/{figure.table.name}.csv" in files


def test_the_sentences_say_what_the_tables_hold(content):
    """The first sentence and the table of outcomes agree on who loses more."""
    rows = {
        (row["outcome"], row["measure"]): row
        for block in content.everything
        for table in [getattr(block, "table", None)]
        if table is not None and table.name == "levels"
        for row in table.records()
    }
    fail = rows["Talks fail", "difference from today"]
    text = content.summary_sentences[0].text.replace("\u00a0", " ")
    sides = (("usa", "the United States"), ("chn", "China"))
    for code, name in sides:
        assert name in text
        assert f"{abs(fail[f'{code}_real_income_pct']):.2f}" in text
        assert f"${abs(fail[f'{code}_equivalent_variation_usd_bn']):.1f} billion" in text
    assert ("poorer" in text) == (fail["usa_real_income_pct"] < 0)


def test_the_manifest_lists_every_file_with_its_hash(files):
    manifest = json.loads(files["manifest.json"])
    listed = {path: entry["sha256"] for path, entry in manifest["files"].items()}
    assert set(listed) == set(files) - {"manifest.json"}
    for path, digest in listed.items():
        assert sha256_bytes(files[path]) == digest
    for key in (
        "version",
        "commit",
        "dossier",
        "vintage",
        "asof",
        "data_hash",
        "parameters_hash",
        "seed",
        "solver",
    ):
        assert key in manifest["stamp"]


def test_a_measure_with_a_hostile_title_is_inert(content):
    dossier = load_dossier("busan-2025", asof=ASOF)
    from detente.dossier import FrozenDict

    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    measures = dict(dossier.measures)
    key = "usa-2025-fentanyl-china"
    measures[key] = measures[key].model_copy(update={"title": hostile})
    poisoned = dataclasses.replace(dossier, measures=FrozenDict(measures))
    written = brief_files(compose(poisoned, load_world(), sets=("fgo",), draws=0, paths=0))
    page = written["index.html"].decode() + written["annex.html"].decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_the_command_rewrites_its_folder_with_the_same_bytes(content, files, tmp_path, capsys):
    """What was composed and written once is composed and written again, by the command, over a folder of an earlier day."""
    target = tmp_path / "brief"
    build_brief(dataclasses.replace(content, title="An earlier day"), target)
    with pytest.raises(SystemExit) as ended:
        main(["brief", "busan-2025", "--asof", "2025-10-28", "-o", str(target)])
    assert ended.value.code in (0, None)
    assert capsys.readouterr().out.strip() == str(target / "index.html")
    written = {
        path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()
    }
    assert set(written) == set(files)
    assert [name for name in files if written[name] != files[name]] == []


def test_the_command_does_not_overwrite_somebody_elses_folder(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SystemExit) as ended:
        main(["brief", "-o", str(tmp_path)])
    assert ended.value.code == 1
    assert "hint" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_hindsight_is_another_briefing():
    """With what was known on 12 November, the controls are suspended and the summit is over."""
    known = load_dossier("busan-2025", asof=dt.date(2025, 11, 12))
    content = compose(known, load_world(), sets=("fgo",), draws=0, strategy=False, paths=0)
    standing = next(section for section in content.sections if section.id == "standing")
    rows = {
        row.id: row
        for block in (*standing.blocks, *standing.behind)
        if hasattr(block, "rows")
        for row in block.rows
        if hasattr(row, "status")
    }
    assert rows["chn-2025-ann57-elements"].status == "suspended"
    assert rows["usa-2025-fentanyl-china"].value.startswith("10")


def test_no_path_of_this_machine(files):
    here = re.escape(sys.prefix.rsplit("/", 1)[0])
    assert not any(re.search(here, body.decode("utf-8", "ignore")) for body in files.values())


@pytest.mark.parametrize(
    ("verb", "table", "name"),
    [
        ("leverage", "levers", "leverage"),
        ("deals", "swaps", "swaps"),
        ("deals", "expected", "expected-swaps"),
    ],
)
def test_what_a_lever_or_an_exchange_does_is_one_number(files, page, verb, table, name, capsys):
    # without the sentence on both horizons, which the page has apart
    plain = [] if table == "swaps" else ["--draws", "0"]
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--table", table, "--asof", "2025-10-28", "--format", "csv", *plain])
    assert not stopped.value.code
    told = capsys.readouterr()
    here = files[f"data/{name}.csv"].decode()
    # the page lists the first dozen swaps, the command as many as are asked for
    assert told.out.startswith(here) if name == "swaps" else told.out == here
    said = [line for line in told.err.splitlines() if "$" in line]
    assert said
    read = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert all(line in read for line in said)


def test_the_reduced_game_is_named_where_it_is_used(content):
    section = next(section for section in content.sections if section.id == "leverage")
    spaces = [
        block
        for block in section.behind
        if getattr(getattr(block, "table", None), "name", "") == "deal-space"
    ]
    assert spaces[0].table.title.endswith("reduced game: 256 of 36,864 joint choices")


# ---- What a person reads --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texts(files):
    """The prose of the page itself."""
    return reading.prose(files["index.html"].decode())


@pytest.fixture(scope="module")
def note(content):
    return render_page(content, check_content(content), NOTE)


def test_the_page_is_short(note, texts):
    words = [word for text in texts for word in text.split()]
    assert 600 < len(words) < reading.WORDS
    assert sum(len(text.split()) for text in reading.prose(note)) < reading.NOTE_WORDS


def test_the_page_is_worded_for_a_reader(files, texts):
    assert [text for text in texts if reading.BANNED.search(text)] == []
    assert [text for text in texts if reading.EMPTY.search(text)] == []
    sentences = [part for text in texts for part in re.split(r"(?<=[.?:;])\s", text)]
    assert [part for part in sentences if len(part.split()) > reading.LONGEST] == []
    annex = html.unescape(re.sub(r"<[^>]+>", " ", files["annex.html"].decode()))
    assert not re.search(r"from memory|general knowledge", annex, re.I)


def test_a_term_is_defined_where_the_page_first_says_it(texts):
    whole = " ".join(texts)
    for term, definition in reading.DEFINED.items():
        said = whole.lower().find(term.lower())
        if said >= 0:
            meant = whole.find(definition)
            assert meant >= 0, term
            assert meant - said < 500, f"{term} is said long before it is defined"


def test_a_finding_is_said_once(content):
    titles = [section.title for section in content.sections]
    assert len(set(titles)) == len(titles)
    said = [
        sentence.text
        for block in content.on_page
        for sentence in (*getattr(block, "sentences", ()), *getattr(block, "items", ()))
    ]
    assert len(set(said)) == len(said)
    figures = [block.title for block in content.on_page if isinstance(block, Figure)]
    assert not set(figures) & set(said)


def test_the_answer_can_be_said_aloud(content):
    answer = content.summary_sentences[0].text
    assert len(answer.split()) <= 30
    assert not re.search(r"[%\u2212+]", answer)
    assert content.ahead
    assert 2 <= len(content.key_numbers) <= 3


def test_every_picture_is_described_in_less_than_three_hundred_characters(content):
    figures = [block for block in content.everything if isinstance(block, Figure)]
    assert len(figures) >= 9
    for figure in figures:
        assert 40 < len(figure.alt) < 300, figure.name
        assert figure.title.endswith((".", "?")), figure.name


def test_three_contradictions_are_on_the_page_and_all_in_the_annex(content):
    section = next(section for section in content.sections if section.id == "disagreements")
    items = next(block.items for block in section.blocks if hasattr(block, "items"))
    cards = next(block.cards for block in section.behind if hasattr(block, "cards"))
    assert len(items) == 3 < len(cards)


def test_every_number_leads_to_its_table(content, files):
    read = places(content)
    for number in content.key_numbers:
        assert number.table in read
    for name, place in read.items():
        assert place.anchor == "" or f'id="{place.anchor}"' in files[place.page].decode(), name
    tables = {name.removeprefix("data/").removesuffix(".csv") for name in files if name.startswith("data/")}
    assert sum(name in COMMANDS for name in tables) > 15
    assert command_of("levels", content).endswith("--dossier busan-2025 --asof 2025-10-28")


def test_what_nobody_sourced_is_graded_and_not_cited(files):
    annex = files["annex.html"].decode()
    assert 'id="source-memory"' not in annex
    assert "#source-memory" not in annex + files["index.html"].decode()


def test_an_earlier_briefing_of_the_same_day_differs_in_nothing(content, files, tmp_path):
    place = build_brief(content, tmp_path / "earlier").index.parent
    again = held_against(content, place)
    assert again.sections[0].title == "Nothing changed since 28\u00a0October 2025"
    rows = (place / "data" / "measures.csv").read_text("utf-8").splitlines()
    moved = [row.replace(",announced,", ",suspended,") for row in rows if "usa-2025-threat-100" not in row]
    (place / "data" / "measures.csv").write_text("\n".join(moved), "utf-8")
    later = held_against(content, place).sections[0]
    table = later.blocks[0].table
    changed = {row["what"]: (row["before"], row["now"]) for row in table.records()}
    assert changed["Threat of a further 100 % on China"] == ("not on record", "withdrawn, 100\u202f%") or any(
        before == "not on record" for before, _ in changed.values()
    )
    assert ("suspended", "announced") in {
        tuple(part.split(",")[0] for part in pair) for pair in changed.values()
    }
    assert "measures changed" in later.title
    brief_files(held_against(content, place))


def test_odds_are_those_of_the_outlook_with_their_score(content, files, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["outlook", "--asof", "2025-10-28", "--format", "csv"])
    assert not stopped.value.code
    assert files["data/outlook.csv"].decode() == capsys.readouterr().out
    rows = list(csv.DictReader(files["data/odds-scores.csv"].decode().splitlines()))
    log = {row["subject"]: float(row["log"]) for row in rows}
    assert all(abs(100 * math.exp(-log[row["subject"]]) - float(row["given"])) < 0.01 for row in rows)
    clocks = {
        row["clock"]: row for row in csv.DictReader(files["data/outlook-clocks.csv"].decode().splitlines())
    }
    told = [row.id for row in content.ahead if row.id in content.chances]
    assert told
    for name in told:
        assert f"{float(clocks[name]['carried']):.0f} percent likely" in content.chances[name].text
    html = files["index.html"].decode()
    assert html.count(" percent likely (") == len(told)
    assert "Score: such odds have typically given" in html
    assert (
        f"{float(next(row['given'] for row in rows if row['subject'] == '30')):.0f} percent within 30" in html
    )
    with pytest.raises(EvidenceError, match="score"):
        check_content(dataclasses.replace(content, chance_score=None))


def test_before_anything_was_settled_no_odds_are_shown():
    from detente.brief.likely import Likely

    known = Likely(load_dossier("busan-2025", asof=dt.date(2018, 1, 15)), load_world(), 100)
    assert known.outlook is None
    assert known.clocks == {}
    assert known.clock_score is None


@pytest.fixture(scope="module")
def chromium():
    place = browser()
    if place is None:
        pytest.skip(
            "no Chromium on this machine: install the package `chromium` to check the page in a browser"
        )
    return place


def test_both_pages_fit_at_four_widths_and_the_page_in_ten_screens(chromium, files, tmp_path):
    frames = []
    for name, widths in (("index", reading.WIDTHS), ("annex", reading.WIDTHS[2:])):
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", files[f"{name}.html"].decode())
        (tmp_path / f"{name}.html").write_text(text.replace("</body>", f"{reading.PROBE}</body>"), "utf-8")
        frames += [
            f'<iframe src="{name}.html" style="width:{width}px;height:900px;border:0"></iframe>'
            for width in widths
        ]
    script = "<script>const all = []; addEventListener('message', e => { all.push(e.data); document.title = '[' + all + ']'; });</script>"
    (tmp_path / "frames.html").write_text(
        f"<!DOCTYPE html><title>[]</title>{script}{''.join(frames)}", "utf-8"
    )
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom", "--virtual-time-budget=8000", "--window-size=1600,1000", (tmp_path / "frames.html").as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    title = re.search(r"<title>(.*?)</title>", done.stdout, re.S)
    assert title is not None
    seen = json.loads(html.unescape(title[1]))
    assert sorted(inner for inner, *_ in seen) == sorted((*reading.WIDTHS, *reading.WIDTHS[2:]))
    pages = {}
    for inner, width, reach, tall, wide, cut, lead in seen:
        assert wide == []
        assert reach == width
        assert cut == []
        if lead:
            pages[inner] = (tall, lead)
    assert set(pages) == set(reading.WIDTHS)
    assert pages[1440][0] <= reading.SCREENS * 900
    assert pages[1440][1] <= 900, "the first picture is on the first screen"
    assert pages[390][1] <= 2 * 844, "on a phone it is one swipe away"


def test_the_page_prints_on_six_sheets_and_the_note_on_two_none_half_empty(chromium, files, note):
    pages = printed(
        {
            "index.html": files["index.html"],
            "annex.html": files["annex.html"],
            "note.html": note.encode(),
        }
    )
    for name, data in pages.items():
        sheets = paper.sheets(data)
        for number, sheet in enumerate(sheets, start=1):
            top, bottom = reading.TYPE_AREA
            area = sheet.height - top - bottom
            ink = sheet.between(top - 10, bottom)
            gap = max(after - before for before, after in itertools.pairwise([top, *ink]))
            assert gap <= reading.GAP * area, (name, number, gap)
            least = reading.LAST if number == len(sheets) else reading.FILLED
            assert ink[-1] - top >= least * area, (name, number, ink[-1])
    counts = {name: len(re.findall(rb"/Type\s*/Page\b", data)) for name, data in pages.items()}
    assert 2 <= counts["index.pdf"] <= reading.PAGES
    assert 1 <= counts["note.pdf"] <= reading.NOTE_PAGES
    for box in re.findall(rb"/MediaBox\s*\[([\d.\s]+)\]", pages["index.pdf"]):
        left, bottom, right, top = (float(part) for part in box.split())
        assert abs(right - left - 595) <= 1  # A4 in points
        assert abs(top - bottom - 842) <= 1
    for data in pages.values():
        assert b"file://" not in data
        assert not re.search(rb"CreationDate \(D:[1-9]", data)
