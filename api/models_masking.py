"""Masking and speech privacy as the HTTP interface tells of them, and what people ask of them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from acoustics.pairs import Basis
from acoustics.words import Class, DoorState
from api.models import Asked, AsOf, LastingToAnEnd, PersonName
from edge.site.acoustics_settings import HARD_CAP_DBA, Voice

Steps = Annotated[Literal["3", "6", "off"], Field(description="So many dB less, or off; as far as the floor allows")]
Purpose = Literal["quiet", "relief", "manual", "conversation", "schedule"]

Decibels = Annotated[float, Field(description="dB(A) at ear height")]


class PrivacyOut(BaseModel):
    """How private talk in one space is from those in another, now."""

    talker: str = Field(description="Id of the space where people talk")
    talker_name: str
    listener: str = Field(description="Id of the space where they may be overheard")
    listener_name: str
    standing: Class = Field(description="`unknown` where nobody can tell; never to be read as private")
    name: str = Field(description="The class in a word")
    sentence: str = Field(description="What the class means, or why it is not known")
    worst: Class | None = Field(description="Of the last 15 minutes; null where less is known")
    live: bool = Field(description="Whether somebody talks there, as far as is known")
    voice: Voice = Field(description="The voice that is counted on")
    door: DoorState
    insulation: Basis = Field(description="How the insulation is known")
    background_dba: float | None = Field(description="At the listener; null where none is counted on, or nothing is known")
    background_measured: bool
    missing_db: float | None = Field(description="What is meant lacks so much beyond the loudest masking that people bear")
    remedy: str | None
    reasons: list[str] = Field(description="All there is to say of it, a sentence each")


class PrivacyNow(AsOf):
    pairs: list[PrivacyOut]
    note: str = Field(description="An estimate, not a measurement")


class ReliefOut(BaseModel):
    """Masking is turned down at a desk. Nobody is asked why, and nothing is kept of who did it."""

    desk: str
    name: str
    less_db: float | None = Field(description="null: off")
    until: datetime
    cost: list[str] = Field(description="What may be followed meanwhile, a sentence each")


class WishOfPeople(BaseModel):
    """What people asked by name of a space or a unit, until it ends."""

    kind: Literal["quiet", "hearing", "level"]
    subject: str
    name: str
    level_dba: float | None
    by: str
    until: datetime


class MaskingWeekOut(BaseModel):
    week: str = Field(description="ISO week, such as 2026-W48")
    relief_presses: int
    relief_days: int = Field(description="Different days with a press")
    loud_hours: float = Field(description="Above 45 dB(A); there should be none")
    faults: int


class MaskingUnitOut(BaseModel):
    id: str
    name: str
    space: str | None
    heard: bool = Field(description="Whether it is known what it does now; if not, its level is unknown and not 0")
    level_dba: float | None = Field(description="At its own place; null where it is silent, or nobody knows")
    assumed: bool = Field(description="It never says what it does, and is assumed to do what it was told")
    silent: bool = Field(description="Whether it is meant to be silent, or on its way to that")
    wanted_dba: float | None = Field(description="Where it is going, unhurriedly; null where it is not heard")
    purpose: Purpose | None
    because: str | None = Field(description="Why, in a sentence")
    floor_dba: Decibels
    most_dba: Decibels = Field(description="Of a conversation, unless it insists; with `floor_dba` the band")
    insisting_dba: Decibels
    desks: list[str] = Field(description="Ids of the desks whose relief turns it down")
    faults: list[str] = Field(description="What is wrong with it now, a sentence each")
    proposal: str | None = Field(description="Less masking, where relief was asked for on many days")
    weeks: list[MaskingWeekOut] = Field(description="Those in which something was counted, newest first")


class TalkWeekOut(BaseModel):
    """How private the talk was in a week."""

    week: str
    talker: str
    listener: str | None = Field(description="null: of all who might overhear the space, the worst at each moment")
    hours: float
    shares: dict[Class, float] = Field(description="Of that time, 0 to 1")
    missing_db: float | None = Field(description="The most that was missing")


class MaskingNow(AsOf):
    described: bool = Field(description="Whether the site file has a section `acoustics`; without it units are left alone")
    units: list[MaskingUnitOut]
    reliefs: list[ReliefOut]
    asked: list[WishOfPeople]
    talk: list[TalkWeekOut]


# --- what is asked ----------------------------------------------------------------------------------------------------


class AskingQuiet(LastingToAnEnd):
    """At most 12 hours."""

    by: PersonName


class AskingLevel(AskingQuiet):
    level_dba: float = Field(ge=0, le=HARD_CAP_DBA, allow_inf_nan=False)


class AskingRelief(Asked):
    """No name: nothing is kept of who asks."""

    less: Steps


class EndingRelief(Asked):
    """No name either."""
