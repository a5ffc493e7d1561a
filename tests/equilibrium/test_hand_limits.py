"""Limits inside the sweeps, entry by entry: the same numbers from loops over flows."""

from __future__ import annotations

import numpy as np
import pytest

from detente.equilibrium import Model, Policy, solve
from detente.equilibrium.controls import Binding, QuantityControl, breach, by_wedge, overstep, volume_of
from detente.equilibrium.gradients.derivatives import gradients
from detente.equilibrium.gradients.readings import flow
from detente.equilibrium.limits import LONGEST, Limits
from detente.world import Wedges, toy

WORLD = toy()
N, S = WORLD.output.shape
USA, CHN, EU, MEX, ROW = range(5)
PARTS, GOODS = WORLD.labels.sector("PARTS"), WORLD.labels.sector("GOODS")


def control(name, importers, exporters, sectors, limit, **keys):
    return QuantityControl.on(
        WORLD, name, importers=importers, exporters=exporters, sectors=sectors, limit=limit, **keys
    )


LANES = (
    (
        control("exporters", ("USA", "MEX"), ("CHN", "EU27"), ("PARTS",), 0.5),
        control("floor", ("CHN",), ("USA",), ("GOODS",), 1.2, kind="floor", rent="destroyed"),
    ),
    (),
    (
        control("importers", ("EU27",), ("CHN",), ("PARTS", "GOODS"), 0.8, rent="importer"),
        control("queues", ("USA",), ("CHN", "MEX"), ("GOODS",), 0.3, rent="destroyed"),
        control("floor", ("MEX",), ("USA",), ("PARTS",), 1.1, kind="floor"),
    ),
)


def laid() -> tuple[Wedges, Limits]:
    draw = np.random.default_rng(2)
    shape = (len(LANES), N, N, S)
    tariff, cost, tax = (
        WORLD.tariff + draw.uniform(0, 0.3, shape),
        draw.uniform(0.8, 1.3, shape),
        draw.uniform(0, 0.2, shape),
    )
    for array, nil in ((tariff, 0), (cost, 1), (tax, 0)):
        array[:, range(N), range(N)] = nil
    wedges = Wedges(tariff, cost, tax)
    made = Limits.of(WORLD, wedges, LANES)
    assert made is not None
    return wedges, made


def entries():
    """Every bound flow that exists: scenario, control, importer, exporter, sector."""
    return [
        (k, c, n, i, s)
        for k, own in enumerate(LANES)
        for c, one in enumerate(own)
        for n, i, s in zip(*(axis.tolist() for axis in one.flows), strict=True)
        if WORLD.flows[n, i, s] > 0
    ]


def place(limits: Limits):
    """Number of every entry in the layout."""
    return {
        (int(k), int(c), int(n), int(i), int(s)): e
        for e, (k, c, n, i, s) in enumerate(
            zip(limits.lane, limits.slot, limits.importer, limits.exporter, limits.sector, strict=True)
        )
    }


def test_the_layout_of_several_scenarios() -> None:
    wedges, limits = laid()
    where = place(limits)
    assert sorted(where) == sorted(entries())
    assert limits.width == 3
    assert limits.taxes_exports
    for k, own in enumerate(LANES):
        for c in range(3):
            one = own[c] if c < len(own) else None
            assert limits.log_limit[k, c] == (np.inf if one is None else np.log(one.limit))
            assert limits.sign[k, c] == (-1 if one is not None and one.kind == "floor" else 1)
            assert limits.wasted[k, c] == (one is not None and one.name == "queues")
    for (k, c, n, i, s), e in where.items():
        one = LANES[k][c]
        assert limits.base[e] == pytest.approx(WORLD.flows[one.cells].sum(), rel=1e-14)
        assert limits.theta[e] == WORLD.trade_elasticity[s]
        tax, tariff, cost = (getattr(wedges, a)[k, n, i, s] for a in ("export_tax", "tariff", "iceberg_hat"))
        assert limits.tax[e] == tax
        assert limits.factor[e] == pytest.approx((1 + tariff) * (1 + tax), rel=1e-14)
        hat = (1 + tariff) * (1 + tax) / (1 + WORLD.tariff[n, i, s]) * cost
        assert limits.pull[e] == pytest.approx(
            WORLD.trade_shares[n, i, s] * hat ** -WORLD.trade_elasticity[s], rel=1e-12
        )
        assert limits.paid[e] == (one.name != "queues")
        assert limits.taxed[e] == (one.name == "exporters")
    for (k, c, n, _, s), e in where.items():  # a market is one buyer's of one good under one control
        for (k2, c2, n2, _, s2), e2 in where.items():
            assert (limits.market[e] == limits.market[e2]) == ((k, c, n, s) == (k2, c2, n2, s2))
    assert limits.market.max() == len(set(limits.market.tolist())) - 1


