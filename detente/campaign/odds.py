"""What moves a standoff, estimated from what was known on a day: odds of clocks, rates of moves, what meetings bring.

Every estimate is conjugate or a Laplace approximation around a prior from other episodes; the pair's own record enters with a
power below one (`weight`). Nothing here looks past the chronology's as-of day.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.campaign.calendar import Chronology
from detente.campaign.clocks import LiveClock
from detente.campaign.initiative import ANSWER, LARGEST, Initiative, Reply, initiatives, replies
from detente.campaign.ledger import BOTH, Act
from detente.campaign.threats import threat_rates
from detente.dossier import read_yaml

_FILE = Path(__file__).parent / "data" / "priors.yaml"
FEATURES = ("level", "lead", "meeting", "truce")
MONTH = 30.0
WEEK = 7
NEWS = 3
"""Days after a clock became known on which a meeting can become known with it."""
OUTCOMES = ("nothing", "put off", "taken back", "broad")
"""What a meeting brings."""
AFTERMATH = 28
"""Days after a meeting on which what is done counts as its result."""


@functools.cache
def shipped_priors() -> Mapping[str, Any]:
    """The shipped priors, read once, with the threat rates of other episodes put in.

    Examples
    --------
    >>> 0 < shipped_priors()["weight"]["value"] < 1
    True
    """
    data = read_yaml(_FILE).data
    assert isinstance(data, dict)
    return data


@dataclass(frozen=True, eq=False)
class Odds:
    """Posterior of everything that the simulation draws, as of a day.

    Attributes
    ----------
    mean : array [feature]
        Coefficients of the odds that a clock is carried out, in the order of `FEATURES`.
    cov : array [feature, feature]
    rows : int
        Settled clocks of this pair that the fit has seen.
    gammas : mapping of str to (float, float)
        Events and days of each rate.
    betas : mapping of str to (float, float)
        Counts for and against of each share.
    meeting : array [level, outcome]
        Dirichlet counts of `OUTCOMES`, of meetings of others and of leaders.
    leads, sizes : array
        Notices in days and sizes of duty steps, fractions, to draw from, with weights.
    lags, ratios : array
        Days until an answer, and its duty over the duty it answers, to draw from, with weights.
    """

    mean: NDArray[np.float64]
    cov: NDArray[np.float64]
    rows: int
    gammas: Mapping[str, tuple[float, float]]
    betas: Mapping[str, tuple[float, float]]
    meeting: NDArray[np.float64]
    leads: tuple[NDArray[np.float64], NDArray[np.float64]]
    sizes: tuple[NDArray[np.float64], NDArray[np.float64]]
    lags: tuple[NDArray[np.float64], NDArray[np.float64]]
    ratios: tuple[NDArray[np.float64], NDArray[np.float64]]

    def draw(self, paths: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Coefficients [path, feature], one draw a path."""
        root = np.linalg.cholesky(self.cov + 1e-12 * np.eye(len(self.mean)))
        return np.asarray(self.mean + rng.standard_normal((paths, len(self.mean))) @ root.T)


LONG_NOTICE = 120
"""Days beyond which a longer notice changes nothing: no threat of the record lies there, only expiries."""


def notice(lead: Any) -> Any:
    """Logarithm of a notice in months, between a day and four months."""
    return np.log(np.clip(lead, 1.0, LONG_NOTICE) / MONTH)


def features(lead: float, meeting: bool, truce: bool) -> NDArray[np.float64]:
    """What the odds of a clock rest on: one, log notice in months, a meeting before its day, a suspension running out."""
    return np.array([1.0, float(notice(lead)), float(meeting), float(truce)])


def meets_before(chron: Chronology, clock: LiveClock) -> bool:
    """Whether a meeting lay between the news of a clock and its day, and was known with it."""
    if clock.due is None:
        return False
    return any(
        (meeting.known - clock.known).days <= NEWS and clock.known < meeting.start <= clock.due
        for meeting in chron.meetings
    )


