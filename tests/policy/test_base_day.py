"""What the data of a base year hold is asked on that year's last day, whatever year the world is of."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.dossier import load_dossier
from detente.policy import Scenario, wedges_at
from detente.policy.duties.day import added_duties, duty_stack
from detente.policy.enacted import apply_scenario
from detente.policy.limits import limits_at
from detente.world import load_world


@pytest.mark.parametrize("year", [2017, 2024, 2025])
def test_the_base_day_is_the_last_of_the_world_s_year(year: int) -> None:
    assert dataclasses.replace(load_world(), year=year).base_day == dt.date(year, 12, 31)


def test_a_duty_between_two_base_years_is_in_the_data_of_the_later_one_only() -> None:
    """The 232 duty on Chinese steel dates from 2018; a world of 2017 must have it added, one of 2024 holds it."""
    record = load_dossier("busan-2025")
    world = load_world()
    today = Scenario(id="today", title="", dossier=record.id, date=record.asof)
    charged = {
        year: wedges_at(dataclasses.replace(world, year=year), record, today, quantities=False).tariff
        for year in (2016, 2017, 2024)
    }
    old = [m.id for m in record.measures.values() if m.announced.year == 2018 and m.actor == "USA"]
    assert old, "the record holds measures of 2018"
    assert np.array_equal(charged[2016], charged[2017])
    usa, chn = world.labels.country("USA"), world.labels.country("CHN")
    assert (charged[2017][usa, chn] - charged[2024][usa, chn]).max() > 0.05


def test_controls_of_the_base_year_bind_nothing_more() -> None:
    """A control in force on the base day is in the data: a later base year drops it from the limits."""
    record, world = load_dossier("busan-2025"), load_world()
    today = Scenario(id="today", title="", dossier=record.id, date=record.asof)
    limits = {
        year: {limit.name for limit in limits_at(dataclasses.replace(world, year=year), record, today)}
        for year in (2024, 2025)
    }
    assert limits[2024]
    assert limits[2025] < limits[2024]


def test_no_module_writes_a_base_day_of_its_own() -> None:
    for path in Path(detente.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [t.id for t in getattr(node, "targets", []) if isinstance(t, ast.Name)]
            assert "BASE_DAY" not in names, path


def test_the_stack_of_a_world_of_another_year_is_against_that_year() -> None:
    record, world = load_dossier("busan-2025"), load_world()
    day = dt.date(2025, 10, 20)
    now = duty_stack(world, record, date=day, importer="CHN", exporter="USA")
    earlier = duty_stack(
        dataclasses.replace(world, year=2016), record, date=day, importer="CHN", exporter="USA"
    )
    assert now.averages["import_weighted_2024"].value != earlier.averages["import_weighted_2024"].value


def test_what_is_decided_changes_nothing_about_what_the_data_hold() -> None:
    """As of 2019 the duties of 2018 end in a scenario: the base year of 2024 holds them all the same, so they come off."""
    record, world = load_dossier("busan-2025", asof=dt.date(2019, 12, 13)), load_world()
    undone = Scenario.model_validate(
        {
            "id": "undone",
            "title": "",
            "dossier": record.id,
            "remove_between": {"parties": ["USA", "CHN"], "announced_from": "2018-01-01"},
        }
    )
    standing = Scenario(id="standing", title="", dossier=record.id)
    usa, chn = world.labels.country("USA"), world.labels.country("CHN")
    for importer, exporter in ((usa, chn), (chn, usa)):
        duties = [
            wedges_at(world, record, scenario, quantities=False).tariff[importer, exporter]
            for scenario in (standing, undone)
        ]
        assert (duties[1] <= duties[0] + 1e-12).all()
        assert (duties[0] - duties[1]).max() > 0.1
    applied = apply_scenario(record, undone)
    assert applied.base_states(world.base_day).keys() == record.base_states(world.base_day).keys()
    assert all(
        state.value == record.base_states(world.base_day)[key].value
        for key, state in applied.base_states(world.base_day).items()
    )


@pytest.mark.parametrize("day", ["2018-06-20", "2019-03-15", "2019-12-13", "2020-03-01"])
def test_two_records_of_one_quarrel_charge_the_same(day: str) -> None:
    """`busan-2025` holds the years 2018 to 2020 by their averages, `phase-one-2018` list by list: a tenth of a point apart for one, a point for the other."""
    world = load_world()
    averages = {}
    for name in ("busan-2025", "phase-one-2018"):
        record = load_dossier(name, asof=dt.date.fromisoformat(day))
        tariff = world.tariff + added_duties(world, record, record.asof)
        for importer, exporter in (("USA", "CHN"), ("CHN", "USA")):
            place = world.labels.country(importer), world.labels.country(exporter)
            flows = world.flows[place]
            averages[name, importer] = float((tariff[place] * flows).sum() / flows.sum())
    for importer, within in (("USA", 0.001), ("CHN", 0.01)):
        assert abs(averages["busan-2025", importer] - averages["phase-one-2018", importer]) < within
