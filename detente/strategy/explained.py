"""Sets of preferences that explain what was chosen, for the games of a record: leverage, deals and play can be read under them.

They are inferred from decisions that were complete on the record's as-of day, so that nothing later enters. Backing down without a
return is no part of a game's payoffs: in an exchange nobody does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from detente.core import InputError
from detente.dossier import Grade, Status
from detente.policy import apply_scenario
from detente.strategy import inverse
from detente.strategy.choices import AHEAD, CONTROLS
from detente.strategy.inverse import FEWEST, Inferred, Stacked
from detente.strategy.kept_fits import kept_explanation, kept_weights
from detente.strategy.motives import BN, Choice, MotiveFile, read_choices
from detente.strategy.preferences import PLAIN, PlayerWeights, PreferenceFile, Preferences
from detente.world import Array

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.strategy.games import Action, GameSpec

EXPLAINED = "explained"
"""Set of the weights that fit best; `explained-mild` and `explained-harsh` weigh the rival's loss least and most."""


def explained_sets(
    record: Dossier, spec: GameSpec, file: MotiveFile, known: PreferenceFile
) -> PreferenceFile:
    """Sets of preferences that explain the record's decisions, with plain income beside them.

    Parameters
    ----------
    record : Dossier
        As known on its day.
    spec : GameSpec
    file : MotiveFile
    known : PreferenceFile
        Has the published political weights.

    Returns
    -------
    PreferenceFile
        ``explained`` (the default), ``explained-mild``, ``explained-harsh``, ``plain``.

    Raises
    ------
    InputError
        When a side made too few decisions by then.
    """
    sides = explained_sides(record, file, spec.players)
    published = known.named(file.published)
    count = sum(len(side.decisions) for side in sides.values())
    source = f"Inferred from {count} decisions up to {record.asof}; {file.source[0].lower()}{file.source[1:]}"

    mild, harsh = {}, {}
    for (
        code,
        side,
    ) in sides.items():  # of the weights that fit about as well, what a dollar the rival loses counts today
        relative = [
            _relative(record, file, theta) / _scale(file, published, code, theta) for theta in side.members
        ]
        mild[code] = np.asarray(side.members[int(np.argmin(relative))])
        harsh[code] = np.asarray(side.members[int(np.argmax(relative))])
    members = {
        EXPLAINED: ("What explains the choices best", {code: side.best for code, side in sides.items()}),
        f"{EXPLAINED}-mild": ("Explains about as well, the rival's loss weighed least", mild),
        f"{EXPLAINED}-harsh": ("Explains about as well, the rival's loss weighed most", harsh),
    }
    sets = [
        Preferences.model_construct(
            id=name,
            title=title,
            note="Political weights by group of sectors, the rival's loss, and own controls in force; see `detente preferences`.",
            source=source,
            grade=Grade.inferred,
            players={
                code: weights_of(record, spec, file, published, code, theta) for code, theta in thetas.items()
            },
            known=record.asof,
        )
        for name, (title, thetas) in members.items()
    ]
    every = (*sets, PLAIN)
    return PreferenceFile.model_construct(id=f"{file.id}-explained", default=EXPLAINED, sets=every)


def weights_of(
    record: Dossier, spec: GameSpec, file: MotiveFile, published: Preferences, player: str, theta: Array
) -> PlayerWeights:
    """One side's weights as a game takes them: scaled so that a dollar earned counts one on average over sectors."""
    weight = dict(zip(file.motives, theta.tolist(), strict=True))
    sectors, lambdas = _lambdas(file, published, player, theta)
    scale = _scale(file, published, player, theta)
    worth = weight["controls"] * BN / scale
    return PlayerWeights.model_construct(
        political={code: float(value) / scale for code, value in zip(sectors, lambdas, strict=True)},
        revenue=weight["revenue"] / scale,
        transfers=weight["transfers"] / scale,
        relative=_relative(record, file, theta) / scale,
        relative_to="income",
        security={
            action.id: {rung: worth * count for rung, count in more.items()}
            for action in spec.actions
            if action.player == player and (more := controls_by_rung(record, spec, action))
        },
        extraordinary=True,
    )


def _lambdas(file: MotiveFile, published: Preferences, player: str, theta: Array) -> tuple[list[str], Array]:
    """Sectors in groups, and what a dollar earned in each counts."""
    sectors = [code for codes in file.groups.values() for code in codes]
    by_group = np.repeat(theta[: len(file.groups)], [len(codes) for codes in file.groups.values()])
    return sectors, np.asarray(published.lambdas(player, sectors) * by_group)


