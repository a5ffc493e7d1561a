"""The page: what stands where, filled from an answer. No number is made here; the template engine escapes every text."""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from detente.app.anchors import Anchors
from detente.app.changes import changes_of_income
from detente.app.controls import Group, control_groups
from detente.app.darkness import with_dark
from detente.app.explained import Explanations, number_of, titled
from detente.app.jobs import Unfinished
from detente.app.laboratory import BESIDE, FIRST_YEAR, Laboratory, PageAnswer
from detente.app.links import Links
from detente.app.navigation import menu_of
from detente.app.ranges import SAID, interval_tables, interval_words
from detente.app.state import PageState
from detente.app.telling import view_commands, view_python
from detente.app.tools import body_of, tool_of
from detente.app.versions import VersionMessage, made_here, with_made
from detente.app.views import VIEWS, View, bars_of
from detente.app.wording import cell_words, prose_columns, worded
from detente.cases import HORIZONS
from detente.core import Cell, Column, DetenteError, Table, package_version, unit_said
from detente.equilibrium import CLOSURES
from detente.policy import load_scenario
from detente.show.figures import country_name, figure_svg
from detente.show.words import number
from detente.world import elasticity_sets

if TYPE_CHECKING:
    from detente.app.shelf import Shelf
    from detente.cases import ControlledOutcome
    from detente.show.figures import Figure

MOST_ROWS: Final = 400
"""Rows of a table that the page shows; the files have them all."""
STATIC: Final = Path(__file__).parent / "static"
PENDING: Final = "…"
HORIZON_TITLES: Final = {"impact": "Impact, a few months", "short": "First year", "long": "Long run"}
CLOSURE_TITLES: Final = {
    "share": "A fixed share of the world economy",
    "fixed": "Fixed in money",
    "zero": "None",
}


@dataclass(frozen=True)
class Number:
    """One of the large numbers: a side's change of real income at a horizon.

    Attributes
    ----------
    title, text, money : str
        The text is `PENDING` where the number is not solved yet.
    gains : bool or None
        None where it is nought as shown.
    key : str
        ``CODE.HORIZON``.
    interval : str
        Over draws; empty where none were taken.
    since : str
        What it was at the setting before; empty where there is none, or nothing changed.
    """

    title: str
    text: str
    money: str
    gains: bool | None
    since: str
    key: str
    interval: str = ""


@dataclass(frozen=True)
class SideNumbers:
    """A party with its numbers, the long run first."""

    code: str
    name: str
    numbers: tuple[Number, ...]


def sides(answer: PageAnswer, drawn: Mapping[str, Table] | None = None) -> tuple[SideNumbers, ...]:
    """The large numbers of both sides, with their intervals where draws were taken (`interval_tables`)."""
    codes = list(answer.economy.labels.countries)
    parties = []
    for code in answer.parties:
        n = codes.index(code)
        numbers = []
        for horizon in reversed(BESIDE):
            title, key = ("first year" if horizon == FIRST_YEAR else "long run"), f"{code}.{horizon}"
            if horizon not in answer.outcomes:
                numbers.append(Number(title, PENDING, "", None, "", key))
                continue
            share, money, before = _change(answer, horizon, n)
            text = number(share, 2, signed=True)
            since = ""
            if before is not None and number(before, 2, signed=True) != text:
                since = f"{number(before, 2, signed=True)} % before"
            numbers.append(
                Number(
                    title,
                    text,
                    f"{number(money, 1, signed=True)} USD bn a year",
                    None if not text.strip("+−0.") else share > 0,
                    since,
                    key,
                    interval_words(drawn, code, horizon) if drawn else "",
                )
            )
        parties.append(SideNumbers(code, country_name(code), tuple(numbers)))
    return tuple(parties)


def _change(answer: PageAnswer, horizon: str, n: int) -> tuple[float, float, float | None]:
    """Change of real income and money of an economy at a horizon, and what it was at the setting before."""
    outcomes = answer.outcomes[horizon]
    reference = outcomes[answer.reference]
    share, money = _against(outcomes[answer.setting], reference, n)
    if "was" not in answer.others:
        return share, money, None
    return share, money, _against(answer.others["was"][horizon], reference, n)[0]


def _against(outcome: ControlledOutcome, reference: ControlledOutcome, n: int) -> tuple[float, float]:
    if outcome is reference:
        return 0.0, 0.0
    share, money = changes_of_income(outcome, reference)
    return share[n], money[n]


def environment() -> Any:
    """The templates, made once a process."""
    return _environment()


