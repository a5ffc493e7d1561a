"""Stocks of critical inputs: a cap on deliveries binds its users only as what they hold runs down.

Each period is a solve of its own; periods are linked by the stock alone. Where the input has a way out with a step for stocks
(`backstops`), holders part with more as the price climbs, and keep some for uses that are worth more. Elsewhere users buy what
the cap leaves and draw on what they hold, so the volume they can use in a period of ``m`` months is ``limit + stock / m``
(stock in months of base-year use); the complementarity of the cap decides whether they want that much, what they use above the
cap comes out of the stock, and is booked as bought from the exporter in the month it is used, at that month's price. Stocks are
not refilled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from detente.cases.backstops import has_stocks
from detente.cases.holdings import Holdings, Stated
from detente.cases.horizons import horizon
from detente.cases.parting import at_own_pace, solved_at_rates
from detente.cases.time_settings import time_setting
from detente.cases.together import EARLY, Law, Setting, gives, solve_ahead, unprepared
from detente.core import (
    LOST_ON_THE_WAY,
    Cell,
    Column,
    InputError,
    LabelError,
    SolveError,
    Table,
    UnitError,
    suggestion,
)
from detente.equilibrium import (
    Binding,
    Equilibrium,
    Newton,
    Policy,
    QuantityControl,
    Solution,
    Structure,
    how_far,
)
from detente.world import Array, Economy, Wedges


@dataclass(frozen=True)
class Draw:
    """What one control's users do in one period.

    Attributes
    ----------
    volume : float
        Used a month, ratio to base-year use.
    drawn : float
        Taken from the stock over the period, months of base-year use.
    left : float
        Stock at the end of the period, months of base-year use.
    binding : Binding
    """

    volume: float
    drawn: float
    left: float
    binding: Binding


@dataclass(frozen=True, eq=False)
class Period:
    """One solve of a path: from `start`, for `months`, with the draws of every control."""

    start: float
    months: float
    value: Equilibrium
    draws: Mapping[str, Draw]


def by_horizon(economy: Economy, *, keep_elasticities: bool = False) -> Setting:
    """Impact, short and long horizons in turn, by the months that have passed.

    Parameters
    ----------
    economy : Economy
    keep_elasticities : bool
        As in `horizon`.

    Examples
    --------
    >>> from detente.world import toy
    >>> by_horizon(toy())(1.0)[1].horizon, by_horizon(toy())(12.0)[1].horizon
    ('impact', 'short run')
    """
    settings = {
        name: horizon(name, economy, keep_elasticities=keep_elasticities)
        for name in ("impact", "short", "long")
    }
    impact_until, short_until = (time_setting(f"{name}_until") for name in ("impact", "short"))

    def at(months: float) -> tuple[Economy, Structure]:
        return settings["impact" if months < impact_until else "short" if months < short_until else "long"]

    return at


def _used(value: Equilibrium, control: QuantityControl) -> float:
    """Volume of a control's flows at base-year prices, ratio to the base year."""
    base = np.where(control.cells, value.economy.flows, 0.0)
    return float((base * value.flow_volume_hat).sum() / base.sum())


def _check(
    controls: Sequence[QuantityControl], stocks: Mapping[str, Stated], months: Sequence[float]
) -> None:
    names = [control.name for control in controls]
    floors = {control.name for control in controls if control.kind == "floor"}
    for name, held in stocks.items():
        if name in floors:
            raise InputError("a floor has no stock", where=name, hint="give stocks of caps and bans only")
        if name not in names:
            raise LabelError(f"no control `{name}`", where="stocks_months", hint=suggestion(name, names))
        amounts = list(held.values()) if isinstance(held, Mapping) else [held]
        if not all(amount >= 0 for amount in amounts):
            raise UnitError(
                f"the stock is {min(amounts)}",
                where=name,
                hint="months of base-year use, 0 or more; inf never runs out",
            )
    if not months or not all(math.isfinite(length) and length > 0 for length in months):
        said = f"periods are {list(months)}"
        raise UnitError(said, where="months", hint="lengths in months, such as [1] * 12")


