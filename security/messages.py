"""Messages to contacts: which are to be delivered, and how far that has come.

There is no store of them beside the journal: what a step of an escalation asked for, minus what the events below say of it, is
what waits. A message that waits is tried until it is delivered, given up, or the alarm is acknowledged; one that a panic sends
in any case outlives even its alarm.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.claims import Condition
from edge.conditions import MESSAGE_UNDELIVERED
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.text import Ref, Text, say
from security.alarms import ALARM, AlarmAcknowledged, AlarmCleared, AlarmResolved
from security.escalation import ESCALATION, ContactsCalled, EscalationStepped
from security.panic import ContactsTold

UNDELIVERED_TOLD = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTried(Event):
    """A try that failed. Not journaled itself: a restart tries again anyway."""

    journaled = False
    kind = "message-tried"
    number: int
    key: str
    problem: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDelivered(Event):
    """Taken by the service or device on the other end."""

    kind = "message-delivered"
    number: int
    key: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageGivenUp(Event):
    kind = "message-given-up"
    number: int
    key: str
    contact: str
    problem: Text


@dataclass(frozen=True, slots=True)
class Message:
    """key: the same at every try, so that a receiver can tell a repeat. step: 0 where no step of an escalation asked for it.

    lasting: it is delivered also when somebody has acknowledged, or resolved, the alarm.
    """

    key: str
    number: int
    step: int
    contact: str
    at: datetime
    tries: int = 0
    problem: Text | None = None
    delivered_at: datetime | None = None
    given_up_at: datetime | None = None
    withdrawn_at: datetime | None = None
    lasting: bool = False

    @property
    def waits(self) -> bool:
        return self.delivered_at is None and self.given_up_at is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesKept(Event):
    """All that must survive a checkpoint of the journal."""

    kind = "messages-kept"
    messages: tuple[Message, ...]
    undelivered: tuple[MessageGivenUp, ...]


MESSAGES: Family[tuple[Message, ...]] = Family("messages")
"""Of one open alarm, by its number, oldest first."""
UNDELIVERED: Family[MessageGivenUp] = Family("undelivered")
"""By contact, the last message given up after which none was delivered."""


def waiting(facts: Facts, number: int | None = None) -> list[Message]:
    """Of one alarm or of all, what is still to be delivered."""
    of_alarms = [facts(MESSAGES(str(number))) or ()] if number is not None else [found for _, found in facts.of(MESSAGES)]
    return [message for messages in of_alarms for message in messages if message.waits]


def fold(facts: Facts, event: Event) -> None:
    """After that of the escalations."""
    match event:
        case EscalationStepped(number=number):
            escalation = facts(ESCALATION(str(number)))
            if escalation is not None:
                _add(facts, event, event.step, escalation.began_at)
        case ContactsCalled():
            _add(facts, event, 0, event.at)
        case ContactsTold():
            _add(facts, event, 0, event.at, lasting=True)
        case MessageTried(problem=problem):
            _change(facts, event.number, event.key, lambda m: replace(m, tries=m.tries + 1, problem=problem))
        case MessageDelivered():
            _change(facts, event.number, event.key, lambda m: replace(m, tries=m.tries + 1, delivered_at=event.at, problem=None))
            facts.set(UNDELIVERED(event.contact), None)
            _forget_if_gone(facts, event.number)
        case MessageGivenUp(problem=problem):
            _change(facts, event.number, event.key, lambda m: replace(m, given_up_at=event.at, problem=problem))
            facts.set(UNDELIVERED(event.contact), event)
            _forget_if_gone(facts, event.number)
        case AlarmAcknowledged(number=number):
            _withdraw(facts, number, event.at)
            _forget_if_gone(facts, number)
        case AlarmCleared(number=number) | AlarmResolved(number=number):
            _forget_if_gone(facts, number)
        case MessagesKept():
            for message in event.messages:
                facts.set(MESSAGES(str(message.number)), (*(facts(MESSAGES(str(message.number))) or ()), message))
            for given_up in event.undelivered:
                facts.set(UNDELIVERED(given_up.contact), given_up)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> MessagesKept:
    messages = tuple(message for _, of_alarm in facts.of(MESSAGES) for message in of_alarm)
    return MessagesKept(at=at, messages=messages, undelivered=tuple(given_up for _, given_up in facts.of(UNDELIVERED)))


def _add(
    facts: Facts, event: EscalationStepped | ContactsCalled | ContactsTold, step: int, since: datetime, *, lasting: bool = False
) -> None:
    number = event.number
    known = facts(MESSAGES(str(number))) or ()
    begun = f"{since:%Y%m%d%H%M%S%f}"
    which = "any" if lasting else str(step)
    new = tuple(
        Message(f"{number}-{begun}-{which}-{contact}", number, step, contact, event.at, lasting=lasting) for contact in event.to
    )
    facts.set(MESSAGES(str(number)), known + new)


def _change(facts: Facts, number: int, key: str, how: Callable[[Message], Message]) -> None:
    known = facts(MESSAGES(str(number)))
    if known is not None:
        facts.set(MESSAGES(str(number)), tuple(how(message) if message.key == key else message for message in known))


def _withdraw(facts: Facts, number: int, at: datetime) -> None:
    for message in [message for message in waiting(facts, number) if not message.lasting]:
        _change(facts, number, message.key, lambda m: replace(m, withdrawn_at=at))


def _forget_if_gone(facts: Facts, number: int) -> None:
    if facts(ALARM(str(number))) is None:
        facts.set(MESSAGES(str(number)), tuple(message for message in waiting(facts, number) if message.lasting) or None)


def conditions(look: Look, contact: str) -> Iterable[Condition]:
    """A contact that could not be reached, until a message reaches it; for a day, because perhaps none is ever sent again."""
    given_up = look(UNDELIVERED(contact))
    if given_up is not None and not look.lasted(given_up.at, UNDELIVERED_TOLD):
        told = say("A message to {contact} was not delivered: {problem}", contact=Ref(contact), problem=given_up.problem)
        yield Condition(MESSAGE_UNDELIVERED, contact, told)
