"""Bridges from the numbers of others to ours: the table of a walk, the table of all, what they say, and the waterfall."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from detente.core import Cell, Column, Table
from detente.show.figures import Figure, country_name
from detente.show.figures.theme import GAIN, INK, MUTED, RULE
from detente.show.words import Sentence, number
from detente.validation import BRIDGE_MEASURES, STEP_KINDS

if TYPE_CHECKING:
    from detente.validation import BridgeWalk

_KINDS = {"published": "published", "unexplained": "unexplained", **STEP_KINDS}
ORDER = (
    "Each step changes one assumption of the step before, and is solved. How much a step takes depends on the order. Unexplained is "
    "what our engine does not give under the study's own assumptions, as far as they can be set."
)


def _reading_name(walked: BridgeWalk, k: int) -> str:
    return country_name(walked.bridge.readings[k].country)


def bridge_table(walked: BridgeWalk) -> Table:
    """A bridge step by step: what each assumption takes, for each published number.

    Parameters
    ----------
    walked : BridgeWalk
    """
    bridge = walked.bridge
    columns = [Column("kind", "Assumption", names=_KINDS), Column("says", "Step")]
    for k, reading in enumerate(bridge.readings):
        name = _reading_name(walked, k)
        columns += [
            Column(f"{reading.country}_value", name, bridge.unit, "number", 3),
            Column(f"{reading.country}_change", f"{name}, step", "points", "number", 3),
        ]
    rows: list[tuple[Cell, ...]] = []
    for position, stage in enumerate(walked.stages):
        pairs = zip(stage.values, stage.changes, strict=True)
        cells = [cell for value, change in pairs for cell in (value, change if position else None)]
        rows.append((stage.kind, stage.says, *cells))
    return Table(
        f"bridge-{bridge.id}",
        f"From {bridge.rival} to ours: {bridge.title}",
        tuple(columns),
        tuple(rows),
        note=f"Theirs: {bridge.source}. {ORDER} What may be in it here: {bridge.open}",
    )


def bridges_table(walks: Sequence[BridgeWalk]) -> Table:
    """Every bridge in a line for each number: published, ours under their closures, ours.

    Parameters
    ----------
    walks : sequence of BridgeWalk
    """
    rows: list[tuple[Cell, ...]] = []
    for walked in walks:
        for k, reading in enumerate(walked.bridge.readings):
            steps = walked.stages[2:]
            largest = max(steps, key=lambda stage: abs(stage.changes[k])) if steps else None
            rows.append(
                (
                    walked.bridge.id,
                    walked.bridge.rival,
                    walked.bridge.title,
                    reading.country,
                    reading.published,
                    walked.stages[1].values[k],
                    walked.unexplained[k],
                    walked.ours[k],
                    largest.says if largest else "",
                    largest.changes[k] if largest else None,
                    walked.bridge.grade.value,
                )
            )
    return Table(
        "bridges",
        "From the numbers of others to ours",
        (
            Column("bridge", "Bridge"),
            Column("rival", "Study"),
            Column("title", "Number"),
            Column("country", "Country"),
            Column("published", "Published", "%", "number", 2),
            Column("ours_same", "Ours, their closures", "%", "number", 3),
            Column("unexplained", "Unexplained", "points", "number", 3),
            Column("ours", "Ours", "%", "number", 3),
            Column("largest", "Largest step"),
            Column("largest_change", "It takes", "points", "number", 3),
            Column("grade", "Grade"),
        ),
        tuple(rows),
        note=f"{ORDER} `detente bridge NAME` walks one.",
    )


def bridge_sentences(walked: BridgeWalk) -> tuple[Sentence, ...]:
    """Say for each number where it starts and ends, what most of the way is, and what stays unexplained."""
    name = f"bridge-{walked.bridge.id}"
    said = []
    for k, _ in enumerate(walked.bridge.readings):
        published, same, ours = walked.stages[0].values[k], walked.stages[1].values[k], walked.ours[k]
        steps = walked.stages[2:]
        text = (
            f"{_reading_name(walked, k)}: {number(published, 2, signed=True)} percent published; {number(same, 2, signed=True)} "
            f"under their closures, so that {number(walked.unexplained[k], 2, signed=True)} points stay unexplained; "
            f"{number(ours, 2, signed=True)} in the end."
        )
        values = [published, same, walked.unexplained[k], ours]
        if steps:
            largest = max(steps, key=lambda stage: abs(stage.changes[k]))
            text += f" The largest step, {number(largest.changes[k], 2, signed=True)} points: {largest.says}."
            values.append(largest.changes[k])
        said.append(Sentence(text, tuple(values), name))
    return tuple(said)


def bridge_figure(walked: BridgeWalk) -> Figure:
    """Draw a bridge as a waterfall: levels at both ends, a bar a step between, one panel a number.

    Parameters
    ----------
    walked : BridgeWalk
    """
    table = bridge_table(walked)
    bars = [bar for k, _ in enumerate(walked.bridge.readings) for bar in _bars(walked, k)]

    first = walked.bridge.readings[0]
    finding = (
        f"{walked.bridge.rival} has {number(first.published, 2, signed=True)} percent where ours has "
        f"{number(walked.ours[0], 2, signed=True)}: what lies between"
    )
    return Figure(
        f"bridge-{walked.bridge.id}",
        f"{finding}.",
        "Waterfall from a published number to ours. " + " ".join(s.text for s in bridge_sentences(walked)),
        _waterfall(bars, walked.bridge.unit, 56),
        table,
        subtitle=f"{walked.bridge.title}; {BRIDGE_MEASURES[walked.bridge.start.measure]} at the start",
        note=ORDER,
        narrow=_waterfall(bars, walked.bridge.unit, 26),
    )


def _waterfall(bars: list[dict[str, Any]], unit: str, letters: int) -> dict[str, Any]:
    """Bars from left to right, one under the other; rows are read off their texts, so equal texts are kept apart."""
    shown = [{**bar, "row": bar["place"] + _broken(bar["step"], letters)} for bar in bars]
    across = {"field": "from", "type": "quantitative", "title": unit}
    down = {
        "field": "row",
        "type": "ordinal",
        "sort": [bar["row"] for bar in shown],
        "title": None,
        # three characters keep rows of one text apart
        "axis": {
            "labelExpr": "split(slice(datum.value, 3), '|')",
            "labelLimit": 420,
            "labelFontSize": 11,
        },
    }
    roles = {"domain": ["level", "step", "unexplained"], "range": [INK, GAIN, RULE]}
    colour = {
        "field": "role",
        "type": "nominal",
        "title": None,
        "scale": roles,
        "legend": {"orient": "top"},
    }
    right = {"field": "right", "type": "quantitative"}
    drawn = {"filter": "datum.role != 'heading'"}
    return {
        "data": {"values": shown},
        "height": sum(14 + 14 * len(bar["row"].split("|")) for bar in shown),
        "encoding": {"y": down},
        "layer": [
            {
                "mark": {"type": "rule", "color": MUTED},
                "encoding": {"x": {"datum": 0, "type": "quantitative"}, "y": {"value": 0}},
            },
            {
                "transform": [drawn],
                "mark": {"type": "bar", "height": {"band": 0.7}},
                "encoding": {"x": across, "x2": {"field": "to"}, "color": colour},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11, "color": MUTED},
                "encoding": {"x": right, "text": {"field": "label", "type": "nominal"}},
            },
        ],
    }


def _broken(text: str, letters: int) -> str:
    """A label over several lines, a bar where one ends; a text in three lines or more is cut off after the third."""
    lines = textwrap.wrap(text.replace("|", "/"), letters, max_lines=3, placeholder=" …")
    return "|".join(lines)


def _bars(walked: BridgeWalk, k: int) -> list[dict[str, Any]]:
    """Bars of one number, from the published level to ours, with its name above."""
    panel = _reading_name(walked, k)
    rows: list[dict[str, Any]] = []

    def row(step: str, role: str, start: float, end: float, value: float | None) -> None:
        rows.append(
            {
                "place": f"{k}{len(rows):02d}",
                "panel": panel,
                "step": step,
                "role": role,
                "from": start,
                "to": end,
                "right": max(start, end),
                "label": "" if value is None else number(value, 2, signed=True),
            }
        )

    before = walked.stages[0].values[k]
    row(f"{panel}:", "heading", 0.0, 0.0, None)
    row("published", "level", 0.0, before, before)
    for position, stage in enumerate(walked.stages[1:]):
        text, role = (f"{position}. {stage.says}", "step") if position else ("unexplained", "unexplained")
        row(text, role, before, stage.values[k], stage.changes[k])
        before = stage.values[k]
    row("ours", "level", 0.0, before, before)
    return rows
