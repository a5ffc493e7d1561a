"""Controls and pledges as objects one can evaluate on a day: what each binds, since when, until when, what ends it.

A control is a measure that is no duty, together with its `Scope`. A pledge is a purchase pledge with what was delivered
on it. Port fees are turned into a share of cargo value by the arithmetic that the record's parameters spell out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from detente.core import Column, InputError, LabelError, Table, suggestion
from detente.core.table import Cell
from detente.dossier.claims import show_value
from detente.dossier.dossier import Dossier, find
from detente.dossier.measure import Instrument, Measure, Status
from detente.dossier.scope import Delivery, Scope
from detente.dossier.timeline import MeasureState, resolve

REACH = {
    "own_trade": "the actor's own trade",
    "third_country_goods": "goods made in third countries too",
    "third_country_firms": "firms in third countries too",
    "ships_anywhere": "ships of any trade",
    "own_market": "the actor's own market",
}
SHIPS = ("container", "bulk", "tanker")
SIDES = {"USA": "usa", "CHN": "chn"}
"""Side names in the port-fee parameters."""


@dataclass(frozen=True)
class Control:
    """One control on one day.

    Parameters
    ----------
    state : MeasureState
        Status, value and dates on the day.
    scope : Scope or None
        What it binds; None when the record does not say.
    next_status : Status or None
        What it becomes on `state.until`; None without such a day.
    """

    state: MeasureState
    scope: Scope | None
    next_status: Status | None

    @property
    def binds(self) -> bool:
        """Whether it binds on the day."""
        return self.state.in_force

    @property
    def threshold(self) -> str:
        """Threshold above which it binds, in words; empty when there is none."""
        if self.scope is None or self.scope.threshold is None:
            return ""
        limit = self.scope.threshold
        return f"{100 * limit.value:g} % {limit.of}"

    def reaches(self, share: float, kind: str) -> bool:
        """Whether a good or firm with this share of content or ownership is bound.

        Parameters
        ----------
        share : float, fraction
        kind : {"content", "ownership"}

        Raises
        ------
        InputError
            When the control has no threshold of this kind.
        """
        limit = self.scope.threshold if self.scope is not None else None
        if limit is None or limit.kind != kind:
            raise InputError(
                f"`{self.state.measure.id}` has no threshold of {kind}",
                hint="`detente controls` shows the thresholds",
            )
        return self.binds and share >= limit.value


def is_control(measure: Measure) -> bool:
    """Whether a measure is a control: no duty and no pledge."""
    return measure.unit != "fraction" and measure.instrument not in (
        Instrument.tariff,
        Instrument.purchase_pledge,
    )


def control(dossier: Dossier, measure_id: str, date: dt.date) -> Control:
    """One control on a day.

    Raises
    ------
    LabelError
        When there is no such measure, or it is a duty or a pledge.
    DateError
        When it was not announced by that day.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> rule = control(load_dossier(), "usa-2025-affiliates-rule", dt.date(2025, 10, 28))
    >>> rule.reaches(0.5, "ownership"), rule.reaches(0.49, "ownership")
    (True, False)
    """
    measure = find(dossier.measures, measure_id, "measure", dossier.asof)
    if not is_control(measure):
        known = [key for key, one in dossier.measures.items() if is_control(one)]
        raise LabelError(f"`{measure_id}` is a duty or a pledge, no control", hint=suggestion(measure_id, known))
    state = dossier.state(measure_id, date)
    following = None
    if state.until is not None:
        following = resolve(measure, state.until, dossier.asof).status
    return Control(state, dossier.scopes.get(measure_id), following)


def controls_at(dossier: Dossier, date: dt.date) -> dict[str, Control]:
    """Every control announced by a day, in the order of the record."""
    return {
        key: control(dossier, key, date)
        for key, measure in dossier.measures.items()
        if measure.announced <= date and is_control(measure)
    }


def control_table(dossier: Dossier, date: dt.date) -> Table:
    """Controls on a day: what each binds, since when, until when and what ends it.

    Raises
    ------
    InputError
        When the record has no control announced by that day.
    """
    found = controls_at(dossier, date)
    if not found:
        raise InputError(f"no control was announced by {date}", where=dossier.id, hint="ask for a later day")
    columns = (
        Column("id", "Control"),
        Column("title", "Title"),
        Column("actor", "Actor"),
        Column("targets", "Targets"),
        Column("status", "Status"),
        Column("value", "Value"),
        Column("binds", "Binds"),
        Column("what", "What it binds"),
        Column("threshold", "Threshold"),
        Column("firms", "Firms"),
        Column("sectors", "Sectors (share of trade)"),
        Column("reach", "Reach"),
        Column("since", "Since", kind="date"),
        Column("until", "Until", kind="date"),
        Column("then", "Then"),
        Column("ends", "What ends it"),
        Column("source", "Source"),
        Column("grade", "Grade"),
    )
    rows: list[tuple[Cell, ...]] = []
    for key, one in found.items():
        state, scope = one.state, one.scope
        rows.append(
            (
                key,
                state.measure.title,
                state.measure.actor,
                ", ".join(state.measure.targets),
                state.status.value.replace("_", " "),
                show_value(state),
                scope.binds if scope else "",
                scope.what if scope else "",
                one.threshold,
                ", ".join(scope.firms) if scope else "",
                ", ".join(f"{code} {share:g}" for code, share in state.products.sectors.items()),
                REACH[scope.reach] if scope else "",
                state.since.isoformat(),
                state.until.isoformat() if state.until else None,
                one.next_status.value.replace("_", " ") if one.next_status else "",
                scope.ends if scope else "",
                state.source,
                state.grade.value,
            )
        )
    return Table(
        "controls", f"Controls, fees and listings on {date}", columns, tuple(rows), f"As known on {dossier.asof}."
    )


@dataclass(frozen=True)
class Tranche:
    """One period of a pledge, on one day.

    Parameters
    ----------
    measure : Measure
    start, due : date
        Period: counted from `start`, to be reached before `due`.
    pledged : float
        In the pledge's unit, within the period.
    delivered : float or None
        Last count known; None when nobody counted.
    counted : date or None
        Day of that count.
    reached : date or None
        Day on which the pledge was met.
    on : date
        Day of evaluation.
    source : str
        Of the pledge.
    """

    measure: Measure
    start: dt.date
    due: dt.date
    pledged: float
    delivered: float | None
    counted: dt.date | None
    reached: dt.date | None
    on: dt.date
    source: str

    @property
    def elapsed(self) -> float:
        """Share of the period that has passed."""
        return min(1.0, max(0.0, (self.on - self.start).days / (self.due - self.start).days))

    @property
    def state(self) -> str:
        """met, met late, late, open, or not begun."""
        if self.reached is not None:
            return "met" if self.reached < self.due else "met late"
        if self.on >= self.due:
            return "late"
        return "open" if self.on >= self.start else "not begun"

    @property
    def slip_days(self) -> int | None:
        """Days past the last day of the period until it was met, or until today when it was not; None while it runs."""
        last = self.due - dt.timedelta(days=1)
        if self.reached is not None:
            return max(0, (self.reached - last).days)
        return (self.on - last).days if self.on >= self.due else None


def pledges_at(dossier: Dossier, date: dt.date) -> tuple[Tranche, ...]:
    """Every period of every purchase pledge, with what was delivered by a day as known on the record's day.

    A value that holds for several years is promised in each of them: one period a calendar year.
    """
    found: list[Tranche] = []
    for measure in dossier.measures.values():
        if measure.instrument is not Instrument.purchase_pledge or measure.announced > date:
            continue
        periods: dict[tuple[dt.date, dt.date], tuple[float, str]] = {}
        for entry in measure.values:
            if entry.value is None or entry.until is None or entry.status not in (Status.in_force, Status.announced):
                continue
            start = entry.from_
            while start < entry.until:
                end = min(entry.until, dt.date(start.year + 1, 1, 1))
                periods[start, end] = (entry.value, entry.source)
                start = end
        for (start, end), (pledged, source) in sorted(periods.items()):
            counts = [
                d
                for d in dossier.deliveries.values()
                if d.pledge == measure.id and d.since == start and d.date <= date
            ]
            found.append(_tranche(measure, start, end, pledged, source, counts, date))
    return tuple(found)


def _tranche(
    measure: Measure,
    start: dt.date,
    end: dt.date,
    pledged: float,
    source: str,
    counts: list[Delivery],
    date: dt.date,
) -> Tranche:
    last = max(counts, key=lambda d: d.date, default=None)
    met = min((d.date for d in counts if d.delivered >= pledged), default=None)
    return Tranche(
        measure,
        start,
        end,
        pledged,
        last.delivered if last else None,
        last.date if last else None,
        met,
        date,
        source,
    )


def pledge_table(dossier: Dossier, date: dt.date) -> Table:
    """Pledges on a day: promised, delivered, how far time and purchases have come, and the slip.

    Raises
    ------
    InputError
        When the record has no purchase pledge announced by that day.
    """
    pledges = [
        m
        for m in dossier.measures.values()
        if m.instrument is Instrument.purchase_pledge and m.announced <= date
    ]
    if not pledges:
        raise InputError(f"no pledge was announced by {date}", where=dossier.id, hint="ask for a later day")
    columns = (
        Column("id", "Pledge"),
        Column("title", "Title"),
        Column("start", "From", kind="date"),
        Column("due", "Before", kind="date"),
        Column("pledged", "Pledged", kind="number", digits=0),
        Column("unit", "Unit"),
        Column("delivered", "Delivered", kind="number", digits=0),
        Column("counted", "Counted on", kind="date"),
        Column("delivered_pct", "Delivered", "%", "number", 0),
        Column("elapsed_pct", "Time passed", "%", "number", 0),
        Column("state", "State"),
        Column("slip_days", "Slip", "days", "number", 0),
        Column("source", "Source"),
        Column("note", "Note"),
    )
    rows: list[tuple[Cell, ...]] = []
    tranches = pledges_at(dossier, date)
    for measure in pledges:
        mine = [one for one in tranches if one.measure.id == measure.id]
        unit = measure.unit.replace("_per_year", "").replace("usd_mn", "USD mn").replace("_", " ")
        for one in mine:
            share = None if one.delivered is None else 100 * one.delivered / one.pledged
            rows.append(
                (
                    measure.id,
                    measure.title,
                    one.start.isoformat(),
                    one.due.isoformat(),
                    one.pledged,
                    unit,
                    one.delivered,
                    one.counted.isoformat() if one.counted else None,
                    share,
                    100 * one.elapsed,
                    one.state,
                    one.slip_days,
                    one.source,
                    "" if one.delivered is not None else "nobody counted",
                )
            )
        if not mine:
            state = dossier.state(measure.id, date)
            empty: list[Cell] = [None] * 8
            rows.append((measure.id, measure.title, *empty, "no amount", None, state.source, state.note))
    return Table("pledges", f"Purchase pledges on {date}", columns, tuple(rows), f"As known on {dossier.asof}.")


def fee_table(dossier: Dossier, date: dt.date) -> Table:
    """Port fees on a day, turned into a share of cargo value step by step.

    Returns
    -------
    Table
        One row a fee and kind of ship: fee per net ton, per voyage, over the cargo's value, times the share of calls
        that pay. A fee that is not in force shows what would be charged.

    Raises
    ------
    InputError
        When the record has no port fee by that day, or lacks a parameter of the arithmetic.
    """
    fees = [
        state for state in dossier.states(date).values() if state.measure.instrument is Instrument.port_fee
    ]
    if not fees:
        raise InputError(f"no port fee was announced by {date}", where=dossier.id, hint="ask for a later day")

    def number(key: str) -> float:
        if key not in dossier.parameters:
            raise InputError(
                f"the record has no parameter `{key}`",
                where=dossier.id,
                hint="add it to parameters.yaml: the conversion of port fees needs it",
            )
        return dossier.parameters[key].value

    rows: list[tuple[Cell, ...]] = []
    for state in fees:
        fee = state.value or 0.0
        dollars = fee / number("yuan-per-dollar") if state.measure.unit == "cny_per_net_ton" else fee
        for ship in SHIPS:
            voyage = dollars * number(f"port-fee-net-tons-{ship}") / 1e6
            cargo = number(f"port-fee-value-{ship}")
            paying = number(f"port-fee-share-{SIDES.get(state.measure.actor, state.measure.actor.lower())}-{ship}")
            rows.append(
                (
                    state.measure.id,
                    state.status.value.replace("_", " "),
                    show_value(state),
                    dollars,
                    ship,
                    voyage,
                    cargo,
                    100 * voyage / cargo,
                    100 * paying,
                    100 * voyage / cargo * paying,
                )
            )
    columns = (
        Column("id", "Fee"),
        Column("status", "Status"),
        Column("fee", "Step of the day"),
        Column("usd_per_net_ton", "Fee", "USD per net ton", "number", 1),
        Column("ship", "Ship"),
        Column("per_voyage", "Per voyage", "USD mn", "number", 2),
        Column("cargo", "Cargo there and back", "USD mn", "number", 1),
        Column("of_cargo", "Of the cargo's value", "%", "number", 2),
        Column("paying", "Calls that pay", "%", "number", 0),
        Column("cost", "Cost of trade", "%", "number", 3),
    )
    note = "Fee x net tons / cargo value x share of calls that pay; ships, values and shares are assumed (parameters port-fee-*)."
    return Table("port_fees", f"Port fees on {date}", columns, tuple(rows), note)
