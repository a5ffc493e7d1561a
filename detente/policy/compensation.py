"""Compensation: what a scenario has a government pay to the producers of sectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from detente.core import LabelError
from detente.dossier import Field, Frozen

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.world import Array, Economy


class Compensation(Frozen):
    """One line of a scenario's `compensation`: a transfer to the producers of sectors, paid by the country's other households.

    Attributes
    ----------
    country : str
        Code of the world.
    sectors : tuple of str
        Codes of the world; the sum is shared out by what the sectors earn.
    usd_bn : float
        Billion USD.
    reason : str
    """

    country: str
    sectors: Annotated[tuple[str, ...], Field(min_length=1)]
    usd_bn: Annotated[float, Field(gt=0, le=10_000)]
    reason: str = ""


def compensation_paid(economy: Economy, lines: Sequence[Compensation], *, where: str) -> Array:
    """Money that producers get [country, sector], million USD.

    It moves no price and no country's real income: one household a country both pays and gets it. What it changes is who
    bears the loss.

    Parameters
    ----------
    economy : Economy
    lines : sequence of Compensation
    where : str
        Name of the scenario, for messages.

    Raises
    ------
    LabelError
        A country or sector the world does not have.

    Examples
    --------
    >>> from detente.world import toy
    >>> line = Compensation(country="USA", sectors=("FARM",), usd_bn=1.0)
    >>> float(compensation_paid(toy(), [line], where="example").sum())
    1000.0
    """
    import numpy as np

    paid = np.zeros(economy.va_share.shape)
    earned = economy.va_share * economy.output
    for position, line in enumerate(lines, 1):
        try:
            n = economy.labels.country(line.country)
            sectors = [economy.labels.sector(code) for code in line.sectors]
        except LabelError as error:
            raise LabelError(
                error.what, where=f"{where}: compensation, line {position}", hint=error.hint
            ) from None
        total = float(earned[n, sectors].sum())
        weights = earned[n, sectors] / total if total > 0 else np.full(len(sectors), 1 / len(sectors))
        paid[n, sectors] += 1e3 * line.usd_bn * weights
    return paid


def aid_of_record(dossier: Dossier, economy: Economy) -> tuple[Compensation, ...]:
    """Aid that the record knows of on its day, as lines of compensation; what the world has no place for is left out."""
    lines = []
    for aid in dossier.aid.values():
        sectors = tuple(code for code in aid.sectors if code in economy.labels.sectors)
        if aid.payer in economy.labels.countries and sectors:
            lines.append(Compensation(country=aid.payer, sectors=sectors, usd_bn=aid.usd_bn, reason=aid.id))
    return tuple(lines)
