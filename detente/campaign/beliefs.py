"""Threats between sides that do not know each other's resolve: what one is worth before it is carried out, and what it teaches.

A what-if device, never an estimate: a dozen threats cannot tell audience costs from resolve, so every parameter is swept and every
answer is a range. One side (the sender) demands something and threatens a harm that costs it something too. The target concedes or
refuses; when it refuses, the sender carries the threat out or backs down and pays for that before its own audience (Fearon 1994). Each
side is soft or hard: a hard one weighs its own losses less. Beliefs about the other may be biased; choices are logit in payoffs, so that
every act has a probability under each type, and what is seen updates beliefs by Bayes' rule with these probabilities.

All functions take numbers or arrays that fit together, so that a sweep is one call.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from detente.core import Cell, Column, InputError, Table
from detente.strategy import NOTHING, Lever

Floats = NDArray[np.float64]
SOFT, HARD = 0, 1
EVENTS = ("kept", "dropped", "conceded", "refused", "signalled", "quiet")
"""What is seen: the sender keeps or drops its threat, the target concedes or refuses, the sender pays for a signal or does not."""
SWEPT: Mapping[str, tuple[float, ...]] = {
    "demand": (0.25, 0.5, 1.0),
    "audience": (0.1, 0.5, 2.0),
    "hard": (0.2, 0.5, 0.8),
    "precision": (1.0, 3.0),
    "hard_weight": (0.2, 0.5),
}
"""What is swept: the demand as a share of the harm threatened; the audience's cost as a share of what carrying out costs the sender; how
many are hard; log odds for the larger harm; what a hard side weighs its losses with."""
BIAS = -1.5
"""Log odds by which an overconfident side takes the other for less hard than it is."""


@dataclass(frozen=True, eq=False)
class Threat:
    """A threat and what both sides make of it; all fields broadcast.

    Attributes
    ----------
    demand : array
        What conceding costs the target and gives the sender, billion USD a year.
    harm_target, harm_sender : array
        What carrying out costs each, billion USD a year.
    audience : array
        What backing down costs the sender.
    precision : array
        Log odds a billion USD.
    sender_hard, target_hard : array
        Shares of senders and targets that are hard: the truth.
    sender_bias, target_bias : array
        Log odds by which each side's belief that the *other* is hard is off; below zero is overconfidence.
    hard_weight : array
        Weight of a hard side's own losses; a soft one's is one.
    """

    demand: Floats
    harm_target: Floats
    harm_sender: Floats
    audience: Floats
    precision: Floats
    sender_hard: Floats
    target_hard: Floats
    sender_bias: Floats
    target_bias: Floats
    hard_weight: Floats

    @classmethod
    def of(cls, **values: float | Floats) -> Threat:
        """From numbers or arrays; biases are none when left out.

        Raises
        ------
        InputError
            For shares outside zero and one, negative costs, or a missing field.
        """
        given = {"sender_bias": 0.0, "target_bias": 0.0, **values}
        names = [entry.name for entry in fields(cls)]
        if lacking := [name for name in names if name not in given]:
            raise InputError(
                f"a threat needs `{lacking[0]}`", where="Threat.of", hint="give every field but the biases"
            )
        arrays = np.broadcast_arrays(*(np.asarray(given[name], float) for name in names))
        threat = cls(*arrays)
        for name in ("sender_hard", "target_hard"):
            share = getattr(threat, name)
            if ((share <= 0) | (share >= 1)).any():
                raise InputError(
                    f"`{name}` lies strictly between 0 and 1", where="Threat.of", hint="0.5 is even odds"
                )
        for name in ("precision", "hard_weight", "audience", "demand"):
            if (getattr(threat, name) < 0).any():
                raise InputError(f"`{name}` is below zero", where="Threat.of", hint="give a cost, 0 or more")
        return threat


@dataclass(frozen=True, eq=False)
class Play:
    """What each type does and what comes of it.

    Attributes
    ----------
    carries : array [type, ...]
        Probability that a sender of this type carries out a refused threat.
    concedes : array [type, ...]
        Probability that a target of this type concedes, given what it believes of the sender.
    threatens : array [type, ...]
        Probability that a sender of this type threatens at all, given what it believes of the target.
    expected : array [type, ...]
        What the threat is worth to a sender of this type before it is carried out, as it believes, billion USD a year.
    conceded, backed_down, carried_out : array [...]
        Chances of the three ends of a threat that was made, as the shares of types really are.
    worth : array [...]
        What the threat really is worth to those who make it: the demand where it is met, less harm and audience where not.
    """

    carries: Floats
    concedes: Floats
    threatens: Floats
    expected: Floats
    conceded: Floats
    backed_down: Floats
    carried_out: Floats
    worth: Floats


def shifted(share: Floats, bias: Floats) -> Floats:
    """A share moved by log odds.

    Examples
    --------
    >>> float(shifted(np.array(0.5), np.array(0.0)))
    0.5
    """
    return _chance(np.log(share / (1 - share)) + bias)


def _chance(odds: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(odds / 2)))


def play(threat: Threat) -> Play:
    """Solve a threat backwards: carrying out, conceding, threatening.

    Examples
    --------
    >>> bluff = Threat.of(demand=5, harm_target=10, harm_sender=50, audience=0, precision=1, sender_hard=0.5, target_hard=0.5,
    ...                   hard_weight=0.5)
    >>> bool(play(bluff).conceded < 0.01)  # nobody believes it
    True
    """
    t = threat
    weight = np.stack([np.ones_like(t.hard_weight), t.hard_weight])
    carries = _chance(t.precision * (t.audience - weight * t.harm_sender))
    feared = _mixed(carries, shifted(t.sender_hard, t.target_bias))
    concedes = _chance(t.precision * (feared * weight * t.harm_target - t.demand))
    hoped = _mixed(concedes, shifted(t.target_hard, t.sender_bias))
    refused = -carries * weight * t.harm_sender - (1 - carries) * t.audience
    expected = hoped * t.demand + (1 - hoped) * refused
    threatens = _chance(t.precision * expected)
    # who threatens, by type; then what those who do meet with
    senders = np.stack([1 - t.sender_hard, t.sender_hard]) * threatens
    senders = senders / senders.sum(0)
    conceded = _mixed(concedes, t.target_hard)
    keeps = (senders * carries).sum(0)
    refused_worth = (senders * refused).sum(0)
    return Play(
        carries,
        concedes,
        threatens,
        expected,
        conceded,
        (1 - conceded) * (1 - keeps),
        (1 - conceded) * keeps,
        conceded * t.demand + (1 - conceded) * refused_worth,
    )


def _mixed(by_type: Floats, hard: Floats) -> Floats:
    return np.asarray(by_type[SOFT] * (1 - hard) + by_type[HARD] * hard)


def signal_odds(threat: Threat, cost: Floats | float) -> Floats:
    """Probability that each type of sender pays a cost in public before it threatens [type, ...].

    The cost weighs less for a hard side, as all its losses do, and what it buys is being taken for hard: the gain in the chance that the
    target concedes. Somebody who pays is believed by Bayes' rule with these very odds, which are found as a fixed point.
    """
    t = threat
    weight = np.stack([np.ones_like(t.hard_weight), t.hard_weight])
    odds = np.full((2, *t.demand.shape), 0.5)
    for _ in range(500):
        seen = [
            play(_with(t, sender_hard=posterior(t.sender_hard, *pair))).expected for pair in (odds, 1 - odds)
        ]
        new = _chance(t.precision * (seen[0] - weight * np.asarray(cost) - seen[1]))
        if float(np.abs(new - odds).max()) < 1e-12:
            return new
        odds = 0.5 * odds + 0.5 * new
    return odds


def _with(threat: Threat, **changes: Floats) -> Threat:
    return Threat.of(
        **{entry.name: changes.get(entry.name, getattr(threat, entry.name)) for entry in fields(threat)}
    )


def posterior(hard: Floats, if_soft: Floats, if_hard: Floats) -> Floats:
    """Share that is hard after something that each type does with these probabilities: Bayes' rule.

    Examples
    --------
    >>> round(float(posterior(np.array(0.5), np.array(0.2), np.array(0.6))), 12)
    0.75
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        after = hard * if_hard / (hard * if_hard + (1 - hard) * if_soft)
    return np.clip(np.where(np.isfinite(after), after, hard), 1e-9, 1 - 1e-9)


