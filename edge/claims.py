"""What policies conclude: claims on points, conditions that people should know of, facts derived from others, events now due.

Priorities follow the idea of BACnet's command prioritization: sixteen levels, 1 wins, the relinquish default comes last.
Every pair of them is tried in tests/scenarios/test_order.py.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from edge.events import Event
from edge.points import PointId, Value
from edge.text import Text, say


class Priority(IntEnum):
    """Who wins on a point; the lower number does."""

    FIRE = 1
    EVACUATION = 2
    LOCKDOWN = 3
    PANIC = 5
    RELEASE = 7
    """A named person's timed release."""
    OVERRIDE = 8
    """A named person's override, locked or unlocked, with an end."""
    DOUBT = 10
    """The controller's clock has jumped: for a minute nothing is unlocked anew because of the time (`security.doubt`)."""
    SESSION = 11
    """A remote session: nobody comes in from outside while it runs (`rooms.remote`)."""
    BOOKING = 12
    """A booking, or a scene that a booking or a person plays."""
    HOURS = 14
    REFUSAL = 16
    """Why something was not granted: says more than the default, and holds nothing back that another claim asks for."""
    DEFAULT = 17
    """Below every claim: what the point is when nobody claims it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One policy's wish for one point.

    cause names what stands behind it ("booking:UID/INSTANCE", "hours:service", "release:17") and is unique per point.
    until: when the claim ends by itself, aware UTC; None when only a change of state can end it.
    """

    point: PointId
    value: Value
    priority: Priority
    cause: str
    because: Text
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that a person should know for as long as it holds; `type` is a row of security.alarm_types."""

    type: str
    subject: str
    because: Text


@dataclass(frozen=True, slots=True)
class Derived:
    """A fact that follows from others, offered to further policies."""

    key: Hashable
    value: object


@dataclass(frozen=True, slots=True)
class Follows:
    """Something that happens because its time has come. Folding the event must change a fact that the policy looked at: asked
    again, it no longer says so, and it happens once, also over a restart."""

    event: Event


Conclusion = Claim | Condition | Derived | Follows


@dataclass(frozen=True, slots=True)
class Decision:
    """What one commanded point should be, and why: the answer to "why is this door open?".

    since: when this value was decided, perhaps for another reason.
    refused: why the zoning guard did not let the first of the losers win, and since when it does not.
    """

    point: PointId
    value: Value
    winner: Claim
    losers: tuple[Claim, ...]
    since: datetime
    refused: Text | None = None
    refused_since: datetime | None = None

    @property
    def until(self) -> datetime | None:
        return self.winner.until

    @property
    def holds_until(self) -> datetime | None:
        """How long the value is claimed without a break: by the winner and by those that win in turn when it ends."""
        until = self.winner.until
        for claim in self.losers:
            if until is None or claim.value != self.value:
                return until
            until = None if claim.until is None else max(until, claim.until)
        return until


def default_claim(point: PointId, value: Value) -> Claim:
    return Claim(point, value, Priority.DEFAULT, "default", say("No booking, opening hours or release"))


def ranked(claims: Iterable[Claim]) -> list[Claim]:
    """Claims of one point, winner first: by priority, then the one that lasts longest, then by cause."""

    def rank(claim: Claim) -> tuple[int, bool, float, str]:
        until = claim.until
        return (claim.priority, until is not None, -until.timestamp() if until else 0.0, claim.cause)

    return sorted(claims, key=rank)
