"""A few facts everybody can look up, beside what a world says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detente.core import Column, Table
from detente.core.table import Cell
from detente.world.economy import Array, Economy

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
        Gap to the published range, relative to it, that is accepted.
    why : str
        Reason of the gap.
    """

    what: str
    unit: str
    published: tuple[float, float]
    source: str
    ours: Callable[[Economy], float]
    within: float
    why: str = ""

    def gap(self, economy: Economy) -> float:
        """Return how far ours lies outside the published range, relative to its nearer end; 0 inside."""
        low, high = self.published
        value = self.ours(economy)
        end = low if value < low else high
        return 0.0 if low <= value <= high else (value - end) / abs(end)


def _goods(economy: Economy) -> Array:
    """Trade in goods between different countries [importer, exporter, sector]."""
    goods = np.array([code not in _SERVICES for code in economy.labels.sectors])
    off = ~np.eye(len(economy.labels.countries), dtype=bool)
    return np.asarray(economy.flows * off[:, :, None] * goods)


def _pair(importer: str, exporter: str) -> Callable[[Economy], float]:
    return lambda e: float(_goods(e)[e.labels.country(importer), e.labels.country(exporter)].sum() / 1e3)


def _imports(code: str) -> Callable[[Economy], float]:
    return lambda e: float(_goods(e)[e.labels.country(code)].sum() / 1e3)


def _exports(code: str) -> Callable[[Economy], float]:
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
    return lambda e: float(
        100 * e.trade_shares[e.labels.country(importer), e.labels.country(exporter), e.labels.sector(sector)]
    )


_FOB = "customs value for consumption, partners of the panel, chapters 98–99 spread; a few small partners from BACI"
_HONG_KONG = "China here includes Hong Kong (American exports there: about 28 bn, from memory)"

BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark("World value added against world GDP", "USD tn", (105.0, 112.0), "memory", _value_added(None), 0.03,
              "value added at basic prices leaves out taxes less subsidies on products, about 7 % of GDP"),
    Benchmark("United States: value added against GDP", "USD tn", (29.2, 29.2), "memory", _value_added("USA"), 0.08,
              "the same ratio of value added to GDP is used for every region"),
    Benchmark("China: value added against GDP", "USD tn", (18.7, 19.2), "memory", _value_added("CHN"), 0.08,
              "the same ratio of value added to GDP is used for every region"),
    Benchmark("US goods imports from China", "USD bn", (429.4, 438.9), "S31, S19", _pair("USA", "CHN"), 0.02,
              "with Hong Kong, 5.9 bn"),
    Benchmark("US goods exports to China", "USD bn", (143.5, 171.5), "D5; Hong Kong from memory", _pair("CHN", "USA"), 0.04,
              _HONG_KONG),
    Benchmark("US goods imports, all partners", "USD bn", (3086.0, 3296.0), "S19; memory", _imports("USA"), 0.02, _FOB),
    Benchmark("US goods exports, all partners", "USD bn", (2065.0, 2084.0), "memory", _exports("USA"), 0.03,
              "BACI 2023 grown by 2 %, fitted to a goods deficit of 1,200 bn"),
    Benchmark("US imports from the EU", "USD bn", (597.0, 597.5), "S19", _pair("USA", "EU27"), 0.02, _FOB),
    Benchmark("US imports from Mexico", "USD bn", (503.0, 503.5), "S19", _pair("USA", "MEX"), 0.02, _FOB),
    Benchmark("US imports from Canada", "USD bn", (411.7, 412.0), "S19", _pair("USA", "CAN"), 0.02, _FOB),
    Benchmark("US imports from Viet Nam", "USD bn", (141.0, 141.4), "S19", _pair("USA", "VNM"), 0.02, _FOB),
    Benchmark("US balance of goods and services", "USD bn", (-920.0, -903.0), "data assessment; memory", _balance("USA"),
              0.01, "a target of the fit, so the agreement is no evidence"),
    Benchmark("China's balance of goods and services", "USD bn", (539.0, 590.0), "memory", _balance("CHN"), 0.05,
              "a target of the fit, so the agreement is no evidence"),
    Benchmark("China's goods surplus", "USD bn", (768.0, 992.0), "memory", lambda e: _exports("CHN")(e) - _imports("CHN")(e),
              0.05, "balance of payments 768, Chinese customs 992; here goods without re-exports"),
    Benchmark("US collected duty on imports from China", "%", (10.87, 10.87), "S19", _duty("USA", "CHN"), 0.04,
              "with Hong Kong, whose goods pay less; base includes chapters 98–99"),
    Benchmark("US collected duty, all partners", "%", (2.3, 2.4), "S60, S19", _duty("USA", None), 0.04,
              "base includes small partners with BACI values"),
    Benchmark("China's duty on imports from the United States", "%", (20.7, 21.2), "S17 (Jan 2025, statutory)",
              _duty("CHN", "USA"), 0.04, "statutory and without exclusions: an upper bound of what is collected"),
    Benchmark("China's share of US spending on computers and electronics", "%", (15.6, 15.6), "OECD ICIO 2022",
              _share("USA", "CHN", "C26"), 0.05, "OECD: year 2022, basic prices, before duty; ours: 2024, customs values, duty paid"),
    Benchmark("China's share of US spending on electrical equipment", "%", (20.0, 20.0), "OECD ICIO 2022",
              _share("USA", "CHN", "C27"), 0.06, "OECD: year 2022, basic prices, before duty; ours: 2024, customs values, duty paid"),
    Benchmark("China's share of US spending on textiles, clothing, leather", "%", (27.2, 27.2), "OECD ICIO 2022",
              _share("USA", "CHN", "C13T15"), 0.2, "OECD: year 2022, basic prices, before duty; ours: 2024, customs values, duty paid"),
    Benchmark("China's share of US spending on furniture, toys, other manufacturing", "%", (15.5, 15.5), "OECD ICIO 2022",
              _share("USA", "CHN", "C31T33"), 0.2, "OECD: year 2022, basic prices, before duty; ours: 2024, customs values, duty paid"),
)  # fmt: skip


def benchmarks(economy: Economy) -> Table:
    """Set published facts of 2024 beside a world with the regions and sectors of ``world-2024``.

    Parameters
    ----------
    economy : Economy
        A world whose labels include USA, CHN, EU27, MEX, CAN, VNM and the sectors C26 and C27.

    Returns
    -------
    Table
        One row a fact: published range, ours, relative gap outside the range (percent), why.

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
            item.source,
            item.why,
        )
        for item in BENCHMARKS
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
            Column("source", "Source"),
            Column("why", "Why they differ"),
        ),
        tuple(rows),
        note="Source ids are those of the facts file; `memory` is grade assumed: typed from general knowledge, not read from a document.",
    )
