"""Measures named in a report, matched to the ledger with a score and its reasons; candidates for new ones.

A mention is a word for an instrument with what stands around it: who acts, on whom, on what, at which rate, since when.
Every measure of the ledger is scored against that. Words that only point back (“the new controls”) take the last
mention they fit.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from detente.dossier.dossier import Dossier
from detente.dossier.intake.amounts import find_amounts
from detente.dossier.intake.article import Article, Item, Sentence
from detente.dossier.intake.dates import find_expressions, resolve
from detente.dossier.intake.names import Mention, economy_words
from detente.dossier.intake.tables import phrases, table
from detente.dossier.measure import Measure

_THRESHOLD = 2.4
_MOST = 12
"""Words for instruments that are looked at in one sentence."""

_REACH = 90
"""Characters on either side of an instrument's word that belong to its mention."""


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


@dataclass(frozen=True)
class MeasureMention:
    """An instrument's word with its surroundings."""

    sentence: Sentence
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


@functools.cache
def _triggers() -> tuple[re.Pattern[str], dict[str, tuple[frozenset[str], bool]]]:
    words: dict[str, tuple[set[str], bool]] = {}
    for instrument, lists in table("topics")["triggers"].items():
        for strength in ("strong", "weak"):
            for word in lists[strength]:
                kinds, strong = words.setdefault(word, (set(), False))
                kinds.add(instrument)
                words[word] = (kinds, strong or strength == "strong")
    return phrases(tuple(words)), {
        word: (frozenset(kinds), strong) for word, (kinds, strong) in words.items()
    }


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
    made = []
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
        made.append(Profile(measure, instrument, frozenset(topics), frozenset(rates), frozenset(days)))
    count = Counter(topic for profile in made for topic in profile.topics)
    return [replace(p, rare=frozenset(topic for topic in p.topics if count[topic] <= 3)) for p in made]


def find_mentions(article: Article, names: Sequence[Mention]) -> list[MeasureMention]:
    """Words for instruments in the title and the body, each with its surroundings."""
    sides: dict[int, list[Mention]] = {}
    for name in names:
        if name.side:
            sides.setdefault(name.sentence, []).append(name)
    found = []
    pattern, entries = _triggers()
    for sentence in article.sentences:
        text = sentence.text
        hits = [
            match for match in pattern.finditer(text) if not re.match(r"[\s-]deal\b", text[match.end() :])
        ]
        for position, match in enumerate(hits[:_MOST]):
            floor = hits[position - 1].end() if position else 0
            ceiling = hits[position + 1].start() if position + 1 < len(hits) else len(text)
            entry = _entry(match.group(), entries)
            found.append(_mention(sentence, match, floor, ceiling, entry, sides.get(sentence.number, [])))
    return found


def _entry(words: str, entries: dict[str, tuple[frozenset[str], bool]]) -> tuple[frozenset[str], bool]:
    """What a word may name; a plural may also be listed by itself."""
    plain = re.sub(r"[\s‑–-]+", " ", words.lower())
    options = {plain, plain.removesuffix("s"), plain.removesuffix("es")}
    hits = [entry for word, entry in entries.items() if re.sub(r"[\s-]+", " ", word) in options]
    return frozenset().union(*(kinds for kinds, _ in hits)), any(strong for _, strong in hits)


