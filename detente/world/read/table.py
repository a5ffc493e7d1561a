"""What every reader returns: one table of the world in million USD, on Détente's axes, nothing repaired yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from detente.core import InputError, Labels, UnitError, sha256_file
from detente.world.economy import Array, frozen
from detente.world.read.packed import Packed, Source


@dataclass(frozen=True, eq=False)
class SourceTable:
    """A world as its publisher states it. Uses are before duty; nothing balances but by luck.

    Parameters
    ----------
    name : str
    year : int
    labels : Labels
    flows : array [importer, exporter, sector], million USD
        Before duty, sales at home on the diagonal; a cell may be negative where stocks were run down.
    inputs : array [country, supplier, user], million USD
        What the users of a country buy of a product from everywhere, before duty.
    output : array [country, sector], million USD
    final : array [country, sector], million USD, optional
        Final demand before duty; what supply leaves after inputs when left out.
    tariff : array [importer, exporter, sector], fraction, optional
        Zero when left out.
    trade_elasticity : array [sector], optional
        Elasticities that come with the table.
    elasticity_source : str
    sources : tuple of mapping
        ``citation``, ``licence``, ``used_for``.
    files : tuple of mapping
        ``path`` (name only) and ``sha256`` of every file read.
    notes : tuple of str
        What the reader did that a reader of results should know.
    method : tuple of str
        How the reader made these arrays.
    """

    name: str
    year: int
    labels: Labels
    flows: Array
    inputs: Array
    output: Array
    final: Array | None = None
    tariff: Array | None = None
    trade_elasticity: Array | None = None
    elasticity_source: str = ""
    sources: tuple[Mapping[str, str], ...] = ()
    files: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    method: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        N, S = len(self.labels.countries), len(self.labels.sectors)
        shapes: dict[str, tuple[int, ...]] = {
            "flows": (N, N, S),
            "inputs": (N, S, S),
            "output": (N, S),
            "final": (N, S),
            "tariff": (N, N, S),
        }
        for name, shape in shapes.items():
            values = getattr(self, name)
            if values is None:
                continue
            array = frozen(values)
            if array.shape != shape:
                raise InputError(f"`{name}` has shape {array.shape}, expected {shape}", where=self.name)
            if not np.isfinite(array).all():
                raise UnitError(f"`{name}` holds a value that is not finite", where=self.name)
            object.__setattr__(self, name, array)

    @property
    def duties(self) -> Array:
        """Duties [importer, exporter, sector], zero where the table states none."""
        return self.tariff if self.tariff is not None else frozen(np.zeros_like(self.flows))

    def with_tariff(self, tariff: Array, note: str) -> SourceTable:
        """Return the table with other duties."""
        return dataclasses.replace(self, tariff=tariff, notes=(*self.notes, note))


def hashed(*paths: Source) -> tuple[dict[str, str], ...]:
    """Name and hash of the files read, in the order given; of an archive, its own, once."""
    files = dict.fromkeys(path.archive if isinstance(path, Packed) else path for path in paths)
    return tuple({"path": path.name, "sha256": sha256_file(path)} for path in files)


def mean_duty(flows: Array, tariff: Array) -> Array:
    """Average duty [importer, sector] on everything a country buys of a product, sales at home included."""
    bought = flows.sum(1)
    return np.asarray(np.divide((flows * tariff).sum(1), bought, out=np.zeros_like(bought), where=bought > 0))
