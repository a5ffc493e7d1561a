"""How far an economy has adjusted after any number of months: the named horizons joined by lines along time.

``impact`` stands at three months, ``short`` at twelve, and the long run is when everything has adjusted. In between,
trade elasticities move along a line in the logarithms of both from one to the next: half the one-year elasticity at three months,
the one-year elasticity at twelve, the ten-year elasticity at eighty-four and after (Boehm, Levchenko and Pandalai-Nayar 2023,
about 0.8 at one year and 2 at seven to ten). The nests and the mobility of factors go from the short run's at twelve months to
the core's at a hundred and twenty. Ladders of critical inputs widen as the months pass (`backstops`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

from detente.cases.backstops import after, with_commodities
from detente.cases.horizons import MONTHS, horizon, named_horizon, with_horizon_elasticities
from detente.cases.options import Options
from detente.cases.parting import alike
from detente.cases.time_settings import time_setting
from detente.cases.together import steering_date
from detente.core import LabelError, UnitError
from detente.equilibrium import Structure, lend_preparation, share_preparation
from detente.world import Array, Economy, with_elasticity_set

TEN_YEARS_SET = "blpn-10y"

Setting = Callable[[float], tuple[Economy, Structure]]


def _way(months: float, first: float, last: float) -> float:
    """Part of the way from one number of months to another, in logarithms, between 0 and 1."""
    return min(1.0, max(0.0, math.log(max(months, 1e-9) / first) / math.log(last / first)))


def elasticities_after(economy: Economy, months: float) -> Array:
    """Trade elasticities after so many months [sector]: those of buyers who have had that time to change seller.

    Parameters
    ----------
    economy : Economy
        With its long-run elasticities.
    months : float

    Examples
    --------
    >>> from detente.world import load_world
    >>> world = load_world()
    >>> cars = world.labels.sector("C29")
    >>> [round(float(elasticities_after(world, months)[cars]), 2) for months in (3, 12, 84)]
    [0.4, 0.8, 2.0]
    """
    return np.asarray(adjusted_economy(economy, months).trade_elasticity)


@functools.lru_cache(maxsize=4)
def _ends(economy: Economy) -> tuple[Economy, Economy, Economy]:
    """The economy at the trade elasticities of three months, a year, and seven years."""
    impact, short = (with_horizon_elasticities(economy, name) for name in ("impact", "short"))
    try:
        late = with_commodities(with_elasticity_set(economy, TEN_YEARS_SET), economy)
    except LabelError:  # a world of sectors that no set knows: in proportion to what is known of goods
        late_over_year = time_setting("late_elasticity") / time_setting("year_elasticity")
        ratio = late_over_year * named_horizon("short").otherwise_scale
        source = (
            f"{economy.elasticity_source}; times {ratio:.3g} (assumed, for want of a set for these sectors)"
        )
        late = economy.with_elasticities(economy.trade_elasticity * ratio, source)
    return impact, short, late


def adjusted_economy(economy: Economy, months: float) -> Economy:
    """The economy at the trade elasticities that buyers have after so many months."""
    impact, short, late = _ends(economy)
    first, last, way = (
        (impact, short, _way(months, MONTHS["impact"], MONTHS["short"]))
        if months < MONTHS["short"]
        else (short, late, _way(months, MONTHS["short"], time_setting("trade_adjusted")))
    )
    if way in (0.0, 1.0):
        return first if way == 0 else last
    theta = first.trade_elasticity ** (1 - way) * last.trade_elasticity**way
    return economy.with_elasticities(
        theta,
        f"after {months:g} months, between those of {first.elasticity_source} and of {last.elasticity_source}",
    )


@functools.lru_cache(maxsize=4)
def _structures(economy: Economy) -> dict[str, Structure]:
    """The named horizons on an economy."""
    return {name: horizon(name, economy, keep_elasticities=True)[1] for name in ("impact", "short", "long")}


def structure_after(economy: Economy, months: float) -> Structure:
    """Nests, mobility and ladders after so many months.

    Parameters
    ----------
    economy : Economy
    months : float

    Examples
    --------
    >>> from detente.world import toy
    >>> structure_after(toy(), 12.0).mobility == horizon("short", toy())[1].mobility
    True
    >>> structure_after(toy(), 500.0).is_core
    True
    """
    named = _structures(economy)
    adjusted = time_setting("adjusted")
    if months >= adjusted:
        return named["long"]
    early, late = ("impact", "short") if months < MONTHS["short"] else ("short", "long")
    way = (
        _way(months, MONTHS["impact"], MONTHS["short"])
        if early == "impact"
        else _way(months, MONTHS["short"], adjusted)
    )
    start, end = named[early], named[late]
    between = {
        name: getattr(start, name) ** (1 - way) * getattr(end, name) ** way
        for name in ("sigma_value_added", "sigma_materials", "sigma_critical", "sigma_final")
    }
    immobile = (1 - way) / start.mobility + way / end.mobility
    saved = (1 - way) * np.asarray(start.revenue_saved) + way * np.asarray(end.revenue_saved)
    return Structure(
        **between,
        revenue_saved=float(saved),
        mobility=1 / immobile,
        critical=start.critical,
        backstop=after(named["short"].backstop, months),
        horizon=f"{months:g} months",
        source=f"between {start.horizon} and {end.horizon}: {way:.0%} of the way",
    )


def adjusting(
    economy: Economy, *, keep_elasticities: bool = False, options: Options | None = None
) -> Setting:
    """Economy and structure by the months that have passed, for paths; the inverses of two dates steer all of them.

    Parameters
    ----------
    economy : Economy
    keep_elasticities : bool
        Keep the economy's own at every date: somebody asked for them by name.
    options : Options, optional
        What duties are used for, wage floors, elastic supply; what horizons have when left out.

    Raises
    ------
    UnitError
        From the function, for months below zero.

    Examples
    --------
    >>> from detente.world import toy
    >>> at = adjusting(toy())
    >>> at(1.0)[1].horizon, at(1.0)[1] is at(1.0)[1]
    ('1 months', True)
    """
    if options is not None:
        return _settings(economy, keep_elasticities, options)
    return _adjusting(economy, keep_elasticities)


@functools.lru_cache(maxsize=4)
def _adjusting(economy: Economy, keep_elasticities: bool) -> Setting:
    """One function an economy: what it has made serves later paths too."""
    return _settings(economy, keep_elasticities, None)


def _settings(economy: Economy, keep_elasticities: bool, options: Options | None) -> Setting:
    """Economies and structures by months, each made once."""
    return Adjusting(economy, keep_elasticities, options)


class Adjusting:
    """What has adjusted by a month, each made once: the function that `adjusting` gives."""

    def __init__(self, economy: Economy, keep_elasticities: bool, options: Options | None) -> None:
        self.economy, self.keep_elasticities, self.options = economy, keep_elasticities, options
        self._known: dict[float, tuple[Economy, Structure]] = {}
        self._lent: set[float] = set()
        # a floor is an array of the technology, which `lend_preparation` shares
        self._lend = lend_preparation if options is None or options.wage_floor is None else share_preparation

    def bare(self, months: float) -> tuple[Economy, Structure]:
        """The same without inverses: dates that are solved together are steered by those of one alone."""
        if not months >= 0:
            raise UnitError(f"{months} months", where="path", hint="0 or more")
        if months not in self._known:
            here = self.economy if self.keep_elasticities else adjusted_economy(self.economy, months)
            structure, options = structure_after(self.economy, months), self.options
            self._known[months] = (
                here,
                structure if options is None else options.after(months).on(structure, here),
            )
        return self._known[months]

    def __call__(self, months: float) -> tuple[Economy, Structure]:
        """Economy and structure, with the inverses of the nearest date that steers."""
        known = self.bare(months)
        if months not in self._lent:
            date = steering_date(months)
            like = self.bare(date)
            if months != date and alike(known[1], like[1]):
                self._lend(*known, like)
            self._lent.add(months)
        return known
