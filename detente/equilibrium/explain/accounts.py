r"""Exact accounts of a change: results split into channels by logarithmic means, without a path and without a remainder.

Between two equilibria of one economy every flow moves by known log changes, so that a sum :math:`V = \sum_k V_k` obeys

.. math::

    \Delta\ln V = \sum_k \frac{L(V_k^0, V_k^1)}{L(V^0, V^1)}\, \Delta\ln V_k, \qquad
    L(a, b) = \frac{b - a}{\ln b - \ln a}

exactly (Montgomery 1937; Vartia 1976; Ang 2004), and a CES price index obeys
:math:`\Delta\ln P = \sum_i w_i\, \Delta\ln p_i` with Sato and Vartia's weights
:math:`w_i = L(s_i^0, s_i^1) / \sum_j L(s_j^0, s_j^1)` of its spending shares (Sato 1976; Vartia 1976). Products split by
the mean of both orders: :math:`\Delta(tB) = \bar B\,\Delta t + \bar t\,\Delta B`. A ban has finite accounts.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.core import InputError
from detente.equilibrium.backstop import MOST
from detente.equilibrium.bans import log_ratio
from detente.equilibrium.explain.channels import PathChannels, decompose_path
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.world_model import Model
from detente.world import Array

EXACT = 1e-9
"""Largest gap of an account, relative to the sum of its parts' sizes."""


@dataclass(frozen=True, eq=False)
class Account:
    """A change split into channels that add up to it.

    Attributes
    ----------
    parts : mapping of channel to array [detail]
        In the unit of the result.
    words : mapping of channel to str
        What each is.
    details : tuple of str
        What a channel is split by: codes of partners, or of sectors.
    by : {"partner", "sector"}
    total : float
        The change itself.
    equation : str
        How it is split, for a note.
    """

    parts: Mapping[str, Array]
    words: Mapping[str, str]
    details: tuple[str, ...]
    by: str
    total: float
    equation: str

    @property
    def gap(self) -> float:
        """What the parts miss of the whole."""
        return self.total - math.fsum(float(x) for part in self.parts.values() for x in part)

    @property
    def size(self) -> float:
        """Sum of the parts' sizes."""
        return math.fsum(abs(float(x)) for part in self.parts.values() for x in part)


def log_mean(before: Array, log_change: Array) -> Array:
    """Logarithmic mean of a level and of that level times ``exp(log_change)``.

    Examples
    --------
    >>> import numpy as np
    >>> log_mean(np.array([1.0, 2.0, 3.0]), np.array([0.0, np.log(2), -700.0])).round(4).tolist()
    [1.0, 2.8854, 0.0043]
    """
    safe = np.where((log_change == 0) | np.isinf(log_change), 1.0, log_change)
    mean = np.where(log_change == 0, 1.0, np.expm1(safe) / safe)
    return np.asarray(before * np.where(np.isinf(log_change), 0.0, mean))


def weighted_part(before: Array, after: Array, log_change: Array, part: Array) -> Array:
    """Logarithmic mean of two levels times a part of their log change: what that part adds to the level.

    Where a ban begins or ends the log change and one part of it, that of the ban, are infinite: in the limit that part is the
    whole change of the level, and the others nothing.

    Examples
    --------
    >>> import numpy as np
    >>> weighted_part(np.array([3.0, 3.0]), np.zeros(2), np.full(2, -np.inf), np.array([-np.inf, 0.4])).tolist()
    [-3.0, 0.0]
    """
    gone = np.isinf(log_change)
    usual = log_mean(before, log_change) * np.where(np.isinf(part), 0.0, part)
    return np.asarray(np.where(gone, np.where(np.isinf(part), after - before, 0.0), usual))


def index_weights(share: Array, log_change: Array, axis: int) -> Array:
    """Sato and Vartia's weights of a CES index from spending shares and their log changes; zero where nothing is spent."""
    mean = log_mean(share, log_change)
    whole = mean.sum(axis, keepdims=True)
    there = np.broadcast_to(whole, mean.shape) > 0
    return np.asarray(np.divide(mean, whole, out=np.zeros_like(mean), where=there))


