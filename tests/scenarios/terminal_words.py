"""What a story says of payment terminals."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from edge.conditions import TERMINAL_SHORT
from edge.errors import IllegalCommand
from edge.facts import ACTIVE
from rooms.terminal_bookings import RESERVED
from rooms.terminal_lending import lend, take_back
from rooms.terminal_record import LAST_COUNT
from rooms.terminals import WHERE
from tests.scenarios.language import Line, expect

if TYPE_CHECKING:
    from tests.scenarios.teller import Story


def lent(story: "Story", line: Line) -> None:
    terminal, until = _terminal(story, line), story.simulation.now + timedelta(minutes=int(line.words["length"]))
    story.simulation.act(lambda facts, at: lend(story.site, facts, at, terminal, line.words["who"], until))


def cannot_lend(story: "Story", line: Line) -> None:
    try:
        lent(story, line)
    except IllegalCommand as refusal:
        expect(line.words["text"] in str(refusal), line, f'expected "{line.words["text"]}", it says "{refusal}"')
    else:
        expect(False, line, "nobody refused it")


def lending_over(story: "Story", line: Line) -> None:
    terminal = _terminal(story, line)
    story.simulation.act(lambda facts, at: take_back(story.site, facts, at, terminal, line.words["who"]))


def expect_reserved(story: "Story", line: Line) -> None:
    terminal, room = _terminal(story, line), story.one_of(line, "room", list(story.site.bookable))
    reserved = story.simulation.facts(RESERVED()) or ()
    found = ", ".join(f"{each.terminal} for {each.room}" for each in reserved) or "none"
    expect(any((each.terminal, each.room) == (terminal, room) for each in reserved), line, f"reserved are: {found}")


def expect_none_reserved(story: "Story", line: Line) -> None:
    room = story.one_of(line, "room", list(story.site.bookable))
    mine = [each.terminal for each in story.simulation.facts(RESERVED()) or () if each.room == room]
    expect(not mine, line, f"reserved are: {', '.join(mine)}")


def expect_in(story: "Story", line: Line) -> None:
    where = story.simulation.facts(WHERE(_terminal(story, line)))
    there = where is not None and where.docked and where.dock == story.one_of(line, "device", list(story.site.devices))
    expect(there, line, f"it is: {where}")


def expect_out(story: "Story", line: Line) -> None:
    where = story.simulation.facts(WHERE(_terminal(story, line)))
    expect(where is not None and not where.docked, line, f"it is: {where}")
    if where is not None and line.words["room"]:
        expect(where.errand is not None and where.errand.room == line.words["room"], line, f"it is out for: {where.errand}")


def expect_counted(story: "Story", line: Line) -> None:
    last, terminal = story.simulation.facts(LAST_COUNT()), _terminal(story, line)
    expect(last is not None and last.day == line.day.isoformat(), line, f"the last count is of {last and last.day}")
    if last is not None:
        standing = next(each.standing for each in last.terminals if each.terminal == terminal)
        expect(standing == line.words["standing"], line, f"it was counted as {standing}")


def expect_short(story: "Story", line: Line) -> None:
    room = story.one_of(line, "room", list(story.site.bookable))
    began = story.simulation.facts(ACTIVE(TERMINAL_SHORT, room))
    story.expect_said(line, None if began is None else began.because)


def _terminal(story: "Story", line: Line) -> str:
    return story.one_of(line, "terminal", list(story.site.terminals))


TERMINAL_WORDS: dict[str, Callable[["Story", Line], None]] = {
    "lend TERMINAL by WHO for LENGTH min": lent,
    'cannot-lend TERMINAL by WHO for LENGTH min "TEXT"': cannot_lend,
    "end-lending TERMINAL by WHO": lending_over,
    "expect reserved TERMINAL for ROOM": expect_reserved,
    "expect nothing reserved for ROOM": expect_none_reserved,
    "expect terminal TERMINAL in DEVICE": expect_in,
    "expect terminal TERMINAL out [for ROOM]": expect_out,
    "expect counted TERMINAL STANDING": expect_counted,
    'expect short ROOM "TEXT"': expect_short,
}
