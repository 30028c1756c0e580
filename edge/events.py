"""Facts that more than one package reads: frozen, in the past tense, timestamped in aware UTC.

What a device, a calendar, a person or the clock said comes in as one of these; what the controller decided goes out as one.
`encode` and `decode` are their form in the journal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from edge.errors import IllegalInput
from edge.points import Value
from edge.problems import Reason
from edge.text import Text

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_BY_KIND: dict[str, type["Event"]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """kind: the name in the journal; kept for ever, so that old journals can be read."""

    kind: ClassVar[str] = ""
    journaled: ClassVar[bool] = True
    at: datetime

    def __init_subclass__(cls, **named: Any) -> None:
        # dataclass(slots=True) makes each class twice; the second, final one stays registered.
        super(Event, cls).__init_subclass__(**named)
        if cls.kind:
            _BY_KIND[cls.kind] = cls


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed(Event):
    """A device reported a point.

    at: when it arrived. sent_at: the device's own time, if it gave one. press: the id of a momentary press.
    bad: why the device, or the driver, says that there is no usable value; then value is None.
    """

    kind = "observed"
    device: str
    point: str
    value: Value
    press: str | None = None
    sent_at: datetime | None = None
    bad: Reason = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GarbageReceived(Event):
    """A device said something that cannot be read. sample: its first characters, made printable."""

    kind = "garbage-received"
    device: str
    channel: str
    problem: str
    sample: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainedCommandFound(Event):
    """Somebody left a retained message on a command topic; nobody may act on it."""

    kind = "retained-command-found"
    connection: str
    channel: str
    sample: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionChanged(Event):
    """The controller's own line to a broker or bus came up or went down."""

    kind = "connection-changed"
    connection: str
    up: bool
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockJumped(Event):
    """The computer's clock changed by more than its own steady count allows. by_s: seconds, positive is forward."""

    kind = "clock-jumped"
    by_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHealth(Event):
    """Whether events can be made durable at present. Not journaled itself: the condition it raises is, once that works again."""

    journaled = False
    kind = "journal-health"
    good: bool
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonStarted(Event):
    """epoch: one more at each start, so that an older command is void. version: of the program."""

    kind = "daemon-started"
    epoch: int
    version: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonStopped(Event):
    kind = "daemon-stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFileChanged(Event):
    """Another version of the site file takes over. digest: SHA-256 of the file. zones: spaces whose zone class changes.

    second: the other person who wants that (Z1); empty where no zone class changes.
    """

    kind = "site-file-changed"
    digest: str
    by: str
    second: str = ""
    reason: str = ""
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFileRejected(Event):
    """That version could not take over after all; the one before goes on."""

    kind = "site-file-rejected"
    digest: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionBegan(Event):
    """A condition of `type` holds for `subject` (a door, device, calendar, room) from now on."""

    kind = "condition-began"
    type: str
    subject: str
    because: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionEnded(Event):
    kind = "condition-ended"
    type: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(Event):
    """Another claim won a point. cause: what stands behind it; refused: what the zoning guard said to a stronger one."""

    kind = "decided"
    device: str
    point: str
    value: Value
    priority: int
    cause: str
    because: Text
    until: datetime | None = None
    refused: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSent(Event):
    """A command is on its way. for_s: the lease, after which the device falls back by itself; None where it lasts."""

    kind = "command-sent"
    device: str
    point: str
    value: Value
    epoch: int
    seq: int
    for_s: float | None
    cause: str
    because: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandConfirmed(Event):
    kind = "command-confirmed"
    device: str
    point: str
    value: Value
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOverdue(Event):
    """The device does not follow. reported: what it says instead, None if it says nothing."""

    kind = "command-overdue"
    device: str
    point: str
    value: Value
    seq: int
    reported: Value


_ADAPTERS: "dict[str, TypeAdapter[Event]]" = {}


def _adapter(kind: type[Event]) -> "TypeAdapter[Event]":
    if kind.kind not in _ADAPTERS:
        # The process that reads feeds knows events too, encodes none and starts often.
        from pydantic import TypeAdapter

        _ADAPTERS[kind.kind] = TypeAdapter(kind)
    return _ADAPTERS[kind.kind]


def encode(event: Event) -> dict[str, Any]:
    """The event's fields as JSON values, without its kind; fields that hold their default are left out."""
    values: dict[str, Any] = _adapter(type(event)).dump_python(event, mode="json")
    return {f.name: values[f.name] for f in fields(event) if f.default is not getattr(event, f.name)}


def decode(kind: str, values: Mapping[str, Any]) -> Event:
    """Raises IllegalInput for a kind or shape that this version does not know."""
    try:
        return _adapter(_BY_KIND[kind]).validate_python(values, strict=False)
    except KeyError as error:
        raise IllegalInput(f"the journal has an entry of unknown kind {kind!r}") from error
    except ValueError as error:
        raise IllegalInput(f"the journal entry of kind {kind!r} cannot be read: {error}") from error
