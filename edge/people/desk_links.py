"""The secret addresses at which masking is turned down for a desk, without signing in: one a desk, of which a digest is kept."""

from datetime import datetime
from functools import partial
from typing import Final

from edge.people.register import Register
from edge.people.roll import DeskLink, Roll, new_token

RELIEF: Final = "/relief"


def make_link(register: Register, at: datetime, desk: str) -> str:
    """The path of the new address; the one of before holds no more. Raises UnreadableRegister."""
    token, digest = new_token()
    link = DeskLink(desk=desk, since=at, digest=digest)
    register.change(lambda roll: roll.with_desk(link))
    return f"{RELIEF}/{token}"


def revoke_link(register: Register, desk: str) -> None:
    """Raises IllegalCommand, UnreadableRegister."""
    register.change(partial(Roll.without_desk, desk=desk))


def drawn(address: str) -> str:
    """An address as a QR code: SVG that can stand inside a page."""
    import segno

    return segno.make_qr(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None)
