"""What to ask a CalDAV collection: for its changes where it can tell them, else for the list of what it holds.

Source: RFC 6578 (sync-collection), RFC 4791 (CalDAV), RFC 4918 (WebDAV). Servers differ from all three: what a server does not
understand is asked in a plainer way, and what its changes leave out is found by listing everything now and then.
"""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from edge.text import say
from rooms.ics_lines import MOST_OCTETS, Unreadable
from rooms.sources.caldav_state import Collection, State
from rooms.sources.port import Failed, Request, Response
from rooms.sources.status import failure_of
from rooms.sources.webdav_xml import LISTING, Item, Multistatus, calendar_multiget, multistatus, preconditions, sync_collection

_AT_ONCE = 50
_MOST_PAGES = 1000
_FEW = 500
_LISTED_OFTEN, _LISTED_SELDOM = timedelta(minutes=10), timedelta(days=1)
_ASKED_AGAIN = timedelta(days=1)
"""How long after a refusal a server is believed to refuse still."""

_NOT_UNDERSTOOD = frozenset({400, 405, 409, 410, 412, 415, 418, 501, 507})
_NOT_THAT_WAY = frozenset({"valid-sync-token", "supported-report", "sync-traversal-supported", "number-of-matches-within-limits"})
_GONE = frozenset({404, 410})
_CUT = 507
_EVENT = re.compile(rb"^BEGIN:VEVENT\s*$", re.IGNORECASE | re.MULTILINE)
_OTHER = re.compile(rb"^BEGIN:(?:VTODO|VJOURNAL|VFREEBUSY|VAVAILABILITY|VPOLL)\s*$", re.IGNORECASE | re.MULTILINE)

_Found = TypeVar("_Found")
Asking = Generator[Request, Response, _Found]


class Stop(Exception):
    """Nothing more is to be learned in this conversation."""

    def __init__(self, failure: Failed) -> None:
        super().__init__(failure.problem.message)
        self.failure = failure


@dataclass(slots=True)
class _Seen:
    """Resources that the server spoke of: how each is written there, and its etag. all: no others exist."""

    all: bool
    etags: dict[str, str | None] = field(default_factory=dict)
    hrefs: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    token: str | None = None

    def there(self, name: str, item: Item) -> None:
        self.gone.discard(name)
        self.etags[name], self.hrefs[name] = item.etag, item.href

    def not_there(self, name: str) -> None:
        self.gone.add(name)
        self.etags.pop(name, None)


