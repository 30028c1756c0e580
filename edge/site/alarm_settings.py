"""The section `alarms` of the site file: what is changed of the alarms that Talonmies knows, and those of the building's own."""

from typing import Annotated, Literal

from pydantic import Field, Strict

from edge.conditions import DURESS, FIRE, PANIC
from edge.site.fields import Id, NamesField, Period, PeriodOrNever, Section

AlarmLevel = Annotated[int, Strict(), Field(ge=1, le=4)]
Sound = Literal["critical", "high", "medium", "silent", "none"]
"""silent: of an alarm that is shown as urgently as ever, but must not be heard. none: of one that needs no sound."""
UNTOUCHABLE = frozenset((PANIC, DURESS, FIRE))
"""Types whose level and shelving no site file changes: always critical, never shelved."""


class AlarmSettings(Section):
    """What is left out stays as Talonmies has it; an alarm of the building's own needs its name, level, response and clears."""

    name: NamesField | None = None
    level: AlarmLevel | None = Field(None, description="1 critical, 2 high, 3 medium, 4 device fault")
    response: tuple[NamesField, ...] | None = Field(
        None, description="What to do, in order; an alarm that asks for nothing is none"
    )
    clears: NamesField | None = Field(None, description="When it ends")
    reminder: Period | None = Field(
        None, description="How long after it was acknowledged it is told again while it goes on; absent: 15 min"
    )
    shelve: PeriodOrNever | None = Field(None, description="For how long it may be shelved at most; absent: 8 h")
    sound: Sound | None = Field(None, description="How it sounds at a console; absent: by its level, none for device faults")
    escalation: Id | None = Field(None, description="The plan of `escalations` that it follows")
