"""Microsoft 365: one room mailbox, asked for its changes and checked against what the coming day really looks like.

Changes alone are not enough: the service may be silent about one, forget where it was, or repeat itself. So a round is believed
only when it has come to its end, everything is read anew each night, and the coming day is itself looked at every few minutes.
Source: Microsoft Graph REST API v1.0, "event: delta" and "Use delta query to track changes".
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from edge.text import Text, say
from rooms.graph_events import Row, RowReader, is_master, rows_of
from rooms.ics import Occurrence
from rooms.ics_lines import Unreadable
from rooms.ics_series import Window
from rooms.sources.graph_answers import NoAnswer, PlaceLost, nonsense
from rooms.sources.graph_login import GraphLoginState
from rooms.sources.graph_rows import Rows, after_look, after_round, encoded, masters_missed
from rooms.sources.graph_session import Exchange, Service, Session
from rooms.sources.port import Answer, Content, Conversation, Failed, New, Unchanged, Writing
from rooms.sources.status import failure_of
from rooms.uids import hashed

LOOK_EVERY = timedelta(minutes=10)
LOOKED_AHEAD = timedelta(hours=24)
_BEHIND, _AHEAD = timedelta(days=3), timedelta(days=62)
_MOST_MASTERS = 100
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was last accepted, where it can be built on. looked_at: when the coming day was last seen itself."""

    rows: Rows
    delta_link: str
    looked_at: datetime
    corrected: int


@dataclass(frozen=True, slots=True)
class _Told:
    """rows: all of them, after a round. is_whole: not only changes."""

    rows: dict[str, Row]
    delta_link: str
    is_whole: bool


