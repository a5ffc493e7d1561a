"""One explorer for all tests of it, with a folder whose title is hostile beside the shipped cases."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from asgi import Reader

import detente.dossier
from detente.app import Laboratory, explorer
from detente.outlook import kept_file

HOSTS = frozenset({"127.0.0.1:8425"})
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}'


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> Path:
    """A small record whose every title tries to get out of the page."""
    folder = tmp_path_factory.mktemp("hostile") / "eu-ev"
    shutil.copytree(Path(detente.dossier.__file__).parent / "data" / "eu-ev-2024", folder)
    head = (folder / "dossier.yaml").read_text(encoding="utf-8")
    lines = [f"title: {HOSTILE!r}" if line.startswith("title:") else line for line in head.splitlines()]
    (folder / "dossier.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shutil.copy(kept_file("eu-ev-2024"), kept_file(str(folder)))  # its forecasts were scored
    return folder


@pytest.fixture(scope="session")
def laboratory(hostile) -> Laboratory:
    return Laboratory({"busan-2025": "busan-2025", "eu-ev": str(hostile)})


@pytest.fixture(scope="session")
def reader(laboratory):
    reader = Reader(explorer(laboratory, HOSTS))
    yield reader
    laboratory.close()
    reader.close()
