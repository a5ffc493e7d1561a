"""How an economy can substitute, how fast its factors move, and who keeps the profits: the structure of the model.

The core (Caliendo and Parro 2015) is the structure with every elasticity at its default: Cobb-Douglas nests, factors that
move freely, no profits. Each part reduces to the core exactly at its limit.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detente.core import InputError, UnitError
from detente.equilibrium.backstop import Backstop
from detente.equilibrium.bans import Mask, Severed
from detente.equilibrium.ces import by_pair, ces, ces_pair, over_suppliers, over_users
from detente.equilibrium.floors import check_minimum, least_consumption, log_floor
from detente.equilibrium.revenue import Budget, check_revenue
from detente.world import Array, Economy, frozen

FREE = 5_000.0
"""Mobility κ from which factors move freely: a war of 50 points moves real incomes by less than 2e-6 of themselves otherwise."""


@dataclass(frozen=True, eq=False)
class Structure:
    """Nests, mobility and markups.

    Parameters
    ----------
    sigma_value_added : float
        Elasticity of substitution between value added and materials (σ_V).
    sigma_materials : float
        Between inputs, the composite of critical inputs being one of them (σ_M).
    sigma_critical : float
        Between the critical inputs (σ_K); near zero at impact.
    critical : tuple of str
        Sector codes of the critical inputs.
    sigma_final : float
        Between sectors in final demand (σ_F).
    mobility : float
        Dispersion κ > 1 of Galle, Rodríguez-Clare and Yi (2023): ∞ is free mobility, near 1 factors stay in their sector.
        Above `FREE` it is taken as ∞: answers differ from those of free mobility by about 1/κ, while rounding grows with κ.
    profit_share : float or array [sector] or [country, sector]
        Share of sales that is profit and goes to the country's households (constant markups with a fixed number of firms:
        1/σ, Ossa 2014); part of the value-added share.
    wage_floor : float or array [country] or [country, sector], ratio
        Lowest factor price in the numeraire, to that of the base year, 0 to 1: downward nominal wage rigidity (Rodríguez-Clare,
        Ulate and Vásquez 2025). World value added in dollars is the nominal anchor. Where the floor binds, part of the factor
        is not employed, and what remains is paid the floor. 0 is no floor: the core.
    revenue_saved : float or array [country], share
        Of the duties a country collects beyond those of the base year, the share its treasury saves: it borrows less, and the
        other countries spend the money, in proportion to value added. 0 gives all to households: the core.
    revenue_cut : float or array [country], share
        The share that lowers other taxes: households get it, and each million brings forth `marginal_cost_of_funds` − 1
        million of factor services at going prices, which the other taxes had kept from being offered.
    marginal_cost_of_funds : float
        What a million of other taxes costs households in all, at least 1; matters with `revenue_cut` alone.
    labour_supply : float or array [country]
        Elasticity of the factor offered by the real factor price (no effect of income on it); 0 is a fixed supply: the core.
    minimum_consumption : float or array [sector] or [country, sector], share of base-year final consumption
        Volumes that households buy before they choose (Stone 1954, Geary 1950); 0 is homothetic demand: the core.
    backstop : Backstop, optional
        What buyers of critical inputs do when these get dear; nothing when left out.
    horizon : str
        Name of the horizon these stand for.
    source : str
        Where they come from.

    Examples
    --------
    >>> Structure().is_core
    True
    >>> Structure(sigma_final=0.5).is_core
    False
    """

    sigma_value_added: float = 1.0
    sigma_materials: float = 1.0
    sigma_critical: float = 1.0
    critical: tuple[str, ...] = ()
    sigma_final: float = 1.0
    mobility: float = math.inf
    profit_share: float | Array = 0.0
    wage_floor: float | Array = 0.0
    revenue_saved: float | Array = 0.0
    revenue_cut: float | Array = 0.0
    marginal_cost_of_funds: float = 1.0
    labour_supply: float | Array = 0.0
    minimum_consumption: float | Array = 0.0
    horizon: str = "long run"
    source: str = "core model: Cobb-Douglas nests, free mobility (Caliendo and Parro 2015)"
    backstop: Backstop | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name in ("sigma_value_added", "sigma_materials", "sigma_critical", "sigma_final"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise UnitError(
                    f"{name} is {value}", where="structure", hint="elasticities of substitution are 0 or more"
                )
        if not self.mobility > 1:
            raise UnitError(
                f"mobility is {self.mobility}",
                where="structure",
                hint="κ is above 1; infinity is free mobility",
            )
        floor = np.asarray(self.wage_floor, dtype=np.float64)
        if not (np.isfinite(floor).all() and (floor >= 0).all() and (floor <= 1).all()):
            raise UnitError(
                "a wage floor is outside 0 to 1",
                where="structure",
                hint="a ratio to the base year: 1 lets no nominal wage fall, 0 is no floor",
            )
        check_revenue(self)
        check_minimum(self.minimum_consumption)
        if self.mobility > FREE:
            object.__setattr__(self, "mobility", math.inf)

    @functools.cached_property
    def is_core(self) -> bool:
        """Whether this is the core model."""
        return (
            self.sigma_value_added == self.sigma_materials == self.sigma_final == 1
            and (self.sigma_critical == 1 or not self.critical)
            and math.isinf(self.mobility)
            and not np.any(self.profit_share)
            and not np.any(self.wage_floor)
            and not self.moves_supply
            and not np.any(self.revenue_saved)
            and not np.any(self.minimum_consumption)
            and self.backstop is None
        )

    @functools.cached_property
    def moves_supply(self) -> bool:
        """Whether the supply of factors changes: with the real factor price, or as duties replace other taxes."""
        cuts = np.any(self.revenue_cut) and self.marginal_cost_of_funds != 1
        return bool(np.any(self.labour_supply) or cuts)


@dataclass(frozen=True, eq=False)
class Technology:
    """A structure set on an economy: base shares of its nests, and the equations that move them.

    Vectors are ``[scenario, country, sector]``; input arrays ``[scenario, country, supplier, user]``.

    Attributes
    ----------
    factor_share : array [country, sector]
        Share of sales that pays factors (value added less profit).
    profit_share : array [country, sector]
    va_in_cost, inputs_in_cost : array
        The same as shares of cost, ``factor_share/(1−profit)`` and ``input_shares/(1−profit)``.
    log_floor : array, shape of the log factor prices, optional
        Log of the lowest factor price; None where nothing keeps factor prices up.
    severed : Severed, optional
        Parts into which bans have cut trade, and sectors without a buyer.
    least : array [country, sector], million USD, optional
        Minimum consumption at base-year prices; None where demand is homothetic.

    Notes
    -----
    A *factor price* here is what a unit of the factor can expect to earn: its wage times the chance of being employed. It is
    what supply follows and what income is made of. What employers pay is `wage`: the factor price, or the floor where that
    is higher. Of the factor the ratio of the two is employed. So a floor changes the cost side alone, at the same unknowns.
    """

    economy: Economy
    structure: Structure
    factor_share: Array
    profit_share: Array
    va_in_cost: Array
    inputs_in_cost: Array
    critical: Array = field(repr=False)
    log_floor: Array | None = None
    severed: Severed | None = None
    least: Array | None = None

    @classmethod
    def of(cls, economy: Economy, structure: Structure, severed: Severed | None = None) -> Technology:
        """Set a structure on an economy, whose trade bans may have cut.

        Raises
        ------
        LabelError
            For a critical sector the economy does not have.
        InputError
            When profits exceed value added somewhere.
        """
        profit = np.broadcast_to(np.asarray(structure.profit_share, dtype=np.float64), economy.va_share.shape)
        factor = economy.va_share - profit
        if (profit < 0).any() or (factor < -1e-12).any():
            raise InputError(
                "profits exceed value added in some sector",
                where=economy.name,
                hint="profit_share is a share of sales",
            )
        mask = np.zeros(len(economy.labels.sectors), dtype=bool)
        for code in structure.critical:
            mask[economy.labels.sector(code)] = True
        return cls(
            economy,
            structure,
            frozen(np.maximum(factor, 0.0)),
            frozen(profit),
            frozen(np.maximum(factor, 0.0) / (1 - profit)),
            frozen(economy.input_shares / (1 - profit)[:, None, :]),
            frozen(mask),
            log_floor(economy, structure),
            severed,
            least_consumption(economy, structure),
        )

    def shared(self) -> dict[str, Any]:
        """Its arrays, with those derived from them: everything but the economy and the structure they stand for.

        Not what follows from the structure either: structures that share their arrays differ in it.
        """
        _ = self._by_user, self._weights, self.chosen_shares, self.earning  # now, or by every solve anew
        own = ("economy", "structure", "budget", "moves_inputs")
        return {name: value for name, value in vars(self).items() if name not in own}

    @classmethod
    def from_shared(cls, economy: Economy, structure: Structure, arrays: dict[str, Any]) -> Technology:
        """Make one from the arrays that `shared` gave for the same economy and structure."""
        technology = cls.__new__(cls)
        technology.__dict__.update(arrays, economy=economy, structure=structure)
        return technology

    @property
    def mobile(self) -> bool:
        """Whether factors move freely: one factor price a country."""
        return math.isinf(self.structure.mobility)

    @functools.cached_property
    def moves_inputs(self) -> bool:
        """Whether shares of cost move with prices."""
        s = self.structure
        return not (
            s.sigma_value_added == s.sigma_materials == 1
            and (s.sigma_critical == 1 or not self.critical.any())
        )

    def wage(self, log_factor: Array) -> Array:
        """Log of what employers pay, from log factor prices: the factor price, or the floor where that is higher."""
        return log_factor if self.log_floor is None else np.maximum(log_factor, self.log_floor)

    def _by_sector(self, log_factor: Array) -> Array:
        """Log of what employers pay, laid out by sector [.., n, s], or [.., n, 1] where one price holds in all."""
        wage = self.wage(log_factor)
        return wage[..., None] if self.mobile else wage

    def moves_wage(self, log_factor: Array) -> Array | float:
        """Where a factor price moves what employers pay, as 1 or 0 [.., n, s]; a plain 1 without floors."""
        if self.log_floor is None:
            return 1.0
        free = (log_factor > self.log_floor).astype(np.float64)
        if not self.mobile:
            return free
        return np.broadcast_to(free[..., None], (*free.shape, len(self.economy.labels.sectors)))

    @functools.cached_property
    def budget(self) -> Budget:
        """What is done with duties, and what that and real factor prices do to the supply of factors."""
        parts = None if self.severed is None else self.severed.members
        return Budget.of(self.economy, self.structure, self.base_earnings().sum(1), parts)

    def offered(
        self, log_factor: Array, log_basket: Array, duties: Array | None = None
    ) -> tuple[Array, Array, Array]:
        """`earnings` at base supply [.., n], then earnings in all and by sector at the supply there is.

        The supply there is follows log prices of final baskets [.., n] and duties collected [.., n], million USD.
        """
        total, asked = self.earnings(log_factor)
        if not self.budget.moves_supply:
            return total, total, asked
        supply = self.budget.supply_hat(total, log_basket, duties)
        whole = total * supply
        return total, whole, whole if self.mobile else np.asarray(asked * supply[..., None])

    @functools.cached_property
    def _weights(self) -> tuple[Array, Array, Array]:
        """Shares of materials outside the critical nest [n, r, s], of that nest [n, s], and inside it [n, r, s]."""
        share, chosen = self.inputs_in_cost, self.inputs_in_cost * self.critical[:, None]
        materials, total = share.sum(1), chosen.sum(1)

        def part(array: Array, whole: Array) -> Array:
            return np.divide(
                array, whole, out=np.zeros_like(array), where=np.broadcast_to(whole, array.shape) > 0
            )

        other = part(share - chosen, materials[:, None, :])
        return frozen(other), frozen(part(total, materials)), frozen(part(chosen, total[:, None, :]))

    def nests(self, log_price: Array) -> tuple[Array, Array]:
        """Log prices of materials [.., n, s] and of the composite of critical inputs [.., n, s] (zero where there is none)."""
        s = self.structure
        other, share, inside = self._weights
        if not self.critical.any():
            return ces(other, log_price, s.sigma_materials), np.zeros(log_price.shape)
        composite = ces(inside, log_price, s.sigma_critical)
        if s.sigma_materials == 1:
            return over_suppliers(other, log_price) + share * composite, composite
        power = 1 - s.sigma_materials
        moved = over_suppliers(other, np.expm1(power * log_price)) + share * np.expm1(power * composite)
        return np.asarray(np.log1p(moved) / power), composite

    def log_cost(self, log_factor: Array, log_price: Array) -> Array:
        """Log unit cost [.., n, s] from log factor prices [.., n] or [.., n, s] and log prices [.., n, s]."""
        factor = self._by_sector(log_factor)
        if not self.moves_inputs:
            return np.asarray(self.va_in_cost * factor + over_suppliers(self.inputs_in_cost, log_price))
        materials, _ = self.nests(log_price)
        return ces_pair(self.va_in_cost, factor, materials, self.structure.sigma_value_added)

    def paid(self, log_factor: Array, log_cost: Array) -> Array:
        """Share of sales that pays factors [.., n, s] at these prices."""
        if not self.moves_inputs:
            return self.factor_share
        power = 1 - self.structure.sigma_value_added
        return np.asarray(self.factor_share * np.exp(power * (self._by_sector(log_factor) - log_cost)))

    def shares(self, log_factor: Array, log_price: Array, log_cost: Array) -> tuple[Array, Array]:
        """Shares of sales that pay factors [.., n, s] and inputs [.., n, r, s] at these prices."""
        if not self.moves_inputs:
            return self.factor_share, self.economy.input_shares
        s = self.structure
        materials, composite = self.nests(log_price)
        power, within, base = 1 - s.sigma_materials, 1 - s.sigma_critical, self.economy.input_shares
        by_user = (1 - s.sigma_value_added) * (materials - log_cost) - power * materials
        inputs = by_pair(base, np.exp(power * log_price), np.exp(by_user))
        if (chosen := np.flatnonzero(self.critical)).size:
            prices, users = within * log_price[..., chosen], by_user + (power - within) * composite
            inputs[..., chosen, :] = by_pair(base[:, chosen], np.exp(prices), np.exp(users))
        return self.paid(log_factor, log_cost), inputs

    def bought(self, log_price: Array, log_cost: Array, output: Array) -> Array:
        """Spending on inputs by supplying sector [.., n, r]: the input shares of `shares` times sales, never laid out."""
        if not self.moves_inputs:
            return over_users(self._by_user, output)
        s = self.structure
        materials, composite = self.nests(log_price)
        power = 1 - s.sigma_materials
        used = output * np.exp((1 - s.sigma_value_added) * (materials - log_cost) - power * materials)
        spending = np.exp(power * log_price) * over_users(self._by_user, used)
        if self.critical.any():
            inside = 1 - s.sigma_critical
            within = over_users(self._by_user, used * np.exp((power - inside) * composite))
            spending = np.where(self.critical, np.exp(inside * log_price) * within, spending)
        return np.asarray(spending)

    @functools.cached_property
    def _by_user(self) -> Array:
        """Input shares laid out [country, user, supplier]."""
        return np.ascontiguousarray(self.economy.input_shares.transpose(0, 2, 1))

    @functools.cached_property
    def chosen_shares(self) -> Array:
        """Shares of the base year's final spending beyond minima [country, sector]: of all of it without any."""
        if self.least is None:
            return self.economy.final_shares
        beyond = np.maximum(self.economy.final_demand - self.least, 0.0)
        return frozen(beyond / beyond.sum(1, keepdims=True))

    def committed(self, log_price: Array) -> Array | None:
        """What minimum consumption costs [.., n, s], million USD; None where there is none."""
        return None if self.least is None else np.asarray(self.least * np.exp(log_price))

    def demanded(self, log_price: Array, final: Array, spending: Array) -> Array:
        """Final demand [.., n, s] from spending on it [.., n], million USD; `final` as the method of that name gives it."""
        committed = self.committed(log_price)
        if committed is None:
            return np.asarray(final * spending[..., None])
        return np.asarray(committed + final * (spending - committed.sum(-1))[..., None])

    def final(self, log_price: Array) -> tuple[Array, Array]:
        """Shares of final spending beyond minima [.., n, s] and log price of that basket [.., n]: of all of it without minima."""
        alpha, sigma = self.chosen_shares, self.structure.sigma_final
        if sigma == 1:
            return alpha, np.asarray(np.vecdot(log_price, alpha))
        index = np.log1p((alpha * np.expm1((1 - sigma) * log_price)).sum(-1)) / (1 - sigma)
        return np.asarray(alpha * np.exp((1 - sigma) * (log_price - index[..., None]))), np.asarray(index)

    def base_earnings(self) -> Array:
        """Factor earnings of the base year [country, sector], million USD."""
        return self._base_earnings[0]

    @functools.cached_property
    def _base_earnings(self) -> tuple[Array, Array]:
        earned = frozen(self.factor_share * self.economy.output)
        return earned, frozen(earned.sum(1))

    @functools.cached_property
    def earning(self) -> Mask:
        """Sectors that employ a factor [country, sector]; one that bans leave without a buyer does not."""
        earns = self.base_earnings() > 0
        return earns if self.severed is None else earns & ~self.severed.closed

    def earnings(self, log_factor: Array) -> tuple[Array, Array]:
        """What factors ask for: earnings [.., n] in all and, when not mobile, [.., n, s] by sector (else the same).

        ``Φ_hat = (Σ_s l v_hat^κ)^(1/κ)``; sector earnings ``l v_hat^κ Φ_hat^(1−κ) · VA``. The sum leaves out sectors that
        bans have closed.
        """
        base, whole = self._base_earnings
        if self.mobile:
            return (np.exp(log_factor) * whole,) * 2
        base = base if self.severed is None else np.where(self.earning, base, 0.0)
        kappa = self.structure.mobility
        share = base / whole[:, None]
        top = np.where(base > 0, log_factor, -np.inf).max(-1, keepdims=True)  # keeps large κ within range
        weight = share * np.exp(kappa * (log_factor - top))
        log_phi = top[..., 0] + np.log(weight.sum(-1)) / kappa
        total = np.exp(log_phi) * whole
        return total, np.asarray(total[..., None] * weight / weight.sum(-1, keepdims=True))
