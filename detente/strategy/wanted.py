"""Under which preferences a game is read: those that explain what was chosen, where something does, and plain income beside them.

Plain real income makes nearly none of the standing measures best for whoever set them, so that levers and swaps of plain income
cannot be what the parties weigh. What leads is therefore inferred from decisions that were complete on the record's day; plain
income stands beside it, and leads by name where nothing could be inferred.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from detente.core import InputError
from detente.strategy.explained import (
    EXPLAINED,
    HeldOut,
    Told,
    controls_by_rung,
    explained_sets,
    explained_sides,
    hold_out,
    meeting_ahead,
)
from detente.strategy.games import GameSpec, Profile
from detente.strategy.inverse import FEWEST, ChoiceVerdict, Inferred, judge_choices
from detente.strategy.leverage import NOTHING
from detente.strategy.motives import BN, Choice, MotiveFile, incomes_by_group, motives_of, read_choices
from detente.strategy.preferences import PLAIN, PreferenceFile, Preferences
from detente.world import frozen

if TYPE_CHECKING:
    import datetime as dt

    from detente.dossier import Dossier
    from detente.strategy.payoff import PayoffTensor


@dataclass(frozen=True, eq=False)
class Wanted:
    """Sets of preferences a game is read under.

    Attributes
    ----------
    file : PreferenceFile
        Every set, the leading one its default.
    leading : Preferences
    beside : Preferences or None
        Plain income, where something else was inferred and leads.
    missing : str
        Why nothing that was chosen says what leads; empty where something does, or a set was asked for.
    motives : MotiveFile or None
    sides : mapping of player to Inferred
        What was inferred of each side.
    judged : tuple of ChoiceVerdict
        Every decision up to the record's day, under the inferred set.
    held_out : mapping of player to HeldOut
        How weights of earlier decisions do on later ones.
    """

    file: PreferenceFile
    leading: Preferences
    beside: Preferences | None = None
    missing: str = ""
    motives: MotiveFile | None = None
    sides: Mapping[str, Inferred] = field(default_factory=dict)
    judged: tuple[ChoiceVerdict, ...] = ()
    held_out: Mapping[str, HeldOut] = field(default_factory=dict)

    @property
    def explained(self) -> bool:
        """Whether what leads was inferred from choices."""
        return self.beside is not None

    @property
    def shown(self) -> tuple[Preferences, ...]:
        """What is shown where nothing else is asked for: what leads, and what stands beside it."""
        return (self.leading,) if self.beside is None else (self.leading, self.beside)


def wanted_in(
    record: Dossier,
    spec: GameSpec,
    known: PreferenceFile,
    name: str | None = None,
    *,
    sectors: Sequence[str] | None = None,
) -> Wanted:
    """Sets of preferences a game is read under, as known on the record's day.

    Parameters
    ----------
    record : Dossier
        As known on its day; nothing that was decided later enters.
    spec : GameSpec
    known : PreferenceFile
        The sets that come with the game.
    name : str, optional
        One of the sets, which then leads alone; one of the inferred ones has plain income beside it.
    sectors : sequence of str, optional
        Of the economy that is played on.

    Raises
    ------
    LabelError
        When there is no set of that name.
    InputError
        When an inferred set is asked for by name and nothing can be inferred.

    Examples
    --------
    >>> from detente import load_dossier, load_game
    >>> from detente.strategy import load_preferences
    >>> record, spec = load_dossier("eu-ev-2024"), load_game(dossier="eu-ev-2024")
    >>> wanted_in(record, spec, load_preferences(game=spec.id)).leading.id  # nobody's choices are weighed there
    'plain'
    """
    asked = name is not None and name.split("-")[0] == EXPLAINED
    if name is not None and not asked:
        return Wanted(known, known.named(name))
    motives = motives_of(spec.dossier)
    missing = _missing(record, spec, known, motives, sectors)
    if motives is None or missing:
        if asked:
            raise InputError(
                missing,
                where="--preferences",
                hint="leave it out; the docs page `preferences` says what it takes",
            )
        return Wanted(known, known.named(), missing=missing)
    sets = explained_sets(record, spec, motives, known)
    own = tuple(entry for entry in known.sets if entry.id != PLAIN.id)
    plain = next((entry for entry in known.sets if entry.id == PLAIN.id), PLAIN)
    led = [entry for entry in sets.sets if entry.id != PLAIN.id]
    every = sets.model_copy(update={"sets": (led[0], plain, *led[1:], *own), "default": EXPLAINED})
    sides = explained_sides(record, motives, spec.players)
    weighed = read_choices(motives, record.asof)
    judged = [verdict for side in sides.values() for verdict in judge_choices(weighed, side)]
    judged.sort(key=lambda verdict: (verdict.day, spec.players.index(verdict.player)))
    told = Told.of(motives)
    held = {code: _held(told, record.asof, code) for code in spec.players}
    return Wanted(
        every,
        every.named(name),
        beside=plain,
        motives=motives,
        sides=sides,
        judged=tuple(judged),
        held_out={code: each for code, each in held.items() if each is not None},
    )


@lru_cache(maxsize=32)
def _held(told: Told, asof: dt.date, code: str) -> HeldOut | None:
    """How weights of the earlier two thirds do on the rest, kept."""
    return hold_out(read_choices(told.file, asof), told.file, code)


def _missing(
    record: Dossier,
    spec: GameSpec,
    known: PreferenceFile,
    motives: MotiveFile | None,
    sectors: Sequence[str] | None,
) -> str:
    """Why no preferences can be inferred for this game; empty where they can."""
    if motives is None:
        return f"no choices of the record `{spec.dossier}` have been weighed, so that none can be explained"
    weighed = read_choices(motives, record.asof)
    for code in spec.players:
        count = sum(each.player == code for each in weighed)
        if count < FEWEST:
            return f"by {record.asof} {code} had made {count} of the decisions that are weighed, too few to say what it wants"
    if motives.published not in [entry.id for entry in known.sets]:
        return f"the game has no set `{motives.published}` to start from"
    grouped = {code for codes in motives.groups.values() for code in codes}
    if sectors is not None and set(sectors) != grouped:
        other = sorted(grouped ^ set(sectors))[0]
        return f"choices were weighed in the sectors of another world ({other} is in one of the two only)"
    return ""


def standing_verdicts(tensor: PayoffTensor, record: Dossier, wanted: Wanted) -> dict[str, ChoiceVerdict]:
    """Whether the rung each measure stands on is best for its side: under plain income, under weights of the set, under nothing.

    Parameters
    ----------
    tensor : PayoffTensor
        Solved whole, or around the standing state; no further solve.
    record : Dossier
        That of the game.
    wanted : Wanted

    Returns
    -------
    dict of action to ChoiceVerdict
        Of actions that move somebody's income; the options are the rungs, everything else as it stands. Empty unless `wanted` is
        explained.
    """
    judged = {}
    for a, action in enumerate(tensor.spec.actions if wanted.explained else ()):
        profiles = [
            tuple(rung if k == a else 0 for k in range(len(tensor.spec.actions)))
            for rung in range(len(action.rungs))
        ]
        names = [rung.title for rung in action.rungs]
        choice = standing_choice(tensor, record, wanted, action.player, profiles, names, action.id)
        if np.ptp(choice.worth, axis=0).max() > NOTHING / BN:
            (judged[action.id],) = judge_choices([choice], wanted.sides[action.player])
    return judged


def whole_verdicts(tensor: PayoffTensor, record: Dossier, wanted: Wanted) -> dict[str, ChoiceVerdict]:
    """Whether all that a side does is best together, everything of the other side as it stands.

    Parameters
    ----------
    tensor : PayoffTensor
        Solved whole.
    record, wanted
        As for `standing_verdicts`.

    Returns
    -------
    dict of player to ChoiceVerdict
        The options are all joint choices of its own rungs. Empty unless `wanted` is explained.
    """
    spec, judged = tensor.spec, {}
    for code in spec.players if wanted.explained else ():
        own = [range(len(action.rungs)) if action.player == code else range(1) for action in spec.actions]
        profiles = list(itertools.product(*own))
        names = [",".join(map(str, profile)) for profile in profiles]
        choice = standing_choice(tensor, record, wanted, code, profiles, names, f"side:{code}")
        (judged[code],) = judge_choices([choice], wanted.sides[code])
    return judged


def standing_choice(
    tensor: PayoffTensor,
    record: Dossier,
    wanted: Wanted,
    player: str,
    profiles: Sequence[Profile],
    names: Sequence[str],
    label: str,
) -> Choice:
    """A side's choice among profiles of a game, the first of them what stands, motive by motive as its decisions are weighed.

    Parameters
    ----------
    tensor, record, wanted
        As for `standing_verdicts`.
    player : str
    profiles : sequence of Profile
        They differ in the player's own actions alone.
    names : sequence of str
        One a profile.
    label : str
        What it is called.
    """
    if wanted.motives is None:
        raise InputError(
            "nothing was inferred of this game", where="standing_choice", hint="see `Wanted.missing`"
        )
    file, spec, labels = wanted.motives, tensor.spec, tensor.economy.labels
    rows = np.array([int(tensor.index[profile]) for profile in profiles])
    if rows.min() < 0:
        raise InputError(
            f"some options of {label} are not solved", where="standing_choice", hint="solve the whole game"
        )
    p = spec.players.index(player)
    rival = next(code for code in spec.players if code != player)
    parts = tensor.parts
    loss = -parts.real_income_usd[rows, labels.country(rival)] / BN
    counts = np.zeros(len(rows))
    for a, action in enumerate(spec.actions):
        if action.player == player and len({profile[a] for profile in profiles}) > 1:
            more = controls_by_rung(record, spec, action)
            counts += [more.get(action.rungs[profile[a]].id, 0) for profile in profiles]
    published = wanted.file.named(file.published).lambdas(player, labels.sectors)
    worth = np.column_stack(
        [
            *incomes_by_group(parts.sector_income[rows, p], labels.sectors, published, file),
            parts.revenue[rows, p] / BN,
            parts.transfers[rows, p] / BN,
            loss,
            counts,
            np.zeros(len(rows)),
            loss * meeting_ahead(record),
        ]
    )
    income = parts.real_income_usd[rows, labels.country(player)] / BN
    day = record.asof
    return Choice(label, day, day, day, player, False, tuple(names), frozen(worth), frozen(income))
