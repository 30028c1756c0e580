"""D1: Talonmies has no output that can hold an exit. Counted in everything that can be addressed, and tried on random days."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from api.app import create_app
from api.tokens import Tokens
from drivers.modbus.unit import TABLES
from drivers.mqtt.routes import routes_of
from edge.events import CommandSent, Decided, Event
from edge.facts import Facts
from edge.points import DEVICE_TYPES, PointId
from edge.profiles import PROFILES
from edge.refusal import Refusal
from edge.simulation import Simulation
from edge.site import Site
from edge.site.check import check
from edge.site.draft import Draft
from edge.site.fields import Role
from edge.site.load import read_site
from edge.site.model import Escape
from rooms import scenes
from security import modes, overrides, releases
from security.roles import NotAllowed
from tests.api.desk import MemoryDesk
from tests.builders import HOUR, MINUTE, MONDAY, SECOND, booking, read, site_of

OUTPUTS = {
    ("door-controller", "lock"): "the direction that it guards: from -> to",
    ("masking-unit", "level"): "loudspeakers",
    ("masking-unit", "muted"): "loudspeakers",
    ("terminal-dock", "release"): "a payment terminal",
    ("relay", "on"): "a light or a buzzer; a relay at a door is refused (edge.site.panic_rules)",
    ("sign", "text"): "a display",
}
"""Everything that is commanded, and what it acts on. Whoever adds one says here that it holds no exit."""

EXIT_WORDS = frozenset(("back", "egress", "escape", "exit", "handle", "hold", "inside", "magnet", "out", "outward", "reverse"))


def names_an_exit(name: str) -> bool:
    """A door out of service, and one that goes back into it, name no side."""
    plain = name.lower().replace("out-of-service", "").replace("out_of_service", "").replace("back-in-service", "")
    return not EXIT_WORDS.isdisjoint(re.split(r"[^a-z]+", plain))


def test_the_words_of_exits_are_found() -> None:
    assert [*filter(names_an_exit, ("exit-request", "Hold_Back", "/doors/{door}/escape", "out-of-service", "lock"))] == [
        "exit-request",
        "Hold_Back",
        "/doors/{door}/escape",
    ]


# --- counted ----------------------------------------------------------------------------------------------------------


def test_no_commanded_point_is_on_an_exit_side() -> None:
    commanded = {(type_, kind.name) for type_, kinds in DEVICE_TYPES.items() for kind in kinds.values() if kind.commanded}
    assert commanded == set(OUTPUTS)
    assert [point for _, point in commanded if names_an_exit(point)] == []


EXAMPLES = [read_site(path) for path in sorted(Path("examples").glob("*.yaml"))]


@pytest.mark.parametrize("site", EXAMPLES, ids=lambda site: str(site.site.id))
def test_no_topic_for_commands_is_on_an_exit_side(site: Site) -> None:
    topics = {p: t for line in site.connections for p, t in routes_of(site, line).commands.items()}
    assert topics
    assert {(site.devices[device].type, point) for device, point in topics} <= set(OUTPUTS)
    assert [topic for (device, _), topic in topics.items() if names_an_exit(topic.replace(device, ""))] == []


def test_no_order_of_a_bus_is_on_an_exit_side() -> None:
    assert set(TABLES) == {name for name, profile in PROFILES.items() if profile.mapping.protocol == "modbus"}
    for table in TABLES.values():
        assert {
            (type_, point.name) for type_, points in table.points.items() for point in points if point.name in table.orders
        } <= set(OUTPUTS)
        assert [*filter(names_an_exit, table.orders)] == []


def test_nothing_that_the_api_takes_names_an_exit_side() -> None:
    described = create_app(MemoryDesk(), tokens=Tokens("a-long-token-of-the-site", {})).openapi()
    acting = [(path, op) for path, item in described["paths"].items() for method, op in item.items() if method != "get"]
    assert len(acting) > 10
    taken = [name for path, op in acting for name in (path, *taken_by(op, described))]
    assert len(taken) > 2 * len(acting)
    assert [*filter(names_an_exit, taken)] == []


def taken_by(operation: Mapping[str, Any], described: Mapping[str, Any]) -> Iterator[str]:
    yield from (parameter["name"] for parameter in operation.get("parameters", ()))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from words_of(content["schema"], described)


def words_of(schema: Mapping[str, Any], described: Mapping[str, Any]) -> Iterator[str]:
    """Names of properties and values of choices, to any depth."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from (str(value) for value in (*schema.get("enum", ()), schema.get("const", "")) if value)
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from words_of(inner, described)
    for inner in (*schema.get("anyOf", ()), *schema.get("allOf", ()), *filter(None, [schema.get("items")])):
        yield from words_of(inner, described)


@pytest.mark.parametrize("type_", sorted(DEVICE_TYPES))
def test_a_site_file_gives_no_address_for_commands_to_what_is_only_reported(type_: str) -> None:
    taken = set()
    for point in DEVICE_TYPES[type_]:
        raw = {
            "site": {"id": "s", "name": "S"},
            "spaces": {"lobby": {"zone": "public"}},
            "connections": {"line": {"protocol": "mqtt"}},
            "devices": {"d": {"type": type_, "connection": "line", "points": {point: {"topic": "a", "set": "b"}}}},
        }
        problems = check(Draft.of(Site.model_validate(raw), raw))
        if not any(p.level == "error" and p.path == ("devices", "d", "points", point, "set") for p in problems):
            taken.add((type_, point))
    assert taken <= set(OUTPUTS)