def path_with_stocks(
    economy: Economy,
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    stocks_months: Mapping[str, Stated],
    months: Sequence[float] = (1,) * 12,
    *,
    structure_by_month: Setting | None = None,
    closure: str | Array = "share",
    solver: Newton | None = None,
) -> tuple[Period, ...]:
    """Solve a sequence of periods in which caps bind only after stocks have run down.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
        Duties, trade costs and export taxes besides the caps.
    controls : sequence of QuantityControl
        Caps and bans, and floors, which have no stock; in force from the first period on.
    stocks_months : mapping of control name to float, or to a mapping of (country, sector) to float
        What its users hold at the start, months of base-year use: every buyer, or each its own; none when a control is not
        named, ``inf`` never runs out.
    months : sequence of float
        Lengths of the periods.
    structure_by_month : function of months to (Economy, Structure), optional
        What can adjust by then; `by_horizon` when left out.
    closure : str or array [country], million USD
    solver : Newton, optional

    Returns
    -------
    tuple of Period

    Raises
    ------
    InputError, LabelError, UnitError
        For stocks of floors or of controls that do not exist, and lengths or stocks that make no sense.
    SolveError
        When a period has no equilibrium.

    Examples
    --------
    >>> from detente.world import toy
    >>> world = toy()
    >>> cap = QuantityControl.on(world, "parts", importers=["USA"], exporters=["CHN"], sectors=["PARTS"], limit=0.5)
    >>> path = path_with_stocks(world, Wedges.unchanged(world), [cap], {"parts": 1.0}, [1] * 4)
    >>> [round(period.draws["parts"].left, 2) for period in path]
    [0.5, 0.0, 0.0, 0.0]
    """
    _check(controls, stocks_months, months)
    at = structure_by_month or by_horizon(economy)
    return walk(
        economy,
        lambda start: (wedges, controls),
        Holdings(economy, stocks_months),
        months,
        at,
        closure,
        solver,
    )


def _available(
    controls: Sequence[QuantityControl], held: Holdings, length: float, *, stocked: bool
) -> dict[str, float]:
    """Limits of a period by control: of a cap also what is held, unless the model draws it; infinite where that never ends."""
    available = {}
    for control in controls:
        months = held.months(control) if control.kind == "cap" else 0.0
        available[control.name] = math.inf if math.isinf(months) else control.limit
        if not stocked:
            available[control.name] += months / length
    return available


def _out_of_reach(error: SolveError, available: Mapping[str, float], where: str) -> SolveError:
    """Why a period has no equilibrium: how much was left of what, and what to try."""
    said = ", ".join(f"{name} at {100 * volume:.3g} %" for name, volume in available.items())
    return SolveError(
        f"no equilibrium was found with {said or 'no cut'} of the base year's volume: "
        f"{error.solution.message} ({how_far(error.solution)})",
        where=where,
        hint="at this horizon nobody can do without so much: leave a larger share, or hold a larger stock; "
        + (error.hint or ""),
        solution=error.solution,
    )


def walk(
    economy: Economy,
    law: Law,
    held: Holdings,
    months: Sequence[float],
    at: Setting,
    closure: str | Array = "share",
    solver: Newton | None = None,
    *,
    together: bool = False,
) -> tuple[Period, ...]:
    """Solve periods one after the other under the law of each, as stocks run down.

    Parameters
    ----------
    economy : Economy
    law : function of months to (Wedges, sequence of QuantityControl)
        What holds at the middle of a period.
    held : Holdings
        Changed as periods pass.
    months : sequence of float
        Lengths of the periods.
    at : function of months to (Economy, Structure)
    closure : str or array [country], million USD
    solver : Newton, optional
    together : bool
        Solve periods at once as far as that goes (`together`): for structures that differ from period to period.

    Raises
    ------
    SolveError
        When a period has no equilibrium.
    """
    start, path = 0.0, []
    ahead: dict[int, Solution[Equilibrium]] = {}
    known: dict[tuple[object, ...], Solution[Equilibrium]] = {}
    alive: list[tuple[object, ...]] = []  # what the keys are the numbers of: no other may get one of these
    last: Solution[Equilibrium] | None = None
    for k, length in enumerate(months):
        if together and k in (0, EARLY):
            block = months[:EARLY] if k == 0 else months[EARLY:]
            ahead = solve_ahead(start, block, law, held, at, closure, solver, last)
        here, structure = (unprepared(at) if together else at)(start + length / 2)
        wedges, controls = law(start + length / 2)
        stocked = has_stocks(structure.backstop)
        caps = [control for control in controls if control.kind == "cap"]
        available = _available(controls, held, length, stocked=stocked)
        binding = tuple(
            replace(control, limit=available[control.name])
            for control in controls
            if math.isfinite(available[control.name])
        )
        rates = held.rates(caps, length) if stocked else {}
        place = k if k < EARLY else k - EARLY
        if place in ahead and gives(ahead[place].value, rates, length):
            solved = last = ahead[place]
            path.append(Period(start, float(length), solved.value, _draws(controls, solved, held, length)))
            start += length
            continue
        if together:
            at(start + length / 2)  # alone it is steered by the nearest date
        # once stocks are gone, periods under one law and one structure are the same
        parts = (here, structure, wedges)
        flows = tuple(
            (control.name, control.kind, control.rent, control.cells.tobytes()) for control in controls
        )
        key = (*map(id, parts), flows, tuple(available.items()), tuple(rates.items()))
        if key not in known:
            alive.append(parts)
            solved_at = partial(
                solved_at_rates, here, structure, Policy(here, wedges, binding), closure, solver, together
            )
            try:
                known[key] = at_own_pace(solved_at, rates, length, last)
            except SolveError as error:
                where = f"months {start:g} to {start + length:g} ({structure.horizon})"
                raise _out_of_reach(error, available, where) from error
        solved = last = known[key]
        path.append(Period(start, float(length), solved.value, _draws(controls, solved, held, length)))
        start += length
    return tuple(path)


