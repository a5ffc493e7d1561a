"""Named horizons: impact (months), short (one year) and long (five years and more), as parameter sets with sources.

A horizon chooses together how far trade, technology and factors adjust: trade elasticities θ, the nests σ, mobility κ. The
values and where each comes from are in ``data/horizons.yaml``.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.cases.backstops import way_out, with_commodities
from detente.cases.option_words import revenue_sentence
from detente.core import Cell, Column, InputError, LabelError, Table, suggestion
from detente.equilibrium import Structure
from detente.world import Economy

HORIZONS = ("impact", "short", "long")
MONTHS = {"impact": 3.0, "short": 12.0}
"""Months after which a horizon stands; the long run is when everything has adjusted."""
_FILE = Path(__file__).parent / "data" / "horizons.yaml"
_NESTS = (
    "sigma_value_added",
    "sigma_materials",
    "sigma_critical",
    "sigma_final",
    "mobility",
    "revenue_saved",
)
_GRADES = ("official", "reported", "inferred", "assumed")


@dataclass(frozen=True)
class HorizonSetting:
    """One parameter of a horizon: its value, how it is known, and where it comes from."""

    value: float
    grade: str
    source: str


@dataclass(frozen=True)
class Horizon:
    """One named set of parameters.

    Attributes
    ----------
    name, title : str
    elasticity_set : str
        Set of trade elasticities; empty when the economy keeps its own.
    scale, otherwise_scale : float
        Factor on the set; factor on the economy's own elasticities where its sectors cannot be told.
    elasticities : Setting
        Grade and source of the trade elasticities; its value is `scale`.
    settings : mapping of parameter name to Setting
        ``sigma_value_added``, ``sigma_materials``, ``sigma_critical``, ``sigma_final``, ``mobility``, ``revenue_saved``.
    """

    name: str
    title: str
    elasticity_set: str
    scale: float
    otherwise_scale: float
    elasticities: HorizonSetting
    settings: dict[str, HorizonSetting]


def _setting(body: Any, where: str) -> HorizonSetting:
    try:
        value = body["value"]
        number = math.inf if value == "free" else float(value)
        setting = HorizonSetting(number, body["grade"], body["source"])
    except (KeyError, TypeError, ValueError):
        raise InputError(
            "a parameter needs `value`, `grade` and `source`",
            where=where,
            hint="{value: 0.5, grade: assumed, source: …}",
        ) from None
    if setting.grade not in _GRADES:
        raise LabelError(
            f"unknown grade `{setting.grade}`", where=where, hint=suggestion(setting.grade, _GRADES)
        )
    return setting


@functools.cache
def _read() -> tuple[dict[str, Horizon], tuple[tuple[tuple[str, ...], str], ...]]:
    """Read the shipped file: horizons by name, and the lists of critical sectors with the reason for each."""
    from detente.dossier import read_yaml

    data = read_yaml(_FILE).data
    assert isinstance(data, dict)
    horizons = {}
    for body in data["horizons"]:
        where = f"{_FILE.name}: {body['name']}"
        trade = body["trade_elasticity"]
        horizons[body["name"]] = Horizon(
            body["name"],
            body["title"],
            trade.get("set", ""),
            float(trade["scale"]),
            float(trade["otherwise_scale"]),
            _setting({**trade, "value": trade["scale"]}, where),
            {name: _setting(body[name], f"{where}: {name}") for name in _NESTS},
        )
    lists = tuple((tuple(entry["sectors"]), entry["why"]) for entry in data["critical"])
    return horizons, lists


def named_horizon(name: str) -> Horizon:
    """Return a horizon's parameters with their sources.

    Raises
    ------
    LabelError
        For an unknown name, with the nearest one.

    Examples
    --------
    >>> named_horizon("short").settings["sigma_critical"].grade
    'assumed'
    """
    horizons, _ = _read()
    if name not in horizons:
        raise LabelError(f"unknown horizon `{name}`", where="horizon", hint=suggestion(name, horizons))
    return horizons[name]


def critical_sectors(economy: Economy) -> tuple[tuple[str, ...], str]:
    """Sectors of an economy that are critical inputs, and why these.

    Examples
    --------
    >>> from detente.world import toy
    >>> critical_sectors(toy())
    (('PARTS',), "the toy world's parts and materials")
    """
    for codes, why in _read()[1]:
        shared = tuple(code for code in codes if code in economy.labels.sectors)
        if shared:
            return shared, why
    return (), "no sector of this world is listed as critical"


def with_horizon_elasticities(economy: Economy, name: str, *, commodities: bool = True) -> Economy:
    """Return the economy with the trade elasticities of a horizon; commodities keep theirs unless told otherwise.

    Raises
    ------
    LabelError
        For an unknown horizon.
    """
    from detente.world import with_elasticity_set

    chosen = named_horizon(name)
    factor = chosen.scale
    if not chosen.elasticity_set:
        adapted, said = economy, ""
    else:
        try:
            adapted, said = with_elasticity_set(economy, chosen.elasticity_set), ""
        except LabelError:
            adapted, factor = economy, chosen.otherwise_scale
            said = f", for want of a set of the {chosen.title} for these sectors"
    if factor != 1:
        source = f"{adapted.elasticity_source}; times {factor:g} (assumed{said})"
        adapted = adapted.with_elasticities(adapted.trade_elasticity * factor, source)
    return adapted if name == "long" or not commodities else with_commodities(adapted, economy)


def horizon(
    name: str, economy: Economy, *, keep_elasticities: bool = False, ways_out: bool = True
) -> tuple[Economy, Structure]:
    """Set an economy to a horizon: its trade elasticities, and the structure that goes with them.

    Parameters
    ----------
    name : {"impact", "short", "long"}
    economy : Economy
    keep_elasticities : bool
        Keep the economy's own instead of the horizon's: somebody asked for them by name.
    ways_out : bool
        Whether buyers of critical inputs have a way out and change sellers of commodities at once (`backstops`). Without,
        a shortage has no ceiling: what the ladders are worth is the difference.

    Returns
    -------
    (Economy, Structure)
        To be given to `solve` together. The long run is the core model.

    Raises
    ------
    LabelError
        For an unknown horizon, with the nearest name.

    Examples
    --------
    >>> from detente.world import toy
    >>> _, structure = horizon("long", toy())
    >>> structure.is_core
    True
    >>> economy, structure = horizon("short", toy())
    >>> structure.critical, bool((economy.trade_elasticity < toy().trade_elasticity).all())
    (('PARTS',), True)
    """
    chosen = named_horizon(name)
    values = {key: setting.value for key, setting in chosen.settings.items()}
    critical, why = critical_sectors(economy) if values["sigma_critical"] != 1 else ((), "")
    parts = []
    if values["sigma_value_added"] != 1:
        parts.append(
            f"σ_V {values['sigma_value_added']:g}, σ_M {values['sigma_materials']:g}, "
            f"σ_F {values['sigma_final']:g}"
        )
    if values["sigma_critical"] != 1:
        which = f"{', '.join(critical)} ({why})" if critical else why
        parts.append(f"σ_K {values['sigma_critical']:g} on {which}")
    if math.isfinite(values["mobility"]):
        parts.append(f"κ {values['mobility']:g}")
    else:
        parts.append("factors move freely between sectors")
    months = MONTHS.get(name)
    backstop = way_out(economy, months) if ways_out and months is not None else None
    if backstop is not None:
        parts.append("critical inputs with a way out: the ladder of stopped uses and what comes before")
    grades = sorted({chosen.settings[key].grade for key in _NESTS})
    structure = Structure(
        **values,
        critical=critical,
        backstop=backstop,
        horizon=chosen.title.split(":")[0] if name != "long" else "long run",
        source="; ".join(parts) + f"; grades: {', '.join(grades)}",
    )
    if keep_elasticities:
        return economy, structure
    return with_horizon_elasticities(economy, name, commodities=ways_out), structure


def horizon_sentence(structure: Structure) -> str:
    """Say the horizon of a structure in a note: its name and what can adjust.

    Examples
    --------
    >>> horizon_sentence(Structure())
    'Horizon: long run (factors move freely between sectors). Duties go to households.'
    """
    what = "factors move freely between sectors" if structure.is_core else structure.source
    return f"Horizon: {structure.horizon} ({what}). {revenue_sentence(structure)}"


def horizon_table() -> Table:
    """Every horizon's parameters, with grade and source.

    Examples
    --------
    >>> {row["horizon"] for row in horizon_table().records()} == set(HORIZONS)
    True
    """
    rows: list[tuple[Cell, ...]] = []
    for name, chosen in _read()[0].items():
        trade = chosen.elasticities
        what = chosen.elasticity_set or "the economy's own"
        rows.append((name, "trade_elasticity", f"{what}, times {chosen.scale:g}", trade.grade, trade.source))
        for key, setting in chosen.settings.items():
            shown = "free" if math.isinf(setting.value) else f"{setting.value:g}"
            rows.append((name, key, shown, setting.grade, setting.source))
    return Table(
        "horizons",
        "Parameters of the horizons",
        (
            Column("horizon", "Horizon"),
            Column("parameter", "Parameter"),
            Column("set_to", "Value"),
            Column("grade", "Grade"),
            Column("source", "Source"),
        ),
        tuple(rows),
        note="Critical inputs: " + "; else ".join(f"{', '.join(c)} ({why})" for c, why in _read()[1]) + ".",
    )
