"""Which time the controller may believe (D15), in whole seconds and few words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FOLLOWED, BELIEVED_AFTER = 2, 60


@dataclass(slots=True)
class BelievedTime:
    """offset: of the wall clock that is believed. doubted: another one, and since when by the steady count.

    in_doubt_until: by the steady count, until when nothing may be unlocked anew because of the time.
    """

    start: datetime
    offset: int
    doubted: tuple[int, int] | None = None
    in_doubt_until: int = 0
    latest: int | None = None

    def stepped(self, steady: int, wall_offset: int) -> None:
        self.now(steady)
        if abs(wall_offset - self.offset) <= FOLLOWED:
            self.offset, self.doubted = wall_offset, None
        elif self.doubted is None or abs(self.doubted[0] - wall_offset) > FOLLOWED:
            self.doubted, self.in_doubt_until = (wall_offset, steady), steady + BELIEVED_AFTER

    def now(self, steady: int) -> datetime:
        """Never backward: nothing that has ended begins again."""
        if self.doubted is not None and self.doubted[0] > self.offset and steady >= self.doubted[1] + BELIEVED_AFTER:
            self.offset, self.doubted = self.doubted[0], None
        self.latest = max(self.latest if self.latest is not None else steady + self.offset, steady + self.offset)
        return self.start + timedelta(seconds=self.latest)
