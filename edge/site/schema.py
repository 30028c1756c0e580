"""The JSON Schema of the site file, for editors."""

from typing import Any

from edge.site.model import Site


def schema() -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Site.model_json_schema(by_alias=True)}
