"""Extraterritorial reach: controls that bind third countries' sales by their content of the controlled input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.core import InputError, Rent
from detente.equilibrium import QuantityControl
from detente.world import Economy, content_shares


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
