"""The replication suite as a whole, its table, its verb and its page."""

from __future__ import annotations

import dataclasses
import sys

import pytest

from detente import validation as replicate
from detente.cli.main import main
from detente.core import InputError
from detente.show.tables.validation import VERDICTS, validation_table
from detente.validation import (
    bounds,
    bridges,
    closed_forms,
    diversion,
    first_year,
    minerals,
    reallocation,
    shortages,
    war2018,
)
from detente.validation.checks import Check, beside, gate, missing
from detente.validation.raw import find_shared
from detente.world import load_world


@pytest.fixture(scope="module")
def checks(shared):
    return replicate.run_checks(shared)


def test_nothing_is_missed(checks):
    assert [check.what for check in checks if check.failed] == []
    assert sum(check.verdict == "holds" for check in checks) > 80
    assert "needs the raw data" not in {check.verdict for check in checks}


def test_every_row_has_a_source_and_side_by_side_rows_say_why(checks):
    for check in checks:
        assert check.source
        assert check.verdict in VERDICTS
        if check.tolerance is None:
            assert check.note
            assert check.published is not None


def test_the_page_is_of_this_run(checks, repository):
    sys.path.insert(0, str(repository / "scripts"))
    from pages.validation import PAGE, page

    assert PAGE.read_text(encoding="utf-8") == page(checks), "run scripts/pages/validation.py"


def test_the_order_of_losses_moves_with_horizon_and_revenue():
    """Who loses more: in the long run China; within a year, while duties are saved, American households."""
    rows = {check.what: check.ours for check in bounds.standoff_checks()}
    long_run = "real income, 108 both ways, 10 with others, long run"
    year = "what households can buy, 145 and 125, one year"
    assert rows[f"China, {long_run}"] < rows[f"United States, {long_run}"] < 0
    assert rows[f"United States, {year}"] < rows[f"China, {year}"] < 0
    year = "output, 145 and 125, one year"
    assert rows[f"United States, {year}"] < rows[f"China, {year}"] < 0


def test_duties_that_are_saved_pass_through_nearly_whole():
    rows = {check.what: check.ours for check in first_year.pass_through_checks(load_world())}
    what = "Pass-through at the American border, 20 points on everybody's goods, duties"
    assert 0.95 < rows[f"{what} saved"] < 1.05
    assert rows[f"{what} rebated"] < 0.9


def test_the_war_of_2018_is_solved_on_its_own_world(shared):
    war = war2018.read_war(shared)
    usa, china = war.pair
    added = war.tariff - war.economy.tariff
    assert {tuple(cell) for cell in zip(*added.sum(2).nonzero(), strict=True)} == {(usa, china), (china, usa)}
    assert war.economy.flows.min() >= 0
    assert abs(war.economy.deficit.sum()) < 1e-6 * war.economy.value_added.sum()
    assert [check.verdict for check in war2018.war_checks(shared)] == ["agrees", "differs"]


# Without the raw data


def test_without_raw_data_the_rest_is_run(monkeypatch):
    if find_shared() is not None:  # the parts that need no raw data run with them above
        for part, run in (
            (first_year, "first_year_checks"),
            (reallocation, "reallocation_checks"),
            (diversion, "diversion_checks"),
            (shortages, "shortage_checks"),
            (minerals, "mineral_checks"),
            (bridges, "bridge_checks"),
        ):
            row = gate(part.GROUP, "w", [1.0], [1.0], 1.0, source="s")
            monkeypatch.setattr(part, run, lambda *_, row=row: [row])
    found = replicate.run_checks(None)
    needs = [check for check in found if check.verdict == "needs the raw data"]
    assert {check.group for check in needs} == {group for group, *_ in replicate.suite.STUDIES}
    assert not any(check.failed for check in found)
    parts = (closed_forms, bounds, first_year, reallocation, diversion, shortages, minerals, bridges)
    assert {part.GROUP for part in parts} <= {check.group for check in found}
    assert "needs the raw data" in validation_table(found).title


def test_a_folder_without_data_is_refused(tmp_path, capsys):
    with pytest.raises(InputError, match="no replication data"):
        find_shared(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["validate", "--shared", str(tmp_path)])
    assert stopped.value.code == 2
    assert "--shared" in capsys.readouterr().err


def test_raw_data_are_found_beside_the_folder_one_works_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_shared() is None
    for name in ("data/cp2015", "golden"):
        (tmp_path / "shared" / name).mkdir(parents=True)
    assert find_shared() is not None


@pytest.mark.parametrize(("tolerance", "code"), [(1.0, 0), (0.01, 4)])
def test_a_missed_figure_ends_with_exit_code_4(tolerance, code, monkeypatch, capsys):
    one = gate("g", "a figure", [1.0, 2.0], [1.0, 2.1], tolerance, source="s")
    monkeypatch.setattr(replicate, "run_checks", lambda *_, **__: (one, missing("h", "more", "s")))
    with pytest.raises(SystemExit) as stopped:
        main(["validate", "--format", "csv"])
    assert stopped.value.code == code
    shown = capsys.readouterr()
    assert ("FAILS" in shown.out) == ("missed: g: a figure" in shown.err) == (code == 4)


# Checks themselves


def test_a_gate_shows_the_worst_cell_when_missed_and_a_nan_never_passes():
    missed = gate("g", "w", [9.0, 2.0], [9.0, 2.1], 0.01, source="s")
    assert (missed.ours, missed.exact, missed.cells) == (2.0, 2.1, 2)
    assert gate("g", "w", [float("nan")], [1.0], 1.0, source="s").failed
    assert gate("g", "w", [1.0], [float("nan")], 1.0, source="s").failed
    kept = gate("g", "w", [1.0, 5.0], [1.0, float("nan")], 1.0, source="s")
    assert (kept.verdict, kept.cells) == ("holds", 1)


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [(-0.16, "agrees"), (-0.59, "agrees"), (-0.14, "differs"), (0.3, "differs"), (-0.61, "differs")],
)
def test_side_by_side_is_sign_and_a_factor_of_two(ours, verdict):
    assert beside("g", "w", ours, -0.3, source="s").verdict == verdict


def test_the_table_never_shows_rounding_noise():
    noise = Check("g", "w", "s", "%", "holds", ours=-1e-17, exact=0.0, gap=3e-16, tolerance=1e-7, cells=1)
    row = next(validation_table([noise, dataclasses.replace(noise, gap=5e-15)]).records())
    assert (row["ours"], row["gap"], row["tolerance"]) == ("0", "< 1e-09", "1e-07")
