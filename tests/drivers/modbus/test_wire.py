"""One line against a server that lies: an old or a foreign answer is never taken for a fresh one."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drivers.modbus.wire import PymodbusWire
from edge.errors import DeviceFault, Garbled, Refused, Unreachable
from edge.profiles.modbus_table import Span, Write
from edge.site.connections import ModbusTcpConnection
from tests.drivers.modbus.liar import Answers, Liar, Request, frame

TIMEOUT_S = 0.2
ONE = Span("holding", 10)
BITS = Span("discrete", 0, 12)


def register(value: int) -> bytes:
    return bytes((3, 2)) + value.to_bytes(2, "big")


@contextmanager
def wire_to(answers: Answers) -> Iterator[PymodbusWire]:
    with Liar(answers) as liar:
        described = ModbusTcpConnection(protocol="modbus-tcp", host="127.0.0.1", port=liar.port, timeout=f"{TIMEOUT_S} s")  # type: ignore[arg-type]
        wire = PymodbusWire(described)
        wire.open()
        try:
            yield wire
        finally:
            wire.close()


def right(number: int, request: Request) -> list[tuple[float, bytes | None]]:
    """The first request gets 1, the second 2, and so on."""
    return [(0, frame(request, register(number + 1)))]


def test_a_read_and_a_write() -> None:
    def answers(_: int, request: Request) -> list[tuple[float, bytes | None]]:
        function = request.pdu[0]
        pdu = {2: bytes((2, 2, 0b101, 0b1000)), 16: request.pdu[:5], 5: request.pdu}[function]
        return [(0, frame(request, pdu))]

    with wire_to(answers) as wire:
        assert wire.read(3, BITS) == (1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)
        wire.write(3, Write("holding", 16, (0, 7, 0, 1, 5)))
        wire.write(3, Write("coil", 2, (1,)))


def test_an_answer_with_another_transaction_id_is_passed_over() -> None:
    def answers(number: int, request: Request) -> list[tuple[float, bytes | None]]:
        return [(0, frame(request, register(666), tid=request.tid + 40)), *right(number, request)]

    with wire_to(answers) as wire:
        assert [wire.read(3, ONE), wire.read(3, ONE)] == [(1,), (2,)]


@pytest.mark.parametrize("wrong", ["tid", "unit"])
def test_an_answer_to_nobodys_request_is_no_answer(wrong: str) -> None:
    def answers(number: int, request: Request) -> list[tuple[float, bytes | None]]:
        if number == 0:
            other = {"tid": request.tid + 1} if wrong == "tid" else {"unit": 4}
            return [(0, frame(request, register(666), **other))]
        return right(number, request)

    with wire_to(answers) as wire:
        with pytest.raises(Unreachable):
            wire.read(3, ONE)
        assert wire.read(3, ONE) == (2,)


def test_a_late_answer_is_not_taken_for_that_to_the_next_request() -> None:
    def answers(number: int, request: Request) -> list[tuple[float, bytes | None]]:
        return [(TIMEOUT_S * 1.3 if number == 0 else 0, frame(request, register(number + 1)))]

    with wire_to(answers) as wire:
        with pytest.raises(Unreachable):
            wire.read(3, ONE)
        assert wire.read(3, ONE) == (2,)
        assert wire.read(3, ONE) == (3,)


GARBLED = {
    "an answer to another function": bytes((4, 2, 0, 1)),
    "too many registers": bytes((3, 4, 0, 1, 0, 2)),
    "too few octets": bytes((3, 2, 0)),
    "an unknown function": bytes((99, 1)),
    "no registers": bytes((3, 0)),
}


@pytest.mark.parametrize("pdu", GARBLED.values(), ids=GARBLED)
def test_a_frame_that_makes_no_sense_is_no_value_and_spoils_no_other(pdu: bytes) -> None:
    def answers(number: int, request: Request) -> list[tuple[float, bytes | None]]:
        return [(0, frame(request, pdu))] if number == 0 else right(number, request)

    with wire_to(answers) as wire:
        with pytest.raises(Garbled):
            wire.read(3, ONE)
        wire.open()
        assert wire.read(3, ONE) == (2,)


@pytest.mark.parametrize("end", [b"", b"\x00", b"\x00\x01\x00\x00", None], ids=["silence", "an octet", "half a head", "the end"])
def test_a_frame_cut_short_is_no_value(end: bytes | None) -> None:
    def answers(number: int, request: Request) -> list[tuple[float, bytes | None]]:
        if number > 0:
            return right(number, request)
        whole = frame(request, register(666))
        return [(0, whole[:-1] if end is None else end), *([(0.02, None)] if end is None else [])]

    with wire_to(answers) as wire:
        with pytest.raises(Unreachable):
            wire.read(3, ONE)
        wire.open()
        assert wire.read(3, ONE) == (2,)


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 8, 99])
def test_an_exception_is_a_refusal(code: int) -> None:
    with wire_to(lambda _, request: [(0, frame(request, bytes((request.pdu[0] | 0x80, code))))]) as wire:
        with pytest.raises(Refused, match=f"exception {code}"):
            wire.read(3, ONE)
        with pytest.raises(Refused, match=f"exception {code}"):
            wire.write(3, Write("coil", 2, (1,)))
        assert wire.is_open


@pytest.mark.parametrize("code", [10, 11])
def test_a_gateway_says_that_the_unit_is_silent(code: int) -> None:
    with wire_to(lambda _, request: [(0, frame(request, bytes((request.pdu[0] | 0x80, code))))]) as wire:
        with pytest.raises(Unreachable, match="gateway"):
            wire.read(3, ONE)
        assert wire.is_open


@pytest.mark.parametrize(
    ("write", "pdu"),
    [
        (Write("holding", 16, (1,)), (16, 0, 99, 0, 1)),
        (Write("holding", 16, (1,)), (16, 0, 16, 0, 2)),
        (Write("coil", 2, (1,)), (5, 0, 3, 255, 0)),
        (Write("coil", 2, (1,)), (5, 0, 2, 0, 0)),
        (Write("coil", 2, (1,)), (16, 0, 2, 0, 1)),
    ],
)
def test_a_write_that_is_answered_as_another_is_not_done(write: Write, pdu: tuple[int, ...]) -> None:
    with wire_to(lambda _, request: [(0, frame(request, bytes(pdu)))]) as wire, pytest.raises(Garbled):
        wire.write(3, write)


@pytest.mark.parametrize("noise", [b"\xff" * 300, bytes(300), b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["ones", "zeros", "http"])
def test_noise_ends_in_time(noise: bytes) -> None:
    """However much of it comes: it does not put off the deadline."""
    made = 0

    def answers(_: int, __: Request) -> Iterator[tuple[float, bytes | None]]:
        nonlocal made
        while True:
            made += 1
            yield TIMEOUT_S / 4, noise

    with wire_to(answers) as wire:
        with pytest.raises(DeviceFault):
            wire.read(3, ONE)
        assert made


def test_nobody_there() -> None:
    with Liar(right) as liar:
        port = liar.port
    wire = PymodbusWire(ModbusTcpConnection(protocol="modbus-tcp", host="127.0.0.1", port=port))
    with pytest.raises(Unreachable, match=f"nothing answers at 127.0.0.1:{port}"):
        wire.open()
    with pytest.raises(Unreachable):
        wire.read(3, ONE)
