"""Each way to a contact against a real other end, which takes the letter, refuses it, hangs, or sends us elsewhere."""

import asyncio
import json
import logging
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from drivers.mosquitto import Broker
from edge.clock import SystemClock
from edge.errors import Unreachable
from edge.outbox.http import Sms, Webhook
from edge.outbox.letter import Letter
from edge.outbox.mail import Mail
from edge.outbox.mqtt import Publication
from edge.outbox.sender import NotDelivered
from edge.site.escalations import MailServer, MqttPlace, SmsGateway
from tests.broker import Plain, Running, small_site
from tests.broker import broker as broker
from tests.edge.calendar_server import CalendarServer, hanging, status
from tests.edge.outbox.mail_server import mail_server

SECRET = "s3cret-CANARY"
LETTER = Letter(
    key="7-20261123-2-duty",
    contact="duty",
    subject="Joensuu: Paniikkipainike, Palveluhuone 1",
    text='Joensuu: Paniikkipainike, "Palveluhuone" {secret} ä 1',
    sent_at=SystemClock().now(),
    data={"key": "7-20261123-2-duty", "alarm": 7, "level": 1},
)
TRUST = ssl.create_default_context()


@pytest.fixture
def service() -> Iterator[CalendarServer]:
    server = CalendarServer()
    server.behave = status(202)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    alternative = ("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    files = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "own.pem"))
    subprocess.run([*command.split(), *alternative, *files], check=True, capture_output=True)
    return folder


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(2)
    yield pool
    pool.shutdown()


async def refusal(sending: Awaitable[None]) -> str:
    """The sentence with which a try ends. Nothing secret is in it."""
    with pytest.raises(NotDelivered) as caught:
        await sending
    said = str(caught.value.told)
    assert "CANARY" not in said
    return said


# --- HTTP -------------------------------------------------------------------------------------------------------------


async def test_a_webhook_gets_json_with_the_key_and_its_secret(service: CalendarServer) -> None:
    await Webhook(service.url, SECRET, TRUST).send(LETTER)
    assert service.written == [("POST", json.dumps(LETTER.data, ensure_ascii=False).encode())]
    headers = service.requests[0][1]
    assert (headers["idempotency-key"], headers["authorization"]) == (LETTER.key, f"Bearer {SECRET}")


async def test_a_gateway_gets_what_the_site_file_describes(service: CalendarServer) -> None:
    described: dict[str, Any] = {
        "url": service.url,
        "secret": "env:S",
        "headers": {"X-Api-Key": "{secret}"},
        "body": {"to": ["{phone}"], "text": "{text}", "ref": "{key}", "flash": True},
    }
    await Sms(SmsGateway.model_validate(described), "+358 (40) 123-4567", SECRET, TRUST).send(LETTER)
    said = json.loads(service.written[0][1])
    assert said == {"to": ["+358401234567"], "text": LETTER.text, "ref": LETTER.key, "flash": True}
    assert service.requests[0][1]["x-api-key"] == SECRET
    assert "authorization" not in service.requests[0][1]


async def test_a_gateway_needs_no_more_than_its_address_and_a_secret(service: CalendarServer) -> None:
    await Sms(SmsGateway.model_validate({"url": service.url, "secret": "env:S"}), "112", SECRET, TRUST).send(LETTER)
    assert json.loads(service.written[0][1]) == {"to": "112", "text": LETTER.text}
    assert service.requests[0][1]["authorization"] == f"Bearer {SECRET}"


async def test_what_is_not_taken_is_said_in_a_sentence_without_secrets(
    service: CalendarServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hook = Webhook(service.url, SECRET, TRUST)
    service.behave = status(503)
    assert "The service refused it" in await refusal(hook.send(LETTER))
    elsewhere = CalendarServer()
    try:
        service.behave = status(307, Location=elsewhere.url)
        assert "sends us elsewhere" in await refusal(hook.send(LETTER))
        assert elsewhere.requests == []
    finally:
        elsewhere.stop()
    assert "CANARY" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("talonmies"))


async def test_a_service_that_hangs_is_waited_for_only_so_long(service: CalendarServer) -> None:
    service.behave = hanging(service)
    # The service never answers: that the refusal comes at all is the end of patience.
    assert "in time" in await refusal(Webhook(service.url, None, TRUST, patience_s=0.2).send(LETTER))
    service.stopped.set()


async def test_a_service_that_is_not_there_or_not_itself_is_told(certificate: Path) -> None:
    gone = CalendarServer()
    gone.stop()
    assert "cannot be reached" in await refusal(Webhook(gone.url, None, TRUST).send(LETTER))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "own.pem", certificate / "key.pem")
    server = CalendarServer(tls)
    server.behave = status(200)
    try:
        assert "certificate" in await refusal(Webhook(server.url, None, TRUST).send(LETTER))
        await Webhook(server.url, None, ssl.create_default_context(cafile=str(certificate / "own.pem"))).send(LETTER)
    finally:
        server.stop()