def _draws(
    controls: Sequence[QuantityControl], solved: Solution[Equilibrium], held: Holdings, length: float
) -> dict[str, Draw]:
    """What every control's users do in a period, after which `held` is what is left."""
    stocked = has_stocks(solved.value.structure.backstop)
    caps = [control for control in controls if control.kind == "cap"]
    taken = held.draw(caps, solved.value, length) if stocked else {}
    draws = {}
    for control in controls:
        bound = solved.bindings.get(control.name)
        if bound is None:
            bound = Binding(0.0, _used(solved.value, control), 0.0)
        if control.kind == "floor":
            draws[control.name] = Draw(bound.volume_hat, 0.0, 0.0, bound)
            continue
        if stocked:
            drawn = taken[control.name]
            used = bound.volume_hat + drawn / length
            draws[control.name] = Draw(used, drawn, held.months(control), bound)
            continue
        drawn = min(max(bound.volume_hat - control.limit, 0.0) * length, held.months(control))
        if bound.log_wedge > 0:  # it binds: all there is has been used
            drawn = held.months(control)
        held.use(control, drawn)
        draws[control.name] = Draw(bound.volume_hat, drawn, held.months(control), bound)
    return draws


def _is_lost(control: QuantityControl) -> bool:
    """Whether nobody keeps the rent of a cap; a ban leaves none."""
    return not (control.is_floor or control.is_ban) and control.enforcement.wasted


def stock_table(
    path: Sequence[Period], controls: Sequence[QuantityControl], countries: Sequence[str]
) -> Table:
    """One row a period, control and country: price, wedge, volume, stock and real income.

    Parameters
    ----------
    path : sequence of Period
    controls : sequence of QuantityControl
        Those of the path.
    countries : sequence of str
        Whose real income and buyers' price to give.
    """
    rows: list[tuple[Cell, ...]] = []
    for period in path:
        value = period.value
        labels = value.economy.labels
        for control in controls:
            draw = period.draws[control.name]
            sectors = np.flatnonzero(control.cells.any((0, 1)))
            spent = value.economy.expenditure[:, sectors]
            wedge = draw.binding.log_wedge
            for code in countries:
                n = labels.country(code)
                price = float((spent[n] * value.price_hat[n, sectors]).sum() / spent[n].sum())
                rows.append(
                    (
                        period.start,
                        period.start + period.months,
                        value.structure.horizon,
                        control.name,
                        code,
                        100 * draw.volume,
                        draw.drawn,
                        None if math.isinf(draw.left) else draw.left,
                        None if math.isinf(wedge) else 100 * math.expm1(wedge),
                        100 * (price - 1),
                        100 * float(value.real_income_hat[n] - 1),
                    )
                )
    return Table(
        "stocks",
        "A cut that stocks delay",
        (
            *(Column(f"{end.lower()}_month", f"{end} month", "month", "number", 1) for end in ("From", "To")),
            Column("horizon", "Horizon"),
            Column("control", "Control"),
            Column("country", "Country"),
            Column("volume_pct", "Used a month", "% of base use", "number", 1),
            Column("drawn_months", "Drawn from stock", "months of base use", "number", 3),
            Column("left_months", "Stock left", "months of base use", "number", 3),
            Column("wedge_pct", "Shortage wedge", "%", "number", 1),
            Column("price_pct", "Buyers' price", "%", "number", 2),
            Column("real_income_pct", "Real income", "%", "number", 3),
        ),
        tuple(rows),
        note="Against the base year. Stocks are not refilled; holders part with more of them as the price rises, or as soon as "
        "they help where the input has no way out. Used: delivered and drawn. The wedge of a ban is infinite (–)."
        + (
            f" A rent that nobody keeps is {LOST_ON_THE_WAY}."
            if any(_is_lost(control) for control in controls)
            else ""
        ),
    )
