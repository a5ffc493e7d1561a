"""A cut that stocks delay: who loses how much of it and when, what is assumed to be held, and the picture."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.core import LOST_ON_THE_WAY, Cell, Column, InputError, Table, known, known_all
from detente.show.figures.figures import NARROW, WIDE, Figure
from detente.show.figures.rows import Row, layer, pixel
from detente.show.figures.theme import GRID, MUTED, countries, country_name, look
from detente.show.words.sentences import Sentence
from detente.show.words.words import joined, number, percent
from detente.world import StockFigure

if TYPE_CHECKING:
    from detente.cases import Period
    from detente.equilibrium import QuantityControl
    from detente.world import Array

_PLAIN = "#5b6b7a"
_STOCK = "#8a6d1d"
WORLD = "WORLD"


def effect_of_cuts(path: Sequence[Period], without: Sequence[Period]) -> Array:
    """Real income under the cuts less that without them, points of the base year [period, country].

    Raises
    ------
    InputError
        When the two paths do not have the same periods.
    """
    if [(period.start, period.months) for period in path] != [
        (period.start, period.months) for period in without
    ]:
        raise InputError("the paths have other periods", hint="solve both with the same `months`")
    pairs = zip(path, without, strict=True)
    effect = [100 * (period.value.real_income_hat - other.value.real_income_hat) for period, other in pairs]
    # what is left of a difference behind the ninth digit is rounding, and must not decide who comes first
    return np.array(effect).round(9) + 0.0


KEPT = {
    "exporter": "the exporter keeps the rent of a shortage, which is why it may gain",
    "importer": "the importer keeps the rent of a shortage, which is why it may lose little",
    "destroyed": f"nobody keeps the rent of a shortage: it is {LOST_ON_THE_WAY}",
}
"""What becomes of the difference between cost and price under a cut, by who keeps it."""


def _kept(controls: Sequence[QuantityControl]) -> str:
    """Say who keeps the rent of cuts: of all of them, or of each by name where they differ."""
    by_rent: dict[str, list[str]] = {}
    for control in controls:
        by_rent.setdefault(control.enforcement.rent_to, []).append(control.name)
    said = [
        f"{KEPT[rent]} ({joined(names)})" if len(by_rent) > 1 else KEPT[rent]
        for rent, names in by_rent.items()
    ]
    text = "; ".join(said)
    return f" {text[:1].upper()}{text[1:]}." if text else ""


def loss_table(
    path: Sequence[Period], without: Sequence[Period], controls: Sequence[QuantityControl] = ()
) -> Table:
    """Who loses what: every country's worst month, the last month and the money over the whole path; the world last.

    Parameters
    ----------
    path, without : sequence of Period
        With the cuts, and the same months without them.
    controls : sequence of QuantityControl
        The cuts; the note says who keeps their rent.
    """
    effect = effect_of_cuts(path, without)
    economy = path[0].value.economy
    income, labels = economy.income, economy.labels
    years = np.array([period.months for period in path]) / 12
    rows: list[tuple[Cell, ...]] = []

    def row(code: str, name: str, moved: Array, base: float) -> tuple[Cell, ...]:
        worst = int(np.argmin(moved))
        lost = float((moved * years).sum()) / 100 * base / 1e3
        return (code, name, float(moved[worst]), path[worst].start, float(moved[-1]), lost)

    for n in np.argsort(known_all(effect.min(0).tolist()), kind="stable"):
        code = labels.countries[n]
        rows.append(row(code, labels.country_name(code), effect[:, n], float(income[n])))
    whole = (effect * income).sum(1) / income.sum()
    rows.append(row(WORLD, "World", whole, float(income.sum())))
    return Table(
        "path-losses",
        "What the cut costs whom",
        (
            Column("country", "Country"),
            Column("name", "Name"),
            Column("worst_pp", "Worst real income", "points", "number", 3),
            Column("worst_from_month", "Worst from month", "month", "number", 1),
            Column("last_pp", "In the last period", "points", "number", 3),
            Column("equivalent_variation_usd_bn", "Over the path", "USD bn", "number", 1),
        ),
        tuple(rows),
        note="Real income against the same months without the cuts, in points of the base year's."
        + _kept(controls),
    )


def lost_output_table(
    path: Sequence[Period], without: Sequence[Period], countries: Sequence[str], sectors: Sequence[str] = ()
) -> Table:
    """What the cut does to output, country by country and sector by sector: first, worst and last month, and money over the path.

    Parameters
    ----------
    path, without : sequence of Period
        With the cuts, and the same months without them.
    countries, sectors : sequence of str
        Codes; every sector when none is named.
    """
    effect_of_cuts(path, without)  # the same months
    economy = path[0].value.economy
    labels, years = economy.labels, [period.months / 12 for period in path]
    rows: list[tuple[Cell, ...]] = []
    for code in countries:
        n = labels.country(code)
        for sector in sectors or labels.sectors:
            s = labels.sector(sector)
            base = float(economy.output[n, s])
            moved = [
                100 * float(period.value.output_volume_hat[n, s] - other.value.output_volume_hat[n, s])
                for period, other in zip(path, without, strict=True)
            ]
            worst = min(range(len(moved)), key=lambda k: known(moved[k]))
            lost = (
                sum(change * length for change, length in zip(moved, years, strict=True)) / 100 * base / 1e3
            )
            name = labels.sector_name(sector)
            rows.append((code, sector, name, moved[0], moved[worst], path[worst].start, moved[-1], lost))
    if not sectors:
        rows.sort(key=lambda row: (list(countries).index(str(row[0])), known(float(row[7] or 0.0))))
    return Table(
        "path-output",
        "What the cut does to output",
        (
            Column("country", "Country", names={code: labels.country_name(code) for code in countries}),
            Column("sector", "Sector"),
            Column("name", "Name"),
            Column("first_pp", "First month", "points", "number", 2),
            Column("worst_pp", "Worst month", "points", "number", 2),
            Column("worst_from_month", "Worst from month", "month", "number", 1),
            Column("last_pp", "Last month", "points", "number", 2),
            Column("output_usd_bn", "Over the path", "USD bn", "number", 2),
        ),
        tuple(rows),
        note="Volume of output against the same months without the cuts, in points of the base year's; money at base-year prices.",
    )


Held = Mapping[str, tuple[float, str, Sequence[tuple[StockFigure, float]]]]
"""By control: months held at the start, who says so, and the figures with their buyers' shares of the flows."""


