"""What is known of a CalDAV collection between two conversations, and its way into and out of `Content`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes, urljoin, urlsplit

from edge.text import say
from rooms.ics_lines import Unreadable
from rooms.sources.port import Content

_UNESCAPED = "!$&'()*+,;=:@"


class Collection:
    """The address of a collection, and the names of the resources in it."""

    def __init__(self, url: str) -> None:
        self.url = url if url.endswith("/") else f"{url}/"
        self._path = urlsplit(self.url).path
        self._own = _canonical(self._path.rstrip("/"))

    def name(self, href: str) -> str | None:
        """The path of a resource as it is written here; None for the collection itself and for others in it.

        A server may write its own address, percent signs and, behind a proxy, even the way to the collection differently than we
        do. Only the last step of the path tells resources of one collection apart.
        """
        path = self._path_of(href)
        if path.endswith("/") or _canonical(path) == self._own:
            return None
        return self._path + _last_step(path)

    def is_itself(self, href: str) -> bool:
        """Whether this is the collection and nothing in it."""
        path = self._path_of(href)
        own = _canonical(path.rstrip("/")) == self._own
        return own or (path.endswith("/") and _last_step(path.rstrip("/")) == _last_step(self._own))

    def _path_of(self, href: str) -> str:
        try:
            return urlsplit(urljoin(self.url, href)).path
        except ValueError as error:
            raise Unreadable(say("The calendar's server speaks of a resource without saying which")) from error

    def address(self, name: str) -> str:
        """Always at the host that the site file names: nobody else gets to see our credentials."""
        return urljoin(self.url, name)


def _last_step(path: str) -> str:
    return _canonical(path).rpartition("/")[2]


def _canonical(path: str) -> str:
    return "/".join(quote_from_bytes(unquote_to_bytes(step), safe=_UNESCAPED) for step in path.split("/"))


@dataclass(frozen=True, slots=True)
class State:
    """parts: octets by name, of resources with events. etags: of all resources, None where the server gives none.

    token: where the server's changes were last asked for. listed_at: when all of the collection was last listed, to find what its
    changes kept quiet about. no_sync_since, no_multiget_since: when the server refused to be asked that way.
    """

    parts: Mapping[str, bytes] = field(default_factory=dict)
    etags: Mapping[str, str | None] = field(default_factory=dict)
    token: str | None = None
    listed_at: datetime | None = None
    no_sync_since: datetime | None = None
    no_multiget_since: datetime | None = None

    def content(self) -> Content:
        memo: dict[str, Any] = {"etags": dict(self.etags), "token": self.token}
        times = {name: getattr(self, name) for name in _TIMES}
        return Content("ics", self.parts, memo | {name: t.isoformat() for name, t in times.items() if t is not None})


_TIMES = ("listed_at", "no_sync_since", "no_multiget_since")


def state_of(content: Content | None) -> State:
    """A memo that was written otherwise, by an older release perhaps, only costs the server more questions."""
    if content is None:
        return State()
    memo = content.memo
    etags, token = memo.get("etags"), memo.get("token")
    if not isinstance(etags, dict) or not content.parts.keys() <= etags.keys():
        return State(content.parts, dict.fromkeys(content.parts))
    times = {name: datetime.fromisoformat(memo[name]) for name in _TIMES if name in memo}
    return State(content.parts, etags, token, **times)
