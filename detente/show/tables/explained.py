"""Tables of preferences that explain what was chosen: the weights, every decision, and how well they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from detente.core import Cell, Column, Table
from detente.show.tables.strategy import names_of_economies
from detente.show.words import explained_by
from detente.strategy import Choice, ChoiceVerdict, Inferred, MotiveFile, Wanted

MEANS = {
    "revenue": ("A dollar of duties", "USD"),
    "rival": ("A dollar the rival loses", "USD"),
    "ahead": ("The same, more, while a meeting is ahead", "USD"),
    "controls": ("A package of own controls in force", "USD bn a year"),
    "retreat": ("Not backing down without a return", "USD bn a year"),
}
"""What each motive is called, and what its weight is in."""


TOLD = 0.6
"""Share of the range that a motive has without any choice below which the choices tell of it."""


def weights_table(explained: Mapping[str, Inferred], file: MotiveFile) -> Table:
    """Weight of every motive: as published, the best, and between which it fits about as well.

    Parameters
    ----------
    explained : mapping of side to Inferred
    file : MotiveFile
    """
    rows: list[tuple[Cell, ...]] = []
    for side, fitted in explained.items():
        for k, motive in enumerate(file.motives):
            if motive == "transfers":
                continue
            label, unit = MEANS.get(motive, (f"A dollar earned in {motive.replace('-', ' ')}", "USD"))
            bounds, (least, most) = file.bounds(motive), fitted.ends(motive)
            before = min(bounds.high, bounds.at + 2 * bounds.spread) - max(
                bounds.low, bounds.at - 2 * bounds.spread
            )
            told = most - least < TOLD * before
            rows.append(
                (
                    side,
                    label,
                    unit,
                    bounds.at,
                    float(fitted.best[k]),
                    least,
                    most,
                    "yes" if told else "no",
                    motive,
                )
            )
    number = {"kind": "number", "digits": 2, "significant": 3}
    return Table(
        "explained-weights",
        "What each side's choices say it wants",
        (
            Column("player", "Side"),
            Column("motive", "What counts"),
            Column("unit", "In"),
            Column("published", "Before", **number),  # type: ignore[arg-type]
            Column("best", "Best fit", **number),  # type: ignore[arg-type]
            Column("least", "Least", **number),  # type: ignore[arg-type]
            Column("most", "Most", **number),  # type: ignore[arg-type]
            Column("told", "Told by the choices"),
            Column("id", "Motive"),
        ),
        tuple(rows),
        "Least and most: weights that fit about as well (within two log points). Own income given for each. Told by the choices: the "
        "range is well below what it would be without them. "
        f"{file.source}.",
    )


def decisions_table(judged: Sequence[ChoiceVerdict]) -> Table:
    """Every decision: its regret with plain income and under the set, and how likely it was.

    Parameters
    ----------
    judged : sequence of ChoiceVerdict
    """
    rows = tuple(
        (
            each.day.isoformat(),
            each.player,
            "both" if each.joint else "one side",
            each.plain,
            each.rather,
            each.best,
            each.least,
            each.most,
            100 * each.chance,
            100 * each.lowest,
            100 * each.highest,
            100 / each.options,
            "yes" if each.fitted else "no",
            explained_by(each),
        )
        for each in judged
    )
    return Table(
        "explained-decisions",
        "What each side did, and how far that was from best",
        (
            Column("day", "Day", kind="date"),
            Column("player", "Side"),
            Column("moved", "Moved"),
            Column("regret_plain", "Regret, plain income", "USD bn", "number", 2, significant=4),
            Column("rather", "Plain income would rather"),
            Column("regret_best", "Regret, best fit", "USD bn", "number", 2, significant=3),
            Column("regret_least", "least", "USD bn", "number", 2, significant=3),
            Column("regret_most", "most", "USD bn", "number", 2, significant=3),
            Column("chance", "Probability, best fit", "%", "number", 0, significant=3),
            Column("chance_least", "least", "%", "number", 0, significant=3),
            Column("chance_most", "most", "%", "number", 0, significant=3),
            Column("by_chance", "If every option were as likely", "%", "number", 0),
            Column("fitted", "Fitted"),
            Column("explained", "Explained by"),
        ),
        rows,
        "Regret: what the best option would have given more, a year. Explained by nothing: under no weights of the set was what was "
        "done best. Every control a cost; options as the page on preferences says.",
    )


def fit_table(
    explained: Mapping[str, Inferred], judged: Sequence[ChoiceVerdict], weighed: Sequence[Choice]
) -> Table:
    """How well the weights fit, and how well they foretell what they were not fitted to.

    Parameters
    ----------
    explained : mapping of side to Inferred
    judged : sequence of ChoiceVerdict
    weighed : sequence of Choice
        Decisions that were judged.
    """
    rows: list[tuple[Cell, ...]] = []
    for side, fitted in explained.items():
        for inside in (True, False):
            mine = [each for each in judged if each.player == side and each.fitted is inside]
            if not mine:
                continue
            count = len(mine)
            rows.append(
                (
                    side,
                    "fitted" if inside else "not fitted",
                    count,
                    float(np.mean([-np.log(each.chance) for each in mine])),
                    float(np.mean([-np.log(each.lowest) for each in mine])),
                    float(np.mean([-np.log(each.highest) for each in mine])),
                    float(np.mean([np.log(each.options) for each in mine])),
                    float(np.mean([each.plain for each in mine])),
                    float(np.mean([each.best for each in mine])),
                    sum(each.plain <= 1e-3 for each in mine),
                    sum(each.explained for each in mine),
                    fitted.precision,
                )
            )
    return Table(
        "explained-fit",
        "How well the weights fit, and what they were not fitted to",
        (
            Column("player", "Side"),
            Column("sample", "Decisions"),
            Column("count", "Number", "count", "number", 0),
            Column("score", "Log score, best fit", "logarithm", "number", 2, significant=3),
            Column("score_worst", "worst in the set", "logarithm", "number", 2, significant=3),
            Column("score_best", "best in the set", "logarithm", "number", 2, significant=3),
            Column("score_chance", "every option as likely", "logarithm", "number", 2, significant=3),
            Column("regret_plain", "Mean regret, plain income", "USD bn", "number", 2, significant=4),
            Column("regret_best", "Mean regret, best fit", "USD bn", "number", 2, significant=3),
            Column("explained_plain", "Best under plain income", "count", "number", 0),
            Column("explained_set", "Best under some weights of the set", "count", "number", 0),
            Column("precision", "Log odds a billion", "logarithm", "number", 2, significant=3),
        ),
        tuple(rows),
        "Log score: mean of minus the log of the probability of what was done; lower is better. Worst and best: each decision by the "
        "weights of the set that suit it least and most. "
        f"{len(weighed)} decisions.",
    )


def lead_table(wanted: Wanted) -> Table:
    """How well the preferences that lead explain what each side did, beside plain income.

    Parameters
    ----------
    wanted : Wanted
        Explained.
    """
    rows: list[tuple[Cell, ...]] = []
    for side, fitted in wanted.sides.items():
        mine = [each for each in wanted.judged if each.player == side]
        by = [explained_by(each) for each in mine]
        later = wanted.held_out.get(side)
        rows.append(
            (
                side,
                len(mine),
                fitted.times_chance,
                float(np.mean([each.best for each in mine])),
                float(np.mean([each.plain for each in mine])),
                *(by.count(what) for what in ("plain income", "the set", "nothing")),
                None if later is None else later.judged,
                None if later is None else later.times_chance,
            )
        )
    return Table(
        "explained-lead",
        "How well what leads explains what was done",
        (
            Column("player", "Side", names=names_of_economies()),
            Column("count", "Decisions", "count", "number", 0),
            Column("times_chance", "Times as likely as chance", "ratio", "number", 2, significant=3),
            Column("regret_best", "Mean regret", "USD bn", "number", 2, significant=3),
            Column("regret_plain", "Mean regret, plain income", "USD bn", "number", 2, significant=4),
            Column("best_plain", "Best under plain income", "count", "number", 0),
            Column("best_set", "Only under weights of the set", "count", "number", 0),
            Column("nothing", "Under nothing", "count", "number", 0),
            Column("later", "Later third", "count", "number", 0),
            Column(
                "times_later", "Times as likely as chance, out of sample", "ratio", "number", 2, significant=3
            ),
        ),
        tuple(rows),
        f"The best weights of the set `{wanted.leading.id.split('-')[0]}`, as known on {wanted.leading.known}. Times as likely as chance: geometric mean over decisions, "
        "against every option being as likely. Out of sample: the later third, by weights fitted to the earlier two thirds. Regret: what "
        "the best option would have given more, a year.",
    )
