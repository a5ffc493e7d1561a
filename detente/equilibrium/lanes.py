"""Scenarios of a batch: which are solved together, and how a batch is taken apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from detente.equilibrium.bans import Ground, any_ban, settle
from detente.equilibrium.structure import Structure
from detente.world.economy import Array, Economy, Wedges

CHUNK = 32
"""Scenarios solved together: more fall out of the processor's cache, fewer waste its width."""


def chunks(
    economy: Economy, structure: Structure, wedges: Wedges, deficit: Array
) -> list[tuple[list[int], Ground | None]]:
    """Scenarios to be solved together: by `CHUNK`, but those whose trade bans have cut one by one, with what is left of it.

    Parameters
    ----------
    economy : Economy
    structure : Structure
    wedges : Wedges
        With a leading scenario axis.
    deficit : array [country], million USD
        Under the closure.
    """
    count = len(wedges.tariff)
    grounds: dict[int, Ground] = {}
    if any_ban(wedges):
        mobile = math.isinf(structure.mobility)
        for lane in np.flatnonzero(np.isinf(wedges.iceberg_hat).any((1, 2, 3))):
            ground = settle(economy, one_of(wedges, int(lane)), deficit)
            if ground.failure or ground.parts > 1 or (ground.closes and not mobile):
                grounds[int(lane)] = ground
    plain = [lane for lane in range(count) if lane not in grounds]
    found: list[tuple[list[int], Ground | None]] = [
        (plain[first : first + CHUNK], None) for first in range(0, len(plain), CHUNK)
    ]
    return found + [([lane], ground) for lane, ground in grounds.items()]


def alone(wedges: Wedges) -> Wedges:
    """One scenario with a leading axis."""
    return Wedges(wedges.tariff[None], wedges.iceberg_hat[None], wedges.export_tax[None])


def taken(wedges: Wedges, lanes: Sequence[int]) -> Wedges:
    """Scenarios of a batch: a view where they follow one another."""
    if lanes[-1] - lanes[0] + 1 == len(lanes):
        return between(wedges, lanes[0], lanes[-1] + 1)
    at = list(lanes)
    return Wedges(wedges.tariff[at], wedges.iceberg_hat[at], wedges.export_tax[at])


def one_of(wedges: Wedges, index: int) -> Wedges:
    """One scenario of a batch."""
    return Wedges(wedges.tariff[index], wedges.iceberg_hat[index], wedges.export_tax[index])


def between(wedges: Wedges, first: int, last: int) -> Wedges:
    """Scenarios that follow one another, a view."""
    return Wedges(wedges.tariff[first:last], wedges.iceberg_hat[first:last], wedges.export_tax[first:last])
