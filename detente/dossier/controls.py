"""Controls as objects one can evaluate on a day: what each binds, since when, until when, what ends it.

A control is a measure that is no duty and no pledge, together with its `Scope`. Port fees are turned into a share of cargo value by the arithmetic that the record's parameters spell out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from detente.core import Cell, Column, InputError, LabelError, Table, suggestion
from detente.dossier.claims import economy_names, show_value
from detente.dossier.dossier import Dossier, find
from detente.dossier.measure import Instrument, Measure, Status
from detente.dossier.scope import Scope
from detente.dossier.timeline import MeasureState, resolve

REACH = {
    "own_trade": "the actor's own trade",
    "third_country_goods": "goods made in third countries too",
    "third_country_firms": "firms in third countries too",
    "ships_anywhere": "ships of any trade",
    "own_market": "the actor's own market",
}
SHIPS = ("container", "bulk", "tanker")


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
        known = [key for key, entry in dossier.measures.items() if is_control(entry)]
        raise LabelError(
            f"`{measure_id}` is a duty or a pledge, no control", hint=suggestion(measure_id, known)
        )
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
    controls = controls_at(dossier, date)
    if not controls:
        raise InputError(f"no control was announced by {date}", where=dossier.id, hint="ask for a later day")
    columns = (
        Column("id", "Control"),
        Column("title", "Title"),
        Column("actor", "Actor", names=economy_names(dossier)),
        Column("targets", "Targets", names=economy_names(dossier)),
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
    for key, held in controls.items():
        state, scope = held.state, held.scope
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
                held.threshold,
                ", ".join(scope.firms) if scope else "",
                ", ".join(f"{code} {100 * share:g} %" for code, share in state.products.sectors.items()),
                REACH[scope.reach] if scope else "",
                state.since.isoformat(),
                state.until.isoformat() if state.until else None,
                held.next_status.value.replace("_", " ") if held.next_status else "",
                scope.ends if scope else "",
                state.source,
                state.grade.value,
            )
        )
    return Table(
        "controls",
        f"Controls, fees and listings on {date}",
        columns,
        tuple(rows),
        f"As known on {dossier.asof}.",
    )


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
            paying = number(f"port-fee-share-{state.measure.actor.lower()}-{ship}")
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
