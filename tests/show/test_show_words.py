"""Wording at its thresholds: what is said just below, on, and just above every limit."""

from __future__ import annotations

import datetime as dt

import pytest

from detente.core import InputError
from detente.show.words import sentences as s, words as w


def plain(text: str) -> str:
    return text.replace(w.NBSP, " ")


def test_numbers_have_one_decimal_and_no_plus_unless_asked() -> None:
    assert [w.number(1.25), w.number(3), w.number(3, 0), w.number(-3.14159, 3)] == [
        "1.2",
        "3.0",
        "3",
        "−3.142",
    ]
    assert [w.number(v, 1, signed=True) for v in (0.04, -0.04, 0, 2, -2)] == [
        "0.0",
        "0.0",
        "0.0",
        "+2.0",
        "−2.0",
    ]


@pytest.mark.parametrize(
    ("pct", "said"),
    [
        (0.0049, "less than 0.01 percent"),
        (0.005, "0.01 percent"),  # the tolerance itself is shown; 0.005 is a little above its half in binary
        (-0.005, "−0.01 percent"),
        (9.9949, "9.99 percent"),
        (9.995, "10.0 percent"),
        (-9.995, "−10.0 percent"),
    ],
)
def test_percent_on_its_limits(pct: float, said: str) -> None:
    assert plain(w.percent(pct)) == said


def test_digits_given_for_a_percentage_are_kept() -> None:
    assert plain(w.percent(12.345, 0)) == "12 percent"
    assert plain(w.percent(12.345, 2, signed=True)) == "+12.35 percent"


def test_one_point_is_singular_and_nothing_else_is() -> None:
    said = {value: plain(w.percentage_points(value, 0)) for value in (1, -1, 0, 2, 11)}
    assert said == {
        1: "1 percentage point",
        -1: "−1 percentage point",
        0: "0 percentage points",
        2: "2 percentage points",
        11: "11 percentage points",
    }
    assert plain(w.percentage_points(1)) == "1.0 percentage points"


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        (0.49, "less than $1 million"),
        (-0.49, "less than $1 million"),
        (0.5, "less than $1 million"),  # would be written $0 million: halves round to even
        (0.51, "$1 million"),
        (999.49, "$999 million"),
        (999.5, "$1.0 billion"),
        (99_949, "$99.9 billion"),
        (99_950, "$100 billion"),
        (999_949, "$1,000 billion"),
        (999_950, "$1.00 trillion"),
        (999_950.5, "$1.00 trillion"),
    ],
)
def test_money_on_its_limits(usd: float, said: str) -> None:
    assert plain(w.money(usd)) == said


def test_money_carries_a_sign_only_when_asked_or_negative() -> None:
    assert [plain(w.money(v, signed=True)) for v in (2_500, -2_500, 0)] == [
        "+$2.5 billion",
        "−$2.5 billion",
        "$0",
    ]
    assert plain(w.money(2_500)) == "$2.5 billion"


def test_days_in_the_first_and_last_month_with_and_without_the_year() -> None:
    assert plain(w.date_words(dt.date(2025, 1, 31))) == "31 January 2025"
    assert plain(w.date_words("2025-12-01")) == "1 December 2025"
    assert plain(w.date_words("2025-10-28", year=False)) == "28 October"


def test_counts_are_words_from_none_to_twelve() -> None:
    assert [w.cardinal(n) for n in (0, 1, 12, 13, -1)] == ["no", "one", "twelve", "13", "-1"]
    assert [w.count_words(n, "clock") for n in (0, 1, 2, 13)] == [
        "no clocks",
        "one clock",
        "two clocks",
        "13 clocks",
    ]
    assert [w.count_words(n, "country", "countries") for n in (1, 2)] == ["one country", "two countries"]


def test_joining_none_one_two_and_four() -> None:
    assert [w.joined(p) for p in ([], ["a"], ["a", "b"], ["a", "b", "c", "d"])] == [
        "",
        "a",
        "a and b",
        "a, b, c and d",
    ]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        # within three percent of a round ratio, on both sides of each limit
        (2.05, 1, "twice as large as"),
        (2.07, 1, "2.1 times as large as"),
        (1.95, 1, "twice as large as"),
        (1.93, 1, "1.9 times as large as"),
        (0.5, 1, "half as large as"),
        (0.514, 1, "half as large as"),
        (0.516, 1, "52 percent as large as"),
        (0.484, 1, "48 percent as large as"),
        (0.342, 1, "a third as large as"),
        (0.345, 1, "34 percent as large as"),
        (0.63, 1, "63 percent as large as"),
        (1.029, 1, "about as large as"),
        (1.035, 1, "about as large as"),
        (1.049, 1, "about as large as"),
        (1.05, 1, "1.1 times as large as"),
        (0.97, 1, "about as large as"),
        (0.9699, 1, "97 percent as large as"),
        (0.971, 1, "about as large as"),
        (0.965, 1, "96 percent as large as"),
        (0.1, 1, "10 percent as large as"),
        (0.099, 1, "less than a tenth of"),
        (0.12, 1, "12 percent as large as"),
        (10, 1, "10 times as large as"),
        (10.5, 1, "more than ten times as large as"),
        (4, 1, "4 times as large as"),
        (-6, -1.5, "4 times as large as"),
        (0, 1, "less than a tenth of"),
        (0.5, 0.2, "2.5 times as large as"),
    ],
)
def test_ratios_on_their_limits(first: float, second: float, said: str) -> None:
    assert plain(w.times_as(first, second)) == said


