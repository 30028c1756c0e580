"""What is to be kept of a feed that has been taken apart: made anew only of what differs."""

from collections.abc import Iterable

from rooms.feeding import Feeding
from rooms.ics_groups import Apart, Entry
from rooms.privacy import cleaner
from rooms.sources.port import Content


def kept_of(apart: Apart, feeding: Feeding, known: Iterable[Entry] = (), before: bytes = b"") -> tuple[Content, list[Entry]]:
    """The same as `without_persons` makes of the whole, and where each event is in it.

    known: the events of last time, read with the same feeding; before: what was then kept, all parts in a row.
    """
    clean = cleaner("ics", feeding)
    clean_before = {entry.digest: before[entry.start : entry.start + entry.length] for entry in known}
    parts, entries, at = {}, [], 0
    for name, part in apart.parts.items():
        kept = []
        for piece in part.pieces:
            octets = clean_before.get(piece.digest) or clean(piece.octets)
            if piece.uid is not None:
                entries.append(Entry(piece.uid, part.frame, piece.digest, at, len(octets)))
            kept.append(octets)
            at += len(octets)
        parts[name] = b"".join(kept)
    return Content("ics", parts), entries
