"""Bridges: the study's equations against our core, walks that add up, ends that are ours, published numbers of the record."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from detente.cases import Standoff
from detente.cli.main import main
from detente.core import LabelError, kept
from detente.core.kept import keep, recall
from detente.dossier import load_dossier
from detente.equilibrium import Model, solve
from detente.show import build, make
from detente.show.tables import bridge_sentences
from detente.validation import bridge_ends, bridges as engine
from detente.validation.bounds import war
from detente.validation.bridge_ends import beside_estimates
from detente.validation.bridge_worlds import TABLE, goods_world, without_inputs
from detente.validation.bridges import named_bridge, shipped_bridges, walk_bridge
from detente.validation.firm_entry import FirmEntry, solve_entry
from detente.validation.raw import find_shared
from detente.world import Wedges, load_world, toy

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def walks():
    return {name: walk_bridge(bridge) for name, bridge in shipped_bridges().items()}


def test_without_entry_scale_and_elastic_labour_the_study_is_our_core():
    world = goods_world()
    tariff = war(world, 0.54, 0.54, 0.10, 0.10).tariff
    theirs = solve_entry(world, tariff, FirmEntry({}, scale=0.0, dispersion=np.inf, labour_supply=0.0))
    ours = solve(Model(world), Wedges.of(world, tariff=tariff)).value
    assert np.abs(theirs.real_income_hat - ours.real_income_hat).max() < 1e-8
    assert np.abs(theirs.welfare_hat - ours.real_income_hat).max() < 1e-8
    relative = theirs.consumer_price_hat / ours.consumer_price_hat  # another numeraire
    assert np.ptp(relative) < 1e-8


def test_the_study_has_what_ours_has_not():
    world = goods_world()
    tariff = war(world, 0.54, 0.54, 0.10, 0.10).tariff
    plain = FirmEntry({}, scale=0.0, dispersion=np.inf, labour_supply=0.0)
    usa = world.labels.country("USA")
    before = solve_entry(world, tariff, plain).real_income_hat[usa]
    for changed in (
        FirmEntry({}, scale=0.1675, dispersion=np.inf, labour_supply=0.5),
        FirmEntry({"others": 0.1, "USA": 0.25}, scale=0.0, dispersion=6.0, labour_supply=0.0),
    ):
        assert abs(solve_entry(world, tariff, changed).real_income_hat[usa] - before) > 1e-5


def test_a_world_without_inputs_keeps_its_sales():
    plain = without_inputs(toy())
    assert np.array_equal(plain.flows, toy().flows)
    assert np.allclose(plain.value_added, toy().output.sum(1), rtol=1e-12)


def test_walks_add_up_and_begin_with_what_was_published(walks):
    assert {"ignatenko-54", "ignatenko-108", "kiel", "budget-lab", "bloomberg", "oxford"} <= set(walks)
    for walked in walks.values():
        published = [reading.published for reading in walked.bridge.readings]
        assert list(walked.stages[0].values) == published
        total = np.sum([stage.changes for stage in walked.stages], axis=0)
        assert np.allclose(np.array(published) + total, walked.ours, atol=1e-12)
        assert len(walked.stages) == 2 + len(walked.bridge.steps)
        assert all(stage.kind in engine.STEP_KINDS for stage in walked.stages[2:])


def test_each_step_changes_something_and_only_what_it_says():
    for bridge in shipped_bridges().values():
        settings = engine.settings_along(bridge)
        for step, before, after in zip(bridge.steps, settings, settings[1:], strict=False):
            changed = {key for key in type(after).model_fields if getattr(before, key) != getattr(after, key)}
            assert changed, f"{bridge.id}: {step.says}"
            assert changed <= step.change.model_fields_set


def test_published_numbers_are_those_of_the_record():
    parameters = load_dossier().parameters
    stated = 0
    for bridge in shipped_bridges().values():
        for reading in bridge.readings:
            if reading.estimate:
                assert reading.published == pytest.approx(100 * parameters[reading.estimate].value, abs=1e-9)
                stated += 1
    assert stated >= 9


def test_bridges_end_where_ours_stands(walks):
    world = load_world()
    value = solve(Model(world), war(world, 1.08, 1.08, 0.10, 0.10)).value
    ours = [100 * (float(value.real_income_hat[world.labels.country(code)]) - 1) for code in ("USA", "CHN")]
    assert np.allclose(walks["ignatenko-108"].ours, ours, atol=1e-9)
    standing = Standoff.load().solve("standing")["standing"].value
    usa = standing.economy.labels.country("USA")
    assert walks["budget-lab"].ours[0] == pytest.approx(100 * (standing.real_income_hat[usa] - 1), abs=1e-9)
    assert walks["budget-lab"].stages[1].values[0] == pytest.approx(
        100 * (standing.gdp_volume_hat[usa] - 1), abs=1e-9
    )


def test_the_long_run_study_is_met_under_its_own_closures(walks):
    # twenty regions and not 194, with which the figures are met to the last digit (tests/golden/test_liberation.py)
    for name in ("ignatenko-54", "ignatenko-108"):
        assert np.abs(walks[name].unexplained).max() < 0.1


def test_the_waterfall_is_closed_and_its_words_are_of_its_table(walks):
    walked = walks["kiel"]
    figure = make("bridge-figure", walked=walked)
    figure.chart()
    bars = [bar for bar in figure.spec["data"]["values"] if bar["panel"] == "China"][1:]
    assert bars[0]["from"] == bars[-1]["from"] == 0.0
    assert [bar["from"] for bar in bars[1:-1]] == [bar["to"] for bar in bars[:-2]]
    assert bars[-1]["to"] == bars[-2]["to"]
    cells = {cell for row in build("bridge", walked=walked).rows for cell in row if isinstance(cell, float)}
    for sentence in bridge_sentences(walked):
        assert set(sentence.values) <= cells


def test_ours_stand_beside_the_estimates_known_on_the_day(walks, tmp_path, monkeypatch):
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    monkeypatch.setattr(kept, "recall", recall)
    monkeypatch.setattr(kept, "keep", keep)
    record = load_dossier()
    beside = beside_estimates(record)
    assert beside["budget-lab-us-long-run"] == pytest.approx(
        (walks["budget-lab"].stages[1].values[0], walks["budget-lab"].ours[0])
    )
    table = build("estimates", dossier=record, beside=beside)
    rows = {row["title"]: row for row in table.records()}
    assert rows["US output under all duties of 2025, model"]["ours_same"] is not None
    assert rows["World growth in 2026, forecast"]["ours"] is None
    assert beside_estimates(load_dossier("eu-ev-2024")) == {}
    monkeypatch.setattr(engine, "readings_of", lambda setting, readings: (0.0,) * len(readings))
    assert beside_estimates(record) == beside  # what was kept, to the last bit
    monkeypatch.setattr(bridge_ends, "code_key", lambda package, rooms: "of other code")
    assert set(beside_estimates(record).values()) == {(0.0, 0.0)}


def test_a_bridge_that_is_not_there_is_named(capsys):
    with pytest.raises(LabelError, match="keil") as caught:
        named_bridge("keil")
    assert "kiel" in caught.value.hint
    with pytest.raises(SystemExit) as stopped:
        main(["bridge", "budget-lab", "--format", "csv"])
    assert stopped.value.code == 0
    shown = capsys.readouterr()
    rows = list(csv.DictReader(shown.out.splitlines()))
    assert [row["kind"] for row in rows] == ["published", "unexplained", "measure"]
    assert "stay unexplained" in shown.err
    with pytest.raises(SystemExit) as stopped:
        main(["bridge", "--picture", "all.svg"])
    assert stopped.value.code == 2


def test_the_goods_table_is_what_the_script_makes(tmp_path, monkeypatch):
    shared = find_shared(ROOT.parent / "shared") if (ROOT.parent / "shared" / "golden").is_dir() else None
    if shared is None:
        pytest.skip("the raw data are not here")
    spec = importlib.util.spec_from_file_location(
        "build_goods_2023", ROOT / "scripts" / "build_goods_2023.py"
    )
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(sys, "argv", ["build", "--shared", str(shared), "--out", str(tmp_path)])
    script.main()
    assert (tmp_path / TABLE.name).read_bytes() == TABLE.read_bytes()
