"""Rules of the audit on single measures: sources, days, units and labels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from detente.core import EVERYBODY, SECTOR_WORDS, nearest
from detente.dossier.audit_rules import Finding
from detente.dossier.dossier import Dossier
from detente.dossier.measure import DatedValue, Frozen, Grade, Measure
from detente.dossier.timeline import known_day
from detente.dossier.vocabulary import UNITS_OF, authorities_of, hint_for_part, shared_vocabulary
from detente.dossier.yaml_reader import key_text


def value_label(value: DatedValue) -> str:
    """Name a value in a finding."""
    return f"the value from {value.from_}"


def _sources(dossier: Dossier, measure: Measure) -> Iterator[Finding]:
    """Unknown sources, and grades better than the source."""
    cited = [(value_label(value), value.source, value.grade) for value in measure.values]
    cited += [("the effect", effect.source, effect.grade) for _, effect in measure.effects()]
    yield from check_sources(dossier, "measure", measure.id, cited)
    for value in measure.values:
        computed = len({firm.rate for firm in value.by_firm}) > 1
        if computed and value.grade in (Grade.official, Grade.reported):
            what = f"{value_label(value)} is graded {value.grade.value}, and is an average of rates by firm"
            hint = "an average that was computed is `inferred` at best, `assumed` where rates are; the note says which rates are of the act"
            yield Finding("grade-above-source", "measure", measure.id, what, hint)


def check_sources(
    dossier: Dossier, kind: str, key: str, cited: Iterable[tuple[str, str, Grade]]
) -> Iterator[Finding]:
    """Sources that are not in the record, and grades better than their source allows."""
    for label, source_id, grade in cited:
        source = dossier.sources.get(source_id)
        if source is None:
            close = nearest(source_id, dossier.sources)
            hint = f"did you mean `{close[0]}`?" if close else "add it to sources.yaml"
            yield Finding("unknown-source", kind, key, f"{label} cites `{source_id}`", hint)
            continue
        too_good = grade is Grade.official and source.quality != "A"
        too_good |= grade is Grade.reported and source.quality == "D" and not source.id.startswith("seed-")
        if too_good:
            what = f"{label} is graded {grade.value} on source `{source_id}` of quality {source.quality}"
            yield Finding("grade-above-source", kind, key, what, "find a better source, or lower the grade")


def _days(_: Dossier, measure: Measure) -> Iterator[Finding]:
    ties: set[tuple[dt.date, dt.date]] = set()
    for value in measure.values:
        if value.until is not None and value.until <= value.from_:
            what = f"{value_label(value)} ends on {value.until}"
            yield Finding("days-out-of-order", "measure", measure.id, what, "put `until` after `from`")
        known = known_day(measure, value)
        if known < measure.announced:
            what = (
                f"{value_label(value)} was known on {known}, before the announcement on {measure.announced}"
            )
            yield Finding("days-out-of-order", "measure", measure.id, what, "correct `known` or `announced`")
        if value.from_ < measure.announced:
            what = f"{value_label(value)} precedes the announcement on {measure.announced}"
            yield Finding("value-before-text", "measure", measure.id, what, "correct one of the two days")
        elif value.known is not None and value.known > value.from_:
            what = f"{value_label(value)} became public only on {value.known}"
            yield Finding("retroactive", "measure", measure.id, what, "nothing to do if this is meant")
        if (value.from_, known) in ties:
            what = f"two entries from {value.from_}, both known on {known}"
            yield Finding(
                "ambiguous-tie", "measure", measure.id, what, "merge them, or give one a later `known`"
            )
        ties.add((value.from_, known))
        if value.status.value == "suspended" and value.until is None:
            yield Finding(
                "open-suspension", "measure", measure.id, f"{value_label(value)} is suspended without an end"
            )


def _units(_: Dossier, measure: Measure) -> Iterator[Finding]:
    allowed = UNITS_OF[measure.instrument]
    if measure.unit not in allowed:
        what = f"a {measure.instrument.value} measured in `{measure.unit}`"
        yield Finding("unit-mismatch", "measure", measure.id, what, f"use {' or '.join(allowed)}")
    yield from doubtful(measure, "measure", measure.id)


def doubtful(entry: Frozen, kind: str, key: str) -> Iterator[Finding]:
    """Numbers outside the plausible band of their unit; reading a file lets only those through that are stated as meant."""
    for doubt in entry.doubts():
        what = f"{key_text(doubt.path)}: {doubt.what}"
        if doubt.stated:
            yield Finding(doubt.rule, kind, key, f"{what}, stated as extraordinary", "check it once more")
        else:
            yield Finding(doubt.rule, kind, key, what, doubt.hint)


def _effect_sectors(measure: Measure) -> set[str]:
    return {code for _, effect in measure.effects() for code in effect.sectors} - set(SECTOR_WORDS)


def _labels(dossier: Dossier, measure: Measure) -> Iterator[Finding]:
    by_target = {target for value in measure.values for target in (*value.by_target, *value.ceiling)}
    by_target |= {target for _, effect in measure.effects() for target in effect.left_for}
    named = {*measure.targets, *measure.except_targets, *by_target} - {EVERYBODY}
    actor = dossier.actors.get(measure.actor)
    words = shared_vocabulary()
    regions, sectors = set(words.regions), set(words.sectors)
    if actor is not None and actor.kind == "economy" and named <= regions:
        economies = {actor.id}  # the usual case, without a list of all of them for every measure
    else:
        economies = {actor.id for actor in dossier.actors.values() if actor.kind == "economy"}
    scopes = [measure.products, *(value.products for value in measure.values if value.products is not None)]
    checks: list[tuple[str, Iterable[str], set[str]]] = [
        ("actor", [measure.actor], economies),
        ("country", named, regions | economies),
        ("sector", {code for scope in scopes for code in scope.sectors}, sectors),
        ("sector", _effect_sectors(measure), sectors),
        (
            "product list",
            {name for scope in scopes for name in (*scope.lists, *scope.excluded)},
            set(words.product_lists),
        ),
    ]
    for what, names, valid in checks:
        for name in sorted(set(names) - valid):
            close = nearest(name, sorted(valid))
            hint = f"did you mean `{close[0]}`?" if close else f"add it to the vocabulary of {what} names"
            hint = (hint_for_part(name) if what == "country" else "") or hint
            yield Finding("unknown-label", "measure", measure.id, f"{what} `{name}` matches nothing", hint)
    authorities = authorities_of(dossier)
    for name in sorted({measure.authority, *measure.excluded_by} - set(authorities)):
        close = nearest(name, sorted(authorities))
        hint = (
            f"did you mean `{close[0]}`? " if close else ""
        ) + "if it is one of its own, describe it in authorities.yaml"
        what = f"nobody described the authority `{name}`: it is shown by its id, in grey"
        yield Finding("undescribed-authority", "measure", measure.id, what, hint)


MEASURE_RULES: tuple[Callable[[Dossier, Measure], Iterator[Finding]], ...] = (
    _sources,
    _days,
    _units,
    _labels,
)
