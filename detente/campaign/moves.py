"""Moves made by hand in a played standoff: what each becomes in its ledger, and what is refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from detente.campaign.clocks import LiveClock
from detente.campaign.course import LATER, MOVES, HandMove
from detente.campaign.ledger import BOTH, Act
from detente.campaign.played import CALLED, OFFER, Happening, Pair, named, threat_title
from detente.core import DateError, InputError, LabelError, UnitError, suggestion

if TYPE_CHECKING:
    from detente.campaign.course import Campaign

MOST = 5.0
"""Largest change of an average duty that one move can bring, a fraction."""


def entries_of(campaign: Campaign, move: HandMove, side: int) -> list[Happening]:
    """What a move of a side played by hand enters into the campaign.

    Raises
    ------
    InputError, LabelError, UnitError, DateError
        As `Campaign.act`.
    """
    sides = campaign.start.sides
    if side not in campaign.hand:
        by_hand = ", ".join(sides[each] for each in campaign.hand) or "no side"
        raise InputError(
            f"{sides[side]} is played by rule here", where="--side", hint=f"{by_hand} is played by hand"
        )
    if move.what not in MOVES:
        raise LabelError(f"no move `{move.what}`", where="MOVE", hint=suggestion(move.what, MOVES))
    if move.due is not None and move.due <= campaign.today:
        raise DateError(
            f"{move.due} is not after today, {campaign.today}", where="--due", hint="name a later day"
        )
    makers = {"step": _step, "threat": _threat, "cut": _cut, "call": _call}
    return (makers.get(move.what) or _of_clock)(campaign, move, side)


def _amount(campaign: Campaign, move: HandMove, side: int, sign: int) -> tuple[Pair, tuple[int, int]]:
    """Change of duties and controls that a move brings, on its side."""
    if not 0 <= move.duty <= MOST:
        raise UnitError(
            f"{100 * move.duty:g}% is no change that one move brings to an average duty",
            where="--duty",
            hint=_nearest(move),
        )
    if move.controls < 0:
        raise UnitError(f"{move.controls} packages of controls", where="--controls", hint="none or more")
    if move.duty == 0 and move.controls == 0:
        raise InputError(
            f"the move `{move.what}` says of nothing how much",
            where="MOVE",
            hint="add --duty 10% or --controls 1",
        )
    duty, controls = sign * move.duty, sign * move.controls
    return ((duty, 0.0), (controls, 0)) if side == 0 else ((0.0, duty), (0, controls))


def _nearest(move: HandMove) -> str:
    """What may have been meant by a duty out of bounds: per cent without their sign, or the bound."""
    bounds = f"from 0% to {100 * MOST:g}%, written 10% or 0.10"
    if move.duty < 0:
        return f"{bounds}; the move `cut` takes duties back"
    meant = move.duty if move.duty <= 100 * MOST else 100 * MOST
    return f"did you mean {meant:g}%? {bounds}"


def _step(campaign: Campaign, move: HandMove, side: int) -> list[Happening]:
    return _in_force(campaign, side, *_amount(campaign, move, side, 1))


def _in_force(
    campaign: Campaign, side: int, duty: Pair, controls: tuple[int, int], clock: str = ""
) -> list[Happening]:
    """A step comes into force; what restores a court's taking is no step."""
    gap = campaign.chronology.gap
    back = [min(float(gap[s]), max(duty[s], 0.0)) for s in (0, 1)]
    rest = (duty[0] - back[0], duty[1] - back[1])
    entries = []
    if any(back):
        entries.append(Happening(campaign.today, side, "hand", Act.refill.name, duty=(back[0], back[1])))
    entries.append(Happening(campaign.today, side, "hand", Act.step.name, clock, None, rest, controls))
    return entries


def _threat(campaign: Campaign, move: HandMove, side: int) -> list[Happening]:
    duty, controls = _amount(campaign, move, side, 1)
    if move.due is None:
        raise InputError(
            "a threat names a day",
            where="--due",
            hint=f"such as --due {campaign.today + dt.timedelta(days=LATER)}",
        )
    clock = LiveClock(
        "",
        threat_title(sum(duty), sum(controls)),
        side,
        "threat",
        campaign.today,
        move.due,
        (),
        duty,
        controls,
    )
    return [Happening(campaign.today, side, "hand", Act.threat.name, begins=_new(campaign, clock))]


