"""The ID token: what makes a provider's word about a person its own, fresh, and meant for us.

Source: OpenID Connect Core 1.0, section 3.1.3.7.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from edge.people.provider.faults import NotConfirmed

SIGNED_WITH: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""With the provider's own key: neither "none" nor a secret that others know too."""
SLACK_S: Final = 60
"""By how much the clocks of the provider and of the controller may differ."""


class UnknownKey(NotConfirmed):
    """Signed with a key that is not among those known; the provider may have a new one."""


def claims_of(token: str, keys: KeySet, *, issuer: str, client: str, nonce: str, now: datetime) -> Mapping[str, Any]:
    """Raises NotConfirmed."""
    try:
        claims = jwt.decode(token, keys, algorithms=list(SIGNED_WITH)).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=SLACK_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
    except InvalidKeyIdError:
        raise UnknownKey("The ID token is signed with an unknown key.") from None
    except JoseError as error:
        claim = f" ({error.claim})" if isinstance(error, ClaimError) else ""
        raise NotConfirmed(f"The ID token does not hold: {error.error}{claim}.") from None
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise NotConfirmed("The ID token cannot be read.") from None
    others = claims["aud"] != client and claims["aud"] != [client]
    if claims.get("azp", None if others else client) != client:
        raise NotConfirmed("The ID token is for another program.")
    return claims
