"""Solve what every side could have done instead, decision by decision: ``python scripts/weigh_choices.py [DOSSIER]``.

Writes ``detente/strategy/data/choices-DOSSIER.csv``, which `detente preferences` reads, from the record, the world and the horizon
that ``motives-DOSSIER.yaml`` names. To be run again when one of them changes; half a minute on one core. Every control is a cost.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY)]

from detente.cases import model_at  # noqa: E402
from detente.core import write_atomic  # noqa: E402
from detente.dossier import folder_of, known_by, read_record  # noqa: E402
from detente.strategy import choices_text, load_preferences, motives_of, weigh_choices  # noqa: E402
from detente.world import load_world  # noqa: E402


def main() -> None:
    """Solve and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dossier", nargs="?", default="busan-2025")
    name = parser.parse_args().dossier
    file = motives_of(name)
    if file is None:
        sys.exit(f"no motives of `{name}`: write detente/strategy/data/motives-{name}.yaml first")
    record, _ = read_record(folder_of(name))
    last = record.vintage + dt.timedelta(days=record.fresh_days)
    published = load_preferences(game=file.preferences).named(file.published)
    model = model_at(file.horizon, load_world(file.world))
    weighed = weigh_choices(model, known_by(record, last), file, published)
    path = REPOSITORY / "detente" / "strategy" / "data" / f"choices-{file.id}.csv"
    write_atomic(path, choices_text(weighed, file))
    print(
        f"{len(weighed)} decisions, {sum(len(each.options) for each in weighed)} options: {path.relative_to(REPOSITORY)}"
    )


if __name__ == "__main__":
    main()