def _mention(
    sentence: Sentence,
    match: re.Match[str],
    floor: int,
    ceiling: int,
    entry: tuple[frozenset[str], bool],
    sides: list[Mention],
) -> MeasureMention:
    text = sentence.text
    left = text[max(floor, match.start() - _REACH) : match.start()]
    left = re.split(r"[;:—]", left)[-1]
    right = re.split(
        r"[;:—]|,\s(?:and|but|while|after|as|because|with)\s",
        text[match.end() : min(ceiling, match.end() + _REACH)],
    )[0]
    near = f"{left}{match.group()}{right}"
    target = _target(right, left)
    actor = _actor(text, match.start(), floor, target, sides)
    rates = frozenset(
        round(a.number, 6)
        for a in find_amounts(f"{left[-40:]}{match.group()}{right[:70]}")
        if a.unit == "fraction"
    )
    money = {round(a.number, 6) for a in find_amounts(near) if " per " in a.unit}
    economies = frozenset(code for code, _ in economy_words(near))
    threat = bool(
        re.search(
            r"\bthreat\w*|\bwould not take effect|\bpunitive|\bby Nov", text[: match.start()] + right, re.I
        )
    )
    back = bool(
        re.search(
            r"(?:\b(?:the|those|these|this|such|its|their|both)\s|[’']s\s)(?:[\w-]+\s){0,2}$", left, re.I
        )
    )
    start = match.start() - len(re.search(r"(?:\S+\s){0,4}$", left).group())  # type: ignore[union-attr]
    end = match.end() + len(re.match(r"(?:\s[\w’'%$.-]+){0,8}", right).group())  # type: ignore[union-attr]
    kinds, strong = entry
    if money and not rates and len(kinds) > 1:
        kinds = kinds - {"tariff"}  # so much a ton is a fee
    topics = topics_in(near)
    if not topics and kinds & {"purchase_pledge", "purchase_halt"}:
        topics = topics_in(text) & {"soybeans", "farm goods", "aircraft"}
    return MeasureMention(
        sentence,
        max(0, start),
        end,
        match.group(),
        kinds,
        strong,
        topics,
        actor,
        target,
        economies,
        rates | money,
        threat,
        back and _plain(match.group()) in table("topics")["backward"],
        bool(re.search(r"\bnew\s(?:[\w-]+\s)?$", left)),
        near,
    )


def _plain(words: str) -> str:
    return re.sub(r"[\s‑–-]+", " ", words.lower())


def _target(right: str, left: str) -> str:
    """Whom it hits: “on Chinese goods”, “against U.S. firms”, “imports of U.S. soybeans”."""
    for code, (start, _, _) in economy_words(right):
        before = right[:start]
        if re.search(r"\b(?:on|against|targeting|for|to|of|from|by|with|at)\b[^,.;]{0,45}$", before):
            own = re.search(r"\b(?:owned|operated|imposed|levied|announced)\b[^,.;]{0,20}\bby\s$", before)
            return "" if own and "owned" not in before and "operated" not in before else code
        return ""
    return ""


def _actor(text: str, start: int, floor: int, target: str, sides: list[Mention]) -> str:
    """Who acts: the nearest possessive or adjective before the word, then whoever is named before it."""
    left = text[max(0, start - 60) : start]
    own = re.search(r"(?P<who>[A-Z][\w.]*(?:\s[A-Z][\w.]*)?)(?:[’']s)?\s(?:[\w-]+\s){0,4}$", left)
    for code, (a, b, _) in reversed(economy_words(left)):
        gap = left[b:]
        owner = gap.startswith(("’s", "'s"))
        passive = re.search(r"\b(?:on|to|from|against|of|in|for|over)\s(?:the\s)?$", left[:a])
        if re.fullmatch(r"(?:[’']s)?(?:\s[\w-]+){0,3}\s", gap) and (owner or not passive):
            return code
    named = [(name.start, name.side) for name in sides if name.start < start]
    named += [
        (a, code)
        for code, (a, b, kind) in economy_words(text[:start])
        if (
            kind != "adjectives"
            or re.match(r"\s(?:government|officials|authorities|side|leaders)\b", text[b:])
        )
        and not re.search(r"\b(?:on|against|to|from|with|in|at|near)\s(?:the\s)?$", text[:a])
    ]
    named = [(place, side) for place, side in named if side != target]
    if own is None and not named:
        return ""
    return max(named)[1] if named else ""


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
    points += _parties(mention, measure, why)
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


def _parties(mention: MeasureMention, measure: Measure, why: list[str]) -> float:
    points = 0.0
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
    partners = (mention.partners - {"USA", "CHN"}) & set(measure.targets)
    if partners:
        points += 1.2
        why.append(f"with {', '.join(sorted(partners))}")
    elif measure.targets != ("all",) and not set(measure.targets) & {"USA", "CHN"}:
        points -= 1.5
    return points


