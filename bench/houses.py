"""Buildings of any size. Each room has a front door with a controller, a panic button and an occupancy sensor: 15 points."""

import json
from pathlib import Path
from typing import Any

import yaml

from drivers.mosquitto import HOST

POINTS_A_ROOM = 15
EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "joensuu.yaml"


def house(rooms: int, port: int = 1883) -> dict[str, Any]:
    numbers = range(1, rooms + 1)
    return {
        "site": {"id": "house", "name": "House", "token": "env:TALONMIES_TOKEN"},
        "spaces": {
            "lobby": {"zone": "public", "kind": "lobby"},
            **{f"room-{n}": {"zone": "semi-public", "kind": "meeting-room"} for n in numbers},
        },
        "doors": {f"front-{n}": {"from": "lobby", "to": f"room-{n}", "unlock": "booking"} for n in numbers},
        "connections": {"broker": {"protocol": "mqtt", "host": HOST, "port": port}},
        "devices": {
            **{f"lock-{n}": {"type": "door-controller", "connection": "broker", "door": f"front-{n}"} for n in numbers},
            **{f"panic-{n}": {"type": "panic-button", "connection": "broker", "space": f"room-{n}"} for n in numbers},
            **{f"occ-{n}": {"type": "occupancy-sensor", "connection": "broker", "space": f"room-{n}"} for n in numbers},
        },
    }


def write_house(folder: Path, rooms: int, port: int) -> Path:
    """JSON in a file of YAML: every JSON is YAML."""
    path = folder / f"house-{rooms}.yaml"
    path.write_text(json.dumps(house(rooms, port), indent=1))
    return path


def write_joensuu(folder: Path, port: int) -> Path:
    """The example with every device on one broker, where all can be pressed and flooded; its calendar is beside it."""
    found = yaml.safe_load(EXAMPLE.read_text())
    found["connections"] = {"broker": {"protocol": "mqtt", "host": HOST, "port": port}}
    for device in found["devices"].values():
        device["connection"] = "broker"
        for key in ("profile", "unit", "channel", "at"):
            device.pop(key, None)
    path = folder / EXAMPLE.name
    path.write_text(yaml.safe_dump(found, allow_unicode=True))
    (folder / "joensuu.ics").write_bytes(EXAMPLE.with_name("joensuu.ics").read_bytes())
    return path
