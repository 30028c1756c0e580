"""Commands under way: sent is not done, and an unlock is a lease.

`Command` is what a driver gets. The reconciler below decides, point by point, whether to send, renew, repeat or give up waiting.
"""

from dataclasses import dataclass
from datetime import datetime

from edge.points import PointId, Value
from edge.text import Text


@dataclass(frozen=True, slots=True)
class Command:
    """One order to one point. A device obeys only if (epoch, seq) is newer than the last it obeyed on this point.

    for_s: seconds after which the device falls back by itself (a lease); None where the value lasts.
    """

    point: PointId
    value: Value
    epoch: int
    seq: int
    at: datetime
    for_s: float | None
    cause: str
    because: Text
