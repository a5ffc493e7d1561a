"""Stocks that delay a cut, against a root of the slow model's wedge and an account of the stock kept by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.optimize
from random_world import random_world, shock
from slow_extensions import Nests, Structured, solve_extended
from slow_model import Base

from detente.cases.stocks import path_with_stocks
from detente.core import SolveError
from detente.equilibrium import Structure
from detente.equilibrium.controls import QuantityControl
from detente.world import Wedges

AGREEMENT = 1e-9
ECONOMY = random_world(3, 2, seed=4)
NESTS = Nests(0.4, 0.3, 0.1, (0,), 0.8, 1.4)
STRUCTURE = Structure(0.4, 0.3, 0.1, (ECONOMY.labels.sectors[0],), 0.8, 1.4)
TO, FROM, WHAT = 0, 1, 0


def slowly(log_wedge):
    """The slow model under an export tax on one flow, and that flow's volume over the base year's."""
    tax = np.zeros_like(ECONOMY.tariff)
    tax[TO, FROM, WHAT] = math.expm1(log_wedge)
    found = solve_extended(ECONOMY, Wedges(ECONOMY.tariff, np.ones_like(tax), tax), NESTS)
    arguments = [float(found.factor_price_hat[FROM, WHAT]), *found.price_hat[FROM].tolist()]
    cost = complex(Structured(Base(ECONOMY), NESTS).cost(FROM, WHAT, arguments)).real
    at_producer = found.flows_new[TO, FROM, WHAT] / math.exp(log_wedge)
    return found, at_producer / ECONOMY.flows[TO, FROM, WHAT] / cost


def by_hand(limit, stock, periods):
    """Volume, stock left, wedge and real income of every period of one month."""
    rows = []
    for _ in range(periods):
        available = limit + stock
        found, used = slowly(0.0)
        wedge = 0.0
        if used > available:
            wedge = scipy.optimize.brentq(
                lambda x, wanted=available: math.log(slowly(x)[1] / wanted), 0.0, 12.0, xtol=1e-12
            )
            found, used = slowly(wedge)
        stock = 0.0 if wedge else stock - max(used - limit, 0.0)
        rows.append((used, stock, wedge, found.real_income_hat))
    return rows


@pytest.mark.parametrize(("limit", "stock"), [(0.5, 0.0), (0.5, 0.8), (0.15, 1.9)])
def test_a_path_is_what_roots_and_an_account_by_hand_give(limit, stock):
    assert ECONOMY.flows[TO, FROM, WHAT] > 0
    labels = ECONOMY.labels
    cap = QuantityControl.on(
        ECONOMY,
        "cut",
        importers=[labels.countries[TO]],
        exporters=[labels.countries[FROM]],
        sectors=[labels.sectors[WHAT]],
        limit=limit,
    )
    path = path_with_stocks(
        ECONOMY,
        Wedges.unchanged(ECONOMY),
        [cap],
        {"cut": stock},
        [1] * 4,
        structure_by_month=lambda _: (ECONOMY, STRUCTURE),
    )
    expected = by_hand(limit, stock, 4)
    assert expected[-1][2] > 0.1, "the cut never binds"
    for period, (used, left, wedge, real_income) in zip(path, expected, strict=True):
        draw = period.draws["cut"]
        assert draw.volume == pytest.approx(used, abs=AGREEMENT)
        assert draw.left == pytest.approx(left, abs=AGREEMENT)
        assert draw.binding.log_wedge == pytest.approx(wedge, abs=2 * AGREEMENT)
        np.testing.assert_allclose(period.value.real_income_hat, real_income, rtol=AGREEMENT)


def test_months_without_an_equilibrium_are_named():
    """Complements, +500 points and no deficits leave this world without one; the path says from which month."""
    world = random_world(2, 2, seed=111)
    structure = Structure(sigma_value_added=0.05, sigma_materials=0.05, sigma_final=0.05)
    exporter = world.labels.countries[1]
    slack = QuantityControl.on(
        world,
        "cut",
        importers=[world.labels.countries[0]],
        exporters=[exporter],
        sectors=world.labels.sectors,
        limit=0.9,
    )
    with pytest.raises(SolveError, match="with cut at 140 %") as raised:
        path_with_stocks(
            world,
            shock(world, "mixed", 11),
            [slack],
            {"cut": 1.0},
            [2, 2],
            structure_by_month=lambda _: (world, structure),
            closure="zero",
        )
    assert raised.value.where == "months 0 to 2 (long run)"
    assert raised.value.solution is not None
