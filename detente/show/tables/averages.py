"""Average duties of two sides on each other, every concept beside what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.core import Column, Table

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.world import Economy


def average_table(dossier: Dossier, economy: Economy, parties: tuple[str, str]) -> Table:
    """Average duties of each side on the other on the record's day, every concept, beside what was published."""
    from detente.policy.duties import duty_stack

    rows = []
    for importer, exporter in (parties, parties[::-1]):
        stacked = duty_stack(economy, dossier, date=dossier.asof, importer=importer, exporter=exporter)
        for key, average in stacked.averages.items():
            rows.append(
                (
                    importer,
                    exporter,
                    key,
                    average.concept,
                    100 * average.value,
                    None if average.published is None else 100 * average.published,
                    average.published_source,
                    average.note,
                )
            )
    return Table(
        "averages",
        "One duty, several averages",
        (
            Column("importer", "Importer", names=economy.labels.country_names),
            Column("exporter", "Exporter", names=economy.labels.country_names),
            Column("key", "Key"),
            Column("concept", "Concept"),
            Column("average_pct", "Ours", "%", "number", 1),
            Column("published_pct", "Published", "%", "number", 1),
            Column("published_source", "Source"),
            Column("note", "Why they differ"),
        ),
        tuple(rows),
        note="Averages of the same duties under different weights and bases must not be mixed; each is named by its concept.",
    )
