"""The promises of the doors (D1–D16, Z1–Z4), checked after every event and instant of random days on random buildings."""
