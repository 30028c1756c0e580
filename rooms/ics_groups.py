"""Which events of a calendar are others than before: told by their octets, without reading them.

All events of one UID are a group. A group is the same while its octets and everything around it (zones, method, names) are. Where
anything is odd there are no groups, and the whole is read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from rooms.ics_lines import parameters, unescaped, unfolded
from rooms.sources.port import Content
from rooms.uids import hashed

Groups = Mapping[str, bytes]
"""Digest of each group, by its hashed UID."""

_NAME, _DIGEST = 8, 16
_DEEPEST = 10
_STRUCTURE = re.compile(rb"\n(BEGIN|END|UID)([;:][^\n]*)", re.IGNORECASE)


class _Odd(Exception):
    """Not to be taken apart."""


@dataclass(slots=True)
class _Part:
    """segments: all of the text in order; (hashed UID or None for what is between events, octets)."""

    segments: list[tuple[str | None, bytes]]
    frame: bytes

    @classmethod
    def of(cls, octets: bytes) -> "_Part":
        segments = list(_segments(octets))
        frame = blake2b(b"".join(octets for uid, octets in segments if uid is None), digest_size=_DIGEST)
        return cls(segments, frame.digest())


def plain(content: Content) -> Content:
    """The same content with its lines unfolded, so that it need not be done again and again."""
    if content.form != "ics" or any(_may_fold_again(part) for part in content.parts.values()):
        return content
    return Content("ics", {name: unfolded(part) for name, part in content.parts.items()})


def groups_of(content: Content) -> Groups | None:
    """None where they cannot be told apart."""
    try:
        return _groups(_parts(content))
    except _Odd:
        return None


def differing(content: Content, known: Groups) -> tuple[Content, Groups] | None:
    """The content without the events that are known, and all of its groups. None where everything must be read."""
    try:
        parts = _parts(content)
    except _Odd:
        return None
    groups = _groups(parts)
    same = {uid for uid, digest in groups.items() if known.get(uid) == digest}
    if len(same) < len(groups) // 2:
        return None
    rest = {
        name: b"".join(octets for uid, octets in part.segments if uid not in same)
        for name, part in parts.items()
        if any(uid is not None and uid not in same for uid, _ in part.segments)
    }
    return Content(content.form, rest), groups


def touched(groups: Groups, known: Groups) -> set[str]:
    """The hashed UIDs of groups that are new, different or gone."""
    return {uid for uid in {*groups, *known} if groups.get(uid) != known.get(uid)}


def encode_groups(groups: Groups) -> bytes:
    return b"".join(bytes.fromhex(uid) + digest for uid, digest in groups.items())


def decode_groups(octets: bytes) -> Groups:
    size = _NAME + _DIGEST
    return {octets[at : at + _NAME].hex(): octets[at + _NAME : at + size] for at in range(0, len(octets), size)}


def _parts(content: Content) -> dict[str, _Part]:
    if content.form != "ics":
        raise _Odd
    return {name: _Part.of(octets) for name, octets in content.parts.items()}


def _groups(parts: Mapping[str, _Part]) -> Groups:
    totals: dict[str, blake2b] = {}
    for part in parts.values():
        for uid, octets in part.segments:
            if uid is not None:
                total = totals.get(uid) or totals.setdefault(uid, blake2b(digest_size=_DIGEST))
                total.update(b"%b%d\n" % (part.frame, len(octets)))
                total.update(octets)
    return {uid: total.digest() for uid, total in totals.items()}


def _segments(octets: bytes) -> Iterator[tuple[str | None, bytes]]:
    """Raises _Odd unless it is one calendar of which each BEGIN has its END."""
    if _may_fold_again(octets):
        raise _Odd
    text = b"\n" + unfolded(octets)
    opened: list[bytes] = []
    done = start = calendars = 0
    uid: str | None = None
    for match in _STRUCTURE.finditer(text):
        word, depth = match[1].upper(), len(opened)
        if word == b"UID":
            if depth == 2 and opened[1] == b"VEVENT" and uid is None:
                uid = _uid(match[2])
            continue
        name = match[2][1:].strip().upper()
        if word == b"BEGIN":
            calendars += depth == 0
            if depth == 1 and name == b"VEVENT":
                start, uid = match.start(), None
            opened.append(name)
            continue
        if not opened or opened.pop() != name:
            raise _Odd
        if depth == 2 and name == b"VEVENT":
            if not uid:
                raise _Odd
            yield None, text[done:start]
            yield uid, text[start : match.end()]
            done = match.end()
        if depth > _DEEPEST:
            raise _Odd
    if opened or calendars != 1:
        raise _Odd
    yield None, text[done:]


def _may_fold_again(octets: bytes) -> bool:
    """Where a carriage return stands alone, what is unfolded may look folded."""
    return octets.count(b"\r") != octets.count(b"\r\n")


def _uid(line: bytes) -> str:
    uid = unescaped(parameters(line)[1]).strip()
    return hashed(uid) if uid else ""
