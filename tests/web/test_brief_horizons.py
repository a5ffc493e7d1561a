"""Short and long run side by side in the briefing, with the draws beside the range over sets."""

from __future__ import annotations

import json

import pytest

from detente.brief import compose
from detente.brief.numbering import command_of
from detente.brief.tables import sentences_of, tables_of
from detente.cli.main import main
from detente.dossier import load_dossier
from detente.world import load_world


@pytest.fixture(scope="module")
def content():
    return compose(load_dossier(), load_world(), sets=("fgo", "u4"), draws=24, strategy=False, paths=0)


def test_both_horizons_are_named_for_every_outcome_and_side(content):
    rows = list(tables_of(content)["horizons"].records())
    assert {row["horizon"] for row in rows} == {"short run", "long run"}
    outcomes, sides = ({row[key] for row in rows} for key in ("outcome", "side"))
    assert len(rows) == 2 * len(outcomes) * len(sides)
    assert sides == {"United States", "China", "Everyone else"}


def test_both_horizons_have_draws_and_the_headline_the_range_over_sets(content):
    table = tables_of(content)["horizons"]
    for row in table.records():
        assert row["low_draws_pct"] < row["high_draws_pct"]
        assert row["end_error_pct"] > 0
        if row["horizon"] == "long run":
            assert row["low_sets_pct"] <= row["high_sets_pct"]
        else:
            assert row["low_sets_pct"] is None
    assert "long run: 24 draws (seed 1) of elasticities, nests (σ_V, σ_M, σ_F)" in table.note
    assert "short run: 8 draws (seed 1) of elasticities, nests (σ_V, σ_M, σ_K, σ_F, κ)" in table.note
    assert "2 published sets" in table.note


def test_the_first_screen_says_where_output_ranks_the_sides_the_other_way_round(content):
    row = {
        (row["side"], row["horizon"]): row
        for row in tables_of(content)["horizons"].records()
        if row["outcome"] == "Talks fail"
    }
    usa, china = row["United States", "short run"], row["China", "short run"]
    assert usa["real_income_pct"] > china["real_income_pct"]
    assert usa["output_pct"] < china["output_pct"]
    in_all, order, uses = content.beside
    likeliest = content.summary_sentences[1]
    assert likeliest.table == "branches"
    assert likeliest in content.terms
    assert uses.text == content.summary_sentences[3].text
    assert "saved by the treasury in the first year and given to households in the long run" in uses.text
    assert in_all.values == tuple(
        row[side, "long run"]["discounted_usd_bn"] for side in ("United States", "China")
    )
    assert order.values == (usa["output_pct"], china["output_pct"])
    assert f"−{abs(usa['output_pct']):.2f}" in order.text
    assert "the order of output is the reverse" in content.summary_sentences[2].text
    assert set(order.values) <= set(content.summary_sentences[2].values)


def test_what_the_text_says_of_gains_and_sectors_has_an_interval(content):
    tables = tables_of(content)
    for row in tables["third_trade"].records():
        assert row["low_draws_usd_bn"] < row["high_draws_usd_bn"]
    for row in tables["sector_intervals"].records():
        assert row["low_draws_pct"] < row["high_draws_pct"], row
    said = " ".join(sentence.text for sentence in sentences_of(content))
    assert "In nine of ten of 24 draws of what the model cannot know" in said
    assert "Over 24 draws of elasticities, nests" in said  # in the annex, with what was drawn
    assert "5 to 95 % of 24 draws: Mexico" in said
    assert (
        "5 to 95 % of the draws, United States:" in said
        or "5 to 95 % of the draws, the United States:" in said
    )


def test_what_drives_the_headline_includes_the_nests(content):
    rows = list(tables_of(content)["drivers"].records())
    assert {row["result"] for row in rows} == {"United States", "China"}
    assert {"sigma_value_added", "sigma_materials", "sigma_final"} <= {row["parameter"] for row in rows}
    for side in ("United States", "China"):
        assert 50 < sum(row["first_pct"] for row in rows if row["result"] == side) <= 100


def test_the_stamp_and_the_key_numbers_name_them(content):
    assert content.stamp.horizon == "long run"
    assert content.stamp.seed == 1
    income = [number for number in content.key_numbers if "Real income" in number.label]
    assert len(income) == 2
    for number in income:
        assert number.note == "long run"
        assert number.share is not None
    lead = tables_of(content)["headline"]
    assert all(row["low_pct"] < row["high_pct"] for row in lead.records())
    assert "24 draws for the long run" in lead.note
    assert "8 draws for the first year" in lead.note


def test_another_headline_horizon_without_draws():
    content = compose(
        load_dossier(),
        load_world(),
        scenarios=("standing", "talks-fail"),
        sets=("fgo",),
        horizon="short",
        draws=0,
        strategy=False,
        paths=0,
    )
    assert content.stamp.horizon == "short run"
    assert content.stamp.seed is None
    rows = list(tables_of(content)["horizons"].records())
    assert {row["low_draws_pct"] for row in rows} == {None}
    text = " ".join(sentence.text for paragraph in content.method for sentence in paragraph.sentences)
    assert "Horizon: short run" in text


def test_the_command_beside_the_lead_picture_prints_both_horizons(content, capsys):
    command = command_of("headline", content)
    assert command.startswith("detente run talks-fail ")
    assert "--against standing --table horizons" in command
    with pytest.raises(SystemExit) as ended:
        main(["run", "talks-fail", "--against", "standing", "--table", "horizons", "--format", "json"])
    assert ended.value.code == 0
    printed = json.loads(capsys.readouterr().out)[0]["rows"]  # known digits alone
    table = tables_of(content)["horizons"]
    shown = [row for row in table.records() if row["outcome"] == "Talks fail"]
    for mine, theirs in zip(printed, shown, strict=True):
        assert mine["side"] == theirs["side"]
        for key in ("real_income_pct", "output_pct", "discounted_usd_bn"):
            assert mine[key] == (theirs[key] and pytest.approx(theirs[key], rel=1e-5, abs=1e-6)), key
    assert {row["horizon"] for row in printed} == {"short run", "long run"}
    with pytest.raises(SystemExit) as ended:
        main(["run", "standing", "--table", "horizons"])
    assert ended.value.code == 2
    assert "name another scenario" in capsys.readouterr().err
