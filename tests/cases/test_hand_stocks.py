"""Stocks month by month, horizons word by word, headlines and cases number by number."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from detente.cases import horizons, parting, stocks
from detente.cases.case import Case, ControlledOutcome, base_case, controls_of, held_wedges
from detente.cases.headline_results import HEADLINES, headline_differences, headlines
from detente.cases.holdings import Holdings
from detente.cases.horizons import (
    HORIZONS,
    critical_sectors,
    horizon,
    horizon_sentence,
    horizon_table,
    named_horizon,
    with_horizon_elasticities,
)
from detente.cases.parties import sides_in
from detente.cases.runs import solve_cases, steered_like
from detente.cases.stocks import Draw, Period, by_horizon, path_with_stocks, stock_table
from detente.core import InputError, LabelError, SolveError, UnitError
from detente.equilibrium import CORE, Model, Policy, Structure, solve
from detente.equilibrium.controls import Binding, QuantityControl
from detente.policy import Scenario
from detente.policy.quantity import QuantityLimit
from detente.world import Wedges, load_world, toy

WORLD = toy()
STILL = Wedges.unchanged(WORLD)
USA, CHN, EU, MEX, ROW = range(5)


def control(name="cap", limit=0.5, kind="cap", importers=("USA",), sectors=("PARTS",)):
    return QuantityControl.on(
        WORLD, name, importers=importers, exporters=("CHN",), sectors=sectors, limit=limit, kind=kind
    )


# ---- stocks ------------------------------------------------------------------------------------------------------------


def walked(monkeypatch, wanted):
    """Take the place of solving: users want this volume each month, or what there is where that is less."""
    calls = SimpleNamespace(limits=[], starts=[], structures=[])

    def fake(model, policy, *, start):
        calls.limits.append({one.name: one.limit for one in policy.controls})
        calls.starts.append(start)
        calls.structures.append(model.structure)
        bindings = {}
        for one in policy.controls:
            tight = one.limit < wanted
            bindings[one.name] = Binding(0.4 if tight else 0.0, min(one.limit, wanted), 1.0)
        return SimpleNamespace(value=SimpleNamespace(structure=model.structure), bindings=bindings)

    monkeypatch.setattr(parting, "solve", fake)
    monkeypatch.setattr(stocks, "_used", lambda value, control: wanted)
    return calls


def walk(held, months, *controls, at=None):
    structure = Structure()
    return path_with_stocks(
        WORLD, STILL, controls, held, months, structure_by_month=at or (lambda _: (WORLD, structure))
    )


def test_a_stock_runs_down_by_what_deliveries_leave_open(monkeypatch) -> None:
    """0.9 a month wanted, 0.5 delivered: 0.4 a month from 1.0, then 0.2 over the third month of two, then none."""
    calls = walked(monkeypatch, 0.9)
    path = walk({"cap": 1.0}, [1, 1, 1, 2], control())
    assert [one["cap"] for one in calls.limits] == pytest.approx([1.5, 1.1, 0.7, 0.5])
    draws = [period.draws["cap"] for period in path]
    assert [one.drawn for one in draws] == pytest.approx([0.4, 0.4, 0.2, 0.0])
    assert [one.left for one in draws] == pytest.approx([0.6, 0.2, 0.0, 0.0], abs=1e-12)
    assert [one.volume for one in draws] == pytest.approx([0.9, 0.9, 0.7, 0.5])
    assert [(period.start, period.months) for period in path] == [(0, 1), (1, 1), (2, 1), (3, 2)]
    calls = walked(monkeypatch, 0.9)
    path = walk({"cap": 1.0}, [2, 2], control())
    assert [one["cap"] for one in calls.limits] == pytest.approx([1.0, 0.6])
    assert [period.draws["cap"].drawn for period in path] == pytest.approx([0.8, 0.2])
    structure = Structure()
    year = path_with_stocks(WORLD, STILL, [control()], {}, structure_by_month=lambda _: (WORLD, structure))
    assert [(period.start, period.months) for period in year] == [(k, 1) for k in range(12)]
    # who wants less than is delivered draws nothing
    walked(monkeypatch, 0.3)
    assert [one.draws["cap"].left for one in walk({"cap": 1.0}, [1, 1], control())] == [1.0, 1.0]


def test_several_controls_each_with_a_stock_of_its_own_and_floors_without(monkeypatch) -> None:
    calls = walked(monkeypatch, 0.9)
    floor, ban = control("floor", 0.2, "floor", ("EU27",)), control("ban", 0.0, importers=("MEX",))
    path = walk({"ban": 1.2, "cap": math.inf}, [1, 1], floor, control(), ban)
    assert calls.limits == [
        {"floor": 0.2, "ban": pytest.approx(1.2)},
        {"floor": 0.2, "ban": pytest.approx(0.3)},
    ]
    first, second = (period.draws for period in path)
    assert (first["floor"].drawn, first["floor"].left, first["floor"].volume) == (0, 0, 0.2)
    assert math.isinf(first["cap"].left)
    assert math.isinf(second["cap"].left)
    assert first["cap"].drawn == pytest.approx(0.4)
    assert first["cap"].binding == Binding(0.0, 0.9, 0.0)
    assert first["ban"].drawn == pytest.approx(0.9)
    assert second["ban"].drawn == pytest.approx(0.3)
    assert second["ban"].left == 0


def test_the_same_period_is_solved_once_and_a_new_one_begins_at_the_last_of_its_horizon(monkeypatch) -> None:
    calls = walked(monkeypatch, 0.9)
    first, second = Structure(), Structure(mobility=2.0)
    seen = []

    def at(months):
        seen.append(months)
        return WORLD, first if months < 3 else second

    path = walk({"cap": 0.4}, [1, 1, 1, 2, 2], control(), at=at)
    assert seen == [0.5, 1.5, 2.5, 4.0, 6.0]
    assert len(calls.limits) == 3
    assert calls.structures == [first, first, second]
    assert calls.starts[0] is None
    assert calls.starts[1] is not None
    assert calls.starts[2] is None
    assert path[1].value is path[2].value
    assert path[3].value is path[4].value


def test_the_law_of_a_period_is_that_of_its_middle(monkeypatch) -> None:
    calls = walked(monkeypatch, 0.9)
    asked = []

    def law(months):
        asked.append(months)
        return STILL, [control(limit=0.5 if months < 2 else 0.25)]

    held = Holdings(WORLD, {"cap": 0.4})
    path = stocks.walk(WORLD, law, held, [1, 2, 4], lambda months: (WORLD, CORE))
    assert asked == [0.5, 2.0, 5.0]
    assert [one["cap"] for one in calls.limits] == pytest.approx([0.9, 0.25])
    assert [period.start for period in path] == [0, 1, 3]


def test_horizons_follow_each_other_by_the_middle_of_a_period() -> None:
    at = by_horizon(WORLD)
    for months, name in (
        (0.0, "impact"),
        (5.99, "impact"),
        (6.0, "short run"),
        (35.99, "short run"),
        (36.0, "long run"),
    ):
        economy, structure = at(months)
        assert structure.horizon == name
        wanted = {"impact": "impact", "short run": "short", "long run": "long"}[name]
        assert economy.trade_elasticity.tolist() == horizon(wanted, WORLD)[0].trade_elasticity.tolist()
        assert by_horizon(WORLD, keep_elasticities=True)(months)[0] is WORLD
    assert not np.array_equal(at(0.0)[0].trade_elasticity, WORLD.trade_elasticity)


def test_a_period_without_an_equilibrium_says_which_and_with_how_much(monkeypatch) -> None:
    def fails(model, policy, *, start):
        solution = solve(Model(WORLD), STILL)
        raise SolveError("no", where="there", hint="try something.", solution=solution)

    monkeypatch.setattr(parting, "solve", fails)
    with pytest.raises(SolveError) as caught:
        walk({"cap": 0.25}, [1, 2], control(limit=0.333))
    text = str(caught.value)
    assert "no equilibrium was found with cap at 58.3 % of the base year's volume" in text
    assert "months 0 to 1 (long run)" in text
    assert "try something." in text
    with pytest.raises(SolveError, match="with no cut of the base year's volume"):
        walk({}, [1])


@pytest.mark.parametrize("held", [-0.1, math.nan])
def test_stocks_and_lengths_that_are_none(held) -> None:
    with pytest.raises(UnitError, match="the stock is"):
        walk({"cap": held}, [1], control())
    for months in ([], [1, -1], [0], [math.inf], [math.nan]):
        with pytest.raises(UnitError, match="periods are"):
            walk({"cap": 0.0}, months, control())
    with pytest.raises(LabelError, match="no control `cop`"):
        walk({"cop": 1.0}, [1], control())
    with pytest.raises(InputError, match="a floor has no stock"):
        walk({"cap": 1.0}, [1], control(kind="floor"))


def test_what_is_used_is_counted_at_base_prices() -> None:
    both = control(importers=("USA", "MEX"))
    value = solve(Model(WORLD), Wedges.of(WORLD, tariff=2 * WORLD.tariff)).value
    parts = WORLD.labels.sector("PARTS")
    base = [WORLD.flows[n, CHN, parts] for n in (USA, MEX)]
    hats = [value.flow_volume_hat[n, CHN, parts] for n in (USA, MEX)]
    assert stocks._used(value, both) == pytest.approx(np.dot(base, hats) / sum(base), rel=1e-12)


def test_the_table_of_a_path_cell_by_cell() -> None:
    value = solve(Model(WORLD), Wedges.of(WORLD, tariff=2 * WORLD.tariff)).value
    cap, ban = control(sectors=("PARTS", "GOODS")), control("ban", 0.0, importers=("MEX",))
    path = [
        Period(1.5, 2.0, value, {
            "cap": Draw(0.7, 0.4, 0.1, Binding(0.3, 0.7, 1.0)),
            "ban": Draw(0.0, 0.0, math.inf, Binding(math.inf, 0.0, 0.0)),
        }),
    ]  # fmt: skip
    table = stock_table(path, [cap, ban], ["USA", "EU27"])
    assert [(one.key, one.unit, one.kind, one.digits) for one in table.columns[5:]] == [
        ("volume_pct", "% of base use", "number", 1),
        ("drawn_months", "months of base use", "number", 3),
        ("left_months", "months of base use", "number", 3),
        ("wedge_pct", "%", "number", 1),
        ("price_pct", "%", "number", 2),
        ("real_income_pct", "%", "number", 3),
    ]
    assert [(one.key, one.digits) for one in table.columns[:2]] == [("from_month", 1), ("to_month", 1)]
    goods = {
        "cap": [WORLD.labels.sector("PARTS"), WORLD.labels.sector("GOODS")],
        "ban": [WORLD.labels.sector("PARTS")],
    }
    expected = []
    for name in ("cap", "ban"):
        for n, code in ((USA, "USA"), (EU, "EU27")):
            spent = WORLD.expenditure[n, goods[name]]
            price = 100 * ((spent * value.price_hat[n, goods[name]]).sum() / spent.sum() - 1)
            income = 100 * (value.real_income_hat[n] - 1)
            draw = path[0].draws[name]
            left, wedge = (0.1, 100 * (math.exp(0.3) - 1)) if name == "cap" else (None, None)
            expected.append(
                (1.5, 3.5, "long run", name, code, 100 * draw.volume, draw.drawn, left, wedge, price, income)
            )
    for row, wanted in zip(table.rows, expected, strict=True):
        assert row[:5] == wanted[:5]
        assert [one is None for one in row] == [one is None for one in wanted]
        assert [one for one in row[5:] if one is not None] == pytest.approx(
            [one for one in wanted[5:] if one is not None], rel=1e-12
        )


# ---- horizons ----------------------------------------------------------------------------------------------------------


def test_what_a_setting_must_state() -> None:
    body = {"value": 0.5, "grade": "assumed", "source": "made up"}
    made = horizons._setting(body, "here")
    assert (made.value, made.grade, made.source) == (0.5, "assumed", "made up")
    assert horizons._setting({**body, "value": "free"}, "here").value == math.inf
    for name in body:
        with pytest.raises(InputError, match="needs `value`, `grade` and `source`"):
            horizons._setting({key: one for key, one in body.items() if key != name}, "here")
    for bad in ("much", None, [1]):
        with pytest.raises(InputError, match="needs `value`"):
            horizons._setting({**body, "value": bad}, "here")
    with pytest.raises(InputError, match="needs `value`"):
        horizons._setting(None, "here")
    with pytest.raises(LabelError, match="unknown grade `guessed`"):
        horizons._setting({**body, "grade": "guessed"}, "here")


def test_what_each_horizon_says_of_itself() -> None:
    for name in HORIZONS:
        chosen = named_horizon(name)
        value = {key: one.value for key, one in chosen.settings.items()}
        _, structure = horizon(name, WORLD)
        for key, number in value.items():
            assert getattr(structure, key) == number
        grades = ", ".join(sorted({one.grade for one in chosen.settings.values()}))
        nests = f"σ_V {value['sigma_value_added']:g}, σ_M {value['sigma_materials']:g}, σ_F {value['sigma_final']:g}; "
        inner = f"σ_K {value['sigma_critical']:g} on PARTS (the toy world's parts and materials); "
        if name == "long":
            assert structure.source == f"factors move freely between sectors; grades: {grades}"
            assert structure.critical == ()
            assert structure.horizon == "long run"
        else:
            assert structure.source == f"{nests}{inner}κ {value['mobility']:g}; grades: {grades}"
            assert structure.critical == ("PARTS",)
            assert structure.horizon == chosen.title.split(":")[0]
        said = "factors move freely between sectors" if name == "long" else structure.source
        saves = "What duties bring beyond the base year's is saved by the treasury."
        use = "Duties go to households." if name == "long" else saves
        assert horizon_sentence(structure) == f"Horizon: {structure.horizon} ({said}). {use}"
        kept, same = horizon(name, WORLD, keep_elasticities=True)
        assert kept is WORLD
        assert same.source == structure.source


def test_elasticities_of_a_horizon(monkeypatch) -> None:
    world = load_world()
    for name in HORIZONS:
        chosen = named_horizon(name)
        own = with_horizon_elasticities(WORLD, name)
        scale = chosen.scale if not chosen.elasticity_set else chosen.otherwise_scale
        assert own.trade_elasticity.tolist() == pytest.approx((scale * WORLD.trade_elasticity).tolist())
        assert (own is WORLD) == (scale == 1)
        if scale != 1:
            assert f"; times {scale:g} (assumed" in own.elasticity_source
            assert ("for want of a set of" in own.elasticity_source) == bool(chosen.elasticity_set)
        made = with_horizon_elasticities(world, name)
        assert ("for want of a set of" in made.elasticity_source) is False
        assert ("goods" in made.elasticity_source.rpartition(";")[2]) == (
            name != "long"
        )  # that change seller at once
        if chosen.scale != 1:
            assert f"; times {chosen.scale:g} (assumed)" in made.elasticity_source
    with pytest.raises(LabelError, match="unknown horizon `shart`"):
        with_horizon_elasticities(WORLD, "shart")


def test_a_world_without_critical_sectors(monkeypatch) -> None:
    known = horizons._read()[0]
    monkeypatch.setattr(horizons, "_read", lambda: (known, ((("NONE",), "nothing"),)))
    assert critical_sectors(WORLD) == ((), "no sector of this world is listed as critical")
    _, structure = horizon("short", WORLD)
    assert "σ_K" in structure.source
    assert "on no sector of this world is listed as critical; κ" in structure.source


def test_the_table_of_horizons() -> None:
    rows = {(row["horizon"], row["parameter"]): row["set_to"] for row in horizon_table().records()}
    assert rows["long", "mobility"] == "free"
    short = named_horizon("short")
    assert rows["short", "mobility"] == f"{short.settings['mobility'].value:g}"
    assert (
        rows["short", "trade_elasticity"]
        == f"{short.elasticity_set or 'the economy' + chr(39) + 's own'}, times {short.scale:g}"
    )


# ---- headlines ---------------------------------------------------------------------------------------------------------


def test_headlines_of_countries_and_the_world() -> None:
    tariff = WORLD.tariff + 0.1
    tariff[range(5), range(5)] = 0
    value = solve(Model(WORLD), Wedges.of(WORLD, tariff=tariff)).value
    found = dict(zip(HEADLINES, headlines(value), strict=True))
    sums = np.zeros((2, 2))
    for n in range(5):
        others = [m for m in range(5) if m != n]
        exports = [flows[others, n].sum() for flows in (WORLD.flows, value.flows_new)]
        imports = [flows[n, others].sum() for flows in (WORLD.flows, value.flows_new)]
        sums += [exports, imports]
        expected = {
            "real_income_pct": 100 * (value.real_income_hat[n] - 1),
            "equivalent_variation_usd_bn": (value.real_income_hat[n] - 1) * WORLD.income[n] / 1e3,
            "consumer_price_pct": 100 * (value.consumer_price_hat[n] - 1),
            "wage_pct": 100 * (value.wage_hat[n] - 1),
            "tariff_revenue_usd_bn": value.tariff_revenue_new[n] / 1e3,
            "exports_pct": 100 * (exports[1] / exports[0] - 1),
            "imports_pct": 100 * (imports[1] / imports[0] - 1),
        }
        for key, number in expected.items():
            assert found[key][n] == pytest.approx(number, rel=1e-9, abs=1e-12), key
    whole = ((value.real_income_hat - 1) * WORLD.income).sum()
    price = np.exp((WORLD.income * np.log(value.consumer_price_hat)).sum() / WORLD.income.sum())
    expected = {
        "real_income_pct": 100 * whole / WORLD.income.sum(),
        "equivalent_variation_usd_bn": whole / 1e3,
        "consumer_price_pct": 100 * (price - 1),
        "wage_pct": 0.0,
        "tariff_revenue_usd_bn": value.tariff_revenue_new.sum() / 1e3,
        "exports_pct": 100 * (sums[0, 1] / sums[0, 0] - 1),
        "imports_pct": 100 * (sums[1, 1] / sums[1, 0] - 1),
    }
    for key, number in expected.items():
        assert found[key][5] == pytest.approx(number, rel=1e-9, abs=1e-12), key
    assert [HEADLINES[key][2] for key in HEADLINES] == [3, 1, 2, 2, 1, 2, 2]


def test_differences_are_ratios_and_of_money_differences() -> None:
    levels, base = np.full((7, 2), 50.0), np.full((7, 2), 20.0)
    found = headline_differences(levels, base)
    for k, (_, unit, _) in enumerate(HEADLINES.values()):
        assert found[k] == pytest.approx([30.0] * 2 if unit == "USD bn" else [25.0] * 2)
    assert headline_differences(np.stack([levels] * 3), base).shape == (3, 7, 2)


# ---- cases -------------------------------------------------------------------------------------------------------------


def quantity(name="q", **keys):
    fields = {"importers": ("USA",), "exporters": ("CHN",), "sectors": ("PARTS",), "limit": 0.5}
    return QuantityLimit(name=name, **{**fields, **keys})


def test_controls_of_a_scenario() -> None:
    (one,) = controls_of(WORLD, [quantity(rent="importer")], "here")
    assert (one.name, one.limit, one.kind, one.rent) == ("q", 0.5, "cap", "importer")
    assert np.argwhere(one.cells).tolist() == [[USA, CHN, WORLD.labels.sector("PARTS")]]
    (buyers,) = controls_of(WORLD, [quantity(importers=("all",))], "here")
    assert sorted(set(np.nonzero(buyers.cells)[0].tolist())) == [USA, EU, MEX, ROW]
    (sellers,) = controls_of(WORLD, [quantity(exporters=("all",))], "here")
    assert sorted(set(np.nonzero(sellers.cells)[1].tolist())) == [CHN, EU, MEX, ROW]
    for word, expected in (
        ("all", ["FARM", "PARTS", "GOODS", "SERV"]),
        ("goods", ["FARM", "PARTS", "GOODS"]),
        ("services", ["SERV"]),
    ):
        (found,) = controls_of(WORLD, [quantity(sectors=(word,))], "here")
        assert [WORLD.labels.sectors[s] for s in sorted(set(np.nonzero(found.cells)[2].tolist()))] == expected
    with pytest.raises(InputError, match="buyers and sellers are the same country"):
        controls_of(WORLD, [quantity(importers=("CHN",))], "here")
    with pytest.raises(LabelError, match="here: quantities: q"):
        controls_of(WORLD, [quantity(sectors=("PART",))], "here")
    assert [
        one.name for one in controls_of(WORLD, [quantity("a"), quantity("b", importers=("MEX",))], "x")
    ] == ["a", "b"]


SCENARIO = Scenario(id="war", title="War", dossier="toy")


def outcome(controls, iceberg=None):
    wedges = Wedges.of(
        WORLD, tariff=WORLD.tariff, iceberg_hat=np.ones_like(WORLD.flows) if iceberg is None else iceberg
    )
    solution = solve(Model(WORLD), Policy(WORLD, wedges, tuple(controls)))
    return ControlledOutcome(
        SCENARIO, wedges, (), solution, tuple(controls), solution.bindings, {"cap": "why"}
    )


def test_what_controls_add_to_duties_and_taxes() -> None:
    cap = control()
    floor = control("floor", 1.2, "floor", ("MEX",))
    made = outcome([cap, floor])
    duties, taxes = made.held
    assert duties.tolist() == held_wedges(made.wedges, made.value, made.controls)[0].tolist()
    new, parts = made.value.wedges, WORLD.labels.sector("PARTS")
    for cell in np.ndindex(duties.shape):
        inside = cell in ((USA, CHN, parts), (MEX, CHN, parts))
        assert duties[cell] == (new.tariff[cell] - made.wedges.tariff[cell] if inside else 0)
        assert taxes[cell] == (new.export_tax[cell] if inside else 0)
    assert taxes[USA, CHN, parts] > 0 > duties[MEX, CHN, parts]
    assert (made.case.controls, made.case.reasons, made.case.timing) == (made.controls, {"cap": "why"}, None)


def test_bans_that_only_follow_from_others_were_not_asked_for() -> None:
    iceberg = np.ones_like(WORLD.flows)
    iceberg[MEX, :MEX] = iceberg[MEX, ROW] = (
        np.inf
    )  # Mexico buys nothing: under the closure zero it sells nothing
    made = outcome([control("ban", 0.0)])
    assert made.asked is made.value.wedges  # nothing follows from one ban
    wedges = Wedges.of(WORLD, tariff=WORLD.tariff, iceberg_hat=iceberg)
    ban = control("ban", 0.0)
    solution = solve(Model(WORLD, closure="zero"), Policy(WORLD, wedges, (ban,)))
    made = ControlledOutcome(SCENARIO, wedges, (), solution, (ban,), solution.bindings)
    solved = np.isinf(made.value.wedges.iceberg_hat)
    assert solved[USA, MEX].all()
    asked = np.isinf(made.asked.iceberg_hat)
    assert (asked == (np.isinf(iceberg) | ban.cells)).all()
    assert (asked != solved).any()
    assert made.asked.tariff.tolist() == made.value.wedges.tariff.tolist()


def test_the_base_year_as_a_case_and_cases_solved_with_their_controls() -> None:
    war = Case(SCENARIO, Wedges.of(WORLD, tariff=2 * WORLD.tariff), controls=(control(limit=0.3),))
    still = base_case(WORLD, war)
    assert (still.scenario.id, still.scenario.title, still.scenario.quantities) == (
        "base year",
        "Base year",
        (),
    )
    assert still.wedges.tariff.tolist() == WORLD.tariff.tolist()
    assert still.controls == ()
    (first, none), (second, bindings) = solve_cases(Model(WORLD), [still, war])
    assert first.result.name == "no_shock"
    assert dict(none) == {}
    assert bindings["cap"].volume_hat == pytest.approx(0.3, abs=1e-9)
    assert second.result.ok


def test_an_economy_steered_by_another_is_a_copy() -> None:
    other = WORLD.with_elasticities(1.2 * WORLD.trade_elasticity, "more")
    copy = steered_like(Model(other), Model(WORLD))
    assert copy.economy is not other
    assert copy.economy.trade_elasticity.tolist() == other.trade_elasticity.tolist()
    assert copy.prepared.factor_inverse is Model(WORLD).prepared.factor_inverse
    assert Model(other).prepared.factor_inverse is not copy.prepared.factor_inverse


def test_the_sides_of_a_record_in_a_world(monkeypatch) -> None:
    record = SimpleNamespace(id="r")
    for codes, words in (
        (("USA", "CHN"), None),
        (("USA", "XXX"), "the world has no `XXX`"),
        (("USA", "USA"), "the two sides of the record `r` are not told"),
        (("USA",), "the two sides of the record `r` are not told"),
        (("USA", "CHN", "MEX"), "the two sides of the record `r` are not told"),
        ((), "the two sides of the record `r` are not told"),
    ):
        monkeypatch.setattr("detente.cases.parties.codes_of", lambda dossier, codes=codes: codes)
        if words is None:
            assert sides_in(record, WORLD) == ("USA", "CHN")
        else:
            with pytest.raises(InputError, match=words) as caught:
                sides_in(record, WORLD)
            assert caught.value.where == (WORLD.name if "XXX" in codes else "actors.yaml")
