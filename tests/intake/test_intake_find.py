"""Finding dates, amounts, quotations, names and measures in sentences of our own."""

from __future__ import annotations

import datetime as dt

import pytest

from detente.dossier import load_dossier
from detente.intake.amounts import find_amounts
from detente.intake.dates import resolve_expression
from detente.intake.expressions import find_expressions
from detente.intake.extraction import extract
from detente.intake.read import read_article

LEDGER = load_dossier()
TUESDAY = dt.date(2025, 10, 14)


def found(text: str, kind: str, day: dt.date = TUESDAY) -> list[str]:
    extraction = extract(read_article("x.txt", content=text.encode()), LEDGER, day=day)
    return [item.value for item in extraction.of(kind)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("They met on Thursday.", "2025-10-09"),
        ("They will meet on Thursday.", "2025-10-16"),
        ("The ministry said Tuesday it agreed.", "2025-10-14"),
        ("Last Friday the fee rose.", "2025-10-10"),
        ("It was signed over the weekend.", "2025-10-11/2025-10-12"),
        ("They will sign it this weekend.", "2025-10-18/2025-10-19"),
        ("They meet next week.", "2025-10-20/2025-10-26"),
        ("It was announced earlier this month.", "2025-10-01/2025-10-31"),
        ("The rule was widened last month.", "2025-09-01/2025-09-30"),
        ("The tax was set in February.", "2025-02-01/2025-02-28"),
        ("A deal may come in February.", "2026-02-01/2026-02-28"),
        ("It expires on Nov. 10.", "2025-11-10"),
        ("It takes effect on Jan. 5.", "2026-01-05"),
        ("It was imposed on Dec. 20.", "2024-12-20"),
        ("It was done on 3 March 2024.", "2024-03-03"),
        ("They hope for early next year.", "2026-01-01/2026-04-30"),
        ("It was quiet in early October.", "2025-10-01/2025-10-10"),
        ("It ends by the end of the month.", "2025-10-31"),
        ("It was three weeks ago.", "2025-09-23"),
        ("It was agreed yesterday.", "2025-10-13"),
        ("Two days after the threat he softened.", "relative"),
    ],
)
def test_expressions_of_time(text, value):
    assert found(text, "date") == [value]


def test_every_resolution_says_its_rule_and_how_sure_it_is():
    for text in (
        "They met on Thursday.",
        "It ends on Sept. 31.",
        "It runs until May.",
        "Since 2018 it has grown.",
    ):
        for expression in find_expressions(text):
            made = resolve_expression(expression, TUESDAY)
            assert made.rule
            assert 0 < made.confidence < 1


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("It will run from Sept. 31.", "2025-10-31"),
        ("It was agreed on Sept. 31.", "2025-08-31"),
        ("The rule starts on February 30, 2026.", "2026-03-30"),
        ("It opens on Nov. 31.", "2025-12-31"),
    ],
)
def test_impossible_days_are_flagged_not_repaired(text, likely):
    [made] = [resolve_expression(e, TUESDAY) for e in find_expressions(text)]
    assert made.value == "impossible"
    assert f"probably {likely}" in made.note


