"""Pictures that verbs draw of solved scenarios beside their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.output import draw

if TYPE_CHECKING:
    import datetime as dt

    from detente.cases import Outcome
    from detente.core import Table
    from detente.dossier import Dossier
    from detente.policy.duties import DutyStack


def draw_outcomes(
    outcomes: Mapping[str, Outcome], countries: Sequence[str], path: Path, *, reference: str | None
) -> None:
    """Draw what every outcome does to real income against the reference; of one outcome, what it does to every economy.

    Parameters
    ----------
    outcomes : mapping of id to Outcome
    countries : sequence of str
        Whose real income.
    path : Path
        SVG or PNG.
    reference : str, optional
        Outcome that the others are held against; the first when left out.
    """
    from detente.show.figures import plot

    if len(outcomes) == 1:
        draw(plot(next(iter(outcomes.values()))).figure, path)
        return
    first = reference if reference is not None and reference in outcomes else next(iter(outcomes))
    ordered = {first: outcomes[first], **outcomes}
    known = next(iter(outcomes.values())).value.economy.labels.countries
    draw(plot(ordered, countries=[code for code in countries if code in known]).figure, path)


def draw_duties(stack: DutyStack, record: Dossier, year: int, path: Path) -> None:
    """Draw the duties by sector and authority, of the sectors in which the importer buys most; `year` is the base year."""
    from detente.show import make
    from detente.show.tables import rates_of_largest

    draw(
        make(
            "duties-by-authority",
            rates=rates_of_largest(stack),
            importer=stack.importer,
            exporter=stack.exporter,
            day=stack.date.isoformat(),
            concept=f"import-weighted within the sector, {year} trade",
            own=record.authorities,
            remark=". ".join((*stack.remarks, "")).strip(),
        ),
        path,
    )


def draw_clocks(record: Dossier, day: dt.date, path: Path) -> None:
    """Draw the days left to each clock that runs on a day.

    Raises
    ------
    InputError
        When none does.
    """
    from detente.show import make
    from detente.show.figures import ClockDot

    running = [
        ClockDot(clock.title, clock.fires)
        for clock in record.clocks.values()
        if clock.fires >= day and clock.superseded is None
    ]
    draw(make("clock-marks", rows=running, asof=day), path)


def draw_parts(tables: Sequence[Table], path: Path) -> None:
    """Draw what each measure contributes to what is explained."""
    from detente.show import make

    draw(make("explain-parts", table=next(t for t in tables if t.name == "explain_measures")), path)
