"""Devices out of service: while somebody mends one, nobody is told that it is silent, garbled or weak.

A panic button or a fire input is out for eight hours at most, and an alarm of high level stands for as long. A press of such a
button raises its alarm as ever: nothing here is asked on that way (`security.alarms.react`).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from edge.claims import Condition, Follows
from edge.conditions import DEVICE_OUT_OF_SERVICE, SAFETY_OUT_OF_SERVICE
from edge.events import Event
from edge.facts import Facts, Look
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Role
from edge.text import Ref, say
from security.at_door import reason_given
from security.quiet import TAKEN_OUT, SourceTakenBack, SourceTakenOut
from security.roles import require

LONGEST_OUT = timedelta(hours=8)
"""Of a panic button and of a fire input."""
_PROTECTING = frozenset(("panic-button", "fire-input"))


def take_out(site: Site, at: datetime, device: str, by: str, role: Role, reason: str, until: datetime | None = None) -> Event:
    """Taken out again, it has a new reason and end."""
    require(role, "out-of-service")
    why = reason_given(reason)
    _require_device(site, device)
    if until is not None and until <= at:
        raise Refusal(say("The end lies in the past."))
    latest = at + LONGEST_OUT
    if _protects(site, device) and (until is None or until > latest):
        raise Refusal(
            say("{device} protects people: it can be out of service until {latest} at most.", device=Ref(device), latest=latest)
        )
    return SourceTakenOut(at=at, subject=device, by=by, reason=why, until=until)


def take_back(site: Site, facts: Facts, at: datetime, device: str, by: str, role: Role) -> Event:
    require(role, "out-of-service")
    _require_device(site, device)
    if facts(TAKEN_OUT(device)) is None:
        raise Refusal(say("{device} is in service.", device=Ref(device)))
    return SourceTakenBack(at=at, subject=device, by=by)


def conclusions(look: Look, site: Site, device: str) -> Iterable[Condition | Follows]:
    """What people see for as long as it is out, and that its time is over."""
    out = look(TAKEN_OUT(device))
    if out is None:
        return
    if (out.until is not None and look.passed(out.until)) or _cannot_be_right(site, out, look.now):
        yield Follows(SourceTakenBack(at=look.now, subject=device))
        return
    told = say("Taken out of service by {by}: {reason}", by=out.by, reason=out.reason)
    if out.until is not None:
        told = say("Taken out of service by {by} until {until}: {reason}", by=out.by, until=out.until, reason=out.reason)
    yield Condition(SAFETY_OUT_OF_SERVICE if _protects(site, device) else DEVICE_OUT_OF_SERVICE, device, told)


def _cannot_be_right(site: Site, out: SourceTakenOut, now: datetime) -> bool:
    return out.at > now or (_protects(site, out.subject) and (out.until is None or out.until - out.at > LONGEST_OUT))


def _protects(site: Site, device: str) -> bool:
    return site.devices[device].type in _PROTECTING


def _require_device(site: Site, device: str) -> None:
    if device not in site.devices:
        raise Refusal(say("There is no device {device}.", device=device))
