"""What the players can do, as data: actions with rungs, each rung a few settings of measures; read from a dossier's folder.

The first rung of every action is the record as it stands. A joint profile names one rung an action; it is the scenario
that sets every measure its rungs name.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt

from detente.core import DateError, InputError, LabelError, is_file, name_of, suggestion
from detente.dossier import Field, Frozen, PrivateAttr, Slug
from detente.policy import (
    Scenario,
    Setting,
    Window,
    check_setting,
    first_known,
    live,
    places_of_values,
    reading_code,
    scenario_folder,
)

if TYPE_CHECKING:
    from detente.dossier import Dossier

Profile = tuple[int, ...]


def part_at(array: npt.NDArray[np.float64], *place: Any) -> npt.NDArray[np.float64]:
    """Part of an array at a place given axis by axis: positions, lists of them, or slices."""
    return np.asarray(array[place])


class Rung(Frozen):
    """One position of an action."""

    id: Slug
    title: str
    does: str
    """Completes "the United States …", in the present."""
    set: dict[str, Setting] = Field(default_factory=dict)
    """Measures it changes; nothing is the record as it stands."""


class Action(Frozen):
    """One thing a player decides: a switch or a ladder of rungs, the standing one first."""

    id: Slug
    player: str
    title: str
    rungs: Annotated[tuple[Rung, ...], Field(min_length=1)]

    def rung(self, name: str) -> int:
        """Position of a rung; `LabelError` with the nearest one when there is none."""
        names = [rung.id for rung in self.rungs]
        if name not in names:
            raise LabelError(f"no rung `{name}`", where=f"action {self.id}", hint=suggestion(name, names))
        return names.index(name)


class Exchange(Frozen):
    """An exchange somebody expects: changes of both sides from the standing state."""

    id: Slug
    title: str
    moves: dict[str, str]
    instead_of: dict[str, str] = Field(default_factory=dict)
    """What the exchange averts, when that is not the standing state."""
    claims: tuple[Slug, ...] = ()


class GameSpec(Frozen):
    """Players, their actions, the threat points, and the exchanges to judge.

    Attributes
    ----------
    threats : tuple of str
        Scenarios of the dossier that say what happens without a deal; the first is the default.
    told : tuple of Window
        As-of days on which the game is the one being played; all when left out.
    reduced : mapping of action to rungs
        Rungs of a small game, all of whose joint choices are quick to solve.
    expected : tuple of Exchange
    """

    id: Slug
    title: str
    dossier: str
    players: Annotated[tuple[str, ...], Field(min_length=1)]
    threats: Annotated[tuple[str, ...], Field(min_length=1)] = ("standing",)
    told: tuple[Window, ...] = ()
    actions: Annotated[tuple[Action, ...], Field(min_length=1)]
    reduced: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    expected: tuple[Exchange, ...] = ()
    _places: dict[tuple[str, str, str], str] = PrivateAttr(default_factory=dict)
    """Where the file sets the value of a measure, by action, rung and measure, for messages."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rungs of every action."""
        return tuple(len(action.rungs) for action in self.actions)

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure that some rung sets."""
        return tuple(
            dict.fromkeys(name for action in self.actions for rung in action.rungs for name in rung.set)
        )

    def action(self, name: str) -> int:
        """Position of an action; `LabelError` with the nearest one when there is none."""
        names = [action.id for action in self.actions]
        if name not in names:
            raise LabelError(f"no action `{name}`", where=f"game {self.id}", hint=suggestion(name, names))
        return names.index(name)

    def profile(self, moves: Mapping[str, str]) -> Profile:
        """Joint profile in which these actions stand on these rungs and the others as the record has them.

        Examples
        --------
        >>> load_game("busan-2025").profile({"usa-fentanyl": "10"})[:2]
        (1, 0)
        """
        rungs = [0] * len(self.actions)
        for name, rung in moves.items():
            position = self.action(name)
            rungs[position] = self.actions[position].rung(rung)
        return tuple(rungs)

    def scenario(self, profile: Profile) -> Scenario:
        """The profile as a scenario, evaluated on the record's as-of day."""
        settings = {
            name: setting
            for action, position in zip(self.actions, profile, strict=True)
            for name, setting in action.rungs[position].set.items()
        }
        return Scenario.model_construct(
            id="profile", title="Joint profile", dossier=self.dossier, set=settings
        )

    def restrict(self, rungs: Mapping[str, Sequence[str]]) -> GameSpec:
        """The game in which these actions keep only these rungs, in this order.

        Actions left with one rung stay; they are no choice any more. Exchanges that need a dropped rung are left out.

        Raises
        ------
        LabelError
            For an action or a rung that does not exist.
        """
        actions = list(self.actions)
        for name, kept in rungs.items():
            position = self.action(name)
            mine = actions[position]
            chosen = tuple(mine.rungs[mine.rung(rung)] for rung in kept)
            actions[position] = mine.model_copy(update={"rungs": chosen})
        has = {action.id: {rung.id for rung in action.rungs} for action in actions}
        kept_exchanges = tuple(
            exchange
            for exchange in self.expected
            if all(
                rung in has[name] for name, rung in (*exchange.moves.items(), *exchange.instead_of.items())
            )
        )
        return self.model_copy(update={"actions": tuple(actions), "expected": kept_exchanges, "reduced": {}})

    def small(self) -> GameSpec:
        """The reduced game, as the file declares it."""
        return self.restrict(self.reduced) if self.reduced else self


