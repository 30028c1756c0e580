"""The signs of the drawing, each drawn once and used by name; all differ in shape, so that a grey print says the same."""

from collections.abc import Iterable
from typing import Final

from api.drawing.markup import element

SIGN: Final = 19.0
"""From the middle of a sign to that of the next."""
WEDGE: Final = 17.0
"""How far the wedge of the guarded direction reaches into the space behind the door."""

_BADGE: Final = '<circle class="badge" r="8"/>'
_GAP: Final = '<rect class="gap" x="-4" y="-13" width="8" height="26"/>'
_PLATE: Final = '<rect class="plate" x="-8.5" y="-6.5" width="17" height="13" rx="2"/>'

# Directions point right; `used` turns them.
DRAWINGS: Final = {
    "swing": f'{_GAP}<rect class="leaf" x="-3" y="-13" width="6" height="26" rx="1"/>',
    "sliding": (
        f'{_GAP}<rect class="leaf" x="-4.5" y="-13" width="4" height="15"/><rect class="leaf" x=".5" y="-2" width="4" height="15"/>'
    ),
    "opening": f'{_GAP}<path class="mark" d="M-5-13H5M-5 13H5"/>',
    "escape": f'{_GAP}<rect class="leaf escape" x="-3" y="-13" width="6" height="26" rx="1"/><path class="gap-mark" d="M0-9V9"/>',
    "guards": '<path class="solid" d="M6-5.5 16 0 6 5.5z"/>',
    "locked": (
        f'{_BADGE}<rect class="solid" x="-4" y="-1" width="8" height="6" rx="1"/>'
        '<path class="mark" d="M-2.5-1v-1.5a2.5 2.5 0 0 1 5 0V-1"/>'
    ),
    "hours": f'{_BADGE}<path class="mark" d="M0-5.5V0l3.5 2"/>',
    "booking": (
        f'{_BADGE}<rect class="mark" x="-4" y="-3.5" width="8" height="7.5"/>'
        '<path class="solid" d="M-4-3.5h8v2.800h-8z"/><path class="mark" d="M-2-5.5v2M2-5.5v2"/>'
    ),
    "scene": f'{_BADGE}<path class="solid" d="m0-5.5 1.5 3.600 3.900.3-3 2.5 1 3.800L0 2.700l-3.400 2 1-3.800-3-2.5 3.900-.3z"/>',
    "unlocked-without-power": f'{_BADGE}<path class="solid" d="M1.5-6-4 1h3l-1 5 5.5-7h-3z"/>',
    "free": f'{_PLATE}<path class="on-plate" d="M-5.5 0h9M1-3.5 5 0 1 3.5"/>',
    "alarmed": f'{_PLATE}<path class="on-plate" d="M-1 0h5M2.5-3.5 6 0 2.5 3.5M-3.5-2.5a4.5 4.5 0 0 1 0 5M-6-4a7 7 0 0 1 0 8"/>',
    "delayed": f'{_PLATE}<path class="on-plate" d="M-1 0h5M2.5-3.5 6 0 2.5 3.5M-6-3.5v7M-3.5-3.5v7"/>',
    "runner": (
        f'{_PLATE}<circle class="on-plate-solid" cx="1.5" cy="-4" r="1.5"/>'
        '<path class="on-plate" d="M.5-1.800-1.5 1.5 1 3v2.5M-1.5 1.5-3 3.5h-2.5M.5-1.800-2.5-2l-1.5 2M.5-1.800 2.5 0h2"/>'
    ),
    "persons": '<circle class="quiet-solid" cy="-2.800" r="2.200"/><path class="quiet-solid" d="M-4 4.5a4 4.5 0 0 1 8 0z"/>',
}  # fmt: skip

PATTERNS: Final = (
    '<pattern id="plan-semi-public" width="9" height="9" patternUnits="userSpaceOnUse">'
    '<rect class="ground semi-public" width="9" height="9"/>'
    '<circle class="grain" cx="2.5" cy="2.5" r="1"/><circle class="grain" cx="7" cy="7" r="1"/></pattern>'
    '<pattern id="plan-internal" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect class="ground internal" width="8" height="8"/>'
    '<path class="grain-line" d="M-2 2 2-2M-1 9 9-1M6 10l4-4"/></pattern>'
)

_ANGLES: Final = {(1, 0): 0, (0, 1): 90, (-1, 0): 180, (0, -1): 270}


def definitions(names: Iterable[str] = DRAWINGS) -> str:
    return element("defs", PATTERNS, *(f'<g id="plan-{name}">{DRAWINGS[name]}</g>' for name in names))


def used(name: str, at: tuple[float, float], ahead: tuple[int, int] = (1, 0)) -> str:
    """A sign at a point, turned so that what pointed right points ahead."""
    turned = {"transform": f"rotate({angle} {at[0]:.1f} {at[1]:.1f})"} if (angle := _ANGLES[ahead]) else {}
    return element("use", href=f"#plan-{name}", x=at[0], y=at[1], **turned)
