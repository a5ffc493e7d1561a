"""Classes that are declared as pydantic's models are, and become such when something is to be checked, and not before.

A record that was read and checked before is made again of the same classes without a check. To load pydantic and to read its
declarations takes longer than to read that record, so a class declared here keeps its fields as they are written. The first value
to be checked, built by hand or written out has pydantic read them: the model it makes builds, and knows, entries of the class here.
Type checkers see pydantic's own names (`detente.dossier.base`).
"""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import functools
import inspect
import json
import operator
import types
import typing
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated, Any

ABSENT = object()
"""Stands for a default that was not given."""
LEAST, MOST = 1e-4, 1e15
"""Between these, numbers are written with all their digits and without an exponent by everybody."""
PARTS = ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
"""What pydantic keeps of an entry: its values, the names of those given, and two that are its own."""


class Words:
    """What a declaration says to pydantic, by the name of the function of pydantic's that hears it."""

    def __init__(self, name: str, *words: Any, **named: Any) -> None:
        self.name, self.words, self.named = name, words, named
        self.target: Any = None

    def __call__(self, target: Any) -> Words:
        """Take what is written below a decorator."""
        self.target = target
        return self

    def said(self) -> Any:
        """What pydantic makes of it."""
        import pydantic

        heard = getattr(pydantic, self.name)(*self.words, **self.named)
        return heard if self.target is None else heard(self.target)

    def __repr__(self) -> str:
        said = (*map(repr, self.words), *(f"{name}={word!r}" for name, word in self.named.items()))
        return f"{self.name}({', '.join(said)})"

    def default(self) -> Any:
        """Default of a field; every entry has its own where a function makes it."""
        make = self.named.get("default_factory")
        return make() if make else self.words[0] if self.words else self.named["default"]

    @property
    def has_default(self) -> bool:
        """Whether a field may be left out."""
        return bool(self.words) or "default" in self.named or "default_factory" in self.named

    @property
    def alias(self) -> str | None:
        """Key of a field in a file, where it is not its name."""
        alias: str | None = self.named.get("alias")
        return alias


def said_by(name: str) -> Callable[..., Any]:
    """The function of pydantic's of this name, as it stands in a declaration."""
    return functools.partial(Words, name)


