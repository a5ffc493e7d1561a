"""Tables of `detente duties`: whose duties, by sector, by six-digit product, and the rules they stack by."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from detente.cli.pictures import draw_duties
from detente.cli.worlds import economy_for, of_own_world
from detente.core import LabelError, Table, suggestion

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    from detente.dossier import Dossier
    from detente.policy.duties import DutyStack


def duty_sides(
    dossier: Dossier, importer: str | None, exporter: str | None, world: str | None
) -> tuple[str, str]:
    """Importer and exporter of a duty: as named, else the sides of the record, the one not named taking what is left."""
    from detente.cases import sides_in

    if importer and exporter:
        return importer, exporter
    first, second = sides_in(dossier, economy_for(world, None))
    if importer:
        return importer, first if importer == second else second
    return (second if exporter == first else first), exporter or second


def duty_tables(
    dossier: Dossier,
    day: dt.date,
    importer: str,
    exporter: str,
    which: str,
    world: str | None = None,
    picture: Path | None = None,
) -> list[Table]:
    """The stack of duties by sector and authority, its averages by concept, or what surrounds them; drawn where asked for."""
    from detente.dossier import acts_of
    from detente.policy.duties import duty_stack
    from detente.show import build

    economy = economy_for(world, None)

    @functools.cache
    def stack() -> DutyStack:
        with of_own_world(world):
            return duty_stack(economy, dossier, date=day, importer=importer, exporter=exporter)

    def both() -> list[Table]:
        stacked = stack()
        return [build("duties", stacked=stacked), build("averages", stacked=stacked)]

    kinds: dict[str, Callable[[], list[Table]]] = {
        "sectors": lambda: [build("duties", stacked=stack())],
        "averages": lambda: [build("averages", stacked=stack())],
        "both": both,
        "collected": lambda: [build("collected", economy=economy, dossier=dossier)],
        "published": lambda: [build("published", economy=economy, dossier=dossier)],
        "path": lambda: [
            build(
                "duty-path",
                dossier=dossier,
                economy=economy,
                importer=importer,
                exporter=exporter,
                dates=sorted({*acts_of(dossier, (importer, exporter)), dossier.asof, day}),
            )
        ],
        "stacking": lambda: [build("stacking", dossier=dossier)],
        "base": lambda: [build("base-year-duties", economy=economy, dossier=dossier)],
    }
    if which not in kinds:
        raise LabelError(f"no table `{which}`", where="--table", hint=suggestion(which, kinds))
    tables = kinds[which]()
    if picture is not None:
        draw_duties(stack(), dossier, economy.year, picture)
    return tables


def product_duty_tables(
    dossier: Dossier,
    day: dt.date,
    importer: str,
    exporter: str | None,
    by: str,
    product: str,
    world: str | None = None,
) -> list[Table]:
    """Duties by six-digit product: of one exporter, of every partner, or of one product on every partner."""
    from detente.policy.duties import product_duties, products
    from detente.show import build

    if by not in ("sector", "hs6"):
        raise LabelError(f"no table by `{by}`", where="--by", hint=suggestion(by, ("sector", "hs6")))
    if product:
        products().find(product)  # say at once that a code matches nothing
    economy = economy_for(world, None)
    with of_own_world(world):
        duties = product_duties(
            economy, dossier, date=day, importer=importer, exporters=None if exporter is None else [exporter]
        )
    if exporter is None and not product:
        return [build("duties-by-partner", duties=duties)]
    return [build("duties-by-product", duties=duties, code=product)]


def bill_of(
    dossier: Dossier, measure: str, day: dt.date, exporter: str, top: int, world: str | None = None
) -> Table:
    """Products on which a measure would charge most; of its first target that has trade by product when none is named."""
    from detente.cli.settings import measure_called
    from detente.show import build

    name = measure_called(measure, dossier, "--bill")
    economy = economy_for(world, None)
    targets = [code for code in dossier.measures[name].targets if code in economy.labels.countries]
    if not exporter and len(targets) != 1:
        raise LabelError(
            f"`{name}` is aimed at several", where="--exporter", hint="name one: " + suggestion("", targets)
        )
    return build(
        "duty-bill",
        economy=economy,
        dossier=dossier,
        measure=name,
        date=day,
        exporter=exporter or targets[0],
        top=top,
    )


def on_two_days(
    dossier: Dossier,
    days: tuple[dt.date, dt.date],
    importer: str,
    exporter: str,
    product: str,
    world: str | None = None,
) -> Table:
    """What the products under a code pay on two days."""
    from detente.policy.duties import product_duties, products
    from detente.show import build

    if not product:
        raise LabelError(
            "no product", where="--product", hint="the code of a product, such as --product 850760"
        )
    products().find(product)
    economy = economy_for(world, None)
    with of_own_world(world):
        first, second = (
            product_duties(economy, dossier, date=day, importer=importer, exporters=[exporter])
            for day in days
        )
    return build("duties-on-two-days", first=first, second=second, code=product)
