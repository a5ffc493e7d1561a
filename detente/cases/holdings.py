"""What buyers hold of inputs that are cut, control by control and buyer by buyer, and how it runs down."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from detente.cases.backstops import STOCKS
from detente.equilibrium import Equilibrium, QuantityControl
from detente.world import Array, Economy, stock_figures

Stated = float | Mapping[tuple[str, str], float]
"""Months of base-year use: of every buyer, or by (country, sector)."""


def figures_of(economy: Economy, control: QuantityControl) -> dict[tuple[str, str], float]:
    """Months that the buyers of a control's flows hold by the world's own figures, by (country, sector).

    Examples
    --------
    >>> from detente.cases import read_cut
    >>> from detente.world import load_world
    >>> world = load_world()
    >>> figures_of(world, read_cut(world, "CHN:MAG:0.3:USA"))
    {('USA', 'MAG'): 2.0}
    """
    labels, bought = economy.labels, np.where(control.cells, economy.flows, 0.0).sum(1)
    months_held = {}
    for figure in stock_figures(economy):
        known = figure.country in labels.countries and figure.sector in labels.sectors
        if known and bought[labels.country(figure.country), labels.sector(figure.sector)] > 0:
            months_held[figure.country, figure.sector] = figure.months
    return months_held


class Holdings:
    """Months of base-year use of a control's flows that its buyers hold; changes as periods pass.

    Attributes
    ----------
    left : dict of control name to array [country, sector]
        Months of base-year use; infinite never runs out.
    """

    def __init__(self, economy: Economy, stated: Mapping[str, Stated]) -> None:
        self.economy, self.stated = economy, stated
        self.left: dict[str, Array] = {}
        self._bought: dict[str, Array] = {}
        self._spent: dict[str, tuple[npt.NDArray[np.bool_], Array]] = {}

    def of(self, control: QuantityControl) -> Array:
        """Months left of a control [country, sector]; set up when it is first met."""
        name = control.name
        if name not in self.left:
            shape, said = self.economy.expenditure.shape, self.stated.get(name, 0.0)
            self._bought[name] = np.where(control.cells, self.economy.flows, 0.0).sum(1)
            if isinstance(said, Mapping):
                months = np.zeros(shape)
                for (country, sector), amount in said.items():
                    at = self.economy.labels.country(country), self.economy.labels.sector(sector)
                    months[at] = amount
            else:
                months = np.full(shape, float(said))
            self.left[name] = months
        return self.left[name]

    def months(self, control: QuantityControl) -> float:
        """Months left, the mean over buyers by what they bought of the control's flows in the base year."""
        left = self.of(control)
        bought = self._bought[control.name]
        there = bought > 0
        if math.isinf(left[there].max(initial=0.0)):
            return math.inf
        if np.ptp(left[there]) == 0:
            return float(left[there][0])
        return float((bought[there] * left[there]).sum() / bought[there].sum())

    def use(self, control: QuantityControl, months: float) -> None:
        """Take months from a control's stock, of every buyer in proportion to what it holds."""
        before = self.months(control)
        if math.isfinite(before) and before > 0:
            self.left[control.name] = self.of(control) * max(1 - months / before, 0.0)

    def rates(self, controls: Sequence[QuantityControl], length: float) -> dict[tuple[str, str], float]:
        """What stocks can give over a period of so many months, share of base-year use by (country, sector)."""
        held = self._held(controls)
        labels = self.economy.labels
        rates = np.divide(held / length, self.economy.expenditure, out=np.zeros_like(held), where=held > 0)
        return {
            (labels.countries[n], labels.sectors[s]): float(rates[n, s]) for n, s in np.argwhere(rates > 0)
        }

    def _held(self, controls: Sequence[QuantityControl]) -> Array:
        """Stocks of several controls together [country, sector], million USD a month of base-year spending."""
        held = np.zeros(self.economy.expenditure.shape)
        for control in controls:
            held += self.worth(control)
        return held

    def worth(self, control: QuantityControl) -> Array:
        """What is held of a control's flows [country, sector], million USD a month of base-year spending times months."""
        left = self.of(control)
        return np.asarray(self._worth(control) * np.where(np.isfinite(left), left, 0.0))

    def _worth(self, control: QuantityControl) -> Array:
        """Base-year spending on a control's flows [country, sector], duty paid."""
        economy = self.economy
        known = self._spent.get(control.name)
        if known is None or known[0] is not control.cells:
            spent = np.where(control.cells, economy.flows * (1 + economy.tariff), 0.0).sum(1)
            known = self._spent[control.name] = (control.cells, spent)
        return known[1]

    def draw(
        self, controls: Sequence[QuantityControl], value: Equilibrium, length: float
    ) -> dict[str, float]:
        """Run stocks down by what the schedule took of them; months drawn of each control.

        What a buyer takes is shared over the controls on the good by what is held of each.
        """
        backstop = value.structure.backstop
        assert backstop is not None
        logs = np.log(value.price_hat), np.log(value.marginal_price_hat)
        met = backstop.taken(*logs, value.expenditure_new)[0][backstop.steps.index(STOCKS)]
        taken = backstop.spread(met * backstop.base, value.expenditure_new.shape) * length
        held = self._held(controls)
        part = np.divide(taken, held, out=np.zeros_like(held), where=held > 0)
        drawn = {}
        for control in controls:
            before = self.months(control)
            if math.isinf(before):
                drawn[control.name] = 0.0
                continue
            self.left[control.name] = self.of(control) * np.maximum(1 - part, 0.0)
            drawn[control.name] = before - self.months(control)
        return drawn


class HeldByFigures(Holdings):
    """What the world's own figures say buyers hold, looked up as controls come into force.

    Parameters
    ----------
    economy : Economy
    times : float
        Factor on all figures.
    """

    def __init__(self, economy: Economy, times: float = 1.0) -> None:
        super().__init__(economy, {})
        self.by_figures: dict[str, dict[tuple[str, str], float]] = {}
        self.stated, self.times = self.by_figures, times

    def of(self, control: QuantityControl) -> Array:
        """Months held [country, sector]."""
        if control.name not in self.by_figures:
            figures = figures_of(self.economy, control)
            self.by_figures[control.name] = {cell: self.times * months for cell, months in figures.items()}
        return super().of(control)
