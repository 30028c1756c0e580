"""How numbers, days and months are written in a report."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from api.reports.document import Kind, Value
from api.reports.month import Month
from api.reports.suppression import Shown
from edge.language import Renderer
from edge.text import say

_LOCALES = {"fi": ("fi", "FI"), "sv": ("sv", "FI"), "en": ("en", "GB")}
_PATTERNS: dict[Kind, str] = {"count": "#,##0", "hours": "#,##0.0", "percent": "0.0#", "number": "#,##0.#"}


@dataclass(frozen=True)
class Writing:
    renderer: Renderer

    @cached_property
    def locale(self) -> Locale:
        return Locale(*_LOCALES[self.renderer.language])

    def value(self, value: Value, kind: Kind) -> str:
        if value is None:
            return "–"
        if isinstance(value, str) or kind == "text":
            return str(value)
        # Local separators are spaces that do not break lines; in a table they may be any.
        return format_decimal(value, _PATTERNS[kind], locale=self.locale)

    def shown(self, shown: Shown | None) -> Value:
        """A count as it may be told."""
        match shown:
            case "few":
                return self.renderer.text(say("under 3"))
            case "kept-back":
                return self.renderer.text(say("not told"))
            case _:
                return shown

    def month(self, month: Month) -> str:
        return format_date(month.first, "LLLL y", locale=self.locale)

    def day(self, t: datetime) -> str:
        return format_datetime(
            t.astimezone(self.renderer.site.local.zone),
            "EEE d.M." if self.renderer.language != "en" else "EEE d MMM",
            locale=self.locale,
        )

    def moment(self, t: datetime) -> str:
        pattern = {"fi": "d.M.y 'klo' H.mm", "sv": "d.M.y 'kl.' H.mm", "en": "d MMMM y, H:mm"}[self.renderer.language]
        return format_datetime(t.astimezone(self.renderer.site.local.zone), pattern, locale=self.locale)
