"""What a firm pays on a product: codes wide and narrow, exporters apart, ceilings, ordinary duties, and what is not known."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import Any

import numpy as np
import pytest

from detente.core import InputError, LabelError, Labels
from detente.dossier import Dossier, FrozenDict, OrdinaryDuty, Products, TradeLine, load_dossier
from detente.dossier.measure import Measure
from detente.dossier.timeline import resolve
from detente.policy.duties.bill import bill_table
from detente.policy.duties.by_product import ProductDuties, product_duties
from detente.policy.duties.by_product_tables import product_table
from detente.policy.duties.codes import BORROWED, CodeShares
from detente.policy.duties.day import duty_stack
from detente.policy.duties.layering import Charge, layers
from detente.policy.duties.product_data import products
from detente.policy.duties.reach import ProductReach, bounds, stacked
from detente.world import Economy, load_world

DAY = dt.date(2025, 6, 1)


@pytest.fixture(scope="module")
def world() -> Economy:
    return load_world()


def duty(key: str, rate: float, **changes: Any) -> Measure:
    """A duty of the European Union on China, in force from 2025 unless said otherwise."""
    value = {"from": "2025-01-10", "value": rate, "status": "in_force", "source": "memo", "grade": "assumed"}
    body = {
        "id": key,
        "title": key.upper(),
        "actor": "EU27",
        "targets": ["CHN"],
        "instrument": "tariff",
        "authority": "law",
        "issue": "tariffs",
        "unit": "fraction",
        "announced": "2025-01-10",
        "products": {"codes": ["870380"]},
        "last_checked": "2026-01-01",
    }
    body |= {name: change for name, change in changes.items() if name != "entry"}
    return Measure.model_validate({**body, "values": [value | changes.get("entry", {})]})


def line(code: str, value: float, exporter: str = "CHN", importer: str = "EU27") -> TradeLine:
    body = {"id": f"{importer}-{exporter}-{code}", "importer": importer, "exporter": exporter, "code": code}
    return TradeLine.model_validate(
        {**body, "value": value, "year": 2024, "source": "memo", "grade": "assumed"}
    )


def ordinary(code: str, rate: float, **changes: Any) -> OrdinaryDuty:
    body = {"id": f"o-{code}-{rate}", "importer": "EU27", "exporters": ["CHN"], "code": code, "rate": rate}
    return OrdinaryDuty.model_validate(
        {**body, "from": "2018-01-01", "source": "memo", "grade": "assumed", **changes}
    )


def held(*entries: Measure | TradeLine | OrdinaryDuty) -> Dossier:
    """A record of these entries and nothing else."""

    def group(kind: type) -> FrozenDict[Any]:
        return FrozenDict({entry.id: entry for entry in entries if isinstance(entry, kind)})

    return dataclasses.replace(
        load_dossier(),
        asof=dt.date(2026, 1, 1),
        measures=group(Measure),
        trade=group(TradeLine),
        ordinary=group(OrdinaryDuty),
        clocks=FrozenDict(),
    )


def on_products(world: Economy, *entries: Any, exporters: tuple[str, ...] = ("CHN",)) -> ProductDuties:
    return product_duties(world, held(*entries), date=DAY, importer="EU27", exporters=exporters)


def shown(duties: ProductDuties, code: str) -> dict[str, str]:
    table = product_table(duties, code)
    return dict(zip([column.key for column in table.columns], table.shown()[0], strict=True))


# The bill


def test_the_bill_counts_trade_recorded_under_a_heading(world: Economy) -> None:
    lines = (
        line("0203", 1000),
        line("020329", 300),
        line("020649", 200),
        line("8703", 70),
        line("87038010", 40),
    )
    pork = duty("pork", 0.5, products={"codes": ["0203", "020649"]})
    table = bill_table(world, held(pork, *lines), measure="pork", date=DAY, exporter="CHN", top=50)
    rows = {str(row["hs6"]): row for row in table.records()}
    assert rows["020329"]["imports"] == pytest.approx(300)
    inside = sum(float(row["imports"]) for code, row in rows.items() if code.startswith("0203"))
    assert inside == pytest.approx(1000)
    last = rows["all recorded"]
    assert last["bill"] == pytest.approx(600)
    assert last["imports"] == pytest.approx(1000 + 200 + 70)
    others = products().value.sum(0)[products().find("020322")[0]]
    rest = (
        sum(products().value.sum(0)[h] for h in products().find("0203"))
        - products().value.sum(0)[products().find("020329")[0]]
    )
    assert rows["020322"]["imports"] == pytest.approx(700 * others / rest)
    assert "0203, 8703 is spread over products" in table.note
    assert "an upper bound" in table.note


def test_a_bill_that_lacks_trade_says_that_it_is_a_part(world: Economy) -> None:
    note = bill_table(
        world,
        held(duty("cars", 0.5, products={"codes": ["8703"]}), line("870380", 40)),
        measure="cars",
        date=DAY,
        exporter="CHN",
    ).note
    missing = len(products().find("8703"))
    assert f"{missing - 1} of the {missing} products that it charges is not recorded" in note
    assert "upper bound" not in note
    shares = duty("shares", 0.5, products={"sectors": {"C29": 0.4}})
    note = bill_table(
        world, held(shares, line("870380", 40)), measure="shares", date=DAY, exporter="CHN"
    ).note
    assert "spread evenly over its products" in note


# What a rate rests on


def test_for_the_importer_of_the_cells_the_remark_names_what_was_weighed(world: Economy) -> None:
    cars = duty("cars", 0.5, actor="USA")
    plain = held(cars)
    with_trade = held(cars, line("870380", 5.0, importer="USA"))
    stacks = [duty_stack(world, one, date=DAY, importer="USA", exporter="CHN") for one in (plain, with_trade)]
    assert np.array_equal(stacks[0].rates, stacks[1].rates)
    assert stacks[0].remarks == stacks[1].remarks
    assert "USA imports of 2024 by product" in stacks[1].remarks[0]
    # what part of its product a national line is comes from the record
    narrow = duty("narrow", 0.5, actor="USA", products={"codes": ["87038010"]})
    parts = (line("870380", 10.0, importer="USA"), line("87038010", 4.0, importer="USA"))
    whole, part = (
        duty_stack(world, held(narrow, *lines), date=DAY, importer="USA", exporter="CHN")
        for lines in ((), parts)
    )
    place = world.labels.sector("C29")
    assert float(part.rates[1, place]) == pytest.approx(0.4 * float(whole.rates[1, place]))
    assert float(whole.rates[1, place]) == pytest.approx(float(stacks[0].rates[1, place]))
    assert "without trade as their whole six-digit product" in whole.remarks[0]
    assert "parts of their product by the record's trade (memo)" in part.remarks[0]
    product = product_duties(world, held(narrow, *parts), date=DAY, importer="USA", exporters=["CHN"])
    assert product.rates[-1, 0, product.table.find("870380")[0]] == pytest.approx(0.5 * 0.4)


def test_national_lines_are_parts_of_their_product_exporter_by_exporter(world: Economy) -> None:
    lines = (
        line("870380", 100),
        line("87038010", 90),
        line("870380", 100, "KOR"),
        line("87038010", 20, "KOR"),
    )
    narrow = duty("narrow", 0.5, targets=["CHN", "KOR", "JPN"], products={"codes": ["87038010"]})
    both = on_products(world, narrow, *lines, exporters=("CHN", "KOR", "JPN"))
    h = both.table.find("870380")[0]
    assert both.rates[1, :, h] == pytest.approx([0.45, 0.1, 0.5])
    assert shown(both, "870380")["law"] == "45.0 (50.0 % on 90 % of it)"
    assert both.spread is not None
    assert both.spread.low[:, h] == pytest.approx(both.rates[0, :, h])
    assert both.spread.high[:, h] == pytest.approx(both.rates[0, :, h] + 0.5)
    assert "not known" in both.spread.why(2, h)


def test_a_partner_the_table_lacks_is_weighed_by_borrowed_imports(world: Economy) -> None:
    """The importer of the table on a world of other countries: its own imports from them are not in the table."""
    labels = world.labels
    names = tuple("ATL" if code == "BRA" else code for code in labels.countries)
    other = dataclasses.replace(world, labels=Labels(names, labels.sectors))
    share, basis = CodeShares(other, "USA").of(Products(codes=("870380",)), "ATL", where="here")
    assert share[labels.sector("C29")] > 0
    assert basis.kinds == {BORROWED}
    assert "(assumed)" in basis.words()


# Sectors, ceilings, authorities


def test_codes_and_sectors_of_one_measure_both_reach_products(world: Economy) -> None:
    for actor in ("EU27", "USA"):
        mixed = duty("mixed", 0.5, actor=actor, products={"codes": ["870380"], "sectors": {"C29": 0.3}})
        found = product_duties(world, held(mixed), date=DAY, importer=actor, exporters=["CHN"])
        k = found.authorities.index("law")
        battery, other = found.table.find("870380")[0], found.table.find("870323")[0]
        assert found.rates[k, 0, [battery, other]] == pytest.approx([0.5, 0.15])
        spread = found.spread
        assert spread is not None
        rest = found.rates.sum(0)[0] - found.rates[k, 0]
        assert spread.low[0, [battery, other]] == pytest.approx(rest[[battery, other]] + [0.5, 0.0])
        assert spread.high[0, [battery, other]] == pytest.approx(rest[[battery, other]] + [0.5, 0.5])
        assert shown(found, "870380")["law"] == "50.0"
        assert shown(found, "870323")["law"] == "15.0 (sector average)"


def test_a_ceiling_by_product_leaves_what_is_above_the_ordinary_duty(world: Economy) -> None:
    for actor, code in (("EU27", "870380"), ("USA", "640399")):
        capped = duty("capped", 0.15, actor=actor, products={"codes": [code]}, entry={"ceiling": ["CHN"]})
        found = product_duties(world, held(capped), date=DAY, importer=actor, exporters=["CHN"])
        h = found.table.find(code)[0]
        base, spread = float(found.rates[0, 0, h]), found.spread
        assert 0 < base < 0.15
        assert spread is not None
        assert spread.low[0, h] <= found.total[0, h] + 1e-12
        assert found.total[0, h] <= spread.high[0, h] + 1e-12
        assert found.total[0, h] <= 0.15 + 1e-12 or actor == "USA"
    sectors = on_products(
        world, duty("capped", 0.15, products={"sectors": {"C29": 1.0}}, entry={"ceiling": ["CHN"]})
    )
    h = sectors.table.find("870380")[0]
    assert sectors.total[0, h] == pytest.approx(0.15)
    assert sectors.spread is not None
    assert (float(sectors.spread.low[0, h]), float(sectors.spread.high[0, h])) == pytest.approx((0.15, 0.15))


def test_two_measures_by_code_under_one_authority_are_exact(world: Economy) -> None:
    pair = (
        duty("one", 0.1),
        duty("two", 0.2, products={"codes": ["8703"]}),
        duty("three", 0.3, authority="rule"),
    )
    found = on_products(world, *pair)
    assert found.tiers["law"] == "exact"
    assert shown(found, "870380")["law"] == "30.0"
    gone = duty("gone", 0.3, products={"sectors": {"C29": 0.5}}, entry={"status": "suspended"})
    assert on_products(world, pair[0], gone).tiers["law"] == "exact"
    american = [one.model_copy(update={"actor": "USA"}) for one in (pair[0], pair[1], gone)]
    found = product_duties(world, held(*american), date=DAY, importer="USA", exporters=["CHN"])
    assert found.tiers["law"] == "exact"
    h = found.table.find("870380")[0]
    assert found.rates[found.authorities.index("law"), 0, h] == pytest.approx(0.3)


def test_by_product_duties_stack_by_the_rules(world: Economy) -> None:
    """What gives way to a duty by code gives way on its products, and of an authority's rates the largest counts."""
    wide = duty("wide", 0.2, products={"lists": ["all"]}, excluded_by=["rule"])
    narrow = duty("narrow", 0.3, authority="rule", combine="max")
    rival = duty("rival", 0.1, authority="rule", combine="max", products={"codes": ["8703"]})
    found = on_products(world, wide, narrow, rival)
    battery, other, shoes = (found.table.find(code)[0] for code in ("870380", "870323", "640399"))
    above = found.total[0] - found.rates[0, 0]
    assert above[[battery, other, shoes]] == pytest.approx([0.3, 0.1, 0.2])
    assert found.spread is not None
    assert np.allclose(found.spread.low, found.total)
    assert np.allclose(found.spread.high, found.total)


