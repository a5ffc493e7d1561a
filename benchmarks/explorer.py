"""Speed of the explorer: from a moved slider to new numbers painted, in a real browser.

Run as ``python -m benchmarks.explorer``; it needs playwright and an installed Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import shutil
import statistics
import sys
import threading
import time
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from detente.app import Laboratory, read_state
from detente.app.batches import Batches
from detente.app.serving import Serving
from detente.core import write_atomic

OUT = Path("out") / "bench-explorer.json"
MEASURE = "usa-2025-fentanyl-china"
MOVE = """([measure, n]) => {
  delete document.body.dataset.latency;
  const number = document.querySelector(`[name='rate.${measure}']`);
  const slider = number.closest('fieldset').querySelector('input[type=range]');
  slider.value = String(1 + n);
  slider.dispatchEvent(new Event('input', { bubbles: true }));
}"""


def spread(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile, ms."""
    ordered = sorted(times)
    return {
        "median_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 1),
    }


def moved_to_painted(url: str, moves: int) -> dict[str, float]:
    """One reader who drags a slider: the browser's own clock, from the event to the second frame after."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("DETENTE_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no Chromium: name it in DETENTE_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{url}busan-2025/countries?base=standing")
        page.wait_for_selector("body[data-ready]")
        times = []
        for n in range(moves):
            page.evaluate(MOVE, [MEASURE, 0.5 * n])
            page.wait_for_selector("body[data-latency]")
            times.append(float(page.evaluate("document.body.dataset.latency")))
        browser.close()
    return spread(times[2:])


def eight_readers(laboratory: Laboratory, rounds: int) -> dict[str, float]:
    """Eight readers who ask at once for settings nobody asked for before: until each has its answer."""

    async def ask() -> list[float]:
        batches = Batches(laboratory)
        times = []

        async def one_reader(reader: int, n: int) -> None:
            start = time.perf_counter()
            query = f"base=standing&set.{MEASURE}={0.001 * (8 * n + reader) + 0.2003:.4f}"
            await batches.answer(read_state("busan-2025", query), f"reader {reader}")
            times.append(1000 * (time.perf_counter() - start))

        for n in range(rounds):
            await asyncio.gather(*(one_reader(reader, n) for reader in range(8)))
        batches.close()
        return times

    return spread(asyncio.run(ask()))


def main() -> None:
    """Measure, print, and write ``out/bench-explorer.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=40)
    moves = parser.parse_args().moves
    laboratory = Laboratory({"busan-2025": "busan-2025"})
    server = Serving(laboratory, "127.0.0.1", 0)
    start = time.perf_counter()
    server.warm()
    first = time.perf_counter() - start
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    results = {
        "first answer, s": round(first, 2),
        "moved control to painted, one reader": moved_to_painted(server.url, moves),
        "solve, eight readers at once": eight_readers(laboratory, max(2, moves // 8)),
        "load of the machine": round(os.getloadavg()[0], 1),
        "memory, MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    server.stop()
    thread.join(5)
    text = json.dumps(results, indent=1)
    print(text)
    write_atomic(OUT, text.encode())


if __name__ == "__main__":
    sys.exit(main())