def learn(threat: Threat, events: Sequence[str], *, cost: float = 0.0) -> tuple[Threat, Floats]:
    """What is believed after events, each read with the probabilities that beliefs gave it at that moment.

    Parameters
    ----------
    threat : Threat
    events : sequence of str
        Of `EVENTS`, in order.
    cost : float
        Of a signal, billion USD a year.

    Returns
    -------
    (Threat, array [event + 1, side, ...])
        The threat with the beliefs that remain; the shares believed hard of sender and target, before and after every event.

    Raises
    ------
    InputError
        For an event that there is none of.
    """
    path = [np.stack([threat.sender_hard, threat.target_hard])]
    for event in events:
        if event not in EVENTS:
            raise InputError(f"no event `{event}`", where="learn", hint=f"one of {', '.join(EVENTS)}")
        now = play(threat)
        if event in ("kept", "dropped"):
            odds = now.carries if event == "kept" else 1 - now.carries
            threat = _with(threat, sender_hard=posterior(threat.sender_hard, *odds))
        elif event in ("conceded", "refused"):
            odds = now.concedes if event == "conceded" else 1 - now.concedes
            threat = _with(threat, target_hard=posterior(threat.target_hard, *odds))
        else:
            odds = signal_odds(threat, cost)
            odds = odds if event == "signalled" else 1 - odds
            threat = _with(threat, sender_hard=posterior(threat.sender_hard, *odds))
        path.append(np.stack([threat.sender_hard, threat.target_hard]))
    return threat, np.stack(path)


