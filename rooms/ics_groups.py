"""Which events of a calendar are others than before: told by their octets, without reading them.

A part is taken apart into its events and what is between them (zones, method, names). All events of one UID are a group. A group is
the same while its octets and everything around it are. Where anything is odd there are no groups, and the whole is read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import starmap
from struct import Struct
from typing import NamedTuple

from rooms.ics_lines import parameters, unescaped, unfolded
from rooms.sources.port import Content
from rooms.uids import hashed

_NAME, _DIGEST = 8, 16
_DEEPEST = 10
_EVENT = b"\nBEGIN:VEVENT"
_STRUCTURE = re.compile(rb"\n(BEGIN|END|UID)([;:][^\n]*)", re.IGNORECASE)
_OPENED = (b"VCALENDAR",)


class Entry(NamedTuple):
    """One event as it was last time. frame: digest of what was around it. start, length: of what is kept of it."""

    uid: bytes
    frame: bytes
    digest: bytes
    start: int
    length: int


_ENTRY = Struct(f"{_NAME}s{_DIGEST}s{_DIGEST}sII")


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines; unfolded where they had to be looked into. uid: hashed; None between events. digest: of an event."""

    uid: bytes | None
    octets: bytes
    digest: bytes = b""


Groups = Mapping[bytes, bytes]
"""Digests of each group, by its hashed UID."""


class _Odd(Exception):
    """Not to be taken apart."""


@dataclass(frozen=True, slots=True)
class Part:
    """pieces: all of it, in order. frame: digest of those between events."""

    pieces: tuple[Piece, ...]
    frame: bytes

    def only(self, uids: set[bytes]) -> bytes:
        return b"".join(piece.octets for piece in self.pieces if piece.uid is None or piece.uid in uids)


@dataclass(frozen=True, slots=True)
class Apart:
    """A content that has been taken apart."""

    parts: Mapping[str, Part]

    @property
    def groups(self) -> Groups:
        return _together(
            (piece.uid, part.frame + piece.digest) for part in self.parts.values() for piece in part.pieces if piece.uid
        )

    def only(self, uids: set[bytes]) -> Content:
        """The content with these groups alone: the parts that have any of them."""
        having = {name: part for name, part in self.parts.items() if any(piece.uid in uids for piece in part.pieces)}
        return Content("ics", {name: part.only(uids) for name, part in having.items()})


def taken_apart(content: Content, known: Iterable[Entry] = ()) -> Apart | None:
    """None where that cannot be done. known: these events need not be looked into again."""
    if content.form != "ics":
        return None
    uids = {entry.digest: entry.uid for entry in known}
    try:
        return Apart({name: _part(octets, uids) for name, octets in content.parts.items()})
    except _Odd:
        return None


def groups_known(entries: Iterable[Entry]) -> Groups:
    return _together((entry.uid, entry.frame + entry.digest) for entry in entries)


def touched(groups: Groups, known: Groups) -> set[bytes]:
    """The hashed UIDs of groups that are new, different or gone."""
    return {uid for uid in {*groups, *known} if groups.get(uid) != known.get(uid)}


def encode_entries(entries: Iterable[Entry]) -> bytes:
    return b"".join(starmap(_ENTRY.pack, entries))


def decode_entries(octets: bytes) -> list[Entry]:
    return list(starmap(Entry, _ENTRY.iter_unpack(octets)))


def _together(digests: Iterable[tuple[bytes, bytes]]) -> Groups:
    groups: dict[bytes, bytes] = {}
    for uid, digest in digests:
        groups[uid] = groups[uid] + digest if uid in groups else digest
    return groups


def _part(octets: bytes, known: Mapping[bytes, bytes]) -> Part:
    pieces = tuple(_pieces(octets, known))
    frame = blake2b(b"".join(piece.octets for piece in pieces if piece.uid is None), digest_size=_DIGEST)
    return Part(pieces, frame.digest())


def _pieces(octets: bytes, known: Mapping[bytes, bytes]) -> Iterator[Piece]:
    """Raises _Odd unless it is one calendar of which each BEGIN has its END.

    A line that begins with BEGIN:VEVENT continues no other, so each piece means by itself what it means in the whole.
    """
    body, end = _cut(octets, octets.rfind(b"\nEND:VCALENDAR") + 1)
    head, *events = body.split(_EVENT)
    yield _between(head + b"\n" if events else head, (), _OPENED)
    last = len(events) - 1
    for number, rest in enumerate(events):
        event = b"".join((_EVENT[1:], rest, b"\n" if number < last else b""))
        digest = blake2b(event, digest_size=_DIGEST).digest()
        if (uid := known.get(digest)) is not None:
            yield Piece(uid, event, digest)
        else:
            yield from _looked_into(event)
    yield _between(end, _OPENED, ())


def _looked_into(octets: bytes) -> Iterator[Piece]:
    """An event, and what may follow it."""
    last_line = octets.rfind(b"\nEND:VEVENT") + 1
    event, rest = _cut(octets, octets.find(b"\n", last_line) + 1 or len(octets))
    lines = _lines(event)
    yield Piece(_uid(lines), lines, blake2b(event, digest_size=_DIGEST).digest())
    if rest:
        yield _between(rest, _OPENED, _OPENED)


def _cut(octets: bytes, at: int) -> tuple[bytes, bytes]:
    """What follows may be blank lines or begin with a line, but not be what the line before goes on with."""
    if octets[at : at + 1].isspace() and octets[at:].strip(b"\r\n"):
        raise _Odd
    return octets[:at], octets[at:]


def _uid(lines: bytes) -> bytes:
    """Of what must be one event."""
    opened, line = [*_OPENED], b""
    for number, (word, rest) in enumerate(_structure(lines)):
        if word == b"UID":
            if len(opened) == 2 and not line:
                line = rest
            continue
        if number and len(opened) == 1:
            raise _Odd
        _step(opened, word, rest)
        if not number and opened != [*_OPENED, b"VEVENT"]:
            raise _Odd
    name = unescaped(parameters(line)[1]).strip() if line else ""
    if not name or len(opened) != 1:
        raise _Odd
    return bytes.fromhex(hashed(name))


def _between(octets: bytes, before: tuple[bytes, ...], after: tuple[bytes, ...]) -> Piece:
    """before, after: what is open."""
    lines, opened = _lines(octets), [*before]
    for number, (word, rest) in enumerate(_structure(lines)):
        if word != b"UID":
            if not opened and (number or before):
                raise _Odd  # another calendar
            _step(opened, word, rest)
            if opened[1:] == [b"VEVENT"]:
                raise _Odd
    if tuple(opened) != after:
        raise _Odd
    return Piece(None, lines)


def _lines(octets: bytes) -> bytes:
    """Unfolded, and never to be unfolded further."""
    # Where a carriage return stands alone, what is unfolded may look folded.
    if b"\0" in octets or octets.count(b"\r") != octets.count(b"\r\n"):
        raise _Odd
    lines: bytes = unfolded(octets)
    if b"\n " in lines or b"\n\t" in lines:
        raise _Odd
    return lines


def _structure(lines: bytes) -> list[tuple[bytes, bytes]]:
    """What begins, ends or names something."""
    return [(word.upper(), rest) for word, rest in _STRUCTURE.findall(b"\n" + lines)]


def _step(opened: list[bytes], word: bytes, rest: bytes) -> None:
    name = rest[1:].strip().upper()
    if word == b"BEGIN":
        opened.append(name)
        if len(opened) > _DEEPEST:
            raise _Odd
    elif not opened or opened.pop() != name:
        raise _Odd
