"""`detente outlook` and `detente score`: what may come of a standoff, and how good such odds have been. They parse and print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    DossierOption,
    FormatOption,
    OutOption,
    PictureOption,
    SeedOption,
    refuse_idle,
)
from detente.cli.output import draw, emit, parse_day, progress, usage
from detente.cli.playing import ClusterOption, WorkersOption, where
from detente.cli.records import load_record
from detente.cli.terminal import note
from detente.cli.worlds import WorldOption, economy_for
from detente.core import InputError, LabelError, Table, suggestion, write_atomic

if TYPE_CHECKING:
    from detente.campaign import Chronology, Fate, PathCosts, Record
    from detente.outlook import Backtest, HumanForecast, Outlook

OUTLOOK_TABLES = ("ladder", "clocks", "information", "duty", "cost", "what-ifs", "all")
SCORE_TABLES = ("ladder", "clocks", "calibration", "answers", "registered", "human", "all")
SHORT = 500
"""Futures of one forecast of a backtest that is made on the spot."""

PathsOption = Annotated[int, typer.Option("--paths", help="Simulated futures.", min=100, max=200_000)]


def outlook(
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    horizon: Annotated[
        int | None,
        typer.Option(
            "--horizon",
            help="Days ahead: 14, 30, 90 or 365, or any number.",
            show_default="all four; 30 for clocks",
        ),
    ] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if",
            help="CLOCK=carried, CLOCK=put-off or CLOCK=dropped: take a clock as settled; may be repeated.",
        ),
    ] = None,
    table: Annotated[
        str,
        typer.Option(
            "--table",
            help="ladder, clocks, information (what moves the odds most), duty (the fan of duties ahead), cost (what the time "
            "ahead costs each side, from first-year equilibria), what-ifs (devices no record tells apart, swept) or all.",
        ),
    ] = "ladder",
    paths: PathsOption = 20_000,
    seed: SeedOption = 1,
    world: WorldOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say what may come next, how likely, what moves the odds, and how good such odds have been."""
    from detente.campaign import chronology
    from detente.outlook import HORIZONS, SWEEP_PATHS, look_ahead, sweep_devices
    from detente.show import build
    from detente.show.tables import is_scored

    with usage():
        check_table(table, OUTLOOK_TABLES, "--table")
        if horizon is not None and not 1 <= horizon <= 1000:
            raise InputError(
                "a horizon is a number of days up to 1,000", where="--horizon", hint="14, 30, 90 or 365"
            )
    record = pair_record(dossier, asof, world)
    with usage():
        chron = chronology(record, record.main.dossier.asof)
        fates = _what_if(what_if or (), chron)
    with progress(None, "playing the standoff forward"):
        ahead = look_ahead(
            chron,
            horizons=HORIZONS if horizon is None else (horizon,),
            horizon=horizon or 30,
            paths=paths,
            seed=seed,
            what_if=fates,
            informed=table in ("information", "all"),
        )
        test = kept_or_made(record, dossier, again=False, seed=seed)
    makers = {
        "ladder": lambda: build("outlook", outlook=ahead, test=test),
        "clocks": lambda: build("outlook-clocks", outlook=ahead, test=test),
        "information": lambda: build("outlook-information", outlook=ahead),
        "duty": lambda: build("outlook-duty", outlook=ahead),
        "cost": lambda: build("cost-ahead", costs=_costs(ahead)),
        "what-ifs": lambda: build(
            "outlook-what-ifs",
            outlook=ahead,
            swept=sweep_devices(chron, horizon=ahead.horizon, paths=min(paths, SWEEP_PATHS), seed=seed),
            test=test,
        ),
    }
    chosen = tuple(makers) if table == "all" else (table,)
    if fates and table in ("information", "what-ifs"):
        raise InputError(
            "what moves the odds is told of the day as it stands", where="--what-if", hint="leave it out"
        )
    unscored = () if is_scored(test, 1) else ("information", "duty", "cost", "what-ifs")
    if table in unscored:
        with usage():
            raise InputError(
                "no odds are told: no forecast of this record has been scored by this day",
                where=f"{record.main.dossier.id} as of {record.main.dossier.asof}",
                hint="a later day, or `detente score --dossier FOLDER --keep` for a record of your own",
            )
    left_out = {*unscored, *(("information", "what-ifs") if fates else ())}
    emit([makers[name]() for name in chosen if name not in left_out], style, out)


