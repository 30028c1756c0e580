"""Where the controller listens, and the names by which it is then known."""

import socket

from edge.errors import StartRefused
from edge.site import Site
from edge.site.hosts import is_everywhere, plain_host


def listening_socket(address: str) -> socket.socket:
    """Take HOST:PORT before anything else starts. Raises StartRefused with what to do."""
    host, _, port = address.rpartition(":")
    if not port.isdigit() or not 0 <= int(port) <= 65535:
        raise StartRefused(f"--listen {address} is not HOST:PORT, such as 127.0.0.1:8080.")
    # Only of a socket that says TCP does asyncio switch off the pause before each small piece, of up to 40 ms.
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host.strip("[]") or "127.0.0.1", int(port)))
    except OSError as error:
        sock.close()
        raise StartRefused(
            f"Port {port} on {host} cannot be used ({error.strerror}): stop the other program, or choose --listen."
        ) from error
    return sock


def hosts_of(site: Site, address: str) -> frozenset[str]:
    """By which it is known besides the loopback's: the one it listens on, unless that is all, and those of the site file."""
    host = plain_host(address.rpartition(":")[0])
    return frozenset(site.site.hosts) | ({host} if host is not None and not is_everywhere(host) else set())


def remark_on(site: Site, address: str) -> str | None:
    """What will be refused although people may expect otherwise, and what to write."""
    host = plain_host(address.rpartition(":")[0])
    if site.site.hosts or host is None or not is_everywhere(host):
        return None
    return (
        "It listens on all addresses and answers to localhost alone: browsers on other computers are refused (421) until the "
        "site file has the names they use, such as site.hosts: [talonmies.example.fi, 10.1.2.3]."
    )
