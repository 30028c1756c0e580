"""The page of the site file: what it says by now beside what runs, and a button that lets it take over."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from api.console.forms import Forms, person, told_of
from api.console.pages import Pages
from api.faults import status_of
from api.gate import caller_of
from api.models import FreeText
from api.port import SiteFile
from api.readers import Readers
from edge.errors import IllegalCommand
from edge.refusal import Refusal
from edge.text import Text
from security import roles

SITE_FILE: Final = "/site-file"


def router(readers: Readers, pages: Pages, site_file: SiteFile) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)

    @routes.get(SITE_FILE)
    async def look(request: Request, done: str = "") -> Response:
        renderer = readers.of_page(request)
        try:
            seen = await site_file.look()
        except Refusal as error:
            return forms.refused(request, told_of(error), status_of(error), SITE_FILE)

        def written(texts: tuple[Text, ...]) -> list[str]:
            return [renderer.text(text) for text in texts]

        return pages.answer(
            "site_file.html",
            request,
            seen=seen,
            problems=written(seen.problems),
            remarks=written(seen.remarks),
            difference=written(seen.difference),
            zones=[renderer.name(space) for space in seen.zones],
            may=caller_of(request).role in roles.MAY["reload"],
            done=done,
        )

    @routes.post("/console/site-file")
    async def take_over(
        request: Request, digest: Annotated[str, Form(max_length=100)], reason: Annotated[FreeText, Form()] = ""
    ) -> Response:
        """A start of the building's controller within the program: doors and alarms go on."""
        try:
            roles.require(caller_of(request).role, "reload")
            runs = await site_file.take_over(digest, person(request), reason)
        except IllegalCommand as error:
            return forms.refused(request, told_of(error), status_of(error), SITE_FILE)
        return forms.done(request, f"{SITE_FILE}?done={'runs' if runs else 'waits'}")

    return routes
