"""What drawn parameters say of headlines: intervals with the error of their ends, and what drives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, Table, known_each
from detente.show.figures import country_name
from detente.show.tables.findings import groups, income_changes
from detente.show.tables.uncertain import driver_rows
from detente.show.words import Sentence, lower_first, money, number, percent_range
from detente.world import goods_sectors

if TYPE_CHECKING:
    from detente.cases import Case, ControlledOutcome
    from detente.core import Where
    from detente.equilibrium import Model
    from detente.outlook import Draws
    from detente.world import Economy

OTHER_SHARE = 3
"""A horizon that is not the headline's is drawn this many times less often: a draw of the short run costs three times as much."""
LEAST = 8
"""Draws of the other horizon at least, where there are any."""


@dataclass(frozen=True)
class Interval:
    """Five to ninety-five per cent of the draws, and the standard error of its ends."""

    low: float
    high: float
    error: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Interval:
        """Of one number over draws."""
        from detente.outlook import Band

        band = Band.of(np.asarray(values, dtype=np.float64))
        return cls(float(band.low), float(band.high), float(band.error))


def sector_results(economy: Economy, parties: Sequence[str]) -> tuple[str, ...]:
    """Names of the results kept of every draw: output of the goods sectors of both sides."""
    labels = economy.labels
    return tuple(
        f"{code}.output.{labels.sectors[s]}"
        for code in parties
        for s in goods_sectors(economy)
        if economy.output[labels.country(code), s] > 0
    )


