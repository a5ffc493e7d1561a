"""Views with controls of their own: paths of a cut, the duty path of a period, the calendar, why, the record, pictures in the dark."""

from __future__ import annotations

import csv
import datetime as dt
import html
import json
import re
import shlex

import pytest

from detente.app import timepath
from detente.app.calendar import months_of
from detente.app.darkness import GROUND, PLANES, in_the_dark, with_dark
from detente.app.explained import result_of
from detente.app.views import VIEWS
from detente.cli.main import main
from detente.dossier import load_dossier
from detente.show import build

CASE = "/busan-2025"
RECORD = ("ledger", "clocks", "claims", "conflicts", "sources")


def rows_of(reply):
    assert reply.status == 200, reply.text
    return list(csv.reader(reply.text.splitlines()))


def printed(capfd, command):
    """Every table that a command has, by name."""
    command[command.index("--table") + 1] = "all"
    with pytest.raises(SystemExit) as done:
        main([*command, "--format", "json"])
    assert done.value.code == 0
    return {table["name"]: table for table in json.loads(capfd.readouterr().out)}


def command_of(page):
    said = re.search(r"<pre><code>(detente [^<]*)</code>", page)
    return shlex.split(said[1].replace("&#39;", "'"))[1:]


def test_a_cut_month_by_month_is_what_the_command_prints(reader, monkeypatch, capfd):
    monkeypatch.setattr(timepath, "MONTHS", 2)
    sent = reader.get(f"{CASE}/months?cut.from=CHN&cut.of=MAG&cut.to=USA&cut.left=50&base=standing")
    assert sent.status == 303
    query = sent.headers["location"].partition("?")[2]
    page = reader.get(sent.headers["location"]).text
    assert ">Compute</a>" in page  # it begins when it is told to
    tables = {view: reader.get(f"{CASE}/{view}.json?{query}").text for view in ("months", "stops", "losers")}
    commands = [command_of(reader.get(f"{CASE}/{view}?{query}").text) for view in tables]
    assert [command[-1] for command in commands] == ["months", "output", "losses"]
    assert commands[0][:4] == ["path", "--cut", "CHN:MAG:0.5:USA", "--months"]
    by_name = printed(capfd, commands[0])
    for text in tables.values():
        table = json.loads(text)
        assert by_name[table["name"]] == table
    assert "Month by month" not in reader.get(f"{CASE}/months?{query}").text  # all three were one job
    bad = reader.get(f"{CASE}/months?base=standing&cut=CHN%3AMAGS%3A0.5").text
    assert "no sector or group `MAGS`" in bad
    assert reader.get(f"{CASE}/months?cut=CHN").status == 400


def test_all_years_together_are_what_the_command_prints(reader, capfd):
    query = "base=narrow-deal"
    table = json.loads(reader.get(f"{CASE}/sums.json?{query}").text)
    page = reader.get(f"{CASE}/sums?{query}").text
    command = command_of(page)
    assert command == ["path", "narrow-deal", "--table", "summary"]
    with pytest.raises(SystemExit):
        main([*command, "--format", "json"])
    assert [table] == json.loads(capfd.readouterr().out)
    told = html.unescape(re.search(r"<pre><code>(from detente[^<]*|import[^<]*)</code>", page)[1])
    here: dict[str, object] = {}
    exec(told, here)
    known = [row["discounted_usd_bn"] for row in table["rows"]]
    assert here["table"].column("discounted_usd_bn") == pytest.approx(known, rel=1e-6)


def test_a_path_to_five_years_is_told_as_a_command_and_can_be_stopped(reader):
    query = "left.chn-2025-soybean-halt=0.5"
    page = reader.get(f"{CASE}/along?{query}").text
    assert command_of(page) == ["path", "talks-fail-set.yaml", "--table", "dates"]
    assert reader.get(f"{CASE}/along/start?{query}").status == 303
    assert reader.get(f"{CASE}/along/progress?{query}").text.count('"standing"') == 1
    assert reader.get(f"{CASE}/along/stop?{query}").status == 303
    assert "stopped" in reader.get(f"{CASE}/along?{query}").text


