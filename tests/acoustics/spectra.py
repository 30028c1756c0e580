"""Spectra that are drawn: any, or such as come through partitions."""

from collections.abc import Sequence

from hypothesis import strategies as st

from acoustics.bands import OCTAVES
from acoustics.insulation import typical_partition
from acoustics.speech import office_voice_power
from acoustics.transmission import room_level, through_partition

any_level = st.floats(-40.0, 110.0)


def rows(bands: Sequence[float]) -> st.SearchStrategy[list[float]]:
    return st.lists(any_level, min_size=len(bands), max_size=len(bands))


def behind_partition(rating_db: float, raised: bool = False) -> tuple[float, ...]:
    """Speech in the next room for OCTAVES: a talker in a room of 12 m2 absorption, reverberation 0.5 s on both sides."""
    source = [room_level(one, absorption_m2=12.0) for one in office_voice_power(raised)]
    return through_partition(source, typical_partition(rating_db, OCTAVES))
