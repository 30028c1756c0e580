"""Scans of lines, as the HTTP interface tells of them."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.models import Asked, PersonName
from api.scan_port import HIGHEST_UNIT, How


class SeenOut(BaseModel):
    """What a stranger on the line says: plain text, to be believed by nobody."""

    address: str = Field(description="Where it is on its line")
    what: str = Field(description="What it says it is, in its own words")
    make: str | None = Field(description="The profile that fits")
    type: str | None = Field(description="The device type that fits")
    details: dict[str, str]
    known_as: str | None = Field(description="Its id, when the site file has it already")
    line: str = Field(description="For the site file, below `devices:`; a comment where nothing can be proposed")


class ScanOut(BaseModel):
    connection: str
    by: str
    began_at: datetime
    until: datetime = Field(description="It ends by itself, at the latest then")
    how: How = Field(description="Running, or how it was over")
    asked: int | None = Field(description="The last unit of a bus that was asked")
    problem: str | None = Field(description="Why it failed, one sentence")
    found: list[SeenOut]


class ScansOut(BaseModel):
    connections: dict[str, str] = Field(description="What can be looked around on, with its protocol")
    scan: ScanOut | None = Field(description="The one that goes on, or was the last since the start of the controller")


class Scanning(Asked):
    by: PersonName
    connection: str = Field(max_length=100, description="Of the site file")
    first: int = Field(1, ge=1, le=HIGHEST_UNIT, description="On a bus: the first unit that is asked")
    last: int = Field(32, ge=1, le=HIGHEST_UNIT, description="On a bus: the last unit that is asked")
