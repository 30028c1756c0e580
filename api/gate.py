"""Who may come in, before anything else looks at a request: host, size, origin, token or session. Closed unless said otherwise.

Every answer, also a refusal, leaves with the headers that keep a page from being framed, sniffed or fed with foreign scripts.
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import policy
from api.identity import Identity
from api.sessions import Caller
from api.tokens import MANAGER, Tokens

COOKIE: Final = "talonmies_session"
"""Over https it carries the prefix with which a browser lets no other host and no plain http set it."""
LARGEST_BODY: Final = 64 * 1024
BODY_WITHIN_S: Final = 10.0
SEND_WITHIN_S: Final = 30.0
"""A reader that takes nothing for so long is let go."""
PANEL_COOKIE: Final = "talonmies_panel"
"""Holds the token of a panel's browser: it shows its room again after any restart, until the token is revoked."""
FLOW_COOKIE: Final = "talonmies_flow"
"""Holds the secret of a way to the identity provider and back, for as long as that takes."""
OPEN_FOLDER: Final = "/static/"
LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_OTHER_SCHEME: Final = (
    "The page came by https and what it asks did not, or the other way round: a proxy for https stands on the controller's own "
    "computer and says X-Forwarded-Proto."
)
_STORED: Final = {"Cache-Control": "no-store"}

Challenge = Callable[[Request], Response]
"""Asks a person to sign in, or says that something is not for them."""


def caller_of(request: Request) -> Caller:
    """Of a request that was let in."""
    caller: Caller = request.state.caller
    return caller