@functools.cache
def _environment() -> Any:
    import jinja2

    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("detente.app", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(cell=_cell, unit=_unit, worded=worded)
    templates.globals["stamp"] = _stamp()
    return templates


@functools.cache
def _stamp() -> str:
    """A few letters that change when the style or the module does: addresses of files that may be kept."""
    parts = [path.read_bytes() for path in sorted(STATIC.iterdir()) if path.is_file()]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:10]


def _cell(cell: Cell, column: Column) -> str:
    """A cell as a reader of the page sees it: names without their codes, words for codes."""
    if column.kind == "number" or cell is None:
        shown = column.show(cell)
        return shown.replace("-", "−", 1) if column.kind == "number" else shown
    if column.key == "partner":
        return country_name(str(cell))
    if column.names:
        return ", ".join(column.names.get(code, code) for code in str(cell).split(", "))
    return cell_words(column.show(cell))


def _unit(column: Column) -> str:
    """The unit of a column where its label does not say it."""
    return unit_said(column.unit, column.label)


def page(
    laboratory: Laboratory,
    view: View,
    answer: PageAnswer,
    short: PageState,
    *,
    part: str = "page",
    is_folded: bool = False,
    told: VersionMessage | None = None,
) -> str:
    """The whole page, or the part of it that a moved control changes.

    Parameters
    ----------
    laboratory : Laboratory
    view : View
    answer : PageAnswer
    short : PageState
        As the address has it.
    part : {"page", "answer", "export"}
    is_folded : bool
        Whether the table below a picture is folded away, and so is not written; it is asked for when it is unfolded.
    told : VersionMessage, optional
        What is otherwise since the address was made.
    """
    text: str = (
        environment()
        .get_template(f"{part}.html.j2")
        .render(
            **template_parts(laboratory, view, answer, short, whole=part == "page"),
            is_folded=is_folded,
            told=told,
            css=_css if part == "export" else None,
        )
    )
    return text


def first_part(laboratory: Laboratory, view: View, answer: PageAnswer, short: PageState) -> str:
    """What is shown first of a moved control: the large numbers of one horizon, and the ranked bars where the view has some.

    The same blocks of the same templates as in the whole page.

    Parameters
    ----------
    laboratory : Laboratory
    view : View
    answer : PageAnswer
        Perhaps without the outcomes of the other horizon (`Laboratory.answers`).
    short : PageState
        As the address has it.
    """
    links = Links(short, view.name)
    bars = None
    if view.bars and not view.long and view.figure is None:
        with contextlib.suppress(DetenteError):  # the whole part says it
            bars = bars_of(view, view.make(answer, laboratory))
    shown = {
        "css": None,
        "view": view,
        "links": links,
        "sides": sides(answer),
        "bars": bars,
        "strong": answer.parties,
        "explained": Explanations(answer, links),
        "horizon_title": HORIZON_TITLES[answer.state.horizon].lower(),
    }
    parts = []
    for name, block in (("answer", "sides"), ("view", "bars")):
        template = environment().get_template(f"{name}.html.j2")
        parts += template.blocks[block](template.new_context(shown))
    return f'<div id="answer">{"".join(parts)}</div>\n'


def _css() -> Any:
    from markupsafe import Markup

    return Markup((STATIC / "explorer.css").read_text(encoding="utf-8"))


def template_parts(
    laboratory: Laboratory, view: View, answer: PageAnswer, short: PageState, *, whole: bool = True
) -> dict[str, Any]:
    """What the templates show."""
    state, record = answer.state, answer.dossier
    failure, table, bars, job, figure = None, None, None, None, None
    try:
        table = view.make(answer, laboratory)
        bars = bars_of(view, table)
        figure = view.figure(answer, laboratory) if view.figure else None
    except Unfinished as unfinished:
        job = unfinished.job
    except DetenteError as error:
        failure = error
    # draws are shown where they were asked for, so that no page depends on what was computed before it
    drawn = interval_tables(answer, laboratory) if view.name == "intervals" and table is not None else None
    return {
        **(_form_parts(laboratory, answer) if whole else {}),
        **_telling_parts(laboratory, view, answer, short, failed=failure is not None),
        "state": state,
        "short": short,
        "view": view,
        "menu": menu_of(VIEWS.values(), view),
        "links": Links(short, view.name),
        "now": laboratory.named(short.alone).query,
        "title": record.title,
        "asof": record.asof,
        "cases": sorted(laboratory.cases),
        "setting": answer.scenario,
        "reference": answer.chosen[answer.reference].scenario,
        "unset": answer.setting == answer.reference,
        "sides": sides(answer, drawn if answer.setting != answer.reference else None),
        "drawn": drawn is not None,
        "drawn_words": SAID,
        "table": table,
        "rows": _rows(table),
        "prose": prose_columns(table),
        "titles": _titles(answer),
        "named": _names(table),
        "bars": bars,
        "figure": figure,
        "drawing": _inline if figure is not None else None,
        "failure": failure,
        "job": job,
        "tool": tool_of(view, answer, laboratory, table),
        "body": body_of(view, table),
        "strong": answer.parties,
        "anchors": Anchors(answer, Links(short, view.name), laboratory),
        "explained": Explanations(answer, Links(short, view.name)),
        "horizon_title": HORIZON_TITLES[state.horizon].lower(),
        "version": package_version(),
    }


