"""How a ledger is read: the rungs of the ladder, thresholds and instruments, from a shipped file with grade and source."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.core import InputError
from detente.dossier import read_yaml

_FILE = Path(__file__).parent / "data" / "ladder.yaml"


@dataclass(frozen=True)
class Rules:
    """What the classification of a ledger rests on.

    Attributes
    ----------
    rungs : tuple of str
        Best to worst.
    duty, decoupling, pledge : float
        Thresholds, fractions; see ``data/ladder.yaml``.
    duties, controls, aimed : frozenset of str
        Instruments that move duties, that are packages of controls, and that count only where they name the other side.
    same_due, quiet : int
        Days.
    """

    rungs: tuple[str, ...]
    duty: float
    decoupling: float
    pledge: float
    duties: frozenset[str]
    controls: frozenset[str]
    aimed: frozenset[str]
    same_due: int
    quiet: int

    def rung(self, name: str) -> int:
        """Position of a rung."""
        return self.rungs.index(name)


@functools.cache
def shipped_rules() -> Rules:
    """The shipped rules, read once.

    Examples
    --------
    >>> shipped_rules().rungs[0]
    'broad'
    """
    return read_ladder(_FILE)


def read_ladder(path: Path) -> Rules:
    """Read rules from a file of the layout of ``data/ladder.yaml``.

    Raises
    ------
    InputError
        When a key is missing or a rung that the classification needs is not named.
    """
    content: Any = read_yaml(path).data
    try:
        rules = Rules(
            rungs=tuple(content["rungs"]),
            duty=float(content["duty"]["value"]),
            decoupling=float(content["decoupling"]["value"]),
            pledge=float(content["pledge"]["value"]),
            duties=frozenset(content["duties"]),
            controls=frozenset(content["controls"]),
            aimed=frozenset(content["aimed"]),
            same_due=int(content["same_due"]),
            quiet=int(content["quiet"]),
        )
    except (KeyError, TypeError) as error:
        raise InputError(
            f"the rules lack `{error.args[0]}`", where=path.name, hint="see the shipped ladder.yaml"
        ) from error
    needed = {"broad", "narrow", "truce-extended", "status-quo", "escalation", "decoupling"}
    if set(rules.rungs) != needed:
        raise InputError(
            "the rungs are not the six", where=f"{path.name}: rungs", hint=", ".join(sorted(needed))
        )
    return rules
