"""Calendars that are files."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from edge.site import Site
from edge.site.booking import Calendar, RoomMatch
from edge.text import say
from rooms.ics_lines import MOST_OCTETS
from rooms.sources.ics import IcsBody
from rooms.sources.port import Answer, Conversation, Failed


class FileSource(IcsBody):
    """Asks nobody: its conversation ends without a request, in the thread that carries it on."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def ask(self, now: datetime) -> Conversation:  # noqa: ARG002 -- a file is all there is
        yield from ()
        return self._look()

    def _look(self) -> Answer:
        if not self._path.is_file():
            return Failed(say("There is no file {path}", path=str(self._path)))
        try:
            with self._path.open("rb") as file:
                return self.read(file.read(MOST_OCTETS + 1), {})
        except OSError as error:
            return Failed(say("The file {path} cannot be read: {reason}", path=str(self._path), reason=error.strerror or "?"))


def standing_in(site: Site, files: Mapping[str, Path]) -> Site:
    """The site with some calendars read from files instead. The room of one mailbox has all of its file; rooms of several are
    known by who is invited."""
    changed = {name: _from_file(site.calendars[name], file) for name, file in files.items()}
    # Made anew: a copy would keep what the other had worked out from its calendars.
    sections = {name: getattr(site, name) for name in Site.model_fields}
    return Site.model_construct(**{**sections, "calendars": {**site.calendars, **changed}})


def _from_file(section: Calendar, file: Path) -> Calendar:
    nowhere = dict.fromkeys(("url", "caldav", "username", "password", "graph"))
    update = {**nowhere, "file": str(file.absolute()), "write_back": False}
    if len(section.mailboxes) == 1:
        update["room"] = next(iter(section.mailboxes))
    elif section.mailboxes:
        update["mailboxes"] = {}
        update["rooms"] = {room: RoomMatch(attendee=(address,)) for room, address in section.mailboxes.items()}
    return section.model_copy(update=update)
