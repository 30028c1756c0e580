"""Timetables: when a site, a door or a room is open, in local time, answered in UTC instants."""

from pydantic import BaseModel, ConfigDict


class Timetable(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)
