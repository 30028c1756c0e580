"""A real provider in a process of its own, a forging one in a thread, and applications that trust them."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.identity import Identity
from edge.people.provider.provider import Provider
from edge.people.register import Register
from edge.site.sign_in import SignIn
from tests.api.conftest import ORIGIN, TOKENS, client_of
from tests.api.desk import MemoryDesk, make_busy
from tests.api.identity.conftest import SEALED, SteadyClock, password_of
from tests.api.identity.provider.forger import Forger
from tests.edge.people.quick import add, quick_passwords

NODE = shutil.which("node")
MODULES = Path(__file__).parents[4] / ".cache" / "node"
CLIENT_SECRET = "CANARY secret: of the client/+%"
OTHER_HOST = "talo.example"
ROLES = {"vanaja guards": "guard", "dvv officials": {"role": "clerk", "agency": "dvv"}}


def section(issuer: str, **more: object) -> SignIn:
    said = {"client_id": "talonmies", "client_secret": "env:OIDC", "scopes": ["profile", "groups"], "roles": ROLES, **more}
    return SignIn.model_validate({"issuer": issuer, "name": {"fi": "Virkakortti", "en": "Official card"}, **said})


@contextmanager
def real_provider(host: str) -> Iterator[str]:
    """Its issuer, while it runs."""
    if NODE is None or not (MODULES / "node_modules" / "oidc-provider").is_dir():
        if os.environ.get("CI"):
            pytest.fail("oidc-provider is missing: run make system-packages")
        pytest.skip("oidc-provider is not installed: make system-packages")
    command = [NODE, str(Path(__file__).parent / "server.mjs"), str(MODULES), host]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            port = next((line for line in process.stdout if line.strip().isdigit()), None)
            assert port is not None, "the provider did not start"
            yield f"http://{host}:{port.strip()}"
        finally:
            process.kill()


@dataclass
class Trusting:
    """An application with one local guard, which trusts a provider."""

    issuer: str
    register: Register
    more: dict[str, object] = field(default_factory=dict)
    desk: MemoryDesk = field(default_factory=MemoryDesk)
    clock: SteadyClock = field(default_factory=SteadyClock)
    identity: Identity = field(init=False)
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        make_busy(self.desk)
        self.identity = Identity(self.register, passwords=quick_passwords(), clock=self.clock)
        add(self.register, "guard", "guard", password_of("guard"), None)
        provider = Provider(section(self.issuer, **self.more), CLIENT_SECRET, clock=self.clock)
        self.app = create_app(
            self.desk, tokens=TOKENS, identity=self.identity, sealed=SEALED, provider=provider, hosts=[OTHER_HOST]
        )

    def browser(self) -> httpx.AsyncClient:
        return client_of(self.app, Origin=ORIGIN, Accept="text/html", **{"Accept-Language": "en"})

    async def told(self, kind: str) -> list[Any]:
        """What the journal says of this kind."""
        while self.identity.telling:
            await asyncio.gather(*self.identity.telling)
        return [event for event in self.desk.journal if event.kind == kind]

    async def refusals(self) -> list[tuple[str, str | None]]:
        return [(event.why, event.by) for event in await self.told("sign-in-by-provider-refused")]


def button(page: str) -> str:
    """Where the button of the provider leads."""
    found = re.search(r'href="(/sign-in/provider[^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def onward(page: httpx.Response) -> str:
    """Where a page leads by itself."""
    assert page.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]*)"', page.text)
    assert found is not None
    return unescape(found[1])


def asked(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def leave(browser: httpx.AsyncClient, at: str = "/sign-in") -> str:
    """Press the button on a page that asks to sign in; where it leads."""
    answer = await browser.get(button((await browser.get(at)).text))
    assert answer.status_code == 303
    return answer.headers["location"]


async def at_provider(location: str, who: str) -> str:
    """Say there who one is; the address at which the browser comes back."""
    async with httpx.AsyncClient() as outside:
        form = await outside.get(location, follow_redirects=True)
        answer = await outside.post(str(form.url), data={"who": who})
        while not (on := str(answer.url.join(answer.headers["location"]))).startswith(f"{ORIGIN}/"):
            answer = await outside.get(on)
    return on


async def come_back(browser: httpx.AsyncClient, callback: str) -> httpx.Response:
    """As browsers do: from another site's page without cookies of ours, then from our own page with them."""
    async with httpx.AsyncClient(transport=browser._transport, base_url=ORIGIN, headers=browser.headers) as from_elsewhere:
        return await browser.get(onward(await from_elsewhere.get(callback)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Register]:
    return lambda: Register(tmp_path_factory.mktemp("house") / "data")


@pytest.fixture(scope="module")
def forger() -> Iterator[Forger]:
    made = Forger()
    yield made
    made.close()
