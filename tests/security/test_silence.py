"""A7: at a silent place nothing changes because its button was pressed: a day with the press is there as the same day without."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from edge.events import CommandSent, Event
from edge.points import DEVICE_TYPES, Value
from edge.simulation import Simulation
from edge.site import Site
from security import alarms, overrides
from security.alarms import open_alarms
from tests.builders import HOUR, MINUTE, MONDAY, SECOND, booking, read, site_of

PLACE = "room-1"
PANIC_AT = 5
STEPS = 12


def building(random: Random) -> Site:
    """Rooms in a row with devices of every kind anywhere, and a response that asks for all of them."""
    spaces = {"lobby": "public", "room-1": "semi-public", "room-2": "semi-public", "office": "internal"}
    doors: dict[str, dict[str, Any]] = {
        "entrance": {"from": "outside", "to": "lobby", "unlock": {"hours": "day"}},
        "front-1": {"from": "lobby", "to": "room-1", "unlock": random.choice(["booking", {"hours": "day"}])},
        "front-2": {"from": random.choice(["lobby", "room-1"]), "to": "room-2", "unlock": {"hours": "day"}},
        "back-1": {"from": "room-1", "to": "office", "back": random.choice(["free", "credential"])},
    }
    devices: dict[str, dict[str, Any]] = {
        "button-1": {"type": "panic-button", "space": "room-1"},
        "button-2": {"type": "panic-button", "space": "room-2"},
    }
    for number in range(9):
        kind = ("masking-unit", "relay", "sign")[number % 3]
        place = (
            {"door": random.choice([*doors])} if kind == "sign" and random.random() < 0.5 else {"space": random.choice([*spaces])}
        )
        devices[f"{kind}-{number}"] = {"type": kind, **place}
    named = {
        kind: [name for name, device in devices.items() if device["type"] == kind] for kind in ("masking-unit", "relay", "sign")
    }
    everything: dict[str, Any] = {
        "locks": [*doors],
        "mute": ["around", *random.sample(named["masking-unit"], 1)],
        "relays": named["relay"],
        "signs": dict.fromkeys(named["sign"], "Panic in {place}"),
        "silent": True,
    }
    if random.random() < 0.5:
        everything["spaces"] = [PLACE]
    return site_of(
        spaces,
        doors,
        hours={"day": {"mon-sun": "0-24"}},
        devices=devices,
        calendars={"rooms": {"file": "a.ics", "rooms": {space: space for space in ("room-1", "room-2")}}},
        contacts={relay: {"relay": relay} for relay in named["relay"]},
        escalations={"urgent": [{"after": "0 s", "to": [*named["relay"]]}]},
        security={"panic": [everything], "escalation": {"1": "urgent"}},
    )


def lived(seed: int, *, panic: bool) -> tuple[list[Any], dict[str, Value], int]:
    """What was commanded in the place, how everything there ends up, and how much was commanded elsewhere."""
    random = Random(seed)
    site, journal = building(random), list[Event]()
    day = Simulation(site, MONDAY, journal.append)
    for step in range(STEPS):
        happens(random, day)
        if panic and step == PANIC_AT:
            day.press("button-1", "p1")
        if panic and step == STEPS - 2:
            (alarm,) = (found for found in open_alarms(day.facts) if found.subject == "button-1")
            day.act(lambda facts, at, n=alarm.number: alarms.acknowledge(facts, at, n, "guard-1", None))  # type: ignore[misc]
            day.act(lambda facts, at, n=alarm.number: alarms.resolve(facts, at, n, "guard-1", "Over", None))  # type: ignore[misc]
        day.advance(day.now + 10 * SECOND)
    here = set(devices_at(site))
    # Numbers of commands count everywhere; what a device does follows from the rest.
    sent = [(e.at, e.device, e.point, e.value, e.for_s, e.cause) for e in journal if isinstance(e, CommandSent)]
    state = {f"{d}/{kind}": day.devices[d].state(kind) for d in here for kind in DEVICE_TYPES[site.devices[d].type]}
    return [each for each in sent if each[1] in here], state, sum(each[1] not in here for each in sent)


def devices_at(site: Site) -> Iterator[str]:
    for name, device in site.devices.items():
        door = site.doors.get(device.door or "")
        if device.space == PLACE or (door is not None and PLACE in (door.from_, door.to)):
            yield name


def happens(random: Random, day: Simulation) -> None:
    """Bookings, overrides, hands: life goes on beside the alarm."""
    match random.choice(["booking", "override", "contact", "key", "time"]):
        case "booking":
            day.observe(read(day.now, booking(day.now, day.now + HOUR, PLACE)))
        case "override":
            value: overrides.DoorValue = random.choice(["locked", "unlocked"])
            until = day.now + MINUTE
            day.act(
                lambda facts, at: overrides.override(
                    day.site, facts, at, "front-1", value, "manager-1", "facility-manager", until, "r"
                )
            )
        case "contact":
            day.set("lock-front-1", "contact", random.choice(["open", "closed"]))
        case "key":
            day.set("lock-back-1", "lock", random.choice(["locked", "unlocked"]))
        case _:
            day.advance(day.now + MINUTE)


@pytest.mark.parametrize("seed", range(25))
def test_a_day_with_a_panic_is_the_same_in_the_silent_place_as_one_without(seed: int) -> None:
    commands, state, elsewhere = lived(seed, panic=True)
    without, calm, fewer = lived(seed, panic=False)
    assert (commands, state) == (without, calm)
    assert elsewhere > fewer, "help was called somewhere"
