"""Speed of the ledger: load and audit, duties of every partner and product, clocks with their stakes."""

from __future__ import annotations

from collections.abc import Callable

from detente.dossier import audit, load_dossier, parties_of
from detente.policy.duties.by_product import product_duties
from detente.policy.duties.product_data import line_rows, products
from detente.show.tables.stakes import costs
from detente.world import load_world

Row = Callable[[str, float, str, float | None, str], None]
Best = Callable[[Callable[[], object], int], float]


def measure(best: Best, row: Row) -> None:
    """Measure and report through `row(what, value, unit, target, note)`; `best` gives the shortest run in ms."""
    economy, dossier = load_world(), load_dossier()
    vintage = dossier.vintage
    row(
        "load and audit the whole record", best(lambda: audit(load_dossier(asof=vintage)), 5), "ms", 500.0, ""
    )
    row(
        "load and audit phase-one-2018",
        best(lambda: audit(load_dossier("phase-one-2018", asof=vintage)), 5),
        "ms",
        500.0,
        "",
    )
    day = dossier.asof
    found = product_duties(economy, dossier, date=day)
    shape = " x ".join(map(str, found.total.shape))
    row(
        "US duties, every partner and product",
        best(lambda: product_duties(economy, dossier, date=day), 7),
        "ms",
        500.0,
        f"{shape} rates, {len(found.authorities)} authorities",
    )

    def everybody() -> None:
        for importer in economy.labels.countries:
            product_duties(economy, dossier, date=day, importer=importer)

    row(
        "same for every importer",
        best(everybody, 5),
        "ms",
        500.0,
        f"{len(economy.labels.countries)} importers",
    )

    def cold() -> None:
        products.cache_clear()
        line_rows.cache_clear()
        product_duties(economy, dossier, date=day)

    row("same, table read anew", best(cold, 3), "ms", 500.0, f"{len(found.table.codes)} products")
    coming = [clock for clock in dossier.clocks.values() if clock.fires >= day]
    row(
        "cost at stake of every coming clock",
        best(lambda: costs(dossier, economy, coming, parties_of(dossier)), 3),
        "ms",
        None,
        f"{len(coming)} clocks",
    )
