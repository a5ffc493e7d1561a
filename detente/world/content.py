"""Content of one country's product in all others, through the input-output tables and trade of the base year."""

from __future__ import annotations

import functools

import numpy as np

from detente.world.economy import Array, Economy, frozen


class _Flows:
    """An economy as far as contents follow from it: with other elasticities it is the same."""

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        self.parts = (economy.labels, economy.flows, economy.tariff, economy.input_shares)

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.parts)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Flows) and all(
            mine is theirs for mine, theirs in zip(self.parts, other.parts, strict=True)
        )


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
    return _content_shares(_Flows(economy), exporter, sector)


@functools.lru_cache(maxsize=16)
def _content_shares(flows: _Flows, exporter: str, sector: str) -> Array:
    economy = flows.economy
    N, S = economy.va_share.shape
    i, r = economy.labels.country(exporter), economy.labels.sector(sector)
    # requirement of (supplier country m, sector q) per unit of (user country n, sector s)
    need = np.einsum("nqs,nmq->mqns", economy.input_shares, economy.trade_shares).reshape(N * S, N * S)
    row = np.zeros(N * S)
    row[i * S + r] = 1.0
    total = np.linalg.solve((np.eye(N * S) - need).T, row)
    total[i * S + r] -= 1.0
    return frozen(total.reshape(N, S))
