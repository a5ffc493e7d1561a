"""Trade elasticities of the literature, by set and sector, for any world whose sectors can be told.

A sector is found by its code in the shipped table, else by the divisions of ISIC Rev. 4 its code spans (``C10T12``,
``C20_21``, ``G``, ``C302T309``), else as one of WIOD's 35 (``c1`` … ``c35``) or of the 40
of Caliendo and Parro (``s01`` … ``s40``), else through a concordance given along.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detente.core import Cell, Column, LabelError, SchemaError, Table, csv_rows, open_lines, suggestion
from detente.world.economy import Array, Economy, frozen
from detente.world.numbers import check_theta, parse_number

_TABLE = Path(__file__).parent / "data" / "elasticities.csv"
_SECTIONS = {
    "A": (1, 3), "B": (5, 9), "C": (10, 33), "D": (35, 35), "E": (36, 39), "F": (41, 43), "G": (45, 47), "H": (49, 53),
    "I": (55, 56), "J": (58, 63), "K": (64, 66), "L": (68, 68), "M": (69, 75), "N": (77, 82), "O": (84, 84), "P": (85, 85),
    "Q": (86, 88), "R": (90, 93), "S": (94, 96), "T": (97, 98), "U": (99, 99),
}  # fmt: skip
_SERVICES = {"UTC": "DEF", "TRT": "GHI", "BUS": "JKMN", "PUB": "LOPQRSTU"}
_WIOD = {
    "c1": ("A01_02", "A03"), "c2": ("B05_06", "B07_08", "B09"), "c3": ("C10T12",), "c4": ("C13T15",), "c5": ("C13T15",),
    "c6": ("C16",), "c7": ("C17_18",), "c8": ("C19",), "c9": ("C20", "C21"), "c10": ("C22",), "c11": ("C23",),
    "c12": ("C24", "C25"), "c13": ("C28",), "c14": ("C26", "C27"), "c15": ("C29", "C30"), "c16": ("C31T33",),
    "c17": ("UTC",), "c18": ("UTC",), **{f"c{k}": ("TRT",) for k in range(19, 28)}, "c28": ("BUS",), "c29": ("PUB",),
    "c30": ("BUS",), **{f"c{k}": ("PUB",) for k in range(31, 36)},
}  # fmt: skip
_CALIENDO_PARRO = {
    "s01": ("A01_02", "A03"), "s02": ("B05_06", "B07_08", "B09"), "s03": ("C10T12",), "s04": ("C13T15",), "s05": ("C16",),
    "s06": ("C17_18",), "s07": ("C19",), "s08": ("C20", "C21"), "s09": ("C22",), "s10": ("C23",), "s11": ("C24",),
    "s12": ("C25",), "s13": ("C28",), "s14": ("C26",), "s15": ("C27",), "s16": ("C26",), "s17": ("C26",), "s18": ("C29",),
    "s19": ("C30",), "s20": ("C31T33",), "s21": ("UTC",), "s22": ("UTC",), **{f"s{k}": ("TRT",) for k in range(23, 30)},
    "s30": ("BUS",), "s31": ("PUB",), **{f"s{k}": ("BUS",) for k in range(32, 36)},
    **{f"s{k}": ("PUB",) for k in range(36, 41)},
}  # fmt: skip
_OTHERS = {**_WIOD, **_CALIENDO_PARRO}
_RANGE = re.compile(r"([A-U])(\d{2})\d?[A-Z]?(?:[T_-]([A-U])?(\d{2})\d?)?")
_SECTION_RANGE = re.compile(r"([A-U])(?:[T_-]?([A-U]))?")


@dataclass(frozen=True)
class _Set:
    citation: str
    horizon: str
    by_sector: Mapping[str, float]


_COLUMNS = ["set", "horizon", "sector", "trade_elasticity", "citation"]


@functools.cache
def _sets() -> dict[str, _Set]:
    """The shipped table, read once."""
    return read_elasticity_sets(_TABLE)


def read_elasticity_sets(path: Path) -> dict[str, _Set]:
    """Read a table of elasticity sets, each with every sector once.

    Raises
    ------
    SchemaError
        Other columns, a row of another length, no number, a set that lacks sectors another one has.
    LabelError
        A sector that stands twice in a set.
    UnitError
        A number that cannot be an elasticity.
    """
    sets: dict[str, _Set] = {}
    values: dict[str, dict[str, float]] = {}
    with open_lines(path) as stream:
        rows = csv_rows(stream, file=path.name)
        if next(rows, None) != _COLUMNS:
            raise SchemaError(
                "these are not the columns of a table of elasticities",
                file=path.name,
                line=1,
                hint="columns: " + ",".join(_COLUMNS),
            )
        for line, row in enumerate(rows, 2):
            if len(row) != len(_COLUMNS):
                raise SchemaError(
                    f"the row has {len(row)} cells, the header {len(_COLUMNS)}",
                    file=path.name,
                    line=line,
                    hint="the file is cut short, or a comma inside a cell needs quotes",
                )
            name, horizon, sector, text, citation = row
            by_sector = values.setdefault(name, {})
            if sector in by_sector:
                raise LabelError(
                    f"sector `{sector}` stands twice in the set `{name}`",
                    where=f"{path.name}:{line}",
                    hint="drop one of the two rows",
                )
            cell = f"{name}, {sector}"
            by_sector[sector] = check_theta(
                parse_number(text, file=path.name, line=line, cell=cell), where=f"{path.name}:{line}: {cell}"
            )
            sets.setdefault(name, _Set(citation, horizon, by_sector))
    every = dict.fromkeys(sector for by_sector in values.values() for sector in by_sector)
    for name, by_sector in values.items():
        missing = [sector for sector in every if sector not in by_sector]
        if missing:
            raise SchemaError(
                f"the set `{name}` has no elasticity for {', '.join(missing[:8])}",
                file=path.name,
                hint="the file is cut short, or rows were left out: install Détente again",
            )
    return sets


def elasticity_sets() -> dict[str, str]:
    """Name and citation of every shipped set.

    Examples
    --------
    >>> sorted(elasticity_sets())
    ['blpn-10y', 'blpn-1y', 'bsy', 'cp', 'fgo', 'fgo-sigma', 'gyy', 'll', 'shap', 'u4']
    """
    return {name: entry.citation for name, entry in _sets().items()}


def set_horizon(name: str) -> str:
    """Horizon a set of elasticities stands for: ``short`` (one year) or ``long``.

    Examples
    --------
    >>> set_horizon("fgo"), set_horizon("blpn-1y")
    ('long', 'short')
    """
    return _sets()[name].horizon


def divisions(code: str) -> frozenset[int]:
    """Divisions of ISIC Rev. 4 a sector code spans; empty when it is no such code.

    Examples
    --------
    >>> sorted(divisions("C10T12")), sorted(divisions("K")), sorted(divisions("C302T309")), sorted(divisions("cars"))
    ([10, 11, 12], [64, 65, 66], [30], [])
    """
    whole = _SECTION_RANGE.fullmatch(code)
    if whole:
        first, last = whole[1], whole[2] or whole[1]
        return frozenset(range(_SECTIONS[first][0], _SECTIONS[last][1] + 1))
    parts = _RANGE.fullmatch(code)
    if not parts:
        return frozenset()
    first_division, last_division = int(parts[2]), int(parts[4] or parts[2])
    low, high = _SECTIONS[parts[1]][0], _SECTIONS[parts[3] or parts[1]][1]
    if not low <= first_division <= last_division <= high:
        return frozenset()
    return frozenset(range(first_division, last_division + 1))


@functools.cache
def _base_divisions() -> dict[str, frozenset[int]]:
    """Divisions of every sector of the shipped table that has them."""
    sector_divisions = {
        name: frozenset(d for letter in letters for d in divisions(letter))
        for name, letters in _SERVICES.items()
    }
    for code in next(iter(_sets().values())).by_sector:
        if code not in sector_divisions and divisions(code):
            sector_divisions[code] = divisions(code)
    return sector_divisions


def _parts(code: str, concordance: Mapping[str, str], known: Mapping[str, float]) -> dict[str, float]:
    """Sectors of the shipped table a code stands for, with weights; empty when it stands for none."""
    code = concordance.get(code, code)
    if code in known:
        return {code: 1.0}
    if code in _OTHERS:
        return dict.fromkeys(_OTHERS[code], 1.0)
    spanned = divisions(code)
    shared = {base: float(len(spanned & theirs)) for base, theirs in _base_divisions().items()}
    return {base: size for base, size in shared.items() if size > 0}


def elasticity_set(
    name: str, sectors: tuple[str, ...], *, concordance: Mapping[str, str] | None = None
) -> tuple[Array, str]:
    """Return a set of trade elasticities.

    Parameters
    ----------
    name : str
        ``fgo`` (the default of the shipped world), ``fgo-sigma``, ``cp``, ``ll``, ``gyy``, ``shap``, ``bsy``, ``u4``,
        ``blpn-1y`` (one year) or ``blpn-10y``.
    sectors : tuple of str
        Codes of a world's sectors, in the order wanted.
    concordance : mapping of str to str, optional
        Sector code → code of the shipped world, or of ISIC Rev. 4, for sectors that have a code of their own.

    Returns
    -------
    trade_elasticity : array [sector], number
        θ > 0: relative imports fall by θ percent when their relative cost rises by one percent. A sector that spans
        several of the shipped ones has their mean, by number of ISIC divisions.
    citation : str

    Raises
    ------
    LabelError
        Unknown set, or sectors that cannot be told, all of them listed.

    Examples
    --------
    >>> theta, citation = elasticity_set("u4", ("C26", "BUS", "c14", "C10T33"))
    >>> theta.tolist()
    [4.0, 4.0, 4.0, 4.0]
    """
    table = _sets()
    if name not in table:
        raise LabelError(f"unknown elasticity set `{name}`", hint=suggestion(name, table))
    known = table[name].by_sector
    parts = {sector: _parts(sector, concordance or {}, known) for sector in sectors}
    unmapped = [sector for sector, weights in parts.items() if not weights]
    if unmapped:
        raise LabelError(
            f"elasticity set `{name}` has no sector for {', '.join(f'`{code}`' for code in unmapped)}",
            where=_TABLE.name,
            hint=f"{suggestion(unmapped[0], known)}; or say which it is: concordance={{{unmapped[0]!r}: 'C26', …}}",
        )
    values = [
        math.fsum(known[base] * weight for base, weight in weights.items()) / math.fsum(weights.values())
        for weights in parts.values()
    ]
    return frozen(values), table[name].citation


def with_elasticity_set(
    economy: Economy, name: str, *, concordance: Mapping[str, str] | None = None
) -> Economy:
    """Return the same economy with the elasticities of a set; a sector carved out of another has its parent's.

    Raises
    ------
    LabelError
        Unknown set, or sectors that cannot be told.

    Examples
    --------
    >>> from detente.world import load_world
    >>> with_elasticity_set(load_world(), "blpn-1y").elasticity_source[:23]
    'Boehm, Levchenko & Pand'
    """
    from detente.world.carve.parents import carved

    every = {**carved(economy), **(concordance or {})}
    known = _sets()[name].by_sector if name in _sets() else {}
    roots = {}
    for code in every:
        root = code
        while root in every and root not in known:
            root = every[root]
        roots[code] = root
    theta, citation = elasticity_set(name, economy.labels.sectors, concordance=roots)
    return economy.with_elasticities(theta, citation)


def elasticity_table() -> Table:
    """Every shipped set: horizon, range over goods, citation.

    Examples
    --------
    >>> [row["set"] for row in elasticity_table().records() if row["horizon"] == "short"]
    ['blpn-1y']
    """
    rows: list[tuple[Cell, ...]] = []
    for name, entry in _sets().items():
        goods = sorted(value for code, value in entry.by_sector.items() if code not in _SERVICES)
        rows.append((name, entry.horizon, goods[0], goods[len(goods) // 2], goods[-1], entry.citation))
    return Table(
        "elasticity-sets",
        "Trade elasticities to choose from",
        (
            Column("set", "Set"),
            Column("horizon", "Horizon"),
            Column("lowest", "Lowest", "elasticity", "number", 2),
            Column("median", "Median", "elasticity", "number", 2),
            Column("highest", "Highest", "elasticity", "number", 2),
            Column("citation", "Citation"),
        ),
        tuple(rows),
        note="Over goods. Long: five years and more; short: one year.",
    )
