"""The OPC UA driver: a client of a building-management system, with a thread and an event loop for each server (docs/opcua.md)."""
