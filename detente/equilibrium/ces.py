"""Sums over suppliers and users, and CES price indices in logarithms."""

from __future__ import annotations

import numpy as np

from detente.world import Array


def over_suppliers(weight: Array, vector: Array) -> Array:
    """Σ_r weight[n, r, s] · vector[.., n, r] as [.., n, s]."""
    if vector.ndim == 3 and len(vector) > 1:  # one matrix product a country over all scenarios
        return np.asarray(np.matmul(vector.transpose(1, 0, 2), weight).transpose(1, 0, 2))
    return np.asarray(np.vecmat(vector, weight))


over_users = over_suppliers
"""The same with weights laid out [country, user, supplier] and a vector over users."""


def ces(weight: Array, log_price: Array, sigma: float) -> Array:
    """Log CES price over suppliers [.., n, s]: weight [n, r, s] adding up to one (or none), log price [.., n, r]."""
    if sigma == 1:
        return over_suppliers(weight, log_price)
    # log1p and expm1 keep every digit as the elasticity comes near one
    moved = over_suppliers(weight, np.expm1((1 - sigma) * log_price))
    return np.asarray(np.log1p(moved) / (1 - sigma))


def ces_pair(share: Array, first: Array, second: Array, sigma: float) -> Array:
    """Log CES price of two: share of the first [n, s]."""
    if sigma == 1:
        return np.asarray(share * first + (1 - share) * second)
    inside = share * np.expm1((1 - sigma) * first) + (1 - share) * np.expm1((1 - sigma) * second)
    return np.asarray(np.log1p(inside) / (1 - sigma))


def by_pair(weight: Array, supplier: Array, user: Array) -> Array:
    """weight[n, r, s] · supplier[.., n, r] · user[.., n, s]: powers are taken of cells, not of their pairs."""
    product = weight * user[..., None, :]
    product *= supplier[..., :, None]
    return product
