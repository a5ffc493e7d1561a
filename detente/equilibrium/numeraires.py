"""Numeraires: world value added, or that of each part where bans have cut trade into parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.equilibrium.structure import Technology
from detente.world.economy import Array


@dataclass(frozen=True, eq=False)
class Numeraires:
    """Numeraires: one, or one for each part into which bans have cut trade.

    Attributes
    ----------
    dropped : int array [part]
        Positions of the factor markets whose equations give way to them: the last one of each part with earnings.
    members : array [part, country]
        One where a country is of the part.
    world : array [part], million USD
        Base-year factor income of each part, which it keeps.
    """

    dropped: npt.NDArray[np.int64]
    members: Array
    world: Array

    @classmethod
    def of(cls, technology: Technology) -> Numeraires:
        """Numeraires of an economy."""
        earned, earning = technology.base_earnings(), technology.earning
        severed = technology.severed
        members = np.ones((1, len(earned)), dtype=bool) if severed is None else severed.members
        dropped = []
        for inside in members:
            if technology.mobile:
                dropped.append(np.flatnonzero(inside)[-1])
            else:
                dropped.append(np.flatnonzero((earning & inside[:, None]).ravel())[-1])
        world = np.array([earned[inside].sum() for inside in members])
        return cls(np.array(dropped, dtype=np.int64), members.astype(np.float64), world)

    def gap(self, earned: Array) -> Array:
        """How far factor incomes [.., country] are from the numeraires, relative [.., part]."""
        if len(self.world) == 1:
            return np.asarray(earned.sum(-1, keepdims=True) / self.world - 1)
        return np.asarray(earned @ self.members.T / self.world - 1)

    def over_countries(self, moves: Array) -> Array:
        """Moves of factor incomes [country, column] as moves of the numeraires, relative [part, column]."""
        if len(self.world) == 1:
            return np.asarray(moves.sum(0, keepdims=True) / self.world)
        return np.asarray(self.members @ moves / self.world[:, None])
