"""By which names the running controller is reached, and what it believes of a proxy on its own computer."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.gate import COOKIE
from edge.clock import SystemClock
from edge.daemon import Daemon
from edge.journal import export
from edge.listening import listening_socket
from edge.people.register import Register
from edge.serve import serve
from edge.site import Site, read_site
from edge.site_change import SiteChange
from security.proof.waiver import NO_WAIVER

TOKEN = "a-long-token-of-the-site"
TALO, TORI = "talo.example", "tori.example"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
PROXIED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9"}


def written(file: Path, *hosts: str) -> Site:
    doors = {"entrance": {"from": "outside", "to": "lobby"}}
    site = {"id": "small", "name": "Small", "holidays": None, "hosts": hosts}
    file.write_text(json.dumps({"site": site, "spaces": {"lobby": {"zone": "public"}}, "doors": doors}))
    return read_site(file)


def entries(data: Path) -> list[dict[str, Any]]:
    lines: list[str] = []
    export(data, lines.append)
    return [json.loads(line) for line in "".join(lines).splitlines()]


@dataclass
class Running:
    client: httpx.AsyncClient
    change: SiteChange

    async def status(self, host: str) -> int:
        return (await self.client.get("/api/v1/site", headers={"Host": host, **AUTHORIZED})).status_code

    async def sign_in(self, host: str, origin: str, **headers: str) -> httpx.Response:
        form = {"name": "M. Virtanen", "token": TOKEN}
        return await self.client.post("/sign-in", data=form, headers={"Host": host, "Origin": origin, **headers})


@asynccontextmanager
async def running(folder: Path, listen: str, site: Site) -> AsyncIterator[Running]:
    """listen: what was asked for; it is on the loopback all the same."""
    file, data = folder / "site.yaml", folder / "data"

    def no_driver(*_: Any) -> Any:
        raise AssertionError("this site has no lines")

    def successor(wanted: Site) -> Daemon:
        return Daemon(wanted, data, no_driver, clock=SystemClock())

    daemon, sock, ready = successor(site), listening_socket("127.0.0.1:0"), asyncio.Event()
    change = SiteChange(file, site, NO_WAIVER, daemon, lambda _: None)
    serving = asyncio.create_task(
        serve(
            daemon,
            folder=folder,
            sock=sock,
            listen=listen,
            token_of=lambda _: TOKEN,
            register=Register(data),
            on_ready=ready.set,
            change=change,
            successor=successor,
        )
    )
    await ready.wait()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{sock.getsockname()[1]}", timeout=20) as client:
        yield Running(client, change)
    os.kill(os.getpid(), signal.SIGTERM)
    await serving


async def test_it_answers_to_its_address_and_to_the_names_of_the_site_file_which_may_change(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    async with running(tmp_path, "10.1.2.3:8080", written(file, TALO)) as it:
        known = {host: await it.status(host) for host in ("localhost", "10.1.2.3:8080", f"{TALO}:8443", TORI, "10.1.2.4")}
        assert known == {"localhost": 200, "10.1.2.3:8080": 200, f"{TALO}:8443": 200, TORI: 421, "10.1.2.4": 421}
        written(file, TORI)
        assert await it.change.take_over((await it.change.look()).digest, "Aino", "")
        assert [await it.status(host) for host in (TALO, TORI, "10.1.2.3")] == [421, 200, 200]


async def test_behind_a_proxy_for_https_cookies_are_for_https_and_people_come_from_where_they_are(tmp_path: Path) -> None:
    async with running(tmp_path, "127.0.0.1:8080", written(tmp_path / "site.yaml", TALO)) as it:
        plain = await it.sign_in("localhost", "http://localhost")
        assert plain.headers["set-cookie"].startswith(f"{COOKIE}=")
        assert "Secure" not in plain.headers["set-cookie"]
        guarded = await it.sign_in(TALO, f"https://{TALO}", **PROXIED)
        assert guarded.headers["set-cookie"].startswith(f"__Host-{COOKIE}=")
        assert "Secure" in guarded.headers["set-cookie"].split("; ")
        silent = await it.sign_in(TALO, f"https://{TALO}")
        assert (silent.status_code, "X-Forwarded-Proto" in silent.json()["detail"]) == (403, True)
        assert (await it.client.get("/metrics")).status_code == 200
        assert (await it.client.get("/metrics", headers=PROXIED)).status_code == 401
        wrong = {"name": "CANARY password", "token": "CANARY token"}
        for _ in range(3):
            assert (await it.client.post("/sign-in", data=wrong, headers={"Origin": str(it.client.base_url)})).status_code == 403
    told = entries(tmp_path / "data")
    came = [(each["body"]["by"], each["body"]["way"], each["body"]["address"]) for each in told if each["kind"] == "signed-in"]
    assert came == [("M. Virtanen", "token", "127.0.0.1"), ("M. Virtanen", "token", "192.0.2.9")]
    # Who is refused again and again is counted until the controller stops, at the latest.
    assert [each["body"].get("times", 1) for each in told if each["kind"] == "sign-ins-refused"] == [1, 2]
    assert "CANARY" not in json.dumps(told)
