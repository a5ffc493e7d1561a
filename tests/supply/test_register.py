"""Every data file that is shipped has a source, a licence, and the hash the register states."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import pytest

from detente.core import InputError, sha256_file
from detente.core.register import ROOT, check_register, data_files, read_register


def test_every_shipped_data_file_has_a_row_with_source_licence_and_its_hash():
    register = read_register()
    rows = {entry["path"]: entry for entry in register["resources"]}
    on_disk = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*")
        if path.is_file()
        and "data" in path.relative_to(ROOT).parts[:-1]
        and path.suffix not in (".py", ".pyc")
    }
    assert set(rows) == on_disk == set(data_files()), "run make register"
    for name, row in rows.items():
        assert row["sources"], name
        assert row["licences"], name
        assert row["bytes"] == (ROOT / name).stat().st_size, f"{name}: run make register"
        assert row["hash"] == f"sha256:{sha256_file(ROOT / name)}", f"{name}: run make register"
        for source in row["sources"]:
            assert register["sources"][source]["licence"] in row["licences"]


def test_every_source_states_terms_and_how_they_are_known():
    register = read_register()
    used = {source for entry in register["resources"] for source in entry["sources"]}
    assert used == set(register["sources"]), "a source nothing uses, or one without terms"
    for name, source in register["sources"].items():
        for key in ("title", "publisher", "licence", "terms", "taken"):
            assert source[key].strip(), (name, key)
        assert source["basis"] in register["bases"]
        if source["basis"] == "none":
            assert source["taken"].startswith("Facts only:"), f"{name} has no terms: say what facts are taken"
        elif source["licence"] != "Apache-2.0" and "public domain" not in source["licence"]:
            assert source["acknowledge"], f"{name}: its terms ask for an acknowledgement"


def test_the_register_the_notice_and_the_page_are_fresh(repository: Path):
    sys.path.insert(0, str(repository / "scripts"))
    try:
        made = importlib.import_module("write_register").build()
    finally:
        sys.path.remove(str(repository / "scripts"))
    assert len(made) == 3
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run make register"


def test_the_notice_acknowledges_every_source(repository: Path):
    notice = (repository / "NOTICE").read_text(encoding="utf-8")
    for source in read_register()["sources"].values():
        if source["licence"] != "Apache-2.0":
            assert source["title"] in notice
            assert source.get("acknowledge", "") in notice
    assert "Permission is hereby granted, free of charge" in notice


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (
            lambda file: file.write_bytes(file.read_bytes() + b" "),
            "is not the file the register of data describes",
        ),
        (lambda file: file.unlink(), "is in the register of data and not installed"),
        (lambda file: (file.parent / "more.csv").write_text("a\n"), "is installed and not in the register"),
    ],
    ids=["changed", "lost", "added"],
)
def test_a_harmed_installation_is_told(tmp_path: Path, harm, problem: str):
    for name in data_files():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    assert check_register(tmp_path) == len(data_files())
    harm(tmp_path / "world" / "data" / "elasticities.csv")
    with pytest.raises(InputError, match=problem):
        check_register(tmp_path)


def test_the_verb_lists_files_and_sources_and_checks_them(capsys):
    from detente.cli.main import app

    def run(*words: str) -> str:
        app(args=["data", *words], standalone_mode=False)
        return capsys.readouterr().out

    files = run("--format", "csv").splitlines()
    assert len(files) == len(data_files()) + 1
    assert any(line.startswith("world/data/world-2024.npz,") and "etalab-2.0" in line for line in files)
    assert "OECD Terms and Conditions" in run("--table", "sources", "--format", "md")
    app(args=["data", "--check"], standalone_mode=False)
    assert f"{len(data_files())} data files are as registered" in capsys.readouterr().err
