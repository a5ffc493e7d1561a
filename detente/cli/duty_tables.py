"""Tables of `detente duties` beyond the sectors: six-digit products, stacking rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.core import LabelError, Table, suggestion

if TYPE_CHECKING:
    import datetime as dt

    from detente.dossier import Dossier


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
    from detente.cli.worlds import economy_for, of_own_world
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
    from detente.cli.worlds import economy_for
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
    from detente.cli.worlds import economy_for, of_own_world
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
