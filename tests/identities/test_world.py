"""Accounting identities: of the shipped world, of made-up balanced worlds, and of what breaks them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from detente.core import BalanceError, Labels
from detente.world import Economy, aggregate, check, load_world, toy
from detente.world.carve import Disaggregation, carved, disaggregate, merge_carved


def balanced_world(seed: int, countries: int, sectors: int) -> Economy:
    """Draw trade shares, duties, technology and final demand; expenditure then follows from one linear system."""
    draw = np.random.default_rng(seed)
    N, S = countries, sectors
    shares = draw.dirichlet(np.ones(N), size=(N, S)).transpose(0, 2, 1)
    shares += 2 * np.eye(N)[:, :, None]
    shares /= shares.sum(1, keepdims=True)
    tariff = draw.uniform(-0.2, 0.6, (N, N, S)) * ~np.eye(N, dtype=bool)[:, :, None]
    inputs = draw.dirichlet(np.ones(S + 1), size=(N, S))[:, :, :S].transpose(0, 2, 1) * 0.9
    final = draw.uniform(0.1, 10.0, (N, S))
    # X[n, r] = Σ_s g[n, r, s] Σ_m π[m, n, s] X[m, s] / (1 + t[m, n, s]) + F[n, r]
    system = np.eye(N * S) - np.einsum("nrs,mns->nrms", inputs, shares / (1 + tariff)).reshape(N * S, N * S)
    spending = np.linalg.solve(system, final.ravel()).reshape(N, S)
    return Economy(
        name="drawn",
        year=1,
        labels=Labels(tuple(f"C{n}" for n in range(N)), tuple(f"S{s}" for s in range(S))),
        flows=shares * spending[:, None, :] / (1 + tariff),
        tariff=tariff,
        va_share=1 - inputs.sum(1),
        input_shares=inputs,
        trade_elasticity=draw.uniform(1, 9, S),
        elasticity_source="drawn",
    )


worlds = st.builds(balanced_world, st.integers(0, 2**32 - 1), st.integers(2, 5), st.integers(1, 5))
thorough = settings(max_examples=60, deadline=None)


@thorough
@given(worlds)
def test_balanced_worlds_pass(economy: Economy) -> None:
    assert set(check(economy).column("verdict")) == {"holds"}
    assert economy.final_shares.sum(1) == pytest.approx(1)
    assert economy.income == pytest.approx(economy.final_demand.sum(1))


def replace(economy: Economy, **cells: tuple[tuple[int, ...], float]) -> Economy:
    """Change single cells of an economy."""
    arrays = {}
    for name, (where, value) in cells.items():
        array = np.array(getattr(economy, name))
        array[where] = value
        arrays[name] = array
    return dataclasses.replace(economy, **arrays)


@thorough
@given(worlds, st.data())
def test_a_perturbed_cell_is_found_and_named(economy: Economy, data: st.DataObject) -> None:
    N, S = len(economy.labels.countries), len(economy.labels.sectors)
    n, s = data.draw(st.integers(0, N - 1)), data.draw(st.integers(0, S - 1))
    i = data.draw(st.integers(0, N - 1).filter(lambda k: k != n))
    country, exporter, sector = f"C{n}", f"C{i}", f"S{s}"
    broken = {
        "flows are not negative": (replace(economy, flows=((n, i, s), -1e-3)), (country, exporter, sector)),
        "no duty on sales at home": (replace(economy, tariff=((n, n, s), 0.01)), (country, sector)),
        "duties are above -100 %": (replace(economy, tariff=((n, i, s), -1.0)), (country, exporter, sector)),
        "value-added share": (
            replace(economy, va_share=((n, s), float(economy.va_share[n, s]) * 0.5)),
            (country, sector),
        ),
        "final demand is not negative": (
            # Less is bought at home than industries use: the cell cannot be final demand any more.
            _starved(economy, n, s),
            (country,),
        ),
    }
    for what, (world, places) in broken.items():
        if world is None:
            continue
        with pytest.raises(BalanceError, match=what) as caught:
            check(world)
        for place in places:
            assert place in str(caught.value.where)
        assert caught.value.hint


def _starved(economy: Economy, n: int, s: int) -> Economy | None:
    """Raise the inputs of product `s` in country `n` until they exceed spending on it, with cost shares kept at one."""
    inputs, va = np.array(economy.input_shares), np.array(economy.va_share)
    inputs[n, s] += va[n] * 0.999
    va[n] *= 0.001
    world = dataclasses.replace(economy, input_shares=inputs, va_share=1 - inputs.sum(1))
    return world if world.final_demand[n, s] < -1e-3 * world.expenditure[n].max() else None


def test_the_shipped_world_holds_every_identity() -> None:
    economy = load_world()
    table = check(economy, tolerance=1e-9)
    assert set(table.column("verdict")) == {"holds"}
    assert economy.final_demand.min() > 0
    assert economy.output.min() > 0
    assert np.einsum("nns->ns", load_world("world-2024-26").flows).min() > 0
    assert np.einsum("nns->ns", economy.flows).min() >= 0  # not everybody makes magnets
    goods = [code not in ("UTC", "TRT", "BUS", "PUB") for code in economy.labels.sectors]
    assert economy.tariff[:, :, [not good for good in goods]].max() == 0
    whole = load_world("world-2024-26")  # a carved sector may sell all it makes abroad, its parent may not
    exports = whole.output - np.einsum("nns->ns", whole.flows)
    assert (exports / whole.output).max() <= 0.9 + 1e-6


def test_the_size_of_the_world_is_read() -> None:
    thousand = dataclasses.replace(toy(), flows=toy().flows * 1000)
    with pytest.raises(BalanceError, match="of the size of the world's GDP") as caught:
        check(thousand)
    assert "1000" in str(caught.value)


@pytest.mark.parametrize("world", [toy, load_world])
def test_exchanged_importer_and_exporter_are_noticed(world) -> None:
    economy = world()
    swapped = dataclasses.replace(economy, flows=economy.flows.transpose(1, 0, 2))
    with pytest.raises(BalanceError) as caught:
        check(swapped)
    assert "exchanged" in str(caught.value)


def test_exchanged_supplier_and_user_are_noticed() -> None:
    economy = toy()
    swapped = dataclasses.replace(economy, input_shares=economy.input_shares.transpose(0, 2, 1))
    with pytest.raises(BalanceError, match=r"value-added share \+ input shares") as caught:
        check(swapped)
    assert "swap its last two axes" in str(caught.value)


def test_duties_in_percent_are_noticed() -> None:
    with pytest.raises(BalanceError, match="average duty") as caught:
        check(dataclasses.replace(toy(), tariff=toy().tariff * 100))
    assert "divide by 100" in str(caught.value)


@thorough
@given(worlds, st.data())
def test_aggregation_keeps_values_and_balance(economy: Economy, data: st.DataObject) -> None:
    sectors = {code: data.draw(st.sampled_from(["A", "B"])) for code in economy.labels.sectors}
    small = aggregate(economy, None, sectors)
    check(small)
    for name in ("value_added", "tariff_revenue", "deficit", "income"):
        assert getattr(small, name) == pytest.approx(getattr(economy, name), rel=1e-10, abs=1e-9)
    assert small.final_demand.sum(1) == pytest.approx(economy.final_demand.sum(1))


@settings(max_examples=40, deadline=None)
@given(worlds, st.data())
def test_carving_any_world_keeps_the_parent_or_is_refused(economy: Economy, data: st.DataObject) -> None:
    form = {"source": "s", "grade": "assumed", "sensitive": True}
    parent = data.draw(st.sampled_from(economy.labels.sectors))
    p = economy.labels.sector(parent)
    made = float(economy.output[:, p].sum())
    spec = Disaggregation.model_validate(
        {
            "id": "drawn",
            "title": "Drawn",
            "sources": {"s": "drawn"},
            "sectors": [
                {
                    "code": "NEW",
                    "name": "New",
                    "parent": parent,
                    "size": {"usd_mn": made * data.draw(st.floats(1e-6, 1.2)), **form},
                    "producers": [{"shares": {"C0": data.draw(st.floats(0, 1))}, **form}],
                    "users": [{"shares": {"final": data.draw(st.floats(0, 1))}, **form}],
                }
            ],
        }
    )
    try:
        fine = disaggregate(economy, spec)
    except BalanceError:
        return
    check(fine)
    back = merge_carved(fine)
    for name in ("flows", "input_shares", "va_share", "value_added", "tariff_revenue", "final_demand"):
        scale = np.abs(getattr(economy, name)).max()
        np.testing.assert_allclose(getattr(back, name), getattr(economy, name), rtol=1e-9, atol=1e-9 * scale)


def test_carving_left_the_parents_alone() -> None:
    """The shipped world is the one of 26 sectors with sectors carved out: no parent's total differs by a cent."""
    fine = load_world()
    whole = load_world("world-2024-26")
    cent = 1e-8  # million USD
    for name in ("flows", "output", "expenditure"):
        summed = np.array(getattr(fine, name)[..., [fine.labels.sector(c) for c in whole.labels.sectors]])
        for code, parent in carved(fine).items():
            summed[..., whole.labels.sector(parent)] += getattr(fine, name)[..., fine.labels.sector(code)]
        assert np.abs(summed - getattr(whole, name)).max() < (cent if name == "flows" else 10 * cent), name
    for name in ("value_added", "tariff_revenue", "income", "deficit"):
        np.testing.assert_allclose(getattr(fine, name), getattr(whole, name), rtol=1e-11, atol=1e-6)


