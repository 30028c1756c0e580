"""What people do in the event files of `talonmies simulate`: {"operator": WHO, "action": WHAT, …} becomes a judged action."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from edge.account import require_aware
from edge.errors import IllegalInput
from edge.events import Event
from edge.facts import Facts
from edge.site import Site
from edge.site.fields import Role, ZoneClass
from rooms import ceremonies_desk, desk, scenes
from rooms.ceremonies import CEREMONIES, scenes_of
from security import alarms, modes, overrides, point_tests, releases, shelving, sources, walk_tests
from security.overrides import DoorValue
from security.roles import ROLES, require

Decide = Callable[[Facts, datetime], Event]
When = Callable[[datetime], datetime]
"""An instant that an action may count from its own."""

_SHORT_ROLES: Sequence[tuple[str, Role]] = (("host", "lobby-host"), ("manager", "facility-manager"))
"""How people are called for short: host-1, manager-2."""
_NO_REASON = "Simulated"
"""Of those that old event files leave out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line, with what its action needs taken out of it and checked. Whatever raises, raises IllegalInput."""

    site: Site
    fields: Mapping[str, Any]
    by: str
    role: Role
    action: str

    def text(self, *names: str, otherwise: str = "") -> str:
        """Under the first of these names that is there."""
        return next((str(self.fields[name]) for name in names if name in self.fields), otherwise)

    @property
    def reason(self) -> str:
        return self.text("text", "reason")

    def alarm(self) -> int:
        number = self.fields.get("alarm")
        if not isinstance(number, int):
            raise IllegalInput(f'{self.action} needs "alarm": its number')
        return number

    def door(self) -> str:
        return self._known("door", self.site.doors)

    def device(self) -> str:
        return self._known("device", self.site.devices)

    def scene(self) -> str:
        return self._known("scene", self.site.scenes)

    def room(self) -> str:
        return self._known("room", self.site.spaces)

    def scope(self) -> str:
        """The whole building unless it says zone:internal or door:entrance."""
        scope = self.text("scope", otherwise=modes.SITE)
        kind, _, name = scope.partition(":")
        known = {"zone": get_args(ZoneClass), "door": tuple(self.site.doors)}
        if scope != modes.SITE and name not in known.get(kind, ()):
            raise IllegalInput(f"unknown scope {scope!r}: it is site, zone: with a zone, or door: with a door")
        return scope

    def value(self) -> DoorValue:
        match self.fields.get("value"):
            case "locked":
                return "locked"
            case "unlocked":
                return "unlocked"
            case other:
                raise IllegalInput(f"a door is overridden locked or unlocked, not {other!r}")

    def span(self, minutes: float) -> timedelta:
        """As long as it says, or else so many minutes."""
        if "seconds" in self.fields:
            return timedelta(seconds=float(self.fields["seconds"]))
        return timedelta(minutes=float(self.fields.get("minutes", minutes)))

    def until(self) -> When:
        if (until := self.instant("until")) is not None:
            return lambda _: until
        if self.fields.keys().isdisjoint(("minutes", "seconds")):
            raise IllegalInput(f'{self.action} needs an end: "until", "minutes" or "seconds"')
        span = self.span(0)
        return lambda at: at + span

    def instant(self, name: str) -> datetime | None:
        return require_aware(datetime.fromisoformat(str(self.fields[name])), name) if name in self.fields else None

    def _known(self, name: str, known: Mapping[str, object]) -> str:
        said = self.fields.get(name)
        if not isinstance(said, str) or said not in known:
            raise IllegalInput(f"unknown {name} {said!r}")
        return said


def operator_action(site: Site, fields: Mapping[str, Any]) -> Decide:
    """Raises IllegalInput for a line that cannot be understood; what is not allowed is refused when it is decided."""
    by, action = str(fields["operator"]), str(fields.get("action"))
    table = next((t for key, t in (("room", _IN_ROOMS), ("device", _AT_DEVICES)) if key in fields and action in t), _ELSEWHERE)
    if action not in table:
        names = ", ".join(dict.fromkeys((*_ELSEWHERE, *_IN_ROOMS)))
        raise IllegalInput(f"unknown action {action!r}: this version knows {names}")
    return table[action](Asked(site, fields, by, _role(by, fields.get("role")), action))


def _role(by: str, said: object) -> Role:
    """The one that the line names, or that the person's name begins with, or else a guard's."""
    if said is None:
        named = [*_SHORT_ROLES, *((role, role) for role in ROLES)]
        return next((role for name, role in named if by == name or by.startswith(f"{name}-")), "guard")
    role = next((role for role in ROLES if role == said), None)
    if role is None:
        raise IllegalInput(f"unknown role {said!r}: it is one of {', '.join(ROLES)}")
    return role


# --- alarms -----------------------------------------------------------------------------------------------------------


def _acknowledge(asked: Asked) -> Decide:
    number = asked.alarm()
    return lambda facts, at: alarms.acknowledge(facts, at, number, asked.by, None)


def _claim(asked: Asked) -> Decide:
    number = asked.alarm()
    return lambda facts, at: alarms.claim(facts, at, number, asked.by)


def _note(asked: Asked) -> Decide:
    number = asked.alarm()
    return lambda facts, at: alarms.note(facts, at, number, asked.by, asked.reason)


def _resolve(asked: Asked) -> Decide:
    number = asked.alarm()
    return lambda facts, at: alarms.resolve(facts, at, number, asked.by, asked.reason or "resolved", None)


def _transfer(asked: Asked) -> Decide:
    number, to = asked.alarm(), asked.text("to")
    return lambda facts, at: alarms.transfer(facts, at, number, asked.by, to, None)


def _shelve(asked: Asked) -> Decide:
    number, until, reason = asked.alarm(), asked.until(), asked.reason or _NO_REASON
    return lambda facts, at: shelving.shelve(asked.site, facts, at, number, asked.by, asked.role, until(at), reason, None)


def _unshelve(asked: Asked) -> Decide:
    kind, subject = asked.text("type"), asked.text("subject")
    return lambda facts, at: shelving.unshelve(facts, at, kind, subject, asked.by, asked.role)


def _walk_test(asked: Asked) -> Decide:
    """All buttons, or the one that it names."""
    buttons, span = [asked.device()] if "device" in asked.fields else [], asked.span(15)
    return lambda facts, at: walk_tests.begin(asked.site, facts, at, asked.by, asked.role, buttons, span)


def _end_walk_test(asked: Asked) -> Decide:
    return lambda facts, at: walk_tests.end(facts, at, asked.by, asked.role)


def _confirm_test(asked: Asked) -> Decide:
    button = asked.device()
    return lambda facts, at: walk_tests.confirm(facts, at, button, asked.by, asked.role)


# --- devices ----------------------------------------------------------------------------------------------------------


def _source_out(asked: Asked) -> Decide:
    device = asked.device()
    until = None if asked.fields.keys().isdisjoint(("until", "minutes", "seconds")) else asked.until()
    return lambda _, at: sources.take_out(
        asked.site, at, device, asked.by, asked.role, asked.reason, None if until is None else until(at)
    )


def _source_back(asked: Asked) -> Decide:
    device = asked.device()
    return lambda facts, at: sources.take_back(asked.site, facts, at, device, asked.by, asked.role)


def _test_point(asked: Asked) -> Decide:
    """Takes "point", and perhaps "value" and a span."""
    device, point, value, hold = asked.device(), asked.text("point"), asked.fields.get("value"), asked.span(1 / 6)
    return lambda facts, at: point_tests.begin(asked.site, facts, at, device, point, asked.by, asked.role, value, hold)


def _end_point_test(asked: Asked) -> Decide:
    device, point = asked.device(), asked.text("point")
    return lambda facts, at: point_tests.stop(asked.site, facts, at, device, point, asked.by, asked.role)


# --- doors ------------------------------------------------------------------------------------------------------------


def _release(asked: Asked) -> Decide:
    door, span, reason = asked.door(), asked.span(1), asked.text("text", "reason", otherwise=_NO_REASON)
    return lambda facts, at: releases.release(asked.site, facts, at, door, asked.by, asked.role, span, reason)


def _end_release(asked: Asked) -> Decide:
    door = asked.door()
    return lambda facts, at: releases.end_release(asked.site, facts, at, door, asked.by, asked.role)


def _override(asked: Asked) -> Decide:
    door, value, until = asked.door(), asked.value(), asked.until()
    return lambda facts, at: overrides.override(asked.site, facts, at, door, value, asked.by, asked.role, until(at), asked.reason)


def _end_override(asked: Asked) -> Decide:
    door = asked.door()
    return lambda facts, at: overrides.end_override(asked.site, facts, at, door, asked.by, asked.role)


def _out_of_service(asked: Asked) -> Decide:
    door = asked.door()
    until = None if asked.fields.keys().isdisjoint(("until", "minutes", "seconds")) else asked.until()
    return lambda facts, at: overrides.out_of_service(
        asked.site, facts, at, door, asked.by, asked.role, asked.reason, None if until is None else until(at)
    )


def _back_in_service(asked: Asked) -> Decide:
    door = asked.door()
    return lambda facts, at: overrides.back_in_service(asked.site, facts, at, door, asked.by, asked.role)


# --- scenes -----------------------------------------------------------------------------------------------------------


def _play_scene(asked: Asked) -> Decide:
    scene, until = asked.scene(), asked.until()

    def play(facts: Facts, at: datetime) -> Event:
        require(asked.role, "play-scene")
        return scenes.play(asked.site, facts, at, scene, asked.by, until(at))

    return play


def _stop_scene(asked: Asked) -> Decide:
    scene = asked.scene()

    def stop(facts: Facts, at: datetime) -> Event:
        require(asked.role, "override-locked")  # to stop one is to lock
        return scenes.stop(asked.site, facts, at, scene, asked.by)

    return stop


# --- ceremonies -------------------------------------------------------------------------------------------------------


def _ceremony_at(asked: Asked) -> Callable[[Facts, datetime], str]:
    """The id of the ceremony of a scene whose booking begins at "start"."""
    scene, start = asked.scene(), asked.instant("start")
    if scene not in scenes_of(asked.site) or start is None:
        raise IllegalInput(f'{asked.action} needs a "scene" with a preparation, and the "start" of the booking')

    def find(facts: Facts, _: datetime) -> str:
        return next((found.id for found in facts(CEREMONIES(scene)) or () if found.booked_from == start), "")

    return find


def _tick(asked: Asked) -> Decide:
    ceremony, checklist, item = _ceremony_at(asked), asked.text("checklist"), asked.text("item")

    def tick(facts: Facts, at: datetime) -> Event:
        require(asked.role, "tick")
        return ceremonies_desk.tick(asked.site, facts, at, ceremony(facts, at), asked.by, checklist, item)

    return tick


def _untick(asked: Asked) -> Decide:
    ceremony, checklist, item = _ceremony_at(asked), asked.text("checklist"), asked.text("item")

    def untick(facts: Facts, at: datetime) -> Event:
        require(asked.role, "tick")
        return ceremonies_desk.untick(asked.site, facts, at, ceremony(facts, at), asked.by, checklist, item, asked.reason)

    return untick


def _delay(asked: Asked) -> Decide:
    ceremony, until = _ceremony_at(asked), asked.until()

    def delay(facts: Facts, at: datetime) -> Event:
        require(asked.role, "play-scene")
        return ceremonies_desk.delay(asked.site, facts, at, ceremony(facts, at), asked.by, until(at))

    return delay


def _begin_ceremony(asked: Asked) -> Decide:
    ceremony = _ceremony_at(asked)

    def begin(facts: Facts, at: datetime) -> Event:
        require(asked.role, "play-scene")
        return ceremonies_desk.begin(asked.site, facts, at, ceremony(facts, at), asked.by)

    return begin


def _open_early(asked: Asked) -> Decide:
    ceremony = _ceremony_at(asked)

    def open_early(facts: Facts, at: datetime) -> Event:
        require(asked.role, "play-scene")
        return ceremonies_desk.open_early(asked.site, facts, at, ceremony(facts, at), asked.by)

    return open_early


# --- modes ------------------------------------------------------------------------------------------------------------


def _begin(mode: modes.Mode) -> Callable[[Asked], Decide]:
    def maker(asked: Asked) -> Decide:
        scope = asked.scope()
        return lambda facts, at: modes.begin(asked.site, facts, at, mode, scope, asked.by, asked.role, asked.reason)

    return maker


def _ask_end(asked: Asked) -> Decide:
    scope = asked.scope()
    return lambda facts, at: modes.ask_end(asked.site, facts, at, "lockdown", scope, asked.by, asked.role)


def _end(mode: modes.Mode) -> Callable[[Asked], Decide]:
    def maker(asked: Asked) -> Decide:
        scope = asked.scope()
        return lambda facts, at: modes.end(asked.site, facts, at, mode, scope, asked.by, asked.role, asked.reason)

    return maker


# --- rooms ------------------------------------------------------------------------------------------------------------


def _tap(tap: Callable[[Facts, Site, datetime, str, str], Event]) -> Callable[[Asked], Decide]:
    def maker(asked: Asked) -> Decide:
        room = asked.room()
        return lambda facts, at: tap(facts, asked.site, at, room, asked.by)

    return maker


def _allow(asked: Asked) -> Decide:
    room, uid, rid = asked.room(), asked.text("uid"), asked.text("rid")
    return lambda facts, at: desk.allow(facts, asked.site, at, room, asked.by, uid, rid)


def _cancel(asked: Asked) -> Decide:
    room, uid = asked.room(), asked.text("uid")
    return lambda facts, at: desk.cancel(facts, asked.site, at, room, asked.by, uid)


def _book(asked: Asked) -> Decide:
    """Takes "start" and "end", or "minutes" from now, and "agency"."""
    room, start, end, span = asked.room(), asked.instant("start"), asked.instant("end"), asked.span(30)

    def book(facts: Facts, at: datetime) -> Event:
        begins = start or at
        agency = asked.fields.get("agency")
        return desk.book(facts, asked.site, at, room, asked.by, start=begins, end=end or begins + span, agency=agency)

    return book


_ELSEWHERE: Mapping[str, Callable[[Asked], Decide]] = {
    "acknowledge": _acknowledge,
    "claim": _claim,
    "note": _note,
    "resolve": _resolve,
    "transfer": _transfer,
    "shelve": _shelve,
    "unshelve": _unshelve,
    "walk-test": _walk_test,
    "end-walk-test": _end_walk_test,
    "confirm-test": _confirm_test,
    "test-point": _test_point,
    "end-point-test": _end_point_test,
    "release": _release,
    "end-release": _end_release,
    "override": _override,
    "end-override": _end_override,
    "out-of-service": _out_of_service,
    "back-in-service": _back_in_service,
    "play-scene": _play_scene,
    "stop-scene": _stop_scene,
    "tick": _tick,
    "untick": _untick,
    "delay-ceremony": _delay,
    "begin-ceremony": _begin_ceremony,
    "open-early": _open_early,
    "lockdown": _begin("lockdown"),
    "end-lockdown": _ask_end,
    "confirm-end-lockdown": _end("lockdown"),
    "evacuation": _begin("evacuation"),
    "end-evacuation": _end("evacuation"),
    "end-fire": _end("fire"),
}
_AT_DEVICES: Mapping[str, Callable[[Asked], Decide]] = {"out-of-service": _source_out, "back-in-service": _source_back}
_IN_ROOMS: Mapping[str, Callable[[Asked], Decide]] = {
    "arrive": _tap(desk.arrive),
    "keep": _tap(desk.keep),
    "release": _tap(desk.release),
    "extend": _tap(desk.extend),
    "allow": _allow,
    "book": _book,
    "cancel": _cancel,
}
