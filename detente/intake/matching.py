"""What of a measure can be recognised, and how well a mention fits it."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from detente.dossier import Dossier, Measure, codes_of
from detente.intake.article import ArticleSentence
from detente.intake.tables import phrases, table


@dataclass(frozen=True)
class Profile:
    """What of a measure can be recognised in a text."""

    measure: Measure
    instrument: str
    topics: frozenset[str]
    rates: frozenset[float]
    days: frozenset[dt.date]
    rare: frozenset[str] = frozenset()
    """Topics that at most three measures of the ledger have."""
    sides: frozenset[str] = frozenset()
    """The headline pair of the ledger."""


@dataclass(frozen=True)
class MeasureMention:
    """An instrument's word with its surroundings."""

    sentence: ArticleSentence
    start: int
    end: int
    word: str
    instruments: frozenset[str]
    strong: bool
    topics: frozenset[str]
    actor: str
    target: str
    partners: frozenset[str]
    rates: frozenset[float]
    threat: bool
    points_back: bool
    fresh: bool
    near: str


@dataclass(frozen=True)
class Match:
    """A measure of the ledger with its score for a mention and the reasons."""

    id: str
    score: float
    why: tuple[str, ...] = field(default_factory=tuple)


@functools.cache
def _topics() -> dict[str, re.Pattern[str]]:
    return {name: phrases(tuple(words)) for name, words in table("topics")["topics"].items()}


def topics_in(text: str) -> frozenset[str]:
    """Subject matters named in a text.

    Examples
    --------
    >>> sorted(topics_in("curbs on rare-earth magnets"))
    ['magnets', 'rare earth']
    """
    return frozenset(name for name, pattern in _topics().items() if pattern.search(text))


def profiles(dossier: Dossier) -> list[Profile]:
    """What can be recognised of each measure of a ledger.

    Parameters
    ----------
    dossier : Dossier
    """
    all_profiles = []
    sides = frozenset(codes_of(dossier))
    for measure in dossier.measures.values():
        words = f"{measure.title} {measure.act} {measure.id.replace('-', ' ')}"
        topics = set(topics_in(words))
        instrument = measure.instrument.value
        if measure.authority == "threat":
            topics.add("threat")
        if "truce" in topics:
            instrument = "truce"
        rates = {value.value for value in measure.values if value.value is not None}
        rates |= {rate for value in measure.values for rate in value.by_target.values()}
        days = {measure.announced, *(value.from_ for value in measure.values)}
        all_profiles.append(
            Profile(measure, instrument, frozenset(topics), frozenset(rates), frozenset(days), sides=sides)
        )
    count = Counter(topic for profile in all_profiles for topic in profile.topics)
    return [
        replace(p, rare=frozenset(topic for topic in p.topics if count[topic] <= 3)) for p in all_profiles
    ]


def score(
    mention: MeasureMention, profile: Profile, today: dt.date, days: frozenset[dt.date] = frozenset()
) -> Match | None:
    """Score a measure for a mention; None when it cannot be meant.

    Parameters
    ----------
    mention : MeasureMention
    profile : Profile
    today : date
        Day of the report.
    days : set of date
        Days named beside the mention.

    Returns
    -------
    Match or None
        Points: instrument 1 (0.6 when the word is a general one), each shared topic 1.4 up to two (2.0 for one that few
        measures have), who acts 0.8, on whom 0.7, a partner named 1.2, the same rate 1.2, the same day 1.4, threatened
        1.6, news of the last sixty days 0.5; less when one of these speaks against it.
    """
    measure, points, why = profile.measure, 0.0, []
    if measure.announced > today + dt.timedelta(days=3):
        return None
    instruments = mention.instruments
    if profile.instrument in instruments:
        points += 1.0 if mention.strong else 0.6
        why.append(f"“{mention.word.lower()}” names {profile.instrument.replace('_', ' ')}")
    elif not (profile.instrument == "purchase_halt" and "purchase_pledge" in instruments):
        return None
    shared = mention.topics & (profile.topics - {"threat"})
    for topic in sorted(shared)[:2]:
        points += 2.0 if topic in profile.rare else 1.4
        why.append(f"about {topic}")
    if days & profile.days:
        points += 1.4
        why.append("same day")
    points += _party_points(mention, profile, why)
    if mention.rates & profile.rates:
        points += 1.2
        why.append("same rate")
    is_threat = "threat" in profile.topics
    if is_threat and mention.threat:
        points += 1.6
        why.append("threatened")
    elif is_threat and not (mention.rates & profile.rates):
        points -= 1.0
    age = (today - measure.announced).days
    if 0 <= age <= 60:
        points += 0.5
        why.append(f"announced {age} days before")
    if profile.instrument in ("export_control", "purchase_halt", "purchase_pledge") and not (
        shared or days & profile.days
    ):
        points -= 1.0
    if not shared and profile.topics & set(table("topics")["particular"]):
        points -= 0.8
    return Match(measure.id, round(points, 2), tuple(why))


def _party_points(mention: MeasureMention, profile: Profile, why: list[str]) -> float:
    measure, points = profile.measure, 0.0
    if mention.actor:
        same = mention.actor == measure.actor
        points += 0.8 if same else -0.8
        if same:
            why.append(f"by {measure.actor}")
    if mention.target and mention.target != mention.actor:
        hit = mention.target in measure.targets or (
            "all" in measure.targets and mention.target != measure.actor
        )
        points += 0.7 if hit else -0.9
        if hit:
            why.append(f"on {mention.target}")
    partners = (mention.partners - profile.sides) & set(measure.targets)
    if partners:
        points += 1.2
        why.append(f"with {', '.join(sorted(partners))}")
    elif measure.targets != ("all",) and not set(measure.targets) & profile.sides:
        points -= 1.5
    return points
