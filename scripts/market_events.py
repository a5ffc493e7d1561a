"""Estimate what markets made of a record's steps: ``python scripts/market_events.py [DOSSIER] [--shared ../shared]``.

Reads daily closes (``data/outlook/markets_daily.csv`` below the shared folder: S&P 500, whose terms forbid passing it on, and VIX, in the
public domain) and takes the steps and their direction from the record by rule. Writes ``detente/campaign/data/market-DOSSIER.yaml``:
estimates alone, no price. Surprise: a step that nobody had dated is all news (1); one that was due by itself or had been threatened
with a day had the odds of such threats already.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import math
import sys
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY)]

from detente.campaign import record_of, threat_rates  # noqa: E402
from detente.campaign.market import BEFORE, WINDOW, Moves, abnormal_moves, kappa_of  # noqa: E402
from detente.core import write_atomic  # noqa: E402
from detente.dossier import Dossier, folder_of, known_by, read_record  # noqa: E402
from detente.strategy import steps_of  # noqa: E402
from detente.strategy.choices import LOOK, state_known  # noqa: E402
from detente.world import load_world  # noqa: E402

SERIES = {
    "sp500": ("S&P 500", "log points", "S&P Dow Jones Indices via FRED, read once; not passed on"),
    "vix": ("VIX", "points", "Cboe, collected by datasets/finance-vix, public domain"),
}


def changes_of(path: Path, column: str) -> tuple[list[dt.date], np.ndarray]:
    """Trading days and changes: log percent of an index, points of a volatility."""
    with path.open(encoding="utf-8") as file:
        rows = [(row["date"], float(row[column])) for row in csv.DictReader(file) if row[column]]
    days, levels = [dt.date.fromisoformat(day) for day, _ in rows], np.array([level for _, level in rows])
    change = 100 * np.diff(np.log(levels)) if column == "sp500" else np.diff(levels)
    return days[1:], change


def events_of(record: Dossier) -> list[tuple[dt.date, int, float]]:
    """Steps of the ladder's size by day: +1 harder or −1 softer, and their surprise. Steps within one window are one event."""
    rate, part = threat_rates()["all"].carried, record_of(record, load_world("world-2024"), others=()).main
    events: list[tuple[dt.date, int, float]] = []
    for step in steps_of(record):
        on = step.day + LOOK
        size = 0.0
        for name in step.measures:
            for known, sign in ((step.day, 1), (step.day - dt.timedelta(days=1), -1)):
                state = state_known(record.measures[name], on, known)
                size += sign * part.level(state) if state is not None else 0.0
        if abs(size) < part.rules.duty:
            continue
        news = 1 - rate if step.due else 1.0
        if step.softer:
            news = -(rate if step.due else 1.0)
        sign = -1 if step.softer else 1
        if events and (step.day - events[-1][0]).days <= WINDOW[1] + 1:
            if events[-1][1] != sign:
                events[-1] = (events[-1][0], 0, 0.0)  # both at once: no telling which was the news
            continue
        events.append((step.day, sign, news))
    for day, sign, news in events:
        print(day, {1: "harder", -1: "softer", 0: "both"}[sign], round(news, 2))
    return [event for event in events if event[1]]


def mean_of(moves: Moves, chosen: np.ndarray) -> tuple[float, float]:
    """Mean abnormal move and its standard error: the larger of the model's and that of the sample."""
    mine, errors = moves.moves[chosen], moves.errors[chosen]
    model = math.sqrt(float((errors**2).sum())) / len(mine)
    return float(mine.mean()), max(model, float(mine.std(ddof=1)) / math.sqrt(len(mine)))


def main() -> None:
    """Estimate and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dossier", nargs="?", default="busan-2025")
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    arguments = parser.parse_args()
    record, _ = read_record(folder_of(arguments.dossier))
    record = known_by(record, record.vintage)
    events = events_of(record)
    lines = [
        "# What markets made of the record's steps; made by scripts/market_events.py. Estimates alone: the series are not passed on.",
        f"id: {arguments.dossier}",
        f"dossier: {arguments.dossier}",
        f"window: [{WINDOW[0]}, {WINDOW[1]}]",
        f"before: [{BEFORE[0]}, {BEFORE[1]}]",
        'surprise: "Steps that change an average duty by two points or more. One without a day before it is a surprise of one; one that was due or threatened with a day had the odds of such '
        'threats in 1,053 other cases already."',
        "series:",
    ]
    for name, (title, unit, source) in SERIES.items():
        days, changes = changes_of(arguments.shared / "data" / "outlook" / "markets_daily.csv", name)
        moves = abnormal_moves(days, changes, [event[0] for event in events])
        kept = [events[k] for k in moves.kept]
        kappa, error, explained, worst = kappa_of(moves, np.array([event[2] for event in kept]))
        signs = np.array([event[1] for event in kept])
        harder, easier = mean_of(moves, signs > 0), mean_of(moves, signs < 0)
        lines += [
            f"  - id: {name}",
            f'    title: "{title}"',
            f"    unit: {unit}",
            f"    first: {moves.days[0]}",
            f"    last: {moves.days[-1]}",
            f"    kappa: {kappa:.3g}",
            f"    error: {error:.2g}",
            f"    events: {len(kept)}",
            f"    r2: {explained:.2g}",
            f"    harder: {harder[0]:.3g}",
            f"    harder_error: {harder[1]:.2g}",
            f"    harder_events: {int((signs > 0).sum())}",
            f"    easier: {easier[0]:.3g}",
            f"    easier_error: {easier[1]:.2g}",
            f"    easier_events: {int((signs < 0).sum())}",
            f"    worst: {worst:.3g}",
            f'    source: "{source}"',
        ]
        print(
            f"{title}: {len(kept)} events, {kappa:.2f} ± {error:.2f} {unit} for a full surprise; harder {harder}, easier {easier}"
        )
    path = REPOSITORY / "detente" / "campaign" / "data" / f"market-{arguments.dossier}.yaml"
    write_atomic(path, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
