"""What a point is called, which scenarios are solved together, and how searches are put together: by hand."""

from __future__ import annotations

import dataclasses
import re
from types import SimpleNamespace

import numpy as np
import pytest
from hand_world import STRUCTURES, WORLD, shock

from detente.core import RESULTS, BalanceError, InputError, SolveError, UnitError
from detente.equilibrium import (
    Model,
    Newton,
    Structure,
    baseline,
    judged,
    ladder,
    robust,
    solve,
    solver as solvers,
)
from detente.equilibrium.baseline import prepare, prepare_for
from detente.equilibrium.budget import Meter
from detente.equilibrium.implicit import Numeraires, factor_derivatives
from detente.equilibrium.judged import (
    check_wedges,
    chunks,
    finish,
    part_of,
    refused,
    starting_point,
    take,
)
from detente.equilibrium.ladder import Climb, rescue
from detente.equilibrium.newton import Stage, log_trade_cost, newton, solve_prices, split
from detente.equilibrium.plain_residuals import GATE, WALRAS_GATE, residuals
from detente.equilibrium.robust import in_own_units, point_of, solve_robustly, sweep_in_stages
from detente.equilibrium.settle import base_point
from detente.equilibrium.solver import rebase, solve_batch
from detente.world import Wedges, toy

PLAIN = Wedges.unchanged(WORLD)
NAMES = ("tariff", "iceberg_hat", "export_tax")


def stacked(*some: Wedges) -> Wedges:
    return Wedges(*(np.stack([getattr(one, name) for one in some]) for name in NAMES))


# ---- wedges ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("tariff", -1.0),
        ("tariff", -1.5),
        ("tariff", np.nan),
        ("tariff", np.inf),
        ("export_tax", -1.0),
        ("export_tax", -1.5),
        ("export_tax", np.nan),
        ("export_tax", np.inf),
        ("iceberg_hat", 0.0),
        ("iceberg_hat", -1.0),
        ("iceberg_hat", np.nan),
        ("tariff", 1.1e50),
        ("export_tax", 1.1e50),
        ("iceberg_hat", 1.1e200),
        ("iceberg_hat", 1e-300),
    ],
)
def test_wedges_that_cannot_be_priced(name, bad) -> None:
    arrays = {key: np.array(getattr(PLAIN, key)) for key in NAMES}
    arrays[name][1, 2, 0] = bad
    with pytest.raises(UnitError, match=re.escape(f"{name}[B, C, X] is {bad}")):
        check_wedges(WORLD, Wedges(**arrays))
    batch = stacked(PLAIN, Wedges(**arrays))
    with pytest.raises(UnitError, match=re.escape(f"{name}[B, C, X] is {bad}")):
        check_wedges(WORLD, batch)


def test_the_largest_wedges_all_on_one_flow_leave_numbers() -> None:
    arrays = {key: np.array(getattr(PLAIN, key)) for key in NAMES}
    for name, most in judged.LARGEST.items():
        arrays[name][1, 2, 0] = most
    solution = solve(Model(WORLD), Wedges(**arrays))
    assert 0 <= solution.value.flows_new[1, 2, 0] < 1e-100
    assert np.isfinite(solution.value.flows_new).all()


def test_the_lowest_trade_cost_leaves_numbers_and_the_next_is_refused() -> None:
    """What is let through has no overflow on the way (warnings are errors here); each sector has a bound of its own."""
    for sector, elasticity in enumerate(WORLD.trade_elasticity):
        least = np.exp(-judged.CHEAPEST / elasticity)
        arrays = {key: np.array(getattr(PLAIN, key)) for key in NAMES}
        arrays["iceberg_hat"][1, 2, sector] = least * (1 + 1e-12)
        assert np.isfinite(solve(Model(WORLD), Wedges(**arrays)).value.flows_new).all()
        arrays["iceberg_hat"][1, 2, sector] = least * (1 - 1e-12)
        with pytest.raises(UnitError, match="no lower than"):
            check_wedges(WORLD, Wedges(**arrays))


def test_wedges_at_the_edge_of_what_can_be_priced() -> None:
    arrays = {key: np.array(getattr(PLAIN, key)) for key in NAMES}
    arrays["tariff"][0, 1], arrays["export_tax"][1, 0], arrays["iceberg_hat"][2, 1] = -0.999, -0.999, np.inf
    arrays["iceberg_hat"][1, 2] = 1e-9
    check_wedges(WORLD, Wedges(**arrays))
    with pytest.raises(InputError, match="wedges have shape"):
        check_wedges(toy(), PLAIN)


# ---- what a point is called ---------------------------------------------------------------------------------------------


def called(monkeypatch, *, worst=0.0, walras=0.0, income=1.0, steps=5, wedges=None, deficit=None):
    wedges = shock() if wedges is None else wedges
    base = prepare(WORLD, Structure())

    def fake(technology, wedges, deficit, factor, price, expenditure):
        stats = {"max_residual": worst, "walras": walras, "lowest_income": income, "dropped": "A"}
        return [stats], {"trade_shares_new": np.repeat(WORLD.trade_shares[None], 1, 0)}

    monkeypatch.setattr(judged, "chunk_residuals", fake)
    one = stacked(wedges)
    point = base_point(WORLD, Structure())[None]
    solver = Newton(max_steps=60, robust=False)
    lent = WORLD.deficit if deficit is None else deficit
    (found,) = finish(base.technology, one, "share", lent, point, np.array([steps]), solver, "sweep")
    return found


