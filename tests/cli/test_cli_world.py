"""`detente world`, and `--world` on every verb."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))
from printed import rows
from published_tables import random_bilateral, write_icio

from detente.world import load_world, toy
from detente.world.read.long_csv import write_long_folder
from detente.world.save import save_world


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The toy world as a world of one's own."""
    return save_world(toy(), tmp_path_factory.mktemp("own") / "toy")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The shipped world as a world of one's own."""
    return save_world(load_world(), tmp_path_factory.mktemp("copy"))


@pytest.fixture
def war(tmp_path):
    path = tmp_path / "war.yaml"
    path.write_text(
        "id: war\ntitle: War\ndossier: busan-2025\nrecord: false\n"
        "tariffs:\n  - {importer: USA, exporter: CHN, add: 0.2}\n  - {importer: CHN, exporter: USA, set: 0.3}\n"
    )
    return path


@pytest.mark.parametrize("verb", ["show", "check", "compare", "build", "list"])
def test_every_verb_explains_itself(detente, verb):
    code, out, _ = detente("world", verb, "--help")
    assert code == 0
    assert f"Usage: detente world {verb}" in out


def test_list(detente):
    code, out, _ = detente("world", "list", "-f", "csv")
    found = {row["world"]: row for row in rows(out)}
    assert code == 0
    assert float(found["world-2024"]["countries"]) == 21


@pytest.mark.parametrize("table", ["sizes", "countries", "sectors", "flows", "provenance"])
def test_show_one_table(detente, own, table):
    code, out, _ = detente("world", "show", own, "--table", table, "-f", "csv")
    assert code == 0
    assert len(rows(out)) > 2


def test_show_everything_and_draw_it(detente, own, tmp_path):
    picture = tmp_path / "world.svg"
    code, out, err = detente("world", "show", own, "--picture", picture)
    assert code == 0
    assert "toy (2024)" in out
    assert "Largest flows of toy" in out
    assert "Toy world" in out
    assert str(picture) in err
    assert picture.read_text().startswith("<svg")
    assert "United States" in picture.read_text()


def test_show_duties_of_a_pair(detente, own):
    _, out, _ = detente("world", "show", own, "--table", "duties", "--countries", "USA,CHN", "-f", "csv")
    assert [float(row["duty_pct"]) for row in rows(out)] == pytest.approx([8, 16, 10, 0])
    code, _, err = detente("world", "show", own, "--table", "duties")
    assert code == 2
    assert "--countries USA,CHN" in err


def test_flows_between_named_countries(detente, own):
    _, out, _ = detente(
        "world", "show", own, "--table", "flows", "--countries", "MEX", "--count", "3", "-f", "csv"
    )
    assert len(rows(out)) == 3
    assert all("Mexico" in (row["exporter"], row["importer"]) for row in rows(out))


def test_slips_on_the_command_line(detente, own):
    for words, offered in (
        (("show", "world-2042"), "world-2024"),
        (("show", own, "--table", "flow"), "flows"),
        (("show", own, "--table", "flows", "--countries", "CHIN"), "CHN"),
        (("check", "nowhere/at/all"), "world build"),
        (("compare", own, "wrld-2024"), "world-2024"),
    ):
        code, out, err = detente("world", *words)
        assert (code, out) == (2, "")
        assert offered in err


def test_check(detente, own):
    code, out, _ = detente("world", "check", own, "-f", "csv")
    assert code == 0
    assert {row["verdict"] for row in rows(out)} == {"holds"}
    assert len(rows(out)) > 10


def test_check_of_a_damaged_world(detente, own, tmp_path):
    for path in own.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    content = bytearray((tmp_path / "toy.npz").read_bytes())
    content[200] ^= 1
    (tmp_path / "toy.npz").write_bytes(bytes(content))
    code, _, err = detente("world", "check", tmp_path)
    assert code == 1
    assert "SHA-256" in err


def test_compare(detente, own, copy, tmp_path):
    picture = tmp_path / "two.svg"
    code, out, _ = detente("world", "compare", own, copy, "--picture", picture, "-f", "json")
    assert code == 0
    assert "world-2024" in out
    assert "Countries in one of the two only" in out
    assert picture.read_text().startswith("<svg")
    _, out, _ = detente("world", "compare", own, own, "-f", "csv")
    assert {float(row["difference"]) for row in rows(out)} == {0.0}


def test_build_and_use(detente, tmp_path, war):
    """An ICIO table with maps becomes a world that verbs accept."""
    table = random_bilateral(("USA", "CHN", "MEX", "ROW"), ("A01", "C26", "H49"), 3)
    path = write_icio(tmp_path / "1900.csv", table, split={"CHN": ("CN1", "CN2")})
    (tmp_path / "regions.csv").write_text("code,group\nUSA,USA\nCHN,CHN\nMEX,ROW\nROW,ROW\n")
    (tmp_path / "sectors.csv").write_text("code,group\nA01,GOODS\nC26,GOODS\nH49,SERV\n")
    code, out, err = detente(
        "world", "build", "--from", f"icio:{path}", "--regions", tmp_path / "regions.csv", "--sectors",
        tmp_path / "sectors.csv", "--elasticities", "4", "--name", "Mine", "-o", tmp_path / "mine", "-f", "csv",
    )  # fmt: skip
    assert code == 0, err
    assert rows(out)[0]["country"] == "World"
    assert f"--world {tmp_path / 'mine'}" in err
    assert {p.name for p in (tmp_path / "mine").iterdir()} >= {
        "mine.npz",
        "mine.datapackage.json",
        "report.md",
    }
    assert detente("world", "check", tmp_path / "mine")[0] == 0
    code, out, err = detente("run", war, "--world", tmp_path / "mine", "--countries", "all", "-f", "csv")
    assert code == 0, err
    assert [row["country"] for row in rows(out)] == ["USA", "CHN", "ROW", "WORLD"]
    assert "4 in every sector" in detente("cite", "--world", tmp_path / "mine", "-f", "csv")[1]


