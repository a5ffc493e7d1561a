"""The space of deals: what every joint choice gives the two sides, and the sentences beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detente.core import Column, InputError, Table
from detente.show.figures.figures import NARROW, WIDE, Figure, in_short
from detente.show.figures.rows import layer
from detente.show.figures.theme import INK, LOSS, MUTED, country_name
from detente.show.tables.strategy import BN, money_column, moves_in_words
from detente.show.words.sentences import Sentence
from detente.show.words.words import money, number
from detente.strategy import DealSpace, Game, Swap

POINTS = 900
"""Points a deal space draws at most; the frontier and the named points are always among them."""
QUIET = "#b9c1ca"
KALAI = "Kalai-Smorodinsky"
"""A bargaining point that the table keeps and the picture leaves out, for it would need an explanation of its own."""


def point_names(threats: Mapping[str, str], setting: str, title: str) -> dict[str, str]:
    """What the points of a game are called where a setting of the reader's own is marked among its threat points.

    Parameters
    ----------
    threats : mapping of threat point to its title
        The first is what no deal means.
    setting, title : str
        Id of the setting and its title, which tells in brackets what is set.

    Examples
    --------
    >>> point_names({"standing": "Standing state"}, "narrow-set", "Narrow deal (Fentanyl duty: 10 %)")
    {'standing': 'Standing state', 'narrow-set': 'This setting: Narrow deal, changed'}
    >>> point_names({"standing": "Standing state"}, "standing", "Standing state")
    {'standing': 'Standing state, this setting'}
    """
    if setting == next(iter(threats)):
        return {**threats, setting: f"{threats[setting]}, this setting"}
    short, _, changed = title.partition(" (")
    name = threats.get(setting, f"{short}, changed" if changed else title)
    return {**threats, setting: f"This setting: {name}"}


def deal_figure(
    game: Game,
    space: DealSpace,
    *,
    threats: Mapping[str, str] | None = None,
    concept: str,
    name: str = "deal-space-points",
) -> Figure:
    """Draw what every joint profile gives the two sides, with the frontier, the bargaining points and the threat points.

    Parameters
    ----------
    game : Game
        Of two players.
    space : DealSpace
        Gains are measured from its threat point.
    threats : mapping of threat point to its name, optional
        Others to mark.
    concept : str
        Horizon, preferences and number of profiles; printed below the title.

    Raises
    ------
    InputError
        When there are not two players.
    """
    if len(game.players) != 2:
        raise InputError(
            "a deal space is drawn for two players", where="deal_figure", hint="restrict the game"
        )
    a, b = game.players
    called = (threats or {}).get(space.threat, space.threat)
    rows, marks = _profile_points(space), _marks(game, space, called, threats or {})
    table = Table(
        name,
        "The space of deals",
        (
            Column("kind", "Kind"),
            Column("point", "Point"),
            money_column(f"gain_{a.lower()}", f"Gain, {a}"),
            money_column(f"gain_{b.lower()}", f"Gain, {b}"),
        ),
        (*rows, *marks),
        f"Against “{called}”; of {len(space.gains):,} profiles those are drawn that do not hide one another.",
    )
    title = space_sentence(game, space, name=called).text
    who = [country_name(code, in_sentence=True) for code in (a, b)]
    alt = in_short(
        f"Points of what {who[0]} gains (across) and {who[1]} gains (up) at every joint choice. {title}"
    )
    near, far = _in_sight(rows, marks)
    note = _note(marks, far)

    def spec(width: int) -> dict[str, Any]:
        shown = [mark for mark in marks if mark in near and mark[1] != KALAI]
        kept = [row for row in rows if row in near]
        return _scatter(
            kept,
            _labelled_apart(shown, kept),
            country_name(a, short=True),
            country_name(b, short=True),
            width,
        )

    return Figure(
        name,
        title,
        alt,
        spec(WIDE),
        table,
        note=note,
        subtitle=f"Gain over “{called}”, billion USD a year; {concept}",
        narrow=spec(NARROW),
    )


Point = tuple[str, str, float, float]
"""Kind, label, and the gains of both sides, billion USD."""


def _note(marks: Sequence[Point], far: Sequence[Point]) -> str:
    """What the points are, what the bargaining point is, and what lies outside the window."""
    note = (
        "Each point is one joint choice, solved exactly; up and to the right is better for both. Dark: nobody can gain without the "
        "other losing."
    )
    if any(kind == "bargain" for kind, *_ in marks):
        note += (
            " Nash point: the choice, or mix of choices, at which the product of what both gain is largest."
        )
    if far:
        said = "; ".join(f"{label} ({number(x, 0)}, {number(y, 0)})" for _, label, x, y in far if label)
        note += f" Off the picture: {said or 'choices that are worse for one side'}."
    return note


def _profile_points(space: DealSpace) -> list[Point]:
    """Joint profiles that do not hide one another: on the frontier, better for both, or neither."""
    rows: list[Point] = []
    for k in _thinned(space.gains, space.front):
        kind = (
            "frontier"
            if k in set(space.front)
            else "better for both"
            if (space.gains[k] > 1e-3).all()
            else "other"
        )
        rows.append((kind, "", float(space.gains[k, 0]) / BN, float(space.gains[k, 1]) / BN))
    return rows


def _marks(game: Game, space: DealSpace, called: str, threats: Mapping[str, str]) -> list[Point]:
    """No deal, the other threat points, and the bargaining points where they lie apart."""
    marks: list[Point] = [("no deal", f"No deal: {called}", 0.0, 0.0)]
    for key, label in threats.items():
        if key != space.threat:
            x, y = (game.threat(key) - space.origin) / BN
            marks.append(("threat", label, float(x), float(y)))
    if space.nash is not None:
        x, y = space.nash.payoffs / BN
        marks.append(("bargain", "Nash point", float(x), float(y)))
    if (
        space.kalai is not None
        and space.nash is not None
        and abs(space.kalai.payoffs - space.nash.payoffs).max() > 1
    ):
        x, y = space.kalai.payoffs / BN
        marks.append(("bargain", KALAI, float(x), float(y)))
    return marks


def _in_sight(rows: Sequence[Point], marks: Sequence[Point]) -> tuple[set[Point], list[Point]]:
    """Points in the window that matters, and those outside it that should be named: from no deal to the best deals, and around."""
    core = [point for point in (*rows, *marks) if point[0] in ("better for both", "no deal", "bargain")] or [
        *rows,
        *marks,
    ]
    ends = []
    for values in ([x for *_, x, _ in core], [y for *_, y in core]):
        room = 0.6 * (max(values) - min(values)) or 1.0
        ends.append((min(values) - room, max(values) + room))
    everything = (*rows, *marks)
    (left, right), (low, high) = ends
    near = {
        (kind, label, x, y) for kind, label, x, y in everything if left <= x <= right and low <= y <= high
    }
    return near, [point for point in marks if point not in near]


def _labelled_apart(marks: Sequence[Point], rows: Sequence[Point]) -> list[Point]:
    """Marks of one kind that would lie on one another share a label."""
    across, up = (np.ptp(side) for side in zip(*((x, y) for *_, x, y in (*marks, *rows)), strict=True))
    labelled: list[Point] = []
    for kind, label, x, y in marks:
        near = (k for k, m in enumerate(labelled) if abs(m[2] - x) < across / 25 and abs(m[3] - y) < up / 25)
        same = next((k for k in near if labelled[k][0] == kind), None)
        if same is None:
            labelled.append((kind, label, x, y))
        else:
            labelled[same] = (kind, f"{labelled[same][1]}, {label}", *labelled[same][2:])
    return labelled


def _thinned(gains: Any, front: Sequence[int]) -> list[int]:
    """Points that do not hide one another: one a cell of a grid, and the whole frontier up to the limit."""
    span = np.ptp(gains, axis=0)
    for cells in (40, 30, 22, 16):
        grid = np.floor((gains - gains.min(0)) / np.where(span > 0, span, 1) * cells).astype(int)
        _, first = np.unique(grid, axis=0, return_index=True)
        if len(first) <= POINTS - 200:
            break
    step = max(1, len(front) // 200)
    return sorted({*first.tolist(), *front[::step]})


def _side(field: str, who: str, values: Sequence[float]) -> dict[str, Any]:
    """One side's axis, its marks different as written: whole billions where it is long, else with decimals."""
    span = max(values, default=0.0) - min(values, default=0.0)
    written = ".0f" if span > 5 else ".1f" if span > 0.5 else ".2f"
    axis = {"grid": True, "tickCount": 6, "format": written}
    return {"field": field, "type": "quantitative", "title": f"{who}, billion USD a year", "axis": axis}


