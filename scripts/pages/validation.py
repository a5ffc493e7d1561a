"""Write docs/validation.md from a run of the replication suite.

    .venv/bin/python scripts/pages/validation.py [--shared ../shared] [--check]

The page freezes the figures of that run; with ``--check`` nothing is written and a stale page is an error.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from detente.core import write_atomic
from detente.core.table import Column, Table
from detente.show.tables.validation import VERDICTS, validation_table
from detente.validation.checks import Check
from detente.validation.suite import run_checks

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "validation.md"
HIDDEN = ("group", "note")

HEAD = """# Validation

Published tables, closed forms and identities, solved again with the production solver and laid beside the published
figures. Nothing is tuned to them. This page is the frozen output of `scripts/pages/validation.py`; to run it yourself:

```console
$ detente validate
```

Closed forms, identities and the studies of 2025 need only what is shipped. The published tables need the authors' raw data
(`--shared`), which are not ours to give; without them their rows say so. A missed tolerance ends the run with exit code 4.

"""
INTRODUCTIONS = {
    "Shortages of 2018 and 2025": "What was observed when magnets and soybeans ran short. One line was fitted and says so; a line agrees within a "
    "factor of two.",
    "First year": "Pass-through at the border and the order of losses after one year, beside what was measured in 2018-19 and what "
    "others have computed for 2025: side by side, without a tolerance where the studies differ in method.",
    "Closed forms and identities": "What theory gives without data, and what every equilibrium must satisfy.",
    "Caliendo and Parro 2015": "31 countries, 40 sectors, 1993. The paper prints three countries to two decimals; the "
    "unrounded rows compare all 31 with the authors' own code, solved to twelve digits. Their welfare is a first-order "
    "formula; the exact change is another number ([Differences](Differences.md)).",
    "Ossa 2014": "Seven regions, 33 sectors, monopolistic competition, balanced trade. His optimal and Nash duties are taken "
    "as stored, and every outcome at them is solved again. Each unrounded row covers seven regions and their mean, without "
    "and with political weights. Not evaluated: tables 5–7 and 10–12, whose cooperative duties are not stored; finding the "
    "duties, which is a matter of games, not of the engine.",
    "Ignatenko and others 2025": "The duties of 2 April 2025 on 194 economies: one sector, entry, margins where goods are sold, labour that "
    "duties relieve of taxes (`detente.equilibrium.gravity`). Two rows compare ten economies with the authors' own unrounded results; the "
    "others take every printed figure to its last digit. Not evaluated: the models of several sectors, whose table of trade is not held; "
    "and balanced trade with the United States, whose transfers as the authors set them do not add to zero.",
    "Lashkaripour 2021": "81 economies and 28 sectors of 2022, no inputs, deficits purged, one duty a country on everything. His figures for "
    "these tables are not held in a form that can be read, so the solution is held against his equations written out again; then his formula, "
    "which keeps the wages of others still, stands beside duties that are exact best replies to each other. All 81 first- and "
    "second-order conditions and deviations: `judge_duties`.",
    "KITE.jl": "The economy of KITE.jl's own tests, the reference on which its R and Julia implementations agree, and the invariants its tests "
    "hold, a coalition that shares its burden among them.",
    "Exact decompositions": "The first-order formula, integrated along the shock: terms of trade and volume of trade (and, "
    "with markups, profit shifting) then add up to the exact change. Mexico gains next to nothing from NAFTA in this model "
    "because the two parts cancel; the first-order formula overstates the volume part, valuing all new imports at the old duty.",
    "War of 2018-19": "Side by side, without a tolerance: the studies differ from ours in horizon, coverage and method.",
    "Standoff of 2025": "Side by side, without a tolerance. Who loses more depends on the horizon and on what is done with "
    "the revenue; the rows show both.",
}


def section(checks: list[Check], group: str) -> list[str]:
    """Rows of one study."""
    full = validation_table(check for check in checks if check.group == group)
    shown = [i for i, column in enumerate(full.columns) if column.key not in HIDDEN]
    columns: tuple[Column, ...] = tuple(full.columns[i] for i in shown)
    table = Table(full.name, full.title, columns, tuple(tuple(row[i] for i in shown) for row in full.rows))
    notes = {str(row["note"]): str(row["what"]) for row in reversed(list(full.records())) if row["note"]}
    lines = [f"## {group}", "", INTRODUCTIONS[group], "", *table.to_markdown().splitlines()[2:], ""]
    if notes:
        lines += [*(f"- *{what}*: {text}." for text, what in reversed(notes.items())), ""]
    return lines


def page(checks: tuple[Check, ...]) -> str:
    """The page."""
    listed = list(checks)
    verdicts = [
        f"| {name} | {sum(c.verdict == name for c in listed)} | {text} |" for name, text in VERDICTS.items()
    ]
    lines = ["| Verdict | Rows | Meaning |", "| --- | ---: | --- |", *verdicts, ""]
    for group in dict.fromkeys(check.group for check in listed):
        lines += section(listed, group)
    lines += [
        "_Exact: the published quantity unrounded, or the closed form. Of several figures a row shows the largest, and the_",
        "_largest gap over all. A gap written with < is a hundredth of the tolerance or less._",
        "",
    ]
    return HEAD + "\n".join(lines)


def main() -> None:
    """Write the page, or say that it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is stale")
    options = parser.parse_args()
    text = page(run_checks(options.shared))
    if options.check:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            sys.exit("docs/validation.md is stale: run scripts/pages/validation.py")
        return
    write_atomic(PAGE, text)
    print(PAGE.relative_to(REPOSITORY))


if __name__ == "__main__":
    main()
