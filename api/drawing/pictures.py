"""The pictures of all storeys of a site in every language, and where a browser finds them."""

import hashlib
from collections.abc import Mapping
from urllib.parse import quote

from api.drawing.base import Base, bases_in
from edge.language import LANGUAGES, Renderer
from edge.site import Site


class Pictures:
    """Drawn at once, which takes a moment for a large building. version: changes when any picture does."""

    def __init__(self, site: Site) -> None:
        drawn = bases_in(site, [Renderer(site, language) for language in LANGUAGES])
        self._by_language: Mapping[str, tuple[Base, ...]] = dict(zip(LANGUAGES, drawn, strict=True))
        self.version = hashlib.sha256("".join(base.svg for bases in drawn for base in bases).encode()).hexdigest()[:12]

    def of(self, language: str) -> tuple[Base, ...]:
        """The lowest storey first."""
        return self._by_language[language]

    def address(self, storey: str, language: str) -> str:
        """Where a browser finds a picture, to keep for as long as it has this version."""
        return f"/plans/{quote(storey)}.svg?language={language}&v={self.version}"
