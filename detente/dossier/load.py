"""Read a dossier folder: files, form, cross-references, then what was known.

A folder holds ``dossier.yaml`` (a mapping: id, title, summary, vintage, asof), ``sources.yaml``, ``documents.yaml``,
``actors.yaml``, ``measures/*.yaml``, ``clocks.yaml``, ``rounds.yaml``, ``claims.yaml``, ``conflicts.yaml``,
``parameters.yaml``, ``scopes.yaml``, ``deliveries.yaml``, ``expectations.yaml``, ``snapshot.yaml``, ``authorities.yaml``,
``stacking.yaml``, ``trade.yaml``, ``ordinary.yaml``, ``exposures.yaml`` and ``aid.yaml``. Each but the first is a YAML list whose entries start with ``- id: …``; a list without entries is
written ``[]``. Only ``dossier.yaml`` and ``sources.yaml`` must be there. Ids are unique across a kind.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from pathlib import Path
from typing import Any

from detente.core import (
    DateError,
    InputError,
    LabelError,
    SchemaError,
    is_folder,
    name_of,
    suggestion,
    unreadable,
)
from detente.dossier.asof import known_by
from detente.dossier.authorities import StackingRule
from detente.dossier.dossier import Actor, Dossier, DossierHead, FrozenDict, Parameter, require_fresh
from detente.dossier.exposures import Aid, Exposure
from detente.dossier.form import validate
from detente.dossier.kept import key_of, load_kept, save_kept
from detente.dossier.links import Places, check_links
from detente.dossier.measure import Claim, Clock, Conflict, Document, Frozen, Measure, Round, Source
from detente.dossier.scope import Delivery, Expectation, OrdinaryDuty, Scope, Snapshot, TradeLine
from detente.dossier.vocabulary import Authority
from detente.dossier.yaml_reader import YamlFile, parse_yaml, read_yaml_bytes

KINDS: dict[str, type[Frozen]] = {
    "sources": Source,
    "documents": Document,
    "actors": Actor,
    "measures": Measure,
    "clocks": Clock,
    "rounds": Round,
    "claims": Claim,
    "conflicts": Conflict,
    "parameters": Parameter,
    "scopes": Scope,
    "deliveries": Delivery,
    "expectations": Expectation,
    "snapshot": Snapshot,
    "authorities": Authority,
    "stacking": StackingRule,
    "trade": TradeLine,
    "ordinary": OrdinaryDuty,
    "exposures": Exposure,
    "aid": Aid,
}
REMEMBERED = 4
"""Parsed records that a process keeps."""
_PARSED: dict[tuple[str, str], tuple[Dossier, dt.date]] = {}
_PARSING = threading.Lock()


def shipped_dossiers() -> tuple[str, ...]:
    """Ids of the dossiers that come with the package.

    Examples
    --------
    >>> "busan-2025" in shipped_dossiers()
    True
    """
    return tuple(sorted(path.parent.name for path in _data().glob("*/dossier.yaml")))


def load_dossier(name_or_path: str | Path = "busan-2025", *, asof: dt.date | None = None) -> Dossier:
    """Load a dossier as known on a day.

    Parameters
    ----------
    name_or_path : str or path-like
        Id of a shipped dossier, or a folder of the same layout.
    asof : date, optional
        What was known; the dossier's own day when left out, everything the record holds for ``date.max``.

    Returns
    -------
    Dossier
        Frozen; nothing known after `asof` can be reached from it.

    Raises
    ------
    LabelError
        When there is no such dossier, or a cross-reference points to nothing (with the nearest id and the line).
    SchemaError
        When a file does not have the declared form (file, line, key; the nearest valid key).
    DateError
        For a day that does not exist, or an `asof` before anything was known.
    StaleError
        For an `asof` more than the record's `fresh_days` after it was last checked: what was public then is not in it.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> load_dossier("busan-2025").id
    'busan-2025'
    """
    if asof is not None and (not isinstance(asof, dt.date) or isinstance(asof, dt.datetime)):
        raise DateError(
            f"asof must be a day, not {asof!r}", where="load_dossier", hint="give datetime.date(2025, 10, 28)"
        )
    record, default = read_record(folder_of(name_or_path))
    if asof is not None and asof != dt.date.max:
        require_fresh(record, asof, "the as-of day")
    return known_by(record, asof or default)


def read_record(folder: Path) -> tuple[Dossier, dt.date]:
    """Read the whole record of a folder, with hindsight, and its own as-of day. Checks form and cross-references.

    A record is parsed once a process: where the same bytes stand in files of the same names, the same frozen record comes
    back. Its files are read each time, so that a file that changed is seen.

    Returns
    -------
    (Dossier, date)
        The record as of the last day it knows anything about; the day to show by default.
    """
    raw = _read_files(folder)
    key = (folder.name, _content_hash(raw))
    with _PARSING:
        if key not in _PARSED:
            record = _kept_or_parsed(key, raw)
            while len(_PARSED) >= REMEMBERED:
                del _PARSED[next(iter(_PARSED))]
            _PARSED[key] = record
        return _PARSED[key]


def _kept_or_parsed(key: tuple[str, str], raw: dict[str, bytes]) -> tuple[Dossier, dt.date]:
    """The record as an earlier run has parsed and checked it, if one has; its own as-of day."""
    name = key_of("record", *key)
    try:
        asof, values = load_kept("records", name) or (None, {})
        if asof is not None:
            return Dossier(**values), asof
    except (TypeError, ValueError):
        pass  # of another form
    record, asof = _parsed({name: parse_yaml(content, name=name) for name, content in raw.items()})
    save_kept("records", name, (asof, dict(vars(record))))
    return record, asof


def _parsed(files: dict[str, YamlFile]) -> tuple[Dossier, dt.date]:
    """The record that the files tell, and its own as-of day."""
    content = _content_hash({name: file.raw for name, file in files.items()})
    head_file = files.pop("dossier.yaml")
    head = validate(DossierHead, head_file.data, head_file, ())
    groups: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    places: Places = {}
    for name, file in files.items():
        kind = name.split("/", 1)[0].removesuffix(".yaml")
        _read_entries(kind, file, head.entries.get(name), groups[kind], places)
    for name in head.entries:
        if name not in files:
            raise LabelError(
                f"`entries` names a file that is not there: {name}",
                where=head_file.where(("entries", name)),
                hint=suggestion(name, files),
            )
    record = Dossier(
        id=head.id,
        title=head.title,
        summary=head.summary,
        vintage=head.vintage,
        asof=dt.date.max,
        earlier=head.earlier,
        begins=head.begins,
        fresh_days=head.fresh_days,
        parties=_declared(head, head_file, groups["actors"]),
        content_hash=content,
        **{kind: FrozenDict(entries) for kind, entries in groups.items()},
    )
    check_links(record, places)
    return record, head.asof


def _declared(head: DossierHead, file: YamlFile, actors: dict[str, Any]) -> tuple[str, ...]:
    """The parties that the record declares; each is an economy among its actors, and named once."""
    economies = [key for key, actor in actors.items() if actor.kind == "economy"]
    for place, name in enumerate(head.parties):
        if name not in economies:
            raise LabelError(
                f"the party `{name}` is no economy among the actors",
                where=file.where(("parties", place)),
                hint=suggestion(name, economies, list_with="actors.yaml"),
            )
    if head.parties and len(set(head.parties)) < max(2, len(head.parties)):
        raise SchemaError(
            "a record has two parties or more, each named once",
            file=file.name,
            line=file.place(("parties",))[0],
            key="parties",
            hint="name the headline pair first; or leave `parties` out",
        )
    return head.parties


def _data() -> Path:
    return Path(__file__).resolve().parent / "data"


def folder_of(name_or_path: str | Path) -> Path:
    """Folder of a shipped dossier by its id, or of one's own by its path."""
    shipped = shipped_dossiers()
    if isinstance(name_or_path, str) and name_or_path in shipped:
        return _data() / name_or_path
    try:
        folder = Path(name_or_path)
    except TypeError as error:
        raise InputError(
            f"not a usable path: {error}", where=repr(name_or_path), hint="give an id or a folder"
        ) from error
    if not is_folder(folder):
        raise LabelError(
            f"no dossier `{name_of(name_or_path)}`: neither a shipped id nor a folder",
            hint=suggestion(str(name_or_path), shipped),
        )
    return folder


