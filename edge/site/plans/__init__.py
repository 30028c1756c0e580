"""Drawings of storeys that stand beside the site file: read, cleaned of all that is no drawing, and compared with the site."""
