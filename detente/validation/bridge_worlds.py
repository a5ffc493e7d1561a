"""The economies that a bridge walks through: the shipped world with an assumption changed, and the goods table of 2023."""

from __future__ import annotations

import csv
import functools
import io
from dataclasses import replace
from pathlib import Path

import numpy as np

from detente.core import Labels, read_text
from detente.equilibrium import Model, rebase, solve
from detente.world import Economy, Wedges, aggregate, goods_sectors, load_world, with_elasticity_set

TABLE = Path(__file__).parent / "data" / "goods-2023.csv"
GOODS, SERVICES = "GOODS", "SERV"
"""Codes of a world of two sectors, and of one."""
FLAT = 4.0
"""Trade elasticity of a world before a bridge sets another."""


@functools.cache
def goods_world() -> Economy:
    """The goods table of 2023 as an economy: one sector, no inputs, output at home what is not exported, no duties.

    Examples
    --------
    >>> goods_world()
    <Economy goods-2023 (2023): 20 countries, 1 sectors>
    """
    rows = list(csv.DictReader(io.StringIO(read_text(TABLE, limit=1_000_000))))
    output = {row["importer"]: float(row["usd_mn"]) for row in rows if row["kind"] == "gdp"}
    codes = tuple(output)
    place = {code: position for position, code in enumerate(codes)}
    flows = np.zeros((len(codes), len(codes), 1))
    for row in rows:
        if row["kind"] == "trade":
            flows[place[row["importer"]], place[row["exporter"]], 0] = float(row["usd_mn"])
    here = np.arange(len(codes))
    flows[here, here, 0] = np.maximum(np.array(list(output.values())) - flows.sum((0, 2)), 0.0)
    names = load_world().labels
    return Economy(
        name="goods-2023",
        year=2023,
        labels=Labels(codes, (GOODS,), {code: names.country_name(code) for code in codes}),
        flows=flows,
        tariff=np.zeros_like(flows),
        va_share=np.ones((len(codes), 1)),
        input_shares=np.zeros((len(codes), 1, 1)),
        trade_elasticity=np.full(1, FLAT),
        elasticity_source=f"{FLAT:g} (assumed)",
    )


def without_inputs(economy: Economy) -> Economy:
    """The same sales with nobody buying inputs: output is value added, and all that is bought is final demand.

    Examples
    --------
    >>> from detente.world import toy
    >>> bool((without_inputs(toy()).value_added > toy().value_added).all())
    True
    """
    return replace(
        economy,
        name=f"{economy.name}, no inputs",
        va_share=np.ones_like(economy.va_share),
        input_shares=np.zeros_like(economy.input_shares),
    )


def without_base_duties(economy: Economy) -> Economy:
    """The world that taking all duties of the base year away would make, as the baseline of what comes next."""
    free = solve(Model(economy), Wedges.of(economy, tariff=np.zeros_like(economy.tariff))).value
    return rebase(free, f"{economy.name}, no duties in the base year")


def of_two_sectors(economy: Economy) -> Economy:
    """All goods as one sector and all services as another."""
    goods = set(goods_sectors(economy))
    groups = {code: GOODS if s in goods else SERVICES for s, code in enumerate(economy.labels.sectors)}
    return aggregate(economy, sector_map=groups, name=f"{economy.name}, goods and services")


def with_trade_elasticity(economy: Economy, chosen: str | float) -> Economy:
    """A named set of elasticities, or one number for every sector."""
    if isinstance(chosen, str):
        return with_elasticity_set(economy, chosen)
    return economy.with_elasticities(np.full(len(economy.labels.sectors), chosen), f"{chosen:g} everywhere")


@functools.cache
def bridge_world(name: str, sectors: str, inputs: bool, base_duties: bool) -> Economy:
    """The economy of a step, before elasticities and horizon are set.

    Parameters
    ----------
    name : {"shipped", "goods-2023"}
    sectors : {"all", "goods and services"}
    inputs : bool
        Whether sectors buy from each other.
    base_duties : bool
        Whether the base year has the duties it had.
    """
    economy = load_world() if name == "shipped" else goods_world()
    if not base_duties and economy.tariff.any():
        economy = without_base_duties(economy)
    if sectors != "all" and len(economy.labels.sectors) > 1:
        economy = of_two_sectors(economy)
    return economy if inputs else without_inputs(economy)
