"""Controls that a view has of its own, above what it shows: what its template is filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.app.calendar import months_of
from detente.app.dutypath import brush_of
from detente.app.explained import why_tabs
from detente.app.finding import find_form
from detente.app.timepath import cut_form

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.app.views import View
    from detente.core import Table

TOOLS = {"cut": cut_form, "brush": brush_of, "why": why_tabs}
BODIES = {"calendar": months_of}


def tool_of(view: View, answer: PageAnswer, laboratory: Laboratory, table: Table | None) -> object:
    """What the controls of a view offer; None where it has none."""
    if not view.tool:
        return None
    if view.tool == "find":
        return find_form(answer, table)
    return TOOLS[view.tool](answer, laboratory)


def body_of(view: View, table: Table | None) -> object:
    """What a table is shown as besides itself; None where it is not."""
    return BODIES[view.body](table) if view.body and table is not None else None
