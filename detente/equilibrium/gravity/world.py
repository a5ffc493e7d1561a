"""What the one-sector family departs from: trade between countries, and how it answers.

The family is that of Ignatenko, Lashkaripour, Macedoni and Simonovska (2025, sections 2 and 3): a generalised Krugman,
Melitz and Chaney model. At its defaults it is the core with one sector.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from detente.core import InputError, UnitError
from detente.world import Array, Economy, frozen


@dataclass(frozen=True, eq=False)
class GravityStructure:
    """How a one-sector economy answers; every default is the core.

    Parameters
    ----------
    trade_elasticity : float
        ε: of trade flows by prices at the border.
    pass_through : float or array [importer]
        φ: a duty lowers trade flows by ``(1 + t)^(−ε φ)``; above 1 where firms leave a market whose duties shrink it
        (Chaney 2008), below 1 where they take a part of the duty on themselves. 1 is the core.
    scale : float
        ψ: unit costs fall by ``L_hat^ψ`` as an economy employs more (entry of firms: Krugman 1980, ``1/(σ − 1)``). 0 is
        constant returns: the core.
    margin : float or array [importer], share
        ν: of the value of what is sold in a country, before duty, the share that its own labour earns (distribution,
        marketing, the fixed costs of serving it). 0 is the core.
    labour_supply : float or array [country]
        κ: elasticity of labour offered by its real wage after tax. 0 is a fixed supply: the core.
    relief : float or array [country], share
        Of the duties collected beyond those of the base year, the share that lowers the tax on labour; the rest is a gift
        to households. Either way households get it; only the tax rate moves the supply of labour.
    value_added_share : float or array [country], share
        β: of the cost of production that is labour; the rest buys the final good (roundabout production), and entry uses
        the same bundle.

    Raises
    ------
    UnitError
        For a number outside its range.

    Examples
    --------
    >>> GravityStructure(4.0).is_core
    True
    >>> GravityStructure(4.0, scale=0.1).is_core
    False
    """

    trade_elasticity: float
    pass_through: float | Array = 1.0
    scale: float = 0.0
    margin: float | Array = 0.0
    labour_supply: float | Array = 0.0
    relief: float | Array = 0.0
    value_added_share: float | Array = 1.0

    def __post_init__(self) -> None:
        ranges = {
            "trade_elasticity": (1e-6, np.inf, "a trade elasticity is above 0"),
            "pass_through": (1e-6, np.inf, "1 is a duty that buyers bear as in the core"),
            "scale": (0.0, np.inf, "0 is constant returns"),
            "margin": (0.0, 1 - 1e-6, "a share of the value of sales, below 1"),
            "labour_supply": (0.0, np.inf, "0 is a fixed supply"),
            "relief": (0.0, 1.0, "a share of the duties collected beyond the base year's"),
            "value_added_share": (1e-6, 1.0, "a share of cost"),
        }
        for name, (low, high, hint) in ranges.items():
            value = np.asarray(getattr(self, name), dtype=np.float64)
            if not (np.isfinite(value).all() and (value >= low).all() and (value <= high).all()):
                raise UnitError(f"{name} is outside {low:g} to {high:g}", where="structure", hint=hint)

    @property
    def is_core(self) -> bool:
        """Whether this is the core with one sector (inputs of itself included)."""
        return (
            bool(np.all(np.asarray(self.pass_through) == 1))
            and self.scale == 0
            and not np.any(self.margin)
            and not np.any(self.labour_supply)
        )


@dataclass(frozen=True, eq=False)
class GravityWorld:
    """Trade between countries in the base year, one good.

    Parameters
    ----------
    countries : tuple of str
    flows : array [importer, exporter], million USD
        Before duty, sales at home on the diagonal.
    tariff : array [importer, exporter], fraction
    structure : GravityStructure

    Raises
    ------
    InputError
        For arrays of another shape, with a negative or missing number, and for a country that buys or sells nothing.

    Examples
    --------
    >>> import numpy as np
    >>> flows = np.array([[8.0, 1.0], [2.0, 9.0]])
    >>> world = GravityWorld(("A", "B"), flows, np.zeros((2, 2)), GravityStructure(4.0))
    >>> world.value_added.tolist(), world.transfer.tolist()
    ([10.0, 10.0], [-1.0, 1.0])
    """

    countries: tuple[str, ...]
    flows: Array
    tariff: Array
    structure: GravityStructure

    def __post_init__(self) -> None:
        count = len(self.countries)
        for name in ("flows", "tariff"):
            array = np.asarray(getattr(self, name), dtype=np.float64)
            if array.shape != (count, count) or not np.isfinite(array).all():
                raise InputError(
                    f"{name} has shape {array.shape} or a number that is none",
                    hint=f"[importer, exporter], {count} by {count}",
                )
            object.__setattr__(self, name, frozen(array))
        if (self.flows < 0).any() or (self.tariff <= -1).any():
            raise InputError("a flow is negative, or a duty at or below -100 %", hint="flows are 0 or more")
        for axis, what in ((1, "buys"), (0, "sells")):
            if not (self.flows.sum(axis) > 0).all():
                idle = self.countries[int(np.argmin(self.flows.sum(axis)))]
                raise InputError(f"`{idle}` {what} nothing", hint="leave it out")
        for name in ("pass_through", "margin", "labour_supply", "relief", "value_added_share"):
            self.by_country(name)

    @classmethod
    def of(cls, economy: Economy, structure: GravityStructure | None = None) -> GravityWorld:
        """Return a one-sector economy as a world of this family.

        Raises
        ------
        InputError
            When the economy has more sectors than one.
        """
        if len(economy.labels.sectors) != 1:
            raise InputError(
                f"`{economy.name}` has {len(economy.labels.sectors)} sectors",
                where=economy.name,
                hint="the gravity family has one; aggregate first",
            )
        structure = structure or GravityStructure(
            float(economy.trade_elasticity[0]), value_added_share=economy.va_share[:, 0]
        )
        return cls(economy.labels.countries, economy.flows[:, :, 0], economy.tariff[:, :, 0], structure)

    def by_country(self, name: str) -> Array:
        """Return a parameter of the structure for each country.

        Raises
        ------
        InputError
            For one of another shape.
        """
        value = np.asarray(getattr(self.structure, name), dtype=np.float64)
        try:
            return np.broadcast_to(value, (len(self.countries),))
        except ValueError:
            raise InputError(
                f"{name} has shape {value.shape}",
                hint=f"one number, or one for each of {len(self.countries)}",
            ) from None

    def position(self, country: str) -> int:
        """Return the place of a country.

        Raises
        ------
        InputError
            For one that is not there.
        """
        if country not in self.countries:
            raise InputError(f"unknown country `{country}`", hint="such as " + ", ".join(self.countries[:5]))
        return self.countries.index(country)

    @functools.cached_property
    def expenditure(self) -> Array:
        """Spending [country], million USD, duty paid."""
        return frozen((self.flows * (1 + self.tariff)).sum(1))

    @functools.cached_property
    def shares(self) -> Array:
        """Shares of spending [importer, exporter], duty paid."""
        return frozen(self.flows * (1 + self.tariff) / self.expenditure[:, None])

    @functools.cached_property
    def sold(self) -> Array:
        """What producers get [country], million USD: their sales less the margins earned where these are sold."""
        return frozen(((1 - self.by_country("margin"))[:, None] * self.flows).sum(0))

    @functools.cached_property
    def value_added(self) -> Array:
        """What labour earns [country], million USD: producing, and selling what is sold at home."""
        margins = self.by_country("margin") * self.flows.sum(1)
        return frozen(self.by_country("value_added_share") * self.sold + margins)

    @functools.cached_property
    def duties(self) -> Array:
        """Duties of the base year [country], million USD."""
        return frozen((self.flows * self.tariff).sum(1))

    @functools.cached_property
    def transfer(self) -> Array:
        """What a country spends beyond its income [country], million USD; sums to zero."""
        inputs = (1 - self.by_country("value_added_share")) * self.sold
        return frozen(self.expenditure - self.value_added - self.duties - inputs)
