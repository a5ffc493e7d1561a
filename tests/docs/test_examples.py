"""The examples run, print what their last comment says, and stay short."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from pages.blocks import comparable  # noqa: E402

EXAMPLES = sorted((REPOSITORY / "examples").glob("[0-9]*.py"))


def test_there_are_examples():
    assert [path.stem[:2] for path in EXAMPLES] == ["01", "02", "03", "04"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_prints_what_it_says(path, tmp_path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 40
    said = source.split("\n# Output\n", 1)[1]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "OPENBLAS_NUM_THREADS": "1"}
    words = [sys.executable, "-W", "error", str(path)]
    done = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    printed = "".join(f"# {line}".rstrip() + "\n" for line in done.stdout.splitlines())
    assert comparable(printed) == comparable(said)
    assert list(tmp_path.iterdir()) == [], "an example leaves no files behind"