def _cut(campaign: Campaign, move: HandMove, side: int) -> list[Happening]:
    duty, controls = _amount(campaign, move, side, -1)
    there, packages = float(campaign.chronology.duty[side]), int(campaign.chronology.controls[side])
    if -duty[side] > there + 1e-12 or -controls[side] > max(packages, 0):
        raise UnitError(
            "more is taken back than stands",
            where="--duty" if -duty[side] > there else "--controls",
            hint=f"{100 * there:.1f}% of added duty and {packages} packages of controls stand",
        )
    return [Happening(campaign.today, side, "hand", Act.cut.name, duty=duty, controls=controls)]


def _call(campaign: Campaign, move: HandMove, side: int) -> list[Happening]:
    due = move.due or campaign.today + dt.timedelta(days=LATER)
    return [Happening(campaign.today, side, "hand", CALLED, due=due, leaders=move.leaders)]


def _of_clock(campaign: Campaign, move: HandMove, side: int) -> list[Happening]:
    """Carry a clock out, put it off, drop it, or offer to prolong an expiry of both."""
    clock = _clock(campaign, move, side)
    today, name = campaign.today, clock.id
    if move.what == "prolong":
        if clock.side != BOTH or clock.kind != "truce":
            raise InputError(
                f"`{name}` is no expiry of both sides",
                where="--clock",
                hint="put-off is for a step of one's own",
            )
        if name in campaign.offers:
            raise InputError(
                f"it is offered already to prolong `{name}`", where="--clock", hint="the offer stands"
            )
        return [Happening(today, side, "hand", OFFER, name), *_agreed_by_hand(campaign, clock, side)]
    if clock.side != side:
        raise InputError(
            f"`{name}` is not for one side alone to decide",
            where="--clock",
            hint="prolong offers to prolong it",
        )
    if move.what == "carry-out":
        if clock.kind == "cut":
            return [Happening(today, side, "hand", Act.cut.name, name, None, clock.duty, clock.controls)]
        return _in_force(campaign, side, clock.duty, clock.controls, name)
    if move.what == "drop":
        return [Happening(today, side, "hand", Act.dropped.name, name)]
    later = _later(campaign, clock, move.due)
    return [Happening(today, side, "hand", Act.put_off.name, name, later)]


def _agreed_by_hand(campaign: Campaign, clock: LiveClock, side: int) -> list[Happening]:
    """Where both sides are played by hand and both have offered, an expiry is put off at once."""
    offered = {entry.side for entry in campaign.entries if entry.act == OFFER and entry.clock == clock.id}
    if {*offered, side} != {0, 1}:
        return []
    return [
        Happening(campaign.today, BOTH, "hand", Act.put_off.name, clock.id, _later(campaign, clock, None))
    ]


def _later(campaign: Campaign, clock: LiveClock, due: dt.date | None) -> LiveClock:
    """The same clock with a later day: the one named, or as long a notice as before."""
    today = campaign.today
    if due is not None and clock.due is not None and due <= clock.due:
        raise DateError(f"{due} is not later than its day, {clock.due}", where="--due", hint="a later day")
    days = max(clock.lead, LATER)
    new = due or (clock.due or today) + dt.timedelta(days=days)
    kind = "threat" if clock.kind == "open" else clock.kind
    return _new(
        campaign,
        LiveClock("", clock.title, clock.side, kind, today, new, clock.measures, clock.duty, clock.controls),
    )


def _new(campaign: Campaign, clock: LiveClock) -> LiveClock:
    return named(clock, campaign.start.sides, (each.id for each in campaign.chronology.clocks))


def _clock(campaign: Campaign, move: HandMove, side: int) -> LiveClock:
    live = {clock.id: clock for clock in campaign.chronology.live}
    if not move.clock:
        raise InputError(
            f"the move `{move.what}` is about a clock",
            where="--clock",
            hint=", ".join(live) or "none is live",
        )
    if move.clock not in live:
        raise LabelError(
            f"no clock `{move.clock}` is live on {campaign.today}",
            where="--clock",
            hint=suggestion(move.clock, list(live)),
        )
    return live[move.clock]
