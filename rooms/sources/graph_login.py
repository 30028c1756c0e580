"""The application's way into Microsoft 365: a token for its id and secret (OAuth 2.0 client credentials).

Source: Microsoft identity platform, OAuth 2.0 client credentials flow, "Get a token".
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from edge.text import say
from rooms.sources.graph_answers import NoAnswer, json_object, nonsense
from rooms.sources.port import Failed, Request, Response
from rooms.sources.status import failure_of

_AT_LEAST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    until: datetime


class GraphLoginState:
    """The present token, in memory only; all mailboxes of a calendar share it."""

    def __init__(self, tenant: str, client: str, secret: str, login_url: str) -> None:
        self._url = f"{login_url.rstrip('/')}/{quote(tenant, safe='')}/oauth2/v2.0/token"
        self._client = client
        self._secret = secret
        self._token: _Token | None = None

    def token(self, scope: str, now: datetime) -> Generator[Request, Response, str]:
        """One that holds on for a while yet; asked for only where none is known. Raises NoAnswer."""
        if self._token is None or self._token.until - now < _AT_LEAST:
            self._token = _read(now, (yield self._request(scope)))
        return self._token.text

    def forget(self, token: str) -> None:
        """The service does not take it any more; another mailbox may have got a newer one since."""
        if self._token is not None and self._token.text == token:
            self._token = None

    def _request(self, scope: str) -> Request:
        form = {"client_id": self._client, "client_secret": self._secret, "scope": scope, "grant_type": "client_credentials"}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        return Request("POST", self._url, headers, urlencode(form).encode())


def _read(now: datetime, response: Response) -> _Token:
    if response.status in (400, 401, 403):
        problem = say(
            "Microsoft does not let the application in (status {status}): check the calendar's tenant, client and secret",
            status=response.status,
        )
        raise NoAnswer(Failed(problem))
    if response.status != 200:
        raise NoAnswer(failure_of(response.status, response.headers))
    answer = json_object(response)
    text, seconds = answer.get("access_token"), str(answer.get("expires_in"))
    # Nothing else may stand in a header: an answer with line ends in it would write headers of its own.
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not seconds.isdecimal() or not text.strip():
        raise NoAnswer(nonsense())
    return _Token(text, now + timedelta(seconds=int(seconds[:6])))
