"""Markets that keep a share of what is sold in them, and that a duty moves by more or less than its own size.

As the one-sector family has it (Ignatenko, Lashkaripour, Macedoni and Simonovska 2025, sections 2 and 3), sector by sector. With
``ν[n,s]`` the margin, ``φ[n,s]`` the pass-through, w the wage a worker and X the spending of a market,

    sales of i          (1 − ν[n,s]) of what n pays before duty; ν[n,s] of it is earned by n's own workers
    shares              ∝ π (ĉ d_hat)^(−θ) ((1+t')/(1+t))^(−θ φ[n,s])
    price_hat[n,s]      = (X_hat[n,s]/w_hat[n])^(1−φ[n,s]) · ( Σ_i π (…) )^(−1/θ)          market size moves who enters

For the solver a margin is a duty that is there before and after, ``1 + t̃ = (1+t)/(1−ν)``, at home too, and a pass-through is a
trade cost; who earns what is made up by the conditions. With ν = 0 and φ = 1 nothing is set at all.
"""

from __future__ import annotations

import functools
import weakref
from dataclasses import dataclass, field, fields, replace

import numpy as np

from detente.core import InputError
from detente.equilibrium.solution import Equilibrium
from detente.world import Array, Economy, frozen


@dataclass(frozen=True, eq=False, repr=False)
class Retailed(Economy):
    """An economy with its accounts as margins make them: what producers get, what factors earn, what households spend.

    Parameters
    ----------
    margin : array [importer, sector], share
        Of what is sold in a market, before duty.

    Examples
    --------
    >>> from detente.world import toy
    >>> world = toy()
    >>> kept = Retailed.of(world, np.full(world.va_share.shape, 0.1))
    >>> bool(np.allclose(kept.output, 0.9 * world.output)), bool(np.allclose(kept.income, kept.final_demand.sum(1)))
    (True, True)
    """

    margin: Array = field(default_factory=lambda: np.zeros(()))

    @classmethod
    def of(cls, economy: Economy, margin: Array) -> Retailed:
        """Set margins on an economy."""
        own = {entry.name: getattr(economy, entry.name) for entry in fields(Economy)}
        return cls(**own, margin=frozen(margin))

    @functools.cached_property
    def table(self) -> Economy:
        """The economy without margins."""
        return Economy(**{entry.name: getattr(self, entry.name) for entry in fields(Economy)})

    @functools.cached_property
    def inner(self) -> Economy:
        """The economy as the solver sees it: flows are what producers get, and margins are duties, at home too."""
        keeps = (1 - self.margin)[:, None, :]
        return replace(self.table, flows=self.flows * keeps, tariff=(1 + self.tariff) / keeps - 1)

    @functools.cached_property
    def output(self) -> Array:
        """Y[i, s]: what producers get."""
        return frozen((self.flows * (1 - self.margin)[:, None, :]).sum(0))

    @functools.cached_property
    def margins(self) -> Array:
        """What workers earn where goods are sold [country], million USD."""
        return frozen((self.flows * self.margin[:, None, :]).sum((1, 2)))

    @functools.cached_property
    def value_added(self) -> Array:
        """VA[n]: what factors earn, making goods and selling them."""
        return frozen((self.va_share * self.output).sum(1) + self.margins)

    @functools.cached_property
    def deficit(self) -> Array:
        """D[n]: what others' producers get from a country less what its own get from others."""
        paid = self.flows * (1 - self.margin)[:, None, :]
        return frozen(paid.sum((1, 2)) - paid.sum((0, 2)))


_retailed: weakref.WeakKeyDictionary[Economy, dict[bytes, Retailed]] = weakref.WeakKeyDictionary()
"""Economies with margins by their table, so that what steers a solve is worked out once; they live as long as the table."""
MOST_KEPT = 4


