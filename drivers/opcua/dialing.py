"""Opens a session with a server, and says in one sentence why there is none."""

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from drivers.opcua.credentials import Credentials
from edge.errors import DeviceFault, Refused, Unreachable
from edge.site.connections import OpcuaConnection

if TYPE_CHECKING:
    from asyncua import ua
    from asyncua.client.client import Client

TIMEOUT_S = 3.0
"""How long one answer is waited for."""
_SESSION_MS = 30_000
"""A server forgets us so long after we died; many can keep few sessions."""
_CHANNEL_MS = 3_600_000
"""After three quarters of it, the keys of a channel are changed."""
_NEVER_S = 1e6
_PORT = 4840


async def dial(described: OpcuaConnection, credentials: Credentials) -> "Client":
    """A client with a session. Raises Unreachable, Refused."""
    from asyncua.client.client import Client

    silence_library()
    client = Client(url_of(described), timeout=TIMEOUT_S, watchdog_intervall=_NEVER_S)
    client.name = client.description = "Talonmies"
    client.application_uri, client.product_uri = credentials.application_uri, "urn:talonmies"
    client.session_timeout, client.secure_channel_timeout = _SESSION_MS, _CHANNEL_MS
    if described.username is not None:
        client.set_user(described.username)
        client.set_password(credentials.password or "")
    try:
        if described.security != "none":
            await _secure(client, described, credentials)
        await client.connect()
    except DeviceFault:
        await leave(client)
        raise
    except Exception as error:
        await leave(client)
        raise told(error, described) from error
    return client


def silence_library() -> None:
    """Whatever it has to say is told in a sentence of ours, as the problem of the connection."""
    logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)


async def leave(client: "Client") -> None:
    """Close the session in good order, if the server still hears us."""
    with contextlib.suppress(Exception):
        await asyncio.wait_for(client.disconnect(), 1.0)
    with contextlib.suppress(Exception):
        client.disconnect_socket()


def url_of(described: OpcuaConnection) -> str:
    parts = urlsplit(described.url)
    return described.url if parts.port else parts._replace(netloc=f"{parts.netloc}:{_PORT}").geturl()


async def _secure(client: "Client", described: OpcuaConnection, credentials: Credentials) -> None:
    from asyncua import ua
    from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
    from asyncua.crypto.uacrypto import CertProperties

    encrypted = described.security == "encrypt"
    mode = ua.MessageSecurityMode.SignAndEncrypt if encrypted else ua.MessageSecurityMode.Sign
    shown = _certificate_shown(await client.connect_and_get_server_endpoints(), mode, SecurityPolicyBasic256Sha256.URI)
    if shown is None:
        raise Refused(f"the server offers no line that is {described.security}ed with Basic256Sha256")
    if credentials.server_certificate not in (None, shown):
        raise Refused("the server shows another certificate than the one in server_certificate")
    await client.set_security(
        SecurityPolicyBasic256Sha256,
        certificate=CertProperties(credentials.certificate or b"", "der"),
        private_key=CertProperties(credentials.key or b"", "pem"),
        server_certificate=CertProperties(shown, "der"),
        mode=mode,
    )


def _certificate_shown(endpoints: "list[ua.EndpointDescription]", mode: "ua.MessageSecurityMode", policy: str) -> bytes | None:
    """Of the endpoint that speaks so; without the chain that some servers send along."""
    for endpoint in endpoints:
        if endpoint.SecurityMode == mode and endpoint.SecurityPolicyUri == policy and endpoint.ServerCertificate:
            chain: bytes = endpoint.ServerCertificate
            return chain[: int.from_bytes(chain[2:4], "big") + 4]
    return None


_NOT_THAT_USER = {"BadUserAccessDenied", "BadIdentityTokenRejected", "BadIdentityTokenInvalid", "BadUserSignatureInvalid"}
_NOT_TRUSTED = "the server does not trust our certificate: have it accepted there"
_FULL = {"BadTooManySessions", "BadMaxConnectionsReached", "BadTcpNotEnoughResources"}


def told(error: BaseException, described: OpcuaConnection) -> DeviceFault:
    """What went wrong, for people; nothing of what was sent is in it."""
    from asyncua.ua.uaerrors import UaStatusCodeError

    place = urlsplit(url_of(described)).netloc.rpartition("@")[2]
    if isinstance(error, UaStatusCodeError):
        return Refused(_refusal(status_name(error.code), described))
    if isinstance(error, AssertionError) and described.security != "none":
        # The library stumbles over the refusal of a channel, and forgets its reason; in all of those we saw, it was this one.
        return Refused(_NOT_TRUSTED)
    if isinstance(error, TimeoutError):
        return Unreachable(f"no answer from {place} in time")
    if isinstance(error, OSError):
        return Unreachable(f"nothing answers at {place}" if _refused_at_once(error) else f"the line to {place} was lost")
    return Refused(f"what {place} answers makes no sense ({type(error).__name__})")


def _refused_at_once(error: OSError) -> bool:
    return error.errno is not None


def _refusal(name: str, described: OpcuaConnection) -> str:
    if name in _NOT_THAT_USER:
        if described.username is None:
            return f"the server lets nobody in without a user name ({name})"
        return f"the server does not accept the user name and password ({name})"
    if name.startswith("BadCertificate") or name == "BadSecurityChecksFailed":
        return f"{_NOT_TRUSTED} ({name})"
    if name in _FULL:
        return f"the server has no room for one more session ({name})"
    return f"the server refuses ({name})"


_FLAGS = 0xFFFF
"""Bits of a status that say no more of whether the value can be used."""


def status_name(code: int) -> str:
    from asyncua.ua import status_codes

    name: str = status_codes.get_name_and_doc(code & ~_FLAGS)[0]
    return name
