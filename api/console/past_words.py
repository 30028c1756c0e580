"""How the pages of the past write dates, durations and what was done: with the year, for readers of years later."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from babel import Locale
from babel.dates import format_datetime

from api.models_alarms import StepOut
from edge.language import Renderer
from edge.text import Text, say
from security.alarm_past import What
from security.walk_tests import TESTED

_LOCALES: Final = {"fi": Locale("fi"), "sv": Locale("sv", "FI"), "en": Locale("en", "GB")}
_DAYS: Final = {"fi": "d.M.y", "sv": "d.M.y", "en": "d MMM y"}
_TIMES: Final = {"fi": "H.mm", "sv": "H.mm", "en": "H:mm"}
_SECONDS: Final = {"fi": ".ss", "sv": ".ss", "en": ":ss"}

_DONE: Final[Mapping[What, Text]] = {
    "raised": say("Raised"),
    "cleared": say("Its cause ended"),
    "acknowledged": say("Acknowledged"),
    "claimed": say("Taken over"),
    "transferred": say("Handed over"),
    "reminded": say("Told again, because it went on"),
    "noted": say("Note"),
    "resolved": say("Resolved"),
}
_BACK: Final = say("Came back")


class PastWords:
    """In one language, by the clock of the building."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._locale = _LOCALES[renderer.language]

    def day(self, t: datetime) -> str:
        return self._written(t, _DAYS[self._renderer.language])

    def minute(self, t: datetime) -> str:
        language = self._renderer.language
        return self._written(t, f"{_DAYS[language]} {_TIMES[language]}")

    def second(self, t: datetime) -> str:
        language = self._renderer.language
        return self._written(t, f"{_DAYS[language]} {_TIMES[language]}{_SECONDS[language]}")

    def lasted(self, span: timedelta) -> str:
        """As exact as people want it: seconds in the first hour, minutes in the first two days."""
        seconds = max(round(span.total_seconds()), 0)
        if seconds < 60:
            return self._renderer.say("{seconds} s", seconds=seconds)
        if seconds < 3600:
            return self._renderer.say("{minutes} min {seconds} s", minutes=seconds // 60, seconds=seconds % 60)
        if seconds < 48 * 3600:
            return self._renderer.say("{hours} h {minutes} min", hours=seconds // 3600, minutes=seconds % 3600 // 60)
        return self._renderer.say("{days} days", days=seconds // 86400)

    def percent(self, share: float) -> str:
        return self._renderer.say("{percent} %", percent=round(100 * share))

    def done(self, step: StepOut, *, first: bool) -> str:
        """first: whether it is the beginning of the alarm; a later raising is its return."""
        told = _BACK if step.what == "raised" and not first else _DONE[step.what]
        return self._renderer.text(told)

    def said(self, step: StepOut) -> str:
        """The note, the reason, or who takes care of it from then on."""
        if step.what == "resolved" and step.text == TESTED:
            return self._renderer.say("Walk test")
        return self._renderer.say("to {to}", to=step.text) if step.what == "transferred" else step.text

    def _written(self, t: datetime, pattern: str) -> str:
        return format_datetime(t.astimezone(self._renderer.site.local.zone), pattern, locale=self._locale)