def _form_parts(laboratory: Laboratory, answer: PageAnswer) -> dict[str, Any]:
    """What the form of the setting shows; a part of a page has none."""
    state, source = answer.state, laboratory.source(answer.state.case)
    base = load_scenario(state.base, dossier=source)
    groups: Sequence[Group] = control_groups(state, answer.dossier, base, answer.parties)
    return {
        "ladder": [load_scenario(name, dossier=source) for name in laboratory.ladder(state)],
        "groups": groups,
        "horizons": {name: HORIZON_TITLES[name] for name in HORIZONS},
        "closures": {name: CLOSURE_TITLES[name] for name in CLOSURES},
        "sets": elasticity_sets(),
        "countries": {code: country_name(code) for code in answer.economy.labels.countries},
    }


def _telling_parts(
    laboratory: Laboratory, view: View, answer: PageAnswer, short: PageState, *, failed: bool
) -> dict[str, Any]:
    """The same elsewhere: the address with what made it, the command and the Python."""
    source, world = laboratory.source(answer.state.case), laboratory.world
    return {
        "stamped": with_made(Links(short, view.name).to(), made_here(answer, laboratory)),
        "commands": () if failed else view_commands(view, answer, laboratory, source, world),
        "python": "" if failed else view_python(view, answer, source, world),
    }


def _inline(figure: Figure) -> Any:
    """A picture inside a page that is kept as one file."""
    from markupsafe import Markup

    return Markup(with_dark(figure_svg(figure)))


def _titles(answer: PageAnswer) -> dict[str, str]:
    """What ids that tables name are called: the outcomes that were solved, and the result that is explained."""
    outcomes = [*answer.chosen.values(), *(other[answer.state.horizon] for other in answer.others.values())]
    name = number_of(answer)[0]
    return {
        **{outcome.scenario.id: outcome.scenario.title for outcome in outcomes},
        name: titled(name, answer.economy.labels),
    }


def _rows(table: Table | None) -> Sequence[tuple[Cell, ...]]:
    return () if table is None else table.rows[:MOST_ROWS]


def _names(table: Table | None) -> Callable[[Sequence[Cell]], dict[str, Cell]]:
    """What gives the cells of a row by the keys of their columns."""
    keys = [] if table is None else [column.key for column in table.columns]
    return lambda row: dict(zip(keys, row, strict=True))


def failure_page(laboratory: Laboratory, error: DetenteError, case: str, address: str) -> str:
    """A page that says what is wrong with an address, and the next step."""
    text: str = (
        environment()
        .get_template("failure.html.j2")
        .render(
            error=error,
            case=case if case in laboratory.cases else "",
            cases=sorted(laboratory.cases),
            address=address,
            version=package_version(),
        )
    )
    return text


def cases_page(laboratory: Laboratory) -> str:
    """The cases that are served."""
    from detente.dossier import load_dossier

    entries = [(name, load_dossier(source)) for name, source in sorted(laboratory.cases.items())]
    text: str = environment().get_template("cases.html.j2").render(entries=entries, version=package_version())
    return text


def saved_page(laboratory: Laboratory, shelf: Shelf, state: PageState) -> str:
    """The settings that were saved of a case, and the form that saves the one of the address."""
    filled = laboratory.filled(state)
    short = laboratory.named(filled)
    text: str = (
        environment()
        .get_template("saved.html.j2")
        .render(
            title=laboratory.record(state).title,
            folder=shelf.folder,
            entries=shelf.saved(laboratory, state.case),
            setting=laboratory.scenario(filled),
            short=short,
            links=Links(laboratory.short(filled), "countries"),
        )
    )
    return text
