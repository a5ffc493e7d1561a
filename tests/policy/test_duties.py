"""Stacking rules one by one on made-up measures, and the shipped record on the days that matter."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pytest

from detente.core import DateError, InputError, LabelError, UnitError
from detente.dossier import Dossier, load_dossier
from detente.dossier.measure import Measure
from detente.policy.duties.averages import CONCEPTS
from detente.policy.duties.cells import cells
from detente.policy.duties.day import added_duties, duty_path, duty_stack
from detente.policy.duties.stacking import CellRows, stack
from detente.policy.duties.tables import concept_table, stack_table
from detente.world import Economy, load_world, toy

DAY = dt.date(2025, 10, 20)
BEFORE = dt.date(2025, 10, 28)
HINDSIGHT = dt.date(2026, 7, 25)


@pytest.fixture(scope="module")
def world() -> Economy:
    return load_world()


@pytest.fixture(scope="module")
def record() -> Dossier:
    return load_dossier("busan-2025", asof=HINDSIGHT)


@pytest.fixture(scope="module")
def before() -> Dossier:
    return load_dossier("busan-2025", asof=BEFORE)


def measure(id: str, value: float = 0.1, **changes: Any) -> Measure:
    """A US duty of 10 % on everything from everybody, unless said otherwise; entry fields go into `entry`."""
    entry = {
        "from": "2025-02-01",
        "value": value,
        "status": "in_force",
        "source": "made-up",
        "grade": "assumed",
    }
    body: dict[str, Any] = {
        "id": id, "title": id, "actor": "USA", "targets": ["all"], "instrument": "tariff", "authority": "authority-a",
        "issue": "tariffs", "unit": "fraction", "announced": "2025-01-10", "products": {"lists": ["all"]},
        "last_checked": "2025-10-01",
    }  # fmt: skip
    body |= changes
    body["values"] = [entry | changes.get("entry", {})]
    body.pop("entry", None)
    return Measure.model_validate(body)


def dossier(record: Dossier, *measures: Measure) -> Dossier:
    return dataclasses.replace(record, measures={m.id: m for m in measures}, asof=HINDSIGHT)


def charged(record: Dossier, *measures: Measure, day: dt.date = DAY) -> dict[str, np.ndarray]:
    return stack(CellRows(cells()), dossier(record, *measures).states(day).values())


# --- the rules --------------------------------------------------------------------------------------------------------
def test_authorities_and_measures_add(record: Dossier) -> None:
    found = charged(
        record, measure("one"), measure("two", 0.2), measure("three", 0.05, authority="authority-b")
    )
    np.testing.assert_allclose(found["authority-a"], 0.3)
    np.testing.assert_allclose(found["authority-b"], 0.05)


def test_max_takes_the_largest_and_adds_the_rest(record: Dossier) -> None:
    found = charged(
        record,
        measure("old", 0.25, combine="max"),
        measure("older", 0.075, combine="max"),
        measure("new", 0.125),
    )
    np.testing.assert_allclose(found["authority-a"], 0.375)


def test_excluded_by_spares_only_what_the_other_authority_covers(record: Dossier) -> None:
    steel = measure("steel", 0.5, authority="section-232", products={"lists": ["s232-steel"]})
    wide = measure("wide", 0.1, excluded_by=["section-232"])
    found = charged(record, steel, wide)
    on_list = cells().members["s232-steel"]
    np.testing.assert_allclose(found["authority-a"], np.where(on_list, 0.0, 0.1))
    np.testing.assert_allclose(found["section-232"], np.where(on_list, 0.5, 0.0))
    suspended = measure(
        "steel",
        0.5,
        authority="section-232",
        products={"lists": ["s232-steel"]},
        entry={"status": "suspended"},
    )
    np.testing.assert_allclose(charged(record, suspended, wide)["authority-a"], 0.1)


def test_exclusion_holds_only_for_the_partners_the_other_measure_hits(record: Dossier) -> None:
    steel = measure(
        "steel", 0.5, authority="section-232", targets=["CHN"], products={"lists": ["s232-steel"]}
    )
    found = charged(record, steel, measure("wide", 0.1, excluded_by=["section-232"]))
    europe = cells().partner == cells().partners.index("EU27")
    np.testing.assert_allclose(found["authority-a"][europe], 0.1)


def test_ceiling_tops_up_the_base_duty_and_never_goes_below_zero(record: Dossier) -> None:
    found = charged(record, measure("cap", 0.15, entry={"ceiling": ["EU27"]}))["authority-a"]
    table = cells()
    europe = table.partner == table.partners.index("EU27")
    high = table.members["mfn-15-and-above"]
    np.testing.assert_allclose((found + table.base)[europe & ~high], 0.15)
    np.testing.assert_allclose(found[europe & high], 0.0)
    assert (europe & high).any()
    np.testing.assert_allclose(found[~europe], 0.15)


def test_partner_rate_before_region_rate_before_common_rate(record: Dossier) -> None:
    found = charged(record, measure("rates", 0.1, entry={"by_target": {"ASEAN": 0.2, "THA": 0.3}}))[
        "authority-a"
    ]
    table = cells()
    for code, rate in (("THA", 0.3), ("MYS", 0.2), ("JPN", 0.1)):
        np.testing.assert_allclose(found[table.partner == table.partners.index(code)], rate)


def test_exceptions_and_regions_reach_their_members(record: Dossier) -> None:
    table = cells()
    hong_kong, china = (table.partner == table.partners.index(code) for code in ("HKG", "CHN"))
    found = charged(record, measure("china", targets=["CHN"]))["authority-a"]
    assert (found[hong_kong] == 0.1).all()
    assert (found[china] == 0.1).all()
    found = charged(record, measure("china", targets=["CHN"], except_targets=["HKG"]))["authority-a"]
    assert (found[hong_kong] == 0).all()
    assert (found[china] == 0.1).all()


def test_goods_outside_usmca_pay_one_of_two_duties_not_both(record: Dossier) -> None:
    parts = measure(
        "parts", 0.25, authority="section-232", products={"lists": ["s232-auto-parts"], "excluded": ["usmca"]}
    )
    wide = measure(
        "wide",
        0.35,
        targets=["CAN"],
        products={"lists": ["all"], "excluded": ["usmca"]},
        excluded_by=["section-232"],
    )
    found = charged(record, parts, wide)
    table = cells()
    canada = table.partner == table.partners.index("CAN")
    on_list = canada & table.members["s232-auto-parts"]
    share = 1 - table.usmca[table.partners.index("CAN")]
    np.testing.assert_allclose(found["authority-a"][on_list], 0.0)
    np.testing.assert_allclose(found["section-232"][on_list], 0.25 * share)
    np.testing.assert_allclose(found["authority-a"][canada & ~on_list], 0.35 * share)


def test_usmca_spares_a_share(record: Dossier) -> None:
    found = charged(record, measure("north", products={"lists": ["all"], "excluded": ["usmca"]}))[
        "authority-a"
    ]
    table = cells()
    canada = table.partners.index("CAN")
    np.testing.assert_allclose(found[table.partner == canada], 0.1 * (1 - table.usmca[canada]))


def test_only_duties_in_force_count(record: Dossier) -> None:
    for status in ("announced", "suspended", "withdrawn", "void", "repealed", "lapsed"):
        assert charged(record, measure("m", entry={"status": status})) == {}
    assert charged(record, measure("m"), day=dt.date(2025, 1, 20)) == {}
    assert charged(record, measure("m", unit="none")) == {}
    assert charged(record, measure("m", instrument="port_fee")) == {}


# --- refusals ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "nearest"),
    [
        ({"products": {"lists": ["s232-stele"]}}, "s232-steel"),
        ({"products": {"lists": ["all"], "excluded": ["usmka"]}}, "usmca"),
        ({"products": {"sectors": {"C2_9": 0.5}}}, "C29"),
        ({"targets": ["CHNA"]}, "CHN"),
        ({"except_targets": ["EU28"]}, "EU27"),
        ({"actor": "US"}, "USA"),
        ({"entry": {"by_target": {"THAI": 0.2}}}, "THA"),
        ({"entry": {"ceiling": ["JAP"]}}, "JPN"),
    ],
)  # fmt: skip
def test_unknown_names_offer_the_nearest(
    record: Dossier, world: Economy, changes: dict[str, Any], nearest: str
) -> None:
    broken = dossier(record, measure("misspelt", **changes))
    for call in (
        lambda: added_duties(world, broken, DAY),
        lambda: duty_stack(world, broken, date=DAY, importer="USA", exporter="CHN"),
    ):
        with pytest.raises(LabelError) as caught:
            call()
        assert f"`{nearest}`" in str(caught.value)
        assert "misspelt" in str(caught.value)


def test_a_misspelt_name_is_found_even_while_the_measure_is_suspended(
    record: Dossier, world: Economy
) -> None:
    broken = dossier(record, measure("m", products={"lists": ["s232-stele"]}, entry={"status": "suspended"}))
    with pytest.raises(LabelError, match="s232-steel"):
        added_duties(world, broken, DAY)


def test_other_refusals(record: Dossier, before: Dossier, world: Economy) -> None:
    with pytest.raises(InputError, match="without products"):
        added_duties(world, dossier(record, measure("m", products={})), DAY)
    with pytest.raises(UnitError, match="-100 %"):
        added_duties(world, dossier(record, measure("m", -1.0)), DAY)
    with pytest.raises(InputError, match="itself"):
        duty_stack(world, before, date=DAY, importer="USA", exporter="USA")
    with pytest.raises(LabelError, match="did you mean `CHN`"):
        duty_stack(world, before, date=DAY, importer="USA", exporter="CHNN")
    with pytest.raises(DateError, match="must be a day"):
        duty_stack(world, before, date="2025-10-20", importer="USA", exporter="CHN")  # type: ignore[arg-type]
    with pytest.raises(LabelError, match="headline_2025"):
        duty_path(before, world, "USA", "CHN", [DAY], "headline-2025")
    with pytest.raises(LabelError, match="not known for CHN on USA"):
        duty_path(before, world, "CHN", "USA", [DAY], "collected_base_plus_added")
    with pytest.raises(InputError, match="no dates"):
        duty_path(before, world, "USA", "CHN", [])


def test_a_us_product_list_is_refused_where_it_describes_nothing(record: Dossier, world: Economy) -> None:
    with pytest.raises(InputError, match="describes USA imports"):
        added_duties(
            world, dossier(record, measure("m", actor="CHN", products={"lists": ["s232-steel"]})), DAY
        )
    with pytest.raises(InputError, match=r"products\.sectors"):
        added_duties(
            toy(), dossier(record, measure("m", targets=["EU27"], products={"lists": ["s232-steel"]})), DAY
        )


# --- any economy ------------------------------------------------------------------------------------------------------
def test_toy_world_with_a_record_of_its_own(record: Dossier) -> None:
    economy = toy()
    mine = dossier(
        record,
        measure("wide", 0.1, targets=["CHN"]),
        measure("narrow", 0.2, actor="CHN", targets=["USA"], products={"sectors": {"FARM": 0.5}}),
    )
    added = added_duties(economy, mine, DAY)
    usa, chn = economy.labels.country("USA"), economy.labels.country("CHN")
    np.testing.assert_allclose(added[usa, chn], [0.1, 0.1, 0.1, 0.0])
    np.testing.assert_allclose(added[chn, usa], [0.1, 0.0, 0.0, 0.0])
    assert np.count_nonzero(added) == 4
    stacked = duty_stack(economy, mine, date=DAY, importer="USA", exporter="CHN")
    np.testing.assert_allclose(stacked.total, economy.tariff[usa, chn] + added[usa, chn])
    assert set(stacked.averages) == {"import_weighted_2024", "headline_2025", "simple_average"}


def test_a_layer_of_the_base_year_is_taken_off_and_not_added_again(record: Dossier) -> None:
    economy = toy()
    old = measure("old", 0.05, targets=["CHN"], announced="2018-07-01", entry={"from": "2018-07-06"})
    usa, chn = economy.labels.country("USA"), economy.labels.country("CHN")
    assert not added_duties(economy, dossier(record, old), DAY).any()
    stacked = duty_stack(economy, dossier(record, old), date=DAY, importer="USA", exporter="CHN")
    np.testing.assert_allclose(stacked.total, economy.tariff[usa, chn])
    np.testing.assert_allclose(stacked.rates[0][:3], economy.tariff[usa, chn, :3] - 0.05)


def test_lifting_a_layer_never_makes_a_subsidy(record: Dossier) -> None:
    economy = toy()
    ended = Measure.model_validate(
        measure("old", 0.5, targets=["CHN"], announced="2018-07-01", entry={"from": "2018-07-06"}).model_dump(by_alias=True)
        | {"values": [
            {"from": "2018-07-06", "value": 0.5, "status": "in_force", "source": "s", "grade": "assumed"},
            {"from": "2025-05-01", "status": "repealed", "source": "s", "grade": "assumed", "known": "2025-05-01"},
        ]}
    )  # fmt: skip
    added = added_duties(economy, dossier(record, ended), DAY)
    assert (economy.tariff + added >= 0).all()
    assert (added < 0).any()


# --- the shipped record ---------------------------------------------------------------------------------------------
EXPECTED = {
    # day: (authorities of the United States on China that must charge, and of China on the United States)
    "2024-12-31": ({"section-301", "section-232"}, {"china-301-response"}),
    "2025-02-05": ({"section-301", "ieepa-fentanyl", "section-232"}, {"china-301-response"}),
    "2025-02-12": ({"section-301", "ieepa-fentanyl", "section-232"}, {"china-301-response", "china-fentanyl-response"}),
    "2025-03-13": ({"section-301", "ieepa-fentanyl", "section-232"}, {"china-301-response", "china-fentanyl-response"}),
    "2025-04-06": ({"section-301", "ieepa-fentanyl", "section-232", "ieepa-reciprocal"}, {"china-301-response", "china-fentanyl-response"}),
    "2025-10-20": (
        {"section-301", "ieepa-fentanyl", "section-232", "ieepa-reciprocal"},
        {"china-301-response", "china-fentanyl-response", "china-reciprocal-response"},
    ),
    "2025-11-12": (
        {"section-301", "ieepa-fentanyl", "section-232", "ieepa-reciprocal"},
        {"china-301-response", "china-fentanyl-response", "china-reciprocal-response"},
    ),
    "2026-02-21": ({"section-301", "section-232"}, {"china-301-response", "china-fentanyl-response", "china-reciprocal-response"}),
    "2026-03-01": ({"section-301", "section-232", "section-122"}, {"china-301-response", "china-fentanyl-response", "china-reciprocal-response"}),
    "2026-07-24": ({"section-301", "section-232"}, {"china-301-response", "china-fentanyl-response", "china-reciprocal-response"}),
}  # fmt: skip


@pytest.mark.parametrize("day", EXPECTED)
def test_expected_authorities(record: Dossier, world: Economy, day: str) -> None:
    for (importer, exporter), wanted in zip((("USA", "CHN"), ("CHN", "USA")), EXPECTED[day], strict=True):
        stacked = duty_stack(
            world, record, date=dt.date.fromisoformat(day), importer=importer, exporter=exporter
        )
        assert set(stacked.authorities) == {"mfn"} | wanted


RATES = {
    # day, as of: rate of the fentanyl, reciprocal and threat layers on a good that no list touches; China's answer
    ("2025-02-10", "2026-07-25"): (0.10, 0.0, 0.0, 0.0),
    ("2025-03-05", "2026-07-25"): (0.20, 0.0, 0.0, 0.0),
    ("2025-04-05", "2026-07-25"): (0.20, 0.10, 0.0, 0.0),
    ("2025-04-09", "2025-04-05"): (0.20, 0.34, 0.0, 0.0),
    ("2025-04-09", "2026-07-25"): (0.20, 0.84, 0.0, 0.0),
    ("2025-04-10", "2025-04-05"): (0.20, 0.34, 0.0, 0.34),
    ("2025-04-10", "2026-07-25"): (0.20, 1.25, 0.0, 0.84),
    ("2025-04-12", "2026-07-25"): (0.20, 1.25, 0.0, 1.25),
    ("2025-05-14", "2026-07-25"): (0.20, 0.10, 0.0, 0.10),
    ("2025-08-13", "2025-08-05"): (0.20, 0.34, 0.0, 0.34),
    ("2025-08-13", "2025-08-12"): (0.20, 0.10, 0.0, 0.10),
    ("2025-11-02", "2025-10-20"): (0.20, 0.10, 1.0, 0.10),
    ("2025-11-02", "2025-10-28"): (0.20, 0.10, 0.0, 0.10),
    ("2025-11-09", "2025-10-28"): (0.20, 0.10, 0.0, 0.10),
    ("2025-11-10", "2025-10-28"): (0.20, 0.34, 0.0, 0.34),
    ("2025-11-10", "2025-11-12"): (0.10, 0.10, 0.0, 0.10),
    ("2025-11-09", "2025-11-12"): (0.20, 0.10, 0.0, 0.10),
    ("2026-02-19", "2026-07-25"): (0.10, 0.10, 0.0, 0.10),
    ("2026-02-20", "2026-07-25"): (0.0, 0.0, 0.0, 0.10),
    ("2026-11-10", "2025-11-12"): (0.10, 0.34, 0.0, 0.34),
    ("2026-11-10", "2026-07-25"): (0.0, 0.0, 0.0, 0.34),
}


@pytest.mark.parametrize(("day", "asof"), RATES)
def test_rates_by_day_and_by_what_was_known(world: Economy, day: str, asof: str) -> None:
    known = load_dossier("busan-2025", asof=dt.date.fromisoformat(asof))
    states = known.states(dt.date.fromisoformat(day)).values()
    table = cells()
    plain = table.partner == table.partners.index("CHN")
    for name in table.members:
        if not name.startswith(("s301", "mfn")):
            plain = plain & ~table.members[name]
    assert table.value[plain].sum() > 100_000
    found = stack(CellRows(table), [state for state in states if state.measure.actor == "USA"])
    fentanyl, reciprocal, threat, answer = RATES[day, asof]
    for authority, rate in (
        ("ieepa-fentanyl", fentanyl),
        ("ieepa-reciprocal", reciprocal),
        ("threat", threat),
    ):
        np.testing.assert_allclose(found.get(authority, np.zeros(len(plain)))[plain], rate, err_msg=authority)
    back = duty_stack(world, known, date=dt.date.fromisoformat(day), importer="CHN", exporter="USA")
    charged_back = dict(zip(back.authorities, back.rates, strict=True)).get(
        "china-reciprocal-response", np.zeros(33)
    )
    np.testing.assert_allclose(charged_back[:-4], answer)
    np.testing.assert_allclose(charged_back[-4:], 0)


def test_electronics_are_spared_back_to_5_april_once_the_notice_is_known() -> None:
    table = cells()
    phones = (table.partner == table.partners.index("CHN")) & table.members["ieepa-exempt-electronics"]
    phones &= ~np.any([table.members[name] for name in table.members if name.startswith("s232-")], axis=0)
    for asof, rate in ((dt.date(2025, 4, 10), 1.25), (dt.date(2025, 4, 11), 0.0)):
        states = load_dossier("busan-2025", asof=asof).states(dt.date(2025, 4, 10)).values()
        found = stack(CellRows(table), [state for state in states if state.measure.actor == "USA"])
        np.testing.assert_allclose(found["ieepa-reciprocal"][phones], rate)


def test_reciprocal_and_section_232_exclude_each_other_fentanyl_does_not(before: Dossier) -> None:
    table = cells()
    found = stack(CellRows(table), [s for s in before.states(DAY).values() if s.measure.actor == "USA"])
    outside_north = ~np.isin(table.partner, [table.partners.index(code) for code in ("CAN", "MEX")])
    both = (found["section-232"] > 0) & (found["ieepa-reciprocal"] > 0) & outside_north
    metals = before.states(DAY)["usa-2025-232-steel-aluminium"].products
    content = np.any([table.members[name] for name in (*metals.shares, "s232-copper")], axis=0)
    assert both.any()
    assert not (both & ~content).any()  # only where the duty falls on a part of the good
    half = (
        both & (table.partner == table.partners.index("CHN")) & table.members["s232-derivatives"]
        & ~table.members["s232-steel"] & ~table.members["s232-auto-parts"] & ~table.members["s232-copper"]
    )  # fmt: skip
    assert half.any()
    share = metals.shares["s232-derivatives"]
    np.testing.assert_allclose(found["section-232"][half], 0.5 * share)
    np.testing.assert_allclose(found["ieepa-reciprocal"][half], 0.1 * (1 - share))
    china = table.partner == table.partners.index("CHN")
    metal = china & (found["section-232"] > 0)
    assert metal.any()
    np.testing.assert_allclose(found["ieepa-fentanyl"][metal], 0.2)
    canada = (table.partner == table.partners.index("CAN")) & table.members["s232-steel"]
    canada &= ~table.members["s232-auto-parts"]
    np.testing.assert_allclose(found["ieepa-fentanyl"][canada], 0.0)
    np.testing.assert_allclose(found["section-232"][canada], 0.5)


def test_european_ceiling_of_15_percent(before: Dossier) -> None:
    table = cells()
    found = stack(CellRows(table), [s for s in before.states(DAY).values() if s.measure.actor == "USA"])
    europe = table.partner == table.partners.index("EU27")
    metals = before.states(DAY)["usa-2025-232-steel-aluminium"].products
    content = np.any([table.members[name] for name in (*metals.shares, "s232-copper")], axis=0)
    touched = europe & (found["ieepa-reciprocal"] > 0) & ~content
    assert table.value[touched].sum() > 200_000
    np.testing.assert_allclose((table.base + found["ieepa-reciprocal"])[touched], 0.15)


def test_added_duties_shape_and_zeros(before: Dossier, world: Economy) -> None:
    added = added_duties(world, before, DAY)
    labels = world.labels
    usa, chn, can = (labels.country(code) for code in ("USA", "CHN", "CAN"))
    assert added.shape == world.flows.shape
    assert not added[:, :, -4:].any()
    assert not added[np.arange(21), np.arange(21)].any()
    others = [n for n in range(21) if n not in (usa, chn, can)]
    assert not added[others].any()
    only_usa = [i for i in range(21) if i != usa]
    assert not added[chn, only_usa].any()
    assert (added[usa, [i for i in range(21) if i not in (usa, labels.country("RUS"))], 5] > 0).all()
    # what the whole of 2024 holds of a duty that came in September is less than the duty of its last day
    at_the_end = added_duties(world, before, dt.date(2024, 12, 31))
    raised = [labels.sectors[s] for s in np.flatnonzero(at_the_end[usa, chn])]
    assert raised == ["C29", "C31T33"]
    assert 0 < at_the_end[usa, chn].max() < 0.01
    assert np.count_nonzero(at_the_end) == 2
    assert not added.flags.writeable


def test_stack_adds_up_to_base_plus_added(before: Dossier, world: Economy) -> None:
    added = added_duties(world, before, DAY) - added_duties(world, before, dt.date(2024, 12, 31))
    usa = world.labels.country("USA")
    for code in ("CHN", "EU27", "CAN", "ASEAN", "ROW"):
        now = duty_stack(world, before, date=DAY, importer="USA", exporter=code)
        then = duty_stack(world, before, date=dt.date(2024, 12, 31), importer="USA", exporter=code)
        np.testing.assert_allclose(now.total - then.total, added[usa, world.labels.country(code)], atol=1e-12)
        table = cells()
        mine = [p for p, region in enumerate(table.regions) if region == code]
        assert now.weights.sum() + now.unallocated == pytest.approx(table.imports[mine].sum(), rel=1e-6)


def test_engine_agrees_with_a_slow_reading_of_the_rules(before: Dossier) -> None:
    """A second implementation, one cell at a time, from the sentences of the module's docstring."""
    table = cells()
    states = [
        s
        for s in before.states(DAY).values()
        if s.measure.actor == "USA" and s.in_force and s.measure.unit == "fraction"
    ]
    found = stack(CellRows(table), states)
    total = sum(found.values())
    picks = np.random.default_rng(0).choice(len(table.value), 400, replace=False)

    def covered(state: Any, c: int) -> float:
        def member(name: str) -> float:
            if name == "all":
                return 1.0
            return float(table.usmca[table.partner[c]] if name == "usmca" else table.members[name][c])

        part = state.products.shares
        share = max([part.get(name, 1.0) * member(name) for name in state.products.lists], default=0.0)
        for name in state.products.excluded:
            share *= 1 - member(name)
        return share

    def hits(state: Any, c: int) -> bool:
        names = {table.partners[table.partner[c]], table.regions[table.partner[c]]}
        return not names & set(state.measure.except_targets) and bool(
            names & set(state.measure.targets) or "all" in state.measure.targets
        )

    def rate(state: Any, c: int) -> float:
        names = [table.partners[table.partner[c]], table.regions[table.partner[c]]]
        if not hits(state, c):
            return 0.0
        value = next((state.by_target[name] for name in names if name in state.by_target), state.value or 0.0)
        return max(0.0, value - table.base[c]) if set(names) & set(state.ceiling) else value

    for c in picks:
        adds: dict[str, float] = {}
        tops: dict[str, float] = {}
        for state in states:
            replaced = [
                covered(s, c)
                for s in states
                if s.measure.authority in state.measure.excluded_by and hits(s, c)
            ]
            charge = rate(state, c) * max(0.0, covered(state, c) - max(replaced, default=0.0))
            into = tops if state.measure.combine == "max" else adds
            name = state.measure.authority
            into[name] = max(into.get(name, 0.0), charge) if into is tops else into.get(name, 0.0) + charge
        assert total[c] == pytest.approx(sum(adds.values()) + sum(tops.values()), abs=1e-12)


