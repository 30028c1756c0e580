"""Passwords: what they have to be, and what is kept of them. argon2id runs exactly once for every try, whoever is named."""

import hmac
import os
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from argon2.low_level import Type, hash_secret_raw
from pydantic import Base64UrlBytes, BaseModel, ConfigDict, Field

from edge.errors import IllegalCommand

SHORTEST: Final = 12
LONGEST: Final = 1000
Match = Literal["no", "password", "duress"]
Compute = Callable[..., bytes]

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters that are read as another one."""
_GROUPS: Final = 4
_GROUP: Final = 5
_SALT: Final = 16
_DIGEST: Final = 32


class WeakPassword(IllegalCommand):
    """A password that nobody may have."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try costs: on two slow cores 64 MiB in one pass take 100 to 200 ms (docs/people.md)."""

    memory_kib: int = 64 * 1024
    passes: int = 1
    lanes: int = 1


class Secret(BaseModel):
    """What is kept of a person's password. duress: of the one given under threat; a random one where there is none, so that the
    file does not tell who has one. Both have the same salt: one run tells which of the two was given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_kib: int
    passes: int
    lanes: int
    salt: Base64UrlBytes = Field(repr=False)
    digest: Base64UrlBytes = Field(repr=False)
    duress: Base64UrlBytes = Field(repr=False)


class Passwords:
    """compute: argon2's own function, such as tests count."""

    def __init__(self, cost: Cost | None = None, compute: Compute = hash_secret_raw) -> None:
        self._cost = cost or Cost()
        self._compute = compute
        self._nobody = self._secret(os.urandom(_SALT), os.urandom(_DIGEST))

    def keep(self, password: str) -> Secret:
        """Raises WeakPassword."""
        require_strong(password)
        secret = self._secret(os.urandom(_SALT), b"")
        return _with(secret, digest=self._run(secret, password))

    def changed(self, secret: Secret, password: str) -> Secret:
        """With another password; the one given under threat stays. Raises WeakPassword."""
        require_strong(password)
        digest = self._run(secret, password)
        if hmac.compare_digest(digest, secret.duress):
            raise WeakPassword("The password must not be the duress password.")
        return _with(secret, digest=digest)

    def with_duress(self, secret: Secret, password: str) -> Secret:
        """Raises WeakPassword."""
        require_strong(password)
        digest = self._run(secret, password)
        if hmac.compare_digest(digest, secret.digest):
            raise WeakPassword("The duress password must be another one than the password.")
        return _with(secret, duress=digest)

    def check(self, secret: Secret | None, password: str) -> Match:
        """secret: None for somebody who is not known; that takes just as long."""
        asked = secret or self._nobody
        digest = self._run(asked, password)
        right, forced = hmac.compare_digest(digest, asked.digest), hmac.compare_digest(digest, asked.duress)
        if secret is None or not (right or forced):
            return "no"
        return "password" if right else "duress"

    def _secret(self, salt: bytes, digest: bytes) -> Secret:
        cost = self._cost
        # model_construct: the bytes are not in base64 here.
        return Secret.model_construct(
            memory_kib=cost.memory_kib,
            passes=cost.passes,
            lanes=cost.lanes,
            salt=salt,
            digest=digest,
            duress=os.urandom(_DIGEST),
        )

    def _run(self, secret: Secret, password: str) -> bytes:
        return self._compute(
            _plain(password).encode(errors="surrogatepass"),
            secret.salt,
            time_cost=secret.passes,
            memory_cost=secret.memory_kib,
            parallelism=secret.lanes,
            hash_len=_DIGEST,
            type=Type.ID,
        )


def require_strong(password: str) -> None:
    """Raises WeakPassword."""
    if len(_plain(password)) < SHORTEST:
        raise WeakPassword(f"A password has at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise WeakPassword(f"A password has at most {LONGEST} characters.")


def made_up() -> str:
    """A password of about 98 bits that can be read aloud and typed."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _with(secret: Secret, **changed: bytes) -> Secret:
    return secret.model_copy(update=changed)


def _plain(password: str) -> str:
    """The same on every keyboard."""
    return unicodedata.normalize("NFKC", password)
