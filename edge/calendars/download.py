"""Getting a calendar from its address, with bounds on time, size and where we let ourselves be sent."""

import asyncio
import logging
import ssl
import zlib
from dataclasses import dataclass

import httpx

from edge.errors import DeviceFault
from edge.text import Text, say
from rooms.sources.ics import MOST_OCTETS

# It logs whole addresses, and those may hold secrets.
logging.getLogger("httpx").setLevel(logging.WARNING)

_MOST_REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)


class DownloadFailed(DeviceFault):
    def __init__(self, text: Text) -> None:
        super().__init__(text.message)
        self.text = text


@dataclass(frozen=True, slots=True)
class Response:
    """headers: names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


async def download(url: str, headers: dict[str, str], trust: ssl.SSLContext, patience_s: float) -> Response:
    """patience_s: for all of it, however steadily a slow server drips. Raises DownloadFailed.

    Never puts the address into an error: its path and query may be all the secret that guards it.
    """
    host = host_of(url)
    try:
        async with asyncio.timeout(patience_s), httpx.AsyncClient(verify=trust, timeout=patience_s) as client:
            return await _follow(client, httpx.URL(url), {"User-Agent": "talonmies", **headers})
    except TimeoutError as error:
        raise DownloadFailed(say("The calendar's server {host} is too slow", host=host)) from error
    except httpx.TimeoutException as error:
        raise DownloadFailed(say("The calendar's server {host} is too slow", host=host)) from error
    except httpx.ConnectError as error:
        raise DownloadFailed(say("The calendar's server {host} cannot be reached", host=host)) from error
    except (httpx.HTTPError, httpx.InvalidURL, zlib.error) as error:
        raise DownloadFailed(say("The calendar's server {host} broke off or answered nonsense", host=host)) from error


def host_of(url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return "?"


async def _follow(client: httpx.AsyncClient, url: httpx.URL, headers: dict[str, str]) -> Response:
    for _ in range(_MOST_REDIRECTS + 1):
        async with client.stream("GET", url, headers=headers) as response:
            if response.status_code not in _MOVED or "location" not in response.headers:
                return Response(response.status_code, dict(response.headers), await _body(response))
            url = _next(url, response.headers["location"])
    raise DownloadFailed(say("The calendar's server {host} sends us round in circles", host=url.host))


def _next(url: httpx.URL, location: str) -> httpx.URL:
    """Only to the same host, and never from https to http: elsewhere is for the one who writes the site file to decide."""
    there = url.join(location)
    if there.scheme not in ("http", "https") or (url.scheme == "https" and there.scheme == "http"):
        raise DownloadFailed(
            say("The calendar's server {host} sends us to an unsafe address ({scheme})", host=url.host, scheme=there.scheme)
        )
    if there.host != url.host:
        raise DownloadFailed(
            say(
                "The calendar's server {host} sends us to {other}: put the new address into the site file",
                host=url.host,
                other=there.host,
            )
        )
    return there


async def _body(response: httpx.Response) -> bytes:
    """The whole body, unpacked by hand so that a few octets cannot become more than is allowed."""
    if response.status_code != 200:
        return b""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise DownloadFailed(
            say("The calendar's server packs its answer in a way that we did not ask for: {way}", way=encoding[:40])
        )
    unpacker = None if encoding == "identity" else zlib.decompressobj(31)
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk if unpacker is None else unpacker.decompress(chunk, MOST_OCTETS + 1 - len(body))
        if len(body) > MOST_OCTETS:
            raise DownloadFailed(say("The calendar is larger than {most} MB", most=MOST_OCTETS // 1_000_000))
    if unpacker is not None and not unpacker.eof:
        raise DownloadFailed(say("The calendar's server broke off in the middle"))
    return bytes(body)
