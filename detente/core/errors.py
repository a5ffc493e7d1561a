"""The one tree of errors.

::

    DetenteError
    ├── InputError (also a ValueError)   something given to Détente is wrong
    │   ├── SchemaError                  a file does not have the declared form (file, line, key)
    │   ├── LabelError                   a name matches nothing; the nearest valid one is offered
    │   ├── UnitError                    a number is outside what its unit allows
    │   ├── BalanceError                 a table does not satisfy its accounting identities
    │   └── DateError                    a day that does not exist, or dates out of order
    ├── EvidenceError                    a value without a source, a quotation not in its document
    ├── StaleError                       an entry older than its limit
    └── SolveError                       no equilibrium was found; carries the Solution

Every message has three parts: what, where, and the next step. ``exit_code`` is what the command line returns.
"""

from __future__ import annotations

from typing import Any


class MeasurePlace(str):
    """Where something is wrong: in a measure of the record. Reads ``measure ID: part``, and knows which measure it is.

    Parameters
    ----------
    measure : str
        Its id.
    part : str
        What of it.

    Examples
    --------
    >>> place = MeasurePlace("usa-2025-threat-100", "effect")
    >>> print(place, place.measure, sep="; ")
    measure usa-2025-threat-100: effect; usa-2025-threat-100
    """

    measure: str
    part: str

    def __new__(cls, measure: str, part: str = "") -> MeasurePlace:
        """Make the words, and keep what they were made of."""
        place = super().__new__(cls, f"measure {measure}: {part}" if part else f"measure {measure}")
        place.measure, place.part = measure, part
        return place

    def __reduce__(self) -> tuple[type[MeasurePlace], tuple[str, str]]:
        """What a copy is made of."""
        return MeasurePlace, (self.measure, self.part)


class DetenteError(Exception):
    """Root of every error Détente raises on purpose.

    Parameters
    ----------
    what : str
        What is wrong, in one clause.
    where : str, optional
        File, line and key, or the name of the cell.
    hint : str, optional
        The next step for the person who reads it.

    Examples
    --------
    >>> import detente
    >>> try:
    ...     detente.load_world("world-2042")
    ... except detente.DetenteError as error:
    ...     print(error.hint)
    did you mean `world-2024`?
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.what = what
        self.where = where
        self.hint = hint
        super().__init__(what)

    @property
    def measure(self) -> str | None:
        """Id of the measure that is wrong; None where it is something else."""
        return self.where.measure if isinstance(self.where, MeasurePlace) else None

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  hint: {self.hint}" if self.hint else head


class InputError(DetenteError, ValueError):
    """Something given to Détente is wrong."""

    exit_code = 1


class SchemaError(InputError):
    """A file does not have the declared form.

    Parameters
    ----------
    what, hint : str
        As in `DetenteError`.
    file : str, optional
        File name, as the user would recognise it.
    line, column : int, optional
        Counted from 1.
    key : str, optional
        Dotted path of the key inside the file.
    """

    def __init__(
        self,
        what: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        key: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.file, self.line, self.column, self.key = file, line, column, key
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        where = ": ".join(part for part in (place, key) if part) or None
        super().__init__(what, where=where, hint=hint)


class LabelError(InputError):
    """A name matches nothing; the nearest valid one is offered."""


class UnitError(InputError):
    """A number is outside what its unit allows."""


class BalanceError(InputError):
    """A table does not satisfy its accounting identities."""


class DateError(InputError):
    """A day that does not exist, or dates out of order."""


class EvidenceError(DetenteError):
    """A value without a source, or a quotation that is not in its document."""

    exit_code = 4


class StaleError(DetenteError):
    """An entry older than the limit set for it."""

    exit_code = 4


class SolveError(DetenteError):
    """No equilibrium was found.

    Parameters
    ----------
    what, where, hint : str
        As in `DetenteError`.
    solution : object, optional
        The unfinished Solution, with its result code and residuals.
    """

    exit_code = 3

    def __init__(
        self, what: str, *, solution: Any = None, where: str | None = None, hint: str | None = None
    ) -> None:
        self.solution = solution
        super().__init__(what, where=where, hint=hint)
