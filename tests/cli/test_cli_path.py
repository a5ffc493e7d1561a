"""`detente path`: a cut month by month, on the command line."""

from __future__ import annotations

import json
import math

import pytest
from printed import rows

CUT = ("path", "--cut", "CHN:rare-earths:0.5", "--months", "3")


def test_a_stock_delays_the_cut_and_then_it_binds(detente):
    code, out, err = detente(*CUT, "--stock", "1.2", "--countries", "USA", "-f", "csv")
    assert code == 0
    found = rows(out)
    assert [float(row["to_month"]) for row in found] == [1, 2, 3]
    left = [float(row["left_months"]) for row in found]
    assert 1.2 > left[0] > left[1] > left[2] > 0  # holders part with more as the price climbs, and keep some
    drawn = [float(row["drawn_months"]) for row in found]
    assert drawn == sorted(drawn, reverse=True)
    volumes = [0.5 + months for months in drawn]
    assert [float(row["volume_pct"]) / 100 for row in found] == pytest.approx(volumes, abs=1e-6)
    bare = rows(detente(*CUT, "--stock", "0", "--countries", "USA", "-f", "csv")[1])
    for row, without in zip(found, bare, strict=True):
        assert 0 < float(row["price_pct"]) < float(without["price_pct"])
    assert "Hardest hit" in err


def test_stocks_come_from_the_world_when_none_is_given_and_say_how_they_are_known(detente):
    code, out, _ = detente(*CUT, "--table", "stocks", "-f", "csv")
    assert code == 0
    whole, *parts = rows(out)
    assert float(whole["months"]) == pytest.approx(
        sum(float(part["months"]) * float(part["share_pct"]) / 100 for part in parts)
    )
    assert {part["grade"] for part in parts} == {whole["grade"]} == {"assumed"}
    assert {part["sector"] for part in parts} == {"MAG", "REE"}
    months = detente(*CUT, "--countries", "USA", "-f", "csv")[1]
    assert float(rows(months)[0]["drawn_months"]) + float(rows(months)[0]["left_months"]) == pytest.approx(
        float(whole["months"])
    )
    assert "assumed" in detente(*CUT)[1]


def test_losses_are_against_the_same_months_without_the_cut(detente):
    """A slack cut costs nothing on top of a scenario, whatever the scenario itself costs: India buys less under it than it did."""
    words = ("path", "january-2025", "--cut", "CHN:rare-earths:1:IND", "--stock", "1", "--months", "2")
    code, out, _ = detente(*words, "--table", "losses", "-f", "csv")
    assert code == 0
    found = rows(out)
    assert found[-1]["country"] == "WORLD"
    assert all(abs(float(row["worst_pp"])) < 1e-8 for row in found)
    months = rows(detente(*words, "--countries", "CHN", "-f", "csv")[1])
    assert abs(float(months[0]["real_income_pct"])) > 1e-3


def test_losses_add_up_to_the_world(detente):
    *countries, world = rows(detente(*CUT, "--stock", "0", "--table", "losses", "-f", "csv")[1])
    lost = [float(row["equivalent_variation_usd_bn"]) for row in countries]
    assert math.fsum(lost) == pytest.approx(
        float(world["equivalent_variation_usd_bn"]), abs=2e-5
    )  # seven digits are written of each
    worst = [float(row["worst_pp"]) for row in countries]
    assert worst == sorted(worst)
    assert worst[0] < -0.01


def test_a_scenario_without_cuts_is_told_along_time(detente):
    code, out, err = detente("path", "january-2025", "--countries", "USA,CHN", "-f", "csv")
    assert code == 0, err
    found = rows(out)
    assert [row["country"] for row in found] == ["USA", "CHN"]
    assert {"first_year_pct", "long_run_pct", "discounted_usd_bn"} <= set(found[0])
    dates = rows(detente("path", "january-2025", "--table", "dates", "--countries", "USA", "-f", "csv")[1])
    assert len(dates) == 29
    first = [float(row["real_income_pct"]) for row in dates[:12]]
    assert float(found[0]["first_year_pct"]) == pytest.approx(sum(first) / 12, abs=1e-6)
    assert float(found[0]["long_run_pct"]) == pytest.approx(float(dates[-1]["real_income_pct"]), abs=1e-9)


def test_two_cuts_and_a_stock_for_each(detente):
    words = ("path", "--cut", "CHN:MAG:0.6:USA", "--cut", "CHN:REE+BAT:0.6:USA", "--months", "2")
    stocks = ("--stock", "5", "--stock", "CHN:REE+BAT:USA=0")
    found = {
        row["control"]: row
        for row in rows(detente(*words, *stocks, "--countries", "USA", "-f", "csv")[1])
        if row["from_month"] == "0.0"
    }
    assert float(found["CHN:MAG:USA"]["drawn_months"]) > 0
    assert float(found["CHN:REE+BAT:USA"]["drawn_months"]) == 0


