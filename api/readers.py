"""In which language a reader is answered: the one asked for, else the one of the browser or program, else the site's."""

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import Query, Request

from edge.language import LANGUAGES, Renderer
from edge.site import Site
from edge.site.fields import Language

LANGUAGE_COOKIE: Final = "talonmies_language"
Asked = Annotated[Language | None, Query(description="fi, sv or en; absent: as Accept-Language says, else the site's")]


class Readers:
    """The renderers of one site; also the dependency that picks one for a request."""

    def __init__(self, site: Site) -> None:
        self._default: str = site.site.language
        self._renderers = {language: Renderer(site, language) for language in LANGUAGES}

    def __call__(self, request: Request, language: Asked = None) -> Renderer:
        return self.of(language or self._accepted(request))

    def of(self, language: str) -> Renderer:
        return self._renderers[language]

    def of_page(self, request: Request) -> Renderer:
        """For people: what they chose last counts before what their browser says."""
        for chosen in (request.query_params.get("language"), request.cookies.get(LANGUAGE_COOKIE)):
            if chosen in self._renderers:
                return self._renderers[chosen]
        return self.of(self._accepted(request))

    def _accepted(self, request: Request) -> str:
        return next((tag for tag in _by_preference(request.headers.get("accept-language", "")) if tag in LANGUAGES), self._default)


def _by_preference(header: str) -> Iterable[str]:
    """Primary language tags, the most wanted first."""
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate(header.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if weight > 0:
            wanted.append((-weight, position, tag.partition("-")[0].lower()))
    return [tag for _, _, tag in sorted(wanted)]
