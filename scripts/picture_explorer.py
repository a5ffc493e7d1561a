"""Take the picture of the explorer that README shows: `python scripts/picture_explorer.py`.

Needs the developers' lock (Playwright) and an installed Chromium. Writes docs/assets/explorer.png: the page as it opens, with the
intervals of its large numbers, on a desk's screen in the light.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from pathlib import Path

from detente.app import Laboratory
from detente.app.serving import Serving
from detente.core import write_atomic

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "assets" / "explorer.png"
SIZE = {"width": 1280, "height": 860}
MOST_BYTES = 200_000


def take(address: str, chromium: str) -> bytes:
    """The page at an address as PNG, once its intervals are there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(viewport=SIZE, color_scheme="light", reduced_motion="reduce").new_page()
        page.goto(address)
        page.wait_for_selector("body[data-ready]")
        page.locator("[data-interval]", has_text=" to ").first.wait_for(timeout=120_000)
        picture = page.screenshot()
        browser.close()
    return picture


def main() -> int:
    """Serve the first shipped case, take the picture, and keep it."""
    chromium = os.environ.get("DETENTE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium on this machine: install one, or name it in DETENTE_CHROMIUM", file=sys.stderr)
        return 1
    server = Serving(Laboratory({"busan-2025": "busan-2025"}), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    while not server.server.started:
        time.sleep(0.05)
    try:
        picture = take(f"{server.url}busan-2025/countries", chromium)
    finally:
        server.stop()
        thread.join(10)
    if len(picture) > MOST_BYTES:
        print(f"the picture has {len(picture):,} bytes, {MOST_BYTES:,} at most", file=sys.stderr)
        return 1
    write_atomic(PICTURE, picture)
    print(f"{PICTURE.relative_to(ROOT)}: {len(picture):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
