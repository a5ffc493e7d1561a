r"""Through which channels real income moves: the exact differential, integrated along the path of a policy.

With :math:`M` imports at the border (export tax paid, duty not), :math:`E` exports there, :math:`p` their prices before and
:math:`p^*` after trade costs, :math:`F` sales and :math:`Y` output at producer prices, :math:`\phi` the profit share,

.. math::

    I\, d\ln W = \Big(\sum_x E\, d\ln p - \sum_m M\, d\ln p\Big) - \sum M\, d\ln d
        + \sum t\,(dM - M\, d\ln p^*) + \sum x\,(dF - F\, d\ln c) + \sum \phi\,(dY - Y\, d\ln c) + dD
        + \sum E^f\, d\ln e + E\, d\ln\ell - S\, d\ln P

holds exactly at every point (envelope theorem on costs, spending and the supply of factors). The first-order formula of
Caliendo and Parro is its first and third terms at the base year alone. With deficits the split between terms of trade and
transfers is not free of the numeraire. With minimum consumption :math:`I` is real income at the price of what is bought
beyond it. With margins of markets :math:`M` and :math:`F` are what producers get, and :math:`t` splits into the duty and the margin, home
sales included; pass-through is a part of :math:`d`. The last terms are there with wage floors, with a supply of factors that changes and
with duties that are saved: factor earnings :math:`E^f` of a sector times the change of its employment rate :math:`e`, and of a
country times that of its supply :math:`\ell`; what is saved of duties less what is borrowed of others', :math:`S`, times that of
consumer prices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from detente.core import SolveError
from detente.equilibrium.bans import log_costs
from detente.equilibrium.explain.attribute import COMPLETE, NOISE, SIZES, TIGHT, chebyshev, solve_path
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.world_model import Model
from detente.world import Array, Wedges, frozen

CHANNELS = {
    "terms_of_trade": "terms of trade: export prices against import prices",
    "trade_costs": "trade costs: what non-tariff measures use up",
    "volume_of_trade": "volume of trade: imports that duties push out or let in",
    "margins": "margins: sales where workers of the market earn a share of them",
    "pass_through": "pass-through: what markets add to a duty, or take off it, and their size",
    "taxed_exports": "volume of exports that are taxed",
    "profits": "profits: output where prices are above cost",
    "transfers": "trade deficits that others finance",
    "employment": "employment: factors that wage floors leave without work",
    "savings": "savings: what prices take from, or give to, duties that are saved",
    "supply": "supply of factors: with real wages, or as duties replace other taxes",
    "answers": "what answers beside prices: productivity with scale, labour with real wages",
}
"""Channels of real income, with what they are."""


@dataclass(frozen=True, eq=False)
class PathChannels:
    """Channels of the change of log real income along a path; they add up to it.

    Attributes
    ----------
    parts : mapping of channel to array [country]
        Log points.
    terms_with, volume_with : array [country, partner]
        The terms of trade and the volume of trade by partner.
    total : array [country]
        Change of log real income.
    points : int
        Equilibria solved.
    """

    parts: Mapping[str, Array]
    terms_with: Array
    volume_with: Array
    total: Array
    points: int

    @property
    def gap(self) -> Array:
        """What the channels miss of the whole [country]."""
        return np.asarray(self.total - sum(self.parts.values()))


def integrate_channels(values: tuple[Equilibrium, ...], weights: Array, slope: Array) -> PathChannels:
    """Integrate each term of the differential over equilibria at Chebyshev points.

    Parameters
    ----------
    values : tuple of Equilibrium
        At the points of `chebyshev` along a path.
    weights, slope : array
        As `chebyshev` gives them.
    """
    abroad = ~np.eye(len(values[0].economy.labels.countries), dtype=bool)[:, :, None]

    def along(name: str) -> Array:
        return np.stack([getattr(value, name) for value in values])

    def change(levels: Array) -> Array:
        return np.tensordot(slope, levels, axes=(1, 0))

    duty, tax, cost_factor = (
        np.stack([getattr(value.wedges, key) for value in values])
        for key in ("tariff", "export_tax", "iceberg_hat")
    )
    kept, bends = _markets(values)
    border, income = along("flows_new") * (1 - kept), along("valued_income_new")
    # of what producers get; margins are earned at home too
    duty, margin = duty / (1 - kept), kept / (1 - kept)
    producer = border / (1 + tax)
    d_cost = change(np.log(along("cost_hat")))[:, None]
    d_border = d_cost + change(np.log1p(tax))
    d_iceberg = _dearer(cost_factor, values[0].economy.trade_elasticity, change)
    d_bent = change(bends)
    output, profit = along("output_new"), values[0].technology.profit_share
    terms = (border * d_border * abroad).sum(3)  # [point, importer, exporter]
    by_partner = terms.transpose(0, 2, 1) - terms
    moved = change(border) - border * (d_border + d_iceberg + d_bent)
    volumes = (duty * moved).sum(3)
    terms_of = {
        "trade_costs": -(border * d_iceberg).sum((2, 3)),
        "volume_of_trade": volumes.sum(2),
        "taxed_exports": (tax * (change(producer) - producer * d_cost)).sum((1, 3)),
        "profits": (profit * (change(output) - output * d_cost[:, 0])).sum(2),
        "transfers": change(along("deficit_new")),
    }
    if kept.any():
        terms_of["margins"] = (margin * moved).sum((2, 3))
    if bends.any():
        terms_of["pass_through"] = -(border * d_bent).sum((2, 3))
    if values[0].technology.log_floor is not None:
        terms_of["employment"] = _employed(values, change)
    if values[0].technology.budget.moved is not None:
        prices = change(np.log(along("marginal_price_hat")))
        terms_of["savings"] = -(along("saved_new") - along("lent_new")) * prices
    if values[0].structure.moves_supply:
        supply = along("factor_supply_hat")
        earned = along("wage_hat") * supply * values[0].technology.base_earnings().sum(1)
        terms_of["supply"] = earned * change(np.log(supply))
    if values[0].responses is not None:
        spared = np.stack([_spared(value) for value in values])
        terms_of["answers"] = (output * change(spared)).sum(2)
    scale = weights[:, None] / income
    terms_with = (by_partner * scale[:, :, None]).sum(0)
    volume_with = (volumes * scale[:, :, None]).sum(0)
    parts = {"terms_of_trade": frozen(terms_with.sum(1))}
    parts |= {name: frozen((term * scale).sum(0)) for name, term in terms_of.items()}
    total = np.log(values[-1].real_income_hat / values[0].real_income_hat)
    return PathChannels(parts, frozen(terms_with), frozen(volume_with), frozen(total), len(values))


def _dearer(cost_factor: Array, theta: Array, change: Callable[[Array], Array]) -> Array:
    """Change of log trade costs along the path, by point; to a ban the path is that of `bans.costs_between`."""
    if np.isinf(cost_factor).any():
        return log_costs(cost_factor[0], cost_factor[-1], chebyshev(len(cost_factor) - 1)[0], theta)
    return change(np.log(cost_factor))


def _markets(values: tuple[Equilibrium, ...]) -> tuple[Array, Array]:
    """Share of sales that a market keeps [importer, 1, sector], and log cost that pass-through adds to each flow, by point."""
    answers = values[0].responses
    if answers is None or not answers.moves_markets:
        return np.zeros((1, 1, 1)), np.zeros((len(values), 1, 1, 1))
    answered = [value.answer for value in values]  # type: ignore[attr-defined]
    markets = answered[0].conditions.markets
    added = [
        markets.log_cost(value.wedges.tariff, answer.conditions.parts(answer.state)["market"])
        for value, answer in zip(values, answered, strict=True)
    ]
    return markets.margin[:, None, :], np.stack(added)


def _spared(value: Equilibrium) -> Array:
    """Log of what a unit of cost at the model's own prices yields beyond the base year [country, sector], as more answers."""
    logs = np.log(value.factor_price_hat), np.log(value.price_hat)
    return np.asarray(value.technology.log_cost(*logs) - np.log(value.cost_hat))


