"""Makes that speak MQTT in their own way, a file each; docs/mqtt.md."""
