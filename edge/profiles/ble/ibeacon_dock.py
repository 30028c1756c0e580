"""The place where a payment terminal or a tag with an iBeacon lies: whichever is nearest to this receiver.

Source: Apple, Proximity Beacon Specification, release R1. A terminal is called <major>-<minor>.
`at` says which beacons belong here: <UUID>, <UUID>/<major> or <UUID>/<major>/<minor>.
Site file:
    dock-1: {type: terminal-dock, profile: ble.ibeacon_dock, connection: radio, space: lobby,
             at: f7826da6-4fa2-4e98-8024-bc5b71e0893e/17}
"""

from edge.profiles.ble_mapping import Beacon, BleMapping
from edge.profiles.profile import Profile

PROFILE = Profile(BleMapping(Beacon("ibeacon", {"terminal-dock": "terminal"})))
