"""What a finding is worth in the first year, in the long run and in all years together, with intervals: the sentence of a lead.

A lead names one or two outcomes of the many that a verb solves. Those alone are solved at both horizons, drawn, and followed along
time, so that a lead costs little beside its table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from detente.core import SolveError
from detente.show.figures import country_name
from detente.show.tables.horizons import PATH, SIDE_BY_SIDE, solve_horizons
from detente.show.tables.intervals import LEAST, OTHER_SHARE, Interval
from detente.show.words import Sentence, enough_digits, joined, money, percent
from detente.world import Array

if TYPE_CHECKING:
    from detente.cases import Case, ControlledOutcome, Unfolding
    from detente.dossier import Dossier
    from detente.equilibrium import Model
    from detente.outlook import Draws


@dataclass(frozen=True, eq=False)
class BothHorizons:
    """Some outcomes at both horizons.

    Attributes
    ----------
    solved : mapping of horizon to outcomes by id
        ``short`` and ``long``.
    drawn : mapping of horizon to Draws
        Empty without draws.
    sums : mapping of id to array [country], million USD
        All years from the first day on, later ones discounted; empty where a date has no equilibrium.
    """

    solved: Mapping[str, Mapping[str, ControlledOutcome]]
    drawn: Mapping[str, Draws]
    sums: Mapping[str, Array]

    def worth(self, horizon: str, before: str, after: str, code: str, *, usd: bool) -> tuple[float, ...]:
        """What one outcome changes for a country against another, with the ends of its interval where it was drawn.

        Million USD a year, or percent of real income.
        """
        outcomes = self.solved[horizon]
        economy = outcomes[after].value.economy
        n = economy.labels.country(code)
        ends = [outcomes[key].value.real_income_hat[n] for key in (before, after)]
        values = [np.array([end]) for end in ends]
        if horizon in self.drawn:
            drawn = self.drawn[horizon]
            values += [1 + drawn.values[:, drawn.position(key), 0, n] / 100 for key in (before, after)]

        def change(start: Array, end: Array) -> Array:
            return (end - start) * economy.income[n] if usd else 100 * (end / start - 1)

        told = [float(change(values[0], values[1])[0])]
        if len(values) > 2:
            band = Interval.of(change(values[2], values[3]).tolist())
            told += [band.low, band.high]
        return tuple(told)

    def total(self, before: str, after: str, code: str) -> float | None:
        """Difference of the discounted sums, million USD; None where there is none."""
        if not self.sums:
            return None
        n = self.solved["long"][after].value.economy.labels.country(code)
        return float(self.sums[after][n] - self.sums[before][n])


def solve_lead(
    at: Mapping[str, Model],
    cases: Sequence[Case],
    paths: Mapping[str, Unfolding],
    *,
    known: Mapping[str, Mapping[str, ControlledOutcome]] | None = None,
    draws: int,
    seed: int = 1,
) -> BothHorizons:
    """Solve some cases at both horizons, and draw them.

    Parameters
    ----------
    at : mapping of horizon to Model
        ``short`` and ``long``.
    cases : sequence of Case
    paths : mapping of id to Unfolding
        Of the same cases along time; empty for no sum.
    known : mapping of horizon to outcomes, optional
        Not solved again.
    draws, seed : int
        Of the long run; the first year is drawn less often, as in the briefing. 0 draws none.

    Raises
    ------
    SolveError
        When a case has no equilibrium.
    """
    from detente.outlook import draw_outcomes

    solved = solve_horizons(cases, known=known or {}, at=at)
    drawn = {}
    for name, model in at.items() if draws else ():
        count = draws if name == SIDE_BY_SIDE[-1] else min(draws, max(draws // OTHER_SHARE, LEAST))
        drawn[name] = draw_outcomes(model, cases, draws=count, seed=seed)
    return BothHorizons(solved, drawn, {key: path.discounted() for key, path in paths.items()})


def lead_of_cases(
    at: Mapping[str, Model],
    dossier: Dossier,
    cases: Sequence[Case],
    *,
    hold_clocks: bool = False,
    keep_elasticities: bool = False,
    known: Mapping[str, Mapping[str, ControlledOutcome]] | None = None,
    draws: int,
) -> BothHorizons:
    """Solve some cases at both horizons, draw them and follow their scenarios along time, under the law of each day.

    Parameters
    ----------
    at, cases, known, draws
        As in `solve_lead`.
    dossier, hold_clocks, keep_elasticities
        As in `detente.cases.unfold_scenarios`.

    Raises
    ------
    SolveError
        When a case has no equilibrium at a horizon.
    """
    from detente.cases import unfold_scenarios

    long, paths = at["long"], {}
    # a date between the horizons without an equilibrium leaves the horizons
    with suppress(SolveError):
        paths = dict(
            unfold_scenarios(
                long.economy,
                dossier,
                [case.scenario for case in cases],
                dates=PATH,
                hold_clocks=hold_clocks,
                closure=long.closure,
                keep_elasticities=keep_elasticities,
            )
        )
    return solve_lead(at, cases, paths, known=known, draws=draws)


ENDED = "ended"
"""Id of the case in which trade has ended."""


def lead_of_end(
    at: Mapping[str, Model],
    dossier: Dossier,
    case: Case,
    parties: tuple[str, str],
    *,
    keep_elasticities: bool = False,
    draws: int,
) -> BothHorizons:
    """A case, and the same without any goods trade between two parties (`ENDED`), at both horizons and along time.

    Parameters
    ----------
    at, draws
        As in `solve_lead`.
    dossier : Dossier
    case : Case
    parties : (str, str)
    keep_elasticities : bool
        Keep the economy's own elasticities at every date.

    Raises
    ------
    SolveError
        When one of the two has no equilibrium at a horizon.
    """
    from detente.cases import Ended, LawOfDays, ended, unfold

    long = at["long"]
    law = LawOfDays(long.economy, dossier, case.scenario)
    laws: dict[str, LawOfDays | Ended] = {case.scenario.id: law, ENDED: Ended(law, long.economy, parties)}
    paths = {}
    with suppress(SolveError):
        paths = {
            key: unfold(
                long.economy, each, dates=PATH, closure=long.closure, keep_elasticities=keep_elasticities
            )
            for key, each in laws.items()
        }
    torn = ended(long.economy, case, parties)
    torn = replace(torn, scenario=torn.scenario.model_copy(update={"id": ENDED}))
    return solve_lead(at, (case, torn), paths, draws=draws)


def lead_sentence(
    both: BothHorizons,
    before: str,
    after: str,
    parties: Sequence[str],
    title: str,
    *,
    usd: bool,
    table: str,
) -> Sentence:
    """Say what one outcome changes against another: the first year and the long run with their intervals, and all years together.

    Parameters
    ----------
    both : BothHorizons
    before, after : str
        Ids of its outcomes.
    parties : sequence of str
    title : str
        What it is, as the sentence begins.
    usd : bool
        Money; else percent of real income.
    table : str
        Table beside which it stands.
    """
    told = {
        code: [both.worth(horizon, before, after, code, usd=usd) for horizon in SIDE_BY_SIDE]
        for code in parties
    }
    values = [number for sides in told.values() for side in sides for number in side]
    digits = enough_digits(values, most=3)

    def word(value: float) -> str:
        return money(value, signed=True) if usd else percent(value, digits, signed=True)

    def span(numbers: Sequence[float], unit: str = "") -> str:
        ends = f" ({word(numbers[1])} to {word(numbers[2])})" if len(numbers) > 1 else ""
        return f"{word(numbers[0])}{unit}{ends}"

    parts = [
        f"of {country_name(code, in_sentence=True)} by {span(first)} in the first year and "
        f"{span(last, ' a year' if usd else '')} in the long run"
        for code, (first, last) in told.items()
    ]
    parts += _all_years(both, before, after, parties, values)
    brackets = ""
    if both.drawn:
        counts = [len(both.drawn[horizon].values) for horizon in SIDE_BY_SIDE]
        brackets = f" In brackets 5 to 95 % of {counts[0]} and {counts[1]} draws."
    text = f"{title} changes real income {'; '.join(parts)}.{brackets} {_uses(both, after)}"
    return Sentence(text, tuple(values), table)


def _all_years(
    both: BothHorizons, before: str, after: str, parties: Sequence[str], values: list[float]
) -> list[str]:
    """The discounted sums in words, their numbers added to `values`; nothing where there are none."""
    from detente.cases import time_setting

    sums = [both.total(before, after, code) for code in parties]
    known = [total for total in sums if total is not None]
    if len(known) < len(sums):
        return []
    values += known
    said = joined([money(total, signed=True) for total in known])
    return [
        f"in all years together, later ones discounted at {100 * time_setting('discount'):g} percent, by {said}"
    ]


def _uses(both: BothHorizons, key: str) -> str:
    """Say what duties are used for: it decides the sign for their own side."""
    from detente.cases import revenue_words

    first, last = (revenue_words(both.solved[horizon][key].value.structure) for horizon in SIDE_BY_SIDE)
    return (
        f"Duties are {first}." if first == last else f"Duties are {first} in that year and {last} in the end."
    )
