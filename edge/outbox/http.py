"""Letters by HTTP: to a webhook, and to a gateway for text messages.

Nobody sends us elsewhere: a redirect is an answer that did not take the letter. Of an answer, only its status is looked at.
"""

import asyncio
import json
import logging
import re
import ssl
from collections.abc import Mapping
from typing import Any

import httpx

from edge.outbox.letter import Letter
from edge.outbox.sender import PATIENCE_S, NotDelivered
from edge.site.escalations import SmsGateway
from edge.text import say

# It logs whole addresses, and those may hold secrets.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Webhook:
    """secret: sent as a bearer token."""

    def __init__(self, url: str, secret: str | None, trust: ssl.SSLContext, patience_s: float = PATIENCE_S) -> None:
        self._url, self._trust, self._patience_s = url, trust, patience_s
        self._headers = {} if secret is None else _bearer(secret)

    async def send(self, letter: Letter) -> None:
        await post(self._url, self._headers, letter.key, letter.data, self._trust, self._patience_s)


class Sms:
    """One telephone number, by the site's gateway."""

    def __init__(
        self, gateway: SmsGateway, phone: str, secret: str | None, trust: ssl.SSLContext, patience_s: float = PATIENCE_S
    ) -> None:
        self._gateway, self._phone, self._secret = gateway, "".join(c for c in phone if c in "+0123456789"), secret
        self._trust, self._patience_s = trust, patience_s

    async def send(self, letter: Letter) -> None:
        known = {"phone": self._phone, "text": letter.text, "key": letter.key, "secret": self._secret or ""}
        headers = {name: _filled(value, known) for name, value in self._gateway.headers.items()}
        if not headers and self._secret is not None:
            headers = _bearer(self._secret)
        body = {name: _filled(value, known) for name, value in self._gateway.body.items()}
        await post(self._gateway.url, headers, letter.key, body, self._trust, self._patience_s)


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    """In one pass, so that nothing in a message is taken for a place to fill."""
    if isinstance(value, str):
        return re.sub(r"\{([a-z]+)\}", lambda place: known.get(place[1], place[0]), value)
    return [_filled(each, known) for each in value] if isinstance(value, tuple) else value


async def post(
    url: str, headers: Mapping[str, str], key: str, body: Mapping[str, Any], trust: ssl.SSLContext, patience_s: float
) -> None:
    """Raises NotDelivered unless the answer says that the letter was taken."""
    all_headers = {
        "User-Agent": "talonmies",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        **headers,
    }
    content = json.dumps(body, ensure_ascii=False).encode()
    try:
        async with (
            asyncio.timeout(patience_s),
            httpx.AsyncClient(verify=trust, timeout=patience_s, follow_redirects=False) as client,
            client.stream("POST", url, headers=all_headers, content=content) as response,
        ):
            status = response.status_code
    except (TimeoutError, httpx.TimeoutException):
        raise NotDelivered(say("The service does not answer in time")) from None
    except httpx.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise NotDelivered(say("The certificate of the service is not to be trusted")) from None
        raise NotDelivered(say("The service cannot be reached")) from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        raise NotDelivered(say("The service broke off or answered nonsense")) from None
    if 300 <= status < 400:
        raise NotDelivered(say("The service sends us elsewhere: put the new address into the site file"))
    if not 200 <= status < 300:
        raise NotDelivered(say("The service refused it ({code})", code=status))