class Gate:
    """hosts: names under which the controller may be reached besides the loopback's. tokens: the secrets of the site file.

    identity: who has an account, a session or a token of their own. now: the time by which tokens end.

    signed_in: a page opened without a session gets one by itself, under this name, of the facility manager; only for a demo on
    the loopback.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        tokens: Tokens,
        identity: Identity,
        now: Callable[[], datetime],
        challenge: Challenge,
        forbidden: Challenge,
        hosts: Collection[str] = (),
        signed_in: str | None = None,
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._identity = identity
        self._now = now
        self._challenge = challenge
        self._forbidden = forbidden
        self._hosts = LOOPBACK_HOSTS | {host.lower() for host in hosts}
        self._signed_in = signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        guarded = _Guarded(scope["path"], send)
        refusal = self._refusal(request)
        if refusal is None and request.method not in SAFE_METHODS:
            try:
                receive = _replayed(await asyncio.wait_for(_whole_body(request.headers, receive), BODY_WITHIN_S), receive)
            except (_TooLarge, TimeoutError) as error:
                refusal = error.answer if isinstance(error, _TooLarge) else _refused(408, "The request took too long to arrive.")
        if refusal is None:
            refusal = self._admit(request, guarded)
        with contextlib.suppress(_TakesNothing):
            await (refusal or self._app)(scope, receive, guarded.send)

    def _refusal(self, request: Request) -> Response | None:
        host = request.headers.get("host", "").lower()
        if _without_port(host) not in self._hosts:
            return _refused(421, "This controller is not known by that host name.")
        if request.method in SAFE_METHODS or self._program(request) is not None:
            return None
        origin = request.headers.get("origin")
        if origin is None and self._caller(request) is None and not policy.is_open(request.method, request.url.path):
            return None  # a program without its token: it is told to send it
        scheme, _, asked_at = (origin or "").lower().partition("://")
        if asked_at != host:
            return _refused(403, "The request comes from another site's page.")
        return None if scheme == request.url.scheme else _refused(403, _OTHER_SCHEME)

    def _admit(self, request: Request, guarded: "_Guarded") -> Response | None:
        """Note the caller for the routes, or give the answer to somebody who may not come in."""
        caller = self._caller(request)
        method, path = request.method, request.url.path
        if caller is None and self._signed_in is not None and request.method in SAFE_METHODS and not path.startswith("/api/"):
            id_ = self._identity.sessions.begin(self._signed_in, MANAGER)
            guarded.cookie = session_cookie(request, id_)
            caller = self._identity.sessions.caller(id_)
        request.scope.setdefault("state", {})["caller"] = caller
        if policy.is_open(method, path) or path.startswith(OPEN_FOLDER) or policy.is_no_method_of_what_is_open(method, path):
            return None
        if policy.open_here(method, path) and (caller is not None or _from_this_computer(request)):
            return None
        if caller is not None:
            if caller.is_screen and wants_page(request) and (token := _panel_token(request)) is not None:
                guarded.cookie = panel_cookie(request, token)
            return None if policy.admitted(caller, method, path) else self._forbidden(request)
        if request.method in SAFE_METHODS and wants_page(request):
            return self._challenge(request)
        return _refused(401, "Sign in, or send the token as: Authorization: Bearer TOKEN.", {"WWW-Authenticate": "Bearer"})

    def _caller(self, request: Request) -> Caller | None:
        if "authorization" in request.headers:
            return self._program(request)
        return self._identity.sessions.caller(session_of(request)) or self._panel(request)

    def _program(self, request: Request) -> Caller | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        role = self._tokens.role_of(token.strip())
        return Caller(None, role) if role is not None else self._identity.program(token.strip(), self._now)

    def _panel(self, request: Request) -> Caller | None:
        token = _panel_token(request)
        caller = self._identity.program(token, self._now) if token is not None else None
        return caller if caller is not None and caller.is_screen else None


def session_of(request: Request) -> str | None:
    """The id that the browser keeps."""
    return request.cookies.get(_cookie_name(request, COOKIE))


def _panel_token(request: Request) -> str | None:
    return request.cookies.get(_cookie_name(request, PANEL_COOKIE))


def session_cookie(request: Request, id_: str) -> str:
    return _cookie(request, COOKIE, id_)


def panel_cookie(request: Request, token: str) -> str:
    """Browsers keep none for longer than 400 days; each page that a panel loads begins them anew."""
    return f"{_cookie(request, PANEL_COOKIE, token)}; Max-Age={400 * 24 * 3600}"


def flow_of(request: Request) -> str | None:
    return request.cookies.get(_cookie_name(request, FLOW_COOKIE))


def flow_cookie(request: Request, value: str, lasts_s: int) -> str:
    return f"{_cookie(request, FLOW_COOKIE, value)}; Max-Age={lasts_s}"


def _cookie(request: Request, name: str, value: str) -> str:
    secure = "; Secure" if _is_secure(request) else ""
    return f"{_cookie_name(request, name)}={value}; Path=/; HttpOnly; SameSite=Strict{secure}"


def _cookie_name(request: Request, name: str) -> str:
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _refused(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"detail": sentence}, status, headers)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _from_this_computer(request: Request) -> bool:
    """Also not through a proxy on it that fails to say for whom it asks."""
    if _without_port(request.headers.get("host", "").lower()) not in LOOPBACK_HOSTS:
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class _TakesNothing(Exception):
    """The reader's line is full; what waits to be sent to it is given up."""


class _TooLarge(Exception):
    answer = _refused(413, f"The request is larger than {LARGEST_BODY} bytes.")


async def _whole_body(headers: Headers, receive: Receive) -> bytes:
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) > LARGEST_BODY:
        raise _TooLarge
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise _TooLarge
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


class _Guarded:
    """The way out: adds the headers that every answer has, unless the answer has its own, as kept pictures do."""

    def __init__(self, path: str, send: Send) -> None:
        self._send = send
        self._headers = HEADERS if path.startswith(OPEN_FOLDER) else {**HEADERS, **_STORED}
        self.cookie: str | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            if self.cookie is not None:
                headers.append("Set-Cookie", self.cookie)
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await self._send(message)
        except TimeoutError as error:
            raise _TakesNothing from error
