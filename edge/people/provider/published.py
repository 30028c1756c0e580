"""What a provider publishes of itself: its addresses, and the keys with which it signs."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from edge.people.provider.faults import NotConfirmed, ProviderAway
from edge.people.provider.web import Web
from edge.site.sign_in import is_guarded

log = logging.getLogger("talonmies.api")

THERE_S: Final = 10.0
"""For how long a provider that answered is taken to be there still: nobody is sent to one that is away."""
AWAY_S: Final = 2.0
"""For how long one that did not answer is not asked again: not everybody waits."""
KEYS_S: Final = 3600.0
NEW_KEYS_S: Final = 30.0
"""How often an unknown key may make us ask for new ones."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """in_form: the client's secret goes into the form and not into the header. says_who: answers name their provider (RFC 9207)."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    in_form: bool
    says_who: bool


class Published:
    """clock: steady seconds."""

    def __init__(self, issuer: str, web: Web, clock: Callable[[], float]) -> None:
        self._issuer, self._web, self._clock = issuer, web, clock
        self._asking = asyncio.Lock()
        self._addresses: Addresses | None = None
        self._away: ProviderAway | None = None
        self._holds_until = 0.0
        self._keys: KeySet | None = None
        self._keys_at = 0.0

    async def addresses(self) -> Addresses:
        """Raises ProviderAway. However many ask at once, the provider is asked once."""
        async with self._asking:
            if self._clock() >= self._holds_until:
                await self._look()
            if self._addresses is None:
                raise self._away or ProviderAway("The identity provider was never there.")
            return self._addresses

    async def _look(self) -> None:
        self._addresses = self._away = None
        try:
            self._addresses = _understood(
                await self._web.get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"), self._issuer
            )
        except (ProviderAway, NotConfirmed) as fault:
            log.warning("sign-in through %s does not work: %s", self._issuer, fault)
            self._away = fault if isinstance(fault, ProviderAway) else ProviderAway(str(fault))
        self._holds_until = self._clock() + (AWAY_S if self._addresses is None else THERE_S)

    async def keys(self, *, anew: bool = False) -> KeySet:
        """anew: one was used that is not among those known. Raises ProviderAway."""
        age_s = self._clock() - self._keys_at
        if self._keys is None or age_s >= KEYS_S or (anew and age_s >= NEW_KEYS_S):
            self._keys = _keys_in(await self._web.get((await self.addresses()).keys))
            self._keys_at = self._clock()
        return self._keys


def _understood(said: Mapping[str, Any], issuer: str) -> Addresses:
    """Raises ProviderAway for a provider that is another one, or whose addresses cannot be used."""
    if said.get("issuer") != issuer:
        raise ProviderAway("The identity provider has another name than security.sign_in.issuer.")

    def at(name: str) -> str | None:
        address = said.get(name)
        return address if isinstance(address, str) and is_guarded(address) else None

    authorization, token, keys = at("authorization_endpoint"), at("token_endpoint"), at("jwks_uri")
    if authorization is None or token is None or keys is None:
        raise ProviderAway("The identity provider names no address that can be used.")
    ways = said.get("token_endpoint_auth_methods_supported") or ("client_secret_basic",)
    return Addresses(
        authorization,
        token,
        keys,
        at("userinfo_endpoint"),
        at("end_session_endpoint"),
        in_form="client_secret_basic" not in ways,
        says_who=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _keys_in(said: Mapping[str, Any]) -> KeySet:
    """Those that sign and that we understand; others are no reason to refuse all."""
    listed, keys = said.get("keys"), []
    for one in listed if isinstance(listed, list) else ():
        try:
            if one.get("kty") != "oct" and one.get("use") != "enc":
                keys.append(JWKRegistry.import_key(one))
        except (JoseError, ValueError, TypeError, AttributeError):
            continue
    if not keys:
        raise ProviderAway("The identity provider publishes no key that can be used.")
    return KeySet(keys)
