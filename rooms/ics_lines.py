"""From the octets of an iCalendar stream to components with the properties that matter here.

Source: RFC 5545, 3.1 (content lines, folding) and 3.4 (objects). More lenient than the RFC about line ends, letter case, byte order
marks and characters that are not UTF-8; strict about BEGIN and END, since a cut or foreign text must never pass for a calendar.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from edge.errors import Garbled
from edge.text import Text, say

MOST_OCTETS = 32_000_000
_DEEPEST = 10
LONGEST_LINE = 200_000

WANTED = (
    "BEGIN", "END", "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXRULE", "EXDATE", "RECURRENCE-ID",
    "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "STATUS", "TRANSP", "SUMMARY", "LOCATION", "CATEGORIES", "ORGANIZER", "ATTENDEE",
    "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT", "X-WR-TIMEZONE", "X-WR-CALNAME", "METHOD", "TZID", "TZOFFSETFROM",
    "TZOFFSETTO",
)  # fmt: skip
_LINE = re.compile(rb"^(%s)([;:].*)$" % b"|".join(name.encode() for name in WANTED), re.IGNORECASE | re.MULTILINE)
_NAMES = {name.encode(): name for name in WANTED}
_NOT_A_LINE = re.compile(rb"\n[^:\n]++(?![^\n])")


class Unreadable(Garbled):
    """Something in a calendar cannot be understood. text: why; a {uid} in it is filled in by `about`."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.message.format_map({"uid": "", **text.values}))
        self.text = text

    def about(self, uid: str) -> Text:
        return Text(self.text.message, {**self.text.values, "uid": uid})


class TooMuchWork(Unreadable):
    """The feed as a whole asks for more than any honest calendar."""


@dataclass(slots=True)
class Component:
    """properties: by upper-case name, each line from its first ";" or ":" on. longest: of the lines that were too long to keep."""

    name: str
    properties: dict[str, list[bytes]] = field(default_factory=dict)
    children: list["Component"] = field(default_factory=list)
    longest: int = 0

    def first(self, name: str) -> bytes | None:
        lines = self.properties.get(name)
        return lines[0] if lines else None

    def text(self, name: str) -> str | None:
        """The value of a text property, its escapes resolved and trimmed."""
        line = self.first(name)
        return None if line is None else unescaped(parameters(line)[1]).strip()


