"""The game of duties: who sets which duty on what, what each government wants, and its slope by every duty it sets.

What a government wants is in `wants`: Ossa's (2014) political weights, or a set of preferences of the package game.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from detente.core import InputError, LabelError, suggestion
from detente.equilibrium import Equilibrium, Model, Newton, solve
from detente.equilibrium.gradients import Gradient, Output, gradients, own_gradients
from detente.strategy.duties.numbering import numbered_rates
from detente.strategy.duties.wants import Wants, combine, government, payoff, wants_of
from detente.strategy.preferences import Preferences
from detente.world import Array, Economy, Wedges, frozen, goods_sectors

TRIAL = Newton(budget=600.0, seconds=10.0)
"""What a trial point of a search may take: one that is hard to reach is stepped back from."""
Index = npt.NDArray[np.int64]
BY = ("partner", "sector")
ON = ("all", "players")
LEVIES = ("duties", "export-taxes", "both")


@dataclass(frozen=True, eq=False)
class DutyGame:
    """Which duties and export taxes are set by whom, and what for. Made by `duty_game`.

    Where export taxes are set too, they are numbered after the duties, and `[duty]` below counts both.

    Attributes
    ----------
    model : Model
    players : tuple of str
        Countries that set duties.
    group : array of int [importer, exporter, sector]
        Number of the duty charged there; −1 where the duty is not set in this game.
    taxes : array of int [importer, exporter, sector]
        Number of the export tax charged there; −1 where none is set in this game.
    owner : array of int [duty]
        Country that sets it.
    wedges : Wedges
        Everything that is not set in this game, and where it starts.
    weights : array [country, sector]
        Political weights λ.
    wants : Wants, optional
        Weights on revenue and on a rival's gains, from a set of preferences; Ossa's objective with `weights` when None.
    lower, upper : float
        Bounds of every duty, fractions.
    tax_bounds : (float, float)
        Bounds of every export tax, fractions.
    by : str
    mfn : bool
    """

    model: Model
    players: tuple[str, ...]
    group: Index
    owner: Index
    wedges: Wedges
    weights: Array
    lower: float
    upper: float
    by: str
    mfn: bool
    taxes: Index
    tax_bounds: tuple[float, float] = (0.0, 10.0)
    wants: Wants | None = None

    @property
    def economy(self) -> Economy:
        """What the duties are set on."""
        return self.model.economy

    @property
    def count(self) -> int:
        """Number of duties that are set."""
        return len(self.owner)

    @property
    def is_tax(self) -> npt.NDArray[np.bool_]:
        """Which of what is set are export taxes [duty]."""
        taxed = np.zeros(self.count, dtype=bool)
        taxed[self.taxes[self.taxes >= 0]] = True
        return taxed

    @property
    def lowest(self) -> Array:
        """Smallest rate allowed [duty], fraction."""
        return np.where(self.is_tax, self.tax_bounds[0], self.lower)

    @property
    def highest(self) -> Array:
        """Largest rate allowed [duty], fraction."""
        return np.where(self.is_tax, self.tax_bounds[1], self.upper)

    @property
    def countries(self) -> Index:
        """Positions of the players among the countries."""
        return np.array([self.economy.labels.country(code) for code in self.players], dtype=np.int64)

    def of(self, player: str) -> npt.NDArray[np.bool_]:
        """Which duties a player sets [duty]."""
        if player not in self.players:
            raise LabelError(
                f"`{player}` sets no duty in this game",
                hint=suggestion(player, self.players) or "players: " + ", ".join(self.players),
            )
        return np.asarray(self.owner == self.economy.labels.country(player))

    def alone(self, player: str) -> DutyGame:
        """Return the game in which only this player sets duties and every other duty is as it stands."""
        mine = self.of(player)
        number = np.where(mine, np.cumsum(mine) - 1, -1)

        def renumbered(group: Index) -> Index:
            return np.where(group >= 0, number[np.maximum(group, 0)], -1)

        return dataclasses.replace(
            self,
            players=(player,),
            group=renumbered(self.group),
            taxes=renumbered(self.taxes),
            owner=self.owner[mine],
        )

    def unmoved(self) -> Equilibrium:
        """Equilibrium before anybody sets a duty of this game."""
        return solve(self.model, self.wedges).value

    def expand(self, duties: Array) -> Array:
        """Duties of the game [duty] laid over the others' [importer, exporter, sector]."""
        return np.where(self.group >= 0, duties[np.maximum(self.group, 0)], self.wedges.tariff)

    def expand_taxes(self, duties: Array) -> Array:
        """Export taxes of the game [duty] laid over the others' [importer, exporter, sector]."""
        return np.where(self.taxes >= 0, duties[np.maximum(self.taxes, 0)], self.wedges.export_tax)

    def gather(self, by_cell: Array, by_taxed_cell: Array | None = None) -> Array:
        """Sum a quantity by cell [importer, exporter, sector] over the cells of each duty, and another over those of each tax.

        The same quantity for taxes when the second is left out.
        """
        taxed = by_cell if by_taxed_cell is None else by_taxed_cell
        return self._summed(self.group, by_cell) + self._summed(self.taxes, taxed)

    def _summed(self, group: Index, by_cell: Array) -> Array:
        """Sum over the cells that bear a number [duty]."""
        inside = group >= 0
        return np.bincount(group[inside], by_cell[inside], minlength=self.count).astype(np.float64)

    def standing(self) -> Array:
        """Duties as they stand, averaged over the cells of each with imports as weights [duty]."""
        flows, wedges = self.economy.flows, self.wedges
        return np.asarray(self.gather(flows * wedges.tariff, flows * wedges.export_tax) / self.gather(flows))

    def set_to(self, duties: Array) -> Wedges:
        """Wedges with these duties."""
        return Wedges(self.expand(duties), self.wedges.iceberg_hat, self.expand_taxes(duties))

    def set_each(self, duties: Sequence[Array]) -> Sequence[Wedges]:
        """Wedges with each of several sets of duties: as `solve` takes many, with an axis before the others."""
        rates = np.asarray(duties)

        def laid(group: Index, given: Array) -> Array:
            shape, here = (len(rates), *given.shape), group >= 0
            if not here.any():
                return np.broadcast_to(given, shape)
            over = np.broadcast_to(given, shape).copy()
            over[:, here] = rates[:, group[here]]
            over.flags.writeable = False  # spares `Wedges` a copy
            return over

        wedges = self.wedges
        iceberg_hat = np.broadcast_to(wedges.iceberg_hat, (len(rates), *self.group.shape))
        stacked = Wedges(laid(self.group, wedges.tariff), iceberg_hat, laid(self.taxes, wedges.export_tax))
        return cast("Sequence[Wedges]", stacked)

    def solve(self, duties: Array) -> Equilibrium:
        """Equilibrium at these duties [duty]."""
        return solve(self.model, self.set_to(duties)).value

    def solve_many(self, duties: Sequence[Array]) -> list[Equilibrium]:
        """Equilibria at several sets of duties."""
        return (
            [solution.value for solution in solve(self.model, self.set_each(duties))] if len(duties) else []
        )

    def try_many(self, duties: Sequence[Array], start: Equilibrium | None = None) -> list[Equilibrium | None]:
        """Equilibria at several sets of duties; None where there is none, as when a country cannot pay for its subsidies.

        They are looked for from `start`, an equilibrium at duties nearby, or from the base year.
        """
        if not len(duties):
            return []
        at = dataclasses.replace(self.model, solver=TRIAL)
        solutions = solve(at, self.set_each(duties), start=start, throw=False)
        return [solution.value if solution.result.ok else None for solution in solutions]

    def objective(self, value: Equilibrium, player: str) -> tuple[float, Output]:
        """Log welfare of a government at an equilibrium, and its partial derivatives."""
        if self.wants is None:
            return government(value, player, self.weights)
        return payoff(value, player, self.weights, self.wants)

    def slopes(self, value: Equilibrium, players: Sequence[str]) -> tuple[Array, Array]:
        """Log welfare of some governments and its derivatives by log(1 + duty).

        Returns
        -------
        welfare : array [player]
        slope : array [player, duty]
        """
        seeds = [self.objective(value, code) for code in players]
        # many players of a large world would not fit into memory at once
        together = max(1, int(4e6 // value.wedges.tariff.size))
        slope = np.zeros((len(seeds), self.count))
        for first in range(0, len(seeds), together):
            part = [seed for _, seed in seeds[first : first + together]]
            for k, gradient in enumerate(gradients(value, part)):
                slope[first + k] = self.gathered(gradient, value.wedges)
        return np.array([level for level, _ in seeds]), slope

    def own_slopes(
        self, value: Equilibrium, players: Sequence[str], nearby: dict[str, Array] | None = None
    ) -> tuple[Array, Array]:
        """Log welfare of some governments, and the derivative of each by log(1 + duty) of what it sets itself.

        A search hands in the same `nearby` at each of its points: multipliers are looked for from those of the last one.

        Returns
        -------
        welfare : array [player]
        slope : array [duty]
            Of its own setter's welfare; zero of what nobody of these sets.
        """
        seeds = [self.objective(value, code) for code in players]
        places = [self.economy.labels.country(code) for code in players]
        together = max(1, int(4e6 // value.wedges.tariff.size))
        slope = np.zeros(self.count)
        for first in range(0, len(seeds), together):
            part = slice(first, first + together)
            outputs = [seed for _, seed in seeds[part]]
            own = own_gradients(value, outputs, players[part], nearby=nearby)
            for n, gradient in zip(places[part], own, strict=True):
                duty, tax = 1 + value.wedges.tariff[n], 1 + value.wedges.export_tax[:, n]
                slope += self._summed(self.group[n], gradient.tariff * duty)
                slope += self._summed(self.taxes[:, n], gradient.export_tax * tax)
        return np.array([level for level, _ in seeds]), slope

    def weighted(self, value: Equilibrium, shares: Array) -> tuple[Array, Array]:
        """Log welfare of every player, and the derivatives of its sum with these weights: one transposed solve.

        Returns
        -------
        welfare : array [player]
        slope : array [duty]
        """
        seeds = [self.objective(value, code) for code in self.players]
        total = combine("weighted welfare", [seed for _, seed in seeds], shares)
        (gradient,) = gradients(value, [total])
        return np.array([level for level, _ in seeds]), self.gathered(gradient, value.wedges)

    def gathered(self, gradient: Gradient, wedges: Wedges) -> Array:
        """Derivatives by log(1 + duty), and by log(1 + tax), of what is set in the game [duty]."""
        return self.gather(
            gradient.tariff * (1 + wedges.tariff), gradient.export_tax * (1 + wedges.export_tax)
        )

    def scale(self, value: Equilibrium) -> Array:
        """Size of the own second derivative of log welfare by log(1 + duty) to expect: θ · trade before duty / own income.

        It is what a duty's own demand response costs at the margin; it makes duties on thick and thin trade comparable.
        """
        response = self.economy.trade_elasticity * value.flows_new
        income = value.income_new
        return np.asarray(self.gather(response / income[:, None, None], response / income[:, None]))

    def welfare(self, value: Equilibrium) -> Array:
        """Log government welfare of every player [player]."""
        return np.array([self.objective(value, code)[0] for code in self.players])


def _sound_weights(weights: Array | None, economy: Economy) -> Array:
    """Political weights [country, sector], one everywhere when left out; refuses those that weigh nothing."""
    weights = np.ones(economy.va_share.shape) if weights is None else weights
    if (
        weights.shape != economy.va_share.shape
        or not np.isfinite(weights).all()
        or (weights.sum(1) <= 0).any()
    ):
        raise InputError(
            f"political weights have shape {weights.shape}",
            where=economy.name,
            hint="[country, sector], finite, with a positive sum in every country",
        )
    return weights


def duty_game(
    model: Model,
    players: Sequence[str] | None = None,
    *,
    by: str = "sector",
    mfn: bool = False,
    on: str = "all",
    sectors: Sequence[str] | None = None,
    weights: Array | None = None,
    preferences: Preferences | None = None,
    wedges: Wedges | None = None,
    bounds: tuple[float, float] = (0.0, 10.0),
    levies: str = "duties",
    tax_bounds: tuple[float, float] = (0.0, 10.0),
) -> DutyGame:
    """State a game of duties, of export taxes, or of both.

    Parameters
    ----------
    model : Model
    players : sequence of str, optional
        Countries that set duties; every country when left out. The others' duties stay.
    by : {"sector", "partner"}
        One duty (one export tax) for each partner and sector, or one for each partner, the same in all its sectors.
    mfn : bool
        The same duty for every partner (most favoured nation): one for each sector, or with ``by="partner"`` a single one.
    on : {"all", "players"}
        Partners that are charged: every country, or only the other players.
    sectors : sequence of str, optional
        Sectors that are charged; all goods when left out.
    weights : array [country, sector], optional
        Political weights in Ossa's (2014) objective; one everywhere when left out.
    preferences : Preferences, optional
        A set of preferences instead: political weights, revenue, a rival's gains (`duties_wants.payoff`).
    wedges : Wedges, optional
        Everything else, and where the duties start; the base year's when left out.
    bounds : (float, float)
        Smallest and largest duty allowed, fractions.
    levies : {"duties", "export-taxes", "both"}
        What a player sets: duties on what it buys, taxes on what it sells, or both.
    tax_bounds : (float, float)
        Smallest and largest export tax allowed, fractions; below zero is a subsidy.

    Returns
    -------
    DutyGame

    Raises
    ------
    InputError, LabelError
        For unknown names, bounds that cross, weights of the wrong shape or not positive on average, weights beside
        preferences, and a game without a duty to set.

    Examples
    --------
    >>> from detente.world import toy
    >>> game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players")
    >>> game.count, game.players
    (2, ('USA', 'CHN'))
    """
    economy, labels = model.economy, model.labels
    for name, given, allowed in (("by", by, BY), ("on", on, ON), ("levies", levies, LEVIES)):
        if given not in allowed:
            raise InputError(f"`{given}` is not a choice of `{name}`", hint="one of: " + ", ".join(allowed))
    codes = tuple(labels.countries if players is None else players)
    if len(set(codes)) != len(codes) or not codes:
        raise InputError("players must be named, each once", hint="such as USA,CHN")
    for what, pair in (("duties", bounds), ("export taxes", tax_bounds)):
        if not (-1 < pair[0] < pair[1]):
            raise InputError(
                f"bounds of {what} are {pair}", hint="fractions: smallest above -1, then the largest"
            )
    places = np.array([labels.country(code) for code in codes])
    wants = None
    if preferences is not None:
        if weights is not None:
            raise InputError(
                "political weights are given twice", hint="as `weights`, or inside a set of `preferences`"
            )
        weights, wants = wants_of(preferences, economy, codes)
    weights = _sound_weights(weights, economy)
    chosen = goods_sectors(economy) if sectors is None else [labels.sector(code) for code in sectors]
    partners = places if on == "players" else np.arange(len(labels.countries))
    group, taxes, owner = numbered_rates(
        economy, places, partners, np.array(chosen, dtype=np.int64), by=by, mfn=mfn, levies=levies
    )
    return DutyGame(
        model=model,
        players=codes,
        group=group,
        owner=owner,
        wedges=Wedges.unchanged(economy) if wedges is None else wedges,
        weights=frozen(weights),
        lower=float(bounds[0]),
        upper=float(bounds[1]),
        by=by,
        mfn=mfn,
        taxes=taxes,
        tax_bounds=(float(tax_bounds[0]), float(tax_bounds[1])),
        wants=wants,
    )
