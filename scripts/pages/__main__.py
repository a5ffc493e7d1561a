"""Write what the documentation takes from the code: ``python scripts/pages [--check]``.

``--check`` writes nothing and fails when something is stale.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "scripts")]

from pages.build import build, stale  # noqa: E402


def main() -> None:
    """Write the files, or say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is stale")
    check = parser.parse_args().check
    texts = build()
    changed = stale(texts)
    for name in changed:
        print(f"{'stale' if check else 'wrote'} {name}")
        if not check:
            (REPOSITORY / name).parent.mkdir(parents=True, exist_ok=True)
            (REPOSITORY / name).write_text(texts[name], encoding="utf-8")
    if check and changed:
        sys.exit("run scripts/pages")


if __name__ == "__main__":
    main()
