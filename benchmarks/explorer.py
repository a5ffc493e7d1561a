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
import threading
import time
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from benchmarks.machine import machine
from detente.app import Laboratory, read_state
from detente.app.batches import Batches
from detente.app.serving import Serving
from detente.core import write_atomic

OUT = Path("out") / "bench-explorer.json"
MEASURE = "usa-2025-fentanyl-china"
MOVE = """([measure, n]) => {
  delete document.body.dataset.latency;
  delete document.body.dataset.whole;
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


def moved_to_painted(url: str, moves: int, readers: int, *, whole: bool = False) -> dict[str, float]:
    """Readers who drag a slider, each in a page of its own, at the same time: from the event until new numbers are painted.

    By the browser's own clock, up to the end of the frame that paints them; with `whole` up to the frame in which nothing of the
    setting before is left, otherwise the first large numbers and the bars. No two readers ever ask for one position.
    """
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("DETENTE_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no Chromium: name it in DETENTE_CHROMIUM")
    told, offset = ("whole", 0.25) if whole else ("latency", 0.0)
    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        pages = [browser.new_page(viewport={"width": 1280, "height": 860}) for _ in range(readers)]
        for page in pages:
            page.goto(f"{url}busan-2025/countries?base=standing")
            page.wait_for_selector("body[data-ready]")
        for n in range(moves):
            for reader, page in enumerate(pages):
                page.evaluate(MOVE, [MEASURE, 0.5 * (n * readers + reader) + 0.5 * readers + offset])
            for page in pages:
                page.wait_for_selector(f"body[data-{told}]")
                if n > 1:
                    times.append(float(page.evaluate(f"document.body.dataset.{told}")))
        browser.close()
    return spread(times)


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


def processor_time(laboratory: Laboratory, repeats: int = 12) -> dict[str, float]:
    """Processor time of the steps from a position nobody asked for to the part of the page that changes."""
    from detente.app.page import first_part, page
    from detente.app.views import view_called

    names = (
        "read",
        "make ready",
        "solve of what is shown first",
        "its text",
        "the other horizon",
        "tables and text",
    )
    view = view_called("countries")
    spent: dict[str, list[float]] = {name: [] for name in names}
    for n in range(repeats):
        marks = [time.thread_time()]
        state = laboratory.filled(
            read_state("busan-2025", f"base=standing&set.{MEASURE}={0.6007 + n / 1000}")
        )
        marks.append(time.thread_time())
        laboratory._prepare(state.question)
        marks.append(time.thread_time())
        short = laboratory.short(state)
        for first in (True, False):
            answer = laboratory.answers([state], first=first)[0]
            if isinstance(answer, Exception):
                raise answer
            marks.append(time.thread_time())
            if first:
                first_part(laboratory, view, answer, short)
            else:
                page(laboratory, view, answer, short, part="answer", is_folded=True)
            marks.append(time.thread_time())
        for name, start, end in zip(names, marks, marks[1:], strict=False):
            spent[name].append(1000 * (end - start))
    return {name: round(statistics.median(times), 1) for name, times in spent.items()}


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
        "moved control to painted, one reader": moved_to_painted(server.url, moves, 1),
        "moved control to painted, eight readers": moved_to_painted(server.url, max(4, moves // 8), 8),
        "moved control to the whole painted, one reader": moved_to_painted(
            server.url, moves // 2, 1, whole=True
        ),
        "processor time of one new setting, ms": processor_time(laboratory),
        "solve, eight readers at once": eight_readers(laboratory, max(2, moves // 8)),
        "load of the machine": round(os.getloadavg()[0], 1),
        "memory, MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        **machine(),
    }
    server.stop()
    thread.join(5)
    text = json.dumps(results, indent=1)
    print(text)
    write_atomic(OUT, text.encode())


if __name__ == "__main__":
    main()
