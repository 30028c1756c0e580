"""What is in the air: devices, what they say and serve, and the adapters that hear them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbus_fast import Variant

Properties = dict[str, "Variant"]
"""Of an object on D-Bus."""


@dataclass(frozen=True, slots=True)
class Advert:
    """What is said to whoever listens. service_data: by UUID in full; manufacturer_data: by the number of the company."""

    service_data: Mapping[str, bytes] = field(default_factory=dict)
    manufacturer_data: Mapping[int, bytes] = field(default_factory=dict)
    uuids: Sequence[str] = ()
    name: str | None = None


@dataclass(slots=True)
class Characteristic:
    """read, written: None where that is not allowed. guarded: only for who is paired."""

    uuid: str
    read: Callable[[], bytes] | None = None
    written: Callable[[bytes], None] | None = None
    notifies: bool = False
    guarded: bool = False

    @property
    def flags(self) -> list[str]:
        has = (("read", self.read), ("write", self.written), ("notify", self.notifies))
        return [name for name, there in has if there]


@dataclass(slots=True)
class Peripheral:
    """A device in the air. rssi: how loud it is at each adapter; it does not reach those that are not named."""

    address: str
    rssi: dict[str, int]
    characteristics: tuple[Characteristic, ...] = ()
    service: str = ""
    connectable: bool = False
    paired: bool = False
    connected_to: str | None = None


@dataclass(slots=True)
class Adapter:
    """deaf: it hears nothing until it is switched off and on; dead: nor does it then. restarts: how often that was done."""

    name: str
    powered: bool = True
    deaf: bool = False
    dead: bool = False
    restarts: int = 0
    most_connected: int = 0
    scanning: dict[str, bool] = field(default_factory=dict)
    """Who scans, and whether with duplicates."""
    filters: dict[str, bool] = field(default_factory=dict)
    seen: dict[str, tuple[Peripheral, Properties]] = field(default_factory=dict)
    """By path of the device."""

    @property
    def path(self) -> str:
        return f"/org/bluez/{self.name}"

    @property
    def hears(self) -> bool:
        return self.powered and not self.deaf and not self.dead and bool(self.scanning)

    @property
    def connected(self) -> list[str]:
        return [path for path, (peripheral, _) in self.seen.items() if peripheral.connected_to == self.name]
