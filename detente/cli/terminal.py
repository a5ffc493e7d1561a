"""What a terminal gets beyond the table: the sentences of the finding above it, and a pager for what is longer than the screen.

Into a pipe or a file goes the table alone.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import textwrap

from detente.core import UNPRINTABLE


def note(text: str) -> None:
    """Say something that is not data."""
    print(text.translate(UNPRINTABLE), file=sys.stderr)


def once(text: str) -> None:
    """Say a note, unless this command has said it already."""
    if text not in _noted:
        _noted.add(text)
        note(text)


WITHOUT = "--no-pager"
PAGERS = ("less", "more")
"""Tried in turn where `PAGER` says nothing."""

_state: dict[str, bool] = {"pager": True}
_said: list[str] = []
_noted: set[str] = set()
"""Notes of this command that are said once."""


def begin(words: list[str]) -> list[str]:
    """Forget what an earlier command said; take the option against a pager out of the words, wherever it stands."""
    _said.clear()
    _noted.clear()
    _state["pager"] = WITHOUT not in words
    return [word for word in words if word != WITHOUT]


def say(text: str, *, piped: bool = True) -> None:
    """Say a sentence of the finding: above the table on a terminal; else on standard error, or not at all.

    Parameters
    ----------
    text : str
    piped : bool
        Whether it is also said where standard output is no terminal.
    """
    if sys.stdout.isatty():
        _said.append(text)
    elif piped:
        note(text)


def take_said() -> str:
    """The sentences said so far, one a line, with an empty line below; empty when there are none."""
    width = max(shutil.get_terminal_size().columns, 20)
    lines = [f"{textwrap.fill(text, width, break_on_hyphens=False)}\n" for text in _said]
    _said.clear()
    return "".join((*lines, "\n")) if lines else ""


def flush_said() -> None:
    """Sentences for which no table came: on standard error after all."""
    for text in _said:
        note(text)
    _said.clear()


def pager() -> list[str] | None:
    """Command of the pager; None where none is wanted, or there is none.

    `PAGER` names it, ``PAGER=`` or ``NO_PAGER=1`` or ``--no-pager`` does without.
    """
    if not _state["pager"] or os.environ.get("NO_PAGER") or not sys.stdout.isatty():
        return None
    given = os.environ.get("PAGER")
    if given is None:
        there = next((name for name in PAGERS if shutil.which(name)), None)
        return [there] if there else None
    words: list[str] = []
    with contextlib.suppress(ValueError):  # quotes that are never closed
        words = shlex.split(given)
    return words if words and shutil.which(words[0]) else None


def show(text: str) -> None:
    """Write to standard output, through a pager where the text is longer than the terminal's screen."""
    command = pager() if text.count("\n") >= shutil.get_terminal_size().lines else None
    if command is None:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    environment = {"LESS": "FRX", **os.environ}
    with (
        contextlib.suppress(BrokenPipeError),
        subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process,
    ):
        process.communicate(text.encode("utf-8", "replace"))
