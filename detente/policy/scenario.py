"""A scenario: a set of measures on a date, as a file one can mail. It says policy only; assumptions are kept apart.

A scenario starts from the record as it stands on its `date`, read as of its `asof`, and then

- `set`s single measures (status, value) from that date on,
- `disable`s whole authorities,
- `remove_between`s two parties everything announced since a day,
- holds clocks that would fire on the way to its date (`hold_clocks`); the others fire (`detente.policy.firing`).

Applied to a dossier it gives another dossier, so everything that reads a dossier (duties, clocks, tables) reads a
scenario the same way.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field, PrivateAttr

from detente.core import (
    DateError,
    InputError,
    LabelError,
    is_file,
    is_folder,
    is_there,
    name_of,
    read_text,
    suggestion,
)
from detente.dossier import DatedValue, Doubt, Frozen, FrozenDict, Grade, Measure, Slug, Status, require_fresh
from detente.policy.duties.stacking import is_duty
from detente.policy.effects import as_costs_only, at_value, effect_hat
from detente.policy.firing import holding
from detente.policy.hand_duties import HandDuty, hand_tariff
from detente.policy.quantity import QuantityLimit
from detente.policy.settings import (
    Removal as Removal,
    Setting as Setting,
    Window,
    check_setting,
    live,
    setting_places,
)
from detente.world import Economy, Wedges

if TYPE_CHECKING:
    from detente.dossier import Dossier


class Scenario(Frozen):
    """One outcome as a set of measures on a date.

    Attributes
    ----------
    id, title, story : str
        Name, name to show, one sentence on what happens.
    dossier : str
        The record it starts from.
    date : date, optional
        Day the policy is evaluated; the as-of day of the record when left out.
    asof : date, optional
        What was known; the dossier's own day when left out.
    hold_clocks : bool or tuple of str
        What would change by itself between the as-of day and the date, and does not: everything (True), or these clocks and
        measures.
    set : mapping of measure id to Setting
    disable : tuple of str
        Authorities switched off (their measures are void).
    remove_between : Removal, optional
    quantities : tuple of QuantityLimit
        Caps, bans and floors; the solve finds the wedges that enforce them, so they are not in `wedges_at`.
    tariffs : tuple of HandDuty
        Duties set by hand, on top of everything else; for worlds of one's own.
    told : tuple of Window
        As-of days on which the outcome is a live question; all when left out. The ladder of a day holds those alone.
    record : bool
        False: nothing of the record is used, base-year duties and `tariffs` are all there is.
    assumed : tuple of str
        What the scenario takes for granted, in words; the briefing repeats it.

    Examples
    --------
    >>> from detente import Standoff
    >>> standoff = Standoff.load("busan-2025")
    >>> own = Scenario(id="quiet", title="As things stand", dossier="busan-2025")
    >>> outcome = standoff.solve(own)["quiet"]
    >>> outcome.solution.result.ok
    True
    """

    id: Slug
    title: str
    story: str = ""
    dossier: str
    date: dt.date | None = None
    asof: dt.date | None = None
    hold_clocks: bool | tuple[Slug, ...] = False
    set: dict[str, Setting] = Field(default_factory=dict)
    disable: tuple[Slug, ...] = ()
    remove_between: Removal | None = None
    quantities: tuple[QuantityLimit, ...] = ()
    tariffs: tuple[HandDuty, ...] = ()
    told: tuple[Window, ...] = ()
    record: bool = True
    assumed: tuple[str, ...] = ()
    _places: dict[str, str] = PrivateAttr(default_factory=dict)
    """Where a file sets the value of a measure, for messages."""

    def doubts(self) -> Iterator[Doubt]:
        """What its limits and duties by hand doubt; settings are held against their measures when they are applied."""
        for key, lines in (("quantities", self.quantities), ("tariffs", self.tariffs)):
            for i, line in enumerate(lines):
                yield from (doubt.below(key, i) for doubt in line.doubts())

    def on(self, asof: dt.date) -> dt.date:
        """Day on which the scenario is evaluated, given the as-of day of the record."""
        return self.date or asof

    def plus(self, other: Scenario) -> Scenario:
        """Compound of two scenarios (`a+b` on the command line): the later date, both sets; the second one wins."""
        if self.dossier != other.dossier:
            raise InputError(
                f"`{self.id}` and `{other.id}` start from different dossiers",
                hint="compound scenarios of one dossier only",
            )
        both = self.model_copy(
            update={
                "id": f"{self.id}+{other.id}",
                "title": f"{self.title} + {other.title}",
                "story": " ".join(part for part in (self.story, other.story) if part),
                "date": max((day for day in (self.date, other.date) if day), default=None),
                "hold_clocks": _both(self.hold_clocks, other.hold_clocks),
                "set": {**self.set, **other.set},
                "disable": tuple(dict.fromkeys((*self.disable, *other.disable))),
                "remove_between": other.remove_between or self.remove_between,
                "tariffs": (*self.tariffs, *other.tariffs),
                "record": self.record and other.record,
                "quantities": tuple(
                    {one.name: one for one in (*self.quantities, *other.quantities)}.values()
                ),
                "assumed": tuple(dict.fromkeys((*self.assumed, *other.assumed))),
            }
        )
        both._places = {**self._places, **other._places}
        return both

    def holding(self, clocks: bool | Sequence[str]) -> Scenario:
        """The scenario that also holds these clocks and measures, or everything (True) that would change on the way."""
        if not clocks:
            return self
        return self.model_copy(update={"hold_clocks": _both(self.hold_clocks, clocks)})


def _both(one: bool | Sequence[str], two: bool | Sequence[str]) -> bool | tuple[str, ...]:
    if one is True or two is True:
        return True
    return tuple(dict.fromkeys((*(one or ()), *(two or ())))) or False


def scenario_folder(dossier: str) -> Path:
    """Folder of the scenarios that come with a dossier: a shipped one's id, or the folder of one's own."""
    import detente.dossier

    if is_folder(dossier):
        return Path(dossier) / "scenarios"
    return Path(detente.dossier.__file__).parent / "data" / dossier / "scenarios"


def shipped_scenarios(dossier: str = "busan-2025", asof: dt.date | None = None) -> tuple[str, ...]:
    """Ids of the scenarios shipped with a dossier, in the order of the outcome ladder.

    Given an as-of day, those that were a live question on it (`Scenario.told`).
    """
    folder = scenario_folder(dossier)
    order = folder / "ladder.txt"
    if is_there(order):
        names = tuple(read_text(order, limit=100_000).split())
    else:
        names = tuple(sorted(path.stem for path in folder.glob("*.yaml")))
    if asof is None:
        return names
    return tuple(name for name in names if live(load_scenario(name, dossier=dossier).told, asof))


def load_scenario(id_or_path: str | Path, *, dossier: str = "busan-2025") -> Scenario:
    """Read a scenario, shipped (by id) or your own (by path); `a+b` compounds.

    Parameters
    ----------
    id_or_path : str or path
    dossier : str
        Where shipped ids are looked up.

    Returns
    -------
    Scenario

    Raises
    ------
    LabelError
        For an id that is not shipped and no file.
    SchemaError, DateError
        For a file that does not have the declared form; file, line and key are named.

    Examples
    --------
    >>> load_scenario("talks-fail").date.isoformat()
    '2025-11-08'
    """
    from detente.dossier import read_yaml, validate

    text = str(id_or_path)
    if isinstance(id_or_path, str) and "+" in text and not is_there(text):
        first, *rest = (load_scenario(part, dossier=dossier) for part in text.split("+"))
        for other in rest:
            first = first.plus(other)
        return first
    path = Path(id_or_path)
    if path.suffix not in (".yaml", ".yml") and not is_file(path):
        known = shipped_scenarios(dossier)
        if text not in known:
            raise LabelError(
                f"unknown scenario `{name_of(text)}`",
                hint=suggestion(text, known) + "; or give the path of a scenario file",
            )
        path = scenario_folder(dossier) / f"{text}.yaml"
    file = read_yaml(path)
    scenario = validate(Scenario, file.data, file, ())
    scenario._places = setting_places(file, ("set",))
    return scenario


def _replaced(measure: Measure, date: dt.date, value: DatedValue) -> Measure:
    """The measure with everything from `date` on replaced by one value."""
    kept = tuple(entry for entry in measure.values if entry.from_ < date)
    return measure.model_copy(update={"values": (*kept, value)})


def apply_scenario(dossier: Dossier, scenario: Scenario) -> Dossier:
    """Return the dossier in which the scenario's settings hold from its date on.

    Raises
    ------
    LabelError
        For a measure, an authority or a held clock that is not in the record; the nearest one is offered.
    UnitError
        For a value that cannot be meant in its measure's unit.
    DateError
        When the scenario's `asof` is not that of the dossier given.
    StaleError
        When the scenario's day lies further beyond the record's vintage than the record answers for.
    """
    if scenario.asof is not None and scenario.asof != dossier.asof:
        raise DateError(
            f"scenario is read as of {scenario.asof}, the dossier was loaded as of {dossier.asof}",
            where=scenario.id,
            hint=f"load_dossier({dossier.id!r}, asof=...) with the scenario's day",
        )
    day = scenario.on(dossier.asof)
    require_fresh(dossier, day, f"the day of `{scenario.id}`,")
    measures = dict(holding(dossier, scenario).measures)
    authorities = {measure.authority for measure in measures.values()}
    for authority in scenario.disable:
        if authority not in authorities:
            raise LabelError(
                f"no measure has the authority `{authority}`",
                where=f"{scenario.id}: disable",
                hint=suggestion(authority, sorted(authorities)),
            )
    for name in scenario.set:
        if name not in measures:
            raise LabelError(
                f"no measure `{name}` was known on {dossier.asof}",
                where=f"{scenario.id}: set",
                hint=suggestion(name, sorted(measures), list_with="detente measures")
                + "; a measure announced later than the as-of day is not there: a later --asof would know it",
            )

    for name, setting in scenario.set.items():
        check_setting(measures[name], setting, scenario._places.get(name, f"{scenario.id}: set.{name}.value"))

    def entry(measure: Measure, status: Status, value: float | None, why: str) -> DatedValue:
        last = max(measure.values, key=lambda item: (item.from_, item.known or measure.announced))
        return DatedValue(
            **{"from": day},
            value=last.value if value is None else value,
            by_target=last.by_target if value is None else {},
            by_firm=last.by_firm if value is None else (),
            shares_from=last.shares_from,
            ceiling=last.ceiling,
            status=status,
            known=dossier.asof,
            source="scenario",
            grade=Grade.assumed,
            products=last.products,
            note=why or f"set by scenario {scenario.id}",
        )

    removal = scenario.remove_between
    for name, measure in measures.items():
        if removal and removal.takes(measure):
            measures[name] = _replaced(measure, day, entry(measure, Status.repealed, None, "removed"))
        if measure.authority in scenario.disable:
            measures[name] = _replaced(measure, day, entry(measure, Status.void, None, "disabled"))
    for name, setting in scenario.set.items():
        measure = dossier.measures[name]
        measures[name] = _replaced(
            measure, day, entry(measure, setting.status, setting.value, setting.reason)
        )
    return dataclasses.replace(dossier, measures=FrozenDict(measures))


@dataclass(frozen=True)
class Footprint:
    """What one measure does to trade in a scenario.

    Attributes
    ----------
    measure : str
    status : str
        On the scenario's date.
    moves : bool
        Whether it changes any wedge against the base year.
    reason : str
        Why it moves nothing, when it does not.
    title : str
        Of the measure.
    """

    measure: str
    status: str
    moves: bool
    reason: str
    title: str = ""


def wedges_at(economy: Economy, dossier: Dossier, scenario: Scenario, *, quantities: bool) -> Wedges:
    """Wedges of a scenario: base-year duties plus what the record adds to them on its date, and trade costs.

    `detente.cases.Standoff.solve` solves a scenario with the quantities that its measures state; wedges alone are a part of it.

    Duties are ``tariff_new = tariff + added_duties``; non-tariff measures in force multiply `iceberg_hat`, and those that
    were in force on the base day already are in the data and divide out.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
        The record (unmodified); the scenario is applied to it here.
    scenario : Scenario
    quantities : bool
        Whether the caps and floors that measures state are solved beside these wedges (`limits.limits_at`). If not, the costs that
        stand for caps are in the wedges, and floors are left out: another model, so the choice has no default.

    Returns
    -------
    Wedges
        ``[importer, exporter, sector]``.
    """
    return wedges_and_footprints(economy, dossier, scenario, quantities=quantities)[0]


def wedges_and_footprints(
    economy: Economy, dossier: Dossier, scenario: Scenario, *, quantities: bool
) -> tuple[Wedges, tuple[Footprint, ...]]:
    """Wedges of a scenario, with what each measure contributes or why it moves nothing; `quantities` as in `wedges_at`."""
    from detente.policy.duties.day import added_duties

    if not scenario.record:
        if scenario.set or scenario.disable or scenario.remove_between:
            raise InputError(
                "`record: false` leaves no measure to set, disable or remove",
                where=scenario.id,
                hint="drop those keys, or `record: false`",
            )
        by_hand = hand_tariff(economy, economy.tariff, scenario.tariffs, where=scenario.id)
        return Wedges.of(economy, tariff=by_hand), ()
    applied = apply_scenario(dossier, scenario)
    day = scenario.on(dossier.asof)
    states = applied.states(day)
    before = dossier.base_states(economy.base_day)
    iceberg_hat = np.ones_like(economy.flows)
    footprints = []
    for name, state in states.items():
        measure = applied.measures[name]
        in_force = state.status is Status.in_force
        was = name in before and before[name].status is Status.in_force
        if measure.effect is not None:
            if in_force != was:
                effect = at_value(measure.effect, state.value if in_force else before[name].value)
                if quantities and not was:
                    effect = as_costs_only(effect)
                hat = effect_hat(economy, measure, effect)
                iceberg_hat = iceberg_hat * hat if in_force else iceberg_hat / hat
                footprints.append(Footprint(name, state.status.value, True, "", measure.title))
                continue
            reason = (
                "in force in the base year already"
                if was
                else f"{state.status.value.replace('_', ' ')} on {day}"
            )
        elif is_duty(measure):
            same = was and before[name].value == state.value and before[name].by_target == state.by_target
            if in_force and not same:
                footprints.append(Footprint(name, state.status.value, True, "", measure.title))
                continue
            if was and not in_force:
                footprints.append(
                    Footprint(name, state.status.value, True, "removed from the base year", measure.title)
                )
                continue
            reason = (
                "in the base year already" if same else f"{state.status.value.replace('_', ' ')} on {day}"
            )
        else:
            reason = "binds no trade flow in the model"
        footprints.append(Footprint(name, state.status.value, False, reason, measure.title))
    tariff = economy.tariff + added_duties(economy, applied, day)
    tariff = hand_tariff(economy, tariff, scenario.tariffs, where=scenario.id)
    return Wedges.of(economy, tariff=tariff, iceberg_hat=iceberg_hat), tuple(footprints)
