"""The two sides are those of the record: a quarrel of Brazil and the European Union does not speak of China."""

from __future__ import annotations

import csv
import io
import re

import pytest

from detente.cases import sides_in
from detente.core import InputError
from detente.dossier import load_dossier
from detente.show.figures import charts
from detente.show.words.sentences import both_sides_sentence
from detente.world import load_world, toy


@pytest.fixture(scope="module")
def quarrel(tmp_path_factory, request):
    """Folder of the invented record of the page on bringing a dossier, with two outcomes."""
    repository = request.config.rootpath
    page = (repository / "docs" / "how-to" / "bring-a-dossier.md").read_text(encoding="utf-8")
    folder = tmp_path_factory.mktemp("records")
    for name, text in re.findall(r'```yaml title="(steel-quarrel/[^"]+)"\n(.*?)```', page, re.S):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    place = folder / "steel-quarrel" / "scenarios"
    place.mkdir()
    head = "dossier: steel-quarrel\n"
    (place / "now.yaml").write_text(
        f"id: now\ntitle: As it stands\n{head}date: 2026-01-31\n", encoding="utf-8"
    )
    (place / "ends.yaml").write_text(
        f"id: ends\ntitle: Truce ends\n{head}date: 2026-03-01\n", encoding="utf-8"
    )
    (place / "ladder.txt").write_text("now\nends\n", encoding="utf-8")
    return folder / "steel-quarrel"


@pytest.fixture(scope="module")
def brief(quarrel):
    from detente.brief import compose

    return compose(
        load_dossier(quarrel), load_world(), source=str(quarrel), sets=("fgo", "cp"), draws=4, strategy=False
    )


def test_the_sides_come_from_the_record(quarrel):
    assert set(sides_in(load_dossier(quarrel), load_world())) == {"BRA", "EU27"}
    with pytest.raises(InputError, match="the world has no `"):
        sides_in(load_dossier(quarrel), toy())


def test_what_the_briefing_says_names_the_sides_of_the_record(brief):
    said = [sentence.text for sentence in brief.summary_sentences]
    assert "Brazil" in said[0]
    assert "the European Union" in said[0]
    titles = [number.label for number in brief.key_numbers]
    figures = [
        block.title for section in brief.sections for block in section.blocks if hasattr(block, "narrow")
    ]
    assert "Brazil" in " ".join(titles)
    for text in (*said[:2], *titles, figures[0]):
        assert "China" not in text, text
        assert "United States" not in text, text


def test_the_numbers_of_the_first_sentence_are_those_of_the_sides_named(brief):
    first = brief.summary_sentences[0]
    table = next(
        block.table
        for section in brief.sections
        if section.id == "outcomes"
        for block in section.behind
        if getattr(getattr(block, "table", None), "name", "") == "outcomes"
    )
    rows = {row["country"]: row["value_usd_bn"] for row in table.records() if row["outcome"] in first.text}
    named = [name for name in rows if name in first.text]
    assert set(named) == {"Brazil", "European Union"}
    in_order = sorted(named, key=first.text.index)
    assert first.values[:2] == pytest.approx([rows[name] for name in in_order], abs=1e-12)


def test_tables_of_two_sides_are_about_those_of_the_record(quarrel, capsys):
    from detente.cli.main import app

    ends, now = (str(quarrel / "scenarios" / f"{name}.yaml") for name in ("ends", "now"))

    def rows(*words):
        app(args=[*words, "--dossier", str(quarrel), "--format", "csv"], standalone_mode=False)
        return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    made = rows("run", ends, "--against", now, "--table", "sectors")
    assert {row["country"] for row in made} == {"BRA", "EU27"}
    duties = rows("duties", "--table", "averages")
    assert duties == rows("duties", "--importer", "BRA", "--exporter", "EU27", "--table", "averages")
    answer = rows("duties", "--importer", "EU27", "--table", "averages")
    assert answer == rows("duties", "--importer", "EU27", "--exporter", "BRA", "--table", "averages")


def test_a_sentence_needs_two_sides():
    with pytest.raises(InputError, match="two are compared"):
        both_sides_sentence("War", {"USA": -0.1})


def test_a_figure_names_the_sides_it_shows():
    row = charts.OutcomeRow(
        "War", {"EU27": -0.2, "BRA": -0.4, "REST": 0.1}, {"EU27": -20e9, "BRA": -4e9, "REST": 1e9}
    )
    made = charts.outcomes([row], standing="what is in force today")
    assert "the European Union" in made.title
    assert "Brazil" in made.title
