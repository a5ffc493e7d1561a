"""One registry of tables: what the command line prints, a briefing writes and an explorer offers is built from here, by name.

An entry says what a table is called, what it is made of and which columns it has; its maker is loaded when the table is
built. Nothing is solved here: a maker takes what was solved.

>>> from detente.dossier import load_dossier
>>> record = load_dossier()
>>> build("stacking", dossier=record).title
'How duties meet on one product'
>>> entry("pair").needs
('outcomes', 'sides')
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from detente.core import InputError, LabelError, Table, suggestion

MATERIALS: Final[dict[str, str]] = {
    "nothing": "what comes with Détente",
    "record": "the record of a standoff, as known on a day",
    "rows": "entries of the record, chosen and laid out",
    "world": "an economy of one base year, or two",
    "sides": "the two parties, as codes of the economy",
    "outcomes": "solved scenarios, by name",
    "reference": "the scenario that differences are taken from",
    "explanation": "the parts of a change between two outcomes",
    "draws": "the same scenarios under drawn parameters",
    "path": "a cut month by month",
    "game": "a solved game, or what was read off it",
    "duties": "duties of a day, laid out by sector or product",
    "duty game": "a game of duties, played out",
    "outlook": "futures of a standoff, simulated from what was known on a day",
    "campaign": "a standoff played on, by hand or by rule",
    "backtest": "forecasts made again for past days, registered or said by others, with what happened",
    "reports": "a draft made of news reports",
    "checks": "what was checked",
}
"""What tables are made of."""


@dataclass(frozen=True)
class Shape:
    """A column as the registry knows it: braces stand for a code, as in ``{side}_real_income_pct``."""

    key: str
    unit: str = ""

    def fits(self, key: str) -> bool:
        """Whether a column of a table has this shape."""
        return re.fullmatch(_as_pattern(self.key), key) is not None


def _as_pattern(text: str) -> str:
    return re.sub(r"\\\{\w+\\\}", "[A-Za-z0-9][A-Za-z0-9_.-]*", re.escape(text))


@dataclass(frozen=True)
class Entry:
    """One table of the registry.

    Parameters
    ----------
    name : str
        Unique in the registry.
    title : str
        What the table says, of whatever case.
    maker : str
        ``room:function`` that makes it.
    takes : tuple of str
        Arguments of the maker that must be given.
    may_take : tuple of str
        Those that may.
    needs : tuple of str
        Of `MATERIALS`.
    columns : tuple of Shape
        Empty where a table takes its columns from another.
    file : str
        Name of the table in files; braces stand for a code.
    """

    name: str
    title: str
    maker: str
    takes: tuple[str, ...]
    may_take: tuple[str, ...]
    needs: tuple[str, ...]
    columns: tuple[Shape, ...]
    file: str

    def load(self) -> Any:
        """Return the function that makes the table."""
        module, name = self.maker.split(":")
        return getattr(importlib.import_module(module), name)

    def is_named(self, file: str) -> bool:
        """Whether a table of this name in files can be this one."""
        return re.fullmatch(_as_pattern(self.file), file) is not None

    def fits(self, table: Table) -> bool:
        """Whether a table has the name and the columns that the registry says."""
        if not self.is_named(table.name):
            return False
        return not self.columns or all(
            any(shape.fits(column.key) and shape.unit == column.unit for shape in self.columns)
            for column in table.columns
        )


def tables() -> tuple[Entry, ...]:
    """Every table, in the order of the catalogue."""
    return tuple(_entries().values())


def entry(name: str) -> Entry:
    """Return one entry.

    Raises
    ------
    LabelError
        When there is none of that name, with the nearest one.
    """
    entries = _entries()
    if name not in entries:
        raise LabelError(f"no table `{name}`", where="registry of tables", hint=suggestion(name, entries))
    return entries[name]


def make(name: str, /, **given: Any) -> Any:
    """Call the maker of a table and return what it makes: a table, a figure with its table, or several tables.

    Parameters
    ----------
    name : str
        Of the registry.
    given
        Arguments of its maker, by name (`Entry.takes`, `Entry.may_take`).

    Raises
    ------
    LabelError
        When there is no such table, or it takes no such argument.
    InputError
        When something it is made of is missing; and what its maker raises.
    """
    chosen = entry(name)
    known = (*chosen.takes, *chosen.may_take)
    for key in given:
        if key not in known:
            raise LabelError(
                f"the table `{name}` takes no `{key}`",
                where="registry of tables",
                hint=suggestion(key, known),
            )
    missing = [key for key in chosen.takes if key not in given]
    if missing:
        raise InputError(
            f"the table `{name}` is made of {', '.join(f'`{key}`' for key in missing)}",
            where="registry of tables",
            hint=f"it needs {' and '.join(MATERIALS[need] for need in chosen.needs)}",
        )
    return chosen.load()(**given)


def build(name: str, /, **given: Any) -> Table:
    """Build a table; arguments and errors as for `make`. Of a figure, the table behind it.

    Returns
    -------
    Table
        The first of that name where the maker makes several.
    """
    result = make(name, **given)
    if isinstance(result, Table):
        return result
    table = getattr(result, "table", None)
    if isinstance(table, Table):
        return table
    chosen = entry(name)
    several = [candidate for candidate in result if isinstance(candidate, Table)]
    return next(candidate for candidate in several if chosen.is_named(candidate.name))


def build_with(name: str, materials: Mapping[str, Any]) -> Table:
    """Build a table from whatever there is: of `materials`, it takes what it is made of and leaves the rest."""
    chosen = entry(name)
    return build(
        name, **{key: materials[key] for key in (*chosen.takes, *chosen.may_take) if key in materials}
    )


def offered(there: Iterable[str]) -> tuple[Entry, ...]:
    """Tables that can be made of some `MATERIALS`.

    Raises
    ------
    LabelError
        For a material there is not.

    Examples
    --------
    >>> {"countries", "pair"} <= {one.name for one in offered(["sides", "outcomes"])}
    True
    """
    known = {"nothing", *there}
    for need in sorted(known):
        if need not in MATERIALS:
            raise LabelError(f"nothing is made of `{need}`", hint=suggestion(need, MATERIALS))
    return tuple(listed for listed in tables() if set(listed.needs) <= known)


def registered(table: Table) -> tuple[Entry, ...]:
    """Entries that a table can be, by its name and columns."""
    return tuple(listed for listed in tables() if listed.fits(table))


@functools.cache
def _entries() -> Mapping[str, Entry]:
    """The catalogue, read once."""
    from detente.show.listings import checks, explanations, outcomes, outlook, record, strategy, worlds

    entries = [
        _read(*row)
        for part in (record, checks, worlds, outcomes, explanations, strategy, outlook)
        for row in part.ROWS
    ]
    return {listed.name: listed for listed in entries}


def _read(name: str, title: str, maker: str, arguments: str, needs: str, columns: str) -> Entry:
    """One line of the catalogue: a question mark marks what may be left out, a unit stands in brackets."""
    name, _, file = name.partition(" as ")
    words = arguments.split()
    return Entry(
        name,
        title,
        maker if maker.startswith("detente.") else f"detente.show.tables.{maker}",
        tuple(word for word in words if not word.endswith("?")),
        tuple(word[:-1] for word in words if word.endswith("?")),
        tuple(needs.split(", ")),
        tuple(
            Shape(match[1], (match[2] or "").strip("[]"))
            for match in re.finditer(r"([^\s\[]+)(\[[^\]]*\])?", columns)
        ),
        file or name,
    )
