"""What-ifs that no record tells apart, swept: the ladder's odds under each setting of a device, beside the forecast.

None of these is an estimate, and none enters a forecast or its score. Each is one number of the simulation moved over a stated range:

* *unclear demands*: where nobody can check whether a demand is met, what depends on it is put off rather than settled; log odds that a
  clock is carried out, less something;
* *pledges that slip*: the share of what was agreed that comes on its day. A record counts agreed cuts, and its count is the forecast;
  deliveries of purchases are too few to say what a late one brings;
* *slippage that is answered*: promises broken bring new moves in a truce at a multiple of their rate;
* *a market that calms*: after a fall a side looks for a way out; what is taken back without a meeting, at a multiple of its rate. The
  move of an index per unit of surprise is within two standard errors of none (`detente market`), so this is not derived from it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.campaign import Chronology, Odds, estimate
from detente.outlook.rolling import rung_odds

Turned = Callable[[Odds, float], Odds]
SWEEP_PATHS = 4000


@dataclass(frozen=True)
class Device:
    """One number of the simulation, and the values it is swept over.

    Attributes
    ----------
    name, title, unit : str
    values : tuple of float
    turn : callable
        The posterior with the number at a value.
    """

    name: str
    title: str
    unit: str
    values: tuple[float, ...]
    turn: Turned


def _unclear(odds: Odds, less: float) -> Odds:
    shift = np.zeros(len(odds.mean))
    shift[0] = -less
    return dataclasses.replace(odds, mean=odds.mean + shift)


def _slipping(odds: Odds, share: float) -> Odds:
    weight = sum(odds.betas["agreed"])
    return dataclasses.replace(odds, betas={**odds.betas, "agreed": (weight * share, weight * (1 - share))})


def _times(name: str) -> Turned:
    def turn(odds: Odds, factor: float) -> Odds:
        events, days = odds.gammas[name]
        return dataclasses.replace(odds, gammas={**odds.gammas, name: (events, days / factor)})

    return turn


DEVICES = (
    Device(
        "unclear",
        "Demands that nobody can check: log odds of being carried out, less",
        "",
        (0.5, 1.0),
        _unclear,
    ),
    Device(
        "slipping", "Pledges that slip: share of what was agreed that comes", "", (0.9, 0.7, 0.5), _slipping
    ),
    Device(
        "answered",
        "Slippage that is answered: new moves in a truce, times",
        "",
        (1.5, 2.0),
        _times("trigger.truce"),
    ),
    Device("calmed", "A market that falls: unprompted relief, times", "", (2.0, 4.0), _times("relief")),
)
"""What is swept, in order."""


@dataclass(frozen=True, eq=False)
class DeviceSweep:
    """Odds of the rungs under each setting.

    Attributes
    ----------
    horizon : int
    paths, seed : int
    settings : tuple of (Device or None, float)
        The forecast itself first, without a device.
    odds : array [setting, rung]
    """

    horizon: int
    paths: int
    seed: int
    settings: tuple[tuple[Device | None, float], ...]
    odds: NDArray[np.float64]


def sweep_devices(
    chron: Chronology,
    *,
    horizon: int = 90,
    devices: Sequence[Device] = DEVICES,
    paths: int = SWEEP_PATHS,
    seed: int = 1,
) -> DeviceSweep:
    """Simulate a day's futures again under each setting of each device.

    Parameters
    ----------
    chron : Chronology
    horizon : int
        Days ahead.
    devices : sequence of Device
    paths, seed : int
        The same luck for every setting.
    """
    told = estimate(chron)
    settings: list[tuple[Device | None, float]] = [(None, 0.0)]
    settings += [(device, value) for device in devices for value in device.values]
    odds = [
        rung_odds(chron, device.turn(told, value) if device else told, [horizon], paths, seed)[0]
        for device, value in settings
    ]
    return DeviceSweep(horizon, paths, seed, tuple(settings), np.array(odds))
