"""The JSON Schema of the site file, for editors."""

import json
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from edge.site.fields import UNITS
from edge.site.model import Site


class _AsWritten(GenerateJsonSchema):
    """Shows the default of a duration in the form of the file."""

    def encode_default(self, dft: Any) -> Any:
        return _written(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def _written(duration: timedelta) -> str:
    seconds = round(duration.total_seconds())
    unit = next(unit for unit in ("h", "min", "s") if seconds % UNITS[unit] == 0) if seconds else "s"
    return f"{seconds // UNITS[unit]} {unit}"


def schema() -> dict[str, Any]:
    generated = Site.model_json_schema(schema_generator=_AsWritten)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **generated}


def schema_text() -> str:
    """As published in docs/site.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
