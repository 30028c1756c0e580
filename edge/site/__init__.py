"""The site file: what a building is, read from one YAML file and checked (docs/site-file.md)."""

from edge.site.finding import BadSiteFile, Finding
from edge.site.load import LoadedSite, load_site, read_site
from edge.site.model import Site

__all__ = ["BadSiteFile", "Finding", "LoadedSite", "Site", "load_site", "read_site"]
