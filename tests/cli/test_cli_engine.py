"""Horizons, tables, draws, explanations and quantity controls on the command line."""

from __future__ import annotations

import pytest
from printed import rows

pytestmark = pytest.mark.usefixtures("solved_once")

CONTROLS = """\
id: own
title: Magnets capped
dossier: busan-2025
quantities:
  - {name: magnets, importers: [USA], exporters: [CHN], sectors: [C27], limit: 0.3}
  - {name: soy, importers: [CHN], exporters: [USA], sectors: [A01_02], limit: 1.1, kind: floor}
"""


def test_horizons_differ_and_are_named(detente):
    found = {}
    for name in ("impact", "short", "long"):
        words = ("run", "talks-fail", "--against", "standing", "--countries", "USA", "--horizon", name)
        code, out, _ = detente(*words, "-f", "csv")
        assert code == 0
        found[name] = next(float(r["real_income_pct"]) for r in rows(out) if r["measure"] == "delta")
        assert f"Horizon: {name}" in detente(*words)[1]
    assert len(set(found.values())) == 3


def test_compare_at_a_horizon(detente):
    code, out, _ = detente("compare", "standing", "talks-fail", "--horizon", "short")
    assert code == 0
    assert "Horizon: short run" in out


@pytest.mark.parametrize("table", ["employment", "wages", "prices", "flows", "revenue", "duties", "welfare"])
def test_every_table_of_results(detente, table):
    code, out, _ = detente("run", "narrow-deal", "--against", "standing", "--table", table, "-f", "csv")
    assert code == 0
    assert len(rows(out)) > 1


def test_explain_adds_up(detente):
    code, out, err = detente("explain", "usa.real_income", "talks-fail", "--against", "standing", "-f", "csv")
    assert code == 0
    found = rows(out)
    assert found[-1]["part"] == "total"
    parts = sum(float(row["contribution"]) for row in found[:-1])
    assert parts == pytest.approx(float(found[-1]["contribution"]), abs=1e-6)
    assert "first is written" in err


def test_draws_are_reproducible(detente):
    words = ("run", "talks-fail", "--against", "standing", "--draws", "8", "--countries", "USA", "-f", "csv")
    first, again, other = detente(*words)[1], detente(*words)[1], detente(*words, "--seed", "2")[1]
    assert first == again != other
    assert {row["outcome"] for row in rows(first)} == {"talks-fail"}
    for row in rows(first):
        assert float(row["low"]) <= float(row["median"]) <= float(row["high"])


@pytest.mark.parametrize(
    "name", ["chn.wages", "usa.employment.C26", "usa.duty_post.CHN", "usa.terms_of_trade"]
)
def test_any_result_has_channels_and_an_interval(detente, tmp_path, name):
    out = tmp_path / "why.json"
    words = ("explain", name, "talks-fail", "--against", "standing", "--draws", "8", "-f", "json")
    code, _, _ = detente(*words, "-o", str(out))
    assert code == 0
    text = out.read_text(encoding="utf-8")
    for table in ("explain_measures", "explain_channels", "explain_interval"):
        assert table in text


def test_channels_as_a_file_of_their_own_add_up(detente):
    words = (
        "explain",
        "chn.output.C26",
        "talks-fail",
        "--against",
        "standing",
        "--table",
        "channels",
        "-f",
        "csv",
    )
    found = rows(detente(*words)[1])
    whole = [float(row["contribution"]) for row in found if not row["partner"]]
    assert sum(whole[:-1]) == pytest.approx(whole[-1], rel=1e-6)  # seven digits each


def test_compare_has_intervals(detente):
    code, out, _ = detente("compare", "standing", "talks-fail", "--draws", "8")
    assert code == 0
    assert "Viet Nam" not in out  # of the sides and the world, as the comparison itself
    assert "5 to 95 % of 8 draws" in out
    assert "Error of the ends" in out
    for metric in ("real_income_pct", "wage_pct", "exports_pct", "imports_pct"):
        assert metric in out


def test_drivers_and_what_is_uncertain(detente):
    words = ("run", "talks-fail", "--draws", "4", "-f", "csv", "--table")
    _, out, err = detente(*words, "drivers", "--countries", "USA")
    assert {"first_pct", "total_pct"} <= rows(out)[0].keys()
    assert "of 4 draws the shares of variance are mostly noise" in err
    assert {row["grade"] for row in rows(detente(*words, "uncertainty")[1])} == {"inferred", "assumed"}


