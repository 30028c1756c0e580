"""Ceremonies as the HTTP interface tells of them, and what people ask of them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.models import Asked, AsOf, PersonName
from edge.site.fields import Id
from rooms.ceremonies import Phase
from rooms.ceremonies_desk import LATEST, LONGEST_REASON
from rooms.checklists import LineState

MOST_LATE_MIN = round(LATEST.total_seconds() / 60)
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON)]
LateMinutes = Annotated[int, Field(ge=1, le=MOST_LATE_MIN, description="Minutes after the time in its calendar")]


class LineOut(BaseModel):
    """One line of a checklist."""

    id: str
    text: str
    note: str | None
    automatic: bool = Field(description="The controller looks at it by itself; nobody can tick it")
    state: LineState = Field(
        description="open: waits for a person; later: need not be so yet; wrong, unknown: what the check found"
    )
    settled: bool = Field(description="Nobody needs to do anything about it any more")
    fails: bool = Field(description="Its check fails, and nobody has done what stands there instead")
    told: str | None = Field(description="What the controller found")
    instead: str | None = Field(description="What to do where the check fails")
    ticked_by: str | None
    initials: str | None = Field(description="Of whoever ticked it")
    ticked_at: datetime | None
    taken_back: str | None = Field(description="Who said that it is not so after all, and why")


class CeremonyOut(BaseModel):
    """One ceremony as it is expected now."""

    id: str
    scene: str
    scene_name: str
    room: str
    room_name: str
    agency_name: str | None
    phase: Phase
    booked_from: datetime
    booked_until: datetime
    starts: datetime = Field(description="Later than booked while the couple is late")
    ends: datetime
    prepare_from: datetime
    ready_at: datetime = Field(description="When all must be ready; the host is told of what is not")
    opens: datetime = Field(description="When the way of the guests opens by itself")
    in_a_row: bool = Field(description="It follows one right before it, so a shorter list is gone through")
    late: bool
    held_up_by: datetime | None = Field(description="Until when the one before goes on, where that is too long")
    names: str | None = Field(description="Whose it is: only where the site opts in, to the host, around its time; else null")
    checklist: str | None = Field(description="Id of the list that is gone through now")
    checklist_name: str | None
    done: int = Field(description="Lines that nobody needs to see to any more")
    total: int
    lines: list[LineOut]
    may_delay: bool = Field(description="It has not ended")
    may_open_early: bool = Field(description="The way of its guests is not open yet")


class Ceremonies(AsOf):
    ceremonies: list[CeremonyOut] = Field(description="Those of today and those at work, by start")


class OneCeremony(AsOf):
    ceremony: CeremonyOut


class Ticking(Asked):
    by: PersonName
    checklist: Id
    item: Id


class Unticking(Ticking):
    reason: Reason


class Delaying(Asked):
    by: PersonName
    minutes: LateMinutes


class OfCeremony(Asked):
    by: PersonName
