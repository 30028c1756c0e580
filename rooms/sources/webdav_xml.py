"""What is said and heard in WebDAV: bodies of requests, and the multistatus that answers them.

Source: RFC 4918, 13 (multistatus) and 16 (preconditions); RFC 6578, 3 (sync-collection); RFC 4791, 7.9 (calendar-multiget).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from xml.sax.saxutils import escape

from edge.text import say
from rooms.ics_lines import Unreadable

_DAV = "{DAV:}"
_DEEPEST = 100
_STATUS = re.compile(r"HTTP/\d[\d.]*\s+(\d{3})\b", re.ASCII)
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_PROPERTIES = "<D:prop><D:getetag/><D:resourcetype/></D:prop>"

LISTING = f'{_HEAD}<D:propfind xmlns:D="DAV:">{_PROPERTIES}</D:propfind>'.encode()


def sync_collection(token: str) -> bytes:
    """token: "" asks for everything."""
    asked = f"<D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>{_PROPERTIES}"
    return f'{_HEAD}<D:sync-collection xmlns:D="DAV:">{asked}</D:sync-collection>'.encode()


def calendar_multiget(hrefs: Iterable[str]) -> bytes:
    wanted = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
    asked = f"<D:prop><D:getetag/><C:calendar-data/></D:prop>{wanted}"
    spaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
    return f"{_HEAD}<C:calendar-multiget {spaces}>{asked}</C:calendar-multiget>".encode()


@dataclass(frozen=True, slots=True)
class Item:
    """What a multistatus says of one resource. status: of the resource itself; None where only its properties have one.

    properties: the texts of those that were found, by local name; what is said of the others says nothing of the resource. types:
    what it is (resourcetype), by local name; empty for a plain resource, and where nobody says.
    """

    href: str
    status: int | None
    properties: Mapping[str, str]
    types: frozenset[str] = frozenset()

    @property
    def etag(self) -> str | None:
        return self.properties.get("getetag", "").strip() or None

    @property
    def is_collection(self) -> bool:
        return "collection" in self.types

    @property
    def may_be_calendar(self) -> bool:
        return not self.types or "calendar" in self.types


@dataclass(frozen=True, slots=True)
class Multistatus:
    items: tuple[Item, ...]
    token: str | None


def multistatus(body: bytes) -> Multistatus:
    """Raises Unreadable for anything but a whole multistatus."""
    root = _parsed(body)
    if root.tag != f"{_DAV}multistatus":
        raise Unreadable(say("The calendar's server answered with XML that is no list of its resources"))
    items = tuple(item for response in root.findall(f"{_DAV}response") for item in _items(response))
    return Multistatus(items, (root.findtext(f"{_DAV}sync-token") or "").strip() or None)


def preconditions(body: bytes) -> frozenset[str]:
    """Local names of the conditions that a refusal says were not met; none where it says nothing that can be read."""
    try:
        root = _parsed(body)
    except Unreadable:
        return frozenset()
    return frozenset(_local(child) for child in root) if root.tag == f"{_DAV}error" else frozenset()


def _items(response: Element) -> list[Item]:
    found: dict[str, str] = {}
    types: set[str] = set()
    for group in response.findall(f"{_DAV}propstat"):
        if 200 <= (_status(group) or 200) < 300:
            found.update((_local(child), child.text or "") for part in group.findall(f"{_DAV}prop") for child in part)
            types.update(_local(kind) for kind in group.findall(f"{_DAV}prop/{_DAV}resourcetype/*"))
    hrefs = [(href.text or "").strip() for href in response.findall(f"{_DAV}href")]
    if not all(hrefs or [""]):
        raise Unreadable(say("The calendar's server speaks of a resource without saying which"))
    return [Item(href, _status(response), found, frozenset(types)) for href in hrefs]


def _status(element: Element) -> int | None:
    """Of the element itself. Raises Unreadable for one that cannot be understood: it might have said that something is gone."""
    line = element.findtext(f"{_DAV}status")
    if line is None:
        return None
    match = _STATUS.match(line.strip())
    if not match:
        raise Unreadable(say('The calendar\'s server answered with a status that is none: "{status}"', status=line.strip()[:60]))
    return int(match[1])


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _parsed(body: bytes) -> Element:
    if not body.strip():
        raise Unreadable(say("The calendar's server answered with nothing at all"))
    builder, parser = TreeBuilder(), expat.ParserCreate(namespace_separator="}")
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise Unreadable(say("The calendar's server answered with XML nested more than {most} deep", most=_DEEPEST))
        builder.start("{" + name if "}" in name else name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def refuse(*_: object) -> None:
        # Entities could grow without bounds or name files; no WebDAV answer needs a document type.
        raise Unreadable(say("The calendar's server answered with XML that declares a document type, which is not safe"))

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
        return builder.close()
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable(say("The calendar's server answered with something that is no whole XML")) from error
