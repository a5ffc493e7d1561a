"""A way out of a shortage: what buyers do when an input gets dear, as a rising schedule by buyer and good.

Where a controlled source sells less, users run down stocks, recycle, use less of the input in each product, buy from sellers
whom no control reaches; dearer still, plants whose product is worth least in terms of the input stop. All of it is one
schedule: how much of the base year's use is met outside the market at each price of the input, relative to the price of the
buyer's final basket. With ``x = ln(price_hat / basket_hat)`` a step of the schedule meets

    Q_k(x) = K_k · (3 u² − 2 u³),   u = min(1, max(0, (x − a_k) / (b_k − a_k)))        share of base-year use
    C_k(x) = ∫ e^x dQ_k             its resources, in base-year spending at basket prices

so a unit costs as much as the first price at which it is worth while, and earns the market's price. Buyers spend

    B[n,s] = X[n,s] · price_hat · Σ_k Q_k        of X′[n,s], at most all but a thousandth of it
    0 ≤ price of suppliers − price_hat  ⟂  0.999 · X′ − B ≥ 0

outside the market; ``X′ − B`` reaches suppliers. Where suppliers ask for more than it costs to get nearly all of the good
outside, the schedule sets the price, and suppliers are left with the last thousandth of spending. B is income of the buyer's households, and what the schedule uses up,
``basket_hat · X · Σ_k C_k``, is taken out of the final basket, so it is not theirs to enjoy. For a step that *stops* uses
those resources are the output that plants without the input no longer make. With no capacity the model is what it was, to
the last bit.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detente.core import InputError, UnitError
from detente.world import Array, Economy, frozen

MOST = 0.999
"""Largest part of spending that can go outside the market: somebody's last unit is always bought."""


@dataclass(frozen=True)
class Step:
    """One step of a schedule.

    Attributes
    ----------
    name : str
    capacity : float
        Share of the buyer's base-year use that it can meet.
    first, full : float
        Prices, ratios to the base year's, at which it begins and at which it gives all it can.
    stops : bool
        Whether uses stop, rather than being met in another way.
    """

    name: str
    capacity: float
    first: float
    full: float
    stops: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.capacity) and self.capacity >= 0):
            raise UnitError(
                f"capacity is {self.capacity}", where=self.name, hint="a share of base-year use, 0 or more"
            )
        if not 1 <= self.first < self.full < math.inf:
            raise UnitError(
                f"it begins at {self.first} and is full at {self.full} times the base year's price",
                where=self.name,
                hint="1 or more, and the second above the first",
            )