def score(
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: Annotated[
        str | None,
        typer.Option("--asof", help="What had happened by this day.", show_default="the record's last day"),
    ] = None,
    table: Annotated[
        str,
        typer.Option(
            "--table",
            help="ladder, clocks, calibration, answers (who answered whom, beside the rules, move by move), registered, human (prices and "
            "crowds) or all.",
        ),
    ] = "ladder",
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Make every forecast again instead of reading the kept ones: a minute or two."
        ),
    ] = False,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="Make every forecast again and keep them in the folder of a record of your own, so that `detente outlook` can tell "
            "odds with their score.",
        ),
    ] = False,
    register: Annotated[
        Path | None,
        typer.Option(
            "--register",
            help="Append questions with today's odds to this file; what stands in it is never rewritten.",
        ),
    ] = None,
    registered: Annotated[
        Path | None,
        typer.Option(
            "--registered", help="Settle the questions of this file.", show_default="the shipped one"
        ),
    ] = None,
    paths: Annotated[
        int, typer.Option("--paths", help="Simulated futures of what is registered.", min=100, max=200_000)
    ] = 20_000,
    seed: SeedOption = 1,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    world: WorldOption = None,
    picture: PictureOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say how good forecasts of this standoff have been: against the schedule, climatology, persistence, and human prices."""
    from detente.dossier import load_dossier
    from detente.outlook import human_scores
    from detente.show import build, make

    with usage():
        check_table(table, SCORE_TABLES, "--table")
        if keep and not Path(dossier).is_dir():
            raise InputError(
                "the forecasts of a shipped record are kept already",
                where="--keep",
                hint="--again makes them anew; --keep is for the folder of a record of your own",
            )
        day = asof or load_dossier(dossier).vintage.isoformat()
    idle = {"workers": workers is not None, "cluster": cluster is not None}
    chosen = SCORE_TABLES[:-1] if table == "all" else (table,)
    forecasts = bool(set(chosen) & {"ladder", "clocks", "calibration"}) or picture is not None
    if register is not None or not forecasts:
        refuse_idle("where no forecast is made again", **idle)
    record = pair_record(dossier, day, world)
    if register is not None:
        _register(record, register, paths, seed)
        return
    tables: list[Table] = []
    if forecasts:
        with progress(None, "forecasting again"):
            test = kept_or_made(
                record, dossier, again=again or keep, seed=seed, needed=True, spread=(workers, cluster)
            )
        assert test is not None
        if keep:
            _keep(record, test, dossier)
        tables += _scored(record, test, chosen)
        if picture is not None:
            draw(make("calibration-figure", test=test, record=record.main.dossier.id), picture)
    if "answers" in chosen:
        tables += _answered(record)
    if "registered" in chosen:
        tables.append(build("registered", settled=_settled(record, registered)))
    if "human" in chosen:
        prices, ours = _human(record, seed)
        tables.append(build("human-forecasts", rows=prices, ours=ours))
        if scored := human_scores(prices, ours):
            known = record.main.dossier
            tables.append(build("scores", rows=scored, record=known.id, asof=known.asof))
    emit(tables, style, out)


def _costs(ahead: Outlook) -> PathCosts:
    """What the simulated futures cost each side, at the first year's equilibria."""
    from detente.campaign import costs_ahead
    from detente.cases import model_at

    with progress(None, "solving what duties cost"):
        return costs_ahead(ahead.chron, ahead.futures, model_at("short", ahead.chron.record.main.economy))


def check_table(name: str, names: Sequence[str], where: str) -> None:
    """Refuse the name of a table there is none of."""
    if name not in names:
        raise LabelError(f"unknown table `{name}`", where=where, hint=suggestion(name, names))


def pair_record(dossier: str, asof: str | None, world: str | None) -> Record:
    """The record of the pair, as known on the day."""
    from detente.campaign import record_of

    with usage():
        day = parse_day(asof, "--asof") if asof else None
        loaded = load_record(dossier, day)
        return record_of(loaded, economy_for(world, None))


def _what_if(texts: Sequence[str], chron: Chronology) -> dict[str, Fate]:
    """Clocks taken as settled, by id."""
    from detente.campaign import Fate

    words = {"carried": Fate.carried, "put-off": Fate.put_off, "dropped": Fate.dropped}
    live = [clock.id for clock in chron.live]
    fates: dict[str, Fate] = {}
    for text in texts:
        name, _, word = text.partition("=")
        if name not in live:
            raise LabelError(
                f"no clock `{name}` runs on {chron.asof}",
                where="--what-if",
                hint=suggestion(name, live, list_with="detente outlook --table clocks"),
            )
        if word not in words:
            raise LabelError(
                f"a clock cannot be `{word}`", where="--what-if", hint=suggestion(word, list(words))
            )
        if fates.setdefault(name, words[word]) is not words[word]:
            raise InputError(
                f"`{name}` is taken as settled in two ways", where="--what-if", hint="give each clock once"
            )
    return fates


