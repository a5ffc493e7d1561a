"""The payoff tensor: what every joint profile of the players' measures is worth to every player and third region.

One exact solve a profile. What is kept of a solve are the parts of real income, so that other preferences cost no further
solve.
"""

from __future__ import annotations

import datetime as dt
import functools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from detente.core import RESULTS, InputError, Rent, SolveError, Where
from detente.dossier import Status
from detente.equilibrium import Model, Policy, Structure, solve
from detente.policy import Scenario, apply_scenario
from detente.strategy import store
from detente.strategy.caps import Rationing, rationing, scenario_with_limits, with_limits
from detente.strategy.games import Action, GameSpec, Profile, part_at
from detente.strategy.preferences import PLAIN, Preferences, weigh
from detente.strategy.profiles import Ints, ProfileWedges, profile_wedges
from detente.strategy.solves import FOUND, Notice, Parts, ProfileTask, Report, parts_of, solve_all
from detente.world import Array, Economy, frozen

if TYPE_CHECKING:
    from detente.dossier import Dossier


@dataclass(frozen=True, eq=False)
class PayoffTensor:
    """Every joint profile solved.

    Attributes
    ----------
    model : Model
    spec : GameSpec
    parts : Parts
        One row a solve.
    index : array of int [*rungs]
        Which solve stands for a profile: profiles with the same wedges share one; −1 where `only` left it unsolved.
    anchors : dict of scenario id to Parts
        Scenarios of the dossier solved beside the tensor: threat points and outcomes.
    anchor_profiles : dict of scenario id to Profile
        The rungs a scenario puts the actions on, for what preferences give to rungs; the first where it fits none.
    keyed : callable
        Gives `key`.
    """

    model: Model
    spec: GameSpec
    parts: Parts
    index: Ints
    anchors: dict[str, Parts]
    anchor_profiles: dict[str, Profile]
    keyed: Callable[[], str]

    @functools.cached_property
    def key(self) -> str:
        """Hash of what the numbers follow from, all code among it: read when it is asked for."""
        return self.keyed()

    @property
    def economy(self) -> Economy:
        """At its horizon."""
        return self.model.economy

    @property
    def structure(self) -> Structure:
        """Of the horizon."""
        return self.model.structure

    @property
    def solves(self) -> int:
        """Number of equilibria solved."""
        return len(self.parts.code)

    @functools.cached_property
    def _incomes(self) -> Array:
        """Real income [country, *rungs], whatever anybody wants; what is unsolved is NaN."""
        incomes = np.moveaxis(self.parts.real_income_usd[self.index], -1, 0)
        incomes[:, self.index < 0] = np.nan
        return frozen(incomes)

    def game(self, preferences: Preferences = PLAIN) -> Game:
        """The game these preferences make of the tensor; no further solve. What is unsolved is NaN."""
        payoffs = np.stack(_payoffs(preferences, self.spec, self.parts, self.economy, self.index))
        payoffs[:, self.index < 0] = np.nan
        return Game(
            players=self.spec.players,
            actions=self.spec.actions,
            payoffs=frozen(payoffs),
            countries=self.economy.labels.countries,
            real_income_usd=self._incomes,
            anchors={
                name: frozen(
                    _payoffs(
                        preferences, self.spec, anchor, self.economy, np.int64(0), self.anchor_profiles[name]
                    )
                )
                for name, anchor in self.anchors.items()
            },
            spec=self.spec,
            preferences=preferences,
            horizon=self.structure.horizon,
        )


