"""One conversation with Microsoft 365 about one mailbox: with the token, page after page.

Source: Microsoft Graph REST API v1.0, "List calendarView", "event: delta", "Paging Microsoft Graph data".
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from edge.text import say
from rooms.graph_events import Row
from rooms.ics_series import Window
from rooms.sources.graph_answers import NoAnswer, nonsense, object_of
from rooms.sources.graph_login import GraphLoginState
from rooms.sources.graph_rows import kept
from rooms.sources.port import Failed, Request, Response

MOST_PAGES = 200
MOST_OCTETS = 64_000_000
_PREFERENCES = 'odata.maxpagesize=200, outlook.timezone="UTC", IdType="ImmutableId"'
Outcome = TypeVar("Outcome")
Exchange = Generator[Request, Response, Outcome]


@dataclass(frozen=True, slots=True)
class Pages:
    """rows: of all pages, in order. delta_link: where to ask for what changes from here on."""

    rows: list[Row]
    delta_link: str | None


class Service:
    """Where a mailbox is. url: of the service, with its version."""

    def __init__(self, url: str, mailbox: str) -> None:
        self._origin = _origin(url)
        self._mailbox = f"{url.rstrip('/')}/users/{quote(mailbox, safe='@')}"
        parts = urlsplit(url)
        self.scope = f"{parts.scheme}://{parts.netloc}/.default"

    def view(self, window: Window) -> str:
        return f"{self._mailbox}/calendarView?{_stretch(window)}"

    def delta(self, window: Window) -> str:
        return f"{self._mailbox}/calendarView/delta?{_stretch(window)}"

    def event(self, event_id: str) -> str:
        return f"{self._mailbox}/events/{quote(event_id, safe='')}"

    def is_here(self, url: str) -> bool:
        """A link to anywhere else would carry the token there."""
        return _origin(url) == self._origin


class Session:
    """Its methods raise NoAnswer. now: of the conversation's beginning."""

    def __init__(self, service: Service, login: GraphLoginState, now: datetime) -> None:
        self._service = service
        self._login = login
        self._now = now
        self._renewed = False

    def send(self, method: str, url: str, body: bytes = b"") -> Exchange[Response]:
        """Once in a conversation, a token that is not taken is replaced."""
        token = yield from self._login.token(self._service.scope, self._now)
        response = yield _request(method, url, token, body)
        if response.status == 401 and not self._renewed:
            self._renewed = True
            self._login.forget(token)
            token = yield from self._login.token(self._service.scope, self._now)
            response = yield _request(method, url, token, body)
        return response

    def pages(self, url: str) -> Exchange[Pages]:
        rows: list[Row] = []
        octets = 0
        for _ in range(MOST_PAGES):
            response = yield from self.send("GET", url)
            octets += len(response.body)
            if octets > MOST_OCTETS:
                raise NoAnswer(Failed(say("The calendar is larger than {most} MB", most=MOST_OCTETS // 1_000_000)))
            page = object_of(response)
            rows += _rows(page)
            onwards = self._link(page, "@odata.nextLink")
            if onwards is None:
                return Pages(rows, self._link(page, "@odata.deltaLink"))
            url = onwards
        raise NoAnswer(Failed(say("The calendar has more than {most} pages", most=MOST_PAGES)))

    def event(self, event_id: str) -> Exchange[Row | None]:
        """None where the service does not have it to give."""
        response = yield from self.send("GET", self._service.event(event_id))
        if 400 <= response.status < 500 and response.status not in (401, 429):
            return None
        return _row(object_of(response))

    def _link(self, page: dict[str, Any], name: str) -> str | None:
        link = page.get(name)
        if link is None:
            return None
        if not isinstance(link, str):
            raise NoAnswer(nonsense())
        if not self._service.is_here(link):
            raise NoAnswer(Failed(say("The calendar's server sends us to another server; we do not go there")))
        return link


def _request(method: str, url: str, token: str, body: bytes) -> Request:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Prefer": _PREFERENCES}
    if body:
        headers["Content-Type"] = "application/json"
    return Request(method, url, headers, body)


def _rows(page: dict[str, Any]) -> list[Row]:
    rows = page.get("value")
    if not isinstance(rows, list):
        raise NoAnswer(nonsense())
    return [_row(row) for row in rows]


def _row(row: object) -> Row:
    """Without its id nobody could tell when a row changes or goes."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise NoAnswer(nonsense())
    return kept(row)


def _stretch(window: Window) -> str:
    return f"startDateTime={window[0]:%Y-%m-%dT%H:%M:%SZ}&endDateTime={window[1]:%Y-%m-%dT%H:%M:%SZ}"


def _origin(url: str) -> tuple[str, str, int | None, bool] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, parts.hostname or "", port, "@" in parts.netloc
