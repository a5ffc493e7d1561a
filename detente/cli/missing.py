"""What is said to who names no scenario: which there are, and the next step."""

from __future__ import annotations

from detente.cli.options import DEFAULT_DOSSIER
from detente.core import DetenteError, InputError

NEEDED = {"run": "one or more of them", "compare": "two of them"}
"""Verbs that solve named scenarios, and how many."""


def unnamed_scenario(slip: Exception) -> DetenteError | None:
    """A slip of the command line in the words of this project; None where it is not that a scenario is missing.

    Parameters
    ----------
    slip : Exception
        As the parser of options raised it.

    Examples
    --------
    >>> unnamed_scenario(ValueError("something else")) is None
    True
    """
    context, argument = getattr(slip, "ctx", None), getattr(slip, "param", None)
    verb = getattr(context, "info_name", None)
    named = getattr(argument, "name", None) in ("scenario", "first", "second")
    if type(slip).__name__ != "MissingParameter" or context is None or verb not in NEEDED or not named:
        return None
    from detente.dossier import load_dossier
    from detente.policy import shipped_scenarios

    dossier = str(context.params.get("dossier") or DEFAULT_DOSSIER)
    try:
        names = shipped_scenarios(dossier)
        if not names:
            load_dossier(dossier)  # says that there is none, and which there are
    except DetenteError as error:
        error.exit_code = 2
        return error
    second = argument is not None and argument.name == "second"
    return InputError(
        "a second scenario is missing" if second else "no scenario was named",
        where=f"detente {verb}",
        hint=f"name {NEEDED[verb]}: {', '.join(names)}; `detente scenarios` says what each is"
        if names
        else f"`{dossier}` has no scenarios yet: write one into its folder scenarios/, or name a file",
    )
