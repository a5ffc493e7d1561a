"""Duties a scenario sets by hand, for worlds the record does not describe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

from detente.core import InputError, LabelError
from detente.dossier import BANDS, Doubt, Field, Frozen, doubts_on, model_validator

if TYPE_CHECKING:
    from detente.world import Array, Economy

HIGHEST = 20.0
"""Highest duty by hand, as a fraction."""


class HandDuty(Frozen):
    """One line of a scenario's `tariffs`.

    Attributes
    ----------
    importer, exporter : str or list of str
        Codes of the world, or ``all``.
    sectors : str or list of str
        Codes of the world, ``goods``, ``services`` or ``all``.
    set : float, fraction
        The duty is this, whatever it was.
    add : float, fraction
        The duty rises by this (falls, when negative), but not below zero.
    reason : str
    extraordinary : bool
        States that a duty above 150 percent is meant.
    """

    importer: str | tuple[str, ...]
    exporter: str | tuple[str, ...]
    sectors: str | tuple[str, ...] = "goods"
    set: Annotated[float | None, Field(gt=-1, le=HIGHEST)] = None
    add: Annotated[float | None, Field(gt=-1, le=HIGHEST)] = None
    reason: str = ""
    extraordinary: bool = False

    def doubts(self) -> Iterator[Doubt]:
        """Duties and changes of duties above 150 percent."""
        highest = BANDS["fraction"][1]
        for key, rate in (("set", self.set), ("add", self.add)):
            yield from doubts_on(
                (key,), rate, "fraction", (-1.0, highest), (-1.0, HIGHEST), self.extraordinary
            )

    @model_validator(mode="after")
    def _one_of_the_two(self) -> HandDuty:
        if (self.set is None) == (self.add is None):
            raise ValueError(
                "give `set` (the duty) or `add` (points on top of it, as a fraction), one of the two"
            )
        return self


def hand_tariff(economy: Economy, tariff: Array, duties: Sequence[HandDuty], *, where: str) -> Array:
    """Duties after the lines of a scenario, one after the other.

    Parameters
    ----------
    economy : Economy
    tariff : array [importer, exporter, sector], fraction
        Duties before.
    duties : sequence of HandDuty
    where : str
        Name of the scenario, for messages.

    Returns
    -------
    array [importer, exporter, sector], fraction

    Raises
    ------
    LabelError
        A country or sector the world does not have.
    InputError
        A line that reaches no pair of countries.

    Examples
    --------
    >>> from detente.world import toy
    >>> world = toy()
    >>> line = HandDuty(importer="USA", exporter="CHN", sectors=("GOODS",), add=0.25)
    >>> new = hand_tariff(world, world.tariff, [line], where="example")
    >>> round(float((new - world.tariff)[0, 1, 2]), 3), int((new != world.tariff).sum())
    (0.25, 1)
    """
    import numpy as np

    from detente.world import countries_named, sectors_named

    result = np.array(tariff)
    for position, duty in enumerate(duties, 1):
        place = f"{where}: tariffs, line {position}"
        try:
            importers = countries_named(economy, duty.importer)
            exporters = countries_named(economy, duty.exporter)
            sectors = sectors_named(economy, duty.sectors)
        except LabelError as error:
            raise LabelError(error.what, where=place, hint=error.hint) from None
        pairs = [(n, i) for n in importers for i in exporters if n != i]
        if not pairs or not sectors:
            raise InputError(
                "no pair of countries and sector is reached", where=place, hint="no country charges itself"
            )
        for n, i in pairs:
            if duty.set is not None:
                result[n, i, sectors] = duty.set
            else:
                result[n, i, sectors] = np.maximum(result[n, i, sectors] + (duty.add or 0.0), 0.0)
    return result
