"""A policy: duties, taxes and trade costs on every flow, and the limits on quantities beside them, on one economy.

What is solved is always the whole of it: there is no way to ask for the duties of a policy and forget its limits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detente.core import InputError, Lever, LimitKind, Rent, UnitError
from detente.equilibrium.controls import Names, QuantityControl, named_cells
from detente.world import Array, Economy, Wedges


@dataclass(frozen=True, eq=False)
class Policy:
    """What governments do to trade, on one economy.

    Parameters
    ----------
    economy : Economy
        Whose labels and base year it speaks of.
    wedges : Wedges
        Duties (levels), trade costs other than duties (ratios), export taxes (levels).
    controls : tuple of QuantityControl
        Caps, bans and floors on volumes; the solve finds the wedges that enforce them.
    name : str

    Examples
    --------
    >>> from detente import Model, solve, toy
    >>> world = toy()
    >>> war = Policy.unchanged(world, "war").duty("USA", "CHN").add_points(0.25)
    >>> war = war.limit("no parts", importers="USA", exporters="CHN", sectors="PARTS", share=0.0)
    >>> war
    <Policy war: 3 duties changed, 1 limit>
    >>> solve(Model(world), war).result.name
    'successful'
    """

    economy: Economy
    wedges: Wedges
    controls: tuple[QuantityControl, ...] = ()
    name: str = "policy"

    def __repr__(self) -> str:
        parts = []
        for array, base, change in (
            (self.wedges.tariff, self.economy.tariff, "duty"),
            (self.wedges.iceberg_hat, 1.0, "trade cost"),
            (self.wedges.export_tax, 0.0, "export tax"),
        ):
            count = int(np.count_nonzero(array != base))
            changes = {"duty": "duties", "export tax": "export taxes"}.get(change, change + "s")
            if count:
                parts.append(f"{count} {change if count == 1 else changes} changed")
        if self.controls:
            parts.append(f"{len(self.controls)} limit{'s' if len(self.controls) > 1 else ''}")
        return f"<Policy {self.name}: {', '.join(parts) or 'nothing changed'}>"

    @classmethod
    def unchanged(cls, economy: Economy, name: str = "base year") -> Policy:
        """Return the policy of the base year itself."""
        return cls(economy, Wedges.unchanged(economy), (), name)

    def duty(self, importers: Names, exporters: Names = "all", sectors: Names = "goods") -> ChosenFlows:
        """Choose duties that importers charge exporters, to `ChosenFlows.impose`, raise, scale or remove them.

        Parameters
        ----------
        importers, exporters : str or sequence of str
            Country codes; ``all`` is everybody. Sales at home are left out.
        sectors : str or sequence of str
            Sector codes; ``goods`` is every goods sector, ``services`` every other, ``all`` both.

        Raises
        ------
        LabelError
            For an unknown name, with the nearest one.
        """
        return ChosenFlows(self, "tariff", cells_of(self.economy, importers, exporters, sectors))

    def export_tax(self, exporters: Names, importers: Names = "all", sectors: Names = "goods") -> ChosenFlows:
        """Choose taxes that exporters levy on what importers buy; names as in `duty`."""
        return ChosenFlows(self, "export_tax", cells_of(self.economy, importers, exporters, sectors))

    def trade_cost(self, importers: Names, exporters: Names = "all", sectors: Names = "goods") -> ChosenFlows:
        """Choose trade costs other than duties, counted as a fraction on top of the base year's; names as in `duty`."""
        return ChosenFlows(self, "iceberg_hat", cells_of(self.economy, importers, exporters, sectors))

    def limit(
        self,
        name: str,
        *,
        importers: Names,
        exporters: Names,
        sectors: Names,
        share: float,
        kind: LimitKind = "cap",
        rent: Rent = "exporter",
    ) -> Policy:
        """Add a limit on the volume of flows, together: a cap, a ban (a cap of 0) or a floor.

        Parameters
        ----------
        name : str
        importers, exporters, sectors : str or sequence of str
            As in `duty`.
        share : float
            Ratio to the base-year volume.
        kind : {"cap", "floor"}
        rent : {"exporter", "importer", "destroyed"}
            Who keeps the rent of a cap.
        """
        cells = cells_of(self.economy, importers, exporters, sectors)
        control = QuantityControl(name, cells, share, kind, rent)
        return replace(self, controls=(*self.controls, control))

    def called(self, name: str) -> Policy:
        """Return the same policy under another name."""
        return replace(self, name=name)


@dataclass(frozen=True, eq=False)
class ChosenFlows:
    """Chosen flows of a policy, whose duty, tax or cost is about to be changed. Every verb returns a new policy."""

    policy: Policy
    array: Lever
    cells: npt.NDArray[np.bool_]

    @property
    def rates(self) -> Array:
        """Rates as they are [importer, exporter, sector], fraction: duties, taxes, or cost on top of the base year's."""
        values = getattr(self.policy.wedges, self.array)
        return np.asarray(values - 1 if self.array == "iceberg_hat" else values)

    def impose(self, rate: float) -> Policy:
        """Set the rate to a fraction: 0.25 is 25 %."""
        return self._set(np.full(self.cells.shape, rate_of(rate)))

    def add_points(self, points: float) -> Policy:
        """Add to the rate: 0.10 is ten points more."""
        return self._set(self.rates + rate_of(points, negative=True))

    def scale(self, factor: float) -> Policy:
        """Multiply the rate."""
        return self._set(self.rates * rate_of(factor))

    def remove(self) -> Policy:
        """Set the rate to zero."""
        return self._set(np.zeros(self.cells.shape))

    def _set(self, rates: Array) -> Policy:
        wedges = self.policy.wedges
        arrays = {name: getattr(wedges, name) for name in ("tariff", "iceberg_hat", "export_tax")}
        new = rates + 1 if self.array == "iceberg_hat" else rates
        arrays[self.array] = np.where(self.cells, new, arrays[self.array])
        return replace(self.policy, wedges=Wedges(**arrays))


def rate_of(value: float, *, negative: bool = False) -> float:
    """Check a rate.

    Raises
    ------
    UnitError
        When it is no finite number in percent, or below zero where it may not be.
    """
    number = float(value)
    if not math.isfinite(100 * number) or (number < 0 and not negative):
        raise UnitError(
            f"the rate is {value}", where="policy", hint="rates are fractions, 0 or more: 0.25 is 25 %"
        )
    return number


def cells_of(economy: Economy, importers: Names, exporters: Names, sectors: Names) -> npt.NDArray[np.bool_]:
    """Cells [importer, exporter, sector] of named flows between countries.

    Raises
    ------
    LabelError
        For an unknown country or sector, with the nearest name.
    InputError
        When buyers and sellers are one country.

    Examples
    --------
    >>> from detente.world import toy
    >>> int(cells_of(toy(), "USA", "all", "PARTS").sum())
    4
    """
    cells = named_cells(economy, importers, exporters, sectors)
    if not cells.any():
        raise InputError(
            "buyers and sellers are the same country",
            where="policy",
            hint="a policy is about trade between countries",
        )
    return cells
