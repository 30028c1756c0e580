"""Nominal mid-band frequencies in Hz. Each index has bands of its own, and mixing them up is the easiest mistake.

Source: the ranges as the notes of the functions that use them; nominal frequencies from memory (IEC 61260-1).
"""

THIRDS = (
    100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0, 1000.0,
    1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0, 8000.0, 10000.0,
)  # fmt: skip


def _thirds(first: float, last: float) -> tuple[float, ...]:
    return THIRDS[THIRDS.index(first) : THIRDS.index(last) + 1]


OCTAVES = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
"""STI, voices, masking spectra: 7."""
SII_OCTAVES = OCTAVES[1:]
SII_THIRDS = _thirds(160.0, 8000.0)
"""18."""
AI_THIRDS = _thirds(200.0, 5000.0)
"""15."""
SPC_THIRDS = _thirds(160.0, 5000.0)
"""16."""
RATING_THIRDS = _thirds(100.0, 3150.0)
"""16, as many as for SPC, but not the same ones."""
RATING_OCTAVES = OCTAVES[:5]
