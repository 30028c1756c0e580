"""Sentences for people, kept apart from their language until somebody reads them.

Policies build a `Text` (an English message and its values); `edge.language` turns it into Finnish, Swedish or English. So a
reason stays comparable, can be journaled, and is shown to each reader in their own language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Union


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant (aware UTC), written in the site's zone and the reader's way when shown."""

    t: datetime


@dataclass(frozen=True, slots=True)
class Ref:
    """Something of the site file, by id; shown by its name in the reader's language."""

    id: str


@dataclass(frozen=True, slots=True)
class Route:
    """A way through the building: ids of spaces in walking order."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What the site file itself says in each language."""

    fi: str
    sv: str
    en: str


TextValue = Union[str, int, float, Moment, Ref, Route, Words, "Text"]


@dataclass(frozen=True, slots=True)
class Text:
    """A message in English with {named} places, and the values that go there; a value may be a sentence itself."""

    message: str
    values: Mapping[str, TextValue] = field(default_factory=dict)


def say(message: str, /, **values: TextValue | datetime) -> Text:
    """Build a `Text`; the catalogue of translations is extracted from the calls of this function."""
    return Text(message, {name: Moment(value) if isinstance(value, datetime) else value for name, value in values.items()})
