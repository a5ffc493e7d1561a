"""What bare `detente` says: what is in the box, as of when, and what to do next."""

from __future__ import annotations


def welcome() -> str:
    """Write the greeting from the shipped data."""
    from detente.core import package_version
    from detente.dossier import load_dossier
    from detente.show import build
    from detente.world import load_world

    dossier = load_dossier()
    world = load_world()
    told = build("scenarios", source=dossier.id, dossier=dossier, sifted=False)
    scenarios = ", ".join(str(cell) for cell in told.column("scenario"))
    lines = [
        f"Détente {package_version()}: a laboratory for trade wars and trade talks.",
        "",
        "In the box",
        f"  dossier    {dossier.id}: {dossier.title}, as of {dossier.asof}",
        f"             {len(dossier.measures)} measures, {len(dossier.clocks)} clocks, {len(dossier.claims)} claims,"
        f" {len(dossier.conflicts)} contradictions, {len(dossier.sources)} sources",
        f"  world      {world.name}: {len(world.labels.countries)} regions × {len(world.labels.sectors)} sectors, base year {world.year}",
        f"  scenarios  {scenarios}",
        "",
        "What to do next",
        "  detente brief                            write the briefing (HTML, CSV, manifest)",
        "  detente serve                            the explorer: move a control, see who pays",
        "  detente run talks-fail --against standing    what an outcome costs whom",
        "  detente compare talks-fail narrow-deal   two outcomes side by side",
        "  detente path --cut CHN:rare-earths:0.3   a cut of an input month by month, while stocks last",
        "  detente duties --at 2025-10-28           the stack of US duties on China, by sector",
        "  detente measures --at 2025-04-10         who had done what by a day",
        "  detente clocks                           what fires next",
        "  detente outlook                          what comes next, with odds and how good such odds have been",
        "  detente claims --conflicts               where the reports contradict each other",
        "  detente controls                         what binds whom besides duties, and what ends it",
        "  detente audit                            hold the record against its rules",
        "  detente check                            identities, record, solver",
        "",
        "`detente VERB --help` explains a verb; tables come as --format table, csv, json or md.",
    ]
    return "\n".join(lines)
