"""A small Microsoft 365: token endpoint and Graph for one room mailbox, from the documented shapes, that can misbehave on request.

`GraphService.answer` is the whole service, without any network; `serving` puts it on a free port of this machine.
Source: Microsoft Graph REST API v1.0, "event: delta", "List calendarView", "Use delta query to track changes".
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from rooms.sources.port import Request, Response
from tests.graph_calendar import MAILBOX, GraphCalendar, Row, Window, master_row

TENANT, CLIENT, SECRET = "porvoo.example", "talonmies", "hyvin-salainen"
BASE = "http://graph.test"


@dataclass(frozen=True)
class _Place:
    """What a token stands for: rows still to be told, and from where changes count after them."""

    window: Window
    since: int
    rows: tuple[Row, ...] | None = None


@dataclass
class GraphService:
    """faults: each spoils one request that it fits, in this order. always: one that spoils every request it fits.

    busy, broken, unauthorized, truncated: any request to Graph. gone, lost-404, lost-400: one with a delta token.
    lost-page: one for a further page. elsewhere, endless, no-end: the links of a page of delta. masters: whether delta tells them.
    """

    calendar: GraphCalendar = field(default_factory=GraphCalendar)
    faults: list[str] = field(default_factory=list)
    always: str = ""
    empty_pages: bool = False
    repeats: bool = False
    masters: bool = True
    mailbox_gone: bool = False
    writable: bool = True
    page_size: int | None = None
    token_life_s: int = 3600
    requests: list[Request] = field(default_factory=list)
    _valid: set[str] = field(default_factory=set)
    _places: dict[str, _Place] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def asked(self, within: str) -> int:
        """How many requests so far had this in their address."""
        return sum(1 for request in self.requests if within in request.url)

    def forget_tokens(self) -> None:
        self._valid.clear()

    def answer(self, request: Request) -> Response:
        self.requests.append(request)
        parts = urlsplit(request.url)
        if parts.path == f"/{TENANT}/oauth2/v2.0/token":
            return self._token(request)
        if self._is_wrong("busy"):
            return _error(429, "ApplicationThrottled", {"retry-after": "17"})
        if self._is_wrong("broken"):
            return _error(500, "InternalServerError")
        if self._is_wrong("unauthorized") or request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._valid:
            return _error(401, "InvalidAuthenticationToken")
        response = self._graph(request)
        if response.status == 200 and self._is_wrong("truncated"):
            return Response(200, response.headers, response.body[: len(response.body) // 2])
        return response

    def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        asked_for = {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "grant_type": "client_credentials",
            "scope": f"{_origin(request.url)}/.default",
        }
        if request.method != "POST" or form != asked_for:
            return _json(401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."})
        token = f"pass-{next(self._numbers)}"
        self._valid.add(token)
        return _json(200, {"token_type": "Bearer", "expires_in": self.token_life_s, "access_token": token})

    def _graph(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        path = re.fullmatch(r"/v1\.0/users/([^/]+)/(calendarView(?:/delta)?|events/([^/]+))", parts.path)
        if path is None or self.mailbox_gone or unquote(path[1]) != MAILBOX:
            return _error(404, "ErrorInvalidUser")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if path[3]:
            return self._event(request, unquote(path[3]))
        if path[2] == "calendarView":
            return self._view(request, query)
        return self._delta(request, query)

    def _view(self, request: Request, query: Mapping[str, str]) -> Response:
        rows = self.calendar.view(_window(query))
        skipped = int(query.get("$skip", "0"))
        size = self._size(request)
        page: Row = {"value": rows[skipped : skipped + size]}
        if skipped + size < len(rows):
            page["@odata.nextLink"] = f"{request.url.partition('&$skip')[0]}&$skip={skipped + size}"
        return _json(200, page)

    def _delta(self, request: Request, query: Mapping[str, str]) -> Response:
        if "$deltatoken" in query or "$skiptoken" in query:
            if refusal := self._lost(request, query):
                return refusal
            place = self._places[query.get("$deltatoken") or query["$skiptoken"]]
        else:
            place = _Place(window := _window(query), len(self.calendar.log), tuple(self.calendar.everything(window)))
        if place.rows is None:
            rows = tuple(self.calendar.changes(place.since, place.window))
            place = _Place(place.window, len(self.calendar.log), rows)
        return self._page(request, place)

    def _lost(self, request: Request, query: Mapping[str, str]) -> Response | None:
        if "$deltatoken" in query:
            if self._is_wrong("gone"):
                location = f"{request.url.partition('?')[0]}?$deltatoken="
                return _error(410, "SyncStateInvalid", {"location": location})
            for status in (404, 400):
                if self._is_wrong(f"lost-{status}"):
                    return _error(status, "SyncStateNotFound")
        elif self._is_wrong("lost-page"):
            return _error(404, "syncStateNotFound")
        return None

    def _page(self, request: Request, place: _Place) -> Response:
        told, size = place.rows or (), self._size(request)
        if self.empty_pages and "skiptoken" not in request.url:
            size = 0
        now, later = told[:size], told[size:]
        page: Row = {
            "@odata.context": f"{_origin(request.url)}/v1.0/$metadata#Collection(event)",
            "value": [row for row in now if self.masters or row.get("type") != "seriesMaster"],
        }
        link = f"{request.url.partition('?')[0]}?"
        if later or size == 0 or self._is_wrong("endless"):
            again = now[-1:] if self.repeats and len(now) > 1 else ()
            page["@odata.nextLink"] = f"{link}$skiptoken={self._keep(_Place(place.window, place.since, (*again, *later)))}"
        else:
            page["@odata.deltaLink"] = f"{link}$deltatoken={self._keep(_Place(place.window, place.since))}"
        if self._is_wrong("elsewhere"):
            page["@odata.nextLink"] = "http://elsewhere.test/v1.0/more"
        if self._is_wrong("no-end"):
            page.pop("@odata.deltaLink", None)
        return _json(200, page)

    def _event(self, request: Request, event_id: str) -> Response:
        if request.method == "GET":
            series = self.calendar.series.get(event_id)
            return _json(200, master_row(series)) if series else _error(404, "ErrorItemNotFound")
        if not self.writable:
            return _error(403, "ErrorAccessDenied")
        end = json.loads(request.body)["end"]
        assert end["timeZone"] == "UTC"
        done = self.calendar.shorten(event_id, datetime.fromisoformat(end["dateTime"] + "+00:00"))
        return _json(200, {"id": event_id}) if done else _error(404, "ErrorItemNotFound")

    def _keep(self, place: _Place) -> str:
        token = f"R0usmc-{next(self._numbers)}"
        self._places[token] = place
        return token

    def _size(self, request: Request) -> int:
        """Pages as long as asked for, unless a test wants shorter ones."""
        preferred = request.headers.get("Prefer", "")
        assert 'outlook.timezone="UTC"' in preferred
        assert 'IdType="ImmutableId"' in preferred
        asked = re.search(r"odata\.maxpagesize=(\d+)", preferred)
        return self.page_size or int(asked[1] if asked else 10)

    def _is_wrong(self, fault: str) -> bool:
        if self.always == fault:
            return True
        if self.faults and self.faults[0] == fault:
            self.faults.pop(0)
            return True
        return False


def _window(query: Mapping[str, str]) -> Window:
    return datetime.fromisoformat(query["startDateTime"]), datetime.fromisoformat(query["endDateTime"])


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _json(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, {"content-type": "application/json", **(headers or {})}, json.dumps(value).encode())


def _error(status: int, code: str, headers: Mapping[str, str] | None = None) -> Response:
    return _json(status, {"error": {"code": code, "message": "The message of the service"}}, headers)


@contextmanager
def serving(service: GraphService) -> Iterator[str]:
    """The service's address, without the version."""
    alone = Lock()

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            url = f"http://{self.headers['Host']}{self.path}"
            with alone:
                response = service.answer(
                    Request(self.command, url, {name.title(): value for name, value in self.headers.items()}, body)
                )
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        do_GET = do_POST = do_PATCH = _respond  # noqa: N815 -- the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