def test_aggregating_countries_with_carved_sectors_says_what_it_moves() -> None:
    """Duties inside a merged country go; where final demand for a carved input cannot carry them, value added does."""
    economy = load_world()
    small = aggregate(economy, {c: c if c in ("USA", "CHN") else "ROW" for c in economy.labels.countries})
    check(small)
    assert small.output.sum() == pytest.approx(economy.output.sum(), rel=1e-12)
    assert small.value_added.sum() == pytest.approx(economy.value_added.sum(), rel=2e-6)


def test_aggregating_countries_of_the_shipped_world_balances() -> None:
    economy = load_world("world-2024-26")
    blocs = {code: code if code in ("USA", "CHN") else "ROW" for code in economy.labels.countries}
    small = aggregate(economy, blocs)
    check(small)
    assert small.value_added.sum() == pytest.approx(economy.value_added.sum(), rel=1e-9)
    assert small.output.sum() == pytest.approx(economy.output.sum(), rel=1e-12)
    us, cn = small.labels.country("USA"), small.labels.country("CHN")
    assert small.flows[us, cn] == pytest.approx(economy.flows[0, 1])
    assert small.tariff[us, cn] == pytest.approx(economy.tariff[0, 1])
    others = [n for n, code in enumerate(economy.labels.countries) if blocs[code] == "ROW"]
    duties = (economy.flows[0, others] * economy.tariff[0, others]).sum(0)
    row = small.labels.country("ROW")
    assert small.flows[us, row] * small.tariff[us, row] == pytest.approx(duties)
