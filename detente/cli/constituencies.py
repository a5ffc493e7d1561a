"""`detente constituencies`: who bears an outcome, and who would lobby for which concession. It parses, calls the rooms and prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    ClosureOption,
    CountriesOption,
    DossierOption,
    ElasticitiesOption,
    FormatOption,
    HorizonOption,
    OutOption,
)
from detente.cli.output import emit, progress, usage
from detente.cli.settings import SetOption
from detente.cli.terminal import note
from detente.cli.worlds import WorldOption, codes_in, of_own_world
from detente.core import LabelError, UnitError, suggestion

if TYPE_CHECKING:
    from detente.core import Table
    from detente.policy import Compensation
    from detente.world import Economy

TABLES = ("constituencies", "exposed", "lobbies", "exposures")


def _aid(given: list[str], economy: Economy) -> tuple[Compensation, ...]:
    """Aid asked for: COUNTRY:SECTOR[+SECTOR…]:BILLIONS.

    Raises
    ------
    UnitError
        For what does not have the form.
    LabelError
        For a country or sector the world does not have.
    """
    from detente.policy import Compensation, compensation_paid

    lines = []
    for text in given:
        country, _, rest = text.partition(":")
        sectors, _, amount = rest.partition(":")
        try:
            usd_bn = float(amount)
            line = Compensation(country=country, sectors=tuple(sectors.split("+")), usd_bn=usd_bn)
        except ValueError:
            raise UnitError(
                f"`{text}` is no aid",
                where="--aid",
                hint="COUNTRY:SECTOR[+SECTOR]:BILLIONS, such as USA:SOY:12",
            ) from None
        compensation_paid(economy, [line], where="--aid")
        lines.append(line)
    return tuple(lines)


def constituencies(
    scenario: Annotated[
        list[str] | None,
        typer.Argument(
            help="Outcomes: scenario ids or files.",
            show_default="the one called featured in the record's ladder",
        ),
    ] = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    against: Annotated[
        str, typer.Option("--against", help="What stands.", show_default="the first of the ladder")
    ] = "",
    table: Annotated[
        str,
        typer.Option(
            "--table",
            help="constituencies (sectors), exposed (firms and places of the record under the outcomes), lobbies (who would lobby for "
            "which concession: each measure given up alone) or exposures (the record's own).",
        ),
    ] = "constituencies",
    aid: Annotated[
        list[str] | None,
        typer.Option(
            "--aid", help="A transfer to producers, COUNTRY:SECTOR[+SECTOR]:BILLIONS; may be given again."
        ),
    ] = None,
    top: Annotated[
        int, typer.Option("--top", min=0, help="Losers and gainers a country; 0 for all sectors.")
    ] = 6,
    countries: CountriesOption = "",
    world: WorldOption = None,
    horizon: HorizonOption = "short",
    elasticities: ElasticitiesOption = None,
    closure: ClosureOption = "share",
    settings: SetOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say which sectors, firms and places gain or lose from an outcome, what aid leaves of a loss, and who would want what given up."""
    from detente.cases import concessions, run_cases, sides_in
    from detente.cli.records import open_record
    from detente.cli.tables import prepare_named
    from detente.policy import aid_of_record, shipped_scenarios
    from detente.show import build
    from detente.show.tables import concession_sentences, constituency_sentences

    with usage():
        if table not in TABLES:
            raise LabelError(f"no table `{table}`", where="--table", hint=suggestion(table, TABLES))
        codes = codes_in(countries, world)
    if table == "exposures":
        emit(build("exposures", dossier=open_record(dossier, asof)), style, out)
        return
    ladder = shipped_scenarios(dossier)
    stands = against or ladder[0]
    names = [name for name in scenario or [ladder[1]] if name != stands]
    ready = prepare_named(
        [*names, stands],
        dossier,
        asof,
        elasticities,
        closure,
        world=world,
        horizon=horizon,
        settings=settings or (),
        against=stands,
    )
    with usage():
        parties = sides_in(ready.dossier, ready.economy)
        paid = (*_aid(aid or [], ready.economy), *aid_of_record(ready.dossier, ready.economy))
    with of_own_world(world), progress(None, "solving"):
        outcomes = run_cases(ready.model, ready.cases)
        reference = ready.cases[-1].scenario
        given_up = concessions(ready.model, ready.dossier, reference) if table == "lobbies" else ()
    shown: Table
    if table == "lobbies":
        for sentence in concession_sentences(given_up, outcomes[reference.id], ready.dossier, parties):
            note(sentence.text)
        shown = build(
            "lobbies",
            given_up=given_up,
            reference=outcomes[reference.id],
            dossier=ready.dossier,
            parties=parties,
        )
    elif table == "exposed":
        shown = build("exposed", outcomes=outcomes, dossier=ready.dossier, against=reference.id)
    else:
        for name in outcomes:
            if name != reference.id:
                for sentence in constituency_sentences(outcomes[name], outcomes[reference.id], parties, paid):
                    note(sentence.text)
        shown = build(
            "constituencies",
            outcomes=outcomes,
            countries=codes or parties,
            parties=parties,
            against=reference.id,
            aid=paid,
            top=top,
        )
    emit(shown, style, out)
