"""`detente duties`: what an importer charges an exporter on a day, by sector, by product, by measure."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli import aliases
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    DossierOption,
    FormatOption,
    OutOption,
    PictureOption,
    refuse_idle,
)
from detente.cli.output import emit, parse_day, progress, usage
from detente.cli.records import open_record
from detente.cli.worlds import WorldOption, code_in

OF_THE_RECORD = ("published", "collected", "stacking", "base")
"""Tables of the whole record: no day and no pair is asked for."""
MOST = 10


def _refuse_idle(
    bill: str,
    then: str | None,
    *,
    importer: bool,
    exporter: bool,
    at: bool,
    table: str,
    by: str,
    product: str,
    all_partners: bool,
    top: int,
) -> None:
    """Refuse options that the question asked does not read."""
    by_product = {"table": table != "both"}
    if bill:
        refuse_idle(
            "with --bill, whose measure says who charges",
            importer=importer,
            by=by != "sector",
            product=bool(product),
            all_partners=all_partners,
            then=then is not None,
            **by_product,
        )
        return
    refuse_idle("without --bill", top=top != MOST)
    if then:
        refuse_idle(
            "with --then, which tells one exporter and --product",
            by=by != "sector",
            all_partners=all_partners,
            **by_product,
        )
    elif by != "sector" or product or all_partners:
        refuse_idle("for products", **by_product)
        refuse_idle("with --all-partners", exporter=exporter and all_partners)
    elif table in OF_THE_RECORD:
        refuse_idle(
            f"with --table {table}, which is about the whole record",
            importer=importer,
            exporter=exporter,
            at=at,
        )


def duties(
    importer: Annotated[
        str | None,
        typer.Option("--importer", help="Country that charges.", show_default="a side of the record"),
    ] = None,
    exporter: Annotated[
        str | None,
        typer.Option("--exporter", help="Country that is charged.", show_default="the other side"),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Day on which the duty is read.", show_default="the as-of day")
    ] = None,
    table: Annotated[
        str,
        typer.Option(
            "--table",
            help="sectors, averages, both, path (every day on which a duty of the two changes), published, collected, stacking "
            "or base.",
        ),
    ] = "both",
    by: Annotated[str, typer.Option("--by", help="sector or hs6 (six-digit products).")] = "sector",
    product: Annotated[
        str,
        typer.Option(
            "--product",
            help="Only products under this code of 2, 4 or 6 digits, or word for one (batteries); implies --by hs6.",
        ),
    ] = "",
    all_partners: Annotated[
        bool, typer.Option("--all-partners", help="Every partner instead of --exporter; implies --by hs6.")
    ] = False,
    then: Annotated[
        str | None,
        typer.Option(
            "--then", help="A second day: what the products under --product pay on both.", show_default="none"
        ),
    ] = None,
    bill: Annotated[
        str,
        typer.Option(
            "--bill", help="A duty of the record: the products on which it would charge most, ranked."
        ),
    ] = "",
    top: Annotated[int, typer.Option("--top", help="Products of --bill shown.", min=1)] = MOST,
    world: WorldOption = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    picture: PictureOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Print the stack of duties by sector or product and authority, and its averages, each named by its concept."""
    from detente.cli.duty_tables import bill_of, duty_sides, duty_tables, on_two_days, product_duty_tables

    _refuse_idle(
        bill,
        then,
        importer=importer is not None,
        exporter=exporter is not None,
        at=at is not None,
        table=table,
        by=by,
        product=product,
        all_partners=all_partners,
        top=top,
    )
    refuse_idle(
        "beside these: it shows the sectors of one exporter",
        picture=picture is not None
        and bool(bill or then or product or all_partners or by != "sector" or table in OF_THE_RECORD),
    )
    record = open_record(dossier, asof)
    with usage():
        product = aliases.product(product)
        day = parse_day(at, "--at") if at else record.asof
        sides = (code_in(importer, world), code_in(exporter, world))
        charges, charged = duty_sides(record, *sides, world)
        with progress(None, "stacking duties"):
            if bill:
                tables = [bill_of(record, bill, day, sides[1] or "", top, world)]
            elif then:
                tables = [
                    on_two_days(record, (day, parse_day(then, "--then")), charges, charged, product, world)
                ]
            elif by != "sector" or product or all_partners:
                tables = product_duty_tables(
                    record, day, charges, None if all_partners else charged, by, product, world
                )
            else:
                tables = duty_tables(record, day, charges, charged, table, world, picture)
    emit(tables, style, out)
