"""The text layout of Caliendo and Parro: matrices of numbers, stacked, without labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detente.core import DetenteError, InputError, SchemaError, UnitError
from detente.world.read.build import build_world
from detente.world.read.cp_text import read_cp_folder

N, S, J = 3, 4, 2


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    trade = rng.uniform(1, 9, (N, N, J)) * 1e8 * ~np.eye(N, dtype=bool)[:, :, None]
    materials = rng.uniform(0.5, 1, (N, S, S))
    return {
        "trade": trade,  # thousand USD
        "percent": rng.uniform(0, 20, (N, N, J)) * ~np.eye(N, dtype=bool)[:, :, None],
        "materials": materials / materials.sum(1, keepdims=True),
        "va": rng.uniform(0.4, 0.7, (N, S)),
        "output": rng.uniform(60, 90, (N, S)) * 1e11,  # USD
        "theta": np.array([4.0, 6.0]),
    }


def write(folder: Path, a: dict[str, np.ndarray], *, names: bool = True) -> Path:
    def save(name: str, values: np.ndarray) -> None:
        np.savetxt(folder / name, values, fmt="%.10g", delimiter="\t")

    save("xbilat1993.txt", a["trade"].transpose(2, 0, 1).reshape(J * N, N))
    save("tariffs1993.txt", a["percent"].transpose(2, 0, 1).reshape(J * N, N))
    save("tariffs2005.txt", 0.5 * a["percent"].transpose(2, 0, 1).reshape(J * N, N))
    save("IO.txt", a["materials"].reshape(N * S, S))
    save("B.txt", a["va"].T)
    save("GO.txt", a["output"].T)
    save("T.txt", a["theta"])
    if names:
        (folder / "countries.csv").write_text("code,name\nUSA,United States\nMEX,Mexico\nROW,Rest\n")
        (folder / "sectors.csv").write_text("code,name\nf,Food\ng,Goods\nh,Housing\ns,Services\n")
    return folder


def test_axes_and_units(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    table = read_cp_folder(write(tmp_path, arrays))
    assert table.year == 1993
    assert table.flows[0, 1, 1] == pytest.approx(arrays["trade"][0, 1, 1] / 1e3)
    assert table.duties[0, 1, 1] == pytest.approx(arrays["percent"][0, 1, 1] / 100)
    assert table.output == pytest.approx(arrays["output"] / 1e6)
    assert table.flows.sum(0) == pytest.approx(table.output)
    assert table.trade_elasticity is not None
    assert table.trade_elasticity.tolist() == [4.0, 6.0, 8.22, 8.22]
    economy = build_world(table, elasticities="source").economy
    assert economy.va_share == pytest.approx(arrays["va"], abs=1e-9)
    wanted = arrays["materials"] * (1 - arrays["va"])[:, None, :]
    assert economy.input_shares == pytest.approx(wanted, abs=1e-9)


def test_duties_of_the_other_year(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    write(tmp_path, arrays)
    first, second = read_cp_folder(tmp_path), read_cp_folder(tmp_path, year=2005)
    assert second.duties == pytest.approx(0.5 * first.duties)
    assert second.year == 1993


def test_names_are_needed(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(InputError, match="have no names"):
        read_cp_folder(write(tmp_path, arrays, names=False))
    (tmp_path / "countries.csv").write_text("code\nUSA\nMEX\n")
    with pytest.raises(SchemaError, match="2 codes for 3"):
        read_cp_folder(tmp_path)


@pytest.mark.parametrize(
    ("file", "line", "column", "value", "kind", "words"),
    [
        ("xbilat1993.txt", 4, 2, "x", SchemaError, ("xbilat1993.txt:5", "column 3", "not a number")),
        ("xbilat1993.txt", 4, 2, "nan", UnitError, ("xbilat1993.txt:5",)),
        (
            "xbilat1993.txt",
            4,
            2,
            "-3",
            InputError,
            ("xbilat1993.txt:5", "importer MEX", "exporter ROW", "sector g"),
        ),
        ("tariffs1993.txt", 0, 1, "-200", InputError, ("tariffs1993.txt:1", "importer USA", "exporter MEX")),
        ("B.txt", 1, 2, "45", UnitError, ("B.txt:2", "country ROW", "sector g", "fraction")),
        ("IO.txt", 3, 0, "1 2", SchemaError, ("IO.txt:4", "5 numbers, 4 are wanted")),
    ],
)
def test_wrong_cells(
    tmp_path: Path,
    arrays: dict[str, np.ndarray],
    file: str,
    line: int,
    column: int,
    value: str,
    kind: type[DetenteError],
    words: tuple[str, ...],
) -> None:
    write(tmp_path, arrays)
    lines = (tmp_path / file).read_text().splitlines()
    cells = lines[line].split("\t")
    cells[column] = value
    lines[line] = "\t".join(cells)
    (tmp_path / file).write_text("\n".join(lines) + "\n")
    with pytest.raises(kind) as error:
        read_cp_folder(tmp_path)
    for word in words:
        assert word in str(error.value), word


@pytest.mark.parametrize("file", ["IO.txt", "B.txt", "tariffs1993.txt", "xbilat1993.txt"])
def test_cut_short(tmp_path: Path, arrays: dict[str, np.ndarray], file: str) -> None:
    write(tmp_path, arrays)
    lines = (tmp_path / file).read_text().splitlines()
    (tmp_path / file).write_text("\n".join(lines[:-1]) + "\n")
    with pytest.raises(SchemaError, match="cut short") as error:
        read_cp_folder(tmp_path)
    assert file in str(error.value) or "xbilat" in str(error.value) or error.value.hint


def test_missing_and_empty_files(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    write(tmp_path, arrays)
    (tmp_path / "GO.txt").write_text("")
    with pytest.raises(InputError, match="empty"):
        read_cp_folder(tmp_path)
    (tmp_path / "xbilat1993.txt").unlink()
    with pytest.raises(InputError, match=r"0 files xbilat\*\.txt"):
        read_cp_folder(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        read_cp_folder(tmp_path / "nowhere")
