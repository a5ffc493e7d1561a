"""Figures: the table holds what is drawn, the drawing is stable, hostile text is inert."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from detente.core import Column, InputError, LabelError, Table
from detente.show.figures.charts import OutcomeRow, SectorRow, outcomes, sectors_hit, third_countries
from detente.show.figures.figures import NARROW, WIDE, Figure, figure_svg
from detente.show.figures.lifelines import Span, timeline
from detente.show.figures.paths import Event, duty_path_figure
from detente.show.figures.timelines import ClockDot, clocks
from detente.show.tables import findings
from detente.show.tables.duties import duties_by_authority

ROWS = (
    OutcomeRow("Deal", {"USA": 0.1, "CHN": 0.2, "REST": -0.01}, {"USA": 3e4, "CHN": 4e4, "REST": -6e3}),
    OutcomeRow("No deal", {"USA": -0.2, "CHN": -0.4, "REST": 0.05}, {"USA": -6e4, "CHN": -8e4, "REST": 3e4}),
)


def path(**changes: Any) -> Figure:
    settings: dict[str, Any] = {
        "dates": ["2025-01-01", "2025-04-09", "2025-05-14", "2025-11-10"],
        "rates": {("USA", "CHN"): [0.11, 1.2, 0.37, 0.61], ("CHN", "USA"): [0.17, 1.39, 0.31, 0.55]},
        "asof": "2025-10-28",
        "concept": "import-weighted",
        "end": "2026-01-01",
        "events": [Event("2025-05-12", "Geneva"), Event("2025-10-30", "Busan")],
    }
    settings.update(changes)
    return duty_path_figure(settings.pop("dates"), settings.pop("rates"), **settings)


def every_figure() -> list[Figure]:
    return [
        outcomes(ROWS, standing="today"),
        third_countries(
            {"MEX": 0.5, "RUS": -0.02}, {"MEX": 9e3, "RUS": -400.0}, outcome="No deal", standing="today"
        ),
        sectors_hit(
            [SectorRow("USA", "Crops", -3.4, -1.5e4), SectorRow("CHN", "Electronics", -5.3, -9e4)],
            outcome="No deal",
            standing="today",
        ),
        duties_by_authority(
            {"Metals": {"mfn": 0.02, "section-301": 0.25}}, importer="USA", exporter="CHN", day="2025-10-28"
        ),
        path(),
        timeline(
            [Span("m", "A measure", "USA", "suspended", "2025-05-14", "2025-11-10")],
            asof="2025-10-28",
            start="2025-01-01",
            end="2025-12-31",
        ),
        clocks([ClockDot("Truce lapses", "2025-11-10")], asof="2025-10-28"),
    ]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_chart_is_a_responsive_described_image_with_unique_ids(width: int) -> None:
    figures = every_figure()
    assert len({figure.name for figure in figures}) == len(figures)
    seen: set[str] = set()
    for figure in figures:
        svg = figure_svg(figure, width)
        root = ET.fromstring(svg)
        assert "width" not in root.attrib
        assert "height" not in root.attrib
        _, _, wide, tall = (float(part) for part in root.attrib["viewBox"].split())
        assert abs(wide - width) < 0.12 * width
        assert tall > 30
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"] == figure.alt
        assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]*"', "", svg)
        ids = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
        assert not ids & seen
        seen |= ids
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg)]
        assert sizes
        assert min(sizes) >= 10


def test_every_mark_lies_inside_the_picture() -> None:
    # Labels push nothing over the edge: the viewBox keeps the width asked for, whatever the texts.
    long = {f"Region {'x' * 30} {k}": 10.0**k for k in range(5)}
    figure = third_countries(dict.fromkeys(long, 0.1), long, outcome="X", standing="today")
    for width in (WIDE, NARROW):
        wide = float(figure_svg(figure, width).split('viewBox="')[1].split()[2])
        assert wide < 1.12 * width


@pytest.mark.parametrize("make", [lambda: outcomes(ROWS, standing="today"), path])
def test_the_drawing_is_the_same_in_another_process_and_another_time_zone(make: Any) -> None:
    figure = make()
    code = (
        "import json,sys\nfrom detente.show.figures.figures import _drawn\n"
        "sys.stdout.buffer.write(_drawn(sys.stdin.buffer.read().decode()).encode())"
    )
    import json
    import os

    from detente.show.figures.figures import _drawn

    text = json.dumps(figure.spec_at(WIDE), sort_keys=True, ensure_ascii=False)
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=text.encode(),
        capture_output=True,
        check=True,
        env={**os.environ, "TZ": "Asia/Shanghai"},
    )
    assert done.stdout.decode() == _drawn(text)


def test_the_outcome_table_holds_percent_and_billions() -> None:
    figure = outcomes(ROWS, standing="today", concept="long run")
    assert [column.unit for column in figure.table.columns] == ["", "", "%", "USD bn a year"]
    assert ("No deal", "China", -0.4, -80.0) in figure.table.rows
    assert "No deal" in figure.title
    assert "China loses more, twice" in figure.title
    assert "0.40" in figure.alt
    assert len(figure.alt) < 300
    assert "long run" in figure.subtitle


def test_outcome_intervals_are_drawn_and_listed() -> None:
    banded = [OutcomeRow("No deal", {"USA": -0.2}, {"USA": -6e4}, {"USA": -0.3}, {"USA": -0.1})]
    figure = outcomes(banded, standing="today", interval="90 % of 400 draws")
    assert figure.table.rows[0][-2:] == (-0.3, -0.1)
    assert "90 % of 400 draws" in figure.note
    without = outcomes([OutcomeRow("No deal", {"USA": -0.2}, {"USA": -6e4})], standing="today")
    assert figure_svg(figure).count("<line") == figure_svg(without).count("<line") + 2, (
        "the whisker and its casing"
    )


def test_third_countries_are_ranked() -> None:
    figure = third_countries(
        {"RUS": -0.02, "MEX": 0.5, "VNM": 1.5},
        {"RUS": -400.0, "MEX": 9e3, "VNM": 7e3},
        outcome="X",
        standing="today",
    )
    assert figure.table.column("country") == ["Mexico", "Viet Nam", "Russia"]
    assert figure.table.column("value_usd_bn") == [9.0, 7.0, -0.4]
    assert "Mexico gains most" in figure.title


def test_sectors_keep_the_largest_by_money_and_the_table_keeps_all() -> None:
    rows = [SectorRow("USA", f"Sector {k}", float(k), 1000.0 * k) for k in range(12)]
    figure = sectors_hit(rows, outcome="X", standing="today", count=3)
    assert len(figure.table) == 12
    svg = figure_svg(figure)
    assert "Sector 11" in svg
    assert "Sector 9" in svg
    assert "Sector 8" not in svg


def test_duties_add_up_and_drop_what_is_zero_everywhere() -> None:
    figure = duties_by_authority(
        {"A": {"mfn": 0.02, "section-301": 0.25, "threat": 0.0}, "B": {"mfn": 0.4}},
        importer="USA",
        exporter="CHN",
        day="2025-10-28",
    )
    assert [column.key for column in figure.table.columns] == ["sector", "total", "mfn", "section_301"]
    assert figure.table.column("sector") == ["B", "A"]
    for row in figure.table.rows:
        assert row[1] == pytest.approx(sum(cell for cell in row[2:] if isinstance(cell, float)))
    with pytest.raises(InputError, match="zero"):
        duties_by_authority({"A": {"mfn": 0.0}}, importer="USA", exporter="CHN", day="2025-10-28")


def test_the_path_separates_what_is_known_from_what_is_scheduled() -> None:
    figure = path()
    assert figure.table.column("known") == ["known", "known", "known", "scheduled"]
    assert figure.table.column("usa_on_chn_pct") == pytest.approx([11.0, 120.0, 37.0, 61.0])
    assert "stroke-dasharray" in figure_svg(figure)
    assert "37.0" in figure.title
    assert "peak of 120.0" in figure.title
    assert figure.key == ("Geneva, 12\u00a0May 2025", "Busan, 30\u00a0October 2025")
    closed = path(asof="2026-01-01")
    assert 'stroke-dasharray="5,3"' not in figure_svg(closed)
    assert closed.note == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"dates": ["2025-04-09", "2025-01-01", "2025-05-14", "2025-11-10"]},
        {"rates": {("USA", "CHN"): [0.1]}},
        {"dates": [], "rates": {}},
    ],
)
def test_a_malformed_path_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        path(**changes)


def test_labels_of_events_never_overlap() -> None:
    events = [Event(dt.date(2025, 5, 1) + dt.timedelta(days=3 * k), f"Event number {k}") for k in range(6)]
    spec = path(events=events).spec
    texts = [
        row
        for layer in spec["layer"]
        for row in layer["data"]["values"]
        if str(row.get("text", "")).startswith("Event number")
    ]
    assert len({row["ty"] for row in texts}) == 6


def test_the_timeline_counts_what_stands_on_the_day() -> None:
    figure = timeline(
        [
            Span("a", "A", "USA", "in_force", "2025-01-01", "2025-05-01"),
            Span("a", "A", "USA", "suspended", "2025-05-01"),
            Span("b", "B", "CHN", "in_force", "2025-04-01"),
            Span("c", "C", "CHN", "announced", "2025-10-09", "2025-12-01"),
            Span("d", "D", "CHN", "lapsed", "2025-06-01"),
        ],
        asof="2025-10-28",
        start="2025-01-01",
        end="2025-12-31",
    )
    assert "one measure of the two sides was in force, one suspended and one announced" in figure.title
    assert len(figure.table) == 5


def test_the_timeline_says_from_when_on_it_counts_where_earlier_measures_are_left_out() -> None:
    lives = [Span("b", "B", "CHN", "in_force", "2025-04-01")]
    figure = timeline(
        lives, asof="2025-10-28", start="2025-01-01", end="2025-12-31", since=dt.date(2025, 1, 1)
    )
    assert figure.title.replace("\u00a0", " ") == (
        "Of the measures that the two sides have announced since 1 January 2025, one was in force on 28 October 2025, "
        "none suspended and none announced."
    )


@pytest.mark.parametrize(
    ("rates", "says"),
    [
        ([0.07, 0.0704, 0.0701, 0.09], "stands at 7.0 percent, as on 1 January 2025."),
        ([0.033, 0.0371, 0.0372, 0.09], "up from 3.3 percent on 1 January 2025."),
        ([0.071, 0.071, 0.0702, 0.09], "down from 7.1 percent on 1 January 2025."),
        ([0.07, 0.0370, 0.0366, 0.09], "after a peak of 7.0 percent in January 2025."),
        ([0.0330, 0.03738, 0.0366, 0.09], "up from 3.3 percent on 1 January 2025."),
    ],
)
def test_the_title_of_a_path_says_no_peak_that_reads_like_the_end(rates: list[float], says: str) -> None:
    title = path(rates={("EU27", "CHN"): rates}, events=[]).title.replace("\u00a0", " ")
    assert title.endswith(says)


def test_small_quarrels_are_drawn_with_digits_enough_to_tell_a_loss_from_a_gain() -> None:
    row = OutcomeRow(
        "Escalation",
        {"EU27": -0.0079, "CHN": -0.0021, "REST": 0.0},
        {"EU27": -1.4e3, "CHN": -370.0, "REST": 0.0},
    )
    figure = outcomes([row], standing="today")
    texts = [str(r.get("text", "")) for part in figure.spec["layer"] for r in part["data"]["values"]]
    assert "−0.002%  (−0.4 bn)" in texts
    assert "−0.002%" in figure_svg(figure)
    assert "+0.10%" in figure_svg(outcomes([OutcomeRow("E", {"USA": 0.1}, {"USA": 1.0})], standing="today"))
    assert figure.table.shown()[1][2] == "-0.002"
    third = third_countries(
        {"JPN": 0.0005, "KOR": -0.0006}, {"JPN": 25.0, "KOR": -10.0}, outcome="E", standing="today"
    )
    assert [row[1] for row in third.table.shown()] == ["0.025", "-0.010"]


def test_an_economy_of_the_registry_has_one_name_in_the_title_and_in_the_rows() -> None:
    names = {"EU27": "EU 27", "KOR": "Republic of Korea", "Other": "The others"}
    figure = third_countries(
        dict.fromkeys(names, 0.1),
        {"EU27": 9.0, "KOR": 8.0, "Other": 7.0},
        outcome="E",
        standing="",
        names=names,
    )
    assert figure.table.column("country") == ["European Union", "South Korea", "The others"]
    assert "European Union" in figure.title
    assert "South Korea" in figure.title


@pytest.mark.parametrize(
    ("error", "make"),
    [
        (LabelError, lambda: timeline([Span("a", "A", "USA", "active", "2025-01-01")], asof="2025-10-28", start="2025-01-01", end="2025-12-31")),
        (InputError, lambda: timeline([], asof="2025-10-28", start="2025-01-01", end="2025-12-31")),
        (InputError, lambda: timeline([Span("a", "A", "USA", "in_force", "2025-01-01")], asof="2025-10-28", start="2025-12-31", end="2025-01-01")),
        (InputError, lambda: clocks([], asof="2025-10-28")),
        (InputError, lambda: clocks([ClockDot("x", "2025-10-01")], asof="2025-10-28")),
        (InputError, lambda: outcomes([], standing="today")),
        (InputError, lambda: third_countries({}, {}, outcome="X", standing="today")),
        (InputError, lambda: sectors_hit([], outcome="X", standing="today")),
    ],
)  # fmt: skip
def test_bad_input_is_an_error_and_not_an_empty_chart(error: type[Exception], make: Any) -> None:
    with pytest.raises(error):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: timeline(
            [Span("a", "A", "ZZZ", "in_force", "2025-01-01")],
            asof="2025-10-28",
            start="2025-01-01",
            end="2025-12-31",
        ),
        lambda: outcomes([OutcomeRow("X", {"XXX": 0.1}, {"XXX": 1.0})], standing="today"),
        lambda: duties_by_authority(
            {"A": {"nothing": 0.1}}, importer="USA", exporter="CHN", day="2025-10-28"
        ),
    ],
    ids=["actor", "economy", "authority"],
)
def test_what_nobody_described_is_drawn_in_a_colour_of_no_party(make: Any) -> None:
    assert "<svg" in figure_svg(make(), NARROW)


def test_hostile_text_is_inert() -> None:
    evil = '</text></svg><script>alert("x")</script>'
    figure = outcomes([OutcomeRow(evil, {"USA": -0.2}, {"USA": -6e4})], standing=evil)
    svg = figure_svg(figure, NARROW)
    assert "<script" not in svg
    ET.fromstring(svg)


@pytest.mark.parametrize(
    "changes",
    [{"name": "A b"}, {"title": " "}, {"alt": ""}, {"table": Table("t", "t", (Column("x", "X"),), ())}],
)
def test_a_figure_without_its_words_or_data_is_refused(changes: dict[str, Any]) -> None:
    table = Table("t", "t", (Column("x", "X"),), (("a",),))
    whole: dict[str, Any] = {"name": "f", "title": "T.", "alt": "A.", "spec": {"mark": "bar"}, "table": table}
    Figure(**whole)
    with pytest.raises(InputError):
        Figure(**{**whole, **changes})


def test_a_specification_without_a_width_is_fitted() -> None:
    table = Table("t", "t", (Column("x", "X"),), (("a",),))
    spec = {
        "data": {"values": [{"x": 1}]},
        "mark": "bar",
        "encoding": {"x": {"field": "x", "type": "quantitative"}},
    }
    svg = figure_svg(Figure("f", "T.", "A.", spec, table), 360)
    assert float(svg.split('viewBox="')[1].split()[2]) == 360


def test_what_is_drawn_ahead_is_what_is_drawn_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from detente.show.figures import figures

    figure = path()
    plain = {width: figure_svg(figure, width) for width in (figures.WIDE, figures.NARROW)}
    for program in (figures._ASIDE, "raise SystemExit(1)", "print('no drawing')"):
        monkeypatch.setattr(figures, "_ASIDE", program)
        figures._drawing.cache_clear()
        with figures.draw_ahead() as draw:
            draw(["not a figure"])
            draw([figure])
            draw([figure])
        assert {width: figure_svg(figure, width) for width in plain} == plain


def test_a_chart_that_cannot_be_drawn_ahead_says_so_when_asked() -> None:
    from detente.show.figures import figures

    broken = dataclasses.replace(path(), spec={"mark": {"type": "no such mark"}})
    with figures.draw_ahead() as draw:
        draw([broken])
    with pytest.raises(InputError, match="could not be drawn"):
        figure_svg(broken)


def test_a_sentence_on_sectors_names_only_what_moves() -> None:
    rows = [SectorRow("USA", "Crops", -3.0, -200.0), SectorRow("USA", "Cars", 0.0, 0.1)]
    said = findings.sector_money_sentence("USA", rows, "No deal")
    assert said.text.replace("\u00a0", " ") == (
        "In dollars of output, in the United States “No deal” hits crops most ($200 million a year, −3.00 percent)."
    )
    assert said.values == (-200.0, -3.0)
    for still in ([], rows[1:]):
        quiet = findings.sector_money_sentence("USA", still, "No deal")
        assert "moves no sector’s output" in quiet.text
        assert quiet.values == ()