def test_bounds_hold_every_way_the_shares_can_fall() -> None:
    """A product pays all or nothing of a duty on a part of its sector: each such outcome lies within the bounds."""
    rng, shape = np.random.default_rng(5), (1, 1)
    for _ in range(60):
        reached = []
        for k in range(4):
            measure = duty(
                f"m{k}",
                float(rng.uniform(0.05, 0.5)),
                authority=f"a{k % 3}",
                combine=str(rng.choice(["add", "max"])),
                excluded_by=["a0"] if k % 3 and rng.random() < 0.5 else [],
            )
            share = np.full(shape, float(rng.choice([0.0, 0.4, 1.0])))
            state, rate = resolve(measure, DAY, DAY), np.full(shape, measure.values[0].value)
            open_ = (share > 0) & (share < 1)
            least, most = np.where(open_, 0.0, share), np.ceil(share)
            reached.append(ProductReach(state, rate, share, least, most, open_))
        low, high = bounds(reached, shape)
        totals = [sum(stacked(reached, shape).values())]
        for outcome in itertools.product(*((0.0, 1.0) if r.average else (r.share[0, 0],) for r in reached)):
            charges = [
                Charge(r.state.measure, r.rate, np.full(shape, part))
                for r, part in zip(reached, outcome, strict=True)
            ]
            totals.append(sum(layers(charges, shape).values()))
        assert low[0, 0] <= min(totals) + 1e-12
        assert max(totals) <= high[0, 0] + 1e-12


