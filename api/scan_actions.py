"""What people do with scans, and what they may scan."""

from api.actions import Actions
from api.faults import Forbidden, Unknown
from api.scan_port import HIGHEST_UNIT, Scans, ScanSeen
from edge.refusal import Refusal
from edge.site import Site
from edge.text import say


class ScanActions:
    """scans: None where no controller speaks on the lines of the site."""

    def __init__(self, site: Site, actions: Actions, scans: Scans | None) -> None:
        self.connections = {} if scans is None else {id_: section.protocol for id_, section in site.connections.items()}
        self._actions = actions
        self._scans = scans

    def last(self) -> ScanSeen | None:
        return None if self._scans is None else self._scans.last()

    def begin(self, connection: str, by: str, first: int, last: int) -> None:
        scans = self._allowed()
        if connection not in self.connections:
            raise Unknown("this site has no connection of that id")
        if not 1 <= first <= last <= HIGHEST_UNIT:
            raise Refusal(say("Units: the first number is above the last one."))
        scans.begin(connection, by, range(first, last + 1))

    async def end(self) -> None:
        await self._allowed().end()

    def _allowed(self) -> Scans:
        if self._actions.read_only_reason is not None:
            raise Forbidden(self._actions.read_only_reason)
        if self._scans is None:
            raise Refusal(say("There is no line here to look around on."))
        return self._scans
