"""Parameters of every simulated path, drawn from their posterior."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.campaign.odds import Odds


class Drawn:
    """One set of parameters a path, or one for each block of paths that share theirs.

    Attributes
    ----------
    logit : array [path, feature]
        Coefficients of the odds that a clock is carried out.
    rate : mapping of name to array [path]
        Events a day.
    share : mapping of name to array [path]
    meeting : array [level, path, outcome]
        Cumulated probabilities of what a meeting brings.
    """

    def __init__(self, odds: Odds, paths: int, rng: np.random.Generator, blocks: int | None = None) -> None:
        sets = paths if blocks is None else blocks
        of = np.arange(paths) * sets // paths
        self.logit = odds.draw(sets, rng)[of]
        self.rate: dict[str, NDArray[np.float64]] = {
            name: (rng.gamma(events, size=sets) / days)[of]
            for name, (events, days) in sorted(odds.gammas.items())
        }
        self.share: dict[str, NDArray[np.float64]] = {
            name: rng.beta(yes, no, size=sets)[of] for name, (yes, no) in sorted(odds.betas.items())
        }
        self.meeting = np.stack(
            [np.cumsum(rng.dirichlet(counts, size=sets), axis=1)[of] for counts in odds.meeting]
        )
        self.leads, self.sizes, self.lags, self.ratios = odds.leads, odds.sizes, odds.lags, odds.ratios

    def meeting_result(
        self, who: NDArray[np.int64], high: NDArray[np.bool_], rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Position in `detente.campaign.odds.OUTCOMES` of what a meeting of each path brings."""
        steps = self.meeting[high.astype(np.int64), who]
        return np.asarray(np.minimum((rng.random(len(who))[:, None] > steps).sum(axis=1), steps.shape[1] - 1))
