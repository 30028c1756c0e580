"""The application of a desk whose events are in a real journal besides, served over HTTP in a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from api.app import create_app
from edge.events import Event
from edge.journal import Journal
from tests.api.conftest import TOKENS
from tests.api.desk import MemoryDesk, make_busy
from tests.api.serving import served


class Kept(list[Event]):
    """A desk's journal that is on disk, too: what cannot be written there fails here."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def append(self, event: Event) -> None:
        self._journal.append([event])
        super().append(event)


@dataclass
class House:
    app: FastAPI
    desk: MemoryDesk
    url: str


@contextmanager
def journaled_house(folder: Path) -> Iterator[House]:
    """On a busy morning. Only its own thread may touch the desk as long as it serves."""
    with closing(Journal.open(folder)) as journal:
        desk = MemoryDesk(journal=Kept(journal))
        make_busy(desk)
        house = House(create_app(desk, tokens=TOKENS), desk, "")
        begun, done = threading.Event(), threading.Event()

        async def serve() -> None:
            async with served(house.app, desk) as house.url:
                begun.set()
                await asyncio.to_thread(done.wait)

        thread = threading.Thread(target=asyncio.run, args=[serve()])
        thread.start()
        begun.wait()
        try:
            yield house
        finally:
            done.set()
            thread.join()
