"""A command loads what it needs and no more, and reads plain words as typer reads them."""

import enum
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
import typer

from detente.cli.main import _command
from detente.cli.plain_words import take_plain_words
from detente.cli.verbs import VERBS


class Way(enum.StrEnum):
    """Words to choose among."""

    near = "near"
    far = "far"


def play(
    names: Annotated[list[str] | None, typer.Argument()] = None,
    text: Annotated[str, typer.Option()] = "a",
    count: Annotated[int, typer.Option(min=0, max=9)] = 1,
    size: Annotated[float | None, typer.Option()] = None,
    way: Annotated[Way | None, typer.Option()] = None,
    out: Annotated[Path, typer.Option()] = Path(),
    sure: Annotated[bool, typer.Option()] = False,
) -> None:
    """Take words of every kind."""


def read(words: str, *, plain: bool) -> object:
    """What the words mean, with the types of it; or the complaint."""
    application = typer.Typer(add_completion=False)
    application.command()(play)
    command = typer.main.get_command(application)
    if plain:
        take_plain_words(command)
    try:
        values = command.make_context("play", words.split()).params
    except typer.BadParameter as slip:
        return str(slip)
    return {name: (type(value), value) for name, value in values.items()}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "a b --text 7 --count 3 --size 0.25 --way far --out x/y.csv --sure",
        "--count 10",
        "--count 2.0",
        "--count -1",
        "--count x",
        "--size 3",
        "--size .5",
        "--size 1e3",
        "--size nan",
        "--size 1_0",
        "--way Far",
        "--way",
        "--out .",
    ],
)
def test_plain_words_mean_what_typer_reads(words):
    said = []
    for plain in (True, False):
        try:
            said.append(read(words, plain=plain))
        except Exception as slip:
            said.append((type(slip), str(slip)))
    assert repr(said[0]) == repr(said[1])


def test_lines_of_the_help_are_the_first_of_each_verb():
    every = _command().commands
    assert list(every) == list(VERBS)
    assert {verb: " ".join(command.help.split("\n\n")[0].split()) for verb, command in every.items()} == {
        verb: text for verb, (_, text) in VERBS.items()
    }


def loaded(cache: Path, *words: str) -> set[str]:
    """The heavy libraries that a command has loaded when it ends."""
    source = (
        "import sys\n"
        "from detente.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "finally:\n    print(*(m for m in ('numpy', 'scipy', 'pydantic') if m in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", source, *words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DETENTE_CACHE": str(cache)},
    )
    return set(done.stderr.split("\n")[-2].split())


def test_a_command_loads_the_libraries_it_needs(tmp_path):
    assert loaded(tmp_path, "--version") == loaded(tmp_path, "--help") == set()
    assert "pydantic" in loaded(tmp_path, "run", "truce-lapses")
    assert loaded(tmp_path, "measures") == set()
    assert loaded(tmp_path, "run", "truce-lapses") == {"numpy"}


def test_a_briefing_that_was_read_before_loads_no_library_to_check_with(tmp_path):
    words = ("brief", "--draws", "0", "--workers", "1", "-o", str(tmp_path / "out"))
    assert "pydantic" in loaded(tmp_path / "cache", *words)
    assert loaded(tmp_path / "cache", *words) == {"numpy"}


def test_working_in_chunks_loads_no_network():
    source = "import sys, detente.core.work; sys.exit(bool({'asyncio', 'ssl'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", source], check=False).returncode == 0
