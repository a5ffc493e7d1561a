"""The draft, its conflicts and stories, the command, and the scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.cli.main import main
from detente.core import InputError
from detente.dossier import Claim, Document, load_dossier, verify_places
from detente.dossier.form import validate
from detente.dossier.yaml_reader import read_yaml
from detente.intake.chains import kinship
from detente.intake.draft import draft_yaml, keep_copy, make_draft, write_draft
from detente.intake.extraction import extract
from detente.intake.read import read_article
from detente.intake.score import (
    MIN_PRECISION,
    MIN_RECALL,
    TARGETS,
    labels_from_words,
    read_labels,
    score_reports,
)

HERE = Path(__file__).parent / "intake_reports"
LEDGER = load_dossier()

FIRST = """\
OSLO, Oct. 23, 2025 (North Wire) - Trump and Xi are to meet on Thursday, Oct. 30 in Seoul, officials said.

“Talking alone will not do and strong answers to the United States are needed,” said Ola Vik, a director at Fjord Institute.

China charges 400 yuan per metric ton in port fees on American ships. The tariff truce runs out on Nov. 12.

The step is part of an “economic war,” a U.S. official said.
"""
SECOND = """\
BERGEN, Oct. 24, 2025 (Coast Wire) - The meeting of Trump and Xi on Thursday, Oct. 30 in Busan is still planned.

“Talking alone will not do and that answers are needed to resist pressure,” said Ola Vik, a director at Fjord Institute.

