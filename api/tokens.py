"""The secrets of a site, and the role that each of them gives."""

import hmac
from collections.abc import Iterable, Mapping

from edge.errors import StartRefused
from edge.site.fields import Role

MANAGER: Role = "facility-manager"
"""The role of the site's own token."""


class Tokens:
    """site: the secret of `site.token`. of_roles: the secrets of `site.tokens`. Raises StartRefused where two roles share one."""

    def __init__(self, site: str, of_roles: Mapping[Role, str] | None = None) -> None:
        roles: dict[bytes, Role] = {site.encode(): MANAGER}
        for role, secret in (of_roles or {}).items():
            other = roles.setdefault(secret.encode(), role)
            if other != role:
                raise StartRefused(f"The roles {other} and {role} have the same secret: give each role of site.tokens its own.")
        self._roles = roles

    def role_of(self, given: str) -> Role | None:
        """Takes as long for a nearly right guess as for a wrong one, whichever role's secret is guessed at."""
        found: Role | None = None
        guess = given.encode(errors="surrogatepass")
        for secret, role in self._roles.items():
            if hmac.compare_digest(guess, secret):
                found = role
        return found

    @property
    def secrets(self) -> Iterable[tuple[Role, str]]:
        return ((role, secret.decode()) for secret, role in self._roles.items())
