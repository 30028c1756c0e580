"""Questions to a provider: one try, few seconds, a bounded answer, and no redirects."""

import asyncio
import json
import logging
import ssl
from collections.abc import Mapping
from typing import Any, Final

import httpx

from edge.people.provider.faults import NotConfirmed, ProviderAway

# It logs whole addresses.
logging.getLogger("httpx").setLevel(logging.WARNING)

PATIENCE_S: Final = 3.0
_LARGEST: Final = 512 * 1024


class Web:
    def __init__(self, trust: ssl.SSLContext, patience_s: float = PATIENCE_S) -> None:
        self._trust, self._patience_s = trust, patience_s

    async def get(self, address: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        return await self._ask(httpx.Request("GET", address, headers=headers))

    async def post(self, address: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, Any]:
        return await self._ask(httpx.Request("POST", address, data=form, headers=headers))

    async def _ask(self, request: httpx.Request) -> Mapping[str, Any]:
        """Raises ProviderAway, and NotConfirmed where the provider understood and said no."""
        request.headers["Accept"] = "application/json"
        try:
            async with (
                asyncio.timeout(self._patience_s),
                httpx.AsyncClient(verify=self._trust, timeout=self._patience_s) as client,
            ):
                response = await client.send(request, stream=True, follow_redirects=False)
                status, body = response.status_code, await _bounded(response)
        except (TimeoutError, httpx.TimeoutException):
            raise ProviderAway("The identity provider does not answer in time.") from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
            raise ProviderAway("The identity provider cannot be reached.") from None
        if status in (400, 401, 403):
            raise NotConfirmed(f"The identity provider said no ({status}).")
        found = _read(body)
        if status != 200 or found is None:
            raise ProviderAway(f"The identity provider answers something else ({status}).")
        return found


async def _bounded(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _LARGEST:
            raise ProviderAway("The identity provider answers too much.")
    return body


def _read(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
