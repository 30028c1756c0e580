"""Signing in: client certificates, passwords, and what is said when the broker does not want us."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.mosquitto import Broker
from drivers.mqtt.link import MqttDriver
from edge.clock import SystemClock
from edge.errors import StartRefused
from edge.events import ConnectionChanged
from tests.broker import Controller, Running, small_site

RIGHT = "right horse"


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ca.pem, and server.pem and client.pem that it signed, with their keys."""
    folder = tmp_path_factory.mktemp("certificates")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    for name in ("server", "client"):
        openssl(folder, "req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl(
            folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", f"{name}.pem", "-days", "2", "-extfile", "names",
        )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def tls_broker(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("tls-broker")
    passwords = folder / "passwords"
    passwords.write_text(f"controller:{RIGHT}\n")
    passwords.chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
    additions = "\n".join(
        [
            f"cafile {certificates}/ca.pem",
            f"certfile {certificates}/server.pem",
            f"keyfile {certificates}/server.key",
            "require_certificate true",
            "allow_anonymous false",
            f"password_file {passwords}",
        ]
    )
    with Broker(folder, additions=additions) as broker:
        yield broker


def files(certificates: Path, **other: str | None) -> dict[str, str | None]:
    mine = {"ca": "ca.pem", "certificate": "client.pem", "key": "client.key"} | other
    return {name: f"{certificates}/{file}" if file else None for name, file in mine.items()}


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_certificate_and_password(tls_broker: Broker, certificates: Path, version: str) -> None:
    site = small_site("tls", tls_broker.port, version, username="controller", password="env:WORD", tls=files(certificates))
    with Running(site, secret={"env:WORD": RIGHT}.__getitem__) as running:
        assert running.controller.up


def problem_with(tls_broker: Broker, version: str, tls: dict[str, str | None], password: str = RIGHT) -> str:
    site = small_site("tls", tls_broker.port, version, username="controller", password="env:WORD", tls=tls)
    controller = Controller(commits=False)
    driver = MqttDriver("broker", site, controller, SystemClock(), lambda _: password)
    driver.start()
    try:
        changes: list[ConnectionChanged] = controller.wait_for(lambda c: c.of(ConnectionChanged))
    finally:
        driver.stop()
    assert not changes[0].up
    return changes[0].problem


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_wrong_password(tls_broker: Broker, certificates: Path, version: str) -> None:
    problem = problem_with(tls_broker, version, files(certificates), "wrong horse")
    assert problem == "the broker does not authorize this client"


# paho leaves the socket of a failed handshake to be closed with the exception that refers to it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_we_do_not_know(tls_broker: Broker, certificates: Path) -> None:
    problem = problem_with(tls_broker, "5", files(certificates, ca=None))
    assert problem.startswith("the broker's certificate is not trusted: ")


def test_no_client_certificate(tls_broker: Broker, certificates: Path) -> None:
    problem = problem_with(tls_broker, "5", files(certificates, certificate=None, key=None))
    assert problem


def test_files_that_are_not_there(tls_broker: Broker, certificates: Path) -> None:
    with pytest.raises(StartRefused, match=r"nowhere\.pem"):
        problem_with(tls_broker, "5", files(certificates, ca="nowhere.pem"))
