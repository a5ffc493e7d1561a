"""Amounts: rates, points, money with its unit, weights, counts, durations, each in one normal form.

Rates are fractions (``0.25 fraction``), money is in whole units of its currency (``660000000000 USD``), with what it is
per (``400 CNY per net ton``). Words beside a number that bound it (“over”, “at least”) go into the detail.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field

from detente.intake.article import Article, Item
from detente.intake.tables import table

_NUMBER = r"\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,9})?|\d{1,15}(?:\.\d{1,9})?"
_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:a|one|two|three|five) hundred"
)
_BOUND = re.compile(
    r"(?:\b(over|more than|above|exceeding|at least|up to|as much as|under|below|less than|fewer than|nearly|almost|about|"
    r"around|roughly|some|approximately|an estimated|another|an? additional|an? extra)\s)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Amount:
    """A number with its unit, at characters [start, end) of a sentence."""

    start: int
    end: int
    number: float
    unit: str
    rule: str
    sure: float = 0.95
    detail: dict[str, str] = field(default_factory=dict)

    @property
    def value(self) -> str:
        """Normal form.

        Examples
        --------
        >>> Amount(0, 4, 0.25, "fraction", "").value
        '0.25 fraction'
        """
        whole = float(self.number).is_integer() and abs(self.number) < 1e18
        return f"{int(self.number)} {self.unit}" if whole else f"{self.number:.12g} {self.unit}"


@functools.cache
def _lookups() -> tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, str]]:
    data = table("units")
    signs = {sign: code for code, entry in data["currencies"].items() for sign in entry["signs"]}
    words = {word.lower(): code for code, entry in data["currencies"].items() for word in entry["words"]}
    units = {word.lower(): unit for unit, names in data["units"].items() for word in names}
    things = {word.lower(): thing for thing, names in data["things"].items() for word in names}
    return signs, words, units, things


def _either(words: object) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))  # type: ignore[call-overload]


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    signs, words, units, things = _lookups()
    scale = rf"(?:[\s-]?(?P<scale>{_either(table('units')['scales'])})\b)?"
    number = rf"(?P<n>{_NUMBER})"
    either = rf"(?P<n>{_NUMBER}|(?i:{_WORDS}))"
    per = rf"(?:\s?(?:per|a|an|for each|/)\s?(?P<per>{_either(units)})\b)?"
    return {
        "points": re.compile(
            rf"(?<![\d.,]){either}[\s-](?:percentage[\s-]|basis[\s-])?points?\b(?!\s+(?:out|to|of view))",
            re.I,
        ),
        "rate": re.compile(rf"(?<![\d.,]){either}(?:\s?%|[\s-]per[\s-]?cents?\b)", re.I),
        "money": re.compile(rf"(?<![\w])(?P<sign>{_either(signs)})\s?{number}{scale}{per}"),
        "money word": re.compile(rf"(?<![\d.,$€£¥]){number}{scale}\s(?P<word>{_either(words)})\b{per}", re.I),
        "weight": re.compile(
            rf"(?<![\d.,$€£¥]){number}{scale}\s(?P<unit>{_either(u for u in units if u not in ('year', 'a year', 'month', 'unit', 'annum'))})\b",
            re.I,
        ),
        "count": re.compile(
            rf"(?<![\d.,$€£¥-]){either}{scale}\s(?:(?!(?:of|to|in|on|and|the|per)\b)[a-z][\w’'-]*\s){{0,2}}?(?P<thing>{_either(things)})\b",
            re.I,
        ),
        "duration": re.compile(
            rf"(?<![\d.,$€£¥-])(?P<n>{_NUMBER}|(?i:{_WORDS})|(?<=for )an?)[\s-](?P<span>hour|day|week|month|year)s?\b(?![\s-]?(?:after|before|earlier|later|ago|ahead|prior|old))",
        ),
    }


def _value(text: str) -> float:
    plain = text.replace(",", "").lower().strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return float(plain)
    if plain.endswith("hundred"):
        return 100.0 * float(table("calendar")["numbers"].get(plain.split()[0], 1))
    if plain == "zero":
        return 0.0
    return float(table("calendar")["numbers"][plain or "a"])


def find_amounts(text: str) -> list[Amount]:
    """Amounts in a sentence, in order.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> [a.value for a in find_amounts("a 25% duty, 400 yuan ($56) per net ton, for 90 days, on 1.2 million tonnes")]
    ['0.25 fraction', '400 CNY per net ton', '56 USD per net ton', '90 day', '1200000 metric ton']
    """
    taken = bytearray(len(text))
    amounts: list[Amount] = []
    for rule, pattern in _patterns().items():
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            amount = _amount(rule, match, text)
            if amount is None:
                continue
            taken[amount.start : amount.end] = b"\x01" * (amount.end - amount.start)
            amounts.append(amount)
    return _share_units(text, sorted(amounts, key=lambda a: a.start))


def _amount(rule: str, match: re.Match[str], text: str) -> Amount | None:
    signs, words, units, things = _lookups()
    parts = match.groupdict()
    number = _value(parts["n"])
    scale = float(table("units")["scales"][parts["scale"].lower()]) if parts.get("scale") else 1.0
    detail = {}
    bound = _BOUND.search(text[: match.start()])
    if bound:
        detail["bound"] = bound.group(1).lower()
    per = f" per {units[parts['per'].lower()]}" if parts.get("per") else ""
    start, end = match.span()
    if rule == "points":
        by = 1e4 if "basis" in match.group().lower() else 1e2
        if "percentage" not in match.group().lower() and "basis" not in match.group().lower():
            return (
                None
                if not re.search(r"\b(?:tariff|dut(?:y|ies)|rate|levy)", text)
                else Amount(start, end, number / by, "points", rule, 0.7, detail)
            )
        return Amount(start, end, number / by, "points", rule, 0.95, detail)
    if rule == "rate":
        return Amount(start, end, number / 100, "fraction", rule, 0.97, detail)
    if rule == "money":
        return Amount(start, end, number * scale, signs[parts["sign"]] + per, rule, 0.97, detail)
    if rule == "money word":
        return Amount(start, end, number * scale, words[parts["word"].lower()] + per, rule, 0.95, detail)
    if rule == "weight":
        return Amount(start, end, number * scale, units[parts["unit"].lower()], rule, 0.93, detail)
    if rule == "count":
        if number < 3 or re.search(r"[.;:]", match.group()[len(parts["n"]) + 2 :]):
            return None
        return Amount(start, end, number * scale, things[parts["thing"].lower()], rule, 0.8, detail)
    return _duration(match, text, number, detail)


def _duration(match: re.Match[str], text: str, number: float, detail: dict[str, str]) -> Amount | None:
    span = match.group("span").lower()
    before = text[: match.start()].lower()
    if re.search(
        r"(?:\bwithin|\bin|\bthe (?:past|last|next|coming)|\b(?:past|last|next|coming))\s(?:the next\s)?$",
        before,
    ):
        return None  # an expression of time, not a length
    start = match.start()
    if match.group("n").lower() in ("a", "an") and before.endswith("for "):
        start -= 4
    return Amount(start, match.end(), number, span, "duration", 0.85, detail)


def _share_units(text: str, amounts: list[Amount]) -> list[Amount]:
    """Give a sum its unit from further on: “90 pesos ($5) landing charge per cubic metre”, “10% to 15%”."""
    _, _, units, _ = _lookups()
    with_units = []
    for amount in amounts:
        money = amount.rule in ("money", "money word") and " per " not in amount.unit
        if money:
            rest = text[amount.end :]
            # What follows up to “per …”: a conversion in brackets and the name of the charge, no other clause.
            later = re.match(
                rf"(?:\s?\([^()]{{1,25}}\)|\))?(?:\s[\w-]+){{0,4}}?\sper\s(?P<per>{_either(units)})\b",
                rest,
                re.I,
            )
            if later:
                unit = f"{amount.unit} per {units[later.group('per').lower()]}"
                amount = Amount(
                    amount.start, amount.end, amount.number, unit, amount.rule, 0.9, amount.detail
                )
        with_units.append(amount)
    return _ranges(text, with_units)


def _ranges(text: str, amounts: list[Amount]) -> list[Amount]:
    """Add the lower end of a range that shares its sign: “10 to 15%”, “10–15 percent”."""
    extra = []
    for amount in amounts:
        if amount.rule == "rate":
            lower = re.search(r"(?<![\d.,$€£¥])(\d+(?:\.\d+)?)\s?(?:to|–|-|or|and)\s?$", text[: amount.start])
            if lower and not re.search(r"[A-Za-z]-$", text[: lower.start()]):
                extra.append(
                    Amount(*lower.span(1), float(lower.group(1)) / 100, "fraction", "rate, lower end", 0.85)
                )
    return sorted([*amounts, *extra], key=lambda a: a.start)


def amount_items(article: Article) -> list[Item]:
    """Amounts of the title and the body."""
    return [
        article.item(
            "amount",
            sentence,
            a.start,
            a.end,
            a.value,
            a.rule,
            a.sure,
            number=a.number,
            unit=a.unit,
            **a.detail,
        )
        for sentence in article.sentences
        for a in find_amounts(sentence.text)
    ]
