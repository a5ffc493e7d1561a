"""Games as text for other programs: Gambit's strategic form (NFG) and extensive form (EFG), which OpenSpiel reads too."""

from __future__ import annotations

import numpy as np

from detente.core.digits import known, known_all, unit_of
from detente.strategy.equilibria import StrategicForm
from detente.strategy.games import entry

PAYOFF = 8
"""Significant digits of a payoff."""


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
    body = " ".join(repr(value) for value in known_all(rows.ravel().tolist(), PAYOFF))
    return f"NFG 1 R {_quoted(title)} {{ {players} }}\n\n{{ {strategies} }}\n\n{body}\n"


def efg_text(form: StrategicForm, *, title: str = "Game") -> str:
    """Simultaneous choice as a tree: each player moves in one information set, without seeing the moves before.

    The tree has as many leaves as the game has profiles.
    """
    players = " ".join(_quoted(code) for code in form.players)
    lines = [f"EFG 2 R {_quoted(title)} {{ {players} }}"]
    count, unit = 0, unit_of(form.payoffs.ravel().tolist())

    def visit(depth: int, chosen: tuple[int, ...]) -> None:
        nonlocal count
        if depth == len(form.players):
            count += 1
            payoffs = ", ".join(
                repr(known(float(v), PAYOFF, unit=unit)) for v in entry(form.payoffs, slice(None), *chosen)
            )
            lines.append(f't "" {count} "" {{ {payoffs} }}')
            return
        names = " ".join(_quoted(name) for name in form.strategies[depth])
        lines.append(f'p "" {depth + 1} 1 "" {{ {names} }} 0')
        for k in range(len(form.strategies[depth])):
            visit(depth + 1, (*chosen, k))

    visit(0, ())
    return "\n".join(lines) + "\n"
