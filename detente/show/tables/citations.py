"""What to cite: data, elasticities, method, and the sources of the record that were used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from detente.core import Column, Table
from detente.world import Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier

METHOD = (
    (
        "caliendo-parro-2015",
        "Caliendo, L. and Parro, F. (2015). Estimates of the Trade and Welfare Effects of NAFTA. "
        "Review of Economic Studies 82(1), 1-44.",
        "equilibrium in changes; first-order welfare decomposition",
    ),
    (
        "dekle-eaton-kortum-2008",
        "Dekle, R., Eaton, J. and Kortum, S. (2008). Global Rebalancing with Gravity: Measuring the Burden of "
        "Adjustment. IMF Staff Papers 55(3), 511-540.",
        "exact hat algebra",
    ),
)


def citation_table(dossier: Dossier, economy: Economy, source_ids: Iterable[str] | None = None) -> Table:
    """List works and data sets to cite.

    Parameters
    ----------
    dossier : Dossier
    economy : Economy
        Its provenance names the data.
    source_ids : iterable of str, optional
        Sources of the record that were used; all of them when left out.

    Returns
    -------
    Table
        Kind, key, reference, what it was used for.
    """
    from detente.core import package_commit, package_version

    rows: list[tuple[str, str, str, str]] = [
        (
            "software",
            "detente",
            f"The Détente developers. Détente, version {package_version()}, commit {package_commit()}.",
            "everything",
        )
    ]
    rows += [("method", key, text, use) for key, text, use in METHOD]
    rows.append(("elasticities", "elasticities", economy.elasticity_source, "trade elasticities"))
    sources = economy.provenance.get("sources", ())
    if isinstance(sources, (list, tuple)):
        for position, source in enumerate(sources, 1):
            if isinstance(source, dict):
                text = str(source.get("citation") or source.get("title") or source)
                licence = f" Licence: {source['licence']}." if source.get("licence") else ""
                rows.append(
                    (
                        "data",
                        str(source.get("id") or f"data-{position}"),
                        text + licence,
                        str(source.get("used_for", "baseline")),
                    )
                )
    wanted = set(dossier.sources) if source_ids is None else set(source_ids)
    for key, source in dossier.sources.items():
        if key in wanted:
            date = f", {source.date}" if source.date else ""
            rows.append(
                (
                    "record",
                    key,
                    f"{source.publisher}: {source.title}{date}. Grade {source.quality}.",
                    "measures, clocks, claims",
                )
            )
    return Table(
        "citations",
        "What to cite",
        (
            Column("kind", "Kind"),
            Column("key", "Key"),
            Column("reference", "Reference"),
            Column("used_for", "Used for"),
        ),
        tuple(rows),
    )
