"""The people and the programs of a site, as they stand in its file at one moment."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from edge.errors import IllegalCommand
from edge.people.passwords import Secret
from edge.site.fields import Id, Role

LONGEST_NAME: Final = 100
VIA: Final = " via "
"""Between a person and the program that speaks for them, in the journal; in nobody's own name."""
_TOKEN_BYTES: Final = 32


class NoSuchAccount(IllegalCommand):
    """Nobody, or no program, has this name."""


class Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(Kept):
    """mark: changes with everything that ends the sessions of before: another role, another password, being disabled.

    agency: of a clerk, whose rooms they see.
    """

    name: str
    role: Role
    agency: Id | None = None
    disabled: bool = False
    since: AwareDatetime
    mark: str = Field(default_factory=lambda: secrets.token_hex(8))
    secret: Secret = Field(repr=False)

    def changed(self, **fields: object) -> Self:
        """Another person to everybody who signed in before."""
        return self.model_copy(update={**fields, "mark": secrets.token_hex(8)})


class ProgramToken(Kept):
    """room: the only one that its bearer reads and taps; display: the only one that it shows. digest: SHA-256 of the token, in hex.

    A plain hash is enough where a password would need argon2id: the token is 256 random bits that no list of guesses holds.
    """

    name: str
    role: Role
    agency: Id | None = None
    room: Id | None = None
    display: Id | None = None
    until: AwareDatetime | None = None
    since: AwareDatetime
    digest: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] = Field(repr=False)

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until


class DeskLink(Kept):
    """The secret address at which masking is turned down for a desk, without signing in. digest: as of a program's token."""

    desk: Id
    since: AwareDatetime
    digest: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] = Field(repr=False)


class Roll(Kept):
    """people: by their key. tokens: by their name. desks: by their id.

    closed: it could not be read, so nobody is known and nothing begins anew.
    """

    people: Mapping[str, Person] = Field(default_factory=dict)
    tokens: Mapping[str, ProgramToken] = Field(default_factory=dict)
    desks: Mapping[str, DeskLink] = Field(default_factory=dict)
    closed: bool = Field(False, exclude=True)

    @property
    def empty(self) -> bool:
        """Nobody has an account yet: the site's own token signs people in."""
        return not self.people and not self.closed

    def person(self, name: str) -> Person | None:
        """Who may sign in under this name."""
        found = self.people.get(key_of(name))
        return None if found is None or found.disabled else found

    def with_person(self, person: Person) -> Self:
        return self.model_copy(update={"people": {**self.people, key_of(person.name): person}})

    def without_person(self, name: str) -> Self:
        gone = key_of(self.account(name).name)
        return self.model_copy(update={"people": {key: person for key, person in self.people.items() if key != gone}})

    def account(self, name: str) -> Person:
        """Also a disabled one. Raises NoSuchAccount."""
        if (found := self.people.get(key_of(name))) is None:
            raise NoSuchAccount(f"Nobody here is called {name}.")
        return found

    def with_token(self, token: ProgramToken) -> Self:
        return self.model_copy(update={"tokens": {**self.tokens, token.name: token}})

    def without_token(self, name: str) -> Self:
        """Raises NoSuchAccount."""
        if name not in self.tokens:
            raise NoSuchAccount(f"No token is called {name}.")
        return self.model_copy(update={"tokens": {known: token for known, token in self.tokens.items() if known != name}})

    def bearer(self, given: str, now: datetime) -> ProgramToken | None:
        """The token that somebody shows. What is compared is a hash, of which a guess tells nothing."""
        digest = digest_of(given)
        return next((token for token in self.tokens.values() if token.digest == digest and token.holds(now)), None)

    def with_desk(self, link: DeskLink) -> Self:
        """In place of the one that the desk had."""
        return self.model_copy(update={"desks": {**self.desks, link.desk: link}})

    def without_desk(self, desk: str) -> Self:
        """Raises NoSuchAccount."""
        if desk not in self.desks:
            raise NoSuchAccount(f"There is no link for {desk}.")
        return self.model_copy(update={"desks": {known: link for known, link in self.desks.items() if known != desk}})

    def desk_of(self, given: str) -> str | None:
        """The desk whose link has this token."""
        digest = digest_of(given)
        return next((link.desk for link in self.desks.values() if link.digest == digest), None)


def key_of(name: str) -> str:
    """Under which a name is known, however it is typed."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()


def proper_name(name: str) -> str:
    """As it will stand in the journal. Raises IllegalCommand."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip()
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise IllegalCommand(f"A name has 1 to {LONGEST_NAME} characters that can be printed.")
    if VIA in plain:
        raise IllegalCommand(f'"{VIA.strip()}" stands in no name: the journal writes it before the name of a program.')
    return plain


def new_token() -> tuple[str, str]:
    """A token and its digest."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    return token, digest_of(token)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
