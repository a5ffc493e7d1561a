"""What bans leave of trade: who has no supplier, which sectors sell to nobody, and the parts into which trade falls.

A banned flow has an infinite trade cost (``Wedges.iceberg_hat`` is ``inf``): its share is exactly nil. What follows from
that is read off the base year before any numerics:

* A buyer without any legal supplier of a good it spends on has no equilibrium (`RESULTS.no_supplier`). A backstop does not help:
  the last of a good is always bought from somebody.
* Trade may fall into parts that trade with none of the others. Each has a numeraire of its own (its value added), and
  nobody lends across them: the closure's deficits are spread anew inside each part, over value added, so that they sum to
  zero there. A country cut off from all trade is in autarky.
* A group of countries that may sell to the others but not buy from them is paid by what it lends; when the closure has it
  lend nothing, it sells nothing either, and the same holds the other way round. Such one-way trade is nil in the limit, and the
  group is a part of its own. (Necessary and sufficient for money flows that balance and are positive on every link: every group
  without a link into it has a surplus; Hoffman's circulation theorem.)
* Where factors do not move freely, a sector all of whose buyers are banned loses its factor.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.world import Array, Economy, Wedges, frozen

Mask = npt.NDArray[np.bool_]
NO_DEMAND = 1e-14
"""Final shares up to here are rounding: nobody consumes the good."""
NIL = 1e-12
"""A group's deficit up to here, relative to its value added, is none."""
MOST_GROUPS = 10
"""Groups linked one way only whose unions are all looked at; of more, only a group with all those that sell to it."""


@dataclass(frozen=True, eq=False)
class Severed:
    """Trade that bans have cut.

    Attributes
    ----------
    part : int array [country]
        Number of the part a country trades in, from 0.
    closed : bool array [country, sector]
        Sectors with output in the base year that may sell to nobody who buys.
    """

    part: npt.NDArray[np.int64]
    closed: Mask

    @property
    def members(self) -> Mask:
        """Countries of every part [part, country]."""
        return np.asarray(self.part == np.arange(self.part.max() + 1)[:, None])

    @property
    def pattern(self) -> bytes:
        """The same for two that cut alike."""
        return self.part.tobytes() + self.closed.tobytes()


@dataclass(frozen=True, eq=False)
class Ground:
    """What one scenario is solved on once its bans have been read.

    Attributes
    ----------
    wedges : Wedges
        Bans that follow from the others are in.
    deficit : array [country], million USD
    note : str
        What bans do to trade as a whole, in words; empty when it stays in one piece.
    missing : tuple of (str, str)
        Buyer and good without any supplier.
    idle : tuple of str
        Countries that may sell nothing to anybody.
    parts : int
        Parts that trade with none of the others.
    closes : bool
        Whether some sector is left without any buyer.
    """

    wedges: Wedges
    deficit: Array
    note: str = ""
    missing: tuple[tuple[str, str], ...] = ()
    idle: tuple[str, ...] = ()
    parts: int = 1
    closes: bool = False

    @property
    def failure(self) -> str:
        """Why there is no equilibrium, in words; empty when nothing speaks against one."""
        if self.missing:
            said = "; ".join(f"{buyer} of {good}" for buyer, good in self.missing)
            return f"No legal supplier is left to: {said}. {self.note}".strip()
        if self.idle:
            said = ", ".join(self.idle)
            return f"Nothing may be bought from {said}, not even at home: its factors earn nothing. {self.note}".strip()
        return ""


def any_ban(wedges: Wedges) -> bool:
    """Whether some flow is banned."""
    return bool(wedges.iceberg_hat.max(initial=0.0) == np.inf)


def severed(economy: Economy, wedges: Wedges, *, mobile: bool) -> Severed | None:
    """Read how bans have cut trade off one scenario's wedges; None when it stays in one piece and every sector has a buyer.

    Where factors are `mobile` a sector without a buyer is no case of its own: its factor works elsewhere.
    """
    if not any_ban(wedges):
        return None
    legal, closed = _in_use(economy, _legal(economy, wedges))
    part = _components(_links(legal))
    if mobile:
        closed = np.zeros_like(closed)
    return Severed(part, closed) if part.max() or closed.any() else None


