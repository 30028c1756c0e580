"""Makes that speak Bluetooth Low Energy, a file each; docs/ble.md."""
