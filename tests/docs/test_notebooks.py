"""The notebooks run from their first cell to their last and print what they show."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("nbclient", reason="notebooks are executed with nbclient")
pytest.importorskip("pandas", reason="the notebooks show pandas frames")

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from pages import notebooks  # noqa: E402

PATHS = sorted(notebooks.NOTEBOOKS.glob("*.ipynb"))


def test_there_is_one_for_each_reader():
    assert [path.stem for path in PATHS] == [
        "1_journalist",
        "2_analyst",
        "3_negotiator",
        "4_firm",
        "5_economist",
    ]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_prints_what_it_shows(path):
    stored = path.read_text(encoding="utf-8")
    outputs = [
        cell.outputs
        for cell in notebooks.nbformat.reads(stored, as_version=4).cells
        if cell.cell_type == "code"
    ]
    assert sum(bool(shown) for shown in outputs) >= 4
    assert notebooks.written(notebooks.executed(path)) == stored, "run scripts/pages/notebooks.py"