def test_the_duty_path_is_narrowed_by_two_dates(reader, laboratory):
    query = "since=2025-03-01&until=2025-05-31"
    head, *rows = rows_of(reader.get(f"{CASE}/path.csv?{query}"))
    days = [dt.date.fromisoformat(row[0]) for row in rows]
    assert days[0] == dt.date(2025, 3, 1)
    assert days[-1] <= dt.date(2025, 5, 31)
    assert len(days) < len(rows_of(reader.get(f"{CASE}/path.csv")))
    record = load_dossier("busan-2025")
    economy = laboratory.economy()
    plain = build("duty-path", dossier=record, economy=economy, importer="USA", exporter="CHN", dates=days)
    assert [float(row[head.index("USA_on_CHN")]) for row in rows] == pytest.approx(
        plain.column("average"), rel=1e-6
    )
    page = reader.get(f"{CASE}/path?{query}").text
    assert 'name="since" value="2025-03-01"' in page  # the keyboard's way, without scripts
    assert 'href="/busan-2025/ledger?since=' in page  # acts lead to their measures
    assert "the period begins on" in reader.get(f"{CASE}/path?since=2025-03-01&until=2025-02-01").text
    assert "the record has duties from" in reader.get(f"{CASE}/path?since=1900-01-01").text
    assert reader.get(f"{CASE}/path?since=yesterday").status == 400


def test_clocks_hang_on_the_calendar(reader):
    record = load_dossier("busan-2025")
    months = months_of(
        build("clocks", dossier=record, from_date=record.asof, stakes=None, parties=("USA", "CHN"))
    )
    ahead = [clock for clock in record.clocks.values() if clock.fires >= record.asof]
    assert sum(len(month.firings) for month in months) == len(ahead)
    marked = {day.iso for month in months for week in month.weeks for day in week if day.clocks}
    assert marked == {clock.fires.isoformat() for clock in ahead}
    for month in months:
        assert all(len(week) == 7 for week in month.weeks)
        assert [d.number for week in month.weeks for d in week if d.number] == list(
            range(1, len([d for week in month.weeks for d in week if d.number]) + 1)
        )
        assert dt.date.fromisoformat(month.weeks[0][0].iso).weekday() == 0
    page = reader.get(f"{CASE}/clocks").text
    for day in marked:
        assert f'href="#on-{day}"' in page
        assert page.count(f'id="on-{day}"') == 1


@pytest.mark.parametrize("view", ["countries", "sectors", "revenue", "wages", "employment", "pair", "beside"])
def test_every_number_of_a_result_leads_to_what_explains_it(reader, view):
    page = reader.get(f"{CASE}/{view}?kept=base%3Dstanding").text
    table = re.search(r'<table class="data">.*?</table>', page, re.DOTALL)[0]
    for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:]:
        numbers = re.findall(r'<td class="n">(.*?)</td>', row, re.DOTALL)
        for number in numbers:  # the world's is the sum of all rows
            assert (
                re.search(r'href="[^"]*/(why|rests)\?[^"]*number=', number) or "World" in row or number == "–"
            )


def test_an_explanation_is_what_the_command_prints(reader, capfd):
    query = "base=standing&horizon=short&set.usa-2025-fentanyl-china=0.1&number=CHN.output.C26"
    tables = [
        json.loads(reader.get(f"{CASE}/{view}.json?{query}").text) for view in ("why", "channels", "rests")
    ]
    page = reader.get(f"{CASE}/why?{query}").text
    assert "Computers and electronics" in page
    command = command_of(page)
    assert command_of(reader.get(f"{CASE}/rests?{query}").text)[:-3] == command[:-3]
    by_name = printed(capfd, command)
    assert [by_name[table["name"]] for table in tables] == tables
    assert "/ledger" in re.search(r'<table class="data">.*?</table>', page, re.DOTALL)[0]
    assert "nothing is set" in reader.get(f"{CASE}/why?base=standing&number=USA.prices").text
    assert reader.get(f"{CASE}/why?number=USA.prices:levels").status == 400
    assert result_of("sectors", "base_output_usd_bn", {"country": "USA", "sector": "C26"}) == ""


@pytest.mark.parametrize("case", ["busan-2025", "eu-ev"])
def test_entries_of_the_record_point_at_each_other_both_ways(reader, case):
    pages = {view: reader.get(f"/{case}/{view}").text for view in RECORD}
    ids = {view: re.findall(r'<tr id="([^"]+)"', page) for view, page in pages.items()}
    pointed = set()
    for view, page in pages.items():
        every = re.findall(r'\sid="([^"]+)"', page)
        assert len(every) == len(set(every)), view
        for other, name in re.findall(rf'href="/{case}/(\w+)[^"#]*#([^"]+)"', page):
            if other in RECORD and name != "view":
                assert name in ids[other], (view, other, name)
                pointed.add((view, other))
    assert {
        ("ledger", "sources"),
        ("sources", "ledger"),
        ("clocks", "ledger"),
        ("ledger", "clocks"),
    } <= pointed
    if case == "busan-2025":
        assert {("claims", "conflicts"), ("conflicts", "claims"), ("claims", "ledger")} <= pointed


