"""Intervals of draws, how well their ends are known, and what a linear fit says drives them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.cases import HEADLINES, WORLD
from detente.core import Cell, Column, Table, beta_below
from detente.outlook.draws import Draws
from detente.world import Array, frozen


def quantile_errors(values: Array, percent: float) -> Array:
    """Standard error of a percentile over draws (leading axis): Maritz and Jarrett (1978), as of independent draws.

    Quasi-random draws fill the space more evenly than independent ones, so this is on the careful side.

    Parameters
    ----------
    values : array [draw, ...]
    percent : float

    Examples
    --------
    >>> z = np.random.default_rng(1).normal(size=(400, 2000))
    >>> error, spread = quantile_errors(z, 5).mean(), np.percentile(z, 5, axis=0).std()
    >>> bool(abs(error / spread - 1) < 0.1)
    True
    """
    weight = _weight(len(values), percent)
    ordered = np.sort(values, axis=0)
    mean = np.tensordot(weight, ordered, axes=(0, 0))
    square = np.tensordot(weight, ordered**2, axes=(0, 0))
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0.0)))


@functools.lru_cache(maxsize=64)
def _weight(count: int, percent: float) -> Array:
    """Weight of each of so many draws, in order, in a percentile; the same for every result of a study."""
    place = percent / 100 * count + 0.5
    edges = beta_below(place, count - place + 1, np.linspace(0, 1, count + 1))
    return frozen(np.diff(edges))


@dataclass(frozen=True, eq=False)
class Band:
    """An interval of draws: its percentiles and the standard errors of its ends."""

    low: Array
    median: Array
    high: Array
    error: Array
    """Standard error of the ends: the larger of the two."""

    @classmethod
    def of(cls, values: Array, low: float = 5, high: float = 95) -> Band:
        """Percentiles over the leading axis."""
        ends = np.percentile(values, [low, 50, high], axis=0)
        error = np.maximum(quantile_errors(values, low), quantile_errors(values, high))
        return cls(ends[0], ends[1], ends[2], error)


def drawn_words(draws: Draws) -> str:
    """What the draws vary, for a note.

    Examples
    --------
    >>> from detente.cases.case import Case
    >>> from detente.equilibrium import Model
    >>> from detente.outlook import draw_outcomes
    >>> from detente.policy import Scenario
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> case = Case(Scenario(id="a", title="A", dossier="toy"), Wedges.of(world, tariff=2 * world.tariff))
    >>> drawn_words(draw_outcomes(Model(world), [case], draws=2))
    'elasticities, nests (σ_V, σ_M, σ_F) and effects of measures'
    """
    signs = {
        "sigma_value_added": "σ_V",
        "sigma_materials": "σ_M",
        "sigma_critical": "σ_K",
        "sigma_final": "σ_F",
        "mobility": "κ",
    }
    inside = [sign for name, sign in signs.items() if any(p.name == name for p in draws.parameters)]
    nests = f", nests ({', '.join(inside)})" if inside else ""
    count = len(draws.unsolved)
    without = f"; {count} more {'has' if count == 1 else 'have'} no equilibrium and {'is' if count == 1 else 'are'} left out"
    return f"elasticities{nests} and effects of measures{without if count else ''}"


def interval_table(
    draws: Draws,
    *,
    against: str | None = None,
    countries: Sequence[str] = (),
    low: float = 5,
    high: float = 95,
) -> Table:
    """Headlines with their intervals.

    Parameters
    ----------
    draws : Draws
    against : str, optional
        Id of the outcome that differences are taken from; the base year when left out.
    countries : sequence of str
        Codes to keep; all of them and the world when empty.
    low, high : float
        Percentiles.
    """
    labels = draws.economy.labels
    codes = (*labels.countries, WORLD)
    for code in countries:
        if code != WORLD:
            labels.country(code)
    central, values = (draws.central, draws.values) if against is None else draws.against(against)
    band = Band.of(values, low, high)
    rows: list[tuple[Cell, ...]] = []
    for position, name in enumerate(draws.outcomes):
        if name == against:
            continue
        for code in countries or codes:
            n = codes.index(code)
            for metric, (key, (words, unit, _)) in enumerate(HEADLINES.items()):
                place = (position, metric, n)
                if code == WORLD and key == "wage_pct":
                    continue  # the numeraire
                rows.append(
                    (
                        name,
                        code,
                        "World" if code == WORLD else labels.country_name(code),
                        key,
                        words,
                        unit,
                        float(central[place]),
                        *(float(end[place]) for end in (band.low, band.median, band.high, band.error)),
                    )
                )
    what = f"`{against}`" if against else f"the {draws.economy.year} base year"
    return Table(
        "intervals",
        f"Headlines with intervals: {low:g} to {high:g} % of {len(draws.values)} draws",
        (
            Column("outcome", "Outcome"),
            Column("country", "Country"),
            Column("name", "Name"),
            Column("metric", "Metric"),
            Column("metric_name", "What"),
            Column("unit", "Unit"),
            Column("central", "Central", "", "number", 3),
            *_ends(low, high),
        ),
        tuple(rows),
        note=f"Against {what}. {interval_note(draws)}",
    )


def _ends(low: float, high: float) -> tuple[Column, ...]:
    return (
        Column("low", f"{low:g} %", "", "number", 3),
        Column("median", "Median", "", "number", 3),
        Column("high", f"{high:g} %", "", "number", 3),
        Column("end_error", "Error of the ends", "", "number", 3),
    )


def interval_note(draws: Draws) -> str:
    """What was drawn, how often, around what, for the note of a table."""
    return (
        f"{len(draws.values)} quasi-random draws, seed {draws.seed}, of {drawn_words(draws)}; `--table uncertainty` has their "
        "spreads. They vary parameters, not the model nor the policy. Central: the values of the horizon. Error of the ends: "
        "standard error of the 5 and 95 % points, the larger (Maritz and Jarrett 1978). "
        f"Horizon: {draws.structure.horizon} ({draws.structure.source}). Elasticities around: {draws.economy.elasticity_source}."
    )


def result_changes(draws: Draws, result: str, later: str, earlier: str | None) -> tuple[float, Array]:
    """Change of a kept result between two outcomes: central, and [draw]; of results of a path, the later reading itself."""
    k, position = draws.results.index(result), draws.position(later)
    central, drawn = draws.central_readings[position, k], draws.readings[:, position, k]
    if earlier is not None:
        base = draws.position(earlier)
        central, drawn = central - draws.central_readings[base, k], drawn - draws.readings[:, base, k]
    return float(central), np.asarray(drawn)


@dataclass(frozen=True, eq=False)
class Fit:
    """Shares of the variance of a result that each parameter explains in a linear fit on the draws.

    Attributes
    ----------
    names, groups : tuple of str
        Of the parameters.
    shares : array [parameter]
        First-order Sobol' indices where the result is linear in the logarithms of the parameters.
    explained : float
        Their sum: the share of the variance that the fit explains.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    shares: Array
    explained: float


