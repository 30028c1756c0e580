"""Devices of the site file: what they are, where they are in the building, and where on their line."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from edge.points import DEVICE_TYPES
from edge.profiles import PROFILES, Lease, Sense
from edge.site.fields import Id, NamesField, Period, PlainText, SecretRef, Section, Whole
from edge.site.frozen import Emptyable

Topic = Annotated[str, StringConstraints(pattern=r"^[^+#\x00]+$", max_length=1024)]
Factor = Annotated[float, Field(allow_inf_nan=False)]


class Address(Section):
    """Where a point is, when it is not at the profile's usual place: a topic, a node or a characteristic, as its line has them."""

    topic: Topic | None = Field(None, description="MQTT topic that carries the state")
    field: PlainText | None = Field(None, description="Path inside a JSON payload, parts separated by dots")
    set: Topic | None = Field(None, description="MQTT topic that takes commands")
    command: PlainText | None = Field(
        None, description='What is sent there, with {value} and, where the device counts it down, {for_s}: {"state": {value}}'
    )
    node: PlainText | None = Field(None, description="OPC UA node id, such as ns=2;s=Room1.Presence")
    characteristic: PlainText | None = Field(None, description="UUID of the GATT characteristic that carries the value")
    values: Emptyable[str, bool | int | float | str | None] = Field(
        {}, description="What the device says, and which value of the point that is: {ON: true, OFF: false}"
    )
    scale: Factor = Field(1.0, description="What a number of the device is multiplied by")
    offset: Factor = Field(0.0, description="What is then added")


class Device(Section):
    """A thing on a connection, in a place."""

    type: Literal[tuple(DEVICE_TYPES)]  # type: ignore[valid-type]
    name: NamesField | None = None
    connection: Id
    profile: Literal[tuple(PROFILES)] = Field("native", description="Mapping of the standard points to addresses")  # type: ignore[valid-type]
    unit: Whole | None = Field(None, ge=1, le=247, description="Modbus: its number on the line")
    channel: Whole = Field(1, ge=1, description="Which of the locks, relays or inputs of one unit it is")
    at: PlainText | None = Field(
        None, description="Where it is on its line: base topic of a make, Bluetooth address or beacon, path of an OPC UA node"
    )
    key: SecretRef | None = Field(None, description="Bluetooth: secret that its messages are encrypted with: env:NAME or file:PATH")
    door: Id | None = Field(None, description="The door it is at")
    space: Id | None = Field(None, description="The space or desk it is in")
    points: Emptyable[str, Address] = Field({}, description="Addresses that differ from the profile's")
    heartbeat: Period | None = Field(None, description="How often it is heard; absent: as its profile or its type has it")
    lacks: tuple[Sense, ...] = Field((), description="Door controller: what this one does not report although its profile does")
    lease: Lease | None = Field(None, description="Door controller: how an unlock ends by itself; absent: as its profile says")
    pulse: Period = Field(timedelta(seconds=5), description="Door controller with lease pulse: how long its pulse is")
    alarm: Id | None = Field(None, description="Alarm input: the alarm of the section `alarms` that it raises")