# --- averages and tables ----------------------------------------------------------------------------------------------
def test_averages_of_the_standoff_are_near_those_published_and_each_is_named(
    before: Dossier, world: Economy
) -> None:
    stacked = duty_stack(world, before, date=DAY, importer="USA", exporter="CHN")
    found = stacked.averages
    assert list(found) == [concept for concept in CONCEPTS if concept in found]
    assert set(found) == set(CONCEPTS)
    assert found["collected_base_plus_added"].published == pytest.approx(0.419, abs=5e-4)
    assert found["collected_base_plus_added"].value == pytest.approx(0.419, abs=0.01)
    assert found["headline_2025"].value == pytest.approx(0.30)
    assert found["headline_2025"].published == 0.30
    assert found["fixed_2017_world"].published == 0.576
    assert found["published_base_plus_headline"].value == pytest.approx(0.576, abs=0.03)
    assert found["fixed_2017_world"].value < 0.576 - 0.05  # an honest gap: no product weights of 2017
    assert "products" in found["fixed_2017_world"].note
    back = duty_stack(world, before, date=DAY, importer="CHN", exporter="USA").averages
    for concept in ("fixed_2017_bilateral", "fixed_2017_world", "published_base_plus_headline"):
        assert back[concept].published == 0.326
        assert back[concept].value == pytest.approx(0.326, abs=0.02)


