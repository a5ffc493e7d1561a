"""Where one is among the views: a row of groups, and the views of the group that is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from detente.app.views import View

GROUPS: Final = {
    "results": "Results",
    "reasons": "Reasons",
    "time": "Over time",
    "strategy": "Strategy",
    "outlook": "Outlook",
    "record": "Record",
}
"""Groups of views by their names, and how each is called, in the order of the page."""


@dataclass(frozen=True)
class MenuGroup:
    """A group of views: the name of the one it opens with, its title, whether it is open, and its views."""

    opens: str
    title: str
    open: bool
    views: tuple[View, ...]


def menu_of(views: Iterable[View], shown: View) -> tuple[MenuGroup, ...]:
    """The groups that have views, in the order of the page; the one of the view that is shown is open.

    Examples
    --------
    >>> from detente.app.views import VIEWS
    >>> menu = menu_of(VIEWS.values(), VIEWS["prices"])
    >>> [(group.title, group.opens, len(group.views)) for group in menu if group.open]
    [('Results', 'countries', 9)]
    """
    every = tuple(views)
    groups = []
    for name, title in GROUPS.items():
        own = tuple(view for view in every if view.group == name)
        if own:
            groups.append(MenuGroup(own[0].name, title, name == shown.group, own))
    return tuple(groups)
