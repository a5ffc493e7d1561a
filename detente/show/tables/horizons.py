"""Short and long run side by side, with the interval of the draws beside the range over published elasticities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from detente.core import Cell, Column, Table
from detente.show.figures import country_name
from detente.show.tables.findings import IncomeChange, groups, income_changes, output_changes
from detente.show.tables.intervals import Interval, draw_bands
from detente.show.words import Sentence, enough_digits, first_year_sentence, money, percent, percent_range
from detente.world import Array, Economy

if TYPE_CHECKING:
    from detente.cases import Case, ControlledOutcome, Outcome, Unfolding
    from detente.equilibrium import Model, Structure
    from detente.outlook import Draws

SIDE_BY_SIDE = ("short", "long")


def solve_horizons(
    cases: Sequence[Case],
    *,
    known: Mapping[str, Mapping[str, ControlledOutcome]],
    at: Mapping[str, Model],
) -> dict[str, Mapping[str, ControlledOutcome]]:
    """Outcomes at every horizon of `at`; those already `known` are not solved again."""
    from detente.cases import run_cases

    return {name: known[name] if name in known else run_cases(model, cases) for name, model in at.items()}


def side_by_side(own: Economy, headline: str, chosen: Model) -> dict[str, Model]:
    """Models of the economy in the short and the long run; the headline's horizon as `chosen`."""
    from detente.cases import model_at

    return {
        name: chosen if name == headline else model_at(name, own, closure=chosen.closure)
        for name in SIDE_BY_SIDE
    }


def horizon_outcome_table(
    economy: Economy,
    outcomes_by_horizon: Mapping[str, Mapping[str, ControlledOutcome]],
    reference: str,
    parties: Sequence[str],
    spread: Mapping[str, Mapping[str, Mapping[str, IncomeChange]]],
    headline: str,
    drawn: Mapping[str, Draws],
    sums: Mapping[str, Mapping[str, float]] | None = None,
) -> Table:
    """Real income of each side under each outcome, in the short and the long run, with both kinds of range.

    Parameters
    ----------
    economy : Economy
    outcomes_by_horizon : mapping of horizon to outcomes
    reference : str
    parties : sequence of str
    spread : mapping
        Changes by elasticity set, as `findings.sensitivity` gives them (headline horizon).
    headline : str
        Name of the horizon that `spread` was solved at.
    drawn : mapping of horizon to Draws
        Empty without draws.
    sums : mapping of outcome to country to float, optional
        Discounted sums along time (`discounted_sums`), USD bn, beside the long run.
    """
    from detente.cases import revenue_words
    from detente.outlook import drawn_words

    bands = {name: draw_bands(draws, reference, parties) for name, draws in drawn.items()}
    rows: list[tuple[Cell, ...]] = []
    for key in next(iter(outcomes_by_horizon.values())):
        if key == reference:
            continue
        for horizon, outcomes in outcomes_by_horizon.items():
            sets = [changes[key] for changes in spread.values()] if horizon == headline else []
            band = bands[horizon][key] if horizon in bands else {}
            rows += _rows(
                economy,
                outcomes[key],
                outcomes[reference],
                parties,
                band,
                sets,
                (sums or {}).get(key, {}) if horizon == SIDE_BY_SIDE[-1] else {},
            )
    *_, last = outcomes_by_horizon.values()
    share = enough_digits(float(row[3] or 0.0) for row in rows)
    what = "; ".join(
        f"{draws.structure.horizon}: {len(draws.values)} draws (seed {draws.seed}) of {drawn_words(draws)}"
        for draws in drawn.values()
    )
    settings = "; ".join(
        f"{outcomes[reference].value.structure.horizon}: {outcomes[reference].value.structure.source}"
        for outcomes in outcomes_by_horizon.values()
    )
    revenue = "Duties are " + ", ".join(
        f"{revenue_words(outcomes[reference].value.structure)} in the {outcomes[reference].value.structure.horizon}"
        for outcomes in outcomes_by_horizon.values()
    )
    return Table(
        "horizons",
        "The same outcomes after one year and in the long run",
        _columns(share),
        tuple(rows),
        note=f"Against “{last[reference].scenario.title}” at the same horizon. "
        + (
            f"Draws, 5 to 95 %: {what}; error of the ends: standard error of the two points, the larger. "
            if drawn
            else ""
        )
        + (f"Sets: range over {len(spread)} published sets of elasticities. " if spread else "")
        + f"{settings[:1].upper()}{settings[1:]}. "
        f"{revenue}. Neither has unemployment unless a wage floor is set.",
    )


