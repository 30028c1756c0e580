"""Writes SVG elements; everything that comes from a site file goes through here, and nothing of it can become an element."""

import re
from html import escape
from typing import Final

_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """Text as XML holds it; what XML cannot hold is shown as a missing letter."""
    return escape(_NOT_XML.sub("\ufffd", text))


def number(value: float) -> str:
    """To a tenth of a unit, without the zeros that say nothing."""
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


def element(name: str, *children: str, **attributes: str | float) -> str:
    """An element around children that are markup already. A trailing underscore leaves an attribute's name, others are hyphens."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{plain(value) if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def words(name: str, text: str, **attributes: str | float) -> str:
    """An element around text."""
    return element(name, plain(text), **attributes)
