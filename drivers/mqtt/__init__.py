"""MQTT 5 and 3.1.1: payloads that are native (`native`) or another make's (`makes`), and what a message says (`payloads`); where
each topic leads (`routes`), the line (`lane`), the driver (`link`); what is on a broker (`announcements`, `discovery`, `scan`)."""
