"""What may come, for a briefing: the outlook of the record's day and the score such odds have had, or nothing.

No probability is told without its score: a record whose forecasts have not been kept and settled by its day has no outlook here.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.core import Table
from detente.show import build
from detente.show.tables import settled_horizons
from detente.show.words import Sentence, number

if TYPE_CHECKING:
    from detente.core import Later
    from detente.dossier import Dossier
    from detente.outlook import Backtest, Outlook
    from detente.world import Economy

HORIZON = 30
"""Days ahead at which clocks and the ladder are told, as by `detente outlook`."""


@dataclass(frozen=True, eq=False)
class Foretold:
    """What is simulated and scored for an outlook.

    Attributes
    ----------
    test : Backtest or None
        Forecasts made and settled by the day; None where there are none, and then nothing is foretold.
    outlook : Outlook or None
        What may come.
    scores : Table or None
        How good such odds have been.
    """

    test: Backtest | None = None
    outlook: Outlook | None = None
    scores: Table | None = None


def foretell(dossier: Dossier, economy: Economy, paths: int, seed: int) -> Foretold:
    """Simulate what may come where such odds have a score; parameters as of `Likely`."""
    from detente.campaign import chronology, record_of
    from detente.outlook import HORIZONS, kept_backtest, kept_file, look_ahead

    if not paths or not kept_file(dossier.id).exists():
        return Foretold()
    record = record_of(dossier, economy)
    test = kept_backtest(record, dossier.asof)
    if test is None or HORIZON not in settled_horizons(test):
        return Foretold()
    days = settled_horizons(test) & set(HORIZONS)
    chron = chronology(record, dossier.asof)
    ahead = look_ahead(chron, horizons=sorted(days), horizon=HORIZON, paths=paths, seed=seed, informed=False)
    return Foretold(test, ahead, build("odds-scores", test=test))


@dataclass(frozen=True, eq=False)
class Likely:
    """The outlook of a record's day, simulated when it is first asked for.

    Parameters
    ----------
    dossier : Dossier
        As known on its as-of day.
    economy : Economy
        Base year, for the trade that duties cover.
    paths, seed : int
        Simulated futures, as of `detente outlook`; none with 0 paths.
    begun : Later, optional
        What `foretell` makes of these, where a helper is asked for it ahead.
    """

    dossier: Dossier
    economy: Economy
    paths: int
    seed: int = 1
    begun: Later[Foretold] | None = None

    @functools.cached_property
    def _foretold(self) -> Foretold:
        if self.begun is not None:
            return self.begun.result()
        return foretell(self.dossier, self.economy, self.paths, self.seed)

    @property
    def test(self) -> Backtest | None:
        """Forecasts made and settled by the day; None where there are none."""
        return self._foretold.test

    @property
    def outlook(self) -> Outlook | None:
        """What may come; None where such odds have no score."""
        return self._foretold.outlook

    @property
    def scores(self) -> Table | None:
        """How good such odds have been."""
        return self._foretold.scores

    def score(self, subject: str) -> Mapping[str, float]:
        """The score of one horizon in days or kind of clock; empty where it has none."""
        rows = self.scores.records() if self.scores is not None else ()
        return next(
            (
                {
                    key: float(row[key] or 0.0)
                    for key in ("forecasts", "blocks", "given", "given_before", "given_schedule")
                }
                for row in rows
                if row["subject"] == subject
            ),
            {},
        )

    @functools.cached_property
    def clocks(self) -> Mapping[str, Sentence]:
        """By clock of the record that is due within the horizon: how likely it is carried out, where that kind has a score."""
        return dict(self._clocks())

    def _clocks(self) -> Iterator[tuple[str, Sentence]]:
        for each in self.outlook.clocks if self.outlook else ():
            clock = each.clock
            near = clock.due is not None and (clock.due - self.dossier.asof).days <= HORIZON
            if near and self.score(clock.kind):
                values = tuple(
                    100 * value for value in (each.carried.value, each.carried.low, each.carried.high)
                )
                odds, low, high = (number(value, 0) for value in values)
                yield clock.id, Sentence(f"{odds} percent likely ({low} to {high})", values, "outlook-clocks")

    @property
    def clock_score(self) -> Sentence | None:
        """How good odds of clocks have been; None where no clock is told with odds."""
        if self.outlook is None or not self.clocks:
            return None
        kinds = {"threat": "dated threats", "truce": "suspensions"}
        told = {each.clock.kind for each in self.outlook.clocks if each.clock.id in self.clocks}
        values: list[float] = []
        said: list[str] = []
        for kind in sorted(told & set(kinds)):
            row = self.score(kind)
            own = [row[key] for key in ("given", "forecasts", "given_before")]
            values += own
            given, count, before = (number(value, 0) for value in own)
            unit, alone = ("", "") if said else (" percent", "by others alone: ")
            said.append(f"{given}{unit} over {count} {kinds[kind]} ({alone}{before})")
        return Sentence(
            f"Likely within {HORIZON} days. Score: such odds have typically given what then happened {' and '.join(said)}.",
            tuple(values),
            "odds-scores",
        )
