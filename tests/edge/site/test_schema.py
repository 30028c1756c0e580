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
    # Renew: .venv/bin/talonmies schema > docs/site.schema.json
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("file", sorted(Path("examples").glob("*.yaml")), ids=lambda file: file.stem)
def test_the_examples_are_valid_and_name_the_schema(file: Path) -> None:
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
    (
        {"hours": {"h": {"mon": "8-9", "eves": "8-12", "seasons": [{"from": "2026-09-01", "to": "2026-11-30", "mon": "9-20"}]}}},
        True,
    ),
    ({"hours": {"h": {"seasons": [{"from": "September", "to": "2026-11-30"}]}}}, False),
    ({"hours": {"h": {"mondy": "8-9"}}}, False),
    ({"hours": {"h": {"mon": 8}}}, False),
    ({"hours": {"h": {"mon": ["8-9, 10-11"]}}}, False),
    ({"doors": {"d": {"from": "outside", "to": "b", "unlock": "never", "held_open": "2 min", "name": {"fi": "Ovi"}}}}, True),
    ({"doors": {"d": {"from_": "outside", "to": "b"}}}, False),
    ({"doors": {"d": {"from": "outside", "to": "b", "unlock": "sometimes"}}}, False),
    ({"doors": {"d": {"from": "outside", "to": "b", "held_open": 30}}}, False),
    ({"connections": {"c": {"protocol": "mqtt", "version": 5, "password": "env:X"}}}, True),
    ({"connections": {"c": {"protocol": "mqtt", "password": "hunter2"}}}, False),
    ({"connections": {"c": {"protocol": "modbus-tcp", "host": "10.0.0.9", "timeout": "0.3 s"}}}, True),
    ({"connections": {"c": {"protocol": "modbus-tcp", "host": "10.0.0.9", "timeout": "3 min"}}}, False),
    ({"connections": {"c": {"protocol": "modbus-tcp", "host": "10.0.0.9", "username": "a"}}}, False),
    ({"connections": {"c": {"protocol": "modbus-rtu", "device": "/dev/ttyUSB0", "parity": "none", "stop_bits": 2}}}, True),
    ({"connections": {"c": {"protocol": "modbus-rtu"}}}, False),
    ({"connections": {"c": {"host": "127.0.0.1"}}}, False),
    ({"calendars": {"c": {"url": "ftp://x", "room": "b"}}}, False),
    ({"calendars": {"c": {"caldav": "https://x", "username": "u", "password": "env:P", "rooms": {"b": ["B", "Room B"]}}}}, True),
    (
        {
            "calendars": {
                "c": {"file": "a", "rooms": {"b": {"location": "B", "category": ["x"], "organizer": "@x", "attendee": "a@x"}}}
            }
        },
        True,
    ),
    ({"calendars": {"c": {"graph": {"tenant": "t.fi", "client": "c", "secret": "env:S"}, "mailboxes": {"b": "b@x"}}}}, True),
    ({"calendars": {"c": {"graph": {"tenant": "t.fi", "client": "c", "secret": "hunter2"}, "mailboxes": {"b": "b@x"}}}}, False),
    ({"calendars": {"c": {"local": "b"}, "d": {"local": ["b"], "agency": "x"}}}, True),
    ({"agencies": {"x": {"name": "X", "hours": "h", "organizers": "@x", "categories": ["X"], "staff_first": True}}}, True),
    ({"spaces": {"b": {"zone": "public", "agency": ["x", "y"], "others": "when-away"}}}, True),
    ({"spaces": {"b": {"zone": "public", "agency": "x", "others": "sometimes"}}}, False),
    ({"rooms": {"p": {"no_show": "never", "between": "8-12, 13-16", "categories": "X", "staff_first": False}}}, True),
    ({"rooms": {"p": {"no_show": "15 min", "changeover": "0 s", "organizers": ["a@x", "@x"], "agencies": ["x"]}}}, True),
    ({"rooms": {"p": {"no_show": "no"}}}, False),
    (
        {"contacts": {"a": {"sms": "+358 40 123"}, "b": {"console": True}}, "escalations": {"e": [{"after": "0 s", "to": "a"}]}},
        True,
    ),
    ({"contacts": {"a": {"webhook": "https://x.example/hook", "secret": "env:S", "language": "sv"}}}, True),
    ({"contacts": {"a": {"webhook": "javascript:alert(1)"}}}, False),
    ({"contacts": {"a": {"sms": "call me"}}}, False),
    ({"contacts": {"a": {"email": "duty"}}}, False),
    ({"contacts": {"a": {"console": False}}}, False),
    ({"escalations": {"e": [{"after": 60, "to": "a"}]}}, False),
    (
        {"security": {"escalation": {"1": "e"}, "sms": {"url": "https://x", "headers": {"X-Key": "{secret}"}, "secret": "env:S"}}},
        True,
    ),
    ({"security": {"escalation": {"5": "e"}}}, False),
    ({"security": {"smtp": {"host": "mail.example", "sender": "a@b.fi", "username": "u", "password": "hunter2"}}}, False),
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
