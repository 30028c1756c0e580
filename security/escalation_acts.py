"""What people do about escalations: the next step at once, a call to a contact; and what their pages do: tell what they showed."""

from collections.abc import Sequence
from datetime import datetime

from edge.events import Event
from edge.facts import Facts
from edge.refusal import Refusal
from edge.site import Site
from edge.text import Ref, say
from security.alarms import AlarmConflict, open_alarm, require_version
from security.escalation import ESCALATION, SHOWN, AlarmShown, ContactsCalled, stepped


class ShownBefore(Refusal):
    """This view has told of this version already."""


def escalate(facts: Facts, at: datetime, number: int, by: str, version: int | None) -> Event:
    """The next step at once. version: of the alarm as the person saw it."""
    require_version(open_alarm(facts, number), version)
    escalation = facts(ESCALATION(str(number)))
    if escalation is None:
        raise AlarmConflict(say("Alarm {number} has no plan; call a contact yourself.", number=number))
    if escalation.stopped_at is not None:
        told = say(
            "{by} took care of alarm {number} at {at}; call a contact yourself.",
            by=escalation.stopped_by or "",
            number=number,
            at=escalation.stopped_at,
        )
        raise AlarmConflict(told)
    if escalation.over:
        raise AlarmConflict(say("Every step of the plan of alarm {number} was made.", number=number))
    return stepped(escalation, escalation.done, at, say("Escalated by {by}", by=by), by)


def call(site: Site, facts: Facts, at: datetime, number: int, to: Sequence[str], by: str, version: int | None) -> Event:
    """Turn to these contacts now, whether or not somebody takes care of the alarm."""
    alarm = open_alarm(facts, number)
    require_version(alarm, version)
    if not to:
        raise Refusal(say("Name at least one contact."))
    for contact in to:
        if contact not in site.contacts:
            raise Refusal(say("This site has no contact {contact}.", contact=contact))
        if site.contacts[contact].relay is not None and alarm.acknowledged_at is not None:
            raise AlarmConflict(say("{contact} calls only while an alarm waits for somebody.", contact=Ref(contact)))
    return ContactsCalled(at=at, number=number, to=tuple(dict.fromkeys(to)), by=by)


def shown(facts: Facts, at: datetime, number: int, version: int, view: str, by: str) -> Event:
    """Raises ShownBefore for a repeat."""
    open_alarm(facts, number)
    if any((known.view, known.version) == (view, version) for known in facts(SHOWN(str(number))) or ()):
        raise ShownBefore(say("Alarm {number} was shown there before.", number=number))
    return AlarmShown(at=at, number=number, version=version, view=view, by=by)
