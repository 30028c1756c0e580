"""Scans in memory: what is found is what a test says."""

from dataclasses import replace
from datetime import timedelta

from api.scan_port import How, ScanSeen, Seen
from edge.clock import Clock
from edge.refusal import Refusal
from edge.text import Text, say


class MemoryScans:
    def __init__(self, clock: Clock) -> None:
        self.seen: ScanSeen | None = None
        self.units = range(0)
        self._clock = clock

    def last(self) -> ScanSeen | None:
        return self.seen

    def begin(self, connection: str, by: str, units: range) -> None:
        if self.seen is not None and self.seen.how == "running":
            raise Refusal(
                say("A scan of {connection} goes on: wait until it has ended, or end it.", connection=self.seen.connection)
            )
        now = self._clock.now()
        self.seen, self.units = ScanSeen(connection, by, now, now + timedelta(seconds=30)), units

    async def end(self) -> None:
        if self.seen is not None and self.seen.how == "running":
            self.over("ended")

    def find(self, *found: Seen, asked: int | None = None) -> None:
        assert self.seen is not None
        self.seen = replace(self.seen, found=(*self.seen.found, *found), asked=asked)

    def over(self, how: How, problem: Text | None = None) -> None:
        assert self.seen is not None
        self.seen = replace(self.seen, how=how, problem=problem)


LAMP = Seen("unit 4", "Acme <b>", "modbus.relay_board", "relay", {"vendor": "A&B"}, None, "  lamp: {type: relay}  # unit 4 <i>")
LOCK = Seen("unit 3 channel 1", "Example", "modbus.timed_door", "door-controller", {}, "lock-office", "  # unit 3: lock-office")
