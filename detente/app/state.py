"""The state of the page, which is its address: read, checked in form, and written in one canonical way.

Every key is optional; what stands at its default is left out when the address is written, and keys come in one order, so that
one state has one address.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from detente.cases import HORIZONS
from detente.core import InputError, LabelError, UnitError, is_number, parse_day, suggestion
from detente.dossier import Status
from detente.equilibrium import CLOSURES

STATUS_WORDS: Final = tuple(status.value for status in Status)
SWITCHED_OFF: Final = "off"
LONGEST: Final = 16_000
"""Characters of a query."""
MOST_SETTINGS: Final = 200
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}(:level|:reference)?")
_CUT = re.compile(r"[A-Za-z0-9_.+-]{1,200}(:[A-Za-z0-9_.+-]{1,200}){2,3}")
_PLAIN: Final = ("base", "against", "horizon", "elasticities", "closure", "asof", "economy", "was", "kept")
_SHOWN: Final = ("number", "cut", "since", "until", "find")
"""What only chooses what a view shows: no number of any other view depends on it."""
_MANY: Final = ("set", "left")
_CUT_PARTS: Final = ("from", "of", "left", "to")


@dataclass(frozen=True)
class PageState:
    """Everything that a page shows, as its address says it.

    Parameters
    ----------
    case : str
        Name of a case that is served: a shipped one, or a folder's name.
    base : str
        Outcome that is started from; empty for the case's own.
    against : str
        Outcome that changes are taken from; empty for the first of the case's ladder.
    horizon : {"long", "short", "impact"}
        Of the tables; first year and long run always stand in the two large numbers.
    elasticities : str
        A published set; empty for the default.
    closure : {"share", "fixed", "zero"}
    asof : str
        ISO day of what was known; empty for the record's own.
    economy : str
        Whose sectors and prices are shown; empty for the sides of the record.
    set : tuple of (measure, value)
        Measures otherwise: a value in the unit of the measure, ``off``, or a status. Sorted.
    left : tuple of (measure, share)
        Share of trade that a control leaves. Sorted.
    number : str
        The result that is explained, as `detente explain` names it, and ``:level`` or ``:reference`` where it is no change from the
        reference; empty for the first side's real income.
    cut : str
        A cut whose path is shown instead of the setting's own, as ``detente path --cut`` takes it; empty for none.
    since, until : str
        ISO days between which the duty path is shown; empty for its own.
    find : str
        Words that rows of the record must have.
    was, kept : str
        The setting before this one, and one that was kept to compare with: canonical queries themselves; empty for none.

    Examples
    --------
    >>> state = read_state("busan-2025", "horizon=short&set.usa-2025-threat-100=off&base=standing")
    >>> state.query
    'base=standing&horizon=short&set.usa-2025-threat-100=off'
    """

    case: str
    base: str = ""
    against: str = ""
    horizon: str = "long"
    elasticities: str = ""
    closure: str = "share"
    asof: str = ""
    economy: str = ""
    set: tuple[tuple[str, str], ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    number: str = ""
    cut: str = ""
    since: str = ""
    until: str = ""
    find: str = ""
    was: str = ""
    kept: str = ""

    @functools.cached_property
    def query(self) -> str:
        """The canonical query, without a question mark."""
        pairs = [
            (name, value)
            for name in _PLAIN[:-2]
            if (value := getattr(self, name)) and value != _DEFAULTS[name]
        ]
        pairs += [(f"{many}.{key}", value) for many in _MANY for key, value in getattr(self, many)]
        pairs += self.carried
        pairs += [(name, value) for name in ("was", "kept") if (value := getattr(self, name))]
        return urlencode(pairs)

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What views show otherwise, as keys and values: it stays when a control is moved."""
        return [(name, value) for name in _SHOWN if (value := getattr(self, name))]

    @property
    def alone(self) -> PageState:
        """The state without what it is compared with: what is undone to, kept and held against."""
        return replace(self, was="", kept="")

    @property
    def question(self) -> PageState:
        """What has to be solved, and nothing that only chooses what is shown."""
        settled = replace(self, was="", kept="", horizon="long", economy="", against="")
        return replace(settled, number="", cut="", since="", until="", find="")

    @property
    def before(self) -> PageState | None:
        """The setting before this one."""
        return read_state(self.case, self.was).alone if self.was else None

    @property
    def beside(self) -> PageState | None:
        """The setting that was kept."""
        return read_state(self.case, self.kept).alone if self.kept else None


_DEFAULTS: Final[Mapping[str, object]] = {field.name: field.default for field in fields(PageState)}


def read_state(case: str, query: str) -> PageState:
    """Read a state from the query of an address; names of measures and outcomes are checked where their record is known.

    Raises
    ------
    InputError
        For a query that is too long, a key given twice, and what is none of the form.
    LabelError
        For an unknown key or name, with the nearest one.
    UnitError, DateError
        For a number or a day that is none.
    """
    if len(query) > LONGEST:
        raise InputError(
            f"the address has {len(query):,} characters",
            where="address",
            hint=f"{LONGEST:,} at most: put the setting into a scenario file",
        )
    return state_of(case, pairs_of(query))


def pairs_of(query: str) -> list[tuple[str, str]]:
    """Keys and values of a query.

    Raises
    ------
    InputError
        When there are too many.
    """
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=4 * MOST_SETTINGS, errors="strict")
    except ValueError:
        raise InputError(
            "the address cannot be read", where="address", hint=f"{4 * MOST_SETTINGS} keys at most, in UTF-8"
        ) from None


