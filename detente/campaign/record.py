"""The record of one pair, ready to be read as of any day: each measure's changes with what they move.

One record may follow another of the same two sides: the earlier one speaks until the last thing it knows, the later one from
then on, so that no act is counted twice.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from detente.campaign.rules import Rules, shipped_rules
from detente.cases import sides_in
from detente.core import InputError
from detente.dossier import (
    Clock,
    Dossier,
    Measure,
    MeasureState,
    Round,
    Status,
    folder_of,
    known_day,
    load_dossier,
    parties_of,
    read_yaml,
    resolve,
    shipped_dossiers,
)
from detente.policy.duties import covered_trade
from detente.world import Economy, goods_sectors

ONE_DAY = dt.timedelta(days=1)
EPSILON = 1e-9
DOLLARS = "usd_mn_per_year"


@dataclass(frozen=True)
class Turn:
    """One measure changing on one day, as known from a day on.

    Attributes
    ----------
    measure : str
    side : int
    day, known : date
    duty : float
        Change of the side's average added duty, a fraction.
    control : int
        1 when a control comes into force, -1 when one goes.
    court : bool
        Whether a court takes it away.
    held : bool
        Whether it was suspended before: what returns by itself.
    binds : bool
        Whether it was in force before: a step of something that stands.
    """

    measure: str
    side: int
    day: dt.date
    known: dt.date
    duty: float
    control: int
    court: bool
    held: bool
    binds: bool

    @property
    def harsher(self) -> bool:
        """Whether more binds after than before."""
        return self.duty > EPSILON or self.control > 0

    @property
    def easier(self) -> bool:
        """Whether less binds after than before."""
        return self.duty < -EPSILON or self.control < 0


@dataclass(frozen=True, eq=False)
class PairPart:
    """One dossier of the pair's record, with the share of trade that each scope of its duties covers."""

    dossier: Dossier
    sides: tuple[str, str]
    trade: tuple[float, float]
    """Goods each side buys of the other in the base year, million USD."""
    economy: Economy
    rules: Rules
    _shares: dict[tuple[str, str], float] = field(default_factory=dict)
    _turns: dict[tuple[str, int], tuple[Turn, ...]] = field(default_factory=dict)

    @functools.cached_property
    def counted(self) -> tuple[Measure, ...]:
        """Measures that are moves between the two."""
        return tuple(measure for measure in self.dossier.measures.values() if self._counts(measure))

    def _counts(self, measure: Measure) -> bool:
        kind = measure.instrument.value
        if measure.actor not in self.sides or kind not in self.rules.duties | self.rules.controls:
            return False
        other = self.sides[1 - self.sides.index(measure.actor)]
        if other in measure.except_targets:
            return False
        named = other in measure.targets
        return named or ("all" in measure.targets and kind not in self.rules.aimed)

    def known_days(self, measure: Measure, asof: dt.date) -> list[dt.date]:
        """Days on which something about a measure became known, up to a day."""
        return sorted({day for value in measure.values if (day := known_day(measure, value)) <= asof})

    def turns(self, measure: Measure, asof: dt.date) -> tuple[Turn, ...]:
        """Every change of a measure, past and planned, as known on a day."""
        seen = sum(known_day(measure, value) <= asof for value in measure.values)
        key = (measure.id, seen)
        if key not in self._turns:
            self._turns[key] = tuple(self._changes(measure, asof)) if seen else ()
        return self._turns[key]

    def _changes(self, measure: Measure, asof: dt.date) -> Iterable[Turn]:
        side = self.sides.index(measure.actor)
        entries = [value for value in measure.values if known_day(measure, value) <= asof]
        days = {day for value in entries for day in (value.from_, value.until) if day is not None}
        before: MeasureState | None = None
        for day in sorted(day for day in days if day >= measure.announced):
            if day > measure.announced:
                before = resolve(measure, day - ONE_DAY, asof)
            after = resolve(measure, day, asof)
            duty = self.level(after) - (self.level(before) if before else 0.0)
            control = self._binds(after) - (self._binds(before) if before else 0)
            if abs(duty) > EPSILON or control:
                held = before is not None and before.status is Status.suspended
                binds = before is not None and before.in_force
                void = after.status is Status.void
                yield Turn(measure.id, side, day, after.known, duty, control, void, held, binds)
            before = after

    def level(self, state: MeasureState) -> float:
        """Average duty that a measure adds on all goods of the other side, a fraction; zero unless in force."""
        if not state.in_force or state.measure.instrument.value not in self.rules.duties:
            return 0.0
        side = self.sides.index(state.measure.actor)
        other = self.sides[1 - side]
        rate = state.rate_for(other)
        if not rate or state.measure.unit != "fraction":
            return 0.0
        key = (state.measure.id, state.products.model_dump_json())
        if key not in self._shares:
            covered = covered_trade(self.economy, state, self.dossier.trade_of(state.measure.actor))
            self._shares[key] = min(1.0, covered / self.trade[side])
        return rate * self._shares[key]

    def _binds(self, state: MeasureState) -> int:
        return int(state.in_force and state.measure.instrument.value in self.rules.controls)

    def pledges(self) -> Iterable[tuple[int, dt.date]]:
        """Side and day known of each pledge in force that makes an agreement broad."""
        for measure in self.dossier.measures.values():
            if measure.unit != DOLLARS or measure.actor not in self.sides:
                continue
            side = self.sides.index(measure.actor)
            for value in measure.values:
                if (
                    value.status is Status.in_force
                    and (value.value or 0.0) >= self.rules.pledge * self.trade[side]
                ):
                    yield side, known_day(measure, value)
                    break


