"""One site's controller: the kernel filled with the policies of `rooms` and `security`.

Events and instants in, decisions and commands out; the daemon and the simulation run the very same object.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from acoustics.buttons import TAKEN
from edge import acoustic_rules
from edge.commands import Timing
from edge.conditions import CONDITIONS
from edge.events import Event, Observed
from edge.facts import ACTIVE, DECISION, READING, Facts
from edge.kernel import CommandedPoint, Kernel, Outcome, Rule, decided_event
from edge.points import DEVICE_TYPES, PointId, PointKind
from edge.profiles import PROFILES
from edge.site import Site
from edge.site.device import Device
from rooms import (
    arrivals,
    ceremonies,
    ceremonies_named,
    ceremonies_said,
    life,
    needs,
    plan,
    presence,
    public_notices,
    remote,
    scenes,
    stays,
    usage,
)
from rooms.doors import DoorPlan
from rooms.life import RoomLife
from rooms.remote import RemoteRooms
from rooms.terminal_rules import fold_terminals, rules_of_terminals, terminals_kept
from security import (
    alarms,
    batteries,
    bulletins,
    consoles,
    device_walks,
    doubt,
    escalation,
    hand_over,
    masking,
    messages,
    mode_rules,
    modes,
    overrides,
    panic,
    point_tests,
    quiet,
    releases,
    reminders,
    shelving,
    sign_ins,
    sources,
    supervision,
    walk_tests,
)
from security.alarms import PRESSES
from security.door_alarms import DoorAlarms
from security.doors import DoorTruths
from security.guard import ZoningGuard
from security.proof import waiver
from security.supervision import Supervision

TOLD_EVERY = timedelta(minutes=5)
"""How often a device that does not say what it does is told it again."""


class Controller:
    """stretch: how many times faster than real time the given instants run; spans that devices need grow by it.

    heartbeats: whether silence means that a device is lost; a simulation without heartbeats says so itself. deaf_when_silent: the
    same of microphones; None: as heartbeats.
    """

    def __init__(self, site: Site, *, stretch: float = 1.0, heartbeats: bool = True, deaf_when_silent: bool | None = None) -> None:
        deaf = heartbeats if deaf_when_silent is None else deaf_when_silent
        self.site = site
        timing = Timing().stretched(stretch)
        self.kernel = Kernel(
            folds=(
                plan.fold,
                stays.fold,
                usage.fold,
                needs.fold,
                public_notices.fold,
                remote.fold,
                arrivals.fold,
                scenes.fold,
                ceremonies_said.fold,
                ceremonies_named.fold,
                fold_terminals,
                presence.fold,
                quiet.fold,
                batteries.fold,
                walk_tests.fold,
                device_walks.fold,
                lambda facts, event: alarms.fold(facts, event, site),
                escalation.fold,
                messages.fold,
                lambda facts, event: consoles.fold(facts, event, site),
                modes.fold,
                releases.fold,
                point_tests.fold,
                overrides.fold,
                waiver.fold,
                sign_ins.fold,
                bulletins.fold,
                hand_over.fold,
                supervision.fold,
                *acoustic_rules.folds(site),
            ),
            reactions=(
                lambda facts, event: alarms.react(facts, event, site),
                walk_tests.react,
                lambda facts, event: device_walks.react(facts, event, site),
                lambda facts, event: point_tests.react(facts, event, site),
                hand_over.react,
                lambda facts, event: panic.react(facts, event, site),
                lambda facts, event: escalation.react(facts, event, site, stretch),
                lambda facts, event: modes.react(facts, event, site),
                lambda facts, event: usage.react(facts, event, site),
                lambda facts, event: plan.react(facts, event, site),
                lambda facts, event: life.react(facts, event, site),
                *acoustic_rules.reactions(site),
                lambda facts, event: ceremonies.react(facts, event, site),
            ),
            rules=_rules(site, Supervision(site, timing, stretch, heartbeats), stretch, deaf_when_silent=deaf),
            points=_commanded_points(site, timing, stretch),
            guard=ZoningGuard(site, timing.cold_start),
            timing=timing,
            conditions=CONDITIONS | site.alarms.keys(),
        )

    @property
    def facts(self) -> Facts:
        return self.kernel.facts

    def restore(self, events: Iterable[Event]) -> None:
        """Rebuild what was known before a restart from the journal's events."""
        self.kernel.restore(events)

    def observe(self, event: Event) -> None:
        """Take in one event. An observation that changes nothing is believed again, and not journaled again."""
        self.kernel.observe(event, journal=not isinstance(event, Observed) or self._is_news(event))

    def settle(self, now: datetime) -> Outcome:
        return self.kernel.settle(now)

    def next_deadline(self) -> datetime | None:
        return self.kernel.next_deadline()

    def point_kind(self, device: str, point: str) -> PointKind | None:
        section = self.site.devices.get(device)
        return None if section is None else DEVICE_TYPES[section.type].get(point)

    def _is_news(self, event: Observed) -> bool:
        kind = self.point_kind(event.device, event.point)
        if kind is None or not kind.durable:
            return False
        if kind.momentary:
            taken = self.facts(PRESSES(event.device)) or self.facts(TAKEN(event.device)) or ()
            return event.press is not None and event.press not in taken
        known = self.facts(READING(event.device, event.point))
        return known is None or known.problem != event.bad or (not event.bad and known.value != event.value)

    def snapshot(self, at: datetime) -> list[Event]:
        """Events that rebuild the present durable state: what a checkpoint of the journal holds."""
        facts = self.facts
        readings = [
            Observed(at=reading.since, device=device, point=point, value=reading.value)
            for (device, point), reading in facts.of(READING)
            if (kind := self.point_kind(device, point)) is not None and kind.durable
        ]
        conditions = [began for _, began in facts.of(ACTIVE)]
        decided = [decided_event(decision, decision.since) for _, decision in facts.of(DECISION)]
        return [
            *readings,
            *plan.kept(facts, at),
            *stays.kept(facts, at),
            *usage.kept(facts, at),
            *needs.kept(facts, at),
            *public_notices.kept(facts, at),
            *remote.kept(facts, at),
            *arrivals.kept(facts, at),
            *scenes.kept(facts, at),
            *ceremonies_said.kept(facts, at),
            *terminals_kept(facts, at),
            *releases.kept(facts, at),
            *overrides.kept(facts, at),
            *modes.kept(facts, at),
            *quiet.kept(facts),
            *consoles.kept(facts),
            *batteries.kept(facts, at),
            *walk_tests.kept(facts, at),
            *device_walks.kept(facts),
            *point_tests.kept(facts, at),
            alarms.kept(facts, at),
            escalation.kept(facts, at),
            messages.kept(facts, at),
            bulletins.kept(facts, at),
            *hand_over.kept(facts),
            *conditions,
            *decided,
            *acoustic_rules.kept(self.site, facts, at),
        ]


