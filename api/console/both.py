"""Texts that stand on a screen for everybody: in all its languages at once, the first one largest."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from edge.language import Renderer
from edge.text import Text, TextValue, say


class Both:
    """Each language is an element of its own, marked as such; what reads alike in several stands there once."""

    def __init__(self, renderers: Sequence[Renderer]) -> None:
        self._renderers = renderers

    def __call__(self, message: str, /, now: datetime | None = None, **values: TextValue | datetime) -> Markup:
        return self.text(say(message, **values), now)

    def in_a_row(self, message: str, /, **values: TextValue | datetime) -> str:
        """For where no elements can stand."""
        return " – ".join(dict.fromkeys(renderer.say(message, **values) for renderer in self._renderers))

    def name_in_a_row(self, id_: str) -> str:
        return " – ".join(dict.fromkeys(renderer.name(id_) for renderer in self._renderers))

    def text(self, text: Text, now: datetime | None = None) -> Markup:
        return self._lines(lambda renderer: renderer.text(text, now))

    def name(self, id_: str) -> Markup:
        """Of a thing of the site file."""
        return self._lines(lambda renderer: renderer.name(id_))

    def written(self, texts: Mapping[str, str]) -> Markup:
        """What people wrote in each language."""
        return self._lines(lambda renderer: texts.get(renderer.language, ""))

    def at(self, t: datetime, now: datetime) -> str:
        """A time of day; figures read alike in every language."""
        return self._renderers[0].moment(t, now)

    def span(self, start: datetime, end: datetime, now: datetime) -> str:
        """Figures read alike in every language."""
        return self._renderers[0].text(say("{start}–{end}", start=start, end=end), now)

    def _lines(self, written: Callable[[Renderer], str]) -> Markup:
        lines: dict[str, str] = {}
        for renderer in self._renderers:
            lines.setdefault(written(renderer), renderer.language)
        return Markup("").join(
            Markup('<span class="{}" lang="{}">{}</span>').format("first-language" if first else "more-language", language, line)
            for first, (line, language) in zip([True, *[False] * len(lines)], lines.items(), strict=False)
        )
