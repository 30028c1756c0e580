"""Whether one occurrence in a calendar is a booking that may unlock its room: a pure rule, with its reason."""

from typing import Literal, Protocol

from edge.text import Text, say

Verdict = Literal["yes", "no", "pending", "policy"]
"""pending: waits for somebody's approval. policy: all-day, so the room's policy says in which hours."""


class Judged(Protocol):
    """What the rule looks at, as an Occurrence has it."""

    @property
    def status(self) -> str: ...
    @property
    def transp(self) -> str: ...
    @property
    def busy(self) -> str | None: ...
    @property
    def all_day(self) -> bool: ...
    @property
    def is_empty(self) -> bool: ...
    @property
    def is_long(self) -> bool: ...


def unlock(occurrence: Judged, partstat: str | None) -> tuple[Verdict, Text]:
    """partstat: the room's own answer to the invitation, None where it was not asked."""
    if reason := _refusal(occurrence, partstat):
        return "no", reason
    if reason := _doubt(occurrence, partstat):
        return "pending", reason
    if occurrence.all_day:
        return "policy", say("All day: the room's policy says when")
    if occurrence.is_long:
        return "yes", say("Lasts longer than a day: opens only within the room's hours")
    return "yes", say("Booked")


def _refusal(occurrence: Judged, partstat: str | None) -> Text | None:
    if occurrence.status == "CANCELLED":
        return say("The booking is cancelled")
    if occurrence.transp == "TRANSPARENT" or occurrence.busy == "FREE":
        return say("The calendar shows the time as free")
    if occurrence.is_empty:
        return say("The booking has no duration")
    if partstat == "DECLINED":
        return say("The room declined the booking")
    return None


def _doubt(occurrence: Judged, partstat: str | None) -> Text | None:
    if occurrence.status == "TENTATIVE" or occurrence.busy == "TENTATIVE":
        return say("The booking is tentative")
    if occurrence.status != "CONFIRMED":
        return say("The booking's status is not known: {status}", status=occurrence.status[:40])
    if partstat == "TENTATIVE":
        return say("The room accepted the booking only tentatively")
    if partstat is not None and partstat != "ACCEPTED":
        return say("The room has not answered yet")
    return None
