"""The stamp that every output carries: what made it, from what, and how well it was solved."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@functools.cache
def package_version() -> str:
    """Version of the installed package."""
    from importlib import metadata  # brings half of the library for electronic mail

    try:
        return metadata.version("detente")
    except metadata.PackageNotFoundError:  # a source tree that was never installed
        return "0+unknown"


@functools.cache
def package_commit() -> str:
    """Commit of the source tree the package runs from, ``+dirty`` when edited; ``unknown`` outside a checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return "unknown"

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=True
        )
        return done.stdout.strip()

    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        return f"{commit}+dirty" if git("status", "--porcelain", "--untracked-files=no") else commit
    except (OSError, subprocess.SubprocessError):
        return "unknown"


@dataclass(frozen=True)
class Stamp:
    """What made an output, from what, and how well it was solved.

    Parameters
    ----------
    dossier, vintage, asof : str
        Dossier id, the ISO day its record was last checked, and the ISO day of what was known.
    data_hash, parameters_hash : str
        SHA-256 of the world's data and of the dossier with the elasticities used.
    elasticity_source, horizon, closure, revenue, labour : str
        The assumptions a result may not be printed without: the last two say what duties are used for, and what keeps wages up or
        lets labour supply move.
    seed : int or None
        Seed of any random draw; ``None`` when nothing was drawn.
    solver : mapping
        Result codes and largest residuals.
    version, commit : str
        Of the package; filled in when left out.
    """

    dossier: str
    vintage: str
    asof: str
    data_hash: str
    parameters_hash: str
    elasticity_source: str
    horizon: str
    closure: str
    revenue: str = ""
    labour: str = ""
    seed: int | None = None
    solver: Mapping[str, Any] = field(default_factory=dict)
    version: str = field(default_factory=package_version)
    commit: str = field(default_factory=package_commit)

    def as_dict(self) -> dict[str, Any]:
        """Return the stamp as plain values, in a fixed order."""
        return {
            "version": self.version,
            "commit": self.commit,
            "dossier": self.dossier,
            "vintage": self.vintage,
            "asof": self.asof,
            "data_hash": self.data_hash,
            "parameters_hash": self.parameters_hash,
            "elasticity_source": self.elasticity_source,
            "horizon": self.horizon,
            "closure": self.closure,
            "revenue": self.revenue,
            "labour": self.labour,
            "seed": self.seed,
            "solver": dict(self.solver),
        }
