"""Folders of research packages, which are parquet: made here since parquet is no text, and damaged as tables too."""

from __future__ import annotations

import functools
import io
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fuzz.mutate import DAYS, NUMBERS, WORDS, damaged

Files = dict[str, bytes]
NATIONS, GOODS = ("AAA", "BBB", "ROW"), ("A03", "C24")
SIZE = 20_000.0
"""Million USD that make the world as large as the years of these packages, which is looked at."""
CELLS = (
    float("nan"),
    float("inf"),
    -float("inf"),
    -1.0,
    0.0,
    1.0,
    1.5,
    25.0,
    1e300,
    -1e-300,
    4000.0,
    1e-9,
    None,
)
"""What a cell of a column of numbers may become."""


def there() -> bool:
    """Whether parquet can be written here."""
    try:
        import pyarrow.parquet  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        return False
    return True


def _parquet(columns: Mapping[str, Sequence[Any]]) -> bytes:
    import pyarrow as arrow  # type: ignore[import-untyped]
    import pyarrow.parquet as parquet

    out = io.BytesIO()
    parquet.write_table(arrow.table(dict(columns)), out)
    return out.getvalue()


def _csv(header: str, rows: Sequence[Sequence[object]]) -> bytes:
    return "".join(
        f"{line}\n" for line in (header, *(",".join(str(c) for c in row) for row in rows))
    ).encode()


def _trade(sectors: Sequence[str]) -> tuple[dict[str, list[Any]], list[float], list[float]]:
    """Keys of every cell, values of trade in million USD, and duties as fractions."""
    cells = [(n, i, s) for n in NATIONS for i in NATIONS for s in sectors]
    keys = {
        "importer": [n for n, _, _ in cells],
        "exporter": [i for _, i, _ in cells],
        "sector": [s for *_, s in cells],
    }
    value = [SIZE * (900.0 if n == i else 40.0 + k) for k, (n, i, _) in enumerate(cells)]
    return keys, value, [0.0 if n == i else 0.05 for n, i, _ in cells]


def _uses(sectors: Sequence[str], region: str, value: str, size: float) -> bytes:
    cells = [(n, r, s) for n in NATIONS for r in sectors for s in sectors]
    return _parquet(
        {
            region: [n for n, _, _ in cells],
            "input_sector": [r for _, r, _ in cells],
            "using_sector": [s for *_, s in cells],
            value: [size + 0.01 * (k % 3) for k in range(len(cells))],
        }
    )


@functools.cache
def ossa() -> Files:
    """The layout of Ossa (2014)."""
    keys, value, duty = _trade(GOODS)
    return {
        "trade_tariff.parquet": _parquet({**keys, "trade_musd": value, "tariff": duty}),
        "regions.csv": _csv("index,region,name", [(k, c, f"Region {c}") for k, c in enumerate(NATIONS)]),
        "sectors_sigma.csv": _csv("index,sector,name,sigma_main", [(1, "A03", "Fish", 7.5), (2, "C24", "Steel", 3.1)]),
    }  # fmt: skip


@functools.cache
def uschina() -> Files:
    """The layout of the US–China data of 2017."""
    keys, value, duty = _trade(GOODS)
    return {
        "trade_tariff.parquet": _parquet({**keys, "trade_musd": value, "tariff_prewar_2017": duty}),
        "io_shares.parquet": _uses(GOODS, "region", "share_of_materials", 0.49),
        "region_sector.csv": _csv(
            "region,indcode,final_share,va_share,sector",
            [(n, k, 0.5, 0.5, s) for n in NATIONS for k, s in enumerate(GOODS)],
        ),
        "sectors_elasticities.csv": _csv(
            "indcode,sector,name,theta,psi", [(1, "A03", "Fish", 6.2, 0.1), (2, "C24", "Steel", 4.0, 0.1)]
        ),
    }


@functools.cache
def cp() -> Files:
    """The layout of Caliendo and Parro (2015) as stored."""
    keys, value, duty = _trade(GOODS)
    pairs = [(n, s) for n in NATIONS for s in GOODS]
    return {
        "countries.csv": _csv("index,iso3,name", [(k, c, f"Country {c}") for k, c in enumerate(NATIONS)]),
        "sectors_theta.csv": _csv(
            "index,sector,name,tradable,theta", [(1, "A03", "Fish", 1, 9.1), (2, "C24", "Steel", 1, 4.0)]
        ),
        "trade_tariff.parquet": _parquet(
            {**keys, "trade_musd": value, "tariff_1993_pct": [100 * rate for rate in duty]}
        ),
        "country_sector.parquet": _parquet(
            {
                "sector": [s for _, s in pairs],
                "country": [n for n, _ in pairs],
                "gross_output_musd": [SIZE * (1100.0 + 10 * k) for k in range(len(pairs))],
                "va_share": [0.5] * len(pairs),
            }
        ),
        "io_coefficients.parquet": _uses(GOODS, "country", "share_of_materials", 0.49),
    }


