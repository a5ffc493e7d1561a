"""Forks of a scenario: an outcome that can come about in several ways, each a package of its own with a date.

A scenario file lists its `forks`. The first way of each is what the scenario itself tells; another says what is different.
One way of each fork taken together is a branch. The record decides which way is likeliest on an as-of day, with a reason and
a source, so that what was called off is not told as what will happen.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from detente.core import InputError, LabelError, suggestion
from detente.dossier import Field, Frozen, Slug, model_validator
from detente.policy.hand_duties import HandDuty
from detente.policy.settings import Setting, Window, live

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.policy.scenario import Scenario

MOST_BRANCHES = 128
"""Branches of one scenario; six forks of two ways are 64."""


class Way(Frozen):
    """One way a fork can go.

    Attributes
    ----------
    id : str
        Unique in the scenario; `scenario+way` names the branch on the command line.
    title : str
        What happens, as a clause: “the truce runs out”.
    date : date, optional
        Day from which it holds; a branch is evaluated on the latest of its ways' dates and the scenario's own.
    set : mapping of measure id to Setting
    tariffs : tuple of HandDuty
    needs : str, optional
        Id of a way of an earlier fork without which this one makes no sense.
    """

    id: Slug
    title: str
    date: dt.date | None = None
    needs: Slug | None = None
    set: dict[str, Setting] = Field(default_factory=dict)
    tariffs: tuple[HandDuty, ...] = ()


class Likeliest(Window):
    """As-of days on which the record makes one way the likeliest.

    Attributes
    ----------
    way : str
    why : str
        In words; the briefing repeats it.
    source : str, optional
        Id of a source of the record; a judgement of ours when left out.
    """

    way: Slug
    why: str
    source: str | None = None


class Fork(Frozen):
    """A question on which an outcome turns.

    Attributes
    ----------
    id, title : str
    ways : tuple of Way
        Two or more; the first is what the scenario itself tells, and changes nothing.
    likeliest : tuple of Likeliest
        Windows that do not overlap; outside them the first way counts as the likeliest.
    """

    id: Slug
    title: str
    ways: Annotated[tuple[Way, ...], Field(min_length=2)]
    likeliest: tuple[Likeliest, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Fork:
        first = self.ways[0]
        if first.set or first.tariffs or first.date or first.needs:
            raise ValueError(
                f"the first way, `{first.id}`, is what the scenario itself tells: give it no date, set, tariffs or needs"
            )
        known = [way.id for way in self.ways]
        for window in self.likeliest:
            if window.way not in known:
                raise ValueError(
                    f"`likeliest` names `{window.way}`, which is no way of this fork; {suggestion(window.way, known)}"
                )
        for earlier, other in itertools.combinations(self.likeliest, 2):
            if (earlier.since or dt.date.min) < (other.until or dt.date.max) and (
                other.since or dt.date.min
            ) < (earlier.until or dt.date.max):
                raise ValueError(f"two windows of `likeliest` overlap: `{earlier.way}` and `{other.way}`")
        return self

    def on(self, day: dt.date) -> tuple[Way, Likeliest | None]:
        """Return the way that the record makes likeliest on an as-of day, and why; no reason outside every window."""
        for window in self.likeliest:
            if live((window,), day):
                return next(way for way in self.ways if way.id == window.way), window
        return self.ways[0], None


@dataclass(frozen=True, eq=False)
class Branch:
    """One way of each fork taken together.

    Attributes
    ----------
    scenario : Scenario
        Ready to be applied to a record; without forks of its own.
    ways : tuple of Way
        One a fork, in their order.
    told : bool
        The scenario as its own file tells it.
    likeliest : bool
        The branch that the record makes likeliest.
    """

    scenario: Scenario
    ways: tuple[Way, ...]
    told: bool
    likeliest: bool


def check_forks(forks: tuple[Fork, ...]) -> tuple[Fork, ...]:
    """Refuse two ways or two forks of one name, needs that nothing meets, and more branches than anybody reads.

    Raises
    ------
    ValueError
    """
    for what, names in (
        ("forks", [fork.id for fork in forks]),
        ("ways", [way.id for fork in forks for way in fork.ways]),
    ):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two {what} are called `{twice[0]}`; a branch is named by its ways")
    earlier: set[str] = set()
    for fork in forks:
        for way in fork.ways:
            if way.needs is not None and way.needs not in earlier:
                raise ValueError(f"`{way.id}` needs `{way.needs}`, which is no way of an earlier fork")
        earlier |= {way.id for way in fork.ways}
    branches_of = math.prod(len(fork.ways) for fork in forks)
    if branches_of > MOST_BRANCHES:
        raise ValueError(f"the forks make {branches_of} branches; at most {MOST_BRANCHES} are solved")
    return forks


def along(scenario: Scenario, way: Way) -> Scenario:
    """The scenario with one way taken: the way's settings win, the later date counts.

    Raises
    ------
    InputError
        When another way of the same fork was taken before.
    """
    fork = next((fork for fork in scenario.forks if way in fork.ways), None)
    if fork is None:
        raise InputError(f"`{scenario.id}` has no way `{way.id}` left to take", hint="one way of each fork")
    changed = bool(way.set or way.tariffs or way.date)
    branch = scenario.model_copy(
        update={
            "id": f"{scenario.id}+{way.id}" if changed else scenario.id,
            "title": f"{scenario.title}: {way.title}" if changed else scenario.title,
            "date": max((day for day in (scenario.date, way.date) if day), default=None),
            "set": {**scenario.set, **way.set},
            "tariffs": (*scenario.tariffs, *way.tariffs),
            "forks": tuple(other for other in scenario.forks if other is not fork),
        }
    )
    branch._places = scenario._places
    return branch


def branches(scenario: Scenario, dossier: Dossier) -> tuple[Branch, ...]:
    """Every way in which an outcome can come about, as the record stands on its as-of day.

    Parameters
    ----------
    scenario : Scenario
    dossier : Dossier
        Its as-of day decides which way of each fork is likeliest.

    Returns
    -------
    tuple of Branch
        The scenario as told first, then in the order of the file, the last fork fastest; one branch without forks. Ways
        whose `needs` are not taken are left out.

    Raises
    ------
    LabelError
        For a source that the record does not have.

    Examples
    --------
    >>> from detente import load_dossier
    >>> from detente.policy import load_scenario
    >>> tree = branches(load_scenario("talks-fail"), load_dossier())
    >>> len(tree), tree[0].told, [branch.scenario.date.isoformat() for branch in tree if branch.likeliest]
    (12, True, ['2025-11-10'])
    """
    likeliest = []
    for fork in scenario.forks:
        way, because = fork.on(dossier.asof)
        if because is not None and because.source is not None and because.source not in dossier.sources:
            raise LabelError(
                f"unknown source `{because.source}`",
                where=f"scenario `{scenario.id}`: forks.{fork.id}.likeliest",
                hint=suggestion(because.source, list(dossier.sources)),
            )
        likeliest.append(way)
    tree = []
    for ways in itertools.product(*(fork.ways for fork in scenario.forks)):
        taken = {way.id for way in ways}
        if any(way.needs is not None and way.needs not in taken for way in ways):
            continue
        branch = scenario
        for way in ways:
            branch = along(branch, way)
        told = all(way is fork.ways[0] for way, fork in zip(ways, scenario.forks, strict=True))
        tree.append(Branch(branch, ways, told, list(ways) == likeliest))
    return tuple(tree)