def test_codes_of_points(monkeypatch) -> None:
    for given, code in (
        ({}, "successful"),
        ({"worst": np.nan}, "nonfinite"),
        ({"worst": np.inf}, "nonfinite"),
        ({"walras": np.nan}, "nonfinite"),
        ({"worst": GATE}, "successful"),
        ({"worst": 1.01 * GATE}, "residual_too_large"),
        ({"worst": 1.0}, "residual_too_large"),
        ({"worst": 1.01}, "diverged"),
        ({"worst": 1.01, "steps": 60}, "diverged"),
        ({"worst": 0.5, "steps": 59}, "residual_too_large"),
        ({"worst": 0.5, "steps": 60}, "max_steps_reached"),
        ({"walras": 0.9 * WALRAS_GATE}, "successful"),
        ({"walras": -0.9 * WALRAS_GATE}, "successful"),
        ({"walras": 1.1 * WALRAS_GATE}, "walras_violated"),
        ({"walras": -1.1 * WALRAS_GATE}, "walras_violated"),
        ({"income": 0.0}, "income_negative"),
        ({"income": -0.1}, "income_negative"),
        ({"income": 1e-9}, "successful"),
        ({"wedges": PLAIN}, "no_shock"),
        ({"wedges": PLAIN, "worst": 0.5}, "residual_too_large"),
        ({"wedges": PLAIN, "deficit": 0 * WORLD.deficit}, "successful"),
    ):
        found = called(monkeypatch, **given)
        assert found.result.name == code, given
        assert found.stats["num_steps"] == given.get("steps", 5)
        assert found.stats["method"] == "sweep"
    assert called(monkeypatch, worst=np.nan).stats["max_residual"] == np.inf


@pytest.mark.parametrize(
    ("again", "code", "steps"),
    [(0.0, "successful", 8), (1.0, "walras_violated", 5), (None, "walras_violated", 5)],
)
def test_a_dropped_market_that_does_not_clear_is_looked_at_once_more(monkeypatch, again, code, steps) -> None:
    seen = []

    def fake(technology, wedges, deficit, factor, price, expenditure):
        seen.append(float(factor[0, 0]))
        walras = 1.0 if len(seen) == 1 else again
        stats = {"max_residual": 0.0, "walras": walras, "lowest_income": 1.0, "dropped": "A"}
        return [stats], {"trade_shares_new": np.repeat(WORLD.trade_shares[None], 1, 0)}

    point = base_point(WORLD, Structure())
    better = point.copy()
    better[0] = 0.25
    monkeypatch.setattr(judged, "chunk_residuals", fake)
    monkeypatch.setattr(judged, "polish", lambda *_: None if again is None else (better, 3))
    technology, one = prepare(WORLD, Structure()).technology, stacked(shock())
    for robust_ in (True, False):
        seen.clear()
        solver = Newton(robust=robust_)
        (found,) = finish(
            technology, one, "share", WORLD.deficit, point[None], np.array([5]), solver, "sweep"
        )
        if not robust_:
            assert (found.result.name, len(seen)) == ("walras_violated", 1)
            continue
        assert (found.result.name, found.stats["num_steps"]) == (code, steps)
        assert seen == pytest.approx([1.0] if again is None else [1.0, np.exp(0.25)])
        assert found.value.factor_price_hat[0] == pytest.approx(np.exp(0.25) if code == "successful" else 1.0)


@pytest.mark.parametrize("name", NAMES)
def test_one_wedge_that_moved_is_a_shock(monkeypatch, name) -> None:
    arrays = {key: np.array(getattr(PLAIN, key)) for key in NAMES}
    arrays[name][0, 1, 0] += 0.01
    assert called(monkeypatch, wedges=Wedges(**arrays)).result is RESULTS.successful


def test_what_no_prices_can_meet(monkeypatch) -> None:
    from detente.equilibrium.bans import Ground

    nothing = Ground(PLAIN, WORLD.deficit)
    assert refused(WORLD, Structure(), "share", nothing) is None
    missing = Ground(PLAIN, WORLD.deficit, missing=(("A", "Z"),), parts=2)
    found = refused(WORLD, Structure(), "share", missing)
    assert found.result is RESULTS.no_supplier
    assert found.stats["num_steps"] == 0
    assert found.stats["parts"] == 2
    assert found.note == "No legal supplier is left to: A of Z."
    assert all(
        found.stats[f"{one}_residual"] == np.inf for one in ("max", "clearing", "price", "expenditure")
    )
    assert found.stats["walras"] == np.inf
    assert (found.value.price_hat == 1).all()
    assert found.value.factor_price_hat.shape == (3,)
    assert (found.value.factor_price_hat == 1).all()
    idle = Ground(PLAIN, WORLD.deficit, idle=("A",))
    found = refused(WORLD, STRUCTURES["immobile"], "share", idle)
    assert found.result is RESULTS.no_equilibrium
    assert found.value.factor_price_hat.shape == (3, 3)
    found = refused(WORLD, Structure(), "share", nothing, RESULTS.control_violated, "Said.")
    assert (found.result, found.note) == (RESULTS.control_violated, "Said.")


def test_a_start_must_be_of_the_same_unknowns() -> None:
    value = solve(Model(WORLD), shock()).value
    point = starting_point(WORLD, Structure(), value)
    assert point[:3] == pytest.approx(np.log(value.factor_price_hat))
    assert point[3:12] == pytest.approx(np.log(value.price_hat).ravel())
    scale = np.where(WORLD.expenditure > 0, WORLD.expenditure, 1.0)
    assert point[12:] == pytest.approx((value.expenditure_new / scale).ravel())
    for economy, structure in ((WORLD, STRUCTURES["immobile"]), (toy(), Structure())):
        with pytest.raises(InputError, match="the start has factor prices"):
            starting_point(economy, structure, value)
    slow = solve(Model(WORLD, STRUCTURES["immobile"]), shock()).value
    assert len(starting_point(WORLD, STRUCTURES["immobile"], slow)) == 27
    with pytest.raises(InputError, match="the start has factor prices"):
        starting_point(WORLD, Structure(), slow)