def test_a_scenario_file_with_quantity_controls(detente, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(CONTROLS)
    code, out, _ = detente("run", str(own), "--table", "quantities", "-f", "csv")
    assert code == 0
    found = {row["control"]: row for row in rows(out)}
    assert float(found["magnets"]["volume_pct"]) == pytest.approx(30, abs=1e-5)
    assert float(found["soy"]["volume_pct"]) >= 110 - 1e-5
    assert found["magnets"]["binds"] == "yes"
    capped, free = (
        float(
            next(r for r in rows(detente("run", name, "-f", "csv")[1]) if r["country"] == "USA")[
                "real_income_pct"
            ]
        )
        for name in (str(own), "standing")
    )
    assert capped != free
    code, out, _ = detente("explain", "usa.real_income", str(own), "--against", "standing", "-f", "csv")
    assert {"magnets", "total"} <= {row["part"] for row in rows(out)}


def test_controls_of_compounds_join(tmp_path):
    from detente.policy import load_scenario

    own = tmp_path / "own.yaml"
    own.write_text(CONTROLS)
    both = load_scenario(f"talks-fail+{own}")
    assert [limit.name for limit in both.quantities] == ["magnets", "soy"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("limit: 0.3", "limit: -0.3", "limit"),
        ("exporters: [CHN]", "exporters: [CHNN]", "`CHN`"),
        ("sectors: [C27]", "sectors: [C77]", "unknown sector `C77`"),
        ("kind: floor", "kind: flor", "floor"),
        ("limit: 0.3", "limmit: 0.3", "`limit`"),
        ("importers: [USA], exporters: [CHN]", "importers: [CHN], exporters: [CHN]", "the same country"),
        ("limit: 1.1, kind: floor", "limit: 0, kind: floor", "asks for nothing"),
        ("name: soy", "name: magnets", "two controls have one name"),
    ],
)
def test_quantity_controls_that_are_wrong(detente, tmp_path, old, new, says):
    own = tmp_path / "own.yaml"
    assert old in CONTROLS
    own.write_text(CONTROLS.replace(old, new))
    code, _, err = detente("run", str(own))
    assert code == 1
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "says", "hint"),
    [
        (("run", "talks-fail", "--horizon", "shrt"), "unknown horizon `shrt`", "`short`"),
        (
            ("run", "january-2025", "--table", "quantities"),
            "no scenario has quantity controls",
            "quantities:",
        ),
        (("run", "talks-fail", "--table", "wage"), "no table `wage`", "`wages`"),
        (("run", "talks-fail", "--draws", "1"), "1 draw cannot", "64"),
        (("run", "talks-fail", "--draws", "8", "--workers", "0"), "0 workers", "1 or more"),
        (("run", "talks-fail", "--draws", "8", "--table", "driver"), "`driver` has no draws", "`drivers`"),
        (("explain", "usa.income"), "no result `income`", "real_income"),
        (("explain", "usa.rents"), "no quantity control leaves USA a rent", "--table quantities"),
        (("explain", "usa.wages", "talks-fail", "--table", "chanels"), "no table `chanels`", "`channels`"),
        (("explain", "usa.wages", "--draws", "1"), "1 draw cannot make an interval", "64"),
        (
            ("explain", "usa.terms_of_trade", "--method", "shapley"),
            "groups",
            "--method gradients",
        ),
        (("explain", "usa.prices", "standing", "--against", "standing"), "against itself", "another"),
        (("explain", "usa.prices", "--method", "shapley"), "measures make", "gradients"),
        (("explain", "usa.prices", "--method", "gradient"), "no method `gradient`", "`gradients`"),
    ],
)
def test_mistakes_are_named_and_answered(detente, words, says, hint):
    code, out, err = detente(*words)
    assert code == 2
    assert out == ""
    assert says in err
    assert hint in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "table", ["sectors", "employment", "wages", "prices", "pair", "revenue", "duties", "welfare"]
)
def test_tables_of_run_have_intervals(detente, table):
    """The central value is what the table without draws says."""
    words = (
        "run",
        "talks-fail",
        "--against",
        "standing",
        "--table",
        table,
        "-f",
        "csv",
        "--countries",
        "USA,CHN",
    )
    code, out, _ = detente(*words, "--draws", "8")
    assert code == 0
    found = {row["result"]: row for row in rows(out)}
    for row in found.values():
        assert float(row["low"]) <= float(row["median"]) <= float(row["high"])
    plain = rows(detente(*words)[1])
    if table == "wages":
        usa = next(row for row in plain if row["country"] == "USA")
        assert float(found["USA.wages"]["central"]) == pytest.approx(float(usa["wage_pct"]), abs=1e-6)
    if table == "sectors":
        assert float(found["USA.output.C26"]["central"]) == pytest.approx(
            next(
                float(r["output_volume_pct"]) for r in plain if (r["country"], r["sector"]) == ("USA", "C26")
            ),
            abs=1e-6,
        )
