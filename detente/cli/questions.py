"""The verbs as one command that loads a verb when it is called; below its help the questions people ask, which are data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup

from detente.cli.verbs import VERBS


def questions() -> tuple[tuple[str, str], ...]:
    """Question and command, in the order of the file.

    Examples
    --------
    >>> all(command.startswith("detente ") for _, command in questions())
    True
    """
    import detente.dossier
    from detente.dossier import read_yaml

    data = read_yaml(Path(detente.dossier.__file__).parent / "data" / "questions.yaml").data
    assert isinstance(data, dict)
    return tuple((str(each["ask"]), str(each["run"])) for each in data["questions"])


class WithQuestions(TyperGroup):
    """The verbs, with the questions below their list; the file is read when help is asked for, and not before."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the verbs, of which none is loaded for that."""
        if not isinstance(self.commands, Unloaded):
            super().format_commands(ctx, formatter)
            return
        listed = TyperGroup(commands=dict(self.commands))
        listed.format_commands(ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write every question, and below it its command on one line."""
        formatter.write_paragraph()
        formatter.write_text("Questions people ask:")
        for question, command in questions():
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(question)
                formatter.write(f"{'':>{formatter.current_indent}}$ {command}\n")


class Unloaded(dict[str, Any]):
    """Every verb by its name as a command that knows its help in a line; what loads a verb gives the whole of it.

    Parameters
    ----------
    load : callable
        Gives the command of a verb, with its options.

    Examples
    --------
    >>> verbs = Unloaded(lambda verb: f"all of {verb}")
    >>> verbs["run"].params, verbs.get("run"), verbs.get("rnu")
    ([], 'all of run', None)
    """

    def __init__(self, load: Callable[[str], Any]) -> None:
        super().__init__({verb: TyperCommand(verb, help=text) for verb, (_, text) in VERBS.items()})
        self._load = load

    def get(self, verb: str, default: Any = None) -> Any:
        """The command of a verb, loaded; the default where there is no such verb."""
        return self._load(verb) if verb in self else default