@functools.cache
def cube() -> Files:
    """The layout of the OECD cube and its technology; the services are one sector of the cube and two of the technology."""
    keys, value, duty = _trade((*GOODS, "SERV"))
    detail = (*GOODS, "H49", "K")
    pairs = [(n, s) for n in NATIONS for s in detail]
    groups = ("w01", "w02", "w16")
    cells = [(n, i, g) for n in NATIONS for i in NATIONS for g in groups]
    return {
        "icio2022/trade_cube_2011_2022.parquet": _parquet(
            {
                "origin": keys["exporter"],
                "destination": keys["importer"],
                "sector": keys["sector"],
                "musd_2022": value,
            }
        ),
        "icio2022/countries.csv": _csv("index,iso3,name", [(k, c, f"Country {c}") for k, c in enumerate(NATIONS)]),
        "icio2022/sectors_elasticities.csv": _csv(
            "index,sector,name,wiod16", [(1, "A03", "Fish", "w01"), (2, "C24", "Steel", "w02"), (3, "SERV", "Services", "w16")]
        ),
        "icio2022/tariffs_teti_16sec.parquet": _parquet(
            {
                "exporter": [i for _, i, _ in cells],
                "importer": [n for n, _, _ in cells],
                "wiod16": [g for *_, g in cells],
                "tariff_2021": duty,
            }
        ),
        "icio2020_coef/sectors.csv": _csv(
            "index,sector,name,is_goods", [(k, s, f"Sector {s}", int(s in GOODS)) for k, s in enumerate(detail)]
        ),
        "icio2020_coef/country_sector.parquet": _parquet(
            {
                "country": [n for n, _ in pairs],
                "sector": [s for _, s in pairs],
                "va_share": [0.4] * len(pairs),
                "final_share_alpha": [0.25] * len(pairs),
            }
        ),
        "icio2020_coef/io_coefficients.parquet": _uses(detail, "country", "coef", 0.1),
    }  # fmt: skip


@functools.cache
def wiod() -> Files:
    """The wide layout of the World Input-Output Database, as parquet."""
    text = (Path(__file__).parent / "seeds" / "wiod" / "wiot1984.csv").read_text(encoding="utf-8")
    header, *rows = (line.split(",") for line in text.splitlines())
    columns = {name: [row[k] if k < 2 else float(row[k]) for row in rows] for k, name in enumerate(header)}
    return {"wiot1984.parquet": _parquet(columns)}


def _rows(rng: random.Random, table: Any) -> Any:
    """Rows lost, doubled, in another order, or all of them lost."""
    import pyarrow as arrow

    order = list(range(table.num_rows))
    match rng.randrange(5):
        case 0:
            del order[rng.randrange(len(order))]
        case 1:
            order.append(rng.choice(order))
        case 2:
            rng.shuffle(order)
        case 3:
            order = order[: rng.randrange(len(order) + 1)]
        case _:
            order = []
    return table.take(arrow.array(order, arrow.int64()))


def _column(rng: random.Random, table: Any) -> Any:
    """A column lost, renamed, doubled, of another type, or with other values in some cells."""
    import pyarrow as arrow

    k = rng.randrange(table.num_columns)
    name, values = table.column_names[k], table.column(k).to_pylist()
    match rng.randrange(8):
        case 0:
            return table.remove_column(k)
        case 1:
            names = list(table.column_names)
            names[k] = rng.choice((*names, "x", name.upper(), ""))
            return table.rename_columns(names)
        case 2:
            return table.append_column(rng.choice((name, "more")), table.column(k))
        case 3:
            changed: Any = [value if rng.random() < 0.5 else None for value in values]
            kind = None
        case 4:
            changed, kind = [str(value) for value in values], rng.choice((arrow.string(), arrow.binary()))
        case 5:
            changed, kind = [[value] for value in values], None
        case _:
            words = [word.decode("utf-8", "replace") for word in (*NUMBERS, *WORDS, *DAYS)]
            changed, kind = list(values), None
            text = bool(values) and isinstance(values[0], str)
            for _ in range(rng.choice((1, 1, 2, len(changed)))):
                if changed:
                    signs = [-value for value in values if isinstance(value, float)]
                    changed[rng.randrange(len(changed))] = rng.choice(
                        (*values, *words) if text else (*values, *CELLS, *signs)
                    )
    try:
        column = arrow.array(changed, kind)
    except (arrow.ArrowInvalid, arrow.ArrowTypeError, TypeError):  # cells of several types: text
        column = arrow.array([str(value) for value in changed], arrow.string())
    return table.set_column(k, name, column)


def damaged_parquet(rng: random.Random, content: bytes) -> bytes:
    """A parquet file with other rows or columns; now and then with other bytes."""
    import pyarrow.parquet as parquet

    if rng.random() < 0.2:
        return damaged(rng, content)
    table = parquet.read_table(io.BytesIO(content))
    for _ in range(rng.choice((1, 1, 1, 2))):
        if table.num_columns and table.num_rows:
            table = rng.choice((_rows, _column, _column))(rng, table)
    out = io.BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()


def a_package(rng: random.Random, files: Files) -> Files:
    """Damage one of the files of a package as what it is; now and then lose one."""
    name = rng.choice(sorted(files))
    if len(files) > 1 and rng.random() < 0.02:
        return {key: value for key, value in files.items() if key != name}
    change: Callable[[random.Random, bytes], bytes] = (
        damaged_parquet if name.endswith(".parquet") else damaged
    )
    return {**files, name: change(rng, files[name])}
