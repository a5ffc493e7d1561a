"""Tables as files for other programs: an Excel workbook or a notebook (no library needed), or Parquet (with pyarrow)."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Sequence

from detente.core import UNPRINTABLE, Cell, InputError, Table, known

TABLE_FILES = (".xlsx", ".parquet", ".ipynb")
"""Endings of files that hold tables for other programs."""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def as_workbook(tables: Sequence[Table]) -> bytes:
    """Tables as sheets of one Excel workbook: names of columns in the first row, numbers as numbers, the note below.

    The same tables give the same bytes. Text is stored as text, never as a formula.

    Parameters
    ----------
    tables : sequence of Table

    Examples
    --------
    >>> from detente.core import Column
    >>> table = Table("t", "A table", (Column("who", "Who"),), (("a",),))
    >>> as_workbook([table])[:2], as_workbook([table]) == as_workbook([table])
    (b'PK', True)
    """
    import html
    import zipfile

    names = _sheet_names([table.name for table in tables])
    sheets = "".join(
        f'<sheet name="{html.escape(name)}" sheetId="{k}" r:id="rId{k}"/>' for k, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{k}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{k}.xml"/>'
        for k in range(1, len(names) + 1)
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{k}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for k in range(1, len(names) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        f"{kinds}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
    }
    for k, table in enumerate(tables, 1):
        parts[f"xl/worksheets/sheet{k}.xml"] = _sheet(table)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (_HEAD + body).encode("utf-8"))
    return buffer.getvalue()


def _sheet(table: Table) -> str:
    rows: list[Sequence[Cell]] = [[column.heading for column in table.columns], *table.rows]
    if table.note:
        rows += [[], [table.note]]
    digits = [column.significant for column in table.columns]
    body = []
    for k, row in enumerate(rows, 1):
        cells = "".join(_cell(value, f"{_letters(i)}{k}", digits[i]) for i, value in enumerate(row))
        body.append(f'<row r="{k}">{cells}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(body)}</sheetData></worksheet>'


def _cell(value: Cell, place: str, digits: int) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = known(value, digits) if isinstance(value, float) else value
        return f'<c r="{place}"><v>{number!r}</v></c>'
    import html

    text = html.escape(str(value).translate(UNPRINTABLE), quote=False)
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(position: int) -> str:
    """Name of a column of a sheet: A, B, …, Z, AA."""
    text, left = "", position + 1
    while left:
        left, rest = divmod(left - 1, 26)
        text = chr(65 + rest) + text
    return text


def _sheet_names(names: Sequence[str]) -> list[str]:
    """Names as a workbook allows: at most 31 characters, each once."""
    sheets: list[str] = []
    for name in names:
        short = name.translate(_FORBIDDEN)[:28] or "table"
        sheets.append(short if short not in sheets else f"{short[:25]} {len(sheets) + 1}")
    return sheets


def as_notebook(tables: Sequence[Table]) -> str:
    """Tables as a Jupyter notebook: each as people read it, then a cell that holds its rows with every known digit.

    The same tables give the same bytes; the cells need nothing but Python.

    Parameters
    ----------
    tables : sequence of Table
    """
    cells: list[dict[str, object]] = []
    for k, table in enumerate(tables, 1):
        source = (
            "import csv, io\n\n"
            f"text = {json.dumps(table.to_csv(), ensure_ascii=True)}\n"
            f"table_{k} = list(csv.DictReader(io.StringIO(text)))\n"
            f"table_{k}"
        )
        cells += [
            {
                "id": f"table-{k}",
                "cell_type": "markdown",
                "metadata": {},
                "source": table.to_markdown(),
            },
            {
                "id": f"rows-{k}",
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "source": source,
                "outputs": [],
            },
        ]
    about = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    body = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def as_parquet(table: Table, where: str) -> bytes:
    """One table as Parquet, with its title and note in the file's metadata.

    Parameters
    ----------
    table : Table
    where : str
        The file it is for, as an error names it.

    Raises
    ------
    InputError
        Without pyarrow, which Détente does not need for anything else.
    """
    try:
        pyarrow, parquet = (importlib.import_module(name) for name in ("pyarrow", "pyarrow.parquet"))
    except ImportError:
        raise InputError(
            "Parquet needs the library pyarrow, which is not installed",
            where=where,
            hint="pip install pyarrow; or write .csv or .xlsx, which need nothing",
        ) from None
    arrays = {}
    for i, column in enumerate(table.columns):
        values = [row[i] for row in table.rows]
        number = column.kind == "number" and all(v is None or isinstance(v, (int, float)) for v in values)
        if number:
            arrays[column.key] = pyarrow.array(
                [None if v is None else known(float(v), column.significant) for v in values],
                pyarrow.float64(),
            )
        else:
            arrays[column.key] = pyarrow.array(
                [None if v is None else str(v) for v in values], pyarrow.string()
            )
    arrow = pyarrow.table(arrays).replace_schema_metadata({"title": table.title, "note": table.note})
    buffer = io.BytesIO()
    parquet.write_table(arrow, buffer)
    return buffer.getvalue()
