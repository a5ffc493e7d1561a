"""The same bytes however Python adds up floats: from 3.12 on `sum` carries the rounding errors along, before it did not.

Both ways are put in the place of `sum` here, so that one Python shows what two would print.
"""

from __future__ import annotations

import builtins
import math

import pytest

TAKEN = builtins.sum
VERBS = (
    "duties --format csv",
    "duties --importer CHN --exporter USA --format json",
    "duties --table published --format csv",
    "duties --table collected --format csv",
    "run talks-fail narrow-deal --against standing --format json",
    "run talks-fail --elasticities fgo --table sectors --format csv",
    "explain usa.real_income talks-fail --format json",
    "leverage --reduced --no-cache --workers 1 --format json",
    "pledges --format csv",
    "world show --table sectors --format csv",
)


def plain(values, /, start=0):
    """Python 3.11: from left to right."""
    total = start
    for value in values:
        total = total + value
    return total


def careful(values, /, start=0):
    """Python 3.12: floats are added as if without rounding."""
    kept = list(values)
    if kept and all(type(value) is float for value in kept) and type(start) in (int, float):
        return math.fsum([start, *kept])
    return plain(kept, start)


@pytest.mark.parametrize("line", VERBS)
def test_sums_of_either_kind_print_the_same(detente, monkeypatch, line):
    printed = []
    for adds in (plain, careful):
        monkeypatch.setattr(builtins, "sum", adds)
        code, out, _ = detente(*line.split())
        assert code == 0, line
        printed.append(out)
    assert len(printed[0]) > 100
    assert printed[0] == printed[1]


def test_the_two_ways_differ():
    cells = [0.1] * 10
    assert plain(cells) != careful(cells) == 1.0
    assert plain([[1], [2]], []) == careful([[1], [2]], []) == TAKEN([[1], [2]], [])
