"""Numbers about time: where they are used, that each is graded and has a what-if, and that stamps name what a user sets."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.cases import (
    BESIDE_A_HORIZON,
    Options,
    assumed_settings,
    labour_sentence,
    time_setting,
    time_table,
    unfold,
)
from detente.cases.stocks import by_horizon
from detente.core import LabelError, Stamp
from detente.equilibrium import Policy, Structure
from detente.equilibrium.quantities import KNOWN
from detente.world import toy


def test_every_number_has_a_grade_a_source_and_a_what_if():
    rows = list(time_table().records())
    assert {row["grade"] for row in rows} <= {"reported", "assumed"}
    assert all(row["source"] and row["what_if"] and row["unit"] for row in rows)
    said = assumed_settings()
    assert len(said) == sum(row["grade"] == "assumed" for row in rows)
    assert all("Otherwise: " in text for text in said)


def test_the_equilibrium_and_the_table_know_one_bound():
    assert time_setting("known_wedge") == KNOWN


def test_the_numbers_are_those_in_use():
    at = by_horizon(toy())
    first, second = time_setting("impact_until"), time_setting("short_until")
    assert [at(months)[1].horizon for months in (first - 0.1, first, second - 0.1, second)] == [
        "impact",
        "short run",
        "short run",
        "long run",
    ]
    war = Policy.unchanged(toy()).duty("USA", "CHN").add_points(0.25)
    path = unfold(toy(), war, dates=(6.0, 6.0))
    assert np.array_equal(path.discounted(), path.discounted(time_setting("discount")))
    assert abs(path.discounted(0.015)).sum() > 1.8 * abs(path.discounted()).sum()


def test_an_unknown_setting_is_refused_with_the_nearest():
    with pytest.raises(LabelError, match="discount"):
        time_setting("discont")


def test_a_stamp_names_what_duties_and_wages_do():
    stamp = Stamp(
        "a", "b", "c", "d", "e", "f", "g", "h", revenue="Duties are saved.", labour="No wage floor."
    )
    assert stamp.as_dict()["revenue"] == "Duties are saved."
    assert list(stamp.as_dict()).index("revenue") == list(stamp.as_dict()).index("closure") + 1
    assert {field.name for field in dataclasses.fields(Structure)} >= set(BESIDE_A_HORIZON)
    floor = Options(wage_floor={"USA": 0.98}, labour_supply=0.25).on(Structure(), toy())
    assert labour_sentence(floor) == (
        "Wages may fall to 0.98 of the base year where there is a floor; elasticity of labour supply 0.25."
    )
