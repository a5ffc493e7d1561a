"""Emissions and resource rents of outcomes: accounts beside money, of what scenarios say they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.cases import WORLD
from detente.core import Cell, InputError, Table
from detente.equilibrium import rents_new
from detente.policy import rent_shares, stated_intensities
from detente.show.tables.metrics import assumptions
from detente.show.tables.results import NAME, OUTCOME, chosen, country_column, number_column

if TYPE_CHECKING:
    from detente.cases import Outcome
    from detente.policy import Accounts
    from detente.world import Array


def account_table(outcomes: Mapping[str, Outcome], countries: Sequence[str] = ()) -> Table:
    """What production emits and what resources bring under each outcome whose scenario says so (`accounts`).

    Parameters
    ----------
    outcomes : mapping of name to Outcome
    countries : sequence of str
        All, and the world, when left out.

    Raises
    ------
    InputError
        When no scenario has accounts.
    """
    counted = {
        name: (outcome, outcome.scenario.accounts)
        for name, outcome in outcomes.items()
        if outcome.scenario.accounts is not None
    }
    if not counted:
        raise InputError(
            "no scenario says what production emits or what resources bring",
            where="--table accounts",
            hint="write `accounts: {intensities: …}` or `accounts: {rents: …}` into the scenario's file",
        )
    rows: list[tuple[Cell, ...]] = []
    unknown = 0
    for name, (outcome, accounts) in counted.items():
        labels = outcome.value.economy.labels
        tonnes, rents = _tonnes(outcome, accounts), _rents(outcome, accounts)
        unknown += int(np.isnan(tonnes[0]).sum())
        places = [
            (code, [labels.countries.index(code)] if code != WORLD else list(range(len(labels.countries))))
            for code in chosen(outcomes, countries, world=True) + (() if countries else (WORLD,))
        ]
        for code, which in places:
            before, after = (np.nansum(tonnes[k][which]) for k in (0, 1))
            bring = [float(rents[k][which].sum() / 1e3) for k in (0, 1)]
            stated = not np.isnan(tonnes[0][which]).all()
            rows.append(
                (
                    name,
                    code,
                    "World" if code == WORLD else labels.country_name(code),
                    float(before) if stated else None,
                    float(after) if stated else None,
                    100 * float(after / before - 1) if before > 0 else None,
                    bring[0] if accounts.rents else None,
                    bring[1] if accounts.rents else None,
                )
            )
    first, *more = [outcome for outcome, _ in counted.values()]
    sources = "; ".join(dict.fromkeys(accounts.source for _, accounts in counted.values() if accounts.source))
    note = "Tonnes follow volumes of output at the base year's intensity: producers do not cut them. Rents are a share of what factors earn."
    if unknown:
        note += f" {unknown} sectors of countries without a stated intensity are not counted."
    return Table(
        "accounts",
        "Emissions and resource rents",
        (
            OUTCOME,
            country_column(outcomes),
            NAME,
            number_column("emissions_before_t", "Emissions before", "t a year", 0),
            number_column("emissions_t", "Emissions", "t a year", 0),
            number_column("emissions_pct", "Emissions, change", "%", 3),
            number_column("rents_before_usd_bn", "Resource rents before", "USD bn"),
            number_column("rents_usd_bn", "Resource rents", "USD bn"),
        ),
        tuple(rows),
        note=f"{note}{f' Intensities: {sources}.' if sources else ''} {assumptions(first, *more)}",
    )


def _tonnes(outcome: Outcome, accounts: Accounts) -> tuple[Array, Array]:
    """Tonnes before and after [country, sector]; not a number where a sector makes something and nobody said what it emits."""
    value = outcome.value
    before = stated_intensities(value.economy, accounts, where=outcome.scenario.id) * value.economy.output
    before = np.where(value.economy.output > 0, before, 0.0)
    return before, np.asarray(before * value.output_volume_hat)


def _rents(outcome: Outcome, accounts: Accounts) -> tuple[Array, Array]:
    """Resource rents before and after [country, sector], million USD."""
    value = outcome.value
    share = rent_shares(value.economy, accounts, where=outcome.scenario.id)
    return share * value.technology.base_earnings(), rents_new(value, share)
