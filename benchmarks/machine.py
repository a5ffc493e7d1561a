"""What was measured on: the machine, the versions, the commit."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

from detente.core.stamp import package_commit, package_version


def processor() -> str:
    """Name of the processor."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.processor())


def machine() -> dict[str, Any]:
    """The machine, the versions and the commit, as every benchmark names them."""
    return {
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "system": platform.system(),
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        "version": package_version(),
        "commit": package_commit(),
    }
