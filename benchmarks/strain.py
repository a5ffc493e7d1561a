"""Strain on the explorer: thousands of addresses nobody would ask for; none may be a fault, and memory may not grow.

Run as ``python -m benchmarks.strain``; it asks in this process, without a network. Addresses are made of true parts with damage,
over every view and every ending; settings come from a small set, so that the time goes to requests and not to solves.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "helpers"))
from asgi import ask

from benchmarks.machine import machine
from detente.app import Laboratory, explorer
from detente.app.jobs import MOST_JOBS
from detente.app.routes import ACTS, ENDINGS
from detente.app.views import VIEWS
from detente.core import write_atomic

OUT = Path("out") / "strain-explorer.json"
HOST = "127.0.0.1:8425"
KEYS = [
    *("base", "against", "horizon", "closure", "asof", "economy", "elasticities", "was", "kept", "form"),
    *("set.usa-2025-fentanyl-china", "left.chn-2025-soybean-halt", "switch.x", "rate.", "token", "q", ""),
    *("number", "cut", "cut.from", "cut.left", "since", "until", "find"),
    *("rate.usa-2025-fentanyl-china", "share.chn-2025-soybean-halt", "switch.usa-2025-fentanyl-china"),
]
VALUES = [
    *(
        "standing",
        "talks-fail",
        "",
        "short",
        "impact",
        "fixed",
        "zero",
        "2025-10-28",
        "0001-01-01",
        "USA",
        "cp",
    ),
    *("off", "suspended", "in_force", "1e400", "-1", "nan", "0.1", "10%25", "9" * 60, "a+b", "%ff", "%00"),
    *(
        "USA.output.C26",
        "USA.real_income%3Alevel",
        "CHN%3AMAG%3A0.5",
        "CHN%3A%3A",
        "2025-03-01",
        "9999-12-31",
        "tariff",
    ),
    *("%3Cscript%3E", "talks-fail%2Bstanding", "base%3Dstanding", "%F0%9F%92%A3", "..%2F..", "x" * 3000, "0"),
]
SETTINGS = [
    "",
    "base=standing",
    "base=standing&set.usa-2025-fentanyl-china=0.1",
    "set.usa-2025-threat-100=off&kept=base%3Dstanding",
    "base=standing&left.chn-2025-soybean-halt=0.5",
]
"""Settings that are answered: true ones, asked for again and again."""
SLOW = ("why", "channels", "rests", "months", "stops", "losers", "along")
HEADERS: list[dict[str, str]] = [
    *[{}] * 12,
    {"x-detente-part": "answer"},
    {"x-detente-part": "answer", "x-detente-reader": "reader"},
    {"origin": "http://evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"content-length": "7"},
    {"accept": "text/event-stream"},
    {"cookie": "detente=\xff; =;;"},
]


def strange(chance: random.Random, cases: tuple[str, ...]) -> str:
    """An address: half of them true, the others true parts with damage."""
    if chance.random() < 0.5:
        view = chance.choice(list(VIEWS))
        ending = chance.choice(["", "", "", "/progress", "/stop", *(f".{ending}" for ending in ENDINGS)])
        query = chance.choice(SETTINGS) if (case := chance.choice(cases)) == cases[0] else ""
        return f"/{case}/{view}{ending}" + (f"?{query}" if query else "")
    parts = [*cases, "..", "static", "%00", "%2e%2e", "é", "x" * 50, *VIEWS, *ACTS]
    path = "/" + "/".join(chance.choice(parts) for _ in range(chance.choice([0, 1, 2, 2, 2, 2, 3, 4])))
    path += chance.choice(["", "", "", *(f".{ending}" for ending in ENDINGS), ".exe", "/", ".", "//"])
    pairs = [f"{chance.choice(KEYS)}={chance.choice(VALUES)}" for _ in range(chance.choice([0, 1, 1, 2, 3]))]
    return path + ("?" + "&".join(pairs) if pairs else "")


def requests(seed: int, cases: tuple[str, ...]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Methods, addresses and headers without end."""
    chance = random.Random(seed)
    while True:
        target = strange(chance, cases)
        slow = any(f"/{name}" in target for name in SLOW) and ("." in target or "start" in target)
        if slow or ".png" in target:
            continue  # these wait for a table of seconds, or draw pixels: asked for by tests of their own
        method = (
            "GET" if chance.random() < 0.97 else chance.choice(["HEAD", "POST", "PUT", "OPTIONS", "BREW"])
        )
        yield method, target, chance.choice(HEADERS)


def resident() -> float:
    """Memory of this process now, MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def strain(count: int, seed: int, laboratory: Laboratory, *, traced: bool = False) -> dict[str, Any]:
    """Ask, and tell what came of it.

    Raises
    ------
    AssertionError
        For an answer that is a fault; names the address.
    """
    app = explorer(laboratory, frozenset({HOST}))
    loop = asyncio.new_event_loop()
    statuses: Counter[int] = Counter()
    memory, traces = [], []
    stream = requests(seed, tuple(laboratory.cases))
    began, worked = time.perf_counter(), time.process_time()
    for number in range(count):
        if number % max(count // 10, 1) == 0:
            gc.collect()
            memory.append(round(resident(), 1))
            if traced:
                traces.append(round(tracemalloc.get_traced_memory()[0] / 1e6, 2))
                if len(traces) == 2:  # what is loaded once is loaded by then
                    first = tracemalloc.take_snapshot()
        method, target, headers = next(stream)
        try:
            status = loop.run_until_complete(
                ask(app, target, method=method, headers={"host": HOST, **headers}.items())
            ).status
        except Exception as fault:
            raise AssertionError(f"{method} {target} {headers}: {fault!r}") from fault
        assert status < 500, f"{method} {target} {headers}: {status}"
        statuses[status] += 1
        assert laboratory.jobs.going_on <= MOST_JOBS
    gc.collect()
    memory.append(round(resident(), 1))
    result = {
        "requests": count,
        "answers by status": dict(sorted(statuses.items())),
        "seconds": round(time.perf_counter() - began, 1),
        "processor seconds": round(time.process_time() - worked, 1),
        "resident memory at every tenth, MB": memory,
    }
    if traced:
        traces.append(round(tracemalloc.get_traced_memory()[0] / 1e6, 2))
        result["memory of Python's own objects at every tenth, MB"] = traces
        grown = tracemalloc.take_snapshot().compare_to(first, "lineno")
        result["grown most"] = [str(line) for line in grown[:8]]
    loop.close()
    return result


def main() -> None:
    """Ask, print, and write ``out/strain-explorer.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--traced", action="store_true", help="count Python's objects too; four times slower")
    given = parser.parse_args()
    if given.traced:
        tracemalloc.start()
    laboratory = Laboratory({"busan-2025": "busan-2025", "eu-ev-2024": "eu-ev-2024"})
    result = {**strain(given.requests, given.seed, laboratory, traced=given.traced), **machine()}
    laboratory.close()
    text = json.dumps(result, indent=1)
    print(text)
    write_atomic(OUT, text.encode())


if __name__ == "__main__":
    main()
