"""Sections of the site file about occasions: what is checked for one, by the controller itself or by people, and what it claims."""

from datetime import timedelta
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from edge.site.booking import Ids
from edge.site.fields import Duration, Id, Names, NamesField, Section
from edge.site.frozen import Emptyable, Table
from edge.site.wrong import Wrong
from edge.text import Words, say

CheckKind = Literal["door", "device", "sign", "relay", "masking", "route", "room", "bookings", "calendars"]
CHECK_KINDS: tuple[CheckKind, ...] = get_args(CheckKind)
CheckState = Literal["locked", "unlocked", "closed", "shown", "blank", "on", "off"]

STATES: dict[CheckKind, tuple[CheckState, ...]] = {
    "door": ("locked", "unlocked", "closed"),
    "sign": ("shown", "blank"),
    "relay": ("on", "off"),
}
"""What `is` may say; nothing of other kinds."""


class Check(Section):
    """What the controller looks at by itself: exactly one of these."""

    door: Id | None = Field(None, description="A door that is locked, unlocked or closed, as `is` says")
    device: Id | None = Field(None, description="A device that is heard and has no fault")
    sign: Id | None = Field(None, description="A sign that shows what it was told, or is blank, as `is` says")
    relay: Id | None = Field(None, description="A relay, such as of lights, that is on or off, as `is` says")
    masking: Ids = Field((), description="Masking units that are quiet, or around: those of the room and of the spaces a door away")
    route: Literal["open"] | None = Field(None, description="Every door of the scene is unlocked")
    room: Literal["empty", "ready"] | None = Field(None, description="Nobody is seen in the room; or it opens for its booking")
    bookings: Literal["alone"] | None = Field(None, description="Nothing else is booked in the room at that time")
    calendars: Literal["read"] | None = Field(None, description="The calendars of the room were read lately")
    state: CheckState | None = Field(None, alias="is")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [kind for kind in CHECK_KINDS if getattr(self, kind)]
        if len(given) != 1:
            raise Wrong(say("A check looks at one thing. Write one of {kinds}.", kinds=", ".join(CHECK_KINDS)))
        states = STATES.get(given[0], ())
        if self.state not in states and (states or self.state is not None):
            if states:
                raise Wrong(
                    say("Say how {kind} should be. Write is: with one of {states}.", kind=given[0], states=", ".join(states))
                )
            raise Wrong(say("{kind} takes no is. Remove it.", kind=given[0]), "is")
        return self

    @property
    def kind(self) -> CheckKind:
        return next(kind for kind in CHECK_KINDS if getattr(self, kind))

    @property
    def subject(self) -> str:
        """The door or device that it names; empty where it names none."""
        return self.door or self.device or self.sign or self.relay or ""


class ChecklistItem(Section):
    """One line of a checklist. Without `check` a person ticks it."""

    text: NamesField = Field(description="What must be so, in a few words")
    note: NamesField | None = Field(None, description="A second, smaller line")
    check: Check | None = Field(None, description="What the controller looks at by itself; nobody can tick such a line")
    instead: NamesField | None = Field(None, description="What to do where the check fails; every check needs it")

    @model_validator(mode="after")
    def _says_what_to_do(self) -> Self:
        if self.check is not None and self.instead is None:
            raise Wrong(say("A check that fails must not leave people helpless. Add instead: what they do then."))
        if self.check is None and self.instead is not None:
            raise Wrong(say("instead is for lines with a check. Write it as note."), "instead")
        return self


class Checklist(Section):
    """What is gone through before or after an occasion, in this order."""

    name: NamesField | None = None
    items: Table[Id, ChecklistItem]

    @model_validator(mode="after")
    def _has_items(self) -> Self:
        if not self.items:
            raise Wrong(say("The checklist is empty. Add items, or remove it."), "items")
        return self


PointName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\.[a-z]+(-[a-z]+)*$", max_length=100)]
"""A device and its point, with a dot between."""


def _wish(value: object) -> object:
    """By language, as any name; a bare text stands for all of them and is kept as it is."""
    return Names.model_validate(value) if isinstance(value, dict) else value


Wished = Annotated[bool | str | Names, BeforeValidator(_wish, json_schema_input_type=bool | str | Names)]


class Preparation(Section):
    """How an occasion is prepared. With it, each booking that plays the scene is a ceremony."""

    before: Duration = Field(timedelta(hours=1), description="How long before its booking the preparation begins")
    checklist: Id | None = Field(None, description="What is gone through until it begins")
    turn_over: Id | None = Field(
        None, description="The shorter checklist where the one before ends within that time; absent: the same"
    )
    claims: Emptyable[PointName, Wished] = Field(
        {}, description="By DEVICE.POINT, what is wanted of it from then on until the scene ends: signs, relays, masking, locks"
    )


class Afterwards(Section):
    """How the room becomes again what it usually is."""

    checklist: Id


def words_of(names: Names) -> Words:
    """What the file says in each language, where one is missing in another."""
    return Words(*(names.in_language(language) or "" for language in ("fi", "sv", "en")))


def written(wished: bool | str | Names) -> bool | str:
    """The value of a point. A sign knows no reader: it shows every language that the file has."""
    if not isinstance(wished, Names):
        return wished
    return " / ".join(dict.fromkeys(text for _, text in wished if text))
