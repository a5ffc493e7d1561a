"""Questions people ask, each with the one command that answers it: below `detente --help`. They are data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.core import TyperGroup


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

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write every question, and below it its command on one line."""
        formatter.write_paragraph()
        formatter.write_text("Questions people ask:")
        for question, command in questions():
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(question)
                formatter.write(f"{'':>{formatter.current_indent}}$ {command}\n")
