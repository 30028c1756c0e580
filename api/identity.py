"""Signing people in: by name and password, under threat, with the sealed code, and through the identity provider.

One for all versions of the site file.
"""

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from api.desk_links import DeskLinks
from api.port import Decide, Desk
from api.sessions import Caller, Rests, Sessions
from api.sign_in_book import SignInBook
from api.tokens import Tokens
from api.tries import Tries, place_of
from edge.errors import TalonmiesError
from edge.events import Event
from edge.people.passwords import Passwords
from edge.people.provider.faults import NoRole, NotConfirmed, ProviderAway
from edge.people.provider.flow import Flow
from edge.people.register import Register
from edge.people.roll import Person, Roll, digest_of, key_of
from edge.site.sign_in import SignIn
from security.sign_ins import SealedCodeUsed, SignedInByProvider, SignedInUnderDuress, SignInByProviderRefused, Way

if TYPE_CHECKING:
    from edge.people.provider.newcomer import Newcomer
    from edge.people.provider.provider import Provider

log = logging.getLogger("talonmies.api")

MOST_TRIES: Final = 10
"""Within a quarter of an hour, for one name."""
MOST_FROM_A_PLACE: Final = 100
"""Within a quarter of an hour, for all names together: behind a proxy a whole building has one address, and who mistypes ten times
must not keep the guard desk out."""
AT_ONCE: Final = 2
"""Passwords that are checked at the same time: each takes 64 MiB."""
MOST_WAITING: Final = 20
_LONGEST_PAUSE_S: Final = 600.0
_LONGEST_PAUSE_SEALED_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """id: of the new session, the browser's secret."""

    id: str


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """wait_s: how long until another try is looked at; 0 where this one was, and was wrong. no_room: for which a panel's token is,
    and which this site has not."""

    wait_s: float = 0.0
    no_room: str | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """Somebody who came back from the provider. said_by: how the answer names it. callback: the address to which it was sent."""

    flow: Flow
    code: str
    said_by: str | None
    callback: str
    address: str


