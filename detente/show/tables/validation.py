"""The validation table: published figures, closed forms and identities beside ours, with a verdict."""

from __future__ import annotations

from collections.abc import Iterable

from detente.core import Cell, Column, Table
from detente.validation import Check

VERDICTS = {
    "holds": "within the tolerance",
    "FAILS": "outside the tolerance; `detente validate` exits with 4",
    "agrees": "side by side: same sign, and size within a factor of two under the closures stated; no tolerance",
    "differs": "side by side: another sign, or more than a factor of two; the note says why",
    "another experiment": "only something near the published experiment can be set: no verdict",
    "needs the raw data": "not run: give --shared",
}


def figure(value: float | None, digits: int = 4) -> str | None:
    """A figure as text: fixed decimals, without trailing zeros, never a negative zero.

    Examples
    --------
    >>> figure(1.31), figure(-0.00000001), figure(118.0), figure(None) is None
    ('1.31', '0', '118', True)
    """
    if value is None:
        return None
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def gap_text(check: Check) -> str | None:
    """Largest gap as text. A gap a hundred times below its tolerance is rounding: how far below differs by machine."""
    if check.gap is None:
        return None
    if check.tolerance:
        floor = check.tolerance / 100
        return f"< {floor:.0e}" if check.gap < floor else f"{check.gap:.1e}"
    return figure(check.gap, 2)


def validation_table(checks: Iterable[Check]) -> Table:
    """Lay out the checks.

    Parameters
    ----------
    checks : iterable of Check

    Returns
    -------
    Table
        Its title counts the verdicts; of several cells a row shows one, and the largest gap over all.

    Examples
    --------
    >>> from detente.validation.checks import gate
    >>> validation_table([gate("g", "w", 1.0, 1.0, 1e-6, source="s")]).title
    'Validation: 1 holds'
    """
    listed = list(checks)
    counts = {verdict: sum(check.verdict == verdict for check in listed) for verdict in VERDICTS}
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    rows: list[tuple[Cell, ...]] = [
        (
            check.group,
            check.what,
            check.unit,
            figure(check.published),
            figure(check.ours),
            figure(check.exact),
            check.cells or None,
            gap_text(check),
            None if check.tolerance is None else f"{check.tolerance:.0e}",
            check.verdict,
            check.source,
            check.note,
        )
        for check in listed
    ]
    return Table(
        "validation",
        f"Validation: {said}",
        (
            Column("group", "Study"),
            Column("what", "What"),
            Column("unit", "Unit"),
            Column("published", "Published", kind="number"),
            Column("ours", "Détente", kind="number"),
            Column("exact", "Exact", kind="number"),
            Column("cells", "Figures", "count", "number", 0),
            Column("gap", "Largest gap", "", "number"),
            Column("tolerance", "Tolerance", kind="number"),
            Column("verdict", "Verdict"),
            Column("source", "Source"),
            Column("note", "Note"),
        ),
        tuple(rows),
        note="Exact: the published quantity unrounded, or the closed form. Of several figures the row shows the largest, "
        "and the largest gap over all. "
        + " ".join(f"{name}: {text}." for name, text in VERDICTS.items() if counts[name]),
    )
