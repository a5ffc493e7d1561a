"""What is solved for a briefing, before a word of it is written: outcomes, their spread, horizons, draws."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from detente.brief.likely import Likely, foretell
from detente.cases import sides_in
from detente.core import Helpers, InputError, Later, SolveError, Table, known
from detente.show import build, make
from detente.show.figures import Figure, OutcomeRow, SectorRow, country_name
from detente.show.tables import ClockRow, evidence, findings as changes, horizons, intervals
from detente.show.words import Sentence, both_sides_sentence, joined, lower_first, money

if TYPE_CHECKING:
    from detente.cases import Branched, Case, ControlledOutcome
    from detente.dossier import Dossier
    from detente.equilibrium import Model
    from detente.outlook import Draws
    from detente.policy import NotYet, Scenario
    from detente.world import Array, Economy

TODAY = "what is in force today"


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything sections are written from. They solve nothing; what they need is read here or from the registry of tables.

    Parameters
    ----------
    dossier : Dossier
        The record as known on its as-of day.
    source : str
        Where it came from: id or folder.
    headline : str
        Name of the horizon of the headline.
    model : Model
        Of the headline.
    cases : tuple of Case
    outcomes : mapping of str to ControlledOutcome
        The reference first, then the one that is featured.
    parties : (str, str)
    later : tuple of NotYet
        Scenarios that nobody could have told on the day.
    every : mapping
        Set of elasticities -> outcome -> group -> change.
    at : mapping of horizon to Model
        Horizons side by side.
    both : mapping of horizon to outcomes
    likely : Likely
        What may come, with the score such odds have had; empty where they have none.
    drawn : mapping of horizon to Draws
        Empty until parameters are drawn.
    seed : int
        Of the draws.
    along : Later, optional
        What `worth_along` makes of them, where a helper is asked for it ahead.
    """

    dossier: Dossier
    source: str
    headline: str
    model: Model
    cases: tuple[Case, ...]
    outcomes: Mapping[str, ControlledOutcome]
    parties: tuple[str, str]
    later: tuple[NotYet, ...]
    every: Mapping[str, Mapping[str, Mapping[str, changes.IncomeChange]]]
    at: Mapping[str, Model]
    both: Mapping[str, Mapping[str, ControlledOutcome]]
    likely: Likely
    drawn: Mapping[str, Draws] = field(default_factory=dict)
    seed: int = 1
    along: Later[Mapping[str, Mapping[str, float]]] | None = None

    @property
    def economy(self) -> Economy:
        """Baseline at the headline's horizon."""
        return self.model.economy

    @property
    def reference(self) -> str:
        """Outcome that differences are taken from."""
        return next(iter(self.outcomes))

    @property
    def featured(self) -> str:
        """Outcome that is written about at length."""
        return list(self.outcomes)[1]

    @property
    def horizon_words(self) -> str:
        """Horizon of the headline, in words."""
        return self.model.structure.horizon

    @property
    def sets_words(self) -> str:
        """How many sets of elasticities the range is over, in words."""
        return f"{len(self.spread)} {self.horizon_words.replace(' ', '-')} sets of elasticities"

    @property
    def interval(self) -> str:
        """What the range beside the headline is."""
        return f"range over {self.sets_words}"

    @functools.cached_property
    def spread(self) -> Mapping[str, Mapping[str, Mapping[str, changes.IncomeChange]]]:
        """Changes under the sets of the headline's horizon: a range is over sets of one; the others are in the table only."""
        from detente.world import set_horizon

        same = {
            name: by_outcome
            for name, by_outcome in self.every.items()
            if name != changes.OWN and set_horizon(name) == self.headline
        }
        return same or self.every

    @functools.cached_property
    def rows(self) -> tuple[OutcomeRow, ...]:
        """Every outcome but the reference, with its range."""
        return changes.outcome_rows(self.economy, self.outcomes, self.reference, self.parties, self.spread)

    @property
    def title(self) -> str:
        """Title of the featured outcome, as the chart has it."""
        return self.rows[0].outcome

    @functools.cached_property
    def averages(self) -> Table:
        """Average duties of the sides on each other."""
        return build("averages-of-sides", dossier=self.dossier, economy=self.economy, parties=self.parties)

    def average(self, importer: str, key: str = "import_weighted_2024") -> float:
        """One average for an importer, percent."""
        for row in self.averages.records():
            if row["importer"] == importer and row["key"] == key:
                return float(row["average_pct"] or 0.0)
        raise InputError(f"no average `{key}` for {importer}")

    @functools.cached_property
    def clocks(self) -> tuple[ClockRow, ...]:
        """Clocks ahead."""
        return evidence.clock_rows(self.dossier)

    @functools.cached_property
    def third(self) -> tuple[Mapping[str, float], Mapping[str, float], Table]:
        """Real income of third economies (percent, million USD) and the table of their trade."""
        pct, usd, table = make(
            "third-trade",
            outcome=self.outcomes[self.featured],
            against=self.outcomes[self.reference],
            parties=self.parties,
        )
        return pct, usd, table

    @functools.cached_property
    def tree(self) -> Branched | None:
        """The featured outcome in every way it can come about, in the first year and the long run; None where there is one."""
        from detente.cases import solve_branches

        scenario = self.outcomes[self.featured].scenario
        if not scenario.forks:
            return None
        reference = self.outcomes[self.reference].scenario
        return solve_branches(self.at, self.dossier, scenario, reference, solved=self.both)

    @functools.cached_property
    def outcome_figure(self) -> Figure:
        """Every outcome for each side."""
        figure: Figure = make(
            "outcomes",
            rows=self.rows,
            standing=TODAY,
            concept=f"{self.horizon_words}; bars: headline elasticities, whiskers: {self.interval}",
            interval=self.interval,
            title=self.compared(self.rows[0]).text,
        )
        return figure

    @functools.cached_property
    def diversion_figure(self) -> Figure:
        """Third economies under the featured outcome."""
        pct, usd, _ = self.third
        figure: Figure = make(
            "third-countries",
            real_income_pct=pct,
            value_usd=usd,
            outcome=self.outcomes[self.featured].scenario.title,
            standing=TODAY,
            concept=self.horizon_words,
            names={code: self.economy.labels.country_name(code) for code in pct},
        )
        return figure

    @functools.cached_property
    def sectors(self) -> tuple[SectorRow, ...]:
        """Output of the sectors of both sides under the featured outcome, against the reference."""
        featured, reference = self.outcomes[self.featured], self.outcomes[self.reference]
        return changes.sector_rows(featured, reference, self.parties)

    @functools.cached_property
    def sector_figure(self) -> Figure:
        """The sectors that the featured outcome moves most."""
        figure: Figure = make(
            "sectors-hit",
            rows=self.sectors,
            outcome=self.title,
            standing=TODAY,
            concept=self.horizon_words,
            title=self._sector_title,
        )
        return figure

    @property
    def _sector_title(self) -> str:
        """The sector that loses most and the one that gains most, over both sides."""
        size = {(row.country, row.sector): row.value_usd for row in self.sectors}
        ranked = sorted(size, key=lambda key: (known(size[key]), key))
        said = [
            f"{lower_first(sector)} in {country_name(code, in_sentence=True)} {verb} most ({money(abs(size[code, sector]))} of output a year)"
            for verb, (code, sector) in (("loses", ranked[0]), ("gains", ranked[-1]))
            if abs(size[code, sector]) > 0.5 and (size[code, sector] < 0) == (verb == "loses")
        ]
        if not said:
            return f"“{self.title}” moves no sector’s output by as much as $1 million a year."
        return f"Under “{self.title}” {joined(said)}."

    def compared(self, row: OutcomeRow, table: str = "") -> Sentence:
        """Set what an outcome does to the two sides beside each other."""
        sides = {code: row.real_income_pct[code] for code in self.parties}
        amounts = {code: row.value_usd[code] for code in self.parties}
        return both_sides_sentence(row.outcome, sides, against=TODAY, table=table, amounts=amounts)

    @functools.cached_property
    def contrast(self) -> Sentence:
        """The featured outcome after one year and in the long run."""
        return horizons.horizon_contrast_sentence(
            self.economy, self.both, self.reference, self.featured, self.parties, self.drawn
        )

    @functools.cached_property
    def sums(self) -> Mapping[str, Mapping[str, float]]:
        """What the featured outcome is worth to each side along time, USD bn; empty where a date cannot be solved."""

        return (self.along or self.begin_along(Helpers(1))).result()

    def begin_along(self, helpers: Helpers) -> Later[Mapping[str, Mapping[str, float]]]:
        """Ask for `sums` ahead."""
        told = {case.scenario.id: case.scenario for case in self.cases}
        scenarios = (told[self.reference], told[self.featured])
        own = self.at["long"].economy
        return helpers.begin(worth_along, own, self.dossier, scenarios, self.model.closure, self.parties)

    @property
    def in_all(self) -> Sentence | None:
        """Say what the featured outcome is worth along time; None where that is not known."""
        if not self.sums:
            return None
        return horizons.discounted_sentence(self.sums[self.featured], self.title)

    @property
    def draws(self) -> Draws | None:
        """Draws of the headline; None without."""
        return self.drawn.get(self.headline)

    @functools.cached_property
    def bands(self) -> Mapping[str, Mapping[str, intervals.Interval]]:
        """Intervals of the draws: outcome -> group; empty without."""
        return intervals.draw_bands(self.draws, self.reference, self.parties) if self.draws else {}

    def begin_draws(self, draws: int, seed: int, helpers: Helpers) -> Later[dict[str, Draws]] | None:
        """Ask for drawn parameters ahead, by horizon; None when none are asked for."""
        if not draws:
            return None
        return helpers.begin(
            intervals.draw_headlines,
            self._drawn_at,
            self.cases,
            self.headline,
            self.parties,
            draws=draws,
            seed=seed,
            solved={self.headline: self.outcomes, **self.both},
        )

    @property
    def _drawn_at(self) -> dict[str, Model]:
        return {self.headline: self.model, **self.at}

    def with_draws(self, draws: int, seed: int, begun: Later[dict[str, Draws]] | None = None) -> Findings:
        """Return the same findings with drawn parameters, those `begun` if any; as they are when none are asked for."""
        later = begun or self.begin_draws(draws, seed, Helpers(1))
        if later is None:
            return self
        at = self._drawn_at
        drawn = {name: replace(sample, model=at[name]) for name, sample in later.result().items()}
        return replace(self, drawn=drawn, seed=seed)

    def party(self, position: int) -> str:
        """Name of one of the two sides, inside a sentence."""
        return country_name(self.parties[position], in_sentence=True)


