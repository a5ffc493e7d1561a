"""What is done with the duties a country collects, and how the supply of factors answers.

In the core duties go to households, whose factors are in fixed supply. With ``ΔR = R′ − R`` what a country's duties bring
beyond those of the base year, the share ``σ`` of it saved, the share ``ρ`` used to lower other taxes, ``m`` the marginal cost
of funds and ``ε`` the elasticity of supply,

    income[n]   = … + ΔR[n] + Σ_m K[m,n] ΔR[m],     K[m,n] = σ[m] (T[m,n] − 1(m = n)) + (m − 1) ρ[n] 1(m = n)
    supply[n]   = (Φ_hat[n] / basket_hat[n])^ε + (m − 1) ρ[n] ΔR[n] / (Φ_hat[n] VA[n])

``T[m,n]`` spreads what m saves over the other countries in proportion to value added: who borrows less makes others borrow
more, and the world spends what it earns. Factor earnings are those at base supply times ``supply``. Supply has no effect of
income on it (Greenwood, Hercowitz and Huffman 1988); the numeraire is world factor income at base supply.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from detente.core import InputError, UnitError
from detente.world import Array, Economy, frozen

if TYPE_CHECKING:
    from detente.equilibrium.bans import Mask
    from detente.equilibrium.structure import Structure


def check_revenue(structure: Structure) -> None:
    """Refuse shares of revenue that are none, and elasticities or costs without sense.

    Raises
    ------
    UnitError
        Saying which, with the range.
    """
    saved, cut = (
        np.asarray(array, dtype=np.float64) for array in (structure.revenue_saved, structure.revenue_cut)
    )
    for name, share in (("revenue_saved", saved), ("revenue_cut", cut)):
        if not (np.isfinite(share).all() and (share >= 0).all() and (share <= 1).all()):
            raise UnitError(
                f"{name} is outside 0 to 1",
                where="structure",
                hint="a share of the duties collected beyond those of the base year",
            )
    if saved.any() and cut.any() and (saved + cut > 1).any():
        raise UnitError(
            "more than all of the duties is saved or cuts other taxes",
            where="structure",
            hint="revenue_saved and revenue_cut add up to 1 at most; the rest goes to households",
        )
    if not 1 <= structure.marginal_cost_of_funds < 10:
        raise UnitError(
            f"marginal_cost_of_funds is {structure.marginal_cost_of_funds}",
            where="structure",
            hint="1 is a tax that distorts nothing; 1.3 costs households 30 cents more than it brings",
        )
    elasticity = np.asarray(structure.labour_supply, dtype=np.float64)
    if not (np.isfinite(elasticity).all() and (elasticity >= 0).all()):
        raise UnitError(
            "a labour_supply is below 0", where="structure", hint="an elasticity; 0 is a fixed supply"
        )


@dataclass(frozen=True, eq=False)
class Budget:
    """Uses of revenue and elasticities of supply, set on an economy.

    Attributes
    ----------
    moved : array [collector, country], optional
        K: by how much a million of duties beyond the base year's moves incomes, above what its collector gets; None where
        duties go to households.
    cut : array [country]
        (m − 1) ρ: factor services brought forth by a million.
    elasticity : array [country]
    base : array [country], million USD
        Duties of the base year.
    earned : array [country], million USD
        Factor earnings of the base year.
    """

    moved: Array | None
    cut: Array
    elasticity: Array
    base: Array
    earned: Array

    @classmethod
    def of(cls, economy: Economy, structure: Structure, earned: Array, parts: Mask | None) -> Budget:
        """Set a structure on an economy; `parts` are those into which bans have cut trade [part, country].

        Raises
        ------
        InputError
            For shares or elasticities of another shape than the countries'.
        """
        count = len(earned)
        try:
            saved, cut, elasticity = (
                np.broadcast_to(np.asarray(array, dtype=np.float64), (count,))
                for array in (structure.revenue_saved, structure.revenue_cut, structure.labour_supply)
            )
        except ValueError:
            raise InputError(
                "a use of revenue or an elasticity of supply has another shape than the countries",
                where=economy.name,
                hint=f"one number, or one for each of the {count} countries",
            ) from None
        extra = (structure.marginal_cost_of_funds - 1) * cut
        moved = None
        if saved.any() or extra.any():
            others = np.broadcast_to(earned, (count, count)) * ~np.eye(count, dtype=bool)
            if (
                parts is not None
            ):  # nobody lends across parts; who trades with nobody gives its duties to households
                others = others * (parts.T.astype(np.float64) @ parts)
            lent = others.sum(1, keepdims=True)
            spread = np.divide(others, lent, out=np.zeros_like(others), where=lent > 0)
            lends = np.where(lent[:, 0] > 0, saved, 0.0)
            moved = frozen(lends[:, None] * (spread - np.eye(count)) + np.diag(extra))
        return cls(moved, frozen(extra), frozen(elasticity), economy.tariff_revenue, frozen(earned))

    @functools.cached_property
    def moves_supply(self) -> bool:
        """Whether the supply of factors changes."""
        return bool(self.elasticity.any() or self.cut.any())

    @classmethod
    def stacked(cls, budgets: Sequence[Budget]) -> Budget:
        """Those of several scenarios, one axis [scenario, ..] before their arrays'."""
        first = budgets[0]
        moved = None
        if any(budget.moved is not None for budget in budgets):
            none = np.zeros((len(first.earned), len(first.earned)))
            moved = np.stack([none if budget.moved is None else budget.moved for budget in budgets])
        cut, elasticity = (
            np.stack([getattr(budget, name) for budget in budgets]) for name in ("cut", "elasticity")
        )
        return cls(moved, cut, elasticity, first.base, first.earned)

    def keep(self, lanes: npt.NDArray[np.bool_]) -> Budget:
        """Only these scenarios of a stack."""
        moved = None if self.moved is None else self.moved[lanes]
        return Budget(moved, self.cut[lanes], self.elasticity[lanes], self.base, self.earned)

    def income_moves(self, duties: Array) -> Array | float:
        """What uses of revenue other than a gift to households add to incomes [.., n], million USD; 0 without any."""
        if self.moved is None:
            return 0.0
        return np.asarray(np.matmul((duties - self.base)[..., None, :], self.moved)[..., 0, :])

    def supply_hat(self, total: Array, log_basket: Array, duties: Array | None) -> Array:
        """Supply of factors [.., n], ratio, from earnings at base supply, log prices of final baskets, and duties."""
        supply = np.exp(self.elasticity * (np.log(total / self.earned) - log_basket))
        if duties is not None and self.cut.any():
            supply = supply + self.cut * (duties - self.base) / total
        return np.asarray(supply)
