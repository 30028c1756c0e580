"""Escalations as the HTTP interface tells them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from api.models_escalation import EscalationOut, MessageOut, MessageState, ReceiptOut, StepOut
from edge.facts import Facts
from edge.language import Renderer
from security.alarms import Alarm
from security.escalation import ESCALATION, SHOWN, Escalation
from security.messages import MESSAGES, Message


def escalation_of(facts: Facts, renderer: Renderer, now: datetime, alarm: Alarm) -> EscalationOut | None:
    number = str(alarm.number)
    found, messages, receipts = facts(ESCALATION(number)), facts(MESSAGES(number)) or (), facts(SHOWN(number)) or ()
    if found is None and not messages and not receipts:
        return None
    next_at = found.next_at if found is not None else None
    return EscalationOut(
        plan=found.plan if found is not None else None,
        next_at=next_at,
        next_in_s=None if next_at is None else round(max((next_at - now).total_seconds(), 0.0), 3),
        stopped_by=found.stopped_by if found is not None else None,
        steps=[*(_planned(found, messages, renderer, now) if found is not None else ()), *_called(messages, renderer, now)],
        shown=[
            ReceiptOut(at=r.at, after_s=round((r.at - alarm.raised_at).total_seconds(), 3), view=r.view, by=r.by) for r in receipts
        ],
    )


def _planned(found: Escalation, messages: Iterable[Message], renderer: Renderer, now: datetime) -> Iterator[StepOut]:
    for index, step in enumerate(found.steps):
        of_step = [_message(m, renderer, now) for m in messages if m.step == index + 1]
        to = [renderer.name(contact) for contact in step.to]
        yield StepOut(step=index + 1, due_at=found.due_at(index), done=index < found.done, to=to, messages=of_step)


def _called(messages: Iterable[Message], renderer: Renderer, now: datetime) -> Iterator[StepOut]:
    told = [_message(message, renderer, now) for message in messages if message.step == 0]
    if told:
        yield StepOut(step=0, due_at=None, done=True, to=[message.name for message in told], messages=told)


def _message(message: Message, renderer: Renderer, now: datetime) -> MessageOut:
    return MessageOut(
        contact=message.contact,
        name=renderer.name(message.contact),
        state=_state(message),
        since=message.at,
        tries=message.tries,
        problem=None if message.problem is None else renderer.text(message.problem, now),
        delivered_at=message.delivered_at,
    )


def _state(message: Message) -> MessageState:
    if message.delivered_at is not None:
        return "delivered"
    if message.given_up_at is not None:
        return "given-up"
    return "waiting" if message.withdrawn_at is None else "withdrawn"
