"""Scenes as the HTTP interface tells of them."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.models import Asked, AsOf, PersonName


class ShowingOut(BaseModel):
    """One reason for a scene to be played now."""

    because: str
    until: datetime
    opens: bool = Field(description="Whether its doors may open for it; if not, `because` says what is in the way")


class SceneOut(BaseModel):
    id: str
    name: str
    room: str = Field(description="Id of the space whose bookings play it")
    spaces: list[str] = Field(description="Ids of the spaces on the way of its guests")
    doors: list[str] = Field(description="Ids of the doors that open for it")
    playing: list[ShowingOut] = Field(description="Why it is played now; empty when it is not")


class Scenes(AsOf):
    scenes: list[SceneOut]


class Playing(Asked):
    by: PersonName
    minutes: int = Field(ge=1, le=720)
