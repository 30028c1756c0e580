"""Whatever arrives, reading it ends in a feed or in a refusal, soon, and with occurrences that make sense."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import Garbled
from rooms.ics import read_feed
from tests.rooms.ics_text import HELSINKI, WINDOW, booked, calendar, event, hel

SEEDS = [
    *(path.read_bytes() for path in sorted((Path(__file__).parent / "data" / "calendar").glob("*.ics"))),
    calendar(
        booked("20261005T090000", "20261005T100000", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=9", "EXDATE:20261014T060000Z"),
        booked("20261013T090000", "20261013T100000", hel("RECURRENCE-ID;RANGE=THISANDFUTURE", "20261012T090000")),
        event("DTSTART;VALUE=DATE:20261005\nDURATION:P2D\nRRULE:FREQ=YEARLY;BYWEEKNO=41", "b"),
        booked("20261005T090000", "20261007T100000", "RRULE:FREQ=HOURLY;INTERVAL=50;BYSETPOS=-1;BYMINUTE=0,30", uid="c"),
        booked("20261005T090000", "20261005T100000", "RRULE:FREQ=MINUTELY;INTERVAL=9;BYHOUR=9,10;UNTIL=20261007T090000Z", uid="d"),
        "DTSTART:20261005T090000Z\nDTEND:20261005T100000Z\nCATEGORIES:a\\,b,c\nORGANIZER;CN=\"x\":mailto:a@b",
    ),
]  # fmt: skip
PIECES = [
    b"\r\n",
    b":",
    b";",
    b"=",
    b",",
    b"Z",
    b"T",
    b"0",
    b"9999",
    b"-1",
    b"BEGIN:VEVENT\r\n",
    b"END:VEVENT\r\n",
    b"\xff",
    b'"',
    b"/",
    b"P1D",
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    body = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(body)))
        length = draw(st.integers(0, 12))
        body = body[:at] + draw(st.sampled_from(PIECES) | st.binary(max_size=4)) + body[at + length :]
    return body


@settings(max_examples=300, deadline=2000)
@given(damaged())
def test_damaged_feeds(body: bytes) -> None:
    try:
        feed = read_feed(body, zone=HELSINKI, window=WINDOW)
    except Garbled:
        return
    for occurrence in feed.occurrences:
        assert occurrence.uid
        assert occurrence.start <= occurrence.end
        assert occurrence.start < WINDOW[1]
        assert occurrence.end > WINDOW[0]
    assert len({(it.uid, it.rid) for it in feed.occurrences}) == len(feed.occurrences)
