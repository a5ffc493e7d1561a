"""What is uncertain and how much: log-normal factors on elasticities, nests, mobility and assumed effects, each sourced.

Every parameter has its value at the horizon as median. A factor ``exp(sd · z)`` with z standard normal multiplies it; the
spread of trade elasticities is that between the published sets that are shipped, everything else is assumed.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from detente.core import Cell, Column, InputError, Table, normal_below, normal_quantile, sobol
from detente.equilibrium import Model, QuantityControl
from detente.world import Array, Economy, divisions, goods_sectors

BETWEEN_SETS = 0.34
"""Standard deviation, over the shipped long-run sets, of the mean log elasticity of goods."""
WITHIN_SETS = 0.46
"""The same of a single sector's log elasticity around its set's mean."""

FARTHEST = 3.0
"""Draws are cut off at so many standard deviations: one in 370 would lie beyond, at elasticities nobody published."""

_SETS = "spread between the published long-run sets that are shipped"
NESTS = {
    "sigma_value_added": "σ_V",
    "sigma_materials": "σ_M",
    "sigma_critical": "σ_K",
    "sigma_final": "σ_F",
}
_LABOUR = {
    "wage_floor": ("by how much wages may fall", 0.0),
    "labour_supply": ("elasticity of labour supply", 0.0),
    "minimum_consumption": ("minimum consumption", 0.0),
    "marginal_cost_of_funds": ("marginal cost of funds − 1", 1.0),
}
"""Drawn where a structure has them, with the value that switches them off. What duties are used for is a choice: it is not drawn."""
_RESPONSES = {
    "scale": ("elasticity of scale", 0.0),
    "labour_supply": ("elasticity of labour supply", 0.0),
    "margin": ("margins of markets, over what producers keep", 0.0),
    "pass_through": ("pass-through of duties, its distance from one", 1.0),
}
"""Drawn where what answers beside prices has them, with the value that switches them off; shocks, shares and rules are given."""
SECTOR_GROUPS = {
    "primary goods": range(1, 10),
    "light manufacturing": range(10, 19),
    "chemicals and metals": range(19, 26),
    "machinery and electronics": range(26, 34),
}
"""Divisions of ISIC Rev. 4 whose elasticities move together; sectors of no division are in the last group."""


@dataclass(frozen=True)
class Uncertain:
    """One uncertain parameter.

    Attributes
    ----------
    name : str
    group : str
        What it is told apart as among the drivers.
    sd : float
        Standard deviation of its logarithm.
    grade, source : str
        How the spread is known.
    """

    name: str
    group: str
    sd: float
    grade: str
    source: str


@functools.cache
def sector_group(code: str) -> str:
    """Group of a goods sector, by its ISIC divisions.

    Examples
    --------
    >>> sector_group("C10T12"), sector_group("C26"), sector_group("PARTS")
    ('light manufacturing', 'machinery and electronics', 'machinery and electronics')
    """
    own_divisions = divisions(code)
    for name, span in SECTOR_GROUPS.items():
        if own_divisions and min(own_divisions) in span:
            return name
    return "machinery and electronics"


def uncertain_parameters(model: Model, *, nests: bool = True) -> tuple[Uncertain, ...]:
    """Parameters that are drawn for a model at a horizon.

    Parameters
    ----------
    model : Model
    nests : bool
        Whether elasticities of substitution in the nests are drawn too.

    Examples
    --------
    >>> from detente.equilibrium import Model
    >>> from detente.world import toy
    >>> [one.group for one in uncertain_parameters(Model(toy()), nests=False)]
    ['elasticities: level', 'elasticities: machinery and electronics', 'elasticities: services', 'effects of measures']
    """
    economy, structure = model.economy, model.structure
    labels = economy.labels
    goods = [labels.sectors[s] for s in goods_sectors(economy)]
    present = {sector_group(code) for code in goods}
    parameters = [
        Uncertain("level", "elasticities: level", BETWEEN_SETS, "inferred", f"{_SETS}, of their means")
    ]
    parameters += [
        Uncertain(name, f"elasticities: {name}", WITHIN_SETS, "inferred", f"{_SETS}, of a sector in its set")
        for name in SECTOR_GROUPS
        if name in present
    ]
    if len(goods) < len(labels.sectors):
        parameters.append(
            Uncertain("services", "elasticities: services", 0.5, "assumed", "no shipped set estimates them")
        )
    held = model.responses is not None and model.responses.takes_constant_shares
    if nests:
        for key, sign in NESTS.items():
            if key == "sigma_value_added" and held:  # what makes more of the same cost takes constant shares
                continue
            if key != "sigma_critical" or structure.critical:
                parameters.append(
                    Uncertain(key, "nests", 0.3, "assumed", f"{sign}: a factor of 1.6 either way at 90 %")
                )
    if math.isfinite(structure.mobility):
        parameters.append(
            Uncertain("mobility", "mobility", 0.5, "assumed", "κ − 1: a factor of 2.3 either way at 90 %")
        )
    parameters += [
        Uncertain(name, "labour and taxes", 0.5, "assumed", f"{words}: a factor of 2.3 either way at 90 %")
        for name, (words, neutral) in _LABOUR.items()
        if np.any(np.asarray(getattr(structure, name)) != neutral)
    ]
    if model.responses is not None:
        parameters += [
            Uncertain(
                f"responses: {name}",
                "labour and taxes",
                0.5,
                "assumed",
                f"{words}: a factor of 2.3 either way at 90 %",
            )
            for name, (words, neutral) in _RESPONSES.items()
            if np.any(np.asarray(getattr(model.responses, name)) != neutral)
        ]
    parameters.append(
        Uncertain(
            "effects",
            "effects of measures",
            0.5,
            "assumed",
            "trade-cost equivalents of measures that are no duties, all together: a factor of 2.3 either way at 90 %",
        )
    )
    return tuple(parameters)


def limit_parameters(controls: Iterable[QuantityControl]) -> tuple[Uncertain, ...]:
    """Parameters that draw limits inside the ranges they state: one for all the controls that are drawn together.

    Examples
    --------
    >>> from detente.world import toy
    >>> cap = QuantityControl.on(toy(), "cap", importers="USA", exporters="CHN", sectors="PARTS", limit=0.8)
    >>> limit_parameters([cap])
    ()
    >>> [one.name for one in limit_parameters([replace(cap, ends=(0.2, 1.0), drawn_with="controls of CHN")])]
    ['controls of CHN']
    """
    names = sorted({control.drawn_with for control in controls if control.ends is not None})
    source = (
        "what each limit leaves, between the ends that its measure states: those are reached at 5 and 95 %"
    )
    return tuple(Uncertain(name, "effects of measures", 1.0, "assumed", source) for name in names)


def drawn_limits(
    controls: Sequence[QuantityControl], parameters: Sequence[Uncertain], normals: Array
) -> tuple[QuantityControl, ...]:
    """Controls with their limits where one draw [parameter] puts them."""
    place = {p.name: float(z) for p, z in zip(parameters, normals, strict=True)}
    return tuple(control.at(place.get(control.drawn_with, 0.0)) for control in controls)


def points(count: int, dimensions: int, seed: int) -> Array:
    """Quasi-random standard normals, cut off at `FARTHEST` [draw, dimension]: a scrambled Sobol' sequence, the same for a seed.

    Parameters
    ----------
    count : int
        Any number; powers of two fill the space most evenly.
    dimensions : int
    seed : int

    Raises
    ------
    InputError
        For fewer than two draws, or more than a million; a seed that is no whole number from 0 on.

    Examples
    --------
    >>> bool((points(8, 3, seed=1) == points(8, 3, seed=1)).all())
    True
    """
    if count < 2:
        raise InputError(
            f"{count} draw{'' if count == 1 else 's'} cannot make an interval",
            where="draws",
            hint="64 or more",
        )
    if count > 1_000_000:
        raise InputError(f"{count} draws would never end", where="draws", hint="some thousands are plenty")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"{seed} is no seed", where="seed", hint="a whole number from 0 on, such as 1")
    uniform = sobol(count, dimensions, np.random.default_rng(seed).spawn(1)[0])
    lowest, highest = normal_below(-FARTHEST), normal_below(FARTHEST)
    return normal_quantile(lowest + uniform * (highest - lowest))


def theta_factors(economy: Economy, factor: Mapping[str, float]) -> Array:
    """Factors on trade elasticities [sector] from those on parameters by name."""
    goods = set(goods_sectors(economy))
    return np.array(
        [
            factor["level"] * factor[sector_group(code)] if s in goods else factor["services"]
            for s, code in enumerate(economy.labels.sectors)
        ]
    )


def _drawn_share(share: float | Array, factor: float) -> Array:
    """A share whose odds a factor multiplies: it stays one."""
    given = np.asarray(share, dtype=np.float64)
    odds = given / np.maximum(1 - given, 1e-12) * factor
    return np.asarray(np.where(given < 1, odds / (1 + odds), 1.0))


def drawn_answer(name: str, value: float | Array, factor: float) -> Array:
    """A parameter at a factor: a share stays one, of a wage floor it is the room below the base year, and pass-through stays
    above zero.

    Examples
    --------
    >>> drawn_answer("margin", 0.5, 3.0).item(), drawn_answer("pass_through", 1.2, 2.0).round(2).item()
    (0.75, 1.4)
    """
    if name in ("margin", "minimum_consumption"):
        return _drawn_share(value, factor)
    given = np.asarray(value, dtype=np.float64)
    if name == "wage_floor":
        return np.asarray(np.where(given > 0, np.clip(1 - (1 - given) * factor, 0.0, 1.0), 0.0))
    if name == "pass_through":  # below one it nears zero, and never gets there
        return np.asarray(
            np.where(given > 1, 1 + (given - 1) * factor, 1 - _drawn_share(1 - np.minimum(given, 1), factor))
        )
    return np.asarray(given * factor)


def apply_draw(model: Model, parameters: tuple[Uncertain, ...], normals: Array) -> tuple[Model, float]:
    """The model and the scale of effects of one draw [dimension]."""
    economy, structure = model.economy, model.structure
    factor = {p.name: math.exp(p.sd * float(z)) for p, z in zip(parameters, normals, strict=True)}
    theta = economy.trade_elasticity * theta_factors(economy, factor)
    changed: dict[str, Any] = {key: getattr(structure, key) * factor[key] for key in NESTS if key in factor}
    if "mobility" in factor:
        changed["mobility"] = 1 + (structure.mobility - 1) * factor["mobility"]
    for key in ("wage_floor", "labour_supply", "minimum_consumption"):
        if key in factor:
            changed[key] = drawn_answer(key, getattr(structure, key), factor[key])
    if "marginal_cost_of_funds" in factor:
        funds = 1 + (structure.marginal_cost_of_funds - 1) * factor["marginal_cost_of_funds"]
        changed["marginal_cost_of_funds"] = funds
    drawn = economy.with_elasticities(theta, f"{economy.elasticity_source}; one draw around them")
    responses = model.responses
    if responses is not None:
        scaled: dict[str, Any] = {
            name: drawn_answer(name, getattr(responses, name), factor[f"responses: {name}"])
            for name in _RESPONSES
            if f"responses: {name}" in factor
        }
        responses = replace(responses, **scaled)
    at = replace(model, economy=drawn, structure=replace(structure, **changed), responses=responses)
    return at, factor["effects"]


def uncertainty_table(model: Model, *, nests: bool = True) -> Table:
    """What is drawn, how far it spreads, and how that is known."""
    rows: list[tuple[Cell, ...]] = [
        (p.name, p.group, p.sd, math.exp(-1.645 * p.sd), math.exp(1.645 * p.sd), p.grade, p.source)
        for p in uncertain_parameters(model, nests=nests)
    ]
    return Table(
        "uncertainty",
        "What is uncertain",
        (
            Column("parameter", "Parameter"),
            Column("group", "Driver"),
            Column("sd", "Standard deviation of the logarithm", "logarithm", "number", 2),
            Column("factor_low", "Factor at 5 %", "factor", "number", 2),
            Column("factor_high", "Factor at 95 %", "factor", "number", 2),
            Column("grade", "Grade"),
            Column("source", "Source"),
        ),
        tuple(rows),
        note="Log-normal factors on the values of the horizon, independent of one another, cut off at three standard deviations.",
    )
