"""Jobs and households by economy, where a public page gives the count: per cent become thousands of jobs and dollars a household."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detente.dossier import read_yaml
from detente.world.economy import Economy

_FILE = Path(__file__).parent / "data" / "people.yaml"
SAME_DOLLARS = (0.5, 5.0)
"""Value added a worker, times the median household's income, in a world whose dollars and country are those of the count."""


@dataclass(frozen=True)
class Count:
    """One figure.

    Attributes
    ----------
    value : float
    what : str
        What is counted, and of which year.
    grade, source : str
    """

    value: float
    what: str
    grade: str
    source: str


@dataclass(frozen=True)
class People:
    """Counts of one economy.

    Attributes
    ----------
    employed_thousand, households_thousand, median_household_income_usd : Count
    """

    employed_thousand: Count
    households_thousand: Count
    median_household_income_usd: Count


@functools.cache
def people_counted() -> Mapping[str, People]:
    """Counts by code of the economy; those without a source are not there.

    Examples
    --------
    >>> people_counted()["USA"].employed_thousand.value
    156051.0
    """
    data = read_yaml(_FILE).data
    assert isinstance(data, dict)
    return {
        code: People(
            **{
                name: Count(
                    float(stated["value"]), str(stated["what"]), str(stated["grade"]), str(stated["source"])
                )
                for name, stated in entry.items()
            }
        )
        for code, entry in data.items()
    }


def people_of(economy: Economy) -> Mapping[str, People]:
    """Counts that fit a world: of its economies whose value added a worker is of the size that the count implies.

    A world in other units, or with a country that only shares a code, gets none.

    Parameters
    ----------
    economy : Economy

    Examples
    --------
    >>> from detente.world import load_world
    >>> list(people_of(load_world()))
    ['USA']
    """
    low, high = SAME_DOLLARS
    fitting = {}
    for code, people in people_counted().items():
        if code not in economy.labels.countries:
            continue
        worker = (
            1e3 * float(economy.value_added[economy.labels.country(code)]) / people.employed_thousand.value
        )
        if low < worker / people.median_household_income_usd.value < high:
            fitting[code] = people
    return fitting