@dataclass(frozen=True, eq=False)
class Shift:
    """Two equilibria of one economy and structure, and every log change between them.

    Attributes
    ----------
    before, after : Equilibrium
    held_before, held_after : (array, array), optional
        What quantity controls add to duties and to export taxes ``[importer, exporter, sector]``: the wedges of their
        rents.

    Raises
    ------
    InputError
        When the two stand on different economies or structures.
    """

    before: Equilibrium
    after: Equilibrium
    held_before: tuple[Array, Array] | None = None
    held_after: tuple[Array, Array] | None = None

    def __post_init__(self) -> None:
        if self.before.economy is not self.after.economy or self.before.structure != self.after.structure:
            raise InputError(
                "the two equilibria stand on different economies or structures",
                where=self.after.economy.name,
                hint="solve both with the same elasticities and horizon",
            )
        for value in (self.before, self.after):
            if value.responses is not None:
                raise InputError(
                    "accounts without a path and responses beside prices do not go together",
                    where=self.after.economy.name,
                    hint="`decompose_path` has a channel for what answers; or explain without responses",
                )
            if (value.outside_new >= MOST * value.expenditure_new)[value.outside_new > 0].any():
                raise InputError(
                    "nearly all of a good is got outside the market, where prices are not those of suppliers",
                    where=self.after.economy.name,
                    hint="ask at the long horizon, or for a cut that leaves more of the good",
                )

    @property
    def theta(self) -> Array:
        """Trade elasticities [sector]."""
        return self.after.economy.trade_elasticity

    @functools.cached_property
    def duty(self) -> Array:
        """Change of ``ln(1+t)`` [importer, exporter, sector]."""
        return np.asarray(np.log1p(self.after.wedges.tariff) - np.log1p(self.before.wedges.tariff))

    @functools.cached_property
    def trade_cost(self) -> Array:
        """Change of the log trade cost [importer, exporter, sector]; infinite where a ban begins, minus infinity where one ends."""
        return log_ratio(self.after.wedges.iceberg_hat, self.before.wedges.iceberg_hat)

    @functools.cached_property
    def tax(self) -> Array:
        """Change of ``ln(1+x)`` [importer, exporter, sector]."""
        return np.asarray(np.log1p(self.after.wedges.export_tax) - np.log1p(self.before.wedges.export_tax))

    @functools.cached_property
    def cost(self) -> Array:
        """Change of log unit costs [country, sector]."""
        return np.asarray(np.log(self.after.cost_hat) - np.log(self.before.cost_hat))

    @functools.cached_property
    def price(self) -> Array:
        """Change of log prices [country, sector]."""
        return np.asarray(np.log(self.after.price_hat) - np.log(self.before.price_hat))

    @functools.cached_property
    def spending(self) -> Array:
        """Change of the log of what reaches suppliers of expenditure [country, sector]; zero where nothing is spent."""
        old, new = self.before.purchases_new, self.after.purchases_new
        there = (old > 0) & (new > 0)
        return np.asarray(np.log(np.where(there, new, 1.0)) - np.log(np.where(there, old, 1.0)))

    @functools.cached_property
    def share(self) -> Array:
        """Change of log trade shares [importer, exporter, sector]: −θ times that of the relative price."""
        relative = self.duty + self.trade_cost + self.tax + self.cost[None] - self.price[:, None]
        return np.asarray(-self.theta * relative)

    @functools.cached_property
    def factor(self) -> Array:
        """Change of what employers pay a unit of the factor, log [country, sector]."""
        moved = np.log(self.after.nominal_wage_hat) - np.log(self.before.nominal_wage_hat)
        return np.asarray(np.broadcast_to(moved[:, None], self.cost.shape) if moved.ndim == 1 else moved)

    @functools.cached_property
    def path(self) -> PathChannels:
        """Channels of real income along the straight path between the two.

        Raises
        ------
        SolveError
            When the change cannot be integrated along, as when bans cut trade into parts.
        """
        return decompose_path(Model.behind(self.after), self.before.wedges, self.after.wedges)

    def selling(self, *, taxed: bool) -> dict[str, Array]:
        """Log changes of the value of flows by channel [importer, exporter, sector]; they add up to the flows' own.

        Parameters
        ----------
        taxed : bool
            At the border, export tax paid; else what the producer gets.
        """
        theta, whole = self.theta, self.duty.shape
        return {
            "duties": -(1 + theta) * self.duty,
            "trade_costs": -theta * self.trade_cost,
            "export_taxes": -(theta if taxed else 1 + theta) * self.tax,
            "costs": np.broadcast_to(-theta * self.cost, whole),
            "alternatives": np.broadcast_to((theta * self.price)[:, None], whole),
            "expenditure": np.broadcast_to(self.spending[:, None], whole),
        }

    def cost_weights(self) -> tuple[Array, Array]:
        """Weights of factors [country, sector] and of inputs [country, supplier, user] in the change of log unit costs."""
        technology, structure = self.before.technology, self.before.structure
        prices = [np.log(value.price_hat) for value in (self.before, self.after)]
        (materials, composite), (later, composite_later) = (technology.nests(price) for price in prices)
        moved, nested = later - materials, composite_later - composite
        log_factor, log_cost = np.log(self.before.factor_price_hat), np.log(self.before.cost_hat)
        paid, inputs = technology.shares(log_factor, prices[0], log_cost)
        keeps = 1 - technology.profit_share
        paid, inputs = paid / keeps, inputs / keeps[:, None, :]
        top = 1 - structure.sigma_value_added
        pair = index_weights(
            np.stack([paid, inputs.sum(1)]), top * np.stack([self.factor - self.cost, moved - self.cost]), 0
        )
        chosen = technology.critical > 0
        own = (1 - structure.sigma_materials) * (self.price[:, :, None] - moved[:, None])
        other = log_mean(np.where(chosen[:, None], 0.0, inputs), own)
        if not chosen.any():
            whole = other.sum(1, keepdims=True)
            within = np.divide(other, whole, out=np.zeros_like(other), where=whole > 0)
            return pair[0], pair[1][:, None] * within
        critical = np.where(chosen[:, None], inputs, 0.0)
        nest = log_mean(critical.sum(1), (1 - structure.sigma_materials) * (nested - moved))
        inside = index_weights(
            critical, (1 - structure.sigma_critical) * (self.price[:, :, None] - nested[:, None]), 1
        )
        whole = other.sum(1) + nest
        within = other + nest[:, None] * inside
        within = np.divide(within, whole[:, None], out=np.zeros_like(within), where=whole[:, None] > 0)
        return pair[0], pair[1][:, None] * within


