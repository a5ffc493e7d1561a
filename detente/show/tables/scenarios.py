"""The scenarios that come with a dossier, and from which day on each could be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.core import Column, Table

if TYPE_CHECKING:
    import datetime as dt

    from detente.dossier import Dossier


def scenario_table(source: str, dossier: Dossier, sifted: bool = True) -> Table:
    """Scenarios shipped with a dossier that are a live question on its day; those that could not be told yet without their story.

    Parameters
    ----------
    source : str
        The dossier's id or folder.
    dossier : Dossier
        The record as known on the as-of day.
    sifted : bool
        Tell apart what could not be told yet; every scenario as it is shipped otherwise.
    """
    from detente.policy import load_scenario, shipped_scenarios, tellable

    scenarios = [load_scenario(name, dossier=source) for name in shipped_scenarios(source, dossier.asof)]
    since: dict[str, dt.date] = {}
    if sifted:
        kept, later = tellable(dossier, scenarios, source)
        since = {untold.scenario: untold.since for untold in later}
        told = {scenario.id: scenario for scenario in kept}
        scenarios = [told.get(scenario.id, scenario) for scenario in scenarios]
    return Table(
        "scenarios",
        f"Scenarios shipped with {source}",
        (
            Column("scenario", "Scenario"),
            Column("title", "Title"),
            Column("date", "Date", kind="date"),
            Column("settings", "Measures set", "count", "number", 0),
            Column("known", "Could be told"),
            Column("story", "Story"),
        ),
        tuple(
            (s.id, s.title, s.date.isoformat() if s.date else "as-of day", len(s.set), "yes", s.story)
            if s.id not in since
            else (s.id, s.title, None, None, f"from {since[s.id]} on", "")
            for s in scenarios
        ),
        note="`detente run SCENARIO`; a scenario file of your own is given by its path.",
    )
