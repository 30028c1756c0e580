"""What all forms share: who sends them, where they lead back to, and how a refusal is told."""

from collections.abc import Awaitable
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from api.console.pages import Pages
from api.faults import status_of
from api.gate import caller_of, wants_page
from api.readers import Readers
from api.sessions import Actor
from edge.errors import IllegalCommand
from edge.refusal import Refusal
from edge.text import Text, say
from security.roles import NotAllowed


class Forms:
    """Answers to forms: with a page or a redirect, or with JSON when the page's own module sent them."""

    def __init__(self, pages: Pages, readers: Readers) -> None:
        self._pages = pages
        self._readers = readers

    def done(self, request: Request, back: str) -> Response:
        return RedirectResponse(local_path(back), 303) if wants_page(request) else Response(status_code=204)

    def refused(self, request: Request, why: Text, status: int, back: str = "/") -> Response:
        told = self._readers.of_page(request).text(why, self._pages.now())
        if wants_page(request):
            return self._pages.answer("refused.html", request, status, back=local_path(back), why=told)
        return JSONResponse({"detail": told}, status)

    async def after(self, request: Request, back: str, action: Awaitable[object]) -> Response:
        """What was asked for is done first, or why not is told."""
        try:
            await action
        except IllegalCommand as error:
            return self.refused(request, told_of(error), status_of(error), back)
        return self.done(request, back)

    def unread(self, request: Request, back: str) -> Response:
        """The disk does not give what is asked of the past."""
        return self.refused(request, say("The journal cannot be read at present. Try again in a moment."), 503, back)


def person(request: Request) -> str:
    """The name of whoever is signed in; a panel, or a program that sends forms, has that of its token."""
    caller = caller_of(request)
    return caller.name or caller.via or "program"


def actor(request: Request) -> Actor:
    """The person with the role in which they signed in."""
    return Actor(person(request), caller_of(request).role)


def local_path(asked: str) -> str:
    """Only a path of this controller: never another site's address."""
    parts = urlsplit(asked)
    plain = asked.startswith("/") and not parts.netloc and "\\" not in asked and asked.isprintable()
    return asked if plain and not asked.startswith("//") else "/"


def told_of(error: IllegalCommand) -> Text:
    """A refusal for the person who asked."""
    match error:
        case Refusal(told=told):
            return told
        case NotAllowed():
            return say("Your role may not do this.")
        case _:
            return Text(str(error))
