"""A cut month by month beside the same months without it, with what its buyers hold by the world's own figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from detente.cases.holdings import figures_of
from detente.cases.stocks import Period, by_horizon, path_with_stocks
from detente.equilibrium import Newton, QuantityControl, Structure
from detente.world import Array, Economy, StockFigure, Wedges, stock_of_flows

Report = Callable[[int, int], None]
FIGURES = "figures of the world"
NO_FIGURE = "no figure: none held"


def held_by_figures(
    economy: Economy, controls: Sequence[QuantityControl]
) -> Mapping[str, tuple[float, str, Sequence[tuple[StockFigure, float]]]]:
    """Months that the buyers of every control's flows hold by the world's own figures, and who says so.

    Examples
    --------
    >>> from detente.cases import read_cut
    >>> from detente.world import load_world
    >>> world = load_world()
    >>> months, said, figures = held_by_figures(world, [read_cut(world, "CHN:MAG:0.3:USA")])["CHN:MAG:USA"]
    >>> months, said, len(figures)
    (2.0, 'figures of the world', 1)
    """
    held = {}
    for control in controls:
        months, figures = stock_of_flows(economy, control.cells)
        held[control.name] = (months, FIGURES if figures else NO_FIGURE, figures)
    return held


def path_and_without(
    economy: Economy,
    wedges: Wedges,
    floors: Sequence[QuantityControl],
    cuts: Sequence[QuantityControl],
    held: Mapping[str, tuple[float, str, Sequence[tuple[StockFigure, float]]]],
    months: Sequence[float],
    *,
    keep_elasticities: bool = False,
    closure: str | Array = "share",
    solver: Newton | None = None,
    report: Report | None = None,
) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """The same periods with caps and bans, as stocks run down, and without them: floors hold in both.

    Parameters
    ----------
    economy, wedges, months, closure, solver
        As in `path_with_stocks`.
    floors, cuts : sequence of QuantityControl
    held : mapping of cut name to (months, who says so, figures)
        What is held at the start (`held_by_figures`): by the world's own figures each buyer holds its own.
    keep_elasticities : bool
        As in `by_horizon`.
    report : function of (periods done, periods in all), optional

    Returns
    -------
    tuple of Period, tuple of Period
        With the cuts, and without.

    Raises
    ------
    InputError, LabelError, UnitError, SolveError
        As `path_with_stocks`.
    """
    setting, begun = by_horizon(economy, keep_elasticities=keep_elasticities), 0

    def at(after: float) -> tuple[Economy, Structure]:
        nonlocal begun
        if report is not None:
            report(begun, 2 * len(months))
        begun += 1
        return setting(after)

    own = {control.name: figures_of(economy, control) for control in cuts}
    stocks = {name: own[name] if said == FIGURES else amount for name, (amount, said, _) in held.items()}
    walk = partial(path_with_stocks, structure_by_month=at, closure=closure, solver=solver)
    return (
        walk(economy, wedges, (*floors, *cuts), stocks, months),
        walk(economy, wedges, floors, {}, months),
    )