@dataclass(frozen=True, eq=False)
class Game:
    """Players, actions and payoffs: everything else in this room reads this.

    Attributes
    ----------
    players : tuple of str
    actions : tuple of Action
        One axis of the tensor each; the first rung is the standing state.
    payoffs : array [player, *rungs], million USD a year
        Against the base year; NaN where a profile was left unsolved.
    countries : tuple of str
    real_income_usd : array [country, *rungs], million USD a year
        Of every region, players and third; empty for games that come from no economy.
    anchors : dict of scenario id to array [player]
    """

    players: tuple[str, ...]
    actions: tuple[Action, ...]
    payoffs: Array
    countries: tuple[str, ...] = ()
    real_income_usd: Array | None = None
    anchors: dict[str, Array] | None = None
    spec: GameSpec | None = None
    preferences: Preferences = PLAIN
    horizon: str = "long run"

    def __post_init__(self) -> None:
        expected = (len(self.players), *(len(action.rungs) for action in self.actions))
        if self.payoffs.shape != expected:
            raise InputError(
                f"payoffs have shape {self.payoffs.shape}, the game {expected}",
                where="game",
                hint="axes are [player, action_0, action_1, …]",
            )

    @property
    def standing(self) -> Profile:
        """Every action on its first rung."""
        return (0,) * len(self.actions)

    def solved(self, where: str) -> Game:
        """This game, when every profile of it is solved.

        Raises
        ------
        InputError
            When some were left out: a question about all of them has no answer then.
        """
        if np.isnan(self.payoffs).any():
            raise InputError(
                "the game is solved around the standing state only",
                where=where,
                hint="solve the whole game: `payoff_tensor` without `only`",
            )
        return self

    def own(self, player: str) -> tuple[int, ...]:
        """Positions of a player's actions."""
        return tuple(a for a, action in enumerate(self.actions) if action.player == player)

    def at(self, profile: Profile) -> Array:
        """Payoffs of all players [player] at a profile."""
        return part_at(self.payoffs, slice(None), *profile)

    def threat(self, name: str) -> Array:
        """Payoffs [player] at a threat point: ``standing`` or a scenario solved beside the tensor.

        Raises
        ------
        InputError
            When it was not solved.
        """
        if name == "standing":
            return self.at(self.standing)
        if self.anchors is None or name not in self.anchors:
            raise InputError(
                f"no threat point `{name}`",
                where="game",
                hint=f"known: standing, {', '.join(self.anchors or ())}",
            )
        return self.anchors[name]


def _payoffs(
    preferences: Preferences,
    spec: GameSpec,
    parts: Parts,
    economy: Economy,
    index: Ints | np.int64,
    at: Profile | None = None,
) -> list[Array]:
    """Payoffs of all players over the tensor, or of one scenario that stands `at` a profile."""
    players = spec.players
    own = weigh(
        preferences,
        players,
        economy.labels.sectors,
        {code: parts.sector_income[:, p] for p, code in enumerate(players)},
        {code: parts.revenue[:, p] for p, code in enumerate(players)},
        {code: parts.transfers[:, p] for p, code in enumerate(players)},
    )
    whole = {}
    for code in players:
        whole[code] = np.array(own[code][index])
        for name, values in preferences.of(code).security.items():
            if name not in {action.id for action in spec.actions}:
                continue
            a = spec.action(name)
            worth = [values.get(rung.id, 0.0) for rung in spec.actions[a].rungs]
            whole[code] = whole[code] + (
                worth[at[a]]
                if at is not None
                else np.reshape(worth, [-1 if k == a else 1 for k in range(len(spec.actions))])
            )
    payoffs = []
    for code in players:
        rival, mine = preferences.rival(code, players), preferences.of(code)
        if rival is None:
            payoffs.append(whole[code])
            continue
        income = parts.real_income_usd[:, economy.labels.country(rival)][index]
        payoffs.append(
            whole[code] - mine.relative * (whole[rival] if mine.relative_to == "payoff" else income)
        )
    return payoffs


def prepare_game(
    model: Model,
    dossier: Dossier,
    spec: GameSpec,
    controls: str,
    *,
    rent: Rent | Literal["stated"] = "stated",
) -> tuple[ProfileWedges, Rationing]:
    """Parts of the wedges of every profile, and which measures are quantities: what no solve is needed for."""
    rules = rationing(model, dossier, spec, controls, rent=rent)
    parts = profile_wedges(model.economy, dossier, spec)
    return with_limits(parts, model.economy, dossier, spec, rules), rules


