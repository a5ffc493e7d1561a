"""Which duty and which export tax is charged in which cell, and who sets it: the numbering of a game of duties."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detente.core import InputError
from detente.world import Economy

Index = npt.NDArray[np.int64]


def _charged(economy: Economy, importers: Index, exporters: Index, sectors: Index) -> npt.NDArray[np.bool_]:
    """Flows between these countries that exist and cross a border [importer, exporter, sector]."""
    free = np.zeros(economy.flows.shape, dtype=bool)
    free[np.ix_(importers, exporters, sectors)] = True
    here = np.arange(len(economy.labels.countries))
    free[here, here] = False
    return free & (economy.flows > 0)


def _numbered(free: npt.NDArray[np.bool_], *, by: str, mfn: bool) -> tuple[Index, Index]:
    """Number of the duty charged in each cell, from what it may depend on, −1 where there is none; and who sets each duty."""
    N, _, S = free.shape
    importer, exporter, sector = np.indices((N, N, S))
    key = importer * (N * S) + (0 if mfn else exporter * S) + (0 if by == "partner" else sector)
    numbers, position = np.unique(key[free], return_inverse=True)
    if not len(numbers):
        raise InputError(
            "no duty is set in this game",
            hint="name two players or more, or charge every partner (`on` all); in sectors that they trade",
        )
    group = np.full(free.shape, -1, dtype=np.int64)
    group[free] = position
    return group, numbers // (N * S)


def numbered_rates(
    economy: Economy,
    players: Index,
    partners: Index,
    sectors: Index,
    *,
    by: str,
    mfn: bool,
    levies: str,
) -> tuple[Index, Index, Index]:
    """Numbers of the duty and of the export tax charged in each cell, and who sets each; taxes are counted after duties."""
    group = np.full(economy.flows.shape, -1, dtype=np.int64)
    taxes, owner = group.copy(), np.empty(0, dtype=np.int64)
    if levies != "export-taxes":
        group, owner = _numbered(_charged(economy, players, partners, sectors), by=by, mfn=mfn)
    if levies != "duties":  # what a duty is to the importer, a tax is to the exporter
        free = _charged(economy, partners, players, sectors).swapaxes(0, 1)
        sold, seller = _numbered(free, by=by, mfn=mfn)
        taxes = np.where(sold >= 0, sold + len(owner), -1).swapaxes(0, 1)
        owner = np.concatenate([owner, seller])
    return group, taxes, owner
