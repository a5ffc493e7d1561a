"""What a replication says: one line for each thing laid beside a published or closed-form figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Verdict = Literal["holds", "FAILS", "agrees", "differs", "another experiment", "needs the raw data"]

NEAR = 2.0
"""Largest ratio of two studies that agree."""


@dataclass(frozen=True)
class Check:
    """One line of the validation table.

    Parameters
    ----------
    group : str
        Study or kind of check.
    what : str
    source : str
        Citation with table or equation.
    unit : str
    published : float, optional
        As printed.
    ours : float, optional
        Ours; of several cells the one whose `exact` is largest, or the worst where the gate is missed.
    exact : float, optional
        The figure ours must meet: the published quantity unrounded, or the closed form; same cell as `ours`.
    gap : float, optional
        Largest absolute distance of ours from `exact` (from `published` where there is none) over all cells.
    tolerance : float, optional
        Largest gap allowed. None where studies are laid side by side without a gate.
    cells : int
        Figures compared.
    verdict : str
        ``holds`` or ``FAILS`` for a gate; ``agrees`` or ``differs`` (sign, and size within a factor of two) side by side;
        ``another experiment`` where only something near can be set.
    note : str
        What explains a difference.
    """

    group: str
    what: str
    source: str
    unit: str
    verdict: Verdict
    published: float | None = None
    ours: float | None = None
    exact: float | None = None
    gap: float | None = None
    tolerance: float | None = None
    cells: int = 0
    note: str = ""

    @property
    def failed(self) -> bool:
        """Whether a gate was missed."""
        return self.verdict == "FAILS"


def gate(
    group: str,
    what: str,
    ours: npt.ArrayLike,
    exact: npt.ArrayLike,
    tolerance: float,
    *,
    source: str,
    unit: str = "%",
    published: float | None = None,
    printed: bool = False,
    note: str = "",
) -> Check:
    """Compare with figures that must be met; cells without a figure (not a number) are left out.

    Parameters
    ----------
    ours, exact : array
        In `unit`, same shape.
    tolerance : float
        Largest absolute gap, in `unit`.
    published : float, optional
        To show beside a single figure.
    printed : bool
        `exact` holds figures as printed: show them as published.

    Examples
    --------
    >>> gate("g", "w", [1.0, 2.0], [1.0, 2.1], 0.01, source="s").verdict
    'FAILS'
    """
    mine, theirs = np.atleast_1d(np.asarray(ours, float)), np.atleast_1d(np.asarray(exact, float))
    mine, theirs = np.broadcast_arrays(mine, theirs)
    there = ~np.isnan(theirs)
    mine, theirs = mine[there], theirs[there]
    if not mine.size:
        return Check(
            group, what, source, unit, "FAILS", tolerance=tolerance, note="no figure to compare with"
        )
    distance = np.abs(mine - theirs)
    distance = np.where(np.isnan(distance), np.inf, distance)
    largest = float(distance.max())
    cell = int(np.abs(theirs).argmax() if largest <= tolerance else distance.argmax())
    shown = float(theirs[cell])
    return Check(
        group,
        what,
        source,
        unit,
        "holds" if largest <= tolerance else "FAILS",
        published=shown if printed else published,
        ours=float(mine[cell]) if np.isfinite(mine[cell]) else None,
        exact=None if printed else shown,
        gap=largest if np.isfinite(largest) else None,
        tolerance=tolerance,
        cells=int(mine.size),
        note=note,
    )


def beside(
    group: str,
    what: str,
    ours: float,
    published: float,
    *,
    source: str,
    unit: str = "%",
    note: str = "",
    comparable: bool = True,
) -> Check:
    """Lay two studies side by side: do they agree in sign, and in size within a factor of two under the closures that are stated?

    What is stated stands in `what` and `note`. Without `comparable` there is no verdict: the experiment is only near the published one.

    Examples
    --------
    >>> beside("g", "w", -0.2, -0.3, source="s").verdict, beside("g", "w", 0.2, -0.3, source="s").verdict
    ('agrees', 'differs')
    """
    same = ours * published > 0 and 1 / NEAR <= ours / published <= NEAR
    verdict: Verdict = "agrees" if same else "differs"
    if not comparable:
        verdict = "another experiment"
    return Check(
        group, what, source, unit, verdict, published, ours, gap=abs(ours - published), cells=1, note=note
    )


def missing(group: str, what: str, source: str) -> Check:
    """Line of a check whose data are not at hand."""
    return Check(group, what, source, "", "needs the raw data")
