"""Whenever a verb that writes is killed, its earlier output is there or its new one, and the next run leaves nothing over.

`DETENTE_KILLS` is the number of random kills a writer (every step on the disk is tried as well then); a few by default.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("killing.py")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked, which this system does not do")
def test_killed_at_any_moment(tmp_path):
    count = int(os.environ.get("DETENTE_KILLS", "0"))
    seconds = "600" if count else "1.2"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path), str(count or 3), seconds, "1"],
        capture_output=True,
        text=True,
        timeout=10_000 if count else 1200,
        check=False,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    print(done.stdout)
    assert len(told) >= 11
    assert sum(row["killed"] for row in told) > len(told)
    assert not {row["writer"]: row["bad"] for row in told if row["bad"]}
