"""Codecs: pure, with the worked values of manuals, and for every value."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import problems
from edge.errors import Garbled, IllegalCommand
from edge.profiles.codecs import FLAG, BitsOf, Characters, Choice, NoValue, Number
from edge.profiles.codecs import Order as WordOrder
from edge.text import Text

LEVEL = Number("s16", step=0.1, low=30, high=48, or_zero=True)
AMBIENT = Number("s16", step=0.1, low=-40, high=140, none={0x8000: problems.NO_SOUND})
ORDERS: tuple[WordOrder, ...] = ("high first", "low first")


@pytest.mark.parametrize(
    ("codec", "raw", "value"),
    [
        (Number("u16", whole=True), (65535,), 65535),
        (Number("s16", whole=True), (65535,), -1),
        (Number("u32", whole=True), (1, 2), 65538),
        (Number("u32", whole=True, registers="low first"), (2, 1), 65538),
        (Number("u32", whole=True, octets="low first"), (0x0100, 0x0200), 65538),
        (Number("u32", whole=True, registers="low first", octets="low first"), (0x0200, 0x0100), 65538),
        (Number("s32", whole=True), (0xFFFF, 0xFFFE), -2),
        (Number("f32"), (0x4229, 0x999A), 42.400002),  # 42.4 as a float has it
        (Number("f32", registers="low first"), (0x999A, 0x4229), 42.400002),
        (LEVEL, (423,), 42.3),
        (LEVEL, (0,), 0.0),
        (AMBIENT, (0xFFF6,), -1.0),
        (BitsOf(2, FLAG), (0b100,), True),
        (BitsOf(2, FLAG), (0b011,), False),
        (BitsOf(4, Choice(("a", "b", "c", "d")), width=2), (0b100000,), "c"),
        (Characters(3), (0x542D, 0x3137, 0), "T-17"),
        (Characters(2), (0, 0), None),
    ],
)
def test_worked_values(codec: Number | BitsOf | Characters, raw: tuple[int, ...], value: object) -> None:
    assert codec.read(raw) == value
    assert type(codec.read(raw)) is type(value)
    assert codec.words == len(raw)


@pytest.mark.parametrize(
    ("codec", "raw", "why"),
    [
        (AMBIENT, (0x8000,), problems.NO_SOUND),
        (Number("u32", none={0xFFFFFFFF: problems.NOT_CONNECTED}), (0xFFFF, 0xFFFF), problems.NOT_CONNECTED),
        (Choice((False, True), none={5: problems.OWN_FAULT}), (5,), problems.OWN_FAULT),
        (Characters(8, none={0xFFFF: problems.NO_CHIP}), (0xFFFF, *[0] * 7), problems.NO_CHIP),
    ],
)
def test_no_value_is_said_with_its_reason(codec: Number | Choice | Characters, raw: tuple[int, ...], why: Text) -> None:
    with pytest.raises(NoValue) as caught:
        codec.read(raw)
    assert caught.value.reason == why


@pytest.mark.parametrize(
    ("codec", "raw"),
    [
        (LEVEL, (299,)),
        (LEVEL, (481,)),
        (LEVEL, (0xFFFF,)),
        (Number("f32"), (0x7FC0, 0)),
        (Number("f32"), (0x7F80, 0)),
        (Choice(("locked", "unlocked")), (0xFFFF,)),
        (Characters(2), (0xFFFF, 0xFFFF)),
        (Characters(2), (0x0A41, 0)),
    ],
)
def test_nonsense_is_no_value(codec: Number | Choice | Characters, raw: tuple[int, ...]) -> None:
    with pytest.raises(Garbled):
        codec.read(raw)


@pytest.mark.parametrize(
    ("codec", "value"),
    [
        (LEVEL, 29.9),
        (LEVEL, 48.1),
        (LEVEL, True),
        (LEVEL, "40"),
        (LEVEL, None),
        (LEVEL, math.nan),
        (Number("u16", whole=True), -1),
        (Number("u16", whole=True), 65536),
        (Number("f32"), 1e39),
        (Choice(("locked", "unlocked")), "ajar"),
        (Characters(1), "abc"),
    ],
)
def test_what_a_make_does_not_have_cannot_be_written(codec: Number | Choice | Characters, value: object) -> None:
    with pytest.raises(IllegalCommand):
        codec.write(value)  # type: ignore[arg-type]


@given(st.floats(30, 48))
def test_a_level_comes_back_within_half_a_step(level: float) -> None:
    back = LEVEL.read(LEVEL.write(level))
    assert isinstance(back, float)
    assert abs(back - level) <= 0.05 + 1e-6


@given(st.integers(-(2**31), 2**31 - 1), st.sampled_from(ORDERS), st.sampled_from(ORDERS))
def test_any_order_of_words_and_octets_comes_back(number: int, registers: WordOrder, octets: WordOrder) -> None:
    codec = Number("s32", whole=True, registers=registers, octets=octets)
    assert codec.read(codec.write(number)) == number


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=16))
def test_text_comes_back(text: str) -> None:
    codec = Characters(8)
    assert codec.read(codec.write(text)) == (text or None)


@given(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF)))
def test_whatever_stands_in_registers_is_a_value_or_refused(raw: tuple[int, int]) -> None:
    for codec in (Number("u32"), Number("s32"), Number("f32"), Characters(2)):
        try:
            value = codec.read(raw)
        except Garbled:
            continue
        assert value is None or value == value  # not NaN
