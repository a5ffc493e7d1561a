"""Emissions and resource rents as accounts of an equilibrium, and a carbon duty as an instrument.

Accounts do not feed back: tonnes follow volumes of output at the base year's intensity, rents a share of what a sector's factors
earn. A carbon duty does: it is a duty like any other, of so much a tonne emitted in making a good, or in making it and its inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.core import InputError, UnitError
from detente.equilibrium.solution import Equilibrium
from detente.world import Array, Economy, Wedges, embodied_intensity, frozen


@dataclass(frozen=True, eq=False)
class Emissions:
    """Tonnes emitted in production in the base year.

    Parameters
    ----------
    economy : Economy
    tonnes : array [country, sector]

    Raises
    ------
    InputError, UnitError
        For another shape, a negative or missing number, and tonnes of a sector that makes nothing.

    Examples
    --------
    >>> from detente.world import toy
    >>> world = toy()
    >>> emitted = Emissions(world, 0.2 * world.output)
    >>> float(emitted.intensity.max().round(6))
    0.2
    """

    economy: Economy
    tonnes: Array

    def __post_init__(self) -> None:
        tonnes = np.asarray(self.tonnes, dtype=np.float64)
        if tonnes.shape != self.economy.va_share.shape:
            raise InputError(
                f"tonnes have shape {tonnes.shape}",
                where=self.economy.name,
                hint=f"[country, sector], shape {self.economy.va_share.shape}",
            )
        if not (np.isfinite(tonnes).all() and (tonnes >= 0).all()):
            raise UnitError(
                "tonnes are negative or missing somewhere",
                where=self.economy.name,
                hint="0 where nothing is emitted",
            )
        if (tonnes[self.economy.output <= 0] > 0).any():
            raise InputError(
                "a sector that makes nothing emits", where=self.economy.name, hint="write 0 there"
            )
        object.__setattr__(self, "tonnes", frozen(tonnes))

    @property
    def intensity(self) -> Array:
        """Tonnes by million USD of base-year output [country, sector]."""
        output = self.economy.output
        return np.divide(self.tonnes, output, out=np.zeros_like(output), where=output > 0)

    def embodied(self, tolerance: float = 1e-12) -> Array:
        """Tonnes emitted in making a million USD of a good and all its inputs, wherever these are made [country, sector].

        Parameters
        ----------
        tolerance : float
            Relative.

        Raises
        ------
        InputError
            When inputs use up whole outputs, so that the sum has no end.
        """
        return embodied_intensity(self.economy, self.intensity, tolerance=tolerance)

    def new(self, value: Equilibrium) -> Array:
        """Tonnes emitted at an equilibrium [country, sector]: base-year tonnes by the change in the volume of output.

        Parameters
        ----------
        value : Equilibrium
            Of the same economy.

        Raises
        ------
        InputError
            For an equilibrium of another economy.
        """
        if value.economy.labels != self.economy.labels:
            raise InputError("the equilibrium is of another world", where=value.economy.name)
        return np.asarray(self.tonnes * value.output_volume_hat)


def carbon_duties(
    emissions: Emissions,
    usd_a_tonne: float,
    importers: Sequence[str],
    *,
    sectors: Sequence[str] | None = None,
    exempt: Sequence[str] = (),
    embodied: bool = False,
    wedges: Wedges | None = None,
) -> Wedges:
    """Duties of so much a tonne on top of those there are.

    Parameters
    ----------
    emissions : Emissions
    usd_a_tonne : float
    importers : sequence of str
        Who charges it, such as the members of a club.
    sectors : sequence of str, optional
        On what; everything that emits when left out.
    exempt : sequence of str
        Exporters that are not charged; importers do not charge each other.
    embodied : bool
        By what is emitted in a good's inputs too.
    wedges : Wedges, optional
        What it comes on top of; the base year's when left out.

    Returns
    -------
    Wedges
        The duty is ad valorem at base-year prices.

    Raises
    ------
    UnitError, LabelError
        For a price below 0, and for unknown names.

    Examples
    --------
    >>> from detente.world import toy
    >>> world = toy()
    >>> club = carbon_duties(Emissions(world, 200.0 * world.output), 50.0, ["EU27"], exempt=["USA"])
    >>> eu, china = world.labels.country("EU27"), world.labels.country("CHN")
    >>> float((club.tariff - world.tariff)[eu, china, 0].round(6))
    0.01
    """
    if not (np.isfinite(usd_a_tonne) and usd_a_tonne >= 0):
        raise UnitError(
            f"a carbon price of {usd_a_tonne}", where="carbon duty", hint="USD a tonne, 0 or more"
        )
    economy, labels = emissions.economy, emissions.economy.labels
    wedges = Wedges.unchanged(economy) if wedges is None else wedges
    charged = np.zeros(economy.flows.shape, dtype=bool)
    members = [labels.country(code) for code in importers]
    chosen = range(len(labels.sectors)) if sectors is None else [labels.sector(code) for code in sectors]
    charged[np.ix_(members, range(len(labels.countries)), list(chosen))] = True
    charged[:, members] = False
    charged[:, [labels.country(code) for code in exempt]] = False
    rate = usd_a_tonne / 1e6 * (emissions.embodied() if embodied else emissions.intensity)
    return Wedges(wedges.tariff + np.where(charged, rate[None], 0.0), wedges.iceberg_hat, wedges.export_tax)


def rents_new(value: Equilibrium, share: Array) -> Array:
    """Resource rents at an equilibrium [country, sector], million USD: a share of what a sector's factors earn.

    Parameters
    ----------
    value : Equilibrium
    share : array [country, sector]
        Of factor earnings, 0 to 1.

    Raises
    ------
    UnitError
        For a share that is none, or of another shape.
    """
    array = np.asarray(share, dtype=np.float64)
    if array.shape != value.sector_earnings_new.shape or not ((array >= 0) & (array <= 1)).all():
        raise UnitError("a share of rents is outside 0 to 1, or of another shape", where=value.economy.name)
    return np.asarray(array * value.sector_earnings_new)