def linear_fit(draws: Draws, values: Array) -> Fit:
    """Attribute the variance of a result over draws to parameters by least squares on their standard normals.

    Parameters
    ----------
    draws : Draws
    values : array [draw]

    Raises
    ------
    InputError
        With no more draws than parameters.

    Notes
    -----
    For ``y = a + Σ b_k z_k + e`` with independent standard normals the first-order index of parameter k is
    ``b_k² / (Σ b² + var e)`` (Saltelli and others 2008, section 1.2.5), the variance of what is left adjusted for the
    number of parameters; `detente.outlook.drivers` needs no linearity.

    Examples
    --------
    >>> from detente.cases.case import Case
    >>> from detente.equilibrium import Model
    >>> from detente.outlook import draw_outcomes
    >>> from detente.policy import Scenario
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> case = Case(Scenario(id="a", title="A", dossier="toy"), Wedges.of(world, tariff=2 * world.tariff))
    >>> drawn = draw_outcomes(Model(world), [case], draws=32)
    >>> made = linear_fit(drawn, drawn.normals[:, 0] * 3)
    >>> bool(made.shares[0] > 0.999), bool(made.explained > 0.999)
    (True, True)
    """
    from detente.core import InputError

    count, dimensions = draws.normals.shape
    if count <= dimensions + 1:
        raise InputError(
            f"{count} draws cannot tell {dimensions} parameters apart",
            where="draws",
            hint=f"{2 * dimensions} draws or more",
        )
    names = tuple(p.name for p in draws.parameters)
    groups = tuple(p.group for p in draws.parameters)
    design = np.column_stack([np.ones(count), draws.normals])
    slope, *_ = np.linalg.lstsq(design, values, rcond=None)
    left = float(((values - design @ slope) ** 2).sum()) / (count - dimensions - 1)
    variance = slope[1:] ** 2
    whole = float(variance.sum()) + left
    if whole == 0:
        return Fit(names, groups, np.zeros(dimensions), 0.0)
    return Fit(names, groups, np.asarray(variance / whole), float(variance.sum()) / whole)
