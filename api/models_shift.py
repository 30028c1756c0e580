"""The shift at the desk as the HTTP interface tells of it, and what people ask of it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.models import Asked, AsOf, PersonName

HandOverNote = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class AlarmLeftOut(BaseModel):
    number: int
    name: str
    subject_name: str
    level: int
    active: bool
    acknowledged: bool
    owner: str | None


class StandingOut(BaseModel):
    """What stood at one instant; doors, devices and scopes by their names."""

    alarms: list[AlarmLeftOut]
    shelved: list[str]
    out_of_service: list[str]
    overrides: list[str]
    releases: list[str]
    modes: list[str]
    walk_test: str | None = Field(description="Who tests the panic buttons")
    bulletins: list[int] = Field(description="Numbers")
    notices: int


class HandOverOut(BaseModel):
    at: datetime
    by: str
    to: str
    note: str
    left: StandingOut = Field(description="What stood when it was handed over")
    received_at: datetime | None = Field(description="null while it waits")
    received_by: str | None


class ShiftOut(AsOf):
    by: str | None = Field(description="Who has the shift; null where nobody ever received it")
    since: datetime | None
    waits: bool = Field(description="Whether the last hand-over waits for somebody to receive it")
    last: HandOverOut | None
    now: StandingOut = Field(description="What stands now")


class HandingOver(Asked):
    by: PersonName
    to: PersonName
    note: HandOverNote = ""
