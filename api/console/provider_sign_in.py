"""The way through the site's identity provider: out to it, and back with a code that says who somebody is.

People leave by a link and not by a form: a browser takes no form of ours elsewhere. They come back from another site's page, so the
first request has no cookies of ours (SameSite=Strict); a page of our own then leads on to the same address, and that request has.
"""

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import local_path
from api.console.pages import Pages
from api.console.sign_in import SIGN_IN, SignInPages, address_of
from api.gate import flow_cookie, flow_of
from api.identity import Identity, Return
from api.port import Desk
from edge.people.provider.faults import NoRole, NotConfirmed, ProviderAway
from edge.people.provider.flow import LASTS_S, Flow

if TYPE_CHECKING:
    from edge.people.provider.provider import Provider

CALLBACK: Final = "/sign-in/callback"
_FOREIGN: Final = frozenset({"cross-site", "same-site"})


class ProviderSignIn:
    def __init__(self, desk: Desk, pages: Pages, identity: Identity, provider: "Provider | None", sign_in: SignInPages) -> None:
        self._desk = desk
        self._pages = pages
        self._identity = identity
        self._provider = provider
        self._sign_in = sign_in

    def router(self) -> APIRouter:
        routes = APIRouter(include_in_schema=False)

        @routes.get("/sign-in/provider")
        async def leave(request: Request, back: str = "/") -> Response:
            # Only from a page of ours: no other site changes who is signed in here.
            if self._provider is None or request.headers.get("sec-fetch-site") in _FOREIGN:
                return self._sign_in.page(request, 200, "/")
            flow = Flow.begin(local_path(back))
            try:
                address = await self._provider.address_for(flow, _here(request, CALLBACK))
            except ProviderAway:
                return self._sign_in.page(request, 503, flow.back, wrong="away")
            return _with_flow(RedirectResponse(address, 303), request, flow.cookie, LASTS_S)

        @routes.get(CALLBACK)
        async def come_back(request: Request, state: str = "", code: str = "", iss: str | None = None, again: str = "") -> Response:
            if self._provider is None or not state:
                return self._sign_in.page(request, 200, "/")
            flow = Flow.of_cookie(flow_of(request))
            if flow is None and not again:
                said = {"state": state, "code": code, "again": "1"} | ({} if iss is None else {"iss": iss})
                return self._pages.answer("onward.html", request, on=f"{CALLBACK}?{urlencode(said)}", signed_out=False)
            if flow is None or not flow.fits(state):
                return self._sign_in.page(request, 403, "/", wrong="late")
            answer = await self._arrived(request, self._provider, flow, code, iss)
            return _with_flow(answer, request, "", 0)

        return routes

    async def _arrived(self, request: Request, provider: "Provider", flow: Flow, code: str, said_by: str | None) -> Response:
        back = local_path(flow.back)
        if not code:  # it says why instead, in words that are not for people
            return self._sign_in.page(request, 403, back, wrong="unconfirmed")
        came = Return(flow, code, said_by, _here(request, CALLBACK), address_of(request))
        try:
            found = await self._identity.sign_in_by_provider(self._desk, provider, came)
        except ProviderAway:
            return self._sign_in.page(request, 503, back, wrong="away")
        except NotConfirmed:
            return self._sign_in.page(request, 403, back, wrong="unconfirmed")
        except NoRole:
            return self._sign_in.page(request, 403, back, wrong="no-role")
        return self._sign_in.answer(request, back, found)

    async def signed_out(self, request: Request) -> Response | None:
        """The page that leads on to the provider's own sign-out, where it has one and is there."""
        if self._provider is None or not self._provider.section.sign_out:
            return None
        try:
            on = await self._provider.address_after(_here(request, SIGN_IN))
        except ProviderAway:
            return None
        request.state.caller = None
        return None if on is None else self._pages.answer("onward.html", request, on=on, signed_out=True)


def _here(request: Request, path: str) -> str:
    """Under the name that the browser uses and the gate knows."""
    return f"{request.url.scheme}://{request.url.netloc}{path}"


def _with_flow(answer: Response, request: Request, value: str, lasts_s: int) -> Response:
    answer.headers.append("Set-Cookie", flow_cookie(request, value, lasts_s))
    return answer