# ---- chunks ------------------------------------------------------------------------------------------------------------


def test_which_scenarios_are_solved_together(monkeypatch) -> None:
    monkeypatch.setattr(judged, "CHUNK", 3)
    few = stacked(*[PLAIN] * 7)
    assert [lanes for lanes, _ in chunks(WORLD, Structure(), few, WORLD.deficit)] == [
        [0, 1, 2],
        [3, 4, 5],
        [6],
    ]
    apart, closed, harmless = (np.ones_like(WORLD.flows) for _ in range(3))
    apart[0, 1:] = apart[1:, 0] = np.inf
    closed[:, 2, 0] = np.inf  # nobody may buy C's X
    harmless[0, 1, 1] = np.inf
    banned = [Wedges.of(WORLD, iceberg_hat=one) for one in (apart, closed, harmless)]
    several = stacked(PLAIN, banned[0], PLAIN, banned[1], banned[2], PLAIN)
    for structure, alone in ((Structure(), [1]), (STRUCTURES["immobile"], [1, 3])):
        found = chunks(WORLD, structure, several, WORLD.deficit)
        assert [lanes for lanes, ground in found if ground is not None] == [[lane] for lane in alone]
        plain = [lane for lanes, ground in found if ground is None for lane in lanes]
        assert plain == [lane for lane in range(6) if lane not in alone]
        assert all(len(lanes) <= 3 for lanes, _ in found)


def test_scenarios_taken_out_of_a_batch() -> None:
    some = [dataclasses.replace(PLAIN, tariff=PLAIN.tariff + 0.01 * k * (PLAIN.tariff > 0)) for k in range(6)]
    batch = stacked(*some)
    for lanes in ([0, 1, 2], [2, 3, 4], [5], [0, 2, 3], [1, 3, 5], [2, 5]):
        found = take(batch, lanes)
        for name in NAMES:
            assert getattr(found, name).tolist() == getattr(batch, name)[lanes].tolist()
        in_a_row = lanes == list(range(lanes[0], lanes[-1] + 1))
        assert np.shares_memory(found.tariff, batch.tariff) == in_a_row
    assert batch[3].tariff.tolist() == some[3].tariff.tolist()
    assert part_of(batch, 2, 4).tariff.tolist() == batch.tariff[2:4].tolist()


# ---- batches -----------------------------------------------------------------------------------------------------------


def test_batches_that_are_none() -> None:
    assert solve_batch(WORLD, []) == ()
    with pytest.raises(InputError, match="a batch needs a leading scenario axis"):
        solve_batch(WORLD, PLAIN)
    assert [one.result.name for one in solve_batch(WORLD, stacked(PLAIN, shock()))] == [
        "no_shock",
        "successful",
    ]


def test_failures_are_raised_for_the_first_that_fails_only_when_asked() -> None:
    quick = Newton(max_steps=2, robust=False)
    some = [PLAIN, shock(), PLAIN, shock(0.5)]
    found = solve_batch(WORLD, some, solver=quick)
    assert [one.result.name for one in found] == ["no_shock", "max_steps_reached"] * 2
    with pytest.raises(SolveError, match="scenario 1:") as caught:
        solve_batch(WORLD, some, solver=quick, throw=True)
    assert caught.value.solution.result is RESULTS.max_steps_reached
    with pytest.raises(SolveError, match="scenario 3:"):
        solve_batch(WORLD, [PLAIN, PLAIN, PLAIN, shock(0.5)], solver=quick, throw=True)
    assert len(solve_batch(WORLD, [PLAIN] * 3, solver=quick, throw=True)) == 3


def test_a_rest_of_a_batch_is_not_solved_after_a_failure(monkeypatch) -> None:
    monkeypatch.setattr(judged, "CHUNK", 2)
    swept = []
    plain = solvers.sweep_chunk
    monkeypatch.setattr(
        solvers, "sweep_chunk", lambda *args: swept.append(len(args[1].tariff)) or plain(*args)
    )
    quick = Newton(max_steps=2, robust=False)
    with pytest.raises(SolveError, match="scenario 1:"):
        solve_batch(WORLD, [PLAIN, shock(), PLAIN, PLAIN], solver=quick, throw=True)
    assert swept[0] == 2
    assert 2 not in swept[1:]  # what is tried afterwards is the one that failed, alone
    swept.clear()
    solve_batch(WORLD, [PLAIN, shock(), PLAIN, PLAIN], solver=quick)
    assert swept == [2, 2]


def test_a_price_without_end_is_named(monkeypatch) -> None:
    monkeypatch.setattr(solvers, "without_price", lambda technology, wedges: ("A", "Z"))
    quick = Newton(max_steps=2)
    (found,) = solve_batch(WORLD, [shock()], solver=quick)
    assert found.result is RESULTS.no_equilibrium
    assert found.note == (
        "No finite price of Z to A: with what is left to buy, making it takes more of it, through its inputs, than comes out "
        "(long run)."
    )
    apart = np.ones_like(WORLD.flows)
    apart[1, [0, 2]] = apart[[0, 2], 1] = np.inf
    tariff = np.array(WORLD.tariff)
    tariff[0, 2] += 0.5
    (found,) = solve_batch(WORLD, [Wedges.of(WORLD, tariff=tariff, iceberg_hat=apart)], solver=quick)
    assert found.note.startswith("No finite price of Z to A:")
    assert "(long run). Bans cut B off from all trade" in found.note
    assert found.stats["parts"] == 2


