"""Errors carry what they are about in fields; nobody reads it out of their words."""

from __future__ import annotations

import ast
import copy
import pickle
from pathlib import Path

import pytest

import detente
from detente.cli.worlds import of_own_world
from detente.core import InputError, LabelError, MeasurePlace
from detente.dossier import Effect, Grade, load_dossier
from detente.policy.effects import effect_hat
from detente.policy.limits import effect_limits
from detente.world import toy

PACKAGE = Path(detente.__file__).parent


def measure():
    found = next(iter(load_dossier().measures.values()))
    return found.model_copy(update={"actor": "USA", "targets": ("CHN",), "except_targets": ()})


def effect(**given):
    return Effect(flows="actor_imports", source="S1", grade=Grade.assumed, derivation="none", **given)


def test_an_error_of_a_measure_knows_which():
    one = measure()
    with pytest.raises(LabelError) as caught:
        effect_hat(toy(), one, effect(ad_valorem={"C26": 0.1}))
    assert caught.value.measure == one.id
    assert caught.value.where == f"measure {one.id}: effect"
    with pytest.raises(LabelError) as caught:
        effect_limits(toy(), one.model_copy(update={"actor": "VNM"}), effect(left={"PARTS": 0.1}))
    assert caught.value.measure == one.id


def test_an_error_of_something_else_names_no_measure_whatever_its_words():
    assert LabelError("x", where="measure of all things").measure is None
    assert LabelError("x").measure is None


def test_a_place_survives_a_copy_and_a_process():
    place = MeasurePlace("a-b", "effect")
    for other in (copy.copy(place), pickle.loads(pickle.dumps(place))):
        assert (other, other.measure) == ("measure a-b: effect", "a-b")


def test_a_world_of_ones_own_is_offered_another_way_where_the_record_does_not_fit_it():
    with pytest.raises(InputError, match="the record does not fit the world `mine`") as caught:  # noqa: SIM117
        with of_own_world("mine"):
            raise LabelError("unknown sector `C26`", where=MeasurePlace("a-b"), hint="none")
    assert "record: false" in caught.value.hint
    with pytest.raises(LabelError, match="unknown"), of_own_world("mine"):
        raise LabelError("unknown scenario", where="measure for measure")


@pytest.mark.parametrize("room", ["show", "brief", "cli"])
def test_nobody_reads_an_error_s_words(room):
    """No search or split of `what`, `where`, `hint` or the text of an error."""
    searched = {"startswith", "endswith", "split", "partition", "rpartition", "removeprefix", "find", "index"}
    for path in sorted((PACKAGE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in searched
            ):
                words = ast.unparse(node.func.value)
                read = any(field in words for field in ("what", "where", "hint"))
                assert not ("error" in words and read), (path, words)
