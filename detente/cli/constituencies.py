"""`detente constituencies`: who bears an outcome, and who would lobby for which concession. It parses, calls the rooms and prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.aliases import country_called, sector_called
from detente.cli.draws import check_draws
from detente.cli.leads import DRAWS, LeadDrawsOption, WithoutLead, both_models
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
    refuse_idle,
)
from detente.cli.output import emit, parse_day, progress, usage
from detente.cli.settings import SetOption
from detente.cli.terminal import note
from detente.cli.worlds import WorldOption, codes_in, economy_for, of_own_world
from detente.core import InputError, LabelError, UnitError, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.cases import ControlledOutcome
    from detente.cli.tables import Prepared
    from detente.core import Table
    from detente.policy import Compensation
    from detente.show.tables import BothHorizons
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

    lines, labels = [], economy.labels
    for text in given:
        country, _, rest = text.partition(":")
        sectors, _, amount = rest.partition(":")
        try:
            usd_bn = float(amount)
            names = [sector_called(word, labels) for word in sectors.split("+")]
            line = Compensation(
                country=country_called(country, labels),
                sectors=tuple(names),
                usd_bn=usd_bn,
            )
        except ValueError:
            raise UnitError(
                f"`{text}` is no aid",
                where="--aid",
                hint="COUNTRY:SECTOR[+SECTOR]:BILLIONS, amounts in billion USD",
            ) from None
        compensation_paid(economy, [line], where="--aid")
        lines.append(line)
    return tuple(lines)


def constituencies(
    scenario: Annotated[
        list[str] | None,
        typer.Argument(
            help="Outcomes: scenario ids or files.",
            show_default="the second of the record's ladder",
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
    draws: LeadDrawsOption = DRAWS,
    elasticities: ElasticitiesOption = None,
    closure: ClosureOption = "share",
    settings: SetOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say which sectors, firms and places gain or lose from an outcome, what aid leaves of a loss, and who would want what given up."""
    from detente.cases import sides_in
    from detente.cli.records import open_record
    from detente.cli.tables import prepare_named
    from detente.policy import aid_of_record, shipped_scenarios
    from detente.show import build

    check_draws(draws)
    refuse_idle(f"on the table {table}", draws=draws not in (0, DRAWS) and table != "constituencies")
    with usage():
        if table not in TABLES:
            raise LabelError(f"no table `{table}`", where="--table", hint=suggestion(table, TABLES))
        codes = codes_in(countries, world)
    if table == "exposures":
        emit(build("exposures", dossier=open_record(dossier, asof)), style, out)
        return
    with usage():
        ladder = shipped_scenarios(dossier, parse_day(asof, "--asof") if asof else None)
        if len(ladder) < 2 and not (scenario and against):
            raise InputError(
                "the record has no ladder to choose from",
                where=dossier,
                hint="name an outcome, and with --against what stands",
            )
    stands = against or ladder[0]
    names = [name for name in scenario or ladder[1:2] if name != stands]
    if not names:
        with usage():
            raise InputError(
                f"`{stands}` is held against itself", hint="name another outcome, or --against another"
            )
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
    if table == "lobbies":
        emit(_lobbies(ready, world, parties), style, out)
        return
    if table == "exposed":
        emit(_exposed(ready, world), style, out)
        return
    lead = _Lead(horizon, draws, world, elasticities)
    emit(_sectors(ready, lead, parties, codes or parties, paid, top), style, out)


def _lobbies(ready: Prepared, world: str | None, parties: tuple[str, str]) -> Table:
    """Each measure given up alone, said and laid out."""
    from detente.cases import concessions, run_cases
    from detente.show import build
    from detente.show.tables import lobby_sentences

    standing = ready.cases[-1].scenario
    with of_own_world(world), progress(None, "solving"):
        reference = run_cases(ready.model, ready.cases[-1:])[standing.id]
        given_up = concessions(ready.model, ready.dossier, standing)
    for sentence in lobby_sentences(given_up, reference, ready.dossier, parties):
        note(sentence.text)
    return build("lobbies", given_up=given_up, reference=reference, dossier=ready.dossier, parties=parties)


def _exposed(ready: Prepared, world: str | None) -> Table:
    """Those the record names, under each outcome against what stands."""
    from detente.cases import run_cases
    from detente.show import build

    with of_own_world(world), progress(None, "solving"):
        outcomes = run_cases(ready.model, ready.cases)
    return build("exposed", outcomes=outcomes, dossier=ready.dossier, against=ready.cases[-1].scenario.id)


@dataclass(frozen=True)
class _Lead:
    """What was asked of the sentences above the table."""

    horizon: str
    draws: int
    world: str | None
    elasticities: str | None

    def both(self, ready: Prepared, outcomes: Mapping[str, ControlledOutcome]) -> BothHorizons | None:
        """The outcomes in the first year and the long run, drawn and along time; None where nobody asks or one has none."""
        from detente.show.tables import lead_of_cases

        if not self.draws:
            return None
        keep = self.elasticities is not None
        with WithoutLead(), progress(None, "solving the lead at both horizons"):
            at = both_models(ready.model, self.horizon, economy_for(self.world, self.elasticities), keep=keep)
            known = {self.horizon: outcomes} if self.horizon in at else {}
            return lead_of_cases(
                at, ready.dossier, ready.cases, keep_elasticities=keep, known=known, draws=self.draws
            )
        return None


def _sectors(
    ready: Prepared,
    lead: _Lead,
    parties: tuple[str, str],
    countries: tuple[str, ...],
    paid: tuple[Compensation, ...],
    top: int,
) -> Table:
    """Sectors under each outcome against what stands; said of the first year and the long run."""
    from detente.cases import run_cases
    from detente.show import build
    from detente.show.tables import constituency_sentences, lead_sentence

    stands = ready.cases[-1].scenario.id
    with of_own_world(lead.world):
        with progress(None, "solving"):
            outcomes = run_cases(ready.model, ready.cases)
        both = lead.both(ready, outcomes)
    for name, outcome in outcomes.items():
        if name == stands:
            continue
        beside = both.solved["short" if lead.horizon == "long" else "long"] if both else None
        other = (beside[name], beside[stands]) if beside else None
        if both:
            title = f"“{outcome.scenario.title}”"
            note(lead_sentence(both, stands, name, parties, title, usd=False, table="constituencies").text)
        for sentence in constituency_sentences(outcome, outcomes[stands], parties, paid, other=other):
            note(sentence.text)
    return build(
        "constituencies",
        outcomes=outcomes,
        countries=countries,
        parties=parties,
        against=stands,
        aid=paid,
        top=top,
    )
