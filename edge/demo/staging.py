"""Where the lines of the example lead in a demo: to this computer, and to the broker for what it cannot speak."""

import shutil
from collections.abc import Collection, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from drivers.mosquitto import HOST, free_port
from drivers.virtual.moving import moved, natively
from edge.profiles import Protocol
from edge.site import Site

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "joensuu.yaml"
_NAMES: Mapping[Protocol, str] = {"ble": "Bluetooth", "opcua": "OPC UA"}
_LIBRARIES: Mapping[Protocol, tuple[str, ...]] = {"ble": ("bleak", "bthome_ble"), "opcua": ("asyncua",)}


class Staging(NamedTuple):
    """The example as the demo plays it. words: the same for the process of the virtual devices. left_out: sentences."""

    site: Site
    words: list[str]
    left_out: list[str]


def staging_of(example: Site, broker: str, *, only_mqtt: bool = False) -> Staging:
    """broker: HOST:PORT. only_mqtt: everything speaks MQTT, whatever this computer could speak."""
    if only_mqtt:
        others = [name for name, section in example.connections.items() if section.speaks != "mqtt"]
        return _staging(example, broker, others, ["Not all virtual devices did start: all of them speak MQTT for now."])
    missing = {name: what for name, section in example.connections.items() if (what := _missing(section.speaks))}
    return _staging(example, broker, missing, [_sentence(example, name, what) for name, what in missing.items()])


def _staging(example: Site, broker: str, missing: Collection[str], left_out: list[str]) -> Staging:
    site = natively(example, missing)
    lines = dict(_lines(site, broker))
    words = [word for name in missing for word in ("--natively", name)]
    words += [word for name, where in lines.items() for word in ("--line", f"{name}={where}")]
    return Staging(moved(site, lines), words, left_out)


def _lines(site: Site, broker: str) -> Iterator[tuple[str, str]]:
    for name, section in site.connections.items():
        if section.speaks == "mqtt":
            yield name, broker
        elif section.speaks != "ble":  # the air is moved by the D-Bus on which it is heard
            yield name, f"{HOST}:{free_port()}"


def _missing(protocol: Protocol) -> str | None:
    """What this computer would need to speak it virtually."""
    if protocol == "ble" and shutil.which("dbus-daemon") is None:
        return "dbus-daemon (Debian: apt-get install dbus)"
    return next((f"the Python library {name}" for name in _LIBRARIES.get(protocol, ()) if find_spec(name) is None), None)


def _sentence(example: Site, connection: str, what: str) -> str:
    count = sum(device.connection == connection for device in example.devices.values())
    return f"{_NAMES[example.connections[connection].speaks]} needs {what}: its {count} devices speak MQTT for now."
