"""What a study follows from: found by content, wherever the functions of a study find it."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from detente.equilibrium.study_content import add_content

POINTS = 0.1
TABLE = {"points": np.array([0.1, 0.2])}
KINDS = {"cap", "floor", "ban"}


def content(value: object) -> str:
    digest = hashlib.sha256()
    add_content(digest, value)
    return digest.hexdigest()


def of_module(economy, index, random):
    return helper(index) + TABLE["points"][0]


def helper(index):
    return (lambda: POINTS * index + len(KINDS))()


class Shown:
    """An object whose text does not say what it holds."""

    def __init__(self, points: float) -> None:
        self.points = points

    def __repr__(self) -> str:
        return "<Shown>"


def itself(times: float):
    def again(index: int) -> float:
        return again(index - 1) * times if index else 1.0

    return again


def test_a_function_that_names_itself_has_a_content():
    assert content(itself(2.0)) == content(itself(2.0)) != content(itself(3.0))
    loop: list[object] = [1.0]
    loop.append(loop)
    assert content(loop) == content(loop) != content([1.0, [1.0]])


@pytest.mark.parametrize(
    ("name", "value"), [("POINTS", 0.2), ("TABLE", {"points": np.array([0.1, 0.3])}), ("KINDS", {"cap"})]
)
def test_what_a_function_names_in_its_module_counts(monkeypatch, name, value):
    before = content(of_module)
    assert content(of_module) == before
    monkeypatch.setitem(globals(), name, value)
    assert content(of_module) != before


def test_objects_count_by_what_they_hold_and_sets_in_no_order():
    assert content(Shown(1.0)) == content(Shown(1.0)) != content(Shown(2.0))
    assert content({"b", "a", "c"}) == content(set("cab"))
    assert content({"a"}) != content({"b"})
