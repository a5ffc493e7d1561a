"""A path under other parameters than the shipped ones: what a draw of `data/path_ranges.yaml` does to its dates."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from detente.cases.adjustment import adjusted_economy, adjusting, structure_after
from detente.cases.backstops import ladders
from detente.cases.holdings import HeldByFigures
from detente.cases.horizons import horizon
from detente.cases.options import Options
from detente.cases.runs import steered_like
from detente.cases.stocks import walk
from detente.cases.together import Law, Setting, steering_date
from detente.cases.unfolding import Unfolding
from detente.core import InputError, suggestion
from detente.equilibrium import (
    Backstop,
    Model,
    Newton,
    Policy,
    QuantityControl,
    Structure,
    lend_preparation,
    share_preparation,
    solve,
)
from detente.world import Array, Economy, Wedges, frozen

_FILE = Path(__file__).parent / "data" / "path_ranges.yaml"
MOVES = ("pace", "top", "capacity", "lead", "stocks")
"""What a range may multiply."""
LATEST = 115.0
"""Months that a fast pace can count at most: a date of the path is never the core model itself."""
APART = 2e-3
"""Elasticities of substitution are kept this far from one, where the sweeps over dates have no form."""
LOWEST = 0.25
"""Part of its length in logarithms that a ladder keeps at least."""


@dataclass(frozen=True)
class Range:
    """One parameter of a path that is uncertain.

    Attributes
    ----------
    name : str
    moves : str
        One of `MOVES`.
    sd : float
        Standard deviation of its logarithm.
    steps : tuple of str
        Steps of the ladders it is about.
    grade, source : str
    """

    name: str
    moves: str
    sd: float
    steps: tuple[str, ...]
    grade: str
    source: str


@functools.cache
def path_ranges() -> tuple[Range, ...]:
    """Read the shipped file.

    Examples
    --------
    >>> sorted({one.moves for one in path_ranges()}) == sorted(MOVES)
    True
    """
    from detente.dossier import read_yaml

    data = read_yaml(_FILE).data
    assert isinstance(data, dict)
    known = [rung.name for rung in ladders().rungs]
    ranges = tuple(
        Range(
            body["name"],
            body["moves"],
            float(body["sd"]),
            tuple(body.get("steps", ())),
            body["grade"],
            body["source"],
        )
        for body in data["ranges"]
    )
    for stated in ranges:
        if stated.moves not in MOVES:
            raise InputError(
                f"`{stated.name}` moves `{stated.moves}`",
                where=_FILE.name,
                hint=suggestion(stated.moves, MOVES),
            )
        for step in stated.steps:
            if step not in known:
                raise InputError(f"no step `{step}`", where=_FILE.name, hint=suggestion(step, known))
    return ranges


@dataclass(frozen=True, eq=False)
class Variation:
    """Factors on what a path rests on; one leaves a parameter as it is.

    Attributes
    ----------
    theta : array [sector]
        On trade elasticities, at every date and in the long run.
    sigmas : mapping of parameter of `Structure` to float
        On elasticities of substitution.
    mobility : float
        On κ − 1.
    ranges : mapping of name of a range to float
    """

    theta: Array
    sigmas: Mapping[str, float] = field(default_factory=dict)
    mobility: float = 1.0
    ranges: Mapping[str, float] = field(default_factory=dict)

    def factor(self, moves: str) -> float:
        """The factor on everything that is moved so."""
        return float(
            np.prod([self.ranges.get(stated.name, 1.0) for stated in path_ranges() if stated.moves == moves])
        )

    def economy(self, economy: Economy) -> Economy:
        """The economy at its own trade elasticities times the factors."""
        return economy.with_elasticities(
            economy.trade_elasticity * self.theta, f"{economy.elasticity_source}; one draw around them"
        )

    def structure(self, structure: Structure) -> Structure:
        """A structure at its own nests and mobility times the factors."""
        sigmas = {name: getattr(structure, name) * factor for name, factor in self.sigmas.items()}
        sigmas = {name: 1 + math.copysign(max(abs(x - 1), APART), x - 1) for name, x in sigmas.items()}
        mobility = 1 + (structure.mobility - 1) * self.mobility
        return replace(structure, **sigmas, mobility=mobility)

    def backstop(self, backstop: Backstop | None, months: float) -> Backstop | None:
        """Ladders so many months after the cut, nothing in stocks."""
        if backstop is None:
            return None
        highest, capacity = backstop.full.max(0), np.array(backstop.capacity)
        for row, rung in enumerate(ladders().rungs):
            given = rung.at(months)
            for stated in path_ranges():
                if rung.name in stated.steps:
                    factor = self.ranges.get(stated.name, 1.0)
                    given = rung.at(months / factor) if stated.moves == "lead" else given * factor
            capacity[row] = given
        stretch = np.maximum(1 + np.log(self.factor("top")) / highest, LOWEST)
        return replace(
            backstop,
            first=frozen(backstop.first * stretch),
            full=frozen(backstop.full * stretch),
            capacity=frozen(capacity),
        )


def varied(
    economy: Economy,
    variation: Variation,
    *,
    keep_elasticities: bool = False,
    options: Options | None = None,
) -> Setting:
    """`adjusting` under a variation.

    Examples
    --------
    >>> from detente.cases import adjusting
    >>> from detente.world import toy
    >>> twice = Variation(np.full(4, 2.0))
    >>> at = varied(toy(), twice)
    >>> bool(np.allclose(at(1.0)[0].trade_elasticity, 2 * adjusting(toy())(1.0)[0].trade_elasticity))
    True
    """
    known: dict[float, tuple[Economy, Structure]] = {}
    pace = variation.factor("pace")
    lend = lend_preparation if options is None or options.wage_floor is None else share_preparation

    def at(months: float) -> tuple[Economy, Structure]:
        if months not in known:
            passed = min(months * pace, LATEST)
            here = economy if keep_elasticities else adjusted_economy(economy, passed)
            structure = variation.structure(structure_after(economy, passed))
            structure = replace(structure, backstop=variation.backstop(structure.backstop, months))
            if options is not None:
                structure = options.after(months).on(structure, here)
            known[months] = variation.economy(here), structure
            date = steering_date(months)
            if months == date:  # a draw is near enough to the shipped parameters to be steered by theirs
                share_preparation(
                    *known[months], adjusting(economy, keep_elasticities=keep_elasticities)(date)
                )
            else:
                lend(*known[months], at(date))
        return known[months]

    return at


@dataclass(frozen=True, eq=False)
class Dated:
    """What holds at every date of a path, read once: it can be sent to another process.

    Attributes
    ----------
    months : tuple of float
        Lengths of the periods.
    laws : tuple of (Wedges, tuple of QuantityControl)
        At the middle of each, and in the long run.
    """

    months: tuple[float, ...]
    laws: tuple[tuple[Wedges, tuple[QuantityControl, ...]], ...]

    @classmethod
    def of(cls, law: Law, months: Sequence[float]) -> Dated:
        """Read a law at the dates of a path."""
        middles = np.cumsum(months) - np.array(months) / 2
        at = [law(float(middle)) for middle in (*middles, float(sum(months)))]
        return cls(tuple(months), tuple((wedges, tuple(controls)) for wedges, controls in at))

    def scaled(self, scale: float) -> Dated:
        """Trade costs of measures to the power of a scale; dates of one law keep one."""
        known = {
            id(wedges): Wedges(wedges.tariff, wedges.iceberg_hat**scale, wedges.export_tax)
            for wedges, _ in self.laws
        }
        return replace(self, laws=tuple((known[id(wedges)], controls) for wedges, controls in self.laws))

    def limited(self, drawn: Callable[[Sequence[QuantityControl]], tuple[QuantityControl, ...]]) -> Dated:
        """Controls with other limits; dates of one law keep one."""
        known = {id(controls): drawn(controls) for _, controls in self.laws}
        return replace(self, laws=tuple((wedges, known[id(controls)]) for wedges, controls in self.laws))

    def __call__(self, months: float) -> tuple[Wedges, tuple[QuantityControl, ...]]:
        """What holds so many months on."""
        return self.laws[int(np.searchsorted(np.cumsum(self.months), months, "right"))]


def unfold_varied(
    economy: Economy,
    law: Dated,
    variation: Variation,
    *,
    closure: str | Array = "share",
    keep_elasticities: bool = False,
    solver: Newton | None = None,
    options: Options | None = None,
) -> Unfolding:
    """`unfold` under other parameters, with the stocks of the world's figures.

    Parameters
    ----------
    economy : Economy
    law : Dated
    variation : Variation
    closure, keep_elasticities, solver, options
        As in `unfold`.

    Raises
    ------
    SolveError
        When a date has no equilibrium.
    """
    setting = varied(economy, variation, keep_elasticities=keep_elasticities, options=options)
    held = HeldByFigures(economy, variation.factor("stocks"))
    periods = walk(economy, law, held, law.months, setting, closure, solver, together=True)
    core, structure = horizon("long", economy, keep_elasticities=keep_elasticities)
    if options is not None:
        structure = replace(options, wage_floor=None).on(structure, core)
    own = Model(variation.economy(core), variation.structure(structure), closure, solver)
    wedges, controls = law.laws[-1]
    policy = Policy(own.economy, wedges, controls)
    quick = replace(solver or Newton(), robust=False)
    lent = steered_like(replace(own, solver=quick), Model(core, structure, closure))
    solution = solve(lent, policy, throw=False)
    if not solution.result.ok:
        solution = solve(own, policy)
    return Unfolding(periods, solution.value)
