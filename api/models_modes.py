"""Fire, evacuation and lockdown as the HTTP interface tells of them, and what people ask of them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.models import Asked, AsOf, PersonName
from api.models_doors import Reason
from security.modes import Mode

Begun = Literal["evacuation", "lockdown"]
"""The modes that people begin; fire is begun by the fire alarm system alone."""
Scope = Annotated[str, StringConstraints(max_length=100), Field(description="site, zone:internal or door:ID; see `scopes`")]


class ModeOut(BaseModel):
    mode: Mode
    scope: str
    scope_name: str
    since: datetime
    by: str = Field(description="A person, or the id of the device that called fire")
    reason: str
    because: str = Field(description="Who or what began it, and why, in one sentence")
    end_asked_by: str | None = Field(description="Who has asked for its end, while that can be confirmed")
    end_asked_until: datetime | None = Field(description="Until when the end can be confirmed")
    its_end: str | None = Field(description="What its end would do to the doors now, where the next step ends it")


class ScopeOut(BaseModel):
    id: str
    name: str


class Modes(AsOf):
    modes: list[ModeOut] = Field(description="All that hold, the strongest first")
    scopes: list[ScopeOut] = Field(description="What a lockdown may be of here; an evacuation is always of the whole site")


class ChangingOut(BaseModel):
    door: str
    name: str


class StayingOut(ChangingOut):
    because: str = Field(description="Why it will not be as the mode wants it")


class PreviewOut(BaseModel):
    """What a mode would do if it began now."""

    mode: Begun
    scope: str
    scope_name: str
    text: str = Field(description="All of it in short")
    locks: list[ChangingOut] = Field(description="Doors that will lock, and are not locked now")
    unlocks: list[ChangingOut] = Field(description="Doors that will unlock, and are locked now")
    stays: list[StayingOut] = Field(description="Doors that the mode is about and that will not follow")


# --- what people ask for ----------------------------------------------------------------------------------------------


class Beginning(Asked):
    by: PersonName
    mode: Begun
    scope: Scope = "site"
    reason: Reason = ""


class AskingEnd(Asked):
    by: PersonName
    mode: Mode
    scope: Scope = "site"


class EndingMode(AskingEnd):
    reason: Reason = ""
