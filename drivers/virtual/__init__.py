"""Virtual devices: pure models (`device`), which the simulation uses too, and a building of them over real MQTT (`building`)."""
