"""A few facts everybody can look up, beside what a world says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detente.core import Cell, Column, Table
from detente.world.carve.parents import carved
from detente.world.economy import Array, Economy, flows_abroad

_SERVICES = ("UTC", "TRT", "BUS", "PUB")


@dataclass(frozen=True)
class Benchmark:
    """One published fact and how to read its counterpart off an economy.

    Parameters
    ----------
    what : str
        The fact in words.
    unit : str
        ``USD bn``, ``USD tn`` or ``%``.
    published : tuple of float
        Lowest and highest published figure.
    source : str
        Source id of the facts file, or ``memory`` (grade assumed).
    ours : callable
        Economy → our figure, in the unit.
    within : float
        Gap to the published range, relative to it, that is accepted: the source's own uncertainty (rounding, revisions,
        the two sides' books), and where that is not enough the choice of the build named in `why`.
    why : str
        Reason of the gap.
    role : str
        ``evidence``: not used by the build. ``input``: read into it. ``fitted``: a target of it. Agreement of the last
        two proves nothing.
    needs : str
        A carved sector the fact is about; an economy without it is not asked.
    """

    what: str
    unit: str
    published: tuple[float, float]
    source: str
    ours: Callable[[Economy], float]
    within: float
    why: str = ""
    role: str = "evidence"
    needs: str = ""

    def gap(self, economy: Economy) -> float:
        """Return how far ours lies outside the published range, relative to its nearer end; 0 inside."""
        low, high = self.published
        value = self.ours(economy)
        end = low if value < low else high
        return 0.0 if low <= value <= high else (value - end) / abs(end)


def _goods(economy: Economy) -> Array:
    """Trade in goods between different countries [importer, exporter, sector]."""
    goods = np.array([code not in _SERVICES for code in economy.labels.sectors])
    return np.asarray(flows_abroad(economy) * goods)


def _goods_between(importer: str, exporter: str) -> Callable[[Economy], float]:
    return lambda e: float(_goods(e)[e.labels.country(importer), e.labels.country(exporter)].sum() / 1e3)


def _imports(code: str) -> Callable[[Economy], float]:
    return lambda e: float(_goods(e)[e.labels.country(code)].sum() / 1e3)


def _goods_exports(code: str) -> Callable[[Economy], float]:
    return lambda e: float(_goods(e)[:, e.labels.country(code)].sum() / 1e3)


def _balance(code: str) -> Callable[[Economy], float]:
    return lambda e: float(-e.deficit[e.labels.country(code)] / 1e3)


def _value_added(code: str | None) -> Callable[[Economy], float]:
    return lambda e: float(
        (e.value_added.sum() if code is None else e.value_added[e.labels.country(code)]) / 1e6
    )


def _duty(importer: str, exporter: str | None) -> Callable[[Economy], float]:
    def rate(economy: Economy) -> float:
        flows = _goods(economy)[economy.labels.country(importer)]
        duty = economy.tariff[economy.labels.country(importer)]
        if exporter is not None:
            flows, duty = flows[economy.labels.country(exporter)], duty[economy.labels.country(exporter)]
        return float(100 * (flows * duty).sum() / flows.sum())

    return rate


def _share(importer: str, exporter: str, sector: str) -> Callable[[Economy], float]:
    """Share of an exporter in spending on a sector, with what was carved out of it, percent."""

    def share(e: Economy) -> float:
        parents = carved(e)
        codes = [code for code in e.labels.sectors if code == sector or parents.get(code) == sector]
        rows = [e.labels.sector(code) for code in codes]
        n, i = e.labels.country(importer), e.labels.country(exporter)
        spending = e.flows[n] * (1 + e.tariff[n])
        return float(100 * spending[i, rows].sum() / spending[:, rows].sum())

    return share


def _sold(importer: str, exporter: str, sector: str) -> Callable[[Economy], float]:
    return lambda e: float(
        e.flows[e.labels.country(importer), e.labels.country(exporter), e.labels.sector(sector)] / 1e3
    )


def _bought_abroad(importer: str, sector: str) -> Callable[[Economy], float]:
    def value(e: Economy) -> float:
        n, s = e.labels.country(importer), e.labels.sector(sector)
        return float((e.flows[n, :, s].sum() - e.flows[n, n, s]) / 1e3)

    return value


def _made(code: str, sector: str) -> Callable[[Economy], float]:
    return lambda e: float(
        100
        * e.output[e.labels.country(code), e.labels.sector(sector)]
        / e.output[:, e.labels.sector(sector)].sum()
    )


def _part_of_exports(exporter: str, importer: str, sector: str) -> Callable[[Economy], float]:
    def share(e: Economy) -> float:
        i, s = e.labels.country(exporter), e.labels.sector(sector)
        abroad = e.output[i, s] - e.flows[i, i, s]
        return float(100 * e.flows[e.labels.country(importer), i, s] / abroad)

    return share


_FOB = "customs value for consumption, partners of the panel, chapters 98–99 spread; a few small partners from BACI"
_HONG_KONG = "China here includes Hong Kong (American exports there: about 28 bn, from memory)"
_CONCEPT = "value added at basic prices leaves out taxes less subsidies on products, about 7 % of GDP; one ratio for every region"
_ICIO = "OECD: year 2022, basic prices, before duty; ours: 2024, customs values, duty paid"
_TYPED = "read from the specification of the chokepoint"

BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark("World value added against world GDP", "USD tn", (105.0, 112.0), "memory", _value_added(None), 0.03, _CONCEPT, "input"),
    Benchmark("United States: value added against GDP", "USD tn", (29.2, 29.2), "memory", _value_added("USA"), 0.08, _CONCEPT, "input"),
    Benchmark("China: value added against GDP", "USD tn", (18.7, 19.2), "memory", _value_added("CHN"), 0.08, _CONCEPT, "input"),
    Benchmark("US goods imports from China", "USD bn", (429.4, 438.9), "S31, S19", _goods_between("USA", "CHN"), 0.02,
              "with Hong Kong, 5.9 bn", "input"),
    Benchmark("US goods exports to China", "USD bn", (143.5, 171.5), "D5; Hong Kong from memory", _goods_between("CHN", "USA"), 0.04,
              _HONG_KONG),
    Benchmark("US goods deficit with China", "USD bn", (272.0, 295.5), "S31; with Hong Kong from memory",
              lambda e: _goods_between("USA", "CHN")(e) - _goods_between("CHN", "USA")(e), 0.06,
              "our American exports to China with Hong Kong are above the American books by the fact before this one"),
    Benchmark("US goods imports, all partners", "USD bn", (3086.0, 3296.0), "S19; memory", _imports("USA"), 0.02, _FOB, "input"),
    Benchmark("US goods exports, all partners", "USD bn", (2065.0, 2084.0), "memory", _goods_exports("USA"), 0.03,
              "BACI 2023 grown by 2 %, fitted to a goods deficit of 1,200 bn", "fitted"),
    Benchmark("US imports from the EU", "USD bn", (597.0, 597.5), "S19", _goods_between("USA", "EU27"), 0.02, _FOB, "input"),
    Benchmark("US imports from Mexico", "USD bn", (503.0, 503.5), "S19", _goods_between("USA", "MEX"), 0.02, _FOB, "input"),
    Benchmark("US imports from Canada", "USD bn", (411.7, 412.0), "S19", _goods_between("USA", "CAN"), 0.02, _FOB, "input"),
    Benchmark("US imports from Japan", "USD bn", (150.5, 151.5), "S19", _goods_between("USA", "JPN"), 0.02, _FOB, "input"),
    Benchmark("US imports from Viet Nam", "USD bn", (141.0, 141.4), "S19", _goods_between("USA", "VNM"), 0.02, _FOB, "input"),
    Benchmark("US imports from Taiwan", "USD bn", (114.5, 115.5), "S19", _goods_between("USA", "TWN"), 0.02, _FOB, "input"),
    Benchmark("US imports from India", "USD bn", (87.5, 88.5), "S19", _goods_between("USA", "IND"), 0.02, _FOB, "input"),
    Benchmark("China's part of US goods imports", "%", (13.3, 13.9), "S31 over memory; S19",
              lambda e: 100 * _goods_between("USA", "CHN")(e) / _imports("USA")(e), 0.03, "with Hong Kong", "input"),
    Benchmark("US balance of goods and services", "USD bn", (-920.0, -903.0), "data assessment; memory", _balance("USA"), 0.01,
              "a target of the fit", "fitted"),
    Benchmark("China's balance of goods and services", "USD bn", (539.0, 590.0), "memory", _balance("CHN"), 0.05,
              "a target of the fit", "fitted"),
    Benchmark("China's goods surplus", "USD bn", (768.0, 992.0), "memory", lambda e: _goods_exports("CHN")(e) - _imports("CHN")(e), 0.05,
              "balance of payments 768, Chinese customs 992; here goods without re-exports"),
    Benchmark("US collected duty on imports from China", "%", (10.87, 10.87), "S19", _duty("USA", "CHN"), 0.04,
              "with Hong Kong, whose goods pay less; base includes chapters 98–99", "input"),
    Benchmark("US collected duty, all partners", "%", (2.3, 2.4), "S60, S19", _duty("USA", None), 0.04,
              "base includes small partners with BACI values", "input"),
    Benchmark("China's duty on imports from the United States", "%", (20.7, 21.2), "S17 (Jan 2025, statutory)", _duty("CHN", "USA"), 0.04,
              "statutory and without exclusions: an upper bound of what is collected"),
    Benchmark("China's share of US spending on computers and electronics", "%", (15.6, 15.6), "OECD ICIO 2022", _share("USA", "CHN", "C26"), 0.05, _ICIO),
    Benchmark("China's share of US spending on electrical equipment", "%", (20.0, 20.0), "OECD ICIO 2022", _share("USA", "CHN", "C27"), 0.06, _ICIO),
    Benchmark("China's share of US spending on textiles, clothing, leather", "%", (27.2, 27.2), "OECD ICIO 2022", _share("USA", "CHN", "C13T15"), 0.2,
              _ICIO + "; accepted by choice: no figure for 2024 to hold it against"),
    Benchmark("China's share of US spending on furniture, toys, other manufacturing", "%", (15.5, 15.5), "OECD ICIO 2022",
              _share("USA", "CHN", "C31T33"), 0.2, _ICIO + "; accepted by choice: no figure for 2024 to hold it against"),
    Benchmark("US soybeans sold to China", "USD bn", (12.76, 12.77), "S19, S22", _sold("CHN", "USA", "SOY"), 0.01, _TYPED, "input", "SOY"),
    Benchmark("China's part of US soybean exports", "%", (52.0, 52.2), "S19, S22", _part_of_exports("USA", "CHN", "SOY"), 0.01, _TYPED, "input", "SOY"),
    Benchmark("Chip-making tools China buys abroad", "USD bn", (38.0, 38.0), "S56", _bought_abroad("CHN", "TOL"), 0.05,
              "the 38 bn are five makers' sales; ours adds small suppliers", "input", "TOL"),
    Benchmark("US imports of lithium batteries from China", "USD bn", (15.7, 15.8), "Census 2024, HS 8507.60, 8507.80, 8506.50",
              _sold("USA", "CHN", "BAT"), 0.01, _TYPED, "input", "BAT"),
    Benchmark("China's share of the world's magnets", "%", (94.0, 94.0), "S24", _made("CHN", "MAG"), 0.01, _TYPED + "; a share of tonnage", "input", "MAG"),
    Benchmark("China's share of rare-earth refining", "%", (91.0, 92.0), "S24, S25", _made("CHN", "REE"), 0.01, _TYPED + "; a share of tonnage", "input", "REE"),
    Benchmark("US imports of processors and memories from Taiwan", "USD bn", (8.5, 8.6), "Census 2024, HS 8542.31, 8542.32",
              _sold("USA", "TWN", "CHP"), 0.01, _TYPED, "input", "CHP"),
)  # fmt: skip


def benchmarks(economy: Economy) -> Table:
    """Set published facts of 2024 beside a world with the regions and sectors of ``world-2024``.

    Parameters
    ----------
    economy : Economy
        A world whose labels include USA, CHN, EU27, MEX, CAN, JPN, TWN, IND, VNM and the sectors C26 and C27. Facts about
        a carved sector it does not have are left out.

    Returns
    -------
    Table
        One row a fact: published range, ours, gap outside the range and gap accepted (percent of the range's end), what
        the fact was to the build, why they differ.

    Raises
    ------
    LabelError
        When a country or sector of a fact is not in the economy.
    """
    rows: list[tuple[Cell, ...]] = [
        (
            item.what,
            item.unit,
            item.published[0],
            item.published[1],
            item.ours(economy),
            100 * item.gap(economy),
            100 * item.within,
            item.role,
            item.source,
            item.why,
        )
        for item in BENCHMARKS
        if not item.needs or item.needs in economy.labels.sectors
    ]
    return Table(
        "world-benchmarks",
        f"Published facts beside {economy.name}",
        (
            Column("fact", "Fact"),
            Column("unit", "Unit"),
            Column("published_low", "Published, from", "", "number", 1),
            Column("published_high", "to", "", "number", 1),
            Column("ours", "Ours", "", "number", 1),
            Column("gap_pct", "Outside the range by", "%", "number", 1),
            Column("accepted_pct", "Accepted", "%", "number", 0),
            Column("role", "Role"),
            Column("source", "Source"),
            Column("why", "Why they differ"),
        ),
        tuple(rows),
        note="Source ids are those of the facts file; `memory` is grade assumed: typed from general knowledge, not read from a document.",
    )
