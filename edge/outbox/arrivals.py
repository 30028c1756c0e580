"""Tells an agency, by its own messenger, that its customer has come. A courtesy: what cannot be told soon is told no more, as the
page of those who wait tells it anyway."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

from edge.clock import Clock
from edge.facts import Facts
from edge.feed import Feed
from edge.language import Renderer
from edge.outbox.letter import Letter
from edge.outbox.sender import NotDelivered, Sender
from edge.site import Site
from rooms.arrivals import WAITING, CustomerArrived, Waiting

SOON: Final = timedelta(minutes=10)

log = logging.getLogger("talonmies")


class ArrivalNotes:
    """sender_of: the way to a contact of the site. pauses_s: between tries, the last one again and again."""

    def __init__(
        self,
        site: Site,
        facts: Facts,
        feed: Feed,
        clock: Clock,
        sender_of: Callable[[str], Sender],
        renderer_of: Callable[[str], Renderer],
        pauses_s: tuple[float, ...],
    ) -> None:
        self._site, self._facts, self._feed, self._clock = site, facts, feed, clock
        self._sender_of, self._renderer_of, self._pauses_s = sender_of, renderer_of, pauses_s
        self._begun: dict[str, int] = {}
        self._tries: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until the feed ends. Those who came shortly before a restart are told of again, under the same key."""
        try:
            follower = self._feed.follow()
            while not follower.cut:
                for waiting in list((self._facts(WAITING()) or {}).values()):
                    self._tell(waiting.arrived)
                async for item in follower:
                    if isinstance(item.event, CustomerArrived):
                        self._tell(item.event)
                # Either the daemon ends, or so much happened at once that some of it passed us by.
                self._feed.leave(follower)
                follower = self._feed.follow()
        finally:
            for task in self._tries:
                task.cancel()

    def _tell(self, arrived: CustomerArrived) -> None:
        standing = self._facts(WAITING()) or {}
        self._begun = {key: arrival for key, arrival in self._begun.items() if arrival in standing}
        for contact in self._contacts_of(arrived):
            letter = self._letter(arrived, contact)
            if letter.key not in self._begun:
                self._begun[letter.key] = arrived.arrival
                task = asyncio.create_task(self._send(arrived, self._sender_of(contact), letter))
                self._tries.add(task)
                task.add_done_callback(self._tries.discard)

    def _contacts_of(self, arrived: CustomerArrived) -> Iterable[str]:
        agency = self._site.agencies.get(arrived.agency or "")
        return () if agency is None else dict.fromkeys(agency.tell)

    async def _send(self, arrived: CustomerArrived, sender: Sender, letter: Letter) -> None:
        tries = 0
        while self._still_waits(arrived):
            try:
                await sender.send(letter)
                return
            except NotDelivered as failure:
                log.warning("%s was not told that somebody waits: %s", letter.contact, failure.told.message)
            await asyncio.sleep(self._pauses_s[min(tries, len(self._pauses_s) - 1)])
            tries += 1

    def _still_waits(self, arrived: CustomerArrived) -> bool:
        waiting: Waiting | None = (self._facts(WAITING()) or {}).get(arrived.arrival)
        return waiting is not None and waiting.answered is None and self._clock.now() < arrived.at + SOON

    def _letter(self, arrived: CustomerArrived, contact: str) -> Letter:
        section = self._site.contacts[contact]
        renderer = self._renderer_of(section.language or self._site.site.language)
        building = renderer.name(self._site.site.id)
        if arrived.room is not None:
            text = renderer.say(
                "{building}: booking {number} has come to {room}.",
                building=building,
                number=arrived.number,
                room=renderer.name(arrived.room),
            )
        else:
            text = renderer.say("{building}: queue number {number} waits.", building=building, number=arrived.number)
        key = f"{self._site.site.id}/arrival/{arrived.arrival}/{arrived.at.isoformat()}/{contact}"
        data: dict[str, str | int] = {
            "key": key,
            "site": self._site.site.id,
            "arrival": arrived.arrival,
            "number": arrived.number,
            "room": arrived.room or "",
            "agency": arrived.agency or "",
            "since": arrived.at.isoformat(),
            "contact": contact,
            "text": text,
        }
        return Letter(key, contact, text, text, self._clock.now(), data)
