"""What is embodied in goods: an amount by output of every sector, and by that of all its inputs, wherever these are made."""

from __future__ import annotations

import numpy as np

from detente.core import InputError
from detente.world.economy import Array, Economy

ROUNDS = 2_000


def embodied_intensity(economy: Economy, intensity: Array, *, tolerance: float = 1e-12) -> Array:
    """Sum an amount by output over a good and all its inputs.

    Parameters
    ----------
    economy : Economy
    intensity : array [country, sector]
        Of an amount, such as tonnes, by million USD of output.
    tolerance : float
        Relative.

    Returns
    -------
    array [country, sector]
        In the same unit. What is embodied in the world's final demand is what the world's output has.

    Raises
    ------
    InputError
        When inputs use up whole outputs, so that the sum has no end.

    References
    ----------
    Leontief (1970), Review of Economics and Statistics 52(3), in an inter-country table.

    Examples
    --------
    >>> from detente.world import toy
    >>> bool((embodied_intensity(toy(), np.ones((5, 4))) > 1).all())
    True
    """
    bought = economy.trade_shares / (1 + economy.tariff)
    whole = np.array(intensity)
    for _ in range(ROUNDS):
        of_inputs = np.einsum("nir,ir->nr", bought, whole)
        again = intensity + np.einsum("nrs,nr->ns", economy.input_shares, of_inputs)
        if np.abs(again - whole).max() <= tolerance * max(float(again.max()), 1e-300):
            return np.asarray(again)
        whole = again
    raise InputError(
        "embodied emissions have no end: inputs use up whole outputs",
        where=economy.name,
        hint="check the world",
    )
