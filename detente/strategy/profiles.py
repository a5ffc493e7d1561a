"""Wedges of every joint profile without going through the record for each: exact, and cheap.

Duties of an importer depend on that importer's own duty measures only, and are stacked once for every combination of the
actions that hold them (stacking and exclusion are not additive). Trade costs of measures multiply, so each action's ratio
to the standing state is taken once. Profiles with the same wedges are solved once.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from detente.policy import QuantityLimit, apply_scenario, wedges_at
from detente.policy.duties import is_duty
from detente.strategy.games import GameSpec, Profile, check_measures
from detente.world import Array, Economy, Wedges

if TYPE_CHECKING:
    from detente.dossier import Dossier

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DutyRows:
    """Duties one importer charges [*rungs, exporter, sector] for every combination of some actions."""

    importer: int
    actions: tuple[int, ...]
    rates: Array


@dataclass(frozen=True, eq=False)
class ProfileWedges:
    """Parts from which the wedges of any profile are put together.

    Attributes
    ----------
    tariff, iceberg_hat : array [importer, exporter, sector]
        Of the standing profile (every action on its first rung).
    duties : tuple of DutyRows
    costs : dict of action to array [rung, importer, exporter, sector]
        Ratio of trade costs to the standing state.
    classes : tuple of array [rung]
        For every action, the number of the first rung with the same wedges.
    by_action : dict of action to tuple of limits, by rung
        Controls that are quantities (`caps.with_limits`); none when every control is a cost.
    always : tuple of QuantityLimit
        Caps and floors whatever the players do.
    level : array [importer, exporter, sector], optional
        What the limits are shares of (`caps.Rationing`).
    """

    shape: tuple[int, ...]
    tariff: Array
    iceberg_hat: Array
    duties: tuple[DutyRows, ...]
    costs: dict[int, Array]
    classes: tuple[Ints, ...]
    by_action: Mapping[int, tuple[tuple[QuantityLimit, ...], ...]] = field(default_factory=dict)
    always: tuple[QuantityLimit, ...] = ()
    level: Array | None = None

    def limits(self, profile: Profile) -> tuple[QuantityLimit, ...]:
        """Caps and floors of a profile, as its measures state them."""
        return (*self.always, *(limit for a, mine in self.by_action.items() for limit in mine[profile[a]]))

    def wedges(self, profiles: Sequence[Profile]) -> Wedges:
        """Wedges of several profiles, with a leading axis."""
        tariff = np.repeat(self.tariff[None], len(profiles), 0)
        dearer = any(profile[action] for profile in profiles for action in self.costs)
        iceberg = np.broadcast_to(self.iceberg_hat, tariff.shape)
        if dearer:
            iceberg = iceberg.copy()  # scenario by scenario
        for k, profile in enumerate(profiles):
            for rows in self.duties:
                tariff[k, rows.importer] = rows.rates[tuple(profile[a] for a in rows.actions)]
            for action, ratio in self.costs.items():
                if profile[action]:
                    iceberg[k] *= ratio[profile[action]]
        for array in (tariff, iceberg):
            array.flags.writeable = False  # spares a copy
        return Wedges(tariff, iceberg, np.broadcast_to(np.zeros_like(self.tariff), tariff.shape))

    def solves(self) -> tuple[list[Profile], Ints]:
        """Profiles that need a solve, and for every profile [*rungs] the number of the one that stands for it."""
        kept = [sorted(set(classes.tolist())) for classes in self.classes]
        profiles = list(itertools.product(*kept))
        places = [np.searchsorted(rungs, classes) for rungs, classes in zip(kept, self.classes, strict=True)]
        index = np.zeros((), dtype=np.int64)
        for rungs, place in zip(kept, places, strict=True):
            index = index[..., None] * len(rungs) + place
        return profiles, index


def profile_wedges(economy: Economy, dossier: Dossier, spec: GameSpec) -> ProfileWedges:
    """Take the parts from the record: one stack of duties a combination, one trade cost a rung.

    Raises
    ------
    LabelError
        When the game sets a measure the record does not know.
    """
    check_measures(spec, dossier)
    zero: Profile = (0,) * len(spec.actions)
    standing = wedges_at(economy, dossier, spec.scenario(zero), quantities=False)
    duties = _duty_rows(economy, dossier, spec)
    costs: dict[int, Array] = {}
    for a, action in enumerate(spec.actions):
        if not any(dossier.measures[name].has_effect for rung in action.rungs for name in rung.set):
            continue
        ratio = [np.ones_like(economy.flows)]
        for r in range(1, len(action.rungs)):
            moved = wedges_at(
                economy, dossier, spec.scenario((*zero[:a], r, *zero[a + 1 :])), quantities=False
            )
            ratio.append(moved.iceberg_hat / standing.iceberg_hat)
        if any((change != 1).any() for change in ratio):
            costs[a] = np.stack(ratio)
    classes = tuple(_classes(a, size, duties, costs) for a, size in enumerate(spec.shape))
    return ProfileWedges(spec.shape, standing.tariff, standing.iceberg_hat, duties, costs, classes)


def _duty_rows(economy: Economy, dossier: Dossier, spec: GameSpec) -> tuple[DutyRows, ...]:
    from detente.policy.duties import added_duties

    by_actor: dict[str, list[int]] = {}
    for a, action in enumerate(spec.actions):
        measures = [dossier.measures[name] for rung in action.rungs for name in rung.set]
        for actor in dict.fromkeys(measure.actor for measure in measures if is_duty(measure)):
            by_actor.setdefault(actor, []).append(a)
    rows = []
    for actor, actions in by_actor.items():
        n = economy.labels.country(actor)
        rates = np.empty((*(spec.shape[a] for a in actions), *economy.flows.shape[1:]))
        for rungs in itertools.product(*(range(spec.shape[a]) for a in actions)):
            profile = [0] * len(spec.actions)
            for a, r in zip(actions, rungs, strict=True):
                profile[a] = r
            applied = apply_scenario(dossier, spec.scenario(tuple(profile)))
            rates[rungs] = economy.tariff[n] + added_duties(economy, applied, dossier.asof)[n]
        rows.append(DutyRows(n, tuple(actions), rates))
    return tuple(rows)


def _classes(action: int, size: int, duties: Sequence[DutyRows], costs: dict[int, Array]) -> Ints:
    """First rung that gives the same wedges as each rung, whatever the others do."""

    def same(r: int, s: int) -> bool:
        for rows in duties:
            if action in rows.actions:
                axis = rows.actions.index(action)
                if not np.array_equal(rows.rates.take(r, axis), rows.rates.take(s, axis)):
                    return False
        return action not in costs or np.array_equal(costs[action][r], costs[action][s])

    return np.array([next(s for s in range(r + 1) if same(r, s)) for r in range(size)], dtype=np.int64)
