"""Says once, not a thousand times, that something on the line cannot be read."""

from datetime import datetime, timedelta
from threading import Lock

from edge.events import GarbageReceived

_EVERY = timedelta(minutes=1)
_MAX_CHANNELS = 1000
_MAX_SAMPLE = 80


class GarbageReports:
    """At most one report a minute for a channel of a device, and one in all for a channel that belongs to none. From any thread."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = Lock()
        self._quiet_until: dict[tuple[str, str], datetime] = {}
        self._since: dict[tuple[str, str], int] = {}
        self._strange: set[str] = set()

    def of_device(self, device: str, channel: str, problem: str, payload: bytes, now: datetime) -> GarbageReceived | None:
        source = (device, channel)
        with self._lock:
            self.count += 1
            if now < self._quiet_until.get(source, now):
                self._since[source] = self._since.get(source, 0) + 1
                return None
            self._quiet_until[source] = now + _EVERY
            unsaid = self._since.pop(source, 0)
        if unsaid:
            problem = f"{problem} (and {unsaid} more that were not reported)"
        return GarbageReceived(at=now, device=device, channel=printable(channel), problem=problem, sample=sample_of(payload))

    def of_nobody(self, channel: str, problem: str, payload: bytes, now: datetime) -> GarbageReceived | None:
        with self._lock:
            self.count += 1
            # Somebody may invent channels without end: after so many, they are only counted.
            if channel in self._strange or len(self._strange) >= _MAX_CHANNELS:
                return None
            self._strange.add(channel)
        return GarbageReceived(at=now, device="", channel=printable(channel), problem=problem, sample=sample_of(payload))


def sample_of(payload: bytes) -> str:
    return printable(payload[:_MAX_SAMPLE].decode(errors="replace"))


def printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: 4 * _MAX_SAMPLE])
