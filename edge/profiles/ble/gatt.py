"""Any device whose points are characteristics of its own, as its `points` in the site file tell. It keeps what is written to it.

Source: Bluetooth Core Specification, Generic Attribute Profile.
Site file:
    fan: {type: relay, profile: ble.gatt, connection: radio, at: "C0:98:E5:49:00:02", points: {on: {characteristic: 2a56}}}
"""

from edge.profiles.ble_mapping import BleMapping, Gatt
from edge.profiles.profile import Profile

PROFILE = Profile(BleMapping(Gatt(points={}, orders={}, bonds=True)), lease="latch", senses=frozenset(("contact",)))