@pytest.mark.parametrize(
    "text",
    ["The cut may help.", "Officials march on.", "He had 3 aides.", "We saw it.", "It is 25% of sales."],
)
def test_words_that_only_look_like_dates(text):
    assert found(text, "date") == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a 100-percent surcharge", ["1 fraction"]),
        ("cut by 24 percentage points", ["0.24 points"]),
        ("raised by 25 basis points", ["0.0025 points"]),
        ("from 10% to 15%", ["0.1 fraction", "0.15 fraction"]),
        ("10 to 15 percent", ["0.1 fraction", "0.15 fraction"]),
        ("$660 billion", ["660000000000 USD"]),
        ("C$30 bn", ["30000000000 CAD"]),
        ("€8bn a year", ["8000000000 EUR per year"]),
        ("640 yuan a net ton", ["640 CNY per net ton"]),
        ("400 yuan ($56) port fee per metric ton", ["400 CNY per metric ton", "56 USD per metric ton"]),
        ("12 million metric tons", ["12000000 metric ton"]),
        ("a six-year hiatus", ["6 year"]),
        ("for another 90 days", ["90 day"]),
        ("four fruitless rounds of talks", ["4 round"]),
        ("two countries and one idea", []),
        ("Phase One and the H-6K", []),
    ],
)
def test_amounts(text, values):
    assert [amount.value for amount in find_amounts(text)] == values


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("“We are done with this,” said Anna Berg, a lawyer at Holm LLP.", ["anna-berg"]),
        (
            "Anna Berg, a lawyer, said: “We are done with this.” “Quite done with it,” she added.",
            ["anna-berg"] * 2,
        ),
        ("According to Scott Bessent, it was “a very good meeting”.", ["bessent"]),
        ("“The truce will hold,” an official said.", ["anonymous"]),
        ("“We agreed on much,” Bessent said, “and we will agree on more.”", ["bessent", "bessent"]),
        ("China’s Ministry of Commerce called it “a grave mistake made in haste”.", ["mofcom"]),
        ("“He told me ‘never again’ and left,” said Anna Berg, an analyst.", ["anna-berg"]),
        ('"It is a bad idea for both," Rubio said.', ["rubio"]),
    ],
)
def test_quotations_have_speakers(text, speakers):
    assert found(text, "quotation") == speakers


def test_quoted_terms_are_no_statements():
    text = "The so-called “chip war” goes on. Trump hailed “progress” in the talks."
    assert found(text, "quotation") == []
    assert len(found(text, "term")) == 2


def test_a_capital_is_a_government_or_a_place():
    assert found("Beijing answered with duties.", "place") == []
    assert found("The ministers met in Beijing to talk.", "place") == ["beijing"]


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("Trump threatened a 100% tariff on Chinese goods from Nov. 1.", "usa-2025-threat-100"),
        ("The 20% fentanyl tariff on Chinese goods stays.", "usa-2025-fentanyl-china"),
        ("China charges 400 yuan per net ton in port fees on American ships.", "chn-2025-port-fee"),
        ("The U.S. port fees on Chinese vessels start at $50 per net ton.", "usa-2025-ship-fee"),
        ("China suspended imports of U.S. soybeans.", "chn-2025-soybean-halt"),
        ("Beijing opened an antitrust investigation of Qualcomm.", "chn-2025-qualcomm-probe"),
        ("The U.S. duties of 50% on steel and aluminium remain.", "usa-2025-232-steel-aluminium"),
        (
            "New U.S. restrictions on exports of critical software were announced.",
            "usa-2025-software-controls",
        ),
        ("Washington’s 25% duties on Canadian and Mexican goods stay.", "usa-2025-fentanyl-canada-mexico"),
    ],
)
def test_measures_are_matched_to_the_ledger_with_reasons(text, measure):
    extraction = extract(read_article("x.txt", content=text.encode()), LEDGER, day=TUESDAY)
    [item] = extraction.of("measure")
    assert item.value == measure
    assert len(item.detail["why"]) >= 2
    assert item.detail["matches"][0][0] == measure


def test_measures_not_in_the_ledger_are_candidates():
    text = "Canada imposed a 63% surcharge on Norwegian salmon."
    assert found(text, "measure") == []
    assert found(text, "candidate") == ["new"]


def test_a_measure_announced_later_is_not_matched():
    text = "The fees of 400 yuan per net ton that China levies on American ships."
    assert found(text, "measure", dt.date(2025, 6, 1)) == []


def test_day_of_a_report_is_worked_out_from_the_ledger():
    text = "Officials met last weekend in Kuala Lumpur. Trump and Xi are to meet Thursday in Busan."
    extraction = extract(read_article("x.txt", content=text.encode()), LEDGER)
    assert dt.date(2025, 10, 27) <= extraction.day.day <= dt.date(2025, 10, 29)
    assert "worked out" in extraction.day.rule
    assert [i.value for i in extraction.of("date")] == ["2025-10-25/2025-10-26", "2025-10-30"]


def test_a_report_without_any_day_says_so():
    extraction = extract(read_article("x.txt", content=b"They spoke on Thursday about tariffs."), LEDGER)
    assert extraction.day.confidence < 0.3
    assert "--date" in extraction.day.rule