@dataclass(slots=True)
class _Bodies:
    """What was sent of new and changed resources: octets and etag, by name."""

    of: dict[str, tuple[bytes, str | None]] = field(default_factory=dict)
    octets: int = 0

    def add(self, name: str, octets: bytes, etag: str | None) -> None:
        self.of[name] = octets, etag
        self.octets += len(octets)
        if self.octets > MOST_OCTETS:
            raise Unreadable(say("The calendar is larger than {most} MB", most=MOST_OCTETS // 1_000_000))


class Inquiry:
    """How one collection is asked. headers: go with every request, credentials among them."""

    def __init__(self, collection: Collection, headers: Mapping[str, str]) -> None:
        self._collection = collection
        self._headers = headers

    def now(self, known: State, now: datetime) -> Asking[State]:
        seen, state = yield from self._changes(known, now)
        if seen is None:
            seen, state = (yield from self._listed()), replace(state, listed_at=now)
        news = {name for name, etag in seen.etags.items() if etag is None or etag != known.etags.get(name)}
        bodies = _Bodies()
        if not _within(state.no_multiget_since, now, _ASKED_AGAIN):
            understood = yield from self._multiget([seen.hrefs[name] for name in sorted(news)], bodies)
            state = replace(state, no_multiget_since=None if understood else now)
        for name in sorted(news - bodies.of.keys()):
            if not (yield from self._get(name, bodies)):
                seen.not_there(name)
        return _state(known, state, seen, bodies.of)

    def _changes(self, known: State, now: datetime) -> Asking[tuple[_Seen | None, State]]:
        """What has changed, or everything; None where only a listing will tell."""
        often = _LISTED_OFTEN if len(known.etags) <= _FEW else _LISTED_SELDOM
        if known.token and not _within(known.listed_at, now, often):
            return None, known
        if not known.token and _within(known.no_sync_since, now, _ASKED_AGAIN):
            return None, known
        seen = yield from self._synced(known.token or "")
        if seen is None:
            return None, replace(known, token=None, no_sync_since=known.no_sync_since if known.token else now)
        state = replace(known, token=seen.token, no_sync_since=None)
        # A server that claims that bookings are gone, or that there are none, is asked for them by another way.
        doubtful = seen.all and (not seen.etags or known.etags.keys() - seen.etags.keys())
        return (None if doubtful else seen), state

    def _synced(self, token: str) -> Asking[_Seen | None]:
        """None: the server cannot say, or what it says cannot be relied on."""
        seen = _Seen(all=not token)
        for _ in range(_MOST_PAGES):
            response = yield self._request("REPORT", sync_collection(token), depth="0")
            page = _understood(response)
            if page is None or page.token is None:
                return None
            cut = self._take_page(page, seen)
            if cut is None or (cut and page.token == token):
                return None
            seen.token = token = page.token
            if not cut:
                return seen
        return None

    def _take_page(self, page: Multistatus, seen: _Seen) -> bool | None:
        """Whether there is more to come; None for what no server should say."""
        cut = False
        for item in page.items:
            name = self._collection.name(item.href)
            if item.status == _CUT:
                cut = True
            elif name is None or item.is_collection:
                continue
            elif item.status in _GONE:
                seen.not_there(name)
            elif item.status is None or item.status < 300:
                seen.there(name, item)
            else:
                return None
        return cut

    def _listed(self) -> Asking[_Seen]:
        response = yield self._request("PROPFIND", LISTING, depth="1")
        if response.status != 207:
            raise Stop(_not_webdav(response))
        items = multistatus(response.body).items
        seen = _Seen(all=True)
        for item in items:
            name = self._collection.name(item.href)
            if item.status == _CUT:
                raise Unreadable(say("The calendar's server lists only a part of the calendar"))
            if item.status is not None and item.status >= 300 and self._matters(name, item):
                raise Stop(failure_of(item.status, {}))
            if name is not None and not item.is_collection and item.status not in _GONE:
                seen.there(name, item)
        if not seen.etags and not any(self._collection.is_itself(item.href) and item.may_be_calendar for item in items):
            raise Unreadable(say("The address does not lead to a CalDAV calendar, but to a folder or to nothing"))
        return seen

    def _matters(self, name: str | None, item: Item) -> bool:
        """Whether it is a failure that the server cannot say more of a resource."""
        return self._collection.is_itself(item.href) or (name is not None and item.status not in _GONE)

    def _multiget(self, hrefs: list[str], bodies: _Bodies) -> Asking[bool]:
        """Whether the server can be asked this way; it may leave some out all the same."""
        for first in range(0, len(hrefs), _AT_ONCE):
            chunk = hrefs[first : first + _AT_ONCE]
            page = _understood((yield self._request("REPORT", calendar_multiget(chunk))))
            if page is None:
                return False
            for item in page.items:
                name, data = self._collection.name(item.href), item.properties.get("calendar-data", "").strip()
                if name is not None and data:
                    bodies.add(name, data.encode() + b"\n", item.etag)
        return True

    def _get(self, name: str, bodies: _Bodies) -> Asking[bool]:
        """Whether it is there. Asked of each resource that nothing else told, for only this answer leaves no doubt."""
        response = yield Request("GET", self._collection.address(name), {**self._headers, "Accept": "text/calendar"})
        if response.status in _GONE:
            return False
        if response.status != 200:
            raise Stop(failure_of(response.status, response.headers))
        if not response.body.strip():
            raise Unreadable(say("The calendar's server answered with nothing at all"))
        bodies.add(name, response.body, response.headers.get("etag"))
        return True

    def _request(self, method: str, body: bytes, depth: str | None = None) -> Request:
        headers = {**self._headers, "Content-Type": "application/xml; charset=utf-8"}
        return Request(method, self._collection.url, headers | ({"Depth": depth} if depth else {}), body)


def _within(since: datetime | None, now: datetime, time: timedelta) -> bool:
    return since is not None and abs(now - since) < time


def _understood(response: Response) -> Multistatus | None:
    """The answer to a REPORT; None where the server refuses to be asked this way."""
    if response.status == 207:
        return multistatus(response.body)
    if response.status in _NOT_UNDERSTOOD or (response.status == 403 and preconditions(response.body) & _NOT_THAT_WAY):
        return None
    raise Stop(_not_webdav(response))


def _not_webdav(response: Response) -> Failed:
    if response.status < 300:
        return Failed(say("The address does not lead to a CalDAV calendar (status {status})", status=response.status))
    return failure_of(response.status, response.headers)


def _state(known: State, state: State, seen: _Seen, bodies: Mapping[str, tuple[bytes, str | None]]) -> State:
    """What is known now. bodies: of all that is new."""
    kept = seen.etags.keys() if seen.all else (known.etags.keys() | seen.etags.keys()) - seen.gone
    etags: dict[str, str | None] = {}
    parts: dict[str, bytes] = {}
    for name in sorted(kept):
        octets, etag = bodies.get(name) or (known.parts.get(name), known.etags.get(name))
        # The listed etag before the one sent with a body: some servers mark an etag when they pack the body.
        etags[name] = seen.etags.get(name) or etag
        if octets is not None and (_EVENT.search(octets) or not _OTHER.search(octets)):
            parts[name] = octets
    return replace(state, parts=parts, etags=etags)
