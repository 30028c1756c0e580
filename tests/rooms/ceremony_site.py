"""A wedding room behind a foyer, with all that a ceremony needs, for tests of ceremonies."""

from datetime import datetime
from typing import Any

from edge.site import Site
from rooms.bookings import Booking
from tests.builders import booking, local, site_of

FRIDAY = "2026-11-27"
SPACES: dict[str, Any] = {
    "lobby": {"zone": "public", "kind": "lobby"},
    "foyer": {"zone": "semi-public"},
    "hall": {"zone": "semi-public", "kind": "wedding-room"},
    "office": "internal",
}
DOORS: dict[str, Any] = {
    "foyer-front": {"from": "lobby", "to": "foyer", "unlock": {"scenes": ["wedding"]}},
    "hall-front": {"from": "foyer", "to": "hall", "unlock": {"booking": True, "scenes": ["wedding"]}},
    "office-door": {"from": "foyer", "to": "office"},
}
DEVICES: dict[str, Any] = {
    "sign": {"type": "sign", "door": "hall-front"},
    "lights": {"type": "relay", "space": "hall"},
    "masking": {"type": "masking-unit", "space": "foyer"},
    "sensor": {"type": "occupancy-sensor", "space": "hall"},
}
CHECKLISTS: dict[str, Any] = {
    "set-up": {
        "name": {"fi": "Salin valmistelu", "en": "Set-up"},
        "items": {
            "route": {"text": "Way open", "check": {"route": "open"}, "instead": "Open by key"},
            "quiet": {"text": "No masking", "check": {"masking": "around"}, "instead": "Switch it off at the wall"},
            "sign": {"text": "Sign", "check": {"sign": "sign", "is": "shown"}, "instead": "Put the board out"},
            "chairs": {"text": "Chairs", "note": "2 + 12"},
            "flowers": {"text": "Flowers"},
        },
    },
    "turn-over": {
        "items": {"empty": {"text": "Empty", "check": {"room": "empty"}, "instead": "Ask them out"}, "water": {"text": "Water"}}
    },
    "put-back": {
        "items": {
            "dark": {"text": "Sign blank", "check": {"sign": "sign", "is": "blank"}, "instead": "Tell"},
            "tables": {"text": "Tables"},
        }
    },
}
SCENE: dict[str, Any] = {
    "name": "Wedding",
    "room": "hall",
    "policies": ["ceremony"],
    "spaces": ["foyer"],
    "route": ["lobby", "foyer", "hall"],
    "before": "30 min",
    "after": "10 min",
    "ready_by": "15 min",
    "prepare": {
        "before": "60 min",
        "checklist": "set-up",
        "turn_over": "turn-over",
        "claims": {"sign.text": {"fi": "Vihkiminen", "sv": "Vigsel"}, "lights.on": True, "masking.muted": True},
    },
    "afterwards": {"checklist": "put-back"},
}


def ceremony_site(scene: dict[str, Any] | None = None, **sections: Any) -> Site:
    return site_of(
        SPACES,
        DOORS,
        devices=DEVICES,
        checklists=CHECKLISTS,
        agencies={"dvv": {"name": "DVV"}},
        calendars={
            "weddings": {"url": "https://c.example/", "room": "hall", "agency": "dvv"},
            "meetings": {"url": "https://d.example/", "room": "hall"},
        },
        rooms=sections.pop("rooms", {"ceremony": {"calendars": ["weddings"]}}) | {"meeting": {"unlock_before": "10 min"}},
        scenes={"wedding": SCENE | (scene or {})},
        **sections,
    )


def at(clock: str) -> datetime:
    return local(f"{FRIDAY} {clock}")


def wedding(start: str, end: str, uid: str = "a", **more: Any) -> Booking:
    return booking(at(start), at(end), "hall", uid, **{"calendar": "weddings", **more})
