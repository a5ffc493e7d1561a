"""The one direction of imports, sizes of modules, and nothing heavy or stateful at import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "detente"
ORDER = (
    "core",
    "dossier",
    "world",
    "equilibrium",
    "strategy",
    "campaign",
    "outlook",
    "show",
    "brief",
    "app",
    "cli",
)
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported(path: Path, *, type_checking: bool) -> set[str]:
    """Rooms a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("detente.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_import_only_to_the_left(path):
    room = path.relative_to(PACKAGE).parts[0]
    if room.endswith(".py"):
        return
    position = ORDER.index(room)
    wrong = {other for other in imported(path, type_checking=True) if ORDER.index(other) > position}
    assert not wrong, f"{room} imports {wrong}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_readable(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 420


@pytest.mark.parametrize("room", [r for r in ORDER if (PACKAGE / r / "__init__.py").exists()])
def test_rooms_say_what_comes_in_and_goes_out(room):
    text = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))) or ""
    for part in ("Comes in", "Goes out", "Never does"):
        assert part in text, f"{room}: {part}"


def test_importing_reads_no_file_of_ours_and_no_heavy_library():
    code = (
        "import sys, builtins, io; real = io.open; seen = []\n"
        "import detente.core, detente.dossier, detente.world, detente.equilibrium, detente.show, detente.brief\n"
        "print([m for m in ('scipy', 'altair', 'vl_convert', 'pandas', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
