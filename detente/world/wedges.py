"""The wedges that a policy drives into an economy, of one scenario or of many that share what none of them moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.core import InputError
from detente.world.economy import Array, Economy, frozen


def unrepeated(array: Array) -> Array:
    """Return an array over scenarios, or the part for one where it is the same for all (`Wedges.together`).

    Examples
    --------
    >>> unrepeated(np.broadcast_to([1.0, 2.0], (1000, 2))).shape
    (1, 2)
    """
    return array[:1] if array.ndim and array.strides[0] == 0 else array


def stack_scenarios(arrays: Sequence[Array]) -> Array:
    """Return arrays with a leading scenario axis; one that all of them are is seen over and over, and cannot be written to.

    Raises
    ------
    InputError
        When they are of different shapes.

    Examples
    --------
    >>> one, other = np.ones(2), np.zeros(2)
    >>> stack_scenarios([one, other]).strides[0], stack_scenarios([one, one]).strides[0]
    (16, 0)
    """
    first = arrays[0]
    if len(arrays) == 1:
        return first[None]
    if all(array is first for array in arrays):
        return np.broadcast_to(first, (len(arrays), *first.shape))
    try:
        return np.stack(arrays)
    except ValueError as error:
        raise InputError(
            f"scenarios do not go together: {error}", hint="make all of them on one economy"
        ) from error


CHEAPER = 0.5
"""Change of trade costs below which a scenario is no measure of the others."""


def repeats(array: Array, other: Array) -> bool:
    """Whether an array over scenarios is another one seen over and over, or once: the same numbers at the same place.

    Examples
    --------
    >>> one = np.ones(2)
    >>> repeats(stack_scenarios([one, one]), one), repeats(np.ones((2, 2)), one)
    (True, False)
    """
    # a view of the owner of the numbers, which what is seen over and over need not be
    part = unrepeated(array)
    if part.base is not other or part.shape[1:] != other.shape or part.strides[1:] != other.strides:
        return False
    return len(part) == 1  # a view of so many numbers in the same order can only be the whole


@dataclass(frozen=True, eq=False)
class Wedges:
    """What a policy drives between the exporter's cost and the importer's price.

    Parameters
    ----------
    tariff : array [importer, exporter, sector], fraction
        The new duty, a level, not a change. A leading scenario axis is allowed on all three arrays.
    iceberg_hat : array [importer, exporter, sector], ratio
        Change of trade costs that use up goods; 1 is no change.
    export_tax : array [importer, exporter, sector], fraction
        Tax the exporting country levies; the base year has none.
    """

    tariff: Array
    iceberg_hat: Array
    export_tax: Array

    def __repr__(self) -> str:
        *many, N, _, S = self.tariff.shape
        scenarios = f"{many[0]} scenarios, " if many else ""
        return f"<Wedges {scenarios}{N} countries, {S} sectors>"

    def __post_init__(self) -> None:
        for name in ("tariff", "iceberg_hat", "export_tax"):
            object.__setattr__(self, name, frozen(getattr(self, name)))
        if not (self.tariff.shape == self.iceberg_hat.shape == self.export_tax.shape):
            raise InputError("the three wedges must have one shape", hint="[importer, exporter, sector]")

    def __getstate__(self) -> dict[str, Any]:
        # most have no export tax, and trade costs as they were: an array of one number is sent as that number
        return {
            name: (float(array.flat[0]), array.shape)
            if array.size and (array == array.flat[0]).all()
            else array
            for name, array in vars(self).items()
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, kept in state.items():
            array = np.full(kept[1], kept[0]) if isinstance(kept, tuple) else kept
            object.__setattr__(self, name, frozen(array))

    def pairs_unlike(self, other: Wedges) -> npt.NDArray[np.bool_]:
        """Pairs of countries [.., importer, exporter] whose duties, costs or taxes are not those of one scenario.

        Examples
        --------
        >>> from detente.world import toy
        >>> base = Wedges.unchanged(toy())
        >>> bool(base.pairs_unlike(base).any())
        False
        """
        unlike = self.tariff != other.tariff
        for array, others in ((self.iceberg_hat, other.iceberg_hat), (self.export_tax, other.export_tax)):
            if not repeats(array, others):  # as most policies do
                unlike |= unrepeated(array) != others
        return np.asarray(unlike.any(-1))

    def told_apart(self, economy: Economy) -> tuple[Wedges, npt.NDArray[np.bool_]]:
        """Return a scenario that most pairs of countries agree with, and those that do not [scenario, importer, exporter].

        It is the base year, unless most pairs have left it, as in all that may follow a state of today: then it is the one in
        the middle, if that is nearer to the others. One in which trade got so much cheaper that its flows dwarf the others' is
        none: taken from them, they would leave few digits of these.

        Examples
        --------
        >>> from detente.world import toy
        >>> tariffs = np.stack([toy().tariff + 0.1] * 5)
        >>> tariffs[0, 0, 1] = 0.5
        >>> most, pairs = Wedges.of(toy(), tariff=tariffs).told_apart(toy())
        >>> bool((most.tariff == toy().tariff + 0.1).all()), int(pairs.sum())
        (True, 1)
        """
        most = Wedges.unchanged(economy)
        pairs = self.pairs_unlike(most)
        if 2 * pairs.sum() > pairs.size and len(pairs) > 2:
            middle = self[len(pairs) // 2]
            others = self.pairs_unlike(middle)
            cost = (1 + middle.tariff) / (1 + economy.tariff) * middle.iceberg_hat
            if others.sum() < pairs.sum() and not (cost < CHEAPER).any():
                return middle, others
        return most, pairs

    def __getitem__(self, scenario: int) -> Wedges:
        """One scenario of several, as a view."""
        return Wedges(self.tariff[scenario], self.iceberg_hat[scenario], self.export_tax[scenario])

    def each(self) -> tuple[Wedges, ...]:
        """Wedges one by one, where there is a leading scenario axis.

        Examples
        --------
        >>> from detente.world import toy
        >>> Wedges.of(toy(), tariff=np.stack([toy().tariff, 2 * toy().tariff])).each()[1]
        <Wedges 5 countries, 4 sectors>
        """
        arrays = (self.tariff, self.iceberg_hat, self.export_tax)
        each = (
            [array[0]] * len(array) if len(array) and array.strides[0] == 0 else array for array in arrays
        )
        return tuple(Wedges(*scenario) for scenario in zip(*each, strict=True))

    @classmethod
    def together(cls, policies: Sequence[Wedges]) -> Wedges:
        """Return wedges of several scenarios with a leading axis; what all of them share is seen over and over, not copied.

        Raises
        ------
        InputError
            When they are of different shapes.

        Examples
        --------
        >>> from detente.world import toy
        >>> world = toy()
        >>> twice = Wedges.of(world, tariff=2 * world.tariff)
        >>> both = Wedges.together([Wedges.unchanged(world), twice])
        >>> both.tariff.shape == both.export_tax.shape, both.export_tax.strides[0]
        (True, 0)
        """

        arrays = [stack_scenarios([vars(policy)[name] for policy in policies]) for name in vars(policies[0])]
        for array in arrays:
            array.flags.writeable = False  # spares a copy
        return cls(*arrays)

    @classmethod
    def unchanged(cls, economy: Economy) -> Wedges:
        """Return the wedges of the base year itself."""
        return cls(economy.tariff, *economy.nothing_added)

    @classmethod
    def of(cls, economy: Economy, *, tariff: Array | None = None, iceberg_hat: Array | None = None) -> Wedges:
        """Return the base year's wedges with some replaced."""
        base = cls.unchanged(economy)
        duties = base.tariff if tariff is None else tariff
        cost, tax = base.iceberg_hat, base.export_tax
        if np.shape(duties) != cost.shape:  # several scenarios
            cost, tax = np.broadcast_to(cost, np.shape(duties)), np.broadcast_to(tax, np.shape(duties))
        return cls(duties, cost if iceberg_hat is None else iceberg_hat, tax)
