"""What a screen must not tell: that its person, who may be threatened, signed in under duress; and bulletins for others."""

from typing import Final

from api.sessions import View
from edge.conditions import DURESS
from edge.events import Event
from edge.facts import Facts
from rooms.arrivals import CustomerArrived
from rooms.public_notices import PublicNoticeEnded, PublicNoticePosted
from security.alarms import ALARM, Alarm, AlarmRaised, NoSuchAlarm, open_alarms
from security.bulletins import BULLETIN, BulletinEnded, BulletinPosted, BulletinRead, oversees, sees
from security.sign_ins import SignedInUnderDuress

_NUMBERED_OTHERWISE: Final = (CustomerArrived, PublicNoticePosted, PublicNoticeEnded)
"""Their number is that of no alarm."""


def told_alarms(facts: Facts, view: View) -> list[Alarm]:
    """Open alarms, as far as this view tells of them."""
    return [alarm for alarm in open_alarms(facts) if not (view.unaware and alarm.type == DURESS)]


def told_alarm(facts: Facts, number: int, view: View) -> Alarm | None:
    """An open alarm, if this view tells of it."""
    alarm = facts(ALARM(str(number)))
    return None if alarm is None or (view.unaware and alarm.type == DURESS) else alarm


def require_told(facts: Facts, number: int, view: View) -> None:
    """Nobody finds, or does anything to, an alarm that they are not told of: it is as if it were not there. Raises NoSuchAlarm."""
    if facts(ALARM(str(number))) is not None and told_alarm(facts, number, view) is None:
        raise NoSuchAlarm(number)


class Discretion:
    """For one stream: which events its reader is told of. Of an alarm that left the list before the stream began nobody can say
    any more what it was: whoever may not know of all is told of it only when its raising is read back too."""

    def __init__(self, facts: Facts, view: View) -> None:
        self._unaware = view.unaware
        self._view = view
        self._alarms = {alarm.number for _, alarm in facts.of(ALARM) if alarm.type != DURESS}
        self._oversees = oversees(view.role)
        self._for_them = {found.number for _, found in facts.of(BULLETIN) if self._is_for_them(found.posted)}

    def tells(self, event: Event) -> bool:
        if isinstance(event, BulletinPosted) and self._is_for_them(event):
            self._for_them.add(event.bulletin)
        if isinstance(event, BulletinPosted | BulletinEnded):
            return self._oversees or event.bulletin in self._for_them
        if isinstance(event, BulletinRead):
            return self._oversees
        if not self._unaware or isinstance(event, _NUMBERED_OTHERWISE):
            return True
        if isinstance(event, SignedInUnderDuress) or getattr(event, "type", None) == DURESS:
            return False
        if isinstance(event, AlarmRaised):
            self._alarms.add(event.number)
        number = getattr(event, "number", None)
        return number is None or number in self._alarms

    def _is_for_them(self, posted: BulletinPosted) -> bool:
        return sees(posted, self._view.role, self._view.agency)
