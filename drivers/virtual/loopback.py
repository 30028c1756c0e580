"""Addresses that nothing but this computer reaches."""

import socket
from typing import Final

from edge.errors import StartRefused

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")


def loopback_socket(address: str) -> socket.socket:
    """Listening at HOST:PORT; port 0 takes a free one. Raises StartRefused."""
    host, _, port = address.rpartition(":")
    if host not in LOOPBACK or not port.isdigit():
        raise StartRefused(f"{address} is not HOST:PORT of this computer alone, such as 127.0.0.1:8081.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host.strip("[]"), int(port)))
        sock.listen()
    except OSError as error:
        sock.close()
        raise StartRefused(f"Port {port} on {host} cannot be used ({error.strerror}).") from error
    return sock


def address_of(sock: socket.socket) -> str:
    """As a browser has it."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
