"""The rung of the ladder on which a course of events ends: one mechanical rule, the same for the record and for simulations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detente.campaign.ledger import Act, Ledger
from detente.campaign.rules import Rules, shipped_rules

NEUTRAL = (Act.court, Act.refill)
"""Acts that change duties and are nobody's move."""


def rungs(
    ledger: Ledger,
    level: NDArray[np.float64],
    horizons: Sequence[int],
    *,
    paths: int = 1,
    rules: Rules | None = None,
) -> NDArray[np.int8]:
    """Rung of each course of events after each horizon.

    Parameters
    ----------
    ledger : Ledger
        Acts after the as-of day (`day` > 0); earlier ones are not counted.
    level : array [side]
        Average duty each side has added on the as-of day, courts' takings put back, a fraction.
    horizons : sequence of int
        Days.
    paths : int
        Number of courses of events.
    rules : Rules, optional
        The shipped ones when left out.

    Returns
    -------
    int8 array [path, horizon]
        Position in `Rules.rungs`. In this order of precedence: broad (an agreement was signed), decoupling (either side's added
        duty at the horizon is at least the threshold), escalation (the sum of both duties rose by the threshold, or packages of
        controls were added on balance), narrow (the sum fell by it, or packages were removed), truce extended (a dated step was
        put off or a threat dropped, and nothing else), status quo.

    Examples
    --------
    >>> import numpy as np
    >>> one_step = Ledger.of([(0, 5, Act.step, 1, -1, (0.0, 0.1), (0, 0))])
    >>> [shipped_rules().rungs[rung] for rung in rungs(one_step, np.zeros(2), [3, 30])[0]]
    ['status-quo', 'escalation']
    """
    rules = rules or shipped_rules()
    wanted = np.asarray(horizons)
    inside = (ledger.day > 0) & (ledger.day <= wanted.max())
    acts = ledger.take(inside)
    counted = ~np.isin(acts.act, NEUTRAL)
    eased = np.isin(acts.act, (Act.put_off, Act.dropped))
    by_side = np.ascontiguousarray(acts.duty.T)
    packages = (acts.controls[:, 0] + acts.controls[:, 1]).astype(np.float64)
    out = np.empty((paths, len(wanted)), dtype=np.int8)
    for column, horizon in enumerate(wanted):
        by_then = acts.day <= horizon
        moves = np.flatnonzero(by_then & counted)
        moved = acts.path.take(moves)

        def total(
            weights: NDArray[np.float64],
            moves: NDArray[np.int64] = moves,
            moved: NDArray[np.int32] = moved,
        ) -> NDArray[np.float64]:
            sums = np.bincount(moved, weights=weights.take(moves), minlength=paths)
            return np.asarray(sums, dtype=np.float64)

        duty = np.stack([total(added) for added in by_side], axis=1)
        controls = total(packages)
        signed = np.bincount(acts.path[by_then & (acts.act == Act.agreement)], minlength=paths) > 0
        put_off = np.bincount(acts.path[by_then & eased], minlength=paths) > 0
        change = duty.sum(axis=1)
        apart = (duty + level).max(axis=1) >= rules.decoupling
        limit = rules.duty - 1e-12
        out[:, column] = np.select(
            [
                signed,
                apart,
                (change >= limit) | ((controls >= 1) & (change > -limit)),
                (change <= -limit) | (controls <= -1),
                put_off,
            ],
            [rules.rung(name) for name in ("broad", "decoupling", "escalation", "narrow", "truce-extended")],
            rules.rung("status-quo"),
        )
    return out
