"""`talonmies demo`: a whole building on one machine, with nothing to set up.

A mosquitto of its own, the virtual devices of examples/joensuu.yaml as a process of their own, on lines of their own, bookings
around the present moment, the real daemon and its consoles. What is said on the terminal comes from the same feed as the screens.
"""