def test_nothing_published_later_than_the_as_of_day_is_shown(before: Dossier, world: Economy) -> None:
    later = duty_stack(world, before, date=dt.date(2025, 11, 12), importer="USA", exporter="CHN")
    assert all(average.published is None for average in later.averages.values())
    known = load_dossier("busan-2025", asof=dt.date(2026, 1, 1))
    assert duty_stack(world, known, date=dt.date(2025, 11, 12), importer="USA", exporter="CHN").averages[
        "fixed_2017_world"
    ].published == pytest.approx(0.475)


def test_tables_say_what_the_stack_says(before: Dossier, world: Economy) -> None:
    stacked = duty_stack(world, before, date=DAY, importer="USA", exporter="CHN")
    shown = stack_table(stacked)
    last = dict(zip([column.key for column in shown.columns], shown.rows[-1], strict=True))
    assert last["total"] == pytest.approx(100 * stacked.averages["import_weighted_2024"].value)
    assert last["imports"] == pytest.approx(cells().imports[[2, cells().partners.index("HKG")]].sum() / 1e3)
    assert sum(last[name] for name in stacked.authorities) == pytest.approx(last["total"])
    vehicles = next(row for row in shown.records() if row["sector"] == "C29")
    assert vehicles["total"] == pytest.approx(100 * stacked.total[world.labels.sector("C29")])
    concepts = concept_table(stacked)
    assert concepts.column("concept") == list(stacked.averages)
    path = duty_path(before, world, "USA", "CHN", [dt.date(2025, 1, 15), DAY])
    assert path.column("average")[1] == pytest.approx(last["total"])
    parts = [sum(row[2:]) for row in path.rows]
    assert parts == pytest.approx(path.column("average"))


def test_duty_path_takes_other_concepts(before: Dossier, world: Economy) -> None:
    path = duty_path(before, world, "USA", "CHN", [dt.date(2025, 4, 20), DAY], "headline_2025")
    assert path.column("average") == pytest.approx([145.0, 30.0])
    assert [column.key for column in path.columns] == ["date", "average"]
