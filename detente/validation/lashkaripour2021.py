"""Lashkaripour (2021), "The cost of a global tariff war", on the OECD tables of 2022: his formula, and exact best replies.

81 economies, 28 sectors, no inputs, trade elasticity of four. His reading of the table: spending with duties in it, deficits
purged first, one duty a country on everything, services too. His figures for these tables are held by nobody in a form that can
be read here, so the first rows hold the solution against his three equations, written out again; the others lay his formula beside
the duties that are best replies to each other.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from detente.equilibrium import purge_deficits
from detente.strategy.duties import DutyGame, UniformDuties, uniform_duties
from detente.validation.checks import Check, beside, gate
from detente.validation.duties_studies import icio_world, uniform_game
from detente.world import Array, Economy

GROUP = "Lashkaripour 2021"
CITATION = "Lashkaripour (2021), JIE 131, 103489"
PUBLISHED_2014 = -2.42
"""Mean change of real income on the tables of 2014 with an elasticity of four, as his package states."""
NOTE = "the figure beside ours is his formula, solved here: it holds the wages of others still"


def read_uniform(shared: Path) -> DutyGame:
    """His world as a game: read as he reads it, deficits purged, one duty a country."""
    return uniform_game(
        purge_deficits(icio_world(shared, duty_paid=True)).economy, services=True, closure="zero"
    )


def equation_gaps(
    economy: Economy, duty: Array, wage_hat: Array, income_hat: Array
) -> tuple[Array, Array, Array]:
    """His equations 6, 7 and 14 at a solution [country]: labour's markets, incomes, first-order conditions; relative gaps.

    Written from his paper in levels of shares, with none of the solver's relations.
    """
    spending = economy.flows * (1 + economy.tariff)
    totals = spending.sum(1, keepdims=True)
    share = np.divide(spending, totals, out=np.zeros_like(spending), where=totals > 0)
    income, weight = spending.sum((1, 2)), spending.sum(1) / spending.sum((1, 2))[:, None]
    wages = economy.flows.sum((0, 2))
    foreign = ~np.eye(len(duty), dtype=bool)[:, :, None]
    charged = np.where(foreign, duty[:, None, None], 0.0)
    power = ((1 + charged) / (1 + economy.tariff) * wage_hat[None, :, None]) ** -economy.trade_elasticity
    pulled = share * power
    total = pulled.sum(1, keepdims=True)
    new = np.divide(pulled, total, out=np.zeros_like(pulled), where=total > 0)
    spent = weight * (income_hat * income)[:, None]
    sold = new * spent[:, None] / (1 + charged)
    markets = sold.sum((0, 2)) / (wage_hat * wages) - 1
    revenue = (new * spent[:, None] * charged / (1 + charged)).sum((1, 2))
    incomes = (revenue + wage_hat * wages) / (income_hat * income) - 1
    exports = np.where(foreign, sold, 0.0)
    response = (exports * (1 - new) * economy.trade_elasticity).sum((0, 2)) / exports.sum((0, 2))
    return markets, incomes, duty - 1 / np.maximum(response, 1.0)


def lashkaripour_checks(shared: Path) -> list[Check]:
    """His formula against his equations, and beside exact mutual best replies."""
    game = read_uniform(shared)
    formula = uniform_duties(game, "formula")
    exact = uniform_duties(game, "best reply", start=formula.duties)
    value = formula.value
    gaps = equation_gaps(game.economy, formula.duties, value.wage_hat, value.income_new / game.economy.income)
    held = functools.partial(gate, GROUP, source=CITATION, unit="ratio")
    names = ("Wages (equation 6)", "Incomes (equation 7)", "First-order conditions (equation 14)")
    checks = [held(f"{name}, 81 economies", gap, 0.0, 1e-8) for name, gap in zip(names, gaps, strict=True)]
    place = [game.players.index(code) for code in ("USA", "CHN")]
    _, slopes = game.slopes(exact.value, ["USA", "CHN"])
    own = [float(slopes[row, game.of(code)][0]) for row, code in enumerate(("USA", "CHN"))]
    checks.append(held("Best replies: own slopes by the adjoint, two players", own, 0.0, 1e-8))
    pairs = {
        "Mean duty, best replies": [100 * settled.duties.mean() for settled in (exact, formula)],
        "Duty of the United States, best replies": [
            100 * settled.duties[place[0]] for settled in (exact, formula)
        ],
        "Duty of China, best replies": [100 * settled.duties[place[1]] for settled in (exact, formula)],
        "Mean real income, best replies": [_mean_change(settled) for settled in (exact, formula)],
    }
    checks += [
        beside(GROUP, what, float(ours), float(his), source=f"{CITATION}: formula", note=NOTE)
        for what, (ours, his) in pairs.items()
    ]
    checks.append(
        beside(
            GROUP,
            "Mean real income, formula, 2022",
            _mean_change(formula),
            PUBLISHED_2014,
            source=f"{CITATION}: package of the author, tables of 2014",
            note="another table and year: 44 economies and 16 sectors of 2014",
            comparable=False,
        )
    )
    return checks


def _mean_change(settled: UniformDuties) -> float:
    return float(100 * (settled.value.real_income_hat.mean() - 1))
