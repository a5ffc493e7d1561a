"""Whether what a step would cost its decider helps to foretell whether it is carried out: tried out of sample, clock by clock.

The covariate is the change of the decider's own real income if the clock fires, read off the cost surface at the duties of the day on
which the clock became known, in units of one standard deviation. Its coefficient is shrunk towards none. It is part of the odds only
if it makes the scores better; `pain_scores` says whether.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.campaign.calendar import Chronology, chronology
from detente.campaign.clocks import LiveClock
from detente.campaign.costs import CostSurface
from detente.campaign.ledger import BOTH
from detente.campaign.odds import FEATURES, _logit, _prior, features, meets_before, shipped_priors
from detente.campaign.record import Record

SPREAD = 0.5
"""Standard deviation of the coefficient's prior, log odds for one standard deviation of the covariate."""
FEWEST = 5
"""Settled clocks before anything is foretold."""


def clock_pain(chron: Chronology, clock: LiveClock, surface: CostSurface) -> float:
    """Loss of the deciding side's real income if a clock fires, million USD a year; of the side that loses more where both decide."""
    now = chron.duty
    before, after = surface.at(now), surface.at(np.maximum(now + np.asarray(clock.duty), 0.0))
    controls = np.asarray(clock.controls, dtype=np.float64) @ surface.per_control.T
    loss = before - after - controls
    return float(loss.max() if clock.side == BOTH else loss[clock.side])


@dataclass(frozen=True)
class PainScores:
    """Scores of clocks with and without the covariate.

    Attributes
    ----------
    clocks : int
        Foretold, each from those settled before it became known.
    without, with_pain : float
        Mean log scores; lower is better.
    better : float
        Mean improvement.
    error : float
        Its standard error over clocks.
    coefficient : float
        Fitted to all of them: log odds for one standard deviation of loss.
    """

    clocks: int
    without: float
    with_pain: float
    better: float
    error: float
    coefficient: float

    @property
    def kept(self) -> bool:
        """Whether the covariate earns its place: better by more than its standard error."""
        return self.better > self.error


def pain_scores(
    record: Record, asof: dt.date, surface: CostSurface, *, priors: Mapping[str, Any] | None = None
) -> PainScores:
    """Foretell every settled clock from those before it, with the covariate and without.

    Parameters
    ----------
    record : Record
    asof : date
    surface : CostSurface
        Of the record's sides; levels of duties are read at the day each clock became known.
    priors : mapping, optional
        The shipped ones when left out.
    """
    held = priors or shipped_priors()
    power = float(held["weight"]["value"])
    today = chronology(record, asof)
    settled = [
        clock
        for clock in today.clocks
        if clock.kind in ("threat", "truce")
        and clock.outcome in ("carried", "put off", "dropped")
        and clock.settled
    ]
    settled.sort(key=lambda clock: (clock.known, clock.id))
    design = np.array(
        [[*features(clock.lead, meets_before(today, clock), clock.kind == "truce"), 0.0] for clock in settled]
    ).reshape(-1, len(FEATURES) + 1)
    pain = np.array([clock_pain(chronology(record, clock.known), clock, surface) for clock in settled])
    design[:, -1] = pain / max(float(pain.std()), 1e-9)
    carried = np.array([clock.outcome == "carried" for clock in settled], dtype=np.float64)
    mean, sd = _prior(held)
    scores = np.full((len(settled), 2), np.nan)
    for k, clock in enumerate(settled):
        seen = np.array([other.settled is not None and other.settled <= clock.known for other in settled])
        if seen.sum() < FEWEST:
            continue
        for column, use in enumerate((len(FEATURES), len(FEATURES) + 1)):
            at = _fit(design[seen, :use], carried[seen], mean, sd, power)
            chance = 1 / (1 + np.exp(-design[k, :use] @ at))
            scores[k, column] = -np.log(chance if carried[k] else 1 - chance)
    told = np.isfinite(scores).all(1)
    gain = scores[told, 0] - scores[told, 1]
    whole = _fit(design, carried, mean, sd, power)
    return PainScores(
        int(told.sum()),
        float(scores[told, 0].mean()),
        float(scores[told, 1].mean()),
        float(gain.mean()),
        float(gain.std(ddof=1) / np.sqrt(len(gain))),
        float(whole[-1]),
    )


def _fit(
    design: NDArray[np.float64],
    carried: NDArray[np.float64],
    mean: NDArray[np.float64],
    sd: NDArray[np.float64],
    power: float,
) -> NDArray[np.float64]:
    """Coefficients of a logit with as many features as the design has; the covariate's prior is none."""
    more = design.shape[1] - len(mean)
    return _logit(
        design, carried, np.append(mean, np.zeros(more)), np.append(sd, np.full(more, SPREAD)), power
    )[0]
