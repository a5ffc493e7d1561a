"""What can be switched: the measures of a record as controls, and a form that was sent back as a state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detente.app.setting import leaves_a_share, setting_of
from detente.app.state import SWITCHED_OFF, PageState, legible, read_state, state_of
from detente.core import InputError, LabelError, is_number
from detente.dossier import Status
from detente.policy import apply_scenario
from detente.show.figures import country_name

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory
    from detente.dossier import Dossier
    from detente.policy import Scenario

SWITCH = {"in_force": "in force", "suspended": "suspended", SWITCHED_OFF: "off"}
"""What a measure can be switched to, and how it is called."""


@dataclass(frozen=True)
class Switchable:
    """A measure with its switch, its slider and its share.

    Attributes
    ----------
    id, title : str
    switch : str
        Of `SWITCH`; where it stands now.
    usual : str
        Where the outcome that is started from has it.
    rate : str
        Percent, where the measure is a duty with one rate; empty otherwise.
    most : int
        End of the slider, percent.
    left : str
        Percent of trade that it leaves, where a share was set; empty otherwise.
    leaves : bool
        Whether a share can be set.
    moved : bool
        Whether the state sets it.
    """

    id: str
    title: str
    switch: str
    usual: str
    rate: str
    most: int
    left: str
    leaves: bool
    moved: bool


@dataclass(frozen=True)
class Group:
    """Controls of one actor and kind."""

    title: str
    controls: tuple[Switchable, ...]

    @property
    def moved(self) -> int:
        """How many of them the state sets."""
        return sum(control.moved for control in self.controls)


def control_groups(
    state: PageState, record: Dossier, base: Scenario, parties: Sequence[str]
) -> tuple[Group, ...]:
    """Measures that can move a result, by actor, duties first; the sides of the record before all others.

    Parameters
    ----------
    state : PageState
        Filled.
    record : Dossier
    base : Scenario
        Outcome that is started from.
    parties : sequence of str
    """
    groups: dict[str, list[Switchable]] = {}
    order = {code: n for n, code in enumerate(parties)}
    for control, actor, duty in sorted(
        _controls(state, record, base), key=lambda entry: order.get(entry[1], len(order))
    ):
        who = record.actors[actor].name if actor in record.actors else country_name(actor)
        groups.setdefault(f"{who}: {'duties' if duty else 'controls and fees'}", []).append(control)
    return tuple(Group(title, tuple(controls)) for title, controls in groups.items())


def _controls(state: PageState, record: Dossier, base: Scenario) -> Iterable[tuple[Switchable, str, bool]]:
    day = base.on(record.asof)
    states = apply_scenario(record, base).states(day)
    settings, shares = dict(state.set), dict(state.left)
    measures = [measure for measure in record.measures.values() if not measure.inert]
    measures.sort(key=lambda measure: (measure.actor, measure.unit != "fraction"))
    for measure in measures:
        now = states.get(measure.id)
        duty = measure.unit == "fraction"
        if now is None or (not duty and measure.effect is None):
            continue
        usual = now.status.value if now.status in (Status.in_force, Status.suspended) else SWITCHED_OFF
        switch, rate = usual, now.value
        if measure.id in settings:
            setting = setting_of(settings[measure.id])
            switch = setting.status.value if setting.status.value in SWITCH else SWITCHED_OFF
            rate = now.value if setting.value is None else setting.value
        share = shares.get(measure.id, "")
        sliding = duty and rate is not None and not (now.by_target and measure.id not in settings)
        yield (
            Switchable(
                measure.id,
                measure.title,
                "in_force" if share else switch,
                usual,
                f"{100 * rate:.10g}" if sliding and rate is not None else "",
                max(50, -(-int(200 * abs(now.value or 0.0)) // 50) * 50, int(100 * (rate or 0.0)) + 1)
                if duty
                else 0,
                f"{100 * float(share):.10g}" if share else "",
                leaves_a_share(measure),
                measure.id in settings or bool(share),
            ),
            measure.actor,
            duty,
        )


def state_of_form(laboratory: Laboratory, case: str, pairs: Iterable[tuple[str, str]]) -> PageState:
    """A state from a form that was sent: what differs from what the form showed is set, the rest stays.

    The form's ``form`` is the query it was shown for; ``switch.ID``, ``rate.ID`` and ``share.ID`` are its controls.

    Raises
    ------
    InputError, LabelError
        As `read_state`; and for a control that is none.
    """
    from detente.policy import load_scenario

    plain: list[tuple[str, str]] = []
    sent: dict[str, dict[str, str]] = {"switch": {}, "rate": {}, "share": {}}
    was = ""
    for key, value in pairs:
        group, _, name = key.partition(".")
        if key == "form":
            was = value
        elif name and group in sent:
            if name in sent[group]:
                raise InputError(f"`{legible(key)}` is given twice", where="address", hint="give it once")
            sent[group][name] = value
        else:
            plain.append((key, value))
    before = laboratory.filled(read_state(case, was).alone)
    asked = state_of(case, [pair for pair in plain if pair[0] != "was"])
    if asked.set or asked.left:
        raise InputError(
            "a form sends `switch.`, `rate.` and `share.`", where="address", hint="leave out set. and left."
        )
    record = laboratory.record(before)
    base = load_scenario(before.base, dossier=laboratory.source(case))
    controls = {control.id: control for control, _, _ in _controls(before, record, base)}
    settings, shares = dict(before.set), dict(before.left)
    for group, values in sent.items():
        for name, value in values.items():
            if name not in controls:
                raise LabelError(f"`{legible(name)}` is no control here", where=legible(f"{group}.{name}"))
            _move(controls[name], group, value.strip(), settings, shares)
    pairs = [(f"set.{name}", value) for name, value in settings.items()]
    pairs += [(f"left.{name}", value) for name, value in shares.items()]
    moved = state_of(case, [*((key, value) for key, value in plain if key != "was"), *pairs])
    moved = _known(laboratory, moved)
    now = laboratory.filled(moved)
    then, after = (laboratory.named(state) for state in (before, now))
    return replace(laboratory.short(now), was=then.query if then != after.alone else "")


def _known(laboratory: Laboratory, state: PageState) -> PageState:
    """A state without settings of measures that its day does not know: the day was moved, not the measures."""
    record = laboratory.record(state)
    return replace(
        state,
        set=tuple(pair for pair in state.set if pair[0] in record.measures),
        left=tuple(pair for pair in state.left if pair[0] in record.measures),
    )


def _move(
    control: Switchable, group: str, value: str, settings: dict[str, str], shares: dict[str, str]
) -> None:
    """Set what a moved control says; a control that stands where the form showed it says nothing."""
    name = control.id
    if group == "switch" and value and value != control.switch:
        shares.pop(name, None)
        settings[name] = value
        if value == control.usual:
            settings.pop(name)
    elif group == "rate" and value and control.rate and value != control.rate:
        shares.pop(name, None)
        settings[name] = f"{value}%" if is_number(value) else value
    elif group == "share" and value != control.left:
        settings.pop(name, None)
        shares.pop(name, None)
        if value:
            shares[name] = f"{value}%" if is_number(value) else value
