"""What everything in a record is built of: names, codes, frozen entries with strict numbers, and the closed lists of words."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from detente.dossier.bands import Doubt

Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
HsCode = Annotated[
    str, Field(pattern=r"^[0-9]{2}(\.?[0-9]{2}){0,4}$"), AfterValidator(lambda code: code.replace(".", ""))
]
"""Chapter (2 digits), heading (4), product (6) of the Harmonized System or a national line (8, 10); dots are dropped."""


def _strict_numbers(schema: Any) -> None:
    """Make every number of a schema strict: no text, no true/false, nothing that is not finite."""
    if isinstance(schema, dict):
        if schema.get("type") in ("float", "int"):
            schema["strict"] = True
            if schema["type"] == "float":
                schema["allow_inf_nan"] = False
        for key, below in schema.items():
            if key != "metadata":
                _strict_numbers(below)
    elif isinstance(schema, (list, tuple)):
        for below in schema:
            _strict_numbers(below)


class Frozen(BaseModel):
    """Base of everything read from a dossier: immutable, unknown keys refused, numbers only as numbers."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False, defer_build=True
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Schema of the model with strict numbers, so that no field added later can forget it."""
        schema = handler(source)
        _strict_numbers(schema)
        return schema

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