def kept_or_made(
    record: Record,
    dossier: str,
    *,
    again: bool,
    seed: int,
    needed: bool = False,
    spread: tuple[int | None, str | None] = (1, None),
) -> Backtest | None:
    """The kept backtest by the record's day; made anew when asked for, or when none is kept and one is needed.

    `spread` says by how many processes, or on which cluster; it is refused where nothing is made.
    """
    from detente.outlook import backtest, kept_backtest, kept_file

    with usage():
        kept = None if again else kept_backtest(record, record.main.dossier.asof, path=kept_file(dossier))
    if kept is not None:
        workers, cluster = spread
        refuse_idle("without --again", workers=workers not in (None, 1), cluster=cluster is not None)
    if kept is not None or not (again or needed):
        return kept
    if not again:
        note(f"no backtest of this record is kept: made now, with {SHORT} futures a forecast")
    return backtest(record, seed=seed, paths=2000 if again else SHORT, on=where(*spread))


def _keep(record: Record, test: Backtest, dossier: str) -> None:
    """Write the forecasts of a backtest beside a record of one's own."""
    from detente.outlook import backtest_csv, kept_file

    path = write_atomic(kept_file(dossier), backtest_csv(test, record.rules.rungs))
    note(f"wrote {path}")


def _scored(record: Record, test: Backtest, chosen: Sequence[str]) -> list[Table]:
    from detente.outlook import clock_scores, ladder_calibration, ladder_scores
    from detente.show import build

    name, day = record.main.dossier.id, record.main.dossier.asof
    tables = []
    with usage():
        if not any(forecast.outcome >= 0 for forecast in test.ladder):
            raise InputError(
                "no forecast of this record has been settled",
                where=f"{name} as of {day}",
                hint="take a later day",
            )
    if "ladder" in chosen:
        tables.append(build("scores", rows=ladder_scores(test), record=name, asof=day))
    if "clocks" in chosen:
        tables.append(build("scores", rows=clock_scores(test), record=name, asof=day))
    if "calibration" in chosen:
        tables.append(build("score-calibration", bins=ladder_calibration(test), record=name))
    return tables


def _answered(record: Record) -> list[Table]:
    """The rules of answers beside the record: their scores, then every move."""
    from detente.outlook import replay_moves, replay_scores
    from detente.show import build

    name, day = record.main.dossier.id, record.main.dossier.asof
    moves = replay_moves(record)
    tables = [build("answered-moves", moves=moves, record=name, sides=record.sides)]
    if scored := replay_scores(moves):
        tables.insert(0, build("answer-scores", rows=scored, record=name, asof=day))
    return tables


def _register(record: Record, path: Path, paths: int, seed: int) -> None:
    from detente.campaign import chronology
    from detente.outlook import can_register, look_ahead, register_questions

    with usage():
        can_register(path, record.main.dossier.id, record.main.dossier.asof)
    with progress(None, "playing the standoff forward"):
        chron = chronology(record, record.main.dossier.asof)
        ahead = look_ahead(chron, paths=paths, seed=seed, informed=False)
    with usage():
        fresh = register_questions(ahead, path)
    note(f"registered {len(fresh)} questions as of {ahead.chron.asof}; last hash {fresh[-1].hash[:16]}")
    note(f"wrote {path}")


def _settled(record: Record, path: Path | None) -> object:
    from detente.campaign import chronology
    from detente.outlook import SHIPPED_QUESTIONS, answers, read_questions

    with usage():
        questions = read_questions(path or SHIPPED_QUESTIONS)
        return answers(questions, chronology(record, record.main.dossier.asof))


def _human(record: Record, seed: int) -> tuple[tuple[HumanForecast, ...], dict[str, float]]:
    """Prices on questions near this record, and our odds of a meeting of leaders as known on each day."""
    from detente.campaign import chronology
    from detente.outlook import human_forecasts, look_ahead, summit_odds

    prices = human_forecasts(record.main.dossier.id, record.main.dossier.asof)
    if not prices:
        with usage():
            raise InputError("no prices bear on this record", where="--table human", hint="--table ladder")
    ours = {}
    days: dict[dt.date, list[HumanForecast]] = {}
    for price in prices:
        if price.subject == "meeting" and price.by is not None:
            days.setdefault(price.date, []).append(price)
    for day, asked in days.items():
        ahead = look_ahead(chronology(record, day), paths=4000, seed=seed, informed=False)
        for price in asked:
            assert price.by is not None
            ours[price.key] = summit_odds(ahead, price.by).value
    return prices, ours
