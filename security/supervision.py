"""Conditions that a person should know of: devices that fell silent or do not obey, batteries, covers, lines that are down.

Each function is asked about one subject and says what holds for it now. Nothing here acts; see `security.alarm_types` for what
people are told to do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from edge import conditions
from edge.claims import Condition, Derived
from edge.commands import Timing
from edge.events import ClockJumped, ConnectionChanged, Event, GarbageReceived, JournalHealth, RetainedCommandFound
from edge.facts import ACTIVE, DECISION, FLIGHT, HEARD, ONLINE, READING, START, Facts, Family, Flight, Key, Look, Reading
from edge.point_words import POINTS
from edge.points import DEVICE_TYPES, PointId
from edge.profiles import PROFILES
from edge.site import Site
from edge.text import Ref, Text, say
from security.door_alarms import excuses
from security.masking import is_mute_unasked

CONNECTION: Family[ConnectionChanged] = Family("connection")
BREAKS: Family[tuple[ConnectionChanged, ...]] = Family("connection-breaks")
"""By connection: the last times that it went down, as many as are too many."""
GARBAGE: Family[GarbageReceived] = Family("garbage")
RETAINED: Family[RetainedCommandFound] = Family("retained-command")
CLOCK_JUMP: Family[ClockJumped] = Family("clock-jump")
JOURNAL: Family[JournalHealth] = Family("journal-health")

LOST: Mapping[str, str] = {"panic-button": conditions.PANIC_SOURCE_LOST, "fire-input": conditions.FIRE_INPUT_LOST}
"""What the loss of a device is called, by its type; of the others, it is that of any device."""
TAMPERED: Mapping[str, str] = {"terminal-dock": conditions.DOCK_TAMPER}
"""What an open cover is called, by the type of the device; of the others, it is that of any device."""
MISSED_HEARTBEATS = 3
HEARTBEAT_BY_TYPE: Mapping[str, timedelta] = {"panic-button": timedelta(seconds=2), "relief-button": timedelta(days=1)}
HEARTBEAT = timedelta(seconds=30)
BATTERY_LOW_BELOW, BATTERY_GOOD_ABOVE = 15, 20
"""Per cent. Told below the one and until above the other, so that a battery between them is not told again and again."""
MANY_BREAKS, BREAKS_WITHIN = 3, timedelta(minutes=2)
"""A line that comes up and breaks so often hears nothing of what it is there for, though it is never down for long."""
GARBAGE_REMEMBERED = timedelta(minutes=5)
NOTICE_REMEMBERED = timedelta(hours=1)


def fold(facts: Facts, event: Event) -> None:
    match event:
        case ConnectionChanged():
            before = facts(CONNECTION(event.connection))
            # What is down stays so since then, whatever else is found to be wrong with it meanwhile, and by whatever start.
            down = before is not None and not before.up and not event.up
            facts.set(CONNECTION(event.connection), replace(event, at=before.at) if before is not None and down else event)
            if not down and not event.up:
                breaks = (*(facts(BREAKS(event.connection)) or ()), event)
                facts.set(BREAKS(event.connection), breaks[-MANY_BREAKS:])
        case GarbageReceived():
            facts.set(GARBAGE(event.device), event)
        case RetainedCommandFound():
            facts.set(RETAINED(event.connection), event)
        case ClockJumped():
            facts.set(CLOCK_JUMP(), event)
        case JournalHealth():
            facts.set(JOURNAL(), event)
        case _:
            pass


@dataclass(frozen=True, slots=True)
class Supervision:
    """The conditions of one site, as rules of one subject each."""

    site: Site
    timing: Timing
    stretch: float = 1.0
    heartbeats: bool = True

    def silence_allowed(self, device: str) -> timedelta:
        found = self.site.devices[device]
        usual = PROFILES[found.profile].heartbeat or HEARTBEAT_BY_TYPE.get(found.type, HEARTBEAT)
        heartbeat = found.heartbeat or usual
        return (heartbeat * MISSED_HEARTBEATS + timedelta(seconds=1)) * self.stretch

    def device(self, look: Look, device: str) -> Iterable[Condition | Derived]:
        """Whether a device lives: its will and its heartbeat say so."""
        lost_type = lost_type_of(self.site, device)
        heard = look(HEARD(device))
        link = look(READING(device, "link"))
        if heard is None:
            yield from self._never_heard(look, device, lost_type)
        elif link is not None and link.value is False:
            yield from self._lost(look, lost_type, device, say("{device} has lost its connection", device=Ref(device)))
        elif self.heartbeats and look.passed(heard + self.silence_allowed(device)):
            told = say("{device} has been silent since {heard}", device=Ref(device), heard=heard)
            yield from self._lost(look, lost_type, device, told)
        elif self.site.devices[device].type == "fire-input" and self._is_bad(look, READING(device, "fire")):
            told = say("{device} does not tell whether there is a fire", device=Ref(device))
            yield from self._lost(look, lost_type, device, told)
        else:
            yield Derived(ONLINE(device), True)

    def _is_bad(self, look: Look, point: Key[Reading]) -> bool:
        """Whether it has had no usable value for longer than a value takes to settle."""
        reading = look(point)
        return reading is not None and reading.bad_since is not None and look.lasted(reading.bad_since, self.timing.settle)

    def _never_heard(self, look: Look, device: str, lost_type: str) -> Iterable[Condition | Derived]:
        start = look(START())
        # A loss from before a restart stays one until the device is heard: no false all-clear, no second alarm.
        lost_before = look(ACTIVE(lost_type, device)) is not None
        if lost_before or (start is not None and look.lasted(start.at, max(self.silence_allowed(device), self.timing.settle))):
            told = say("{device} has not been heard since the start", device=Ref(device))
            yield from self._lost(look, lost_type, device, told)

    def _lost(self, look: Look, lost_type: str, device: str, told: Text) -> Iterable[Condition | Derived]:
        """While the line itself is down, its own alarm says so once; one for each device behind it would bury the others.

        Only the fire alarm system is always named: its silence may have to open doors (`security.modes`)."""
        yield Derived(ONLINE(device), False)
        if (
            lost_type == conditions.FIRE_INPUT_LOST
            or self._could_be_heard(look, device)
            or look(ACTIVE(lost_type, device)) is not None
        ):
            yield Condition(lost_type, device, told)

    def _could_be_heard(self, look: Look, device: str) -> bool:
        line, link = look(CONNECTION(self.site.devices[device].connection)), look(READING(device, "link"))
        if line is None or not line.up:
            return line is None
        # A loss that was told some while after the line came up is no leftover of the break.
        is_news = link is not None and link.value is False and link.since >= line.at + self.timing.settle
        return is_news or look.lasted(line.at, self.silence_allowed(device))

    def device_health(self, look: Look, device: str) -> Iterable[Condition]:
        tamper = look(READING(device, "tamper"))
        if tamper is not None and tamper.value is True:
            kind = TAMPERED.get(self.site.devices[device].type, conditions.TAMPER)
            yield Condition(kind, device, say("The cover of {device} is open", device=Ref(device)))
        if not (self.site.terminals and self.site.devices[device].type == "terminal-dock"):
            yield from _battery(look, device)  # of a dock it is the charge of the terminal in it (`rooms.terminal_alarms`)
        garbage = look(GARBAGE(device))
        if garbage is not None and not look.lasted(garbage.at, GARBAGE_REMEMBERED):
            told = say("{device} said something that cannot be read: {problem}", device=Ref(device), problem=garbage.problem)
            yield Condition(conditions.DEVICE_GARBAGE, device, told)

    def values(self, look: Look, device: str) -> Iterable[Condition]:
        """Points of which nothing usable is heard although the device lives."""
        if look(ONLINE(device)) is False:
            return
        for point in DEVICE_TYPES[self.site.devices[device].type]:
            reading = look(READING(device, point))
            if reading is not None and self._is_bad(look, READING(device, point)):
                told = say(
                    "{device} gives no usable value. {point}: {problem}",
                    device=Ref(device),
                    point=POINTS[point],
                    problem=reading.problem,
                )
                yield Condition(conditions.NO_USABLE_VALUE, device, told)
                return

    def alarm_input(self, look: Look, device: str) -> Iterable[Condition]:
        """An alarm of the building's own. It goes on while nothing is heard of the device."""
        reading, alarm = look(READING(device, "active")), self.site.devices[device].alarm
        if reading is not None and reading.value is True and alarm is not None:
            yield Condition(alarm, device, say("{device} calls", device=Ref(device)))

    def obedience(self, look: Look, device: str) -> Iterable[Condition]:
        """Commands of this device that it does not follow in time."""
        found = self.site.devices[device]
        for kind in DEVICE_TYPES[found.type].values():
            if not kind.commanded:
                continue
            door = found.door if kind.name == "lock" else None
            alarm, subject = (conditions.DEVICE_NOT_FOLLOWING, device) if door is None else (conditions.DOOR_NOT_FOLLOWING, door)
            flight = look(FLIGHT(device, kind.name))
            if door is not None and excuses(look, self.site, door, flight):
                continue
            if kind.name == "muted" and is_mute_unasked(look, device):
                continue  # told as what it means for the people there, and once
            if flight is not None and flight.overdue:
                reading = look(READING(device, kind.name))
                blind = reading is not None and reading.problem != ""
                yield Condition(alarm, subject, _mute(device, door) if blind else _disobedience(device, door, flight))
            elif (began := look(ACTIVE(alarm, subject))) is not None and self._still_disobeys(look, PointId(device, kind.name)):
                yield Condition(alarm, subject, began.because)

    def _still_disobeys(self, look: Look, point: PointId) -> bool:
        """What people were told goes on until the device obeys: neither a restart nor another wish ends it, nor begins it anew."""
        decision, flight, reading = look(DECISION(*point)), look(FLIGHT(*point)), look(READING(*point))
        if decision is None or look(ONLINE(point.device)) is False:
            return False
        if flight is not None:
            return not flight.confirmed
        return reading is None or not reading.good or reading.value != decision.value

    def connection(self, look: Look, connection: str) -> Iterable[Condition]:
        state = look(CONNECTION(connection))
        if state is not None and not state.up and look.lasted(state.at, self.timing.confirm_within):
            told = say("No connection to {connection}: {problem}", connection=connection, problem=state.problem)
            yield Condition(conditions.CONNECTION_LOST, connection, told)
        elif len(breaks := look(BREAKS(connection)) or ()) == MANY_BREAKS and not look.lasted(breaks[0].at, BREAKS_WITHIN):
            told = say(
                "The connection to {connection} breaks off again and again: {problem}",
                connection=connection,
                problem=breaks[-1].problem,
            )
            yield Condition(conditions.CONNECTION_LOST, connection, told)
        found = look(RETAINED(connection))
        if found is not None and not look.lasted(found.at, NOTICE_REMEMBERED):
            told = say("A stored command lies on the topic {channel}; nobody acts on it", channel=found.channel)
            yield Condition(conditions.RETAINED_COMMAND, found.channel, told)

    def controller(self, look: Look, site: str) -> Iterable[Condition]:
        jump = look(CLOCK_JUMP())
        if jump is not None and not look.lasted(jump.at, NOTICE_REMEMBERED):
            told = say("The clock of the controller changed by {seconds} seconds", seconds=round(jump.by_s))
            yield Condition(conditions.CLOCK_JUMPED, site, told)
        journal = look(JOURNAL())
        if journal is not None and not journal.good:
            yield Condition(conditions.JOURNAL_FAILING, site, say("Events cannot be saved: {problem}", problem=journal.problem))


