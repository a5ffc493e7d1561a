"""Questions registered before they are settled: a file that only grows, each line holding the hash of the one before.

A line is one question with its rule and its odds. It is written once by a command and never again: a changed line no longer has the
hash that the next one names, and `read_questions` refuses the file.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.campaign import Chronology, Fate
from detente.core import (
    CHAIN_START,
    InputError,
    chain_hash,
    chain_line,
    package_version,
    read_chain,
    write_atomic,
)
from detente.outlook.ahead import Outlook
from detente.outlook.kept import DATA
from detente.outlook.rolling import rungs_reached
from detente.outlook.scores import FLOOR

SHIPPED_QUESTIONS = DATA / "registered.jsonl"
WORDS = {Fate.carried: "carried out", Fate.put_off: "put off", Fate.dropped: "dropped"}
LADDER_RULE = (
    "The rung that the mechanical rule of detente/campaign/data/ladder.yaml reads from the record `{record}` for the {days} days "
    "after {asof}, once the record reaches {until}."
)
CLOCK_RULE = (
    "Whether the clock `{clock}`, due on {due}, is carried out in whole or in part by that day, according to the record `{record}`; "
    "put off or dropped otherwise; nothing when a court ends it."
)


@dataclass(frozen=True)
class Question:
    """One registered forecast.

    Attributes
    ----------
    number : int
        From 1.
    asof : date
        What was known.
    kind : str
        ``ladder`` or ``clock``.
    subject : str
        Horizon in days, or id of the clock.
    until : date
        When it can be settled.
    rule : str
        How it is settled.
    record : str
    odds : mapping of answer to float
    version : str
        Of the package that forecast.
    previous, hash : str
        SHA-256 of the line before, and of this one without its hash.
    """

    number: int
    asof: dt.date
    kind: str
    subject: str
    until: dt.date
    rule: str
    record: str
    odds: dict[str, float]
    version: str
    previous: str
    hash: str


def questions_of(outlook: Outlook, *, previous: str = CHAIN_START, number: int = 0) -> list[Question]:
    """Questions on the ladder at each horizon and on every live dated clock, with the odds of an outlook."""
    chron = outlook.chron
    record = chron.record.main.dossier.id
    rules = chron.record.rules
    drafts: list[tuple[str, str, dt.date, str, dict[str, float]]] = []
    for horizon, chances in zip(outlook.horizons, outlook.ladder, strict=True):
        until = chron.asof + dt.timedelta(days=horizon)
        rule = LADDER_RULE.format(record=record, days=horizon, asof=chron.asof, until=until)
        odds = {rung: chance.value for rung, chance in zip(rules.rungs, chances, strict=True)}
        drafts.append(("ladder", str(horizon), until, rule, odds))
    for each in outlook.clocks:
        due = each.clock.due
        if (
            due is None
            or each.clock.kind not in ("threat", "truce")
            or (due - chron.asof).days > outlook.futures.days
        ):
            continue
        j = outlook.futures.clocks.index(each.clock)
        fate = outlook.futures.fate[:, j]
        chance = float(((fate == Fate.carried).sum() + 0.5) / (len(fate) + 1))
        rule = CLOCK_RULE.format(clock=each.clock.id, due=due, record=record)
        drafts.append(("clock", each.clock.id, due, rule, {"carried out": chance, "not": 1 - chance}))
    registered = []
    for kind, subject, until, rule, odds in drafts:
        number += 1
        content: dict[str, Any] = {
            "number": number,
            "asof": chron.asof.isoformat(),
            "kind": kind,
            "subject": subject,
            "until": until.isoformat(),
            "rule": rule,
            "record": record,
            "odds": {answer: round(value, 4) for answer, value in odds.items()},
            "version": package_version(),
            "previous": previous,
        }
        previous = chain_hash(content)
        registered.append(_question({**content, "hash": previous}))
    return registered


def _question(content: dict[str, Any]) -> Question:
    days = {key: dt.date.fromisoformat(content[key]) for key in ("asof", "until")}
    return Question(**{**content, **days})


def read_questions(path: Path = SHIPPED_QUESTIONS) -> tuple[Question, ...]:
    """Read registered questions and check that none was changed, left out or moved.

    Raises
    ------
    EvidenceError
        When the chain of hashes is broken, with the line.
    InputError
        When there is no such file.
    """
    if not path.exists():
        raise InputError(
            "no registered questions", where=str(path), hint="detente score --register FILE writes them"
        )
    contents = read_chain(
        path.read_text(encoding="utf-8").splitlines(),
        first=1,
        name=path.name,
        broken="a registered question was changed, left out or moved",
        hint="take the file back from where it was published; questions are never rewritten",
    )
    return tuple(_question(content) for content in contents)


def can_register(path: Path, record: str, asof: dt.date) -> tuple[Question, ...]:
    """What stands in a file of questions, if questions on a record of a day can follow it.

    Raises
    ------
    InputError
        When the file holds questions on this record of the same or a later day.
    EvidenceError
        When what stands in it was changed.
    """
    standing = read_questions(path) if path.exists() else ()
    last = max((question.asof for question in standing if question.record == record), default=None)
    if last is not None and last >= asof:
        raise InputError(
            f"questions on `{record}` are registered as of {last} already",
            where=str(path),
            hint="register as of a later day; what stands is never rewritten",
        )
    return standing


def register_questions(outlook: Outlook, path: Path) -> list[Question]:
    """Append the questions of an outlook to a file, made when it is not there; what stands in it is not touched.

    Raises
    ------
    InputError, EvidenceError
        As `can_register`.
    """
    standing = can_register(path, outlook.chron.record.main.dossier.id, outlook.chron.asof)
    fresh = questions_of(
        outlook, previous=standing[-1].hash if standing else CHAIN_START, number=len(standing)
    )
    text = path.read_text(encoding="utf-8") if standing else ""
    for question in fresh:
        content = {
            key: value.isoformat() if isinstance(value, dt.date) else value
            for key, value in vars(question).items()
        }
        text += chain_line(content) + "\n"
    write_atomic(path, text)
    return fresh


@dataclass(frozen=True)
class SettledQuestion:
    """What became of a question by a day: its answer and log score, or nothing yet."""

    question: Question
    answer: str | None
    log: float | None


def answers(questions: Sequence[Question], full: Chronology) -> tuple[SettledQuestion, ...]:
    """Settle every question on the record of a chronology that the record allows by its day."""
    record = full.record.main.dossier.id
    rungs = full.record.rules.rungs
    fates = {(clock.id, clock.due): clock.outcome for clock in full.clocks}
    settled = []
    for question in questions:
        if question.record != record or question.asof > full.asof:
            continue
        answer: str | None = None
        if question.kind == "ladder":
            rung = int(rungs_reached(full, [question.asof], int(question.subject))[0])
            answer = rungs[rung] if rung >= 0 else None
        else:
            fate = fates.get((question.subject, question.until), "live")
            answer = {"carried": "carried out", "put off": "not", "dropped": "not"}.get(fate)
        log = None if answer is None else -math.log(max(question.odds.get(answer, 0.0), FLOOR))
        settled.append(SettledQuestion(question, answer, log))
    return tuple(settled)
