"""The place where a payment terminal or a tag with an Eddystone-UID beacon lies: whichever is nearest to this receiver.

Source: Eddystone-UID (github.com/google/eddystone, eddystone-uid). A terminal is called by its instance, twelve hexadecimal digits.
`at` says which beacons belong here: <namespace> or <namespace>/<instance>.
Site file:
    dock-2: {type: terminal-dock, profile: ble.eddystone_dock, connection: radio, at: edd1ebeac04e5defa017, space: lobby}
"""

from edge.profiles.ble_mapping import Beacon, BleMapping
from edge.profiles.profile import Profile

PROFILE = Profile(BleMapping(Beacon("eddystone", {"terminal-dock": "terminal"})))
