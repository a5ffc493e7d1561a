"""The bill of materials: every locked package once, with hashes and a licence, and the same bytes twice."""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.fixture(scope="module")
def sbom(repository: Path):
    sys.path.insert(0, str(repository / "scripts"))
    yield importlib.import_module("sbom")
    sys.path.remove(str(repository / "scripts"))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_in_the_bill_with_its_hashes(sbom, repository: Path, lock: str):
    text = (repository / lock).read_text(encoding="utf-8")
    bill = sbom.bill(sbom.read_lock(text))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    listed = [(entry["name"], entry["version"]) for entry in bill["components"]]
    locked = re.findall(r"^([\w.-]+)==([^\s;]+)", text, flags=re.MULTILINE)
    assert listed == sorted((name.lower().replace("_", "-"), version) for name, version in locked)
    hashes = [p["value"] for e in bill["components"] for p in e["properties"] if p["name"].endswith("sha256")]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", text))


def test_every_installed_package_states_a_licence(sbom, repository: Path):
    installed = 0
    for lock in LOCKS:
        for package in sbom.read_lock((repository / lock).read_text(encoding="utf-8")):
            (stated,) = sbom.licence_of(package).values()
            assert stated != sbom.NOT_STATED, package.name
            installed += stated != sbom.NOT_INSTALLED
    assert installed > 40


def test_what_the_project_needs_directly_is_what_it_declares(sbom, repository: Path):
    bill = sbom.bill(sbom.read_lock((repository / "requirements.lock").read_text(encoding="utf-8")))
    root = bill["dependencies"][0]["dependsOn"]
    names = {ref.removeprefix("pkg:pypi/").partition("@")[0] for ref in root}
    assert names >= {"numpy", "scipy", "pydantic", "pyyaml", "typer", "jinja2", "altair"}
    assert "pytest" not in names
    refs = {entry["bom-ref"] for entry in bill["components"]}
    assert all(set(entry["dependsOn"]) <= refs for entry in bill["dependencies"])


def test_two_runs_write_the_same_bytes_without_day_or_place(
    sbom, tmp_path: Path, monkeypatch, repository: Path
):
    for folder in ("one", "two"):
        monkeypatch.setattr(sys, "argv", ["sbom.py", "--out", str(tmp_path / folder)])
        sbom.main()
    for name in ("detente.cdx.json", "licences.md"):
        text = (tmp_path / "one" / name).read_text(encoding="utf-8")
        assert text == (tmp_path / "two" / name).read_text(encoding="utf-8")
        assert str(repository) not in text
        assert not {"serialNumber", "timestamp"} & set(json.loads(text) if name.endswith("json") else {})
