"""What a scenario or a rung of a game makes of single measures, and whether a value it sets can be meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from detente.core import InputError, UnitError
from detente.dossier import (
    BANDS,
    POSSIBLE,
    Doubt,
    Field,
    Frozen,
    KeyPath,
    Measure,
    Status,
    doubts_on,
    key_text,
    model_validator,
)

if TYPE_CHECKING:
    from detente.dossier import YamlFile


def _values(measure: Measure) -> set[float | None]:
    """Values that the record itself gives a measure."""
    own: set[float | None] = {value.value for value in measure.values}
    return own | {rate for value in measure.values for rate in value.by_target.values()}


class Setting(Frozen):
    """What a scenario makes of one measure from its date on."""

    status: Status = Status.in_force
    value: float | None = None
    """Left out: the value the record last gave it."""
    reason: str = ""
    extraordinary: bool = False
    """States that a value outside the plausible band of the measure's unit is meant."""

    def doubts_of(self, measure: Measure) -> Iterator[Doubt]:
        """A value outside the plausible band of the measure's unit that the measure never had itself."""
        if self.value not in _values(measure):
            unit = measure.unit
            yield from doubts_on(
                ("value",), self.value, unit, BANDS[unit], POSSIBLE[unit], self.extraordinary
            )


class Window(Frozen):
    """As-of days on which a scenario or a game is a live question."""

    since: dt.date | None = None
    """First day; open to the past when left out."""
    until: dt.date | None = None
    """First day on which it no longer is; open to the future when left out."""

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.since and self.until and self.until <= self.since:
            raise ValueError("`until`, the first day after the window, must lie after `since`")
        return self


def live(windows: tuple[Window, ...], day: dt.date) -> bool:
    """Whether a day lies in one of the windows; without any, every day does.

    Examples
    --------
    >>> october = (Window(until=dt.date(2025, 10, 30)),)
    >>> live(october, dt.date(2025, 10, 28)), live(october, dt.date(2025, 10, 30)), live((), dt.date(2018, 1, 1))
    (True, False, True)
    """
    return not windows or any(
        (window.since is None or window.since <= day) and (window.until is None or day < window.until)
        for window in windows
    )


class Removal(Frozen):
    """Everything two parties did to each other since a day is gone."""

    parties: Annotated[tuple[str, ...], Field(min_length=2)]
    announced_from: dt.date

    def takes(self, measure: Measure) -> bool:
        """Whether one of the parties announced the measure against another since the day."""
        return (
            measure.actor in self.parties
            and any(target in self.parties and target != measure.actor for target in measure.targets)
            and measure.announced >= self.announced_from
        )


def check_setting(measure: Measure, setting: Setting, where: str) -> None:
    """Refuse a value that cannot be meant in the measure's unit.

    Parameters
    ----------
    measure : Measure
    setting : Setting
    where : str
        File, line and key where they are known, else the scenario and the key.

    Raises
    ------
    UnitError
        For a value outside the plausible band that is not stated as extraordinary, and a duty below zero.
    InputError
        For another value than the record's where none moves anything: of a halt, whose effect says what is left of the flow.
    """
    from detente.policy.duties import is_duty

    if setting.value is not None and setting.value < 0 and is_duty(measure):
        raise UnitError(
            f"a duty of {setting.value:g} is below zero",
            where=where,
            hint="`value: 0`, or `status: repealed`, ends it; `tariffs:` with `add: -0.05` lowers a rate",
        )
    for doubt in setting.doubts_of(measure):
        if not doubt.stated:
            raise UnitError(doubt.what, where=where, hint=doubt.hint)
    if setting.value not in (None, *_values(measure)) and not _counts(measure):
        raise InputError(
            f"another value of `{measure.id}` moves nothing",
            where=where,
            hint="what the measure does to trade is its `effect` in the record; end it, suspend it, or give a flow a limit of its "
            "own under `quantities:` in a scenario file",
        )


def _counts(measure: Measure) -> bool:
    """Whether the model reads the value of a measure: of duties, and of effects in proportion to it or to a content above it."""
    from detente.policy.duties import is_duty

    effect = measure.effect
    return is_duty(measure) or (
        effect is not None and (effect.per_value is not None or effect.content is not None)
    )


def setting_places(file: YamlFile, *under: KeyPath) -> dict[str, str]:
    """Where a file sets the value of a measure, by measure id: ``own.yaml:7: set.ID.value``.

    Parameters
    ----------
    file : YamlFile
    under : key paths
        Of the mappings from measure id to setting.
    """
    every = places_of_values(file)
    return {name: place for start in under for name, place in every.get(start, {}).items()}


def places_of_values(file: YamlFile) -> dict[KeyPath, dict[str, str]]:
    """The same of all mappings from measure id to setting in a file, by the key path of each."""
    places: dict[KeyPath, dict[str, str]] = {}
    for path, (line, _) in file.places.items():
        if len(path) > 1 and path[-1] == "value":
            place = f"{file.name}:{line}: {key_text(path)}"
            places.setdefault(path[:-2], {})[str(path[-2])] = place
    return places
