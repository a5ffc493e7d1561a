"""Entries of the record are checked, kept, copied and described as pydantic's are, whether or not it was loaded when they were declared."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import subprocess
import sys
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from detente.dossier import Field, Frozen, load_dossier, model_validator
from detente.dossier.declared import UnwrittenError, _written
from detente.policy import load_scenario, shipped_scenarios


class Toll(Frozen):
    """A made-up entry."""

    bridge: str
    rate: float = Field(ge=0, le=1, alias="per-cent")
    lanes: tuple[str, ...] = Field(default_factory=tuple)

    @model_validator(mode="after")
    def _named(self) -> Toll:
        if self.bridge == "nowhere":
            raise ValueError("no such bridge")
        return self


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"rate": 0.1}, "missing"),
        ({"bridge": "north", "rate": "0.1"}, "float_type"),
        ({"bridge": "north", "rate": True}, "float_type"),
        ({"bridge": "north", "rate": 1.5}, "less_than_equal"),
        ({"bridge": "north", "rate": float("nan")}, "finite_number"),
        ({"bridge": "north", "rate": 0.1, "rates": 2}, "extra_forbidden"),
        ({"bridge": "nowhere", "rate": 0.1}, "value_error"),
    ],
)
def test_what_is_wrong_is_refused_where_it_is(values: dict[str, object], kind: str) -> None:
    for build in (Toll.model_validate, lambda given: Toll(**given)):
        with pytest.raises(ValidationError) as caught:
            build(values)
        assert [error["type"] for error in caught.value.errors()] == [kind]


def test_an_entry_is_frozen_compared_copied_sent_and_described() -> None:
    toll = Toll.model_validate({"bridge": "north", "per-cent": 0.25})
    assert (toll.rate, toll.lanes, toll.model_fields_set) == (0.25, (), {"bridge", "rate"})
    with pytest.raises(ValidationError, match="frozen"):
        toll.rate = 0.5  # type: ignore[misc]
    for same in (copy.deepcopy(toll), pickle.loads(pickle.dumps(toll)), Toll(**toll.model_dump())):
        assert same == toll
        assert hash(same) == hash(toll)
    assert toll.model_copy(update={"rate": 0.5}) != toll
    assert TypeAdapter(list[Toll]).validate_json(f"[{toll.model_dump_json()}]") == [toll]
    assert set(Toll.model_json_schema()["required"]) == {"bridge", "per-cent"}
    built = Toll.model_construct(bridge="north", rate=0.25)
    assert built == toll
    for left_out in ({"bridge": "north"}, {"rate": 0.25}):
        with pytest.raises(TypeError, match="Toll needs"):
            Toll.model_construct(**left_out)


def test_shipped_measures_built_of_what_they_say_are_the_same() -> None:
    measures = load_dossier().measures.values()
    for measure in measures:
        again = type(measure).model_validate(measure.model_dump())
        assert again == measure
        assert isinstance(again.effect, type(measure.effect))
    assert len(measures) > 50


def test_declaring_loads_no_pydantic() -> None:
    said = "import sys, detente.dossier.measure; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0


ODD = {
    "text": 'a "quoted"\\ line\n\t\x00\x1f\x7f € \u2028 😀',
    "whole": 3,
    "none": None,
    "yes": True,
    "least": 1e-4,
    "below": 9.9e-5,
    "large": 123456789012345.6,
    "larger": 1e16,
    "nil": -0.0,
    "many": (1.5, (2.25, "x"), ()),
    "day": dt.date(2025, 1, 2),
    "named": {"a": {"b": 0.1}},
}


class Odd(Frozen):
    """Whatever an entry may hold."""

    held: dict[str, Any]
    at: dt.date | None = None


def by_pydantic(entry: Any) -> str:
    text: bytes = type(entry).model.__pydantic_serializer__.to_json(entry)
    return text.decode()


def test_entries_are_written_as_pydantic_writes_them() -> None:
    record = load_dossier()
    for group in (record.measures, record.parameters, record.sources, record.claims, record.clocks):
        assert group
        for entry in group.values():
            assert entry.model_dump_json() == by_pydantic(entry)
    for name in shipped_scenarios():
        assert load_scenario(name).model_dump_json() == by_pydantic(load_scenario(name))
    for value in (ODD, *({key: value} for key, value in ODD.items())):
        assert Odd(held=value).model_dump_json() == by_pydantic(Odd(held=value))
    assert Odd(held={}, at=dt.date(2024, 2, 29)).model_dump_json() == '{"held":{},"at":"2024-02-29"}'


def test_very_small_and_very_large_numbers_are_left_to_pydantic() -> None:
    for number in (9.9e-5, 1e15, -1e300, float("inf"), float("nan")):
        with pytest.raises(UnwrittenError):
            _written(number)
    assert [_written(number) for number in (0.0, 1e-4, -9.9e14)] == [0.0, 1e-4, -9.9e14]