def test_no_control_no_layout() -> None:
    wedges, _ = laid()
    assert Limits.of(WORLD, wedges, ((), (), ())) is None
    assert Limits.of(WORLD, wedges, ()) is None
    bare = Limits.of(WORLD, wedges, ((), (), LANES[2]))
    assert bare is not None
    assert not bare.taxes_exports


def test_keeping_some_scenarios() -> None:
    _, limits = laid()
    kept = limits.keep(np.array([False, True, True]))
    assert kept.sign.tolist() == limits.sign[1:].tolist()
    assert kept.log_limit.tolist() == limits.log_limit[1:].tolist()
    assert kept.wasted.tolist() == limits.wasted[1:].tolist()
    third = limits.lane == 2
    assert kept.lane.tolist() == [1] * int(third.sum())
    for name in [
        "slot",
        "sector",
        "importer",
        "exporter",
        "market",
        "base",
        "theta",
        "factor",
        "tax",
        "pull",
        "paid",
        "taxed",
    ]:
        assert getattr(kept, name).tolist() == getattr(limits, name)[third].tolist()


WEDGES = np.array([[0.4, 0.3, 0.0], [0.0, 0.0, 0.0], [0.2, 0.7, 0.1]])


def driven(limits: Limits):
    shape = (len(LANES), S, N, N)
    draw = np.random.default_rng(4)
    pull, to_producer, to_exporter = (draw.uniform(0.1, 1, shape) for _ in range(3))
    before = [one.copy() for one in (pull, to_producer, to_exporter)]
    limits.drive(WEDGES, pull, to_producer, to_exporter)
    return before, pull, to_producer, to_exporter


def test_what_bound_flows_pull_and_whom_it_reaches() -> None:
    wedges, limits = laid()
    before, pull, to_producer, to_exporter = driven(limits)
    where = place(limits)
    for k, s, n, i in np.ndindex(pull.shape):
        own = [(c, e) for (k2, c, n2, i2, s2), e in where.items() if (k2, n2, i2, s2) == (k, n, i, s)]
        if not own:
            assert pull[k, s, n, i] == before[0][k, s, n, i]
            assert to_producer[k, s, n, i] == before[1][k, s, n, i]
            assert to_exporter[k, s, n, i] == before[2][k, s, n, i]
            continue
        ((c, e),) = own
        one = LANES[k][c]
        wedge = (-1 if one.kind == "floor" else 1) * WEDGES[k, c]
        drawn = limits.pull[e] * np.exp(-WORLD.trade_elasticity[s] * wedge)
        assert pull[k, s, n, i] == pytest.approx(drawn, rel=1e-13)
        tariff, tax = wedges.tariff[k, n, i, s], wedges.export_tax[k, n, i, s]
        if one.name == "exporters":
            tax = (1 + tax) * np.exp(wedge) - 1
        elif one.name != "queues":
            tariff = (1 + tariff) * np.exp(wedge) - 1
        assert to_producer[k, s, n, i] == pytest.approx(drawn / (1 + tariff) / (1 + tax), rel=1e-12)
        assert to_exporter[k, s, n, i] == pytest.approx(drawn / (1 + tariff) / (1 + tax) * tax, rel=1e-11)
    alone, producer = pull.copy(), to_producer.copy()
    limits.drive(WEDGES, alone, producer, None)
    assert (alone == pull).all()
    assert (producer == to_producer).all()


