"""An outcome in every way it can come about: the table of its branches, and the likeliest in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from detente.core import Cell, Column, Table
from detente.show.figures import country_name
from detente.show.tables.metrics import effective_duty
from detente.show.words import NBSP, Sentence, date_words, joined, percent, percent_range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.cases import Branched, ControlledOutcome

_WITHIN = {"impact": "within months", "short": "in the first year", "long": "in the long run"}
_HEADS = {"impact": "months", "short": "first year", "long": "long run"}


def branch_table(tree: Branched, parties: Sequence[str]) -> Table:
    """Every branch of an outcome: what happens in it, from which day, and what it does to each side.

    Parameters
    ----------
    tree : Branched
    parties : sequence of str
        Codes of the economy.
    """
    columns = [
        Column("branch", f"Branch of {tree.scenario.id}"),
        Column("date", "Date", kind="date"),
        Column("standing", "Standing"),
    ]
    for party in parties:
        columns += [
            Column(f"{party}_{horizon}_pct", f"{country_name(party)}, {_HEADS[horizon]}", "%", "number", 2)
            for horizon in tree.outcomes
        ]
    columns.append(Column("happens", "What happens"))
    rows: list[tuple[Cell, ...]] = []
    for branch in tree.branches:
        standing = [
            word for word, true in (("as told", branch.told), ("likeliest", branch.likeliest)) if true
        ]
        rows.append(
            (
                branch.scenario.id.removeprefix(tree.scenario.id) or "(none)",
                branch.scenario.on(tree.dossier.asof).isoformat(),
                ", ".join(standing),
                *(
                    100 * tree.change(branch, horizon, party)
                    for party in parties
                    for horizon in tree.outcomes
                ),
                "; ".join(way.title for way in branch.ways),
            )
        )
    return Table(
        "branches",
        f"“{tree.scenario.title}” in every way it can come about",
        tuple(columns),
        tuple(rows),
        note=f"Change of real income against “{next(iter(tree.outcomes.values()))[tree.reference].scenario.title}” at the same "
        f"horizon. `detente run {tree.scenario.id}` and a branch behind it solves that one. Likeliest as the record stands on {tree.dossier.asof}: {_reasons(tree)}.",
        meta={"asof": tree.dossier.asof.isoformat(), "reference": tree.reference},
    )


def _reasons(tree: Branched) -> str:
    """Why each way of the likeliest branch is the likeliest; a way without a reason is what the scenario tells."""
    reasons = []
    for fork in tree.scenario.forks:
        way, because = fork.on(tree.dossier.asof)
        if because is None:
            reasons.append(f"{way.title} (as the scenario tells it)")
        else:
            source = f", {because.source}" if because.source else ", our judgement"
            reasons.append(f"{way.title} ({because.why}{source})")
    return "; ".join(reasons)


def branch_sentence(tree: Branched, parties: Sequence[str]) -> Sentence:
    """Say which branch the record makes likeliest, what it does to each side, and how far the branches reach.

    Parameters
    ----------
    tree : Branched
    parties : sequence of str
    """
    branch = tree.likeliest
    values: list[float] = []
    sides: list[str] = []
    reaches: list[str] = []
    last = list(tree.outcomes)[-1]
    for party in parties:
        name = country_name(party, in_sentence=True)
        changes = [100 * tree.change(branch, horizon, party) for horizon in tree.outcomes]
        low, high = (100 * end for end in tree.span(last, party))
        values += [*changes, low, high]
        when = [
            f"{percent(change, signed=True)}{'' if sides else ' ' + _WITHIN[horizon]}"
            for change, horizon in zip(changes, tree.outcomes, strict=True)
        ]
        sides.append(f"by {joined(when)} in {name}")
        reaches.append(f"{percent_range(low, high)} in {name}")
    many = len(tree.branches)
    text = (
        f"“{tree.scenario.title}” can come about in {many} ways. On {date_words(tree.dossier.asof)} the record makes one likeliest "
        f"({_happens(tree)}): real income changes {joined(sides)}. Over all {many} the change {_WITHIN[last]} is {joined(reaches)}."
    )
    return Sentence(text, tuple(values), "branches")


def likeliest_sentence(tree: Branched, parties: Sequence[str]) -> Sentence:
    """Say in one line what the branch that the record makes likeliest does in the long run, and how far all branches reach.

    Parameters
    ----------
    tree : Branched
    parties : sequence of str
    """
    last = list(tree.outcomes)[-1]
    changes = [100 * tree.change(tree.likeliest, last, party) for party in parties]
    ends = [tuple(100 * end for end in tree.span(last, party)) for party in parties]
    said = [
        f"{percent(change, signed=True)} in {country_name(party, in_sentence=True)}"
        for change, party in zip(changes, parties, strict=True)
    ]
    reach = [percent_range(low, high).replace(f"{NBSP}percent", "") for low, high in ends]
    return Sentence(
        f"Its likeliest form today ({_happens(tree)}) changes real income {_WITHIN[last]} by {joined(said)}, "
        f"all {len(tree.branches)} forms by {joined(reach)}.",
        (*changes, *(end for pair in ends for end in pair)),
        "branches",
    )


def _happens(tree: Branched) -> str:
    """What happens in the branch that the record makes likeliest: what it gives a reason for, else everything."""
    decided = [fork.on(tree.dossier.asof) for fork in tree.scenario.forks]
    return "; ".join([way.title for way, because in decided if because] or [way.title for way, _ in decided])


def own_duty_table(
    outcomes: Mapping[str, ControlledOutcome], featured: str, reference: str, parties: Sequence[str]
) -> Table:
    """Harsher outcomes that cost a party less than the featured one because its own duties are lower in them.

    The reason is held against the model before it is given: the other outcome is solved again with the featured one's duties of
    the party, and must then cost the party at least as much.

    Parameters
    ----------
    outcomes : mapping of str to ControlledOutcome
    featured : str
        The outcome that others are set beside.
    reference : str
        Changes are taken from it.
    parties : sequence of str
        The two sides.
    """
    from detente.cases import with_duties_of

    mine = outcomes[featured]
    rows: list[tuple[Cell, ...]] = []
    for party, other in ((parties[0], parties[1]), (parties[1], parties[0])):
        position = mine.value.economy.labels.country(party)
        start = outcomes[reference].value.real_income_hat[position]
        here = 100 * float(mine.value.real_income_hat[position] / start - 1)
        for key, outcome in outcomes.items():
            if key in (featured, reference):
                continue
            there = 100 * float(outcome.value.real_income_hat[position] / start - 1)
            own, own_there = (100 * effective_duty(o.value, party, other)[1] for o in (mine, outcome))
            met, met_there = (100 * effective_duty(o.value, other, party)[1] for o in (mine, outcome))
            if not (here < there < 0 and own_there < own and met_there > met):
                continue
            again = with_duties_of(outcome, mine, party, other)
            if not again.result.ok:
                continue
            raised = 100 * float(again.value.real_income_hat[position] / start - 1)
            if raised <= here:
                rows.append((party, other, outcome.scenario.title, there, here, own_there, own, raised))
    title, names = mine.scenario.title, mine.value.economy.labels.country_names
    return Table(
        "own-duties",
        f"Outcomes that cost a side less than “{title}” because its own duties are lower",
        (
            Column("party", "Side", names=names),
            Column("other", "Other side", names=names),
            Column("outcome", "Outcome"),
            Column("real_income_pct", "Real income", "%", "number", 2),
            Column("featured_pct", f"Real income, “{title}”", "%", "number", 2),
            Column("own_duty_pct", "Own duty", "%", "number", 0),
            Column("featured_duty_pct", f"Own duty, “{title}”", "%", "number", 0),
            Column("raised_pct", f"Real income at its duties of “{title}”", "%", "number", 2),
        ),
        tuple(rows),
        note=f"Real income against “{outcomes[reference].scenario.title}”. Duties on goods of the other side, weighted by the trade "
        "of the base year. The last column solves the outcome again with the side's duties of the featured one.",
    )


def own_duty_sentences(table: Table) -> tuple[Sentence, ...]:
    """Say each row of `own_duty_table`."""
    said = []
    title = table.columns[4].label.removeprefix("Real income, ")
    for row in table.records():
        name, other = (country_name(str(row[key]), in_sentence=True) for key in ("party", "other"))
        there, here, raised = (
            float(row[key] or 0.0) for key in ("real_income_pct", "featured_pct", "raised_pct")
        )
        own_there, own = (float(row[key] or 0.0) for key in ("own_duty_pct", "featured_duty_pct"))
        text = (
            f"“{row['outcome']}” costs {name} less than {title} ({percent(-there)} against {percent(-here)}) although it meets "
            f"higher duties there, because its own are lower: {own_there:.0f}{NBSP}percent on what it bought from {other} in the base "
            f"year, against {own:.0f}. With its duties of {title} it would lose {percent(-raised)}."
        )
        said.append(Sentence(text, (there, here, own_there, own, raised), table.name))
    return tuple(said)
