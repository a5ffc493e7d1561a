"""Record again what the command line prints, after looking at the difference; the reason goes to the changelog.

Usage: python scripts/bless.py "why the output changed"
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

from detente.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
TRANSCRIPTS = ROOT / "tests" / "cli" / "transcripts"
COMMANDS = {
    "clocks": "clocks",
    "compare": "compare talks-fail narrow-deal --countries USA,CHN,MEX,VNM,WORLD",
    "conflicts": "claims --conflicts --format md",
    "duties-usa-chn": "duties --at 2025-10-28 --importer USA --exporter CHN",
    "duties-chn-usa": "duties --at 2025-10-28 --importer CHN --exporter USA",
    "measures-april": "measures --at 2025-04-10 --format csv",
    "path": "path --cut CHN:rare-earths:0.5 --stock 1.5 --months 8 --step 2 --table all",
    "run-ladder": "run talks-fail narrow-deal january-2025 decoupling --against standing --countries USA,CHN,WORLD",
    "scenarios": "scenarios",
}


def transcript(command: str) -> str:
    """Command line and what it prints to stdout."""
    out = io.StringIO()
    os.environ.pop("COLUMNS", None)  # the width is that of a pipe
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main(command.split())
    return f"$ detente {command}\n{out.getvalue()}"


if __name__ == "__main__":
    if len(sys.argv) != 2 or len(sys.argv[1]) < 10:
        sys.exit(__doc__)
    TRANSCRIPTS.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, command in COMMANDS.items():
        path, text = TRANSCRIPTS / f"{name}.txt", transcript(command)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    for stale in set(TRANSCRIPTS.glob("*.txt")) - {TRANSCRIPTS / f"{name}.txt" for name in COMMANDS}:
        stale.unlink()
        changed.append(stale.stem)
    if changed:
        fragments = ROOT / "CHANGELOG.d"
        fragments.mkdir(exist_ok=True)
        with (fragments / "transcripts.changed.md").open("a", encoding="utf-8") as stream:
            stream.write(f"- Output of {', '.join(sorted(changed))}: {sys.argv[1]}\n")
    print("changed:", ", ".join(sorted(changed)) or "nothing")
