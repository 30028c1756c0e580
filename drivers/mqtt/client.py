"""Builds paho clients: protocol version, sign-in, TLS, and the sentences for what goes wrong with them."""

import logging
import socket
import ssl
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from drivers.tls import client_context
from edge.site.connections import MqttConnection

SESSION_EXPIRY_S = 30 * 24 * 3600
"""How long the broker keeps what arrives for a persistent session whose client is away."""
_MAX_UNACKNOWLEDGED = 1000

_faults = logging.getLogger("talonmies.mqtt.paho")
_faults.setLevel(logging.ERROR)
# Lost connections, which paho calls errors too, are reported as events.
_faults.addFilter(lambda record: str(record.msg).startswith("Caught exception"))


def build_client(
    client_id: str,
    connection: MqttConnection,
    secret: Callable[[str], str],
    *,
    keepalive_s: int,
    persistent: bool = False,
    manual_ack: bool = False,
    most_in_flight: int = 20,
) -> Client:
    """A client that is told where to connect, and has not begun. Raises StartRefused for files or secrets that cannot be used.

    most_in_flight: messages without a PUBACK, at most; 0 is no limit. 20 is what brokers take unless told otherwise.
    """
    v5 = connection.version == "5"
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if v5 else not persistent,
        protocol=MQTTProtocolVersion.MQTTv5 if v5 else MQTTProtocolVersion.MQTTv311,
        # Otherwise paho answers a refused version by trying an older one behind our back.
        reconnect_on_failure=False,
        manual_ack=manual_ack,
    )
    # An exception in a callback must not end the thread that panic presses arrive on; it is logged.
    client.suppress_exceptions = True
    client.enable_logger(_faults)
    client.max_inflight_messages_set(most_in_flight)
    client.max_queued_messages_set(_MAX_UNACKNOWLEDGED)
    client.on_socket_open = no_delay
    if connection.username is not None:
        client.username_pw_set(connection.username, secret(connection.password) if connection.password else None)
    if connection.tls:
        client.tls_set_context(client_context(connection.tls, "MQTT"))
    if v5:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_EXPIRY_S if persistent else 0
        client.connect_async(connection.host, connection.port, keepalive_s, clean_start=not persistent, properties=properties)
    else:
        client.connect_async(connection.host, connection.port, keepalive_s)
    return client


def expiring(seconds: int) -> Properties:
    """MQTT 5: the broker throws the message away if it cannot deliver it in time."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.MessageExpiryInterval = seconds
    return properties


def no_delay(_client: Client, _userdata: Any, sock: Any) -> None:
    # Without it a lone command waits up to 40 ms behind the acknowledgement of the one before.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


_REFUSALS = {
    132: "the broker does not speak this version of MQTT",
    133: "the broker does not accept the client id",
    134: "the broker does not accept the user name or password",
    135: "the broker does not authorize this client",
    136: "the broker says that it is unavailable",
    137: "the broker is busy",
    138: "the broker has banned this client",
    139: "the broker is shutting down",
    141: "the broker heard nothing for too long",
    142: "another client took over the session; does a second controller run?",
    149: "the broker found a message too large",
    151: "the broker says that a quota is exceeded",
}


def problem_of(reason: ReasonCode | OSError) -> str:
    """One short English sentence for a connection that was refused or lost."""
    if isinstance(reason, ReasonCode):
        return _REFUSALS.get(reason.value, f"the broker ended the connection ({reason})")
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"the broker's certificate is not trusted: {reason.verify_message}"
    if isinstance(reason, ssl.SSLError):
        return f"the TLS connection failed: {reason.reason or reason}"
    if isinstance(reason, ConnectionRefusedError):
        return "nothing listens at the broker's address"
    if isinstance(reason, TimeoutError):
        return "the broker does not answer"
    if isinstance(reason, socket.gaierror):
        return "the broker's host name is not known"
    return f"no connection: {reason.strerror or reason}"
