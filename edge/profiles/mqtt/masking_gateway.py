"""Example MG-4 gateway to a masking amplifier of four zones (fictional), numbers over MQTT. It never says what it does.

Source: manual MG-4, page 6. `<name>/zone/<n>/level` takes dB(A) in steps of 0.5, `<name>/mute` 1 or 0 for all zones at once;
`<name>/online` is 1, and 0 as its will. It keeps the last level without a controller.
Site file:
    masking-lobby: {type: masking-unit, profile: mqtt.masking_gateway, connection: broker, at: hall/mg, channel: 1, space: lobby}
"""

from datetime import timedelta

from edge.profiles.mqtt_mapping import MqttMapping, MqttPoint
from edge.profiles.profile import MaskingMake, Profile

PROFILE = Profile(
    MqttMapping(
        points={
            "masking-unit": (
                MqttPoint("level", "", set="{at}/zone/{channel}/level", command="{value}"),
                MqttPoint("muted", "", values={"1": True, "0": False}, set="{at}/mute", command="{value}"),
                MqttPoint("link", "{at}/online", values={"1": True, "0": False}),
            ),
        },
    ),
    channels=4,
    heartbeat=timedelta(days=1),
    masking=MaskingMake(reads_back=False, mutes_all=True, step_db=0.5),
)