def grade_of(figures: Sequence[tuple[StockFigure, float]]) -> str:
    """Grades of some figures, each once."""
    return ", ".join(sorted({figure.grade for figure, _ in figures}))


def with_held(table: Table, held: Held) -> Table:
    """A table month by month, with what is held at the start in its note."""
    said = "; ".join(
        f"{name} {amount:.2g} months ({', '.join(filter(None, (who, grade_of(figures))))})"
        for name, (amount, who, figures) in held.items()
    )
    return replace(table, note=f"{table.note} Held at the start: {said}.")


def held_table(held: Held) -> Table:
    """Stocks at the start of a path: months of base use by control, and the figures they come from.

    Parameters
    ----------
    held : mapping of control name to (months, said by, figures)
    """
    rows: list[tuple[Cell, ...]] = []
    for name, (months, said, figures) in held.items():
        total = None if np.isinf(months) else months
        rows.append((name, "all", "all", total, None, said, grade_of(figures), ""))
        for figure, share in figures:
            of_buyer = (name, figure.country, figure.sector, figure.months, 100 * share)
            rows.append((*of_buyer, figure.source, figure.grade, figure.note))
    return Table(
        "path-stocks",
        "Stocks at the start",
        (
            Column("control", "Control"),
            Column("country", "Country"),
            Column("sector", "Sector"),
            Column("months", "Held", "months of base use", "number", 2),
            Column("share_pct", "Share of the flows", "%", "number", 1),
            Column("source", "Source"),
            Column("grade", "Grade"),
            Column("note", "Note"),
        ),
        tuple(rows),
        note="Figures of the world's own specification of its chokepoint sectors, weighted by base-year flows; a buyer without a "
        "figure counts as holding none. An endless stock is shown as –.",
    )


