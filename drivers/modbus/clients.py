"""The clients of pymodbus as our lines need them: prompt, with TLS around the usual frames, and never with an old answer."""

import logging
import socket
import ssl

from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient

from edge.site.connections import ModbusConnection, ModbusRtuTcpConnection, ModbusTcpConnection

PARITY = {"even": "E", "odd": "O", "none": "N"}
_HANDSHAKE_S = 2.0

# Lost units and lines, which it calls errors too, are reported as events.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class PromptTcpClient(ModbusTcpClient):
    """A lone request does not wait behind the acknowledgement of the one before, and an answer that came too late is thrown away.

    Serial frames carry nothing that tells it from that to the next request; a wrong transaction number may be the next one's.
    """

    def connect(self) -> bool:
        # Asked before each request, too.
        if self.socket is None and super().connect() and self.socket is not None:  # type: ignore[no-untyped-call]
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.socket is not None

    def send(self, request: bytes, addr: tuple[str, int] | None = None) -> int:
        if self.socket is not None:
            self.socket.setblocking(False)
            try:
                while self.socket.recv(4096):
                    pass
            except OSError:  # nothing is left, or the line is lost and sending says so
                pass
        return int(super().send(request, addr))


class TlsClient(PromptTcpClient):
    """Modbus/TCP Security: the same frames inside TLS. pymodbus' own framer for it takes whatever comes at once for one frame."""

    def __init__(self, connection: ModbusTcpConnection, context: ssl.SSLContext) -> None:
        super().__init__(connection.host, port=connection.port, timeout=connection.timeout.total_seconds(), retries=0)
        self._context = context
        self._host = connection.host

    def connect(self) -> bool:
        """Raises ssl.SSLError."""
        if self.socket is not None:
            return True
        if not super().connect():
            return False
        plain, self.socket = self.socket, None
        assert plain is not None  # noqa: S101 (connected)
        plain.settimeout(_HANDSHAKE_S)
        try:
            self.socket = self._context.wrap_socket(plain, server_hostname=self._host)
        except OSError as error:
            plain.close()
            if isinstance(error, ssl.SSLError):
                raise
        return self.socket is not None


def client_of(connection: ModbusConnection, context: ssl.SSLContext | None) -> ModbusTcpClient | ModbusSerialClient:
    timeout_s = connection.timeout.total_seconds()
    if isinstance(connection, ModbusRtuTcpConnection):
        return PromptTcpClient(connection.host, port=connection.port, framer=FramerType.RTU, timeout=timeout_s, retries=0)
    if isinstance(connection, ModbusTcpConnection):
        if context is not None:
            return TlsClient(connection, context)
        return PromptTcpClient(connection.host, port=connection.port, timeout=timeout_s, retries=0)
    return ModbusSerialClient(
        connection.device,
        baudrate=connection.baudrate,
        parity=PARITY[connection.parity],
        stopbits=connection.stop_bits,
        timeout=timeout_s,
        retries=0,
    )
