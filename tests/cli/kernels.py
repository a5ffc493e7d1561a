"""Write what verbs print into a folder: ``python tests/cli/kernels.py FOLDER [--without-briefing]``, once for each kernel of linear algebra."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

from detente.cli.main import main

VERBS = {
    "run.csv": "run talks-fail narrow-deal --format csv",
    "run.json": "run standing talks-fail --against standing --format json",
    "welfare.csv": "run talks-fail --table welfare --countries all --format csv",
    "sectors.csv": "run talks-fail --table sectors --format csv",
    "run.txt": "run talks-fail",
    "compare.csv": "compare standing talks-fail --format csv",
    "deals.json": "deals --reduced --no-cache --workers 1 --format json",
    "explain.json": "explain usa.real_income talks-fail --format json",
    "brief.txt": "brief --draws 4 -o {folder}/brief",
}


def run(folder: Path, *, briefing: bool = True) -> None:
    """Run every verb; what it prints goes into a file of its name."""
    for name, line in VERBS.items():
        if line.startswith("brief") and not briefing:
            continue
        out, said = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
            try:
                main(line.format(folder=folder).split())
            except SystemExit as stop:
                if stop.code:
                    sys.exit(f"{line}: {said.getvalue()}")
        text = (out.getvalue() + said.getvalue()).replace(str(folder), "FOLDER")
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(Path(sys.argv[1]), briefing="--without-briefing" not in sys.argv)