class Declaring(type):
    """Makes a class of what is written below its name, without reading it."""

    _fields: dict[str, Any]
    _private: dict[str, Words]
    _checks: dict[str, Words]

    def __new__(meta, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Declaring:
        """Take the defaults and the checks out of the body; fields of the classes above come first."""
        above = [base for base in reversed(bases) if isinstance(base, Declaring)]
        fields: dict[str, Any] = {key: default for base in above for key, default in base._fields.items()}
        private: dict[str, Words] = {key: words for base in above for key, words in base._private.items()}
        checks: dict[str, Words] = {key: words for base in above for key, words in base._checks.items()}
        for key, value in list(body.items()):
            if isinstance(value, Words) and value.target is not None:
                checks[key], body[key] = value, value.target
        for key in () if name == "Declared" else body.get("__annotations__", ()):
            if key.startswith("_"):
                private[key] = body.pop(key)
            else:
                fields[key] = body.pop(key, ABSENT)
        body |= {"_fields": fields, "_private": private, "_checks": checks}
        return super().__new__(meta, name, bases, body)

    @property
    def model_fields(cls) -> dict[str, Words]:
        """What is declared of each field beside its type, by its name."""
        return {
            name: default if isinstance(default, Words) else Words("Field")
            for name, default in cls._fields.items()
        }

    @property
    def model(cls) -> Any:
        """The model of pydantic that checks and builds entries of this class; made once."""
        if "_model" not in vars(cls):
            cls._model = _model_of(cls)
        return vars(cls)["_model"]

    @property
    def model_config(cls) -> Any:
        """How pydantic checks entries of this class."""
        return cls.model.model_config

    @property
    def __signature__(cls) -> inspect.Signature:
        return inspect.signature(cls.model)

    @property
    def __pydantic_core_schema__(cls) -> Any:
        return cls.model.__pydantic_core_schema__


class Declared(metaclass=Declaring):
    """An entry of the record: frozen, checked when it is built; the names of its methods are pydantic's."""

    __slots__ = PARTS
    __pydantic_fields_set__: set[str]
    __pydantic_extra__: dict[str, Any] | None
    __pydantic_private__: dict[str, Any] | None

    def __init__(self, /, **values: Any) -> None:
        type(self).model.__pydantic_validator__.validate_python(values, self_instance=self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """How pydantic checks a field that holds an entry of this class."""
        return cls.model.__pydantic_core_schema__

    @classmethod
    def model_validate(cls, values: Any) -> typing.Self:
        """Check plain values and build an entry of them."""
        entry: typing.Self = cls.model.__pydantic_validator__.validate_python(values)
        return entry

    @classmethod
    def model_construct(cls, **values: Any) -> typing.Self:
        """Build an entry of values that need no check, since they come from entries that were checked."""
        entry = cls.__new__(cls)
        full: dict[str, Any] = {}
        for name, default in cls._fields.items():
            said = isinstance(default, Words)
            key = default.alias if said and name not in values else name
            if key in values:
                full[name] = values[key]
            else:
                if default is ABSENT or (said and not default.has_default):
                    raise TypeError(f"{cls.__name__} needs `{name}`")
                full[name] = default.default() if said else default
        object.__setattr__(entry, "__dict__", full)
        object.__setattr__(entry, "__pydantic_fields_set__", {name for name in full if name in values})
        object.__setattr__(entry, "__pydantic_extra__", None)
        entry.model_post_init(None)
        return entry

    @classmethod
    def model_validate_json(cls, text: str | bytes) -> typing.Self:
        """Check values written as JSON and build an entry of them."""
        entry: typing.Self = cls.model.__pydantic_validator__.validate_json(text)
        return entry

    @classmethod
    def model_json_schema(cls, **how: Any) -> dict[str, Any]:
        """Describe entries of this class as a JSON schema."""
        schema: dict[str, Any] = cls.model.model_json_schema(**how)
        return schema

    def model_post_init(self, context: Any, /) -> None:
        """Start what is kept beside the fields."""
        private = {name: words.named["default_factory"]() for name, words in type(self)._private.items()}
        object.__setattr__(self, "__pydantic_private__", private or None)

    def model_dump(self, *, mode: str = "python", **how: Any) -> dict[str, Any]:
        """Write it as plain values."""
        values: dict[str, Any] = type(self).model.__pydantic_serializer__.to_python(self, mode=mode, **how)
        return values

    def model_dump_json(self, **how: Any) -> str:
        """Write it as JSON."""
        if not how:
            with contextlib.suppress(UnwrittenError):
                return json.dumps(_written(self), ensure_ascii=False, separators=(",", ":"))
        text: bytes = type(self).model.__pydantic_serializer__.to_json(self, **how)
        return text.decode()

    @property
    def model_fields_set(self) -> set[str]:
        """Names of the fields that were given."""
        return self.__pydantic_fields_set__

    def model_copy(self, *, update: dict[str, Any] | None = None, deep: bool = False) -> typing.Self:
        """The same entry with other values in some fields, which are not checked."""
        same = copy.deepcopy(self) if deep else copy.copy(self)
        if update:
            vars(same).update(update)
            same.__pydantic_fields_set__.update(update)
        return same

    def __copy__(self) -> typing.Self:
        return self._with(copy.copy)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> typing.Self:
        return self._with(functools.partial(copy.deepcopy, memo=memo))

    def _with(self, of: Callable[[Any], Any]) -> typing.Self:
        same = type(self).__new__(type(self))
        for part in PARTS:
            object.__setattr__(same, part, of(getattr(self, part)))
        return same

    def __getstate__(self) -> dict[str, Any]:
        return {part: getattr(self, part) for part in PARTS}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for part in PARTS:
            object.__setattr__(self, part, state[part])

    def __getattr__(self, name: str) -> Any:
        if name in type(self)._private:
            kept = self.__pydantic_private__
            if kept is not None and name in kept:
                return kept[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in type(self)._private:
            kept = {**(self.__pydantic_private__ or {}), name: value}
            object.__setattr__(self, "__pydantic_private__", kept)
            return
        self._refuse(name, value)

    def __delattr__(self, name: str) -> None:
        self._refuse(name, None)

    def _refuse(self, name: str, value: Any) -> typing.NoReturn:
        from pydantic_core import ValidationError

        raise ValidationError.from_exception_data(
            type(self).__name__, [{"type": "frozen_instance", "loc": (name,), "input": value}]
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Declared):
            return NotImplemented
        return (
            type(self) is type(other)
            and all(
                getattr(self, part) == getattr(other, part)
                for part in ("__pydantic_private__", "__pydantic_extra__")
            )
            and all(vars(self)[name] == vars(other)[name] for name in type(self)._fields)
        )

    def __hash__(self) -> int:
        return hash((type(self), *(vars(self)[name] for name in type(self)._fields)))

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield from ((name, vars(self)[name]) for name in type(self)._fields)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self)})"

    def __str__(self) -> str:
        return " ".join(f"{name}={value!r}" for name, value in self)


class UnwrittenError(ValueError):
    """A value that pydantic may write otherwise than Python does."""


def _written(value: Any) -> Any:
    """A value as pydantic writes it, where that is plain; it need not be loaded for that.

    Raises
    ------
    UnwrittenError
        For what is left to pydantic: very large and very small numbers, and types that entries hardly hold.
    """
    kind = type(value)
    if kind in (str, int, bool, type(None)):
        return value
    if kind is float:
        if not LEAST <= abs(value) < MOST and value:
            raise UnwrittenError(str(value))
        return value
    if kind in (tuple, list):
        return [_written(each) for each in value]
    if kind is dict and all(type(key) is str for key in value):
        return {key: _written(each) for key, each in value.items()}
    if kind is dt.date:
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Declared):
        return {name: _written(each) for name, each in value}
    raise UnwrittenError(kind.__name__)


def _model_of(kind: Any) -> Any:
    """The model of pydantic of a class: the same fields and checks, building entries of the class."""
    from detente.dossier.checked import Checked

    hints = typing.get_type_hints(kind, include_extras=True)
    body: dict[str, Any] = {
        name: default.said() if isinstance(default, Words) else default
        for name, default in kind._fields.items()
        if default is not ABSENT
    }
    body["__annotations__"] = {name: _heard(hints[name]) for name in kind._fields}
    body |= {name: words.said() for name, words in kind._checks.items()}
    body |= {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}
    making: Any = type(Checked)
    return making(kind.__name__, (Checked,), body, builds=kind)


def _heard(hint: Any) -> Any:
    """A type in which what is said to pydantic is what pydantic makes of it."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is Annotated:
        return Annotated[
            (
                _heard(arguments[0]),
                *(each.said() if isinstance(each, Words) else each for each in arguments[1:]),
            )
        ]
    if typing.get_origin(hint) is typing.Literal or not arguments:
        return hint
    heard = tuple(_heard(each) for each in arguments)
    if heard == arguments:
        return hint
    if isinstance(hint, types.UnionType):
        return functools.reduce(operator.or_, heard)
    return hint.__origin__[heard]
