"""Classes of privacy: how much background each takes, through walls and over open floor."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acoustics.privacy import Path, Standing, background_for, masking_beside, standing_of, together_dba

CORRIDOR, NEXT_ROOM, OPEN_DOOR = Path(35.0), Path(44.0), Path(10.0)


@pytest.mark.parametrize(
    ("path", "raised", "standing", "expected"),
    [
        (CORRIDOR, False, Standing.LIMITED, 34.0),  # PI 80 of the plan's table: 35
        (CORRIDOR, False, Standing.CONFIDENTIAL, 45.2),
        (CORRIDOR, True, Standing.CONFIDENTIAL, 52.4),
        (NEXT_ROOM, False, Standing.CONFIDENTIAL, 36.2),
        (NEXT_ROOM, True, Standing.CONFIDENTIAL, 43.4),
        (Path(None, 4.0), False, Standing.LIMITED, 49.3),
    ],
)
def test_background_that_a_class_takes(path: Path, raised: bool, standing: Standing, expected: float) -> None:
    assert background_for(path, raised, standing) == pytest.approx(expected, abs=0.3)


def test_no_noise_that_anybody_bears_hides_what_is_said_beside_an_open_desk_or_door() -> None:
    for path in (Path(None, 2.0), Path(None, 6.0), OPEN_DOOR):
        assert standing_of(path, False, 45.0) is Standing.OVERHEARABLE


def test_a_raised_voice_and_a_thinner_wall_take_more() -> None:
    for standing in (Standing.LIMITED, Standing.CONFIDENTIAL):
        normal, raised = background_for(CORRIDOR, False, standing), background_for(CORRIDOR, True, standing)
        thicker = background_for(NEXT_ROOM, False, standing)
        assert normal is not None
        assert raised is not None
        assert thicker is not None
        assert raised > normal + 6 > thicker


@settings(max_examples=30, deadline=None)
@given(st.floats(10, 60), st.floats(0, 75), st.floats(0, 5), st.booleans())
def test_more_noise_never_makes_a_conversation_less_private(rating: float, dba: float, more: float, raised: bool) -> None:
    path = Path(round(rating))
    assert standing_of(path, raised, dba + more) >= standing_of(path, raised, dba)


def test_masking_beside_what_is_there_already() -> None:
    assert masking_beside(40.0, None) == 40.0
    assert masking_beside(40.0, 37.0) == pytest.approx(36.98, abs=0.01)
    assert masking_beside(40.0, 41.0) == 0.0
    assert together_dba(None, None) is None
    assert together_dba(37.0, None, 37.0) == pytest.approx(40.01, abs=0.01)
