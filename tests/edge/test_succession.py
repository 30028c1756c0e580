"""A daemon that cannot begin although everything was looked at beforehand: the site before goes on, and the journal says so."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from edge.clock import SystemClock
from edge.daemon import Daemon
from edge.journal import export
from edge.listening import listening_socket
from edge.refusal import Refusal
from edge.serve import serve
from edge.site import Site, read_site
from edge.site_change import SiteChange
from security.proof.waiver import NO_WAIVER


class Stillborn(Daemon):
    async def start(self, accept_loss: bool = False) -> None:  # noqa: ARG002
        raise RuntimeError("no line can be opened")


def written(file: Path, name: str) -> Site:
    doors = {"entrance": {"from": "outside", "to": "lobby"}}
    file.write_text(
        json.dumps(
            {"site": {"id": "small", "name": name, "holidays": None}, "spaces": {"lobby": {"zone": "public"}}, "doors": doors}
        )
    )
    return read_site(file)


def kinds(data: Path) -> list[str]:
    lines: list[str] = []
    export(data, lines.append)
    return [json.loads(line)["kind"] for line in "".join(lines).splitlines()]


async def test_the_site_before_goes_on(tmp_path: Path) -> None:
    file, data, clock = tmp_path / "site.yaml", tmp_path / "data", SystemClock()

    def no_driver(*_: Any) -> Any:
        raise AssertionError("this site has no lines")

    def successor(site: Site) -> Daemon:
        wanted = Stillborn if site.site.name.en == "Stillborn" else Daemon
        return wanted(site, data, no_driver, clock=clock)

    site = written(file, "Small")
    daemon = successor(site)
    change = SiteChange(file, site, NO_WAIVER, daemon, lambda _: None)
    ready = asyncio.Event()
    serving = asyncio.create_task(
        serve(
            daemon,
            folder=tmp_path,
            sock=listening_socket("127.0.0.1:0"),
            token_of=lambda _: "token",
            on_ready=ready.set,
            change=change,
            successor=successor,
        )
    )
    await ready.wait()
    written(file, "Stillborn")
    seen = await change.look()
    with pytest.raises(Refusal, match="the one before goes on: no line can be opened"):
        await change.take_over(seen.digest, "Aino", "")
    assert change.daemon is not daemon
    assert (change.daemon.site, change.site) == (site, site)
    written(file, "Larger")
    assert await change.take_over((await change.look()).digest, "Aino", "")
    assert change.daemon.site.site.name.en == "Larger"
    os.kill(os.getpid(), signal.SIGTERM)
    await serving
    story = [kind for kind in kinds(data) if kind.startswith(("site-file", "daemon-started"))]
    rejected = ["site-file-changed", "daemon-started", "site-file-rejected"]
    assert story == ["daemon-started", *rejected, "site-file-changed", "daemon-started"]
