"""`detente campaign`: a standoff played forward, one move a call. It parses, calls the rooms and prints."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.aliases import called
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    DossierOption,
    FormatOption,
    OutOption,
    SeedOption,
)
from detente.cli.outlook import check_table, kept_or_made, pair_record
from detente.cli.output import Format, emit, parse_day, progress, say_new_folder, usage
from detente.cli.settings import typed_amount
from detente.cli.terminal import note
from detente.cli.worlds import WorldOption
from detente.core import InputError, LabelError, Table, UnitError, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.campaign import Campaign, Pricer, Record, Sheet
    from detente.equilibrium import Model

app = typer.Typer(
    help="Play a standoff forward, by hand or by rule, day by day: one move a call, kept in a small file.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
FileArgument = Annotated[Path, typer.Argument(help="File of the campaign.")]
TABLES = ("standing", "log", "clocks", "odds", "ladder", "day", "all")
TableOption = Annotated[
    str,
    typer.Option(
        "--table",
        help="standing, log, clocks, odds (what each side is likely to do), ladder, day (standing, clocks and odds) or all.",
    ),
]
TryOption = Annotated[
    bool, typer.Option("--try", help="Show where it would lead, and keep nothing.", show_default=False)
]
PATHS = 2000
HORIZONS = (14, 30, 90)
FIRST = 366
"""Days that `next` looks for something to happen."""
MOST_DAYS = 1098
"""Days that `wait` takes at once: three years."""


@app.command()
def start(
    file: FileArgument,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    side: Annotated[
        list[str] | None,
        typer.Option(
            "--side", help="Side to play by hand; may be given again.", show_default="none: all by rule"
        ),
    ] = None,
    no_costs: Annotated[
        bool, typer.Option("--no-costs", help="Solve nothing: costs are not told.", show_default=False)
    ] = False,
    seed: SeedOption = 1,
    world: WorldOption = None,
    table: TableOption = "day",
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Begin a campaign on a day, and keep it in a new file."""
    from detente.campaign import Campaign, chronology, controls_effect, sheet_of, write_campaign

    with usage():
        check_table(table, TABLES, "--table")
        _free(file, "take another name, or `branch` it")
    record = pair_record(dossier, asof, world)
    chron = chronology(record, record.main.dossier.asof)
    effect = None
    with progress(None, "solving what stands"):
        if not no_costs:
            effect = controls_effect(chron, _model(record))
        with usage():
            by_hand = tuple(called(code, chron.sides, "economies") for code in side or ())
            played = Campaign.begin(chron, by_hand, seed, price=_price(record, effect))
    say_new_folder(file)
    write_campaign(file, played, sheet_of(played, dossier, world=world or "", effect=effect))
    note(f"wrote {file}")
    emit(_tables(played, dossier, table, seed), style, out)


@app.command()
def show(
    file: FileArgument, table: TableOption = "day", style: FormatOption = None, out: OutOption = None
) -> None:
    """Show where a campaign stands: costs so far, live clocks, what each side is likely to do."""
    played, sheet = _open(file, table)
    emit(_tables(played, sheet.dossier, table), style, out)


