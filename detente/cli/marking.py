"""`--mark`: a setting of one's own among the points of a game, solved beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.options import refuse_idle
from detente.cli.settings import set_by_hand
from detente.cli.tables import named_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.dossier import Dossier
    from detente.policy import Scenario

MarkOption = Annotated[
    str | None,
    typer.Option(
        "--mark",
        help="Also solve this outcome or scenario file, as `--set` has it, and mark it among the points.",
        show_default="none",
    ),
]


def marked_points(
    mark: str | None, settings: Sequence[str], threats: Sequence[str], record: Dossier, source: str
) -> tuple[list[Scenario], dict[str, str]]:
    """The scenario that is marked where it is no threat point already, and what every point is called.

    Parameters
    ----------
    mark : str, optional
        An outcome or a scenario file.
    settings : sequence of str
        What ``--set`` changes in it.
    threats : sequence of str
        Names of the threat points, the first one the game's own.
    record : Dossier
    source : str
        Where the record comes from.
    """
    from detente.show.figures import point_names

    refuse_idle("without --mark", set=bool(settings) and mark is None)
    told = {name: named_scenario(name, source).title for name in threats}
    if mark is None:
        return [], told
    setting = set_by_hand([named_scenario(mark, source)], settings, record, None)[0]
    return [] if setting.id in told else [setting], point_names(told, setting.id, setting.title)
