"""Turn plain values read from YAML into the record's objects; every complaint names file, line and key."""

from __future__ import annotations

import datetime as dt
import functools
import re
import typing
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from detente.core import FIRST_DAY, LAST_DAY, DateError, DetenteError, SchemaError, suggestion
from detente.dossier.bands import Doubt
from detente.dossier.measure import Frozen
from detente.dossier.yaml_reader import KeyPath, YamlFile, key_text

if TYPE_CHECKING:
    from pydantic import ValidationError

M = TypeVar("M", bound=Frozen)

FIRST_YEAR, LAST_YEAR = FIRST_DAY.year, LAST_DAY.year
"""Years of days in a record: far from the ends of the calendar, where a day has no eve or no day after."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER_LIKE = re.compile(
    r"[-+]?[0-9._]*[0-9][0-9._]*%?([eE][-+]?[0-9_]+)?\Z|[-+]?\.?(inf|infinity|nan)\Z", re.I
)


def validate(model: type[M], body: Any, file: YamlFile, path: KeyPath) -> M:
    """Make one object of the record.

    Parameters
    ----------
    model : type
        What the entry should be.
    body : object
        Plain values of the entry.
    file : YamlFile
        Where it was read.
    path : key path
        Where in the file.

    Raises
    ------
    SchemaError
        Unknown key (with the nearest valid one), missing key, wrong type, value outside a closed list, a number outside the
        plausible band of its unit that is not stated as extraordinary.
    DateError
        A day that cannot be read as one, or no standoff can lie on.
    """
    if not isinstance(body, dict):
        line, column = file.place(path)
        raise SchemaError(
            f"an entry must be a mapping of keys, not {_kind(body)}",
            file=file.name,
            line=line,
            column=column,
            key=key_text(path),
            hint="write `- id: …` and the other keys below it",
        )
    _check_scalars(model, body, file, path)
    from pydantic import ValidationError

    try:
        entry = model.model_validate(body)
    except ValidationError as error:
        raise _explain(error, model, body, file, path) from None
    for doubt in entry.doubts():
        if not doubt.stated:
            raise refusal(doubt, file, path, body.get("id"))
    return entry


def refusal(doubt: Doubt, file: YamlFile, path: KeyPath, name: Any = None) -> SchemaError:
    """The error for a number that cannot be meant, with its file, line and key."""
    full = (*path, *doubt.path)
    line, column = file.place(full)
    of = f" in `{name}`" if isinstance(name, str) else ""
    return SchemaError(
        f"{doubt.what}{of}", file=file.name, line=line, column=column, key=key_text(full), hint=doubt.hint
    )


def _kind(value: Any) -> str:
    names = {
        str: "text",
        int: "a number",
        float: "a number",
        bool: "true/false",
        list: "a list",
        type(None): "nothing",
    }
    return names.get(type(value), type(value).__name__)


@functools.cache
def _fields(model: type[Frozen]) -> dict[str, tuple[frozenset[Any], type[Frozen] | None]]:
    """By key: the plain types a field takes, and the model of its entries if it has one."""
    hints = typing.get_type_hints(model)
    fields: dict[str, tuple[frozenset[Any], type[Frozen] | None]] = {}
    for name, info in model.model_fields.items():
        leaves = frozenset(_leaves(hints[name]))
        nested = next((leaf for leaf in leaves if isinstance(leaf, type) and issubclass(leaf, Frozen)), None)
        fields[info.alias or name] = (leaves, nested)
    return fields


def _leaves(hint: Any) -> list[Any]:
    arguments = [argument for argument in typing.get_args(hint) if argument is not Ellipsis]
    if typing.get_origin(hint) is typing.Literal or not arguments:
        return [hint]
    return [leaf for argument in arguments for leaf in _leaves(argument)]


def _check_scalars(model: type[Frozen], body: dict[str, Any], file: YamlFile, path: KeyPath) -> None:
    """Refuse what pydantic would quietly convert: true as 1.0, a number as a day counted from 1970."""
    fields = _fields(model)
    for key, value in body.items():
        if key not in fields:
            continue  # pydantic reports it
        leaves, nested = fields[key]
        here = (*path, key)
        if nested is not None:
            children = [(here, value)] if isinstance(value, dict) else []
            if isinstance(value, list):
                children = [((*here, i), child) for i, child in enumerate(value)]
            for place, child in children:
                if isinstance(child, dict):
                    _check_scalars(nested, child, file, place)
            continue
        for scalar in _scalars(value):
            if isinstance(scalar, bool) and bool not in leaves:
                line, column = file.place(here)
                raise SchemaError(
                    "true/false is not a value of this key",
                    file=file.name,
                    line=line,
                    column=column,
                    key=key_text(here),
                    hint="write a number, or quote it if it is text",
                )
            if dt.date in leaves and not isinstance(scalar, bool):
                _check_day(scalar, file, here)


def _check_day(scalar: Any, file: YamlFile, path: KeyPath) -> None:
    """Refuse a number or a text that pydantic would count from 1970, and days no record can lie on."""
    if isinstance(scalar, (int, float)) or (isinstance(scalar, str) and not _DAY.fullmatch(scalar)):
        raise DateError(f"{scalar!r} is not a day", where=file.where(path), hint="write YYYY-MM-DD")
    if isinstance(scalar, str):
        try:
            scalar = dt.date.fromisoformat(scalar)
        except ValueError:
            return  # pydantic says why
    if isinstance(scalar, dt.date) and not FIRST_YEAR <= scalar.year <= LAST_YEAR:
        raise DateError(
            f"{scalar} is not a day of a record",
            where=file.where(path),
            hint=f"days lie in the years {FIRST_YEAR} to {LAST_YEAR}",
        )


def _scalars(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [scalar for child in value.values() for scalar in _scalars(child)]
    if isinstance(value, list):
        return [scalar for child in value for scalar in _scalars(child)]
    return [value]


def _explain(
    error: ValidationError, model: type[Frozen], body: dict[str, Any], file: YamlFile, path: KeyPath
) -> DetenteError:
    """Say the most telling of pydantic's complaints in our form."""
    problems = error.errors(include_url=False)
    # A misspelt key shows up twice, as unknown and as missing: the unknown one tells more.
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    inside = tuple(problem["loc"])
    full = path + inside
    line, column = file.place(full)
    place: dict[str, Any] = {"file": file.name, "line": line, "column": column, "key": key_text(full)}
    name = f" of `{body['id']}`" if isinstance(body.get("id"), str) else ""
    if problem["type"] == "extra_forbidden":
        valid = _valid_keys(model, inside[:-1])
        return SchemaError(
            f"unknown key `{inside[-1]}`{name}", hint=suggestion(str(inside[-1]), valid), **place
        )
    if problem["type"] == "missing":
        if _at_end(file, path) and not file.ends_with_newline:
            what = f"the file ends in the middle of its last entry{name}: `{inside[-1]}` is missing"
            return SchemaError(
                what, hint="the file was probably cut off; restore it from its source", **place
            )
        return SchemaError(f"`{inside[-1]}` is missing{name}", hint=f"add `{inside[-1]}: …`", **place)
    if problem["type"].startswith("date"):
        return DateError(
            f"{problem['input']!r} is not a day{name}",
            where=file.where(full),
            hint="write an existing day as YYYY-MM-DD",
        )
    context = problem.get("ctx", {})
    hint = (
        f"valid: {context['expected']}"
        if "expected" in context
        else HINTS.get(problem["type"], "compare an entry of the same kind in the shipped dossier")
    )
    if problem["type"] in ("literal_error", "enum") and isinstance(problem["input"], str):
        options = [option.strip(" '") for option in str(context["expected"]).replace(" or ", ", ").split(",")]
        close = suggestion(problem["input"], options)
        hint = close if close.startswith("valid") else f"{close} Valid: {', '.join(options)}"
    text = problem["input"]
    if problem["type"] in ("float_type", "int_type") and isinstance(text, str) and _NUMBER_LIKE.match(text):
        hint = "a number stands without quotes, underscores or signs of percent, and is finite: 0.25 is 25 %"
    message = MESSAGES.get(problem["type"], problem["msg"][0].lower() + problem["msg"][1:])
    return SchemaError(f"{message}, not {_short(problem['input'])}{name}", hint=hint, **place)


