"""The section of the site file about an identity provider: where it is, and which of its groups act in which role."""

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from edge.site.booking import Texts
from edge.site.fields import Flag, Id, NamesField, PlainText, Role, SecretRef, Section
from edge.site.frozen import Table
from edge.site.wrong import Wrong
from edge.text import say

_ISSUER = r"https?://[^\s/?#][^\s?#]*"


def is_guarded(address: str) -> bool:
    """Whether nobody on the way reads or changes what is sent there: https, or this computer itself."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and parts.username is None and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts)))


def _is_here(parts: SplitResult) -> bool:
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _issuer(value: str) -> str:
    if not is_guarded(value):
        raise Wrong(
            say("The address of an identity provider begins with https:// and a host; only on this computer may it be http://.")
        )
    return value


Issuer = Annotated[
    str,
    StringConstraints(pattern=f"^{_ISSUER}$", max_length=2000),
    AfterValidator(_issuer),
    WithJsonSchema({"type": "string", "pattern": f"^{_ISSUER}$", "maxLength": 2000}),
]


class Grant(Section):
    """What a group of the provider's people may do here."""

    role: Role
    agency: Id | None = Field(None, description="Of a clerk, whose rooms they see")

    @model_validator(mode="after")
    def _has_its_agency(self) -> Self:
        if self.role == "clerk" and self.agency is None:
            raise Wrong(say("A clerk belongs to an agency. Write {example}.", example="{role: clerk, agency: ID}"))
        if self.role != "clerk" and self.agency is not None:
            raise Wrong(say("Only a clerk belongs to an agency. Remove it."), "agency")
        return self


def _grant(value: object) -> object:
    return {"role": value} if isinstance(value, str) else value


GrantField = Annotated[Grant, BeforeValidator(_grant, json_schema_input_type=Role | Grant)]


def _not_empty(roles: Mapping[str, Grant]) -> Mapping[str, Grant]:
    if not roles:
        raise Wrong(say("Nobody could sign in. Write at least one value of the claim and its role."))
    return roles


class SignIn(Section):
    """An identity provider (OpenID Connect) through which people sign in besides those with an account here."""

    issuer: Issuer = Field(description="As the provider itself writes it; its addresses are read from below it")
    client_id: PlainText
    client_secret: SecretRef | None = Field(None, description="Absent: the provider knows this client as public")
    name: NamesField | None = Field(None, description="Of the provider, on the button; absent: the host of the issuer")
    scopes: Texts = Field(("profile",), description="Asked for besides openid")
    claim: PlainText = Field("groups", description="Where the provider says who somebody is: a claim, inner ones after dots")
    roles: Annotated[Table[PlainText, GrantField], AfterValidator(_not_empty)] = Field(
        description="By value of the claim, the role; of several the first in this order"
    )
    sign_out: Flag = Field(True, description="Whether signing out here leads on to the provider's own sign-out")

    @property
    def host(self) -> str:
        return urlsplit(self.issuer).hostname or ""
