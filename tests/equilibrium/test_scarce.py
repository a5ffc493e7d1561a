"""Steps of scarce goods: their derivatives against differences of the market they stand for, written again with loops."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from detente.equilibrium.limits import LONGEST
from detente.equilibrium.scarce import MOST_APART, Scarce, ScarceMarkets, Volumes

N, THETA, CRITICAL, FACTORS, KAPPA = 4, 5.0, 0.3, 0.6, 1.8
DRAW = np.random.default_rng(8)
BOUGHT = DRAW.dirichlet(np.ones(N), N)
SALES = DRAW.uniform(1, 9, (N, N))
FACTOR, EMPLOYED = DRAW.uniform(0.3, 0.8, N), DRAW.uniform(0.05, 0.4, N)
ALL = np.ones((1, N), dtype=bool)


# flows under limits, one an entry: two under the first, one under the second
SLOT, IMPORTER, EXPORTER, NIL = np.array([[0, 0, 1], [1, 2, 3], [0, 0, 2], [0, 0, 0]])
SHIPPED = np.array([0.4, 0.5, 0.9])
SIGN, WASTED = np.array([[1.0, -1.0]]), np.array([[0.0, 1.0]])  # a cap, and a floor whose rent is destroyed
LIMITS = SimpleNamespace(
    lane=NIL,
    slot=SLOT,
    importer=IMPORTER,
    exporter=EXPORTER,
    sector=NIL,
    sign=SIGN,
    wasted=WASTED,
    width=2,
    theta=np.full(3, THETA),
    paid=1 - WASTED[0, SLOT],
    log_limit=np.log([[0.7, 1.1]]),
)


def market(log_factor, log_wedge):
    """Clearing of every producer and volumes of both controls, in logarithms: CES all through, not linear anywhere."""
    wedge = np.zeros((N, N))
    for slot, n, i in zip(SLOT, IMPORTER, EXPORTER, strict=True):
        wedge[n, i] = SIGN[0, slot] * log_wedge[slot]
    # the cost of a producer beside others' prices that stand, and what of it goes to factors
    cost = [
        (f * np.exp((1 - FACTORS) * v) + 1 - f) ** (1 / (1 - FACTORS))
        for f, v in zip(FACTOR, log_factor, strict=True)
    ]
    to_factors = [np.exp((1 - FACTORS) * (v - np.log(c))) for v, c in zip(log_factor, cost, strict=True)]
    sold, arrived = np.zeros((N, N)), np.zeros((N, N))
    for n in range(N):
        pull = [BOUGHT[n, i] * (cost[i] * np.exp(wedge[n, i])) ** -THETA for i in range(N)]
        price = sum(pull) ** (-1 / THETA)
        for i in range(N):
            paid = pull[i] / BOUGHT[n, i] / sum(pull) * price ** (1 - CRITICAL)
            arrived[n, i] = paid
            sold[n, i] = SALES[n, i] * paid
    clearing = np.zeros(N)
    volume = np.zeros(2)
    for n, i, k, shipped, paid_in in zip(IMPORTER, EXPORTER, SLOT, SHIPPED, LIMITS.paid, strict=True):
        sold[n, i] *= np.exp(-paid_in * wedge[n, i])
        volume[k] += shipped * arrived[n, i] / cost[i] * np.exp(-paid_in * wedge[n, i])
    for i in range(N):
        own = EMPLOYED[i] * np.exp(KAPPA * log_factor[i]) + 1 - EMPLOYED[i]
        ladder = KAPPA * log_factor[i] + (1 - KAPPA) / KAPPA * np.log(own)
        clearing[i] = np.log(sold[:, i].sum()) + np.log(to_factors[i]) - ladder
    return clearing, np.log(volume) - WASTED[0] * log_wedge


def markets() -> ScarceMarkets:
    return ScarceMarkets(
        BOUGHT[None, None],
        SALES[None, None],
        np.full((1, 1, 1), THETA),
        np.full((1, 1, N), THETA + 1 - CRITICAL),
        FACTOR[None, None],
        EMPLOYED[None, None],
        np.full((1, 1, 1), KAPPA),
        np.full((1, 1, 1), 1 - FACTORS),
    )


def differences(step: float = 1e-5) -> np.ndarray:
    """Central differences of clearing and of how far limits are on the wrong side, by factor prices and wedges."""
    columns = []
    for k in range(N + 2):
        there = np.zeros(N + 2)
        there[k] = step
        up, down = market(there[:N], there[N:]), market(-there[:N], -there[N:])
        clearing, over = ((a - b) / (2 * step) for a, b in zip(up, down, strict=True))
        columns.append(np.concatenate([clearing, SIGN[0] * over]))
    return np.array(columns).T


def volumes() -> Volumes:
    return Volumes(LIMITS, NIL, SHIPPED)


def test_markets_answer_as_their_own_differences_say() -> None:
    moves = markets().moves(ALL)
    assert moves.slopes[0, 0] == pytest.approx(differences()[:N, :N], rel=1e-7, abs=1e-8)
    dead = np.array([[True, False, True, True]])
    stays = markets().moves(dead).slopes[0, 0]
    assert stays[1].tolist() == stays[:, 1].tolist() == [0, 1, 0, 0]  # who makes nothing stays


def test_factor_prices_and_binding_limits_step_together_as_newton_would() -> None:
    scarce = Scarce(np.array([0]), ALL, np.eye(N, dtype=np.float32)[None])
    log_wedge, wedge_step = np.full((1, 2), 0.2), np.zeros((1, 2))
    gap, first = np.array([0.02, -0.03, 0.01, 0.04]), np.array([0.01, 0.02, -0.02, 0.0])
    factor_step = first[None].copy()
    scarce.mend(markets, gap[None], factor_step, volumes(), log_wedge, wedge_step, near=False)
    due = first + gap - np.log1p(gap)
    whole = np.array([0.9, 0.9])  # what is shipped under each control
    over = SIGN[0] * (np.log(whole) - WASTED[0] * log_wedge[0] - LIMITS.log_limit[0])
    expected = np.linalg.solve(differences(), np.concatenate([due, -over]))
    assert factor_step[0] == pytest.approx(expected[:N], rel=1e-4)
    assert wedge_step[0] == pytest.approx(np.maximum(expected[N:], -0.2), rel=1e-4)
    assert np.abs(expected[:N] - first).max() < MOST_APART
    assert np.abs(expected[N:]).max() < LONGEST


def test_near_the_end_derivatives_are_kept_while_the_same_limits_bind() -> None:
    scarce, asked = Scarce(np.array([0]), ALL, np.eye(N, dtype=np.float32)[None]), []

    def standing() -> ScarceMarkets:
        asked.append(1)
        return markets()

    def step(log_wedge, near):
        scarce.mend(
            standing, np.zeros((1, N)), np.zeros((1, N)), volumes(), log_wedge, np.zeros((1, 2)), near
        )

    step(np.full((1, 2), 0.2), near=True)
    step(np.full((1, 2), 0.3), near=True)
    assert len(asked) == 1
    step(np.array([[0.3, 0.0]]), near=True)  # the floor has let go
    assert len(asked) == 2
    step(np.array([[0.3, 0.0]]), near=False)
    assert len(asked) == 3
