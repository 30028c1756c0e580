"""What an HTTP status that is no answer means for people."""

from collections.abc import Mapping
from datetime import timedelta

from edge.text import say
from rooms.sources.port import Failed

_LONGEST_WAIT = timedelta(hours=1)


def failure_of(status: int, headers: Mapping[str, str]) -> Failed:
    """headers: names in lower case."""
    if status in (401, 403):
        return Failed(say("The calendar's server does not let us in (status {status})", status=status))
    if status in (404, 410):
        return Failed(say("There is no calendar at the address any more (status {status})", status=status))
    if status in (429, 503):
        wait = _wait(headers.get("retry-after", ""))
        return Failed(say("The calendar's server is busy (status {status})", status=status), wait)
    if 300 <= status < 400:
        return Failed(say("The calendar's server sends us elsewhere without saying where (status {status})", status=status))
    return Failed(say("The calendar's server answered with status {status}", status=status))


def _wait(text: str) -> timedelta | None:
    """Only seconds: a date would need the server's clock, and the next poll is soon enough."""
    return min(timedelta(seconds=int(text[:6])), _LONGEST_WAIT) if text.isdecimal() else None
