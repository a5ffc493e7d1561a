"""Pages on paper, through a browser of this machine: Chromium prints them as it prints for a person."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from detente.core import InputError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
SECONDS = 120
_DAYS = re.compile(rb"/(CreationDate|ModDate) \(D:[^)]*\)")


def browser() -> str | None:
    """Where a browser that prints is; None on a machine without one."""
    return next((place for name in BROWSERS if (place := shutil.which(name))), None)


def check_printing() -> str:
    """Return the browser that prints, before anything is solved for it.

    Raises
    ------
    InputError
        When there is none.
    """
    place = browser()
    if place is None:
        raise InputError(
            "no browser that prints is installed",
            where="--pdf",
            hint="install Chromium; or leave --pdf out, open index.html in any browser and print it",
        )
    return place


def printed(pages: Mapping[str, bytes]) -> dict[str, bytes]:
    """Print pages: the bytes of a PDF by its name, for pages by theirs. The same page and browser give the same bytes.

    Parameters
    ----------
    pages : mapping of file name to HTML
        Self-contained pages.

    Raises
    ------
    InputError
        When there is no browser, or it prints nothing.
    """
    place = check_printing()
    files = {}
    with tempfile.TemporaryDirectory(prefix="detente-print-", ignore_cleanup_errors=True) as folder:
        for name, body in pages.items():
            source, target = Path(folder) / name, Path(folder) / f"{Path(name).stem}.pdf"
            source.write_bytes(body)
            _print(place, source, target, Path(folder) / "profile")
            home = Path(folder).as_uri().encode("ascii") + b"/"
            files[target.name] = _at_home(_undated(target.read_bytes()), home)
    return files


def _print(place: str, source: Path, target: Path, profile: Path) -> None:
    command = [
        place, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync",
        "--disable-component-update", f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={target}",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # Chromium refuses to start for the superuser otherwise
    problem = ""
    try:
        done = subprocess.run(
            [*command, source.as_uri()], capture_output=True, text=True, timeout=SECONDS, check=False
        )
        problem = f"it ended with {done.returncode}" if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)[:200]
    if problem or not target.is_file() or not target.stat().st_size:
        raise InputError(
            f"the browser did not print {source.name}{f': {problem}' if problem else ''}",
            where=place,
            hint="open the page in a browser and print it there",
        )


def _undated(data: bytes) -> bytes:
    """The same file on whatever day it was printed; nothing moves, so that its index still holds."""

    def still(match: re.Match[bytes]) -> bytes:
        text = match[0]
        head = b"/" + match[1] + b" (D:"
        return head + re.sub(rb"\d", b"0", text[len(head) :])

    return _DAYS.sub(still, data)


def _at_home(data: bytes, home: bytes) -> bytes:
    """Links to files beside the page lead beside the PDF: without the folder it was printed in, and nothing moves."""

    def beside(match: re.Match[bytes]) -> bytes:
        return b"(" + match[1] + b")" + b" " * len(home)

    return re.sub(rb"\(" + re.escape(home) + rb"([^()]*)\)", beside, data)
