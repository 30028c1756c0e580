"""What is told of alarms besides the open ones (shelves, groups, figures, the past, walk tests), and what people ask about them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.models import Asked, AsOf, FreeText, Lasting, LastingToAnEnd, PersonName, Version
from edge.site.fields import Id


class ShelfOut(BaseModel):
    """A type of alarm of one subject that people are not told of for a while."""

    type: str
    name: str
    subject: str
    subject_name: str
    by: str
    since: datetime
    reason: str
    until: datetime = Field(description="When it returns by itself")
    alarm: int | None = Field(description="Number of its alarm, if one is open")


class SourceOut(BaseModel):
    """A device that is out of service."""

    device: str
    name: str
    by: str
    since: datetime
    reason: str
    until: datetime | None = Field(description="When it returns by itself; null when only a person takes it back")
    alarms: list[int] = Field(description="Numbers of the open alarms that are off the list because of it")


class SuppressedOut(BaseModel):
    """A lost device of which nobody is told, because its whole connection is lost and says so once."""

    device: str
    name: str
    connection: str


class Quiet(AsOf):
    """What is kept off the list of alarms at present, and why."""

    shelved: list[ShelfOut]
    out_of_service: list[SourceOut]
    suppressed: list[SuppressedOut]


class GroupOut(BaseModel):
    numbers: list[int] = Field(description="Open alarms, in their order")
    because: str | None = Field(description="What they have in common; null for an alarm that stands alone")


class Groups(AsOf):
    groups: list[GroupOut] = Field(description="Panics first, each alone")


# --- the past ---------------------------------------------------------------------------------------------------------


class StepOut(BaseModel):
    at: datetime
    what: Literal["raised", "cleared", "acknowledged", "claimed", "transferred", "reminded", "noted", "resolved"]
    by: str = Field(description="Empty for what happened by itself")
    text: str = Field(description="The note, the reason, or to whom it went over")


class PastAlarm(BaseModel):
    number: int
    type: str
    name: str
    level: int
    subject: str
    subject_name: str
    because: str
    raised_at: datetime
    left_at: datetime | None = Field(description="When it left the list; null while it is open")
    steps: list[StepOut]


class Past(AsOf):
    alarms: list[PastAlarm] = Field(description="The newest first")
    more: bool = Field(description="Whether older ones fit the search too, or may")
    before: int | None = Field(description="Give it as `before` for the older ones; null when there are none")
    looked_to: datetime | None = Field(description="How far back the search looked, when it stopped before it had found enough")


class CountOut(BaseModel):
    start: datetime
    alarms: int


class LevelOut(BaseModel):
    level: int
    alarms: int


class OffenderOut(BaseModel):
    type: str
    name: str
    subject: str
    subject_name: str
    alarms: int


class FiguresOut(AsOf):
    start: datetime
    end: datetime
    alarms: int
    by_level: list[LevelOut]
    days: list[CountOut]
    shifts: list[CountOut] = Field(description="Of eight hours, from 6, 14 and 22 o'clock in the building")
    peak: CountOut | None = Field(description="The ten minutes with the most alarms")
    worst: list[OffenderOut]


# --- walk tests -------------------------------------------------------------------------------------------------------


class ButtonOut(BaseModel):
    """A panic button and its last walk test."""

    button: str
    name: str
    tested_at: datetime | None
    tested_by: str | None


class ResultOut(BaseModel):
    button: str
    name: str
    pressed_at: datetime | None = Field(description="null: it was not pressed")
    latency_s: float | None = Field(description="From the button's own time of the press to its arrival; null if it gives none")
    confirmed_at: datetime | None
    confirmed_by: str


class DrillOut(BaseModel):
    by: str
    began_at: datetime
    until: datetime
    ended_at: datetime | None = Field(description="null while it goes on")
    ended_by: str = Field(description="Empty when its time was over")
    results: list[ResultOut]


class Drills(AsOf):
    drills: list[DrillOut] = Field(description="The newest first")
    buttons: list[ButtonOut]


# --- what people ask for ----------------------------------------------------------------------------------------------


class Transferring(Asked):
    by: PersonName
    to: PersonName
    version: Version


class Shelving(LastingToAnEnd):
    by: PersonName
    version: Version
    reason: FreeText


class Unshelving(Asked):
    by: PersonName
    type: Annotated[str, StringConstraints(max_length=100)]
    subject: Annotated[str, StringConstraints(max_length=1024)]


class TakingSourceOut(Lasting):
    by: PersonName
    reason: FreeText


class Testing(Asked):
    by: PersonName
    buttons: list[Id] = Field([], max_length=1000, description="Ids of panic buttons; empty for all")
    minutes: int = Field(15, ge=1, le=60)


class Acting(Asked):
    by: PersonName
