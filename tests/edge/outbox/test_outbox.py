"""The outbox of a running daemon: a step becomes a letter, is tried until it arrives, and stops when somebody acknowledges."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from edge.clock import SystemClock
from edge.commands import Command
from edge.daemon import Daemon
from edge.events import Observed
from edge.inbox import Inbox
from edge.outbox.lane import GIVEN_UP_AFTER
from edge.outbox.outbox import Outbox
from edge.site import Site
from security import alarms, escalation_acts
from security.messages import MESSAGES, UNDELIVERED, Message
from tests.broker import until_async
from tests.edge.calendar_server import CalendarServer, hanging, status
from tests.edge.outbox.mail_server import Mailbox, mail_server
from tests.security.escalating import escalating_site

QUICK = (0.02,)


class NoLine:
    """A connection on which nothing is."""

    def start(self) -> None:
        pass

    def send(self, command: Command) -> None:
        pass

    def stop(self) -> None:
        pass


@pytest.fixture
def service() -> Iterator[CalendarServer]:
    server = CalendarServer()
    server.behave = status(200)
    yield server
    server.stop()


def the_site(service: CalendarServer, mail_port: int = 25, **more: Any) -> Site:
    """Every step at once: a webhook, a text message in Swedish by the same server, a mail, and the console."""
    return escalating_site(
        contacts={
            "hook": {"webhook": service.url},
            "duty": {"sms": "+358 40 1234567", "language": "sv"},
            "mail": {"email": "boss@example.fi"},
            "lobby": {"console": True},
        },
        escalations={"urgent": [{"after": "0 s", "to": ["hook", "duty", "mail", "lobby"]}]},
        security={
            "escalation": {"1": "urgent"},
            "sms": {"url": service.url},
            "smtp": {"host": "127.0.0.1", "port": mail_port, "tls": "none", "sender": "talonmies@example.fi"},
        },
        **more,
    )


@asynccontextmanager
async def life(site: Site, data: Path) -> AsyncIterator[Daemon]:
    daemon = Daemon(site, data, lambda _connection, _inbox: NoLine(), clock=SystemClock())
    await daemon.start()
    turning = asyncio.create_task(daemon.run())
    tell: Callable[..., None] = daemon.inbox.event
    outbox = Outbox(site, daemon.facts, daemon.feed, daemon.clock, tell, {}, daemon.deliver, QUICK)
    outbox.start()
    try:
        yield daemon
    finally:
        outbox.stop()
        await daemon.stop()
        await turning


def press(daemon: Daemon, press: str = "p1") -> None:
    inbox: Inbox = daemon.inbox
    inbox.event(Observed(at=daemon.clock.now(), device="button-1", point="pressed", value=True, press=press), urgent=True)


def messages(daemon: Daemon, number: int = 1) -> dict[str, Message]:
    return {message.contact: message for message in daemon.facts(MESSAGES(str(number))) or ()}


def is_delivered(daemon: Daemon, *contacts: str) -> bool:
    found = messages(daemon)
    return all(contact in found and found[contact].delivered_at is not None for contact in contacts)


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server() as mailbox:
        yield mailbox


async def test_a_step_reaches_every_contact_once_in_its_language(service: CalendarServer, mailbox: Mailbox, tmp_path: Path) -> None:
    async with life(the_site(service, mailbox.port), tmp_path) as daemon:
        press(daemon)
        await until_async(lambda: is_delivered(daemon, "hook", "duty", "mail", "lobby"))
        kept = messages(daemon)
    said = sorted((json.loads(body) for _, body in service.written), key=len)
    assert len(said) == 2
    assert said[0]["to"] == "+358401234567"
    assert said[0]["text"].startswith("Test: Överfallsknapp, Lobby, ")
    assert said[1]["key"] == kept["hook"].key
    assert (said[1]["type"], said[1]["level"], said[1]["place"], said[1]["step"]) == ("panic", 1, "Lobby", 1)
    assert mailbox.mails[0]["Subject"] == "Test: Turvanappi, Lobby"
    async with life(the_site(service, mailbox.port), tmp_path) as daemon:
        press(daemon, "p2")
        await until_async(lambda: len(service.written) == 4)
        assert len(mailbox.mails) <= 2
    assert len({json.loads(body).get("key") for _, body in service.written} - {None}) == 2


async def test_what_is_not_taken_is_tried_again_under_the_same_key_and_told(service: CalendarServer, tmp_path: Path) -> None:
    service.behave = status(503)
    async with life(the_site(service), tmp_path) as daemon:
        press(daemon)
        await until_async(lambda: "hook" in messages(daemon) and messages(daemon)["hook"].tries >= 3)
        waiting = messages(daemon)["hook"]
        assert waiting.problem is not None
        assert waiting.problem.values == {"code": 503}
        service.behave = status(200)
        await until_async(lambda: is_delivered(daemon, "hook"))
    keys = {headers["idempotency-key"] for _, headers in service.requests}
    assert len(keys) == 2, "one of the webhook, one of the text message"


async def test_acknowledgement_ends_the_tries(service: CalendarServer, tmp_path: Path) -> None:
    service.behave = status(503)
    async with life(the_site(service), tmp_path) as daemon:
        press(daemon)
        await until_async(lambda: "hook" in messages(daemon) and messages(daemon)["hook"].tries >= 2)
        await daemon.act(lambda facts, at: alarms.acknowledge(facts, at, 1, "guard", None))
        press(daemon, "p2")
        await until_async(lambda: (found := messages(daemon, 2)) and found["hook"].tries >= 3)
    to_hook = [said["alarm"] for _, body in service.written if "alarm" in (said := json.loads(body))]
    assert to_hook[-3:] == [2, 2, 2]


async def test_what_one_life_could_not_deliver_the_next_one_does(service: CalendarServer, tmp_path: Path) -> None:
    service.behave = hanging(service)
    async with life(the_site(service), tmp_path) as daemon:
        press(daemon)
        await until_async(lambda: len(service.requests) == 2)
    service.behave = status(200)
    async with life(the_site(service), tmp_path) as daemon:
        await until_async(lambda: is_delivered(daemon, "hook", "duty"))
    keys = [headers["idempotency-key"] for _, headers in service.requests]
    assert len(keys) == 4
    assert len(set(keys)) == 2


async def test_it_is_given_up_after_an_hour_and_a_contact_that_is_gone_at_once(service: CalendarServer, tmp_path: Path) -> None:
    service.behave = status(503)
    site = the_site(service)
    async with life(site, tmp_path) as daemon:
        press(daemon)
        await until_async(lambda: "hook" in messages(daemon))
    clock = SystemClock(steady=lambda: 0.0, wall=lambda: (SystemClock().now() + GIVEN_UP_AFTER).timestamp())
    without_mail = {name: contact for name, contact in site.contacts.items() if name != "mail"}
    site = site.model_copy(update={"contacts": without_mail})
    daemon = Daemon(site, tmp_path, lambda _connection, _inbox: NoLine(), clock=clock)
    await daemon.start()
    turning = asyncio.create_task(daemon.run())
    outbox = Outbox(site, daemon.facts, daemon.feed, clock, daemon.inbox.event, {}, daemon.deliver, QUICK)
    outbox.start()
    try:
        await until_async(lambda: all(daemon.facts(UNDELIVERED(contact)) is not None for contact in ("hook", "duty", "mail")))
        assert all(messages(daemon)[contact].given_up_at is not None for contact in ("hook", "duty", "mail"))
    finally:
        outbox.stop()
        await daemon.stop()
        await turning


async def test_a_contact_called_by_hand_gets_a_letter_of_its_own(service: CalendarServer, tmp_path: Path) -> None:
    site = the_site(service)
    async with life(site, tmp_path) as daemon:
        press(daemon)
        await until_async(lambda: is_delivered(daemon, "hook"))
        await daemon.act(lambda facts, at: escalation_acts.call(site, facts, at, 1, ["hook"], "guard", None))
        await until_async(lambda: sum("alarm" in json.loads(body) for _, body in service.written) == 2)
    first, second = (said for _, body in service.written if "alarm" in (said := json.loads(body)))
    assert (first["step"], second["step"]) == (1, 0)
    assert first["key"] != second["key"]
