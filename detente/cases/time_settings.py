"""Numbers about time and about the edge of what the model knows, read from ``data/time.yaml``: each graded, with a what-if."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from detente.core import Cell, Column, LabelError, Table, suggestion

_FILE = Path(__file__).parent / "data" / "time.yaml"


@dataclass(frozen=True)
class TimeSetting:
    """One number: its value and unit, how it is known, where it comes from, and what another value would do."""

    name: str
    value: float
    unit: str
    grade: str
    source: str
    what_if: str


@functools.cache
def _read() -> dict[str, TimeSetting]:
    from detente.dossier import read_yaml

    data = read_yaml(_FILE).data
    assert isinstance(data, dict)
    return {
        body["name"]: TimeSetting(
            body["name"],
            float(body["value"]),
            body["unit"],
            body["grade"],
            body["source"],
            body["what_if"],
        )
        for body in data["settings"]
    }


def time_setting(name: str) -> float:
    """Value of one of the numbers.

    Raises
    ------
    LabelError
        For an unknown name, with the nearest one.

    Examples
    --------
    >>> time_setting("discount")
    0.03
    """
    settings = _read()
    if name not in settings:
        raise LabelError(f"no setting `{name}`", where=_FILE.name, hint=suggestion(name, settings))
    return settings[name].value


def assumed_settings() -> tuple[str, ...]:
    """Every number of these that nobody sourced, in words, with what another value would do.

    Examples
    --------
    >>> [text.split(" = ")[0] for text in assumed_settings()]
    ['Time: impact until', 'Time: short until', 'Time: adjusted', 'Time: discount', 'Time: known wedge']
    """
    return tuple(
        f"Time: {setting.name.replace('_', ' ')} = {setting.value:g} {setting.unit}: {setting.source}. Otherwise: {setting.what_if}."
        for setting in _read().values()
        if setting.grade == "assumed"
    )


def _as_shown(value: float, unit: str) -> tuple[float, str]:
    """A number of the file in a unit of tables: a fraction in percent, and the file's words for the rest."""
    scale, shown = {
        "fraction": (100.0, "%"),
        "fraction a year": (100.0, "% a year"),
        "months": (1.0, "month"),
        "times the cost": (1.0, "factor"),
    }.get(unit, (1.0, unit))
    return scale * value, shown


def time_table() -> Table:
    """Every number, with grade, source and what another value would do.

    Examples
    --------
    >>> len(time_table().rows)
    8
    """
    rows: list[tuple[Cell, ...]] = [
        (each.name, *_as_shown(each.value, each.unit), each.grade, each.source, each.what_if)
        for each in _read().values()
    ]
    return Table(
        "time",
        "Numbers about time and the edge of what the model knows",
        (
            Column("setting", "Setting"),
            Column("value", "Value", "", "number", 2),
            Column("unit", "Unit"),
            Column("grade", "Grade"),
            Column("source", "Source"),
            Column("what_if", "Otherwise"),
        ),
        tuple(rows),
    )
