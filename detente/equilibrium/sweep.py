"""The quasi-Newton sweep over many scenarios at once, with Anderson acceleration.

One *sweep* takes a Newton step on prices, then on expenditures, then on wages, each with the base year's implicit
derivatives (`baseline.prepare`). Its fixed point is the equilibrium whatever those derivatives are; they only decide how
fast it is reached. Anderson acceleration over the sweeps supplies what the base year's derivatives miss, so that a solve
costs about a dozen sweeps of array arithmetic and no factorisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from detente.core import InputError, UnitError
from detente.equilibrium.anderson import Lanes
from detente.equilibrium.baseline import Baseline
from detente.equilibrium.budget import BUDGET, SECONDS
from detente.equilibrium.factored import Factored
from detente.equilibrium.implicit import Numeraires
from detente.equilibrium.shock import Shock, SparseShock
from detente.world import Array, Economy

CLOSURES: dict[str, str] = {
    "share": "each country's deficit is a fixed share of world value added",
    "fixed": "each country's deficit is fixed in the numeraire (world value added)",
    "zero": "no country runs a deficit",
}
"""With world value added as numeraire the first two are the same condition; both names are understood."""


@dataclass(frozen=True)
class Newton:
    """Settings of the solver.

    Parameters
    ----------
    rtol : float
        Largest residual accepted: relative for clearing and expenditure, log points for prices.
    max_steps : int
        Sweeps before the robust method takes over.
    memory : int
        Earlier sweeps that Anderson acceleration combines.
    robust : bool
        Whether scenarios the sweeps do not settle are solved again by exact Newton in stages.
    whole : bool
        Whether the base year's whole derivative is inverted before the first solve, once for as long as a `Model` lives: it takes
        as long as some thirty solves and spares a fifth to a quarter of each, one at a time. Batches of `BATCH` do so anyway.
    budget : float
        Work after which one scenario is given up, counted in sweeps (`detente.equilibrium.budget`): the same on every machine.
    seconds : float
        Time after which it is given up, whatever the work: the guard of very large worlds.
    """

    rtol: float = 1e-11
    max_steps: int = 60
    memory: int = 8
    robust: bool = True
    whole: bool = False
    budget: float = BUDGET
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        for name in ("budget", "seconds"):
            if not getattr(self, name) > 0:
                raise UnitError(
                    f"{name} is {getattr(self, name)}",
                    where="solver",
                    hint=f"more than 0; {getattr(Newton, name):g} when left out, inf never gives up",
                )


def deficits(economy: Economy, closure: str | Array) -> Array:
    """Deficits [country] under a closure, million USD in the numeraire.

    Raises
    ------
    InputError
        For an unknown name, or deficits of one's own that do not sum to zero over the world.
    """
    if isinstance(closure, np.ndarray):
        if closure.shape != economy.deficit.shape or not np.isfinite(closure).all():
            raise InputError(
                f"deficits have shape {closure.shape}", where=economy.name, hint="one number a country"
            )
        if abs(closure.sum()) > 1e-9 * economy.value_added.sum():
            raise InputError(
                f"deficits sum to {closure.sum():.3g} million USD over the world, not to zero",
                where=economy.name,
                hint="what one country borrows another lends",
            )
        return np.asarray(closure, dtype=np.float64)
    if closure not in CLOSURES:
        raise InputError(f"unknown closure `{closure}`", hint="one of: " + ", ".join(CLOSURES))
    return np.zeros_like(economy.deficit) if closure == "zero" else economy.deficit


class MarketLook(NamedTuple):
    """Markets at a point, [scenario, country, sector] where nothing else is said."""

    log_cost: Array
    weight: Array
    """``cost_hat^−θ`` of exporters."""
    total: Array
    """Σ_i of what the exporters pull."""
    log_basket: Array
    """Log price of final baskets [scenario, country]."""
    reaching: Array
    """Spending that reaches suppliers."""
    yielding: Array | None
    """By how much its logarithm falls as the log price rises."""
    output: Array
    wanted: Array
    """Spending that follows."""
    earnings: tuple[Array, Array, Array]
    """Of factors, in all and by market, at the supply there is, and in all at base supply."""
    wedge_step: tuple[Array, Array] | None = None
    """Step of the log wedges of limits that was taken first, and how far these were from their conditions."""


class _Standing(NamedTuple):
    """What a sweep needs to know of an economy, the same for every solve on it."""

    units: Numeraires
    spends: npt.NDArray[np.bool_]
    everywhere: bool
    profits: bool


def _standing(base: Baseline) -> _Standing:
    """Worked out once for as long as the baseline is kept, and for each set of parts into which bans cut its trade."""
    technology = base.technology
    key = "standing" if technology.severed is None else f"standing {technology.severed.pattern.hex()}"
    known: _Standing | None = base.whole.get(key)
    if known is None:
        spends = technology.economy.expenditure > 0
        profits = bool(technology.profit_share.any())
        known = _Standing(Numeraires.of(technology), spends, bool(spends.all()), profits)
        base.whole[key] = known
    return known


class Sweep:
    """The map whose fixed point is the equilibrium, over a chunk of scenarios; vectors are [scenario, country, sector]."""

    light = False
    """Whether what earlier sweeps did is remembered in single precision (`Anderson`): it pays where many are swept."""

    def __init__(self, economy: Economy, base: Baseline, deficit: Array) -> None:
        self.economy, self.base, self.deficit = economy, base, deficit
        self.technology = base.technology
        self.N, self.S = economy.expenditure.shape
        self.factors = self.N if self.technology.mobile else self.N * self.S
        self.limited_from = self.factors + 2 * self.N * self.S
        """Position of the first log wedge of limits in a point."""
        self.units, self.spends, self.everywhere, self.profits = _standing(base)
        dropped: npt.NDArray[np.int64] | slice = self.units.dropped
        if len(self.units.dropped) == 1:  # a slice is a tenth of the work
            dropped = slice(int(self.units.dropped[0]), int(self.units.dropped[0]) + 1)
        self.dropped = dropped
        self.sectors = np.ones(self.S)  # a product with it adds up over sectors, faster than a sum does
        self.theta = economy.trade_elasticity
        self.pulls = np.repeat(-self.theta[None], self.N, 0)
        """What log costs are multiplied with to give the exporters' pull; laid out, as that takes half the time."""
        self.mobile, self.earning = self.technology.mobile, self.technology.earning
        self.backstop = self.technology.structure.backstop
        self.budget = self.technology.budget
        self.steeper: Array | None = None
        """Slopes of clearing over those that the inverses are of [scenario, factor]; None where they are the same."""
        self._asked: tuple[Array, Array, tuple[Array, Array]] | None = None

    def keep(self, _: Lanes) -> Sweep:
        """The map over some scenarios alone: itself, what differs is in their shock."""
        return self

    def split(self, point: Array) -> tuple[Array, Array, Array]:
        """Log factor prices, log prices and expenditures of the points of a chunk."""
        shape, F = (len(point), self.N, self.S), self.factors
        log_factor = point[:, :F] if self.mobile else point[:, :F].reshape(shape)
        log_price = point[:, F : F + self.N * self.S].reshape(shape)
        expenditure = point[:, F + self.N * self.S : self.limited_from].reshape(shape) * self.base.scale
        return log_factor, log_price, expenditure

    def clearing(self, paid: Array, output: Array, earnings: tuple[Array, Array, Array]) -> Array:
        """Clearing residual by factor market [scenario, factor]; that of the numeraires in the dropped markets' place."""
        total, asked, anchor = earnings
        if self.mobile:
            gap = np.vecdot(paid, output)
            gap /= total
            gap -= 1
        else:
            unit = np.where(self.earning, asked, 1.0)
            gap = np.where(self.earning, paid * output / unit - 1, 0.0).reshape(len(output), -1)
        gap[:, self.dropped] = self.units.gap(anchor)
        return np.asarray(gap)

    def weight(self, log_cost: Array) -> Array:
        """What exporters pull with, ``cost_hat^−θ``."""
        power = log_cost * self.pulls
        return np.asarray(np.exp(power, out=power))

    def total(self, shock: Shock | SparseShock, weight: Array) -> Array:
        """Σ_i of the exporters' pull, price_hat^−θ; one where nothing is spent."""
        return self.spent(shock.pulled(weight))

    def spent(self, pulled: Array) -> Array:
        """What is pulled; one where nothing is spent."""
        return pulled if self.everywhere else np.where(self.spends, pulled, 1.0)

    def reaching(self, log_price: Array, log_basket: Array, expenditure: Array) -> tuple[Array, Array | None]:
        """Spending that reaches suppliers, and by how much its logarithm falls as the log price rises, spending held."""
        if self.backstop is None:
            return expenditure, None
        known = self._asked
        if known is None or known[0] is not log_price or known[1] is not log_basket:
            # prices stay where they are while spending takes its step
            known = self._asked = log_price, log_basket, self.backstop.asked(log_price, log_basket)
        value, by_price, _ = self.backstop.bought_of(known[2], expenditure)
        reaching = expenditure - self.backstop.spread(value, expenditure.shape)
        fall = self.backstop.spread(by_price, expenditure.shape)
        return reaching, np.divide(fall, reaching, out=np.zeros_like(fall), where=fall > 0)

    def price_gap(
        self, total: Array, log_price: Array, expenditure: Array, out: Array | None = None
    ) -> Array:
        """Residual of prices: log of the price that exporters ask for, or at which a backstop is full, over the price."""
        gap = np.log(total, out=out)
        gap /= self.pulls
        gap -= log_price
        if self.backstop is not None:
            at = (slice(None), self.backstop.importer, self.backstop.sector)
            room = self.backstop.room(log_price, self.technology.final(log_price)[1], expenditure)
            gap[at] = np.minimum(gap[at], room)
        return gap

    def look(
        self,
        shock: Shock | SparseShock,
        log_factor: Array,
        log_price: Array,
        expenditure: Array,
        log_wedge: Array | None = None,
    ) -> MarketLook:
        """MarketLook at markets at a point: what prices, spending and factor markets would have to be there.

        With log wedges, limits take their step from them first, and trade is looked at where it leads.
        """
        technology = self.technology
        log_cost = technology.log_cost(log_factor, log_price)
        weight = self.weight(log_cost)
        total, reached = shock.drawn(weight)
        total = self.spent(total)
        final, log_basket = technology.final(log_price)
        reaching, yielding = self.reaching(log_price, log_basket, expenditure)
        wedge_step = None
        if shock.limits is not None and log_wedge is not None:
            trade = (shock.pull, shock.to_producer, shock.to_exporter)
            markets = (weight, log_cost, total, reached, reaching, yielding)
            wedge_step = shock.limits.step_first(log_wedge, trade, markets)
        per_pull = reaching / total
        output = weight * shock.sold(per_pull)
        # what is not the producer's is duty, but for what the exporter taxes
        kept = reached * per_pull
        duties = np.subtract(reaching, kept, out=kept) @ self.sectors
        if shock.to_exporter is not None:
            duties = duties - (shock.taxed(weight) * per_pull).sum(-1)
        anchor, earned, asked = technology.offered(log_factor, log_basket, duties)
        income = earned + self.deficit + duties
        if self.budget.moved is not None:
            # extra factor services are in what is earned already
            income = income + self.budget.income_moves(duties) - self.budget.cut * (duties - self.budget.base)
        if self.backstop is not None:
            income = income + (expenditure - reaching).sum(-1)
        if self.profits:
            income = income + (technology.profit_share * output).sum(-1)
        if shock.to_exporter is not None:
            income = income + (weight * shock.taxes(per_pull)).sum(-1)
        wanted = technology.bought(log_price, log_cost, output)
        wanted += technology.demanded(log_price, final, income)
        return MarketLook(
            log_cost,
            weight,
            total,
            log_basket,
            reaching,
            yielding,
            output,
            wanted,
            (earned, asked, anchor),
            wedge_step,
        )

    def __call__(self, shock: Shock | SparseShock, point: Array) -> tuple[Array, Array]:
        """One sweep. Returns the step [scenario, unknown] and the largest residual [scenario] met on the way."""
        base, technology = self.base, self.technology
        F, size, limits = self.factors, self.N * self.S, shock.limits
        log_factor, log_price, expenditure = self.split(point)
        log_wedge = wedge_step = point[:, F + 2 * size :]
        if limits is not None:
            limits.drive(log_wedge, shock.pull, shock.to_producer, shock.to_exporter)

        lanes, shape = len(point), log_price.shape
        step, gaps = np.empty(point.shape), np.empty((lanes, F + 2 * size))
        # steps, and gaps of prices and of spending, are written where they belong
        moves = step[:, F : F + 2 * size]

        weight = self.weight(technology.log_cost(log_factor, log_price))
        price_gap = gaps[:, F : F + size].reshape(shape)
        self.price_gap(self.total(shock, weight), log_price, expenditure, out=price_gap)
        moves[:, :size] = steer(price_gap, base.price_inverse)
        log_price = log_price + moves[:, :size].reshape(shape)

        seen = self.look(shock, log_factor, log_price, expenditure)
        spending_gap = gaps[:, F + size :].reshape(shape)
        np.subtract(seen.wanted, expenditure, out=spending_gap)
        spending_gap /= base.scale
        moves[:, size:] = steer(spending_gap, base.expenditure_inverse)
        expenditure = expenditure + moves[:, size:].reshape(shape) * base.scale

        reaching, yielding = self.reaching(log_price, seen.log_basket, expenditure)
        output = seen.weight * shock.sold(reaching / seen.total)
        clearing = self.clearing(technology.paid(log_factor, seen.log_cost), output, seen.earnings)
        gaps[:, :F] = clearing
        worst = np.maximum.reduce(np.abs(gaps, out=gaps), 1)
        due = -clearing if self.steeper is None else clearing / -self.steeper
        factor_step = turned(due, base.factor_inverse)
        if limits is not None:
            wedge_step, unmet = limits.step(
                log_wedge,
                shock.pull,
                shock.to_producer,
                seen.weight,
                seen.log_cost,
                seen.total,
                reaching,
                yielding,
            )
            worst = np.maximum(worst, unmet.max(1))
        self.mend(
            shock,
            seen,
            (log_factor, log_wedge),
            (reaching, yielding),
            clearing,
            (factor_step, wedge_step),
            worst,
        )
        moves += factor_step.astype(np.float32) @ base.by_factor
        step[:, :F] = factor_step
        if limits is not None:
            step[:, F + 2 * size :] = wedge_step
        return step, worst

    def mend(
        self,
        shock: Shock | SparseShock,
        seen: MarketLook,
        at: tuple[Array, Array],
        reaching: tuple[Array, Array | None],
        clearing: Array,
        steps: tuple[Array, Array],
        worst: Array,
    ) -> None:
        """Correct steps of factor prices and log wedges, from where these stand, in place: nothing, unless lanes do (`scarce`)."""


def turned(gap: Array, inverse: Array | Factored) -> Array:
    """A residual [scenario, factor] times an inverse, in the precision of that."""
    if isinstance(inverse, np.ndarray) and inverse.dtype == np.float32:
        return (gap.astype(np.float32) @ inverse).astype(np.float64)
    return np.asarray(gap @ inverse)


def steer(gap: Array, inverse: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Apply a base-year inverse to a residual [scenario, country, sector]; flat. Single precision is enough: it steers."""
    single = gap.astype(np.float32)
    step: npt.NDArray[np.float32]
    if len(gap) == 1:  # nothing to lay out anew
        step = np.vecmat(single, inverse)
    else:
        step = np.matmul(single.transpose(1, 0, 2), inverse).transpose(1, 0, 2)
    return step.reshape(len(gap), -1)
