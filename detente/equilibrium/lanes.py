"""Scenarios of one base year at parameters of their own, swept together: the dates of a path, the draws of a date.

The sweeps of `sweep` solve many policies on one economy and structure. Here every lane has its own trade elasticities,
elasticities of substitution, mobility, floors and ladder, on the same flows and tables; arrays get a leading axis and nothing else
changes. The inverses of one economy and structure nearby steer all of them. What is found is judged lane by lane, by the plain
equations at the lane's own parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from detente.core import RESULTS
from detente.equilibrium.anderson import Lanes
from detente.equilibrium.backstop import Backstop
from detente.equilibrium.baseline import Baseline, lend_preparation, prepare, share_preparation
from detente.equilibrium.controls import (
    ControlledSolution,
    QuantityControl,
    apply_to_each,
    bindings_of,
    check_controls,
    excess,
)
from detente.equilibrium.implicit import Numeraires
from detente.equilibrium.judged import check_wedges, chunks, finish
from detente.equilibrium.ladder import first_look
from detente.equilibrium.lane_technology import SIGMAS, LaneTechnology
from detente.equilibrium.limits import Limits
from detente.equilibrium.quantities import verified
from detente.equilibrium.quantity_search import TIGHT
from detente.equilibrium.robust import point_of
from detente.equilibrium.scarce import Scarce, ScarceMarkets, Volumes
from detente.equilibrium.settle import base_point, settle_lanes
from detente.equilibrium.shock import Shock, SparseShock
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.structure import Structure
from detente.equilibrium.sweep import MarketLook, Newton, Sweep, deficits
from detente.world import Array, Economy, Wedges, check_sound, frozen

_BOUNDS = ("wage_floor", "minimum_consumption")
WAITING = 1e-2
"""A lane settles once those it depends on are within this share of their tolerance, the other way round: a hundred times it."""
STEADY = 1e-2
"""Largest residual that half of the lanes are below when the derivatives of scarce goods are taken once and kept for all."""
NEAR_ONE = 2e-4
"""Elasticities of substitution nearer to one than this are left to the solver of one structure."""


@dataclass(frozen=True, eq=False)
class LaneStart:
    """Where the search of a lane begins.

    Attributes
    ----------
    point : array [unknown]
        Log factor prices, log prices, and expenditures over those of the base year.
    log_wedges : mapping of control name to float
        Nil where a control has none.
    """

    point: Array
    log_wedges: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, solution: Solution[Equilibrium]) -> LaneStart:
        """An equilibrium near what is looked for, on the same base year, factors as free as in the lane."""
        sizes = {name: binding.log_wedge for name, binding in solution.bindings.items()}
        return cls(point_of(solution.value), sizes)

    def beyond(self, before: LaneStart, part: float) -> LaneStart:
        """Straight on from another one, by this part of the way from there; log wedges stay at nil or more."""
        point = self.point + part * (self.point - before.point)
        sizes = {
            name: max(size + part * (size - before.log_wedges.get(name, 0.0)), 0.0)
            if np.isfinite(size)
            else size
            for name, size in self.log_wedges.items()
        }
        return LaneStart(point, sizes)

    def at(self, controls: Sequence[QuantityControl], width: int) -> Array:
        """As a point of sweeps that find the wedges of so many controls."""
        there = np.pad(self.point, (0, width))
        sizes = [self.log_wedges.get(control.name, 0.0) for control in controls]
        there[len(self.point) : len(self.point) + len(sizes)] = sizes
        return there


@dataclass(frozen=True, eq=False)
class Lane:
    """One scenario at its own parameters.

    Attributes
    ----------
    economy : Economy
        Of the base year that all lanes share, with its own trade elasticities.
    structure : Structure
        Its own nests, mobility, floors and minima, and capacities of the ladders.
    wedges : Wedges
    controls : tuple of QuantityControl
    start : LaneStart, optional
        Where its search begins; the base year when left out. What is found does not depend on it.
    """

    economy: Economy
    structure: Structure
    wedges: Wedges
    controls: tuple[QuantityControl, ...] = ()
    start: LaneStart | None = None


class Link(Protocol):
    """What earlier lanes leave to later ones: stocks of inputs that run down."""

    row: int
    """The step of the ladders whose capacity it sets."""

    def capacity(self, lanes: npt.NDArray[np.int64], met: Array) -> Array:
        """Capacity of the step [lane, cell] when it meets `met` [lane, cell] of base-year use in each of these lanes."""

    def waits(self, lanes: npt.NDArray[np.int64], worst: Array) -> Array:
        """Largest of `worst` [lane] over the lanes that each of them depends on, nil where there are none."""


class _LaneSweep(Sweep):
    """The map of `Sweep` with parameters by lane, and with what links them."""

    def __init__(
        self,
        base: Baseline,
        deficit: Array,
        theta: Array,
        backstop: Backstop | None,
        link: Link | None,
        scarce: Scarce | None,
    ) -> None:
        super().__init__(base.technology.economy, base, deficit)
        self.theta, self.backstop, self.link, self.scarce = theta, backstop, link, scarce
        self.pulls = -theta
        self.light = link is None  # a link hands on what it reads off a point to the last digit
        self.steeper = _steeper(base, theta)
        self.lanes = np.arange(len(theta))
        self.set: Array | None = (
            None  # capacity that was set last [lane, cell], of lanes that have settled too
        )

    def keep(self, lanes: Lanes) -> _LaneSweep:
        technology = self.technology
        assert isinstance(technology, LaneTechnology)
        backstop = self.backstop
        if backstop is not None:
            backstop = replace(backstop, capacity=backstop.capacity[lanes])
        base = replace(self.base, technology=technology.keep(lanes))
        scarce = None if self.scarce is None else replace(self.scarce, known={})
        kept = _LaneSweep(base, self.deficit, self.theta[lanes], backstop, self.link, scarce)
        kept.lanes, kept.set = self.lanes[lanes], self.set
        return kept

    def __call__(self, shock: Shock | SparseShock, point: Array) -> tuple[Array, Array]:
        if self.link is None or self.backstop is None:
            return super().__call__(shock, point)
        _, log_price, expenditure = self.split(point)
        basket = self.technology.final(log_price)[1]
        met = self.backstop.met_of(log_price, basket, expenditure)[0]
        given = self.link.capacity(self.lanes, met[:, self.link.row])
        if self.set is None:
            self.set = np.array(given)
        self.backstop.capacity[:, self.link.row] = self.set[self.lanes] = given
        step, worst = super().__call__(shock, point)
        return step, np.maximum(worst, WAITING * self.link.waits(self.lanes, worst))

    def mend(
        self,
        shock: Shock | SparseShock,
        seen: MarketLook,
        at: tuple[Array, Array],
        reaching: tuple[Array, Array | None],
        clearing: Array,
        steps: tuple[Array, Array],
        worst: Array,
    ) -> None:
        """Steps of scarce goods, as their ladders and limits make them (`scarce`)."""
        technology, scarce = self.technology, self.scarce
        if scarce is None or not isinstance(shock, Shock):
            return
        assert isinstance(technology, LaneTechnology)

        def standing() -> ScarceMarkets:
            factor = technology.paid(at[0], seen.log_cost) / (1 - technology.profit_share)
            sigmas = technology.sigmas["sigma_critical"], technology.sigmas["sigma_value_added"]
            of_lanes = self.theta[:, 0, scarce.sectors, None], *sigmas, technology.kappa
            return ScarceMarkets.at(scarce.sectors, shock, seen, reaching, factor, of_lanes)

        volumes = Volumes.at(scarce.sectors, shock, seen, reaching[0], shock.limits)
        near = bool(np.median(worst) < STEADY)
        scarce.mend(standing, clearing, steps[0], volumes, at[1], steps[1], near)


def _steeper(base: Baseline, theta: Array) -> Array | None:
    """Slopes of clearing by factor prices at the lanes' own elasticities, over those of the inverses [lane, factor].

    Only where factors move freely: elsewhere what keeps them in their sectors makes much of the slopes, and in scarce goods
    `scarce` makes the rest.
    """
    technology = base.technology
    if not technology.mobile:
        return None
    earned = technology.base_earnings()
    # what a country earns follows its factor price, and what it sells follows that through its costs
    weight = technology.va_in_cost * earned / earned.sum(1, keepdims=True)
    steeper = (1 + (theta * weight).sum(-1)) / (1 + (base.theta * weight).sum(-1))
    steeper[:, Numeraires.of(technology).dropped] = 1.0
    return np.asarray(steeper)


def solve_lanes(
    lanes: Sequence[Lane],
    like: tuple[Economy, Structure],
    *,
    closure: str | Array = "share",
    solver: Newton | None = None,
    link: Link | None = None,
) -> list[Solution[Equilibrium]] | None:
    """Solve lanes together, each at its own parameters; nothing is rescued.

    Parameters
    ----------
    lanes : sequence of Lane
    like : (Economy, Structure)
        The same base year, with parameters near those of the lanes: its inverses steer.
    closure : str or array [country]
    solver : Newton, optional
    link : Link, optional
        What earlier lanes leave to later ones.

    Returns
    -------
    list of Solution, or None
        By lane, with a code where the sweeps did not settle. None where this way is closed: an elasticity of substitution is
        one, structures differ in more than their parameters (factors that move freely in one and not in another are more),
        or bans cut trade.
    """
    economy, structure = like
    solver = solver or Newton()
    if not lanes or not all(can_share(lane, like) for lane in lanes):
        return None
    _check(lanes, economy)
    deficit = deficits(economy, closure)
    bans = [[control for control in lane.controls if control.is_ban] for lane in lanes]
    free = [[control for control in lane.controls if not control.is_ban] for lane in lanes]
    banned = apply_to_each([lane.wedges for lane in lanes], bans, [np.zeros(len(some)) for some in bans])
    if any(ground is not None for _, ground in chunks(economy, structure, banned, deficit)):
        return None
    theta = np.stack([lane.economy.trade_elasticity for lane in lanes])
    base = prepare(economy, structure)
    technology = LaneTechnology.over(base.technology, [lane.structure for lane in lanes])
    limits = Limits.of(economy, banned, free, theta)
    width = 0 if limits is None else limits.width
    base_year = LaneStart(base_point(economy, structure))
    begun = np.stack(
        [(lane.start or base_year).at(some, width) for lane, some in zip(lanes, free, strict=True)]
    )
    sweep = _LaneSweep(
        replace(base.in_single(), technology=technology),
        deficit,
        theta[:, None, :],
        Backstop.stacked([lane.structure.backstop for lane in lanes]),
        link,
        Scarce.of(base, limits),
    )
    shock = Shock.of(base, banned, limits, theta)
    points, steps = settle_lanes(sweep, shock, begun, first_look(solver, structure, economy))
    solutions = []
    for k, lane in enumerate(lanes):
        own = lane if sweep.set is None or link is None else _with_capacity(lane, link.row, sweep.set[k])
        if all(_same(getattr(own.structure, name), getattr(structure, name)) for name in _BOUNDS):
            lend_preparation(own.economy, own.structure, like)
        else:  # floors and minima of its own are arrays of its own
            share_preparation(own.economy, own.structure, like)
        size = len(points[k]) - width
        sizes = np.nan_to_num(points[k, size : size + len(free[k])])
        solutions.append(
            _judged(own, free[k], points[k, :size], sizes, int(steps[k]), deficit, closure, solver)
        )
    return solutions


def _check(lanes: Sequence[Lane], like: Economy) -> None:
    """Refuse what cannot be priced or makes no sense, as `check_wedges` and `check_controls`; what lanes share is looked at once."""
    for number, lane in enumerate(lanes):
        check_sound(lane.economy, like)
        before = lanes[number - 1] if number else None
        if before is None or lane.wedges is not before.wedges or lane.economy is not before.economy:
            check_wedges(lane.economy, lane.wedges)
        if before is None or not _only_limits_differ(lane.controls, before.controls):
            check_controls(like, lane.controls)


def _only_limits_differ(controls: Sequence[QuantityControl], other: Sequence[QuantityControl]) -> bool:
    """Whether two sets of controls, one of them sound, bind the same flows in the same way, at limits that are such."""
    return len(controls) == len(other) and all(
        own is there
        or (
            own.cells is there.cells
            and (own.name, own.kind, own.is_ban) == (there.name, there.kind, there.is_ban)
            and 0 <= own.limit < np.inf
        )
        for own, there in zip(controls, other, strict=True)
    )


def _with_capacity(lane: Lane, row: int, given: Array) -> Lane:
    """A lane whose ladders give as much in one step as was found."""
    backstop = lane.structure.backstop
    assert backstop is not None
    capacity = np.array(backstop.capacity)
    capacity[row] = given
    ladders = replace(backstop, capacity=frozen(capacity))
    return replace(lane, structure=replace(lane.structure, backstop=ladders))


def _judged(
    lane: Lane,
    free: Sequence[QuantityControl],
    point: Array,
    sizes: Array,
    steps: int,
    deficit: Array,
    closure: str | Array,
    solver: Newton,
) -> Solution[Equilibrium]:
    """What came of a lane, by the plain equations at its own parameters."""
    applied = apply_to_each([lane.wedges], [lane.controls], [_in_order(lane.controls, free, sizes)])
    technology = prepare(lane.economy, lane.structure).technology
    named = closure if isinstance(closure, str) else "own"
    count, only = np.array([steps]), replace(solver, robust=False)
    (solution,) = finish(technology, applied, named, deficit, point[None], count, only, "sweep")
    solution.value.__dict__["technology"] = technology  # the cached property: nothing is cut here
    if not solution.result.ok or not lane.controls:
        return solution
    volumes: dict[str, float] = {}
    if free:
        over = excess(solution.value, free, sizes, volumes)
        if not bool(np.abs(np.minimum(sizes, -over)).max() < TIGHT):
            return replace(solution, result=RESULTS.max_steps_reached)
    log_wedges = _in_order(lane.controls, free, sizes)
    bound = bindings_of(solution.value, lane.wedges, lane.controls, log_wedges, volumes)
    checked = verified(ControlledSolution(solution, bound), lane.controls)
    return replace(checked.solution, bindings=bound)


def _in_order(controls: Sequence[QuantityControl], free: Sequence[QuantityControl], sizes: Array) -> Array:
    """Log wedges of all controls in their order, from those of the ones that are no bans."""
    known = dict(zip((control.name for control in free), sizes, strict=True))
    return np.array([float(known.get(control.name, 0.0)) for control in controls])


def _same(array: Array | float, other: Array | float) -> bool:
    """Whether two arrays are one, or copies: those of an economy that came from another process are."""
    return array is other or np.array_equal(array, other)


def can_share(lane: Lane, like: tuple[Economy, Structure]) -> bool:
    """Whether a lane differs from a setting in nothing but what the lanes of a batch carry (`solve_lanes`).

    Examples
    --------
    >>> from detente.equilibrium import Structure
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> like = world, Structure(sigma_value_added=0.5, sigma_materials=0.5, sigma_final=0.9)
    >>> lane = Lane(*like, Wedges.unchanged(world))
    >>> can_share(lane, like), can_share(Lane(world, Structure(), lane.wedges), like)
    (True, False)
    """
    economy, structure = like
    own, there = lane.structure, structure.backstop
    nests = SIGMAS if own.critical else [name for name in SIGMAS if name != "sigma_critical"]
    far = all(abs(1 - getattr(own, name)) > NEAR_ONE for name in nests)
    ladders = (own.backstop is None) == (there is None)
    if own.backstop is not None and there is not None:
        ladders = own.backstop.steps == there.steps and all(
            np.array_equal(getattr(own.backstop, name), getattr(there, name))
            for name in ("importer", "sector", "base", "first", "full")
        )
    return bool(
        far
        and ladders
        and np.isinf(own.mobility) == np.isinf(structure.mobility)
        and own.critical == structure.critical
        and np.array_equal(own.profit_share, structure.profit_share)
        and all(np.any(getattr(own, name)) == np.any(getattr(structure, name)) for name in _BOUNDS)
        and _same(lane.economy.flows, economy.flows)
        and lane.economy.trade_elasticity.ndim == 1
    )
