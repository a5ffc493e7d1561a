"""What everything in a record is built of: names, codes, frozen entries with strict numbers, and the closed lists of words."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from detente.dossier.bands import Doubt

if TYPE_CHECKING:
    from pydantic import (
        AfterValidator as AfterValidator,
        BaseModel as Declared,
        BeforeValidator as BeforeValidator,
        Field as Field,
        PrivateAttr as PrivateAttr,
        field_validator as field_validator,
        model_validator as model_validator,
    )
else:
    from detente.dossier.declared import Declared, said_by

    AfterValidator, BeforeValidator = said_by("AfterValidator"), said_by("BeforeValidator")
    Field, PrivateAttr = said_by("Field"), said_by("PrivateAttr")
    field_validator, model_validator = said_by("field_validator"), said_by("model_validator")

Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
HsCode = Annotated[
    str, Field(pattern=r"^[0-9]{2}(\.?[0-9]{2}){0,4}$"), AfterValidator(lambda code: code.replace(".", ""))
]
"""Chapter (2 digits), heading (4), product (6) of the Harmonized System or a national line (8, 10); dots are dropped."""


class Frozen(Declared):
    """Base of everything read from a dossier: immutable, unknown keys refused, numbers only as numbers."""

    def doubts(self) -> Iterator[Doubt]:
        """Numbers of the entry outside the plausible band of their unit; reading a file refuses those not stated as meant."""
        return iter(())


class Grade(StrEnum):
    """How a value is known, best first."""

    official = "official"
    reported = "reported"
    inferred = "inferred"
    assumed = "assumed"


class Status(StrEnum):
    """What a measure is on a day."""

    announced = "announced"
    in_force = "in_force"
    suspended = "suspended"
    lapsed = "lapsed"
    repealed = "repealed"
    withdrawn = "withdrawn"
    void = "void"


class Instrument(StrEnum):
    """Closed list of kinds of measure."""

    tariff = "tariff"
    export_control = "export_control"
    entity_listing = "entity_listing"
    port_fee = "port_fee"
    purchase_halt = "purchase_halt"
    purchase_pledge = "purchase_pledge"
    investigation = "investigation"
    divestment_order = "divestment_order"
    supply_pact = "supply_pact"
