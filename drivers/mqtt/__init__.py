"""MQTT 5 and 3.1.1: the native profile (`native`), where each topic leads (`routes`), the line (`lane`), the driver (`link`)."""
