"""A changed site file takes over while the building runs: read, checked, proved, compared, and then all at once or not at all.

What runs is touched only by the last step. It is a restart of the controller within the program (docs/decisions/0012), so whatever
holds over a restart holds over a change: alarms, bookings, modes, leases in the devices, presses that are repeated until answered.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from api.port import SiteFileSeen
from edge.daemon import Daemon
from edge.difference import Bookings, Difference, difference
from edge.errors import StartRefused
from edge.events import SiteFileChanged
from edge.proving import prove_site
from edge.refusal import Refusal
from edge.site import Finding, Site, load_site
from edge.text import Text, say
from rooms.plan import known_bookings
from security.proof.waiver import Waiver, unwaived

AHEAD = timedelta(days=7)
SECOND_WITHIN = timedelta(minutes=15)
"""How long one person's wish to change a zone waits for the second."""


@dataclass(frozen=True, slots=True)
class Order:
    """A site that is to take over. done: set when it runs, or with why it does not."""

    site: Site
    digest: str
    done: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class _Asked:
    digest: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Read:
    """One reading of the file. site: None when it is not fit to run."""

    seen: SiteFileSeen
    site: Site | None


class SiteChange:
    """Implements api.port.SiteFile; whoever runs the daemon waits for `orders`.

    daemon: the one that runs at present, and site: the one that it runs, as it stood in the file. secrets: raises StartRefused when
    one that a site needs is missing.
    """

    def __init__(self, file: Path, site: Site, waiver: Waiver, daemon: Daemon, secrets: Callable[[Site], object]) -> None:
        self.site = site
        self.daemon = daemon
        self.orders: asyncio.Queue[Order] = asyncio.Queue()
        self._file = file
        self._waiver = waiver
        self._secrets = secrets
        self._asked: _Asked | None = None
        self._one_at_a_time = asyncio.Lock()

    async def look(self) -> SiteFileSeen:
        return (await self._read()).seen

    async def take_over(self, digest: str, by: str, reason: str) -> bool:
        async with self._one_at_a_time:
            read = await self._read()
            if read.seen.digest != digest:
                raise Refusal(say("The site file is another by now: look at the difference again"))
            if read.site is None:
                raise Refusal(read.seen.problems[0])
            if not read.seen.changed:
                raise Refusal(say("The site file has not changed: there is nothing to do"))
            second = ""
            if read.seen.zones:
                first = self._asked_before(digest)
                if first is None or _alike(first, by):
                    self._asked = _Asked(digest, by, self.daemon.clock.now())
                    return False
                by, second = first, by
            await self._hand_over(read.site, digest, by, second, reason, read.seen.zones)
            return True

    async def _hand_over(self, site: Site, digest: str, by: str, second: str, reason: str, zones: tuple[str, ...]) -> None:
        await self.daemon.act(lambda _, at: SiteFileChanged(at=at, digest=digest, by=by, second=second, reason=reason, zones=zones))
        order = Order(site, digest, asyncio.get_running_loop().create_future())
        self._asked = None
        await self.orders.put(order)
        await order.done

    def _asked_before(self, digest: str) -> str | None:
        asked = self._asked
        fresh = asked is not None and asked.digest == digest and self.daemon.clock.now() - asked.at <= SECOND_WITHIN
        return asked.by if asked is not None and fresh else None

    async def _read(self) -> _Read:
        running, now = self.site, self.daemon.clock.now()
        bookings = {feed: tuple(known_bookings(self.daemon.facts, running, feed)) for feed in running.feeds}
        return await asyncio.to_thread(self._compare, running, bookings, now)

    def _compare(self, running: Site, bookings: Bookings, now: datetime) -> _Read:
        """In a thread: the controller goes on meanwhile, and the sites are frozen."""
        digest = self._digest()
        loaded = load_site(self._file)
        if self._digest() != digest:
            raise Refusal(say("Somebody is writing the site file at this moment: try again"))
        remarks = _told(finding for finding in loaded.findings if finding.level != "error")
        if loaded.site is None:
            errors = _told(finding for finding in loaded.findings if finding.level == "error")
            return _Read(SiteFileSeen(digest, True, errors, remarks, (), ()), None)
        problems = tuple(self._obstacles(running, loaded.site, now))
        changes = difference(running, loaded.site, bookings, now, now + AHEAD)
        seen = SiteFileSeen(
            digest,
            loaded.site != running,
            problems,
            remarks,
            tuple(changes.told()),
            _spaces(changes),
            self._asked_before(digest),
        )
        return _Read(seen, None if problems else loaded.site)

    def _obstacles(self, running: Site, site: Site, now: datetime) -> Iterable[Text]:
        if site.site.id != running.site.id:
            yield say("The file is of another site, {id}: that takes a start of its own", id=site.site.id)
        try:
            self._secrets(site)
        except StartRefused as missing:
            yield say("{problem}", problem=str(missing))
        for finding in unwaived(prove_site(site, site.local.date_of(now)), self._waiver):
            yield say("Not proved ({id}): {told}. {remedy}", id=finding.id, told=finding.told, remedy=finding.remedy)

    def _digest(self) -> str:
        try:
            return hashlib.sha256(self._file.read_bytes()).hexdigest()
        except OSError:
            return ""  # the loader says what is wrong with it


def _told(findings: Iterable[Finding]) -> tuple[Text, ...]:
    return tuple(
        say("Line {line}, {path}: {problem}", line=finding.line, path=finding.path, problem=finding.text) for finding in findings
    )


def _alike(first: str, second: str) -> bool:
    """Written another way, a name is no second person."""
    return "".join(first.split()).casefold() == "".join(second.split()).casefold()


def _spaces(changes: Difference) -> tuple[str, ...]:
    return tuple(change.space for change in changes.zones)
