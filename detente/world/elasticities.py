"""Trade elasticities of the literature, by set and sector."""

from __future__ import annotations

import csv
import functools
from pathlib import Path

from detente.core import LabelError, suggestion
from detente.world.economy import Array, frozen

_TABLE = Path(__file__).parent / "data" / "elasticities.csv"


@functools.cache
def _sets() -> dict[str, tuple[str, dict[str, float]]]:
    """Read the shipped table: set → (citation, sector → θ)."""
    result: dict[str, tuple[str, dict[str, float]]] = {}
    with _TABLE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            _, by_sector = result.setdefault(row["set"], (row["citation"], {}))
            by_sector[row["sector"]] = float(row["trade_elasticity"])
    return result


def elasticity_sets() -> dict[str, str]:
    """Name and citation of every shipped set.

    Examples
    --------
    >>> sorted(elasticity_sets())
    ['bsy', 'cp', 'fgo', 'gyy', 'll', 'shap', 'u4']
    """
    return {name: citation for name, (citation, _) in _sets().items()}


def elasticity_set(name: str, sectors: tuple[str, ...]) -> tuple[Array, str]:
    """Return a set of trade elasticities.

    Parameters
    ----------
    name : str
        ``fgo`` (the default of the shipped world), ``cp``, ``ll``, ``gyy``, ``shap``, ``bsy`` or ``u4``.
    sectors : tuple of str
        Codes of the shipped world's sectors, in the order wanted.

    Returns
    -------
    trade_elasticity : array [sector], number
        θ > 0: relative imports fall by θ percent when their relative cost rises by one percent.
    citation : str

    Raises
    ------
    LabelError
        Unknown set or sector, with the nearest name.

    Examples
    --------
    >>> theta, citation = elasticity_set("u4", ("C26", "BUS"))
    >>> theta.tolist()
    [4.0, 4.0]
    """
    table = _sets()
    if name not in table:
        raise LabelError(f"unknown elasticity set `{name}`", hint=suggestion(name, table))
    citation, by_sector = table[name]
    for sector in sectors:
        if sector not in by_sector:
            raise LabelError(
                f"elasticity set `{name}` has no sector `{sector}`",
                where=_TABLE.name,
                hint=suggestion(sector, by_sector),
            )
    return frozen([by_sector[sector] for sector in sectors]), citation
