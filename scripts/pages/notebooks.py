"""Execute the notebooks and keep their outputs: ``python scripts/pages/notebooks.py [--check] [NAME ...]``.

The same code and data give the same file: kernels' names, times and counters of a run are left out.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

REPOSITORY = Path(__file__).resolve().parents[2]
NOTEBOOKS = REPOSITORY / "examples" / "notebooks"
SECONDS = 300
"""Longest a cell may take."""


def executed(path: Path) -> Any:
    """Run a notebook from its first cell to its last; an error in a cell is an error here."""
    notebook = nbformat.read(path, as_version=4)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    return plain(notebook)


def plain(notebook: Any) -> Any:
    """Return the notebook without what differs from run to run."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.execution_count = None
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = None
                output.pop("transient", None)
    return notebook


def written(notebook: Any) -> str:
    """Text of the file."""
    return nbformat.writes(notebook, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the notebooks anew, or say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="names without their ending; all when left out")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is stale")
    given = parser.parse_args()
    stale = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if given.names and path.stem not in given.names:
            continue
        text = written(executed(path))
        if text != path.read_text(encoding="utf-8"):
            stale.append(path.name)
            if not given.check:
                path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{'stale' if given.check else 'wrote'} {name}")
    if given.check and stale:
        sys.exit("run scripts/pages/notebooks.py")


if __name__ == "__main__":
    main()
