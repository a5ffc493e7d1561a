"""Made-up worlds written in the layouts of their publishers, with the arrays they hold."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
NOT_NEGATIVE = 3
"""The first categories of final demand hold no negative cells."""


@dataclass(frozen=True)
class Bilateral:
    """A whole inter-country table: uses by seller [exporter, sector] of every buyer."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    intermediate: np.ndarray  # [exporter, sector, importer, user]
    final: np.ndarray  # [exporter, sector, importer, category]
    taxes: np.ndarray  # [country, sector]
    value_added: np.ndarray  # [country, sector]

    @property
    def flows(self) -> np.ndarray:
        """[importer, exporter, sector]."""
        return (self.intermediate.sum(3) + self.final.sum(3)).transpose(2, 0, 1)

    @property
    def inputs(self) -> np.ndarray:
        """[country, supplier, user]."""
        return self.intermediate.sum(0).transpose(1, 0, 2)

    @property
    def output(self) -> np.ndarray:
        return self.flows.sum(0)

    @property
    def final_demand(self) -> np.ndarray:
        return self.final.sum((0, 3)).T


def random_bilateral(
    countries: tuple[str, ...], sectors: tuple[str, ...], seed: int, *, stocks: bool = True
) -> Bilateral:
    """A table that balances: value added is what output leaves after inputs and taxes."""
    rng = np.random.default_rng(seed)
    N, S = len(countries), len(sectors)
    size = rng.lognormal(11, 0.8, (N, 1, 1, 1))
    near = np.where(np.eye(N, dtype=bool), 1.0, 0.02)[:, None, :, None]
    intermediate = (
        size * near * rng.lognormal(-2, 0.5, (N, S, N, S)) * size.reshape(1, 1, N, 1) / size.mean() / S
    )
    final = (
        size
        * near
        * rng.lognormal(0, 0.5, (N, S, N, len(FINAL)))
        * size.reshape(1, 1, N, 1)
        / size.mean()
        / 4
    )
    if stocks:
        final[..., 4] *= rng.choice([1.0, -0.3], final[..., 4].shape)
    intermediate, final = np.round(intermediate, 3), np.round(final, 3)
    output = intermediate.sum((2, 3)) + final.sum((2, 3))
    used = intermediate.sum((0, 1))
    # Where inputs exceed 70 % of output the column is scaled down, so that value added is there.
    shrink = np.minimum(1.0, 0.7 * output / used)
    for _ in range(40):
        intermediate = np.floor(intermediate * shrink[None, None] * 1000) / 1000
        output = intermediate.sum((2, 3)) + final.sum((2, 3))
        used = intermediate.sum((0, 1))
        shrink = np.minimum(1.0, 0.7 * output / used)
        if (shrink == 1).all():
            break
    taxes = np.round(0.02 * used, 3)
    return Bilateral(countries, sectors, intermediate, final, taxes, output - used - taxes)


def write_icio(
    path: Path,
    table: Bilateral,
    *,
    split: dict[str, tuple[str, ...]] | None = None,
    order: np.ndarray | None = None,
    with_below: bool = True,
) -> Path:
    """Write a table as the OECD does; `split` writes an economy as its parts, `order` shuffles the industry rows."""
    N, S = len(table.countries), len(table.sectors)
    parts = {code: (split or {}).get(code, (code,)) for code in table.countries}
    sellers = [(part, code, s) for code in table.countries for part in parts[code] for s in range(S)]
    header = ["V1", *(f"{part}_{table.sectors[s]}" for part, _, s in sellers)]
    header += [f"{code}_{item}" for code in table.countries for item in FINAL] + ["OUT"]
    share = {code: 1 / len(parts[code]) for code in table.countries}
    place = {code: n for n, code in enumerate(table.countries)}
    columns = np.array([place[code] * S + s for _, code, s in sellers])
    weight = np.array([share[code] for _, code, _ in sellers])
    intermediate = table.intermediate.reshape(N * S, N * S)
    final = table.final.reshape(N * S, N * len(FINAL))
    rows = []
    for part, code, s in sellers:
        i = place[code] * S + s
        body = np.concatenate([intermediate[i][columns] * weight, final[i], [table.output[place[code], s]]])
        rows.append((f"{part}_{table.sectors[s]}", body * share[code]))
    if order is not None:
        rows = [rows[k] for k in order]
    if with_below:
        empty = np.zeros(N * len(FINAL) + 1)
        for name, values in (("TLS", table.taxes), ("VA", table.value_added), ("OUT", table.output)):
            rows.append((name, np.concatenate([values.reshape(-1)[columns] * weight, empty])))
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(",".join(header) + "\n")
        for name, body in rows:
            stream.write(name + "," + ",".join(f"{value:.10g}" for value in body) + "\n")
    return path


