"""Cuts written in a few words: who delivers how much less of what to whom, ``CHN:rare-earths:0.3``."""

from __future__ import annotations

import math

from detente.core import InputError, LabelError, Rent, UnitError, suggestion
from detente.equilibrium import QuantityControl
from detente.world import Economy, sector_groups

FORM = "EXPORTERS:SECTORS:SHARE[:IMPORTERS], such as CHN:rare-earths:0.3 or CHN:REE+MAG:0.3:USA+JPN"


def read_cut(economy: Economy, text: str, *, rent: Rent = "destroyed") -> QuantityControl:
    """Read a cut: a cap on what some countries deliver of some inputs.

    Parameters
    ----------
    economy : Economy
    text : str
        ``EXPORTERS:SECTORS:SHARE[:IMPORTERS]``; several codes are joined with ``+``. Sectors may be a group that was carved
        together (`sector_groups`). The share of the base year's volume that is left is a fraction, 0 is a ban. Left out,
        importers are all other countries. The cut is named after all parts but the share.
    rent : {"exporter", "importer", "destroyed"}
        Who keeps the difference between cost and price: nobody unless stated, since queues and licences use it up.

    Returns
    -------
    QuantityControl

    Raises
    ------
    InputError
        For a text of another form, and a cut that joins no two countries or no trade.
    LabelError
        For a country, sector or group the economy does not have, with the nearest name.
    UnitError
        For a share that is no fraction from 0 to 1.

    Examples
    --------
    >>> from detente.world import load_world
    >>> cut = read_cut(load_world(), "CHN:rare-earths:0.3:USA+JPN")
    >>> cut.name, cut.limit, int(cut.cells.sum())
    ('CHN:rare-earths:USA+JPN', 0.3, 4)
    """
    where = f"--cut {text}"
    parts = [part.strip() for part in text.split(":")]
    if len(parts) not in (3, 4) or not all(parts):
        raise InputError(f"the cut has {len(parts)} parts", where=where, hint=FORM)
    exporters, sectors, share = parts[0].split("+"), parts[1].split("+"), parts[2]
    try:
        limit = float(share)
    except ValueError:
        raise UnitError(
            f"the share left is `{share}`", where=where, hint="a fraction of the base year: 0.3 leaves 30 %"
        ) from None
    if not (math.isfinite(limit) and 0 <= limit <= 1):
        raise UnitError(
            f"the share left is {limit:g}", where=where, hint="a fraction from 0 to 1: 0.3 leaves 30 %"
        )
    labels, groups = economy.labels, sector_groups(economy)
    chosen: list[str] = []
    for word in sectors:
        if word not in labels.sectors and word not in groups:
            raise LabelError(
                f"no sector or group `{word}`",
                where=where,
                hint=suggestion(
                    word, (*groups, *labels.sectors), list_with="detente world show --table sectors"
                ),
            )
        chosen += groups.get(word, (word,))
    importers = parts[3].split("+") if len(parts) == 4 else list(labels.countries)
    for word in (*exporters, *importers):
        if word not in labels.countries:
            raise LabelError(f"no country `{word}`", where=where, hint=suggestion(word, labels.countries))
    if len(parts) == 3:
        importers = [code for code in importers if code not in exporters]
    control = QuantityControl.on(
        economy,
        ":".join((*parts[:2], *parts[3:])),
        importers=importers,
        exporters=exporters,
        sectors=chosen,
        limit=limit,
        rent=rent,
    )
    if not economy.flows[control.cells].sum() > 0:
        raise InputError(
            "there is no such trade in the base year",
            where=where,
            hint="name other sellers, buyers or sectors",
        )
    return control