def test_ratios_need_one_sign() -> None:
    for first, second in ((1.0, 0.0), (-1.0, 2.0), (1.0, -2.0)):
        with pytest.raises(InputError, match="one sign"):
            w.times_as(first, second)


def test_names_start_small_in_a_sentence_unless_they_are_capitals() -> None:
    said = {
        name: w.lower_first(name)
        for name in ("Basic metals", "A truce", "ICT services", "R&D", "US duties", "T-shirts", "X", "")
    }
    assert said == {
        "Basic metals": "basic metals",
        "A truce": "a truce",
        "ICT services": "ICT services",
        "R&D": "R&D",
        "US duties": "US duties",
        "T-shirts": "T-shirts",
        "X": "X",
        "": "",
    }


# Sentences on their limits


def test_a_change_on_the_tolerance_has_a_direction_and_the_world_is_spoken_of() -> None:
    assert plain(s.change_sentence("USA", 0.005, 100).text) == (
        "Real income in the United States rises by 0.01 percent ($100 million a year)."
    )
    assert plain(s.change_sentence("USA", -0.005, -100).text).startswith(
        "Real income in the United States falls by 0.01 percent"
    )
    assert plain(s.change_sentence("REST", 1, 100).text).startswith("Real income of everyone else")
    assert plain(s.change_sentence("WORLD", 1, 100).text).startswith("Real income of ")


def test_half_an_interval_is_not_shown() -> None:
    for ends in ({"low": -0.3}, {"high": -0.1}, {}):
        sentence = s.change_sentence("USA", -0.2, -5e4, "X", **ends)
        assert "from" not in sentence.text
        assert sentence.values == (-0.2, -5e4)
    unnamed = s.change_sentence("USA", -0.2, -5e4, "X", low=-0.3, high=-0.1)
    assert plain(unnamed.text).endswith("; from −0.30 to −0.10 percent).")


@pytest.mark.parametrize(
    ("usa", "chn", "said"),
    [
        (-0.004, 0.3, "Under “X”, China gains 0.30 percent of real income, while the United States hardly notices."),
        (-0.3, 0.004, "Under “X”, the United States loses 0.30 percent of real income, while China hardly notices."),
        (0.3, -0.004, "Under “X”, the United States gains 0.30 percent of real income, while China hardly notices."),
        (0.005, -0.005, "“X” adds 0.01 percent to real income in the United States and costs China 0.01 percent."),
        # as much on both sides: 1.09 is about the same, 1.1 and 1.11 are not
        (-0.109, -0.1, "“X” costs the United States 0.11 percent and China 0.10 percent of real income: both shares are about the same."),
        (-0.11 - 1e-9, -0.1, "“X” costs the United States 0.11 percent and China 0.10 percent of real income: the United States loses more, 1.1 times as large a share."),
        (-0.1, -0.12, "“X” costs the United States 0.10 percent and China 0.12 percent of real income: China loses more, 1.2 times as large a share."),
        (0.4, 0.1, "“X” gives the United States 0.40 percent and China 0.10 percent of real income: the United States gains more, 4 times as large a share."),
        (-1.0, -0.1, "“X” costs the United States 1.00 percent and China 0.10 percent of real income: the United States loses more, 10 times as large a share."),
        (-1.06, -0.1, "“X” costs the United States 1.06 percent and China 0.10 percent of real income: the United States loses more, more than ten times as large a share."),
        (-0.205, -0.1, "“X” costs the United States 0.20 percent and China 0.10 percent of real income: the United States loses more, twice as large a share."),
        (-0.207, -0.1, "“X” costs the United States 0.21 percent and China 0.10 percent of real income: the United States loses more, 2.1 times as large a share."),
    ],
)  # fmt: skip
def test_both_sides_word_by_word(usa: float, chn: float, said: str) -> None:
    sentence = s.both_sides_sentence("X", {"USA": usa, "CHN": chn})
    assert plain(sentence.text) == said
    assert sentence.values == (usa, chn)


def test_equal_shares_are_about_the_same() -> None:
    assert "both shares are about the same" in s.both_sides_sentence("X", {"USA": -0.2, "CHN": -0.2}).text


