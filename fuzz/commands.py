"""Damage to what is typed on the command line."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import random
from pathlib import Path
from typing import Any

from fuzz.targets import SEEDS, Files, Target

VERBS: dict[str, tuple[str, ...]] = {
    "": ("--version", "--help", "-x"),
    "scenarios": ("--dossier", "--asof", "--format"),
    "measures": ("--at", "--actor", "--status", "--dossier", "--asof", "--format"),
    "clocks": ("--from", "--no-cost", "--ics", "--asof", "--dossier", "--format"),
    "claims": ("--conflicts", "--asof", "--dossier"),
    "pledges": ("--at", "--asof", "--dossier"),
    "controls": ("--at", "--asof", "--dossier"),
    "audit": ("--lag-days", "--dossier", "--asof"),
    "duties": ("--importer", "--exporter", "--at", "--table", "--by", "--product", "--all-partners", "--world", "--dossier"),
    "path": ("--from", "--until", "--importer", "--exporter", "--step", "--dossier"),
    "run": ("--against", "--table", "--countries", "--world", "--horizon", "--elasticities", "--closure", "--draws", "--seed", "--workers", "--asof"),
    "compare": ("--countries", "--world", "--horizon", "--seed", "--draws", "--asof"),
    "explain": ("--countries", "--world", "--horizon", "--asof"),
    "cite": ("--world", "--elasticities", "--asof"),
    "world show": ("--table", "--countries", "--count"),
    "world check": ("--tolerance",),
    "world compare": (),
    "world build": ("--from", "--out", "--regions", "--sectors", "--tariffs", "--elasticities", "--name", "--year", "--max-gap"),
    "world aggregate": ("--regions", "--sectors", "--name", "--out"),
    "world disaggregate": ("--world", "--name", "--out"),
    "ingest": ("--date", "--table", "--out", "--keep"),
    "game": ("--game", "--threat", "--top"),
    "leverage": ("--game", "--threat"),
    "deals": ("--game", "--threat", "--cut", "--top"),
    "nash": ("--rounds", "--players", "--closure"),
}  # fmt: skip
"""Verbs and options worth a try; those that do not exist are part of it."""
VALUES = (
    "", " ", "-1", "0", "1", "2", "1e400", "nan", "inf", "-inf", "²", "٣", "1_0", "9" * 30, "9" * 5000, "0.25", "25", "true", "null", "USA", "CHN", "USA,CHN",
    "USA,,CHN", ",", "WORLD", "XXX", "usa", "all", "long", "short", "impact", "share", "fixed", "zero", "fgo", "source", "4", "4000", "1e-9",
    "2025-10-28", "2025-02-30", "9999-12-31", "0001-01-01", "20251028", "2025-W44-2", "2025-10-28T00:00", "2199-12-31", "1900-01-01", "2025-10-28 ", "2025-13-01",
    "٢٠٢٥-١٠-٢٨", "talks-fail", "standing", "talks-fail+standing", "+", "++", "standing+", "a+b", "busan-2025", "phase-one-2018", "world-2024", "/", ".", "..",
    "/dev/null/x", "/proc/self/mem", "{seeds}/fifo", "x" * 300, "x" * 300 + ".yaml", "x" * 5000 + ".csv", "a\x00b", "\ud800", "\udcff.yaml", "=1+1", "@x", "\x1b[31mred", "\u202etxt", "[bold]",
    "{seeds}/scenario/own.yaml", "{seeds}/hand/hand.yaml", "{seeds}/world", "{seeds}/dossier", "{seeds}/game/small.yaml", "{seeds}/maps/regions.csv",
    "long:{seeds}/long", "icio:{seeds}/icio/1980_SML.csv", "cp:{seeds}/cp", "wiod:{seeds}/wiod", "long:", ":", "icio:/", "long:{seeds}/fifo", "wiod:/dev/zero", "csv", "json",
    "md", "table", "hs6", "sector", "8542", "85", "854231000", "both", "averages", "countries", "sectors", "pair", "flows", "welfare", "duties", "soybeans", "{out}/new", "{out}/a.csv",
)  # fmt: skip
_VALUELESS = ("--version", "--help", "-x", "--conflicts", "--no-cost", "--all-partners")
_POSITIONAL = {
    "run": 1,
    "compare": 2,
    "explain": 1,
    "cite": 1,
    "world show": 1,
    "world check": 1,
    "world compare": 2,
    "world aggregate": 1,
    "world disaggregate": 1,
    "ingest": 1,
}
SLOW = ("run", "compare", "explain", "game", "leverage", "deals", "nash", "path")
"""Verbs that solve: their values are wrong more often than not, and they are tried less often."""


def words(rng: random.Random) -> list[str]:
    """A command line."""
    verb = rng.choice([*VERBS, *(name for name in VERBS if name not in SLOW)])
    made = verb.split()
    for _ in range(_POSITIONAL.get(verb, 0)):
        good = {"run": "standing", "compare": "standing", "world": "world-2024"}.get(
            verb.split()[0], rng.choice(VALUES)
        )
        made.append(good if rng.random() < 0.6 else rng.choice(VALUES))
    for _ in range(rng.choice((0, 1, 1, 2, 3)) if VERBS[verb] else 0):
        option = rng.choice(VERBS[verb])
        made += [option] if option in _VALUELESS else [option, rng.choice(VALUES)]
    if verb in ("nash", "game", "leverage", "deals") or (verb in SLOW and rng.random() < 0.85):
        made += ["--asof", rng.choice([v for v in VALUES if "2025-10-28" not in v])]
    if verb == "clocks" and "--no-cost" not in made:
        made.append("--no-cost")
    if verb == "world build" and "--out" not in made:
        made += ["--out", "{out}/built"]
    if rng.random() < 0.05:
        made.append(rng.choice(VALUES))
    return made


def _damage(rng: random.Random, files: Files) -> Files:
    return {"words": "\0\0".join(words(rng)).encode("utf-8", "surrogatepass")}


@functools.cache
def _remember_records() -> None:
    """Shipped records are read once: reading them is not what is tried here."""
    from detente.dossier import load

    read = functools.lru_cache(maxsize=4)(load.read_record)
    fresh = load.read_record

    def remembered(folder: Path) -> Any:
        return read(folder) if folder.is_relative_to(Path(load.__file__).parent) else fresh(folder)

    load.read_record = remembered


def run(folder: Path) -> object:
    """Run a command line in this process; anything but an orderly exit is an error."""
    from detente.cli.main import main

    _remember_records()
    out = folder / "made"
    out.mkdir()
    seeds = folder / "seeds"
    seeds.symlink_to(SEEDS)
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    text = (folder / "words").read_bytes().decode("utf-8", "surrogatepass")
    given = [
        word.replace("{seeds}/fifo", str(fifo)).replace("{seeds}", str(seeds)).replace("{out}", str(out))
        for word in (text.split("\0\0") if text else [])
    ]
    printed, told = (
        io.TextIOWrapper(io.BytesIO(), "utf-8", "strict"),
        io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace"),
    )
    here = Path.cwd()
    os.chdir(out)
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
            try:
                main(given)
            except SystemExit as ended:
                code = ended.code or 0
            else:
                code = 0
            printed.flush()
    finally:
        os.chdir(here)
    told.flush()
    message = told.buffer.getvalue().decode("utf-8", "replace")  # type: ignore[attr-defined]
    if code not in (0, 1, 2, 3, 4):
        raise AssertionError(f"exit code {code}: {given}")
    if "Traceback" in message:
        raise AssertionError(f"a trace for {given}: {message[-2000:]}")
    if code and not message.strip():
        raise AssertionError(f"exit code {code} and not a word: {given}")
    return None


def command_target() -> Target:
    """The command line as a parser."""
    return Target("command line", (dict,), run, _damage, seconds=60.0)
