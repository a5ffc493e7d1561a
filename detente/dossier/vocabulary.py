"""Names a record may use: labels of the shipped world, product lists, authorities, and units by instrument.

They are data (``vocabulary.yaml``, ``authorities.yaml``), read when they are first asked for; a record adds authorities of
its own in a file of the same name.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from detente.core import SchemaError
from detente.dossier.base import Field
from detente.dossier.form import validate
from detente.dossier.kept import read_kept
from detente.dossier.measure import Frozen, Instrument, Slug
from detente.dossier.yaml_reader import YamlFile, read_yaml

if TYPE_CHECKING:
    from detente.dossier.dossier import Dossier

NEUTRAL = "#7b8794"
"""Colour of an authority that nobody gave one."""


class Authority(Frozen):
    """A legal authority: the switch name of measures, and how it is called and drawn."""

    id: Slug
    """The switch name: `authority` of a measure, `disable` of a scenario."""
    name: str
    """Name to show."""
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] = NEUTRAL
    """Six hexadecimal digits after a `#`; a neutral grey when left out."""
    in_sentence: str = ""
    """Name inside running text, with its article; `name` when left out."""
    short: str = ""
    """Name where there is little room; `name` when left out."""
    about: str = ""
    """What it is, in a sentence."""


class Vocabulary(Frozen):
    """Names that come with the package: what `vocabulary.yaml` holds."""

    regions: tuple[str, ...]
    """Economies of the shipped world."""
    sectors: tuple[str, ...]
    """Sectors of the shipped world."""
    product_lists: Mapping[Slug, str]
    """Lists of products that the shipped product cells resolve, and what each holds."""


@functools.cache
def shared_vocabulary() -> Vocabulary:
    """Labels of the shipped world and product lists; read once.

    Examples
    --------
    >>> "s232-steel" in shared_vocabulary().product_lists
    True
    """
    words: Vocabulary = read_kept(
        _data() / "vocabulary.yaml", "vocabulary", lambda file: validate(Vocabulary, file.data, file, ())
    )
    return words


@functools.cache
def shared_authorities() -> Mapping[str, Authority]:
    """Authorities that come with the package, by id; read once.

    Examples
    --------
    >>> shared_authorities()["countervailing"].name
    'Countervailing duty'
    """
    entries = read_kept(_data() / "authorities.yaml", "authorities", _authorities)
    return MappingProxyType({entry.id: entry for entry in entries})


def _authorities(file: YamlFile) -> tuple[Authority, ...]:
    if not isinstance(file.data, list):
        raise SchemaError("the file must be a list of authorities", file=file.name, line=1)
    return tuple(validate(Authority, body, file, (place,)) for place, body in enumerate(file.data))


def authorities_of(dossier: Dossier) -> Mapping[str, Authority]:
    """Authorities a record can name: its own first, then those that come with the package.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> "anti-dumping" in authorities_of(load_dossier())
    True
    """
    return {**shared_authorities(), **dossier.authorities}


def authority_of(code: str, own: Mapping[str, Authority] | None = None) -> Authority:
    """One authority by its id; one that nobody described is called by its id, in a neutral colour.

    Parameters
    ----------
    code : str
    own : mapping of id to Authority, optional
        Those of the record.

    Examples
    --------
    >>> authority_of("steel-accord").name, authority_of("steel-accord").colour
    ('Steel accord', '#7b8794')
    """
    known = (own or {}).get(code) or shared_authorities().get(code)
    if known is not None:
        return known
    words = code.replace("-", " ").replace("_", " ")
    return Authority(id=code, name=words[:1].upper() + words[1:])


@functools.cache
def economy_around(name: str) -> str | None:
    """Economy of the shipped world that a country is only a part of; None where the name is one itself, or unknown.

    Examples
    --------
    >>> economy_around("DEU"), economy_around("CHN"), economy_around("XXX")
    ('EU27', None, None)
    """
    data = read_yaml(_data() / "aliases.yaml").data
    assert isinstance(data, dict)
    if name in data["economies"]:
        return None
    return next((code for code, words in data["economies"].items() if name in words), None)


def hint_for_part(name: str) -> str:
    """What to do about a country that the shipped world holds within a larger economy; empty for any other name."""
    around = economy_around(name)
    return (
        f"`{name}` is a part of `{around}` there: write the measure as that of `{around}`, on its share of the trade"
        if around
        else ""
    )


def _data() -> Path:
    return Path(__file__).resolve().parent / "data"


UNITS_OF: dict[Instrument, tuple[str, ...]] = {
    Instrument.tariff: ("fraction", "none"),
    Instrument.export_control: ("none", "share"),
    Instrument.entity_listing: ("none",),
    Instrument.port_fee: ("cny_per_net_ton", "usd_per_net_ton"),
    Instrument.purchase_halt: ("none", "share"),
    Instrument.purchase_pledge: ("none", "tonnes_per_year", "usd_mn_per_year"),
    Instrument.investigation: ("none",),
    Instrument.divestment_order: ("none",),
    Instrument.supply_pact: ("none",),
}
"""Units that belong to each instrument. A tariff without a rate is a rule on who pays it (small parcels)."""
