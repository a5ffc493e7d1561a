"""Short and long run side by side in the briefing, with the draws beside the range over sets."""

from __future__ import annotations

import pytest

from detente.brief import compose
from detente.brief.tables import tables_of
from detente.dossier import load_dossier
from detente.world import load_world


@pytest.fixture(scope="module")
def content():
    return compose(load_dossier(), load_world(), sets=("fgo", "u4"), draws=8)


def test_both_horizons_are_named_for_every_outcome_and_side(content):
    rows = list(tables_of(content)["horizons"].records())
    assert {row["horizon"] for row in rows} == {"short run", "long run"}
    outcomes, sides = ({row[key] for row in rows} for key in ("outcome", "side"))
    assert len(rows) == 2 * len(outcomes) * len(sides)
    assert sides == {"United States", "China", "Everyone else"}


def test_the_headline_horizon_has_both_kinds_of_range(content):
    table = tables_of(content)["horizons"]
    for row in table.records():
        if row["horizon"] == "long run":
            assert row["low_draws_pct"] < row["high_draws_pct"]
            assert row["low_sets_pct"] <= row["high_sets_pct"]
        else:
            assert row["low_draws_pct"] is None
    assert "8 draws (seed 1)" in table.note
    assert "2 published sets" in table.note


def test_the_stamp_and_the_key_numbers_name_them(content):
    assert content.stamp.horizon == "long run"
    assert content.stamp.seed == 1
    income = [number for number in content.key_numbers if "Real income" in number.label]
    assert income
    for number in income:
        assert "long run; 5 to 95 % of 8 draws" in number.note


def test_another_headline_horizon_without_draws():
    content = compose(load_dossier(), load_world(), sets=("fgo",), horizon="short", draws=0)
    assert content.stamp.horizon == "short run"
    assert content.stamp.seed is None
    rows = list(tables_of(content)["horizons"].records())
    assert {row["low_draws_pct"] for row in rows} == {None}
    text = " ".join(sentence.text for paragraph in content.method for sentence in paragraph.sentences)
    assert "Horizon: short run" in text