@pytest.mark.parametrize("name", ["core", "profits", "all"])
def test_a_new_base_year_leads_nowhere_by_itself(name) -> None:
    structure = STRUCTURES[name]
    wedges = shock()
    there = Wedges(wedges.tariff, wedges.iceberg_hat, np.zeros_like(wedges.tariff))
    value = solve(Model(WORLD, structure), there).value
    moved = rebase(value, "moved")
    assert moved.name == "moved"
    assert moved.tariff.tolist() == there.tariff.tolist()
    assert moved.flows == pytest.approx(value.flows_new)
    profit = np.broadcast_to(structure.profit_share, (3, 3))
    paid = np.divide(
        value.sector_earnings_new, value.output_new, out=np.zeros((3, 3)), where=value.output_new > 0
    )
    made = value.output_new > 0
    assert moved.va_share[made] == pytest.approx((paid + profit)[made], rel=1e-10)
    assert moved.va_share + moved.input_shares.sum(1) == pytest.approx(np.ones((3, 3)), abs=1e-10)
    assert moved.income == pytest.approx(value.income_new, rel=1e-8)
    with pytest.raises(InputError, match="export taxes"):
        rebase(solve(Model(WORLD), wedges).value, "no")


# ---- residuals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STRUCTURES)
def test_residuals_say_which_equation_and_by_how_much(name) -> None:
    value = solve(Model(WORLD, STRUCTURES[name]), shock()).value
    assert residuals(value)["max_residual"] < GATE
    off = np.array(value.price_hat)
    off[1, 1] *= 1.01
    found = residuals(dataclasses.replace(value, price_hat=off))
    assert found["price_residual"] == pytest.approx(np.log(1.01), rel=0.25)
    assert found["max_residual"] >= found["price_residual"]
    off = np.array(value.expenditure_new)
    off[2, 0] *= 1.01
    found = residuals(dataclasses.replace(value, expenditure_new=off))
    assert found["expenditure_residual"] == pytest.approx(
        0.01 * value.expenditure_new[2, 0] / WORLD.expenditure[2, 0], rel=0.3
    )
    assert found["price_residual"] < GATE
    off = np.array(value.factor_price_hat) * 1.01
    found = residuals(dataclasses.replace(value, factor_price_hat=off))
    assert found["numeraire_residual"] == pytest.approx(0.01, rel=1e-6)
    income = residuals(value)["lowest_income"]
    assert income == pytest.approx((value.income_new / WORLD.income).min(), rel=1e-10)
    dropped = residuals(value)["dropped"]
    assert dropped in ("A", "B", "C") if value.technology.mobile else "/" in dropped


def test_the_dropped_market_has_its_residual_beside_the_others() -> None:
    """With its sign where there is one; of several the largest. What is left when too little or too much is bought."""
    value = solve(Model(WORLD), shock()).value
    apart = np.ones_like(WORLD.flows)
    apart[1, [0, 2]] = apart[[0, 2], 1] = np.inf
    parts = solve(Model(WORLD), Wedges.of(WORLD, tariff=2 * WORLD.tariff, iceberg_hat=apart)).value
    for one, count in ((value, 1), (parts, 2)):
        dropped = Numeraires.of(one.technology).dropped
        assert len(dropped) == count
        for country in dropped:
            off = np.array(one.expenditure_new)
            off[country] *= 0.9
            moved = dataclasses.replace(one, expenditure_new=off)
            output = np.einsum(
                "nis,ns->is",
                one.trade_shares_new / (1 + one.wedges.tariff) / (1 + one.wedges.export_tax),
                off,
            )
            clearing = (WORLD.va_share * output).sum(1) / (one.wage_hat * WORLD.value_added) - 1
            found = residuals(moved)
            assert clearing[country] < -0.01
            expected = clearing[country] if count == 1 else np.abs(clearing[dropped]).max()
            assert found["walras"] == pytest.approx(expected, rel=1e-9)
            others = np.delete(np.abs(clearing), dropped)
            assert found["clearing_residual"] == pytest.approx(others.max(), rel=1e-6, abs=1e-10)


# ---- prepared economies --------------------------------------------------------------------------------------------------


def test_the_inverses_of_what_bans_leave_are_kept_by_pattern() -> None:
    structure = STRUCTURES["immobile"]
    whole = prepare(WORLD, structure)
    assert prepare_for(WORLD, structure, PLAIN).factor_inverse is whole.factor_inverse
    apart = np.ones_like(WORLD.flows)
    apart[1, [0, 2]] = apart[[0, 2], 1] = np.inf
    cut = prepare_for(WORLD, structure, Wedges.of(WORLD, iceberg_hat=apart))
    assert cut.technology.severed.part.tolist() == [0, 1, 0]
    assert cut.pull is not None
    assert cut.pull.tolist() == whole.pull.tolist()
    assert cut.factor_inverse.shape == whole.factor_inverse.shape
    assert not np.allclose(cut.factor_inverse, whole.factor_inverse)
    taxed = Wedges(WORLD.tariff + 0.1 * (WORLD.tariff > 0), apart, PLAIN.export_tax)
    assert prepare_for(WORLD, structure, taxed).factor_inverse is cut.factor_inverse
    # inverses at the shares that are left
    left = np.where(np.isinf(apart), 0.0, WORLD.trade_shares)
    left = left / left.sum(1, keepdims=True)
    at = factor_derivatives(
        cut.technology,
        shares=left,
        tariff=WORLD.tariff,
        export_tax=np.zeros_like(left),
        deficit=WORLD.deficit,
        log_factor=np.zeros((3, 3)),
        log_price=np.zeros((3, 3)),
    )
    assert cut.factor_inverse == pytest.approx(np.linalg.inv(at.residual).T, rel=1e-9, abs=1e-12)
    units = Numeraires.of(cut.technology)
    assert len(units.dropped) == 2
    assert len(whole.cut) == 1


