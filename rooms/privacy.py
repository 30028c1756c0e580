"""What is kept of a calendar: enough to read the same bookings again, and nothing of the persons in it.

Only what the readers look at is kept; of that, the people who are invited go too, and the organizer where nothing depends on it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from typing import Any

from rooms.feeding import Feeding, domain_of
from rooms.ics_lines import LONGEST_LINE, WANTED, address_of, parameters, unfolded
from rooms.sources.port import Content, Form

_OF_PERSONS = re.compile(rb"\n(SUMMARY|ORGANIZER|ATTENDEE)([;:][^\n]*)", re.IGNORECASE)
_ROW = (
    "@odata.etag", "@removed", "id", "iCalUId", "type", "seriesMasterId", "originalStart", "originalStartTimeZone", "start", "end",
    "isAllDay", "isCancelled", "showAs", "responseStatus", "categories", "lastModifiedDateTime",
)  # fmt: skip


def without_persons(content: Content, feeding: Feeding) -> Content:
    """The same bookings, read with the same feeding. Parts that are not what they should be become empty."""
    clean = cleaner(content.form, feeding)
    return replace(content, parts={name: clean(part) for name, part in content.parts.items()})


def cleaner(form: Form, feeding: Feeding) -> Callable[[bytes], bytes]:
    """Takes the persons out of a part; out of a feed also piece by piece, if each piece begins and ends where a line does."""
    return partial({"ics": _lines, "graph": _rows}[form], _People.of(feeding))


@dataclass(frozen=True, slots=True)
class _People:
    """Whose addresses something depends on. organizers: addresses and domains."""

    attendees: frozenset[str]
    organizers: frozenset[str]
    titles: bool

    @classmethod
    def of(cls, feeding: Feeding) -> "_People":
        attendees = {address for match in feeding.matches for address in match.attendees}
        organizers = {organizer for match in feeding.matches for organizer in match.organizers}
        return cls(frozenset({*attendees, *filter(None, [feeding.address])}), frozenset(organizers), feeding.titles)

    def organizer(self, address: str) -> str | None:
        """As much of it as matters."""
        if address in self.organizers:
            return address
        domain = domain_of(address)
        return domain if domain in self.organizers else None


def _lines(people: _People, part: bytes) -> bytes:
    def kept(match: re.Match[bytes]) -> bytes:
        return _kept(match[1].upper(), match[2], people) if len(match[2]) <= LONGEST_LINE else match[0]

    needless = _needless(bool(people.titles), bool(people.organizers), bool(people.attendees))
    lines = _OF_PERSONS.sub(kept, needless.sub(b"", b"\n" + unfolded(part)))
    return lines[1:] + b"\n" if lines else b""


@cache
def _needless(titles: bool, organizers: bool, attendees: bool) -> re.Pattern[bytes]:
    """Lines that go as a whole, whatever they say. What is too long to be read stays, and is refused again.

    By the end of the line before, which is found several times as fast as the beginning of a line.
    """
    unread = rb"(?!(?:%b)[;:])[^\n]*" % b"|".join(name.encode() for name in WANTED)
    whole = [*([] if titles else [rb"SUMMARY[;:]"]), *([] if organizers else [rb"ORGANIZER[;:]"])]
    whole += [] if attendees else [rb"ATTENDEE[;:](?![^\n]*R(?:OOM|ESOURCE))"]
    lines = [unread, *(rb"%b[^\n]{0,%d}(?![^\n])" % (start, LONGEST_LINE - 1) for start in whole)]
    return re.compile(rb"\n(?:%b)" % b"|".join(lines), re.IGNORECASE)


@lru_cache(1000)
def _kept(name: bytes, rest: bytes, people: _People) -> bytes:
    """Rooms are invited with the same line again and again."""
    if name == b"SUMMARY":
        return b"\nSUMMARY%b" % rest
    named, value = parameters(rest)
    address = address_of(value)
    if name == b"ORGANIZER":
        organizer = people.organizer(address)
        return f"\nORGANIZER:{organizer}".encode() if organizer else b""
    if named.get("CUTYPE", "").upper() in ("ROOM", "RESOURCE"):
        return b"\nATTENDEE%b" % rest
    if address not in people.attendees:
        return b""
    return f"\nATTENDEE;PARTSTAT={named.get('PARTSTAT', 'NEEDS-ACTION')}:{address}".encode()


def _rows(people: _People, part: bytes) -> bytes:
    try:
        kept = json.loads(part)
        rows = [_row(row, people) for row in kept["events"]]
        return json.dumps({"mailbox": kept["mailbox"], "events": rows}, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return b""


def _row(row: Mapping[str, Any], people: _People) -> dict[str, Any]:
    kept = {name: row[name] for name in (*_ROW, *(["subject"] if people.titles else [])) if name in row}
    if isinstance(place := row.get("location"), dict):
        kept["location"] = {"displayName": place.get("displayName")}
    if isinstance(row.get("organizer"), dict) and (organizer := people.organizer(_mail_address(row["organizer"]))):
        kept["organizer"] = {"emailAddress": {"address": organizer}}
    if isinstance(asked := row.get("attendees"), list):
        known = [(_mail_address(item), item) for item in asked if isinstance(item, dict)]
        kept["attendees"] = [
            {"type": item.get("type"), "status": item.get("status"), "emailAddress": {"address": address}}
            for address, item in known
            if item.get("type") == "resource" or address in people.attendees
        ]
    return kept


def _mail_address(item: Mapping[str, Any]) -> str:
    mail = item.get("emailAddress")
    return str(mail.get("address") or "").strip().lower() if isinstance(mail, dict) else ""
