"""Stacking rules as data: which authorities add up, which give way to which, and what counts within one.

`stacking.yaml` is the table a lawyer can read and correct; the measures carry what follows from it, and
`mismatches` says where the two differ.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from detente.core import Column, LabelError, SchemaError, Table, suggestion
from detente.dossier.form import validate
from detente.dossier.kept import read_kept
from detente.dossier.measure import Frozen, Grade, Instrument, Measure, Slug
from detente.dossier.vocabulary import shared_authorities
from detente.dossier.yaml_reader import YamlFile

if TYPE_CHECKING:
    from detente.dossier.dossier import Dossier


class StackingRule(Frozen):
    """How the duties of one authority meet the others."""

    id: Slug
    authority: Slug
    """Authority of the duties it speaks of."""
    actor: str = ""
    """Economy whose law it is; left out, it speaks of every economy for which no other rule does."""
    targets: tuple[str, ...] = ()
    """Only measures aimed at one of these; every measure of the authority when empty."""
    announced_from: dt.date | None = None
    """Only measures announced on this day or later."""
    announced_until: dt.date | None = None
    """Only measures announced on this day or before."""
    within: Literal["add", "max"]
    """Whether measures of the authority add up on one product, or the largest counts."""
    gives_way_to: tuple[Slug, ...] = ()
    """Authorities that keep this duty off the goods they cover."""
    applies_to: Literal["value", "content"]
    """Charged on the good's value, or on its content of what is listed."""
    known: dt.date | None = None
    """Day from which it may be shown; always when left out, for authorities that the record names."""
    source: str
    """Where the rule is read: source and place, in words."""
    grade: Grade
    note: str = ""

    def speaks_of(self, measure: Measure) -> bool:
        """Whether the rule is about a measure."""
        return (
            measure.authority == self.authority
            and self.actor in ("", measure.actor)
            and (not self.targets or any(target in self.targets for target in measure.targets))
            and (self.announced_from is None or measure.announced >= self.announced_from)
            and (self.announced_until is None or measure.announced <= self.announced_until)
        )


def rules_in(file: YamlFile) -> tuple[StackingRule, ...]:
    """Read stacking rules from a YAML list.

    Raises
    ------
    SchemaError
        For a file of another form or an id given twice; file, line and key are named.
    LabelError
        For an unknown authority, with the nearest one.
    """
    if not isinstance(file.data, list):
        raise SchemaError(
            "the file must be a list of rules", file=file.name, line=1, hint="start each with `- id: …`"
        )
    rules = [validate(StackingRule, body, file, (position,)) for position, body in enumerate(file.data)]
    for position, rule in enumerate(rules):
        if rule.id in {other.id for other in rules[:position]}:
            raise SchemaError(
                f"the id `{rule.id}` was already given",
                file=file.name,
                line=file.place((position,))[0],
                key="id",
                hint="give every rule an id of its own",
            )
        for name in (rule.authority, *rule.gives_way_to):
            if name not in shared_authorities():
                raise LabelError(
                    f"unknown authority `{name}` in rule `{rule.id}`",
                    where=file.where((position,)),
                    hint=suggestion(name, sorted(shared_authorities())),
                )
    return tuple(rules)


@functools.cache
def stacking_rules() -> tuple[StackingRule, ...]:
    """Return the shipped rules; read once.

    Examples
    --------
    >>> next(rule.gives_way_to for rule in stacking_rules() if rule.id == "ieepa-reciprocal")
    ('section-232',)
    """
    rules: tuple[StackingRule, ...] = read_kept(
        Path(__file__).parent / "data" / "stacking.yaml", "stacking", rules_in
    )
    return rules


def rules_of(dossier: Dossier) -> tuple[StackingRule, ...]:
    """Rules that hold for a record: its own first, then the shipped ones that it does not say otherwise."""
    own = dossier.stacking
    return (*own.values(), *(rule for rule in stacking_rules() if rule.id not in own))


def mismatches(measure: Measure, dossier: Dossier | None = None) -> Iterator[str]:
    """What a duty says of its stacking that the rules (of a record, or the shipped ones) do not, in words."""
    if measure.instrument is not Instrument.tariff or measure.unit != "fraction":
        return
    every = stacking_rules() if dossier is None else rules_of(dossier)
    rules = sorted((rule for rule in every if rule.speaks_of(measure)), key=lambda rule: not rule.actor)
    if not rules and measure.actor not in {rule.actor for rule in every}:
        return  # the rules say nothing of this economy's law
    if not rules:
        yield f"no stacking rule speaks of authority `{measure.authority}`"
        return
    rule = rules[0]
    if set(measure.excluded_by) != set(rule.gives_way_to):
        said = ", ".join(measure.excluded_by) or "nothing"
        yield f"gives way to {said}; rule `{rule.id}` says {', '.join(rule.gives_way_to) or 'nothing'}"
    if rule.within == "max" and measure.combine != "max":
        yield f"adds up within its authority; rule `{rule.id}` says that the largest counts"


def authority_table(dossier: Dossier) -> Table:
    """Stacking rules of the authorities a record names, one row a rule, with the authorities each adds to.

    Parameters
    ----------
    dossier : Dossier
        Rules known later than its as-of day are left out.

    Returns
    -------
    Table
    """
    named = {measure.authority for measure in dossier.measures.values()} | {"mfn"}
    actors = {measure.actor for measure in dossier.measures.values()} | {""}
    rules = [
        rule
        for rule in rules_of(dossier)
        if rule.authority in named
        and rule.actor in actors
        and (rule.known is None or rule.known <= dossier.asof)
    ]
    of_somebody = {rule.authority for rule in rules if rule.actor}
    rules = [rule for rule in rules if rule.actor or rule.authority not in of_somebody]
    names = list(dict.fromkeys(rule.authority for rule in rules))
    columns = (
        Column("authority", "Authority"),
        Column("measures", "Of which measures"),
        Column("within", "Within"),
        Column("gives_way_to", "Gives way to"),
        Column("stacks_with", "Adds to"),
        Column("applies_to", "Charged on"),
        Column("source", "Source"),
        Column("grade", "Grade"),
        Column("note", "Note"),
    )
    rows = []
    for rule in rules:
        same = {other.authority for other in rules if "" in (other.actor, rule.actor)}
        same |= {other.authority for other in rules if other.actor == rule.actor} | {"mfn"}
        others = [n for n in names if n in same and n != rule.authority and n not in rule.gives_way_to]
        displaced = {
            r.authority
            for r in rules
            if rule.authority in r.gives_way_to and not (r.targets or r.announced_from)
        }
        others = [n for n in others if n not in displaced]
        scope = [f"on {', '.join(rule.targets)}"] if rule.targets else []
        scope += [f"announced from {rule.announced_from}"] if rule.announced_from else []
        scope += [f"announced until {rule.announced_until}"] if rule.announced_until else []
        rows.append(
            (
                rule.authority,
                "; ".join(scope) or "all",
                "the largest counts" if rule.within == "max" else "add up",
                ", ".join(rule.gives_way_to),
                ", ".join(others),
                rule.applies_to,
                rule.source,
                rule.grade.value,
                rule.note,
            )
        )
    note = "Exempt products and ceilings are the measures' own. `detente audit` compares measures with these rules."
    return Table("stacking", "How duties meet on one product", columns, tuple(rows), note)
