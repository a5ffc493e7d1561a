"""A structure set on one base year for lanes that each have parameters of their own (`lanes`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from detente.equilibrium.anderson import Lanes
from detente.equilibrium.ces import over_suppliers
from detente.equilibrium.floors import least_consumption, log_floor
from detente.equilibrium.revenue import Budget
from detente.equilibrium.structure import Structure, Technology
from detente.world import Array

SIGMAS = ("sigma_value_added", "sigma_materials", "sigma_critical", "sigma_final")


class NestPowers(NamedTuple):
    """Nests at some prices, in logarithms and as the powers these were taken of: no power is taken twice."""

    log_price: Array
    materials: Array
    composite: Array
    priced: Array
    """Prices to the power one less σ of materials; the next but one is that of `materials`, the last of `composite`."""
    priced_inside: Array
    """Prices of critical inputs alone [lane, country, input] to the power one less σ among them; the next is that of `composite`."""
    composite_inside: Array
    materials_power: Array
    composite_power: Array


class CostPowers(NamedTuple):
    """Unit costs the same way, all to the power one less σ of factors and materials."""

    log_cost: Array
    log_factor: Array
    nests: NestPowers
    factor: Array
    materials: Array
    whole: Array


@dataclass(frozen=True, eq=False)
class LaneTechnology(Technology):
    """A technology whose elasticities of substitution and mobility differ by lane [lane, 1, 1], floors and minima [lane, ..]."""

    sigmas: dict[str, Array] = field(default_factory=dict)
    kappa: Array = field(default_factory=lambda: np.zeros(0))
    rest: tuple[Array, Array] = field(default_factory=lambda: (np.zeros(0), np.zeros(0)))
    last: dict[str, Any] = field(default_factory=dict)
    chosen: tuple[Array, Array, Array] = field(default_factory=lambda: (np.zeros(0),) * 3)
    """Positions of critical sectors, weights among them [n, input, s], and input shares of them [n, user, input]."""

    @classmethod
    def over(cls, technology: Technology, structures: Sequence[Structure]) -> LaneTechnology:
        """A technology with the parameters of each structure in turn."""
        laid = cls.__new__(cls)
        laid.__dict__.update(vars(technology))

        def stacked(name: str) -> Array:
            return np.array([getattr(setting, name) for setting in structures])[:, None, None]

        laid.__dict__["sigmas"] = {name: stacked(name) for name in SIGMAS}
        laid.__dict__.update(kappa=stacked("mobility"), last={}, rest=_rest(*laid._weights))
        chosen = np.flatnonzero(technology.critical)
        inside = np.ascontiguousarray(laid._weights[2][:, chosen])
        laid.__dict__["chosen"] = chosen, inside, np.ascontiguousarray(laid._by_user[:, :, chosen])
        budgets = [replace(technology, structure=structure).budget for structure in structures]
        laid.__dict__["budget"] = Budget.stacked(budgets)
        economy = technology.economy
        floors = [log_floor(economy, structure) for structure in structures]
        if technology.log_floor is not None:
            laid.__dict__["log_floor"] = np.stack([floor for floor in floors if floor is not None])
        minima = [least_consumption(economy, structure) for structure in structures]
        if technology.least is not None:
            least = np.stack([minimum for minimum in minima if minimum is not None])
            beyond = np.maximum(economy.final_demand - least, 0.0)
            laid.__dict__.update(least=least, chosen_shares=beyond / beyond.sum(-1, keepdims=True))
        return laid

    def keep(self, lanes: Lanes) -> LaneTechnology:
        """Only these lanes."""
        kept = LaneTechnology.__new__(LaneTechnology)
        kept.__dict__.update(vars(self))
        kept.__dict__["sigmas"] = {name: values[lanes] for name, values in self.sigmas.items()}
        kept.__dict__.update(kappa=self.kappa[lanes], last={})
        kept.__dict__["budget"] = self.budget.keep(lanes)
        if self.log_floor is not None:
            kept.__dict__["log_floor"] = self.log_floor[lanes]
        if self.least is not None:
            kept.__dict__.update(least=self.least[lanes], chosen_shares=self.chosen_shares[lanes])
        return kept

    def nests(self, log_price: Array) -> tuple[Array, Array]:
        """As of one structure."""
        known = self._nests(log_price)
        return known.materials, known.composite

    def _nests(self, log_price: Array) -> NestPowers:
        known = self.last.get("nests")
        if known is not None and known.log_price is log_price:  # asked for twice in a row at the same prices
            return known  # type: ignore[no-any-return]
        # plain exp and log: no elasticity is near one here, and they take a tenth of the time of expm1 and log1p
        other, share, _ = self._weights
        power = 1 - self.sigmas["sigma_materials"]
        priced = np.exp(power * log_price)
        moved = over_suppliers(other, priced) + self.rest[0]
        none = np.zeros(log_price.shape)
        composite = priced_inside = composite_inside = composite_power = none
        positions, inside, _ = self.chosen
        if len(positions):
            within = 1 - self.sigmas["sigma_critical"]
            priced_inside = np.exp(within * log_price[..., positions])
            composite_inside = over_suppliers(inside, priced_inside) + self.rest[1]
            composite = np.log(composite_inside) / within
            composite_power = np.exp(power * composite)
            moved += share * composite_power
        materials = np.log(moved) / power
        inner = priced_inside, composite_inside, moved, composite_power
        known = self.last["nests"] = NestPowers(log_price, materials, composite, priced, *inner)
        return known

    def log_cost(self, log_factor: Array, log_price: Array) -> Array:
        """As of one structure."""
        nests = self._nests(log_price)
        power, share = 1 - self.sigmas["sigma_value_added"], self.va_in_cost
        known = self.last.get("cost")
        if known is not None and known.log_factor is log_factor:  # a sweep moves prices first
            factor = known.factor
        else:
            factor = np.exp(power * self._by_sector(log_factor))
        materials = np.exp(power * nests.materials)
        whole = share * factor + (1 - share) * materials
        log_cost = np.log(whole) / power
        self.last["cost"] = CostPowers(log_cost, log_factor, nests, factor, materials, whole)
        return np.asarray(log_cost)

    def paid(self, log_factor: Array, log_cost: Array) -> Array:
        """As of one structure."""
        known = self.last.get("cost")
        if known is not None and known.log_cost is log_cost and known.log_factor is log_factor:
            return np.asarray(self.factor_share * (known.factor / known.whole))
        power = 1 - self.sigmas["sigma_value_added"]
        return np.asarray(self.factor_share * np.exp(power * (self._by_sector(log_factor) - log_cost)))

    def bought(self, log_price: Array, log_cost: Array, output: Array) -> Array:
        """As of one structure."""
        nests, known = self._nests(log_price), self.last.get("cost")
        if known is not None and known.log_cost is log_cost and known.nests is nests:
            relative = known.materials / known.whole
        else:
            relative = np.exp((1 - self.sigmas["sigma_value_added"]) * (nests.materials - log_cost))
        used = output * relative / nests.materials_power
        spending = nests.priced * over_suppliers(self._by_user, used)
        positions, _, by_user = self.chosen
        if len(positions):
            within = over_suppliers(by_user, used * (nests.composite_power / nests.composite_inside))
            spending[..., positions] = nests.priced_inside * within
        return np.asarray(spending)

    def final(self, log_price: Array) -> tuple[Array, Array]:
        """As of one structure."""
        known = self.last.get("final")
        if known is None or known[0] is not log_price:
            known = self.last["final"] = (log_price, *self._final(log_price))
        return known[1], known[2]

    def _final(self, log_price: Array) -> tuple[Array, Array]:
        power = 1 - self.sigmas["sigma_final"]
        parts = self.chosen_shares * np.exp(power * log_price)
        whole = parts.sum(-1)
        return np.asarray(parts / whole[..., None]), np.asarray(np.log(whole) / power[..., 0])

    def earnings(self, log_factor: Array) -> tuple[Array, Array]:
        """As of one structure."""
        if self.mobile:
            return super().earnings(log_factor)
        base = self.base_earnings()
        whole = base.sum(1)
        top = np.where(base > 0, log_factor, -np.inf).max(-1, keepdims=True)
        weight = base / whole[:, None] * np.exp(self.kappa * (log_factor - top))
        added = weight.sum(-1)
        total = np.exp(top[..., 0] + np.log(added) / self.kappa[..., 0]) * whole
        return total, np.asarray(total[..., None] * weight / added[..., None])


def _rest(other: Array, share: Array, inside: Array) -> tuple[Array, Array]:
    """What weights of materials and of critical inputs leave to one [n, s]: all of it where there are none."""
    return 1 - (other.sum(1) + share), 1 - inside.sum(1)