def state_of(case: str, pairs: Iterable[tuple[str, str]]) -> PageState:
    """Make a state of keys and values (`read_state`)."""
    plain: dict[str, str] = {}
    many: dict[str, dict[str, str]] = {name: {} for name in (*_MANY, "cut")}
    for key, value in pairs:
        group, _, name = key.partition(".")
        into, name = (many[group], name) if name and group in many else (plain, key)
        if into is plain and key not in (*_PLAIN, *_SHOWN):
            known = [*_PLAIN, *_SHOWN, "set.MEASURE", "left.MEASURE"]
            raise LabelError(f"unknown key `{legible(key)}`", where="address", hint=suggestion(key, known))
        if name in into:
            raise InputError(f"`{legible(key)}` is given twice", where="address", hint="give it once")
        if value:
            into[name] = value
    if many["cut"]:
        plain["cut"] = _cut_of(many["cut"])
    _check_plain(plain)
    settings = {name: _setting(name, value) for name, value in many["set"].items()}
    shares = {name: _share(name, value) for name, value in many["left"].items()}
    if len(settings) + len(shares) > MOST_SETTINGS:
        raise InputError(
            f"{len(settings) + len(shares)} measures are set",
            where="address",
            hint=f"{MOST_SETTINGS} at most",
        )
    for name in {*settings} & {*shares}:
        raise InputError(
            f"`{legible(name)}` is set, and a share is left of it",
            where="address",
            hint=f"keep set.{legible(name)} or left.{legible(name)}",
        )
    state = PageState(case, **plain, set=tuple(sorted(settings.items())), left=tuple(sorted(shares.items())))
    for name in ("was", "kept"):
        if nested := getattr(state, name):
            other = read_state(case, nested).alone.query
            state = replace(state, was=other) if name == "was" else replace(state, kept=other)
    return state


def _check_plain(plain: dict[str, str]) -> None:
    for key, value in plain.items():
        if key in ("was", "kept", "since", "until"):
            continue
        if key in ("number", "cut", "find"):
            _check_shown(key, value)
        elif not _NAME.fullmatch(value):
            raise LabelError(
                f"`{legible(value)}` is no name",
                where=key,
                hint="letters, digits, dots, hyphens and plus signs",
            )
    for key, known in (("horizon", HORIZONS), ("closure", CLOSURES)):
        if key in plain and plain[key] not in known:
            raise LabelError(f"unknown {key} `{plain[key]}`", where=key, hint=suggestion(plain[key], known))
    for key in ("asof", "since", "until"):
        if key in plain:
            plain[key] = parse_day(plain[key], where=key).isoformat()


def _check_shown(key: str, value: str) -> None:
    """A cut has the form of one, and words that are looked for are legible and few."""
    if key == "number" and not _NUMBER.fullmatch(value):
        raise LabelError(
            f"`{legible(value)}` is no result",
            where="number",
            hint="ECONOMY.RESULT, ECONOMY.output.SECTOR or flow.BUYER.SELLER, as `detente explain` lists them",
        )
    if key == "cut" and value and not _CUT.fullmatch(value):
        raise InputError(
            f"`{legible(value)}` is no cut",
            where="cut",
            hint="EXPORTERS:SECTORS:SHARE[:IMPORTERS], the share that is left a fraction",
        )
    if key == "find" and (len(value) > 100 or not value.isprintable()):
        raise InputError(
            f"`{legible(value)}` cannot be looked for",
            where="find",
            hint="100 characters at most, on one line",
        )


def _cut_of(parts: Mapping[str, str]) -> str:
    """A cut of the parts that the form of a cut sends: who delivers how much of what, and to whom; empty without a seller."""
    for name in parts:
        if name not in _CUT_PARTS:
            raise LabelError(
                f"a cut has no part `{legible(name)}`", where="cut", hint=suggestion(name, _CUT_PARTS)
            )
    if not parts.get("from"):
        return ""
    left = float(_share("cut", f"{parts.get('left', '0')}%"))
    return ":".join(filter(None, (parts["from"], parts.get("of", ""), f"{left:.10g}", parts.get("to", ""))))


def _setting(name: str, text: str) -> str:
    """The value of a measure in one form: a status, ``off``, or a number without a percent sign."""
    _check_name(name, "set")
    word = text.strip().casefold().replace(" ", "_")
    if word == SWITCHED_OFF or word in STATUS_WORDS:
        return word
    return _number(
        text,
        f"set.{name}",
        f"a number in the measure's unit, {SWITCHED_OFF}, or one of {', '.join(STATUS_WORDS)}",
    )


def _share(name: str, text: str) -> str:
    _check_name(name, "left")
    number = _number(text, f"left.{name}", "a share from 0 to 1")
    if not 0 <= float(number) <= 1:
        raise UnitError(
            f"a share of {number} cannot be left", where=f"left.{name}", hint="a share from 0 to 1"
        )
    return number


def _check_name(name: str, key: str) -> None:
    if not _NAME.fullmatch(name):
        raise LabelError(f"`{legible(name)}` is no measure", where=key, hint="an id of the record")


def _number(text: str, where: str, hint: str) -> str:
    number = text.strip()
    percent = number.endswith("%")
    number = number.removesuffix("%").strip()
    if len(number) > 40 or not is_number(number) or not abs(float(number)) < 1e15:
        raise InputError(f"`{legible(text)}` is neither a value nor a status", where=where, hint=hint)
    return f"{float(number) / (100 if percent else 1) + 0.0:.10g}"


def legible(text: str) -> str:
    """A name for a message: what a stranger typed, cut short and without what cannot be printed."""
    return "".join(sign if sign.isprintable() else "·" for sign in text[:60]) + (
        "…" if len(text) > 60 else ""
    )


def day_of(state: PageState) -> dt.date | None:
    """The as-of day that a state asks for."""
    return dt.date.fromisoformat(state.asof) if state.asof else None
