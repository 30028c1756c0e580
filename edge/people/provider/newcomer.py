"""From what a provider says of a person to who they are here: a name for the journal, and a role."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from edge.errors import IllegalCommand
from edge.people.provider.faults import NoRole
from edge.people.roll import proper_name
from edge.site.sign_in import Grant, SignIn

_NAMES: Final = ("name", "preferred_username")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """subject: under which the provider knows them, whatever they are called."""

    name: str
    subject: str
    grant: Grant


def newcomer_of(section: SignIn, claims: Mapping[str, Any]) -> Newcomer:
    """Raises NoRole."""
    subject, name = str(claims["sub"]), _name(claims)
    held = set(_texts(_said(claims, section.claim)))
    grant = next((grant for value, grant in section.roles.items() if value in held), None)
    if name is None or grant is None:
        raise NoRole(name, subject)
    return Newcomer(name, subject, grant)


def tells_enough(section: SignIn, claims: Mapping[str, Any]) -> bool:
    """Whether somebody's name and groups are among the claims."""
    return _said(claims, section.claim) is not None and any(name in claims for name in _NAMES)


def _name(claims: Mapping[str, Any]) -> str | None:
    """The first that can stand in the journal."""
    for said in (claims.get(key) for key in _NAMES):
        try:
            if isinstance(said, str):
                return proper_name(said)
        except IllegalCommand:
            continue
    return None


def _said(claims: Mapping[str, Any], path: str) -> object:
    """A claim whose own name has dots in it counts before one inside another."""
    if path in claims:
        return claims[path]
    found: object = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _texts(said: object) -> Iterator[str]:
    yield from (one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str))
