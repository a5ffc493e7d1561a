"""What a backstop takes out of the market, as the adjoint sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.core import InputError
from detente.equilibrium.backstop import MOST
from detente.equilibrium.solution import Equilibrium
from detente.world import Array


@dataclass(frozen=True, eq=False)
class Outside:
    """Derivatives of what a backstop takes out of the market and of what it uses up, by log prices.

    Attributes
    ----------
    by_price, by_basket : array [country, sector]
        Of spending outside the market, by the log price of the good and of the buyer's basket. The resources move with the
        price of the good by as much as spending moves against that of the basket.
    cost : array [country]
    """

    by_price: Array
    by_basket: Array
    cost: Array

    @classmethod
    def of(cls, equilibrium: Equilibrium) -> Outside | None:
        """At an equilibrium; None where nothing goes outside.

        Raises
        ------
        InputError
            Where all but a thousandth of a good is got outside the market: there is no derivative on both sides.
        """
        backstop = equilibrium.structure.backstop
        if backstop is None or not equilibrium.outside_new.any():
            return None
        if (equilibrium.outside_new >= MOST * equilibrium.expenditure_new)[equilibrium.outside_new > 0].any():
            raise InputError(
                "nearly all of a good is got outside the market, and spending there has no derivative",
                where="derivatives and explanations",
                hint="leave a larger share of the good",
            )
        logs = np.log(equilibrium.price_hat), np.log(equilibrium.marginal_price_hat)
        _, by_price, by_basket = backstop.bought(*logs, equilibrium.expenditure_new)
        shape = equilibrium.price_hat.shape
        laid_out = backstop.spread(by_price, shape), backstop.spread(by_basket, shape)
        return cls(*laid_out, equilibrium.backstop_cost_new)

    def on_price(self, worth: Array, income: Array, final: Array) -> Array:
        """Coefficients on log price [k, n, s]: `worth` of a unit that goes outside, and an output's own weight on income."""
        used = self.by_basket * income[..., None]
        on_basket = (worth * self.by_basket - used).sum(-1) - income * self.cost
        return np.asarray(worth * self.by_price + used + final * on_basket[..., None])
