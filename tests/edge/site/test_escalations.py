"""Contacts and escalations: what is refused, with which sentence and where."""

import json
from pathlib import Path
from typing import Any

import pytest

from edge.site import load_site
from tests.edge.site.small_site import GOOD, found, merged

PLANS: dict[str, Any] = {
    "contacts": {
        "duty": {"sms": "+358 40 1234567"},
        "mail": {"email": "duty@example.fi"},
        "hook": {"webhook": "https://x.example/a"},
    },
    "escalations": {"urgent": [{"after": "0 s", "to": "hook"}, {"after": "60 s", "to": ["duty", "mail"]}]},
    "security": {
        "escalation": {"1": "urgent"},
        "sms": {"url": "https://sms.example/send"},
        "smtp": {"host": "mail.example", "sender": "talonmies@example.fi"},
    },
}


def test_a_whole_escalation_is_without_a_finding() -> None:
    assert found(PLANS) == []


BETWEEN: list[tuple[dict[str, Any], str]] = [
    ({"security": {"sms": ...}}, "error contacts.duty.sms: Nothing says how this is sent. Add security.sms."),
    ({"security": ...}, "error contacts.mail.email: Nothing says how this is sent. Add security.smtp."),
    ({"contacts": {"buzzer": {"relay": "panic"}}}, "error contacts.buzzer.relay: panic is a panic-button. Name a relay."),
    ({"contacts": {"buzzer": {"relay": "panik"}}}, 'error contacts.buzzer.relay: "panik" is not in devices. Did you mean "panic"?'),
    ({"escalations": {"urgent": [{"after": "0 s", "to": "hok"}]}}, 'error escalations.urgent.0.to: "hok" is not in contacts.'),
    ({"security": {"escalation": {"2": "urgnt"}}}, 'error security.escalation.2: "urgnt" is not in escalations.'),
    ({"contacts": {"other": {"console": True}}}, "warning contacts.other: Nothing refers to other. Use it or remove it."),
    ({"security": {"escalation": ...}}, "warning escalations.urgent: Nothing refers to urgent. Use it or remove it."),
]


@pytest.mark.parametrize(("change", "finding"), BETWEEN)
def test_what_two_sections_disagree_on_is_found(change: dict[str, Any], finding: str) -> None:
    assert any(each.startswith(finding) for each in found(merged(PLANS, change))), found(merged(PLANS, change))


def test_an_mqtt_contact_needs_a_line_that_speaks_it() -> None:
    bus = {"bus": {"protocol": "modbus-tcp", "host": "10.0.0.9"}}
    change = {"connections": bus, "contacts": {"signs": {"mqtt": {"connection": "bus", "topic": "a/b"}}}}
    finding = "error contacts.signs.mqtt.connection: This connection speaks modbus-tcp. Name one that speaks mqtt."
    assert finding in found(merged(PLANS, change))


ALONE: list[tuple[dict[str, Any], str, str]] = [
    ({"contacts": {"duty": {"email": "a@b.fi"}}}, "contacts.duty", "A contact is reached in exactly one way"),
    ({"contacts": {"duty": {"sms": ..., "name": "Duty"}}}, "contacts.duty", "A contact is reached in exactly one way"),
    ({"contacts": {"duty": {"sms": "hunter2"}}}, "contacts.duty.sms", "A telephone number is digits"),
    ({"contacts": {"duty": {"secret": "env:S"}}}, "contacts.duty.secret", "Only a webhook has a secret"),
    ({"contacts": {"hook": {"webhook": "https://u:hunter2@x/a"}}}, "contacts.hook.webhook", "The address holds a user name."),
    ({"contacts": {"hook": {"webhook": "data:hunter2"}}}, "contacts.hook.webhook", "An address starts with http:// or https://."),
    (
        {"escalations": {"urgent": [{"after": "60 s", "to": "hook"}, {"after": "1 min", "to": "duty"}]}},
        "escalations.urgent.1.after",
        "Each step comes later than the one before it.",
    ),
    ({"escalations": {"urgent": []}}, "escalations.urgent", "An escalation has 1 to 20 steps."),
    ({"escalations": {"urgent": [{"after": "0 s", "to": []}]}}, "escalations.urgent.0.to", "A step turns to somebody."),
    ({"security": {"sms": {"secret": "hunter2"}}}, "security.sms.secret", "A secret is never written in this file."),
    (
        {"security": {"sms": {"headers": {"X-Api-Key": "hunter2"}}}},
        "security.sms.headers.X-Api-Key",
        "A secret is never written in this file.",
    ),
    ({"security": {"sms": {"body": {"to": "{phone}"}}}}, "security.sms.body", "What is sent names the number and the message"),
    (
        {"security": {"sms": {"body": {"a": ["{phone}"], "b": "{text} {name}"}}}},
        "security.sms.body",
        "Only these may stand in braces: phone, text, key, secret.",
    ),
    ({"security": {"smtp": {"username": "u"}}}, "security.smtp", "Write both username and password, or neither."),
    (
        {"security": {"smtp": {"username": "u", "password": "env:P", "tls": "none"}}},
        "security.smtp.tls",
        "A password is not sent without encryption.",
    ),
]


@pytest.mark.parametrize(("change", "path", "sentence"), ALONE)
def test_what_is_wrong_by_itself_is_found_at_its_place(change: dict[str, Any], path: str, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(json.dumps(merged(merged(GOOD, PLANS), change)), encoding="utf-8")
    findings = [finding for finding in load_site(file).findings if finding.level == "error"]
    assert [finding.path for finding in findings] == [path]
    assert sentence in str(findings[0])
    assert "hunter2" not in str(findings[0])
