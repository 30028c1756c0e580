"""Random small buildings of three zones, as sections of a site file: what the oracle reads is what its writer wrote."""

from collections.abc import Collection, Mapping
from random import Random
from typing import Any

from edge.site import Site

Sections = dict[str, Any]

TABLES = {"morning": (8, 11), "day": (9, 16), "late": (10, 19)}
"""Timetables of every day of the week, in whole local hours."""
HOLDS = {"24 h": 86_400, "20 min": 1_200}
AGENCIES = ("tax", "post")
SPACES = {
    "lobby": "public",
    "hall": "semi-public",
    "room-1": "semi-public",
    "room-2": "semi-public",
    "office": "internal",
    "archive": "internal",
}
ROOMS = ("hall", "room-1", "room-2")


def building(chance: Random, *, plain: bool = False) -> Sections:
    """Never one with a way into internal space that stands open for ever. plain: nothing in it excludes anything else."""
    while True:
        sections = _drawn(chance, plain)
        if not open_way(sections, ()):
            return sections


def site_of(sections: Sections) -> Site:
    return Site.model_validate(sections)


def open_way(sections: Sections, opened: Collection[str]) -> bool:
    """Whether anyone can walk from public to internal space through these doors and those that are never shut."""
    reached = ["outside", *(space for space, its in sections["spaces"].items() if its["zone"] == "public")]
    zones = {space: its["zone"] for space, its in sections["spaces"].items()}
    for here in reached:
        for name, door in sections["doors"].items():
            both = door.get("kind") == "opening" or name in opened
            ways = [(door["from"], door["to"], both), (door["to"], door["from"], both or door["back"] != "credential")]
            for start, end, passable in ways:
                if start == here and passable and zones.get(end) == "internal":
                    return True
                if start == here and passable and end not in reached:
                    reached.append(end)
    return False


def _drawn(chance: Random, plain: bool) -> Sections:
    spaces = {name: {"zone": "semi-public" if plain and zone == "internal" else zone} for name, zone in SPACES.items()}
    if not plain:
        for room in ROOMS:
            if chance.random() < 0.3:
                spaces[room]["agency"] = chance.choice([["tax"], ["post"], ["tax", "post"]])  # type: ignore[assignment]
                spaces[room]["others"] = chance.choice(["always", "never"])
    scenes = {"wedding": _scene(chance)} if chance.random() < 0.6 else {}
    doors = _doors(chance, plain, scenes)
    policy: dict[str, Any] = {
        "unlock_before": chance.choice(["0 s", "5 min", "15 min"]),
        "lock_after": chance.choice(["0 s", "0 s", "10 min"]),
        "no_show": "never",
        **({"hours": chance.choice([*TABLES, "always"])} if chance.random() < 0.4 else {}),
        **({"staff_first": True} if not plain and chance.random() < 0.2 else {}),
    }
    devices = _devices(chance, doors, plain)
    locked = [door for door in chance.sample([*doors], 1) if f"lock-{door}" in devices]
    return {
        "site": {"id": "random", "name": "Random", "holidays": None, **({"hours": "late"} if chance.random() < 0.3 else {})},
        "hours": {name: {"mon-sun": f"{opens}:00-{closes}:00"} for name, (opens, closes) in TABLES.items()},
        "agencies": {name: {"name": name.title(), "categories": [name.upper()]} for name in AGENCIES},
        "spaces": spaces,
        "doors": doors,
        "connections": {"line": {"protocol": "mqtt"}},
        "devices": devices,
        "calendars": {
            "rooms": {
                "url": "https://calendar.example/r.ics",
                "hold": chance.choice(["24 h", "24 h", "20 min"]),
                "rooms": {room: {"location": room.title()} for room in ROOMS},
            }
        },
        "rooms": {"all": policy},
        "scenes": scenes,
        "security": {
            "fire_loss": chance.choice(["alarm", "alarm", "release"]),
            "panic": [{"locks": locked}] if locked else [],
        },
    }


