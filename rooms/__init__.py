"""Calendars, bookings, opening hours and what they ask of doors."""
