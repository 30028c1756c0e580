"""An iCalendar object as the lines it is written in, and the exchange of single lines.

Source: RFC 5545, 3.1 (lines and their folding) and 3.6.1 (what comes first in a VEVENT).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_FOLDED_AT = 75
_NAME = re.compile(rb"[A-Za-z0-9-]+")
_PHYSICAL = re.compile(rb"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Line:
    """written: with its folds and line end; text: without."""

    written: bytes
    text: bytes

    @property
    def name(self) -> str:
        match = _NAME.match(self.text)
        return match[0].decode().upper() if match else ""

    @property
    def component(self) -> str:
        """Of a BEGIN or END."""
        return self.text.partition(b":")[2].strip().upper().decode("ascii", "replace")


def logical(body: bytes) -> list[Line]:
    """An XML parser turns each CRLF into a line feed; a body without any CRLF gets them back."""
    body = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\r\n" not in body:
        body = body.replace(b"\n", b"\r\n")
    lines: list[Line] = []
    for physical in _PHYSICAL.findall(body):
        text = physical.replace(b"\r", b"").rstrip(b"\n")
        if lines and text[:1] in (b" ", b"\t"):
            lines[-1] = Line(lines[-1].written + physical, lines[-1].text + text[1:])
        else:
            lines.append(Line(physical, text))
    return lines


def joined(lines: Iterable[Line]) -> bytes:
    return b"".join(line.written for line in lines)


def events(lines: list[Line]) -> list[tuple[int, int]]:
    """First and last line of each VEVENT of a calendar that is known to be whole."""
    begins = [index for index, line in enumerate(lines) if line.name == "BEGIN" and line.component == "VEVENT"]
    ends = [index for index, line in enumerate(lines) if line.name == "END" and line.component == "VEVENT"]
    return list(zip(begins, ends, strict=False))


def changed(event: list[Line], changes: Mapping[str, bytes | None]) -> list[Line]:
    """The lines of an event with some properties replaced, left out (None) or, ahead of its alarms, added."""
    missing = dict(changes)
    made = event[:1]
    depth = 0
    for line in event[1:]:
        if line.name in ("BEGIN", "END"):
            made += _made(missing)
            missing = {}
        depth += {"BEGIN": 1, "END": -1}.get(line.name, 0)
        if depth or line.name not in changes:
            made.append(line)
        else:
            made += _made({line.name: missing.pop(line.name, None)})
    return made


def _made(properties: Mapping[str, bytes | None]) -> list[Line]:
    return [Line(_folded(name.encode() + rest), b"") for name, rest in properties.items() if rest is not None]


def _folded(line: bytes) -> bytes:
    """At most 75 octets each, never in the middle of a character."""
    pieces: list[bytes] = []
    most = _FOLDED_AT
    while len(line) > most:
        cut = most
        while cut > 1 and line[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(line[:cut])
        line, most = line[cut:], _FOLDED_AT - 1
    return b"\r\n ".join([*pieces, line]) + b"\r\n"
