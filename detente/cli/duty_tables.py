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
