"""First-order welfare decomposition: terms of trade and volume of trade."""

from __future__ import annotations

from dataclasses import dataclass

from detente.core import InputError
from detente.equilibrium.solution import Equilibrium
from detente.world import Array, Economy, frozen


@dataclass(frozen=True, eq=False)
class WelfareParts:
    """First-order parts of a welfare change, fractions of base income.

    Attributes
    ----------
    terms_of_trade : array [country]
        Exports valued at the change of own costs less imports valued at the change of the exporters' costs.
    volume_of_trade : array [country]
        Base duties times the change in the volume of imports.
    """

    terms_of_trade: Array
    volume_of_trade: Array

    @property
    def total(self) -> Array:
        """Sum of the parts [country]: the published welfare formula, not the exact change."""
        return frozen(self.terms_of_trade + self.volume_of_trade)


def decompose_welfare(economy: Economy, equilibrium: Equilibrium) -> WelfareParts:
    r"""Evaluate the first-order welfare formula of Caliendo and Parro (2015), equation 17, at a finite change.

    With exports :math:`E`, imports :math:`M` (both before duty) and duties :math:`t` of the base year,

    .. math::

        \frac{1}{I_n} \sum_{s,i} \left( E_{in}^s \, d\ln c_n^s - M_{ni}^s \, d\ln c_i^s \right)
        + \frac{1}{I_n} \sum_{s,i} t_{ni}^s M_{ni}^s \left( d\ln M_{ni}^s - d\ln c_i^s \right)

    where, as in the published results, :math:`d\ln x` is evaluated as :math:`\hat x - 1`. It is a first-order formula:
    for a large shock it is far from the exact change (Mexico under NAFTA: 1.31 % against 0.007 %), and it is not free of
    the numeraire. `Equilibrium.real_income_hat` is exact.

    Parameters
    ----------
    economy : Economy
        The baseline the change is measured from.
    equilibrium : Equilibrium
        Solved on that baseline.

    Returns
    -------
    WelfareParts
        Arrays [country], fractions of base income.

    Raises
    ------
    InputError
        When the equilibrium was solved on another economy.

    Examples
    --------
    >>> from detente.equilibrium.explain import decompose_welfare
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> economy = toy()
    >>> small = Wedges.of(economy, tariff=economy.tariff * 1.0001)
    >>> value = solve(Model(economy), small).value
    >>> gap = decompose_welfare(economy, value).total - (value.real_income_hat - 1)
    >>> bool(abs(gap).max() < 1e-8)
    True
    """
    if equilibrium.economy.data_hash != economy.data_hash:
        raise InputError(
            "the equilibrium departs from another economy", where=economy.name, hint="pass its own baseline"
        )
    change = equilibrium.cost_hat - 1
    exported = (economy.output * change).sum(1)
    imported = (economy.flows * change[None]).sum((1, 2))
    volume = economy.tariff * (equilibrium.flows_new - economy.flows * (1 + change)[None])
    return WelfareParts(
        frozen((exported - imported) / economy.income), frozen(volume.sum((1, 2)) / economy.income)
    )
