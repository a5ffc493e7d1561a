"""The house: one home for each name, functions that are read at a sitting, locals that say what they hold."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "detente"
LONGEST = 60
"""Lines of a function, its docstring left out; of a verb of the command line, the declaration of its options too."""
LONG = {
    "equilibrium/implicit.py factor_derivatives": "one derivation: every line differentiates the line before it",
    "equilibrium/plain_residuals.py chunk_residuals": "the plain equations of the model, one after the other",
}
"""Functions that are longer because the mathematics is the function."""
TWICE: dict[str, str] = {}
"""Public names that two modules define, each with the reason why that is one idea."""
NAMELESS = {"found", "one", "made"}
"""Names that say nothing about what they hold."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, ast.Module]:
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def functions(tree: ast.Module) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def lines_of(function: Function, *, body_only: bool) -> int:
    body = function.body
    first = function.lineno
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    length = int(function.end_lineno or 0) - first + 1
    if documented:
        length -= int(body[0].end_lineno or 0) - body[0].lineno + 1
    return length - (body[0].lineno - first if body_only else 0)


def test_functions_are_short_but_for_the_mathematics() -> None:
    long = {
        f"{name} {function.name}"
        for name, tree in modules().items()
        for function in functions(tree)
        if lines_of(function, body_only=name.startswith("cli/")) > LONGEST
    }
    assert sorted(long - LONG.keys()) == [], f"longer than {LONGEST} lines: split where a natural part exists"
    assert sorted(LONG.keys() - long) == [], "short by now: take it off the list"


def test_a_public_name_has_one_home() -> None:
    homes = defaultdict(set)
    for name, tree in modules().items():
        if not name.startswith("cli/"):  # a verb carries the name of the function that it calls
            for node in tree.body:
                if isinstance(node, (Function, ast.ClassDef)) and not node.name.startswith("_"):
                    homes[node.name].add(name)
    twice = {name: sorted(places) for name, places in homes.items() if len(places) > 1}
    assert {name: twice[name] for name in twice.keys() - TWICE.keys()} == {}, (
        "say in the name which of the two it is"
    )
    assert sorted(TWICE.keys() - twice.keys()) == [], "one home by now: take it off the list"


def test_locals_say_what_they_hold() -> None:
    nameless = {
        f"{name}:{node.lineno} {word}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        for word in (
            node.id
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            else node.arg
            if isinstance(node, ast.arg)
            else "",
        )
        if word in NAMELESS
    }
    assert sorted(nameless) == [], "a word of the field: country, measure, row, solution"


def test_what_is_counted_is_what_is_meant() -> None:
    source = "\n".join(
        [
            "def verb(",
            "    option: int = 1,",
            ") -> None:",
            '    """Two lines',
            '    of words."""',
            "    x = option",
            "    print(x)",
        ]
    )
    (function,) = functions(ast.parse(source))
    assert lines_of(function, body_only=False) == 5
    assert lines_of(function, body_only=True) == 2
