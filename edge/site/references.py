"""Ids that one part of the file takes from another.

Read from the plain data and not from the models, so that a reference is checked also where the rest of its entry is broken.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from edge.site.draft import Draft
from edge.site.fields import ALWAYS, OUTSIDE
from edge.site.finding import Path, Problem, error
from edge.site.panic_settings import AROUND
from edge.site.wrong import near_miss, shown
from edge.text import Text, say

EACH = "*"
"""Any key or position."""
KEYS = "<keys>"
"""The keys themselves."""

REFERENCES: tuple[tuple[Path, str], ...] = (
    (("site", "hours"), "hours"),
    (("spaces", EACH, "agency"), "agencies"),
    (("spaces", EACH, "agency", EACH), "agencies"),
    (("agencies", EACH, "hours"), "hours"),
    (("agencies", EACH, "tell"), "contacts"),
    (("agencies", EACH, "tell", EACH), "contacts"),
    (("doors", EACH, "from"), "spaces"),
    (("doors", EACH, "to"), "spaces"),
    (("doors", EACH, "unlock", "hours"), "hours"),
    (("doors", EACH, "unlock", "scenes"), "scenes"),
    (("doors", EACH, "unlock", "scenes", EACH), "scenes"),
    (("doors", EACH, "interlock"), "doors"),
    (("doors", EACH, "interlock", EACH), "doors"),
    (("devices", EACH, "connection"), "connections"),
    (("devices", EACH, "door"), "doors"),
    (("devices", EACH, "space"), "spaces"),
    (("devices", EACH, "alarm"), "alarms"),
    (("terminals", EACH, "agency"), "agencies"),
    (("terminals", EACH, "dock"), "devices"),
    (("calendars", EACH, "room"), "spaces"),
    (("calendars", EACH, "rooms", KEYS), "spaces"),
    (("calendars", EACH, "mailboxes", KEYS), "spaces"),
    (("calendars", EACH, "local"), "spaces"),
    (("calendars", EACH, "local", EACH), "spaces"),
    (("calendars", EACH, "agency"), "agencies"),
    (("rooms", EACH, "spaces", EACH), "spaces"),
    (("rooms", EACH, "calendars", EACH), "calendars"),
    (("rooms", EACH, "agencies", EACH), "agencies"),
    (("rooms", EACH, "hours"), "hours"),
    (("rooms", EACH, "terminal"), "agencies"),
    (("rooms", EACH, "terminal", EACH), "agencies"),
    (("scenes", EACH, "room"), "spaces"),
    (("scenes", EACH, "policies"), "rooms"),
    (("scenes", EACH, "policies", EACH), "rooms"),
    (("scenes", EACH, "spaces"), "spaces"),
    (("scenes", EACH, "spaces", EACH), "spaces"),
    (("scenes", EACH, "route"), "spaces"),
    (("scenes", EACH, "route", EACH), "spaces"),
    (("scenes", EACH, "prepare", "checklist"), "checklists"),
    (("scenes", EACH, "prepare", "turn_over"), "checklists"),
    (("scenes", EACH, "afterwards", "checklist"), "checklists"),
    (("checklists", EACH, "items", EACH, "check", "door"), "doors"),
    (("checklists", EACH, "items", EACH, "check", "device"), "devices"),
    (("checklists", EACH, "items", EACH, "check", "sign"), "devices"),
    (("checklists", EACH, "items", EACH, "check", "relay"), "devices"),
    (("checklists", EACH, "items", EACH, "check", "masking"), "devices"),
    (("checklists", EACH, "items", EACH, "check", "masking", EACH), "devices"),
    (("contacts", EACH, "mqtt", "connection"), "connections"),
    (("contacts", EACH, "relay"), "devices"),
    (("escalations", EACH, EACH, "to"), "contacts"),
    (("escalations", EACH, EACH, "to", EACH), "contacts"),
    (("alarms", EACH, "escalation"), "escalations"),
    (("security", "escalation", EACH), "escalations"),
    (("security", "panic", EACH, "spaces"), "spaces"),
    (("security", "panic", EACH, "spaces", EACH), "spaces"),
    (("security", "panic", EACH, "locks"), "doors"),
    (("security", "panic", EACH, "locks", EACH), "doors"),
    (("security", "panic", EACH, "mute"), "devices"),
    (("security", "panic", EACH, "mute", EACH), "devices"),
    (("security", "panic", EACH, "relays"), "devices"),
    (("security", "panic", EACH, "relays", EACH), "devices"),
    (("security", "panic", EACH, "signs", KEYS), "devices"),
    (("security", "panic", EACH, "tell"), "contacts"),
    (("security", "panic", EACH, "tell", EACH), "contacts"),
    (("security", "sign_in", "roles", EACH, "agency"), "agencies"),
    (("displays", EACH, "space"), "spaces"),
    (("remote_service", KEYS), "spaces"),
    (("remote_service", EACH, "light"), "devices"),
    (("displays", EACH, "ways", KEYS), "spaces"),
    (("displays", EACH, "rooms"), "spaces"),
    (("displays", EACH, "rooms", EACH), "spaces"),
    (("displays", EACH, "agencies"), "agencies"),
    (("displays", EACH, "agencies", EACH), "agencies"),
    (("displays", EACH, "scenes"), "scenes"),
    (("displays", EACH, "scenes", EACH), "scenes"),
    (("acoustics", "pairs", EACH, "from"), "spaces"),
    (("acoustics", "pairs", EACH, "to"), "spaces"),
    (("acoustics", "spaces", KEYS), "spaces"),
    (("acoustics", "emitters", KEYS), "devices"),
    (("acoustics", "emitters", EACH, "heard", KEYS), "spaces"),
    (("acoustics", "emitters", EACH, "desks"), "spaces"),
    (("acoustics", "emitters", EACH, "desks", EACH), "spaces"),
    (("acoustics", "microphones", KEYS), "devices"),
    (("acoustics", "targets", EACH, "policies"), "rooms"),
    (("acoustics", "targets", EACH, "policies", EACH), "rooms"),
    (("acoustics", "targets", EACH, "agencies"), "agencies"),
    (("acoustics", "targets", EACH, "agencies", EACH), "agencies"),
    (("acoustics", "schedule", "hours"), "hours"),
    (("acoustics", "quiet", EACH, "rooms"), "spaces"),
    (("acoustics", "quiet", EACH, "rooms", EACH), "spaces"),
    (("acoustics", "quiet", EACH, "policies"), "rooms"),
    (("acoustics", "quiet", EACH, "policies", EACH), "rooms"),
    (("acoustics", "quiet", EACH, "spaces"), "spaces"),
    (("acoustics", "quiet", EACH, "spaces", EACH), "spaces"),
)
_RESERVED: dict[Path, str] = {
    ("doors", EACH, "from"): OUTSIDE,
    ("doors", EACH, "to"): OUTSIDE,
    ("rooms", EACH, "hours"): ALWAYS,
    ("scenes", EACH, "route", EACH): OUTSIDE,
    ("checklists", EACH, "items", EACH, "check", "masking"): AROUND,
    ("checklists", EACH, "items", EACH, "check", "masking", EACH): AROUND,
    ("security", "panic", EACH, "mute"): AROUND,
    ("security", "panic", EACH, "mute", EACH): AROUND,
}


def unknown_ids(draft: Draft) -> Iterator[Problem]:
    for pattern, table in REFERENCES:
        if not draft.readable(table):
            continue
        reserved = _RESERVED.get(pattern)
        known = dict.fromkeys([*draft.known(table), *([reserved] if reserved else [])])
        for path, used in texts_at(draft.raw, pattern):
            if used not in known:
                yield error(path, _unknown(used, table, known), at_key=pattern[-1] == KEYS)


def used_ids(draft: Draft, table: str) -> set[str]:
    """Ids of a table that something in the file refers to."""
    return {used for pattern, target in REFERENCES if target == table for _, used in texts_at(draft.raw, pattern)}


def texts_at(data: Any, pattern: Path, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """The texts at places that a pattern names, with their paths."""
    if not pattern:
        if isinstance(data, str):
            yield path, data
        return
    step, rest = pattern[0], pattern[1:]
    if step == KEYS:
        yield from (((*path, key), key) for key in data) if isinstance(data, Mapping) else ()
    elif step == EACH:
        pairs = data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) else ()
        for key, value in pairs:
            yield from texts_at(value, rest, (*path, key))
    elif isinstance(data, Mapping) and step in data:
        yield from texts_at(data[step], rest, (*path, step))


def _unknown(used: str, table: str, known: Collection[str]) -> Text:
    meant = near_miss(used, known)
    if meant:
        return say('"{found}" is not in {section}. Did you mean "{meant}"?', found=shown(used), section=table, meant=meant)
    if not known:
        return say('"{found}" is not in {section}, which is empty. Add it there.', found=shown(used), section=table)
    return say('"{found}" is not in {section}. Add it there, or use one that is.', found=shown(used), section=table)
