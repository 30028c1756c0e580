"""Sign-ins that others must learn of: under threat, and with the sealed code of the site. Neither ever keeps anybody out.

Each of those is an alarm of its own that stays until somebody acknowledges it; what raised it is over after a minute, so that
the next one is told again. All others are in the journal and alarm nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from edge.claims import Condition
from edge.conditions import BREAK_GLASS, DURESS
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.site.fields import Role
from edge.text import Text, say

LASTS: Final = timedelta(minutes=1)


Way = Literal["password", "token", "sealed-code", "panel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSignedIn(Event):
    """Somebody came in other than by the identity provider. way: token, the site's own; panel, the token of a room's panel.

    Under threat it is the same.
    """

    kind = "signed-in"
    by: str
    role: Role
    way: Way
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSignedOut(Event):
    kind = "signed-out"
    by: str
    role: Role
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInsRefused(Event):
    """Tries that did not let anybody in: the first at once, the others of a quarter of an hour together when it is over.

    by: whose account was tried; None: an unknown name, or none is asked for. way, address: None where they are of many kinds, from
    many places. times: how many this entry stands for. since: when the first of these was.
    """

    kind = "sign-ins-refused"
    way: Way | None
    by: str | None
    address: str | None
    since: datetime
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInUnderDuress(Event):
    """Somebody gave the password for when they are threatened. Their own screen must not tell."""

    kind = "signed-in-under-duress"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCodeUsed(Event):
    """Somebody signed in as guard with the sealed code. by: the name they gave; address: from where."""

    kind = "sealed-code-used"
    by: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInByProvider(Event):
    """The site's identity provider said who somebody is. subject: under which it knows them, whatever they are called."""

    kind = "signed-in-by-provider"
    by: str
    role: Role
    agency: str | None
    subject: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInByProviderRefused(Event):
    """Somebody came back from the identity provider and was not let in. by, subject: where it said who they are."""

    kind = "sign-in-by-provider-refused"
    why: Literal["no-role", "not-confirmed"]
    by: str | None = None
    subject: str | None = None
    address: str


Alarming = SignedInUnderDuress | SealedCodeUsed

SIGN_INS: Family[tuple[Alarming, ...]] = Family("alarming-sign-ins")
"""Those of the last minute."""


def fold(facts: Facts, event: Event) -> None:
    if isinstance(event, SignedInUnderDuress | SealedCodeUsed):
        recent = (one for one in facts(SIGN_INS()) or () if one.at + LASTS > event.at)
        facts.set(SIGN_INS(), (*recent, event))


def conditions(look: Look, _: str) -> Iterable[Condition]:
    for event in look(SIGN_INS()) or ():
        if not look.lasted(event.at, LASTS):
            type_ = DURESS if isinstance(event, SignedInUnderDuress) else BREAK_GLASS
            yield Condition(type_, event.by, _told(event))


def _told(event: Alarming) -> Text:
    if isinstance(event, SignedInUnderDuress):
        return say("{by} signed in under threat", by=event.by)
    return say("{by} signed in as guard with the sealed code, from {address}", by=event.by, address=event.address)
