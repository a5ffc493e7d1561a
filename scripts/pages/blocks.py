"""Quoted outputs: what a page shows of a command or a program is what it prints, written in place.

A page that is written by hand marks the place::

    <!-- output: detente clocks --format md | head -6 -->
    (written here by the generator)
    <!-- /output -->

The command is one a reader can type. ``| head -6`` and ``; echo $?`` are understood as in a shell, tables in Markdown
are set as tables, everything else as a console. ``<!-- output: python -->`` runs the Python block above it. A block of
YAML with ``title="name.yaml"`` is a file that commands further down the page may use. ``<!-- generated: name -->`` asks
for a list made from the shipped data. Commands of one page share one folder that is thrown away.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

MARKED = re.compile(
    r"(?P<open><!-- (?P<kind>output|generated): (?P<what>.+?) -->\n)(?P<body>.*?)(?P<close><!-- /(?P=kind) -->)",
    re.DOTALL,
)
FENCED = re.compile(r"^```(?P<info>[^\n]+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
TITLE = re.compile(r'title="([^"]+)"')
NUMBER = re.compile(r"(?<![\w.])\d+\.\d{9,}(?:e[+-]?\d+)?|(?<![\w.])\d+(?:\.\d+)?e[+-]?\d+")
LINE = re.compile(r"(?P<command>detente\b[^|;]*?)\s*(?:\|\s*head -(?P<head>\d+)\s*)?(?P<echo>; echo \$\?)?")


def comparable(text: str) -> str:
    """Text without what differs between machines: digits behind the tenth, and numbers of the size of rounding errors."""

    def ten_digits(match: re.Match[str]) -> str:
        value = float(match[0])
        return "…" if value < 1e-12 else repr(float(f"{value:.10g}"))

    return NUMBER.sub(ten_digits, text)


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in a folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def run_command(words: tuple[str, ...]) -> tuple[str, int]:
    """Run `detente` with some words in this process; what it prints on both streams, and its exit code."""
    from detente.cli.main import main

    stream, code = io.StringIO(), 0
    os.environ.pop("COLUMNS", None)  # the width is that of a pipe
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        try:
            main(list(words))
        except SystemExit as stop:
            code = int(stop.code or 0)
    return stream.getvalue().replace(f"{Path.cwd()}{os.sep}", "…/"), code


_remembered = functools.cache(run_command)


def shell(line: str, folder: Path) -> str:
    """What a terminal shows for a line: ``detente …``, perhaps with ``| head -N`` or ``; echo $?`` behind it."""
    match = LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"`{line}` is not a line that can be quoted: detente … [| head -N] [; echo $?]")
    words = tuple(shlex.split(match["command"])[1:])
    local = bool({"-o", "--out"} & set(words)) or any(folder.iterdir())
    with inside(folder):
        text, code = run_command(words) if local else _remembered(words)
    if match["head"]:  # which cuts standard output, not the notes before it
        notes, printed = _notes(text)
        text = notes + "".join(printed.splitlines(keepends=True)[: int(match["head"])])
    return text + (f"{code}\n" if match["echo"] else "")


def program(code: str, folder: Path) -> str:
    """What a Python program prints."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), inside(folder):
        exec(compile(code, "<page>", "exec"), {"__name__": "__main__"})
    return stream.getvalue()


def _notes(text: str) -> tuple[str, str]:
    """Notes that stand before an output, with their indented lines, and the rest."""
    lines = text.splitlines(keepends=True)
    first = next(
        (i for i, line in enumerate(lines) if not line.startswith(("note:", "  "))),
        len(lines),
    )
    if not text.startswith("note:"):
        first = 0
    return "".join(lines[:first]), "".join(lines[first:])


def _set(line: str, text: str) -> str:
    """A command and its output as Markdown."""
    if re.search(r"--format md\b|-f md\b", line):
        notes, printed = _notes(text)
        return f"```console\n$ {line}\n{notes}```\n\n{printed.strip()}\n\n"
    return f"```console\n$ {line}\n{text.rstrip()}\n```\n"


def refresh(page: str, lists: Mapping[str, Callable[[], str]]) -> str:
    """The page with every marked place written anew; a place that differs only in rounding stays as it is."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)

        def renew(match: re.Match[str]) -> str:
            above = page[: match.start()]
            for block in FENCED.finditer(above):
                title = TITLE.search(block["info"])
                if title:
                    (folder / title[1]).parent.mkdir(parents=True, exist_ok=True)
                    (folder / title[1]).write_text(block["code"], encoding="utf-8")
            what = match["what"]
            if match["kind"] == "generated":
                body = f"\n{lists[what]().strip()}\n\n"
            elif what == "python":
                code = [
                    block["code"] for block in FENCED.finditer(above) if block["info"].split()[0] == "python"
                ][-1]
                body = f"```text\n{program(code, folder).rstrip()}\n```\n"
            else:
                body = _set(what, shell(what, folder))
            if comparable(body) == comparable(match["body"]):
                body = match["body"]
            return match["open"] + body + match["close"]

        return MARKED.sub(renew, page)


def refresh_example(path: Path) -> str:
    """An example program with what it prints in the comments at its end."""
    text = path.read_text(encoding="utf-8")
    code = text.split("\n# Output\n", 1)[0].rstrip() + "\n"
    with tempfile.TemporaryDirectory() as place:
        printed = program(code, Path(place))
    lines = [f"# {line}".rstrip() for line in printed.splitlines()]
    made = code + "\n# Output\n" + "\n".join(lines) + "\n"
    return text if comparable(made) == comparable(text) else made
