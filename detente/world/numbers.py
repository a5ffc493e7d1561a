"""Numbers of other people's tables: what may stand in a cell, and what an elasticity can be."""

from __future__ import annotations

import math
import re

from detente.core import SchemaError, UnitError

LARGEST = 1e12
"""Million USD. No economy has a flow of 10¹⁸ dollars: a larger number is a wrong unit or a misread cell."""
LEAST_THETA, LARGEST_THETA = 0.05, 200.0
"""Trade elasticities between which a number can be one. Published ones run from 0.3 to 70; beyond, a percentage, a standard
error or another parameter was taken for one, and the equations lose their digits."""
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


def parse_number(text: str, *, file: str, line: int, cell: str) -> float:
    """Read one number.

    Raises
    ------
    UnitError
        Empty, NaN, infinite, or too large to be money; the cell is named.
    SchemaError
        Not a number.
    """
    stripped = text.strip()
    shown = stripped if len(stripped) <= 40 else f"{stripped[:39]}…"
    where = f"{file}:{line}: {cell}"
    if not stripped or stripped.lower() in ("nan", "na", "n/a", "null", "none", ".", "..", "-"):
        raise UnitError(
            f"no number (`{shown}`)", where=where, hint="write 0 where nothing is traded, or drop the row"
        )
    if stripped.lower().lstrip("+-") in ("inf", "infinity"):
        raise UnitError(f"`{shown}` is not finite", where=where, hint="write 0 where nothing is traded")
    if (
        _NUMBER.fullmatch(stripped) is None
    ):  # `float` would also take 1_0, infinity and digits of other scripts
        hint = "write 1234.5: a point as decimal mark and nothing between thousands"
        raise SchemaError(f"`{shown}` is not a number", file=file, line=line, key=cell, hint=hint)
    value = float(stripped)
    if not math.isfinite(value):
        raise UnitError(f"`{shown}` is not finite", where=where, hint="write 0 where nothing is traded")
    return value


def check_theta(value: float, *, where: str) -> float:
    """Return a trade elasticity, or refuse a number that cannot be one.

    Raises
    ------
    UnitError
        Not positive, or outside `LEAST_THETA` to `LARGEST_THETA`.

    Examples
    --------
    >>> check_theta(4.0, where="theta.csv:2: C26")
    4.0
    """
    if not LEAST_THETA <= value <= LARGEST_THETA:
        raise UnitError(
            f"a trade elasticity of {value:g}",
            where=where,
            hint="the sign is in the formula: give 4, not -4"
            if -LARGEST_THETA <= value <= -LEAST_THETA
            else f"elasticities lie between {LEAST_THETA:g} and {LARGEST_THETA:g}: give the number itself, such as 4",
        )
    return value