class Identity:
    """register: None where there are no accounts. clock: steady seconds.

    tokens, sealed and trusted are what the site file names as it is now: secrets of roles, the sealed code, the identity provider.
    Whoever came in by another one goes, also when that was before a restart.
    """

    def __init__(
        self,
        register: Register | None = None,
        *,
        sessions: Sessions | None = None,
        passwords: Passwords | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sessions = sessions or Sessions(clock)
        self._register = register
        self._passwords = passwords or Passwords()
        self._names = Tries(clock, most=MOST_TRIES, free=3, longest_pause_s=_LONGEST_PAUSE_S)
        self._places = Tries(clock, most=MOST_FROM_A_PLACE, free=MOST_FROM_A_PLACE, longest_pause_s=_LONGEST_PAUSE_S)
        self._panels = Tries(clock, most=MOST_FROM_A_PLACE, free=MOST_FROM_A_PLACE, longest_pause_s=_LONGEST_PAUSE_S)
        self._sealed = Tries(clock, most=None, free=2, longest_pause_s=_LONGEST_PAUSE_SEALED_S)
        self._returns = Tries(clock, most=MOST_TRIES, free=MOST_TRIES, longest_pause_s=_LONGEST_PAUSE_S)
        self.tokens: Tokens | None = None
        self.sealed: str | None = None
        self.trusted: SignIn | None = None
        self.sessions.holds = self._holds
        self._checking = ThreadPoolExecutor(AT_ONCE, "sign-in")
        self._waiting = 0
        self.desk_links = DeskLinks(register, clock)
        self._book = SignInBook()
        self.telling: set[asyncio.Task[None]] = set()
        """What others are just being told of."""

    @property
    def roll(self) -> Roll:
        return self._register.now() if self._register is not None else Roll()

    def program(self, given: str, now: Callable[[], datetime]) -> Caller | None:
        """Whoever shows a token of the list; it ends with the token, also while a stream lasts."""
        token = self.roll.bearer(given, now())
        if token is None:
            return None
        return Caller(
            None,
            token.role,
            lambda: self.roll.bearer(given, now()) == token,
            agency=token.agency,
            via=token.name,
            room=token.room,
            display=token.display,
        )

    def panel(self, desk: Desk, given: str, address: str) -> Caller | NotSignedIn:
        """A browser on a wall shows the token of its room or display. Right ones count too: each stands in the journal."""
        place = place_of(address)
        if wait_s := self._panels.wait_s(place):
            return self._refused(desk, "panel", address, wait_s=wait_s)
        self._panels.note(place)
        caller = self.program(given, desk.clock.now)
        if caller is None or not caller.is_screen:
            return self._refused(desk, "panel", address)
        unknown = caller.room if caller.room not in desk.site.bookable else None
        if caller.display is not None:
            unknown = caller.display if caller.display not in desk.site.displays else None
        if unknown is not None:
            self._refused(desk, "panel", address)
            return NotSignedIn(no_room=unknown)
        self._book.came(desk, caller.via or "", caller.role, "panel", address)
        return caller

    def close(self) -> None:
        self._checking.shutdown(wait=False)

    async def sign_in(self, desk: Desk, name: str, password: str, address: str) -> SignedIn | NotSignedIn:
        """Takes the same way, and as long, whether the name is known or not, and whichever password was given."""
        key, place = key_of(name), place_of(address)
        wait_s = max(self._names.wait_s(key), self._places.wait_s(place))
        if wait_s or self._waiting >= MOST_WAITING:
            return self._refused(desk, "password", address, name, wait_s or 1.0)
        self._names.note(key)
        self._places.note(place)
        person = self.roll.person(name)
        self._waiting += 1
        try:
            match = await asyncio.get_running_loop().run_in_executor(
                self._checking, self._passwords.check, person.secret if person else None, password
            )
        finally:
            self._waiting -= 1
        if person is None or match == "no":
            return self._refused(desk, "password", address, name)
        self._names.forget(key)
        self._places.take_back(place)
        self._book.came(desk, person.name, person.role, "password", address)
        if match == "duress":
            self._tell(desk, lambda _, at: SignedInUnderDuress(at=at, by=person.name))
        return SignedIn(self._session_of(person, threatened=match == "duress"))

    def sign_in_by_token(self, desk: Desk, tokens: Tokens, name: str, token: str, address: str) -> SignedIn | NotSignedIn:
        """In the role of the secret shown: for the first day, until somebody has an account."""
        place = place_of(address)
        if wait_s := self._places.wait_s(place):
            return self._refused(desk, "token", address, wait_s=wait_s)
        self._places.note(place)
        role = tokens.role_of(token.strip())
        if role is None:
            return self._refused(desk, "token", address)
        self._places.take_back(place)
        self._book.came(desk, name, role, "token", address)
        return SignedIn(self.sessions.begin(name, role, rests=lambda id_: f"token {_mark(id_, role, token.strip())}"))

    def break_glass(self, desk: Desk, sealed: str | None, name: str, code: str, address: str) -> SignedIn | NotSignedIn:
        """As guard, at once, however often others tried their passwords. sealed: the code of the site, if it has one."""
        place = place_of(address)
        if wait_s := self._sealed.wait_s(place):
            return self._refused(desk, "sealed-code", address, name, wait_s)
        self._sealed.note(place)
        if sealed is None or not hmac.compare_digest(code.strip().encode(errors="surrogatepass"), sealed.encode()):
            return self._refused(desk, "sealed-code", address, name)
        self._sealed.forget(place)
        self._book.came(desk, name, "guard", "sealed-code", address)
        self._tell(desk, lambda _, at: SealedCodeUsed(at=at, by=name, address=address))
        return SignedIn(self.sessions.begin(name, "guard", rests=lambda id_: f"sealed {_mark(id_, sealed)}"))

    async def sign_in_by_provider(self, desk: Desk, provider: "Provider", back: Return) -> SignedIn | NotSignedIn:
        """Raises ProviderAway, NotConfirmed, NoRole. Whatever happens here keeps nobody from their password or the sealed code."""
        place = place_of(back.address)
        if wait_s := self._returns.wait_s(place):
            return NotSignedIn(wait_s)
        self._returns.note(place)
        try:
            newcomer = await provider.newcomer(back.flow, back.code, back.said_by, back.callback, desk.clock.now())
        except ProviderAway as fault:
            self._returns.take_back(place)
            log.warning("nobody was signed in through %s: %s", provider.section.issuer, fault)
            raise
        except NoRole as fault:
            self._returns.take_back(place)
            name, subject = fault.name, fault.subject
            self._tell(
                desk,
                lambda _, at: SignInByProviderRefused(at=at, why="no-role", by=name, subject=subject, address=back.address),
            )
            raise
        except NotConfirmed as fault:
            log.warning("nobody was signed in through %s: %s", provider.section.issuer, fault)
            self._tell(desk, lambda _, at: SignInByProviderRefused(at=at, why="not-confirmed", address=back.address))
            raise
        self._returns.take_back(place)
        self._tell(desk, lambda _, at: _entry(newcomer, at, back.address))
        return SignedIn(self._session_of_newcomer(newcomer, provider.section))

    async def sign_out(self, desk: Desk, caller: Caller, id_: str | None, address: str) -> None:
        self.sessions.end(id_)
        self._book.went(desk, caller, address)
        await self.sessions.kept()

    def settle(self) -> None:
        """Before the desk closes: what is still being counted is written."""
        self._book.settle()

    def _refused(self, desk: Desk, way: Way, address: str, name: str = "", wait_s: float = 0.0) -> NotSignedIn:
        account = self.roll.people.get(key_of(name))
        self._book.refused(desk, way, account.name if account is not None else None, address)
        return NotSignedIn(wait_s)

    def _session_of_newcomer(self, newcomer: "Newcomer", section: SignIn) -> str:
        return self.sessions.begin(
            newcomer.name,
            newcomer.grant.role,
            agency=newcomer.grant.agency,
            by_provider=True,
            rests=resting_on(section),
        )

    def _session_of(self, person: Person, *, threatened: bool) -> str:
        rests = f"account {person.mark}"
        return self.sessions.begin(person.name, person.role, agency=person.agency, threatened=threatened, rests=lambda _: rests)

    def _holds(self, id_: str, name: str, standing: str) -> bool:
        on, _, mark = standing.partition(" ")
        match on:
            case "account":
                person = self.roll.person(name)
                return person is not None and person.mark == mark
            case "token":
                return self.tokens is not None and any(_mark(id_, *secret) == mark for secret in self.tokens.secrets)
            case "sealed":
                return self.sealed is not None and _mark(id_, self.sealed) == mark
            case "provider":
                return self.trusted is not None and _mark_of(self.trusted) == mark
            case _:
                return False

    def _tell(self, desk: Desk, decide: Decide) -> None:
        """Without waiting for it: a slow disk must neither give a threatened person away nor keep anybody out."""

        async def tell() -> None:
            try:
                await desk.act(decide)
            except TalonmiesError as error:
                log.error("a sign-in that others must learn of could not be told: %s", error)

        task = asyncio.get_running_loop().create_task(tell())
        self.telling.add(task)
        task.add_done_callback(self.telling.discard)


def _entry(newcomer: "Newcomer", at: datetime, address: str) -> Event:
    return SignedInByProvider(
        at=at,
        by=newcomer.name,
        role=newcomer.grant.role,
        agency=newcomer.grant.agency,
        subject=newcomer.subject,
        address=address,
    )


def _mark(id_: str, *secret: str) -> str:
    """Of a secret that somebody showed: guesses cannot be tried against it without the session's id, which is kept nowhere."""
    return hmac.new(id_.encode(), "\n".join(secret).encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def resting_on(provider: SignIn) -> Rests:
    return lambda _: f"provider {_mark_of(provider)}"


def _mark_of(provider: SignIn) -> str:
    return digest_of(provider.model_dump_json())
