"""Rules about contacts: what each way to somebody needs elsewhere in the file."""

from collections.abc import Callable, Iterator, Mapping

from edge.site.draft import Draft
from edge.site.finding import Problem, error
from edge.text import say

_SERVICES: Mapping[str, str] = {"sms": "sms", "email": "smtp"}
"""By way, the part of the section security that describes the service."""


def services(draft: Draft) -> Iterator[Problem]:
    described = draft.raw.get("security")
    for name, contact in draft.contacts.items():
        service = _SERVICES.get(contact.way)
        if service is not None and not (isinstance(described, Mapping) and described.get(service) is not None):
            told = say("Nothing says how this is sent. Add security.{service}.", service=service)
            yield error(("contacts", name, contact.way), told)


def devices_and_lines(draft: Draft) -> Iterator[Problem]:
    for name, contact in draft.contacts.items():
        device = draft.devices.get(contact.relay or "")
        if device is not None and device.type != "relay":
            told = say("{device} is a {type}. Name a relay.", device=str(contact.relay), type=device.type)
            yield error(("contacts", name, "relay"), told)
        line = draft.connections.get(contact.mqtt.connection) if contact.mqtt is not None else None
        if line is not None and line.speaks != "mqtt":
            told = say("This connection speaks {protocol}. Name one that speaks mqtt.", protocol=line.protocol)
            yield error(("contacts", name, "mqtt", "connection"), told)


ESCALATION_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (services, devices_and_lines)