@dataclass(frozen=True, eq=False)
class Record:
    """Everything one pair's records say, each as known on the day it was loaded for.

    Attributes
    ----------
    parts : tuple of PairPart
        Earlier records first; the last is the one that was asked for.
    rules : Rules
    """

    parts: tuple[PairPart, ...]
    rules: Rules

    @property
    def sides(self) -> tuple[str, str]:
        """The two parties."""
        return self.parts[-1].sides

    @property
    def main(self) -> PairPart:
        """The record that was asked for."""
        return self.parts[-1]

    def speaks_from(self, asof: dt.date) -> tuple[dt.date, ...]:
        """For each part the last day known to the parts before it: only what became known later is taken from it."""
        starts, last = [], dt.date.min
        for part in self.parts:
            starts.append(last)
            days = [day for measure in part.counted for day in part.known_days(measure, asof)]
            last = max([last, *days])
        return tuple(starts)

    def clocks(self) -> Mapping[str, Clock]:
        """Clocks of every part; where two parts name one, the later part's."""
        return {name: clock for part in self.parts for name, clock in part.dossier.clocks.items()}

    def rounds(self) -> tuple[Round, ...]:
        """Meetings of every part, by first day."""
        return tuple(
            sorted(
                (meeting for part in self.parts for meeting in part.dossier.rounds.values()),
                key=lambda meeting: (meeting.start, meeting.id),
            )
        )


def record_of(
    dossier: Dossier, economy: Economy, *, others: Iterable[Dossier] | None = None, rules: Rules | None = None
) -> Record:
    """The record of a dossier's two sides.

    Parameters
    ----------
    dossier : Dossier
        Nothing known after its as-of day is used.
    economy : Economy
        Whose trade weighs the duties.
    others : iterable of Dossier, optional
        Earlier records of the same pair, in order, as known on the same day. Left out: the shipped ones of the same two sides
        whose own day is before that of the dossier.
    rules : Rules, optional
        The shipped ones when left out.

    Raises
    ------
    InputError
        When the sides of the dossier cannot be told, or are not in the economy.
    """
    held = rules or shipped_rules()
    sides = sides_in(dossier, economy)
    before = list(earlier_records(dossier) if others is None else others)
    parts = []
    for each in (*before, dossier):
        if each is not dossier and set(sides_in(each, economy)) != set(sides):
            raise InputError(
                f"the records `{each.id}` and `{dossier.id}` are not of the same two sides",
                where="record_of: others",
                hint=f"the sides are {' and '.join(sides)}",
            )
        parts.append(PairPart(each, sides, _trade(economy, sides), economy, held))
    return Record(tuple(parts), held)


def earlier_records(dossier: Dossier) -> list[Dossier]:
    """Shipped records of the same two parties whose own day is earlier, as known on the dossier's day."""
    pair = set(parties_of(dossier))
    mine = _own_day(dossier.id) if dossier.id in shipped_dossiers() else dossier.asof
    days = {name: _own_day(name) for name in shipped_dossiers() if name != dossier.id}
    earlier = []
    for name in sorted((name for name in days if days[name] < mine), key=lambda name: (days[name], name)):
        # what was last checked earlier is taken as of then: nothing it holds became known later
        day = min(dossier.asof, dt.date.fromisoformat(str(_sheet(name)["vintage"])))
        own = load_dossier(name, asof=day) if _begun(name, day) else None
        if own is not None and set(parties_of(own)) == pair:
            earlier.append(own)
    return earlier


def _sheet(name: str) -> dict[str, Any]:
    """What a shipped record says of itself."""
    return dict(read_yaml(folder_of(name) / "dossier.yaml").data)


def _own_day(name: str) -> dt.date:
    return dt.date.fromisoformat(str(_sheet(name)["asof"]))


def _begun(name: str, asof: dt.date) -> bool:
    begins = _sheet(name).get("begins")
    return begins is None or dt.date.fromisoformat(str(begins)) <= asof


def _trade(economy: Economy, sides: tuple[str, str]) -> tuple[float, float]:
    goods = goods_sectors(economy)
    first, second = (economy.labels.country(code) for code in sides)
    return (
        float(economy.flows[first, second, goods].sum()),
        float(economy.flows[second, first, goods].sum()),
    )
