"""A table from matrices with labels: NumPy arrays, memory maps, or datasets of an HDF5 file, taken one country at a time.

Most inter-country tables are published as three arrays: uses of every industry's goods by every industry, final demand, and what
is left for value added. Whatever file they came in, they become a table here; nothing is imported for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from detente.core import BalanceError, InputError, LabelError, Labels, UnitError, suggestion
from detente.world.economy import Array
from detente.world.read.files import LARGEST, unit_factor
from detente.world.read.table import SourceTable

ROWS = ("sellers", "buyers")
APART = 0.05
"""Share of the world's output by which stated and added-up output may differ, cell by cell; beyond, axes are taken to be exchanged."""


class Matrix(Protocol):
    """What has a shape and gives its rows by slice."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        ...

    def __getitem__(self, rows: Any) -> Any:
        """Some rows."""
        ...


def table_of_matrices(
    uses: Matrix,
    final: Matrix,
    *,
    countries: Sequence[str],
    sectors: Sequence[str],
    name: str,
    year: int,
    unit: str,
    rows: str = "sellers",
    output: Any = None,
    value_added: Any = None,
    source: str = "matrices",
    licence: str = "not stated",
) -> SourceTable:
    """Put a world together from matrices in the order of countries, and within each of its sectors.

    Parameters
    ----------
    uses : matrix [country·sector, country·sector]
        Sales of every industry to every industry, before duty. With ``rows="buyers"`` the first axis buys, as a matrix that MATLAB
        saved looks from Python.
    final : matrix [country·sector, country·category]
        Final demand by buying country, any number of categories; its axes too are exchanged with ``rows="buyers"``.
    countries : sequence of str
        Codes.
    sectors : sequence of str
        Codes or names; names that are no codes get ``s001`` … and stay as names.
    name : str
    year : int
    unit : {"USD", "thousand USD", "million USD", "billion USD"}
    rows : {"sellers", "buyers"}
        What stands on the first axis of `uses` and `final`.
    output, value_added : array of country·sector, optional
        As stated, to be held against the sums: axes that were exchanged do not add up.
    source, licence : str
        Said of the world.

    Returns
    -------
    SourceTable
        For `build_world`, which balances it and reports what moved. Output is what an industry sells, value added what inputs leave
        of it. Only one country's rows are held at a time.

    Raises
    ------
    InputError, LabelError, UnitError, BalanceError
        With the array and the cell.

    Examples
    --------
    >>> uses = np.array([[10.0, 2.0], [3.0, 20.0]])  # two countries of one sector
    >>> final = np.array([[50.0, 5.0], [4.0, 90.0]])
    >>> table = table_of_matrices(
    ...     uses, final, countries=["A", "B"], sectors=["ALL"], name="two", year=1900, unit="million USD"
    ... )
    >>> table.flows[:, :, 0].tolist(), table.inputs[:, 0, 0].tolist()
    ([[60.0, 7.0], [7.0, 110.0]], [13.0, 22.0])
    """
    factor = unit_factor(unit, where="unit")
    if rows not in ROWS:
        raise InputError(f"unknown rows `{rows}`", where="rows", hint=suggestion(rows, ROWS))
    labels = _labels(countries, sectors)
    N, S = len(labels.countries), len(labels.sectors)
    categories = _categories(uses, final, N, S, rows == "buyers")
    flows, inputs, demand, consumed, run_down = _summed(
        uses, final, labels, categories, factor, buyers=rows == "buyers"
    )
    notes = _held_against(flows, inputs, consumed, output, value_added, factor, labels)
    if run_down:
        notes.append(
            f"{run_down} negative cells of final demand (stocks run down) are netted against other purchases"
        )
    return SourceTable(
        name=name,
        year=year,
        labels=labels,
        flows=flows,
        inputs=inputs,
        output=flows.sum(0),
        final=demand,
        sources=({"citation": source, "licence": licence, "used_for": "baseline"},),
        notes=tuple(notes),
        method=(
            f"Matrices of uses and final demand, values in {unit}, added up to flows, inputs by user and final demand.",
            "Output is what an industry sells. Value added is output less inputs: it holds taxes less subsidies.",
        ),
    )


def _labels(countries: Sequence[str], sectors: Sequence[str]) -> Labels:
    """Codes; sectors that are told by names only get codes of their own."""
    told = [str(sector).strip() for sector in sectors]
    try:
        return Labels(tuple(str(code).strip() for code in countries), tuple(told))
    except LabelError:
        codes = tuple(f"s{place:03d}" for place in range(1, len(told) + 1))
        names = dict(zip(codes, told, strict=True))
        return Labels(tuple(str(code).strip() for code in countries), codes, sector_names=names)


def _summed(
    uses: Matrix, final: Matrix, labels: Labels, categories: int, factor: float, *, buyers: bool
) -> tuple[Array, Array, Array, Array, int]:
    """Flows, inputs by user, final demand by buyer and by seller, and how many of its cells are negative; country by country."""
    N, S = len(labels.countries), len(labels.sectors)
    flows, inputs, demand = np.zeros((N, N, S)), np.zeros((N, S, S)), np.zeros((N, S))
    consumed = np.zeros((N, S))  # by seller
    run_down = 0
    for k in range(N):
        own = slice(k * S, (k + 1) * S)
        block = _block(uses[own], "uses", labels, k, factor, negative=False)
        if not buyers:
            sold = block.reshape(S, N, S)  # [supplier, buyer, user]
            bought = _block(final[own], "final", labels, k, factor, negative=True).reshape(S, N, categories)
            inputs += sold.transpose(1, 0, 2)
            demand += bought.sum(2).T
            consumed[k] = bought.sum((1, 2))
            flows[:, k] = (sold.sum(2) + bought.sum(2)).T
        else:
            used = block.reshape(S, N, S)  # [user, seller, supplier]
            whose = slice(k * categories, (k + 1) * categories)
            bought = _block(final[whose], "final", labels, k, factor, negative=True).reshape(categories, N, S)
            inputs[k] = used.sum(1).T
            demand[k] = bought.sum((0, 1))
            consumed += bought.sum(0)
            flows[k] = used.sum(0) + bought.sum(0)
        run_down += int((bought < 0).sum())
    return flows, inputs, demand, consumed, run_down


def _categories(uses: Matrix, final: Matrix, N: int, S: int, buyers: bool) -> int:
    """Categories of final demand.

    Raises
    ------
    InputError
        Shapes that do not go with the labels.
    """
    size = N * S
    if tuple(uses.shape) != (size, size):
        raise InputError(
            f"uses have shape {tuple(uses.shape)}",
            where="uses",
            hint=f"{N} countries of {S} sectors are {size} by {size}",
        )
    by_buyer, by_seller = tuple(final.shape) if buyers else tuple(final.shape)[::-1]
    if by_seller != size or by_buyer % N or not by_buyer:
        raise InputError(
            f"final demand has shape {tuple(final.shape)}",
            where="final",
            hint=f"{size} sellers, and a multiple of {N} buyers"
            + ("; rows are buyers" if buyers else "; rows are sellers"),
        )
    return by_buyer // N


def _block(given: Any, what: str, labels: Labels, k: int, factor: float, *, negative: bool) -> Array:
    """Rows of one country in million USD.

    Raises
    ------
    UnitError, InputError
        A number that is none or beyond any economy, and a negative one where none may be.
    """
    block = factor * np.asarray(given, dtype=np.float64)
    where = f"{what}: rows of {labels.countries[k]}"
    if not np.isfinite(block).all():
        raise UnitError("a number is missing or infinite", where=where, hint="write 0 where nothing is sold")
    largest = float(np.abs(block).max(initial=0.0))
    if largest > LARGEST:
        raise UnitError(
            f"{largest:.3g} million USD is more than any economy has", where=where, hint="the unit is another"
        )
    if not negative and block.min(initial=0.0) < -1e-9 * max(largest, 1e-300):
        raise InputError(
            f"negative use {block.min():g}", where=where, hint="only final demand may be negative (stocks)"
        )
    return block


def _held_against(
    flows: Array, inputs: Array, consumed: Array, output: Any, value_added: Any, factor: float, labels: Labels
) -> list[str]:
    """Hold stated output against what is sold, and stated value added against what inputs leave of it.

    Raises
    ------
    InputError, BalanceError
        Another number of industries; sums that are far apart, or that fit when uses are read the other way round.
    """
    sold, used = flows.sum(0), inputs.sum(1)
    sums = {
        "sold": (output, sold, used + consumed),
        "left to value added": (value_added, sold - used, 2 * consumed - (sold - used)),
    }
    notes, whole = [], max(float(sold.sum()), 1e-300)
    for words, (given, added, exchanged) in sums.items():
        if given is None:
            continue
        stated = _stated(given, words, factor, labels)
        gap = np.abs(stated - added)
        share, other = float(gap.sum() / whole), float(np.abs(stated - exchanged).sum() / whole)
        n, s = np.unravel_index(int(gap.argmax()), gap.shape)
        place = f"{labels.countries[n]}, {labels.sectors[s]}"
        turned = share > 1e-6 and other < share / 10
        if share > APART or turned:
            raise BalanceError(
                f"what is {words} and what is stated are apart by {100 * share:.1f} % of the world's output",
                where=f"{place}: {added[n, s]:,.6g}, stated {stated[n, s]:,.6g} million",
                hint="read the other way round they fit: sellers and buyers of `uses` are exchanged (`rows`)"
                if turned
                else "another unit, another order of countries and sectors, or sellers and buyers exchanged (`rows`)",
            )
        if share > 1e-9:
            notes.append(
                f"What is {words} differs from what is stated by {100 * share:.4f} % of the world's output, most at {place}: "
                "the sums are used."
            )
    return notes


def _stated(given: Any, what: str, factor: float, labels: Labels) -> Array:
    shape = (len(labels.countries), len(labels.sectors))
    array = factor * np.asarray(given, dtype=np.float64)
    if array.size != shape[0] * shape[1]:
        raise InputError(
            f"{array.size} numbers are stated", where=what, hint=f"one for each of {shape[0]} by {shape[1]}"
        )
    return array.reshape(shape)
