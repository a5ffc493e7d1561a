"""Sentences: sign, zero, rounding, and the numbers they carry."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, strategies as st

from detente.core import InputError
from detente.show.words import sentences as s, words as w

finite = st.floats(-1e6, 1e6, allow_nan=False)


def plain(sentence: s.Sentence) -> str:
    return sentence.text.replace(w.NBSP, " ")


@given(finite, st.integers(0, 3))
def test_a_number_has_a_true_minus_and_no_sign_on_zero(value: float, digits: int) -> None:
    text = w.number(value, digits, signed=True)
    assert "-" not in text
    rounded = float(text.replace(",", "").replace(w.MINUS, "-"))
    assert rounded == pytest.approx(value, abs=0.5000001 * 10**-digits)
    if rounded == 0:
        assert text[0] not in "+-" + w.MINUS
    else:
        assert text[0] == (w.MINUS if value < 0 else "+")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(InputError):
        w.number(value)


@pytest.mark.parametrize(
    ("pct", "said"),
    [
        (0.0, "0.00 percent"),
        (0.004, "less than 0.01 percent"),
        (-0.004, "less than 0.01 percent"),
        (0.0051, "0.01 percent"),
        (-0.456, "−0.46 percent"),
        (9.994, "9.99 percent"),
        (9.996, "10.0 percent"),
        (123.44, "123.4 percent"),
    ],
)
def test_percent(pct: float, said: str) -> None:
    assert w.percent(pct).replace(w.NBSP, " ") == said


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        (0, "$0"),
        (0.4, "less than $1 million"),
        (0.6, "$1 million"),
        (999.4, "$999 million"),
        (999.6, "$1.0 billion"),
        (-12_345, "−$12.3 billion"),
        (123_456, "$123 billion"),
        (999_949, "$1,000 billion"),
        (999_951, "$1.00 trillion"),
        (29_167_000, "$29.17 trillion"),
    ],
)
def test_money(usd: float, said: str) -> None:
    assert w.money(usd).replace(w.NBSP, " ") == said


def test_a_change_names_its_direction_once_and_carries_its_numbers() -> None:
    down = s.change_sentence("CHN", -0.452, -81_300, "No deal", against="today", table="outcomes")
    assert plain(down) == (
        "Under “No deal”, real income in China falls by 0.45 percent compared with today ($81.3 billion a year)."
    )
    assert down.values == (-0.452, -81_300)
    assert down.table == "outcomes"
    assert "rises by 0.45" in plain(s.change_sentence("CHN", 0.452, 81_300, "No deal"))
    assert plain(s.change_sentence("REST", 0.1, 10_000)).startswith("Real income of everyone else rises")


def test_an_interval_is_shown_with_its_name_and_carried() -> None:
    banded = s.change_sentence(
        "USA", -0.2, -5e4, "Lapse", low=-0.3, high=-0.1, interval="90 percent of 400 draws"
    )
    assert "from −0.30 to −0.10 percent, 90 percent of 400 draws" in plain(banded)
    assert banded.values[2:] == (-0.3, -0.1)


@pytest.mark.parametrize("pct", [0.0, 0.0049, -0.0049])
def test_a_tiny_change_has_no_direction(pct: float) -> None:
    said = plain(s.change_sentence("USA", pct, 100, "Pause"))
    assert "hardly changes" in said
    assert "less than 0.01 percent" in said
    assert not re.search(r"rises|falls|−|\+", said)


@pytest.mark.parametrize(
    ("usa", "chn", "part"),
    [
        (-0.2, -0.4, "China loses more, twice as large a share"),
        (-0.4, -0.2, "the United States loses more, twice as large a share"),
        (-0.3, -0.301, "both shares are about the same"),
        (-1.09, -1.0, "both shares are about the same"),
        (-1.1, -1.0, "the United States loses more, 1.1 times as large a share"),
        (-1.0, -1.1, "China loses more, 1.1 times as large a share"),
        (0.2, 0.7, "China gains more, 3.5 times as large a share"),
        (0.1, -0.05, "adds 0.10 percent to real income in the United States and costs China 0.05 percent"),
        (-0.1, 0.05, "adds 0.05 percent to real income in China and costs the United States 0.10 percent"),
        (0.0, -0.05, "China loses 0.05 percent of real income, while the United States hardly notices"),
        (0.0, 0.0, "hardly changes real income in the United States or China"),
        (-0.01, -0.5, "more than ten times as large a share"),
        (-1.0, -10.0, "China loses more, 10 times as large a share"),
        (-1.0, -10.1, "China loses more, more than ten times as large a share"),
    ],
)
def test_both_sides(usa: float, chn: float, part: str) -> None:
    sentence = s.both_sides_sentence("X", {"USA": usa, "CHN": chn})
    assert part in plain(sentence)
    assert sentence.values == (usa, chn)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [(2.0, 1.0, "twice as large as"), (1.0, 3.0, "a third as large as"), (3.44, 1, "3.4 times as large as"), (-4, -2, "twice as large as"), (1, 50, "less than a tenth of"), (60, 1, "more than ten times as large as"), (0.7, 1, "70 percent as large as")],
)  # fmt: skip
def test_comparisons(first: float, second: float, said: str) -> None:
    assert w.times_as(first, second).replace(w.NBSP, " ") == said


@pytest.mark.parametrize(("first", "second"), [(1.0, -1.0), (1.0, 0.0)])
def test_sizes_of_two_signs_are_not_compared(first: float, second: float) -> None:
    with pytest.raises(InputError):
        w.times_as(first, second)


def test_a_ranking_is_in_order_whatever_the_order_given() -> None:
    said = plain(
        s.ranking_sentence(
            {"RUS": -900.0, "MEX": 9000.0, "VNM": 12_100.0, "JPN": 10.0, "IND": -1.0}, "X", count=2
        )
    )
    assert said == (
        "Under “X”, Viet Nam gains most ($12.1 billion a year), followed by Mexico ($9.0 billion); two of the five third economies lose."
    )
    assert plain(s.ranking_sentence({"ASEAN": 5000.0}, "X")) == (
        "Under “X”, the other ASEAN members gain most ($5.0 billion a year)."
    )


def test_a_ranking_without_winners_says_so() -> None:
    assert "no third country gains; Mexico loses most ($9.0 billion a year)" in plain(
        s.ranking_sentence({"MEX": -9000.0, "VNM": -1.0}, "X")
    )
    nothing = s.ranking_sentence({"MEX": 0.1, "VNM": -0.1}, "X")
    assert "no third country gains or loses" in plain(nothing)
    assert nothing.values == ()
    with pytest.raises(InputError):
        s.ranking_sentence({}, "X")


def test_sectors() -> None:
    up_only = s.sector_sentence(
        "CHN", {"Basic metals": 0.4, "Mining": 0.1}, "X", values_usd={"Basic metals": 4000.0, "Mining": 1.0}
    )
    assert plain(up_only) == "In China, “X” helps basic metals most (output up 0.40 percent, $4.0 billion)."
    assert up_only.values == (0.4, 4000.0)
    assert "moves no sector’s output" in plain(s.sector_sentence("CHN", {"Mining": 0.001}, "X"))


def test_duties_carry_their_concept_and_are_in_percent() -> None:
    sentence = s.duty_sentence("USA", "CHN", 0.4123, "import-weighted", "2025-10-28", other_rate=0.32)
    assert plain(sentence).endswith(
        "41.2 percent, and China’s on goods from the United States 32.0 percent (import-weighted)."
    )
    assert sentence.values == pytest.approx((41.23, 32.0))


@pytest.mark.parametrize(
    ("day", "said"), [("2025-10-28", "today"), ("2025-10-29", "tomorrow"), ("2025-11-10", "in 13 days")]
)
def test_clocks(day: str, said: str) -> None:
    assert plain(s.clock_sentence("The truce lapses", day, "2025-10-28")).endswith(f"{said}.")


def test_a_clock_that_has_fired_is_refused() -> None:
    with pytest.raises(InputError, match="fired"):
        s.clock_sentence("The truce lapses", "2025-10-27", "2025-10-28")


def test_reading_from_a_table_and_citing_leave_the_text() -> None:
    before = s.Sentence("A.", (1.0,))
    after = before.read_from("t").citing("x").citing("y", "z")
    assert (after.text, after.values, after.table, after.sources) == ("A.", (1.0,), "t", ("x", "y", "z"))