def test_a_tenth_more_is_more() -> None:
    assert (
        "the United States loses more, 1.1 times as large a share"
        in s.both_sides_sentence("X", {"USA": -1.1, "CHN": -1.0}).text
    )


def test_sides_may_be_others() -> None:
    assert "and costs the United States 0.10" in plain(
        s.both_sides_sentence("X", {"CHN": 0.2, "USA": -0.1}).text
    )
    said = plain(s.both_sides_sentence("X", {"MEX": 0.2, "JPN": -0.1}, against="today").text)
    assert (
        said
        == "“X” adds 0.20 percent to real income in Mexico and costs Japan 0.10 percent, compared with today."
    )


def test_a_ranking_counts_from_half_a_million() -> None:
    ranked = {"MEX": 0.5, "VNM": 0.49, "JPN": -0.49, "IND": -0.5}
    said = s.ranking_sentence(ranked, "X")
    assert (
        plain(said.text)
        == "Under “X”, Mexico gains most (less than $1 million a year); one of the four third economies loses."
    )
    assert said.values == (0.5,)


def test_a_ranking_names_three_breaks_ties_by_code_and_carries_percent() -> None:
    said = s.ranking_sentence(
        {"VNM": 900.0, "MEX": 900.0, "JPN": 40.0, "IND": 2.0}, "X", pct={"MEX": 0.2, "JPN": 0.05}, table="t"
    )
    assert plain(said.text) == (
        "Under “X”, Mexico gains most ($900 million a year, 0.20 percent), followed by Viet Nam ($900 million)"
        " and Japan ($40 million, 0.05 percent); none loses."
    )
    assert (said.values, said.table) == ((900.0, 900.0, 40.0, 0.2, 0.05), "t")


def test_a_ranking_of_winners_alone_says_nothing_of_losers() -> None:
    assert plain(s.ranking_sentence({"MEX": 900.0, "VNM": 40.0}, "X").text) == (
        "Under “X”, Mexico gains most ($900 million a year), followed by Viet Nam ($40 million)."
    )
    assert (
        plain(s.ranking_sentence({"MEX": 900.0}, "X", count=1).text)
        == "Under “X”, Mexico gains most ($900 million a year)."
    )


def test_a_group_among_the_winners_has_its_name_in_a_sentence() -> None:
    said = plain(s.ranking_sentence({"MEX": 900.0, "ASEAN": 40.0}, "X").text)
    assert said.endswith("followed by the other ASEAN members ($40 million).")


def test_the_worst_loser_is_the_last_and_a_group_is_plural() -> None:
    said = s.ranking_sentence({"MEX": -10.0, "ASEAN": -30.0, "VNM": -20.0}, "X")
    assert (
        plain(said.text)
        == "Under “X”, no third country gains; the other ASEAN members lose most ($30 million a year)."
    )
    assert said.values == (-30.0,)


def test_sectors_on_the_tolerance_and_ties_by_name() -> None:
    both = s.sector_sentence("USA", {"Textiles": 0.005, "Mining": -0.005}, "X")
    assert plain(both.text) == (
        "In the United States, “X” hits mining hardest (output down 0.01 percent) and helps textiles most (up 0.01 percent)."
    )
    assert both.values == (-0.005, 0.005)
    tied = s.sector_sentence(
        "USA", {"Mining": -1.0, "Basic metals": -1.0, "Paper": 2.0, "Textiles": 2.0}, "X"
    )
    assert "hits basic metals hardest" in tied.text
    assert "helps textiles most" in tied.text
    down = s.sector_sentence(
        "CHN", {"Mining": -2.0, "Paper": -0.1}, "X", values_usd={"Mining": -700.0, "Paper": -1.0}
    )
    assert plain(down.text) == "In China, “X” hits mining hardest (output down 2.00 percent, $700 million)."
    assert down.values == (-2.0, -700.0)
    with pytest.raises(InputError, match="no sector"):
        s.sector_sentence("CHN", {}, "X")


def test_a_duty_alone_carries_one_number() -> None:
    said = s.duty_sentence("CHN", "USA", 0.05, "simple", "2025-10-28")
    assert (
        plain(said.text)
        == "On 28 October 2025 China’s average duty on goods from the United States is 5.0 percent (simple)."
    )
    assert said.values == (5.0,)


def test_names_that_end_in_s_take_the_apostrophe_alone() -> None:
    assert s.duty_sentence("USA", "CHN", 0.1, "c", "2025-10-28").text.count("United States’ average") == 1


@pytest.mark.parametrize(
    ("left", "when"), [(0, "today"), (1, "tomorrow"), (2, "in 2 days"), (1000, "in 1,000 days")]
)
def test_days_left_of_a_clock(left: int, when: str) -> None:
    asof = dt.date(2025, 10, 28)
    said = plain(s.clock_sentence("The truce", asof + dt.timedelta(left), asof).text)
    assert said.startswith("The next clock: the truce on ")
    assert said.endswith(f", {when}.")
