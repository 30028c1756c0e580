"""Reports of months, as the HTTP interface tells of them."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.models import Asked, PersonName

MONTH_PATTERN = r"^20\d\d-(0[1-9]|1[0-2])$"


class ReportFile(BaseModel):
    name: str
    size: int = Field(description="Octets")
    sha256: str = Field(description="In hex, as it was when the report was made")


class ReportOut(BaseModel):
    month: str = Field(description="Such as 2026-11")
    made_at: datetime
    signed_with: str | None = Field(description="Fingerprint of the key; null where the signature does not fit")
    files: list[ReportFile]


class ReportsOut(BaseModel):
    making: str | None = Field(description="The month whose report is being made, or could not be")
    problem: str | None = Field(description="Why it could not be made, one sentence; null while it is being made")
    reports: list[ReportOut] = Field(description="The newest month first")


class ReportAsked(Asked):
    by: PersonName
    month: str = Field(pattern=MONTH_PATTERN, description="Such as 2026-11; it must have begun")
