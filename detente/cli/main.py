"""The `detente` command. Every verb loads only the rooms it needs."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Collection
from typing import Annotated, Any

import typer

from detente.cli.entry import quick_start
from detente.cli.plain_words import take_plain_words
from detente.cli.questions import Unloaded, WithQuestions
from detente.cli.streams import ends, settle
from detente.cli.terminal import begin, flush_said
from detente.cli.verbs import GROUPS, OF_ANOTHER_NAME, VERBS


def bare(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    no_pager: Annotated[
        bool,
        typer.Option(
            "--no-pager",
            help="Print long tables at once; so do NO_PAGER=1 and an empty PAGER. May stand anywhere.",
        ),
    ] = False,
) -> None:
    """Say what is in the box and what to do next."""
    if version:
        from detente.core import package_version

        print(package_version())
        raise typer.Exit
    if context.invoked_subcommand is None:
        from detente.cli.welcome import welcome

        print(welcome())


def _verbs(names: Collection[str]) -> typer.Typer:
    """The verbs and groups of these names as an application of typer, in the order of the help."""
    verbs = typer.Typer(
        name="detente",
        help="An open laboratory for trade wars and trade talks.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        cls=WithQuestions,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    verbs.callback(invoke_without_command=True)(bare)
    for verb, (module, _) in VERBS.items():
        if verb in names:
            home = importlib.import_module(f"detente.cli.{module}")
            if verb in GROUPS:
                verbs.add_typer(home.app, name=verb)
            else:
                verbs.command(verb)(getattr(home, OF_ANOTHER_NAME.get(verb, verb)))
    return verbs


@functools.cache
def _command(verb: str | None = None) -> Any:
    """The verbs as one command, made once a process; or one verb alone, if there is one of this name.

    To load every verb and to read its options takes longer than all else that stands before the work of one.
    """
    command = typer.main.get_command(_verbs((verb,) if verb in VERBS else tuple(VERBS)))
    take_plain_words(command)
    return command


@functools.cache
def _listed() -> Any:
    """The verbs as one command in which none is loaded before it is called."""
    command: Any = typer.main.get_command(_verbs(()))
    command.commands = Unloaded(lambda verb: _command(verb).commands[verb])
    take_plain_words(command)
    return command


def __getattr__(name: str) -> Any:
    """`app`: every verb as one application of typer, made when it is asked for."""
    if name == "app":
        globals()[name] = _verbs(tuple(VERBS))
        return globals()[name]
    raise AttributeError(f"module `{__name__}` has no name `{name}`")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every way it can end is one message and an exit code (`detente.cli.streams`)."""
    quick_start()
    settle()
    words = begin(list(sys.argv[1:] if arguments is None else arguments))
    with ends():
        command = _command(words[0]) if words and words[0] in VERBS else _listed()
        # Not `app()`: that has ends of its own for some of these.
        with command.make_context("detente", words) as context:
            command.invoke(context)
            flush_said()
    sys.exit(0)


if __name__ == "__main__":
    main()
