"""A scenario: a set of measures on a date, as a file one can mail. It says policy; what it sets of the model is under `options` alone.

A scenario starts from the record as it stands on its `date`, read as of its `asof`, and then

- `set`s single measures (status, value) from that date on,
- `disable`s whole authorities,
- `remove_between`s two parties everything announced since a day,
- holds clocks that would fire on the way to its date (`hold_clocks`); the others fire (`detente.policy.firing`).

Applied to a dossier it gives another dossier, so everything that reads a dossier (duties, clocks, tables) reads a
scenario the same way.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

from detente.core import (
    InputError,
    LabelError,
    is_file,
    is_folder,
    is_there,
    name_of,
    read_text,
    suggestion,
)
from detente.dossier import Doubt, Field, Frozen, PrivateAttr, Slug, field_validator
from detente.policy.carbon import Accounts, CarbonDuty, read_intensities
from detente.policy.compensation import Compensation
from detente.policy.forks import Fork, along, check_forks
from detente.policy.hand_duties import HandDuty
from detente.policy.model_options import ModelOptions
from detente.policy.quantity import QuantityLimit
from detente.policy.settings import (
    Removal as Removal,
    Setting as Setting,
    Window,
    live,
    setting_places,
)


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
    carbon : tuple of CarbonDuty
        Duties of so much a tonne, on top of these.
    accounts : Accounts, optional
        What making goods emits, and resource rents.
    compensation : tuple of Compensation
        What governments pay to the producers of sectors: who bears a loss, not how large it is.
    told : tuple of Window
        As-of days on which the outcome is a live question; all when left out. The ladder of a day holds those alone.
    forks : tuple of Fork
        Questions on which the outcome turns; each way of answering them is a branch (`detente.policy.branches`).
    record : bool
        False: nothing of the record is used, base-year duties and `tariffs` are all there is.
    options : ModelOptions, optional
        What it sets of the model beside the horizon; whoever solves it may set the rest.
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
    carbon: tuple[CarbonDuty, ...] = ()
    accounts: Accounts | None = None
    compensation: tuple[Compensation, ...] = ()
    told: tuple[Window, ...] = ()
    forks: tuple[Fork, ...] = ()
    record: bool = True
    options: ModelOptions | None = None
    assumed: tuple[str, ...] = ()
    _places: dict[str, str] = PrivateAttr(default_factory=dict)
    """Where a file sets the value of a measure, for messages."""

    @field_validator("forks")
    @classmethod
    def _of_different_names(cls, forks: tuple[Fork, ...]) -> tuple[Fork, ...]:
        return check_forks(forks)

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
                "carbon": (*self.carbon, *other.carbon),
                "accounts": other.accounts or self.accounts,
                "compensation": (*self.compensation, *other.compensation),
                "record": self.record and other.record,
                "forks": (),
                "options": other.options.over(self.options) if other.options else self.options,
                "quantities": tuple(
                    {limit.name: limit for limit in (*self.quantities, *other.quantities)}.values()
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


def _both(first: bool | Sequence[str], second: bool | Sequence[str]) -> bool | tuple[str, ...]:
    if first is True or second is True:
        return True
    return tuple(dict.fromkeys((*(first or ()), *(second or ())))) or False


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


@functools.cache
def reading_code() -> tuple[Path, ...]:
    """Files that say how scenarios, and settings of measures, are checked: those of this room, listed once a process."""
    return tuple(Path(__file__).parent.rglob("*.py"))


def load_scenario(id_or_path: str | Path, *, dossier: str = "busan-2025") -> Scenario:
    """Read a scenario, shipped (by id) or your own (by path); `a+b` compounds, where `b` is a scenario or a way of `a`.

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
    from detente.dossier import checked_kept, read_yaml

    text = str(id_or_path)
    if isinstance(id_or_path, str) and "+" in text and not is_there(text):
        start, *parts = text.split("+")
        if not all((start, *parts)):
            alone = "+".join(part for part in (start, *parts) if part)
            raise LabelError(
                f"`{name_of(text)}` names no scenario on one side of `+`",
                hint="`a+b` compounds two" + (f"; alone it is `{alone}`" if alone else ""),
            )
        compound = load_scenario(start, dossier=dossier)
        for part in parts:
            ways = {way.id: way for fork in compound.forks for way in fork.ways}
            if part in ways:
                compound = along(compound, ways[part])
            else:
                compound = compound.plus(load_scenario(part, dossier=dossier))
        return compound
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
    scenario = checked_kept(Scenario, file, reading_code())
    scenario = read_intensities(scenario, path.parent)
    scenario._places = setting_places(file, ("set",))
    return scenario