def _scene(chance: Random) -> dict[str, Any]:
    before, after = chance.choice(["0 s", "10 min"]), chance.choice(["0 s", "10 min"])
    return {"room": chance.choice(ROOMS), "spaces": ["lobby"], "before": before, "after": after, "prepare": {}}


def _doors(chance: Random, plain: bool, scenes: Collection[str]) -> dict[str, dict[str, Any]]:
    ends = {
        "entrance": ("outside", "lobby"),
        "hall-front": ("lobby", "hall"),
        "front-1": (chance.choice(["lobby", "hall"]), "room-1"),
        "back-1": ("room-1", "office"),
        "front-2": (chance.choice(["lobby", "room-1"]), "room-2"),
        "staff": ("outside", "office"),
        "inner": ("office", "archive"),
        "way-out": ("room-1" if chance.random() < 0.5 else "office", "outside"),
    }
    everywhere = ("outside", *SPACES)
    for number in range(chance.choice([0, 0, 1, 2])):
        ends[f"more-{number}"] = tuple(chance.sample(everywhere, 2))  # type: ignore[assignment]
    kept = [name for name in ends if name in ("entrance", "front-1", "hall-front") or chance.random() < 0.7]
    doors = {name: _door(chance, name, *ends[name], scenes) for name in kept}
    lockable = [name for name, door in doors.items() if door.get("kind") != "opening"]
    if not plain and chance.random() < 0.4 and len(lockable) > 2:
        first, second = chance.sample(lockable, 2)
        doors[first]["interlock"] = [second]
    return doors


def _door(chance: Random, name: str, start: str, end: str, scenes: Collection[str]) -> dict[str, Any]:
    door: dict[str, Any] = {"from": start, "to": end, "back": "free"}
    if name.startswith("more") and chance.random() < 0.15:
        return {**door, "kind": "opening"}
    if name == "way-out":
        return {**door, "kind": "escape", "escape": {"forward": "free"}, "back": "credential"}
    door["back"] = chance.choice(["free", "button", *["credential"] * (8 if SPACES.get(end) == "internal" else 2)])
    door["fail"] = chance.choice(["unlocked", *["locked"] * 4])
    door["held_open"], door["held_open_warning"] = chance.choice(["30 s", "2 min"]), "10 s"
    if chance.random() < 0.15:
        door["escape"] = {chance.choice(["forward", "back"]): "alarmed"}
    door["unlock"] = {
        "booking": end in ROOMS and chance.random() < 0.85,
        **({"hours": chance.choice([*TABLES])} if chance.random() < (0.8 if name == "entrance" else 0.25) else {}),
        **({"scenes": [*scenes]} if scenes and chance.random() < 0.4 else {}),
    }
    return door


def _devices(chance: Random, doors: Mapping[str, Mapping[str, Any]], plain: bool) -> dict[str, dict[str, Any]]:
    devices: dict[str, dict[str, Any]] = {
        "fire-1": {"type": "fire-input"},
        "button-1": {"type": "panic-button", "space": "room-1"},
        "eye-1": {"type": "occupancy-sensor", "space": "room-1"},
        "masking": {"type": "masking-unit", "space": "room-1"},
        "dock": {"type": "terminal-dock", "space": "room-2"},
    }
    for name, door in doors.items():
        if door.get("kind") == "opening" or (chance.random() < 0.08 and not plain):
            continue
        odd = {} if plain else chance.choice([*[{}] * 8, *({"lacks": [sense]} for sense in ("contact", "read-back"))])
        lease = chance.choice([*[{}] * 9, {"lease": "watchdog"}, {"lease": "latch"}, {"lease": "pulse", "pulse": "20 s"}])
        devices[f"lock-{name}"] = {"type": "door-controller", "door": name, **odd, **lease}
    return {name: {"connection": "line", **device} for name, device in devices.items()}
