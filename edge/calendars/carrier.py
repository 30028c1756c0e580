"""Carries the conversation of a calendar source to its server, with bounds on time, size and where we let ourselves be sent.

Inner addresses are not refused: calendar servers of public buildings are on inner networks (docs/calendars.md).
"""

import asyncio
import logging
import ssl
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx

from edge.errors import DeviceFault
from edge.text import Text, say
from rooms.ics_lines import MOST_OCTETS
from rooms.sources.ics import too_large
from rooms.sources.port import Failed, Request, Response

# It logs whole addresses, and those may hold secrets.
logging.getLogger("httpx").setLevel(logging.WARNING)

PATIENCE_S = 60.0
_MOST_REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_READING = ("GET", "PROPFIND", "REPORT")
_OWN_HEADERS = {"User-Agent": "talonmies", "Accept-Encoding": "gzip"}
_STEP = 1 << 20
"""So much is unpacked before the event loop has its turn again."""

Outcome = TypeVar("Outcome")


class _Broken(DeviceFault):
    """The conversation cannot go on."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.message)
        self.text = text


async def carry(
    conversation: Generator[Request, Response, Outcome], trust: ssl.SSLContext, patience_s: float = PATIENCE_S
) -> Outcome | Failed:
    """How a conversation ends; Failed where the line, the server or our patience gives out.

    patience_s: for all of it, however steadily a slow server drips. What the source makes of an answer is worked out in a thread.
    Never puts an address into a failure: its path and query may be all the secret that guards it.
    """
    carrier = _Carrier(trust, patience_s)
    try:
        async with asyncio.timeout(patience_s):
            return await carrier.carry(conversation)
    except _Broken as broken:
        return Failed(broken.text)
    except (TimeoutError, httpx.TimeoutException):
        return Failed(say("The calendar's server {host} is too slow", host=carrier.host))
    except httpx.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return Failed(say("The certificate of the calendar's server {host} is not to be trusted", host=carrier.host))
        return Failed(say("The calendar's server {host} cannot be reached", host=carrier.host))
    except (httpx.HTTPError, httpx.InvalidURL, zlib.error):
        return Failed(say("The calendar's server {host} broke off or answered nonsense", host=carrier.host))


def host_of(url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return "?"


class _Carrier:
    """One conversation. left: how many octets it may still bring."""

    def __init__(self, trust: ssl.SSLContext, patience_s: float) -> None:
        self._trust = trust
        self._patience_s = patience_s
        self._left = MOST_OCTETS
        self.host = "?"

    async def carry(self, conversation: Generator[Request, Response, Outcome]) -> Outcome:
        async with httpx.AsyncClient(verify=self._trust, timeout=self._patience_s) as client:
            said = await asyncio.to_thread(_step, conversation, None)
            while isinstance(said, Request):
                self.host = host_of(said.url)
                said = await asyncio.to_thread(_step, conversation, await self._follow(client, said))
            return said.outcome

    async def _follow(self, client: httpx.AsyncClient, request: Request) -> Response:
        url = httpx.URL(request.url)
        headers = {**_OWN_HEADERS, **request.headers}
        for _ in range(_MOST_REDIRECTS + 1):
            async with client.stream(request.method, url, headers=headers, content=request.body or None) as response:
                if response.status_code not in _MOVED or "location" not in response.headers:
                    return Response(response.status_code, dict(response.headers), await self._body(response))
                if request.method not in _READING:
                    raise _Broken(say("The calendar's server {host} sends us elsewhere with what we want to write", host=url.host))
                url = _next(url, response.headers["location"])
        raise _Broken(say("The calendar's server {host} sends us round in circles", host=url.host))

    async def _body(self, response: httpx.Response) -> bytes:
        """The whole body, unpacked by hand so that a few octets cannot become more than is allowed."""
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip"):
            raise _Broken(say("The calendar's server packs its answer in a way that we did not ask for: {way}", way=encoding[:40]))
        unpacker = None if encoding == "identity" else zlib.decompressobj(31)
        body, received = bytearray(), False
        async for chunk in response.aiter_raw():
            received = True
            for part in (chunk,) if unpacker is None else _unpacked(unpacker, chunk):
                body += part
                if len(body) > self._left:
                    raise _Broken(too_large().problem)
                await asyncio.sleep(0)
        if unpacker is not None and received and not unpacker.eof:
            raise _Broken(say("The calendar's server broke off in the middle"))
        self._left -= len(body)
        return bytes(body)


@dataclass(frozen=True, slots=True)
class _End(Generic[Outcome]):
    """A conversation is over. outcome: may be None."""

    outcome: Outcome


def _step(conversation: Generator[Request, Response, Outcome], answer: Response | None) -> Request | _End[Outcome]:
    try:
        return next(conversation) if answer is None else conversation.send(answer)
    except StopIteration as end:
        return _End(end.value)


def _next(url: httpx.URL, location: str) -> httpx.URL:
    """Only to the same host, and never from https to http: elsewhere is for the one who writes the site file to decide."""
    there = url.join(location)
    if there.scheme not in ("http", "https") or (url.scheme == "https" and there.scheme == "http"):
        raise _Broken(
            say("The calendar's server {host} sends us to an unsafe address ({scheme})", host=url.host, scheme=there.scheme)
        )
    if there.host != url.host:
        raise _Broken(
            say(
                "The calendar's server {host} sends us to {other}: put the new address into the site file",
                host=url.host,
                other=there.host,
            )
        )
    return there


def _unpacked(unpacker: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
    part = unpacker.decompress(chunk, _STEP)
    yield part
    while len(part) == _STEP:
        part = unpacker.decompress(unpacker.unconsumed_tail, _STEP)
        yield part
