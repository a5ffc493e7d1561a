"""Controls that a view has of its own, above what it shows: what its template is filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.app.timepath import cut_form

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.app.views import View

TOOLS = {"cut": cut_form}


def tool_of(view: View, answer: PageAnswer, laboratory: Laboratory) -> object:
    """What the controls of a view offer; None where it has none."""
    if not view.tool:
        return None
    return TOOLS[view.tool](answer, laboratory)
