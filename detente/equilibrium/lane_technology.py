"""A structure set on one base year for lanes that each have parameters of their own (`lanes`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from detente.equilibrium.anderson import Lanes
from detente.equilibrium.ces import over_suppliers
from detente.equilibrium.floors import least_consumption, log_floor
from detente.equilibrium.revenue import Budget
from detente.equilibrium.structure import Structure, Technology
from detente.world import Array

SIGMAS = ("sigma_value_added", "sigma_materials", "sigma_critical", "sigma_final")


@dataclass(frozen=True, eq=False)
class LaneTechnology(Technology):
    """A technology whose elasticities of substitution and mobility differ by lane [lane, 1, 1], floors and minima [lane, ..]."""

    sigmas: dict[str, Array] = field(default_factory=dict)
    kappa: Array = field(default_factory=lambda: np.zeros(0))
    rest: tuple[Array, Array] = field(default_factory=lambda: (np.zeros(0), np.zeros(0)))
    last: dict[str, tuple[Array, Array, Array]] = field(default_factory=dict)

    @classmethod
    def over(cls, technology: Technology, structures: Sequence[Structure]) -> LaneTechnology:
        """A technology with the parameters of each structure in turn."""
        laid = cls.__new__(cls)
        laid.__dict__.update(vars(technology))

        def stacked(name: str) -> Array:
            return np.array([getattr(setting, name) for setting in structures])[:, None, None]

        laid.__dict__["sigmas"] = {name: stacked(name) for name in SIGMAS}
        laid.__dict__.update(kappa=stacked("mobility"), last={}, rest=_rest(*laid._weights))
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
        known = self.last.get("nests")
        if known is None or known[0] is not log_price:  # asked for twice in a row at the same prices
            known = self.last["nests"] = (log_price, *self._nests(log_price))
        return known[1], known[2]

    def _nests(self, log_price: Array) -> tuple[Array, Array]:
        # plain exp and log: no elasticity is near one here, and they take a tenth of the time of expm1 and log1p
        other, share, inside = self._weights
        power = 1 - self.sigmas["sigma_materials"]
        moved = over_suppliers(other, np.exp(power * log_price)) + self.rest[0]
        if not self.critical.any():
            return np.asarray(np.log(moved) / power), np.zeros(log_price.shape)
        within = 1 - self.sigmas["sigma_critical"]
        composite = np.log(over_suppliers(inside, np.exp(within * log_price)) + self.rest[1]) / within
        moved = moved + share * np.exp(power * composite)
        return np.asarray(np.log(moved) / power), np.asarray(composite)

    def log_cost(self, log_factor: Array, log_price: Array) -> Array:
        """As of one structure."""
        materials, _ = self.nests(log_price)
        power, share = 1 - self.sigmas["sigma_value_added"], self.va_in_cost
        moved = share * np.exp(power * self._by_sector(log_factor)) + (1 - share) * np.exp(power * materials)
        return np.asarray(np.log(moved) / power)

    def paid(self, log_factor: Array, log_cost: Array) -> Array:
        """As of one structure."""
        power = 1 - self.sigmas["sigma_value_added"]
        return np.asarray(self.factor_share * np.exp(power * (self._by_sector(log_factor) - log_cost)))

    def bought(self, log_price: Array, log_cost: Array, output: Array) -> Array:
        """As of one structure."""
        materials, composite = self.nests(log_price)
        power = 1 - self.sigmas["sigma_materials"]
        outer = (1 - self.sigmas["sigma_value_added"]) * (materials - log_cost)
        used = output * np.exp(outer - power * materials)
        spending = np.exp(power * log_price) * over_suppliers(self._by_user, used)
        if self.critical.any():
            inside = 1 - self.sigmas["sigma_critical"]
            within = over_suppliers(self._by_user, used * np.exp((power - inside) * composite))
            spending = np.where(self.critical, np.exp(inside * log_price) * within, spending)
        return np.asarray(spending)

    def final(self, log_price: Array) -> tuple[Array, Array]:
        """As of one structure."""
        known = self.last.get("final")
        if known is None or known[0] is not log_price:
            known = self.last["final"] = (log_price, *self._final(log_price))
        return known[1], known[2]

    def _final(self, log_price: Array) -> tuple[Array, Array]:
        alpha, power = self.chosen_shares, 1 - self.sigmas["sigma_final"]
        index = np.log((alpha * np.exp(power * log_price)).sum(-1)) / power[..., 0]
        return np.asarray(alpha * np.exp(power * (log_price - index[..., None]))), np.asarray(index)

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