def _scatter(
    rows: Sequence[Point],
    marks: Sequence[Point],
    across: str,
    up: str,
    width: int,
) -> dict[str, Any]:
    def data(kept: Sequence[Point]) -> list[dict[str, Any]]:
        return [{"x": x, "y": y, "text": label} for _, label, x, y in kept]

    shown = (*rows, *marks)
    x = _side("x", across, [point[2] for point in shown])
    y = _side("y", up, [point[3] for point in shown])
    layers = []
    zero = [{"x": 0, "y": 0, "text": ""}]
    layers.append(layer({"type": "rule", "color": INK, "strokeWidth": 1}, zero, x=x))
    layers.append(layer({"type": "rule", "color": INK, "strokeWidth": 1}, zero, y=y))
    for kind, colour, size in (
        ("other", QUIET, 14),
        ("better for both", "#5f8f99", 18),
        ("frontier", INK, 40),
    ):
        kept = data([row for row in rows if row[0] == kind])
        if kept:
            layers.append(
                layer({"type": "circle", "color": colour, "size": size, "opacity": 0.9}, kept, x=x, y=y)
            )
    for kind, colour, shape in (
        ("no deal", INK, "cross"),
        ("threat", LOSS, "diamond"),
        ("bargain", "#17406d", "square"),
    ):
        kept = data([mark for mark in marks if mark[0] == kind])
        if not kept:
            continue
        layers.append(
            layer(
                {"type": "point", "filled": True, "color": colour, "shape": shape, "size": 110},
                kept,
                x=x,
                y=y,
            )
        )
        right = kind == "bargain"
        text = {"type": "text", "align": "right" if right else "left", "dx": -9 if right else 9, "dy": -9}
        layers.append(
            layer(
                {**text, "fontSize": 12, "color": colour},
                kept,
                x=x,
                y=y,
                text={"field": "text", "type": "nominal"},
            )
        )
    return {
        "height": 340 if width > 500 else 300,
        "layer": layers,
        "config": {"axis": {"gridColor": "#eef1f4", "titleColor": MUTED}},
    }


