"""Results with their labels: an array of an equilibrium as a table with names on every axis, for pandas and xarray.

Neither library is needed by Détente; each is imported when it is asked for.
"""

from __future__ import annotations

import html
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.core import InputError, LabelError, suggestion
from detente.equilibrium.solution import Equilibrium
from detente.world import Array

if TYPE_CHECKING:
    from detente.core import Labels

AXES: dict[int, tuple[str, ...]] = {
    1: ("country",),
    2: ("country", "sector"),
    3: ("importer", "exporter", "sector"),
}
NAMES: dict[str, str] = {
    "real_income_hat": "ratio",
    "real_wage_hat": "ratio",
    "wage_hat": "ratio",
    "consumer_price_hat": "ratio",
    "marginal_price_hat": "ratio",
    "minimum_cost_new": "million USD",
    "valued_income_new": "million USD",
    "equivalent_variation_usd": "million USD of the base year",
    "income_new": "million USD",
    "tariff_revenue_new": "million USD",
    "export_tax_revenue_new": "million USD",
    "deficit_new": "million USD",
    "price_hat": "ratio",
    "cost_hat": "ratio",
    "output_new": "million USD",
    "output_volume_hat": "ratio",
    "expenditure_new": "million USD",
    "sector_earnings_new": "million USD",
    "flows_new": "million USD",
    "flow_volume_hat": "ratio",
    "trade_shares_new": "share of spending",
    "profit_new": "million USD",
    "outside_new": "million USD",
    "purchases_new": "million USD",
    "backstop_cost_new": "million USD",
    "factor_price_hat": "ratio",
    "nominal_wage_hat": "ratio",
    "employment_rate": "share of those who offer themselves",
    "workers_share_new": "share of a country's factor",
    "unemployment": "share of a country's factor",
    "factor_supply_hat": "ratio",
    "household_spending_hat": "ratio",
    "gdp_volume_hat": "ratio",
    "spending_new": "million USD",
    "saved_new": "million USD",
    "lent_new": "million USD",
    "borrowed_new": "million USD",
}
"""Arrays of an equilibrium that can be asked for by name, and their units."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """An array with a name on every axis.

    Attributes
    ----------
    name, unit : str
    values : array
    axes : tuple of str
        Names of the axes, such as ``("importer", "exporter", "sector")``.
    labels : Labels

    Examples
    --------
    >>> from detente import Model, Policy, labelled_result, solve, toy
    >>> model = Model(toy())
    >>> war = Policy.unchanged(model.economy).duty("USA", "CHN").add_points(0.25)
    >>> income = labelled_result(solve(model, war).value, "real_income_hat")
    >>> income
    <real_income_hat [country: 5], ratio>
    >>> bool(income["USA"] == income.values[model.labels.country("USA")])
    True
    """

    name: str
    unit: str
    values: Array
    axes: tuple[str, ...]
    labels: Labels

    def __repr__(self) -> str:
        sizes = ", ".join(f"{axis}: {size}" for axis, size in zip(self.axes, self.values.shape, strict=True))
        return f"<{self.name} [{sizes}], {self.unit}>"

    def __getitem__(self, codes: str | tuple[str, ...]) -> Any:
        """Value at labels, in the order of the axes; fewer of them leave the later axes whole.

        Raises
        ------
        LabelError
            For an unknown label, with the nearest one, or too many of them.
        """
        wanted = (codes,) if isinstance(codes, str) else codes
        if len(wanted) > len(self.axes):
            raise LabelError(
                f"{len(wanted)} labels for {len(self.axes)} axes",
                where=self.name,
                hint=f"axes: {', '.join(self.axes)}",
            )
        at = tuple(
            self.labels.sector(code) if axis == "sector" else self.labels.country(code)
            for axis, code in zip(self.axes, wanted, strict=False)
        )
        picked = self.values[at]
        return float(picked) if np.ndim(picked) == 0 else picked

    def along(self, axis: str) -> tuple[str, ...]:
        """Labels along an axis."""
        return self.labels.sectors if axis == "sector" else self.labels.countries

    def to_pandas(self) -> Any:
        """A pandas Series: one level of the index an axis.

        Raises
        ------
        InputError
            When pandas is not installed.
        """
        pandas = _library("pandas")
        along = [self.along(axis) for axis in self.axes]
        index = (
            pandas.Index(along[0], name=self.axes[0])
            if len(along) == 1
            else pandas.MultiIndex.from_product(along, names=self.axes)
        )
        return pandas.Series(self.values.reshape(-1), index=index, name=self.name)

    def to_xarray(self) -> Any:
        """An xarray DataArray with coordinates.

        Raises
        ------
        InputError
            When xarray is not installed.
        """
        xarray = _library("xarray")
        return xarray.DataArray(
            np.array(self.values),
            coords={axis: list(self.along(axis)) for axis in self.axes},
            dims=self.axes,
            name=self.name,
            attrs={"unit": self.unit},
        )

    def _repr_html_(self) -> str:
        """A table for notebooks: the first 40 values."""
        rows = []
        for codes in itertools.islice(itertools.product(*(self.along(axis) for axis in self.axes)), 40):
            cells = "".join(f"<td>{html.escape(code)}</td>" for code in codes)
            rows.append(f"<tr>{cells}<td style='text-align:right'>{self[codes]:.6g}</td></tr>")
        head = "".join(f"<th>{axis}</th>" for axis in self.axes)
        more = self.values.size - len(rows)
        note = f"<p>{more} more values</p>" if more > 0 else ""
        return (
            f"<table><caption>{html.escape(repr(self))}</caption><tr>{head}<th>{html.escape(self.unit)}</th></tr>"
            f"{''.join(rows)}</table>{note}"
        )


def labelled_result(value: Equilibrium, name: str = "real_income_hat") -> Labelled:
    """Return an array of an equilibrium with its labels.

    Parameters
    ----------
    value : Equilibrium
    name : str
        One of `NAMES`.

    Raises
    ------
    LabelError
        For a name that no equilibrium has, with the nearest one.

    Examples
    --------
    >>> from detente import Model, Policy, solve, toy
    >>> world = toy()
    >>> war = Policy.unchanged(world).duty("USA", "CHN").add_points(0.25)
    >>> income = labelled_result(solve(Model(world), war).value, "real_income_hat")
    >>> income
    <real_income_hat [country: 5], ratio>
    """
    if name not in NAMES:
        raise LabelError(
            f"an equilibrium has no `{name}`", where="labelled_result", hint=suggestion(name, NAMES)
        )
    values = getattr(value, name)
    axes = AXES[values.ndim]
    return Labelled(name, NAMES[name], values, axes, value.economy.labels)


def _library(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise InputError(
            f"{name} is not installed",
            where=f"to_{name}",
            hint=f"pip install {name}; or use `.values` and `.along(axis)`",
        ) from None
