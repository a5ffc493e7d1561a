"""What a player's reply is, beside all it could do: the judgement, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from detente.strategy.duties.optimum import WORTH
from detente.strategy.duties.second_order import Curvature
from detente.strategy.duties.uniform import TRANSFER_DRIVEN
from detente.world import Array

STATIONARY = 1e-5
"""Steps in log(1 + rate) that first-order conditions may still ask for."""
KINDS = ("interior", "corner", "flat", "saddle", "minimum", "not stationary", "unchecked")


@dataclass(frozen=True, eq=False)
class Transfers:
    """What lending and borrowing at fixed sums have to do with a reply.

    Attributes
    ----------
    owed : float
        What the part of the first-order conditions that is owed to them adds to the mean rate, log(1 + rate).
    mean : float
        Of the reply (`JudgedReply.mean`).
    mean_without : float
        The same where the climb from here ends when nobody lends or borrows; not-a-number where nothing is to be climbed.
    gain_without : float
        What the better point found would add when nobody lends or borrows, a ratio less one; not-a-number without one.
    """

    owed: float
    mean: float
    mean_without: float
    gain_without: float

    @property
    def driven(self) -> bool:
        """Whether the reply disappears without them: no equilibrium there, or a mean that moves by more than half of itself."""
        shift = abs(self.mean - self.mean_without)
        return not shift <= max(TRANSFER_DRIVEN, abs(self.mean) / 2)

    @property
    def partly(self) -> bool:
        """Whether it changes without them."""
        return max(abs(self.owed), abs(self.mean - self.mean_without)) > TRANSFER_DRIVEN


@dataclass(frozen=True, eq=False)
class JudgedReply:
    """What a player's reply is, beside all it could do.

    Attributes
    ----------
    player : str
    names : tuple of str
        Its instruments.
    rates : array [instrument], fraction
    mean : float
        Mean of log(1 + rate), each instrument by its curvature to expect; not-a-number where that is not known.
    reason : str
        Why it could not be checked; nothing where it was.
    gap : float
        Largest step that first-order conditions still ask for, log(1 + rate); at a bound none outwards.
    multipliers : array [instrument]
        What a bound costs: the slope of log welfare outwards, zero where no bound holds.
    at_lowest, at_highest : array of bool [instrument]
        Whether that bound holds.
    curvature : Curvature
        Eigenvalues on the instruments that no bound holds strictly.
    gain : float
        What the best point found would add to welfare, a ratio less one; zero when none helps, not-a-number when none was
        sought.
    better : array [instrument], fraction
        That point; the reply itself when none helps.
    peaks : int
        Different ends that the climbs came to, this one included.
    trials, unsolved, evaluations : int
        Points scattered and large moves tried; points without an equilibrium among all; equilibria solved in all.
    transfers : Transfers or None
        None where nobody lends or borrows, or it was not asked for.
    """

    player: str
    names: tuple[str, ...]
    rates: Array
    mean: float = float("nan")
    reason: str = ""
    gap: float = float("nan")
    multipliers: Array = field(default_factory=lambda: np.empty(0))
    at_lowest: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    at_highest: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    curvature: Curvature = field(
        default_factory=lambda: Curvature(np.empty(0), np.empty(0), 0.0, "not looked at")
    )
    gain: float = float("nan")
    better: Array = field(default_factory=lambda: np.empty(0))
    peaks: int = 0
    trials: int = 0
    unsolved: int = 0
    evaluations: int = 0
    transfers: Transfers | None = None

    @property
    def kind(self) -> str:
        """One of `KINDS`: what the point is by its first and second-order conditions."""
        if self.reason:
            return "unchecked"
        if self.gap > STATIONARY:
            return "not stationary"
        if self.curvature.kind != "maximum":
            return self.curvature.kind
        return "corner" if (self.at_lowest | self.at_highest).any() else "interior"

    @property
    def holds(self) -> bool:
        """Whether it is a best reply as far as was searched."""
        return self.kind in ("interior", "corner", "flat") and self.gain < WORTH

    @property
    def said(self) -> str:
        """What the reply is, in words: a best reply or not and why, which bounds hold, what is owed to transfers."""
        parts = [self._verdict()]
        if self.gain >= WORTH:
            without = float("nan") if self.transfers is None else self.transfers.gain_without
            owed = self.transfers is not None and not without >= self.gain / 2
            left = "it has no equilibrium" if np.isnan(without) else f"it would add {100 * without:.2g} %"
            why = f"; without lending and borrowing {left}" if owed else ""
            parts.append(f"another point adds {100 * self.gain:.2g} % of welfare ({self._move()}{why})")
        for which, at in (("lowest", self.at_lowest), ("highest", self.at_highest)):
            if at.any():
                parts.append(f"{self._which(at)} at the {which} rate allowed")
        if self.transfers is not None and self.transfers.driven:
            without = self.transfers.mean_without
            left = "has no equilibrium" if np.isnan(without) else f"averages {100 * np.expm1(without):.1f} %"
            parts.append(
                f"driven by transfers: it averages {100 * np.expm1(self.transfers.mean):.1f} %, and without lending and "
                f"borrowing {left}"
            )
        elif self.transfers is not None and self.transfers.partly:
            parts.append("partly owed to lending and borrowing")
        if self.unsolved:
            parts.append(f"{self.unsolved} of the points tried have no equilibrium")
        return "; ".join(parts)

    def _verdict(self) -> str:
        kind = self.kind
        if kind == "unchecked":
            return f"unchecked: {self.reason or self.curvature.reason}"
        if kind in _SAID:
            return _SAID[kind]
        flat = ", flat in some direction" if kind == "flat" else ""
        if np.isnan(self.gain):
            return f"conditions of a best reply hold{flat}; points elsewhere were not searched"
        return f"a best reply as far as was searched{flat}" if self.holds else f"a local maximum only{flat}"

    def _which(self, chosen: npt.NDArray[np.bool_]) -> str:
        names = [name for name, here in zip(self.names, chosen, strict=True) if here]
        if len(names) == len(self.names):
            return "everything" if len(names) > 1 else names[0]
        return ", ".join(names) if len(names) <= 3 else f"{len(names)} of {len(self.names)}"

    def _move(self) -> str:
        """The instrument that moves most towards the better point, and the number of others that move."""
        moved = np.abs(np.log1p(self.better) - np.log1p(self.rates))
        k = int(moved.argmax())
        others = int((moved > 0.01).sum()) - 1
        more = f" and {others} others" if others > 0 else ""
        return f"{self.names[k]} at {100 * self.better[k]:.1f} %{more}"


_SAID = {
    "saddle": "not a best reply: a saddle",
    "minimum": "not a best reply: a minimum",
    "not stationary": "not a best reply: first-order conditions fail",
}