def settle(economy: Economy, wedges: Wedges, deficit: Array) -> Ground:
    """Read what the bans of one scenario leave of trade, and the deficits that can be paid in it.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
        One scenario.
    deficit : array [country], million USD
        Under the closure; sums to zero.

    Returns
    -------
    Ground

    Examples
    --------
    >>> from detente.world import toy
    >>> world = toy()
    >>> iceberg = np.ones_like(world.flows)
    >>> iceberg[0, 1:], iceberg[1:, 0] = np.inf, np.inf
    >>> ground = settle(world, Wedges.of(world, iceberg_hat=iceberg), world.deficit)
    >>> ground.parts, float(ground.deficit[0])
    (2, 0.0)
    """
    if not any_ban(wedges):
        return Ground(wedges, deficit)
    legal = _legal(economy, wedges)
    missing = _without_supplier(economy, legal)
    if missing:
        return Ground(wedges, deficit, missing=missing)
    cut, lent, said = np.zeros(legal.shape[:2], dtype=bool), deficit, []
    while True:
        linked, closed = _in_use(economy, legal & ~cut[:, :, None])
        links = _links(linked)
        part = _components(links)
        lent = _spread(deficit, part, economy.value_added)
        group = _unpaid(links, part, lent, economy.value_added)
        if group is None:
            break
        cut |= np.asarray(group)[:, None] != np.asarray(group)[None, :]
        said.append(_one_way(economy, group, links))
    if cut.any():
        iceberg = np.where(cut[:, :, None], np.inf, wedges.iceberg_hat)
        wedges = Wedges(wedges.tariff, iceberg, wedges.export_tax)
    sells = economy.output > 0
    names = economy.labels.countries
    idle = tuple(names[n] for n in np.flatnonzero(sells.any(1) & (closed | ~sells).all(1)))
    return Ground(
        wedges,
        lent,
        note=" ".join(filter(None, (*said, _parts_note(economy, part, deficit, lent)))),
        missing=_without_supplier(economy, legal & ~cut[:, :, None]),
        idle=idle,
        parts=int(part.max()) + 1,
        closes=bool(closed.any()),
    )


FADING = 4
"""Power of what is left of the way with which a ban's flows fade along a path."""


def costs_between(first: Array, last: Array, share: float, theta: Array) -> Array:
    """Trade costs on a path: straight in logarithms, and where a ban begins or ends straight in what they leave of flows.

    The factor ``cost^−θ`` on the attraction of a flow that is being banned is ``(1 − share)⁴`` times what it was, and that of
    one being freed ``share⁴`` times what it will be: finite all along, and without a jump at the ban.

    Parameters
    ----------
    first, last : array [.., sector], ratio
        Infinite where banned.
    share : float
        Of the way, from 0 to 1.
    theta : array [sector]

    Examples
    --------
    >>> import numpy as np
    >>> ends = np.array([1.0, 1.0]), np.array([4.0, np.inf])
    >>> [float(cost) for cost in costs_between(*ends, 0.5, np.array([2.0, 2.0])).round(6)]
    [2.0, 4.0]
    """
    if share in (0.0, 1.0):
        return last if share else first
    stops, frees = np.isinf(last), np.isinf(first)
    if not (stops.any() or frees.any()):
        return np.asarray(np.exp((1 - share) * np.log(first) + share * np.log(last)))
    with np.errstate(invalid="ignore"):
        open_ = np.exp((1 - share) * np.log(first) + share * np.log(last))
    fading = first * (1 - share) ** (-FADING / theta)
    rising = last * share ** (-FADING / theta)
    return np.asarray(np.where(stops, fading, np.where(frees, rising, open_)))


