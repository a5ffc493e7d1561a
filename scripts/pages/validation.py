"""Write docs/validation.md from a run of the replication suite, and docs/bridges.md from the bridges.

    .venv/bin/python scripts/pages/validation.py [--shared ../shared] [--check]

The pages freeze the figures of that run; with ``--check`` nothing is written and a stale page is an error.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from detente.core import write_atomic
from detente.core.table import Column, Table
from detente.show.tables.bridges import bridge_sentences, bridge_table, bridges_table
from detente.show.tables.validation import VERDICTS, validation_table
from detente.validation.bridges import shipped_bridges, walk_bridge
from detente.validation.checks import Check
from detente.validation.suite import run_checks

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "validation.md"
BRIDGES = REPOSITORY / "docs" / "bridges.md"
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
BRIDGES_HEAD = """<!-- Written by scripts/pages/validation.py; do not edit. -->
# Bridges to the numbers of others

Why is a published number not ours? Each table walks from a study's number to ours, one assumption at a time; every step is solved by
our engine. The first solved stage is our engine under the study's own assumptions, as far as they can be set; its distance from
what was published is called unexplained, and the text says what may be in it. Steps add up by construction, and how much each takes
depends on their order.

```console
$ detente bridge                # every number in a line
$ detente bridge kiel           # one walk; --picture FILE draws it
```

The bridges are data: `detente/validation/data/bridges.yaml` holds each study's published numbers with source and grade, the nearest
setting, and the steps; in Python `detente.validation.walk_bridge(named_bridge("kiel"))`. The long-run gravity model of the first two
has a goods table of its own (`goods-2023.csv`, made by `scripts/build_goods_2023.py`, which is its data sheet) and is of the one-sector family
(`detente/validation/firm_entry.py`): without entry, scale and elastic labour they are our core, which a test holds to 1e-8.

Three things explain most. **What is counted:** output at base-year prices leaves out the terms of trade and what duties bring, real
income counts both; the American loss of 0.4 percent in the long run and ours of next to nothing are one equilibrium, read twice.
**Inputs:** a duty raises the costs of one's own producers. **What becomes of the duties** in the first year.

"""
INTRODUCTIONS = {
    "Diversion in 2025": "Chinese exports by destination less the trend of each, beside a walk of solved steps: duties of the two sides "
    "on each other, all duties, a larger surplus of China, and buyers who change seller at once. A line agrees with the sign and within a "
    "factor of two of what is left after the trend of ten years; notes give the range over all windows of five years and more.",
    "Shortages of 2018 and 2025": "What was observed when magnets and soybeans ran short, and what others say of a stop of gallium and "
    "germanium and of the package of October 2025. One line was fitted and says so; a line agrees within a factor of two, or inside the "
    "published range where there is one.",
    "Bridges to the numbers of others": "Published numbers beside our engine under the assumptions the studies state; the "
    "note says where ours ends and by which step. The walks are on a [page of their own](bridges.md).",
    "First year": "Pass-through at the border and the order of losses after one year, beside what was measured in 2018-19 and what "
    "others have computed for 2025: side by side, without a tolerance where the studies differ in method.",
    "Three years": "High duties kept for three years, in the direction and size that a dynamic model with wages that do not fall prints. "
    "Where everybody answers with 20 points, American factories lose jobs here and gain them there.",
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


def bridges_page() -> str:
    """The page of bridges: all in a table, then each step by step."""
    walks = [walk_bridge(bridge) for bridge in shipped_bridges().values()]
    lines = [*bridges_table(walks).to_markdown().splitlines()[2:], ""]
    for walked in walks:
        table = bridge_table(walked)
        lines += [f"## {walked.bridge.title}", "", f"{walked.bridge.rival}: {walked.bridge.source}.", ""]
        lines += [f"- {sentence.text}" for sentence in bridge_sentences(walked)]
        lines += ["", *table.to_markdown().splitlines()[2:-2], "", f"_Unexplained: {walked.bridge.open}_", ""]
    return BRIDGES_HEAD + "\n".join(lines)


def main() -> None:
    """Write the page, or say that it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is stale")
    options = parser.parse_args()
    texts = {PAGE: page(run_checks(options.shared)), BRIDGES: bridges_page()}
    for path, text in texts.items():
        if options.check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                sys.exit(f"docs/{path.name} is stale: run scripts/pages/validation.py")
            continue
        write_atomic(path, text)
        print(path.relative_to(REPOSITORY))


if __name__ == "__main__":
    main()
