"""Ordinary duties by product: the line of an importer's tariff schedule where the record states it, else the sector's average."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.core import InputError, LabelError, suggestion
from detente.policy.duties.cells import Bools, Ints, importer_of_cells
from detente.policy.duties.codes import under
from detente.world import Array

if TYPE_CHECKING:
    from detente.dossier import Dossier, OrdinaryDuty


@dataclass(frozen=True, eq=False)
class Ordinary:
    """Duty before any measure on each product, and whether it is the product's own.

    Parameters
    ----------
    rate, low, high : array [exporter, product], fraction
        The recorded rate and the range over its national lines; the average of the sector where nothing is recorded.
    entry : array [exporter, product] of int
        Position of the entry that decides among `entries`; -1 where nothing is recorded.
    entries : tuple of OrdinaryDuty
    """

    rate: Array
    low: Array
    high: Array
    entry: Ints
    entries: tuple[OrdinaryDuty, ...]

    @property
    def recorded(self) -> Bools:
        """Whether the duty is the product's own [exporter, product]."""
        return np.asarray(self.entry >= 0)

    def rests_on(self, of: Sequence[int]) -> str:
        """Sources and grades of the duties recorded for some products, in words; empty when there are none."""
        used = [self.entries[k] for k in np.unique(self.entry[:, of]) if k >= 0]
        return ", ".join(dict.fromkeys(f"{duty.source} ({duty.grade.value})" for duty in used))


def ordinary_duties(
    dossier: Dossier, importer: str, exporters: Sequence[str], date: dt.date, average: Array
) -> Ordinary:
    """Ordinary duty of an importer on each product, as recorded, over the average of its sector.

    Parameters
    ----------
    dossier : Dossier
    importer : str
    exporters : sequence of str
        Codes of economies of the world.
    date : date
    average : array [exporter, product], fraction
        What stands where nothing is recorded.

    Returns
    -------
    Ordinary

    Raises
    ------
    LabelError
        For a code without products.
    """
    rate, low, high = average.copy(), average.copy(), average.copy()
    entry, entries = np.full(average.shape, -1), _of(dossier, importer)
    for k, duty in enumerate(entries):
        inside = under(duty.code, f"ordinary {duty.id}")
        for e, exporter in enumerate(exporters):
            if duty.holds(exporter, date):
                rate[e, inside], entry[e, inside] = duty.rate, k
                low[e, inside], high[e, inside] = duty.bounds
    return Ordinary(rate, low, high, entry, entries)


def _of(dossier: Dossier, importer: str) -> tuple[OrdinaryDuty, ...]:
    """Ordinary duties of an importer, those that count behind those they replace: longer codes, named partners, later days."""
    mine = [duty for duty in dossier.ordinary.values() if duty.importer == importer]
    return tuple(sorted(mine, key=lambda duty: (len(duty.code), "all" not in duty.exporters, duty.from_)))


def check_ordinary(dossier: Dossier, known: Sequence[str]) -> None:
    """Refuse ordinary duties of an economy that the world lacks, and those of the importer whose schedule is shipped.

    Parameters
    ----------
    dossier : Dossier
    known : sequence of str
        Codes of the world's economies.

    Raises
    ------
    LabelError
        For an unknown economy, with the nearest one.
    InputError
        For the importer of the shipped table of products: its tariff lines are there, one by one.
    """
    for duty in dossier.ordinary.values():
        where = f"ordinary {duty.id}"
        for name in (duty.importer, *duty.exporters):
            if name != "all" and name not in known:
                raise LabelError(
                    f"unknown country `{name}`", where=where, hint=suggestion(name, sorted(known))
                )
        if duty.importer == importer_of_cells():
            raise InputError(
                f"the ordinary duties of {duty.importer} are those of the shipped table of products",
                where=where,
                hint="take the entry out",
            )
