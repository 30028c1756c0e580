"""Lines of the controller to brokers and buses, as the site file describes them."""

import re
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, WithJsonSchema

from edge.profiles.protocol import Protocol
from edge.site.fields import PlainText, SecretRef, Section, Whole, mqtt_version
from edge.site.wrong import Wrong, shown
from edge.text import say

_TIMEOUT = r"([0-4](?:\.[0-9]{1,3})?) ?s"
_SHORTEST = timedelta(milliseconds=20)


def _timeout(value: object) -> timedelta:
    match = re.fullmatch(_TIMEOUT, value) if isinstance(value, str) else None
    timeout = timedelta(seconds=float(match[1])) if match else value
    if not isinstance(timeout, timedelta) or timeout < _SHORTEST:
        raise Wrong(
            say('"{found}" is no timeout. Write seconds, at least 0.02 and less than 5, such as "0.3 s".', found=shown(value))
        )
    return timeout


Timeout = Annotated[
    timedelta,
    BeforeValidator(_timeout),
    WithJsonSchema({"type": "string", "pattern": f"^{_TIMEOUT}$", "examples": ["0.3 s"]}),
]
_USUAL_TIMEOUT = timedelta(milliseconds=300)


class Tls(Section):
    ca: str | None = Field(None, description="File of the certificate authority; absent: the system's")
    certificate: str | None = Field(None, description="File of the client certificate")
    key: str | None = Field(None, description="File of its private key")


class MqttConnection(Section):
    """A line to an MQTT broker."""

    speaks: ClassVar[Protocol] = "mqtt"
    protocol: Literal["mqtt"]
    host: str = "127.0.0.1"
    port: Whole = Field(1883, ge=1, le=65535)
    version: Annotated[Literal["5", "3.1.1"], BeforeValidator(mqtt_version, json_schema_input_type=Literal["5", 5, "3.1.1"])] = "5"
    username: str | None = None
    password: SecretRef | None = None
    tls: Tls | None = None


class ModbusTcpConnection(Section):
    """A line to a Modbus TCP device, or to a gateway with several units behind it."""

    speaks: ClassVar[Protocol] = "modbus"
    protocol: Literal["modbus-tcp"]
    host: PlainText
    port: Whole = Field(502, ge=1, le=65535, description="With TLS usually 802")
    tls: Tls | None = None
    timeout: Timeout = Field(
        _USUAL_TIMEOUT, description="How long an answer is waited for; a silent unit holds up the others as long"
    )


class ModbusRtuTcpConnection(Section):
    """A serial line with Modbus units on it, behind a converter that passes its octets on as they are."""

    speaks: ClassVar[Protocol] = "modbus"
    protocol: Literal["modbus-rtu-tcp"]
    host: PlainText
    port: Whole = Field(ge=1, le=65535)
    timeout: Timeout = Field(
        _USUAL_TIMEOUT, description="How long an answer is waited for; a silent unit holds up the others as long"
    )


class ModbusRtuConnection(Section):
    """A serial line (RS-485) with Modbus units on it."""

    speaks: ClassVar[Protocol] = "modbus"
    protocol: Literal["modbus-rtu"]
    device: PlainText = Field(description="Serial port, such as /dev/ttyUSB0")
    baudrate: Whole = Field(19200, ge=1200, le=1_000_000)
    parity: Literal["even", "odd", "none"] = "even"
    stop_bits: Whole = Field(1, ge=1, le=2)
    timeout: Timeout = Field(
        _USUAL_TIMEOUT, description="How long an answer is waited for; a silent unit holds up the others as long"
    )


ModbusConnection = ModbusTcpConnection | ModbusRtuTcpConnection | ModbusRtuConnection


class BleConnection(Section):
    """A Bluetooth adapter of this computer, and what is within its reach."""

    speaks: ClassVar[Protocol] = "ble"
    protocol: Literal["ble"]
    adapter: PlainText = Field("hci0", description="Its name in Linux")
    slots: Whole = Field(3, ge=1, le=10, description="How many devices are connected to at a time; what is only heard needs none")


class OpcuaConnection(Section):
    """An OPC UA server, such as that of a building-management system."""

    speaks: ClassVar[Protocol] = "opcua"
    protocol: Literal["opcua"]
    url: Annotated[str, StringConstraints(pattern=r"^opc\.tcp://[^\s]+$")] = Field(description="Such as opc.tcp://10.20.0.30:4840")
    security: Literal["none", "sign", "encrypt"] = Field("encrypt", description="Of messages; sign and encrypt need certificates")
    certificate: str | None = Field(None, description="File of our certificate")
    key: str | None = Field(None, description="File of its private key")
    server_certificate: str | None = Field(None, description="File of the server's certificate; only that one is then trusted")
    username: str | None = None
    password: SecretRef | None = None


Connection = Annotated[
    MqttConnection | ModbusTcpConnection | ModbusRtuTcpConnection | ModbusRtuConnection | BleConnection | OpcuaConnection,
    Discriminator("protocol"),
]