def expects_meeting(chron: Chronology, clock: LiveClock) -> bool:
    """Whether, as known today, a meeting is to come before a live clock's day."""
    return clock.due is not None and any(meeting.start <= clock.due for meeting in chron.planned)


def estimate(
    chron: Chronology, *, priors: Mapping[str, Any] | None = None, weight: float | None = None
) -> Odds:
    """Estimate everything the simulation draws from what was known on the chronology's day.

    Parameters
    ----------
    chron : Chronology
    priors : mapping, optional
        The shipped ones when left out; the layout of ``data/priors.yaml``.
    weight : float, optional
        Power of this pair's own record; that of the priors when left out.
    """
    held = priors or shipped_priors()
    power = float(held["weight"]["value"]) if weight is None else weight
    rows = [
        clock
        for clock in chron.clocks
        if clock.kind in ("threat", "truce") and clock.outcome in ("carried", "put off", "dropped")
    ]
    design = np.array([features(c.lead, meets_before(chron, c), c.kind == "truce") for c in rows]).reshape(
        -1, 4
    )
    carried = np.array([c.outcome == "carried" for c in rows], dtype=np.float64)
    mean, cov = _logit(design, carried, *_prior(held), power)
    own = initiatives(chron)
    pairs = replies(own)
    given = [each for each in pairs if each.to.day < -ANSWER]  # the week of what they answer is over
    leads = [float(c.lead) for c in chron.clocks if c.kind == "threat" and c.due]
    ledger = chron.ledger
    sizes = [
        float(size)
        for size in ledger.duty.max(axis=1)[ledger.act == Act.step]
        if 0 < size < chron.record.rules.decoupling / 2
    ]
    return Odds(
        mean,
        cov,
        len(rows),
        _rates(chron, own, held, power),
        _shares(chron, own, pairs, held, power),
        _meeting_counts(chron, held, power),
        _pool(leads, [float(x) for x in held["leads"]], power),
        _pool(sizes, [float(x) for x in held["sizes"]], power),
        _pool([float(each.lag) for each in given], [float(x) for x in held["answer_lags"]], power),
        _pool(
            [min(each.ratio, LARGEST) for each in given if each.ratio is not None],
            [float(x) for x in held["answer_ratios"]],
            power,
        ),
    )


