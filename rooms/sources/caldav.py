"""The bookings of a CalDAV collection, and how one of them is made shorter there."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from edge.text import Text, say
from rooms.ics_edit import holds, shortened
from rooms.ics_lines import Unreadable
from rooms.sources.caldav_asking import Inquiry, Stop
from rooms.sources.caldav_state import Collection, state_of
from rooms.sources.port import Answer, Content, Conversation, Failed, New, Request, Unchanged, Writing
from rooms.sources.status import failure_of

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_UTC = ZoneInfo("UTC")


class CaldavSource:
    """url: of the collection. headers: go with every request, credentials among them. zone: of times that name none."""

    def __init__(self, url: str, headers: Mapping[str, str] = _NO_HEADERS, *, zone: ZoneInfo = _UTC) -> None:
        self._collection = Collection(url)
        self._headers = dict(headers)
        self._inquiry = Inquiry(self._collection, self._headers)
        self._zone = zone
        self._content: Content | None = None
        self._bad: tuple[str, Text] | None = None

    @property
    def content(self) -> Content | None:
        return self._content

    def accept(self, content: Content) -> None:
        self._content, self._bad = content, None

    def refuse(self, content: Content, problem: Text) -> None:
        self._bad = content.digest, problem

    def ask(self, now: datetime) -> Conversation:
        try:
            content = (yield from self._inquiry.now(state_of(self._content), now)).content()
        except Stop as stop:
            return stop.failure
        except Unreadable as error:
            return Failed(error.text)
        return self._answer(content)

    def _answer(self, content: Content) -> Answer:
        if self._content is not None and content.parts == self._content.parts:
            return Unchanged(content)
        if self._bad and self._bad[0] == content.digest:
            return Failed(self._bad[1])
        return New(content)

    def shorten(self, uid: str, rid: str, end: datetime) -> Writing:
        state = state_of(self._content)
        name = next((name for name, octets in state.parts.items() if holds(octets, uid)), None)
        if name is None:
            return Failed(say("The calendar knows no such booking any more"))
        if (etag := state.etags.get(name)) is None:
            return Failed(say("The calendar's server does not tell versions apart; what others change could be overwritten"))
        try:
            octets = shortened(state.parts[name], uid, rid, end, self._zone)
        except Unreadable as error:
            return Failed(error.about(uid))
        if octets is None:
            return None
        headers = {**self._headers, "Content-Type": "text/calendar; charset=utf-8", "If-Match": etag}
        response = yield Request("PUT", self._collection.address(name), headers, octets)
        if response.status in (200, 201, 204):
            return None
        if response.status in (404, 410, 412):
            return Failed(say("The booking was changed in the calendar meanwhile"))
        return failure_of(response.status, response.headers)
