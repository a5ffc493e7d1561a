"""The same bytes from every kernel of linear algebra that this processor can run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

KERNELS = ("SkylakeX", "Haswell", "Nehalem")
"""AVX-512, AVX2 and SSE4.2: what OpenBLAS takes on the processors people have."""
PROBE = (
    "import hashlib, numpy; random = numpy.random.default_rng(0); matrix = random.random((300, 300));"
    "print(hashlib.sha256(numpy.linalg.solve(matrix, random.random(300)).tobytes()).hexdigest())"
)
SCRIPT = Path(__file__).with_name("kernels.py")


def forced(kernel: str, *words: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run Python with one kernel, and without NumPy's own code for processors newer than it."""
    environment = os.environ | {
        "OPENBLAS_CORETYPE": kernel,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": str(KERNELS.index(kernel)),
    }
    if kernel == "Nehalem":
        environment["NPY_DISABLE_CPU_FEATURES"] = "X86_V3 X86_V4"
    return subprocess.run(
        [sys.executable, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.slow
def test_every_kernel_gives_the_same_bytes(tmp_path):
    probes = {kernel: forced(kernel, "-c", PROBE, timeout=60) for kernel in KERNELS}
    able = [kernel for kernel, probe in probes.items() if probe.returncode == 0]
    if len({probes[kernel].stdout for kernel in able}) < 2:
        pytest.skip(
            f"this processor or library runs one kernel only ({', '.join(able) or 'none of those asked for'})"
        )
    written = {}
    for kernel in able:
        (tmp_path / kernel).mkdir()
        # the briefing, which takes longest, is written by the two that differ most
        words = ["--without-briefing"] if kernel in able[1:-1] else []
        done = forced(kernel, str(SCRIPT), str(tmp_path / kernel), *words, timeout=1500)
        assert done.returncode == 0, done.stderr
        written[kernel] = files(tmp_path / kernel)
    first = written[able[0]]
    assert len(first) > 30
    for kernel in able[1:]:
        expected = {name for name in first if kernel == able[-1] or not name.startswith("brief")}
        assert set(written[kernel]) == expected
        differ = [name for name in sorted(expected) if written[kernel][name] != first[name]]
        assert not differ, f"{kernel} and {able[0]} differ in {differ}"
