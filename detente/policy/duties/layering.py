"""What measures in force add up to on rows whose rates and covered shares are known: rules 2 to 4 of `stacking`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.world import Array

if TYPE_CHECKING:
    from detente.dossier import Measure


@dataclass(frozen=True, eq=False)
class Charge:
    """One measure in force on the rows of one importer: its rate on each row, and the share of the row that it covers."""

    measure: Measure
    rate: Array
    covered: Array


def layers(charged: Sequence[Charge], shape: tuple[int, ...]) -> dict[str, Array]:
    """Duty by authority of measures in force whose rates and covered shares are known, rules 2 to 4.

    Parameters
    ----------
    charged : sequence of Charge
        With arrays of one shape.
    shape : tuple of int
        That shape.

    Returns
    -------
    dict of str to array, fraction
        By authority, in the order in which the measures come.
    """
    reach: dict[str, Array] = {}
    for charge in charged:
        authority = charge.measure.authority
        reach[authority] = np.maximum(reach.get(authority, 0.0), charge.covered)
    added: dict[str, Array] = {}
    largest: dict[str, Array] = {}
    for charge in charged:
        authority = charge.measure.authority
        others = [reach[name] for name in charge.measure.excluded_by if name in reach]
        left = np.maximum(0.0, charge.covered - np.maximum.reduce(others)) if others else charge.covered
        rate = charge.rate * left
        into = largest if charge.measure.combine == "max" else added
        if authority not in into:
            into[authority] = rate
        else:
            into[authority] = np.maximum(into[authority], rate) if into is largest else into[authority] + rate
    order: Mapping[str, None] = dict.fromkeys(charge.measure.authority for charge in charged)
    zero = np.zeros(shape)
    return {name: added.get(name, zero) + largest.get(name, zero) for name in order}
