"""Games as text for other programs: Gambit's strategic form (NFG) and extensive form (EFG), which OpenSpiel reads too."""

from __future__ import annotations

import dataclasses

import numpy as np

from detente.core import known_all
from detente.strategy.equilibria import StrategicForm
from detente.strategy.games import part_at

PAYOFF = 8
"""Significant digits of a payoff that is known on every processor."""


def known_form(form: StrategicForm) -> StrategicForm:
    """A form whose payoffs have known digits only, so that its text is the same on every processor.

    Parameters
    ----------
    form : StrategicForm

    Returns
    -------
    StrategicForm

    Examples
    --------
    >>> known_form(StrategicForm(("A",), (("x", "y"),), np.array([[1.0, 2 / 3]]))).payoffs.tolist()
    [[1.0, 0.66666667]]
    """
    payoffs = np.array(known_all(form.payoffs.ravel().tolist(), PAYOFF)).reshape(form.payoffs.shape)
    return dataclasses.replace(form, payoffs=payoffs)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def nfg_text(form: StrategicForm, *, title: str = "Game") -> str:
    """Strategic form in Gambit's payoff format; the first player's strategy runs fastest.

    Examples
    --------
    >>> one = StrategicForm(("A",), (("x", "y"),), np.array([[1.0, 2.0]]))
    >>> print(nfg_text(one), end="")
    NFG 1 R "Game" { "A" }
    <BLANKLINE>
    { { "x" "y" } }
    <BLANKLINE>
    1.0 2.0
    """
    players = " ".join(_quoted(code) for code in form.players)
    strategies = " ".join("{ " + " ".join(_quoted(name) for name in mine) + " }" for mine in form.strategies)
    flat = np.moveaxis(form.payoffs, 0, -1)
    rows = flat.transpose((*reversed(range(len(form.players))), len(form.players))).reshape(
        -1, len(form.players)
    )
    body = " ".join(repr(float(value)) for row in rows for value in row)
    return f"NFG 1 R {_quoted(title)} {{ {players} }}\n\n{{ {strategies} }}\n\n{body}\n"


def efg_text(form: StrategicForm, *, title: str = "Game") -> str:
    """Simultaneous choice as a tree: each player moves in one information set, without seeing the moves before.

    The tree has as many leaves as the game has profiles.
    """
    players = " ".join(_quoted(code) for code in form.players)
    lines = [f"EFG 2 R {_quoted(title)} {{ {players} }}"]
    count = 0

    def visit(depth: int, chosen: tuple[int, ...]) -> None:
        nonlocal count
        if depth == len(form.players):
            count += 1
            payoffs = ", ".join(repr(float(v)) for v in part_at(form.payoffs, slice(None), *chosen))
            lines.append(f't "" {count} "" {{ {payoffs} }}')
            return
        names = " ".join(_quoted(name) for name in form.strategies[depth])
        lines.append(f'p "" {depth + 1} 1 "" {{ {names} }} 0')
        for k in range(len(form.strategies[depth])):
            visit(depth + 1, (*chosen, k))

    visit(0, ())
    return "\n".join(lines) + "\n"