@app.command()
def act(
    file: FileArgument,
    what: Annotated[
        str,
        typer.Argument(
            help="step (comes into force today), threat, cut, carry-out, put-off, drop, prolong (offer to) or call (a meeting)."
        ),
    ],
    duty: Annotated[
        str,
        typer.Option("--duty", help="Average duty on the other's goods: 0.10 or 10%.", show_default="none"),
    ] = "",
    controls: Annotated[int, typer.Option("--controls", help="Packages of controls.", min=0)] = 0,
    clock: Annotated[str, typer.Option("--clock", help="Clock it is about.", show_default="none")] = "",
    due: Annotated[
        str | None, typer.Option("--due", help="Day of a threat, of what is put off, of a meeting.")
    ] = None,
    leaders: Annotated[bool, typer.Option("--leaders", help="Call a meeting of leaders.")] = False,
    side: Annotated[
        str, typer.Option("--side", help="Who acts.", show_default="the side played by hand")
    ] = "",
    trial: TryOption = False,
    table: TableOption = "day",
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Do something today, for a side that is played by hand."""
    from detente.campaign import HandMove

    played, sheet = _open(file, table)
    with usage():
        move = HandMove(
            what, _fraction(duty), controls, clock, parse_day(due, "--due") if due else None, leaders
        )
        after = played.act(move, _side(played, side))
    _kept(file, played, after, sheet, trial, table, (style, out))


@app.command("next")
def next_thing(
    file: FileArgument,
    trial: TryOption = False,
    table: TableOption = "day",
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Let days pass until something happens."""
    played, sheet = _open(file, table)
    with usage(), progress(None, "days pass"):
        after = played.until(played.today + dt.timedelta(days=FIRST), first=True)
    _kept(file, played, after, sheet, trial, table, (style, out))


@app.command()
def wait(
    file: FileArgument,
    days: Annotated[int, typer.Option("--days", help="Days to let pass.", min=1)] = 1,
    until: Annotated[
        str | None, typer.Option("--until", help="Day up to which.", show_default="--days from today")
    ] = None,
    trial: TryOption = False,
    table: TableOption = "day",
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Let days pass, whatever happens."""
    with usage():
        if until and days != 1:
            raise InputError("a number of days and a day", where="--days", hint="give one of both")
        if days > MOST_DAYS:
            raise InputError(
                f"{days} days are longer than a campaign lasts", where="--days", hint=f"{MOST_DAYS} at most"
            )
    played, sheet = _open(file, table)
    with usage(), progress(None, "days pass"):
        day = parse_day(until, "--until") if until else played.today + dt.timedelta(days=days)
        after = played.until(day)
    _kept(file, played, after, sheet, trial, table, (style, out))


@app.command()
def branch(
    file: FileArgument,
    new: Annotated[Path, typer.Argument(help="File of the branch.")],
    on: Annotated[
        str | None,
        typer.Option("--on", help="Day at whose end it leaves.", show_default="the campaign's day"),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", help="Luck of its own.", show_default="the same luck on every day", min=0),
    ] = None,
    table: TableOption = "standing",
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Keep a campaign as it stood on a day in another file, to play it otherwise from there."""
    from detente.campaign import write_campaign

    with usage():
        _free(new, "take another name")
    played, sheet = _open(file, table)
    with usage():
        fork = played.branch(parse_day(on, "--on") if on else played.today, seed=seed)
    say_new_folder(new)
    write_campaign(new, fork, sheet)
    note(f"wrote {new}")
    emit(_tables(fork, sheet.dossier, table), style, out)


@app.command()
def replay(file: FileArgument, style: FormatOption = None, out: OutOption = None) -> None:
    """Play the moves made by hand again, and check that the same course follows."""
    from detente.show import build

    played, _ = _open(file)
    with progress(None, "playing again"):
        again = played.replay()
    note(f"the same course: {len(again.happened)} entries up to {again.today}")
    emit(build("campaign-log", campaign=played), style, out)


def _free(file: Path, hint: str) -> None:
    """Refuse a name that is taken, before anything is solved."""
    if file.is_dir():
        raise InputError(
            "a campaign is a file, and this is a folder",
            where=str(file),
            hint=f"such as {file / 'campaign.jsonl'}",
        )
    if file.exists():
        raise InputError("there is a file already", where=str(file), hint=hint)


def _model(record: Record) -> Model:
    from detente.cases import model_at

    return model_at("short", record.main.economy)


def _price(record: Record, effect: Sequence[tuple[float, float]] | None) -> Pricer | None:
    """Costs of states, solved when one is asked for; none where the campaign tells none."""
    from detente.campaign import chronology, level_costs

    if effect is None:
        return None
    kept: list[Pricer] = []

    def price(duty: tuple[float, float], controls: tuple[float, float]) -> tuple[float, float]:
        if not kept:
            chron = chronology(record, record.main.dossier.asof)
            kept.append(level_costs(chron, _model(record), effect))
        return kept[0](duty, controls)

    return price


def _open(file: Path, table: str = "day") -> tuple[Campaign, Sheet]:
    """A campaign as it stands, with its record, once it is sure that the table asked for can be made of it."""
    from detente.campaign import chronology, read_campaign, resumed

    with usage():
        check_table(table, TABLES, "--table")
        sheet, entries = read_campaign(file)
    record = pair_record(sheet.dossier, sheet.asof.isoformat(), sheet.world or None)
    start_day = chronology(record, sheet.asof)
    return resumed(sheet, entries, start_day, price=_price(record, sheet.effect)), sheet


def _kept(
    file: Path,
    before: Campaign,
    after: Campaign,
    sheet: Sheet,
    trial: bool,
    table: str,
    written: tuple[Format | None, Path | None],
) -> None:
    """Keep what was played, unless it was a trial, and print what happened and where it stands."""
    from detente.campaign import write_campaign
    from detente.show import build

    if trial:
        note("a trial: nothing is kept")
    else:
        write_campaign(file, after, sheet)
    news = build("campaign-log", campaign=after, since=len(before.entries))
    tables = _tables(after, sheet.dossier, table)
    emit([news, *tables] if table in ("day", "standing") else tables, *written)


def _tables(played: Campaign, dossier: str, table: str, seed: int = 1) -> list[Table]:
    from detente.outlook import look_ahead
    from detente.show import build

    names = {"day": ("standing", "clocks", "odds"), "all": TABLES[:-2]}.get(table, (table,))
    makers = {
        "standing": lambda: build("campaign", campaign=played),
        "log": lambda: build("campaign-log", campaign=played),
    }
    if set(names) & {"clocks", "odds", "ladder"}:
        with progress(None, "playing the standoff forward"):
            ahead = look_ahead(
                played.chronology, horizons=HORIZONS, paths=PATHS, seed=seed, informed=False, remember=True
            )
        test = kept_or_made(played.start.record, dossier, again=False, seed=seed)
        both = {"campaign": played, "outlook": ahead, "test": test}
        makers |= {
            "clocks": lambda: build("campaign-clocks", **both),
            "odds": lambda: build("campaign-odds", **both),
            "ladder": lambda: build("outlook", outlook=ahead, test=test),
        }
    return [makers[name]() for name in names]


def _side(played: Campaign, code: str) -> int:
    """Index of the side that acts."""
    sides = played.start.sides
    if code:
        code = called(code, sides, "economies")
        if code not in sides:
            raise LabelError(
                f"`{code}` is no side of this campaign", where="--side", hint=suggestion(code, sides)
            )
        return sides.index(code)
    if len(played.hand) != 1:
        raise InputError(
            "both sides are played by hand" if played.hand else "no side is played by hand",
            where="--side",
            hint=f"say who acts: {' or '.join(sides)}" if played.hand else "begin one with `start --side`",
        )
    return played.hand[0]


def _fraction(text: str) -> float:
    """A duty as typed: 0.10 or 10%."""
    if not text:
        return 0.0
    amount = typed_amount(text)
    if amount is None:
        raise UnitError(f"`{text}` is no duty", where="--duty", hint="0.10 or 10%")
    return amount