def test_what_is_taken_off_codes_by_list_is_taken_off_or_refused(world: Economy) -> None:
    off = duty("off", 0.3, products={"codes": ["870380"], "excluded": ["all"]})
    assert on_products(world, off).authorities == ("mfn",)
    foreign = duty("foreign", 0.3, products={"codes": ["870380"], "excluded": ["usmca"]})
    with pytest.raises(InputError, match="describes USA imports"):
        on_products(world, foreign)
    own = foreign.model_copy(update={"actor": "USA"})
    with pytest.raises(InputError, match="has no six-digit products"):
        product_duties(world, held(own), date=DAY, importer="USA")


def test_errors_name_the_measure(world: Economy) -> None:
    for actor in ("EU27", "USA"):
        with pytest.raises(LabelError, match="no goods product `870399`") as caught:
            product_duties(
                world,
                held(duty("wrong", 0.1, actor=actor, products={"codes": ["870399"]})),
                date=DAY,
                importer=actor,
            )
        assert caught.value.measure == "wrong"


# Ordinary duties


def test_a_recorded_ordinary_duty_is_that_of_the_line(world: Economy) -> None:
    entries = (
        ordinary("8703", 0.10),
        ordinary("870380", 0.12, low=0.1, high=0.14),
        ordinary("870380", 0.5, **{"from": "2025-07-01"}),
        ordinary("640399", 0.08, exporters=["all"]),
        ordinary("640399", 0.0, exporters=["KOR"]),
    )
    found = on_products(world, *entries, exporters=("CHN", "KOR"))
    cars, battery, shoes, meat = (
        found.table.find(code)[0] for code in ("870323", "870380", "640399", "020329")
    )
    average = on_products(world, exporters=("CHN", "KOR")).rates[0]
    assert found.rates[0, 0, [cars, battery, shoes]] == pytest.approx([0.10, 0.12, 0.08])
    assert found.rates[0, 1, [cars, shoes]] == pytest.approx([average[1, cars], 0.0])
    assert found.rates[0, :, meat] == pytest.approx(average[:, meat])
    assert shown(found, "870323")["mfn"] == "10.0 (ordinary duty of the line)"
    assert shown(found, "020329")["mfn"].endswith("(sector average)")
    assert found.spread is not None
    assert (found.spread.low[0, battery], found.spread.high[0, battery]) == pytest.approx((0.1, 0.14))
    assert found.spread.why(0, cars) == ""
    assert found.spread.why(0, battery) == "mfn: its tariff lines pay differently"
    assert "mfn: exact" in product_table(found, "870323").note
    assert "mfn: sector" in product_table(found, "020329").note
    # a ceiling leaves what is above the line's own duty
    capped = duty("capped", 0.15, products={"sectors": {"C29": 1.0}}, entry={"ceiling": ["CHN"]})
    assert on_products(world, capped, *entries).total[0, cars] == pytest.approx(0.15)


def test_ordinary_duties_of_nobody_or_of_the_shipped_table_are_refused(world: Economy) -> None:
    with pytest.raises(LabelError, match="unknown country `CHM`"):
        on_products(world, ordinary("8703", 0.1, exporters=["CHM"]))
    with pytest.raises(LabelError, match="no goods product `870399`"):
        on_products(world, ordinary("870399", 0.1))
    with pytest.raises(InputError, match="those of the shipped table"):
        product_duties(world, held(ordinary("8703", 0.1, importer="USA")), date=DAY, importer="USA")
    with pytest.raises(ValueError, match="a national line"):
        ordinary("87038010", 0.1)
    doubts = list(ordinary("8703", 10.0, low=11.0, until="2017-01-01").doubts())
    assert [doubt.path for doubt in doubts] == [("rate",), ("low",), ("rate",), ("until",)]