def space_sentence(game: Game, space: DealSpace, *, name: str = "", table: str = "deal-space") -> Sentence:
    """How much of the space beats no deal (called `name`), and what the bargaining point would give both."""
    head = f"{space.better:,} of {len(space.gains):,} joint choices leave both sides better off than “{name or space.threat}”"
    if space.nash is None:
        return Sentence(f"{head}: there is nothing to bargain over.", (float(space.better),), table)
    parts = [
        f"{country_name(code, in_sentence=True)} {money(float(value))}"
        for code, value in zip(game.players, space.nash.payoffs, strict=True)
    ]
    values = (float(space.better), *(float(v) / BN for v in space.nash.payoffs))
    return Sentence(f"{head}; Nash’s bargain gives {' and '.join(parts)} a year.", values, table)


def swap_sentence(game: Game, swap: Swap, *, table: str = "swaps") -> Sentence:
    """One swap in words: who does what, what each gains, and whether anybody gives something up."""
    words = moves_in_words(game, swap.profile)
    parts = [
        f"{country_name(code, in_sentence=True)} {money(gain)}"
        for code, gain in zip(game.players, swap.gains, strict=True)
    ]
    tail = (
        "each part would pay its giver without any return"
        if swap.kind == "pays alone"
        else "without the other’s part somebody would lose"
    )
    text = f"{words[0].upper()}{words[1:]}: gains of {' and '.join(parts)} a year; {tail}."
    return Sentence(text, tuple(gain / BN for gain in swap.gains), table)