def _employed(values: tuple[Equilibrium, ...], change: Callable[[Array], Array]) -> Array:
    """Factor earnings times the change of the log employment rate, by point and country."""
    moved = change(np.log(np.stack([value.employment_rate for value in values])))
    asked = np.stack([value.technology.earnings(np.log(value.factor_price_hat))[1] for value in values])
    earned = (asked * moved).reshape(*moved.shape[:2], -1).sum(2)
    return np.asarray(earned * np.stack([value.factor_supply_hat for value in values]))


def decompose_path(model: Model, start: Wedges, end: Wedges) -> PathChannels:
    """Decompose the change of every country's log real income between two policies, exactly.

    Parameters
    ----------
    model : Model
    start, end : Wedges

    Returns
    -------
    PathParts
        The channels add up to the change within 1e-9 of the sum of their sizes (1e-8 log points at worst).

    Raises
    ------
    SolveError
        When an equilibrium on the path is not found, bans cut trade into parts, or the parts do not add up with the finest
        points.

    Examples
    --------
    >>> from detente.equilibrium import Model
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> start, end = Wedges.unchanged(world), Wedges.of(world, tariff=3 * world.tariff)
    >>> bool(abs(decompose_path(Model(world), start, end).gap).max() < 1e-8)
    True
    """
    for size in SIZES:
        values = solve_path(model, start, end, size)
        _, weights, slope = chebyshev(size)
        decomposed = integrate_channels(values, weights, slope)
        sizes = sum((np.abs(part) for part in decomposed.parts.values()), np.zeros(len(decomposed.total)))
        if (np.abs(decomposed.gap) <= TIGHT * sizes + NOISE).all():
            return decomposed
    if np.abs(decomposed.gap).max() <= COMPLETE:
        return decomposed
    raise SolveError(
        f"the channels miss the whole by {np.abs(decomposed.gap).max():.1e}",
        where=model.economy.name,
        hint="the change is too large to integrate along: compare with a milder one, such as a cap instead of a ban",
    )
