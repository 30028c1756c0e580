"""Says once, not a thousand times, that something on the line cannot be read."""

from datetime import datetime, timedelta
from threading import Lock

from edge.events import GarbageReceived

_EVERY = timedelta(minutes=1)
_MAX_TOPICS = 1000
_MAX_SAMPLE = 80


class GarbageReports:
    """At most one report a minute for a topic of a device, and one in all for a topic that belongs to none. From any thread."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = Lock()
        self._quiet_until: dict[str, datetime] = {}
        self._since: dict[str, int] = {}
        self._strange: set[str] = set()

    def of_device(self, device: str, topic: str, problem: str, payload: bytes, now: datetime) -> GarbageReceived | None:
        with self._lock:
            self.count += 1
            if now < self._quiet_until.get(topic, now):
                self._since[topic] = self._since.get(topic, 0) + 1
                return None
            self._quiet_until[topic] = now + _EVERY
            unsaid = self._since.pop(topic, 0)
        if unsaid:
            problem = f"{problem} (and {unsaid} more that were not reported)"
        return GarbageReceived(at=now, device=device, channel=printable(topic), problem=problem, sample=sample_of(payload))

    def of_nobody(self, topic: str, problem: str, payload: bytes, now: datetime) -> GarbageReceived | None:
        with self._lock:
            self.count += 1
            # Somebody may invent topics without end: after so many, they are only counted.
            if topic in self._strange or len(self._strange) >= _MAX_TOPICS:
                return None
            self._strange.add(topic)
        return GarbageReceived(at=now, device="", channel=printable(topic), problem=problem, sample=sample_of(payload))


def sample_of(payload: bytes) -> str:
    return printable(payload[:_MAX_SAMPLE].decode(errors="replace"))


def printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: 4 * _MAX_SAMPLE])
