"""What one commodity is: the form of a specification that carves new sectors out of existing ones.

A specification is a YAML file anybody can write for their own commodity. Every number in it stands in a block that
names its source and its grade; a block of grade ``assumed`` must say ``sensitive: true``, so that no answer can rest on
it unnoticed. `detente.world.carve.disaggregation` carries it out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from detente.core import (
    Cell,
    Column,
    EvidenceError,
    LabelError,
    SchemaError,
    Table,
    is_file,
    name_of,
    suggestion,
)
from detente.dossier import Field, Frozen, Grade, Slug

FOLDER = Path(__file__).parents[1] / "data" / "chokepoints"
FINAL = "final"
"""Name of final demand among the users of a product."""

Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[float, Field(ge=0)]
Rate = Annotated[float, Field(gt=-1, le=20)]


class Sourced(Frozen):
    """A block of numbers with what they rest on."""

    source: Slug
    place: str = ""
    grade: Grade
    sensitive: bool = False
    """Vary it before relying on an answer. Must be true where the grade is ``assumed``."""
    note: str = ""


class Size(Sourced):
    """Size of the world's production or trade of the product, million USD of the base year."""

    of: Literal["output", "exports"] = "output"
    usd_mn: Annotated[float, Field(gt=0)]


class Shares(Sourced):
    """Shares by country or by using sector."""

    shares: dict[str, Share]


class Inputs(Sourced):
    """Inputs per unit of output by supplying sector, where they differ from the parent's."""

    shares: dict[str, Share]
    where_short: Literal["refuse", "scale"] = "refuse"
    """In a country whose parent uses too little of an input to hold the stated share: refuse, or take what there is."""


class Amounts(Sourced):
    """Million USD by country."""

    usd_mn: dict[str, Money]


class Flows(Sourced):
    """What one importer buys, by exporter: million USD before duty, or shares of the parent's flow."""

    importer: str
    usd_mn: dict[str, Money] = Field(default_factory=dict)
    share_of_parent: dict[str, Share] = Field(default_factory=dict)


class Duties(Sourced):
    """Duties of one importer by exporter, fractions, where they differ from the parent's."""

    importer: str
    rates: dict[str, Rate]


class Elasticity(Sourced):
    """Trade elasticity θ of the new sector."""

    value: Annotated[float, Field(ge=0.05, le=200)]


class Stocks(Sourced):
    """Months of use that countries hold in stock; carried along, used by no equation of the static model."""

    months: dict[str, Money]


class Fact(Sourced):
    """Something worth knowing about the product that no array holds."""

    what: str
    value: float
    unit: str


class Carve(Frozen):
    """One new sector and the sector it is carved out of.

    Attributes
    ----------
    code, name, parent, after : str
        Code and name of the new sector, the sector it leaves, and the one it stands behind (default: the parent).
    products : tuple of str
        Six-digit HS codes (or shorter prefixes) the sector holds.
    size : Size
    producers : tuple of Shares
        Shares of the size by country; what they leave goes to countries not named, like the parent.
    exports, home_sales : tuple of Amounts
        Sales abroad or at home by country where known.
    flows : tuple of Flows
        Trade between pairs where known; all else follows the parent, the producers and the buyers.
    consumers : tuple of Shares
        Shares of world spending by country; what they leave, and everything if empty, follows the using industries.
    users : tuple of Shares
        Shares of world use by sector code and ``final``; what they leave goes to sectors not named, like the parent.
    inputs : tuple of Inputs
        Inputs per unit of output by sector where they differ from the parent's.
    duties, elasticity
        Default: the parent's.
    stocks, import_reliance, facts
        Said about the product, for later use.
    largest_share_of_parent : float
        No flow or use that is not stated takes more of the parent's than this.
    """

    code: Slug
    name: str
    parent: str
    after: str | None = None
    products: tuple[str, ...] = ()
    size: Size
    producers: tuple[Shares, ...] = ()
    exports: tuple[Amounts, ...] = ()
    home_sales: tuple[Amounts, ...] = ()
    flows: tuple[Flows, ...] = ()
    consumers: tuple[Shares, ...] = ()
    users: tuple[Shares, ...] = ()
    inputs: tuple[Inputs, ...] = ()
    duties: tuple[Duties, ...] = ()
    elasticity: Elasticity | None = None
    stocks: tuple[Stocks, ...] = ()
    import_reliance: tuple[Shares, ...] = ()
    facts: tuple[Fact, ...] = ()
    largest_share_of_parent: Annotated[float, Field(gt=0, le=1)] = 0.95

    def blocks(self) -> tuple[tuple[str, Sourced], ...]:
        """Every sourced block with the name of its key, in the order of the form."""
        named_blocks: list[tuple[str, Sourced]] = [("size", self.size)]
        for key in _BLOCKS:
            value = getattr(self, key)
            named_blocks += [
                (key, block)
                for block in (value if isinstance(value, tuple) else () if value is None else (value,))
            ]
        return tuple(named_blocks)


_BLOCKS = (
    "producers", "exports", "home_sales", "flows", "consumers", "users", "inputs", "duties", "elasticity", "stocks",
    "import_reliance", "facts",
)  # fmt: skip


