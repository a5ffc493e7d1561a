"""Real income by channel, and what quantity controls do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, InputError, Table, limit_word
from detente.show.tables.metrics import assumptions
from detente.show.tables.results import COUNTRY, NAME, OUTCOME, chosen, number_column, shown

if TYPE_CHECKING:
    from detente.cases import Outcome


CHANNEL_COLUMNS = {
    "terms_of_trade": "Terms of trade",
    "trade_costs": "Trade costs",
    "volume_of_trade": "Volume of trade",
    "taxed_exports": "Taxed exports",
    "profits": "Profits",
    "transfers": "Transfers",
    "employment": "Employment",
    "savings": "Savings",
    "supply": "Supply of factors",
    "margins": "Margins of markets",
    "pass_through": "Pass-through",
    "answers": "What answers",
}
OPTIONAL = ("employment", "savings", "supply", "margins", "pass_through", "answers")
"""Channels that only some structures have."""


def welfare_table(
    outcomes: Mapping[str, Outcome], countries: Sequence[str] = (), *, against: str | None = None
) -> Table:
    """Real income by channel: the exact path integral, beside the published first-order formula.

    Raises
    ------
    SolveError
        When the path from the reference cannot be integrated, as when bans cut trade into parts.
    """
    from detente.equilibrium import Model
    from detente.equilibrium.explain import decompose_path, decompose_welfare
    from detente.world import Wedges

    kept, reference, note = shown(outcomes, against)
    rows: list[tuple[Cell, ...]] = []
    paths = {}
    for name, value in kept:
        start = Wedges.unchanged(value.economy) if reference is None else reference.wedges
        paths[name] = decompose_path(Model.behind(value), start, value.wedges)
    columns = {
        key: words
        for key, words in CHANNEL_COLUMNS.items()
        if key not in OPTIONAL or any(key in path.parts for path in paths.values())
    }
    for name, value in kept:
        economy, path, parts = value.economy, paths[name], paths[name].parts
        answers = value.responses  # the formula of the first order knows neither margins nor pass-through
        plain = reference is None and (answers is None or not answers.moves_markets)
        first_order = decompose_welfare(economy, value) if plain else None
        for code in chosen(outcomes, countries):
            n = economy.labels.country(code)
            rows.append(
                (
                    name,
                    code,
                    economy.labels.country_name(code),
                    100 * float(np.expm1(path.total[n])),
                    100 * float(path.total[n]),
                    *(100 * float(parts[key][n]) if key in parts else None for key in columns),
                    100 * float(path.gap[n]),
                    100 * float(first_order.terms_of_trade[n]) if first_order else None,
                    100 * float(first_order.volume_of_trade[n]) if first_order else None,
                )
            )
    return Table(
        "welfare",
        "Real income by channel",
        (
            OUTCOME,
            COUNTRY,
            NAME,
            number_column("real_income_pct", "Real income", "%", 3),
            number_column("real_income_log_points", "Real income", "log points", 3),
            *(number_column(f"{key}_log_points", words, "log points", 3) for key, words in columns.items()),
            number_column("gap_log_points", "Gap", "log points", 3),
            number_column("first_order_terms_of_trade_pct", "First order: terms of trade", "%", 3),
            number_column("first_order_volume_of_trade_pct", "First order: volume of trade", "%", 3),
        ),
        tuple(rows),
        note="Log points are 100 times the logarithm: the channels are integrated along the straight path of the wedges and add "
        "up to the change of log real income. First order: the formula of Caliendo and Parro (2015, equation 17) at the finite "
        "change, from the base year only; it does not add up. With deficits, terms of trade depend on the numeraire. "
        + note,
    )


def quantity_control_table(outcomes: Mapping[str, Outcome]) -> Table:
    """Quantity controls of each outcome: whether they bind, the wedge that enforces them, and the rent.

    Raises
    ------
    InputError
        When no outcome has any.
    """
    rows: list[tuple[Cell, ...]] = []
    for name, outcome in outcomes.items():
        bindings = getattr(outcome, "bindings", {})
        for control in getattr(outcome, "controls", ()):
            binding = bindings[control.name]
            ban = control.is_ban
            rows.append(
                (
                    name,
                    control.name,
                    limit_word(control.kind, control.limit),
                    100 * control.limit,
                    100 * binding.volume_hat,
                    "yes" if ban or binding.log_wedge > 0 else "no",
                    None if ban else 100 * float(np.expm1(binding.log_wedge)),
                    control.enforcement.rent_to,
                    binding.rent_usd / 1e3,
                )
            )
    if not rows:
        raise InputError(
            "no scenario has quantity controls",
            where="--table quantities",
            hint="a scenario file names them under `quantities:`; see the docs page `write-a-scenario`",
        )
    return Table(
        "quantities",
        "Caps, bans and floors",
        (
            OUTCOME,
            Column("control", "Control"),
            Column("kind", "Kind"),
            number_column("limit_pct", "Limit", "% of base volume", 1),
            number_column("volume_pct", "Volume", "% of base volume", 1),
            Column("binds", "Binds"),
            number_column("wedge_pct", "Wedge that enforces it", "%", 1),
            Column("rent_to", "Rent to"),
            number_column("rent_usd_bn", "Rent", "USD bn", 3),
        ),
        tuple(rows),
        note="Volumes at base-year prices. The wedge of a ban is infinite. A floor is a subsidy: its rent is negative. "
        + assumptions(*outcomes.values()),
    )
