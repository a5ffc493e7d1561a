"""`detente world`: show, check and compare worlds, and make one: from a table, coarser, or finer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.aliases import economies
from detente.cli.options import FormatOption, OutOption, PictureOption, refuse_idle
from detente.cli.output import draw, emit, progress, usage
from detente.cli.terminal import note
from detente.cli.world_make import aggregate, disaggregate
from detente.core import InputError, LabelError, Table, UnitError, is_there, suggestion

app = typer.Typer(
    help="Show, check and compare worlds; make one from a table, coarser, or finer.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

NameArgument = Annotated[str, typer.Argument(help="A shipped world, or the path of one's own.")]
FLOWS = 20
TABLES = ("sizes", "countries", "sectors", "flows", "duties", "provenance")


@app.command("list")
def list_worlds(style: FormatOption = None, out: OutOption = None) -> None:
    """List the worlds that come with Détente."""
    from detente.show import build as build_table

    emit(build_table("worlds-shipped"), style, out)


@app.command()
def show(
    world: NameArgument = "world-2024",
    table: Annotated[
        str, typer.Option("--table", help="sizes, countries, sectors, flows, duties, provenance, or all.")
    ] = "all",
    countries: Annotated[
        str, typer.Option("--countries", help="For flows and duties: codes, with commas between.")
    ] = "",
    count: Annotated[int, typer.Option("--count", help="Rows of the table of flows.", min=1)] = FLOWS,
    picture: PictureOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say what a world is: sizes, balances, largest flows, provenance, licences."""
    from detente.show import build as build_table
    from detente.world import load_world

    with usage():
        economy = load_world(world)
        codes = economies(countries, economy.labels.countries, economy.labels.country_names)
        refuse_idle(
            f"on the table {table}",
            countries=bool(codes) and table not in ("flows", "duties", "all"),
            count=count != FLOWS and table not in ("flows", "all"),
        )
        if table == "duties" and len(codes) != 2:
            raise InputError(
                "duties are those of one importer on one exporter",
                where="--countries",
                hint="such as --countries USA,CHN",
            )
        makers = {
            "sizes": lambda: build_table("world-size", economy=economy),
            "countries": lambda: build_table("world-countries", economy=economy),
            "sectors": lambda: build_table("world-sectors", economy=economy),
            "flows": lambda: build_table("world-flows", economy=economy, count=count, between=codes),
            "duties": lambda: build_table(
                "world-duties", economy=economy, importer=codes[0], exporter=codes[1]
            ),
            "provenance": lambda: build_table("world-provenance", economy=economy),
        }
        if table != "all" and table not in makers:
            raise LabelError(f"no table `{table}`", where="--table", hint=suggestion(table, (*makers, "all")))
        wanted = [name for name in TABLES if name != "duties"] if table == "all" else [table]
        tables = [makers[name]() for name in wanted]
    if picture is not None:
        from detente.show import make

        draw(make("largest-countries", economy=economy), picture)
    emit(tables, style, out)


@app.command("check")
def check_world(
    world: NameArgument = "world-2024",
    tolerance: Annotated[float, typer.Option("--tolerance", help="Largest gap allowed.")] = 1e-9,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Verify the accounting identities of a world; exits with 1 at the first that fails, naming the cell."""
    from detente.show import build as build_table
    from detente.world import load_world

    with usage():
        if not 0 <= tolerance <= 1:
            raise UnitError(
                f"{tolerance} is no gap", where="--tolerance", hint="between 0 and 1, such as 1e-9"
            )
        if not is_there(world):
            load_world(world)  # an unknown name is a slip on the command line, a world that fails is not
    emit(build_table("world-check", economy=load_world(world), tolerance=tolerance), style, out)


@app.command()
def compare(
    first: NameArgument,
    second: Annotated[str, typer.Argument(help="The world to compare it with.")],
    picture: PictureOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Put two worlds side by side: as a whole, and the countries both have."""
    from detente.show import make
    from detente.world import load_world

    with usage():
        left, right = load_world(first), load_world(second)
        tables = make("worlds", first=left, second=right)
    if picture is not None:
        draw(make("world-differences", first=left, second=right), picture)
    emit(tables, style, out)


@app.command()
def build(
    source: Annotated[
        str,
        typer.Option(
            "--from",
            help="KIND:PATH, kinds icio, wiod, exiobase, long, gdp, cp, oecd-cube, uschina, ossa; see table formats.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write the world into.")],
    regions: Annotated[
        Path | None, typer.Option("--regions", help="CSV code,group[,name]: which country goes where.")
    ] = None,
    sectors: Annotated[
        Path | None, typer.Option("--sectors", help="CSV code,group[,name]: which sector goes where.")
    ] = None,
    tariffs: Annotated[
        Path | None, typer.Option("--tariffs", help="CSV importer,exporter,sector,tariff; fractions.")
    ] = None,
    elasticities: Annotated[
        str,
        typer.Option("--elasticities", help="A set, `source`, a number, or a CSV sector,trade_elasticity."),
    ] = "fgo",
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the world.", show_default="the table's")
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", help="Year, where the file does not say it or has several.")
    ] = None,
    exchange: Annotated[
        float | None, typer.Option("--exchange", help="USD per EUR, for a table in EUR (exiobase).")
    ] = None,
    max_gap: Annotated[
        float, typer.Option("--max-gap", help="Largest disagreement of totals that is balanced away.")
    ] = 0.25,
    picture: PictureOption = None,
    style: FormatOption = None,
) -> None:
    """Build a world from a table: aggregate, check, balance, and report how far it had to move."""
    from detente.world import save_world
    from detente.world.read import build_world

    with progress(None, "building the world"):
        report = build_world(
            source,
            regions=regions,
            sectors=sectors,
            tariffs=tariffs,
            elasticities=elasticities,
            name=name,
            year=year,
            exchange=exchange,
            max_gap=max_gap,
        )
    folder = save_world(report.economy, out, report)
    if picture is not None:
        from detente.show import make

        draw(make("largest-countries", economy=report.economy), picture)
    for line in report.notes:
        note(f"note: {line}")
    note(f"wrote {folder}; use it with --world {folder}")
    short = report.moved
    rows = short.rows[:25]
    emit(Table(short.name, short.title, short.columns, rows, short.note), style, None)


app.command()(aggregate)
app.command()(disaggregate)