def _scale(file: MotiveFile, published: Preferences, player: str, theta: Array) -> float:
    """What a dollar earned counts on average over sectors.

    Raises
    ------
    InputError
        When it is nothing.
    """
    scale = float(_lambdas(file, published, player, theta)[1].mean())
    if scale <= 0:
        raise InputError(
            "no sector's income has any weight",
            where=f"motives {file.id}: {player}",
            hint="raise a bound `low`",
        )
    return scale


def _relative(record: Dossier, file: MotiveFile, theta: Array) -> float:
    """What a dollar the rival loses counts on the record's day, before scaling."""
    return float(
        theta[file.motives.index("rival")] + meeting_ahead(record) * theta[file.motives.index("ahead")]
    )


def meeting_ahead(record: Dossier) -> bool:
    """Whether a meeting is known to be ahead on the record's day."""
    return any(record.asof <= meeting.start <= record.asof + AHEAD for meeting in record.rounds.values())


def controls_by_rung(record: Dossier, spec: GameSpec, action: Action) -> Mapping[str, int]:
    """Packages of controls that each rung of an action has in force beyond the first; none where none differs."""
    names = [
        name
        for name in dict.fromkeys(name for rung in action.rungs for name in rung.set)
        if name in record.measures and record.measures[name].instrument in CONTROLS
    ]
    if not names:
        return {}
    counts = {}
    place = spec.action(action.id)
    for r, rung in enumerate(action.rungs):
        profile = tuple(r if k == place else 0 for k in range(len(spec.actions)))
        states = apply_scenario(record, spec.scenario(profile)).states(record.asof)
        counts[rung.id] = len(
            {
                (record.measures[name].instrument, record.measures[name].announced)
                for name in names
                if states[name].status is Status.in_force
            }
        )
    first = counts[action.rungs[0].id]
    return {rung: count - first for rung, count in counts.items() if count != first}


def explained_sides(record: Dossier, file: MotiveFile, players: Sequence[str]) -> dict[str, Inferred]:
    """What each side's choices up to the record's day say of its weights.

    Raises
    ------
    InputError
        When a side made too few decisions by then.
    """
    told, walk = Told.of(file), (inverse.CHAINS, inverse.ROUNDS, inverse.PUSHES, inverse.KEPT)
    return {code: _explained_side(told, record.asof, code, walk) for code in players}


@dataclass(frozen=True)
class Told:
    """A file of motives, the same for a memo as any that says the same.

    Parameters
    ----------
    text : str
    file : MotiveFile
    """

    text: str
    file: MotiveFile = field(compare=False)

    @classmethod
    def of(cls, file: MotiveFile) -> Told:
        """What a file says."""
        return cls(file.model_dump_json(), file)


@lru_cache(maxsize=32)
def _explained_side(told: Told, asof: dt.date, code: str, walk: tuple[int, ...]) -> Inferred:
    """What the choices up to a day say of one side's weights; kept by how far the set is walked, which takes a while."""
    return kept_explanation(read_choices(told.file, asof), told.file, code)


@dataclass(frozen=True)
class HeldOut:
    """How weights of earlier decisions do on later ones that they have not seen.

    Attributes
    ----------
    fitted, judged : int
        Decisions.
    times_chance : float
        How many times as likely as chance the later ones are; geometric mean.
    """

    fitted: int
    judged: int
    times_chance: float


def hold_out(
    decisions: Sequence[Choice], file: MotiveFile, player: str, *, share: float = 2 / 3
) -> HeldOut | None:
    """Fit a side's earlier decisions and judge the later ones; None where there are too few to do so.

    Parameters
    ----------
    decisions : sequence of Choice
        In order of their days; other sides' are left out.
    file : MotiveFile
    player : str
    share : float
        Of the decisions that is fitted.
    """
    mine = [each for each in decisions if each.player == player]
    count = int(share * len(mine))
    if count < FEWEST or count == len(mine):
        return None
    theta, precision = kept_weights(mine[:count], file)
    later = Stacked.of(mine[count:])
    chance = later.log_chance(theta, np.asarray(precision)) + np.log(later.open.sum(1))
    return HeldOut(count, len(mine) - count, float(np.exp(chance.mean())))
