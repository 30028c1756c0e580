"""A desk whose people have accounts, and ways to sign in."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.identity import Identity
from edge.people.register import Register
from edge.people.roll import Roll
from edge.site.fields import Role
from tests.api.conftest import ORIGIN, TOKENS, client_of
from tests.api.desk import MemoryDesk, make_busy
from tests.edge.people.quick import add, quick_passwords

SEALED = "avain kassakaapissa 7"
AGENCY_OF_CLERKS = "dvv"


def password_of(role: str) -> str:
    return f"CANARY password of a {role}"


@dataclass
class SteadyClock:
    t: float = 0.0

    def __call__(self) -> float:
        return self.t


@dataclass
class House:
    """An application with accounts: one person of each role, called by it."""

    register: Register
    desk: MemoryDesk
    clock: SteadyClock = field(default_factory=SteadyClock)
    identity: Identity = field(init=False)
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        self.identity = Identity(self.register, passwords=quick_passwords(), clock=self.clock)
        self.app = create_app(self.desk, tokens=TOKENS, identity=self.identity, sealed=SEALED)

    def begin_anew(self) -> None:
        """Nobody has an account, has tried anything or is signed in; the day begins."""
        self.desk.begin_anew()
        make_busy(self.desk)
        self.clock.t = 0.0
        self.register.change(lambda _: Roll())
        self.identity.close()
        same_sessions = self.identity.sessions
        self.identity.__init__(  # type: ignore[misc]
            self.register, sessions=same_sessions, passwords=quick_passwords(), clock=self.clock
        )
        self.identity.tokens, self.identity.sealed = TOKENS, SEALED

    def people(self, *roles: Role) -> None:
        for role in roles:
            add(self.register, role, role, password_of(role), AGENCY_OF_CLERKS if role == "clerk" else None)

    def browser(self, **headers: str) -> httpx.AsyncClient:
        return client_of(self.app, Origin=ORIGIN, Accept="text/html", **headers)


@pytest.fixture(scope="session")
def lasting_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all: to build its application takes longer than most tests."""
    made = House(Register(tmp_path_factory.mktemp("house") / "data"), MemoryDesk())
    yield made
    made.identity.close()


@pytest.fixture
def house(lasting_house: House) -> House:
    lasting_house.begin_anew()
    lasting_house.people("guard", "facility-manager")
    return lasting_house


async def sign_in(client: httpx.AsyncClient, name: str, password: str | None = None, back: str = "/") -> httpx.Response:
    form = {"name": name, "password": password_of(name) if password is None else password, "back": back}
    return await client.post("/sign-in", data=form)
