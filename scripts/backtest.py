"""Make the kept backtest of a shipped record: ``python scripts/backtest.py [RECORD]``. Takes some minutes; same input, same bytes."""

from __future__ import annotations

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY)]

from detente.campaign import record_of  # noqa: E402
from detente.core import write_atomic  # noqa: E402
from detente.dossier import load_dossier  # noqa: E402
from detente.outlook import backtest, backtest_csv, kept_file  # noqa: E402
from detente.world import load_world  # noqa: E402


def main() -> None:
    """Write the file of the record named, or of the first one."""
    name = sys.argv[1] if len(sys.argv) > 1 else "busan-2025"
    last = load_dossier(name).vintage
    record = record_of(load_dossier(name, asof=last), load_world())
    test = backtest(record)
    write_atomic(kept_file(name), backtest_csv(test, record.rules.rungs))
    print(f"{len(test.ladder)} forecasts of the ladder, {len(test.clocks)} of clocks: {kept_file(name).name}")


if __name__ == "__main__":
    main()
