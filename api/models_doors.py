"""Doors as the HTTP interface tells of them, and what people ask of them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.models import Asked, AsOf, FreeText, Lasting, LastingToAnEnd, PersonName, ReadingOut, WishOut
from edge.profiles import Lease
from security.overrides import DoorValue

DoorStateName = Literal["locked", "unlocked", "opened-by-hand", "held-open", "forced", "unknown", "out-of-service"]


class TruthOut(BaseModel):
    """How the door really is, as far as anybody can tell."""

    state: DoorStateName = Field(description="unknown counts as open, and so does out-of-service")
    since: datetime | None
    because: str
    sensed: bool = Field(
        description="Whether a contact tells if the leaf is closed; without one, held-open and forced are never seen"
    )
    passable: bool = Field(description="Whether the zoning guard takes it for open")


class ActOut(BaseModel):
    """What a named person decided about the door, for as long as it holds."""

    by: str
    since: datetime
    reason: str
    until: datetime | None = Field(description="When it ends by itself; null when only a person ends it")
    remaining_s: float | None = Field(description="Seconds until then")


class OverrideOut(ActOut):
    value: DoorValue


class DoorOut(WishOut):
    id: str
    name: str
    start: str = Field(description="Id of the space its lock guards against")
    end: str = Field(description="Id of the space it leads to")
    kind: str
    device: str | None = Field(description="Its door controller; null when nothing of ours locks it")
    online: bool | None = Field(description="Whether the door controller answers; null before its first word")
    lease: Lease | None = Field(description="How an unlock ends in the door controller when nobody renews it")
    lock: ReadingOut
    contact: ReadingOut
    truth: TruthOut | None = Field(description="null when nothing of ours is at the door")
    release: ActOut | None
    override: OverrideOut | None
    out_of_service: ActOut | None


class Doors(AsOf):
    doors: list[DoorOut]


# --- what people ask for ----------------------------------------------------------------------------------------------


class Releasing(Asked):
    by: PersonName
    seconds: int = Field(ge=1, le=600, description="How long the door stays unlocked")
    reason: FreeText


class Overriding(LastingToAnEnd):
    by: PersonName
    value: DoorValue
    reason: FreeText


class TakingOut(Lasting):
    by: PersonName
    reason: FreeText


class Ending(Asked):
    by: PersonName


Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
"""Where one may be given, and none must."""
