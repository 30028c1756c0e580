"""What the HTTP interface says and takes, as it stands in its OpenAPI description. Times are aware UTC."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from edge.points import Value
from edge.site.fields import SpaceKind, ZoneClass

Quality = Literal["good", "stale", "bad", "unknown"]
PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"),
    Field(description="Name of the person who acts; it stands in the journal"),
]
FreeText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _of_this_time(t: datetime) -> datetime:
    if not _EARLIEST < t < _LATEST:
        raise ValueError("the time must lie between the years 2000 and 2200")
    return t.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_of_this_time)]


LONGEST_MIN = 366 * 24 * 60


class Asked(BaseModel):
    """What people and programs send. A key that is not known is refused: it may be a misspelled one of those that are."""

    model_config = ConfigDict(extra="forbid")


class Lasting(Asked):
    """Until an instant, or for so many minutes from now, or until somebody ends it."""

    until: Instant | None = Field(None, description="With an offset from UTC")
    minutes: int | None = Field(None, ge=1, le=LONGEST_MIN)

    @property
    def end(self) -> datetime | int | None:
        """An instant, or minutes from now."""
        return self.until if self.until is not None else self.minutes

    @model_validator(mode="after")
    def _no_two_ends(self) -> Self:
        if self.until is not None and self.minutes is not None:
            raise ValueError("give `until` or `minutes`, not both")
        return self


class LastingToAnEnd(Lasting):
    """Until an instant, or for so many minutes from now."""

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.end is None:
            raise ValueError("give either `until` or `minutes`")
        return self


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str = Field(description="One sentence for the person who asked")


class AsOf(BaseModel):
    """What every list begins with, so that a follower of /events can go on from here without a gap."""

    at: datetime = Field(description="The controller's time")
    seq: int = Field(description="Number of the last journal entry; give it to /events as `after`")


# --- the site ---------------------------------------------------------------------------------------------------------


class SiteOut(AsOf):
    id: str
    name: str
    timezone: str
    language: str = Field(description="The language of the site")
    version: str = Field(description="Of the program")
    started_at: datetime
    spaces: int
    doors: int
    devices: int


class ReadingOut(BaseModel):
    """What a device last said of one point, and whether to believe it."""

    value: Value = Field(description="The last good one")
    quality: Quality = Field(
        description="stale: its device is lost, or has not spoken since the start; bad: it has no usable value at present"
    )
    problem: str = Field("", description="Why it has none")
    since: datetime | None = Field(description="When this value first came")
    at: datetime | None = Field(description="When it was last heard")
    age_s: float | None = Field(description="Seconds since it was last heard")


class SpaceOut(BaseModel):
    id: str
    name: str
    zone: ZoneClass
    kind: SpaceKind
    storey: str = Field(description="The storey that it is on: a number, or a short name such as K")
    capacity: int | None
    agency: str | None = Field(description="Name of the agency that works there")
    doors: list[str] = Field(description="Ids of the doors of the space")
    present: bool | None = Field(description="Whether somebody is there; null when no sensor can tell")


class Spaces(AsOf):
    spaces: list[SpaceOut]


class ClaimOut(BaseModel):
    """One policy's wish for a point."""

    value: Value
    priority: int = Field(description="1 wins over 17")
    cause: str = Field(description="What stands behind it, such as booking:UID/INSTANCE or release:TIME")
    because: str
    until: datetime | None


class CommandOut(BaseModel):
    """The last command of a point. It is done when `confirmed`, and somebody should look when `overdue`."""

    value: Value
    seq: int
    first_sent_at: datetime
    sent_at: datetime
    tries: int
    lease_until: datetime | None = Field(description="When the device falls back by itself")
    confirmed: bool
    overdue: bool


class WishOut(BaseModel):
    """What a point should be, and why."""

    wanted: Value
    because: str | None = Field(description="Why it should be so, in one sentence")
    since: datetime | None
    until: datetime | None
    refused: str | None = Field(description="What the zoning guard said to a stronger wish")
    claim: ClaimOut | None = Field(description="The claim that won")
    losers: list[ClaimOut] = Field(description="The claims that lost, the strongest first")
    command: CommandOut | None


class PointOut(WishOut):
    device: str
    point: str
    reported: ReadingOut


class Points(AsOf):
    points: list[PointOut]


# --- alarms and notices -----------------------------------------------------------------------------------------------


class NoticeOut(BaseModel):
    """Something for the facility manager; nobody has to act at once."""

    type: str
    name: str
    subject: str
    subject_name: str
    since: datetime
    because: str
    response: list[str]


class Notices(AsOf):
    notices: list[NoticeOut]


class NoteOut(BaseModel):
    at: datetime
    by: str
    text: str


class AlarmOut(BaseModel):
    number: int
    version: int = Field(description="Send it back with acknowledge and resolve: it says which state was seen")
    type: str
    name: str
    level: int = Field(description="1 critical, 2 high, 3 medium, 4 device fault")
    sound: str = Field(description="How it sounds at a console: critical, high, medium, silent or none")
    subject: str
    subject_name: str
    place: str | None = Field(description="Where the subject is")
    because: str
    response: list[str] = Field(description="What to do, in order")
    raised_at: datetime
    active: bool
    ended_at: datetime | None
    acknowledged: bool
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    owner: str | None = Field(description="Who takes care of it")
    reminded_at: datetime | None = Field(description="When it was last told again because it goes on since its acknowledgement")
    reminder_s: float = Field(description="Seconds after which it is told again")
    longest_shelf_s: float | None = Field(description="For how many seconds it may be shelved at most; null: never")
    changed: str | None = Field(description="What the last version brought, and by whom")
    notes: list[NoteOut]


class Alarms(AsOf):
    alarms: list[AlarmOut] = Field(description="Open alarms: unacknowledged first, then by level, then newest first")


class AlarmNow(AsOf):
    number: int
    alarm: AlarmOut | None = Field(description="The alarm as it is now; null once it has left the list")


# --- what people ask for ----------------------------------------------------------------------------------------------

Version = Annotated[int, Field(ge=1, le=2**31, description="Version of the alarm as the person saw it")]


class Acknowledging(Asked):
    by: PersonName
    version: Version


class Claiming(Asked):
    by: PersonName
    version: Version | None = None


class Noting(Asked):
    by: PersonName
    text: FreeText


class Resolving(Asked):
    by: PersonName
    version: Version
    reason: FreeText


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    ready: bool
    problems: list[str] = Field(description="What is missing, in English")
