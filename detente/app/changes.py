"""What a setting changes for every economy, against the reference: the numbers that several views show."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from detente.cases import HEADLINES, headline_differences, headlines
from detente.core import known_all

if TYPE_CHECKING:
    from detente.cases import ControlledOutcome


@functools.lru_cache(maxsize=16)
def changes_of_income(
    outcome: ControlledOutcome, reference: ControlledOutcome
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Change of real income in percent and of equivalent variation in billion USD, of every economy and the world.

    Against the base year where the two are one.
    """
    levels = headlines(outcome.value)
    if outcome.scenario.id != reference.scenario.id or outcome.value is not reference.value:
        levels = headline_differences(levels, headlines(reference.value))
    keys = list(HEADLINES)
    share, money = (levels[keys.index(key)] for key in ("real_income_pct", "equivalent_variation_usd_bn"))
    return tuple(known_all(share.tolist())), tuple(known_all(money.tolist()))
