"""The registry of tables: whole, with one name each, and every table on it is what it says."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
import table_materials as materials

from detente.core import UNITS, Column, InputError, LabelError, Table
from detente.show import registry
from detente.show.registry import MATERIALS, build, build_with, entry, make, offered, registered, tables

PACKAGE = Path(registry.__file__).parents[1]
NAMES = [one.name for one in tables()]
RESHAPED = {
    "detente/cli/tables.py:filtered": "rows of a registered table",
    "detente/app/views.py:_beside": "columns of the registered table of changes, of several settings",
    "detente/app/dutypath.py:duty_path_drawn": "two registered tables of a pair, side by side",
    "detente/cli/world.py:build": "the first rows of a registered table",
    "detente/show/tables/channels.py:channel_table": "one of the tables of `explain`, its own module",
    "detente/world/save.py:_page": "a registered table with fewer columns",
    "detente/intake/score.py:score_table": "a script's, for developers",
    "detente/intake/score.py:statement_table": "a script's, for developers",
}
"""Functions that make a `Table` no entry needs to name."""


def test_names_are_unique_and_every_need_is_known():
    assert len(set(NAMES)) == len(NAMES) == len(tables())
    for one in tables():
        assert one.needs
        assert set(one.needs) <= set(MATERIALS)
        assert one.title


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_says_what_its_maker_takes(name):
    one = entry(name)
    parameters = inspect.signature(one.load()).parameters.values()
    assert {p.name for p in parameters if p.default is p.empty} == set(one.takes)
    assert {p.name for p in parameters if p.default is not p.empty} == set(one.may_take)


def makers() -> set[tuple[str, str]]:
    """File and name of every maker."""
    return {
        (Path(inspect.getfile(one.load())).relative_to(PACKAGE.parent).as_posix(), one.load().__name__)
        for one in tables()
    }


def constructors(path: Path) -> dict[str, set[str]]:
    """Functions of a module that construct a `Table`, and the functions of the module that each calls."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    calls = {
        f.name: {n.id for n in ast.walk(f) if isinstance(n, ast.Name)} & {g.name for g in functions}
        for f in functions
    }
    making = {
        f.name
        for f in functions
        if any(
            isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "Table"
            for n in ast.walk(f)
        )
    }
    return {name: {caller for caller, called in calls.items() if name in called} for name in making}


def test_every_table_is_made_for_the_registry():
    """Whoever constructs a table is a maker, helps one in its module, or is told apart above."""
    known = makers()
    strays = []
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE.parent).as_posix()
        if file.startswith("detente/core/"):
            continue
        own = {name for where, name in known if where == file}
        for name, callers in constructors(path).items():
            if name not in own and not callers & own and f"{file}:{name}" not in RESHAPED:
                strays.append(f"{file}:{name}")
    assert not strays


@pytest.mark.parametrize("room", ["brief", "cli"])
def test_the_briefing_and_the_verbs_build_no_table_of_their_own(room):
    for path in sorted((PACKAGE / room).rglob("*.py")):
        file = path.relative_to(PACKAGE.parent).as_posix()
        assert not {f"{file}:{name}" for name in constructors(path)} - set(RESHAPED)
        loaded = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("detente.cli")
            for alias in node.names
        }
        assert not loaded & {name for _, name in makers()} - {"check", "sheets"}, path


GIVEN = {
    **materials.of_the_record(),
    **materials.of_worlds(),
    **materials.of_outlook(),
}
SOLVED = materials.of_outcomes
PLAYED = materials.of_games
OTHERS = {
    "explain-interval": materials.drawn_explanation,
    "explain-drivers": materials.drawn_explanation,
}


def given(name):
    for part in (GIVEN, OTHERS):
        if name in part:
            return part[name]()
    part = SOLVED() if not set(entry(name).needs) & {"game", "duty game"} else PLAYED()
    if name == "welfare-by-preferences":
        first = build("nash-welfare", **part["nash-welfare"]())
        return {"tables": {"plain": first}}
    return (part if name in part else PLAYED())[name]()


def without_unit(table):
    """Columns of numbers that name no unit of the vocabulary, nor stand beside a column that names it row by row."""
    keys = [column.key for column in table.columns]
    stray = []
    for column in table.columns:
        cells = table.column(column.key)
        numbers = [k for k, cell in enumerate(cells) if isinstance(cell, int | float)]
        stated = [column.unit] if column.unit else []
        if not column.unit and "unit" in keys:
            stated = [str(table.column("unit")[k]) for k in numbers]
        counts = column.kind == "number" or bool(numbers)
        if counts and (not set(stated) <= set(UNITS) or (numbers and not stated)):
            stray.append((column.key, column.unit, sorted(set(stated) - set(UNITS))))
        if column.kind == "number" and not column.unit and "unit" not in keys:
            stray.append((column.key, "no unit", []))
    return stray


def test_a_column_without_a_unit_is_found():
    columns = (Column("who", "Who"), Column("x", "X", "", "number"), Column("unit", "Unit"))
    assert not without_unit(Table("t", "T", columns, (("USA", 1.0, "%"),)))
    assert without_unit(Table("t", "T", columns, (("USA", 1.0, "fraction"),)))
    assert without_unit(Table("t", "T", columns[:2], (("USA", 1.0),)))
    assert without_unit(Table("t", "T", columns[:2], ()))
    assert without_unit(Table("t", "T", (Column("x", "X", "share", "number"),), ()))
    assert without_unit(Table("t", "T", (Column("x", "X"),), ((2,),)))  # a number under a heading of text


@pytest.mark.parametrize("name", NAMES)
def test_every_registered_table_builds_and_is_what_the_registry_says(name):
    table = build(name, **given(name))
    assert isinstance(table, Table)
    assert entry(name).is_named(table.name), table.name
    shapes = entry(name).columns
    strange = [
        (column.key, column.unit)
        for column in table.columns
        if not any(shape.fits(column.key) and shape.unit == column.unit for shape in shapes)
    ]
    assert shapes
    assert not strange
    assert not without_unit(table)
    assert entry(name) in registered(table)
    assert table.title


def test_a_missing_or_a_wrong_argument_is_said_with_what_it_needs():
    with pytest.raises(LabelError, match="no table `countrys`") as caught:
        build("countrys")
    assert "countries" in caught.value.hint
    with pytest.raises(InputError, match="`countries` is made of `outcomes`") as missing:
        build("countries")
    assert "solved scenarios" in missing.value.hint
    with pytest.raises(LabelError, match="takes no `outcome`") as wrong:
        build("countries", outcome=1)
    assert "outcomes" in wrong.value.hint


def test_an_explorer_is_offered_what_can_be_made():
    nothing = {one.name for one in offered([])}
    assert {"worlds-shipped", "data-files"} <= nothing
    assert "countries" not in nothing
    assert nothing < {one.name for one in offered(["record"])}
    with pytest.raises(LabelError, match="nothing is made of `recrod`"):
        offered(["recrod"])
    record = materials.record()
    for one in offered(["record"]):
        if set(one.takes) <= {"dossier", "date"}:
            assert build_with(one.name, {"dossier": record, "date": record.asof, "other": 1}).rows


def test_a_table_of_nobody_is_not_registered():
    assert not registered(Table("stray", "Stray", (Column("x", "X"),), (("y",),)))
    assert not registered(Table("wages", "Wages", (Column("x", "X"),), (("y",),)))


def test_one_of_several_tables_is_the_one_that_was_asked_for():
    economy = {"first": materials.world(), "second": materials.world()}
    both = make("worlds", **economy)
    assert [build(name, **economy).name for name in ("worlds", "worlds-countries")] == [t.name for t in both]