def lost_type_of(site: Site, device: str) -> str:
    """What the loss of this device is called."""
    return LOST.get(site.devices[device].type, conditions.DEVICE_LOST)


def _battery(look: Look, device: str) -> Iterable[Condition]:
    battery, told = look(READING(device, "battery")), look(ACTIVE(conditions.BATTERY_LOW, device))
    charge = None if battery is None else battery.value
    if isinstance(charge, int | float):
        low = charge <= BATTERY_GOOD_ABOVE if told is not None else charge < BATTERY_LOW_BELOW
    else:
        low = told is not None  # a charge is not kept over a restart; what was told of it is, until it is heard again
    if low:
        yield Condition(conditions.BATTERY_LOW, device, say("The battery of {device} is low", device=Ref(device)))


def _mute(device: str, door: str | None) -> Text:
    if door is None:
        return say("{device} does not tell whether it does what it is told", device=Ref(device))
    return say("{door} does not tell how its lock is", door=Ref(door))


def _disobedience(device: str, door: str | None, flight: Flight) -> Text:
    if door is None:
        return say("{device} does not do what it is told", device=Ref(device))
    if flight.value == "locked":
        return say("{door} should be locked and is not", door=Ref(door))
    return say("{door} should be unlocked and is not", door=Ref(door))