def write_wiod_wide(path: Path, table: Bilateral) -> Path:
    """Write a table in the wide WIOD layout, five categories of final demand."""
    N, S = len(table.countries), len(table.sectors)
    final = np.concatenate([table.final[..., :4], table.final[..., 4:].sum(3, keepdims=True)], axis=3)
    header = ["country", "sector"]
    header += [f"{code}|{item}" for code in table.countries for item in table.sectors]
    header += [f"{code}|f{k}" for code in table.countries for k in range(1, 6)]
    header += ["gross_output", "value_added_residual"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        for i in range(N):
            for s in range(S):
                body = [*table.intermediate[i, s].reshape(-1), *final[i, s].reshape(-1)]
                residual = table.output[i, s] - table.intermediate[:, :, i, s].sum()
                numbers = [repr(float(value)) for value in (*body, table.output[i, s], residual)]
                writer.writerow([table.countries[i], table.sectors[s], *numbers])
    return path


def write_wiod_2016(path: Path, table: Bilateral, year: int) -> Path:
    """Write a table of 56 industries as the 2016 release is exported for statistics packages."""
    N, S = len(table.countries), len(table.sectors)
    assert S == 56
    final = np.concatenate([table.final[..., :4], table.final[..., 4:].sum(3, keepdims=True)], axis=3)
    header = ["IndustryCode", "IndustryDescription", "Country", "RNr", "Year"]
    header += [f"v{code}{k}" for code in table.countries for k in range(1, 62)] + ["TOT"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        for i in range(N):
            for s in range(S):
                body = np.concatenate([table.intermediate[i, s], final[i, s]], axis=1).reshape(-1)
                cells = [repr(float(value)) for value in (*body, table.output[i, s])]
                writer.writerow([f"I{s}", f"Crops, and number {s}", table.countries[i], s + 1, year, *cells])
        zero = np.zeros((N, 5))
        for name, values in (("TXSP", table.taxes), ("VA", table.value_added), ("GO", table.output)):
            body = np.concatenate([values, zero], axis=1).reshape(-1)
            writer.writerow([name, name, "TOT", 0, year, *(repr(float(value)) for value in body), 0])
    return path


def write_wiod_long(path: Path, table: Bilateral) -> Path:
    """Write a table as long CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["row_country", "row_item", "col_country", "col_item", "value"])
        for i, exporter in enumerate(table.countries):
            for s, sector in enumerate(table.sectors):
                for n, importer in enumerate(table.countries):
                    for k, user in enumerate(table.sectors):
                        writer.writerow(
                            [exporter, sector, importer, user, repr(float(table.intermediate[i, s, n, k]))]
                        )
                    for k in range(4):
                        writer.writerow(
                            [
                                exporter,
                                sector,
                                importer,
                                f"c{(37, 38, 39, 41)[k]}",
                                repr(float(table.final[i, s, n, k])),
                            ]
                        )
                    writer.writerow(
                        [exporter, sector, importer, "c42", repr(float(table.final[i, s, n, 4:].sum()))]
                    )
    return path


EXIOBASE_FINAL = (
    "Final consumption expenditure by households",
    "Final consumption expenditure by non-profit organisations serving households (NPISH)",
    "Final consumption expenditure by government",
    "Gross fixed capital formation",
    "Changes in inventories",
    "Changes in valuables",
)


def write_exiobase(folder: Path, table: Bilateral) -> Path:
    """The folder of EXIOBASE 3: Z, Y, x and units, with tabs and two lines of headings (values taken as million EUR)."""
    folder.mkdir(parents=True, exist_ok=True)
    sellers = [(c, s) for c in table.countries for s in table.sectors]
    N, S = len(table.countries), len(table.sectors)
    buyers = [(c, k) for c in table.countries for k in (*EXIOBASE_FINAL, "Exports: Total (fob)")]
    final = np.concatenate([table.final, np.zeros((N, S, N, 1))], 3)
    for name, kind, columns, cells in (
        ("Z.txt", "sector", sellers, table.intermediate.reshape(N * S, -1)),
        ("Y.txt", "category", buyers, final.reshape(N * S, -1)),
    ):
        lines = [["region", "", *(c for c, _ in columns)], [kind, "", *(k for _, k in columns)]]
        lines.append(["region", "sector", *("" for _ in columns)])
        lines += [[*seller, *map(repr, row.tolist())] for seller, row in zip(sellers, cells, strict=True)]
        (folder / name).write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    for name, last, values in (
        ("x.txt", "indout", [repr(v) for v in table.output.ravel().tolist()]),
        ("unit.txt", "unit", ["M.EUR"] * (N * S)),
    ):
        rows = [["region", "sector", last], *([*k, v] for k, v in zip(sellers, values, strict=True))]
        (folder / name).write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return folder
