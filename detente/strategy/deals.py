"""Deals: which profiles beat no deal for everybody, the smallest swaps, and what a side would have to be paid.

Everything is read from the payoff tensor. A *gift* is a change of a player's own actions, from the standing state, that is
worth something to the others; a *swap* is a gift each way. Where a gift pays its giver too, it needs no return: the table
says so instead of calling it a concession.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detente.core import InputError, known
from detente.strategy.bargains import Lottery, better_than, kalai_smorodinsky, nash_point, pareto_front
from detente.strategy.games import Profile, part_at
from detente.strategy.payoff import Game
from detente.world import Array, frozen

TOLERANCE = 1e-3
"""Million USD a year that count as nothing: residuals of the solves are far smaller."""


@dataclass(frozen=True, eq=False)
class DealSpace:
    """What can be had by agreement, against one threat point; payoffs in million USD a year against it.

    Attributes
    ----------
    threat : str
        Its name.
    origin : array [player]
        Payoffs at the threat point, against the base year.
    gains : array [profile, player]
        Of every joint profile, in C order of the tensor.
    better : int
        Number of profiles that give everybody more.
    front : tuple of int
        Pareto frontier among all profiles.
    nash, kalai : Lottery, optional
        None when nothing beats the threat point.
    hope : array [player]
        The best each player could hope for.
    """

    threat: str
    origin: Array
    gains: Array
    better: int
    front: tuple[int, ...]
    nash: Lottery | None
    kalai: Lottery | None
    hope: Array

    @property
    def share(self) -> float:
        """Share of profiles that beat the threat point."""
        return self.better / len(self.gains)


def deal_space(game: Game, threat: str = "standing") -> DealSpace:
    """Compare every profile with a threat point.

    Parameters
    ----------
    game : Game
    threat : str
        ``standing``, or a scenario solved beside the tensor.

    Raises
    ------
    InputError
        For a threat point that was not solved.

    Examples
    --------
    >>> import numpy as np
    >>> from detente.strategy.games import Action, Rung
    >>> from detente.strategy.payoff import Game
    >>> rungs = tuple(Rung(id=name, title=name, does=f"the duty is {name}") for name in ("on", "off"))
    >>> duties = tuple(Action(id=f"{side}-duty", player=side, title="Duty", rungs=rungs) for side in ("A", "B"))
    >>> payoffs = np.array([[[-1.0, 2.0], [-3.0, 0.0]], [[-1.0, -3.0], [2.0, 0.0]]])  # million USD a year
    >>> game = Game(("A", "B"), duties, payoffs)
    >>> space = deal_space(game)  # both take their duty off: each is 1 better off than as things stand
    >>> space.better, [float(gain) for gain in space.gains[3]]
    (1, [1.0, 1.0])
    """
    origin = np.asarray(game.threat(threat))
    gains = game.solved("deal_space").payoffs.reshape(len(game.players), -1).T - origin
    zero = np.zeros(len(game.players))
    better = better_than(gains, zero, margin=TOLERANCE)
    # in steps of what counts as nothing: of two that differ by rounding neither beats the other, and the first stands for both
    front = pareto_front(np.round(gains / TOLERANCE))
    nash, kalai, hope = None, None, frozen(np.maximum(gains.max(0), 0.0))
    try:
        nash = _among(front, nash_point(gains[front], zero))
        mixed, hope = kalai_smorodinsky(gains[front], zero)
        kalai = _among(front, mixed)
    except InputError:
        pass  # nothing beats the threat point: that is the finding
    return DealSpace(
        threat,
        frozen(origin),
        frozen(gains),
        int(better.sum()),
        tuple(int(k) for k in front),
        nash,
        kalai,
        frozen(hope),
    )


def _among(front: npt.NDArray[np.int64], lottery: Lottery) -> Lottery:
    """A lottery over the points of a frontier, by their positions among all."""
    return replace(lottery, points=tuple(int(front[k]) for k in lottery.points))


@dataclass(frozen=True)
class Gift:
    """Changes of one player's own actions from the standing state, worth something to the others.

    `changes` are (action, rung) positions; `cost` is what it costs the giver alone (negative: it pays by itself), `worth`
    what it gives the others alone; million USD a year.
    """

    player: str
    changes: tuple[tuple[int, int], ...]
    cost: float
    worth: float


@dataclass(frozen=True)
class Swap:
    """A gift each way.

    Attributes
    ----------
    gifts : tuple of Gift
        One a player, in the players' order.
    profile : Profile
    gains : tuple of float
        By player, against the standing state, million USD a year.
    kind : str
        ``swap``: somebody loses by its own gift and is made whole by the other's; ``pays alone``: no gift needs a return.
    """

    gifts: tuple[Gift, ...]
    profile: Profile
    gains: tuple[float, ...]
    kind: str

    @property
    def size(self) -> int:
        """Number of actions that change."""
        return sum(len(gift.changes) for gift in self.gifts)


def gifts(game: Game, player: str, *, most: int = 1) -> list[Gift]:
    """Every change of at most `most` of a player's own actions that the others gain from.

    Where real incomes are known, the others' must rise too: a measure that only pleases them by hurting its user is no gift.
    """
    own = game.players.index(player)
    others = [p for p in range(len(game.players)) if p != own]
    base = game.at(game.standing)
    given = []
    for count in range(1, most + 1):
        for actions in itertools.combinations(game.own(player), count):
            for rungs in itertools.product(*(range(1, len(game.actions[a].rungs)) for a in actions)):
                changes = tuple(zip(actions, rungs, strict=True))
                moved = game.at(_apply(game.standing, changes)) - base
                if (moved[others] > TOLERANCE).all() and _incomes_hold(game, player, changes):
                    given.append(Gift(player, changes, float(-moved[own]) + 0.0, float(moved[others].sum())))
    return given


def _incomes_hold(game: Game, player: str, changes: Sequence[tuple[int, int]]) -> bool:
    if game.real_income_usd is None:
        return True
    rows = [game.countries.index(code) for code in game.players if code != player]
    before = part_at(game.real_income_usd, rows, *game.standing)
    return bool(
        (part_at(game.real_income_usd, rows, *_apply(game.standing, changes)) >= before - TOLERANCE).all()
    )


def smallest_swaps(game: Game, *, most: int = 1, count: int | None = None) -> list[Swap]:
    """Swaps that leave every player better off than the standing state, the smallest and best first.

    Parameters
    ----------
    game : Game
        Of two players.
    most : int
        Actions each side may change.
    count : int, optional
        How many to return.

    Returns
    -------
    list of Swap
        By number of actions, then by the product of gains. A swap that contains a smaller one with at least the same
        gain for both is left out.

    Raises
    ------
    InputError
        When there are not two players.
    """
    if len(game.players) != 2:
        raise InputError("swaps are between two players", where="smallest_swaps", hint="restrict the game")
    base = game.at(game.standing)
    first, second = (gifts(game, code, most=most) for code in game.players)
    swaps = []
    for offer, answer in itertools.product(first, second):
        profile = _apply(game.standing, (*offer.changes, *answer.changes))
        gains = game.at(profile) - base
        if (gains > TOLERANCE).all():
            needed = offer.cost > TOLERANCE or answer.cost > TOLERANCE
            pair = (float(gains[0]), float(gains[1]))
            swaps.append(Swap((offer, answer), profile, pair, "swap" if needed else "pays alone"))
    swaps.sort(key=lambda swap: (swap.size, -known(swap.gains[0] * swap.gains[1]), swap.profile))
    kept: list[Swap] = []
    for swap in swaps:
        inside = {change for gift in swap.gifts for change in gift.changes}
        if not any(
            {change for gift in other.gifts for change in gift.changes} < inside
            and all(a >= b - TOLERANCE for a, b in zip(other.gains, swap.gains, strict=True))
            for other in kept
        ):
            kept.append(swap)
    return kept[:count]


@dataclass(frozen=True)
class Payment:
    """What a player would have to be paid to accept another's favourite profile, million USD a year.

    Attributes
    ----------
    player, other : str
        Who is paid, and whose favourite it is.
    favourite : Profile
    needed : float
        Shortfall against the threat point; zero when none.
    affordable : bool
        Whether the other gains more by it than it would pay.
    """

    player: str
    other: str
    favourite: Profile
    gain_other: float
    needed: float
    affordable: bool


def payments(game: Game, threat: str = "standing") -> list[Payment]:
    """For every pair, the payment that makes one accept the other's favourite; ties go to the gentler for the payer."""
    origin = game.threat(threat)
    flat = game.solved("payments").payoffs.reshape(len(game.players), -1) - origin[:, None]
    offers = []
    for q, other in enumerate(game.players):
        best = np.flatnonzero(flat[q] >= flat[q].max() - TOLERANCE)
        rest = [p for p in range(len(game.players)) if p != q]
        chosen = int(best[flat[rest][:, best].sum(0).argmax()])
        profile = tuple(int(k) for k in np.unravel_index(chosen, game.payoffs.shape[1:]))
        for p in rest:
            needed = max(0.0, float(-flat[p, chosen]))
            gain = float(flat[q, chosen])
            offers.append(Payment(game.players[p], other, profile, gain, needed, gain >= needed))
    return offers


def _apply(profile: Profile, changes: Sequence[tuple[int, int]]) -> Profile:
    moved = list(profile)
    for action, rung in changes:
        moved[action] = rung
    return tuple(moved)