def path_sentences(
    path: Sequence[Period], without: Sequence[Period], controls: Sequence[QuantityControl]
) -> tuple[Sentence, ...]:
    """When every cut begins to bind, and who is hit hardest when."""
    sentences = []
    for control in controls:
        tight = [period for period in path if period.draws[control.name].binding.log_wedge > 0]
        if not tight:
            sentences.append(Sentence(f"{control.name}: does not bind on this path."))
            continue
        gone = next((p for p in path if p.draws[control.name].left == 0), None)
        text = f"{control.name}: binds from month {number(tight[0].start, 0)} on"
        if gone is not None and tight[0].draws[control.name].drawn > 0:
            text += ", when the last of the stock is used"
        sentences.append(Sentence(f"{text}.", (tight[0].start,)))
    effect = effect_of_cuts(path, without)
    codes = path[0].value.economy.labels.countries
    k, n = np.unravel_index(int(np.argmin(effect)), effect.shape)
    worst, month = float(effect[k, n]), path[int(k)].start
    if worst < -0.005:
        whom = country_name(codes[int(n)])
        cut = (
            "cut" if len(controls) == 1 else "cuts"
        )  # a scenario's duties stand on both sides of the difference
        said = f"Hardest hit by the {cut}: {whom}, {percent(worst, signed=True)} of real income from month {number(month, 0)}."
        sentences.append(Sentence(said, (worst, month)))
    return tuple(sentences)


def path_figure(
    path: Sequence[Period],
    without: Sequence[Period],
    controls: Sequence[QuantityControl],
    countries: Sequence[str],
) -> Figure:
    """Draw what the cuts do to real income month by month, above what is left of the stocks.

    Parameters
    ----------
    path, without : sequence of Period
        With the cuts, and the same months without them.
    controls : sequence of QuantityControl
        Those of the path.
    countries : sequence of str

    Returns
    -------
    Figure
    """
    effect = effect_of_cuts(path, without)
    labels = path[0].value.economy.labels
    lines = {code: [float(value) for value in effect[:, labels.country(code)]] for code in countries}
    stocks = {}
    for control in controls:
        draws = [period.draws[control.name] for period in path]
        if np.isfinite(draws[0].left):
            stocks[control.name] = [draws[0].left + draws[0].drawn, *(draw.left for draw in draws)]
    columns = [Column("from_month", "From month", "month", "number", 1), Column("horizon", "Horizon")]
    columns += [Column(f"{c.lower()}_pp", country_name(c), "points", "number", 3) for c in countries]
    columns += [
        Column(f"left_{k}", f"Stock at the start: {name}", "months of base use", "number", 3)
        for k, name in enumerate(stocks, start=1)
    ]
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (
            period.start,
            period.value.structure.horizon,
            *(line[k] for line in lines.values()),
            *(left[k] for left in stocks.values()),
        )
        for k, period in enumerate(path)
    )
    table = Table("path-months", "The cut month by month", tuple(columns), body)
    sentences = path_sentences(path, without, controls)
    said = "; ".join(
        f"{country_name(code)} from {number(float(line[0]), 2)} to {number(float(line[-1]), 2)}"
        for code, line in lines.items()
    )
    return Figure(
        "path",
        sentences[-1].text,
        f"Steps of real income against the same months without the cut, points: {said}.",
        _spec(path, lines, stocks, WIDE),
        table,
        note=" ".join(sentence.text for sentence in sentences[:-1]),
        subtitle=f"Real income, points; below it stocks left of {joined(list(stocks) or ['nothing'])}, months of base use",
        narrow=_spec(path, lines, stocks, NARROW),
    )


def _steps(path: Sequence[Period], values: Sequence[float]) -> list[Row]:
    """Points of a step line: one at the start of every period, and the end of the last."""
    rows: list[Row] = [
        {"x": period.start, "y": float(value)} for period, value in zip(path, values, strict=True)
    ]
    return [*rows, {"x": path[-1].start + path[-1].months, "y": float(values[-1])}]