class Disaggregation(Frozen):
    """A commodity: one or more sectors to carve, in order.

    Attributes
    ----------
    id, title, summary : str
    sources : mapping of source id to what it is
        Every block's source must be named here.
    sectors : tuple of Carve
        Carried out one after the other: a later one may use or leave an earlier one.
    """

    id: Slug
    title: str
    summary: str = ""
    sources: dict[str, str]
    sectors: Annotated[tuple[Carve, ...], Field(min_length=1)]


def shipped_chokepoints() -> tuple[str, ...]:
    """Ids of the specifications that come with Détente, in alphabetical order.

    Examples
    --------
    >>> shipped_chokepoints()
    ('batteries', 'chips', 'rare-earths', 'soybeans')
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def specification_table() -> Table:
    """Specifications that come with Détente: what each carves out of what.

    Examples
    --------
    >>> specification_table().column("id")
    ['batteries', 'chips', 'rare-earths', 'soybeans']
    """
    specifications = [load_disaggregation(name) for name in shipped_chokepoints()]
    return Table(
        "specifications",
        "Specifications of finer sectors that come with Détente",
        (
            Column("id", "Specification"),
            Column("title", "Title"),
            Column("sectors", "Sectors"),
            Column("summary", "What is known"),
        ),
        tuple(
            (
                spec.id,
                spec.title,
                ", ".join(f"{sector.name} ({sector.code}) out of {sector.parent}" for sector in spec.sectors),
                spec.summary.strip(),
            )
            for spec in specifications
        ),
        note="`detente world disaggregate SPECIFICATION -o FOLDER`; one of your own is given by its path.",
    )


def load_disaggregation(id_or_path: str | os.PathLike[str]) -> Disaggregation:
    """Read a specification, shipped (by id) or your own (by path).

    Raises
    ------
    LabelError
        For an id that is not shipped and no file.
    SchemaError
        For a file that does not have the declared form; file, line and key are named.
    EvidenceError
        For a block whose source is not described, or an assumption that is not flagged as one.

    Examples
    --------
    >>> [carve.code for carve in load_disaggregation("rare-earths").sectors]
    ['MAG', 'REE']
    """
    from detente.dossier import read_yaml, validate

    path = Path(id_or_path)
    if path.suffix not in (".yaml", ".yml") and not is_file(path):
        known = shipped_chokepoints()
        if str(id_or_path) not in known:
            raise LabelError(
                f"unknown specification `{name_of(id_or_path)}`",
                hint=f"{suggestion(str(id_or_path), known)}; or give the path of a YAML file",
            )
        path = FOLDER / f"{id_or_path}.yaml"
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise SchemaError("a specification is one mapping", file=file.name, hint="start with `id: …`")
    spec = validate(Disaggregation, file.data, file, ())
    check_evidence(spec, file.name)
    return spec


def check_evidence(spec: Disaggregation, where: str) -> None:
    """Refuse a block whose source is not described, and an assumption that is not flagged.

    Raises
    ------
    EvidenceError
    """
    for carve in spec.sectors:
        for key, block in carve.blocks():
            place = f"{where}: {carve.code}: {key}"
            if block.source not in spec.sources:
                raise EvidenceError(
                    f"source `{block.source}` is not described",
                    where=place,
                    hint=f"add it under `sources:`; {suggestion(block.source, spec.sources)}",
                )
            if block.grade is Grade.assumed and not block.sensitive:
                raise EvidenceError(
                    "an assumed number that is not flagged as sensitive",
                    where=place,
                    hint="write `sensitive: true`, or give its source and grade",
                )


def numbers(block: Sourced) -> dict[str, float]:
    """Numbers of a block by what they are about."""
    if isinstance(block, Size):
        return {"world": block.usd_mn}
    if isinstance(block, Elasticity | Fact):
        return {"": block.value}
    if isinstance(block, Flows):
        return {f"{block.importer}<{code}": v for code, v in (block.usd_mn | block.share_of_parent).items()}
    if isinstance(block, Duties):
        return {f"{block.importer}<{code}": v for code, v in block.rates.items()}
    for field in ("shares", "usd_mn", "months"):
        if hasattr(block, field):
            return dict(getattr(block, field))
    return {}


def assumption_table(spec: Disaggregation) -> Table:
    """Every block of a specification: what it says, on what it rests, whether to vary it.

    Examples
    --------
    >>> table = assumption_table(load_disaggregation("soybeans"))
    >>> set(row["flag"] for row in table.records() if row["grade"] == "assumed")
    {'vary'}
    """
    rows: list[tuple[Cell, ...]] = []
    for carve in spec.sectors:
        for key, block in carve.blocks():
            said = ", ".join(f"{name} {value:,.6g}".strip() for name, value in numbers(block).items())
            what = f"{block.what} ({block.unit})" if isinstance(block, Fact) else key.replace("_", " ")
            if isinstance(block, Flows) and block.share_of_parent:
                what += " (share of parent)"
            source = f"{block.source}, {block.place}" if block.place else block.source
            rows.append(
                (carve.code, what, said, source, block.grade.value, "vary" if block.sensitive else "")
            )
    return Table(
        f"chokepoint-{spec.id}",
        f"{spec.title}: what is known and what is assumed",
        (
            Column("sector", "Sector"),
            Column("what", "What"),
            Column("numbers", "Numbers"),
            Column("source", "Source"),
            Column("grade", "Grade"),
            Column("flag", "Flag"),
        ),
        tuple(rows),
        note="Money in million USD, shares and duties as fractions. `vary`: assumed, vary it before relying on an answer.",
    )
