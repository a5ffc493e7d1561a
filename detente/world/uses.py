"""Sourcing by use: a world in which final users and producers buy different mixes of origins, where a table has both.

Each product becomes two, one for final use and one for inputs, made with the same technology at the same cost. Where factors move
freely that is the model with trade shares by use, and with the same mix for both it is the model as it was.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from detente.core import BalanceError, InputError, Labels
from detente.world.economy import Array, Economy

SUFFIX = ("-F", "-M")
"""Of the codes of products for final use and for inputs."""
TOLERANCE = 1e-9


def split_uses(economy: Economy, final_flows: Array) -> Economy:
    """Split every product by use.

    Parameters
    ----------
    economy : Economy
    final_flows : array [importer, exporter, sector], million USD
        What final users buy of each origin, before duty, such as an inter-country table holds. Its mix of origins is kept; its size by
        importer and sector follows final demand of the world, which balancing may have moved.

    Returns
    -------
    Economy
        With twice the sectors: those of final use, then those of inputs. Trade in all is what it was.

    Raises
    ------
    InputError
        For another shape, a negative or missing number, and final demand for which no origin is stated.
    BalanceError
        Where final users would buy more of an origin than is sold there.

    Examples
    --------
    >>> from detente.world import toy
    >>> world = toy()
    >>> demanded = world.trade_shares * world.final_demand[:, None] / (1 + world.tariff)
    >>> by_use = split_uses(world, demanded)
    >>> len(by_use.labels.sectors), by_use.labels.sectors[:2]
    (8, ('FARM-F', 'PARTS-F'))
    """
    flows = np.asarray(final_flows, dtype=np.float64)
    if flows.shape != economy.flows.shape or not np.isfinite(flows).all() or (flows < 0).any():
        raise InputError(
            "final flows have another shape than trade, or a number that is negative or missing",
            where=economy.name,
            hint=f"[importer, exporter, sector], shape {economy.flows.shape}, million USD before duty",
        )
    paid = (flows * (1 + economy.tariff)).sum(1)
    wanted = economy.final_demand
    unknown = (paid <= 0) & (wanted > TOLERANCE * economy.expenditure)
    if unknown.any():
        n, s = (int(k) for k in np.argwhere(unknown)[0])
        raise InputError(
            f"final demand of {economy.labels.countries[n]} for {economy.labels.sectors[s]} has no origin",
            where=economy.name,
            hint="give its final flows, at home at least",
        )
    scale = np.divide(np.maximum(wanted, 0.0), paid, out=np.zeros_like(paid), where=paid > 0)
    final = flows * scale[:, None]
    inputs = economy.flows - final
    short = inputs < -TOLERANCE * np.maximum(economy.flows, economy.flows.sum(1, keepdims=True))
    if short.any():
        n, i, s = (int(k) for k in np.unravel_index(int(np.where(short, inputs, 0.0).argmin()), inputs.shape))
        codes = economy.labels.countries
        raise BalanceError(
            f"final users of {codes[n]} would buy {final[n, i, s]:,.6g} million of {economy.labels.sectors[s]} from {codes[i]}, "
            f"of {economy.flows[n, i, s]:,.6g} that are sold there",
            where=economy.name,
            hint="the mixes of final use and of trade in all do not fit: look at this cell",
        )
    return dataclasses.replace(
        economy,
        name=f"{economy.name}, by use",
        labels=_doubled(economy.labels),
        flows=np.concatenate([final, np.maximum(inputs, 0.0)], axis=2),
        tariff=np.concatenate([economy.tariff, economy.tariff], axis=2),
        va_share=np.tile(economy.va_share, 2),
        input_shares=_of_inputs(economy.input_shares),
        trade_elasticity=np.tile(economy.trade_elasticity, 2),
    )


def _of_inputs(shares: Array) -> Array:
    """Shares of sales spent on inputs: of either use from the products for inputs alone."""
    count = shares.shape[1]
    doubled = np.zeros((len(shares), 2 * count, 2 * count))
    doubled[:, count:, :count] = doubled[:, count:, count:] = shares
    return doubled


def _doubled(labels: Labels) -> Labels:
    names = {
        f"{code}{suffix}": f"{labels.sector_name(code)}, {use}"
        for suffix, use in zip(SUFFIX, ("final use", "inputs"), strict=True)
        for code in labels.sectors
    }
    return Labels(labels.countries, tuple(names), labels.country_names, names)
