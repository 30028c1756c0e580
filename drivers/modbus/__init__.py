"""The Modbus driver: a worker for each line, a table for each make of device (docs/modbus.md)."""
