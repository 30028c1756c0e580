"""`talonmies run` and `talonmies demo` as processes: what they say when they cannot start, and how they end."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from drivers.mosquitto import HOST, Broker, free_port
from security.roles import ROLES
from tests.broker import until
from tests.started import ran
from tests.system.places import write_site
from tests.system.program import TALONMIES, TOKEN, Program, environment, refused


@pytest.fixture
def site_file(tmp_path: Path, broker: Broker) -> Path:
    return write_site(tmp_path, f"program-{uuid4().hex[:8]}", broker.port)


def run_words(site_file: Path, data: Path, port: int | None = None) -> list[str]:
    return ["run", str(site_file), "--data", str(data), "--listen", f"{HOST}:{port or free_port()}"]


def test_a_port_in_use(site_file: Path, tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        said = refused(*run_words(site_file, tmp_path / "data", port))
    assert said.startswith(f"Port {port} on {HOST} cannot be used (Address already in use)")
    assert not (tmp_path / "data").exists()


@pytest.mark.timeout(60)
def test_a_second_controller_on_the_same_journal_does_not_start_and_does_no_harm(site_file: Path, tmp_path: Path) -> None:
    with Program(tmp_path, "run", site_file, "--data", tmp_path / "data") as first:
        said = refused(*run_words(site_file, tmp_path / "data"))
        assert str(tmp_path / "data") in said
        assert first.ready()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.timeout(60)
def test_a_signal_ends_it_in_good_order_and_frees_the_port(site_file: Path, tmp_path: Path, number: int) -> None:
    cold = number == signal.SIGTERM
    with Program(tmp_path, "run", site_file, "--data", tmp_path / "data", cold=cold, within_s=50) as program:
        program.end(number)
        socket.create_server((HOST, program.port)).close()
        assert TOKEN not in program.said
    whole = subprocess.run([TALONMIES, "journal", "verify", str(tmp_path / "data")], capture_output=True, text=True)
    assert whole.returncode == 0, whole


@pytest.mark.timeout(60)
def test_a_person_added_while_it_runs_signs_in_and_is_signed_out_when_removed(site_file: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Program(tmp_path, "run", site_file, "--data", data) as program, browser(program) as client:
        added = users("add", "M. Virtanen", "--role", "guard", "--data", str(data))
        password = added.rpartition(" ")[2].strip()
        assert client.post("/sign-in", data={"name": "M. Virtanen", "password": password}).status_code == 303
        assert client.get("/").status_code == 200
        users("remove", "M. Virtanen", "--data", str(data))
        assert client.get("/").status_code == 401
        program.end(signal.SIGTERM)
        assert password not in program.said
    for file in (path for path in data.rglob("*") if path.is_file()):
        assert password.encode() not in file.read_bytes()


def users(*words: str) -> str:
    done = ran("users", *words)
    done.check_returncode()
    return done.stdout


def browser(program: Program) -> httpx.Client:
    origin = f"http://{HOST}:{program.port}"
    return httpx.Client(base_url=origin, headers={"Origin": origin, "Accept": "text/html"})


@pytest.mark.timeout(150)
def test_the_demo_ends_with_all_that_it_started(tmp_path: Path) -> None:
    with Program(tmp_path, "demo", within_s=60, cold=True) as demo:
        children = _descendants(demo.process.pid)
        assert len(children) >= 2, "a broker and the devices"
        until(lambda: demo.get("/api/v1/alarms")["alarms"] == [])
        assert "speak MQTT for now" not in demo.said, "of every protocol there is something"
        _handle_a_device_of_each_line(demo)
        for role in ROLES:
            login = re.search(rf"^ +{role} +(\S+)$", demo.said, re.MULTILINE)
            assert login is not None, demo.said
            with browser(demo) as client:
                assert client.post("/sign-in", data={"name": role, "password": login[1]}).status_code == 303
        demo.end(within_s=20)  # of all its lines, one after the other
        until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))
    assert "The demo has ended." in demo.said


def _handle_a_device_of_each_line(demo: Program) -> None:
    """On the page of the virtual devices; what the controller hears of it came over a real line."""
    found = re.search(r"^ +devices +(http://127\.0\.0\.1:\d+):", demo.said, re.MULTILINE)
    assert found is not None, demo.said
    with httpx.Client(base_url=found[1], headers={"Origin": found[1]}) as page:
        assert 'action="/devices/occ-te-office' in page.get("/").text
        for device in ("lock-staff-entrance", "lock-kokous-1-front"):  # natively on MQTT, and on Modbus
            assert page.post(f"/devices/{device}", data={"do": "open"}).status_code == 303
        for device in ("occ-etapalvelu", "occ-kokous-3", "occ-te-office"):  # zigbee2mqtt, Bluetooth, OPC UA
            assert page.post(f"/devices/{device}", data={"do": "enter"}).status_code == 303
    for door in ("staff-entrance", "kokous-1-front"):
        until(lambda door=door: demo.get(f"/api/v1/doors/{door}")["contact"]["value"] == "open")
    until(lambda: {"etapalvelu", "kokous-3", "te-office"} <= _occupied(demo))


def _occupied(demo: Program) -> set[str]:
    return {space["id"] for space in demo.get("/api/v1/spaces")["spaces"] if space["present"]}


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *_descendants(child))]


def test_the_demo_without_a_broker_says_how_to_get_one(tmp_path: Path) -> None:
    without = "import drivers.mosquitto as m; m._SYSTEM_FOLDER = '/nowhere'; from edge.cli import main; main()"
    words = [sys.executable, "-c", without, "demo", "--listen", f"{HOST}:{free_port()}"]
    ended = subprocess.run(words, env=environment(PATH="/nowhere"), capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1
    assert ended.stderr.strip() == "the MQTT broker mosquitto is not installed; run: make system-packages"


def test_a_site_file_with_a_mistake(site_file: Path, tmp_path: Path) -> None:
    site_file.write_text(site_file.read_text().replace('"public"', '"pubic"'))
    said = refused(*run_words(site_file, tmp_path / "data"))
    assert said.startswith(f"{site_file}:")
    assert 'Did you mean "public"?' in said


def test_a_site_file_that_is_not_there(tmp_path: Path) -> None:
    assert "There is no such file." in refused(*run_words(tmp_path / "nowhere.yaml", tmp_path / "data"))


def test_a_secret_that_is_not_set(site_file: Path, tmp_path: Path) -> None:
    said = refused(*run_words(site_file, tmp_path / "data"), TALONMIES_TOKEN="")
    assert said == "The secret env:TALONMIES_TOKEN is not there: set the environment variable TALONMIES_TOKEN."


def test_a_data_folder_below_a_file(site_file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refused(*run_words(site_file, tmp_path / "file" / "data"))
    assert said == f"The journal's folder {tmp_path / 'file' / 'data'} cannot be used: Not a directory"


@pytest.fixture
def read_only_folder(tmp_path: Path) -> Iterator[Path]:
    """Root may write where modes say no, so it is a read-only disk."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    if not shutil.which("mount") or os.system(f"mount -t tmpfs -o ro,size=1m tmpfs {folder} 2>/dev/null"):  # noqa: S605
        pytest.skip("no right to mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_data_folder_on_a_read_only_disk(site_file: Path, read_only_folder: Path) -> None:
    said = refused(*run_words(site_file, read_only_folder / "data"))
    assert said == f"The journal's folder {read_only_folder / 'data'} cannot be used: Read-only file system"


def test_an_address_that_is_none(site_file: Path, tmp_path: Path) -> None:
    words = ["run", str(site_file), "--data", str(tmp_path / "data"), "--listen", "everywhere"]
    assert "--listen everywhere is not HOST:PORT" in refused(*words)
