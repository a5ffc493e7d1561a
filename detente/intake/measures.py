"""Measures named in a report, matched to the ledger with a score and its reasons; candidates for new ones.

A mention is a word for an instrument with what stands around it: who acts, on whom, on what, at which rate, since when.
Every measure of the ledger is scored against that. Words that only point back (“the new controls”) take the last
mention they fit.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Sequence

from detente.dossier import Dossier
from detente.intake.amounts import find_amounts
from detente.intake.article import Article, ArticleSentence, Item
from detente.intake.dates import resolve_expression
from detente.intake.expressions import find_expressions
from detente.intake.geography import economy_words
from detente.intake.matching import Match, MeasureMention, Profile, profiles, score, topics_in
from detente.intake.names import Mention
from detente.intake.tables import phrases, table

_THRESHOLD = 2.4
_MOST = 12
"""Words for instruments that are looked at in one sentence."""

_REACH = 90
"""Characters on either side of an instrument's word that belong to its mention."""


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


def find_mentions(article: Article, names: Sequence[Mention]) -> list[MeasureMention]:
    """Words for instruments in the title and the body, each with its surroundings."""
    sides: dict[int, list[Mention]] = {}
    for name in names:
        if name.side:
            sides.setdefault(name.sentence, []).append(name)
    mentions = []
    pattern, entries = _triggers()
    for sentence in article.sentences:
        text = sentence.text
        hits = [
            match for match in pattern.finditer(text) if not re.match(r"[\s-]deal\b", text[match.end() :])
        ]
        for position, match in enumerate(hits[:_MOST]):
            floor = hits[position - 1].end() if position else 0
            ceiling = hits[position + 1].start() if position + 1 < len(hits) else len(text)
            entry = _named_by(match.group(), entries)
            mentions.append(_mention(sentence, match, floor, ceiling, entry, sides.get(sentence.number, [])))
    return mentions


def _named_by(words: str, entries: dict[str, tuple[frozenset[str], bool]]) -> tuple[frozenset[str], bool]:
    """What a word may name; a plural may also be listed by itself."""
    plain = _plain_words(words)
    options = {plain, plain.removesuffix("s"), plain.removesuffix("es")}
    hits = [entry for word, entry in entries.items() if re.sub(r"[\s-]+", " ", word) in options]
    return frozenset().union(*(kinds for kinds, _ in hits)), any(strong for _, strong in hits)


def _mention(
    sentence: ArticleSentence,
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
        back and _plain_words(match.group()) in table("topics")["backward"],
        bool(re.search(r"\bnew\s(?:[\w-]+\s)?$", left)),
        near,
    )


def _plain_words(words: str) -> str:
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
        days = {resolve_expression(e, today).first for e in find_expressions(mention.near)}
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
