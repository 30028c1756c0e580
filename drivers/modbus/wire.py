"""One Modbus line through pymodbus: requests with a deadline, answers that are checked, and its errors in our words."""

import ssl
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from drivers.tls import client_context
from edge.errors import Garbled, Refused, Unreachable
from edge.profiles.modbus_table import Area, Span, Write
from edge.site.connections import ModbusConnection, ModbusRtuConnection, ModbusTcpConnection

if TYPE_CHECKING:
    from pymodbus.client import ModbusSerialClient, ModbusTcpClient
    from pymodbus.pdu import ModbusPDU
    from pymodbus.pdu.mei_message import ReadDeviceInformationResponse


class Silent(Unreachable):
    """Nobody answers to that number in time; the line itself is there."""


class Exceptional(Refused):
    """code: of the exception with which it answered."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code} ({_EXCEPTIONS.get(code, 'unknown')})")
        self.code = code


class Identity(NamedTuple):
    """A part of what a unit says of itself, by the number of the object. more_from: where the next part begins, if there is one."""

    objects: dict[int, str]
    more_from: int | None


class Wire(Protocol):
    """What the worker needs of a line. Every call ends within about the line's timeout, and is made once."""

    @property
    def is_open(self) -> bool: ...

    def open(self) -> None:
        """Raises Unreachable."""
        ...

    def close(self) -> None: ...

    def read(self, unit: int, span: Span) -> tuple[int, ...]:
        """Raises Silent, Unreachable (the line is lost), Exceptional, Garbled (an answer to something else)."""
        ...

    def write(self, unit: int, write: Write) -> None:
        """The same errors. No answer does not mean that nothing was done."""
        ...

    def identification(self, unit: int, first: int = 0) -> Identity:
        """What the unit says of itself from that object on (function 43/14). The same errors."""
        ...


_EXCEPTIONS = {
    1: "illegal function",
    2: "illegal address",
    3: "illegal value",
    4: "device failure",
    5: "accepted, not done yet",
    6: "busy",
    7: "not done",
    8: "memory parity error",
}
_FROM_GATEWAY = (10, 11)


class PymodbusWire:
    def __init__(self, connection: ModbusConnection) -> None:
        """Raises StartRefused for certificates that cannot be used."""
        self._connection = connection
        self._tls = (
            client_context(connection.tls, "Modbus") if isinstance(connection, ModbusTcpConnection) and connection.tls else None
        )
        self._client: ModbusTcpClient | ModbusSerialClient | None = None

    @property
    def is_open(self) -> bool:
        return self._client is not None and self._client.connected

    def open(self) -> None:
        if self._client is None:
            # Here, so that the libraries are loaded by the thread of the line, and only for a line.
            from drivers.modbus.clients import client_of

            self._client = client_of(self._connection, self._tls)
        try:
            connected = self._client.connect()
        except ssl.SSLCertVerificationError as error:
            raise Unreachable(f"the certificate of {self._place} is not trusted: {error.verify_message}") from error
        except ssl.SSLError as error:
            raise Unreachable(f"no TLS with {self._place}: {error.reason or error}") from error
        if not connected:
            raise Unreachable(self._nobody())

    def close(self) -> None:
        if self._client is not None:
            self._client.close()  # type: ignore[no-untyped-call]

    def read(self, unit: int, span: Span) -> tuple[int, ...]:
        client = self._opened()
        reading: dict[Area, Callable[..., ModbusPDU]] = {
            "coil": client.read_coils,
            "discrete": client.read_discrete_inputs,
            "input": client.read_input_registers,
            "holding": client.read_holding_registers,
        }
        answer = self._ask(lambda: reading[span.area](span.address, count=span.length, device_id=unit))
        if answer.function_code != _READS[span.area]:
            raise Garbled(f"an answer of function {answer.function_code} to another request")
        if span.area in ("coil", "discrete"):
            # Bits come in whole bytes.
            whole, values = -(-span.length // 8) * 8, [int(bit) for bit in answer.bits]
        else:
            whole, values = span.length, list(answer.registers)
        if len(values) != whole:
            raise Garbled(f"{len(values)} values in place of {whole}")
        return tuple(values[: span.length])

    def write(self, unit: int, write: Write) -> None:
        client = self._opened()
        if write.area == "coil":
            (bit,) = map(bool, write.values)
            answer = self._ask(lambda: client.write_coil(write.address, bit, device_id=unit))
            fits = answer.address == write.address and answer.bits[:1] == [bit]
        else:
            answer = self._ask(lambda: client.write_registers(write.address, list(write.values), device_id=unit))
            fits = (answer.address, answer.count) == (write.address, len(write.values))
        if answer.function_code != _WRITES[write.area] or not fits:
            raise Garbled("an answer to another request")

    def identification(self, unit: int, first: int = 0) -> Identity:
        client = self._opened()
        request = partial(client.read_device_information, read_code=_BASIC, object_id=first, device_id=unit)
        # What is none of that answer has none of this, and is refused as such.
        answer = cast("ReadDeviceInformationResponse", self._ask(request))
        if answer.function_code != _IDENTIFIES:
            raise Garbled("an answer to another request")
        objects = {number: octets.decode("ascii", "replace") for number, octets in answer.information.items()}
        goes_on = bool(answer.more_follows) and answer.next_object_id > first
        return Identity(objects, answer.next_object_id if goes_on else None)

    def _opened(self) -> "ModbusTcpClient | ModbusSerialClient":
        if self._client is None or not self._client.connected:
            raise Unreachable(self._nobody())
        return self._client

    def _ask(self, request: "Callable[[], ModbusPDU]") -> "ModbusPDU":
        from pymodbus.exceptions import ConnectionException, ModbusIOException

        try:
            answer = request()
        except (ConnectionException, OSError) as error:
            self.close()
            raise Unreachable("the line was lost") from error
        except ModbusIOException as error:
            if "No response" in str(error):
                raise Silent("no answer in time") from error
            raise self._nonsense(error) from error
        except Exception as error:
            # Whatever the library makes of the octets that come, the worker must not end.
            raise self._nonsense(error) from error
        if answer.isError():
            code = cast("int", getattr(answer, "exception_code", 0))
            if code in _FROM_GATEWAY:
                raise Silent("the gateway gets no answer from the unit")
            raise Exceptional(code)
        return answer

    def _nonsense(self, error: Exception) -> Garbled:
        # What is left in the line would be taken for the answer to the next request.
        self.close()
        return Garbled(f"an answer that makes no sense ({str(error) or type(error).__name__})")

    @property
    def _place(self) -> str:
        if isinstance(self._connection, ModbusRtuConnection):
            return f"the serial port {self._connection.device}"
        return f"{self._connection.host}:{self._connection.port}"

    def _nobody(self) -> str:
        if isinstance(self._connection, ModbusRtuConnection):
            return f"{self._place} cannot be used"
        return f"nothing answers at {self._place}"


_READS: dict[Area, int] = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
_WRITES: dict[Area, int] = {"coil": 5, "holding": 16}
_IDENTIFIES, _BASIC = 43, 1
