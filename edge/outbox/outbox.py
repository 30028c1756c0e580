"""Brings what waits in the journal's state to the contacts, for as long as one daemon lives."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from edge.clock import Clock
from edge.events import Event
from edge.facts import Facts
from edge.feed import Feed
from edge.language import Renderer
from edge.outbox.arrivals import ArrivalNotes
from edge.outbox.http import Sms, Webhook
from edge.outbox.lane import PAUSES_S, Lane
from edge.outbox.letter import write
from edge.outbox.mail import Mail
from edge.outbox.mqtt import Publication, Publish
from edge.outbox.sender import Sender, Standing
from edge.site import Site
from edge.site.escalations import Contact
from edge.text import Text, say
from security.alarms import ALARM, AlarmAcknowledged, AlarmCleared, AlarmResolved
from security.escalation import ContactsCalled, EscalationStepped
from security.messages import MESSAGES, Message, MessageDelivered, MessageGivenUp, waiting
from security.panic import ContactsTold

_AT_ONCE = 2
"""So many conversations that block."""


class Outbox:
    """facts, feed: of the daemon; tell: puts an event into its inbox. secrets: by reference.

    A message leaves once what asks for it is in the journal; while the disk fails, people are told all the same.
    """

    def __init__(
        self,
        site: Site,
        facts: Facts,
        feed: Feed,
        clock: Clock,
        tell: Callable[[Event], None],
        secrets: Mapping[str, str],
        publish: Publish,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._site, self._facts, self._feed, self._clock, self._tell = site, facts, feed, clock, tell
        self._pauses_s = pauses_s
        self._senders = _Senders(site, secrets, publish)
        self._renderers: dict[str, Renderer] = {}
        self._lanes: dict[str, Lane] = {}
        self._known: dict[int, set[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Takes up what waits already. Call it in the daemon's loop."""
        self._follower = self._feed.follow()
        self._begin(self._follow())
        if any(agency.tell for agency in self._site.agencies.values()):
            about = self._site, self._facts, self._feed, self._clock
            self._begin(ArrivalNotes(*about, self._sender_to, self._renderer, self._pauses_s).run())

    def stop(self) -> None:
        """Tries are cut off: what they were about waits in the journal."""
        self._feed.leave(self._follower)
        for task in self._tasks:
            task.cancel()
        self._senders.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self) -> None:
        while not self._follower.cut:
            for number in {*self._known, *(int(number) for (number,), _ in self._facts.of(MESSAGES))}:
                self._look_at(number)
            async for item in self._follower:
                match item.event:
                    case EscalationStepped(number=number) | ContactsCalled(number=number) | ContactsTold(number=number):
                        self._look_at(number)
                    case AlarmAcknowledged(number=number) | AlarmCleared(number=number) | AlarmResolved(number=number):
                        self._look_at(number)
                    case MessageDelivered(number=number) | MessageGivenUp(number=number):
                        self._look_at(number)
                    case _:
                        pass
            # Either the daemon ends, or so much happened at once that some of it passed us by.
            self._feed.leave(self._follower)
            self._follower = self._feed.follow()

    def _look_at(self, number: int) -> None:
        """Put what waits of one alarm into the lanes, and take out what does not wait any more."""
        messages = {message.key: message for message in waiting(self._facts, number)}
        for lane in self._lanes.values():
            lane.keep_only(number, messages)
        known = self._known.setdefault(number, set())
        for key, message in messages.items():
            if key not in known:
                known.add(key)
                self._put(message)
        if self._facts(MESSAGES(str(number))) is None:
            del self._known[number]

    def _put(self, message: Message) -> None:
        contact, alarm = self._site.contacts.get(message.contact), self._facts(ALARM(str(message.number)))
        if alarm is None:
            # Resolved before a restart: what to write went with it, and a person must know that it was never said.
            self._give_up(message, say("The alarm was over before it could be delivered"))
            return
        if contact is None:
            self._give_up(message, say("The site file has no such contact any more"))
            return
        if message.contact not in self._lanes:
            sender = self._senders.of(contact)
            lane = self._lanes[message.contact] = Lane(message.contact, sender, self._clock, self._tell, self._pauses_s)
            self._begin(lane.run())
        renderer = self._renderer(contact.language or self._site.site.language)
        self._lanes[message.contact].put(message, write(self._site, renderer, alarm, message, self._clock.now()))

    def _sender_to(self, contact: str) -> Sender:
        return self._senders.of(self._site.contacts[contact])

    def _give_up(self, message: Message, why: Text) -> None:
        now, contact = self._clock.now(), message.contact
        self._tell(MessageGivenUp(at=now, number=message.number, key=message.key, contact=contact, problem=why))

    def _renderer(self, language: str) -> Renderer:
        if language not in self._renderers:
            self._renderers[language] = Renderer(self._site, language)
        return self._renderers[language]


class _Senders:
    """Makes the way to each contact of a site."""

    def __init__(self, site: Site, secrets: Mapping[str, str], publish: Publish) -> None:
        self._services, self._secrets, self._publish = site.security, secrets, publish
        self._trust = ssl.create_default_context()
        self._threads = ThreadPoolExecutor(_AT_ONCE, "outbox")

    def of(self, contact: Contact) -> Sender:
        sms, smtp = self._services.sms, self._services.smtp
        if contact.webhook is not None:
            return Webhook(contact.webhook, self._secret(contact.secret), self._trust)
        if contact.sms is not None and sms is not None:
            return Sms(sms, contact.sms, self._secret(sms.secret), self._trust)
        if contact.email is not None and smtp is not None:
            return Mail(smtp, contact.email, self._secret(smtp.password), self._trust, self._threads)
        if contact.mqtt is not None:
            return Publication(contact.mqtt, self._publish, self._threads)
        return Standing()

    def _secret(self, reference: str | None) -> str | None:
        return None if reference is None else self._secrets[reference]

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
