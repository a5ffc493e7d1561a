"""Offer the nearest valid name for one that matches nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, options: Iterable[str], *, count: int = 1) -> list[str]:
    """Return up to `count` options that look most like `name`, best first.

    Parameters
    ----------
    name : str
        What was given.
    options : iterable of str
        What would have been valid.
    count : int
        At most this many.

    Examples
    --------
    >>> nearest("CHINA", ["USA", "CHN", "MEX"])
    ['CHN']
    >>> nearest("zzz", ["USA"])
    []
    """
    by_fold: dict[str, str] = {}
    for option in options:
        by_fold.setdefault(option.casefold(), option)
    folds = difflib.get_close_matches(name.casefold(), list(by_fold), n=count, cutoff=0.5)
    return [by_fold[fold] for fold in folds]


def suggestion(name: str, options: Iterable[str], *, list_with: str | None = None) -> str:
    """Write the hint that goes with an unknown name.

    Parameters
    ----------
    name : str
        What was given.
    options : iterable of str
        What would have been valid.
    list_with : str, optional
        A command that lists the valid names.

    Examples
    --------
    >>> suggestion("usaa", ["USA", "CHN"])
    'did you mean `USA`?'
    """
    known = list(options)
    if not known:
        return "there are none to choose from"
    close = nearest(name, known)
    if close:
        return f"did you mean `{close[0]}`?"
    if list_with:
        return f"`{list_with}` lists the valid names"
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"valid names: {shown}"
