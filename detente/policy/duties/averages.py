"""Averages of a duty stack, each under the name of its concept and beside what was published under it.

"The" average duty does not exist: 30, 42, 55 and 57.6 % were all said of the same American duties on China in October
2025. Each is a different concept, and none is tuned to the published figure; the note says where the gap comes from.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.dossier import Frozen, Slug, Status, checked_kept, read_yaml
from detente.policy.duties.cells import EVERYTHING, Cells, cells
from detente.policy.duties.stacking import CellRows, Rows, is_duty, partner_rates
from detente.world import Array, Economy, goods_sectors

if TYPE_CHECKING:
    from detente.dossier import MeasureState

CONCEPTS: Mapping[str, str] = {
    "import_weighted_2024": "Statutory duty of all layers, weighted by imports of the base year",
    "collected_base_plus_added": "Duty collected in the base year plus the statutory layers added since, weighted by its imports",
    "headline_2025": "Sum of the headline rates of the duties on all goods announced since 2025, exemptions ignored",
    "simple_average": "Statutory duty of all layers, every tariff line (or sector) counting the same",
    "fixed_2017_bilateral": "Statutory duty of all layers, sectors weighted by the pair's trade of 2017",
    "fixed_2017_world": "Statutory duty of all layers, sectors weighted by the exporter's sales to the world in 2017",
    "published_base_plus_headline": "Published average of January 2025 (PIIE) plus headline duties and the weighted rest",
}
"""Every concept of average, and what it says."""


class PublishedPair(Frozen):
    """What the published averages of one pair rest on, and why ours differ."""

    importer: str
    exporter: str
    base: float
    """Published average of the month in which headline duties begin, a fraction."""
    source: str
    """What the base rests on, as ids of sources of the record."""
    narrow: tuple[Slug, ...]
    """Authorities whose duties are on lists of goods only."""
    gap: str
    """Why a fixed-weight average of ours is not the published one."""


class Explained(Frozen):
    """What the parts of a gap to a published point are made of (`detente.policy.duties.published`)."""

    exporter: str
    metals: Slug
    metal_lists: str
    metal_chapters: tuple[str, ...]
    review: dt.date
    higher_class: Slug
    lower_class: Slug
    chart_january: dt.date
    peak: dt.date
    peak_note: str


class PublishedBasis(Frozen):
    """What `published.yaml` holds."""

    since: dt.date
    """Duties announced from this day on are headline duties."""
    pairs: tuple[PublishedPair, ...]
    explained: Explained

    def pair(self, importer: str, exporter: str) -> PublishedPair | None:
        """What is published of a pair; None when nothing is."""
        return next(
            (entry for entry in self.pairs if (entry.importer, entry.exporter) == (importer, exporter)), None
        )


@functools.cache
def published_basis() -> PublishedBasis:
    """What the published averages rest on; read once.

    Examples
    --------
    >>> published_basis().since.year
    2025
    """
    file = read_yaml(Path(__file__).parent / "data" / "published.yaml")
    return checked_kept(PublishedBasis, file, (Path(__file__),))


@dataclass(frozen=True)
class Average:
    """One average under the name of its concept.

    Parameters
    ----------
    value : float, fraction
    concept, weights : str
        In words.
    published : float or None, fraction
        What was published under this concept for the day, if known by the as-of day.
    published_source : str
    note : str
        Why the two differ, or what to mind.
    """

    value: float
    concept: str
    weights: str
    published: float | None = None
    published_source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Published:
    """One published average and the days it holds for."""

    concept: str
    importer: str
    exporter: str
    begin: dt.date
    end: dt.date
    value: float
    source: str


@functools.cache
def published_averages() -> tuple[Published, ...]:
    """Published averages, read once from the shipped table."""
    path = Path(__file__).parent / "data" / "published_averages.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Published(
                row["concept"],
                row["importer"],
                row["exporter"],
                dt.date.fromisoformat(row["from"]),
                dt.date.fromisoformat(row["until"]) if row["until"] else dt.date.max,
                float(row["value"]),
                row["source"],
            )
            for row in csv.DictReader(stream)
        )


def _published(concept: str, basis: AverageBasis) -> tuple[float | None, str]:
    """Published value for a day, hidden when its period begins after the as-of day."""
    for row in published_averages():
        if (
            (row.concept, row.importer, row.exporter) == (concept, *basis.pair)
            and row.begin <= basis.date < row.end
            and row.begin <= basis.asof
        ):
            return row.value, row.source
    return None, ""


@dataclass(frozen=True, eq=False)
class AverageBasis:
    """What averages are formed from: one pair on one day.

    Parameters
    ----------
    economy : Economy
    states : sequence of MeasureState
    rows : Rows
        Of the importer.
    added, added_since : array [row], fraction
        What measures add to the base duty, and what they add beyond those of the end of 2024.
    authorities : tuple of str
    rates : array [authority, sector], fraction
    weights : array [sector], million USD
    unallocated : float, million USD
    date, asof : date
    pair : (importer, exporter)
    """

    economy: Economy
    states: Sequence[MeasureState]
    rows: Rows
    added: Array
    added_since: Array
    authorities: tuple[str, ...]
    rates: Array
    weights: Array
    unallocated: float
    date: dt.date
    asof: dt.date
    pair: tuple[str, str]


ByConcept = dict[str, tuple[float, str, str]]
"""By concept: value, weights in words, note."""


def averages(basis: AverageBasis) -> dict[str, Average]:
    """Form every average that the data allow for one pair on one day.

    Parameters
    ----------
    basis : Basis

    Returns
    -------
    dict of concept to Average
        In the order of `CONCEPTS`.
    """
    by_concept = _weighted(basis) | _by_line(basis)
    headline = _headline(basis)
    if basis.date >= published_basis().since:
        by_concept["headline_2025"] = (
            headline,
            "none",
            "Counts duties on all goods only: no exemptions, no Section 232, nothing from before 2025.",
        )
    by_concept |= _fixed_weights(basis, headline)
    formed = {}
    for concept, words in CONCEPTS.items():
        if concept in by_concept:
            value, weights, note = by_concept[concept]
            published, source = _published(concept, basis)
            formed[concept] = Average(value, words, weights, published, source, note)
    return formed


def _weighted(basis: AverageBasis) -> ByConcept:
    """Import-weighted averages: statutory, and on what was collected in the base year."""
    by_concept: ByConcept = {}
    value = basis.weights.sum() + basis.unallocated
    if value > 0:
        outside = (
            f" Goods in no sector (USD {basis.unallocated / 1e3:.1f} bn) count at no duty."
            if basis.unallocated
            else ""
        )
        by_concept["import_weighted_2024"] = (
            float((basis.rates.sum(0) * basis.weights).sum() / value),
            f"imports of {basis.economy.year}",
            "Statutory: exclusions and evasion are not in it, so it lies above what is collected." + outside,
        )
    if isinstance(basis.rows, CellRows):
        table = basis.rows.cells
        members, who = _members(table, basis.pair[1])
        inside = np.isin(table.partner, members)
        imports = table.imports[members].sum()
        since = float((basis.added_since[inside] * table.value[inside]).sum() / imports)
        by_concept["collected_base_plus_added"] = (
            float(table.duty[members].sum() / imports) + since,
            f"imports of {basis.economy.year} under {who}",
            "The tracker it is compared with lets Section 232 replace the fentanyl duty and dates some steps otherwise; "
            "here both are charged, and on legal days.",
        )
    return by_concept


def _members(table: Cells, exporter: str) -> tuple[list[int], str]:
    """Partners an exporter stands for: its own customs code where it has one, else all of its region."""
    own = [p for p, code in enumerate(table.partners) if code == exporter]
    if own:
        return own, "its own customs code"
    return [p for p, code in enumerate(table.regions) if code == exporter], "the codes of its members"


def _by_line(basis: AverageBasis) -> ByConcept:
    """Every tariff line (or sector) counts the same."""
    if not isinstance(basis.rows, CellRows):
        goods = goods_sectors(basis.economy)
        value = float(basis.rates.sum(0)[goods].mean())
        note = "Sectors, not tariff lines: no product cells for this importer."
        return {"simple_average": (value, f"{len(goods)} goods sectors, equal", note)}
    table = basis.rows.cells
    inside = np.isin(table.partner, _members(table, basis.pair[1])[0])
    lines = table.lines[inside]
    if lines.sum() == 0:
        return {}
    value = float(((basis.rows.base + basis.added)[inside] * lines).sum() / lines.sum())
    weights = f"{int(lines.sum()):,} eight-digit lines with imports in 2024, equal"
    return {"simple_average": (value, weights, "Specific duties count as zero.")}


def _headline(basis: AverageBasis) -> float:
    """Sum of the rates of duties on all goods announced since 2025, before any exemption."""
    importer, exporter = basis.pair
    codes = basis.rows.codes
    place = [p for p, names in enumerate(codes) if names[0] == exporter]
    place = place or [p for p, names in enumerate(codes) if exporter in names]
    total, since = 0.0, published_basis().since
    for state in basis.states:
        measure = state.measure
        if (
            measure.actor == importer
            and is_duty(measure)
            and state.status is Status.in_force
            and measure.announced >= since
            and EVERYTHING in state.products.lists
            and place
        ):
            total += float(partner_rates(state, basis.rows)[0][place[0]])
    return total


def _fixed_weights(basis: AverageBasis, headline: float) -> ByConcept:
    """Averages of the PIIE kind: sectors weighted by trade of 2017."""
    table, labels = cells(), basis.economy.labels
    key, published = "<".join(basis.pair), published_basis().pair(*basis.pair)
    if (
        published is None
        or f"{key}:world" not in table.weights_2017
        or not set(table.sectors) <= set(labels.sectors)
    ):
        return {}
    place = np.array([labels.sector(code) for code in table.sectors])
    rates = basis.rates[:, place]
    narrow = [k for k, name in enumerate(basis.authorities) if name in published.narrow]
    by_concept: ByConcept = {}
    partial = 0.0
    for kind, words in (
        ("bilateral", "the pair's goods trade of 2017"),
        ("world", "the exporter's goods sales to the world in 2017"),
    ):
        weights = table.weights_2017[f"{key}:{kind}"]
        value = float((rates.sum(0) * weights).sum() / weights.sum())
        by_concept[f"fixed_2017_{kind}"] = (value, f"{words}, by sector", published.gap)
        partial = float((rates[narrow].sum(0) * weights).sum() / weights.sum())
    if basis.date < published_basis().since:  # the published base is that of January 2025
        return by_concept
    base = published.base
    by_concept["published_base_plus_headline"] = (
        base + headline + partial,
        "PIIE's own for the base; none for headline duties; the exporter's sales to the world in 2017 for the rest",
        f"{100 * base:.1f} published for January 2025 + {100 * headline:.1f} headline + {100 * partial:.1f} on lists of goods. "
        "Not independent of PIIE: it shows that the published figure adds headline rates without exemptions to its base.",
    )
    return by_concept
