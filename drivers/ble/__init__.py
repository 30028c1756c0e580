"""Bluetooth Low Energy: what is around an adapter of this computer, heard and connected to through bleak; docs/ble.md."""
