"""Duties that are best for whoever sets them: alone (`optimal_duties`), against each other (`nash_duties`), and agreed
(`cooperative_duties`); and the political weights that duties reveal (`calibrate_weights`). Tables of what was found."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.core import Cell, Column, InputError, Table
from detente.equilibrium import Equilibrium
from detente.strategy.duties.game import DutyGame, duty_game
from detente.strategy.duties.nash import NashDuties, best_deviation, nash_duties
from detente.strategy.duties.optimum import Optimum, optimal_duties
from detente.strategy.duties.talks import TalksDuties, cooperative_duties
from detente.strategy.duties.wants import government
from detente.strategy.duties.weights import Calibration, calibrate_weights
from detente.world import Array

TAX = "export tax "
"""Before the partner or sector of an export tax in a table of duties."""


def setting_said(game: DutyGame) -> str:
    """What every table of duties rests on, besides what is wanted."""
    economy, taxes = game.economy, int(game.is_tax.sum())
    low, high = game.tax_bounds
    parts = []
    if taxes < game.count:
        parts.append(f"{game.count - taxes} duties between {100 * game.lower:g} and {100 * game.upper:g} %")
    if taxes:
        parts.append(f"{taxes} export taxes between {100 * low:g} and {100 * high:g} %")
    return (
        f"{' and '.join(parts)} are set; all other duties stay. Horizon: {game.model.structure.horizon}. Closure: {game.model.closure_words}. "
        f"Elasticities: {economy.elasticity_source}. Baseline: {economy.name} ({economy.year})."
    )


def wanted_said(game: DutyGame) -> str:
    """What every government of a game wants, in words."""
    flat = (game.weights == game.weights[:, :1]).all(1)
    if game.wants is None:
        weights = (
            "real income"
            if flat.all()
            else "income weighted by sector (political weights), over the price index"
        )
        return f"A government wants {weights}."
    codes, said = game.economy.labels.countries, []
    for code, n in zip(game.players, game.countries, strict=True):
        parts = ["real income" if flat[n] else "income weighted by sector"]
        if game.wants.revenue[n] != 1:
            parts.append(f"a dollar of duties worth {game.wants.revenue[n]:g}")
        if game.wants.relative[n]:
            parts.append(f"less {game.wants.relative[n]:g} of what {codes[game.wants.rival[n]]} gets")
        said.append(f"{code}: {', '.join(parts)}")
    return f"Wanted, by the preferences “{game.wants.title}”: {'; '.join(said)}."


@dataclass(frozen=True, eq=False)
class _Levy:
    """What a player charges on one side of its trade: duties on what it buys, or export taxes on what it sells.

    Attributes
    ----------
    prefix : str
        Before the name of what is charged; nothing for duties.
    inside : array of bool [partner, sector]
    tax : bool
    n : int
        Position of the player.
    """

    prefix: str
    inside: npt.NDArray[np.bool_]
    tax: bool
    n: int

    def rate(self, value: Equilibrium) -> Array:
        """Rates [partner, sector]."""
        return value.wedges.export_tax[:, self.n] if self.tax else value.wedges.tariff[self.n]

    def weight(self, value: Equilibrium) -> Array:
        """Trade that is charged [partner, sector], million USD."""
        flows = value.flows_new[:, self.n] if self.tax else value.flows_new[self.n]
        return np.where(self.inside, flows, 0.0)


def _levies(game: DutyGame, n: int) -> list[_Levy]:
    """What a player sets: its duties, then its export taxes, where it sets any."""
    sides = (_Levy("", game.group[n] >= 0, False, n), _Levy(TAX, game.taxes[:, n] >= 0, True, n))
    return [levy for levy in sides if levy.inside.any()]


def _mean(weight: Array, rate: Array) -> float:
    return float(100 * (weight * rate).sum() / weight.sum()) if weight.sum() > 0 else 0.0


def duty_welfare_table(
    game: DutyGame,
    before: Equilibrium,
    values: dict[str, Equilibrium],
    *,
    name: str,
    title: str,
    note: str = "",
    finding: str = "",
    regret: dict[str, float] | None = None,
) -> Table:
    """One row a player: its duties before and after, what its government and its people gain, its regret.

    Parameters
    ----------
    game : DutyGame
    before : Equilibrium
    values : dict of Equilibrium
        By player: the equilibrium in which its row is read; the same one for all in a war or in talks.
    name, title, note : str
    finding : str
        What was found, in a clause; kept in the table's `meta` beside what is wanted and what it rests on.
    regret : dict, optional
        By player, a ratio less one.

    Returns
    -------
    Table
    """
    base = game.welfare(before)
    rows: list[tuple[Cell, ...]] = []
    for place, code in enumerate(game.players):
        value, n = values[code], game.economy.labels.country(code)
        levy = _levies(game, n)[0]  # duties, where any are set
        weight, cells = levy.weight(before), levy.rate(value)[levy.inside]
        others = np.arange(len(game.economy.labels.countries)) != n
        income = before.income_new[others]
        ratio = (value.real_income_hat / before.real_income_hat - 1)[others]
        rows.append(
            (
                code,
                int(game.of(code).sum()),
                _mean(weight, levy.rate(before)),
                _mean(weight, levy.rate(value)),
                float(100 * np.median(cells)),
                float(100 * cells.min()),
                float(100 * cells.max()),
                float(100 * np.expm1(game.welfare(value)[place] - base[place])),
                float(100 * (value.real_income_hat[n] / before.real_income_hat[n] - 1)),
                float(100 * (ratio * income).sum() / income.sum()),
                None if regret is None or code not in regret else 100 * regret[code],
            )
        )
    columns = (
        Column("player", "Player", names=game.economy.labels.country_names),
        Column("duties_set", "Duties set", "count", "number", 0),
        Column("duty_before_pct", "Duty before, by imports", "%", "number", 1),
        Column("duty_after_pct", "Duty after, by imports before", "%", "number", 1),
        Column("duty_median_pct", "Median", "%", "number", 1),
        Column("duty_lowest_pct", "Lowest", "%", "number", 1),
        Column("duty_highest_pct", "Highest", "%", "number", 1),
        Column("government_pct", "Government's welfare", "%", "number", 3),
        Column("real_income_pct", "Real income", "%", "number", 3),
        Column("others_real_income_pct", "Real income of all others", "%", "number", 3),
        Column("regret_pct", "Regret", "%", "number", 6),
    )
    if game.is_tax.any():
        shown = "export taxes" if game.is_tax.all() else "duties alone, not export taxes"
        note = f"{note} Rates are those of {shown}.".strip()
    wanted, setting = wanted_said(game), setting_said(game)
    meta = {"found": finding, "wanted": wanted, "setting": setting}
    return Table(name, title, columns, tuple(rows), f"{note} {wanted} {setting}".strip(), meta)


def duty_level_table(
    game: DutyGame, before: Equilibrium, values: dict[str, Equilibrium], *, name: str, title: str
) -> Table:
    """Duties by player and partner (``by="partner"``) or sector, before and after, weighted by imports before.

    Export taxes follow, weighted by exports before. Under most favoured nation with one duty for all sectors there is one row a player.
    """
    labels = game.economy.labels
    rows: list[tuple[Cell, ...]] = []
    for code in game.players:
        blocks: list[tuple[str, tuple[slice | int, slice | int]]]
        if game.by == "sector":
            blocks = [(label, np.s_[:, s]) for s, label in enumerate(labels.sectors)]
        elif game.mfn:
            blocks = [("all", np.s_[:, :])]
        else:
            blocks = [(label, np.s_[i, :]) for i, label in enumerate(labels.countries)]
        for levy, (label, cut) in itertools.product(_levies(game, labels.country(code)), blocks):
            if not levy.inside[cut].any():
                continue
            weight, rates = levy.weight(before)[cut], levy.rate(values[code])[cut]
            rows.append(
                (
                    code,
                    levy.prefix + label,
                    float(weight.sum() / 1e3),
                    _mean(weight, levy.rate(before)[cut]),
                    _mean(weight, rates),
                    float(100 * rates[levy.inside[cut]].min()),
                    float(100 * rates[levy.inside[cut]].max()),
                )
            )
    names = labels.sector_names if game.by == "sector" else labels.country_names
    if game.is_tax.any():
        names = {**names, **{TAX + label: f"Export tax: {name}" for label, name in names.items()}}
    columns = (
        Column("player", "Player", names=game.economy.labels.country_names),
        Column(
            "charged",
            "Sector" if game.by == "sector" else "Partner",
            names=names,
        ),
        Column("imports_usd_bn", "Imports before", "USD bn", "number", 1),
        Column("duty_before_pct", "Duty before", "%", "number", 1),
        Column("duty_after_pct", "Duty after", "%", "number", 1),
        Column("duty_lowest_pct", "Lowest", "%", "number", 1),
        Column("duty_highest_pct", "Highest", "%", "number", 1),
    )
    return Table(
        name,
        title,
        columns,
        tuple(rows),
        "Means are weighted by imports before. Where trade is thin the best duty is hardly determined.",
    )


def nash_tables(war: NashDuties) -> list[Table]:
    """Welfare and duties of a Nash equilibrium, with what was checked.

    Examples
    --------
    >>> from detente.equilibrium import Model
    >>> from detente.world import toy
    >>> game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players")
    >>> [table.name for table in nash_tables(nash_duties(game))]
    ['nash-welfare', 'nash-duties']
    """
    game = war.game
    values = dict.fromkeys(game.players, war.value)
    sharpest = max(war.curvature.values()) if war.curvature else float("nan")
    checked = f"Found: {war.found}. Searched from: {war.start}. First-order conditions are met to {war.gap:.0e} in log(1 + duty). "
    if war.regret:
        checked += (
            f"{war.deviations} deviations were tried; regret is what the best of them would add. Second-order condition: "
            f"largest eigenvalue {sharpest:.2f} of the curvature to expect (below zero is a maximum)."
        )
    return [
        duty_welfare_table(
            game,
            war.before,
            values,
            name="nash-welfare",
            title="Nash duties: what each player would charge against the others' best, and what comes of it",
            note=checked,
            finding=war.found,
            regret=dict(war.regret),
        ),
        duty_level_table(game, war.before, values, name="nash-duties", title="Nash duties"),
    ]


def optimum_tables(game: DutyGame, optima: list[Optimum]) -> list[Table]:
    """Welfare and duties of every player's optimum in a game, each alone while the others keep their duties."""
    before = game.unmoved()
    values = {optimum.player: optimum.game.solve(optimum.duties) for optimum in optima}
    shown = dataclasses.replace(game, players=tuple(values))
    peaks = [optimum.player for optimum in optima if optimum.several_peaks]
    note = "Every row is a world of its own: the player sets its duties, all others keep theirs. "
    checked = (
        "Every one is a maximum: first and second-order conditions hold, and no deviation searched adds welfare. "
        if all(optimum.is_maximum for optimum in optima)
        else "Second-order conditions are flat or fail for some. "
    )
    note += checked
    if peaks:
        note += f"Several stationary points for {', '.join(peaks)}: the best met is shown. "
    note += " ".join(optimum.caution for optimum in optima if optimum.caution)
    return [
        duty_welfare_table(
            shown,
            before,
            values,
            name="optimal-welfare",
            title="Optimal duties: what each player would charge if nobody answered",
            note=note.strip(),
            finding=checked.strip(". ").lower(),
        ),
        duty_level_table(shown, before, values, name="optimal-duties", title="Optimal duties"),
    ]