def test_inverses_may_be_lent_to_an_economy_nearby() -> None:
    structure = STRUCTURES["immobile"]
    near = WORLD.with_elasticities(1.1 * WORLD.trade_elasticity, "more")
    baseline.share_preparation(near, structure, (WORLD, structure))
    lent = prepare(near, structure)
    assert lent.factor_inverse is prepare(WORLD, structure).factor_inverse
    assert lent.technology.economy is near
    own = dataclasses.replace(near, name="own")
    assert prepare(own, structure).factor_inverse is not lent.factor_inverse
    found, alone = (solve(Model(world, structure), shock()).value for world in (near, own))
    none = dataclasses.replace(
        WORLD, flows=np.where(WORLD.flows > 80, -WORLD.flows, WORLD.flows), name="none"
    )
    with pytest.raises((BalanceError, UnitError)):
        baseline.share_preparation(none, structure, (WORLD, structure))
    assert found.price_hat == pytest.approx(alone.price_hat, abs=1e-10)


def test_lent_inverses_carry_no_technology_of_the_lender() -> None:
    usual = {"sigma_value_added": 0.5, "sigma_materials": 0.4, "sigma_critical": 0.1, "mobility": 1.5}
    lender = Structure(critical=("PARTS",), **usual)
    borrower = Structure(critical=("FARM", "GOODS"), **usual)
    first, second, own = (dataclasses.replace(toy(), name=name) for name in ("first", "second", "own"))
    iceberg, tariff = np.ones_like(first.flows), first.tariff.copy()
    iceberg[0, 1:], iceberg[1:, 0] = np.inf, np.inf
    tariff[1, 2] += 0.3
    banned = Wedges.of(first, tariff=tariff, iceberg_hat=iceberg)
    theirs = solve(Model(first, lender), banned).value
    alone = solve(Model(own, borrower), banned).value
    baseline.share_preparation(second, borrower, (first, lender))
    lent = solve(Model(second, borrower), banned).value
    assert np.abs(theirs.real_income_hat - alone.real_income_hat).max() > 1e-5
    assert lent.real_income_hat == pytest.approx(alone.real_income_hat, abs=1e-10)


