"""A calendar that comes as one ICS body: what to ask its server, and what the answer means."""

from collections.abc import Mapping
from datetime import datetime

from edge.text import Text, say
from rooms.ics_lines import MOST_OCTETS
from rooms.sources.port import Answer, Content, Conversation, Failed, New, Request, Response, Unchanged
from rooms.sources.status import failure_of

_ACCEPTED = "text/calendar, */*;q=0.1"
_CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class IcsBody:
    """One body, from wherever it comes: remembers which was good, and which was not."""

    def __init__(self) -> None:
        self._content: Content | None = None
        self._refused: tuple[str, Text] | None = None

    @property
    def content(self) -> Content | None:
        return self._content

    def read(self, body: bytes, memo: Mapping[str, str]) -> Answer:
        if not body or body.isspace():
            return Failed(say("The calendar is empty: not even a VCALENDAR in it"))
        if len(body) > MOST_OCTETS:
            return too_large()
        content = Content("ics", {"": body}, memo)
        if self._refused and self._refused[0] == content.digest:
            return Failed(self._refused[1])
        if self._content and self._content.digest == content.digest:
            return Unchanged(content)
        return New(content)

    def accept(self, content: Content) -> None:
        self._content, self._refused = content, None

    def refuse(self, content: Content, problem: Text) -> None:
        self._refused = content.digest, problem


class IcsSource(IcsBody):
    """One ICS address. headers: credentials, if it asks for any."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._url = url
        self._headers = {"Accept": _ACCEPTED, **(headers or {})}
        self._doubted = False

    def ask(self, now: datetime) -> Conversation:  # noqa: ARG002 -- other makes ask for a stretch of time
        conditions = self._conditions()
        response = yield Request("GET", self._url, {**self._headers, **conditions})
        return self._answer(response, asked=bool(conditions))

    def accept(self, content: Content) -> None:
        super().accept(content)
        self._doubted = False

    def _conditions(self) -> dict[str, str]:
        """Until a body that came meanwhile has proved good, the server is asked for a whole one."""
        if self._content is None or self._doubted:
            return {}
        return {header: self._content.memo[name] for name, header in _CONDITIONS.items() if name in self._content.memo}

    def _answer(self, response: Response, *, asked: bool) -> Answer:
        if response.status == 304:
            if asked and self._content:
                return Unchanged(self._content)
            return Failed(say("The server says that nothing has changed, but nobody asked"))
        if response.status != 200:
            return failure_of(response.status, response.headers)
        memo = {name: response.headers[name] for name in _CONDITIONS if response.headers.get(name)}
        answer = self.read(response.body, memo)
        self._doubted = not isinstance(answer, Unchanged)
        return answer


def too_large() -> Failed:
    return Failed(say("The calendar is larger than {most} MB", most=MOST_OCTETS // 1_000_000))