@dataclass(frozen=True, eq=False)
class Backstop:
    """Schedules of all buyers and goods that have one.

    Attributes
    ----------
    importer, sector : array [cell]
        Buyer and good of each schedule.
    base : array [cell]
        Base-year spending, million USD: what capacities are shares of.
    first, full, capacity : array [step, cell]
        Logarithms of the prices at which a step begins and is full; share of base-year use.
    steps : tuple of str
    stops : tuple of bool
        Which of the steps are uses that stop.
    """

    importer: npt.NDArray[np.int64]
    sector: npt.NDArray[np.int64]
    base: Array
    first: Array
    full: Array
    capacity: Array
    steps: tuple[str, ...]
    stops: tuple[bool, ...]

    def __repr__(self) -> str:
        """Its size, and a hash of everything in it: two that differ never read the same."""
        digest = hashlib.sha256(repr((self.steps, self.stops)).encode())
        for array in (self.importer, self.sector, self.base, self.first, self.full, self.capacity):
            digest.update(array.tobytes())
        return f"<Backstop of {len(self.base)} goods by {len(self.steps)} steps, {digest.hexdigest()[:16]}>"

    @classmethod
    def of(cls, economy: Economy, schedules: Mapping[tuple[str, str], Sequence[Step]]) -> Backstop:
        """Set schedules by country and sector on an economy; a buyer that spends nothing on the good has none.

        Raises
        ------
        LabelError
            For a country or sector the economy does not have.
        InputError
            For two steps of one name in a schedule.

        Examples
        --------
        >>> from detente.world import toy
        >>> Backstop.of(toy(), {("USA", "PARTS"): [Step("recycling", 0.1, 2.0, 4.0)]}).steps
        ('recycling',)
        """
        labels = economy.labels
        cells = {
            (labels.country(country), labels.sector(sector)): list(steps)
            for (country, sector), steps in schedules.items()
        }
        for (n, s), steps in cells.items():
            names = [(step.name, step.stops) for step in steps]
            if len(set(names)) < len(names):
                raise InputError(
                    "two steps of a schedule have one name",
                    where=f"{labels.countries[n]}: {labels.sectors[s]}",
                    hint="name each of its own",
                )
        cells = {cell: steps for cell, steps in cells.items() if economy.expenditure[cell] > 0}
        kinds = dict.fromkeys((step.name, step.stops) for steps in cells.values() for step in steps)
        shape = (len(kinds), len(cells))
        first, full, capacity = np.zeros(shape), np.ones(shape), np.zeros(shape)
        rows = {kind: row for row, kind in enumerate(kinds)}
        for column, steps in enumerate(cells.values()):
            for step in steps:
                at = rows[step.name, step.stops], column
                first[at], full[at], capacity[at] = math.log(step.first), math.log(step.full), step.capacity
        where = np.array(list(cells), dtype=np.int64).reshape(-1, 2)
        return cls(
            importer=where[:, 0],
            sector=where[:, 1],
            base=frozen(economy.expenditure[where[:, 0], where[:, 1]]),
            first=frozen(first),
            full=frozen(full),
            capacity=frozen(capacity),
            steps=tuple(name for name, _ in kinds),
            stops=tuple(stops for _, stops in kinds),
        )

    @staticmethod
    def stacked(ladders: Sequence[Backstop | None]) -> Backstop | None:
        """Ladders of several scenarios, alike but for their capacities [scenario, step, cell]; None where the first has none."""
        if ladders[0] is None:
            return None
        capacity = np.stack([ladder.capacity for ladder in ladders if ladder is not None])
        return replace(ladders[0], capacity=capacity)

    def relative(self, log_price: Array, log_basket: Array) -> Array:
        """Log price of the goods over that of the buyers' baskets [.., cell], from [.., n, s] and [.., n]."""
        return np.asarray(log_price[..., self.importer, self.sector] - log_basket[..., self.importer])

    def _way(self, relative: Array) -> Array:
        """How far each step is on its way from nothing to all it gives [.., step, cell]."""
        return np.clip((relative[..., None, :] - self.first) / (self.full - self.first), 0.0, 1.0)

    def met(self, relative: Array) -> Array:
        """Share of base-year use that each step meets [.., step, cell]."""
        way = self._way(relative)
        return np.asarray(self.capacity * way * way * (3 - 2 * way))

    def resources(self, relative: Array) -> Array:
        """What each step uses up [.., step, cell], million USD at base-year prices of the basket.

        ``∫ e^x dQ = K e^a ∫ e^(L u) 6 u (1 − u) du`` with ``L = b − a``, by parts.
        """
        way, length = self._way(relative), self.full - self.first
        density, slope = 6 * way * (1 - way), 6 - 12 * way
        here = np.exp(length * way) * (density / length - slope / length**2 - 12 / length**3)
        area = here + 6 / length**2 + 12 / length**3
        return np.asarray(self.base * self.capacity * np.exp(self.first) * area)

    def taken(self, log_price: Array, log_basket: Array, expenditure: Array) -> tuple[Array, Array]:
        """What each step meets [.., step, cell], share of base-year use, and its resources, million USD at basket prices.

        Parameters
        ----------
        log_price, expenditure : array [.., country, sector]
        log_basket : array [.., country]
        """
        met, part = self.met_of(log_price, log_basket, expenditure)
        resources = self.resources(self.relative(log_price, log_basket))
        return met, resources * part * np.exp(log_basket[..., self.importer])[..., None, :]

    def met_of(self, log_price: Array, log_basket: Array, expenditure: Array) -> tuple[Array, Array]:
        """What each step meets [.., step, cell] as in `taken`, and the part of what prices ask for that spending allows [.., 1, cell]."""
        met = self.met(self.relative(log_price, log_basket))
        wanted = self.base * np.exp(log_price[..., self.importer, self.sector]) * met.sum(-2)
        ceiling = MOST * expenditure[..., self.importer, self.sector]
        part = np.divide(ceiling, wanted, out=np.ones_like(wanted), where=wanted > ceiling)[..., None, :]
        return met * part, part

    def asked(self, log_price: Array, log_basket: Array) -> tuple[Array, Array]:
        """What prices ask for outside the market, million USD, and the part of its rise with them that more is met [.., cell]."""
        way = self._way(self.relative(log_price, log_basket))
        at_price = self.base * np.exp(log_price[..., self.importer, self.sector])
        given = self.capacity * way
        met = given * way * (3 - 2 * way)
        rise = 6 * given * (1 - way) / (self.full - self.first)
        return at_price * met.sum(-2), at_price * rise.sum(-2)

    def bought(self, log_price: Array, log_basket: Array, expenditure: Array) -> tuple[Array, Array, Array]:
        """Spending outside the market.

        Parameters
        ----------
        log_price, expenditure : array [.., country, sector]
        log_basket : array [.., country]

        Returns
        -------
        value : array [.., cell], million USD
        by_price, by_basket : array [.., cell]
            Its derivatives by the log price of the good and of the basket, spending on the good held; none where all but
            `MOST` goes outside.
        """
        return self.bought_of(self.asked(log_price, log_basket), expenditure)

    def bought_of(self, asked: tuple[Array, Array], expenditure: Array) -> tuple[Array, Array, Array]:
        """`bought` of what prices ask for, as `asked` gives it."""
        value, slope = asked
        ceiling = MOST * expenditure[..., self.importer, self.sector]
        free = value < ceiling
        return (
            np.where(free, value, ceiling),
            np.where(free, value + slope, 0.0),
            np.where(free, -slope, 0.0),
        )

    def room(self, log_price: Array, log_basket: Array, expenditure: Array) -> Array:
        """How far the log price may rise before all but a thousandth of spending is outside [.., cell]; at most to first order.

        Infinite where nothing is.
        """
        value, slope = self.asked(log_price, log_basket)
        moves = value + slope
        ceiling = MOST * expenditure[..., self.importer, self.sector]
        there = value > 0
        return np.asarray(np.where(there, (ceiling - value) / np.where(there, moves, 1.0), np.inf))

    def spread(self, values: Array, shape: tuple[int, ...]) -> Array:
        """Values of cells [.., cell] laid out [.., country, sector], nil elsewhere."""
        array = np.zeros(shape)
        array[..., self.importer, self.sector] = values
        return array