def _read_files(folder: Path) -> dict[str, bytes]:
    """Bytes of every YAML file of the folder by its name inside it; refuses files nobody would read."""
    try:
        paths = sorted(folder.glob("*.yaml")) + sorted(folder.glob("measures/*.yaml"))
    except OSError as error:
        raise unreadable(error, name_of(folder)) from error
    allowed = ("dossier.yaml", *(f"{kind}.yaml" for kind in KINDS))
    strays = [*folder.glob("*.yml"), *folder.glob("measures/*.yml")]
    for path in strays:
        raise SchemaError(
            "a file ending in .yml would not be read", file=path.name, hint="rename it to .yaml"
        )
    files: dict[str, bytes] = {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if "/" not in name and name not in allowed:
            raise SchemaError(
                "a file of this name is not part of a dossier", file=name, hint=suggestion(name, allowed)
            )
        files[name] = read_yaml_bytes(path, name=name)
    for required in ("dossier.yaml", "sources.yaml"):
        if required not in files:
            raise SchemaError(
                "the file is missing",
                file=f"{folder.name}/{required}",
                hint="a dossier needs dossier.yaml and sources.yaml",
            )
    return files


def _read_entries(
    kind: str, file: YamlFile, expected: int | None, group: dict[str, Any], places: Places
) -> None:
    """Validate the entries of one file into its group, and remember where each came from."""
    if not isinstance(file.data, list):
        raise SchemaError(
            "the file must be a list of entries",
            file=file.name,
            line=1,
            hint="start each entry with `- id: …`",
        )
    for position, body in enumerate(file.data):
        entry = validate(KINDS[kind], body, file, (position,))
        key: str = entry.id  # type: ignore[attr-defined]
        if key in group:
            earlier, path = places[kind, key]
            raise SchemaError(
                f"the id `{key}` was already given at {earlier.where(path)}",
                file=file.name,
                line=file.place((position,))[0],
                key="id",
                hint="give every entry an id of its own",
            )
        group[key] = entry
        places[kind, key] = (file, (position,))
    if expected is not None and len(file.data) != expected:
        raise SchemaError(
            f"{len(file.data)} entries where dossier.yaml expects {expected}",
            file=file.name,
            line=file.place((len(file.data) - 1,))[0] if file.data else 1,
            hint="restore the file if it was cut off, or correct `entries` in dossier.yaml",
        )


def _content_hash(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name]
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