def draw_headlines(
    at: Mapping[str, Model],
    cases: Sequence[Case],
    headline: str,
    parties: Sequence[str],
    *,
    draws: int,
    seed: int,
    solved: Mapping[str, Mapping[str, ControlledOutcome]] | None = None,
    on: Where | None = None,
) -> dict[str, Draws]:
    """Draw every horizon: the headline's in full, with the output of sectors; the others less often.

    Parameters
    ----------
    at : mapping of horizon to Model
    cases : sequence of Case
    headline : str
        Name of the headline's horizon.
    parties : sequence of str
    draws, seed : int
    solved : mapping of horizon to outcomes, optional
        The cases on the models themselves, where they are at hand.
    on : Local, Pool or Remote, optional
        Where it is solved; here, when left out.
    """
    from detente.outlook import draw_outcomes

    by_horizon = {}
    for name, model in at.items():
        full = name == headline
        by_horizon[name] = draw_outcomes(
            model,
            cases,
            draws=draws if full else min(draws, max(draws // OTHER_SHARE, LEAST)),
            seed=seed,
            on=on,
            results=sector_results(model.economy, parties) if full else (),
            solved=[outcome.value for outcome in (solved or {}).get(name, {}).values()],
        )
    return by_horizon


def draw_bands(sample: Draws, reference: str, parties: Sequence[str]) -> dict[str, dict[str, Interval]]:
    """Real income against the reference: outcome -> group -> interval in per cent."""
    members = groups(sample.economy, parties)
    hats = 1 + sample.values[:, :, 0, :-1] / 100  # the last is the world
    position = sample.position(reference)
    bands: dict[str, dict[str, Interval]] = {}
    for k, name in enumerate(sample.outcomes):
        if name == reference:
            continue
        drawn = [income_changes(sample.economy, hat[k], hat[position], members) for hat in hats]
        bands[name] = {code: Interval.of([change[code].pct for change in drawn]) for code in members}
    return bands


def drawn_sentence(
    sample: Draws, bands: Mapping[str, Mapping[str, Interval]], key: str, title: str, parties: Sequence[str]
) -> Sentence:
    """Say the interval of one outcome for both sides, what was drawn, and how well the ends are known."""
    from detente.outlook import drawn_words

    parts, values = [], []
    for code in parties:
        band = bands[key][code]
        parts.append(f"in {country_name(code, in_sentence=True)} by {percent_range(band.low, band.high)}")
        values += [band.low, band.high]
    worst = max(bands[key][code].error for code in parties)
    return Sentence(
        f"Over {len(sample.values)} draws of {drawn_words(sample)}, “{title}” changes real income {' and '.join(parts)} "
        f"(5 to 95 %; the ends are known to {_error_words(worst)} points, one standard error).",
        (*values, worst),
        "horizons",
    )


def _error_words(error: float) -> str:
    """An error in points, never as nought."""
    return "less than 0.001" if 0 < error < 0.0005 else number(error, 2 if error >= 0.005 else 3)


def third_party_table(table: Table, draws: Draws, key: str, reference: str) -> Table:
    """The table of third economies with the interval of their equivalent variation."""
    _, values = draws.against(reference)
    labels, place = draws.economy.labels, draws.position(key)
    at = next(k for k, column in enumerate(table.columns) if column.key == "equivalent_variation_usd_bn") + 1
    rows = []
    for row in table.rows:
        band = Interval.of(values[:, place, 1, labels.country(str(row[0]))].tolist())
        rows.append((*row[:at], band.low, band.high, band.error, *row[at:]))
    columns = (
        *table.columns[:at],
        Column("low_draws_usd_bn", "Draws, 5th percentile", "USD bn", "number", 2),
        Column("high_draws_usd_bn", "Draws, 95th percentile", "USD bn", "number", 2),
        Column("end_error_usd_bn", "Error of the ends", "USD bn", "number", 2),
        *table.columns[at:],
    )
    note = f"{table.note} Draws: {len(draws.values)}, seed {draws.seed}."
    return Table(table.name, table.title, columns, tuple(rows), note)


def third_party_sentence(table: Table, usd: Mapping[str, float], count: int) -> Sentence:
    """Say the intervals of the economies that gain and lose most."""
    records = {str(row["country"]): row for row in table.records()}
    size = known_each(usd)
    chosen = dict.fromkeys((max(size, key=size.__getitem__), min(size, key=size.__getitem__)))
    parts, values = [], []
    for code in chosen:
        low, high = (float(records[code][f"{end}_draws_usd_bn"] or 0.0) for end in ("low", "high"))
        who = country_name(code, in_sentence=True, otherwise=str(records[code]["name"]))
        parts.append(f"{who} {money(1e3 * low)} to {money(1e3 * high)}")
        values += [low, high]
    return Sentence(f"5 to 95 % of {count} draws: {', '.join(parts)}.", tuple(values), table.name)


def sector_interval_table(draws: Draws, key: str, reference: str, parties: Sequence[str]) -> Table:
    """Output of the goods sectors of both sides under an outcome, against the reference, with intervals."""
    from detente.outlook import drawn_words, result_changes

    economy = draws.economy
    labels = economy.labels
    rows: list[tuple[Cell, ...]] = []
    for name in draws.results:
        code, _, sector = name.split(".")
        if code not in parties:
            continue
        central, drawn = result_changes(draws, name, key, reference)
        band = Interval.of((100 * np.expm1(drawn)).tolist())
        rows.append(
            (
                code,
                labels.sector_name(sector),
                100 * float(np.expm1(central)),
                band.low,
                band.high,
                band.error,
                float(economy.output[labels.country(code), labels.sector(sector)]) / 1e3,
            )
        )
    return Table(
        "sector_intervals",
        "Output by sector, with intervals",
        (
            Column("country", "Country"),
            Column("sector", "Sector"),
            Column("output_pct", "Output volume", "%", "number", 2),
            Column("low_draws_pct", "Draws, 5th percentile", "%", "number", 2),
            Column("high_draws_pct", "Draws, 95th percentile", "%", "number", 2),
            Column("end_error_pct", "Error of the ends", "points", "number", 2),
            Column("base_output_usd_bn", "Output in the base year", "USD bn", "number", 1),
        ),
        tuple(rows),
        note=f"`{key}` against `{reference}`. {len(draws.values)} draws, seed {draws.seed}, of {drawn_words(draws)}.",
    )


def sector_interval_sentence(table: Table, code: str, sectors: Sequence[str]) -> Sentence:
    """Say the intervals of some sectors of a side."""
    records = {(str(row["country"]), str(row["sector"])): row for row in table.records()}
    parts, values = [], []
    for sector in dict.fromkeys(sectors):
        row = records[code, sector]
        low, high = float(row["low_draws_pct"] or 0.0), float(row["high_draws_pct"] or 0.0)
        parts.append(f"{lower_first(sector)} {percent_range(low, high)}")
        values += [low, high]
    text = f"5 to 95 % of the draws, {country_name(code, in_sentence=True)}: {', '.join(parts)}."
    return Sentence(text, tuple(values), table.name)


def side_driver_table(
    draws: Draws, key: str, title: str, reference: str, parties: Sequence[str]
) -> Table | None:
    """What drives the real income of both sides under an outcome; nothing when there are too few draws to tell."""
    from detente.outlook import linear_fit

    if len(draws.values) < 2 * len(draws.parameters):
        return None
    _, values = draws.against(reference)
    place, labels = draws.position(key), draws.economy.labels
    fits = [
        (country_name(code), linear_fit(draws, values[:, place, 0, labels.country(code)])) for code in parties
    ]
    return driver_rows("drivers", f"What drives the uncertainty of real income under “{title}”", fits)
