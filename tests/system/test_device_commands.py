"""`talonmies devices` as a process, beside a real controller, a real broker and virtual devices; and over the line without one."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from uuid import uuid4

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from drivers.mosquitto import HOST, Broker, free_port
from drivers.virtual.building import VirtualBuilding
from drivers.virtual.device import Behaviour
from edge.cli import app
from edge.clock import SystemClock
from edge.journal import Head, verify
from edge.site.load import read_site
from tests.broker import Plain, until_async
from tests.drivers.modbus.line import makes_at, serving
from tests.started import Started
from tests.system.places import described
from tests.system.program import TOKEN, Program, environment

BY = ("--by", "A. Asentaja")
PATIENCE_S = 50.0
"""For programs that start on a busy machine."""


@pytest.fixture
def site_file(tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TALONMIES_TOKEN", TOKEN)
    site = described(f"devices-{uuid4().hex[:8]}", broker.port)
    site["devices"]["fan"] = {"type": "relay", "connection": "broker", "space": "lobby"}
    site["site"] |= {"language": "en"}
    path = tmp_path / "site.yaml"
    path.write_text(json.dumps(site, indent=1))
    (tmp_path / "rooms.ics").write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n")
    return path


@asynccontextmanager
async def living(site_file: Path) -> AsyncIterator[VirtualBuilding]:
    building = VirtualBuilding(read_site(site_file), SystemClock())
    await building.start()
    try:
        yield building
    finally:
        await building.stop()


@asynccontextmanager
async def controller(site_file: Path, folder: Path, port: int | None = None) -> AsyncIterator[Program]:
    """Up, and with every device heard."""
    program = Program(folder, "run", site_file, "--data", folder / "data", within_s=PATIENCE_S, port=port)
    await asyncio.to_thread(program.__enter__)
    try:
        await until_async(lambda: all(device["online"] for device in program.get("/api/v1/devices")["devices"]), PATIENCE_S)
        yield program
    finally:
        program.__exit__()


@contextmanager
def started(*words: object) -> Iterator[Started]:
    """A command that somebody may interrupt."""
    with TemporaryFile() as said:
        process = Started(["devices", *map(str, words)], env=environment(), stdout=said)
        try:
            yield process
        finally:
            process.kill()


async def said_by(process: Started) -> str:
    """All of it, when it has ended."""
    await asyncio.to_thread(process.wait, PATIENCE_S)
    process.stdout.seek(0)
    return process.stdout.read().decode()


async def command(*words: object, status: int = 0) -> Result:
    """In this process, which saves its start."""
    done = await asyncio.to_thread(CliRunner().invoke, app, ["devices", *map(str, words)])
    assert done.exit_code == status, (done.output, done.exception)
    assert TOKEN not in done.output
    return done


async def told(*words: object, status: int = 0) -> Any:
    return json.loads((await command(*words, "--format", "json", status=status)).stdout)


async def lists_tests_and_watches(site_file: Path, building: VirtualBuilding, listen: tuple[str, str]) -> None:
    listed = {device["id"]: device for device in await told("list", site_file, *listen)}
    assert listed["fan"] | {"last_heard": ""} == {
        "id": "fan", "name": "Relay (Lobby)", "place": "lobby", "type": "relay", "profile": "native",
        "connection": "broker", "protocol": "mqtt", "address": "fan", "quality": "good", "problem": "", "last_heard": "",
        "battery_days": None, "line_up": True,
    }  # fmt: skip

    trial = await told("test", site_file, "lock-long", "--seconds", 3, "--yes", *BY, *listen)
    assert (trial["point"], trial["before"], trial["value"]) == ("lock", "locked", "unlocked")
    assert None not in (trial["answered_s"], trial["restored_s"])
    assert building.state("lock-long", "lock") == "locked"

    watched = await command("watch", site_file, "fan", "--seconds", 0, "--format", "json", *listen)
    assert {"device": "fan", "point": "on"}.items() <= json.loads(watched.stdout.splitlines()[0]).items()

    beside = await command("watch", site_file, "--direct", *listen, status=1)
    assert "A controller runs here" in beside.stderr
    refused = await command("test", site_file, "occ-long", "--yes", *BY, *listen, status=1)
    assert "takes no commands" in refused.stderr


@pytest.mark.timeout(240)
def test_a_scan_proposes_lines_that_make_a_site_file(site_file: Path, broker: Broker) -> None:
    site = json.loads(site_file.read_text())
    heard = [f"talonmies/{site['site']['id']}/{id_}" for id_ in ("lamp/on", "occ-long/present", "x}: {door: {type: relay}}/on")]
    with Plain(broker.port) as stranger:
        for topic in heard:
            stranger.publish(topic, "false", retain=True)
        found = json.loads(scanned(site_file, "--format", "json"))
        proposed = yaml.safe_load(scanned(site_file, "broker"))["devices"]
        new = yaml.safe_load(scanned("--line", f"mqtt://{HOST}:{broker.port}"))
        for topic in heard:
            stranger.publish(topic, "", retain=True)
    assert {thing["known_as"] for thing in found} >= {None, "occ-long"}
    assert proposed["lamp"] == {"type": "relay", "connection": "broker"}
    assert not {"door", "occ-long"} & set(proposed)
    assert new["connections"]["mqtt"] == {"protocol": "mqtt", "host": HOST, "port": broker.port}
    site["devices"] |= proposed
    site_file.write_text(json.dumps(site))
    assert read_site(site_file).devices["lamp"].type == "relay"


def scanned(*words: object) -> str:
    done = CliRunner().invoke(app, ["devices", "scan", *map(str, words), "--seconds", "1"])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@pytest.mark.timeout(240)
async def test_beside_a_controller_and_a_walk_that_outlives_it(site_file: Path, tmp_path: Path) -> None:
    async with living(site_file) as building, serving(makes_at(line=bus(1))) as (_, port):
        add_bus(site_file, port)
        async with controller(site_file, tmp_path) as program:
            listen = ("--listen", f"{HOST}:{program.port}")
            await lists_tests_and_watches(site_file, building, listen)
            found = yaml.safe_load((await command("scan", site_file, "bus", "--units", "12-13", *BY, *listen)).stdout)["devices"]
            assert [(made["unit"], made["channel"]) for made in found.values()] == [(12, 1), (12, 2), (12, 3), (12, 4)]
            assert "--by NAME" in (await command("scan", site_file, "bus", *listen, status=1)).stderr
            with started("walk", site_file, "panic-1", "lock-long", "--yes", *BY, *listen) as walking:
                await until_async(lambda: [walk["began"] for walk in program.get("/api/v1/device-walks")["walks"]], PATIENCE_S)
                building.press("panic-1")
                await until_async(lambda: seen(program) == {"panic-1": ["pressed"], "lock-long": []})
                walking.send_signal(signal.SIGINT)
                said = await said_by(walking)
                assert walking.returncode == 1, said
                assert "The walk goes on" in said
            program.kill()
        async with controller(site_file, tmp_path, program.port) as program:
            assert seen(program) == {"panic-1": ["pressed"], "lock-long": []}
            for contact in ("open", "closed"):
                building.set("lock-long", "contact", contact)
                word = {"open": "opened", "closed": "closed"}[contact]
                await until_async(lambda w=word: w in seen(program)["lock-long"])
            done = await command("walk", site_file, "--yes", *BY, *listen)
            assert "Passed: 2 of 2" in done.stdout
            assert "Signed by A. Asentaja" in done.stdout
            head = done.stdout.rpartition("--head ")[2].strip()
            report = await told("walk", site_file, "--report", *listen)
            assert f"{report['last']}:{report['hash']}" == head
            program.end()
    assert verify(tmp_path / "data", [Head(int(head.partition(":")[0]), head.partition(":")[2])]).findings == ()


def bus(port: int) -> dict[str, Any]:
    return {"protocol": "modbus-rtu-tcp", "host": HOST, "port": port, "timeout": "0.1 s"}


def add_bus(site_file: Path, port: int) -> None:
    """A serial line behind a converter, of whose units nobody knows yet."""
    site = json.loads(site_file.read_text())
    site["connections"]["bus"] = bus(port)
    site_file.write_text(json.dumps(site))


def seen(program: Program) -> dict[str, list[str]]:
    walk = program.get("/api/v1/device-walks")["walks"][0]
    return {each["device"]: list(each["seen"]) for each in walk["devices"]}


@pytest.mark.timeout(200)
async def test_over_the_line_where_no_controller_runs(site_file: Path) -> None:
    listen = ("--listen", f"{HOST}:{free_port()}")
    async with living(site_file) as building:
        listed = await command("list", site_file, *listen)
        assert listed.stderr.startswith("No controller answers on")
        assert "lock-long" in listed.stdout
        with started("test", site_file, "lock-long", "--seconds", 4, "--yes", "--format", "json", *listen) as testing:
            said = await said_by(testing)
        trial = json.loads(said[said.index("{") :])
        assert (trial["value"], trial["before"], building.state("lock-long", "lock")) == ("unlocked", "locked", "locked")
        assert trial["answered_s"] is not None

        building.behave("fan", Behaviour.JAMMED)
        with started("test", site_file, "fan", "--seconds", 1, "--yes", *listen) as testing:
            said = await said_by(testing)
            assert (testing.returncode, "It did not follow." in said) == (1, True), said
        building.behave("fan", Behaviour.OBEDIENT)

        with started("test", site_file, "fan", "--seconds", 30, "--yes", *listen) as testing:
            await until_async(lambda: building.state("fan", "on") is True, PATIENCE_S)
            testing.send_signal(signal.SIGINT)
            said = await said_by(testing)
            assert building.state("fan", "on") is False, said
            assert testing.returncode != 0
