"""`acoustics` of the site file: who may overhear whom, where masking sounds and is measured, and how much of it is bearable.

Levels are dB(A) at ear height. Whatever is left out is derived (`acoustics.pairs`) or has the value that practice recommends.
"""

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from edge.site.booking import Ids
from edge.site.fields import Duration, Flag, Id, Section, SpaceKind
from edge.site.frozen import Emptyable
from edge.site.wrong import Wrong
from edge.text import say

HARD_CAP_DBA = 48.0
"""No site file and no person gets more than this: what practice calls the typical maximum of masking."""

Voice = Literal["normal", "raised"]
Privacy = Literal["confidential", "limited"]
Source = Literal["declared", "measured"]

Level = Annotated[float, Field(ge=0, le=HARD_CAP_DBA, allow_inf_nan=False)]
Decibels = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Metres = Annotated[float, Field(ge=0.1, le=1000, allow_inf_nan=False)]


class Pair(Section):
    """Somebody talks in the one place and may be overheard in the other."""

    from_: Id = Field(alias="from", description="The space where people talk")
    to: Id = Field(description="The space where they may be overheard")
    rating: Decibels | None = Field(None, description="Insulation between them in dB (DnT,w), with the doors closed")
    distance: Metres | None = Field(None, description="In place of a rating, in one open space: metres between them")
    decay: Annotated[float, Field(ge=0.1, le=20, allow_inf_nan=False)] = Field(
        7.0, description="Open space: how many dB speech falls with each doubling of the distance (D2,S)"
    )
    source: Source = Field("declared", description="Whether the rating or the decay was measured in this building")

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        if (self.rating is None) == (self.distance is None):
            raise Wrong(say("A pair has either a rating, through a wall, or a distance, in one open space. Write one of the two."))
        return self


class RoomAcoustics(Section):
    """How sound behaves in one space."""

    reverberation: Annotated[float, Field(ge=0.1, le=20, allow_inf_nan=False)] = Field(0.5, description="T60 in seconds")
    absorption: Annotated[float, Field(ge=0.1, le=10_000, allow_inf_nan=False)] = Field(
        12.0, description="Equivalent absorption area in m²: how loud a voice becomes in a room"
    )
    ambient: Level | None = Field(None, description="Noise without masking, dB(A), such as ventilation; absent: none is counted on")


class Emitter(Section):
    """A masking unit, and what people hear of it."""

    heard: Emptyable[Id, Decibels] = Field(
        {}, description="By space, how many dB less than at its own place; absent: in its own space alone"
    )
    desks: Ids = Field((), description="The desks whose relief buttons turn it down; absent: its own space")
    highest: Level = Field(
        HARD_CAP_DBA, description="Never louder than this here, dB(A): the lasting wish of those who sit under it"
    )
    schedule: Level | None = Field(None, description="Its level while the schedule's hours run, dB(A); absent: as in `schedule`")
    fixed: Level | None = Field(
        None, description="Of a unit that can only be switched: its level at its own place when it is on, dB(A), as it was measured"
    )
    since: date | None = Field(None, description="First day of a new zone: its level grows over ten working days")
    step: Annotated[float, Field(ge=0.05, le=0.5, allow_inf_nan=False)] = Field(
        0.5, description="The smallest change that it can make, dB; no command changes it by more"
    )


class Microphone(Section):
    """An ambient-sensor, or a masking unit with a microphone of its own. Levels only; nothing is ever recorded."""

    gives: Literal["l90", "level"] = Field("level", description="Its own L90 of 15 minutes, or the level now and then")


class Target(Section):
    """How private some conversations are meant to be. The first target that fits a booking applies."""

    kinds: tuple[SpaceKind, ...] = Field((), description="Only in spaces of these kinds; empty: any")
    policies: Ids = Field((), description="Only bookings under these policies of `rooms`; empty: any")
    agencies: Ids = Field((), description="Only bookings of these agencies; empty: any")
    privacy: Privacy = Field("confidential", description="Not understood, or only some words by who listens carefully")
    voice: Voice = Field("normal", description="How loud the talkers are counted on to be")
    insist: Flag = Field(False, description="Whether masking may go beyond the normal level for it, up to the maximum")


class Comfort(Section):
    """What people can bear, dB(A)."""

    floor: Level = Field(30.0, ge=20, description="Masking below this is not masking: it is off")
    normal: Level = Field(42.0, description="What a conversation gets at most, unless its target insists")
    max: Level = Field(45.0, description="No conversation makes masking louder than this")

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if not self.floor <= self.normal <= self.max:
            raise Wrong(say("These levels are not in order. Write floor, normal and max from the lowest to the highest."))
        return self


class Schedule(Section):
    """Masking while nobody is known to talk."""

    hours: Id | None = Field(None, description="Timetable; absent: that of the site")
    level: Level = Field(36.0, description="While the timetable is open, dB(A); outside it, masking is at the floor")


class Quiet(Section):
    """Bookings during which masking is off, such as weddings."""

    rooms: Ids = Field((), description="Only bookings of these spaces; empty: any")
    kinds: tuple[SpaceKind, ...] = Field((), description="Only spaces of these kinds; empty: any")
    policies: Ids = Field((), description="Only bookings under these policies of `rooms`; empty: any")
    spaces: Ids = Field((), description="Where it is off; absent: in the room and in the spaces a door away")
    before: Duration = Field(timedelta(minutes=15), description="How long before the booking masking is off already")
    after: Duration = Field(timedelta(minutes=15), description="How long after it masking stays off")


class Acoustics(Section):
    """Masking and speech privacy; without this section the controller leaves masking units alone."""

    derive: Flag = Field(True, description="Whether pairs are also found by the doors and places of the spaces")
    pairs: tuple[Pair, ...] = ()
    spaces: Emptyable[Id, RoomAcoustics] = Field({})
    emitters: Emptyable[Id, Emitter] = Field({}, description="By masking unit")
    microphones: Emptyable[Id, Microphone] = Field({}, description="By device")
    targets: tuple[Target, ...] = Field(
        (Target(kinds=("safe-room",), voice="raised", insist=True),), description="Where none fits: confidential, for normal voices"
    )
    comfort: Comfort = Comfort()
    schedule: Schedule = Schedule()
    quiet: Emptyable[Id, Quiet] = Field({"wedding": Quiet(kinds=("wedding-room",))}, description="By a name of its own")