def talks_tables(talks: TalksDuties) -> list[Table]:
    """Welfare and duties of efficient duties with equal gains."""
    game = talks.game
    values = dict.fromkeys(game.players, talks.value)
    peaks = ", ".join(f"{100 * gain:.4f} % from {start}" for start, gain in talks.peaks.items())
    note = (
        f"Efficient duties that give every player's government the same gain, {100 * talks.gain:.4f} % "
        f"(equal to {100 * talks.spread:.0e} points). Gains by start of the search: {peaks}."
    )
    return [
        duty_welfare_table(
            game,
            talks.before,
            values,
            name="talks-welfare",
            title="Cooperative duties: efficient, with equal gains from where the talks begin",
            note=note,
            finding="efficient duties with equal gains",
        ),
        duty_level_table(game, talks.before, values, name="talks-duties", title="Cooperative duties"),
    ]


def by_preferences(tables: Mapping[str, Table]) -> Table:
    """Welfare tables of one question under several sets of preferences, below each other.

    Parameters
    ----------
    tables : mapping of set of preferences to Table
        As `nash_tables`, `optimum_tables` and `talks_tables` make them first; of one kind.

    Raises
    ------
    InputError
        Without a table.

    Examples
    --------
    >>> from detente.strategy.preferences import PLAIN
    >>> from detente.equilibrium import Model
    >>> from detente.world import toy
    >>> game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players", preferences=PLAIN)
    >>> by_preferences({"plain": nash_tables(nash_duties(game))[0]}).columns[0].key
    'preferences'
    """
    if not tables:
        raise InputError("no set of preferences to lay out", where="by_preferences", hint="such as `plain`")
    first = next(iter(tables.values()))
    by_finding: dict[str, list[str]] = {}
    for name, table in tables.items():
        by_finding.setdefault(table.meta["found"], []).append(name)
    said = "; ".join(f"{', '.join(names)}: {what}" for what, names in by_finding.items())
    wanted = " ".join(table.meta["wanted"] for table in tables.values())
    return Table(
        f"{first.name}-by-preferences",
        f"{first.title}, by what the players want",
        (Column("preferences", "Preferences"), *first.columns),
        tuple((name, *row) for name, table in tables.items() for row in table.rows),
        f"What was found. {said}. {wanted} {first.meta['setting']}",
    )


__all__ = [
    "Calibration",
    "DutyGame",
    "NashDuties",
    "Optimum",
    "TalksDuties",
    "best_deviation",
    "by_preferences",
    "calibrate_weights",
    "cooperative_duties",
    "duty_game",
    "duty_level_table",
    "duty_welfare_table",
    "government",
    "nash_duties",
    "nash_tables",
    "optimal_duties",
    "optimum_tables",
    "talks_tables",
]
