"""`detente brief`: the briefing as a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.draws import check_draws
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    ElasticitiesOption,
    HorizonOption,
    NamedClosureOption,
    SeedOption,
    refuse_idle,
)
from detente.cli.output import progress
from detente.cli.records import open_record
from detente.cli.terminal import note
from detente.cli.worlds import WorldOption, economy_for, of_own_world

LOADED = ("detente.brief.findings", "detente.outlook.ahead", "detente.outlook.kept", "detente.outlook.draws")
"""What a helper needs for what it is asked: it loads this while the record and the world are read."""


def brief(
    dossier: Annotated[
        str, typer.Argument(help="A shipped dossier's id, or a folder of one.")
    ] = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder to write.", show_default="out/<dossier>")
    ] = Path(),
    world: WorldOption = None,
    elasticities: ElasticitiesOption = None,
    horizon: HorizonOption = "long",
    draws: Annotated[
        int, typer.Option("--draws", help="Drawn parameters behind the intervals; 0 leaves them out.")
    ] = 24,
    seed: SeedOption = 1,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            help="Processes that share the work, 4 at most; the briefing does not depend on it.",
            show_default="2, where there are two cores",
            min=1,
        ),
    ] = None,
    closure: NamedClosureOption = "share",
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also print every page as a PDF, through a browser of this machine.")
    ] = False,
    short: Annotated[bool, typer.Option("--short", help="Also write a note of two pages.")] = False,
    slides: Annotated[
        bool,
        typer.Option(
            "--slides", help="Also draw every figure as a slide of 1920 × 1080, and a card to share."
        ),
    ] = False,
    against: Annotated[
        Path,
        typer.Option(
            "--against",
            help="Folder of an earlier briefing: open with what changed since.",
            show_default="(none)",
        ),
    ] = Path(),
) -> None:
    """Write the briefing: one page, its annex, its data as CSV, and a manifest."""
    from detente.brief import Formats, build_brief, check_place, check_printing, compose, held_against
    from detente.cli.tables import untold
    from detente.core import Helpers

    check_draws(draws)
    refuse_idle("without draws", seed=seed != 1 and not draws)
    with Helpers(workers, LOADED) as helpers:
        record = open_record(dossier, asof)
        economy = economy_for(world, elasticities)
        target = out if out != Path() else Path("out") / record.id
        check_place(target)
        if pdf:
            check_printing()
        with progress(None, "solving and writing the briefing"):
            with of_own_world(world):
                content = compose(
                    record,
                    economy,
                    closure=closure,
                    source=dossier,
                    horizon=horizon,
                    keep_elasticities=elasticities is not None,
                    draws=draws,
                    seed=seed,
                    helpers=helpers,
                )
            if against != Path():
                content = held_against(content, against)
            result = build_brief(content, target, Formats(pdf, short, slides))
    note(f"{record.title}, as of {record.asof}")
    for sentence in content.summary_sentences:
        note(f"  {sentence.text}")
    if not record.measures:
        note(
            f"note: nothing is recorded yet: write sources.yaml and measures/ in {dossier}, then brief again"
        )
    if waiting := untold(record, dossier):
        note(f"note: {waiting}")
    note("")
    print(result.index)
