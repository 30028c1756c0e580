"""Bulletins as the HTTP interface tells of them, and what people ask of them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.models import AsOf, LastingToAnEnd, PersonName
from edge.site.fields import Role
from security.bulletins import LONGEST_TEXT, MOST_OPEN, Level

BulletinText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)]
Addressee = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class ReceiptOut(BaseModel):
    at: datetime
    by: str


class AddresseeOut(BaseModel):
    id: str = Field(description="A role, or agency:ID")
    name: str


class BulletinOut(BaseModel):
    number: int
    level: Level
    text: str = Field(description="As it was written, in whatever language")
    by: str
    role: Role = Field(description="In which the writer wrote it")
    posted_at: datetime
    until: datetime
    to: list[AddresseeOut] = Field(description="Empty: all staff")
    read_count: int
    readers: list[ReceiptOut] = Field(description="Who has read it; only for those who may write bulletins, and the auditor")
    read: bool | None = Field(description="Whether whoever asks has read it; null for a program")


class Bulletins(AsOf):
    bulletins: list[BulletinOut] = Field(description="Those that have not ended and are for whoever asks, the most urgent first")


class Posting(LastingToAnEnd):
    by: PersonName
    level: Level
    text: BulletinText
    to: list[Addressee] = Field([], max_length=MOST_OPEN, description="Roles, and agencies as agency:ID; empty: all staff")