# --- e-mail -----------------------------------------------------------------------------------------------------------


def described(port: int, **more: Any) -> MailServer:
    return MailServer.model_validate({"host": "localhost", "port": port, "tls": "none", "sender": "talonmies@example.fi", **more})


async def test_a_mail_arrives_with_its_key_as_message_id(threads: ThreadPoolExecutor) -> None:
    async with mail_server() as mailbox:
        await Mail(described(mailbox.port), "duty@example.fi", None, TRUST, threads).send(LETTER)
    (mail,) = mailbox.mails
    assert mailbox.recipients == ["duty@example.fi"]
    assert (mail["Subject"], mail["Message-ID"]) == (LETTER.subject, f"<{LETTER.key}@example.fi>")
    assert mail.get_payload(decode=True) == (LETTER.text + "\r\n").encode()


async def test_a_password_goes_only_over_a_line_that_is_encrypted_to_the_right_server(
    threads: ThreadPoolExecutor, certificate: Path
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "own.pem", certificate / "key.pem")
    known = ssl.create_default_context(cafile=str(certificate / "own.pem"))
    async with mail_server(tls, login=("talonmies", SECRET)) as mailbox:
        server = described(mailbox.port, tls="starttls", username="talonmies", password="env:P")
        assert "certificate" in await refusal(Mail(server, "duty@example.fi", SECRET, TRUST, threads).send(LETTER))
        assert "password" in await refusal(Mail(server, "duty@example.fi", "wrong-CANARY", known, threads).send(LETTER))
        await Mail(server, "duty@example.fi", SECRET, known, threads).send(LETTER)
        assert len(mailbox.mails) == 1


async def test_a_mail_that_is_refused_is_told_with_the_code_alone(threads: ThreadPoolExecutor) -> None:
    async with mail_server() as mailbox:
        mailbox.answer = "554 CANARY no such person"
        assert "554" in await refusal(Mail(described(mailbox.port), "canary@example.fi", None, TRUST, threads).send(LETTER))
    assert "cannot be reached" in await refusal(Mail(described(mailbox.port), "a@b.fi", None, TRUST, threads).send(LETTER))


async def test_a_mail_server_that_hangs_keeps_no_thread(threads: ThreadPoolExecutor) -> None:
    async with mail_server() as mailbox:
        mailbox.hold = asyncio.Event()
        for _ in range(3):
            assert "in time" in await refusal(
                Mail(described(mailbox.port), "a@b.fi", None, TRUST, threads, patience_s=0.5).send(LETTER)
            )
        mailbox.hold.set()
        mailbox.hold = None
        await Mail(described(mailbox.port), "a@b.fi", None, TRUST, threads).send(LETTER)


# --- MQTT -------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def running(broker: Broker) -> AsyncIterator[Running]:
    with Running(small_site("outbox", broker.port)) as running:
        yield running


async def test_a_message_is_delivered_when_the_broker_has_it(running: Running, broker: Broker, threads: ThreadPoolExecutor) -> None:
    def publish(_: str, topic: str, payload: bytes, within_s: float) -> None:
        running.driver.deliver(topic, payload, within_s)

    publication = Publication(MqttPlace(connection="broker", topic="building/alarms"), publish, threads)
    with Plain(broker.port) as plain:
        plain.subscribe("building/alarms")
        await publication.send(LETTER)
        (message,) = plain.wait_for("building/alarms")
        assert json.loads(message.payload) == LETTER.data
    running.driver.stop()
    with pytest.raises(Unreachable):
        running.driver.deliver("building/alarms", b"{}", 0.1)
    assert "No connection" in await refusal(publication.send(LETTER))
