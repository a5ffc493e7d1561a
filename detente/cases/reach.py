"""Extraterritorial reach: controls that bind third countries' sales by their content of the controlled input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.core import InputError, Rent
from detente.equilibrium import QuantityControl
from detente.world import Array, Economy


def content_shares(economy: Economy, exporter: str, sector: str) -> Array:
    """Content of one country's product in every other product: share of its value, direct and indirect [country, sector].

    The input's way through the input-output tables and trade of the base year (every user of a product buys it in the
    country's average mix).
    """
    N, S = economy.va_share.shape
    i, r = economy.labels.country(exporter), economy.labels.sector(sector)
    # requirement of (supplier country m, sector q) per unit of (user country n, sector s)
    need = np.einsum("nqs,nmq->mqns", economy.input_shares, economy.trade_shares).reshape(N * S, N * S)
    row = np.zeros(N * S)
    row[i * S + r] = 1.0
    total = np.linalg.solve((np.eye(N * S) - need).T, row)
    total[i * S + r] -= 1.0
    return np.asarray(total.reshape(N, S))


def extraterritorial_controls(
    economy: Economy,
    name: str,
    *,
    exporter: str,
    sector: str,
    importers: Sequence[str],
    limit: float,
    threshold: float,
    rent: Rent = "destroyed",
) -> tuple[QuantityControl, ...]:
    """Caps on third countries' sales of products that hold a controlled input above a threshold.

    A control of `exporter` on its `sector` with reach binds flows j → n of every product whose content of the input is at
    least `threshold`, in proportion to that content: ``limit_j = 1 − (1 − limit) · content``.

    Parameters
    ----------
    economy : Economy
    name : str
    exporter, sector : str
        Whose input is controlled.
    importers : sequence of str
        Against whom.
    limit : float
        Ratio to base-year volume that the control leaves of the input itself.
    threshold : float
        Content share from which products are bound (0.001 for notice 61 of October 2025).
    rent : {"exporter", "importer", "destroyed"}

    Returns
    -------
    tuple of QuantityControl
        One a third country and sector.

    Raises
    ------
    InputError
        When no product reaches the threshold.
    """
    content = content_shares(economy, exporter, sector)
    labels = economy.labels
    controls = []
    for j, code in enumerate(labels.countries):
        if code == exporter:
            continue
        buyers = [importer for importer in importers if importer != code]
        for s, product in enumerate(labels.sectors):
            share = min(float(content[j, s]), 1.0)
            cells = economy.flows[[labels.country(buyer) for buyer in buyers], j, s]
            if share >= threshold and buyers and cells.sum() > 0:
                controls.append(
                    QuantityControl.on(
                        economy,
                        f"{name}/{code}/{product}",
                        importers=buyers,
                        exporters=[code],
                        sectors=[product],
                        limit=1 - (1 - limit) * share,
                        rent=rent,
                    )
                )
    if not controls:
        raise InputError(
            f"no product holds {sector} of {exporter} at {threshold:g} of its value or more",
            where=name,
            hint=f"the largest content is {float(np.delete(content, labels.country(exporter), 0).max()):.4f}",
        )
    return tuple(controls)
