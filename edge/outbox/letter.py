"""A message as it is written for one contact: what, where, when, and the first thing to do. Never anything of a booking."""

from dataclasses import dataclass
from datetime import datetime

from edge.language import Renderer
from edge.site import Site
from security.alarm_types import alarm_type
from security.alarms import Alarm
from security.messages import Message

LONGEST_TEXT = 459
"""Three parts of an SMS."""


@dataclass(frozen=True, slots=True)
class Letter:
    """key: the same at every try. data: the same as JSON values, for programs."""

    key: str
    contact: str
    subject: str
    text: str
    sent_at: datetime
    data: dict[str, str | int]


def write(site: Site, renderer: Renderer, alarm: Alarm, message: Message, now: datetime) -> Letter:
    type_ = alarm_type(site, alarm.type)
    name, response = renderer.text(type_.name), renderer.text(type_.response[0])
    place, building = renderer.name(_place(site, alarm.subject)), renderer.name(site.site.id)
    text = renderer.say(
        "{building}: {alarm}, {place}, {time}. {response}",
        building=building,
        alarm=name,
        place=place,
        time=alarm.raised_at,
        response=response,
    )
    data: dict[str, str | int] = {
        "key": message.key,
        "site": site.site.id,
        "alarm": alarm.number,
        "type": alarm.type,
        "level": alarm.level,
        "subject": alarm.subject,
        "place": place,
        "raised_at": alarm.raised_at.isoformat(),
        "step": message.step,
        "contact": message.contact,
        "text": text,
    }
    subject = renderer.say("{building}: {alarm}, {place}", building=building, alarm=name, place=place)
    return Letter(message.key, message.contact, _one_line(subject)[:200], _one_line(text)[:LONGEST_TEXT], now, data)


def _place(site: Site, subject: str) -> str:
    device = site.devices.get(subject)
    return subject if device is None else device.door or device.space or subject


def _one_line(text: str) -> str:
    return " ".join(text.split())
