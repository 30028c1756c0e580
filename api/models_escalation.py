"""How the HTTP interface tells of escalations, and what it takes."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.models import Asked, PersonName, Version
from edge.site.fields import Id

MessageState = Literal["waiting", "delivered", "given-up", "withdrawn"]


class MessageOut(BaseModel):
    """What becomes of one message to one contact."""

    contact: str
    name: str
    state: MessageState = Field(description="withdrawn: somebody acknowledged the alarm before it was delivered")
    since: datetime = Field(description="When the step asked for it")
    tries: int = Field(description="Since the last start of the controller")
    problem: str | None = Field(description="Why the last try failed")
    delivered_at: datetime | None


class StepOut(BaseModel):
    """step: from 1; 0 for contacts that a person called."""

    step: int
    due_at: datetime | None = Field(description="When it is due if nobody acknowledges the alarm; null for a call by a person")
    done: bool
    to: list[str] = Field(description="Names of the contacts")
    messages: list[MessageOut]


class ReceiptOut(BaseModel):
    """A page that showed the alarm."""

    at: datetime
    after_s: float = Field(description="Seconds since the alarm was raised")
    view: str
    by: str


class EscalationOut(BaseModel):
    """Who is told of an alarm, and when; null where it has no plan and nobody was called."""

    plan: str | None
    next_at: datetime | None = Field(description="When the next step is due; null when none is")
    next_in_s: float | None
    stopped_by: str | None = Field(description="Who acknowledged it or handed it over")
    steps: list[StepOut]
    shown: list[ReceiptOut]


class Showing(Asked):
    """A page has painted an alarm."""

    version: Version
    view: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")] = Field(
        description="Any name that tells this page from others"
    )


class Escalating(Asked):
    by: PersonName
    version: Version


class Calling(Asked):
    by: PersonName
    version: Version
    to: list[Id] = Field(min_length=1, max_length=20, description="Ids of contacts")