def test_what_a_site_file_says_of_exit_sides_addresses_nothing() -> None:
    """`back` and `escape` describe what is there: with any values, the same things can be commanded at the same addresses."""
    site = EXAMPLES[0]
    found = set()
    for back in ("free", "button", "credential"):
        for way in (None, "free", "alarmed", "delayed"):
            changed = {"back": back, "escape": Escape(forward=way, back=way)}
            doors = {name: door.model_copy(update=changed) for name, door in site.doors.items()}
            other = site.model_copy(update={"doors": doors})
            found.add(tuple(sorted((p, t) for line in other.connections for p, t in routes_of(other, line).commands.items())))
    assert len(found) == 1


# --- tried ------------------------------------------------------------------------------------------------------------

SPACES = ("s1", "s2", "s3", "s4")
ROLES: tuple[Role, ...] = ("guard", "lobby-host", "facility-manager")


def building(random: Random) -> Site:
    escapes = (None, "free", "alarmed", "delayed")
    doors: dict[str, dict[str, Any]] = {}
    for n in range(random.randint(1, 5)):
        start, end = random.sample([*SPACES, "outside"], 2)
        kind = random.choice(["swing", "sliding", "escape"])
        doors[f"d{n}"] = {
            "from": start,
            "to": end,
            "kind": kind,
            "unlock": "never" if kind == "escape" else random.choice(["never", "booking", {"scenes": "party"}, {"hours": "day"}]),
            "back": random.choice(["free", "button", "credential"]),
            "escape": {"forward": random.choice(escapes), "back": random.choice(escapes)},
            "fail": random.choice(["locked", "unlocked"]),
        }
    return site_of(
        {space: random.choice(["public", "semi-public", "internal"]) for space in SPACES},
        doors,
        hours={"day": {"mon-sun": "0-24"}},
        devices={
            "button": {"type": "panic-button", "space": "s1"},
            "masking": {"type": "masking-unit", "space": "s1"},
            "sign": {"type": "sign", "space": "s1"},
            "light": {"type": "relay", "space": "s1"},
            "panel": {"type": "fire-input"},
            **{f"relay-{door}": {"type": "relay", "door": door} for door in doors},
        },
        scenes={"party": {"room": "s1"}},
        security={"panic": [{"locks": list(doors), "mute": "around", "signs": {"sign": "Panic"}, "relays": "light"}]},
        calendars={"rooms": {"file": "a.ics", "rooms": {space: space for space in SPACES}}},
    )


def asked(random: Random, site: Site, door: str, facts: Facts, at: datetime) -> Event:
    """Anything that a person may ask for. Raises Refusal."""
    role, until = random.choice(ROLES), at + random.choice([MINUTE, 2 * HOUR])
    mode = random.choice(["evacuation", "lockdown", "fire"])
    scope = random.choice(["site", "zone:internal", f"door:{door}"])
    value: overrides.DoorValue = random.choice(["locked", "unlocked"])
    possible: list[Callable[[], Event]] = [
        lambda: releases.release(site, facts, at, door, "p", role, until - at, "r"),
        lambda: overrides.override(site, facts, at, door, value, "p", role, until, "r"),
        lambda: overrides.out_of_service(site, facts, at, door, "p", role, "r"),
        lambda: overrides.back_in_service(site, facts, at, door, "p", role),
        lambda: modes.begin(site, facts, at, mode, scope, "p", role),
        lambda: modes.ask_end(site, facts, at, mode, scope, "p", role),
        lambda: modes.end(site, facts, at, mode, scope, "p", role),
        lambda: scenes.play(site, facts, at, "party", "p", until),
    ]
    return random.choice(possible)()


def happens(random: Random, day: Simulation) -> None:
    door, lock = random.choice(sorted(day.site.controllers.items()))
    match random.choice(["act", "act", "contact", "key", "leave", "link", "fire", "press", "booking"]):
        case "act":
            with suppress(Refusal, NotAllowed):
                day.act(lambda facts, at: asked(random, day.site, door, facts, at))
        case "contact":
            day.set(lock, "contact", random.choice(["open", "closed"]))
        case "key":
            day.set(lock, "lock", random.choice(["locked", "unlocked"]))
        case "leave":
            day.set(lock, "exit-request", True)
        case "link":
            day.set(lock, "link", random.random() < 0.5)
        case "fire":
            day.set("panel", "fire", random.random() < 0.5)
        case "press":
            day.press("button", f"p{day.now.isoformat()}")
        case "booking":
            day.observe(read(day.now, booking(day.now, day.now + 2 * MINUTE, random.choice(SPACES))))
    day.advance(day.now + random.choice([SECOND, 40 * SECOND, 3 * MINUTE]))


HARMLESS = {PointId("masking", "muted"), PointId("sign", "text"), PointId("light", "on")}
"""What a panic commands besides locks; none of it is at a door."""


def on_exit_sides(site: Site, journal: Iterable[Event]) -> set[PointId]:
    """Outputs that were decided on or commanded and are no lock of the direction that a door guards, and not harmless either."""
    used = {PointId(event.device, event.point) for event in journal if isinstance(event, CommandSent | Decided)}
    return {output for output in used - HARMLESS if output.point != "lock" or output.device not in site.controllers.values()}


def test_on_no_day_is_anything_commanded_on_an_exit_side() -> None:
    commands, used = 0, set[str]()
    for seed in range(30):
        random, journal = Random(seed), list[Event]()
        day = Simulation(building(random), MONDAY, journal.append)
        for _ in range(25):
            happens(random, day)
        sent = [event for event in journal if isinstance(event, CommandSent)]
        commands, used = commands + len(sent), used | {event.point for event in sent}
        assert on_exit_sides(day.site, journal) == set(), f"seed {seed}"
    assert commands > 100
    assert used == {"lock", "muted", "text", "on"}
