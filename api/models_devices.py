"""Devices as the HTTP interface tells them: what they say, how well, and what tests and walks have shown."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.models import Asked, AsOf, PersonName, ReadingOut
from edge.points import Value
from edge.site.fields import Id


class DurationOut(BaseModel):
    """Of something that happened so many times since the start."""

    count: int
    last_s: float | None
    mean_s: float | None
    longest_s: float | None


class RequestsOut(BaseModel):
    """Of a device that is asked on a bus."""

    answered: DurationOut
    refused: int = Field(description="Answered with an error, or with nonsense")
    unanswered: int


class FiguresOut(BaseModel):
    """Counted since the start of the controller."""

    commands: int
    retries: int = Field(description="Commands given again because it had not followed")
    overdue: int = Field(description="Commands that it did not follow in time")
    garbage: int = Field(description="Messages that could not be read")
    unusable: int = Field(description="Reports without a usable value")
    losses: int
    obeyed: DurationOut = Field(description="From the sending of a command until the device reported it")
    requests: RequestsOut | None


class DeviceOut(BaseModel):
    id: str
    name: str
    type: str
    door: str | None
    space: str | None
    connection: str
    line_up: bool | None = Field(description="Whether its connection is up; null before it is known")
    protocol: str
    profile: str
    address: str = Field(description="Where it is on its line, for people")
    online: bool | None
    last_heard: datetime | None
    battery_days: int | None = Field(description="For how many days its battery will last; null when that cannot be said")
    figures: FiguresOut
    points: dict[str, ReadingOut]


class Devices(AsOf):
    devices: list[DeviceOut]


class TakesOut(BaseModel):
    """A point that can be commanded, and so tested."""

    point: str
    choices: list[Value] = Field(description="The values that it takes; empty where it takes a number or a text")
    low: float | None
    high: float | None


class PointTestOut(BaseModel):
    """The last test of a point."""

    point: str
    value: Value
    before: Value
    by: str
    began_at: datetime
    ends_at: datetime = Field(description="When the value of the test ends, whoever has gone away meanwhile")
    answered_at: datetime | None = Field(description="When the device reported it; null: it has not")
    restored_at: datetime | None = Field(description="When the device reported that it is over; null: it has not")


class DeviceNow(AsOf):
    device: DeviceOut
    takes: list[TakesOut]
    tests: list[PointTestOut]


class TroubleOut(BaseModel):
    at: datetime
    told: str


class Troubles(AsOf):
    troubles: list[TroubleOut] = Field(description="The newest first")


class WalkedOut(BaseModel):
    """One device of a walk."""

    device: str
    name: str
    type: str
    place: str | None
    expected: list[str] = Field(description="pressed, opened, closed, unlocked, locked, came, went, heard")
    seen: dict[str, datetime]
    passed: bool = Field(description="Everything that is expected of it was seen")


class WalkOut(BaseModel):
    began: int = Field(description="Number of the journal entry with which it began")
    last: int = Field(description="Number of the last journal entry of it")
    hash: str = Field(description="Of that entry: it stands for all before it")
    by: str
    began_at: datetime
    until: datetime
    ended_at: datetime | None = Field(description="null while it goes on")
    signed_by: str = Field(description="Whoever ended it; empty when its time was over")
    devices: list[WalkedOut]


class Walks(AsOf):
    walks: list[WalkOut] = Field(description="The newest first")


# --- what people ask for ----------------------------------------------------------------------------------------------


class TestingPoint(Asked):
    by: PersonName
    value: bool | int | float | Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="Another value than the present one; absent: any such"
    )
    seconds: int = Field(10, ge=1, le=30, description="After so many it goes back by itself")


class Walking(Asked):
    by: PersonName
    devices: list[Id] = Field([], max_length=2000, description="Ids; empty for every button, door and sensor")
    minutes: int = Field(240, ge=1, le=720)
