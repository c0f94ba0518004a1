"""Whole numbers with bounds."""

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from mainstay.spec.sections.refusal import refused


@dataclass(frozen=True)
class Between:
    """Annotates a whole number that lies from `lowest` to `highest`, both included."""

    lowest: int
    highest: int

    def ensure(self, value: int) -> int:
        """Return the number unchanged, or refuse one outside the bounds."""
        if not self.lowest <= value <= self.highest:
            raise refused(f"{value} is not between {self.lowest} and {self.highest}.")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.ensure, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "minimum": self.lowest, "maximum": self.highest}
