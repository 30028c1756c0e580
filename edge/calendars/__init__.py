"""Getting the calendars of a site: from file or address, read in a process apart, the last good answer kept.

`fetcher` polls for the daemon, `listing` reads once for the command line; what a feed means is `rooms.bookings`' business.
"""