PRICE_WORDS = {
    "own_duties": "its own duties on what it buys abroad for final use",
    "own_duties_in_inputs": "its own duties on inputs, passed on by producers",
    "other_duties": "duties of others, in what their producers sell on",
    "trade_costs": "trade costs: what non-tariff measures use up",
    "export_taxes": "export taxes and export rents",
    "home_factors": "factor prices at home",
    "foreign_factors": "factor prices abroad",
}
PRICE_EQUATION = (
    "Δln P = Σ ω·Δln P(sector), Δln P(n,s) = Σ_i w(n,i,s)·[Δln(1+t) + Δln d + Δln(1+x) + Δln c(i,s)], Δln c = w·Δln v + "
    "Σ_r w(r)·Δln P(r), all w Sato-Vartia weights of the nest's own shares; the system is solved out, so that duties and "
    "factor prices are followed through every chain of inputs"
)


def _bought(shift: Shift) -> tuple[Array, Array]:
    """Weights of exporters in the change of log prices [importer, exporter, sector], and these times the log trade costs.

    A flow that is banned has no weight, but its end makes what is left dearer: with ``Δln p → ∞`` and
    ``Δln s = −θ(Δln p − Δln P)`` the product ``L(s⁰, s¹)·Δln p`` tends to ``(s⁰ − s¹)/θ``.
    """
    old, new = shift.before.trade_shares_new, shift.after.trade_shares_new
    mean = log_mean(old, shift.share)
    whole = np.broadcast_to(mean.sum(1, keepdims=True), mean.shape)
    gone = np.isinf(shift.trade_cost)
    cost = np.where(gone, (old - new) / shift.theta, mean * np.where(gone, 0.0, shift.trade_cost))
    there = whole > 0
    return tuple(np.divide(each, whole, out=np.zeros_like(mean), where=there) for each in (mean, cost))


def price_account(shift: Shift, country: str) -> Account:
    """Split the change of a country's log consumer price into duties, trade costs, export taxes and factor prices.

    Parameters
    ----------
    shift : Shift
    country : str

    Returns
    -------
    Account
        By partner: where goods come from; for duties of others, who charges them; for factor prices, whose they are.

    Notes
    -----
    With bilateral weights W of prices in buyers' indices and G of inputs in costs, ``Δln P = B Δln P + W τ + Γ Δln v`` with
    ``B = W G`` is linear and holds exactly; its transposed system is iterated to the last digit.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> both = [solve(Model(world), Wedges.of(world, tariff=k * world.tariff)).value for k in (1, 3)]
    >>> found = price_account(Shift(*both), "USA")
    >>> bool(abs(found.gap) < 1e-12), bool(found.parts["own_duties"].sum() > 0)
    (True, True)
    """
    value = shift.before
    labels = value.economy.labels
    n = labels.country(country)
    if value.technology.least is not None:
        raise InputError(
            "the account of prices follows one basket, and with minimum consumption it changes with income",
            where=value.economy.name,
            hint="ask which measures move prices, or explain real income",
        )
    alpha, _ = value.technology.final(np.log(value.price_hat))
    total = float(np.log(shift.after.consumer_price_hat[n]) - np.log(value.consumer_price_hat[n]))
    bought, bought_cost = _bought(shift)
    factors, inputs = shift.cost_weights()
    seed = np.zeros_like(shift.price)
    power = 1 - value.structure.sigma_final
    seed[n] = index_weights(alpha[n], power * (shift.price[n] - total), 0)
    weight = seed
    for _ in range(2000):
        on_cost = np.einsum("ns,nis->is", weight, bought)
        following = seed + np.einsum("is,irs->ir", on_cost, inputs)
        done = np.abs(following - weight).max() <= 1e-17
        weight = following
        if done:
            break
    on_cost = np.einsum("ns,nis->is", weight, bought)
    reach = weight[:, None] * bought
    duties = (reach * shift.duty).sum(2)
    direct = (seed[n] * bought[n] * shift.duty[n]).sum(1)
    paid = (on_cost * factors * shift.factor).sum(1)
    home = np.arange(len(labels.countries)) == n
    parts = {
        "own_duties": direct,
        "own_duties_in_inputs": duties[n] - direct,
        "other_duties": np.where(home, 0.0, duties.sum(1)),
        "trade_costs": (weight[:, None] * bought_cost).sum((0, 2)),
        "export_taxes": (reach * shift.tax).sum((0, 2)),
        "home_factors": np.where(home, paid, 0.0),
        "foreign_factors": np.where(home, 0.0, paid),
    }
    return Account(parts, PRICE_WORDS, labels.countries, "partner", total, PRICE_EQUATION)
