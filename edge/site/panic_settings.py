"""`security.panic` of the site file: what the building does while a panic alarm is open, by the place of the button."""

from typing import Self

from pydantic import Field, model_validator

from edge.site.booking import Ids
from edge.site.escalations import places_in
from edge.site.fields import Flag, Id, NamesField, Section
from edge.site.frozen import Emptyable
from edge.site.wrong import Wrong
from edge.text import say

AROUND = "around"
"""The reserved word for the masking units where the button is and a door away."""


class PanicResponse(Section):
    """What a panic alarm brings about; all of it ends when the alarm is resolved. It unlocks nothing and holds nobody in."""

    spaces: Ids = Field((), description="Where the buttons are; absent: everywhere that no other response names")
    locks: Ids = Field((), description="Doors whose entry locks")
    mute: Ids = Field((), description="Masking units that fall silent, or around: those of the place and of the spaces a door away")
    relays: Ids = Field((), description="Relays that are switched on: a light, a buzzer")
    signs: Emptyable[Id, NamesField] = Field({}, description="By sign, what it shows; {place} stands for where the button is")
    tell: Ids = Field((), description="Contacts that are told at once, whatever the escalation and whoever acknowledges")
    silent: Flag = Field(False, description="Nothing changes in the place itself, and no console makes a sound")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.locks or self.mute or self.relays or self.signs or self.tell or self.silent):
            ways = "locks, mute, relays, signs, tell, silent"
            raise Wrong(say("A response does something. Write one of {ways}, or remove it.", ways=ways))
        for sign, words in self.signs.items():
            if any(place != "place" for _, text in words for place in places_in(text)):
                raise Wrong(say("Only these may stand in braces: {places}.", places="place"), "signs", sign)
        return self
