"""The economy of one baseline year."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.core import InputError, Labels, UnitError

Array = npt.NDArray[np.float64]
LARGEST_RATE = 1e300
"""Below it a rate is a number in percent too."""


def frozen(values: npt.ArrayLike) -> Array:
    """Return a float64 copy that cannot be written to; an array that already is one is returned as it is."""
    if isinstance(values, np.ndarray) and values.dtype == np.float64 and not values.flags.writeable:
        return values
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False)
class Economy:
    """One baseline year as labelled arrays. Levels are million USD at basic prices of the base year.

    The stored arrays are the data; everything else (shares, incomes, balances) is derived from them, so it cannot
    disagree with them. `detente.world.identities` verifies the accounting identities.

    Parameters
    ----------
    name : str
        Name of the world.
    year : int
        Base year.
    labels : Labels
        Countries and sectors.
    flows : array [importer, exporter, sector], million USD
        Value before duty; sales at home on the diagonal.
    tariff : array [importer, exporter, sector], fraction
        Duty the importer charges the exporter in the base year; zero on the diagonal.
    va_share : array [country, sector], share of output
        Value added in output (γ).
    input_shares : array [country, supplier_sector, user_sector], share of the user's output
        Inputs, duty paid; with `va_share` they sum to one over suppliers.
    trade_elasticity : array [sector], number
        θ > 0: the elasticity of relative imports to relative trade cost is −θ.
    elasticity_source : str
        Citation of the elasticities; printed with every result.
    provenance : mapping
        Sources, licences, hashes, weaknesses.

    Examples
    --------
    >>> from detente.world import toy
    >>> economy = toy()
    >>> economy.flows.shape == (len(economy.labels.countries),) * 2 + (len(economy.labels.sectors),)
    True
    """

    name: str
    year: int
    labels: Labels
    flows: Array
    tariff: Array
    va_share: Array
    input_shares: Array
    trade_elasticity: Array
    elasticity_source: str
    provenance: Mapping[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        N, _, S = self.flows.shape
        return f"<Economy {self.name} ({self.year}): {N} countries, {S} sectors>"

    def __post_init__(self) -> None:
        N, S = len(self.labels.countries), len(self.labels.sectors)
        shapes = {
            "flows": (N, N, S),
            "tariff": (N, N, S),
            "va_share": (N, S),
            "input_shares": (N, S, S),
            "trade_elasticity": (S,),
        }
        for name, shape in shapes.items():
            array = frozen(getattr(self, name))
            if array.shape != shape:
                raise InputError(
                    f"`{name}` has shape {array.shape}, expected {shape}",
                    where=self.name,
                    hint="axes are [importer, exporter, sector] and [country, supplier, user]",
                )
            largest = LARGEST_RATE if name == "tariff" else np.inf
            if not (np.abs(array) < largest).all():
                raise UnitError(
                    f"`{name}` holds a value that is not finite", where=self.name, hint="fill or drop it"
                )
            object.__setattr__(self, name, array)
        if (self.trade_elasticity <= 0).any():
            raise UnitError(
                "trade elasticities must be positive",
                where=self.name,
                hint="the sign is in the formula: give 4, not -4",
            )

    @property
    def table(self) -> Economy:
        """The table itself, where this is one read with more in its accounts than it states."""
        return self

    @property
    def base_day(self) -> dt.date:
        """Last day of the base year: what was in force then is in the data.

        Examples
        --------
        >>> from detente.world import toy
        >>> toy().base_day.isoformat()
        '2024-12-31'
        """
        return dt.date(self.year, 12, 31)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "nothing_added"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False  # pickles forget it, and what can be written to is copied
        self.__dict__.update(state)

    @functools.cached_property
    def nothing_added(self) -> tuple[Array, Array]:
        """Trade costs and export taxes of a policy that leaves both alone: the same arrays for every such policy."""
        return frozen(np.ones(self.flows.shape)), frozen(np.zeros(self.flows.shape))

    @functools.cached_property
    def expenditure(self) -> Array:
        """X[n, s]: spending, duty paid."""
        return frozen((self.flows * (1 + self.tariff)).sum(1))

    @functools.cached_property
    def trade_shares(self) -> Array:
        """π[n, i, s]: share of each exporter in spending, duty paid; sums to one over exporters where there is any."""
        spending = self.expenditure[:, None, :]
        return frozen(
            np.divide(
                self.flows * (1 + self.tariff), spending, out=np.zeros_like(self.flows), where=spending > 0
            )
        )

    @functools.cached_property
    def output(self) -> Array:
        """Y[i, s]: output at basic prices."""
        return frozen(self.flows.sum(0))

    @functools.cached_property
    def value_added(self) -> Array:
        """VA[n]: value added of a country."""
        return frozen((self.va_share * self.output).sum(1))

    @functools.cached_property
    def tariff_revenue(self) -> Array:
        """R[n]: duties collected."""
        return frozen((self.flows * self.tariff).sum((1, 2)))

    @functools.cached_property
    def deficit(self) -> Array:
        """D[n]: imports minus exports, before duty; sums to zero over the world."""
        return frozen(self.flows.sum((1, 2)) - self.flows.sum((0, 2)))

    @functools.cached_property
    def income(self) -> Array:
        """I[n] = value added + duties + deficit: what is spent on final goods."""
        return frozen(self.value_added + self.tariff_revenue + self.deficit)

    @functools.cached_property
    def final_demand(self) -> Array:
        """Final spending [n, s], duty paid: what expenditure leaves after inputs."""
        return frozen(self.expenditure - np.einsum("nrs,ns->nr", self.input_shares, self.output))

    @functools.cached_property
    def final_shares(self) -> Array:
        """α[n, s]: share of each sector in final spending; sums to one."""
        return frozen(self.final_demand / self.final_demand.sum(1, keepdims=True))

    @functools.cached_property
    def data_hash(self) -> str:
        """SHA-256 over labels and arrays: the identity of this baseline."""
        digest = hashlib.sha256()
        digest.update(repr((self.name, self.year, self.labels.countries, self.labels.sectors)).encode())
        for array in (self.flows, self.tariff, self.va_share, self.input_shares, self.trade_elasticity):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def with_elasticities(self, trade_elasticity: npt.ArrayLike, source: str) -> Economy:
        """Return the same economy with other elasticities [sector] and their citation."""
        other = dataclasses.replace(self, trade_elasticity=frozen(trade_elasticity), elasticity_source=source)
        # what follows from the table alone is worked out once for all of them
        other.__dict__.update(
            {name: value for name, value in vars(self).copy().items() if name in _OF_THE_TABLE}
        )
        return other


_OF_THE_TABLE = frozenset(
    {
        "nothing_added",
        "expenditure",
        "trade_shares",
        "output",
        "value_added",
        "tariff_revenue",
        "deficit",
        "income",
        "final_demand",
        "final_shares",
    }
)
"""Derived arrays of an economy that no elasticity enters."""


def flows_abroad(economy: Economy, flows: Array | None = None) -> Array:
    """Flows between different countries, million USD before duty.

    Parameters
    ----------
    economy : Economy
    flows : array [importer, exporter, sector], optional
        Other flows of its countries, such as those of a new equilibrium; its own when left out.

    Returns
    -------
    array [importer, exporter, sector]
        The flows with zeros for sales at home.

    Examples
    --------
    >>> from detente.world import toy
    >>> economy = toy()
    >>> float(flows_abroad(economy)[0, 0].sum()), bool((flows_abroad(economy)[0, 1] == economy.flows[0, 1]).all())
    (0.0, True)
    """
    off = ~np.eye(len(economy.labels.countries), dtype=bool)[:, :, None]
    return np.asarray((economy.flows if flows is None else flows) * off)