def sweep(harm_target: float, harm_sender: float, *, bias: float = 0.0) -> Play:
    """A threat under every combination of what nobody knows (`SWEPT`).

    Parameters
    ----------
    harm_target, harm_sender : float
        Billion USD a year, from the equilibrium.
    bias : float
        Of both sides.
    """
    demand, audience, hard, precision, weight = np.array(list(itertools.product(*SWEPT.values()))).T
    unit = max(abs(harm_target), abs(harm_sender))
    return play(
        Threat.of(
            demand=demand * max(harm_target, 0.0),
            harm_target=harm_target,
            harm_sender=harm_sender,
            audience=audience * abs(harm_sender),
            precision=precision * 3 / unit,
            sender_hard=hard,
            target_hard=hard,
            sender_bias=bias,
            target_bias=bias,
            hard_weight=weight,
        )
    )


def threat_table(levers: Sequence[Lever], *, beside: Sequence[Lever] = ()) -> Table:
    """What each measure is worth as a threat, over everything that nobody knows: a what-if.

    Parameters
    ----------
    levers : sequence of Lever
        Those that hurt the other side.
    beside : sequence of Lever
        The same in plain income.

    Returns
    -------
    Table
        Least, middle and most over the sweep.
    """
    rows: list[tuple[Cell, ...]] = []
    plainly = {lever.action: lever for lever in beside}
    for lever in levers:
        target, own = lever.harm_target / 1e3, lever.harm_self / 1e3
        if lever.harm_target <= NOTHING or lever.action.startswith("side:"):
            continue
        plain, bold = sweep(target, own), sweep(target, own, bias=BIAS)
        rows.append(
            (
                lever.player,
                lever.title,
                target,
                own,
                *_three(100 * plain.conceded),
                *_three(plain.worth),
                float(np.median(100 * plain.carried_out)),
                float(np.median(100 * bold.carried_out)),
                100 * float((bold.carried_out > plain.carried_out).mean()),
                *((_worth(plainly[lever.action]),) if plainly else ()),
                lever.action,
            )
        )
    number = {"kind": "number", "significant": 3}
    return Table(
        "threats",
        "What each measure is worth as a threat (a what-if)",
        (
            Column("player", "Side"),
            Column("measure", "Measure"),
            Column("harm_target", "Harm to rival", "USD bn", "number", 2, significant=4),
            Column("harm_self", "Harm to itself", "USD bn", "number", 2, significant=4),
            Column("conceded_least", "Conceded: least", "%", digits=0, **number),  # type: ignore[arg-type]
            Column("conceded", "middle", "%", digits=0, **number),  # type: ignore[arg-type]
            Column("conceded_most", "most", "%", digits=0, **number),  # type: ignore[arg-type]
            Column("worth_least", "Worth to the sender: least", "USD bn", digits=2, **number),  # type: ignore[arg-type]
            Column("worth", "middle", "USD bn", digits=2, **number),  # type: ignore[arg-type]
            Column("worth_most", "most", "USD bn", digits=2, **number),  # type: ignore[arg-type]
            Column("breakdown", "Carried out", "%", digits=0, **number),  # type: ignore[arg-type]
            Column("breakdown_bold", "both overconfident", "%", digits=0, **number),  # type: ignore[arg-type]
            Column("likelier", "Sweeps in which that is likelier", "%", digits=0, **number),  # type: ignore[arg-type]
            *(
                (Column("worth_plain", "Worth in plain income: middle", "USD bn", digits=2, **number),)  # type: ignore[arg-type]
                if plainly
                else ()
            ),
            Column("action", "Action"),
        ),
        tuple(rows),
        "Not an estimate: a threat of the measure under every combination of demands, audience costs, shares of hard sides, precisions "
        f"and weights ({len(list(itertools.product(*SWEPT.values())))} of them); middle is the median. Overconfident: each takes the "
        f"other for less hard, by {abs(BIAS):g} in log odds. Harm is that of the measure by itself.",
    )


def _worth(lever: Lever) -> float | None:
    """Median worth of a threat over the sweep; None where the measure hurts nobody else."""
    if lever.harm_target <= NOTHING:
        return None
    return float(np.median(sweep(lever.harm_target / 1e3, lever.harm_self / 1e3).worth))


def _three(values: Floats) -> tuple[float, float, float]:
    return float(values.min()), float(np.median(values)), float(values.max())