def test_the_step_of_a_wedge_is_its_overshoot_over_its_pull() -> None:
    _, limits = laid()
    _, pull, to_producer, _ = driven(limits)
    draw = np.random.default_rng(5)
    weight, log_cost = draw.uniform(0.5, 2, (3, N, S)), draw.uniform(-0.3, 0.3, (3, N, S))
    total = np.einsum("ksni,kis->kns", pull, weight) * draw.uniform(1.0, 1.5, (3, N, S))
    spending = draw.uniform(0.5, 2, (3, N, S)) * WORLD.expenditure
    step, off = limits.step(WEDGES, pull, to_producer, weight, log_cost, total, spending)
    bound = entries()
    for k, own in enumerate(LANES):
        for c in range(3):
            if c >= len(own):
                assert (step[k, c], off[k, c]) == (0, 0)
                continue
            one, mine = own[c], [e for e in bound if e[:2] == (k, c)]
            base = WORLD.flows[one.cells].sum()
            shipped = moved = 0.0
            for *_, n, i, s in mine:
                drawn = weight[k, i, s] / total[k, n, s]
                part = to_producer[k, s, n, i] * drawn * spending[k, n, s] / base * np.exp(-log_cost[k, i, s])
                held = sum(
                    pull[k, s, n, j] * weight[k, j, s] / total[k, n, s]
                    for *_, m, j, r in mine
                    if (m, r) == (n, s)
                )
                shipped += part
                moved += part * (1 + WORLD.trade_elasticity[s] * (1 - held))
            volume = np.log(shipped) - (WEDGES[k, c] if one.name == "queues" else 0)
            over = (-1 if one.kind == "floor" else 1) * (volume - np.log(one.limit))
            aim = max(0.0, WEDGES[k, c] + over / (moved / shipped))
            assert step[k, c] == pytest.approx(np.clip(aim - WEDGES[k, c], -1.5, 1.5), rel=1e-10, abs=1e-13)
            assert off[k, c] == pytest.approx(abs(min(WEDGES[k, c], -over)), rel=1e-10, abs=1e-13)
    assert LONGEST == 1.5


def test_steps_are_not_long_and_flows_that_are_gone_are_far_below_a_cap() -> None:
    _, limits = laid()
    _, pull, to_producer, _ = driven(limits)
    ones = np.ones((3, N, S))
    args = (pull, to_producer, ones, 0 * ones, np.einsum("ksni,kis->kns", pull, ones))
    step, _ = limits.step(WEDGES, *args, 1e30 * WORLD.expenditure * ones)
    assert step[0, 0] == step[2, 0] == 1.5
    assert step[0, 1] == pytest.approx(-0.3)
    step, off = limits.step(np.full((3, 3), 9.0), *args, 1e-30 * WORLD.expenditure * ones)
    assert step[0, 0] == step[2, 1] == -1.5
    assert step[0, 1] == 1.5
    step, off = limits.step(WEDGES, *args, np.zeros((3, N, S)))
    assert step[0] == pytest.approx(
        [-0.4, 1.5, 0.0]
    )  # nothing is shipped: no wedge on a cap, all of it on a floor
    assert off[0] == pytest.approx([0.4, 1e3, 0.0])
    assert step[2] == pytest.approx([-0.2, -0.7, 1.5])
    assert off[2] == pytest.approx([0.2, 0.7, 1e3])


# ---- controls ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["exporters", "importers", "queues", "floor"])
def test_a_volume_by_its_wedge_is_the_slope_by_small_steps(name: str) -> None:
    rule = {one.name: one for own in LANES for one in own}[name]
    size, step = 0.3, 1e-5
    tariff = WORLD.tariff + 0.1
    tariff[range(N), range(N)] = 0
    before = Wedges.of(WORLD, tariff=tariff)
    kinds = {"exporters": "export_tax", "importers": "tariff", "queues": "iceberg_hat", "floor": "tariff"}

    def at(m: float):
        arrays = {a: np.array(getattr(before, a)) for a in ("tariff", "iceberg_hat", "export_tax")}
        array, factor = arrays[kinds[name]], np.exp(-m if name == "floor" else m)
        if name == "queues":
            array[rule.flows] *= factor
        else:
            array[rule.flows] = (1 + array[rule.flows]) * factor - 1
        return solve(Model(WORLD), Wedges(**arrays)).value

    value = at(size)
    (gradient,) = gradients(value, [flow(value, rule.name, rule.cells)])
    slope = by_wedge(gradient, rule, value.wedges)
    ends = [np.log(volume_of(at(size + way), rule, size + way)) for way in (step, -step)]
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)
    assert (slope > 0) == (name == "floor")


