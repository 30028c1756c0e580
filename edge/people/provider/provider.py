"""A site's identity provider: where it sends people, and who they are when they come back with a code."""

import base64
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode

from edge.people.provider.faults import NotConfirmed
from edge.people.provider.flow import Flow
from edge.people.provider.id_token import UnknownKey, claims_of
from edge.people.provider.newcomer import Newcomer, newcomer_of, tells_enough
from edge.people.provider.published import Addresses, Published
from edge.people.provider.web import PATIENCE_S, Web
from edge.site.sign_in import SignIn


class Provider:
    """secret: None for a public client. clock: steady seconds. To make one takes a moment; a thread may do it."""

    def __init__(
        self,
        section: SignIn,
        secret: str | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.section = section
        self._secret = secret
        self._web = Web(ssl.create_default_context(), patience_s)
        self._published = Published(section.issuer, self._web, clock)

    async def address_for(self, flow: Flow, callback: str) -> str:
        """Where a browser goes to sign in. Raises ProviderAway when nobody would be there."""
        addresses = await self._published.addresses()
        asked = {
            "response_type": "code",
            "client_id": self.section.client_id,
            "redirect_uri": callback,
            "scope": " ".join(dict.fromkeys(("openid", *self.section.scopes))),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
        }
        return _with(addresses.authorization, asked)

    async def newcomer(self, flow: Flow, code: str, said_by: str | None, callback: str, now: datetime) -> Newcomer:
        """said_by: how the answer names its provider. Raises ProviderAway, NotConfirmed, NoRole."""
        addresses = await self._published.addresses()
        if said_by != self.section.issuer and (said_by is not None or addresses.says_who):
            raise NotConfirmed("The answer comes from another provider.")
        answer = await self._exchanged(addresses, flow, code, callback)
        claims = await self._checked(str(answer.get("id_token", "")), flow, now)
        if not tells_enough(self.section, claims) and addresses.userinfo is not None:
            claims = {**claims, **await self._userinfo(addresses.userinfo, str(answer.get("access_token", "")), claims)}
        return newcomer_of(self.section, claims)

    async def address_after(self, back: str) -> str | None:
        """Where a browser goes to sign out; None where the provider has no such place. Raises ProviderAway."""
        end_session = (await self._published.addresses()).end_session
        asked = {"client_id": self.section.client_id, "post_logout_redirect_uri": back}
        return None if end_session is None else _with(end_session, asked)

    async def _exchanged(self, addresses: Addresses, flow: Flow, code: str, callback: str) -> Mapping[str, Any]:
        client = self.section.client_id
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback, "code_verifier": flow.verifier}
        headers: dict[str, str] = {}
        if self._secret is None:
            form["client_id"] = client
        elif addresses.in_form:
            form |= {"client_id": client, "client_secret": self._secret}
        else:
            # RFC 6749, section 2.3.1: each is encoded as in a form before they are joined.
            pair = f"{quote_plus(client)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return await self._web.post(addresses.token, form, headers)

    async def _checked(self, token: str, flow: Flow, now: datetime) -> Mapping[str, Any]:
        wanted = {"issuer": self.section.issuer, "client": self.section.client_id, "nonce": flow.nonce}
        try:
            return claims_of(token, await self._published.keys(), **wanted, now=now)
        except UnknownKey:
            return claims_of(token, await self._published.keys(anew=True), **wanted, now=now)

    async def _userinfo(self, address: str, access_token: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises NotConfirmed where it speaks of somebody else (OpenID Connect Core 1.0, section 5.3.2)."""
        said = await self._web.get(address, {"Authorization": f"Bearer {access_token}"})
        if said.get("sub") != claims["sub"]:
            raise NotConfirmed("The provider speaks of two people.")
        return said


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