def _columns(share: int) -> tuple[Column, ...]:
    """Columns of the table, shares with so many decimals."""
    return (
        Column("outcome", "Outcome"),
        Column("horizon", "Horizon"),
        Column("side", "Side"),
        Column("real_income_pct", "Real income", "%", "number", share),
        Column("equivalent_variation_usd_bn", "Equivalent variation", "USD bn", "number", 1),
        Column("output_pct", "Output (real GDP)", "%", "number", share),
        Column("low_draws_pct", "Draws, 5th percentile", "%", "number", share),
        Column("high_draws_pct", "Draws, 95th percentile", "%", "number", share),
        Column("end_error_pct", "Error of the ends", "points", "number", max(share, 3)),
        Column("low_sets_pct", "Sets, lowest", "%", "number", share),
        Column("high_sets_pct", "Sets, highest", "%", "number", share),
        Column("discounted_usd_bn", "Discounted sum", "USD bn", "number", 0),
    )


def _rows(
    economy: Economy,
    outcome: ControlledOutcome,
    reference: ControlledOutcome,
    parties: Sequence[str],
    bands: Mapping[str, Interval],
    sets: Sequence[Mapping[str, IncomeChange]],
    sums: Mapping[str, float],
) -> list[tuple[Cell, ...]]:
    """One row a side of an outcome at a horizon, with its range over draws and over sets of elasticities, where there are any."""
    members = groups(economy, parties)
    names = {code: country_name(code) for code in parties}
    hat: Array = outcome.value.real_income_hat
    change = income_changes(economy, hat, reference.value.real_income_hat, members)
    output = output_changes(economy, outcome.value.gdp_volume_hat, reference.value.gdp_volume_hat, members)
    rows: list[tuple[Cell, ...]] = []
    for code in members:
        band = bands.get(code)
        over = [changes[code].pct for changes in sets]
        rows.append(
            (
                outcome.scenario.title,
                outcome.value.structure.horizon,
                names.get(code, "Everyone else"),
                change[code].pct,
                change[code].usd / 1e3,
                output[code],
                band.low if band else None,
                band.high if band else None,
                band.error if band else None,
                min(over, default=None),
                max(over, default=None),
                sums.get(code),
            )
        )
    return rows


def horizon_contrast_sentence(
    economy: Economy,
    solved: Mapping[str, Mapping[str, ControlledOutcome]],
    reference: str,
    key: str,
    parties: Sequence[str],
    drawn: Mapping[str, Draws] | None = None,
) -> Sentence:
    """Say how one outcome differs between the horizons, for both sides, with the interval of the draws at each where there are any."""
    from detente.cases import revenue_words

    members = groups(economy, parties)
    by_horizon = [
        income_changes(
            economy,
            outcomes[key].value.real_income_hat,
            outcomes[reference].value.real_income_hat,
            members,
        )
        for outcomes in solved.values()
    ]
    parts, values = [], []
    digits = enough_digits((change[code].pct for change in by_horizon for code in parties), most=3)
    places = digits if digits > 2 else None
    bands = [draw_bands(draws, reference, parties)[key] for draws in map((drawn or {}).get, solved) if draws]
    bands = bands if len(bands) == len(by_horizon) else []
    for code in parties:
        short, long = (change[code].pct for change in by_horizon)
        said = [f" ({percent_range(band[code].low, band[code].high)})" for band in bands] or ["", ""]
        parts.append(
            f"{country_name(code, in_sentence=True)} {percent(short, places, signed=True)}{said[0]} after one year and "
            f"{percent(long, places, signed=True)}{said[1]} in the long run"
        )
        values += [short, long, *(end for band in bands for end in (band[code].low, band[code].high))]
    title = next(iter(solved.values()))[key].scenario.title
    first, last = (revenue_words(outcomes[key].value.structure) for outcomes in solved.values())
    uses = f"are {first}" if first == last else f"are {first} in that year and {last} in the end"
    brackets = ", in brackets 5 to 95 % of the draws" if bands else ""
    return Sentence(
        f"“{title}” moves {', '.join(parts)}{brackets}. Duties {uses}.", tuple(values), "horizons"
    )


