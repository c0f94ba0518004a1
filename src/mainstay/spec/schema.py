"""The JSON Schema of the file, for editors."""

from typing import Any

from mainstay.spec.sections.spec import Spec


def json_schema() -> dict[str, Any]:
    """Return the schema of `mainstay.yaml`, draft 2020-12, with descriptions, units and `x-` keys."""
    made = Spec.model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**head, **made, "title": "mainstay.yaml", "description": "A site of Mainstay."}
