"""Reference page of the Python names: every name of the front door, from its docstring."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Iterator
from typing import Any

import griffe

from pages.text import page, table

GROUPS: dict[str, tuple[str, ...]] = {
    "A standoff, a model, a policy, a solve": (
        "Standoff",
        "Model",
        "model_at",
        "Structure",
        "Policy",
        "solve",
        "unfold",
        "Solution",
        "Equilibrium",
        "labelled_result",
        "plot",
        "draw_outcomes",
        "plot",
    ),
    "Worlds": ("Economy", "load_world", "toy", "build_world"),
    "The record": (
        "Dossier",
        "load_dossier",
        "shipped_dossiers",
        "audit",
        "Scenario",
        "load_scenario",
        "duty_stack",
    ),
    "Leverage and deals": ("load_game", "payoff_tensor", "leverage_of", "deal_space"),
    "The briefing": ("compose", "build_brief"),
    "Tables, codes and errors": ("Table", "RESULTS", "DetenteError"),
}
"""The order of the page. A name that is missing here stands under *Other names*, and a test says so."""
TABLES = {
    griffe.DocstringSectionKind.parameters: "Parameters",
    griffe.DocstringSectionKind.attributes: "Attributes",
    griffe.DocstringSectionKind.returns: "Returns",
    griffe.DocstringSectionKind.yields: "Yields",
    griffe.DocstringSectionKind.raises: "Raises",
}


def public_names() -> tuple[str, ...]:
    """Names of the front door, in the order of the page."""
    import detente

    listed = [name for names in GROUPS.values() for name in names]
    return (*listed, *(name for name in detente.__all__ if name not in listed))


def _annotation(value: Any) -> str:
    text = str(value) if value is not None else ""
    return f"`{text}`" if text else ""


def _section(part: Any) -> Iterator[str]:
    """One section of a docstring as Markdown."""
    if part.kind is griffe.DocstringSectionKind.text:
        yield part.value.replace("``", "`") + "\n"
    elif part.kind is griffe.DocstringSectionKind.examples:
        code = "\n\n".join(text for _, text in part.value)
        yield f"```pycon\n{code}\n```\n"
    elif part.kind is griffe.DocstringSectionKind.admonition:
        yield f"*{part.title or 'Note'}.* {part.value.contents}\n"
    elif part.kind in TABLES:
        heads = (TABLES[part.kind], "Type", "Meaning")
        rows = [
            (
                f"`{entry.name}`" if getattr(entry, "name", "") else "",
                _annotation(entry.annotation),
                entry.description.replace("``", "`"),
            )
            for entry in part.value
        ]
        if part.kind is griffe.DocstringSectionKind.raises:
            heads = (heads[0], "When")
            rows = [(annotation, meaning) for _, annotation, meaning in rows]  # type: ignore[misc]
        yield table(heads, rows)


def described(thing: Any) -> str:
    """What a docstring says, as Markdown."""
    text = inspect.getdoc(thing) or ""
    parts = griffe.Docstring(text, lineno=1).parse("numpy", warnings=False)
    return "\n".join(piece for part in parts for piece in _section(part))


def _signature(name: str, thing: Any) -> str:
    """How a name is called; defaults that are whole objects are shown short."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return name
    shown, star = [], False
    for parameter in signature.parameters.values():
        if parameter.name in ("self", "cls"):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            shown.append("*")
            star = True
        star = star or parameter.kind is parameter.VAR_POSITIONAL
        mark = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        text = repr(parameter.default)
        plain = parameter.default is None or isinstance(parameter.default, str | int | float | bool | tuple)
        default = (
            "" if parameter.default is parameter.empty else f"={text if plain and len(text) < 40 else '…'}"
        )
        shown.append(mark + parameter.name + default)
    return f"{name}({', '.join(shown)})"


def _members(name: str, kind: type) -> Iterator[str]:
    """Methods and properties of a class that say something of their own."""
    rows = []
    for member, stored in sorted(vars(kind).items()):
        called = isinstance(stored, types.FunctionType | classmethod | staticmethod)
        if member.startswith(("_", "model_")) or not (
            called or isinstance(stored, property | functools.cached_property)
        ):
            continue
        text = inspect.getdoc(getattr(kind, member) if called else stored) or ""
        if text:
            spelt = _signature(member, getattr(kind, member)) if called else member
            rows.append((f"`{spelt}`", text.split("\n\n")[0].replace("``", "`")))
    if rows:
        yield table(("Method or property", "Meaning"), rows)


def entry(name: str) -> str:
    """One name: where it lives, how it is called, what its docstring says."""
    import detente

    thing = getattr(detente, name)
    home = thing.__module__
    kind = "class" if isinstance(thing, type) else "function"
    call = name if name in ("RESULTS",) else _signature(name, thing)
    parts = [
        f"### {name}\n",
        f"```text\ndetente.{call}\n```\n",
        f"A {kind} of `{home}`.\n",
        described(thing),
    ]
    if isinstance(thing, type) and name != "RESULTS":
        parts += _members(name, thing)
    return "\n".join(parts)


def api_page() -> str:
    """`docs/reference/api.md`: the names one imports from `detente`."""
    import detente

    listed = {name for names in GROUPS.values() for name in names}
    groups = dict(GROUPS)
    others = tuple(name for name in detente.__all__ if name not in listed)
    if others:
        groups["Other names"] = others
    parts = [f"## {title}\n\n" + "\n".join(entry(name) for name in names) for title, names in groups.items()]
    return page(
        "Python names",
        "What `import detente` gives: each name loads what it needs when it is first used. Axes are "
        "`[importer, exporter, sector]`, rates are fractions, money is million USD of the base year. Every example on this page "
        "is run by the tests. Codes of results are on the page [Results](results.md), errors on [Errors](errors.md).",
        parts,
    )
