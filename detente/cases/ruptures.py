"""What a rupture of trade between two parties costs, step by step: by the share of trade that is cut, and by points of duty.

The loss of a cut is the sum of the wedges that enforce each step of it, times the trade of the step. Buyers who can turn
elsewhere need a wedge of about (1 − cut)^(−1/θ) − 1, which rises with every step: the cost is convex in the trade that is lost, and
the more so the lower θ, the elasticity of trade, and the fewer substitutes there are. It is concave in points of duty beyond some rate,
because trade runs out: what is lost cannot exceed what the trade was worth. Both are read off solved equilibria here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from detente.core import InputError, UnitError
from detente.equilibrium import Model, Policy, Solution, solve
from detente.policy import refuse_model_options
from detente.world import Array, Wedges, goods_sectors

if TYPE_CHECKING:
    from detente.cases.case import Case
    from detente.cases.together import Law
    from detente.equilibrium import Equilibrium, QuantityControl
    from detente.world import Economy

CUTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Shares of every flow of goods between the parties that are cut, both ways."""
POINTS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Duties added on all goods, both ways, as fractions."""


@dataclass(frozen=True)
class RuptureStep:
    """One step of a rupture.

    Attributes
    ----------
    kind : {"cut", "duty"}
    size : float
        Share of every flow that is cut, or duty added on all goods; fractions.
    lost : float
        Share of the goods trade between the parties that is gone, at prices of the start.
    change : mapping of economy to float
        Real income against the start, fractions; ``WORLD`` is the sum.
    """

    kind: str
    size: float
    lost: float
    change: dict[str, float]


@dataclass(frozen=True, eq=False)
class Rupture:
    """Steps of a rupture between two parties, at one horizon.

    Attributes
    ----------
    parties : (str, str)
    start : Equilibrium
        What is cut: a scenario as it stands.
    title : str
        Of the scenario.
    steps : tuple of RuptureStep
        Cuts first, then duties, each kind in rising size.
    """

    parties: tuple[str, str]
    start: Equilibrium
    title: str
    steps: tuple[RuptureStep, ...]

    def of(self, kind: str) -> tuple[RuptureStep, ...]:
        """Steps of one kind, smallest first."""
        return tuple(step for step in self.steps if step.kind == kind)

    def slopes(self, kind: str, economy: str) -> Array:
        """Loss of each further step, per unit of its size [step]: rising where the loss is convex."""
        steps = self.of(kind)
        size = np.array([0.0, *(step.size for step in steps)])
        loss = -np.array([0.0, *(step.change[economy] for step in steps)])
        return np.asarray(np.diff(loss) / np.diff(size))


def rupture(
    model: Model,
    case: Case,
    parties: tuple[str, str],
    *,
    cuts: Sequence[float] = CUTS,
    points: Sequence[float] = POINTS,
) -> Rupture:
    """Cut the goods trade between two parties step by step, both ways, and add duties on it step by step.

    A cut leaves every flow of goods a share of its volume under the scenario that is the start, and nobody keeps the rent; caps that the
    scenario holds already stay. Duties come on top of the scenario's.

    Parameters
    ----------
    model : Model
    case : Case
        The start, of `prepare_cases`.
    parties : (str, str)
    cuts : sequence of float, fraction
        In (0, 1].
    points : sequence of float, fraction
        Above 0.

    Returns
    -------
    Rupture

    Raises
    ------
    UnitError
        For a cut or a duty out of range.
    InputError
        When the two parties are one.
    SolveError
        For the first step without an equilibrium.

    Examples
    --------
    >>> from detente import Standoff
    >>> standoff = Standoff.load("busan-2025")
    >>> torn = rupture(
    ...     standoff.model("long"), standoff.case("standing"), standoff.parties, cuts=(0.3, 0.6, 0.9), points=(0.5, 4.0)
    ... )
    >>> slopes = torn.slopes("cut", "USA")
    >>> bool((slopes[1:] > slopes[:-1]).all())
    True
    """
    if parties[0] == parties[1]:
        raise InputError("a rupture is between two parties", where="parties", hint="name two")
    for share in cuts:
        if not 0 < share <= 1:
            raise UnitError(
                f"a cut of {share:g}", where="cuts", hint="a share above 0, at most 1: 0.3 is 30 percent"
            )
    for rate in points:
        if not 0 < rate < np.inf:
            raise UnitError(
                f"a duty of {rate:g}", where="points", hint="a fraction above 0: 0.25 is 25 points"
            )
    refuse_model_options(case.scenario, "what a rupture costs")
    start = solve(model, Policy(model.economy, case.wedges, case.controls, case.scenario.id)).value
    torn = [("cut", share) for share in sorted(set(cuts))] + [("duty", rate) for rate in sorted(set(points))]
    policies = [
        _cut(model.economy, case.wedges, case.controls, parties, size, start.flow_volume_hat)
        if kind == "cut"
        else _taxed(start, case, parties, size)
        for kind, size in torn
    ]
    steps = [
        _step(kind, size, start, solution, parties)
        for (kind, size), solution in zip(torn, solve(model, policies), strict=True)
    ]
    return Rupture(parties, start, case.scenario.title, tuple(steps))


def _pairs(parties: tuple[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return parties, (parties[1], parties[0])


@dataclass(frozen=True, eq=False)
class Ended:
    """What holds along time when all goods trade between two parties ends on the first day, both ways, on top of a law.

    Attributes
    ----------
    law : function of months to (Wedges, sequence of QuantityControl)
    economy : Economy
    parties : (str, str)
    """

    law: Law
    economy: Economy
    parties: tuple[str, str]

    def __call__(self, months: float) -> tuple[Wedges, Sequence[QuantityControl]]:
        """The law so many months on, without that trade."""
        wedges, controls = self.law(months)
        return wedges, _cut(self.economy, wedges, controls, self.parties, 1.0).controls


def ended(economy: Economy, case: Case, parties: tuple[str, str]) -> Case:
    """A case in which all goods trade between two parties has ended, both ways: the same at every horizon.

    Examples
    --------
    >>> from detente import Standoff
    >>> standoff = Standoff.load("busan-2025")
    >>> torn = ended(standoff.world, standoff.case("standing"), standoff.parties)
    >>> len(torn.controls) > len(standoff.case("standing").controls)
    True
    """
    refuse_model_options(case.scenario, "what a rupture costs")
    controls = _cut(economy, case.wedges, case.controls, parties, 1.0).controls
    return replace(case, controls=tuple(controls))


def _cut(
    economy: Economy,
    wedges: Wedges,
    before: Sequence[QuantityControl],
    parties: tuple[str, str],
    share: float,
    volumes: Array | None = None,
) -> Policy:
    """Wedges and limits with a share of every flow of goods cut, of the volume it has; nothing is read of it where all ends."""
    labels = economy.labels
    ends = np.zeros(economy.flows.shape, dtype=bool)
    for importer, exporter in _pairs(parties):
        ends[labels.country(importer), labels.country(exporter), goods_sectors(economy)] = share == 1
    # a limit says nothing more of flows that end
    controls = tuple(filter(None, (_without(control, ends, economy) for control in before)))
    policy = Policy(economy, wedges, controls, f"cut {share:g}")
    for importer, exporter in _pairs(parties):
        n, i = labels.country(importer), labels.country(exporter)
        for s in goods_sectors(economy):
            held = any(control.cells[n, i, s] for control in controls)
            volume = 1.0 if volumes is None else float(volumes[n, i, s])
            if economy.flows[n, i, s] > 0 and (volume > 0 or share == 1) and not held:
                policy = policy.limit(
                    f"{importer}-{exporter}-{labels.sectors[s]}".lower(),
                    importers=importer,
                    exporters=exporter,
                    sectors=labels.sectors[s],
                    share=(1 - share) * volume,
                )
    return policy


def _without(
    control: QuantityControl, ends: npt.NDArray[np.bool_], economy: Economy
) -> QuantityControl | None:
    """A limit on the flows that are left, letting through as much in all as before; None when none is left."""
    left = control.cells & ~ends
    if not (control.cells & ends).any():
        return control
    whole, rest = (float(economy.flows[cells].sum()) for cells in (control.cells, left))
    if not rest > 0:
        return None
    scale = whole / rest
    span = None if control.ends is None else (control.ends[0] * scale, control.ends[1] * scale)
    return replace(control, cells=left, limit=control.limit * scale, ends=span)


def _taxed(start: Equilibrium, case: Case, parties: tuple[str, str], rate: float) -> Policy:
    policy = Policy(start.economy, case.wedges, case.controls, f"duty {rate:g}")
    for importer, exporter in _pairs(parties):
        policy = policy.duty(importer, exporter, sectors="goods").add_points(rate)
    return policy


def _step(
    kind: str, size: float, start: Equilibrium, solution: Solution[Equilibrium], parties: tuple[str, str]
) -> RuptureStep:
    value, labels = solution.value, start.economy.labels
    goods = goods_sectors(start.economy)
    kept = whole = 0.0
    for importer, exporter in _pairs(parties):
        n, i = labels.country(importer), labels.country(exporter)
        before = start.flows_new[n, i, goods]
        ratio = np.divide(
            value.flow_volume_hat[n, i, goods],
            start.flow_volume_hat[n, i, goods],
            out=np.zeros_like(before),
            where=start.flow_volume_hat[n, i, goods] > 0,
        )
        kept, whole = kept + float((before * ratio).sum()), whole + float(before.sum())
    income = start.economy.income
    change = {
        party: float(
            value.real_income_hat[labels.country(party)] / start.real_income_hat[labels.country(party)] - 1
        )
        for party in parties
    }
    change["WORLD"] = float(
        (value.real_income_hat * income).sum() / (start.real_income_hat * income).sum() - 1
    )
    return RuptureStep(kind, size, 1 - kept / whole if whole else 0.0, change)