def party_changes(
    economy: Economy,
    outcomes: Mapping[str, Outcome],
    reference: str,
    key: str,
    parties: Sequence[str],
) -> tuple[dict[str, float], dict[str, float]]:
    """Real income and output (real GDP) of the parties under one outcome against another at the same horizon, percent."""
    after, before, members = outcomes[key].value, outcomes[reference].value, groups(economy, parties)
    income = income_changes(economy, after.real_income_hat, before.real_income_hat, members)
    output = output_changes(economy, after.gdp_volume_hat, before.gdp_volume_hat, members)
    return {code: income[code].pct for code in parties}, {code: output[code] for code in parties}


def first_year_of(
    economy: Economy,
    solved: Mapping[str, Mapping[str, ControlledOutcome]],
    reference: str,
    key: str,
    parties: Sequence[str],
) -> Sentence:
    """Say what an outcome does in the first year, against the long run; of output, where its order is the reverse."""
    income, output = party_changes(economy, solved["short"], reference, key, parties)
    last, _ = party_changes(economy, solved["long"], reference, key, parties)
    title = solved["short"][key].scenario.title
    return first_year_sentence(title, income, last, output_pct=output, table="horizons")


def uses_sentence(solved: Mapping[str, Mapping[str, ControlledOutcome]], reference: str) -> Sentence:
    """Say what duties are used for in the first year and in the long run: it decides what they cost their own side."""
    from detente.cases import revenue_words

    first, last = (revenue_words(solved[name][reference].value.structure) for name in SIDE_BY_SIDE)
    if first == last:
        return Sentence(f"New duties are {first} in the first year and in the long run.")
    return Sentence(f"New duties are {first} in the first year and {last} in the long run.")


PATH = (12.0, 24.0, 24.0)
"""Lengths of the periods, months, that a sum along time is counted on: within a thousandth of 28 periods."""


def discounted_sums(paths: Mapping[str, Unfolding], parties: Sequence[str]) -> dict[str, dict[str, float]]:
    """What outcomes are worth from their first day on, later years discounted, against the first of the paths: USD bn by side.

    Parameters
    ----------
    paths : mapping of scenario to Unfolding
        The reference first.
    parties : sequence of str
    """
    first, *others = paths
    labels = paths[first].long.economy.labels
    at = {code: labels.country(code) for code in parties}
    start = paths[first].discounted()
    return {
        key: {code: float(paths[key].discounted()[n] - start[n]) / 1e3 for code, n in at.items()}
        for key in others
    }


def discounted_sentence(worth: Mapping[str, float], title: str) -> Sentence:
    """Say what an outcome is worth to each side along time (USD bn, `discounted_sums`)."""
    from detente.cases import time_setting

    said = " and ".join(
        f"{country_name(code, in_sentence=True)} {'gains' if usd > 0 else 'loses'} {money(1e3 * abs(usd))}"
        for code, usd in worth.items()
    )
    return Sentence(
        f"From its first day on, each date under the law of that day and later years discounted at {100 * time_setting('discount'):g} percent, "
        f"{said} under “{title}” in all.",
        tuple(worth.values()),
        "horizons",
    )


def sum_sentence(worth: Mapping[str, float]) -> Sentence:
    """Say in one line what an outcome is worth to each side along time (USD bn, `discounted_sums`)."""
    from detente.cases import time_setting

    said = " and ".join(
        f"{country_name(code, in_sentence=True)} {'gains' if usd > 0 else 'loses'} {money(1e3 * abs(usd))}"
        for code, usd in worth.items()
    )
    return Sentence(
        f"In all years together, later ones discounted at {100 * time_setting('discount'):g} percent, {said}.",
        tuple(worth.values()),
        "horizons",
    )


def structure_words(structure: Structure) -> str:
    """What the horizon lets adjust, for the section on method."""
    if structure.is_core:
        return f"{structure.horizon}, factors move freely between sectors"
    return f"{structure.horizon} ({structure.source})"