def log_ratio(after: Array, before: Array) -> Array:
    """Change of log trade costs: infinite where a ban begins, minus infinity where one ends, nil where one lasts.

    Examples
    --------
    >>> import numpy as np
    >>> log_ratio(np.array([1.0, np.inf, 1.0, np.inf]), np.array([1.0, 1.0, np.inf, np.inf])).tolist()
    [0.0, inf, -inf, 0.0]
    """
    both = np.isinf(after) & np.isinf(before)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(both, 0.0, np.log(after) - np.log(before)))


def log_costs(first: Array, last: Array, shares: Array, theta: Array) -> Array:
    """Derivatives of log trade costs by the share of the way, at points of the path of `costs_between` [point, ...].

    Where a ban begins or ends the derivative grows without bound towards it, but what the flow is worth falls faster: it is
    given as nil there, the limit of every product of the two.
    """
    stops, frees = np.isinf(last) & np.isfinite(first), np.isinf(first) & np.isfinite(last)
    straight = np.where(stops | frees, 0.0, log_ratio(last, first))
    slopes = np.repeat(straight[None], len(shares), 0)
    if not (stops.any() or frees.any()):
        return slopes
    for point, share in zip(slopes, shares, strict=True):
        left, gone = 1 - share, share
        point += np.where(stops & (left > 0), FADING / theta / max(left, 1e-300), 0.0)
        point -= np.where(frees & (gone > 0), FADING / theta / max(gone, 1e-300), 0.0)
    return slopes


def one_piece(economy: Economy, *wedges: Wedges) -> bool:
    """Whether trade stays in one piece under each of these policies, so that a path between them has one numeraire."""
    return all(severed(economy, policy, mobile=True) is None for policy in wedges)


def no_exports(economy: Economy, wedges: Wedges) -> Mask:
    """Sectors [country, sector] that sold abroad in the base year and may sell to nobody there.

    Examples
    --------
    >>> from detente.world import toy
    >>> world = toy()
    >>> iceberg = np.ones_like(world.flows)
    >>> iceberg[1:, 0, 1] = np.inf
    >>> [tuple(map(int, cell)) for cell in np.argwhere(no_exports(world, Wedges.of(world, iceberg_hat=iceberg)))]
    [(0, 1)]
    """
    abroad = ~np.eye(len(economy.flows), dtype=bool)[:, :, None]
    sold = (economy.flows > 0) & abroad
    return np.asarray(sold.any(0) & ~(sold & np.isfinite(wedges.iceberg_hat)).any(0))


def _legal(economy: Economy, wedges: Wedges) -> Mask:
    return np.asarray((economy.trade_shares > 0) & np.isfinite(wedges.iceberg_hat))


def _links(legal: Mask) -> Mask:
    """Who may buy something from whom [importer, exporter]."""
    return np.asarray(legal.any(2))


def _without_supplier(economy: Economy, legal: Mask) -> tuple[tuple[str, str], ...]:
    labels = economy.labels
    cells = np.argwhere((economy.expenditure > 0) & ~legal.any(1))
    return tuple((labels.countries[n], labels.sectors[s]) for n, s in cells)


def _in_use(economy: Economy, legal: Mask) -> tuple[Mask, Mask]:
    """Legal flows whose buyers still have a use for the good, and sectors with output that nobody may and would buy from."""
    consumed = economy.final_shares > NO_DEMAND
    uses = economy.input_shares > 0
    while True:
        makes = np.asarray(legal.any(0))
        wanted = consumed | (uses & makes[:, None, :]).any(2)
        following = legal & wanted[:, None, :]
        if np.array_equal(following, legal):
            return legal, (economy.output > 0) & ~makes
        legal = following


def _components(links: Mask) -> npt.NDArray[np.int64]:
    """Number the groups that trade, in whatever direction, in the order of their first country [country]."""
    return _numbered(_reach(links | links.T))