def _prior(held: Mapping[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    means = []
    for name in FEATURES:
        mean = held["clock"][name]["mean"]
        if mean == "from-threats":
            rate = threat_rates()["all"].carried
            mean = math.log(rate / (1 - rate))
        means.append(float(mean))
    return np.array(means), np.array([float(held["clock"][name]["sd"]) for name in FEATURES])


def _logit(
    design: NDArray[np.float64],
    carried: NDArray[np.float64],
    mean: NDArray[np.float64],
    sd: NDArray[np.float64],
    power: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mode and curvature of a logit with a normal prior and a likelihood to a power."""
    precision = np.diag(1 / sd**2)
    at = mean.copy()
    for _ in range(100):
        chance = 1 / (1 + np.exp(-design @ at))
        slope = power * design.T @ (carried - chance) - precision @ (at - mean)
        curve = power * design.T @ (design * (chance * (1 - chance))[:, None]) + precision
        step = np.linalg.solve(curve, slope)
        at = at + step
        if np.abs(step).max() < 1e-12:
            break
    return at, np.asarray(np.linalg.inv(curve), dtype=np.float64)


def _pool(
    own: list[float], prior: list[float], power: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values to draw from: the prior's, each counting once in all, and the pair's own with their power."""
    values = np.array([*prior, *own])
    weights = np.array([2.0 / len(prior)] * len(prior) + [power] * len(own))
    return values, weights / weights.sum()


def _count(
    prior: Mapping[str, Any], yes: str, no: str, happened: float, not_so: float
) -> tuple[float, float]:
    return float(prior[yes]) + happened, float(prior[no]) + not_so


def _rates(
    chron: Chronology, own: list[Initiative], held: Mapping[str, Any], power: float
) -> dict[str, tuple[float, float]]:
    """Events and days of every rate, prior and own record together."""
    quiet = chron.record.rules.quiet
    at_risk = standing(chron, quiet)
    truce = chron.turns
    first = chron.first
    rates = {}
    for name, mode in (("truce", True), ("open", False)):
        days = float((at_risk & (truce == mode)).sum())
        events = sum(
            not move.answers
            and at_risk[move.day - first]
            and bool(truce[max(move.day - first - 1, 0)]) == mode
            for move in own
        )
        prior = held["trigger"][name]
        rates[f"trigger.{name}"] = (
            float(prior["events"]) + power * events,
            float(prior["days"]) * float(prior["events"]) + power * days,
        )
    met = sum(meeting.known <= chron.asof for meeting in chron.meetings)
    exposed = float(at_risk.sum())
    for name, events, days in (
        ("meetings", met, exposed),
        ("relief", _reliefs(chron), exposed),
        ("open", *_open_spells(chron)),
        ("rupture", *_ruptures(chron)),
    ):
        prior = held[name]
        rates[name] = (
            float(prior["events"]) + power * events,
            float(prior["days"]) * float(prior["events"]) + power * days,
        )
    return rates


def _open_spells(chron: Chronology) -> tuple[float, float]:
    spells = [clock for clock in chron.clocks if clock.kind == "open"]
    days = sum(((clock.settled or chron.asof) - clock.known).days for clock in spells)
    return float(sum(clock.outcome != "live" for clock in spells)), float(days)


def _ruptures(chron: Chronology) -> tuple[float, float]:
    """Ruptures that ended, and days spent in one."""
    first = chron.first
    moved = np.zeros((1 - first, 2))
    ledger = chron.ledger
    for side in (0, 1):
        np.add.at(moved[:, side], ledger.day - first, ledger.duty[:, side])
    level = chron.duty - moved.sum(axis=0) + np.cumsum(moved, axis=0)
    apart = level.max(axis=1) >= chron.record.rules.decoupling
    ended = int((apart[:-1] & ~apart[1:]).sum())
    return float(ended), float(apart.sum())


def _shares(
    chron: Chronology, own: list[Initiative], pairs: list[Reply], held: Mapping[str, Any], power: float
) -> dict[str, tuple[float, float]]:
    """Counts for and against of every share."""
    settled = [clock for clock in chron.clocks if clock.outcome != "live"]
    cuts = [clock.outcome == "carried" for clock in settled if clock.kind == "cut"]
    off = [clock for clock in settled if clock.kind == "threat" and clock.outcome in ("put off", "dropped")]
    again = [clock.outcome == "put off" for clock in off]
    opened = [clock.outcome != "dropped" for clock in settled if clock.kind == "open"]
    begun = [move for move in own if not move.answers]
    given = [each for each in pairs if each.to.day < -ANSWER]
    answered = [move.answered for move in own if move.day < -ANSWER]
    tied = {each.to for each in pairs if each.lag == 0}  # which side began is not known
    shares = {}
    for name, yes, no, seen in (
        ("agreed", "carried", "not", cuts),
        ("again", "yes", "no", again),
        ("first_side", "first", "second", [move.side == 0 for move in begun if move not in tied]),
        ("at_once", "yes", "no", [move.at_once for move in begun]),
        ("control", "yes", "no", [move.control for move in begun]),
        ("breach", "yes", "no", [move.size >= chron.record.rules.decoupling / 2 for move in begun]),
        ("answer", "yes", "no", answered),
        ("answer_at_once", "yes", "no", [each.move.at_once for each in given]),
        ("answer_in_kind", "yes", "no", [each.in_kind for each in given]),
    ):
        happened = sum(seen)
        shares[name] = _count(held[name], yes, no, power * happened, power * (len(seen) - happened))
    rate = threat_rates()["all"].carried
    events = float(held["open_carried"]["events"])
    shares["open_carried"] = (
        events * rate + power * sum(opened),
        events * (1 - rate) + power * (len(opened) - sum(opened)),
    )
    late = [
        (clock.due - clock.eased).days < WEEK
        for clock in settled
        if clock.kind in ("threat", "truce") and clock.eased and clock.due and clock.lead >= 2 * WEEK
    ]
    shares["last_week"] = _count(
        held["last_week"], "yes", "no", power * sum(late), power * (len(late) - sum(late))
    )
    return shares | _meeting_shares(chron, held, power)


def _meeting_shares(
    chron: Chronology, held: Mapping[str, Any], power: float
) -> dict[str, tuple[float, float]]:
    """How many meetings are of leaders, take place on their day, and end in the signature they are called for."""
    past = [meeting for meeting in chron.meetings if meeting.start <= chron.asof]
    met = [meeting for meeting in past if not meeting.signing]
    high = sum(meeting.leaders for meeting in met)
    called_off = sum(
        clock.kind == "meeting" and clock.superseded is not None and clock.superseded <= chron.asof
        for clock in chron.record.clocks().values()
        if clock.known <= chron.asof
    )
    signed = len(past) - len(met)
    return {
        "leaders": _count(held["leaders"], "yes", "no", power * high, power * (len(met) - high)),
        "held": _count(held["held"], "yes", "no", power * len(met), power * called_off),
        "signing": _count(held["signing"], "yes", "no", power * signed, 0.0),
    }


def _meeting_counts(chron: Chronology, held: Mapping[str, Any], power: float) -> NDArray[np.float64]:
    """Dirichlet counts of what meetings brought, with everything done within four weeks of one."""
    counts = np.array([held["meeting"][level]["counts"] for level in ("others", "leaders")], dtype=np.float64)
    ledger = chron.ledger
    for meeting in chron.meetings:
        start, end = chron.day(meeting.start), chron.day(meeting.end) + AFTERMATH
        if end > 0 or meeting.signing:
            continue
        acts = set(ledger.act[(ledger.day >= start) & (ledger.day <= end)].tolist())
        if Act.agreement in acts:
            outcome = 3
        elif Act.cut in acts:
            outcome = 2
        elif acts & {Act.put_off, Act.dropped}:
            outcome = 1
        else:
            outcome = 0
        counts[int(meeting.leaders), outcome] += power
    return counts


def _reliefs(chron: Chronology) -> float:
    """Things taken back without a meeting in the weeks before, each week of them once."""
    cuts = sorted(set(chron.ledger.day[chron.ledger.act == Act.cut].tolist()))
    met = np.array([chron.day(meeting.start) for meeting in chron.meetings])
    agreed = {chron.day(clock.due) for clock in chron.clocks if clock.kind == "cut" and clock.due}
    last, count = -(10**9), 0
    for day in cuts:
        if day in agreed or ((met <= day) & (met >= day - AFTERMATH)).any():
            continue
        if day - last > WEEK:
            count += 1
        last = day
    return float(count)


def standing(chron: Chronology, quiet: int) -> NDArray[np.bool_]:
    """For each day from the first act to the as-of day whether the standoff is on.

    It is on while something was done within the last `quiet` days, or a dated step of either side is known and not settled.
    """
    first = chron.first
    on = np.zeros(1 - first, dtype=bool)
    for day in chron.ledger.day[chron.ledger.act != Act.court]:
        on[day - first : day - first + quiet + 1] = True
    for clock in chron.clocks:
        if clock.kind in ("threat", "truce") and clock.side in (0, 1, BOTH):
            begin = chron.day(clock.known) - first
            end = chron.day(clock.settled or clock.due or chron.asof) - first
            on[max(begin, 0) : end + 1] = True
    return on
