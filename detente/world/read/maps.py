"""Maps from a table's codes to the world's: CSV with ``code,group`` and, if wanted, ``name``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.core import LabelError, Labels, SchemaError, suggestion
from detente.world.aggregation import membership_matrix
from detente.world.economy import Array
from detente.world.read.files import read_long
from detente.world.read.table import SourceTable


@dataclass(frozen=True)
class CodeMap:
    """Old code → group, and names of the groups.

    Parameters
    ----------
    groups : mapping of str to str
    names : mapping of str to str
    origin : str
        File name, for messages.
    """

    groups: Mapping[str, str]
    names: Mapping[str, str]
    origin: str


def read_map(path: str | Path) -> CodeMap:
    """Read a map of codes.

    Raises
    ------
    SchemaError
        Missing columns, an empty cell.
    LabelError
        A code that stands twice, a group with two names.
    """
    path = Path(path)
    groups: dict[str, str] = {}
    names: dict[str, str] = {}
    for line, (code, group, name) in read_long(path, ("code", "group"), ("name",)):
        if not code or not group:
            raise SchemaError("code or group is empty", file=path.name, line=line, hint="write code,group")
        if code in groups:
            raise LabelError(
                f"`{code}` stands twice", where=f"{path.name}:{line}", hint="a code has one group"
            )
        if name and names.get(group, name) != name:
            raise LabelError(
                f"group `{group}` has two names: {names[group]} and {name}", where=f"{path.name}:{line}"
            )
        groups[code] = group
        if name:
            names[group] = name
    return CodeMap(groups, names, path.name)


def as_map(given: CodeMap | Mapping[str, str] | str | Path | None, origin: str) -> CodeMap | None:
    """Accept a map, a mapping or a path."""
    if given is None or isinstance(given, CodeMap):
        return given
    if isinstance(given, Mapping):
        return CodeMap(dict(given), {}, origin)
    return read_map(given)


def aggregate_table(
    table: SourceTable, regions: CodeMap | None, sectors: CodeMap | None
) -> tuple[SourceTable, list[str]]:
    """Add a table up to groups; values add up, duties are averaged by trade.

    Parameters
    ----------
    table : SourceTable
    regions, sectors : CodeMap, optional
        Every code of the table must be in its map; groups stand in the map's order.

    Returns
    -------
    SourceTable
    list of str
        Notes: codes of the maps that the table does not have.

    Raises
    ------
    LabelError
        A code of the table that the map does not have.
    """
    if regions is None and sectors is None:
        return table, []
    labels = table.labels
    countries, member, note_r = _mapped_codes("country", labels.countries, regions)
    products, group, note_s = _mapped_codes("sector", labels.sectors, sectors)

    def cube(values: Array) -> Array:
        return np.asarray(np.einsum("nis,na,ib,sk->abk", values, member, member, group, optimize=True))

    def plane(values: Array) -> Array:
        return np.asarray(np.einsum("ns,na,sk->ak", values, member, group, optimize=True))

    flows = cube(table.flows)
    tariff = None
    if table.tariff is not None:
        traded = np.maximum(table.flows, 0.0)
        weight, duties = cube(traded), cube(traded * table.tariff)
        plain = cube(table.tariff) / cube(np.ones_like(table.tariff))
        tariff = np.divide(duties, weight, out=plain, where=weight > 0)
        tariff[np.arange(len(countries)), np.arange(len(countries))] = 0.0
    theta = table.trade_elasticity
    if theta is not None:
        spent = np.maximum(table.output.sum(0), 1e-12)
        theta = ((theta * spent) @ group) / (spent @ group)
    names = {code: labels.country_names[code] for code in countries if code in labels.country_names}
    titles = {code: labels.sector_names[code] for code in products if code in labels.sector_names}
    return SourceTable(
        name=table.name,
        year=table.year,
        labels=Labels(
            countries,
            products,
            {**names, **(regions.names if regions else {})},
            {**titles, **(sectors.names if sectors else {})},
        ),
        flows=flows,
        inputs=np.asarray(np.einsum("nrs,na,rj,sk->ajk", table.inputs, member, group, group, optimize=True)),
        output=plane(table.output),
        final=None if table.final is None else plane(table.final),
        tariff=tariff,
        trade_elasticity=theta,
        elasticity_source=table.elasticity_source,
        sources=table.sources,
        files=table.files,
        notes=table.notes,
        method=(
            *table.method,
            f"Values are added up to {len(countries)} regions and {len(products)} sectors, duties averaged by trade.",
        ),
    ), [*note_r, *note_s]


def _mapped_codes(
    kind: str, codes: Sequence[str], mapping: CodeMap | None
) -> tuple[tuple[str, ...], Array, list[str]]:
    """Groups, the 0/1 matrix [code, group], and notes."""
    if mapping is None:
        return tuple(codes), np.eye(len(codes)), []
    missing = [code for code in codes if code not in mapping.groups]
    if missing:
        more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
        raise LabelError(
            f"{kind} {', '.join(missing[:8])}{more} of the table is not in the map",
            where=mapping.origin,
            hint=f"add a row for each; {suggestion(missing[0], mapping.groups)}",
        )
    groups = tuple(dict.fromkeys(group for code, group in mapping.groups.items() if code in codes))
    matrix = membership_matrix([mapping.groups[code] for code in codes], groups)
    unused = [code for code in mapping.groups if code not in codes]
    notes = [f"{mapping.origin} names {', '.join(unused)}, which the table does not have"] if unused else []
    return groups, matrix, notes
