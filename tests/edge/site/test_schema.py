"""The published schema is the model's, and an editor that follows it accepts what the loader accepts."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from edge.site.document import plain
from edge.site.model import Site
from edge.site.reading import build_tree, read_text
from edge.site.schema import schema, schema_text

PUBLISHED = Path("docs/site.schema.json")
EDITOR = jsonschema.Draft202012Validator(schema())


def test_the_published_schema_is_the_models() -> None:
    # Renew: python -c "from edge.site.schema import schema_text; print(schema_text(), end='')" > docs/site.schema.json
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("name", ["joensuu", "pelkosenniemi"])
def test_the_examples_are_valid_and_name_the_schema(name: str) -> None:
    file = Path(f"examples/{name}.yaml")
    text = read_text(file)
    root = build_tree(text).root
    assert root is not None
    assert [error.message for error in EDITOR.iter_errors(plain(root))] == []
    hint = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (file.parent / hint).resolve() == PUBLISHED.resolve()


MINIMAL: dict[str, Any] = {"site": {"id": "a", "name": "A"}, "spaces": {"b": {"zone": "public"}}}
SHAPES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"doors": None}, True),
    ({"hours": {"h": {"mon-wed, fri": "8.00–16.15", "sat": ["8-9", "10-11"], "holidays": "closed"}}}, True),
    ({"hours": {"h": {"dates": {"2026-12-24": "closed"}, "seasons": [{"from": "06-01", "to": "08-31", "mon": "9-15"}]}}}, True),
    ({"hours": {"h": {"mondy": "8-9"}}}, False),
    ({"hours": {"h": {"mon": 8}}}, False),
    ({"hours": {"h": {"mon": ["8-9, 10-11"]}}}, False),
    ({"doors": {"d": {"from": "outside", "to": "b", "unlock": "never", "held_open": "2 min", "name": {"fi": "Ovi"}}}}, True),
    ({"doors": {"d": {"from_": "outside", "to": "b"}}}, False),
    ({"doors": {"d": {"from": "outside", "to": "b", "unlock": "sometimes"}}}, False),
    ({"doors": {"d": {"from": "outside", "to": "b", "held_open": 30}}}, False),
    ({"connections": {"c": {"protocol": "mqtt", "version": 5, "password": "env:X"}}}, True),
    ({"connections": {"c": {"protocol": "mqtt", "password": "hunter2"}}}, False),
    ({"calendars": {"c": {"url": "ftp://x", "room": "b"}}}, False),
]


@pytest.mark.parametrize(("shape", "good"), SHAPES)
def test_editor_and_loader_agree(shape: dict[str, Any], good: bool) -> None:
    document = MINIMAL | shape
    assert EDITOR.is_valid(document) == good
    if good:
        Site.model_validate(document)
    else:
        with pytest.raises(ValueError, match="validation error"):
            Site.model_validate(document)
