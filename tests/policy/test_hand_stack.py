"""Stacks and averages of a world of two countries and three sectors, worked out on paper, and the days they turn on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pickle
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from strategy_games import record

from detente.core import DateError, InputError, LabelError, Labels, UnitError
from detente.dossier import Dossier
from detente.dossier.measure import Measure, Products
from detente.policy.duties.averages import _published
from detente.policy.duties.cells import cells
from detente.policy.duties.day import added_duties, duty_path, duty_stack, fits, sector_layers
from detente.policy.duties.stacking import CellRows, SectorRows, stack
from detente.world import load_world
from detente.world.economy import Economy
from detente.world.goods import is_service

EVE, DAY, NEXT = dt.date(2025, 1, 31), dt.date(2025, 2, 1), dt.date(2025, 2, 2)
LATE = dt.date(2026, 1, 1)


def world() -> Economy:
    """AAA buys of BBB goods X for 30 at a duty of 5 %, Y for 10 at 2 %, and services for 60; BBB of AAA 20, 8 and 2."""
    flows = np.array([[[100.0, 50, 90], [30, 10, 60]], [[20, 8, 2], [70, 40, 80]]])
    tariff = np.zeros_like(flows)
    tariff[0, 1] = [0.05, 0.02, 0.0]
    tariff[1, 0] = [0.01, 0.03, 0.0]
    share = np.full((2, 3), 0.7)
    inputs = np.full((2, 3, 3), 0.1)
    return Economy(
        "paper",
        2024,
        Labels(("AAA", "BBB"), ("X", "Y", "BUS")),
        flows,
        tariff,
        share,
        inputs,
        np.full(3, 4.0),
        "made up",
    )


def duty(key: str, rate: float, announced: dt.date = dt.date(2025, 1, 10), **changes: Any) -> Measure:
    """A duty of AAA on BBB, on all goods and in force from February 2025 unless said otherwise."""
    entry = {"from": DAY, "value": rate, "status": "in_force", "source": "memo", "grade": "assumed"}
    body = {
        "id": key,
        "title": key,
        "actor": "AAA",
        "targets": ["BBB"],
        "instrument": "tariff",
        "authority": "law",
        "issue": "tariffs",
        "unit": "fraction",
        "announced": announced,
        "products": {"lists": ["all"]},
        "last_checked": LATE,
    }
    entries = changes.pop("entries", [{}])
    return Measure.model_validate({**body, **changes, "values": [entry | one for one in entries]})


def held(*measures: Measure, asof: dt.date = LATE) -> Dossier:
    return dataclasses.replace(record(*measures), asof=asof)


def stacked(*measures: Measure, date: dt.date = DAY, importer: str = "AAA", exporter: str = "BBB") -> Any:
    return duty_stack(world(), held(*measures), date=date, importer=importer, exporter=exporter)


def test_a_stack_on_paper() -> None:
    found = stacked(duty("a", 0.10))
    assert found.authorities == ("mfn", "law")
    assert found.rates.tolist() == [[0.05, 0.02, 0], [0.10, 0.10, 0]]
    assert found.total == pytest.approx([0.15, 0.12, 0])
    assert (found.weights.tolist(), found.unallocated) == ([30, 10, 0], 0)
    # (30 · 5 % + 10 · 2 %) / 40 = 4.25 %, and 10 % on top; every sector alike: (15 + 12) / 2.
    assert found.weighted() == pytest.approx([0.0425, 0.10])
    assert {key: one.value for key, one in found.averages.items()} == pytest.approx(
        {"import_weighted_2024": 0.1425, "simple_average": 0.135, "headline_2025": 0.10}
    )
    assert found.averages["simple_average"].weights == "2 goods sectors, equal"
    assert "Goods in no sector" not in found.averages["import_weighted_2024"].note


def test_what_was_worked_out_on_rows_stays_in_the_process() -> None:
    """It is known by places in memory, where another process may have another measure."""
    rows = SectorRows(world(), "AAA", world().tariff[0].reshape(-1))
    states = held(duty("a", 0.10)).states(DAY).values()
    here = stack(rows, states)["law"]
    assert rows.charged
    sent = pickle.loads(pickle.dumps(rows))
    assert not sent.charged
    assert np.array_equal(stack(sent, states)["law"], here)


def test_a_duty_is_charged_from_its_own_day() -> None:
    for date, charged in ((EVE, False), (DAY, True), (NEXT, True)):
        assert ("law" in stacked(duty("a", 0.1), date=date).authorities) is charged
        assert bool(added_duties(world(), held(duty("a", 0.1)), date).any()) is charged


def test_what_the_base_year_holds_is_taken_off_and_never_below_nothing() -> None:
    old = duty("old", 0.03, dt.date(2018, 1, 1), entries=[{"from": dt.date(2018, 1, 1)}])
    # 5 % of X hold 3 % of the measure and 2 % of before; 2 % of Y cannot hold 3 %: nothing is left before it.
    assert stacked(old).rates.tolist() == pytest.approx(np.array([[0.02, 0, 0], [0.03, 0.03, 0]]))
    assert not added_duties(world(), held(old), DAY).any()
    base, layers = sector_layers(world(), held(old), DAY, "AAA")
    assert base[1] == pytest.approx([0.02, 0, 0])
    assert layers["law"][1] == pytest.approx([0.03, 0.03, 0])
    without_base, without = sector_layers(world(), held(old), DAY, "AAA", without=["old"])
    assert without_base[1] == pytest.approx([0.02, 0, 0])  # it still counts in what the base year holds
    assert without == {}
    # When it ends, X loses its 3 %, Y the 2 % that the data have.
    ended = duty("old", 0.03, dt.date(2018, 1, 1), entries=[{"from": dt.date(2018, 1, 1), "until": DAY}])
    assert added_duties(world(), held(ended), DAY)[0, 1] == pytest.approx([-0.03, -0.02, 0])


def test_the_last_day_of_the_base_year_is_in_it() -> None:
    for first, new in ((dt.date(2024, 12, 31), 0.0), (dt.date(2025, 1, 1), 0.04)):
        one = duty("a", 0.04, dt.date(2024, 1, 1), entries=[{"from": first}])
        assert added_duties(world(), held(one), DAY)[0, 1, 0] == pytest.approx(new)


def test_both_sides_are_read_from_their_own_measures() -> None:
    answer = duty("b", 0.20, actor="BBB", targets=["AAA"], products={"sectors": {"Y": 0.5}})
    added = added_duties(world(), held(duty("a", 0.10), answer), DAY)
    assert added[0, 1] == pytest.approx([0.10, 0.10, 0])
    assert added[1, 0] == pytest.approx([0, 0.10, 0])
    assert not added[0, 0].any()
    assert not added[1, 1].any()
    back = stacked(duty("a", 0.10), answer, importer="BBB", exporter="AAA")
    assert back.weights.tolist() == [20, 8, 0]
    # (20 · 1 % + 8 · 3 %) / 28, and 8 · 10 % / 28 on top
    assert back.weighted() == pytest.approx([0.44 / 28, 0.8 / 28])


def test_a_share_of_a_sector_counts_beside_a_list_of_all_goods() -> None:
    def rates(**products: Any) -> Any:
        return stack_of(duty("a", 0.10, products=products))

    assert rates(lists=["all"], sectors={"X": 0.5}) == pytest.approx([0.10, 0.10, 0])
    assert rates(sectors={"X": 0.5, "BUS": 1}) == pytest.approx([0.05, 0, 0.10])
    assert not rates(sectors={"X": 0.5}, excluded=["all"]).any()
    for products, said in (({}, "without products"), ({"lists": ["s232-steel"]}, "describes USA imports")):
        with pytest.raises(InputError, match=said):
            rates(**products)
    with pytest.raises(LabelError, match="unknown sector"):
        rates(sectors={"Q": 1})


def stack_of(one: Measure) -> Any:
    return sector_layers(world(), held(one), DAY, "AAA")[1].get("law", np.zeros((2, 3)))[1]


def test_a_ceiling_tops_up_and_the_largest_counts() -> None:
    cap = duty("cap", 0.04, entries=[{"ceiling": ["BBB"]}])
    assert stack_of(cap) == pytest.approx([0, 0.02, 0.04 * 0])  # X pays 5 % already, Y 2 %
    pair = [duty("a", 0.1, combine="max"), duty("b", 0.25, combine="max"), duty("c", 0.01)]
    _, layers = sector_layers(world(), held(*pair), DAY, "AAA")
    assert layers["law"][1] == pytest.approx([0.26, 0.26, 0])


def test_an_exclusion_leaves_the_difference_of_the_shares() -> None:
    part = duty("part", 0.5, authority="other", products={"sectors": {"X": 0.4}})
    less = duty("less", 0.5, authority="third", products={"sectors": {"X": 0.1}})
    wide = duty("wide", 0.1, excluded_by=["other", "third"])
    _, layers = sector_layers(world(), held(part, less, wide), DAY, "AAA")
    assert layers["law"][1] == pytest.approx(
        [0.06, 0.10, 0]
    )  # the larger of the two shares is spared, not both
    assert list(layers) == ["other", "third", "law"]


def test_a_rate_of_nothing_covers_nothing() -> None:
    zero = duty("zero", 0.0, authority="other")
    _, layers = sector_layers(world(), held(zero, duty("wide", 0.1, excluded_by=["other"])), DAY, "AAA")
    assert layers["law"][1] == pytest.approx([0.10, 0.10, 0])


@pytest.mark.parametrize(("rate", "refused"), [(-1.0, True), (-0.99, False), (float("inf"), True)])
def test_duties_of_minus_a_hundred_percent_are_refused(rate: float, refused: bool) -> None:
    states = held(duty("a", 0.1)).states(DAY).values()

    rows = SectorRows(world(), "AAA", world().tariff[0].reshape(-1))
    moved = [dataclasses.replace(state, value=rate) for state in states]
    if refused:
        with pytest.raises(UnitError, match="-100"):
            stack(rows, moved)
    else:
        assert stack(rows, moved)["law"].min() == pytest.approx(-0.99)


def test_targets_exceptions_and_the_actor_itself() -> None:
    def hit(**changes: Any) -> list[bool]:
        _, layers = sector_layers(world(), held(duty("a", 0.1, **changes)), DAY, "AAA")
        return layers["law"][:, 0].astype(bool).tolist()

    assert hit() == [False, True]
    assert hit(targets=["all"]) == [False, True]
    assert hit(targets=["BBB", "CHN"]) == [False, True]
    assert hit(targets=["CHN"]) == [False, False]
    assert hit(targets=["all"], except_targets=["BBB"]) == [False, False]
    assert hit(targets=["all"], except_targets=["BBB", "CHN"]) == [False, False]
    assert hit(targets=["all"], except_targets=["CHN"]) == [False, True]


@pytest.mark.parametrize("code", ["c17", "c35", "BUS", "services"])
def test_services(code: str) -> None:
    assert is_service(code)


@pytest.mark.parametrize("code", ["c16", "c36", "c9", "X", "cX", "d20"])
def test_goods(code: str) -> None:
    assert not is_service(code)


# ---- averages on their days ------------------------------------------------------------------------------------------


def test_headlines_count_from_the_first_of_january_2025() -> None:
    def headline(one: Measure, date: dt.date = DAY) -> float | None:
        found = stacked(one, date=date).averages.get("headline_2025")
        return None if found is None else found.value

    first = [{"from": dt.date(2024, 1, 1)}]
    new_year = dt.date(2025, 1, 1)
    assert headline(duty("a", 0.1, new_year)) == pytest.approx(0.1)
    assert headline(duty("a", 0.1, dt.date(2024, 12, 31))) == 0
    assert headline(duty("a", 0.1, dt.date(2024, 1, 1), entries=first), new_year) == 0
    assert headline(duty("a", 0.1, dt.date(2024, 1, 1), entries=first), dt.date(2024, 12, 31)) is None


def test_headlines_count_duties_in_force_on_all_goods_of_the_importer() -> None:
    def headline(*measures: Measure) -> float:
        return stacked(*measures).averages["headline_2025"].value

    both = duty("a", 0.1), duty("b", 0.2, authority="other")
    assert headline(*both) == pytest.approx(0.3)
    for other in (
        duty("c", 0.4, products={"sectors": {"X": 1}}),
        duty("c", 0.4, entries=[{"status": "suspended"}]),
        duty("c", 0.4, actor="BBB", targets=["AAA"]),
        duty("c", 0.4, targets=["CHN"]),
        duty("c", 0.4, unit="none"),
    ):
        assert headline(*both, other) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("date", "asof", "said"),
    [
        ("2025-11-09", "2026-06-01", 0.576),
        ("2025-11-10", "2026-06-01", 0.475),
        ("2025-12-31", "2026-06-01", 0.475),
        ("2026-01-01", "2026-06-01", None),
        ("2025-11-10", "2025-11-10", 0.475),
        ("2025-11-10", "2025-11-09", None),
        ("2025-09-24", "2026-06-01", None),
        ("2025-09-25", "2025-09-25", 0.576),
    ],
)
def test_a_published_average_holds_from_its_first_day_to_the_eve_of_its_last(
    date: str, asof: str, said: float | None
) -> None:
    basis: Any = SimpleNamespace(
        pair=("USA", "CHN"), date=dt.date.fromisoformat(date), asof=dt.date.fromisoformat(asof)
    )
    value, source = _published("fixed_2017_world", basis)
    assert value == said
    assert bool(source) == (said is not None)


def test_a_pair_without_imports_has_no_weighted_average() -> None:
    economy = world()
    flows = economy.flows.copy()
    flows[0, 1, :2] = 0
    bare = dataclasses.replace(economy, flows=flows)
    found = duty_stack(bare, held(duty("a", 0.1)), date=DAY, importer="AAA", exporter="BBB")
    assert set(found.averages) == {"simple_average", "headline_2025"}


# ---- paths and refusals ----------------------------------------------------------------------------------------------


def test_a_path_on_paper() -> None:
    table = duty_path(held(duty("a", 0.10)), world(), "AAA", "BBB", [EVE, DAY])
    assert table.column("date") == ["2025-01-31", "2025-02-01"]
    assert table.column("average") == pytest.approx([4.25, 14.25])
    assert [row[2:] for row in table.rows] == [pytest.approx((4.25, 0)), pytest.approx((4.25, 10))]
    simple = duty_path(held(duty("a", 0.10)), world(), "AAA", "BBB", [DAY], "simple_average")
    assert simple.rows == (("2025-02-01", pytest.approx(13.5)),)


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="no dates"):
        duty_path(held(duty("a", 0.1)), world(), "AAA", "BBB", [])
    with pytest.raises(LabelError, match="unknown concept"):
        duty_path(held(duty("a", 0.1)), world(), "AAA", "BBB", [DAY], "mean")
    with pytest.raises(LabelError, match="is not known for AAA on BBB"):
        duty_path(held(duty("a", 0.1)), world(), "AAA", "BBB", [DAY], "fixed_2017_world")
    with pytest.raises(InputError, match="charges itself"):
        stacked(duty("a", 0.1), exporter="AAA")
    for date in (dt.datetime(2025, 2, 1), "2025-02-01"):
        with pytest.raises(DateError, match="must be a day"):
            added_duties(world(), held(duty("a", 0.1)), date)  # type: ignore[arg-type]


# ---- product cells ---------------------------------------------------------------------------------------------------


def test_cells_fit_an_economy_that_has_all_their_regions_and_sectors() -> None:
    table = cells()
    regions, sectors = tuple(dict.fromkeys(table.regions)), tuple(table.sectors)

    def fitting(countries: tuple[str, ...], goods: tuple[str, ...]) -> bool:
        economy: Any = SimpleNamespace(labels=SimpleNamespace(countries=countries, sectors=goods))
        return fits(economy, table)

    assert fitting(regions, sectors)
    assert fitting((*regions, "USA"), (*sectors, "BUS"))
    assert not fitting(regions[1:], sectors)
    assert not fitting(regions, sectors[1:])
    assert not fitting(("USA",), ("BUS",))


def test_a_ceiling_on_a_region_holds_for_its_members() -> None:
    table = cells()
    cap = duty("cap", 0.15, actor="USA", targets=["all"], entries=[{"ceiling": ["ASEAN"]}])
    charged = stack(CellRows(table), held(cap).states(DAY).values())["law"]
    for code, capped in (("THA", True), ("JPN", False)):
        mine = table.partner == table.partners.index(code)
        expected = np.maximum(0.15 - table.base[mine], 0) if capped else 0.15
        np.testing.assert_allclose(charged[mine], expected)


def test_the_simple_average_of_cells_counts_every_line_once() -> None:
    economy, table = load_world(), cells()
    added = duty("a", 0.10, actor="USA", targets=["JPN"])
    found = duty_stack(economy, held(added), date=DAY, importer="USA", exporter="JPN").averages
    mine = table.partner == table.partners.index("JPN")
    base = (table.base[mine] * table.lines[mine]).sum() / table.lines[mine].sum()
    assert found["simple_average"].value == pytest.approx(base + 0.10)
    # What was collected in 2024, and 10 % of the imports that belong to a sector.
    p = table.partners.index("JPN")
    collected = (table.duty[p] + 0.10 * table.value[mine].sum()) / table.imports[p]
    assert found["collected_base_plus_added"].value == pytest.approx(collected)
    outside = duty_stack(economy, held(added), date=DAY, importer="USA", exporter="JPN").unallocated
    assert outside == pytest.approx(table.unallocated[p])
    assert f"USD {outside / 1e3:.1f} bn" in found["import_weighted_2024"].note


def test_every_duty_is_checked_and_nothing_else() -> None:
    fee = duty("fee", 1.0, actor="ZZZ", instrument="port_fee", targets=["QQQ"])
    assert not added_duties(world(), held(fee), DAY).any()
    wrong = duty("wrong", 0.1, targets=["BBC"])
    for call in (
        lambda: added_duties(world(), held(fee, wrong), DAY),
        lambda: sector_layers(world(), held(fee, wrong), DAY, "AAA"),
        lambda: stacked(fee, wrong),
    ):
        with pytest.raises(LabelError, match="unknown country `BBC`"):
            call()
    rows = SectorRows(world(), "AAA", world().tariff[0].reshape(-1))
    with pytest.raises(LabelError, match="`Q`"):
        rows.coverage(Products(sectors={"X": 0.5, "Q": 1.0}), where="measure m")


def test_shares_of_a_path_are_shown_in_points_with_one_decimal() -> None:
    table = duty_path(held(duty("a", 0.10)), world(), "AAA", "BBB", [DAY])
    assert [(column.key, column.digits) for column in table.columns[1:]] == [
        ("average", 1),
        ("mfn", 1),
        ("law", 1),
    ]


def test_a_code_that_spans_goods_and_services_is_goods() -> None:
    assert not is_service("C33_D35")
    assert is_service("D35_E36")


def test_a_region_stands_for_its_members_and_no_others() -> None:
    economy, table = load_world(), cells()
    added = duty("a", 0.10, actor="USA", targets=["ASEAN"])
    other = duty("b", 0.30, actor="USA", targets=["JPN"])
    found = duty_stack(economy, held(added, other), date=DAY, importer="USA", exporter="ASEAN").averages
    members = [p for p in range(len(table.partners)) if table.regions[p] == "ASEAN"]
    assert len(members) > 1
    goods = table.value[np.isin(table.partner, members)].sum()
    collected = (table.duty[members].sum() + 0.10 * goods) / table.imports[members].sum()
    assert found["collected_base_plus_added"].value == pytest.approx(collected)
    assert found["collected_base_plus_added"].weights.endswith("the codes of its members")
    assert found["headline_2025"].value == pytest.approx(0.10)
    own = duty_stack(economy, held(added, other), date=DAY, importer="USA", exporter="JPN").averages
    assert own["headline_2025"].value == pytest.approx(0.30)
    assert own["collected_base_plus_added"].weights.endswith("its own customs code")


def test_the_published_base_is_added_from_january_2025_and_its_parts_are_named() -> None:
    economy = load_world()
    wide = duty(
        "a", 0.10, dt.date(2025, 1, 1), actor="USA", targets=["CHN"], entries=[{"from": dt.date(2025, 1, 1)}]
    )
    narrow = duty(
        "s", 5.0, dt.date(2025, 1, 1), actor="USA", targets=["CHN"], authority="section-232",
        products={"lists": ["s232-steel"]}, entries=[{"from": dt.date(2025, 1, 1)}],
    )  # fmt: skip
    before = duty_stack(
        economy, held(wide, narrow), date=dt.date(2024, 12, 31), importer="USA", exporter="CHN"
    )
    assert "published_base_plus_headline" not in before.averages
    stacked = duty_stack(
        economy, held(wide, narrow), date=dt.date(2025, 1, 1), importer="USA", exporter="CHN"
    )
    found = stacked.averages["published_base_plus_headline"]
    table = cells()
    weights = table.weights_2017["USA<CHN:world"]
    rates = stacked.rates[stacked.authorities.index("section-232")]
    place = [economy.labels.sector(code) for code in table.sectors]
    partial = (rates[place] * weights).sum() / weights.sum()
    assert partial > 0
    assert found.value == pytest.approx(0.208 + 0.10 + partial)
    said = f"20.8 published for January 2025 + 10.0 headline + {100 * partial:.1f} on lists of goods"
    assert said in found.note


def test_stacks_are_known_again_and_few_are_kept():
    from detente.dossier import load_dossier
    from detente.policy.duties.stacking import _KEPT_STACKS, cell_rows

    dossier = load_dossier()
    rows = cell_rows(dossier.trade_of("USA"))
    rows.stacked.clear()
    states = [state for state in dossier.states(dossier.asof).values() if state.measure.actor == "USA"]
    first, again = stack(rows, states), stack(rows, states)
    assert len(rows.stacked) == 1
    assert all(again[name] is duty for name, duty in first.items())
    first.clear()
    assert stack(rows, states) == again
    with pytest.raises(ValueError, match="read-only"):
        next(iter(again.values()))[0] = 1.0
    for count in range(len(states)):
        stack(rows, states[:count])
    assert len(rows.stacked) == _KEPT_STACKS
    assert not pickle.loads(pickle.dumps(rows)).stacked
