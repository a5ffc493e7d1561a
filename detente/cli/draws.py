"""Between `detente run --draws` and the room of draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from detente.core import InputError, LabelError, Table, suggestion

if TYPE_CHECKING:
    from detente.cli.tables import Prepared

TABLES = ("intervals", "drivers", "uncertainty")


def drawn_tables(
    made: Prepared,
    table: str,
    countries: Sequence[str],
    against: str | None,
    *,
    closure: str,
    draws: int,
    seed: int,
    workers: int,
) -> list[Table]:
    """One of the tables of `detente run --draws`.

    Parameters
    ----------
    made : Prepared
    table : str
        ``intervals``, ``drivers`` or ``uncertainty``.
    countries : sequence of str
    against : str, optional
        Scenario id that differences are taken from.
    closure : str
    draws, seed, workers : int

    Raises
    ------
    LabelError
        For another table.
    InputError
        For too few draws.
    """
    from detente.outlook import draw_outcomes, driver_table, drivers, uncertainty_table
    from detente.outlook.draws import interval_table

    if table not in TABLES:
        raise LabelError(
            f"`{table}` has no draws", where="--table", hint=suggestion(table, TABLES) + " with --draws"
        )
    if draws < 2:
        raise InputError(f"{draws} draws make no interval", where="--draws", hint="64 or more")
    if workers < 1:
        raise InputError(f"{workers} workers do nothing", where="--workers", hint="1 or more")
    for code in countries:
        made.economy.labels.country(code)
    if table == "uncertainty":
        return [uncertainty_table(made.economy, made.structure)]
    reference = None
    if against is not None:
        reference = made.cases[-1].scenario.id
    if table == "drivers":
        found = drivers(
            made.economy,
            made.cases,
            draws=draws,
            seed=seed,
            against=reference,
            closure=closure,
            structure=made.structure,
            workers=workers,
        )
        return [driver_table(found, countries or ("USA", "CHN"), against=reference)]
    drawn = draw_outcomes(
        made.economy,
        made.cases,
        draws=draws,
        seed=seed,
        closure=closure,
        structure=made.structure,
        workers=workers,
    )
    return [interval_table(drawn, against=reference, countries=countries)]
