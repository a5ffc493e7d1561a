"""The one direction of imports, faces, circles, sizes of modules, and nothing heavy or stateful at import."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "detente"
LEFT = {
    "core": "",
    "dossier": "core",
    "intake": "core dossier",
    "world": "core dossier",
    "policy": "core dossier world",
    "equilibrium": "core world",
    "cases": "core dossier world policy equilibrium",
    "strategy": "core dossier world policy equilibrium cases",
    "campaign": "core dossier world policy equilibrium cases strategy",
    "outlook": "core dossier world policy equilibrium cases strategy campaign",
    "validation": "core dossier world policy equilibrium cases strategy campaign outlook",
    "show": "core dossier intake world policy equilibrium cases strategy campaign outlook validation",
}
LEFT["brief"] = LEFT["app"] = f"{LEFT['show']} show"
LEFT["cli"] = f"{LEFT['brief']} brief app"
"""What each room may import. `policy` and `equilibrium` are siblings: they meet in `cases` only."""
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in MODULES
}
FACES = {name for name, path in NAMES.items() if path.name == "__init__.py"}
LONGEST = 420
"""Lines; the aim is 400."""


def room_of(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def imports(path: Path, *, at_load: bool = False) -> list[tuple[str, str]]:
    """Module and name of each import of ours, anywhere in a module; with `at_load`, only what runs when it is loaded."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if at_load:
        nodes: list[ast.AST] = []
        todo = list(tree.body)
        while todo:
            node = todo.pop()
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                todo += node.orelse
            elif isinstance(node, (ast.If, ast.Try, ast.With)):
                todo += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
            else:
                nodes.append(node)
    else:
        nodes = list(ast.walk(tree))
    found = []
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("detente."):
            if node.module == "detente.core.face":
                continue  # what every face is made with
            found += [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names if alias.name.startswith("detente.")]
    return found


ROOM_MODULES = [(name, path) for name, path in NAMES.items() if room_of(name) in LEFT]
INSIDE = pytest.mark.parametrize(("name", "path"), ROOM_MODULES, ids=[name for name, _ in ROOM_MODULES])


@INSIDE
def test_rooms_import_only_to_the_left(name, path):
    room = room_of(name)
    others = {room_of(f"{module}.{what}") for module, what in imports(path)} - {room, ""}
    assert others <= set(LEFT[room].split()), f"{name} imports {others - set(LEFT[room].split())}"


@INSIDE
def test_other_rooms_are_entered_by_their_face(name, path):
    round_a_face = [
        f"{module}.{what}"
        for module, what in imports(path)
        if room_of(module) != room_of(name) and module not in FACES
    ]
    assert not round_a_face


@pytest.mark.parametrize("package", sorted(FACES - {"detente", "detente.cli", "detente.core"}))
def test_a_face_shows_the_type_checker_what_it_loads(package):
    """The two lists of names in a room's ``__init__`` are one."""
    seen = {what for _, what in imports(NAMES[package])}
    offered = set(getattr(importlib.import_module(package), "__all__", ()))
    assert offered == seen
    for name in offered:
        assert getattr(importlib.import_module(package), name) is not None


@pytest.mark.parametrize("package", sorted(FACES - {"detente.core"}))
def test_no_name_of_a_face_is_a_module_beside_it(package):
    """A module of that name would hide what the face loads."""
    offered = set(getattr(importlib.import_module(package), "__all__", ()))
    assert not {name for name in offered if f"{package}.{name}" in NAMES}


def test_no_circles():
    """No module needs another that needs it to load."""
    needs: dict[str, set[str]] = {}
    for name, path in NAMES.items():
        if path.name == "__init__.py" and name != "detente.core":
            continue  # faces load nothing by themselves
        needs[name] = set()
        for module, what in imports(path, at_load=True):
            whole = f"{module}.{what}"
            if whole in NAMES:
                needs[name].add(whole)
            elif module in FACES and module != "detente.core":
                needs[name].add(home(module, what))
            else:
                needs[name].add(module)
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name in done or name not in needs:
            return
        for other in sorted(needs[name]):
            if other != name:
                visit(other, (*trail, name))
        done.add(name)

    for name in sorted(needs):
        visit(name, ())


def home(face: str, what: str) -> str:
    """Module that a name of a face is loaded from."""
    return next((module for module, name in imports(NAMES[face]) if name == what), face)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_readable(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("room", [room for room in LEFT if (PACKAGE / room / "__init__.py").exists()])
def test_rooms_say_what_comes_in_and_goes_out(room):
    text = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))) or ""
    for part in ("Comes in", "Goes out", "Never does"):
        assert part in text, f"{room}: {part}"


def test_importing_reads_no_file_of_ours_and_no_heavy_library():
    code = (
        "import sys\n"
        "import detente.core, detente.dossier, detente.world, detente.equilibrium, detente.show, detente.brief\n"
        "print([m for m in ('numpy', 'scipy', 'altair', 'vl_convert', 'pandas', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