def _reach(links: Mask) -> Mask:
    """Whether a path leads from one to the other [to, from], each to itself."""
    reach = links | np.eye(len(links), dtype=bool)
    while True:
        following = (reach.astype(np.float64) @ reach) > 0
        if np.array_equal(following, reach):
            return reach
        reach = following


def _numbered(same: Mask) -> npt.NDArray[np.int64]:
    first = same.argmax(1)
    return np.asarray(np.unique(first, return_inverse=True)[1], dtype=np.int64)


def _spread(deficit: Array, part: npt.NDArray[np.int64], value_added: Array) -> Array:
    """Deficits that sum to zero inside every part: what is left over is spread over value added."""
    if not part.max():
        return deficit
    left, weight = np.bincount(part, deficit), np.bincount(part, value_added)
    alone = np.bincount(part)[part] == 1
    return frozen(np.where(alone, 0.0, deficit - (left / weight)[part] * value_added))


def _unpaid(links: Mask, part: npt.NDArray[np.int64], deficit: Array, value_added: Array) -> Mask | None:
    """Smallest group with no link into it, some out of it, and no surplus that would pay for what leaves it.

    `links` are [importer, exporter].
    """
    links = links & ~np.eye(len(links), dtype=bool)
    reach = _reach(links)
    group = _numbered(np.asarray(reach & reach.T))
    suspects: list[Mask] = []
    for number in range(int(part.max()) + 1):
        own = np.flatnonzero(np.bincount(group[part == number]))
        if len(own) > 1:
            suspects += _sealed(links, reach, group, own)
    for inside in sorted(suspects, key=lambda mask: int(mask.sum())):
        if deficit[inside].sum() >= -NIL * value_added[inside].sum():
            return inside
    return None


def _sealed(links: Mask, reach: Mask, group: npt.NDArray[np.int64], own: npt.NDArray[np.int64]) -> list[Mask]:
    """Groups of a part that no link leads into and some lead out of."""
    if len(own) <= MOST_GROUPS:
        chosen = [
            np.isin(group, some) for size in range(1, len(own)) for some in itertools.combinations(own, size)
        ]
    else:
        upstream = [reach[group == member].any(0) for member in own]
        chosen = upstream + [np.isin(group, own) & ~reach[:, group == member].any(1) for member in own]
    return [
        inside
        for inside in chosen
        if not links[np.ix_(inside, ~inside)].any() and links[np.ix_(~inside, inside)].any()
    ]


def _listed(economy: Economy, inside: Mask) -> str:
    names = economy.labels.countries
    return ", ".join(names[n] for n in np.flatnonzero(inside))


def _one_way(economy: Economy, group: Mask, links: Mask) -> str:
    """Say why one-way trade is nil; the smaller side is named."""
    if group.sum() <= (~group).sum():
        return f"{_listed(economy, group)} may sell abroad but not buy, and under the closure lends nothing: it sells nothing either."
    rest = ~group & links[:, group].any(1)
    return f"{_listed(economy, rest)} may buy abroad but not sell, and under the closure borrows nothing: it buys nothing either."


def _parts_note(economy: Economy, part: npt.NDArray[np.int64], asked: Array, lent: Array) -> str:
    """Say into which parts trade falls, and that deficits are spread anew."""
    if not part.max():
        return ""
    sizes = np.bincount(part)
    alone = sizes[part] == 1
    said = []
    if alone.any():
        whom = _listed(economy, alone)
        said.append(f"Bans cut {whom} off from all trade: autarky, with no deficit.")
    if (sizes > 1).sum() > 1:
        blocks = " | ".join(_listed(economy, part == k) for k in np.flatnonzero(sizes > 1))
        said.append(f"Trade falls into parts that have nothing to do with each other: {blocks}.")
    moved = np.abs(lent - asked).max() > NIL * economy.value_added.sum()
    said.append(
        "Each part counts in its own value added"
        + (", and its deficits are spread anew over it so that they sum to zero." if moved else ".")
    )
    return " ".join(said)
