"""What a dossier can be used for already, and what is missing for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.core import DetenteError
from detente.show.words import counted

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.world import Economy

Row = tuple[str, str, str]


def readiness(dossier: Dossier, economy: Economy, source: str) -> list[Row]:
    """What is missing for a briefing, for leverage and deals, for paths and for draws.

    Parameters
    ----------
    dossier : Dossier
    economy : Economy
    source : str
        Its id or folder, for its scenarios and games.

    Returns
    -------
    list of (what, outcome, detail)
        Outcome ``ready``, ``note`` (usable, but something is missing) or ``missing``; the detail is the next step.
    """
    return [
        _record(dossier),
        _brief(dossier, economy, source),
        _leverage(dossier, source),
        _path(dossier, source),
        _outlook(dossier, source),
    ]


def _record(dossier: Dossier) -> Row:
    if not dossier.measures:
        return (
            "for a record",
            "note",
            "nothing recorded yet: write what the record rests on in sources.yaml, then measures/",
        )
    parts = [counted(len(dossier.measures), "measure")]
    for kind, step in (
        ("clocks", "clocks.yaml: what happens by itself, and when"),
        ("rounds", "rounds.yaml: meetings and what they moved"),
        ("trade", "trade.yaml: trade in the products that measures name by code"),
    ):
        if kind == "trade" and not any(measure.products.codes for measure in dossier.measures.values()):
            continue
        if not getattr(dossier, kind):
            parts.append(f"no {kind} yet ({step})")
    return "for a record", "ready" if len(parts) == 1 else "note", "; ".join(parts)


def _scenarios(dossier: Dossier, source: str) -> int:
    from detente.policy import load_scenario, shipped_scenarios, tellable

    names = shipped_scenarios(source, dossier.asof)
    told, _ = tellable(dossier, [load_scenario(name, dossier=source) for name in names], source)
    return len(told)


def _brief(dossier: Dossier, economy: Economy, source: str) -> Row:
    from detente.cases import sides_in

    try:
        first, second = sides_in(dossier, economy)
    except DetenteError as error:
        return "for `brief`", "missing", f"{error.what}: name `parties` in dossier.yaml"
    count = _scenarios(dossier, source)
    if count < 2:
        return (
            "for `brief`",
            "missing",
            f"{count} of the two scenarios it compares: add one to scenarios/ and to its ladder.txt",
        )
    return "for `brief`", "ready", f"{first} and {second}, {counted(count, 'scenario')}"


def _leverage(dossier: Dossier, source: str) -> Row:
    from detente.strategy import load_game

    what = "for `leverage`, `deals`"
    try:
        spec = load_game(dossier=source, asof=dossier.asof)
    except DetenteError as error:
        return what, "missing", f"{error.what}: write games/{dossier.id}.yaml"
    idle = [action.id for action in spec.actions if len(action.rungs) < 2]
    if len(idle) == len(spec.actions):
        return (
            what,
            "missing",
            f"no action of games/{spec.id}.yaml has two rungs: add one that sets a measure",
        )
    strange = [name for name in spec.measures if name not in dossier.measures]
    if strange:
        return what, "missing", f"games/{spec.id}.yaml sets `{strange[0]}`, which the record does not have"
    return what, "ready", f"{counted(len(spec.actions) - len(idle), 'action')} with two rungs or more"


def _path(dossier: Dossier, source: str) -> Row:
    from detente.policy import load_scenario, shipped_scenarios

    limits = any(
        effect.has_quantities for measure in dossier.measures.values() for _, effect in measure.effects()
    )
    limits = limits or any(
        load_scenario(name, dossier=source).quantities for name in shipped_scenarios(source, dossier.asof)
    )
    if limits:
        return "for `path`", "ready", "quantities in the record or its scenarios"
    return (
        "for `path`",
        "note",
        "no cap, ban or floor yet: `--cut` asks for one by hand; a measure states one in its `effect` (`left`, `least`)",
    )


def _outlook(dossier: Dossier, source: str) -> Row:
    if dossier.clocks or dossier.rounds:
        known = f"{counted(len(dossier.clocks), 'clock')} and {counted(len(dossier.rounds), 'meeting')}"
        return "for `outlook`", "ready", f"{known}: their odds, and the ladder's"
    return (
        "for `outlook`",
        "note",
        "no clock or meeting yet, so odds are those of quiet weeks: add clocks.yaml and rounds.yaml",
    )
