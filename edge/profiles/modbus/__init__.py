"""Makes that speak Modbus, a file each; docs/modbus.md."""