def _horizon_layers(path: Sequence[Period], x: dict[str, Any], height: float) -> list[dict[str, Any]]:
    """A rule with a name wherever the horizon changes."""
    rows: list[Row] = [
        {"x": later.start, "y": 0.0, "y2": height, "ty": height - 8, "text": later.value.structure.horizon}
        for earlier, later in itertools.pairwise(path)
        if later.value.structure.horizon != earlier.value.structure.horizon
    ]
    if not rows:
        return []
    rule = {"type": "rule", "color": "#aab3bc", "strokeWidth": 0.8, "strokeDash": [4, 3]}
    text = {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "color": MUTED, "fontSize": 11}
    says = {"field": "text", "type": "nominal"}
    return [
        layer(rule, rows, x=x, y=pixel("y"), y2={"field": "y2"}),
        layer(text, rows, x=x, y=pixel("ty"), text=says),
    ]


def _left(path: Sequence[Period], values: Sequence[float]) -> list[Row]:
    """Points of a stock: at the start of every period and the end of the last."""
    at = [*(period.start for period in path), path[-1].start + path[-1].months]
    return [{"x": month, "y": float(value)} for month, value in zip(at, values, strict=True)]


def _spec(
    path: Sequence[Period],
    lines: Mapping[str, Sequence[float]],
    stocks: Mapping[str, Sequence[float]],
    width: int,
) -> dict[str, Any]:
    narrow, tall = width < (WIDE + NARROW) // 2, 210.0
    plot = width - 12.0
    left, right = 40.0, plot - (64.0 if narrow else 120.0)
    end = path[-1].start + path[-1].months
    low = min(min(min(values) for values in lines.values()), 0.0)
    high = max(max(max(values) for values in lines.values()), 0.0)
    low, high = (low, high) if high > low else (-1.0, 1.0)
    height = tall + (110.0 if stocks else 0.0)
    quiet = {"grid": True, "domain": False, "ticks": False, "gridColor": GRID, "labelColor": MUTED}
    x = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [0, end], "range": [left, right], "nice": False},
        "axis": {**quiet, "grid": False, "title": "Months", "tickCount": 6, "format": "d"},
    }

    def scale(domain: list[float], span: list[float], ticks: int) -> dict[str, Any]:
        at = {"domain": domain, "range": span, "nice": False}
        side = {"title": None, "orient": "left", "offset": -left}
        axis = {**quiet, **side, "tickCount": ticks, "format": ",~f"}
        return {"field": "y", "type": "quantitative", "scale": at, "axis": axis}

    income = scale([low, high], [tall, 8.0], 5)
    layers: list[dict[str, Any]] = []
    taken = 0.0
    for code, values in sorted(lines.items(), key=lambda item: (-known(float(item[1][-1])), item[0])):
        colour = look("country", code).colour if code in countries() else _PLAIN
        mark = {"type": "line", "interpolate": "step-after", "color": colour, "strokeWidth": 2.4}
        layers.append(layer(mark, _steps(path, values), x=x, y=income))
        income = {**income, "axis": None}  # one axis a panel
        at = max(8.0 + (tall - 8.0) * (high - float(values[-1])) / (high - low), taken + 14)
        taken = at
        text = {"type": "text", "align": "left", "baseline": "middle", "color": colour, "fontSize": 12}
        words = country_name(code, short=narrow)
        row: list[Row] = [{"y": at, "text": words}]
        says = {"field": "text", "type": "nominal"}
        layers.append(layer(text, row, x={"value": right + 6}, y=pixel("y"), text=says))
    layers += _horizon_layers(path, x, height)
    most = max((max(values) for values in stocks.values()), default=0.0)
    held = scale([0.0, most or 1.0], [height, tall + 30.0], 2)
    for name, values in stocks.items():
        mark = {"type": "line", "color": _STOCK, "strokeWidth": 1.8}
        layers.append(layer(mark, _left(path, values), x=x, y=held))
        held = {**held, "axis": None}
        text = {"type": "text", "align": "left", "baseline": "bottom", "color": _STOCK, "fontSize": 11}
        row = [{"y": tall + 26.0, "text": f"Stock left: {name}" if len(stocks) == 1 else "Stocks left"}]
        says = {"field": "text", "type": "nominal"}
        layers.append(layer(text, row, x={"value": left}, y=pixel("y"), text=says))
    return {"width": plot, "height": height, "layer": layers, "resolve": {"scale": {"y": "independent"}}}
