"""Breaks names into lines that stay inside a box, whatever font the reader has: widths are those of the widest in the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LINE: Final = 1.2
"""Height of a line, in font sizes."""
_SMALLEST: Final = 6.0
_WIDTHS: Final = {"iljI.,:;'|!()[]/ ": 0.38, "frt-": 0.45, "mwMW@%–—": 1.02, "ABCDEFGHKLNOPQRSTUVXYZÅÄÖ&": 0.80}
_USUAL: Final = 0.66
_NARROW_UNTIL: Final = 0x2E80
"""Scripts from here on are written in squares."""


@dataclass(frozen=True, slots=True)
class Lettering:
    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LINE


def width(text: str, size: float) -> float:
    return size * sum(_width_of(char) for char in text)


@lru_cache(maxsize=1024)
def _width_of(char: str) -> float:
    if ord(char) >= _NARROW_UNTIL:
        return 1.1
    return next((wide for chars, wide in _WIDTHS.items() if char in chars), _USUAL)


def fitted(text: str, across: float, down: float, largest: float) -> Lettering:
    """The largest letters in which the text fits, words whole; in the smallest of all, it is broken and cut short."""
    size = largest
    while size > _SMALLEST:
        lines = _wrapped(text.split(), across, size)
        if lines is not None and len(lines) * size * LINE <= down:
            return Lettering(tuple(lines), size)
        size -= 0.5
    pieces = [piece for word in text.split() for piece in _broken(word, across, _SMALLEST)]
    lines = _wrapped(pieces, across, _SMALLEST) or []
    most = max(1, int(down / (_SMALLEST * LINE)))
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(lines[most - 1], across)]
    return Lettering(tuple(lines), _SMALLEST)


def _cut(line: str, across: float) -> str:
    """The line with a sign that it goes on."""
    while line and width(line + "…", _SMALLEST) > across:
        line = line[:-1]
    return line + "…"


def _wrapped(words: Sequence[str], across: float, size: float) -> list[str] | None:
    """Lines of whole words; None when one word is too long by itself."""
    lines: list[str] = []
    for word in words:
        if width(word, size) > across:
            return None
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) <= across:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _broken(word: str, across: float, size: float) -> list[str]:
    pieces = [""]
    for char in word:
        if pieces[-1] and width(pieces[-1] + char, size) > across:
            pieces.append("")
        pieces[-1] += char
    return [piece for piece in pieces if width(piece, size) <= across]
