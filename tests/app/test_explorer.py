"""The pages: complete without scripts, the numbers of the command line, linked both ways, and inert whatever a title says."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode

import pytest

from detente.app.views import VIEWS
from detente.show import as_workbook

SET = "base=standing&set.usa-2025-fentanyl-china=0.1"


class Form(HTMLParser):
    """Fields of the form, as a browser would send them."""

    def __init__(self, text):
        super().__init__()
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self.ids: list[str] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "input" and "name" in given:
            self.fields[given["name"]] = given.get("value", "")
        if tag == "select":
            self._select = given["name"]
        if tag == "option" and ("selected" in given or self._select not in self.fields):
            self.fields[self._select] = given["value"]


def form_of(reader, target):
    reply = reader.get(target)
    assert reply.status == 200, reply.text
    return Form(reply.text)


def sent(reader, form, view="countries", case="busan-2025", **moved):
    fields = {**form.fields, **{key.replace("__", "."): value for key, value in moved.items()}}
    reply = reader.get(f"/{case}/{view}?{urlencode(fields)}")
    assert reply.status == 303, reply.text
    return reply.headers["location"]


def test_the_page_says_both_numbers_of_both_sides_and_every_economy(reader):
    text = reader.get("/busan-2025/countries").text
    # as the briefing and README give them
    for number in ("−0.29", "−0.42", "−0.12", "−0.47"):
        assert f'class="value">{number}<' in text
    assert text.count('<th scope="row">') == 22
    assert "Viet Nam" in text
    assert "<script>" not in text
    assert re.search(r"\sstyle=|\son\w+=", text) is None
    assert text.count("<script") == 1


def test_a_form_that_was_not_touched_changes_nothing(reader):
    for query in ("", f"?{SET}", "?base=standing&left.chn-2025-soybean-halt=0.5"):
        form = form_of(reader, f"/busan-2025/countries{query}")
        where = sent(reader, form)
        assert reader.get(where).status == 200
        assert where.partition("?")[2] == query.removeprefix("?")


def test_a_moved_control_is_in_the_address_with_the_setting_before_it(reader):
    form = form_of(reader, "/busan-2025/countries")
    moved = {"base": "standing", "rate.usa-2025-fentanyl-china": "10"}
    where = sent(reader, form, **moved)
    query = parse_qs(where.partition("?")[2])
    assert query == {"base": ["standing"], "set.usa-2025-fentanyl-china": ["0.1"]} | (
        {"was": query["was"]} if "was" in query else {}
    )
    page = reader.get(where).text
    assert "Fentanyl duty on all goods of China and Hong Kong: 10\N{NO-BREAK SPACE}%" in page
    form = Form(page)
    then = sent(reader, form, **{"switch.usa-2025-fentanyl-china": "off"})
    after = parse_qs(then.partition("?")[2])
    assert after["set.usa-2025-fentanyl-china"] == ["off"]
    assert after["was"] == [form.fields["form"]]
    back = reader.get(then).text
    assert "% before" in back
    undo = next(link for link in Form(back).links if link.endswith(form.fields["form"]))
    assert reader.get(undo).status == 200
    # switched back to where the outcome has it: no setting is left
    again = sent(reader, Form(back), **{"switch.usa-2025-fentanyl-china": "in_force"})
    assert "set." not in again.partition("&was")[0]


def test_every_view_of_every_case_answers(reader):
    for case in ("busan-2025", "eu-ev"):
        for view in (name for name, view in VIEWS.items() if not view.long):
            for ending in ("", ".csv", ".json"):
                reply = reader.get(f"/{case}/{view}{ending}")
                assert reply.status == 200 or "nothing" in reply.text or "no report" in reply.text, (
                    case,
                    view,
                )


def test_pictures_scenario_file_and_one_page_to_keep(reader):
    svg = reader.get(f"/busan-2025/countries.svg?{SET}")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.text.startswith("<svg")
    assert "Viet Nam" in svg.text
    assert reader.get("/busan-2025/countries.png").body.startswith(b"\x89PNG")
    kept = reader.get(f"/busan-2025/countries.html?{SET}").text
    assert "<link" not in kept
    assert "<script" not in kept
    assert "src=" not in kept
    assert "Real income" in kept
    assert reader.get("/busan-2025/ledger.svg").status == 400
    assert b"usa-2025-fentanyl-china" in reader.get(f"/busan-2025/countries.yaml?{SET}").body


def test_the_same_address_gives_the_same_bytes(reader, laboratory):
    from asgi import Reader

    from detente.app import Laboratory, explorer

    target = f"/busan-2025/countries?{SET}"
    fresh_laboratory = Laboratory(laboratory.cases)
    fresh = Reader(explorer(fresh_laboratory, frozenset({"127.0.0.1:8425"})))
    try:
        assert fresh.get(target).body == reader.get(target).body
    finally:
        fresh_laboratory.close()
        fresh.close()


def test_the_record_is_linked_both_ways(reader):
    ledger = Form(reader.get("/busan-2025/ledger").text)
    assert "usa-2025-fentanyl-china" in ledger.ids
    there = {link.partition("#")[2] for link in ledger.links if "/sources#" in link}
    assert there
    sources = Form(reader.get("/busan-2025/sources").text)
    assert there <= set(sources.ids)
    assert any(link.endswith("/ledger#usa-2025-fentanyl-china") for link in sources.links)


def test_errors_name_the_next_step(reader):
    reply = reader.get("/busan-2025/countries?set.usa-2025-fentanyl-chin=1")
    assert reply.status == 400
    assert "did you mean `usa-2025-fentanyl-china`" in reply.text
    assert reader.get("/busan-2024/countries").status == 404
    assert "did you mean `countries`" in reader.get("/busan-2025/countires").text
    assert reader.get("/nothing/at/all").status == 404
    beyond = reader.get("/busan-2025/countries?set.usa-2025-fentanyl-china=9")
    assert beyond.status == 400
    assert "900 %" in beyond.text


def test_a_hostile_title_is_text(reader):
    for target in (
        "/",
        "/eu-ev/countries",
        "/eu-ev/countries.html",
        "/eu-ev/countries?base=%22%3E%3Cscript%3E",
    ):
        text = reader.get(target).text
        assert "<script>alert" not in text
        assert "<img" not in text
    assert "&lt;script&gt;alert(1)" in reader.get("/eu-ev/countries").text
    assert "{{ 7*7 }}" in reader.get("/eu-ev/countries").text


def test_the_map_is_the_briefings_and_has_the_numbers_of_the_economies(reader):
    page = reader.get("/busan-2025/map").text
    assert '<img src="/busan-2025/map.svg" alt="Tiles, one an economy' in page
    assert 'srcset="/busan-2025/map.narrow.svg"' in page
    assert "<code>detente run talks-fail --against standing" in page
    shares, beside = (
        {next(iter(row.values())): row for row in csv.DictReader(reader.get(target).text.splitlines())}
        for target in ("/busan-2025/map.csv", "/busan-2025/beside.csv")
    )
    assert (shares["MEX"]["change"], shares["CHN"]["change"]) == ("gains", "loses")
    for code, row in shares.items():
        assert row["real_income_pct"] == beside[code]["setting_real_income_pct"]
    wide, narrow = (reader.get(f"/busan-2025/map{ending}").text for ending in (".svg", ".narrow.svg"))
    assert "Viet Nam" in wide
    assert "VNM" in narrow
    assert reader.get("/busan-2025/map.png").body.startswith(b"\x89PNG")
    kept = reader.get("/busan-2025/map.html").text
    assert "<svg" in kept
    assert "<img" not in kept


def test_views_that_take_long_are_computed_when_told_and_odds_never_stand_without_a_score(reader, laboratory):
    for view in ("leverage", "deals"):
        page = reader.get(f"/eu-ev/{view}?horizon=impact").text
        assert f'href="/eu-ev/{view}/start?horizon=impact"' in page
        assert "detente " in page
    assert laboratory.jobs.going_on == 0
    deals = reader.get("/eu-ev/deals.csv").text
    assert deals.count("This setting: ") + deals.count(", this setting") == 1
    assert "This setting" in reader.get("/eu-ev/deals").text
    assert "log_score" in reader.get("/eu-ev/odds.csv").text.splitlines()[0]
    odds = reader.get("/eu-ev/odds.csv?asof=2023-10-10")
    assert odds.status == 400
    assert "odds without a score are not shown" in odds.text
    assert "games are solved with deficits" in reader.get("/eu-ev/leverage?closure=fixed").text


class Cells(HTMLParser):
    """Texts of a page: rows of its table of data, and its large numbers."""

    def __init__(self, text):
        super().__init__()
        self.rows: list[list[str]] = []
        self.large: list[str] = []
        self._inside = self._into = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        kind = dict(attributes).get("class", "")
        if tag == "table":
            self._inside = kind
        if tag == "tr" and self._inside == "data":
            self.rows.append([])
        if tag == "td" and self._inside == "data":
            self.rows[-1].append("")
            self._into = "cell"
        if tag == "span":
            self._into = "large" if kind == "value" else ""

    def handle_endtag(self, tag):
        if tag in ("td", "span"):
            self._into = ""

    def handle_data(self, data):
        if self._into == "cell":
            self.rows[-1][-1] += data
        elif self._into == "large":
            self.large.append(data)


@pytest.mark.parametrize("view", ["countries", "sectors", "revenue", "pair", "beside"])
def test_every_number_on_a_page_is_that_of_its_file(reader, laboratory, view):
    """Files have the bytes of the command line (above), so the page has its numbers."""
    from detente.app import read_state
    from detente.app.views import VIEWS

    page = Cells(reader.get(f"/busan-2025/{view}?{SET}").text)
    answer = laboratory.answers([read_state("busan-2025", SET)])[0]
    table = VIEWS[view].make(answer, laboratory)
    assert table.to_csv() == reader.get(f"/busan-2025/{view}.csv?{SET}").text
    workbook = reader.get(
        f"/busan-2025/{view}.xlsx?{SET}"
    )  # what the command line writes with `-o FILE.xlsx`
    assert workbook.body == as_workbook([table])
    assert f'filename="busan-2025-{view}.xlsx"' in workbook.headers["content-disposition"]
    shown = [
        [column.show(cell).replace("-", "−", 1) if column.kind == "number" else in_words(cell, column)
         for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]  # fmt: skip
    assert [row for row in page.rows if row] == shown
    for horizon, position in (("long", 0), ("short", 1)):
        own = reader.get(f"/busan-2025/countries.json?{SET}&horizon={horizon}").text
        records = {
            row["country"]: row["real_income_pct"]
            for row in laboratory_rows(own)
            if row.get("measure", "delta") == "delta"
        }
        for side, code in enumerate(answer.parties):
            large = page.large[2 * side + position].replace("−", "-").replace("+", "")
            assert float(large) == pytest.approx(records[code], abs=0.00501)


def in_words(cell, column):
    """A text of a table as the page has it: names without their codes, and words for codes."""
    shown = "difference" if cell == "delta" else column.show(cell)
    return column.names.get(cell, shown)


def laboratory_rows(text):
    """Rows of a table as JSON, by column."""
    import json

    body = json.loads(text)
    keys = [column["key"] for column in body["columns"]]
    return [dict(zip(keys, row, strict=True)) if isinstance(row, list) else row for row in body["rows"]]
