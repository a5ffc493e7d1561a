"""Score the intake against hand-made labels, and write the tables into docs/concepts/intake.md.

Run from the repository root: ``python scripts/score_intake.py [--check] [--misses]``. The five reports are not part of the
repository; without them (``../shared/seeds``) only the reports of our own making are scored and nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from detente.core import write_atomic
from detente.dossier import Dossier, load_dossier
from detente.intake.extraction import Extraction, extract
from detente.intake.read import read_article
from detente.intake.score import (
    Label,
    labels_from_words,
    read_labels,
    same_value,
    score_reports,
    score_table,
    statement_table,
)
from detente.intake.statements import find_statements

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "tests" / "intake" / "intake_reports"
SEEDS = ROOT.parent / "shared" / "seeds"
PAGE = ROOT / "docs" / "concepts" / "intake.md"
OPEN, CLOSE = "<!-- scores: written by scripts/score_intake.py -->", "<!-- end of scores -->"


def own_reports(folder: Path, dossier: Dossier) -> tuple[dict[str, Extraction], list[Label]]:
    """Reports of our own making with their labels."""
    found, labels = {}, []
    for words in sorted(folder.glob("*.labels")):
        path = next(p for p in folder.glob(f"{words.stem}.*") if p.suffix != ".labels")
        article = read_article(path)
        found[words.stem] = extract(article, dossier)
        labels += labels_from_words(words.read_text(encoding="utf-8"), article.source, words.stem)
    return found, labels


def the_five(dossier: Dossier) -> dict[str, Extraction]:
    """The five reports of the shipped record, by document id."""
    return {key: extract(read_article(SEEDS / one.file), dossier) for key, one in dossier.documents.items()}


def show_misses(found: dict[str, Extraction], labels: list[Label]) -> None:
    """Print what was wrongly found and what was missed."""
    for key, extraction in found.items():
        mine = [one for one in labels if one.document == key]
        for item in extraction.items:
            near = [
                m
                for m in mine
                if m.kind == item.kind and (m.line == item.line or item.kind in ("actor", "place"))
            ]
            if item.kind not in ("term", "candidate") and not any(
                same_value(item.kind, item.value, m.values)
                and (item.kind in ("actor", "place") or min(item.end, m.end) > max(item.start, m.start))
                for m in near
            ):
                print(
                    f"wrong  {key} {item.kind} line {item.line}: {item.value} “{item.text[:60]}” {item.rule}"
                )
        for m in mine:
            if not m.optional and not any(
                i.kind == m.kind
                and same_value(m.kind, i.value, m.values)
                and (
                    m.kind in ("actor", "place")
                    or (i.line == m.line and min(i.end, m.end) > max(i.start, m.start))
                )
                for i in extraction.items
            ):
                print(f"missed {key} {m.kind} line {m.line}:{m.start}-{m.end} {m.values[0]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is not up to date")
    parser.add_argument("--misses", action="store_true", help="list what was wrong and what was missed")
    parser.add_argument(
        "--sealed", action="store_true", help="with --misses, list those of the held-out reports too"
    )
    wanted = parser.parse_args()
    dossier = load_dossier()
    tables = []
    if SEEDS.is_dir():
        five, labels = the_five(dossier), read_labels(REPORTS / "labels.csv")
        drafted = {key: find_statements(one, dossier) for key, one in five.items()}
        tables.append(score_table("five", "The five reports", score_reports(five, labels)))
        inside = [one for one in labels if _inside(one, dossier) or one.optional]
        tables.append(
            score_table(
                "inside",
                "Of these, labels inside the 216 statements (recall only)",
                score_reports(five, inside),
            )
        )
        tables.append(statement_table(drafted, dossier))
        if wanted.misses:
            show_misses(five, labels)
    for folder, title in (
        (REPORTS, "Four reports of our own, used while writing the rules"),
        (REPORTS / "held_out", "Three reports of our own, held out"),
    ):
        mine, own = own_reports(folder, dossier)
        tables.append(score_table(folder.name, title, score_reports(mine, own)))
        if wanted.misses and (folder == REPORTS or wanted.sealed):
            show_misses(mine, own)
    text = "\n".join(_plain(table.to_markdown(), table.name) for table in tables)
    print(text)
    if not SEEDS.is_dir():
        print("the five reports are not here: nothing written", file=sys.stderr)
        return 0
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(OPEN)
    made = f"{head}{OPEN}\n\n{text}\n{CLOSE}{rest.split(CLOSE)[1]}"
    if wanted.check:
        return int(made != page)
    write_atomic(PAGE, made)
    return 0


def _inside(label: Label, dossier: Dossier) -> bool:
    return any(
        claim.document == label.document
        and claim.line == label.line
        and min(claim.end, label.end) > max(claim.start, label.start)
        for claim in dossier.claims.values()
    )


def _plain(table: str, name: str) -> str:
    """Leave out precision where the labels are only part of what is true."""
    if name != "inside":
        return table
    rows = [line.split("|") for line in table.splitlines()]
    return (
        "\n".join(
            "|".join([*row[:4], row[5], row[7], row[8]]) if len(row) > 8 else "|".join(row) for row in rows
        )
        + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
