"""A small site without a fault, and what is found in it after a change."""

from collections.abc import Mapping
from typing import Any

from edge.site.check import check
from edge.site.draft import Draft
from edge.site.model import Site
from edge.site.wrong import in_english

GOOD: dict[str, Any] = {
    "site": {"id": "small", "name": "Small", "hours": "service"},
    "hours": {"service": {"mon-fri": "8-16"}},
    "agencies": {"dvv": {"name": "DVV"}},
    "spaces": {
        "lobby": {"zone": "public"},
        "room": {"zone": "semi-public", "kind": "service-room"},
        "office": {"zone": "internal", "agency": "dvv"},
    },
    "doors": {
        "entrance": {"from": "outside", "to": "lobby", "unlock": {"hours": "service"}},
        "front": {"from": "lobby", "to": "room", "unlock": "booking"},
        "rear": {"from": "room", "to": "office", "escape": {"forward": "alarmed"}},
    },
    "connections": {"broker": {"protocol": "mqtt"}},
    "devices": {
        "lock-entrance": {"type": "door-controller", "connection": "broker", "door": "entrance"},
        "lock-front": {"type": "door-controller", "connection": "broker", "door": "front"},
        "panic": {"type": "panic-button", "connection": "broker", "space": "room"},
    },
    "calendars": {"bookings": {"file": "a.ics", "rooms": {"room": "Room"}}},
    "rooms": {"service": {"kinds": ["service-room"]}},
    "security": {"panic": [{"locks": ["entrance"]}]},
}


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A value of ... removes the key."""
    result = dict(base)
    for key, value in change.items():
        if value is ...:
            del result[key]
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            result[key] = merged(base[key], value)
        else:
            result[key] = value
    return result


def found(change: Mapping[str, Any]) -> list[str]:
    raw = merged(GOOD, change)
    problems = check(Draft.of(Site.model_validate(raw), raw))
    return [f"{p.level} {'.'.join(map(str, p.path))}: {in_english(p.text)}" for p in problems]