def measure_items(article: Article, dossier: Dossier, names: Sequence[Mention], today: dt.date) -> list[Item]:
    """Measures named in a report (kind ``measure``, value: the ledger's id) and candidates (kind ``candidate``).

    Parameters
    ----------
    article : Article
    dossier : Dossier
    names : sequence of Mention
    today : date
        Day of the report.

    Returns
    -------
    list of Item
        `detail` has the score, the reasons, and up to five ids with scores near the best under ``matches``. A measure is
        named once a sentence.
    """
    known = profiles(dossier)
    items: list[Item] = []
    memory: list[tuple[MeasureMention, list[Match]]] = []
    seen: set[tuple[int, str]] = set()
    for mention in find_mentions(article, names):
        days = {resolve(e, today).first for e in find_expressions(mention.near)}
        ranked = _rank(mention, known, today, frozenset(day for day in days if day))
        pointed = ""
        if not _sure(mention, ranked):
            earlier = _points_back(mention, memory)
            if earlier is not None:
                ranked, pointed = earlier, "points back to an earlier mention"
        if not ranked or (ranked[0].score < _THRESHOLD and not pointed):
            if _is_candidate(mention):
                items.append(_item(article, mention, "new", [], "no measure of the ledger fits", "candidate"))
            continue
        memory.append((mention, ranked))
        key = (mention.sentence.number, ranked[0].id)
        if key in seen:
            continue
        seen.add(key)
        items.append(_item(article, mention, ranked[0].id, ranked, pointed, "measure"))
    return items


def _sure(mention: MeasureMention, ranked: list[Match]) -> bool:
    return (
        bool(ranked)
        and ranked[0].score >= _THRESHOLD
        and (mention.strong or bool(mention.topics) or bool(mention.rates))
    )


def _rank(
    mention: MeasureMention, known: list[Profile], today: dt.date, days: frozenset[dt.date]
) -> list[Match]:
    scored = [match for profile in known if (match := score(mention, profile, today, days))]
    scored.sort(key=lambda match: (-match.score, match.id))
    return [match for match in scored if scored and match.score >= scored[0].score - 0.6][:5]


def _points_back(
    mention: MeasureMention, memory: list[tuple[MeasureMention, list[Match]]]
) -> list[Match] | None:
    """Last mention that words like “the controls” or “China's new rules” can mean."""
    if not mention.points_back or mention.topics - {"threat", "ships"}:
        return None
    general = bool(re.fullmatch(r"measures?", mention.word, re.I))
    for earlier, ranked in reversed(memory[-8:]):
        gap = mention.sentence.number - earlier.sentence.number
        if gap > (2 if general else 9):
            return None
        fits = general or bool(mention.instruments & earlier.instruments)
        recent = not mention.fresh or any(why.startswith("announced") for why in ranked[0].why)
        actor_fits = not mention.actor or mention.actor == _actor_of(ranked) or not _actor_of(ranked)
        rate_fits = not mention.rates or bool(mention.rates & earlier.rates)
        if fits and recent and actor_fits and rate_fits:
            return [
                Match(match.id, round(match.score * 0.8, 2), ("points back", *match.why)) for match in ranked
            ]
    return None


def _actor_of(ranked: list[Match]) -> str:
    reason = next((why for why in ranked[0].why if why.startswith("by ")), "")
    return reason[3:]


def _is_candidate(mention: MeasureMention) -> bool:
    acts = re.search(
        r"\b(?:impos|announc|levi|introduc|threaten|unveil|rais|slap|set)\w*\b",
        mention.sentence.text[: mention.end],
    )
    return mention.strong and bool(mention.rates or acts) and bool(mention.actor or mention.target)


def _item(
    article: Article, mention: MeasureMention, value: str, ranked: list[Match], rule: str, kind: str
) -> Item:
    best = ranked[0].score if ranked else 0.0
    return article.item(
        kind,
        mention.sentence,
        mention.start,
        min(mention.end, len(mention.sentence.text)),
        value,
        rule or "; ".join(ranked[0].why),
        round(min(0.95, best / 5), 2),
        matches=tuple((match.id, match.score) for match in ranked),
        why=ranked[0].why if ranked else (),
        actor=mention.actor,
        target=mention.target,
        rates=tuple(sorted(mention.rates)),
    )
