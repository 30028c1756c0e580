"""A small site on disk: two booked rooms, buttons, sensors, a calendar file."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from drivers.mosquitto import HOST

Booked = tuple[str, datetime, datetime]
"""Room, start and end."""


def described(site: str, port: int) -> dict[str, Any]:
    rooms = ("long", "short")
    return {
        "site": {"id": site, "name": "Testitalo", "token": "env:TALONMIES_TOKEN"},
        "spaces": {
            "lobby": {"zone": "public", "kind": "lobby"},
            **{room: {"zone": "semi-public", "kind": "meeting-room"} for room in rooms},
        },
        "doors": {room: {"from": "lobby", "to": room, "unlock": "booking"} for room in rooms},
        "connections": {"broker": {"protocol": "mqtt", "host": HOST, "port": port}},
        "devices": {
            **{f"lock-{room}": {"type": "door-controller", "connection": "broker", "door": room} for room in rooms},
            **{f"occ-{room}": {"type": "occupancy-sensor", "connection": "broker", "space": room} for room in rooms},
            **{f"panic-{n}": {"type": "panic-button", "connection": "broker", "space": "lobby"} for n in (1, 2, 3)},
        },
        "calendars": {"rooms": {"file": "rooms.ics", "rooms": {room: room for room in rooms}}},
        "rooms": {"exactly": {"unlock_before": "0 min"}},
    }


def write_site(folder: Path, site: str, port: int, booked: Sequence[Booked] = ()) -> Path:
    """The site file, which is JSON because every JSON is YAML, with its calendar beside it."""
    path = folder / "site.yaml"
    path.write_text(json.dumps(described(site, port), indent=1))
    write_calendar(folder / "rooms.ics", booked)
    return path


def write_calendar(path: Path, booked: Sequence[Booked]) -> None:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Talonmies//tests//FI"]
    for number, (room, start, end) in enumerate(booked):
        lines += [
            "BEGIN:VEVENT", f"UID:{room}-{number}", f"DTSTAMP:{start:%Y%m%dT%H%M%SZ}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
            f"DTEND:{end:%Y%m%dT%H%M%SZ}", f"LOCATION:{room}", "SUMMARY:Varaus", "END:VEVENT",
        ]  # fmt: skip
    path.write_text("\r\n".join([*lines, "END:VCALENDAR", ""]))