def shipped_games(dossier: str = "busan-2025", asof: dt.date | None = None) -> tuple[str, ...]:
    """Ids of the games that come with a dossier; given an as-of day, of those being played on it (`GameSpec.told`)."""
    names = tuple(sorted(path.stem for path in _folder(dossier).glob("*.yaml")))
    if asof is None:
        return names
    return tuple(name for name in names if live(load_game(name, dossier=dossier).told, asof))


def load_game(
    id_or_path: str | Path | None = None, *, dossier: str = "busan-2025", asof: dt.date | None = None
) -> GameSpec:
    """Read a game, shipped with a dossier (by id) or your own (by path).

    Parameters
    ----------
    id_or_path : str or path, optional
        The dossier's first game when left out.
    dossier : str
        Where shipped ids are looked up.
    asof : date, optional
        With no id: the game being played on this day.

    Returns
    -------
    GameSpec

    Raises
    ------
    LabelError
        For an id that is not shipped and no file, or a dossier without a game.
    SchemaError
        For a file that does not have the declared form; file, line and key are named.
    InputError
        When two actions set one measure, or a player has no action of that name.
    DateError
        When the dossier comes with games and none is played on the day.

    Examples
    --------
    >>> load_game("busan-2025").players
    ('USA', 'CHN')
    """
    from detente.dossier import checked_kept, read_yaml

    known = shipped_games(dossier)
    if id_or_path is None:
        if not known:
            raise LabelError(
                f"the dossier `{dossier}` comes with no game",
                where="load_game",
                hint="give a game file with --game; docs page `read-the-deal-space` says what it holds",
            )
        live_now = known if asof is None else shipped_games(dossier, asof)
        if not live_now:
            raise DateError(
                f"the dossier `{dossier}` comes with no game that is played on {asof}",
                where="load_game",
                hint="give a game by its id with --game: " + ", ".join(known[:1]),
            )
        id_or_path = live_now[0]
    path = Path(id_or_path)
    if path.suffix not in (".yaml", ".yml") and not is_file(path):
        if str(id_or_path) not in known:
            raise LabelError(
                f"unknown game `{name_of(id_or_path)}`",
                hint=suggestion(str(id_or_path), known) + "; or give a file",
            )
        path = _folder(dossier) / f"{id_or_path}.yaml"
    file = read_yaml(path)
    spec = checked_kept(GameSpec, file, _code())
    places = places_of_values(file)
    spec._places = {
        (action.id, rung.id, name): place
        for i, action in enumerate(spec.actions)
        for j, rung in enumerate(action.rungs)
        for name, place in places.get(("actions", i, "rungs", j, "set"), {}).items()
    }
    _check(spec)
    return spec


@functools.cache
def _code() -> tuple[Path, ...]:
    """Files that say how a game is checked, with those of the settings in it."""
    return (Path(__file__), *reading_code())


def check_measures(spec: GameSpec, dossier: Dossier) -> None:
    """Refuse a game that sets a measure nobody knew on the as-of day, saying from which day on it can be played.

    Refuses a value that cannot be meant in its measure's unit too, with the place in the file.
    """
    strange = [name for name in spec.measures if name not in dossier.measures]
    if not strange:
        for action in spec.actions:
            for rung in action.rungs:
                for name, setting in rung.set.items():
                    other = f"game {spec.id}: {action.id}: {rung.id}: {name}.value"
                    place = spec._places.get((action.id, rung.id, name), other)
                    check_setting(dossier.measures[name], setting, place)
        return
    try:
        since = first_known(spec.dossier, dossier, strange) if spec.dossier == dossier.id else None
    except LabelError:
        since = None  # a record of one's own, which its id alone does not find again
    if since is not None and since > dossier.asof:
        raise DateError(
            f"the game sets measures that nobody had announced by {dossier.asof}",
            where=f"game {spec.id}",
            hint=f"--asof {since} or later; or a game of one's own with --game",
        )
    raise LabelError(
        f"no measure `{strange[0]}` is in the record",
        where=f"game {spec.id}",
        hint=suggestion(strange[0], dossier.measures),
    )


def _folder(dossier: str) -> Path:
    return scenario_folder(dossier).parent / "games"


def _check(spec: GameSpec) -> None:
    names = [action.id for action in spec.actions]
    if len(set(names)) != len(names):
        raise InputError("an action is declared twice", where=f"game {spec.id}", hint="give each its own id")
    for action in spec.actions:
        if action.player not in spec.players:
            raise LabelError(
                f"action `{action.id}` belongs to `{action.player}`, who does not play",
                where=f"game {spec.id}",
                hint=suggestion(action.player, spec.players),
            )
    touched = {action.id: {name for rung in action.rungs for name in rung.set} for action in spec.actions}
    for first, second in itertools.combinations(touched, 2):
        if both := sorted(touched[first] & touched[second]):
            raise InputError(
                f"`{first}` and `{second}` both set `{both[0]}`",
                where=f"game {spec.id}",
                hint="one measure belongs to one action; make it a ladder of rungs",
            )
    for exchange in spec.expected:
        spec.profile(exchange.moves)
        spec.profile(exchange.instead_of)
    spec.restrict(spec.reduced)  # reads the names in the exchanges, so these come first
