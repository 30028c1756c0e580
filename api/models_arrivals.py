"""Customers who wait, as the HTTP interface tells of them, and what machines and people say."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.models import Asked, AsOf, PersonName
from edge.site.fields import Id
from rooms.arrivals import Answer, By

BookingNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class ArrivalOut(BaseModel):
    arrival: int
    number: str = Field(description="Of the booking, or of the queue")
    by: By = Field(description="How they said so")
    room: str | None = Field(description="Null for a queue number")
    room_name: str | None
    agency: str | None
    agency_name: str | None
    since: datetime
    answer: Answer | None = Field(description="What the official has said; null while nobody has")
    answer_text: str | None
    answered_by: str | None


class Arrivals(AsOf):
    arrivals: list[ArrivalOut] = Field(
        description="Everybody who waits, the longest wait first; a clerk sees those of the own agency"
    )


class CheckingIn(Asked):
    """A customer's booking number, as a check-in machine read it."""

    number: BookingNumber
    by: Literal["kiosk", "phone", "host", "machine"] = "machine"


class QueueingUp(Asked):
    """A queue number that a machine gave."""

    number: BookingNumber
    agency: Id | None = Field(None, description="For whom; absent: for nobody in particular")


class Answering(Asked):
    by: PersonName
    answer: Answer