class GraphSource:
    """service: address with the version, https://graph.microsoft.com/v1.0. zone: of the building, for its nights and days.

    The content's memo: deltaLink (None: the next round must be a whole one), from and until (the window of the rows), lookedAt,
    and corrected: how many rows a look at the day has put right so far.
    """

    def __init__(self, login: GraphLoginState, mailbox: str, service: str, zone: ZoneInfo) -> None:
        self._login = login
        self._mailbox = mailbox
        self._service = Service(service, mailbox)
        self._zone = zone
        self._content: Content | None = None
        self._refused: tuple[str, Text] | None = None
        self._asked_at = _LONG_AGO

    @property
    def content(self) -> Content | None:
        return self._content

    def accept(self, content: Content) -> None:
        self._content, self._refused = content, None

    def refuse(self, content: Content, problem: Text) -> None:
        self._refused = content.digest, problem

    def ask(self, now: datetime) -> Conversation:
        self._asked_at = now
        try:
            content = yield from self._now(Session(self._service, self._login, now), now)
        except NoAnswer as none:
            return none.failed
        return self._judged(content)

    def shorten(self, uid: str, rid: str, end: datetime) -> Writing:
        event_id, occurrence = self._booked(uid, rid)
        if occurrence is None:
            return Failed(say("The booking is not in the calendar any more"))
        if occurrence.all_day:
            return Failed(say("A booking of whole days cannot be shortened in the calendar"))
        body = {"end": {"dateTime": f"{end.astimezone(UTC):%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}}
        session = Session(self._service, self._login, self._asked_at)
        try:
            response = yield from session.send("PATCH", self._service.event(event_id), json.dumps(body).encode())
        except NoAnswer as none:
            return none.failed
        if 200 <= response.status < 300:
            return None
        if response.status == 403:
            return Failed(say("The application may not change the mailbox: it needs the permission Calendars.ReadWrite"))
        return failure_of(response.status, response.headers)

    def _judged(self, content: Content) -> Answer:
        if self._refused is not None and self._refused[0] == content.digest:
            return Failed(self._refused[1])
        unchanged = self._content is not None and self._content.digest == content.digest
        return Unchanged(content) if unchanged else New(content)

    def _now(self, session: Session, now: datetime) -> Exchange[Content]:
        window = window_around(now, self._zone)
        known = self._known(window)
        told = yield from self._told(session, known, window)
        rows, corrected = told.rows, 0
        looked_at = known.looked_at if known else _LONG_AGO
        if told.is_whole or abs(now - looked_at) >= LOOK_EVERY:
            ahead = now, now + LOOKED_AHEAD
            seen = yield from session.pages(self._service.view(ahead))
            rows = yield from _with_masters(session, rows, seen.rows)
            rows, corrected = after_look(self._mailbox, rows, seen.rows, ahead, self._zone)
            looked_at = now
        # Changes that were silent about the coming day are silent about later ones too.
        silent = corrected > 0 and not told.is_whole
        memo = {
            "deltaLink": None if silent else told.delta_link,
            **_written(window),
            "lookedAt": looked_at.isoformat(),
            "corrected": corrected + self._corrected(),
        }
        return Content("graph", {self._mailbox: encoded(self._mailbox, rows)}, memo)

    def _told(self, session: Session, known: _Known | None, window: Window) -> Exchange[_Told]:
        """Where the service has lost its place, everything is asked for once more, but not for ever."""
        try:
            return (yield from self._round(session, known, window))
        except PlaceLost:
            return (yield from self._round(session, None, window))

    def _round(self, session: Session, known: _Known | None, window: Window) -> Exchange[_Told]:
        pages = yield from session.pages(known.delta_link if known else self._service.delta(window))
        if pages.delta_link is None:
            raise NoAnswer(nonsense())
        rows = after_round(known.rows if known else {}, pages.rows)
        rows = yield from _with_masters(session, rows, pages.rows)
        return _Told(rows, pages.delta_link, is_whole=known is None)

    def _known(self, window: Window) -> _Known | None:
        memo: Mapping[str, Any] = self._content.memo if self._content else {}
        link = memo.get("deltaLink")
        stretch = {name: memo.get(name) for name in ("from", "until")}
        if stretch != _written(window) or not isinstance(link, str) or not self._service.is_here(link):
            return None
        try:
            rows = {row["id"]: row for row in self._rows()}
            return _Known(rows, link, datetime.fromisoformat(memo["lookedAt"]), self._corrected())
        except (Unreadable, KeyError, TypeError, ValueError):
            return None

    def _corrected(self) -> int:
        corrected = self._content.memo.get("corrected") if self._content else 0
        return corrected if isinstance(corrected, int) else 0

    def _rows(self) -> list[Row]:
        part = self._content.parts.get(self._mailbox, b"") if self._content else b""
        return rows_of(part)[1]

    def _booked(self, uid: str, rid: str) -> tuple[str, Occurrence | None]:
        """The event that is meant, and its id; one that cannot be read cannot be meant."""
        with suppress(Unreadable):
            rows = self._rows()
            reader = RowReader(self._mailbox, rows, self._zone)
            for row in rows:
                if not is_master(row) and hashed(reader.uid(row)) == uid and reader.rid_if_known(row) == rid:
                    return row["id"], reader.occurrence(row)
        return "", None


def _with_masters(session: Session, rows: dict[str, Row], told: list[Row]) -> Exchange[dict[str, Row]]:
    """Instances of a series that began long ago, or that was never told of, come without its master."""
    found: dict[str, Row] = {}
    for event_id in masters_missed(rows, told)[:_MOST_MASTERS]:
        master = yield from session.event(event_id)
        if master is not None and is_master(master):
            found[event_id] = master
    return rows | found


def window_around(now: datetime, zone: ZoneInfo) -> Window:
    """The stretch that is asked for all of a local day: from two days before now to sixty after it at least, in days of UTC."""
    midnight = datetime.combine(now.astimezone(zone).date(), time(), UTC)
    return midnight - _BEHIND, midnight + _AHEAD


def _written(window: Window) -> dict[str, str]:
    return {"from": window[0].isoformat(), "until": window[1].isoformat()}
