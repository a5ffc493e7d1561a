"""Content of one country's product in all others, through the input-output tables and trade of the base year."""

from __future__ import annotations

import functools

import numpy as np

from detente.world.economy import Array, Economy, frozen


@functools.lru_cache(maxsize=16)
def content_shares(economy: Economy, exporter: str, sector: str) -> Array:
    """Content of one country's product in every other product: share of its value, direct and indirect [country, sector].

    The input's way through the input-output tables and trade of the base year (every user of a product buys it in the
    country's average mix).

    Parameters
    ----------
    economy : Economy
    exporter, sector : str
        Whose product.

    Raises
    ------
    LabelError
        For a country or sector the economy does not have, with the nearest name.

    Examples
    --------
    >>> from detente.world import toy
    >>> content_shares(toy(), "CHN", "PARTS").shape
    (5, 4)
    """
    N, S = economy.va_share.shape
    i, r = economy.labels.country(exporter), economy.labels.sector(sector)
    # requirement of (supplier country m, sector q) per unit of (user country n, sector s)
    need = np.einsum("nqs,nmq->mqns", economy.input_shares, economy.trade_shares).reshape(N * S, N * S)
    row = np.zeros(N * S)
    row[i * S + r] = 1.0
    total = np.linalg.solve((np.eye(N * S) - need).T, row)
    total[i * S + r] -= 1.0
    return frozen(total.reshape(N, S))
