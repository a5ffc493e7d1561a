"""What first steps leave, foretold: limits go by their names, in whatever order and however late these come."""

from __future__ import annotations

import numpy as np

from detente.equilibrium import Model, Newton, Policy, solve
from detente.equilibrium.foresight import MOST, Foresight
from detente.world import toy

PRICES, NAMES = 3, ("a", "b", "c")


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """First steps [scenario, price or limit], and what they leave: linear in them, and products of two."""
    step = np.random.default_rng(seed).normal(size=(count, PRICES + len(NAMES)))
    left = 0.3 * step + step * np.roll(step, 1, 1)
    return step, left


def only(array: np.ndarray, names: list[tuple[str, ...]]) -> np.ndarray:
    """Nil for the limits that a scenario does not have."""
    there = array.copy()
    for row, own in zip(there, names, strict=True):
        row[[PRICES + k for k, name in enumerate(NAMES) if name not in own]] = 0
    return there


def by_slot(array: np.ndarray, names: list[tuple[str, ...]]) -> np.ndarray:
    """As a sweep has them: log wedges of a scenario's own limits in its own order, nil beyond."""
    laid = np.zeros((len(array), PRICES + max(map(len, names))))
    laid[:, :PRICES] = array[:, :PRICES]
    for row, full, own in zip(laid, array, names, strict=True):
        row[PRICES : PRICES + len(own)] = [full[PRICES + NAMES.index(name)] for name in own]
    return laid


def test_limits_that_come_later_are_told_apart_by_name() -> None:
    chunks = (
        [("a",)] * 12,
        [("b", "a"), ("a",), (), ("b",)] * 6,
        [("c", "a"), ("b", "c"), ("c",)] * 9,
    )
    asked = [("c", "b"), ("a", "c"), ()]
    named, whole = Foresight(), Foresight()
    assert named.ahead(np.zeros((1, PRICES))) is None
    for seed, names in enumerate(chunks):
        step, left = (only(array, names) for array in drawn(len(names), seed))
        named.expect(names)
        named.learn(by_slot(step, names), by_slot(left, names))
        whole.learn(step, left)  # every limit has its column from the beginning
    step = only(drawn(len(asked), 9)[0], asked)
    named.expect(asked)
    told = named.ahead(by_slot(step, asked))
    expected = whole.ahead(step)
    assert told is not None
    assert expected is not None
    assert np.abs(told - by_slot(expected, asked)).max() < 1e-9
    assert np.abs(told[2, PRICES:]).max() == 0  # a slot without a limit is told nothing


def test_what_is_linear_and_quadratic_is_foretold_and_failures_teach_nothing() -> None:
    foresight = Foresight()
    step, left = drawn(80, 1)
    spoilt = left.copy()
    spoilt[::4, 0] = np.nan  # scenarios that were not solved
    foresight.learn(step, spoilt)
    taught = Foresight()
    keep = np.arange(80) % 4 > 0
    taught.learn(step[keep], left[keep])
    new, truth = drawn(10, 2)
    told, expected = foresight.ahead(new), taught.ahead(new)
    assert told is not None
    assert np.array_equal(told, expected)
    assert np.abs(told - truth).max() < 1e-4


def test_only_the_last_are_remembered() -> None:
    long, short = Foresight(), Foresight()
    step, left = drawn(MOST + 40, 3)
    long.learn(step[:100], -left[:100])
    long.learn(step[100:], left[100:])
    short.learn(step[40:100], -left[40:100])
    short.learn(step[100:], left[100:])
    new = drawn(5, 4)[0]
    told, expected = long.ahead(new), short.ahead(new)
    assert told is not None
    assert np.array_equal(told, expected)


def test_one_by_one_the_whole_derivative_finds_the_same_in_fewer_sweeps() -> None:
    world = toy()
    plain, whole = Model(world), Model(world, solver=Newton(whole=True))
    war = Policy.unchanged(world).duty("USA", "CHN").add_points(0.6).duty("CHN", "USA").add_points(0.4)
    limited = war.limit("parts", importers=["USA"], exporters=["CHN"], sectors=["PARTS"], share=0.3)
    for policy in (war, limited):
        expected, quick = solve(plain, policy), solve(whole, policy)
        assert np.abs(quick.value.real_income_hat - expected.value.real_income_hat).max() < 1e-11
        assert int(quick.stats["num_steps"]) < int(expected.stats["num_steps"])
        # whatever was solved before
        assert solve(whole, policy).value.price_hat.tobytes() == quick.value.price_hat.tobytes()
