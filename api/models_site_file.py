"""The site file beside what runs, as the HTTP interface tells of it."""

from pydantic import BaseModel, Field

from api.models import Asked, FreeText, PersonName


class SiteFileOut(BaseModel):
    """What the file says by now, and what would change if it took over."""

    digest: str = Field(description="SHA-256 of the file; asked back when it is to take over")
    changed: bool = Field(description="Whether it differs from what runs")
    fit: bool = Field(description="Whether it can take over: nothing is wrong with it, and it is proved")
    problems: list[str] = Field(description="Why it cannot, a sentence each")
    remarks: list[str] = Field(description="Warnings that stop nothing")
    difference: list[str] = Field(description="What changes for people in the coming week, the weightiest first")
    zones: list[str] = Field(description="Spaces whose zone class changes; a second person must ask for that too")
    asked_by: str | None = Field(description="Who has asked for it already, while the second person is awaited")


class TakingOver(Asked):
    digest: str = Field(description="Of the version that was looked at")
    by: PersonName
    reason: FreeText = ""


class TakenOver(BaseModel):
    runs: bool = Field(description="False while a second person is awaited")
    told: str
