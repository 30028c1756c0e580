"""A desk, the application on it, and ways to ask it."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.app import create_app
from api.identity import Identity
from api.tokens import MANAGER, Tokens
from edge.people.register import Register
from edge.site.fields import Role
from security.roles import ROLES
from tests.api.desk import MemoryDesk, make_busy
from tests.api.masking_house import MaskedDesk
from tests.browser import browser as browser
from tests.browser import contexts as contexts

TOKEN = "a-long-token-of-the-site"
OF_ROLES: dict[Role, str] = {role: f"a-long-token-of-a-{role}" for role in ROLES if role != MANAGER}
TOKENS = Tokens(TOKEN, OF_ROLES)
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
ORIGIN = "http://localhost"


@pytest.fixture(scope="session")
def lasting_desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture(scope="session")
def app(lasting_desk: MemoryDesk) -> FastAPI:
    """One for all: to build it takes longer than most tests. Its desk begins anew for each."""
    return create_app(lasting_desk, tokens=TOKENS)


@pytest.fixture(scope="session")
def open_app(lasting_desk: MemoryDesk) -> FastAPI:
    """On the same desk, for a browser of a demo: nobody needs to sign in."""
    return create_app(lasting_desk, tokens=TOKENS, signed_in=True)


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    """A morning with something of everything: a panic, a tampered cover, a door held open, bookings, a person in a room."""
    lasting_desk.begin_anew()
    make_busy(lasting_desk)
    return lasting_desk


@pytest.fixture(scope="session")
def masked_lasting() -> MaskedDesk:
    return MaskedDesk()


@pytest.fixture(scope="session")
def masked_register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Nobody has an account; links of desks are kept."""
    return Register(tmp_path_factory.mktemp("masked-people"))


@pytest.fixture(scope="session")
def masked_identity(masked_register: Register) -> Identity:
    return Identity(masked_register)


@pytest.fixture(scope="session")
def masked_app(masked_lasting: MaskedDesk, masked_identity: Identity) -> FastAPI:
    """One for all in the building whose masking is led."""
    return create_app(masked_lasting, tokens=TOKENS, identity=masked_identity)


@pytest.fixture
def masked_desk(masked_lasting: MaskedDesk) -> MaskedDesk:
    masked_lasting.begin_anew()
    masked_lasting.settle()
    return masked_lasting


def client_of(app: FastAPI, **headers: str) -> httpx.AsyncClient:
    # A fault in the application is answered with 500 and not raised here: that answer is what a client sees.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)


@pytest_asyncio.fixture
async def program(app: FastAPI, desk: MemoryDesk) -> AsyncIterator[httpx.AsyncClient]:
    """A program with the token."""
    async with client_of(app, **AUTHORIZED) as client:
        yield client


@pytest_asyncio.fixture
async def stranger(app: FastAPI, desk: MemoryDesk) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with neither token nor session."""
    async with client_of(app) as client:
        yield client


@pytest_asyncio.fixture
async def guard(app: FastAPI, desk: MemoryDesk) -> AsyncIterator[httpx.AsyncClient]:
    """A person who has signed in at the console."""
    async with client_of(app, Origin=ORIGIN, Accept="text/html") as client:
        answer = await client.post("/sign-in", data={"name": "M. Virtanen", "token": TOKEN})
        assert answer.status_code == 303
        yield client
