"""Months of use that countries hold of carved inputs, as the world's own provenance says them: with source and grade."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.world.economy import Economy


@dataclass(frozen=True)
class StockFigure:
    """What one country holds of one input, months of its use in the base year, and how that is known."""

    sector: str
    country: str
    months: float
    source: str
    grade: str
    note: str = ""


def stock_figures(economy: Economy) -> tuple[StockFigure, ...]:
    """Every figure on stocks that a world carries along (`about_carved` of its provenance).

    Examples
    --------
    >>> from detente.world import load_world
    >>> found = {(one.sector, one.country): one for one in stock_figures(load_world())}
    >>> found["MAG", "JPN"].months, found["MAG", "JPN"].grade
    (4.0, 'assumed')
    """
    about = economy.provenance.get("about_carved", {})
    figures = []
    for sector, said in (about if isinstance(about, Mapping) else {}).items():
        for block in said.get("stocks", ()):
            for country, months in block["months"].items():
                figures.append(
                    StockFigure(
                        sector, country, float(months), block["source"], block["grade"], block.get("note", "")
                    )
                )
    return tuple(figures)


def stock_of_flows(
    economy: Economy, cells: npt.NDArray[np.bool_]
) -> tuple[float, tuple[tuple[StockFigure, float], ...]]:
    """Months that the buyers of some flows hold together, and the figures behind it.

    The mean over the flows, weighted by their base-year value; a buyer without a figure counts as holding none.

    Parameters
    ----------
    economy : Economy
    cells : bool array [importer, exporter, sector]

    Returns
    -------
    months : float
    figures : tuple of (StockFigure, float)
        Every figure used with its buyer's share of the flows.

    Examples
    --------
    >>> import numpy as np
    >>> from detente.world import load_world
    >>> world = load_world()
    >>> cells = np.zeros(world.flows.shape, dtype=bool)
    >>> labels = world.labels
    >>> cells[labels.country("USA"), labels.country("CHN"), labels.sector("MAG")] = True
    >>> months, figures = stock_of_flows(world, cells)
    >>> months, len(figures)
    (2.0, 1)
    """
    flows = np.where(cells, economy.flows, 0.0).sum(1)
    whole, labels = float(flows.sum()), economy.labels
    used = []
    for figure in stock_figures(economy):
        if figure.sector not in labels.sectors or figure.country not in labels.countries:
            continue
        share = float(flows[labels.country(figure.country), labels.sector(figure.sector)]) / whole
        if share > 0:
            used.append((figure, share))
    return math.fsum(figure.months * share for figure, share in used), tuple(used)


def sector_groups(economy: Economy) -> dict[str, tuple[str, ...]]:
    """Carved sectors by the specification they come from, such as ``rare-earths`` for compounds and magnets.

    Examples
    --------
    >>> from detente.world import load_world
    >>> sector_groups(load_world())["rare-earths"]
    ('MAG', 'REE')
    """
    about = economy.provenance.get("about_carved", {})
    groups: dict[str, tuple[str, ...]] = {}
    for sector in economy.labels.sectors:
        said = about.get(sector) if isinstance(about, Mapping) else None
        if said and said.get("specification"):
            groups[said["specification"]] = (*groups.get(said["specification"], ()), sector)
    return groups
