"""Signing in and out, and what somebody sees instead of a page that is not open to them."""

import math
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from api import policy
from api.console.forms import local_path
from api.console.pages import Pages
from api.console.roles import not_allowed_to
from api.gate import caller_of, panel_cookie, session_cookie, session_of, wants_page
from api.identity import Identity, NotSignedIn, SignedIn
from api.models import PersonName
from api.port import Desk
from api.readers import Readers
from api.routes import PREFIX
from api.sessions import Caller
from api.tokens import Tokens
from edge.people.passwords import LONGEST
from edge.site.fields import Role
from edge.text import say

if TYPE_CHECKING:
    from edge.people.provider.provider import Provider

SIGN_IN: Final = "/sign-in"

_PANEL: Final = say("This token is for one screen: the panel of a room, or a display.")

SignedOut = Callable[[Request], Awaitable[Response | None]]
Given = Annotated[str, Form(max_length=LONGEST)]
Back = Annotated[str, Form()]


class SignInPages:
    """tokens: one of them signs people in until somebody has an account. sealed: the code that the site keeps for emergencies.

    provider: through which people may sign in besides.
    """

    def __init__(
        self,
        desk: Desk,
        readers: Readers,
        pages: Pages,
        identity: Identity,
        tokens: Tokens,
        sealed: str | None,
        provider: "Provider | None",
    ) -> None:
        self._desk = desk
        self._readers = readers
        self._pages = pages
        self._identity = identity
        self._tokens = tokens
        self._sealed = sealed
        self._provider = provider

    def challenge(self, request: Request) -> Response:
        """The sign-in page in place of one that was asked for."""
        return self.page(request, 401, request.url.path)

    def forbidden(self, request: Request) -> Response:
        """What a role may not ask for, in a sentence that names those who may."""
        roles = policy.roles_for(request.method, request.url.path)
        caller = caller_of(request)
        if request.url.path.startswith(PREFIX):
            return JSONResponse({"detail": _plainly(caller, roles)}, 403)
        renderer = self._readers.of_page(request)
        if caller.is_screen and wants_page(request):
            return self._pages.answer("panel_refused.html", request, 403, shown=renderer.name(caller.room or caller.display or ""))
        told = renderer.text(_PANEL) if caller.is_screen else not_allowed_to(renderer, roles)
        if wants_page(request):
            return self._pages.answer("refused.html", request, 403, back=caller.home, why=told)
        return JSONResponse({"detail": told}, 403)

    def router(self, signed_out: SignedOut) -> APIRouter:
        """signed_out: what somebody sees next who came through the provider; None: nothing of it."""
        routes = APIRouter(include_in_schema=False)

        @routes.get(SIGN_IN)
        async def sign_in_page(request: Request) -> Response:
            return self.page(request, 200, "/")

        @routes.post(SIGN_IN)
        async def sign_in(
            request: Request, name: Annotated[PersonName, Form()], password: Given = "", token: Given = "", back: Back = "/"
        ) -> Response:
            if self._identity.roll.empty:
                found = self._identity.sign_in_by_token(self._desk, self._tokens, name, token, address_of(request))
                return self.answer(request, back, found)
            return self.answer(request, back, await self._identity.sign_in(self._desk, name, password, address_of(request)))

        @routes.post("/sign-in/sealed")
        async def sealed(request: Request, name: Annotated[PersonName, Form()], code: Given, back: Back = "/") -> Response:
            found = self._identity.break_glass(self._desk, self._sealed, name, code, address_of(request))
            return self.answer(request, back, found, wrong="code")

        @routes.post("/sign-in/panel")
        async def panel(request: Request, token: Given) -> Response:
            caller = self._identity.panel(self._desk, token.strip(), address_of(request))
            if isinstance(caller, NotSignedIn):
                return self.answer(request, "/", caller, wrong="panel" if caller.no_room is None else "no-room")
            answer = RedirectResponse(caller.home, 303)
            answer.headers.append("Set-Cookie", panel_cookie(request, token.strip()))
            return answer

        @routes.post("/sign-out")
        async def sign_out(request: Request) -> Response:
            caller = caller_of(request)
            await self._identity.sign_out(self._desk, caller, session_of(request), address_of(request))
            onward = await signed_out(request) if caller.by_provider else None
            return onward or RedirectResponse(SIGN_IN, 303)

        return routes

    def answer(self, request: Request, back: str, found: SignedIn | NotSignedIn, wrong: str = "name") -> Response:
        """A new id at each sign-in: whoever knew the one before has nothing of it."""
        if isinstance(found, NotSignedIn):
            seconds = math.ceil(found.wait_s)
            page = self.page(
                request,
                429 if seconds else 403,
                local_path(back),
                wait_s=seconds,
                wrong="" if seconds else wrong,
                room=found.no_room,
            )
            if seconds:
                page.headers["Retry-After"] = str(seconds)
            return page
        self._identity.sessions.end(session_of(request))
        caller = self._identity.sessions.caller(found.id)
        answer = RedirectResponse(caller.home if caller is not None and local_path(back) == "/" else local_path(back), 303)
        answer.headers.append("Set-Cookie", session_cookie(request, found.id))
        return answer

    def page(
        self, request: Request, status: int, back: str, *, wait_s: int = 0, wrong: str = "", room: str | None = None
    ) -> Response:
        by_token = self._identity.roll.empty
        return self._pages.answer(
            "sign_in.html",
            request,
            status,
            back=back,
            by_token=by_token,
            has_sealed=self._sealed is not None,
            has_panels=any(token.room or token.display for token in self._identity.roll.tokens.values()),
            provider=self._name_of_provider(request),
            wait_s=wait_s,
            wrong="token" if by_token and wrong == "name" else wrong,
            room=room,
        )

    def _name_of_provider(self, request: Request) -> str | None:
        """On its button."""
        if self._provider is None:
            return None
        section = self._provider.section
        named = section.name.in_language(self._readers.of_page(request).language) if section.name is not None else None
        return named or section.host


def _plainly(caller: Caller, roles: Collection[Role]) -> str:
    if caller.is_screen:
        return _PANEL.message
    return f"A {caller.role} may not do this; ask one of: {', '.join(sorted(roles))}."


def address_of(request: Request) -> str:
    return request.client.host if request.client is not None else "unknown"