def components(body: bytes) -> tuple[list[Component], tuple[Text, ...]]:
    """The VCALENDARs of a feed, and notes about lines that were passed over.

    Raises Unreadable unless the body is one or more whole VCALENDARs.
    """
    if len(body) > MOST_OCTETS:
        raise Unreadable(say("The calendar is larger than {most} MB", most=MOST_OCTETS // 1_000_000))
    text = unfolded(body)
    _check_beginning(text)
    root = Component("")
    stack = [root]
    properties = root.properties
    for match in _LINE.finditer(text):
        written, rest = match.groups()
        name = _NAMES.get(written) or written.upper().decode()
        if name == "BEGIN":
            properties = _open(stack, rest).properties
        elif name == "END":
            properties = _close(stack, rest).properties
        elif len(rest) > LONGEST_LINE:
            stack[-1].longest = max(stack[-1].longest, len(rest))
        elif name in properties:
            properties[name].append(rest)
        else:
            properties[name] = [rest]
    if len(stack) > 1:
        raise Unreadable(say("The calendar is cut short: {component} does not end", component=stack[-1].name))
    if longest := max((calendar.longest for calendar in root.children), default=0):
        raise Unreadable(say("The calendar has a line of {octets} octets", octets=longest))
    return root.children, _notes(text)


class Unfolded(bytes):
    """A body as `unfolded` leaves it: to do it again would cost as much and change nothing."""


def unfolded(body: bytes) -> Unfolded:
    """One line for each property, ended by a line feed."""
    if isinstance(body, Unfolded):
        return body
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        body = body.decode("utf-16", "replace").encode()
    body = body.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").replace(b"\r\n", b"\n")
    if b"\n" not in body:
        body = body.replace(b"\r", b"\n")
    return Unfolded(body.replace(b"\n ", b"").replace(b"\n\t", b"").replace(b"\r", b"").lstrip())


def _check_beginning(text: bytes) -> None:
    if not text:
        raise Unreadable(say("The calendar is empty: not even a VCALENDAR in it"))
    if re.match(rb"BEGIN:VCALENDAR\s", text, re.IGNORECASE):
        return
    if text.startswith(b"<"):
        raise Unreadable(say("This is a web page and not a calendar; perhaps the address asks to sign in"))
    if text.startswith((b"{", b"[")):
        raise Unreadable(say("This is JSON and not a calendar"))
    raise Unreadable(say("This is not a calendar: it does not begin with BEGIN:VCALENDAR"))


def _open(stack: list[Component], rest: bytes) -> Component:
    """What is open now."""
    name = _name(rest)
    if len(stack) == 1 and name != "VCALENDAR":
        raise Unreadable(say("This is not a calendar: it holds {component} outside a VCALENDAR", component=name))
    if len(stack) > _DEEPEST:
        raise Unreadable(say("The calendar has components nested more than {most} deep", most=_DEEPEST))
    component = Component(name)
    stack[-1].children.append(component)
    stack.append(component)
    return component


def _close(stack: list[Component], rest: bytes) -> Component:
    """What is open now."""
    name = _name(rest)
    if len(stack) == 1 or stack[-1].name != name:
        raise Unreadable(
            say("The calendar is damaged: END:{found} where {open} is open", found=name, open=stack[-1].name or "nothing")
        )
    stack.pop()
    return stack[-1]


@lru_cache(64)
def _name(rest: bytes) -> str:
    return decoded(rest[1:]).strip().upper()[:60]


def _notes(text: bytes) -> tuple[Text, ...]:
    strange = sum(1 for line in _NOT_A_LINE.finditer(text) if line[0].strip())
    return (say("{count} lines of the calendar are not iCalendar and were passed over", count=strange),) if strange else ()


def decoded(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


_PARAMETER = re.compile(r';([^=;:"]+)=((?:"[^"]*"|[^";:])*)')


def parameters(line: bytes) -> tuple[dict[str, str], str]:
    """Parameters by upper-case name, without their quotes, and the value of a line from its first ";" or ":" on."""
    rest = decoded(line)
    if rest[0] == ":":
        return {}, rest[1:]
    found: dict[str, str] = {}
    position = 0
    while match := _PARAMETER.match(rest, position):
        found[match[1].strip().upper()] = match[2].replace('"', "").strip()
        position = match.end()
    colon = rest.find(":", position)
    return found, rest[colon + 1 :] if colon >= 0 else ""


def time_parameters(line: bytes) -> tuple[dict[str, str], str]:
    """The same for a property of times, whose value holds no colon: so TZID=(UTC+02:00) Helsinki may come unquoted."""
    rest = decoded(line)
    head, _, value = rest.rpartition(":")
    found: dict[str, str] = {}
    for part in re.split(r";(?=[A-Za-z-]+=)", head):
        name, equals, text = part.partition("=")
        if equals:
            found[name.strip().upper()] = text.replace('"', "").strip()
    return found, value


def address_of(value: str) -> str:
    """Of a person or room, in lower case. What stands before "mailto:" is a name that somebody forgot to quote."""
    return value.lower().rpartition("mailto:")[2].strip()


_ITEM = re.compile(r"(?:\\.|[^,\\])+", re.DOTALL)


def items(line: bytes) -> list[str]:
    """The texts of a property that lists several."""
    found = (unescaped(item).strip() for item in _ITEM.findall(parameters(line)[1]))
    return [item for item in found if item]


_ESCAPE = re.compile(r"\\(.)")


def unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value) if "\\" in value else value