def test_holding_a_limit_to_the_last_digit_that_counts() -> None:
    for limit in (0.5, 1.0, 40.0):
        unit = max(1.0, limit)
        cap = control("c", ("USA",), ("CHN",), ("PARTS",), limit)
        floor = control("c", ("USA",), ("CHN",), ("PARTS",), limit, kind="floor")
        for off, holds in ((0.9e-8, True), (1.1e-8, False)):
            assert (overstep(cap, Binding(0.1, limit + off * unit, 0.0)) == "") == holds
            assert (overstep(floor, Binding(0.1, limit - off * unit, 0.0)) == "") == holds
            assert (breach(cap, Binding(0.1, limit - off * unit, 0.0)) == "") == holds
            assert (breach(floor, Binding(0.1, limit + off * unit, 0.0)) == "") == holds
            assert breach(cap, Binding(0.0, limit - off * unit, 0.0)) == ""
    cap = control("c", ("USA",), ("CHN",), ("PARTS",), 0.5)
    assert breach(cap, Binding(1e-8, 0.4, 0.0)) == breach(cap, Binding(0.9e-8, 0.4, 0.0)) == ""
    assert breach(cap, Binding(1.1e-8, 0.4, 0.0)) != ""
    assert breach(cap, Binding(-0.1, 0.4, 0.0)) != ""
    for nan in (Binding(0.1, np.nan, 0.0), Binding(0.0, np.nan, 0.0)):
        assert "at most" in breach(cap, nan)
    ban = control("c", ("USA",), ("CHN",), ("PARTS",), 0.0)
    assert breach(ban, Binding(np.inf, 0.0, 0.0)) == ""
    assert "which is banned" in breach(ban, Binding(np.inf, 1e-12, 0.0))


def test_a_ban_earns_nothing_and_weighs_without_end() -> None:
    ban = control("ban", ("USA",), ("CHN",), ("PARTS",), 0.0)
    cap = control("cap", ("USA",), ("EU27",), ("PARTS",), 0.5)
    found = solve(Model(WORLD), Policy(WORLD, Wedges.unchanged(WORLD), (cap, ban)))
    assert found.bindings["ban"] == Binding(np.inf, 0.0, 0.0)
    assert list(found.bindings) == ["cap", "ban"]
    assert found.bindings["cap"].volume_hat == pytest.approx(0.5, abs=1e-9)


def test_rent_of_waste_where_a_ban_follows_from_others() -> None:
    """A flow that nobody may make any more earns nothing beside one that is capped."""
    both = control("cap", ("USA",), ("CHN", "EU27"), ("PARTS",), 0.5, rent="destroyed")
    iceberg = np.ones_like(WORLD.flows)
    iceberg[USA, CHN, PARTS] = np.inf
    found = solve(Model(WORLD), Policy(WORLD, Wedges.of(WORLD, iceberg_hat=iceberg), (both,)))
    made, value = found.bindings["cap"], found.value
    at = USA, EU, PARTS
    sold = value.flows_new[at]
    expected = sold * (1 - np.exp(-made.log_wedge)) if made.log_wedge > 0 else 0.0
    assert made.rent_usd == pytest.approx(expected, rel=1e-9, abs=1e-12)
    base = WORLD.flows[USA, [CHN, EU], PARTS].sum()
    arrives = WORLD.flows[at] * value.flow_volume_hat[at] * np.exp(-made.log_wedge)
    assert made.volume_hat == pytest.approx(arrives / base, rel=1e-9)
