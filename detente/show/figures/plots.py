"""One call that draws a result, for notebooks: `plot`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.core import Column, InputError, Table, known, write_atomic
from detente.equilibrium import Equilibrium, Labelled, labelled_result
from detente.show.figures.charts import OutcomeRow, outcomes
from detente.show.figures.figures import NARROW, WIDE, Figure, figure_png, figure_svg
from detente.show.figures.rows import Bar, fold, row_chart, text_width
from detente.show.figures.theme import GAIN, LOSS
from detente.show.words import number

if TYPE_CHECKING:
    from detente.cases import Outcome

MOST = 12
"""Bars that are drawn unless said otherwise."""
SHOWN = {
    "ratio": ("%", lambda values: 100 * (values - 1), 2),
    "million USD": ("USD bn", lambda values: values / 1e3, 1),
}
"""By the beginning of a unit: unit shown, values in it, decimals. Anything else is shown as it is."""


@dataclass(frozen=True, eq=False)
class Plot:
    """A picture that a notebook shows and that can be saved.

    Parameters
    ----------
    figure : Figure
        The chart with its title, its description and the table behind it.
    """

    figure: Figure

    def __repr__(self) -> str:
        return f"<Plot {self.figure.name}: {self.figure.title}>"

    def _repr_svg_(self) -> str:
        """The picture, for notebooks."""
        return figure_svg(self._titled)

    @property
    def _titled(self) -> Figure:
        """The figure with its title drawn into it: here no page stands around it."""
        title = {
            "text": fold(self.figure.title, WIDE, size=15, lines=3),
            "subtitle": fold(self.figure.subtitle, WIDE, lines=3) if self.figure.subtitle else [],
            "anchor": "start",
            "fontSize": 15,
            "subtitleFontSize": 12,
            "offset": 8,
        }
        return replace(self.figure, spec={**self.figure.spec, "title": title})

    @property
    def table(self) -> Table:
        """Every value behind the picture, those that are not drawn too."""
        return self.figure.table

    def save(self, path: str | Path) -> Path:
        """Write the picture into a file: ``.svg``, ``.png``, or the table behind it as ``.csv``.

        Parameters
        ----------
        path : str or path-like

        Returns
        -------
        Path

        Raises
        ------
        InputError
            For another ending.
        """
        place = Path(path)
        kind = place.suffix.lower()
        if kind == ".svg":
            write_atomic(place, self._repr_svg_() + "\n")
        elif kind == ".png":
            write_atomic(place, figure_png(self._titled))
        elif kind == ".csv":
            write_atomic(place, self.table.to_csv())
        else:
            raise InputError(
                f"the ending `{place.suffix}` is no format of a picture",
                where=str(place),
                hint="use .svg or .png; .csv for the numbers",
            )
        return place


def plot(
    result: Any, name: str = "real_income_hat", *, countries: Sequence[str] = (), count: int = MOST
) -> Plot:
    """Draw a result.

    Parameters
    ----------
    result : Labelled, Equilibrium, solution, outcome, mapping of str to Outcome, or Figure
        Of a labelled array, its largest values. Of an equilibrium, or what holds one, the array called `name`. Of several
        outcomes, what each does to real income against the first, as `Standoff.solve` returns them.
    name : str
        Array of an equilibrium, as for `labelled_result`.
    countries : sequence of str
        Of several outcomes: whose real income; the two that are moved most when left out.
    count : int
        Most bars of one array; the table behind them holds every value.

    Returns
    -------
    Plot
        A notebook shows it; `Plot.save` writes it.

    Raises
    ------
    InputError
        For something that cannot be drawn.
    LabelError
        For an array or a country that is not there, with the nearest one.

    Examples
    --------
    >>> from detente import Model, Policy, solve, toy
    >>> world = toy()
    >>> war = Policy.unchanged(world).duty("USA", "CHN").add_points(0.25)
    >>> picture = plot(solve(Model(world), war))
    >>> picture.figure.name, len(picture.table)
    ('result-real_income_hat', 5)
    >>> picture._repr_svg_().startswith("<svg")
    True
    """
    if isinstance(result, Figure):
        return Plot(result)
    if isinstance(result, Labelled):
        return Plot(result_figure(result, count))
    if isinstance(result, Mapping) and result and all(_equilibrium(outcome) for outcome in result.values()):
        return Plot(_outcomes_figure(result, countries))
    value = _equilibrium(result)
    if value is None:
        raise InputError(
            f"a {type(result).__name__} cannot be drawn",
            where="plot",
            hint="give a solution, an outcome, the outcomes of a standoff, or `labelled_result(...)`",
        )
    return Plot(result_figure(labelled_result(value, name), count))


def _equilibrium(result: Any) -> Equilibrium | None:
    """The equilibrium that a result is or holds."""
    value = getattr(result, "value", result)
    return value if isinstance(value, Equilibrium) else None


def result_figure(result: Labelled, count: int = MOST) -> Figure:
    """Draw the largest values of a labelled array, largest change first where it is a ratio.

    Parameters
    ----------
    result : Labelled
    count : int
        Most bars.
    """
    unit, shown, digits = next(
        (display for start, display in SHOWN.items() if result.unit.startswith(start)),
        (result.unit, np.asarray, 3),
    )
    if result.unit.startswith("share "):  # a share is shown in percent of what it is a share of
        unit, shown, digits = f"%{result.unit.removeprefix('share')}", lambda values: 100 * values, 1
    values = np.asarray(shown(result.values), dtype=np.float64)
    places = [place for place in np.ndindex(values.shape) if np.isfinite(values[place])]
    if not places or count < 1:
        raise InputError(
            "there is nothing to draw", where=result.name, hint="give values, and room for a bar"
        )
    codes = {
        place: tuple(result.along(axis)[k] for axis, k in zip(result.axes, place, strict=True))
        for place in places
    }
    names = {place: _name(result, codes[place]) for place in places}
    ranked = sorted(places, key=lambda place: (-abs(known(float(values[place]))), codes[place]))
    drawn = sorted(ranked[:count], key=lambda place: (-known(float(values[place])), codes[place]))
    what = result.name.removesuffix("_hat").removesuffix("_new").replace("_usd", "").replace("_", " ")
    change = unit == "%"
    mark = f" {unit}" if unit else ""

    def text(place: tuple[int, ...]) -> str:
        return number(float(values[place]), digits, signed=change) + mark

    def spec(width: int) -> dict[str, object]:
        bars = [
            Bar(names[place], float(values[place]), text(place), GAIN if values[place] >= 0 else LOSS)
            for place in drawn
        ]
        labels = min(max(text_width(bar.label) for bar in bars) + 14, 300 if width > 500 else 150)
        return row_chart(bars, width, label_width=labels)

    label = result.name.replace("_", " ")
    table = Table(
        f"result-{result.name}",
        f"{what[:1].upper()}{what[1:]}" + (", change from the base year" if change else ""),
        (
            *(Column(axis, axis.capitalize()) for axis in result.axes),
            Column("value", what[:1].upper() + what[1:], unit, "number", digits),
        ),
        tuple((*codes[place], float(values[place])) for place in places),
    )
    first = ranked[0]
    few = f"; the largest {len(drawn)} of {len(places)} values" if len(drawn) < len(places) else ""
    listed = "; ".join(f"{names[place]} {text(place)}" for place in drawn)
    return Figure(
        table.name,
        f"{what[:1].upper()}{what[1:]}: the largest {'change' if change else 'value'} is {text(first)} ({names[first]}).",
        f"Bars of {label}, {unit or 'as it is'}{few}. {listed}.",
        spec(WIDE),
        table,
        subtitle=f"{table.title}, {unit or result.unit}{few}",
        narrow=spec(NARROW),
    )


def _name(result: Labelled, codes: Sequence[str]) -> str:
    """Names of a place: a country, a country and a sector, or what one buys from another."""
    labels = result.labels
    words = [
        labels.sector_name(code) if axis == "sector" else labels.country_name(code)
        for axis, code in zip(result.axes, codes, strict=True)
    ]
    if result.axes[:2] == ("importer", "exporter"):
        words[:2] = [f"{words[0]} from {words[1]}"]
    return ", ".join(words)


def _outcomes_figure(solved: Mapping[str, Outcome], countries: Sequence[str]) -> Figure:
    """What every outcome does to real income against the first."""
    if len(solved) < 2:
        raise InputError(
            "one outcome has nothing to be compared with",
            where="plot",
            hint="solve two scenarios, the reference first; or draw the outcome itself",
        )
    reference, *others = solved.values()
    economy = reference.value.economy
    base = reference.value.real_income_hat
    for code in countries:
        economy.labels.country(code)
    moved = np.abs((others[0].value.real_income_hat - base) * economy.income)
    order = sorted(range(len(moved)), key=lambda n: (-known(float(moved[n])), economy.labels.countries[n]))
    codes = tuple(countries) or tuple(economy.labels.countries[n] for n in order[:2])
    rows = []
    for outcome in others:
        change = outcome.value.real_income_hat - base
        at = {code: economy.labels.country(code) for code in codes}
        rows.append(
            OutcomeRow(
                outcome.scenario.title,
                {code: 100 * float(change[n] / base[n]) for code, n in at.items()},
                {code: float(change[n] * economy.income[n]) for code, n in at.items()},
            )
        )
    return outcomes(rows, standing=f"“{reference.scenario.title}”", concept=reference.value.structure.horizon)
