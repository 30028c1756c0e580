"""A calendar's content as one text, for keeping."""

import json
import zlib
from base64 import b64decode, b64encode

from rooms.sources.port import Content

_FAST = 1


def pack(content: Content) -> bytes:
    """ASCII. Without the memo."""
    sizes = {name: len(octets) for name, octets in content.parts.items()}
    head = json.dumps([content.form, sizes]).encode()
    return b64encode(zlib.compress(b"".join((head, b"\n", *content.parts.values())), _FAST))


def unpack(text: str | bytes) -> Content:
    """Raises ValueError, LookupError, TypeError or zlib.error for what `pack` did not make."""
    head, _, octets = zlib.decompress(b64decode(text)).partition(b"\n")
    form, sizes = json.loads(head)
    parts, at = {}, 0
    for name, size in sizes.items():
        parts[name] = octets[at : at + size]
        at += size
    return Content(form, parts)
