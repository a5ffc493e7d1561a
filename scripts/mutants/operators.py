"""One small fault at a time: the mutants of a module, from its syntax tree.

What is changed: the boundary and the direction of a comparison, signs and factors, `and`/`or`, `not`, any/all, min/max,
constants (an axis, a threshold, a switch), conditions, filters of comprehensions, and statements that only have an effect
(a check called, an error raised). What is left: annotations, decorators, assertions, texts, the words of an error, and
floats of 1e-5 or less, which are tolerances.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

TOLERANCE = 1e-5
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
SIGNS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NAMES = {
    "any": "all",
    "min": "max",
    "minimum": "maximum",
    "argmin": "argmax",
    "nanmin": "nanmax",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "fmin": "fmax",
    "removeprefix": "removesuffix",
}
NAMES |= {new: old for old, new in NAMES.items()}
KEYWORDS = {"strict", "frozen", "copy", "slots", "repr"}
"""Keywords whose value guards against mistakes of ours and changes no result."""


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Attributes
    ----------
    module : str
        Path of the file.
    place : str
        Qualified name of the function it lies in; ``<module>`` outside of any.
    line : int
    code : str
        The line as it stands.
    change : str
        In words.
    order : int
        Which of the equal changes of this line, from 0.
    inside : bool
        Whether it lies in the body of a function, so that exchanging code objects plants it.
    node, way : int
        Place in the walk over the tree, and which of the node's changes.
    """

    module: str
    place: str
    line: int
    code: str
    change: str
    order: int
    inside: bool
    node: int
    way: int

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What names the fault across edits elsewhere in the file."""
        return (self.module, self.place, self.code, self.change, self.order)


@dataclass(frozen=True)
class _Site:
    node: ast.AST
    place: str
    inside: bool
    line: int


def _sites(tree: ast.Module) -> Iterator[_Site]:
    """Every node that may be changed, in a fixed order, with the function it lies in."""

    def walk(node: ast.AST, place: str, inside: bool, line: int) -> Iterator[_Site]:
        line = getattr(node, "lineno", line)
        yield _Site(node, place, inside, line)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name = node.name if place == "<module>" else f"{place}.{node.name}"
            for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
                yield from walk(default, place, inside, line)
            for child in node.body:
                yield from walk(child, name, True, line)
        elif isinstance(node, ast.ClassDef):
            name = node.name if place == "<module>" else f"{place}.{node.name}"
            for child in node.body:
                yield from walk(child, name, inside, line)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                yield from walk(node.value, place, inside, line)
        elif isinstance(node, (ast.Assert, ast.Raise, ast.Import, ast.ImportFrom)):
            return
        elif isinstance(node, ast.If) and _guards_types(node):
            for child in node.orelse:
                yield from walk(child, place, inside, line)
        elif isinstance(node, ast.Lambda):
            yield from walk(node.body, place, True, line)
        elif isinstance(node, ast.keyword) and node.arg in KEYWORDS:
            return
        elif isinstance(node, ast.FormattedValue):
            yield from walk(node.value, place, inside, line)
        else:
            for child in ast.iter_child_nodes(node):
                yield from walk(child, place, inside, line)

    yield from walk(tree, "<module>", False, 1)


def _guards_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _name(node: type[ast.AST]) -> str:
    words = {
        ast.Lt: "<",
        ast.LtE: "<=",
        ast.Gt: ">",
        ast.GtE: ">=",
        ast.Eq: "==",
        ast.NotEq: "!=",
        ast.Is: "is",
        ast.IsNot: "is not",
        ast.In: "in",
        ast.NotIn: "not in",
        ast.Add: "+",
        ast.Sub: "-",
        ast.Mult: "*",
        ast.Div: "/",
        ast.FloorDiv: "//",
        ast.Mod: "%",
        ast.Pow: "**",
        ast.BitAnd: "&",
        ast.BitOr: "|",
        ast.And: "and",
        ast.Or: "or",
    }
    return words[node]


def _text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _changes(node: ast.AST) -> list[str]:
    """Every change of a node, in words; `_apply` makes the one of that position."""
    found: list[str] = []
    if isinstance(node, ast.Compare):
        for k, operation in enumerate(node.ops):
            for new in COMPARISONS[type(operation)]:
                found.append(f"{k}: {_name(type(operation))} becomes {_name(new)}")
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in SIGNS:
        if not (isinstance(node, ast.BinOp) and (_text(node.left) or _text(node.right))):
            found.append(f"{_name(type(node.op))} becomes {_name(SIGNS[type(node.op)])}")
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not, ast.Invert)):
        sign = {ast.USub: "-", ast.Not: "not", ast.Invert: "~"}[type(node.op)]
        found.append(f"{sign} dropped")
    elif isinstance(node, ast.BoolOp):
        found.append("and becomes or" if isinstance(node.op, ast.And) else "or becomes and")
    elif isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            found.append(f"{value} becomes {not value}")
        elif isinstance(value, int):
            found.append(f"{value} becomes {1 - value if value in (0, 1) else value + 1}")
        elif isinstance(value, float) and (value == 0 or abs(value) > TOLERANCE):
            found.append(f"{value} becomes {value * 1.25 if value else 1.0}")
    elif isinstance(node, ast.Call):
        name = _called(node)
        if name in NAMES:
            found.append(f"{name} becomes {NAMES[name]}")
    elif isinstance(node, (ast.If, ast.IfExp)):
        if not (isinstance(node, ast.If) and _guards_types(node)):
            found.append("condition negated")
    elif isinstance(node, ast.comprehension):
        found.extend(f"filter {k} dropped" for k in range(len(node.ifs)))
    elif isinstance(node, ast.Expr):
        if isinstance(node.value, ast.Call):
            found.append("call dropped")
    elif isinstance(node, ast.Raise):
        found.append("raise dropped")
    elif isinstance(node, ast.Continue):
        found.append("continue becomes break")
    elif isinstance(node, ast.Break):
        found.append("break dropped")
    return found


def _called(node: ast.Call) -> str:
    function = node.func
    return (
        function.id
        if isinstance(function, ast.Name)
        else function.attr
        if isinstance(function, ast.Attribute)
        else ""
    )


def _apply(node: ast.AST, way: int) -> ast.AST:
    """The node with the change of that position; the node itself is altered, or another takes its place."""
    if isinstance(node, ast.Compare):
        pairs = [(k, new) for k, operation in enumerate(node.ops) for new in COMPARISONS[type(operation)]]
        k, new = pairs[way]
        node.ops[k] = new()
    elif isinstance(node, (ast.BinOp, ast.AugAssign)):
        node.op = SIGNS[type(node.op)]()
    elif isinstance(node, ast.UnaryOp):
        return node.operand
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            node.value = not value
        elif isinstance(value, int):
            node.value = 1 - value if value in (0, 1) else value + 1
        else:
            assert isinstance(value, float)
            node.value = value * 1.25 if value else 1.0
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            node.func.id = NAMES[node.func.id]
        else:
            assert isinstance(node.func, ast.Attribute)
            node.func.attr = NAMES[node.func.attr]
    elif isinstance(node, (ast.If, ast.IfExp)):
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
    elif isinstance(node, ast.comprehension):
        del node.ifs[way]
    elif isinstance(node, (ast.Expr, ast.Raise, ast.Break)):
        return ast.copy_location(ast.Pass(), node)
    elif isinstance(node, ast.Continue):
        return ast.copy_location(ast.Break(), node)
    return node


def mutants(module: str, source: str) -> list[Mutant]:
    """Every mutant of a module.

    Parameters
    ----------
    module : str
        Path of the file, for the names.
    source : str
    """
    lines = source.splitlines()
    found: list[Mutant] = []
    seen: dict[tuple[str, str, str], int] = {}
    for position, site in enumerate(_sites(ast.parse(source))):
        for way, change in enumerate(_changes(site.node)):
            code = " ".join(lines[site.line - 1].split())
            order = seen.get((site.place, code, change), 0)
            seen[site.place, code, change] = order + 1
            found.append(
                Mutant(module, site.place, site.line, code, change, order, site.inside, position, way)
            )
    return found


def planted(source: str, mutant: Mutant) -> ast.Module:
    """The module's tree with the fault in it."""
    tree = copy.deepcopy(ast.parse(source))
    target = next(site.node for k, site in enumerate(_sites(tree)) if k == mutant.node)

    class Plant(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return _apply(node, mutant.way) if node is target else self.generic_visit(node)

    tree = Plant().visit(tree)
    return ast.fix_missing_locations(tree)
