"""Pictures that verbs draw of solved scenarios beside their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.output import draw

if TYPE_CHECKING:
    from detente.cases import Outcome


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
