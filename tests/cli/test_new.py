"""A dossier from nothing: the skeleton can be read, checked and briefed, and the how-to page fills it in."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path

import pytest

from detente.brief import compose
from detente.cli.aliases import called, economies
from detente.cli.skeleton import skeleton
from detente.dossier import all_codes, audit, load_dossier
from detente.dossier.vocabulary import shared_vocabulary
from detente.dossier.yaml_reader import parse_yaml
from detente.show.tables.readiness import readiness
from detente.world import load_world, toy

DAY = dt.date(2024, 12, 31)


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def page_files(root: Path) -> dict[str, str]:
    page = (root / "docs" / "how-to" / "bring-a-dossier.md").read_text(encoding="utf-8")
    return dict(re.findall(r'```\w+ title="eu-cars/([^"]+)"\n(.*?)```', page, re.S))


def outcomes(folder: Path) -> dict[str, tuple[str, str]]:
    rows = readiness(load_dossier(folder), load_world(), str(folder))
    return {what: (outcome, detail) for what, outcome, detail in rows}


def test_new_writes_a_skeleton_that_checks_and_says_the_next_step(detente, tmp_path):
    target = tmp_path / "eu-cars"
    code, out, err = detente("new", target, "--parties", "EU,China,Germany", "--on", "2024-12-31")
    assert code == 0
    assert out.strip() == str(target)
    assert f"detente check {target}" in err
    record = load_dossier(target)
    assert (record.id, record.asof, all_codes(record)) == ("eu-cars", DAY, ("EU27", "CHN"))
    assert audit(record) == []
    code, out, _ = detente("check", target, "-f", "csv")
    assert code == 0
    found = {row["what"]: row for row in csv.DictReader(io.StringIO(out))}
    assert found["for a record"]["detail"].startswith("nothing recorded yet")
    assert found["for `brief`"]["outcome"] == "ready"
    assert found["for `leverage`, `deals`"]["outcome"] == "missing"
    again = detente("new", target, "--parties", "EU,China")
    assert again[0] == 2
    assert "not empty" in again[2]


@pytest.mark.parametrize(
    "parties",
    [
        {"NO": "Norway", "ON": "Ontario: the province"},
        {"A1": 'He said "x" # y', "BB": "B, and {C}"},
        {"1E3": "Odd", "USA": "United States"},
    ],
)
def test_a_skeleton_is_read_back_whatever_its_parties_are_called(parties):
    """Names with colons and quotes, codes that YAML would take for a number or a truth value, an id that is a year."""
    files = skeleton("2024", parties, DAY)
    read = {
        name: parse_yaml(text.encode(), name=name).data
        for name, text in files.items()
        if name.endswith("yaml")
    }
    assert read["dossier.yaml"]["id"] == read["games/2024.yaml"]["dossier"] == "2024"
    assert read["dossier.yaml"]["parties"] == read["games/2024.yaml"]["players"] == list(parties)
    assert {actor["id"]: actor["name"] for actor in read["actors.yaml"]} == parties
    assert [action["title"] for action in read["games/2024.yaml"]["actions"]] == [
        f"Duty of {name}" for name in parties.values()
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("cars", "--parties", "EU"), "two parties or more"),
        (("cars", "--parties", "EU,Germany"), "two parties or more"),
        (("cars", "--parties", "EU,Chine"), "the world has no `Chine`"),
        (("my cars", "--parties", "EU,China"), "cannot be the id"),
        (("cars", "--parties", "EU,China", "--on", "yesterday"), "--on"),
    ],
)
def test_new_refuses_what_makes_no_standoff(detente, tmp_path, words, says):
    code, _, err = detente("new", tmp_path / words[0], *words[1:])
    assert code == 2
    assert says in err
    assert list(tmp_path.iterdir()) == []


def test_the_empty_record_is_briefed_and_says_so(tmp_path):
    own = toy()
    names = {code: own.labels.country_name(code) for code in ("MEX", "EU27", "CHN")}
    folder = put(tmp_path / "empty", skeleton("empty", names, DAY))
    content = compose(load_dossier(folder), own, source=str(folder), sets=(), draws=0, keep_elasticities=True)
    standing = next(section for section in content.sections if section.id == "standing")
    said = [sentence.text for block in standing.blocks for sentence in getattr(block, "sentences", ())]
    assert said[0].startswith("Nothing is recorded yet")
    assert "Mexico" in content.summary_sentences[0].text


def test_every_commented_example_of_the_skeleton_is_a_valid_entry(tmp_path):
    files = skeleton("cars", {"EU27": "European Union", "CHN": "China"}, DAY, 'A "quoted" title')
    live = {}
    for name, text in files.items():
        if not name.endswith(".yaml") or not text.rstrip().endswith("[]"):
            live[name] = text
            continue
        lines = [line for line in text.splitlines() if line.startswith("# ") and line[2:4] in ("- ", "  ")]
        lines = [line[2:] for line in lines if not line.startswith("#   #")]
        live[name] = "\n".join(line.rstrip() for line in lines) + "\n"
    live["sources.yaml"] = live["sources.yaml"].replace("2024-10-29", "2024-12-31")
    record = load_dossier(put(tmp_path / "cars", live))
    assert record.title == 'A "quoted" title'
    assert set(record.measures) == {"eu27-2024-duty", "chn-2024-duty"}
    assert len(record.trade) == len(record.ordinary) == len(record.clocks) == len(record.sources) == 1
    assert not [finding for finding in audit(record) if finding.severity == "error"]


def test_the_how_to_ends_with_the_car_case(request, tmp_path):
    names = {"EU27": "European Union", "CHN": "China"}
    folder = put(tmp_path / "eu-cars", skeleton("eu-cars", names, DAY))
    assert outcomes(folder)["for `leverage`, `deals`"][0] == "missing"
    put(folder, page_files(request.config.rootpath))
    assert {key: outcome for key, (outcome, _) in outcomes(folder).items()} == {
        "for a record": "note",
        "for `brief`": "ready",
        "for `leverage`, `deals`": "ready",
        "for `path`": "note",
        "for `outlook`": "note",
    }
    record = load_dossier(folder)
    assert audit(record) == []
    content = compose(record, load_world(), source=str(folder), sets=("fgo",), draws=0)
    said = " ".join(sentence.text for sentence in content.summary_sentences)
    assert "the European Union" in said
    assert "United States" not in content.summary_sentences[0].text
    assert any(section.id == "duties" for section in content.sections)


def test_what_is_missing_is_said_for_each_use(tmp_path):
    files = skeleton("cars", {"EU27": "European Union", "CHN": "China"}, DAY)
    files["dossier.yaml"] = files["dossier.yaml"].replace("parties: [EU27, CHN]\n", "")
    files["scenarios/ladder.txt"] = "standing\n"
    del files["scenarios/quarter-on-all.yaml"], files["games/cars.yaml"]
    folder = put(tmp_path / "cars", files)
    found = outcomes(folder)
    assert "name `parties` in dossier.yaml" in found["for `brief`"][1]
    assert found["for `leverage`, `deals`"] == (
        "missing",
        f"the dossier `{folder}` comes with no game: write games/cars.yaml",
    )
    head = folder / "dossier.yaml"
    head.write_text(head.read_text(encoding="utf-8") + "parties: [EU27, CHN]\n", encoding="utf-8")
    assert outcomes(folder)["for `brief`"][1].startswith("1 of the two scenarios")


def test_economies_and_sectors_are_understood_in_words():
    known = shared_vocabulary()
    for word, code in (
        ("us", "USA"),
        ("U.S.", "USA"),
        ("eu", "EU27"),
        ("DEU", "EU27"),
        ("south-korea", "KOR"),
    ):
        assert called(word, known.regions, "economies") == code
    for word, code in (("cars", "C29"), ("Rare Earths", "REE"), ("rare-earths", "REE"), ("c26", "C26")):
        assert called(word, known.sectors, "sectors") == code
    assert called("Atlantis", known.regions, "economies") == "Atlantis"
    assert called("Germany", ("USA", "DEU"), "economies", {"DEU": "Germany"}) == "DEU"
    assert economies("Germany, France,US", known.regions) == ("EU27", "USA")


def test_every_alias_points_to_the_shipped_world():
    from detente.cli.aliases import _aliases

    known = shared_vocabulary()
    meant = {
        kind: {code for codes in _aliases(kind).values() for code in codes}
        for kind in ("economies", "sectors")
    }
    assert meant["economies"] <= set(known.regions)
    assert meant["sectors"] <= set(known.sectors)
    assert all(meant.values())


def test_duties_take_words(detente):
    code, out, _ = detente(
        "duties", "--importer", "us", "--exporter", "China", "--table", "averages", "-f", "csv"
    )
    assert code == 0
    assert out == detente("duties", "--table", "averages", "-f", "csv")[1]
