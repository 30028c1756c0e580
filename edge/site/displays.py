"""The site file's screens for everybody: what each display shows, and where things lie from where it hangs."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from edge.site.booking import Ids
from edge.site.fields import Id, Language, NamesField, Section, several
from edge.site.frozen import Emptyable

Way = Literal["left", "right", "ahead", "back", "up", "down", "here"]
"""Where something lies from a display, for somebody who reads it."""

Languages = Annotated[
    tuple[Language, ...], BeforeValidator(several, json_schema_input_type=Language | tuple[Language, ...]), Field(min_length=1)
]


class Display(Section):
    """A screen that the public reads (info-tv): opening hours, where to go by booking number, exceptions, evacuation."""

    space: Id = Field(description="Where it hangs")
    name: NamesField | None = Field(None, description="What people call it")
    ways: Emptyable[Id, Way] = Field({}, description="Space: where it lies, for somebody who reads the display")
    rooms: Ids = Field((), description="Whose bookings it shows; absent: of all rooms that customers may enter")
    agencies: Ids = Field((), description="Whose hours it shows; absent: of all")
    scenes: Ids = Field((), description="Scenes of today that it announces, such as weddings; absent: none")
