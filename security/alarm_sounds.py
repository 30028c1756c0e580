"""How an alarm sounds at a console."""

from edge.conditions import PANIC
from edge.site import Site
from edge.site.alarm_settings import Sound
from security.alarm_types import alarm_type
from security.alarms import Alarm
from security.panic import is_silent

__all__ = ["Sound", "sound_of"]

_BY_LEVEL: dict[int | None, Sound] = {1: "critical", 2: "high", 3: "medium"}


def sound_of(site: Site, alarm: Alarm) -> Sound:
    """That of its type, or else of its level. A panic where the site is silent is shown and told, but never heard."""
    if alarm.type == PANIC and is_silent(site, alarm.subject):
        return "silent"
    type_ = alarm_type(site, alarm.type)
    return type_.sound or _BY_LEVEL.get(type_.level, "none")
