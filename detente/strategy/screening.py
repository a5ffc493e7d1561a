"""Screening of games too large to solve whole: slopes and pairs predict every profile, the best ones are solved.

A profile's payoff is predicted by what each action adds alone and what each pair adds beyond that, both from exact solves.
With slopes, the single terms come from one adjoint at the standing state instead, and only the actions with the largest
slopes get pairs. What was solved and what was only predicted is marked, and the error found on the solved part is told.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.core import InputError
from detente.equilibrium import Model, solve
from detente.equilibrium.gradients import gradients, real_income
from detente.strategy.bargains import pareto_front
from detente.strategy.games import GameSpec, Profile
from detente.strategy.profiles import Ints, ProfileWedges, profile_wedges
from detente.world import Array

if TYPE_CHECKING:
    from detente.dossier import Dossier

Moves = tuple[tuple[int, int], ...]
"""Actions that are moved, each with its rung."""
MOST = 2_000_000
"""Profiles a screening predicts at most."""


@dataclass(frozen=True, eq=False)
class Screening:
    """Predicted and verified payoffs, million USD a year against the standing state.

    Attributes
    ----------
    profiles : array of int [profile, action]
        Every joint profile.
    predicted : array [profile, player]
        Replaced by the exact value where verified.
    verified : array of bool [profile]
    slopes : array [action, player]
        By how much the adjoint says each action's largest rung moves each player.
    solves : int
        Equilibria solved, all told.
    worst, typical : float
        Largest and median error of the prediction over the profiles verified beyond singles and pairs.
    """

    profiles: Ints
    predicted: Array
    verified: Array
    slopes: Array
    solves: int
    worst: float
    typical: float

    @property
    def verified_share(self) -> float:
        """Share of profiles that were solved."""
        return float(self.verified.mean())

    def statement(self) -> str:
        """What was verified, in words."""
        count, whole = int(self.verified.sum()), len(self.verified)
        return (
            f"{count:,} of {whole:,} profiles solved exactly ({100 * self.verified_share:.1f} percent); the others are "
            f"predicted from single and pairwise terms, which missed by at most {self.worst:,.1f} million USD "
            f"(median {self.typical:,.1f}) on the profiles checked."
        )


def slopes(model: Model, parts: ProfileWedges, spec: GameSpec) -> Array:
    """First-order effect of each action's rungs on each player [action, player]: the largest over rungs, million USD a year.

    One equilibrium and one adjoint, whatever the number of actions.
    """
    zero: Profile = (0,) * len(spec.actions)
    standing = parts.wedges([zero])
    value = solve(model, standing.each())[0].value
    economy = model.economy
    by_player = gradients(value, [real_income(value, code) for code in spec.players])
    income = np.array([value.real_income_hat[economy.labels.country(code)] for code in spec.players])
    income *= np.array([economy.income[economy.labels.country(code)] for code in spec.players])
    out = np.zeros((len(spec.actions), len(spec.players)))
    for a in range(len(spec.actions)):
        for r in range(1, parts.shape[a]):
            moved = parts.wedges([tuple(r if k == a else 0 for k in range(len(spec.actions)))])
            duty = moved.tariff[0] - standing.tariff[0]
            cost = np.log(moved.iceberg_hat[0] / standing.iceberg_hat[0])
            effect = (
                np.array([(g.tariff * duty).sum() + (g.log_iceberg * cost).sum() for g in by_player]) * income
            )
            out[a] = np.where(abs(effect) > abs(out[a]), effect, out[a])
    return out


def screen(
    model: Model,
    dossier: Dossier,
    spec: GameSpec,
    *,
    verify: int = 256,
    pairs: int | None = None,
) -> Screening:
    """Predict every profile from singles and pairs, then solve the `verify` most promising exactly.

    Parameters
    ----------
    model, dossier, spec
        As for `payoff_tensor`.
    verify : int
        Profiles to solve beyond singles and pairs: three quarters the predicted frontier and what comes nearest to it, a
        quarter spread evenly over the game, to know the error.
    pairs : int, optional
        Actions whose pairs are solved: those with the largest slopes; all when left out.

    Returns
    -------
    Screening
        Real income (unit weights).

    Raises
    ------
    InputError
        For a game of more than two million profiles.
    """
    if np.prod(spec.shape, dtype=float) > MOST:
        raise InputError(
            f"{np.prod(spec.shape, dtype=float):,.0f} profiles are too many to predict",
            where=f"game {spec.id}",
            hint="drop rungs or actions (`GameSpec.restrict`)",
        )
    parts = profile_wedges(model.economy, dossier, spec)
    steep = slopes(model, parts, spec)
    order = np.argsort(-abs(steep).max(1), kind="stable")
    chosen = sorted(order[: len(spec.actions) if pairs is None else pairs].tolist())
    players = [model.labels.country(code) for code in spec.players]

    def exact(profiles: Sequence[Profile]) -> Array:
        values = []
        for first in range(0, len(profiles), 16):
            batch = parts.wedges(profiles[first : first + 16])
            values += [s.value.equivalent_variation_usd[players] for s in solve(model, batch.each())]
        return np.array(values)

    sets = _singles_and_pairs(spec, chosen)
    small = [_profile(spec, moves) for moves in sets]
    values = exact(small)
    base = values[0]
    worth = dict(zip(sets, values - base, strict=True))
    every = np.indices(spec.shape).reshape(len(spec.actions), -1).T
    predicted = _predicted(every, worth, len(players))
    verified = np.zeros(len(every), dtype=bool)
    places = {profile: int(np.ravel_multi_index(profile, spec.shape)) for profile in small}
    verified[list(places.values())] = True
    front = [int(k) for k in pareto_front(predicted) if not verified[k]]
    rest = [int(k) for k in np.argsort(-predicted.min(1), kind="stable") if not verified[k]]
    best = list(dict.fromkeys([*front, *rest]))[: verify - verify // 4]
    # the errors near the frontier are small: a part of the solves goes to profiles spread evenly over the whole game
    spread = [int(k) for k in np.linspace(0, len(every) - 1, verify // 4).astype(int) if not verified[k]]
    ahead = list(dict.fromkeys([*best, *spread]))
    errors = np.zeros(1)
    if ahead:
        solved = exact([tuple(int(r) for r in every[k]) for k in ahead]) - base
        errors = abs(solved - predicted[ahead]).max(1)
        predicted[ahead] = solved
        verified[ahead] = True
    return Screening(
        every.astype(np.int64),
        predicted,
        verified,
        steep,
        len(small) + len(ahead),
        float(errors.max()),
        float(np.median(errors)),
    )


def _singles_and_pairs(spec: GameSpec, chosen: Sequence[int]) -> list[Moves]:
    """No move, every move of one action, and every two moves of the chosen ones."""
    sets: list[Moves] = [()]
    sets += [((a, r),) for a in range(len(spec.actions)) for r in range(1, spec.shape[a])]
    sets += [
        ((a, r), (b, s))
        for a, b in itertools.combinations(chosen, 2)
        for r in range(1, spec.shape[a])
        for s in range(1, spec.shape[b])
    ]
    return sets


def _predicted(every: Ints, worth: Mapping[Moves, Array], players: int) -> Array:
    """Gain of every profile [profile, player]: single moves added up, and what two of them add together."""
    predicted = np.zeros((len(every), players))
    for moves, gain in worth.items():
        if not moves:
            continue
        extra = gain - (worth[moves[0],] + worth[moves[1],] if len(moves) == 2 else 0.0)
        predicted[np.logical_and.reduce([every[:, a] == r for a, r in moves])] += extra
    return predicted


def _profile(spec: GameSpec, moves: Sequence[tuple[int, int]]) -> Profile:
    rungs = [0] * len(spec.actions)
    for action, rung in moves:
        rungs[action] = rung
    return tuple(rungs)