@pytest.mark.parametrize("lend", [baseline.share_preparation, baseline.lend_preparation])
@pytest.mark.parametrize("banned", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_what_follows_from_a_structure_is_not_lent_with_inverses(lend, banned, turned) -> None:
    """Nor with those of what bans leave of trade; whoever of the two is solved first."""
    lender, borrower = Structure(revenue_cut=0.5, marginal_cost_of_funds=1.4, labour_supply=0.3), Structure()
    first, second, own = (dataclasses.replace(toy(), name=name) for name in ("first", "second", "own"))
    apart = np.ones_like(first.flows)
    if banned:
        apart[0, 1:], apart[1:, 0] = np.inf, np.inf
    wedges = Wedges.of(first, tariff=2 * first.tariff, iceberg_hat=apart)
    lend(second, borrower, (first, lender))
    if turned:
        solve(Model(second, borrower), wedges)
    theirs = solve(Model(first, lender), wedges).value
    lent, alone = (solve(Model(world, borrower), wedges).value for world in (second, own))
    assert not prepare(second, borrower).technology.budget.moves_supply
    assert np.abs(theirs.real_income_hat - alone.real_income_hat).max() > 1e-5
    assert lent.real_income_hat == pytest.approx(alone.real_income_hat, abs=1e-10)


def test_nothing_is_lent_between_factors_that_move_and_factors_that_do_not() -> None:
    world = dataclasses.replace(WORLD, name="free")
    baseline.share_preparation(world, STRUCTURES["core"], (WORLD, STRUCTURES["immobile"]))
    assert solve(Model(world, STRUCTURES["core"]), shock()).result.ok


def test_only_the_last_few_cuts_are_kept(monkeypatch) -> None:
    monkeypatch.setattr(baseline, "MOST_CUT", 2)
    world, structure, cuts = dataclasses.replace(WORLD, name="mine"), Structure(), []
    for k in range(3):
        apart = np.ones_like(world.flows)
        others = [n for n in range(3) if n != k]
        apart[k, others] = apart[others, k] = np.inf
        cuts.append(
            prepare_for(world, structure, Wedges.of(world, iceberg_hat=apart)).technology.severed.pattern
        )
    assert list(prepare(world, structure).cut) == cuts[1:]


def test_economies_that_trade_in_a_chain_are_linked() -> None:
    flows = np.array(WORLD.flows)
    flows[0, 2] = flows[2, 0] = flows[1, 0] = flows[2, 1] = 0.0  # A buys of B, B of C
    assert baseline._linked(dataclasses.replace(WORLD, flows=flows, name="chain"))
    flows[1, 2] = 0.0
    assert not baseline._linked(dataclasses.replace(WORLD, flows=flows, name="broken"))
    flows = np.array(WORLD.flows)
    flows[0, 1:] = flows[1:, 0] = 0.0
    plain = {"input_shares": np.zeros((3, 3, 3)), "va_share": np.ones((3, 3))}
    apart = dataclasses.replace(WORLD, flows=flows, name="apart", **plain)
    with pytest.raises(BalanceError, match="relative wages are not determined"):
        prepare(apart)


# ---- Newton ------------------------------------------------------------------------------------------------------------


def test_log_costs_with_duties_taxes_and_bans() -> None:
    wedges = shock()
    iceberg = np.array(wedges.iceberg_hat)
    iceberg[0, 1, 0] = np.inf
    found = log_trade_cost(WORLD, Wedges(wedges.tariff, iceberg, wedges.export_tax))
    assert found[0, 1, 0] == np.inf
    for cell in ((0, 1, 1), (2, 1, 0)):
        hat = (
            wedges.iceberg_hat[cell]
            * (1 + wedges.tariff[cell])
            / (1 + WORLD.tariff[cell])
            * (1 + wedges.export_tax[cell])
        )
        assert found[cell] == pytest.approx(np.log(hat), abs=1e-14)


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("bold", [True, False])
def test_newton_arrives_where_the_sweeps_do(name, bold) -> None:
    structure, wedges = STRUCTURES[name], shock()
    value = solve(Model(WORLD, structure), wedges).value
    technology = prepare(WORLD, structure).technology
    log_factor, log_price = split(base_point(WORLD, structure), WORLD, structure)
    meter = Meter(1e9, 1e9)
    start = Stage(log_factor, log_price, WORLD.expenditure)
    made, steps = newton(technology, wedges, WORLD.deficit, start, 1e-11, meter, bold=bold)
    assert 2 < steps < 9
    assert made.log_factor == pytest.approx(np.log(value.factor_price_hat), abs=1e-10)
    assert made.log_price == pytest.approx(np.log(value.price_hat), abs=1e-10)
    assert made.expenditure == pytest.approx(value.expenditure_new, rel=1e-9)
    assert meter.spent > 0
    prices, shares = solve_prices(
        technology,
        WORLD.trade_shares * np.exp(-WORLD.trade_elasticity * log_trade_cost(WORLD, wedges)),
        made.log_factor,
        np.zeros((3, 3)),
    )
    assert prices == pytest.approx(made.log_price, abs=1e-12)
    assert shares == pytest.approx(value.trade_shares_new, abs=1e-10)


def test_newton_ends_with_its_budget() -> None:
    technology = prepare(WORLD, Structure()).technology
    start = Stage(np.zeros(3), np.zeros((3, 3)), WORLD.expenditure)
    made, steps = newton(technology, shock(), WORLD.deficit, start, 1e-11, Meter(1.0, 1e9))
    assert (made, steps) == (None, 1)


def scripted(monkeypatch, gaps, *, bold=False, rtol=1e-11, price=0.0, singular=False):
    """Newton where the gaps it meets are given, and the derivative is one: the log factor prices it asked about."""
    from detente.equilibrium import newton as module

    asked = []

    def prices(technology, pull, log_factor, log_price, meter):
        asked.append(log_factor.copy())
        return np.full((3, 3), price), WORLD.trade_shares

    def derivatives(technology, **_):
        if singular:
            raise np.linalg.LinAlgError
        gap = gaps(len(asked)) if callable(gaps) else gaps[min(len(asked), len(gaps)) - 1]
        level = np.full((3, 3), float(len(asked)))
        gap = np.atleast_1d(np.asarray(gap, dtype=float))
        gap = np.append(gap, np.zeros(3 - gap.size))
        return SimpleNamespace(gap=gap, residual=np.eye(3), level=level, iterations=4)

    monkeypatch.setattr(module, "solve_prices", prices)
    monkeypatch.setattr(module, "factor_derivatives", derivatives)
    start = Stage(np.zeros(3), np.zeros((3, 3)), WORLD.expenditure)
    meter = Meter(1e9, 1e9)
    technology = prepare(WORLD, Structure()).technology
    with np.errstate(all="ignore"):
        made, steps = newton(technology, shock(), WORLD.deficit, start, rtol, meter, bold=bold)
    assert steps == len(asked)
    return made, steps, asked, meter.spent


def test_newtons_steps_are_held_back(monkeypatch) -> None:
    _, _, asked, spent = scripted(monkeypatch, [(-2.0, 1.0), 0.0])
    assert asked[1].tolist() == [0.5, -0.25, 0.0]  # all of them by what the longest may be
    assert spent == 2 * (3 + 4) / 2
    _, _, asked, _ = scripted(monkeypatch, [(-0.4, 0.2), 0.0])
    assert asked[1].tolist() == pytest.approx([0.4, -0.2, 0.0])
    # bold: on the logarithm of demand over supply, each held back on its own
    _, _, asked, _ = scripted(monkeypatch, [(np.e - 1, -0.5, -9.0), 0.0], bold=True)
    assert asked[1] == pytest.approx([-np.e, 0.5 * np.log(2), 6.0])
    _, _, asked, _ = scripted(monkeypatch, [(np.e**3 - 1, -1.0, 0.0), 0.0], bold=True)
    assert asked[1] == pytest.approx([-6.0, 1.0, 0.0])


def test_newton_ends_where_it_is_there(monkeypatch) -> None:
    made, steps, *_ = scripted(monkeypatch, [0.1, 1e-3, 0.9e-13, 0.0])
    assert (steps, made.expenditure[0, 0]) == (3, 3.0)
    made, steps, *_ = scripted(monkeypatch, [0.1, 1e-3, 1e-13, 0.0])
    assert steps == 4
    # rounding has the last word from the fourth step on, where the best met is good enough
    made, steps, *_ = scripted(monkeypatch, [0.1, 1e-3, 0.9e-11, 2e-11, 0.0])
    assert (steps, made.expenditure[0, 0]) == (4, 3.0)
    made, steps, *_ = scripted(monkeypatch, [0.1, 1e-12, 1e-12, 0.0])
    assert (steps, made.expenditure[0, 0]) == (4, 4.0)
    made, steps, *_ = scripted(monkeypatch, [0.1, 1e-3, 1.1e-11, 2e-11, 0.0])
    assert steps == 5


def test_newton_ends_where_it_leads_nowhere(monkeypatch) -> None:
    made, steps, *_ = scripted(monkeypatch, [1.0])  # six steps none of which leaves less
    assert (made, steps) == (None, 7)
    made, steps, *_ = scripted(monkeypatch, lambda step: 0.98**step)
    assert (made, steps) == (None, 7)
    made, steps, *_ = scripted(monkeypatch, lambda step: 0.81**step)  # every other step leaves two thirds
    assert (made, steps) == (None, 40)
    made, steps, *_ = scripted(monkeypatch, lambda step: 0.79**step)
    assert (made, steps) == (None, 40)
    made, steps, *_ = scripted(monkeypatch, lambda step: 0.79**step, bold=True)
    assert (made, steps) == (None, 30)
    made, steps, *_ = scripted(monkeypatch, lambda step: 0.79**step, rtol=0.79**38)
    assert (made is not None, steps) == (True, 39)  # the first that is within the tolerance
    for ratio, expected in ((999.0, 8), (1001.0, 2)):  # astray
        made, steps, *_ = scripted(monkeypatch, [0.1, 0.1 * ratio])
        assert (made, steps) == (None, expected if ratio > 1000 else 7)
    made, steps, *_ = scripted(monkeypatch, [0.9e-11, 1.0, 1.0], rtol=1e-11)
    assert (steps, made.expenditure[0, 0]) == (2, 1.0)  # astray, but it had been there
    for gaps in ([np.nan], [np.inf]):
        assert scripted(monkeypatch, gaps)[:2] == (None, 1)
    assert scripted(monkeypatch, [0.1], singular=True)[:2] == (None, 1)
    for price in (300.1, np.nan, np.inf):
        assert scripted(monkeypatch, [0.0], price=price)[:2] == (None, 1)
    assert scripted(monkeypatch, [0.0], price=300.0)[0] is not None


# ---- stages ------------------------------------------------------------------------------------------------------------


def followed(fails, stage=0.5, **options):
    """Follow a path from 0 to 1 in one number; where reaching fails is given. What was tried, and where it ended."""
    tried = []

    def reach(wedges, deficit, point):
        share = float(deficit[0])
        tried.append((share, float(point[0])))
        return (None if fails(share, len(tried)) else np.array([share**2])), 2

    meter = options.pop("meter", Meter(1e9, 1e9))
    first = (np.array([0.0]), PLAIN, np.array([0.0]))
    point, steps = robust._follow(
        first, shock(), np.array([1.0]), reach, stage, meter, WORLD.trade_elasticity, **options
    )
    return tried, float(point[0]), steps, meter.reached


def test_a_path_is_taken_in_growing_stages_that_point_ahead() -> None:
    tried, end, steps, reached = followed(lambda share, count: False, stage=0.25)
    assert [share for share, _ in tried] == [0.25, 0.75, 1.0]
    # where the slope of the stage before leads: 0.0625 at 0.25, 0.5625 at 0.75
    assert [point for _, point in tried] == pytest.approx([0.0, 0.0625 + 0.25 * 0.5, 0.5625 + 1.0 * 0.25])
    assert (end, steps, reached) == (1.0, 6, 1.0)


def test_a_stage_that_fails_is_halved_and_the_smallest_ends_the_path() -> None:
    tried, end, steps, reached = followed(lambda share, count: share > 0.3)
    shares = [share for share, _ in tried]
    assert shares[:3] == [0.5, 0.25, 0.75]
    assert end == pytest.approx(max(share for share in shares if share <= 0.3) ** 2)
    assert 0.3 - 1 / 128 < reached <= 0.3
    assert steps == 2 * len(tried)
    assert min(abs(share - reached) for share in shares if share > reached) == pytest.approx(1 / 256)


def test_a_path_may_begin_further_on_and_ends_with_its_meter() -> None:
    tried, *_ = followed(lambda share, count: False, stage=0.3, further=(np.array([0.16]), 0.4))
    assert [share for share, _ in tried] == pytest.approx([0.7, 1.0])
    assert tried[0][1] == 0.16
    spent = Meter(1.0, 1e9, spent=2.0)
    tried, _, _, reached = followed(lambda share, count: False, stage=0.25, meter=spent)
    assert len(tried) == 1
    assert reached == 0.25


def test_wedges_on_the_way_are_joined_by_lines_of_logarithms() -> None:
    seen = []

    def reach(wedges, deficit, point):
        seen.append((wedges, deficit))
        return np.zeros(1), 1

    end, lent, asked = shock(), np.array([1.0, -1.0]), np.array([3.0, -3.0])
    first = (np.zeros(1), PLAIN, lent)
    robust._follow(first, end, asked, reach, 0.25, Meter(1e9, 1e9), WORLD.trade_elasticity)
    wedges, deficit = seen[0]
    assert deficit.tolist() == [1.5, -1.5]
    for name in ("tariff", "export_tax"):
        line = (1 + getattr(PLAIN, name)) ** 0.75 * (1 + getattr(end, name)) ** 0.25 - 1
        assert getattr(wedges, name) == pytest.approx(line, abs=1e-14)
    assert wedges.iceberg_hat == pytest.approx(end.iceberg_hat**0.25, rel=1e-13)
    assert seen[-1][0] is end
    assert seen[-1][1].tolist() == [3.0, -3.0]


@pytest.mark.parametrize("name", ["core", "all"])
def test_every_way_leads_to_the_same_point(name) -> None:
    structure, wedges = STRUCTURES[name], shock()
    there = point_of(solve(Model(WORLD, structure), wedges).value)
    point, steps = sweep_in_stages(WORLD, wedges, WORLD.deficit, Newton(), structure)
    assert point == pytest.approx(there, abs=1e-9)
    assert steps > 5
    meter = Meter(1e9, 1e9)
    point, steps = solve_robustly(WORLD, wedges, WORLD.deficit, Newton(), structure, meter)
    assert point == pytest.approx(there, abs=1e-9)
    assert meter.reached == 1.0
    near = solve(Model(WORLD, structure), shock(0.29)).value
    point, _ = sweep_in_stages(WORLD, wedges, WORLD.deficit, Newton(), structure, near)
    assert point == pytest.approx(there, abs=1e-9)


def rescued(monkeypatch, results, *, start=None, in_parts=False, reached=0.5):
    """Take the place of the searches: what each way's point is called, in the order they are tried."""
    ways = []

    def staged(economy, wedges, deficit, solver, structure, at, part):
        ways.append(("stages" if at is None else "from start", round(part.budget, 6)))
        part.charge(10.0)
        part.reached = reached
        return np.zeros(1), 3

    def robustly(economy, wedges, deficit, solver, structure, part, further):
        ways.append(("newton", round(part.budget, 6), None if further is None else further[1]))
        part.charge(20.0)
        return np.ones(1), 4

    def judge(method, point, count):
        code, worst = results[len(ways) - 1]
        return dataclasses.replace(
            SOLVED, result=code, stats={"max_residual": worst, "method": method, "num_steps": count}
        )

    monkeypatch.setattr(ladder, "sweep_in_stages", staged)
    monkeypatch.setattr(ladder, "solve_robustly", robustly)
    solver = Newton(budget=1000.0, seconds=1e6)
    found = rescue(Climb(WORLD, shock(), WORLD.deficit, solver, Structure(), start, judge, in_parts))
    return ways, found


SOLVED = solve(Model(WORLD), shock())
OK, BAD, MINUS = RESULTS.successful, RESULTS.diverged, RESULTS.income_negative


def test_the_ways_are_tried_in_turn_within_the_budget(monkeypatch) -> None:
    ways, found = rescued(monkeypatch, [(OK, 0.0)])
    assert ways == [("stages", 200.0)]
    assert (found.stats["method"], found.stats["work"]) == ("stages", 10.0)
    assert "reached" not in found.stats
    ways, found = rescued(monkeypatch, [(BAD, 2.0), (OK, 0.0)])
    assert ways == [("stages", 200.0), ("newton", 990.0, 0.5)]
    assert (found.stats["method"], found.stats["work"]) == ("newton", 30.0)
    ways, found = rescued(monkeypatch, [(BAD, 2.0), (BAD, 2.0), (OK, 0.0)], start=SOLVED.value)
    assert ways == [("from start", 200.0), ("stages", 198.0), ("newton", 980.0, 0.5)]
    ways, _ = rescued(monkeypatch, [(BAD, 2.0), (OK, 0.0)], reached=0.0)
    assert ways[1] == ("newton", 990.0, None)
    ways, _ = rescued(monkeypatch, [(OK, 0.0)], in_parts=True, start=SOLVED.value)
    assert ways == [("newton", 1000.0, None)]


def test_what_is_said_when_every_way_fails(monkeypatch) -> None:
    ways, found = rescued(monkeypatch, [(BAD, 2.0), (BAD, 3.0)])
    assert len(ways) == 2
    assert found.result is RESULTS.gave_up
    assert (found.stats["work"], found.stats["reached"], found.stats["ended"]) == (30.0, 0.5, "stages")
    # markets clear at the end of the branch from the base year: what is wrong there is the answer
    ways, found = rescued(monkeypatch, [(MINUS, GATE), (OK, 0.0)])
    assert len(ways) == 1
    assert (found.result, found.stats["reached"]) == (MINUS, 0.5)
    ways, found = rescued(monkeypatch, [(BAD, 2.0), (MINUS, 0.0)])
    assert (found.result, found.stats["method"]) == (MINUS, "newton")
    # the one from a start does not end the search
    ways, found = rescued(monkeypatch, [(MINUS, 0.0), (BAD, 2.0), (BAD, 2.0)], start=SOLVED.value)
    assert len(ways) == 3
    assert found.result is MINUS


def test_a_budget_that_is_spent_ends_the_search(monkeypatch) -> None:
    def staged(economy, wedges, deficit, solver, structure, at, part):
        part.charge(2000.0)
        return np.zeros(1), 3

    judge = lambda method, point, count: dataclasses.replace(SOLVED, result=BAD, stats={"max_residual": 2.0})  # noqa: E731
    monkeypatch.setattr(ladder, "sweep_in_stages", staged)
    monkeypatch.setattr(ladder, "solve_robustly", lambda *_: pytest.fail("nothing is left"))
    found = rescue(Climb(WORLD, shock(), WORLD.deficit, Newton(budget=1000.0), Structure(), None, judge))
    assert (found.result, found.stats["ended"]) == (RESULTS.gave_up, "budget")


def test_parts_are_counted_each_in_its_own_money() -> None:
    apart = np.ones_like(WORLD.flows)
    apart[0, 1:] = apart[1:, 0] = np.inf
    for name in ("core", "immobile"):
        structure = STRUCTURES[name]
        technology = prepare_for(WORLD, structure, Wedges.of(WORLD, iceberg_hat=apart)).technology
        shape = (3,) if technology.mobile else (3, 3)
        draw = np.random.default_rng(5)
        factor, price = draw.normal(0, 0.1, shape), draw.normal(0, 0.1, (3, 3))
        spending = draw.uniform(0.9, 1.1, (3, 3))
        point = np.concatenate([factor.ravel(), price.ravel(), spending.ravel()])
        moved = in_own_units(point, technology)
        size = factor.size
        units = Numeraires.of(technology)
        assert units.gap(technology.earnings(moved[:size].reshape(shape))[0]) == pytest.approx(
            [0, 0], abs=1e-13
        )
        shift = factor - moved[:size].reshape(shape)
        shift = shift if technology.mobile else shift[:, 0]
        assert shift[1] == pytest.approx(shift[2])
        assert abs(shift[0] - shift[1]) > 1e-4
        assert price - moved[size : size + 9].reshape(3, 3) == pytest.approx(np.tile(shift[:, None], 3))
        assert moved[size + 9 :].reshape(3, 3) == pytest.approx(spending * np.exp(-shift)[:, None])


def test_a_meter_of_a_share() -> None:
    meter = Meter(100.0, 1e9)
    meter.charge(40.0)
    part = meter.part(0.5)
    assert part.budget == 30.0
    assert SimpleNamespace(**vars(part)).spent == 0.0
