"""What may be set beside a horizon on the command line: uses of duties, wage floors, labour supply."""

from __future__ import annotations

import json

import pytest

from detente.cases import Options
from detente.cli.main import main
from detente.cli.options import beside
from detente.core import InputError, LabelError, UnitError


def test_what_is_typed_is_what_is_set():
    assert beside(None, None, None) is None
    assert beside("saved", ["0.98"], None) == Options("saved", 0.98)
    assert beside(None, ["USA=0.98", "CHN=0"], ["0.25"]) == Options(None, {"USA": 0.98, "CHN": 0.0}, 0.25)
    for floors in (["high"], ["1.2"], ["USA=-1"], ["0.98", "USA=1"]):
        with pytest.raises(UnitError):
            beside(None, floors, None)
    assert beside(None, ["US=0.98", "China=0"], None, ["soybeans=0.2"]) == Options(
        wage_floor={"USA": 0.98, "CHN": 0.0}, minimum_consumption={"SOY": 0.2}
    )
    with pytest.raises(InputError, match=r"`USA` has 0\.98 and 0\.97"):
        beside(None, ["US=0.98", "United States=0.97"], None)
    with pytest.raises(LabelError, match="tax-cut"):
        beside("tax-cuts", None, None)


def run(capsys, *words):
    with pytest.raises(SystemExit) as stopped:
        main(["run", "standing", "--countries", "USA", "--format", "json", *words])
    return stopped.value.code, capsys.readouterr()


def test_a_use_of_duties_is_in_the_result_and_in_its_note(capsys):
    code, said = run(capsys, "--table", "jobs", "--revenue", "saved")
    assert code == 0
    table = json.loads(said.out)[0]
    (row,) = table["rows"]
    assert row["saved_usd_bn"] > 100
    assert row["household_spending_pct"] < row["real_income_pct"] - 0.5
    assert row["unemployment_pp"] == 0
    assert row["median_household_usd"] == pytest.approx(row["household_spending_pct"] / 100 * 83730)
    assert row["household_usd"] < row["median_household_usd"] < 0
    assert "129,871 thousand households" in table["note"]
    assert "saved by the treasury" in table["note"]


def test_a_surplus_that_grows_is_a_closure_and_stands_in_the_note(capsys):
    code, said = run(capsys, "--closure", "CHN=198")
    assert code == 0
    assert "surplus of China (with Hong Kong) USD 198.0 billion larger" in json.loads(said.out)[0]["note"]


def test_an_unknown_use_or_country_is_a_slip_of_the_command_line(capsys):
    for words in (
        ("--revenue", "burn"),
        ("--wage-floor", "USB=0.98"),
        ("--labour-supply", "much"),
        ("--closure", "CHX=1"),
    ):
        code, said = run(capsys, *words)
        assert code == 2
        assert "hint" in said.err


def test_a_file_of_settings_gives_way_to_what_is_typed(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("wage_floor: 0.9\nsharing: [USA, MEX]\nminimum_consumption: 0.2\n")
    assert beside(None, None, None, None, path) == Options(
        wage_floor=0.9, sharing=("USA", "MEX"), minimum_consumption=0.2
    )
    typed = beside(None, ["0.95"], None, ["FARM=0.6"], path)
    assert typed == Options(wage_floor=0.95, sharing=("USA", "MEX"), minimum_consumption={"FARM": 0.6})
    assert beside(None, None, None, ["0.3"]) == Options(minimum_consumption=0.3)
