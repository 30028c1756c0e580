"""The HTTP face: JSON, the live stream and the consoles. Reads state and appends events; never calls a driver."""
