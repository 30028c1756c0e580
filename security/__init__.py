"""Zones and the zoning guard, alarms, staff releases, supervision of devices."""