The Trump administration accused China of waging an “economic war,” and went on.
"""


def report(text: str, name: str = "x.txt"):
    return extract(read_article(name, content=text.encode()), LEDGER)


@pytest.fixture(scope="module")
def pair():
    return make_draft([report(FIRST, "first.txt"), report(SECOND, "second.txt")], LEDGER)


def test_claims_have_the_form_of_the_record(pair, tmp_path):
    path = tmp_path / "draft.yaml"
    write_draft(pair, path)
    file = read_yaml(path)
    assert file.data["draft"] is True
    claims = [validate(Claim, body, file, ("claims", i)) for i, body in enumerate(file.data["claims"])]
    documents = [
        validate(Document, body, file, ("documents", i)) for i, body in enumerate(file.data["documents"])
    ]
    assert claims
    assert len(documents) == 2
    assert all(claim.says == "" and claim.verdict == "unverified" for claim in claims)
    assert all(note["draft"] is True for note in file.data["notes"])
    assert {note["claim"] for note in file.data["notes"]} == {claim.id for claim in claims}


def test_places_of_a_draft_pass_the_check_of_the_record(pair, tmp_path):
    from dataclasses import replace

    for extraction, text in zip(pair.reports, (FIRST, SECOND), strict=True):
        keep_copy(extraction.article, text.encode(), tmp_path)
        (tmp_path / extraction.article.name).write_text(text, encoding="utf-8")
    path = tmp_path / "draft.yaml"
    write_draft(pair, path)
    file = read_yaml(path)
    claims = {b["id"]: validate(Claim, b, file, ("claims", i)) for i, b in enumerate(file.data["claims"])}
    documents = {
        b["id"]: validate(Document, b, file, ("documents", i)) for i, b in enumerate(file.data["documents"])
    }
    checked = verify_places(replace(LEDGER, claims=claims, documents=documents), tmp_path)
    assert set(checked.column("result")) == {"ok"}


def test_no_words_of_a_report_are_in_the_draft(pair):
    text = draft_yaml(pair).lower()
    for words in ("talking alone", "resist pressure", "went on", "is still planned", "north wire"):
        assert words not in text


def test_a_draft_is_never_overwritten(pair, tmp_path):
    path = tmp_path / "draft.yaml"
    write_draft(pair, path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="never overwritten"):
        write_draft(pair, path)
    assert path.read_bytes() == before


def test_two_rewrites_are_one_observation(pair):
    assert pair.chains == (0, 0)
    assert pair.chain_id(0) == pair.chain_id(1)
    other = report("LIMA, Oct. 23, 2025 (Wire) - Copper prices fell on Monday, traders said in a note.")
    assert not kinship([pair.reports[0], other], 0, 1).same


def test_conflicts_with_the_ledger_and_between_reports(pair):
    kinds = {(one.kind, bool(one.ledger)) for one in pair.conflicts}
    assert {
        ("venue", True),
        ("unit", True),
        ("date", True),
        ("venue", False),
        ("altered quotation", False),
        ("attribution", False),
    } <= kinds


def test_a_quotation_only_cut_short_is_not_altered():
    words = "Talking alone will not do and strong answers to the United States are needed"
    cut = SECOND.replace("Talking alone will not do and that answers are needed to resist pressure", words)
    draft = make_draft([report(FIRST), report(cut.replace(" to the United States are needed", ""))], LEDGER)
    assert "altered quotation" not in {one.kind for one in draft.conflicts}


def test_a_report_that_agrees_has_no_conflict():
    text = (
        "OSLO, Oct. 23, 2025 - Trump and Xi are to meet on Thursday, Oct. 30 in Busan. China charges 400 yuan per net ton "
        "in port fees on American ships. The tariff truce runs out on Nov. 10."
    )
    assert make_draft([report(text)], LEDGER).conflicts == ()


def test_command_writes_the_draft_and_keeps_the_report(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("in.txt").write_text(FIRST, encoding="utf-8")
    main_ok(["ingest", "in.txt", "-o", "out.yaml", "--keep", "kept", "--format", "csv", "--table", "items"])
    out, err = capsys.readouterr()
    assert out.startswith("report,line,kind")
    assert "wrote out.yaml" in err
    [kept] = list(Path("kept").iterdir())
    assert kept.read_text(encoding="utf-8") == FIRST
    with pytest.raises(SystemExit) as stop:
        main(["ingest", "in.txt", "-o", "out.yaml"])
    assert stop.value.code == 2
    with pytest.raises(SystemExit) as stop:
        main(["ingest", "none.txt", "-o", "other.yaml"])
    assert stop.value.code == 1
    assert not Path("other.yaml").exists()


def main_ok(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0


def own(folder: Path):
    found, labels = {}, []
    for path in sorted(folder.glob("*.labels")):
        text = next(p for p in folder.glob(f"{path.stem}.*") if p.suffix != ".labels")
        article = read_article(text)
        found[path.stem] = extract(article, LEDGER)
        labels += labels_from_words(path.read_text(encoding="utf-8"), article.source, path.stem)
    return found, labels


def assert_targets(counts):
    for kind in TARGETS:
        assert counts[kind].right + counts[kind].missed >= 5, kind
        assert counts[kind].precision >= MIN_PRECISION, kind
        assert counts[kind].recall >= MIN_RECALL, kind


@pytest.mark.parametrize("folder", [HERE, HERE / "held_out"], ids=["own", "held_out"])
def test_scores_on_reports_of_our_own(folder):
    assert_targets(score_reports(*own(folder)))


def test_scores_on_the_five_reports(shared):
    found = {
        key: extract(read_article(shared / "seeds" / one.file), LEDGER)
        for key, one in LEDGER.documents.items()
    }
    labels = read_labels(HERE / "labels.csv")
    for label in labels:
        article = found[label.document].article
        assert article.span_sha256(label.line, label.start, label.end) == label.span_sha256
    assert_targets(score_reports(found, labels))
    for key, one in LEDGER.documents.items():
        assert abs((found[key].day.day - one.date).days) <= 1
    draft = make_draft(list(found.values()), LEDGER)
    assert draft.chains == (0, 0, 2, 3, 4)
    assert {"venue", "date", "unit", "altered quotation", "attribution"} <= {
        one.kind for one in draft.conflicts
    }


def test_the_labels_hold_no_words(repository):
    for line in (HERE / "labels.csv").read_text(encoding="utf-8").splitlines():
        assert '"' not in line
        assert "“" not in line
        assert len(line) < 300
