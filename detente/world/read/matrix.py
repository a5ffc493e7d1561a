"""Input–output matrices of the world, read row by row: what a country's users buy, never the whole matrix at once.

An inter-country table has a row for every seller (country and industry) and a column for every user (country and
industry, or country and category of final demand). Détente needs three sums of it: flows between countries by
product, inputs by country, product and user, and final demand. They are added up while the file streams by, so memory
does not grow with its length.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.core import InputError, LabelError, Labels, UnitError, csv_rows
from detente.world.economy import Array
from detente.world.numbers import LARGEST, parse_number
from detente.world.read.files import check_delimiter, check_doubled, lines_of, ragged
from detente.world.read.packed import Source
from detente.world.read.table import SourceTable, hashed

BLOCK = 64
"""Rows parsed together."""
TOTALS = 0.01
"""A stated total may differ from its sum by this share (and by rounding); beyond, the table is refused."""

Kind = Literal["industry", "final", "output", "value_added", "taxes", "skip"]


@dataclass(frozen=True)
class HeaderLabel:
    """What a row or column stands for."""

    kind: Kind
    country: str = ""
    item: str = ""
    may_be_negative: bool = False


class MatrixSum:
    """The three sums of a table, filled row by row.

    Parameters
    ----------
    columns : sequence of Label
        One a numeric column.
    names : sequence of str
        The columns as the file writes them.
    file : str
        For messages.
    """

    def __init__(self, columns: Sequence[HeaderLabel], names: Sequence[str], file: str) -> None:
        self.file, self.names = file, list(names)
        users = [label for label in columns if label.kind == "industry"]
        buyers = [label for label in columns if label.kind in ("industry", "final")]
        self.countries = tuple(dict.fromkeys(label.country for label in buyers))
        self.sectors = tuple(dict.fromkeys(label.item for label in users))
        if not users:
            raise LabelError(
                "no column is an industry of a country",
                where=f"{file}:1",
                hint="columns are named country and industry, such as USA_C26",
            )
        self._country = {code: n for n, code in enumerate(self.countries)}
        self._sector = {code: s for s, code in enumerate(self.sectors)}
        N, S = len(self.countries), len(self.sectors)
        self._users = np.array([c for c, label in enumerate(columns) if label.kind == "industry"])
        self._finals = np.array(
            [c for c, label in enumerate(columns) if label.kind == "final"], dtype=np.int64
        )
        self._user_place = np.array(
            [self._country[label.country] * S + self._sector[label.item] for label in users]
        )
        self._final_place = np.array(
            [self._country[columns[c].country] for c in self._finals], dtype=np.int64
        )
        self._output_column = next((c for c, label in enumerate(columns) if label.kind == "output"), None)
        strict = [
            c
            for c, label in enumerate(columns)
            if label.kind in ("industry", "final") and not label.may_be_negative
        ]
        self._strict = np.array(strict, dtype=np.int64)
        self._wanted = [name for name, label in zip(names, columns, strict=True) if label.kind == "industry"]
        self.flows, self.inputs = np.zeros((N, N, S)), np.zeros((N, S, S))
        self.final, self.stated_output = np.zeros((N, S)), np.full((N, S), np.nan)
        self.below: dict[Kind, Array] = {}
        self.rows: dict[str, int] = {}
        self.entity_totals: dict[str, float] = {}
        self.negatives = 0
        self.negative_value = 0.0
        self.whole_numbers = True

    def add(self, row: HeaderLabel, name: str, line: int, values: Array) -> None:
        """Add one row of the file.

        Raises
        ------
        LabelError
            A row that occurs twice, or whose country or industry no column has.
        InputError
            A negative flow where only stocks may be negative.
        UnitError
            A number beyond any economy.
        """
        if row.kind == "skip":
            return
        if name in self.rows:
            raise LabelError(
                f"row `{name}` occurs twice, in lines {self.rows[name]} and {line}",
                where=self.file,
                hint="drop or rename one of them",
            )
        self.rows[name] = line
        if np.abs(values).max(initial=0.0) > LARGEST:
            column = int(np.abs(values).argmax())
            raise UnitError(
                f"{values[column]:.3g} is more than any economy has",
                where=f"{self.file}:{line}: {name} → {self.names[column]}",
                hint="the table must be in million USD, and a cell is misread or in another unit",
            )
        if row.kind != "industry":
            by_user = np.bincount(self._user_place, values[self._users], self.inputs[:, 0].size)
            before = self.below.get(row.kind, np.zeros_like(self.final))
            self.below[row.kind] = np.asarray(before + by_user.reshape(self.final.shape))
            return
        if row.country not in self._country or row.item not in self._sector:
            raise LabelError(
                f"row `{name}` has no column of its country and industry",
                where=f"{self.file}:{line}",
                hint="rows and columns of the table must name the same industries",
            )
        self._refuse_negative(name, line, values)
        i, s = self._country[row.country], self._sector[row.item]
        N, S = self.final.shape
        used = np.bincount(self._user_place, values[self._users], N * S).reshape(N, S)
        bought = np.bincount(self._final_place, values[self._finals], N)
        self.inputs[:, s, :] += used
        self.final[:, s] += bought
        self.flows[:, i, s] += used.sum(1) + bought
        total = float(np.abs(values[self._users]).sum() + np.abs(values[self._finals]).sum())
        entity = name.partition("_")[0]
        self.entity_totals[entity] = self.entity_totals.get(entity, 0.0) + total
        if self._output_column is not None:
            stated = self.stated_output[i, s]
            self.stated_output[i, s] = values[self._output_column] + (0.0 if np.isnan(stated) else stated)
        self.whole_numbers = self.whole_numbers and bool((values == np.rint(values)).all())

    def _refuse_negative(self, name: str, line: int, values: Array) -> None:
        negative = np.minimum(values[self._strict], 0.0)
        if negative.size and negative.min() < -max(1e-9 * np.abs(values).max(), 1e-6):
            column = int(self._strict[negative.argmin()])
            raise InputError(
                f"negative flow {values[column]:g}",
                where=f"{self.file}:{line}: {name} → {self.names[column]}",
                hint="only changes of stocks, investment and purchases abroad may be negative",
            )
        below = values[self._finals] < 0
        self.negatives += int(below.sum())
        self.negative_value += float(values[self._finals][below].sum())

    def finish(self) -> Labels:
        """Check that every industry with a column had its row, and return the labels.

        Raises
        ------
        InputError
            Rows missing: the file is cut short.
        """
        missing = [name for name in self._wanted if name not in self.rows]
        if missing:
            shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
            raise InputError(
                f"{len(missing)} of {len(self._wanted)} industries have a column and no row: {shown}",
                where=self.file,
                hint="the file is cut short or rows were left out: download it again",
            )
        return Labels(self.countries, self.sectors)


def stream_matrix(
    path: Source,
    column_label: Callable[[str], HeaderLabel],
    row_label: Callable[[Sequence[str]], tuple[HeaderLabel, str]],
    *,
    label_columns: int = 1,
) -> MatrixSum:
    """Read a matrix from a CSV.

    Parameters
    ----------
    path : Path
    column_label : callable
        From the heading of a column to what it stands for.
    row_label : callable
        From the label cells of a row to what it stands for and its name in messages.
    label_columns : int
        Cells before the numbers begin.

    Returns
    -------
    MatrixSum

    Raises
    ------
    SchemaError, UnitError, LabelError, InputError
        With file, line and cell.
    """
    lines = lines_of(path)
    line, first = next(lines, (0, ""))
    check_delimiter(first, path)
    header = [cell.strip() for cell in next(csv_rows([first], file=path.name, first=line))]
    check_doubled(header[label_columns:], path, "column")
    names = header[label_columns:]
    columns = [column_label(name) for name in names]
    total = MatrixSum(columns, names, path.name)
    while block := list(itertools.islice(lines, BLOCK)):
        for (line, labels), values in _parsed_block(path, block, names, label_columns, lines):
            label, name = row_label(labels)
            total.add(label, name, line, values)
    return total


def _parsed_block(
    path: Source,
    block: list[tuple[int, str]],
    names: list[str],
    label_columns: int,
    rest: Iterator[tuple[int, str]],
) -> Iterator[tuple[tuple[int, list[str]], Array]]:
    """Numbers of a block of lines; falls back to a cell-by-cell reading that names the cell that is wrong."""
    if label_columns == 1 and '"' not in block[0][1].partition(",")[2]:
        parts = [(line, *text.partition(",")[::2]) for line, text in block]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                values = np.loadtxt([tail for *_, tail in parts], delimiter=",", ndmin=2, comments=None)
        except (ValueError, UserWarning):
            values = np.empty((0, 0))
        if values.shape == (len(block), len(names)) and np.isfinite(values).all():
            for (line, label, _), row in zip(parts, values, strict=True):
                yield (line, [label.strip().strip('"')]), row
            return
    for position, (line, text) in enumerate(block):
        cells = next(csv_rows([text], file=path.name, first=line))
        if len(cells) != len(names) + label_columns:
            last = position == len(block) - 1 and next(rest, None) is None
            raise ragged(path, line, len(cells), len(names) + label_columns, last=last)
        labels = [cell.strip() for cell in cells[:label_columns]]
        plain = all(cell.isascii() and "_" not in cell for cell in cells[label_columns:])
        try:
            row = np.array(cells[label_columns:], dtype=np.float64)
        except ValueError:
            row = np.array([np.nan])
        if not plain or not np.isfinite(row).all():
            row = np.array(
                [
                    parse_number(cell, file=path.name, line=line, cell=f"{'_'.join(labels)} → {name}")
                    for cell, name in zip(cells[label_columns:], names, strict=True)
                ]
            )
        yield (line, labels), row


def check_totals(total: MatrixSum, labels: Labels, cells: int) -> list[str]:
    """Compare the totals a table states with its sums.

    Parameters
    ----------
    total : MatrixSum
    labels : Labels
    cells : int
        Cells in a row, each of which may be rounded.

    Returns
    -------
    list of str
        Notes on gaps small enough to be accepted.

    Raises
    ------
    BalanceError
        When rows, or columns, do not add up to the output stated; when rows and columns look exchanged.
    """
    from detente.core import BalanceError

    notes = []
    rounding = cells * (1.0 if total.whole_numbers else 1e-3)
    rows = total.flows.sum(0)
    columns = total.inputs.sum(1) + total.below.get("value_added", 0.0) + total.below.get("taxes", 0.0)
    row_stated = total.stated_output
    column_stated = total.below.get("output")
    pairs = [("row", rows, row_stated), ("column", columns, column_stated)]
    if column_stated is None and "value_added" in total.below:
        pairs = [("row", rows, row_stated), ("column", columns, rows)]
    for which, sums, stated in pairs:
        if stated is None or np.isnan(stated).all():
            continue
        if which == "column" and "value_added" not in total.below:
            continue
        gap = np.abs(sums - np.nan_to_num(stated, nan=0.0))
        gap[np.isnan(stated)] = 0.0
        allowed = np.maximum(TOTALS * np.maximum(np.abs(np.nan_to_num(stated)), sums), rounding)
        over = gap - allowed
        if over.max() > 0:
            n, s = np.unravel_index(int(over.argmax()), gap.shape)
            hint = "the file is damaged, or a column or row is missing; download it again"
            other = columns if which == "row" else rows
            ratio = float(sums.sum() / np.nan_to_num(stated).sum()) if np.nan_to_num(stated).sum() else 0.0
            if not 1 / 30 < ratio < 30:
                hint = f"sums are {ratio:.3g} times the stated totals: they are in another unit"
            elif (np.abs(other - np.nan_to_num(stated)) <= allowed).mean() > 0.95 and which == "row":
                hint = "the columns add up to it: rows and columns look exchanged (rows sell, columns buy)"
            raise BalanceError(
                f"the {which} adds up to {sums[n, s]:,.6g}, the output stated is {stated[n, s]:,.6g}",
                where=f"{total.file}: {labels.countries[n]}_{labels.sectors[s]}",
                hint=hint,
            )
        if gap.max() > 1e-6 * max(float(np.nan_to_num(stated).max()), 1.0):
            n, s = np.unravel_index(int(gap.argmax()), gap.shape)
            notes.append(
                f"{which}s differ from the output stated by at most {gap.max():,.3f} million "
                f"({labels.countries[n]}_{labels.sectors[s]}): the sums are used"
            )
    return notes


def stock_notes(total: MatrixSum) -> list[str]:
    """Say how negative final demand (stocks run down) was treated."""
    if not total.negatives:
        return []
    return [
        f"{total.negatives} negative cells of final demand ({total.negative_value:,.0f} million USD in all: stocks run "
        "down, disposals) are netted against the country's other purchases of the same product"
    ]


def table_of(
    total: MatrixSum,
    path: Source,
    *,
    name: str,
    year: int,
    source: Mapping[str, str],
    method: tuple[str, ...],
) -> SourceTable:
    """Make the table of a matrix that has streamed by: output is the sum of a row; stated totals are checked."""
    labels = total.finish()
    notes = check_totals(total, labels, len(total.names))
    return SourceTable(
        name=name,
        year=year,
        labels=labels,
        flows=total.flows,
        inputs=total.inputs,
        output=total.flows.sum(0),
        final=total.final,
        sources=({**source, "citation": f"{source['citation']}, {year}"},),
        files=hashed(path),
        notes=(*notes, *stock_notes(total)),
        method=method,
    )