def test_caps_of_a_scenario_are_cuts(detente, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "id: own\ntitle: Own\ndossier: busan-2025\nrecord: false\nquantities:\n"
        "  - {name: magnets, importers: [USA], exporters: [CHN], sectors: [MAG], limit: 0.5}\n"
    )
    code, out, _ = detente(
        "path", str(own), "--stock", "magnets=0.5", "--months", "2", "--countries", "USA", "-f", "csv"
    )
    assert code == 0
    first, second = rows(out)
    for row in (first, second):  # delivered at the cap, and drawn from what is held
        assert float(row["volume_pct"]) == pytest.approx(50 + 100 * float(row["drawn_months"]), abs=1e-4)
    assert 0 < float(second["drawn_months"]) < float(first["drawn_months"]) < 0.5


def test_the_controls_of_the_record_are_cuts_of_its_scenarios(detente):
    code, out, err = detente(
        "path", "talks-fail", "--months", "4", "--step", "2", "--countries", "USA", "-f", "csv"
    )
    assert code == 0
    found = {(row["control"], row["from_month"]): row for row in rows(out)}
    first, last = (found["chn-2025-ann61-overseas.MAG", start] for start in ("0.0", "2.0"))
    assert float(first["volume_pct"]) > float(last["volume_pct"]) > 0
    assert 0 < float(last["left_months"]) < float(first["left_months"])
    assert "chn-2025-soybean-halt.SOY" in err


def test_every_format_and_a_picture(detente, tmp_path):
    picture = tmp_path / "cut.svg"
    code, out, err = detente(*CUT, "--table", "all", "-f", "json", "--picture", str(picture))
    assert code == 0
    assert [table["name"] for table in json.loads(out)] == [
        "stocks",
        "path-losses",
        "path-output",
        "path-stocks",
    ]
    assert picture.read_text().startswith("<svg")
    assert err.count("Hardest hit") == 1
    assert detente(*CUT, "-f", "md")[1].startswith("**")
    assert detente(*CUT, "-f", "table")[1].startswith("A cut")


@pytest.mark.parametrize(
    ("words", "says", "hint"),
    [
        (("path",), "nothing is cut", "--cut CHN:rare-earths:0.3"),
        (("path", "january-2025", "--table", "months"), "nothing is cut", "caps or bans"),
        (("path", "--cut", "CHN:REE"), "2 parts", "EXPORTERS:SECTORS:SHARE"),
        (("path", "--cut", "CHN:rare-earth:0.3"), "`rare-earth`", "did you mean `rare-earths`?"),
        (("path", "--cut", "CHM:REE:0.3"), "no country `CHM`", "`CHN`"),
        (("path", "--cut", "CHN:REE:0.3:USAA"), "no country `USAA`", "`USA`"),
        (("path", "--cut", "CHN:REE:30"), "share left is 30", "0.3 leaves 30 %"),
        (("path", "--cut", "CHN:REE:much"), "share left is `much`", "0.3 leaves 30 %"),
        (("path", "--cut", "CHN:REE:0.3:CHN"), "no such trade", "other sellers"),
        ((*CUT, "--stock", "CHN:rare-earth=2"), "no cut or control", "`CHN:rare-earths`"),
        ((*CUT, "--stock", "two"), "the stock is `two`", "--stock 2"),
        ((*CUT, "--stock", "-1"), "the stock is `-1`", "0 or more"),
        (("path", "--cut", "CHN:REE:0.3", "--months", "0"), "0 months", "more than 0"),
        ((*CUT, "--step", "4"), "a period has 4 months", "at most the whole path"),
        ((*CUT, "--table", "loss"), "no table `loss`", "`losses`"),
        ((*CUT, "--countries", "UAS"), "UAS", "`USA`"),
        ((*CUT, "--closure", "shar"), "unknown closure `shar`", "`share`"),
    ],
)
def test_mistakes_are_named_and_answered(detente, words, says, hint):
    code, out, err = detente(*words)
    assert code == 2
    assert out == ""
    assert says in err
    assert hint in err


def test_two_cuts_of_one_flow_are_refused(detente):
    code, _, err = detente("path", "--cut", "CHN:REE:0.3", "--cut", "CHN:rare-earths:0.5", "--months", "1")
    assert code == 1
    assert "two controls bind the flow" in err


def test_tables_of_a_cut_have_no_draws(detente):
    code, _, err = detente("path", "--cut", "CHN:REE:0.5", "--table", "months", "--draws", "4")
    assert code == 2
    assert "has no draws" in err