def test_build_refuses_with_file_line_and_cell(detente, tmp_path):
    folder = write_long_folder(toy(), tmp_path / "long")
    text = (folder / "trade.csv").read_text()
    (folder / "trade.csv").write_text(text.replace("CHN,USA,FARM,", "CHN,USA,FARM,-", 1))
    code, out, err = detente(
        "world", "build", "--from", f"long:{folder}", "-o", tmp_path / "w", "--elasticities", "4"
    )
    assert (code, out) == (1, "")
    assert "trade.csv:" in err
    assert "CHN, USA, FARM" in err
    assert not (tmp_path / "w").exists()
    code, _, err = detente("world", "build", "--from", "icoi:x.csv", "-o", tmp_path / "w")
    assert code != 0
    assert "icio" in err


def test_every_verb_takes_a_world(detente, copy, tmp_path):
    """The shipped world, as a world of one's own, gives the shipped world's answers."""
    for words in (
        ("run", "talks-fail", "-f", "csv"),
        ("compare", "standing", "talks-fail", "-f", "csv"),
        ("duties", "-f", "csv", "--table", "averages"),
        ("check", "-f", "csv"),
        ("cite", "standing", "-f", "csv"),
    ):
        code, out, err = detente(*words, "--world", copy)
        assert code == 0, err
        assert out == detente(*words)[1], words
    code, out, err = detente("brief", "--world", copy, "--draws", "0", "-o", tmp_path / "brief")
    assert code == 0, err
    assert Path(out.strip()).read_text(encoding="utf-8").startswith("<!")


def test_a_world_the_record_does_not_fit(detente, own, war):
    for words in (("run", "talks-fail"), ("duties",), ("brief",)):
        code, out, err = detente(*words, "--world", own)
        assert code != 0
        assert out == ""
        assert "record: false" in err, err
    code, out, _ = detente("check", "--world", own, "-f", "csv")
    assert code == 0
    assert {row["what"]: row["outcome"] for row in rows(out)}["scenarios"] == "note"
    code, out, _ = detente("run", war, "--world", own, "--countries", "all", "-f", "csv")
    assert code == 0
    assert {row["country"] for row in rows(out)} == {*toy().labels.countries, "WORLD"}


def test_own_elasticities_are_kept_unless_others_are_asked_for(detente, copy, own, war):
    _, out, _ = detente("cite", "--world", own, "-f", "csv")
    assert "invented for the toy world" in out
    _, out, _ = detente("cite", "--world", copy, "--elasticities", "u4", "-f", "csv")
    assert "elasticit" in out
    code, _, err = detente("run", war, "--world", own, "--elasticities", "fgo")
    assert code == 2
    assert "FARM" in err


def test_finer_sectors_are_carved_kept_and_merged_back(detente, tmp_path):
    """The carved world checks, and merging the new sector gives the old totals again."""
    folder = tmp_path / "soy"
    code, out, err = detente("world", "disaggregate", "soybeans", "-o", str(folder), "-f", "csv")
    assert code == 0
    assert "Soybeans (SOY) out of A01_02: 178.0 billion USD" in err
    assert {row["sector"] for row in csv.DictReader(io.StringIO(out))} == {"SOY"}
    assert detente("world", "check", str(folder))[0] == 0
    groups = tmp_path / "s.csv"
    groups.write_text("code,group\nSOY,A01_02\n")
    code, out, _ = detente(
        "world", "aggregate", str(folder), "--sectors", str(groups), "-o", str(tmp_path / "back"), "-f", "csv"
    )
    assert code == 0
    back, first = load_world(tmp_path / "back"), load_world("world-2024-26")
    assert back.labels.sectors == first.labels.sectors
    np.testing.assert_allclose(back.flows, first.flows, rtol=1e-9, atol=1e-9)


def test_without_a_specification_the_shipped_ones_are_listed(detente):
    _, out, _ = detente("world", "disaggregate", "-f", "csv")
    assert [row["id"] for row in csv.DictReader(io.StringIO(out))] == [
        "batteries",
        "chips",
        "rare-earths",
        "soybeans",
    ]


def test_without_a_folder_nothing_is_written(detente, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = detente("world", "disaggregate", "chips")
    assert code == 0
    assert "nothing written, add -o FOLDER" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("disaggregate", "soybean"), "`soybeans`"),
        (("disaggregate", "soybeans", "--world", "world-2024"), "world-2024-26"),
        (("disaggregate", "soybeans", "--world", "world-2042"), "`world-2024`"),
        (("aggregate",), "--regions or --sectors"),
    ],
)
def test_making_a_world_answers_mistakes(detente, words, hint):
    code, out, err = detente("world", *words)
    assert code == 2
    assert out == ""
    assert hint in err


def test_a_map_of_codes_the_world_does_not_have(detente, tmp_path):
    groups = tmp_path / "r.csv"
    groups.write_text("code,group\nUSX,NAM\n")
    code, _, err = detente("world", "aggregate", "--regions", str(groups))
    assert code == 2
    assert "r.csv" in err
    assert "`USA`" in err
