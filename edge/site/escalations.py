"""Sections of the site file about who is told of an alarm that nobody acknowledges: contacts, the ways to them, and the steps."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema, model_validator

from edge.site.booking import Ids
from edge.site.fields import Duration, Flag, Id, Language, NamesField, PlainText, SecretRef, Section, Whole
from edge.site.frozen import Emptyable, Table
from edge.site.wrong import Wrong
from edge.text import say

Level = Literal["1", "2", "3", "4"]
WAYS = ("sms", "email", "webhook", "mqtt", "relay", "console")
PLACES = ("phone", "text", "key", "secret")
"""What may stand in braces in what is sent to an SMS gateway."""
MOST_STEPS = 20

_PHONE = r"\+?[0-9][0-9 ()-]{2,24}"
_EMAIL = r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+"
_SECRETIVE = re.compile("auth|key|token|secret|password", re.IGNORECASE)


def _phone(value: str) -> str:
    if not re.fullmatch(_PHONE, value):
        raise Wrong(say('A telephone number is digits, with the country\'s in front: "+358 40 1234567".'))
    return value


def _email(value: str) -> str:
    if len(value) > 254 or not re.fullmatch(_EMAIL, value):
        raise Wrong(say("An e-mail address is one name, an @ and a domain: duty@example.fi."))
    return value


Phone = Annotated[str, AfterValidator(_phone), WithJsonSchema({"type": "string", "pattern": f"^{_PHONE}$"})]
Email = Annotated[str, AfterValidator(_email), WithJsonSchema({"type": "string", "pattern": f"^{_EMAIL}$", "maxLength": 254})]


def _reachable(value: str) -> str:
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        host = None
    if not host:
        raise Wrong(say("The address names no host."))
    if parts.username is not None:
        raise Wrong(say("The address holds a user name. Write it without, and put what guards it under secret."))
    return value


WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]", max_length=2000), AfterValidator(_reachable)]
MqttTopic = Annotated[str, StringConstraints(pattern=r"^[^+#\x00]+$", max_length=1024)]


class MqttPlace(Section):
    """Where a message is published."""

    connection: Id
    topic: MqttTopic = Field(description="Written out in full")


class Contact(Section):
    """A person, program or device that a step of an escalation turns to, in exactly one way."""

    name: NamesField | None = None
    language: Language | None = Field(None, description="Of the messages; absent: that of the site")
    sms: Phone | None = Field(None, description="Telephone number")
    email: Email | None = Field(None, description="Address")
    webhook: WebAddress | None = Field(None, description="Address that takes a POST with JSON")
    secret: SecretRef | None = Field(None, description="Webhook: sent as Authorization: Bearer")
    mqtt: MqttPlace | None = Field(None, description="Where JSON is published")
    relay: Id | None = Field(None, description="A relay that is on while the alarm waits: a buzzer, a light")
    console: Literal[True] | None = Field(None, description="The console itself, or a second one")

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if len(self.ways) != 1:
            ways = ", ".join(WAYS)
            raise Wrong(say("A contact is reached in exactly one way: write one of {ways}.", ways=ways))
        if self.secret is not None and self.webhook is None:
            raise Wrong(say("Only a webhook has a secret. Remove it."), "secret")
        return self

    @property
    def ways(self) -> tuple[str, ...]:
        return tuple(way for way in WAYS if getattr(self, way) is not None)

    @property
    def way(self) -> str:
        return self.ways[0]


class Step(Section):
    """Whom an alarm that nobody has acknowledged is told next, so long after it was raised."""

    after: Duration
    to: Ids


def _in_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    if not 0 < len(steps) <= MOST_STEPS:
        raise Wrong(say("An escalation has 1 to {most} steps.", most=MOST_STEPS))
    for number, step in enumerate(steps):
        if number and step.after <= steps[number - 1].after:
            raise Wrong(say("Each step comes later than the one before it. Put the steps in order of after."), number, "after")
        if not step.to:
            raise Wrong(say("A step turns to somebody. Write one contact or several."), number, "to")
    return steps


Plan = Annotated[tuple[Step, ...], AfterValidator(_in_order)]

Placed = PlainText | Whole | Flag | tuple[PlainText, ...]


def places_in(value: object) -> tuple[str, ...]:
    """The names in braces in a text, or in the texts of a list."""
    if isinstance(value, str):
        return tuple(re.findall(r"\{([^{}]*)\}", value))
    return tuple(place for each in value for place in places_in(each)) if isinstance(value, tuple) else ()


def _known_places(body: Mapping[str, object]) -> Mapping[str, object]:
    found = [place for value in body.values() for place in places_in(value)]
    for place in found:
        if place not in PLACES:
            raise Wrong(say("Only these may stand in braces: {places}.", places=", ".join(PLACES)))
    for place in ("phone", "text"):
        if place not in found:
            raise Wrong(say("What is sent names the number and the message: write {place} in braces somewhere.", place=place))
    return body


def _without_secrets(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", name):
            raise Wrong(say("This is no name of a header."), name)
        if not (value.isascii() and value.isprintable()):
            raise Wrong(say("A header is plain ASCII text."), name)
        if _SECRETIVE.search(name) and "{secret}" not in value:
            # The value itself may be a password: it is not repeated.
            raise Wrong(
                say("A secret is never written in this file. Write secret in braces here, and name where it is under secret."), name
            )
        if any(place != "secret" for place in places_in(value)):
            raise Wrong(say("In a header, only secret may stand in braces."), name)
    return headers


class SmsGateway(Section):
    """A service that takes a POST with JSON and sends a text message."""

    url: WebAddress
    headers: Annotated[Emptyable[str, PlainText], AfterValidator(_without_secrets)] = Field(
        {}, description="Sent with each message; absent, the secret goes as Authorization: Bearer"
    )
    secret: SecretRef | None = None
    body: Annotated[Table[str, Placed], AfterValidator(_known_places)] = Field(
        {"to": "{phone}", "text": "{text}"}, description="The JSON, with {phone}, {text}, {key} and {secret}"
    )


class MailServer(Section):
    """A server that takes e-mail by SMTP."""

    host: PlainText
    port: Whole = Field(587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    username: PlainText | None = None
    password: SecretRef | None = None
    sender: Email

    @model_validator(mode="after")
    def _guards_its_password(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise Wrong(say("Write both username and password, or neither."))
        if self.password is not None and self.tls == "none":
            raise Wrong(say("A password is not sent without encryption. Write starttls or tls."), "tls")
        return self
