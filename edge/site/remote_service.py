"""The site file's rooms for remote service (etäpalveluhuone): how a session is known, its busy light and its locked door."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from edge.site.fields import Duration, Flag, Id, Section, several

Sign = Literal["button", "booking", "presence"]
"""By what a session is known: a tap on the room's panel, a booking of now, or people in the room."""

Signs = Annotated[tuple[Sign, ...], BeforeValidator(several, json_schema_input_type=Sign | tuple[Sign, ...]), Field(min_length=1)]


class RemoteService(Section):
    """One room. While a session is on, its busy light burns and its door is locked from outside."""

    by: Signs = Field(("button", "booking"), description="What a session is known by: button, booking, presence")
    light: Id | None = Field(None, description="A relay that is on meanwhile: the busy light")
    lock: Flag = Field(True, description="Whether the door is locked from outside once the session runs; the way out never is")
    lock_after: Duration = Field(timedelta(minutes=5), description="How long after its beginning: whoever is late still comes in")