MESSAGES = {
    "dict_type": "should be a mapping",
    "model_type": "should be a mapping",
    "list_type": "should be a list",
    "tuple_type": "should be a list",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "finite_number": "should be a finite number",
    "string_type": "should be text",
    "string_pattern_mismatch": "has a character that is not allowed",
}
"""What is wrong, for the slips people make."""
HINTS = {
    "dict_type": "write `key: value` lines below it, indented",
    "model_type": "write `key: value` lines below it, indented",
    "list_type": "write entries that start with `- `, or [a, b]",
    "tuple_type": "write entries that start with `- `, or [a, b]",
    "float_parsing": "write digits with a decimal point, such as 0.25",
    "float_type": "write digits with a decimal point, such as 0.25",
    "int_type": "write digits only, such as 12",
    "finite_number": "leave the key out if there is no value",
    "string_type": "quote it if it is text",
    "string_pattern_mismatch": "letters, digits, dots, dashes and underscores, without spaces",
}


def _at_end(file: YamlFile, path: KeyPath) -> bool:
    return isinstance(file.data, list) and path[:1] == (len(file.data) - 1,)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _valid_keys(model: type[Frozen], inside: Sequence[str | int]) -> list[str]:
    """Keys of the model that sits at a place inside an entry."""
    for part in inside:
        if isinstance(part, str):
            nested = _fields(model).get(part, (frozenset(), None))[1]
            if nested is None:
                return []
            model = nested
    return list(_fields(model))
