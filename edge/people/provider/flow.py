"""One person's way to the provider and back. Its secret stays in their browser: of those who never return nothing is kept."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final, Self

LASTS_S: Final = 600
"""How long somebody may take to sign in there."""
_LONGEST_BACK: Final = 1000


@dataclass(frozen=True, slots=True)
class Flow:
    """secret: 256 random bits, from which follows all that must be guessed by nobody. back: the page that was asked for."""

    secret: str
    back: str

    @classmethod
    def begin(cls, back: str) -> Self:
        return cls(secrets.token_urlsafe(32), back if len(back) <= _LONGEST_BACK else "/")

    @classmethod
    def of_cookie(cls, kept: str | None) -> Self | None:
        secret, _, back = (kept or "").partition(".")
        if not re.fullmatch(r"[\w-]{43}", secret, re.ASCII):
            return None
        try:
            return cls(secret, base64.urlsafe_b64decode(back).decode())
        except (binascii.Error, UnicodeDecodeError):
            return None

    @property
    def cookie(self) -> str:
        return f"{self.secret}.{base64.urlsafe_b64encode(self.back.encode()).decode()}"

    @property
    def state(self) -> str:
        """Comes back in the address: the answer is to a question of this browser."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Comes back in the ID token: the token is for this sign-in."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Shown with the code: whoever reads the code on its way has nothing of it (RFC 7636)."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        return _plain(hashlib.sha256(self.verifier.encode()).digest())

    def fits(self, state: str) -> bool:
        return hmac.compare_digest(state.encode(errors="surrogatepass"), self.state.encode())

    def _derived(self, use: str) -> str:
        return _plain(hmac.digest(self.secret.encode(), use.encode(), "sha256"))


def _plain(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