def payoff_tensor(
    model: Model,
    dossier: Dossier,
    spec: GameSpec,
    *,
    scenarios: Sequence[Scenario] = (),
    controls: str = "stated",
    rent: Rent | Literal["stated"] = "stated",
    only: Sequence[Profile] | None = None,
    prepared: tuple[ProfileWedges, Rationing] | None = None,
    cache: Path | None = None,
    on: Where | None = None,
    report: Report | None = None,
    notice: Notice = warnings.warn,
) -> PayoffTensor:
    """Solve every joint profile of a game.

    Parameters
    ----------
    model : Model
        Of a horizon: ``model_at("long", economy)``.
    dossier : Dossier
    spec : GameSpec
    scenarios : sequence of Scenario
        Also solved, as threat points (`Game.threat`).
    controls : {"costs", "stated", "equivalent"}
        Every control a trade cost; a cap on its flows where the record states what is left of them; a cap for every
        control at the volume that its cost leaves (`caps.CONTROLS`). Caps take up to three times as long.
    rent : {"stated", "exporter", "importer", "destroyed"}
        Who keeps the rent of a cap; what the record says by default.
    only : sequence of Profile, optional
        Solve these alone; every other payoff of the game is NaN. They are few, so that none is kept in the cache.
    prepared : optional
        What `prepare_game` made of the same game, controls and rent, where it is solved more than once.
    cache : path, optional
        Folder for chunks of solves (`core.cache_folder`); a run that was killed goes on from them. Nothing is kept
        when left out.
    on : Local, Pool or Remote, optional
        Where it is solved (`detente.core.work`); here, when left out. The numbers do not depend on it.
    report : callable, optional
        Called with (solves done, solves in all).
    notice : callable
        Told, once, when the cache cannot be written; the run goes on without it. A warning by default.

    Returns
    -------
    PayoffTensor

    Raises
    ------
    LabelError
        When the game sets a measure the record does not know, or a player is no country of the economy.
    SolveError
        When a profile has no equilibrium; names it. Chunks of solves without such a profile are kept in the cache.

    Examples
    --------
    >>> from detente import load_dossier, load_game, load_world, model_at
    >>> whole = load_game("busan-2025")
    >>> two = [next(action for action in whole.actions if action.player == side) for side in whole.players]
    >>> small = whole.model_copy(update={"actions": tuple(two)})
    >>> tensor = payoff_tensor(model_at("long", load_world("world-2024")), load_dossier("busan-2025"), small)
    >>> tensor.game().payoffs.shape  # [player, fentanyl duty, controls of October], million USD a year
    (2, 3, 3)
    """
    economy = model.economy
    players = tuple(economy.labels.country(code) for code in spec.players)
    wedges, rules = prepared or prepare_game(model, dossier, spec, controls, rent=rent)
    profiles, index = wedges.solves()
    if only is not None:
        wanted = np.array(sorted({int(index[profile]) for profile in only}))
        row = np.full(len(profiles), -1)
        row[wanted] = np.arange(len(wanted))
        profiles, index = [profiles[number] for number in wanted], row[index]
    task = ProfileTask(model, wedges, tuple(profiles), players)
    key = functools.partial(store.content_key, model, dossier, spec, controls=f"{controls} {rent}")
    folder = None if cache is None or only is not None else Path(cache) / f"payoffs-{key()[:24]}"
    parts = Parts(**solve_all(task, folder, on, report=report, notice=notice))
    for number in np.flatnonzero(~np.isin(parts.code, FOUND))[:1]:
        names = ", ".join(
            f"{action.id}={action.rungs[r].id}"
            for action, r in zip(spec.actions, profiles[number], strict=True)
        )
        raise SolveError(
            f"profile {names}: {list(RESULTS)[int(parts.code[number])].value}",
            where=economy.name,
            hint="the docs page `it-does-not-converge` says what to try",
        )
    placed = {scenario.id: _nearest_profile(dossier, spec, scenario) for scenario in scenarios}
    there = [scenario_with_limits(economy, dossier, scenario, rules) for scenario in scenarios]
    solved = solve(model, [Policy(economy, wedges, caps) for wedges, caps in there]) if there else ()
    anchors = {
        scenario.id: parts_of([solution], players)
        for scenario, solution in zip(scenarios, solved, strict=True)
    }
    return PayoffTensor(model, spec, parts, index, anchors, placed, key)


def _nearest_profile(dossier: Dossier, spec: GameSpec, scenario: Scenario) -> Profile:
    """Rungs on which a scenario puts the actions: the first whose measures stand as in the scenario, else the first."""

    def standing(applied: Dossier, names: Sequence[str], day: dt.date) -> list[tuple[bool, float | None]]:
        states = [applied.state(name, day) for name in names]
        return [
            (state.status is Status.in_force, state.value if state.status is Status.in_force else None)
            for state in states
        ]

    there = apply_scenario(dossier, scenario)
    day = scenario.on(dossier.asof)
    rungs = []
    for a, action in enumerate(spec.actions):
        names = sorted({name for rung in action.rungs for name in rung.set})
        wanted, chosen = standing(there, names, day), 0
        for r in range(len(action.rungs)):
            profile = tuple(r if k == a else 0 for k in range(len(spec.actions)))
            here = apply_scenario(dossier, spec.scenario(profile))
            if names and standing(here, names, dossier.asof) == wanted:
                chosen = r
                break
        rungs.append(chosen)
    return tuple(rungs)
