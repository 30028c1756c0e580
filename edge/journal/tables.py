"""The tables of the journal's file. A change here needs a migration beside it and a new `schema.REVISION`."""

from sqlalchemy import Column, Integer
from sqlmodel import Field, SQLModel


class EntryRow(SQLModel, table=True):
    """One link of the chain; see `chain.Row`. Text and not a timestamp, so that the hash covers what is stored to the byte."""

    __tablename__ = "entries"
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: str
    kind: str
    body: str
    prev: str
    hash: str


class KeptRow(SQLModel, table=True):
    """The last good text under a name (a calendar's bookings), outside the chain because it is only a copy."""

    __tablename__ = "kept"
    name: str = Field(primary_key=True)
    body: str
    at: str