@dataclass(frozen=True, eq=False)
class Markets:
    """Margins and pass-through set on an economy.

    Attributes
    ----------
    table : Economy
        As it was given.
    margin, pass_through : array [importer, sector]
    """

    table: Economy
    margin: Array
    pass_through: Array

    @functools.cached_property
    def keep(self) -> bool:
        """Whether any market keeps a margin."""
        return bool(self.margin.any())

    @functools.cached_property
    def bend(self) -> bool:
        """Whether a duty moves any flow by more or less than its own size."""
        return bool((self.pass_through != 1).any())

    @functools.cached_property
    def economy(self) -> Economy:
        """The economy whose accounts hold: the table itself without margins."""
        if not self.keep:
            return self.table
        kept = _retailed.setdefault(self.table, {})
        key = self.margin.tobytes()
        if key not in kept:
            if len(kept) >= MOST_KEPT:
                kept.pop(next(iter(kept)))
            kept[key] = Retailed.of(self.table, self.margin)
        return kept[key]

    @property
    def inner(self) -> Economy:
        """The economy as the solver sees it."""
        economy = self.economy
        return economy.inner if isinstance(economy, Retailed) else economy

    @functools.cached_property
    def margins(self) -> Array:
        """What workers of the base year earn where goods are sold [country], million USD."""
        economy = self.economy
        return economy.margins if isinstance(economy, Retailed) else np.zeros(len(self.margin))

    def inner_tariff(self, tariff: Array) -> Array:
        """Duties as the solver sees them, margins in them."""
        return (1 + tariff) / (1 - self.margin)[:, None, :] - 1 if self.keep else tariff

    def own_tariff(self, tariff: Array) -> Array:
        """Duties of the policy, from those that the solver sees."""
        return (1 + tariff) * (1 - self.margin)[:, None, :] - 1 if self.keep else tariff

    def log_cost(self, tariff: Array, size: Array) -> Array:
        """Log trade cost [importer, exporter, sector] by which pass-through differs from one; 0 where it is one.

        Parameters
        ----------
        tariff : array [importer, exporter, sector], fraction
            Of the policy.
        size : array [importer, sector]
            Log of spending over the wage, to the base year's.
        """
        if not self.bend:
            return np.zeros((1, 1, 1))
        bent = (self.pass_through - 1)[:, None, :]
        duty = np.log1p(tariff) - np.log1p(self.table.tariff)
        return np.asarray(bent * (duty - size[:, None, :]))

    def collected(self, value: Equilibrium) -> tuple[Array, Array]:
        """Duties and margins of an equilibrium of the solver's [country], million USD."""
        if not self.keep:
            return value.tariff_revenue_new, np.zeros(len(self.margin))
        before = value.flows_new * (1 + value.wedges.tariff)
        duty = self.own_tariff(value.wedges.tariff)
        bought = before / (1 + duty)
        return (bought * duty).sum((1, 2)), (bought * self.margin[:, None, :]).sum((1, 2))

    def weights(self, value: Equilibrium, of_duties: Array, of_margins: Array) -> dict[str, Array]:
        """Partial derivatives of ``of_duties · duties + of_margins · margins`` by spending of importers and by own duties."""
        duty = self.own_tariff(value.wedges.tariff)
        bought = value.flows_new * (1 + value.wedges.tariff) / (1 + duty)
        duties, margins = of_duties[:, None, None], (of_margins[:, None] * self.margin)[:, None, :]
        return {
            "cell": (duties * duty + margins) / (1 + duty),
            "tariff": bought * (duties - margins) / (1 + duty),
        }


def gdp_volume(value: Equilibrium, economy: Retailed) -> Array:
    """Gross domestic product at base-year prices [country], ratio, where markets keep margins: volumes of what producers get."""
    abroad = ~np.eye(len(economy.income), dtype=bool)[:, :, None]
    log_price = np.log(value.price_hat)
    final, _ = value.technology.final(log_price)
    bought = (value.technology.demanded(log_price, final, value.spending_new) / value.price_hat).sum(1)
    base = economy.inner.flows * abroad
    sold, cost = base * value.flow_volume_hat, value.wedges.iceberg_hat
    arrived = np.divide(sold, cost, out=np.zeros_like(sold), where=np.isfinite(cost))
    before = economy.final_demand.sum(1) + base.sum((0, 2)) - base.sum((1, 2))
    return np.asarray((bought + sold.sum((0, 2)) - arrived.sum((1, 2))) / before)


def laid_by_market(value: object, economy: Economy, name: str) -> Array:
    """One number, one a sector, or one a market [country, sector], as the last of these.

    Raises
    ------
    InputError
        For another shape.
    """
    array, shape = np.asarray(value, dtype=np.float64), economy.va_share.shape
    if array.shape not in ((), shape[1:], shape):
        raise InputError(
            f"{name} has shape {array.shape}",
            hint=f"one number, one for each of {shape[1]} sectors, or an array of shape {shape}",
        )
    return np.broadcast_to(array, shape)


__all__ = ["Markets", "Retailed", "gdp_volume", "laid_by_market"]
