"""Carbon in scenario files: duties of so much a tonne, intensities inline and in a table, accounts of what comes of it."""

from __future__ import annotations

import numpy as np
import pytest

from detente.cases import Outcome
from detente.core import DetenteError, InputError, LabelError, SchemaError
from detente.equilibrium import Emissions, Model, carbon_duties, rents_new, solve
from detente.policy import Scenario, contributions, load_scenario, wedges_at
from detente.show import build
from detente.world import toy

WORLD = toy()
EU, USA, CHN = (WORLD.labels.country(code) for code in ("EU27", "USA", "CHN"))
RNG = np.random.default_rng(7)
TONNES = RNG.uniform(50, 900, WORLD.va_share.shape).round(3)
HEAD = "id: cbam\ntitle: Carbon\ndossier: toy\nrecord: false\n"
DUTY = "carbon:\n  - {importer: [EU27, MEX], exempt: [USA], sectors: goods, price: 80}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("carbon")
    rows = [
        f"{country},{sector},{TONNES[i, s]}"
        for i, country in enumerate(WORLD.labels.countries)
        for s, sector in enumerate(WORLD.labels.sectors)
    ]
    (folder / "tonnes.csv").write_text("\n".join(["country,sector,tonnes_per_million_usd", *rows, ""]))
    return folder


def loaded(folder, text) -> Scenario:
    path = folder / "cbam.yaml"
    path.write_text(HEAD + text)
    return load_scenario(path)


def tariff(scenario):
    return wedges_at(WORLD, None, scenario, quantities=True).tariff


@pytest.mark.parametrize("embodied", [False, True])
def test_a_table_charges_what_the_function_charges(folder, embodied):
    text = DUTY.replace("price: 80", f"price: 80, embodied: {str(embodied).lower()}")
    scenario = loaded(folder, "accounts: {table: tonnes.csv}\n" + text)
    assert scenario.accounts.source == "tonnes.csv"
    emitted = Emissions(WORLD, TONNES * WORLD.output)
    goods = ("FARM", "PARTS", "GOODS")
    same = carbon_duties(emitted, 80.0, ("EU27", "MEX"), sectors=goods, exempt=("USA",), embodied=embodied)
    assert tariff(scenario) == pytest.approx(same.tariff, abs=1e-15)
    assert (tariff(scenario)[EU, CHN, :3] > WORLD.tariff[EU, CHN, :3]).all()
    assert (tariff(scenario)[EU, USA] == WORLD.tariff[EU, USA]).all()
    free = loaded(folder, "accounts: {table: tonnes.csv}\n" + DUTY.replace("80", "0"))
    assert (tariff(free) == WORLD.tariff).all()


def test_it_comes_on_top_is_part_of_compounds_and_of_explanations(folder):
    by_hand = "tariffs:\n  - {importer: EU27, exporter: CHN, set: 0.5}\n"
    scenario = loaded(
        folder, "accounts: {intensities: {all: 500, CHN: {all: 100, FARM: 900}}}\n" + by_hand + DUTY
    )
    assert tariff(scenario)[EU, CHN] == pytest.approx([0.572, 0.508, 0.508, WORLD.tariff[EU, CHN, 3]])
    bare = scenario.model_copy(update={"carbon": (), "accounts": None, "id": "bare"})
    assert (tariff(bare.plus(scenario)) == tariff(scenario)).all()
    twice = scenario.plus(scenario)
    assert tariff(twice)[EU, CHN, 0] == pytest.approx(0.644)
    (part,) = contributions(WORLD, None, scenario)
    assert part.name == "by-hand"
    assert part.tariff == pytest.approx(tariff(scenario) - WORLD.tariff)


def test_accounts_of_outcomes(folder):
    scenario = loaded(folder, "accounts: {table: tonnes.csv, rents: {FARM: 0.3}}\n" + DUTY)
    wedges = wedges_at(WORLD, None, scenario, quantities=True)
    solution = solve(Model(WORLD), wedges)
    value = solution.value
    table = build("accounts", outcomes={"cbam": Outcome(scenario, wedges, (), solution)})
    rows = {row["country"]: row for row in table.records()}
    emitted = Emissions(WORLD, TONNES * WORLD.output)
    assert rows["CHN"]["emissions_t"] == pytest.approx(emitted.new(value)[CHN].sum())
    assert rows["WORLD"]["emissions_before_t"] == pytest.approx(emitted.tonnes.sum())
    share = np.array([0.3, 0, 0, 0]) * np.ones((5, 1))
    assert rows["USA"]["rents_usd_bn"] == pytest.approx(rents_new(value, share)[USA].sum() / 1e3)
    plain = Outcome(Scenario(id="plain", title="Plain", dossier="toy"), wedges, (), solution)
    with pytest.raises(InputError, match="no scenario says what production emits"):
        build("accounts", outcomes={"plain": plain})


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (DUTY, InputError, "nobody said what `FARM` of `CHN` and 5 more emits"),
        ("accounts: {intensities: {CHN: 100}}\n" + DUTY, InputError, "of `ROW` and 2 more emits"),
        (DUTY.replace("price: 80", "price: -80"), SchemaError, "carbon.*price"),
        (DUTY.replace("sectors: goods", "sectors: [GODS]"), LabelError, "did you mean `GOODS`"),
        (DUTY.replace("USA", "USB"), LabelError, "did you mean `USA`"),
        ("accounts: {intensities: {CHM: 100}}\n" + DUTY, LabelError, "did you mean `CHN`"),
        ("accounts: {intensities: {CHN: {FARN: 1}}}\n" + DUTY, LabelError, "did you mean `FARM`"),
        ("accounts: {intensities: {CHN: -1}}\n" + DUTY, SchemaError, "intensities"),
        ("accounts: {table: ../tonnes.csv}\n" + DUTY, SchemaError, "without a folder"),
        ("accounts: {table: gone.csv}\n" + DUTY, InputError, "gone.csv"),
        (DUTY.replace("exempt: [USA]", "exporter: MEX"), InputError, "no pair of countries"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(folder, text, error, words):
    with pytest.raises(error, match=words):
        tariff(loaded(folder, text))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("CHN,FARM,-1", "`-1` is no intensity"),
        ("CHN,FARM,x", "tonnes.csv:22.*`x` is no intensity"),
        ("CHN,FARM", "2 cells"),
        ("CHN,FARM,1", "`CHN`, `FARM` stands twice"),
        ("FOO,FARM,1", "unknown country `FOO`"),
    ],
)
def test_a_table_that_is_wrong_is_named(folder, tmp_path, line, words):
    (tmp_path / "tonnes.csv").write_text((folder / "tonnes.csv").read_text() + line + "\n")
    with pytest.raises(DetenteError, match=words):
        tariff(loaded(tmp_path, "accounts: {table: tonnes.csv}\n" + DUTY))
    (tmp_path / "tonnes.csv").write_text("country,sector,tonnes\n")
    with pytest.raises(SchemaError, match="names other columns"):
        loaded(tmp_path, "accounts: {table: tonnes.csv}\n" + DUTY)
