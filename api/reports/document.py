"""A report as it is read, in one language and no format yet: chapters of paragraphs, tables and charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "count", "hours", "percent", "number"]
Value = str | int | float | None
"""Text stands for a number that is not told, too. None: there is none."""


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """id: for programs. The first column names the row. total: whether the last row is a sum."""

    id: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    total: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with a name and a value each. said: the same in words, for who does not see it. unit: of the values. whole: counts."""

    id: str
    title: str
    bars: Sequence[tuple[str, float]]
    unit: str
    said: str
    upright: bool = False
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    id: str
    title: str
    paragraphs: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    after: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """lead: what stands under the title. made_from: the place in the journal that it was made from."""

    id: str
    language: str
    title: str
    lead: Sequence[str]
    chapters: Sequence[Chapter]
    made_from: str