def _rules(site: Site, supervision_of: Supervision, stretch: float, *, deaf_when_silent: bool) -> list[Rule]:
    """Everything the controller asks itself, in the order in which answers build on each other."""
    doors = list(site.controllers)
    devices = list(site.devices)
    buttons = [button for button, device in site.devices.items() if device.type == "panic-button"]
    masking_units = [name for name, device in site.devices.items() if device.type == "masking-unit"]
    inputs = [name for name, device in site.devices.items() if device.type == "alarm-input" and device.alarm in site.alarms]
    plan_of = DoorPlan(site)
    return [
        Rule("device", devices, supervision_of.device),
        Rule("device health", devices, supervision_of.device_health),
        Rule("values", devices, supervision_of.values),
        Rule("alarm input", inputs, supervision_of.alarm_input),
        Rule("out of service", devices, lambda look, device: sources.conclusions(look, site, device)),
        Rule("truth", doors, DoorTruths(site).truth),
        Rule("hours", doors, plan_of.hours),
        Rule("bookings", doors, plan_of.bookings),
        Rule("scenes", doors, lambda look, door: scenes.claims(look, site, door)),
        Rule("scene things", list(site.scenes), lambda look, scene: scenes.things(look, site, scene)),
        Rule("remote sessions", list(site.remote_service), RemoteRooms(site).session),
        Rule("busy lights", list(site.remote_service), RemoteRooms(site).light),
        Rule("doors of remote sessions", list(site.remote_service), RemoteRooms(site).lock),
        Rule("room", site.bookable, RoomLife(site).room),
        Rule("ceremonies", list(ceremonies.scenes_of(site)), lambda look, scene: ceremonies.conclusions(look, site, scene)),
        Rule("names", list(ceremonies.scenes_of(site)), ceremonies_named.conclusions),
        Rule("use", site.bookable, lambda look, room: usage.conclusions(look, site, room)),
        Rule("needs of rooms", site.bookable, needs.conditions),
        Rule("release", doors, lambda look, door: releases.claims(look, site, door)),
        Rule("override", doors, lambda look, door: overrides.conclusions(look, site, door)),
        Rule("doubt", doors, lambda look, door: doubt.claims(look, site, door)),
        Rule("point tests", devices, lambda look, device: point_tests.claims(look, site, device)),
        Rule("modes", doors, lambda look, door: mode_rules.claims(look, site, door)),
        Rule("panic", buttons, lambda look, button: panic.claims(look, site, button)),
        Rule("obedience", devices, supervision_of.obedience),
        Rule("masking", masking_units, lambda look, unit: masking.conditions(look, site, unit, stretch)),
        *rules_of_terminals(site),
        Rule("door", doors, DoorAlarms(site, supervision_of.timing).conditions),
        Rule("calendar", list(site.calendars), lambda look, calendar: plan.health_conditions(look, site, calendar)),
        Rule("connection", list(site.connections), supervision_of.connection),
        Rule("modes that hold", [site.site.id], lambda look, _: mode_rules.conditions(look, site)),
        Rule("controller", [site.site.id], supervision_of.controller),
        Rule("proof", [site.site.id], waiver.conditions),
        Rule("sign-ins", [site.site.id], sign_ins.conditions),
        Rule("bulletins", [site.site.id], lambda look, _: bulletins.conclusions(look)),
        Rule("arrivals", [site.site.id], lambda look, _: arrivals.conclusions(look, site)),
        Rule("public notices", [site.site.id], lambda look, _: public_notices.conclusions(look)),
        Rule("hand-over", [site.site.id], lambda look, _: hand_over.conditions(look, site)),
        Rule("shelves", [site.site.id], lambda look, _: shelving.conclusions(look, site)),
        Rule("walk test", [site.site.id], lambda look, _: walk_tests.conclusions(look, site)),
        Rule("device walk", [site.site.id], lambda look, _: device_walks.conclusions(look)),
        Rule("walk test due", buttons, walk_tests.button_conclusions),
        Rule("reminders", [site.site.id], lambda look, _: reminders.due(look, site)),
        Rule("escalation", [site.site.id], lambda look, _: escalation.steps(look)),
        Rule("called relays", list(site.contacts), lambda look, contact: escalation.relays(look, site, contact)),
        Rule("messages", list(site.contacts), messages.conditions),
        Rule("console", [site.site.id], lambda look, _: consoles.conditions(look, site, stretch)),
        *acoustic_rules.rules(site, deaf_when_silent=deaf_when_silent),
    ]


def _commanded_points(site: Site, timing: Timing, stretch: float) -> list[CommandedPoint]:
    """Points that the controller commands. Nothing is unlocked for longer than its reason lasts."""
    return [
        CommandedPoint(
            PointId(device, kind.name),
            kind.default,
            leased="unlocked" if kind.name == "lock" else None,
            span=_span(site, device, timing, stretch) if kind.name == "lock" else None,
            rest=kind.rest,
            told_every=None if _says_what_it_does(section) else TOLD_EVERY * stretch,
        )
        for device, section in site.devices.items()
        for kind in DEVICE_TYPES[section.type].values()
        if kind.commanded
    ]


def _says_what_it_does(section: Device) -> bool:
    return section.type != "masking-unit" or PROFILES[section.profile].masking.reads_back


def _span(site: Site, door_controller: str, timing: Timing, stretch: float) -> timedelta | None:
    match site.lease_of(door_controller):
        case "latch":
            return None
        case "pulse":
            return site.devices[door_controller].pulse * stretch
        case _:
            return timing.lease
