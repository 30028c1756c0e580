"""The makes of calendars, one module each: what to ask, and what the answers mean, without any input or output.

`port` is what they have in common; `edge.calendars` carries their requests to the servers. Whatever is not a good answer is a
failure, and never "no bookings".
"""
