"""One module a protocol, virtual devices that speak the real protocols; imports only the edge kernel."""