def worth_along(
    economy: Economy,
    dossier: Dossier,
    scenarios: Sequence[Scenario],
    closure: str | Array,
    parties: tuple[str, str],
) -> Mapping[str, Mapping[str, float]]:
    """What scenarios are worth to each side along time against the first, USD bn; empty where a date cannot be solved."""
    from detente.cases import unfold_scenarios

    try:
        paths = unfold_scenarios(economy, dossier, scenarios, dates=horizons.PATH, closure=closure)
    except SolveError:
        return {}
    return horizons.discounted_sums(paths, parties)


def solve_findings(
    dossier: Dossier,
    economy: Economy,
    *,
    scenarios: Sequence[str] | None,
    source: str,
    closure: str,
    parties: tuple[str, str] | None,
    sets: Sequence[str] | None,
    horizon: str,
    keep_elasticities: bool,
    paths: int = 0,
    seed: int = 1,
    helpers: Helpers | None = None,
) -> Findings:
    """Solve what a briefing is written from; parameters and errors as for `detente.brief.compose`."""
    from detente.cases import model_at, prepare_cases, run_cases
    from detente.world import elasticity_sets

    chosen, later = _told(dossier, scenarios, source)
    sides = parties or sides_in(dossier, economy)
    # odds are of the sides of the record; of two others nothing is foretold
    foretold = (dossier, economy, paths if parties is None else 0, seed)
    likely = Likely(*foretold, (helpers or Helpers(1)).begin(foretell, *foretold))
    model = model_at(horizon, economy, closure=closure, keep_elasticities=keep_elasticities)
    cases = prepare_cases(model.economy, dossier, chosen)
    outcomes = run_cases(model, cases)
    every = changes.sensitivity(
        model.economy,
        outcomes,
        next(iter(outcomes)),
        sides,
        tuple(sets) if sets is not None else tuple(elasticity_sets()),
    )
    at = horizons.side_by_side(economy, horizon, model)
    both = horizons.solve_horizons(cases, known={horizon: outcomes}, at=at)
    return Findings(
        dossier,
        source,
        horizon,
        model,
        tuple(cases),
        outcomes,
        sides,
        tuple(later),
        every,
        at,
        both,
        likely,
    )


def _told(
    dossier: Dossier, scenarios: Sequence[str] | None, source: str
) -> tuple[Sequence[Scenario], Sequence[NotYet]]:
    """Scenarios that can be told on the record's day, and those that cannot yet."""
    from detente.policy import load_scenario, shipped_scenarios, tellable, waiting_words

    place = source or dossier.id
    names = list(scenarios) if scenarios is not None else list(shipped_scenarios(place, dossier.asof))
    chosen, later = tellable(dossier, [load_scenario(name, dossier=place) for name in names], source)
    if len(chosen) < 2:
        raise InputError(
            f"the dossier `{dossier.id}` has {len(names)} scenarios"
            + (f", of which {len(chosen)} could be told on {dossier.asof}" if later else ""),
            hint="a briefing compares at least two, the reference and another"
            + (f"; {waiting_words(later, dossier.asof)}" if later else ""),
        )
    titles = [scenario.title for scenario in chosen]
    twice = next((title for title in titles if titles.count(title) > 1), None)
    if twice is not None:  # pictures and sentences know an outcome by its title
        raise InputError(
            f"two outcomes of `{dossier.id}` have the title “{twice}”",
            hint="a page tells outcomes apart by their titles: give each `title:` words of its own",
        )
    return chosen, later
