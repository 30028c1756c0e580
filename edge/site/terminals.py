"""Payment terminals of the site file: whose they are, and the bay of a dock where each belongs."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field

from edge.errors import IllegalInput
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import Beacon, BleMapping, beacon_of
from edge.site.device import Device
from edge.site.fields import Flag, Id, NamesField, PlainText, Section
from edge.site.wrong import Wrong
from edge.text import say


class Terminal(Section):
    """A payment terminal, and the bay where it belongs."""

    name: NamesField | None = Field(None, description="What people call it")
    agency: Id | None = Field(None, description="Whose it is: only bookings of this agency get it; absent: all share it")
    dock: Id = Field(description="The terminal-dock that is its own bay")
    reported: PlainText | None = Field(None, description="How docks call it; absent: by its id")
    tag: PlainText | None = Field(
        None, description="How Bluetooth receivers call its beacon: major-minor of an iBeacon, the instance of an Eddystone-UID"
    )
    unbooked: Flag = Field(False, description="It may be taken without a booking while the building is open, as at a desk")


def _need(value: object) -> object:
    """One agency may stand alone."""
    if not isinstance(value, bool | str | list | tuple):
        raise Wrong(say("Write true, false, or the agencies whose bookings need a terminal."))
    return value if isinstance(value, bool) else (value,) if isinstance(value, str) else tuple(value)


TerminalNeed = Annotated[Flag | tuple[Id, ...], BeforeValidator(_need, json_schema_input_type=bool | Id | tuple[Id, ...])]
"""Whether bookings of a kind need a payment terminal: all of them, none, or those of the agencies named."""


def beacons_of(device: Device) -> Sequence[str] | None:
    """Of a Bluetooth receiver, the parts of a tag's name that it listens for, none for all; None for any other device."""
    mapping = PROFILES[device.profile].mapping
    if not (isinstance(mapping, BleMapping) and isinstance(mapping.table, Beacon)):
        return None
    try:
        return beacon_of(mapping.table.format, device.at or "")[1:]
    except IllegalInput:
        return ()  # told by the rules about Bluetooth


def hears(device: Device, tag: str) -> bool:
    """Whether a device is a receiver that would tell of this tag."""
    parts = beacons_of(device)
    return parts is not None and tag.split("-")[: len(parts)] == list(parts)


def called_at(id_: str, terminal: Terminal, dock: Device) -> str:
    """What a dock or a receiver says when this terminal is there; empty where it could not tell."""
    return (terminal.reported or id_) if beacons_of(dock) is None else terminal.tag or ""
