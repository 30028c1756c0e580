"""Telling a story: each line is done to a simulated building, or compared with it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from drivers.virtual.device import Behaviour, virtual_device
from edge.conditions import CONDITIONS, RETAINED_COMMAND, RULE_FAILED
from edge.errors import TalonmiesError
from edge.events import Event, decode, encode
from edge.facts import ACTIVE, DECISION, READING
from edge.language import Renderer
from edge.simulation import PRESS_ID, Simulation, point_of_door
from edge.site import Site, read_site
from edge.text import Text, say
from rooms.bookings import Booking, BookingsRead, CalendarFailed, CalendarUnchanged
from security import alarms
from security.alarms import Alarm, open_alarms
from tests.scenarios.ceremony_words import CEREMONY_WORDS
from tests.scenarios.door_words import DOOR_WORDS
from tests.scenarios.language import Form, Line, StoryError, expect, instant, read_story, span, understand, wrong
from tests.scenarios.mode_words import MODE_WORDS, scopes
from tests.scenarios.room_words import ROOM_WORDS
from tests.scenarios.terminal_words import TERMINAL_WORDS

HERE = Path(__file__).parent
EXAMPLES = HERE.parent.parent / "examples"
READ_EVERY = timedelta(minutes=10)
"""How often the calendars of a story are read; what changes in them is known at once."""


@cache
def _read(path: Path) -> Site:
    return read_site(path)


def _site_named(place: str, name: str) -> Site:
    """A site file beside the stories, or one of the examples."""
    files = [folder / f"{name}.yaml" for folder in (HERE, EXAMPLES)]
    found = next((file for file in files if file.is_file()), None)
    if found is None:
        raise wrong(place, f'there is no site file "{name}.yaml"')
    return _read(found)


def tell(path: Path) -> None:
    """Raises StoryError for a line that cannot be understood, AssertionError for one that does not come true."""
    site: Site | None = None
    day: date | None = None
    story: Story | None = None
    for place, first, text in read_story(path):
        if first == "site":
            site = _site_named(place, text.partition(" ")[2])
        elif first == "date":
            day = _date(place, text.partition(" ")[2])
        elif site is None:
            raise wrong(place, "a story begins with its site, such as: site joensuu")
        elif day is None:
            raise wrong(place, "a story begins with its date, such as: date 2026-11-23")
        else:
            story = story or Story(site, day)
            story.tell(understand(place, text, day, site.local.zone, _FORMS))
    if story is None:
        raise StoryError(f"{path.name}: nothing happens in this story")


def _date(place: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise wrong(place, f'"{text}" is no date; write 2026-11-23') from error


class Story:
    """A building and what is booked in it. It begins at midnight, with calendars that answer."""

    def __init__(self, site: Site, day: date) -> None:
        self.site = site
        self.zone = site.local.zone
        self.journal: list[Event] = []
        self.booked: dict[str, Booking] = {}
        self.made_here: dict[str, Booking] = {}
        self.answers = True
        self.presses = count(1)
        self.renderer = Renderer(site, "en")
        self.simulation = Simulation(
            site, datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC), self.journal.append
        )
        self._read_at = self.simulation.now
        self._told: dict[str, tuple[Booking, ...]] = {}
        self.read()

    def tell(self, line: Line) -> None:
        if line.at is not None:
            at = line.at.astimezone(UTC)
            if at < self.simulation.now:
                raise wrong(line.place, "this is earlier than the line before")
            self._advance(at)
        try:
            _DOING[line.form](self, line)
        except TalonmiesError as refusal:
            raise wrong(line.place, str(refusal)) from refusal

    # --- time and calendars ---------------------------------------------------------------------------------------

    def _advance(self, to: datetime) -> None:
        while self._read_at + READ_EVERY <= to:
            self._read_at += READ_EVERY
            self.simulation.advance(self._read_at)
            self.read()
        self.simulation.advance(to)

    def read(self) -> None:
        """All feeds in one turn, as the daemon takes what comes together."""
        *first, last = [self._answer(feed) for feed, section in self.site.feeds.items() if not section.local]
        for event in first:
            self.simulation.controller.observe(event)
        self.simulation.observe(last)

    def _answer(self, feed: str) -> Event:
        now, bookings = self.simulation.now, tuple(b for b in self.booked.values() if b.calendar == feed)
        if not self.answers:
            return CalendarFailed(at=now, calendar=feed, problem=say("No answer"))
        if self._told.get(feed) == bookings:
            return CalendarUnchanged(at=now, calendar=feed)
        self._told[feed] = bookings
        return BookingsRead(at=now, calendar=feed, bookings=bookings, problems=(), read_at=now)

    def cancel(self, line: Line) -> None:
        del self.booked[self.one_of(line, "name", list(self.booked))]
        self.read()

    def move(self, line: Line) -> None:
        name = self.one_of(line, "name", list(self.booked))
        start, end = (t.astimezone(UTC) for t in span(line.place, line.words["span"], line.day, self.zone))
        self.booked[name] = replace(self.booked[name], start=start, end=end)
        self.read()

    def calendar(self, line: Line) -> None:
        self.answers = self.one_of(line, "state", ["answers", "fails"]) == "answers"
        self.read()

    # --- people and devices ---------------------------------------------------------------------------------------

    def press(self, line: Line) -> None:
        button = self.one_of(line, "button", [d for d, section in self.site.devices.items() if section.type == "panic-button"])
        self.simulation.press(button, line.words["id"] or f"press-{next(self.presses)}")

    def acknowledge(self, line: Line) -> None:
        for alarm in self._alarms_of(line):
            if alarm.acknowledged_at is None:
                self.simulation.act(lambda facts, at, n=alarm.number: alarms.acknowledge(facts, at, n, line.words["who"], None))

    def clear(self, line: Line) -> None:
        self.acknowledge(line)
        for alarm in self._alarms_of(line):
            self.simulation.act(lambda facts, at, n=alarm.number: alarms.resolve(facts, at, n, line.words["who"], "Seen to", None))

    def _alarms_of(self, line: Line) -> list[Alarm]:
        found = [alarm for alarm in open_alarms(self.simulation.facts) if alarm.subject == line.words["subject"]]
        if not found:
            raise wrong(line.place, f"there is no alarm about {line.words['subject']}")
        return found

    def contact(self, line: Line) -> None:
        self.simulation.set(self._lock(line), "contact", {"open": "open", "close": "closed"}[line.verb])

    def key(self, line: Line) -> None:
        self.simulation.set(self._lock(line), "lock", self.one_of(line, "state", ["locked", "unlocked"]))

    def behave(self, line: Line) -> None:
        self.simulation.behave(self._device(line), _BEHAVIOURS[line.verb])

    def plug(self, line: Line) -> None:
        self.simulation.set(self._device(line), "link", line.verb == "plug")

    def cut_power(self, line: Line) -> None:
        device = self._lock(line)
        self.simulation.set(device, "link", False)
        self.simulation.devices[device] = virtual_device(self.site, device, PRESS_ID)

    def presence(self, line: Line) -> None:
        sensors = {
            section.space: d for d, section in self.site.devices.items() if section.type == "occupancy-sensor" and section.space
        }
        room = self.one_of(line, "room", list(sensors))
        self.simulation.set(sensors[room], "present", line.verb == "enter")

    def restart(self, _: Line) -> None:
        """From the journal in its stored form; then devices and calendars say again how things are."""
        self._told.clear()
        stored = [(event.kind, json.loads(json.dumps(encode(event)))) for event in self.journal]
        self.simulation.restart([decode(kind, values) for kind, values in stored])
        self.simulation.report_all()
        self.read()

    # --- expectations ---------------------------------------------------------------------------------------------

    def expect_lock(self, line: Line) -> None:
        device, wanted = self._lock(line), self.one_of(line, "state", ["locked", "unlocked"])
        real, reading = self.simulation.devices[device].state("lock"), self.simulation.facts(READING(device, "lock"))
        decision = self.simulation.facts(DECISION(device, "lock"))
        why = "" if decision is None else f"; the controller wants {decision.value}: {self.written(decision.winner.because)}"
        expect(real == wanted, line, f"expected {line.words['door']} {wanted}, it is {real}{why}")
        if line.words["clock"] and reading is not None:
            since = instant(line.place, line.words["clock"], line.day, self.zone)
            if since > self.simulation.now:
                since = instant(line.place, line.words["clock"], line.day - timedelta(days=1), self.zone)
            expect(reading.since == since, line, f"it is {real} since {reading.since.astimezone(self.zone):%H:%M:%S}")

    def set_point(self, line: Line) -> None:
        self.simulation.set(self._device(line), line.words["point"], _value(line.words["value"]))

    def expect_point(self, line: Line) -> None:
        real, wanted = self.simulation.devices[self._device(line)].state(line.words["point"]), _value(line.words["value"])
        expect(real == wanted, line, f"expected {wanted!r}, it is {real!r}")

    def expect_alarm(self, line: Line) -> None:
        found = self._alarm(line)
        expect(found is not None, line, f"expected an alarm; open are: {self._open_alarms()}")
        if found is not None:
            expect(found.active is not bool(line.words["ended"]), line, f"the alarm {'holds' if found.active else 'has ended'}")
            expect(found.acknowledged_at is not None or not line.words["acknowledged"], line, "nobody has acknowledged it")

    def expect_no_alarm(self, line: Line) -> None:
        expect(self._alarm(line) is None, line, f"expected no such alarm; open are: {self._open_alarms()}")

    def expect_alarms(self, line: Line) -> None:
        wanted = int(line.words.get("count", "0"))
        expect(
            len(open_alarms(self.simulation.facts)) == wanted, line, f"expected {wanted} alarms; open are: {self._open_alarms()}"
        )

    def expect_notice(self, line: Line) -> None:
        expect(self._notice(line), line, "the notice is not given")

    def expect_no_notice(self, line: Line) -> None:
        expect(not self._notice(line), line, "the notice is given")

    def expect_why(self, line: Line) -> None:
        decision = self.simulation.facts(DECISION(*point_of_door(self.site, self._door(line))))
        self.expect_said(line, None if decision is None else decision.winner.because)

    def expect_refused(self, line: Line) -> None:
        decision = self.simulation.facts(DECISION(*point_of_door(self.site, self._door(line))))
        self.expect_said(line, None if decision is None else decision.refused)

    def expect_said(self, line: Line, said: Text | None) -> None:
        written = "" if said is None else self.written(said)
        expect(said is not None and line.words["text"] in written, line, f'expected "{line.words["text"]}", it says "{written}"')

    # --- words ----------------------------------------------------------------------------------------------------

    def _alarm(self, line: Line) -> Alarm | None:
        wanted = self._condition(line)
        return next((a for a in open_alarms(self.simulation.facts) if (a.type, a.subject) == wanted), None)

    def _open_alarms(self) -> str:
        return ", ".join(f"{a.type} {a.subject}" for a in open_alarms(self.simulation.facts)) or "none"

    def _notice(self, line: Line) -> bool:
        return self.simulation.facts(ACTIVE(*self._condition(line))) is not None

    def _condition(self, line: Line) -> tuple[str, str]:
        """A misspelt word must not make "expect no alarm" come true."""
        kind = self.one_of(line, "type", sorted(CONDITIONS))
        if kind in (RETAINED_COMMAND, RULE_FAILED):
            return kind, line.words["subject"]
        site = self.site
        known = [
            *site.devices,
            *site.terminals,
            *site.doors,
            *site.bookable,
            *site.calendars,
            *site.connections,
            site.site.id,
            *scopes(self),
        ]
        return kind, self.one_of(line, "subject", known)

    def instant(self, line: Line, word: str) -> datetime:
        """The next one at which the clock shows this time."""
        t = instant(line.place, line.words[word], line.day, self.zone)
        return t if t > self.simulation.now else instant(line.place, line.words[word], line.day + timedelta(days=1), self.zone)

    def written(self, text: Text) -> str:
        return self.renderer.text(text, self.simulation.now)

    def _door(self, line: Line) -> str:
        return self.one_of(line, "door", list(self.site.controllers))

    def _lock(self, line: Line) -> str:
        return self.site.controllers[self._door(line)]

    def _device(self, line: Line) -> str:
        word = line.words["device"]
        return self.site.controllers.get(word) or self.one_of(line, "device", [*self.site.devices, *self.site.controllers])

    def one_of(self, line: Line, word: str, known: list[str]) -> str:
        if line.words[word] not in known:
            raise wrong(line.place, f'there is no {word} "{line.words[word]}" here; known are: {", ".join(known) or "none"}')
        return line.words[word]


def _value(word: str) -> str | float | bool | None:
    return float(word) if word.isdecimal() else {"true": True, "false": False, "null": None}.get(word, word)


_BEHAVIOURS = {"jam": Behaviour.JAMMED, "mute": Behaviour.MUTE, "lie": Behaviour.LYING, "repair": Behaviour.OBEDIENT}
_DOING: dict[str, Callable[[Story, Line], None]] = {
    **ROOM_WORDS,
    **MODE_WORDS,
    **DOOR_WORDS,
    **TERMINAL_WORDS,
    **CEREMONY_WORDS,
    "cancel NAME": Story.cancel,
    "move NAME to SPAN": Story.move,
    "calendar STATE": Story.calendar,
    "press BUTTON [as ID]": Story.press,
    "acknowledge SUBJECT by WHO": Story.acknowledge,
    "clear SUBJECT by WHO": Story.clear,
    "open DOOR": Story.contact,
    "close DOOR": Story.contact,
    "key DOOR STATE": Story.key,
    "jam DEVICE": Story.behave,
    "mute DEVICE": Story.behave,
    "lie DEVICE": Story.behave,
    "repair DEVICE": Story.behave,
    "unplug DEVICE": Story.plug,
    "plug DEVICE": Story.plug,
    "power-cut DOOR": Story.cut_power,
    "enter ROOM": Story.presence,
    "leave ROOM": Story.presence,
    "restart": Story.restart,
    "expect no alarms": Story.expect_alarms,
    "expect alarms COUNT": Story.expect_alarms,
    "expect alarm TYPE SUBJECT [ended] [acknowledged]": Story.expect_alarm,
    "set DEVICE POINT VALUE": Story.set_point,
    "expect point DEVICE POINT VALUE": Story.expect_point,
    "expect no alarm TYPE SUBJECT": Story.expect_no_alarm,
    "expect notice TYPE SUBJECT": Story.expect_notice,
    "expect no notice TYPE SUBJECT": Story.expect_no_notice,
    'expect refused DOOR "TEXT"': Story.expect_refused,
    'expect why DOOR "TEXT"': Story.expect_why,
    "expect DOOR STATE [since CLOCK]": Story.expect_lock,
}
_FORMS = [Form(text) for text in _DOING]
