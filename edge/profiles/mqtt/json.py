"""Any make that no other profile fits: where each point is stands in the site file, under `points` of the device.

Source: what the device publishes. A payload is a JSON value, or plain text such as ON.
Site file:
    fan:
      type: relay
      profile: mqtt.json
      connection: broker
      points:
        on: {topic: io/7/state, field: outputs.0.on, values: {1: true, 0: false}, set: io/7/set, command: '{"on": {value}}'}
        link: {topic: io/7/status, values: {online: true, offline: false}}
"""

from edge.profiles.mqtt_mapping import MqttMapping
from edge.profiles.profile import Profile

PROFILE = Profile(MqttMapping())
