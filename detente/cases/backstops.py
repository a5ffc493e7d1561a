"""The way out of a shortage of each critical input: ladders of prices read from ``data/backstops.yaml``, set on an economy.

How the ladder enters the equilibrium is in `detente.equilibrium.backstop`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detente.core import Cell, Column, InputError, LabelError, Table
from detente.equilibrium import Backstop
from detente.world import Array, Economy, frozen, with_elasticity_set

_FILE = Path(__file__).parent / "data" / "backstops.yaml"
STOCKS = "stocks"
"""The step whose capacity a path sets from what is held."""


@dataclass(frozen=True)
class BackstopRung:
    """One step of the ladders: where it begins and is full, from 0 at the base year's price to 1 at the top, and how much it gives.

    Attributes
    ----------
    name : str
    first, full : float
    capacity : tuple of (months, share of base-year use)
    stops : bool
    grade, source : str
    """

    name: str
    first: float
    full: float
    capacity: tuple[tuple[float, float], ...]
    stops: bool
    grade: str
    source: str

    def at(self, months: float) -> float:
        """Capacity after so many months, share of base-year use."""
        when, share = zip(*self.capacity, strict=True)
        return float(np.interp(months, when, share))


@dataclass(frozen=True)
class Commodity:
    """Goods that are the same whoever sells them, and the set their trade elasticity is from; their own when empty."""

    sectors: tuple[str, ...]
    elasticity_set: str
    grade: str
    source: str


@dataclass(frozen=True)
class Ladders:
    """What the file says: sectors with a ladder, the highest top, the rungs, and the commodities."""

    sectors: tuple[str, ...]
    top: float
    top_grade: str
    top_source: str
    rungs: tuple[BackstopRung, ...]
    commodities: tuple[Commodity, ...]

    def row(self, name: str) -> int:
        """Position of a rung."""
        return [rung.name for rung in self.rungs].index(name)


@functools.cache
def ladders() -> Ladders:
    """Read the shipped file.

    Examples
    --------
    >>> [rung.name for rung in ladders().rungs if rung.stops]
    ['stopped uses']
    """
    from detente.dossier import read_yaml

    data = read_yaml(_FILE).data
    assert isinstance(data, dict)
    rungs = tuple(
        BackstopRung(
            body["name"],
            float(body["from"]),
            float(body["to"]),
            tuple((float(months), float(share)) for months, share in body["capacity"]),
            bool(body.get("stops", False)),
            body["grade"],
            body["source"],
        )
        for body in data["steps"]
    )
    goods = tuple(
        Commodity(tuple(body["sectors"]), body["set"], body["grade"], body["source"])
        for body in data["commodities"]
    )
    top = data["top"]
    return Ladders(tuple(data["sectors"]), float(top["value"]), top["grade"], top["source"], rungs, goods)


def worth_of_uses(economy: Economy) -> Array:
    """Price at which the industries that use an input lose all they earn [country, sector], ratio to the base year's.

    ``1 + γ_u / g_ru`` for a user u of input r: the price that takes all of its value added. The geometric mean over users,
    weighted by what they pay for the input. Users that make a critical input themselves are left out: when theirs gets dear
    they can pay more than they earn in the base year. Infinite where no other industry uses it.

    Examples
    --------
    >>> from detente.world import toy
    >>> bool((worth_of_uses(toy()) > 1).all())
    True
    """
    share = economy.input_shares
    used = share * economy.output[:, None, :]
    labels = economy.labels
    used[..., [labels.sector(code) for code in ladders().sectors if code in labels.sectors]] = 0.0
    worth = np.log1p(np.divide(economy.va_share[:, None, :], share, out=np.zeros_like(share), where=used > 0))
    paid = used.sum(2)
    mean = np.divide((used * worth).sum(2), paid, out=np.full_like(paid, np.inf), where=paid > 0)
    return np.asarray(np.exp(mean))


def way_out(
    economy: Economy, months: float, *, stocks: Mapping[tuple[str, str], float] | None = None
) -> Backstop | None:
    """Ladders of an economy's critical inputs, so many months after the cut; None when it has no such sector.

    Parameters
    ----------
    economy : Economy
    months : float
        Since the cut: capacities grow with time.
    stocks : mapping of (country, sector) to share of base-year use, optional
        What can be taken from stocks at the same rate all along; none where left out.

    Raises
    ------
    LabelError, InputError
        For stocks of a country or sector the economy does not have, or that has no ladder.

    Examples
    --------
    >>> from detente.world import load_world, toy
    >>> way_out(toy(), 3.0) is None
    True
    >>> way_out(load_world(), 3.0).steps[-1]
    'stopped uses'
    """
    said, labels = ladders(), economy.labels
    goods = [labels.sector(code) for code in said.sectors if code in labels.sectors]
    if not goods:
        return None
    spent = np.zeros(economy.expenditure.shape, dtype=bool)
    spent[:, goods] = economy.expenditure[:, goods] > 0
    importer, sector = np.nonzero(spent)
    top = np.log(np.minimum(worth_of_uses(economy)[importer, sector], said.top))
    capacity = np.repeat([[rung.at(months)] for rung in said.rungs], len(importer), 1)
    for (country, code), rate in (stocks or {}).items():
        here = (importer == labels.country(country)) & (sector == labels.sector(code))
        if not here.any():
            raise InputError(
                f"{country} has no ladder of {code} to hold stocks on",
                where="stocks",
                hint="stocks are a step of the ladders of: " + ", ".join(labels.sectors[s] for s in goods),
            )
        capacity[said.row(STOCKS), here] = rate
    return Backstop(
        importer=importer,
        sector=sector,
        base=frozen(economy.expenditure[importer, sector]),
        first=frozen(np.array([[rung.first] for rung in said.rungs]) * top),
        full=frozen(np.array([[rung.full] for rung in said.rungs]) * top),
        capacity=frozen(capacity),
        steps=tuple(rung.name for rung in said.rungs),
        stops=tuple(rung.stops for rung in said.rungs),
    )


def has_stocks(backstop: Backstop | None) -> bool:
    """Whether stocks are a step of some ladders, as of those read from the file; one's own may have none.

    Examples
    --------
    >>> has_stocks(None)
    False
    """
    return backstop is not None and STOCKS in backstop.steps


def after(backstop: Backstop | None, months: float) -> Backstop | None:
    """The same ladders after so many months, nothing in stocks."""
    if backstop is None:
        return None
    capacity = np.repeat([[rung.at(months)] for rung in ladders().rungs], len(backstop.base), 1)
    return replace(backstop, capacity=frozen(capacity))


def with_commodities(economy: Economy, own: Economy) -> Economy:
    """Give goods that are the same whoever sells them their elasticity; `own` has the long-run one.

    Examples
    --------
    >>> from detente.world import load_world
    >>> world = load_world()
    >>> low = world.with_elasticities(0.5 * world.trade_elasticity, "half")
    >>> s = world.labels.sector("MAG")
    >>> bool(with_commodities(low, world).trade_elasticity[s] == world.trade_elasticity[s])
    True
    """
    theta = np.array(economy.trade_elasticity)
    changed = []
    for goods in ladders().commodities:
        here = [code for code in goods.sectors if code in economy.labels.sectors]
        if not here:
            continue
        source = own
        if goods.elasticity_set:
            try:
                source = with_elasticity_set(own, goods.elasticity_set)
            except LabelError:
                source = own
        for code in here:
            s = economy.labels.sector(code)
            theta[..., s] = source.trade_elasticity[..., s]
            changed.append(f"{code} {float(np.mean(theta[..., s])):.3g}")
    if not changed:
        return economy
    return economy.with_elasticities(
        theta,
        f"{economy.elasticity_source}; goods that are the same whoever sells them: {', '.join(changed)} (assumed)",
    )


def ladder_table() -> Table:
    """Every rung, with grade and source.

    Examples
    --------
    >>> ladder_table().column("rung")[0]
    'top'
    """
    said = ladders()
    rows: list[tuple[Cell, ...]] = [("top", f"{said.top:g} times", "", said.top_grade, said.top_source)]
    for rung in said.rungs:
        given = (
            "what is held"
            if rung.name == STOCKS
            else ", ".join(
                f"{100 * share:g} % after {months:g} months" if months else f"{100 * share:g} % at once"
                for months, share in rung.capacity
            )
        )
        rows.append((rung.name, f"{rung.first:g} to {rung.full:g}", given, rung.grade, rung.source))
    for goods in said.commodities:
        what = f"elasticity of {goods.elasticity_set}" if goods.elasticity_set else "long-run elasticity"
        rows.append((", ".join(goods.sectors), what, "", goods.grade, goods.source))
    return Table(
        "ladders",
        "What buyers of critical inputs do when these get dear",
        (
            Column("rung", "Step"),
            Column("position", "On the ladder"),
            Column("capacity", "Gives, share of base-year use"),
            Column("grade", "Grade"),
            Column("source", "Source"),
        ),
        tuple(rows),
        note="0 on a ladder is the base year's price, 1 its top, in logarithms. Critical inputs: "
        + ", ".join(said.sectors)
        + ".",
    )
