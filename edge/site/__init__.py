"""The site file: what a building is, read from one YAML file and checked (docs/site-file.md)."""

from edge.site.model import Site

__all__ = ["Site"]
