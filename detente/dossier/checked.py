"""The model of pydantic behind every class that is declared in `detente.dossier.declared`; loaded with pydantic."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema


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


class Checked(BaseModel):
    """Immutable, unknown keys refused, numbers only as numbers; what it builds are entries of the class it stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)
    builds: ClassVar[Any] = None

    def __init_subclass__(cls, builds: Any, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.builds = builds

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Schema of the model with strict numbers, so that no field added later can forget it."""
        schema: Any = handler(source)
        _strict_numbers(schema)
        if cls.builds is not None:
            model = schema
            while model["type"] != "model":
                model = model["schema"]
            model["cls"] = cls.builds
            if cls.builds._private:
                model["post_init"] = "model_post_init"
        return schema  # type: ignore[no-any-return]
