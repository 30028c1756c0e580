"""What a story says of rooms and their bookings."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

from edge.errors import IllegalCommand
from edge.events import Event
from edge.facts import Facts
from edge.text import say
from rooms import desk
from rooms.bookings import Booking
from rooms.life import ROOM, RoomState
from rooms.stays import LocalBookingMade
from rooms.verdict import Verdict
from tests.scenarios.language import Line, expect, instant, span, wrong

if TYPE_CHECKING:
    from tests.scenarios.teller import Story

ROOM_STATES = list(get_args(RoomState))


# --- bookings -------------------------------------------------------------------------------------------------------


def booked(story: "Story", line: Line) -> None:
    """In the first calendar of the room that somebody else holds, unless another is named."""
    words = line.words
    room, agency = _room(story, line), _agency(story, line)
    start, end = span(line.place, words["span"], line.day, story.zone)
    verdict: Verdict = "pending" if words["tentative"] else "policy" if words["all-day"] else "yes"
    name = words["name"] or room
    if name in story.booked and not words["name"]:
        name = f"{room}, {len(story.booked)}"
    story.booked[name] = Booking(
        room=room,
        calendar=_feed(story, line, room),
        uid=name,
        rid="",
        start=start.astimezone(UTC),
        end=end.astimezone(UTC),
        all_day=bool(words["all-day"]),
        status="CONFIRMED",
        verdict=verdict,
        reason=say("The booking is tentative") if words["tentative"] else say("Booked"),
        agency=agency,
        marks=(story.one_of(line, "kind", list(story.site.rooms)),) if words["kind"] else (),
    )
    story.read()


def _feed(story: "Story", line: Line, room: str) -> str:
    feeds = {feed.partition("/")[0]: feed for feed in story.site.feeds_of(room) if not story.site.feeds[feed].local}
    if not feeds:
        raise wrong(line.place, f"no calendar books {room}")
    return feeds[story.one_of(line, "calendar", list(feeds))] if line.words["calendar"] else next(iter(feeds.values()))


def book_here(story: "Story", line: Line) -> None:
    """In the console, from a local calendar."""
    room, agency, who = _room(story, line), _agency(story, line), line.words["who"]
    start, end = (t.astimezone(UTC) for t in span(line.place, line.words["span"], line.day, story.zone))
    made = story.simulation.act(
        lambda facts, at: desk.book(facts, story.site, at, room, who, start=start, end=end, agency=agency),
    )
    assert isinstance(made, LocalBookingMade)
    story.made_here[line.words["name"] or room] = made.booking


def take_back(story: "Story", line: Line) -> None:
    booking, who = story.made_here[story.one_of(line, "name", list(story.made_here))], line.words["who"]
    story.simulation.act(lambda facts, at: desk.cancel(facts, story.site, at, booking.room, who, booking.uid))


# --- what people do in rooms ----------------------------------------------------------------------------------------


def tap(story: "Story", line: Line) -> None:
    story.simulation.act(_tapped(story, line, line.verb))


def allow(story: "Story", line: Line) -> None:
    story.simulation.act(_allowed(story, line))


def cannot(story: "Story", line: Line) -> None:
    """Somebody tries, and is refused."""
    act = story.one_of(line, "act", [*_TAPS, "allow"])
    decide = _allowed(story, line) if act == "allow" else _tapped(story, line, act)
    try:
        story.simulation.act(decide)
    except IllegalCommand as refusal:
        expect(line.words["text"] in str(refusal), line, f'expected "{line.words["text"]}", it says "{refusal}"')
    else:
        expect(False, line, "nobody refused it")


_TAPS = {"arrive": desk.arrive, "keep": desk.keep, "release": desk.release, "extend": desk.extend}
_Decide = Callable[[Facts, datetime], Event]


def _tapped(story: "Story", line: Line, act: str) -> _Decide:
    room, who = _room(story, line), line.words["who"]
    return lambda facts, at: _TAPS[act](facts, story.site, at, room, who)


def _allowed(story: "Story", line: Line) -> _Decide:
    """A booking is allowed, and not a room: it is called by its name, which is its room's unless it has another."""
    name, who = story.one_of(line, "room", list(story.booked)), line.words["who"]
    booking = story.booked[name]
    return lambda facts, at: desk.allow(facts, story.site, at, booking.room, who, booking.uid, booking.rid)


# --- expectations ---------------------------------------------------------------------------------------------------


def expect_room(story: "Story", line: Line) -> None:
    room, wanted = _room(story, line), story.one_of(line, "state", ROOM_STATES)
    now = story.simulation.facts(ROOM(room))
    if now is None:
        raise wrong(line.place, f"nothing is known of {room}")
    expect(now.state == wanted, line, f"expected {room} {wanted}, it is {now.state}: {story.written(now.because)}")
    if line.words["clock"]:
        ends = instant(line.place, line.words["clock"], line.day, story.zone).astimezone(UTC)
        at = "never" if now.gives_up_at is None else f"at {now.gives_up_at.astimezone(story.zone):%H:%M:%S}"
        expect(now.gives_up_at == ends, line, f"it is given free {at}")


def expect_why_room(story: "Story", line: Line) -> None:
    now = story.simulation.facts(ROOM(_room(story, line)))
    story.expect_said(line, None if now is None else now.because)


def _room(story: "Story", line: Line) -> str:
    """A space that some calendar books."""
    room = story.one_of(line, "room", list(story.site.spaces))
    if room not in story.site.bookable:
        raise wrong(line.place, f"no calendar books {room}")
    return room


def _agency(story: "Story", line: Line) -> str | None:
    return story.one_of(line, "agency", list(story.site.agencies)) if line.words["agency"] else None


ROOM_WORDS: dict[str, Callable[["Story", Line], None]] = {
    "booked ROOM SPAN [for AGENCY] [in CALENDAR] [marked KIND] [all-day] [tentative] [as NAME]": booked,
    "book ROOM SPAN by WHO [for AGENCY] [as NAME]": book_here,
    "take-back NAME by WHO": take_back,
    "arrive ROOM by WHO": tap,
    "keep ROOM by WHO": tap,
    "release ROOM by WHO": tap,
    "extend ROOM by WHO": tap,
    "allow ROOM by WHO": allow,
    'cannot ACT ROOM by WHO "TEXT"': cannot,
    "expect room ROOM STATE [given-free CLOCK]": expect_room,
    'expect why room ROOM "TEXT"': expect_why_room,
}