def test_rows_of_the_record_are_looked_for(reader):
    every = rows_of(reader.get(f"{CASE}/claims.csv"))
    some = rows_of(reader.get(f"{CASE}/claims.csv?find=tariff"))
    assert 1 < len(some) < len(every)
    assert all("tariff" in "\n".join(row).casefold() for row in some[1:])
    page = reader.get(f"{CASE}/claims?find=tariff").text
    assert f"What the reports say: {len(some) - 1} rows" in page
    assert "No row has “&lt;b&gt;”." in reader.get(f"{CASE}/claims?find=%3Cb%3E").text
    assert "find=" not in re.search(r'href="([^"]*/sources[^"]*)"', page)[1]  # not looked for elsewhere
    assert reader.get(f"{CASE}/claims?find={'x' * 101}").status == 400


def test_a_table_that_is_folded_away_is_not_sent(reader):
    headers = {"x-detente-part": "answer"}
    whole = reader.get(f"{CASE}/countries", headers=headers).text
    short = reader.get(f"{CASE}/countries", headers={**headers, "x-detente-table": "folded"}).text
    assert "data-later" in short
    assert "data-later" not in whole
    assert len(short) < len(whole) / 2
    assert re.findall(r'class="value">[^<]*', short) == re.findall(r'class="value">[^<]*', whole)
    ledger = reader.get(f"{CASE}/ledger", headers={**headers, "x-detente-table": "folded"}).text
    assert '<table class="data">' in ledger  # nothing else is there to see


@pytest.mark.parametrize(("horizon", "share"), [("long", 0.0731), ("short", 0.0732)])
def test_what_is_shown_first_is_as_in_the_whole(reader, laboratory, horizon, share):
    target = f"{CASE}/countries?base=standing&horizon={horizon}&set.usa-2025-fentanyl-china={share}"
    reader.get(f"{CASE}/countries?base=standing&horizon={horizon}")
    solves = laboratory.solves
    first = reader.get(target, headers={"x-detente-part": "first"}).text
    assert laboratory.solves == solves + 1  # the other horizon comes after
    whole = reader.get(target, headers={"x-detente-part": "answer"}).text
    numbers = [re.findall(r'<a class="number .*?</a>', text, re.DOTALL) for text in (first, whole)]
    assert len(numbers[0]) == len(numbers[1]) == 4
    for n, (early, late) in enumerate(zip(*numbers, strict=True)):
        is_there = (horizon == "long") == (n % 2 == 0)
        assert early == late if is_there else ">…<" in early and ">…<" not in late
    bars = [re.search(r'<table class="bars">.*?</table>', text, re.DOTALL)[0] for text in (first, whole)]
    assert bars[0] == bars[1]
    assert "data-address" not in first


def light(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_pictures_can_be_read_in_the_dark_and_in_grey(reader):
    for colour in ("#1c2530", "#55606d", "#17406d", "#b5431a", "#1f6f78", "#8a6d1d", "#5c6770"):
        assert contrast(colour, "#ffffff") >= 4.5
        assert contrast(in_the_dark(colour), GROUND) >= 4.5, colour
    greys = [light(in_the_dark(f"#{n:02x}{n:02x}{n:02x}", PLANES)) for n in range(0, 256, 15)]
    assert greys == sorted(greys, reverse=True)
    picture = reader.get(f"{CASE}/countries.svg")
    assert "prefers-color-scheme:dark" in picture.text
    assert "script-src" not in picture.headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in picture.headers["content-security-policy"]
    for colour in set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', picture.text)):
        assert re.search(rf'\["?(?:fill|stroke)="{colour}"\]', picture.text), colour
    assert with_dark("<svg><a/></svg>").endswith("<a/></svg>")


def test_views_that_explain_are_reached_from_the_one_that_is_named():
    assert {view.name for view in VIEWS.values() if view.tool == "why"} == {"why", "channels", "rests"}
