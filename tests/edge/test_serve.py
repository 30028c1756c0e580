"""Small parts of serving that need no daemon."""

import gc
import socket
import weakref
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from edge.errors import StartRefused
from edge.listening import hosts_of, listening_socket, remark_on
from edge.secrets import read_secret
from edge.serve import _secrets_of_calendars, _secrets_of_outbox, forget_applications, require_secrets, with_whole_paths
from edge.site import Site
from edge.site.connections import ModbusTcpConnection, MqttConnection, OpcuaConnection


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartRefused, match=f"Port {port} on 127.0.0.1 cannot be used .*--listen"):
            listening_socket(f"127.0.0.1:{port}")


@pytest.mark.parametrize("address", ["8080x", "127.0.0.1:", "127.0.0.1:99999", ""])
def test_an_address_that_is_none_is_said_in_a_sentence(address: str) -> None:
    with pytest.raises(StartRefused, match="HOST:PORT"):
        listening_socket(address)


@pytest.mark.parametrize(
    ("listen", "known"),
    [
        ("127.0.0.1:8080", {"127.0.0.1"}),
        (":8080", set()),
        ("10.1.2.3:8080", {"10.1.2.3"}),
        ("Talonmies.example.fi:80", {"talonmies.example.fi"}),
        ("[FD00:0::1]:8080", {"[fd00::1]"}),
        ("0.0.0.0:8080", set()),
        ("[::]:8080", set()),
        ("", set()),
    ],
)
def test_it_is_known_by_what_it_listens_on_and_by_the_names_of_the_site_file(listen: str, known: set[str]) -> None:
    assert hosts_of(_site_with(), listen) == known
    assert hosts_of(_site_with("Talo.example", "FD00::2"), listen) == {*known, "talo.example", "[fd00::2]"}


def test_to_listen_everywhere_and_be_known_nowhere_is_said_at_the_start() -> None:
    for listen in ("0.0.0.0:8080", "[::]:8080"):
        remark = remark_on(_site_with(), listen)
        assert remark is not None
        assert "site.hosts: [" in remark
        assert remark_on(_site_with("talo.example"), listen) is None
    for listen in ("127.0.0.1:8080", "10.1.2.3:8080", ":8080"):
        assert remark_on(_site_with(), listen) is None


def _site_with(*hosts: str) -> Site:
    return Site.model_validate({"site": {"id": "x", "name": "X", "hosts": hosts}, "spaces": {"lobby": {"zone": "public"}}})


def test_files_of_a_connection_are_looked_for_beside_the_site_file(tmp_path: Path) -> None:
    tls = {"ca": "ca.pem", "certificate": "/etc/talonmies/own.pem"}
    lines = {
        "broker": {"protocol": "mqtt", "tls": tls},
        "doors": {"protocol": "modbus-tcp", "host": "10.20.0.9", "tls": tls},
        "bms": {"protocol": "opcua", "url": "opc.tcp://10.20.0.30", "certificate": "own.der", "key": "/etc/talonmies/own.pem"},
    }
    site = Site.model_validate({"site": {"id": "x", "name": "X"}, "spaces": {"lobby": {"zone": "public"}}, "connections": lines})
    whole = with_whole_paths(site, tmp_path).connections
    for line in (whole["broker"], whole["doors"]):
        assert isinstance(line, MqttConnection | ModbusTcpConnection)
        assert (found := line.tls) is not None
        assert (found.ca, found.certificate, found.key) == (str(tmp_path / "ca.pem"), "/etc/talonmies/own.pem", None)
    bms = whole["bms"]
    assert isinstance(bms, OpcuaConnection)
    assert (bms.certificate, bms.key, bms.server_certificate) == (str(tmp_path / "own.der"), "/etc/talonmies/own.pem", None)


def test_certificates_for_opcua_are_looked_for_before_anything_starts(tmp_path: Path) -> None:
    bms = {"protocol": "opcua", "url": "opc.tcp://10.20.0.30", "certificate": "own.der", "key": "own.pem"}
    site = Site.model_validate(
        {"site": {"id": "x", "name": "X"}, "spaces": {"lobby": {"zone": "public"}}, "connections": {"bms": bms}}
    )
    with pytest.raises(StartRefused, match=r"own\.der of the OPC UA connection cannot be read"):
        require_secrets(site, tmp_path, lambda _: "s3cret")


def test_secrets_come_from_their_place_and_are_missed_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    (tmp_path / "empty").write_text(" \n")
    monkeypatch.setenv("TALONMIES_TEST_SECRET", "other")
    monkeypatch.delenv("TALONMIES_TEST_MISSING", raising=False)
    assert read_secret("file:token", tmp_path) == "s3cret"
    assert read_secret("env:TALONMIES_TEST_SECRET", tmp_path) == "other"
    for reference, remedy in [
        ("file:absent", "file is there"),
        ("file:empty", "empty"),
        ("env:TALONMIES_TEST_MISSING", "set the environment"),
    ]:
        with pytest.raises(StartRefused, match=remedy):
            read_secret(reference, tmp_path)


def test_secrets_of_the_outbox_are_looked_for_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    smtp = {"host": "mail.example", "username": "u", "password": "file:password", "sender": "a@b.fi"}
    security = {"sms": {"url": "https://sms.example/", "secret": "env:TALONMIES_TEST_SECRET"}, "smtp": smtp}
    contacts = {"hook": {"webhook": "https://x.example/", "secret": "env:TALONMIES_TEST_HOOK"}, "lobby": {"console": True}}
    site = Site.model_validate(
        {"site": {"id": "x", "name": "X"}, "spaces": {"a": {"zone": "public"}}, "contacts": contacts, "security": security}
    )
    (tmp_path / "password").write_text("s3cret\n")
    monkeypatch.setenv("TALONMIES_TEST_SECRET", "other")
    monkeypatch.setenv("TALONMIES_TEST_HOOK", "third")
    assert set(_secrets_of_outbox(site, tmp_path).values()) == {"s3cret", "other", "third"}
    monkeypatch.delenv("TALONMIES_TEST_HOOK")
    with pytest.raises(StartRefused, match="set the environment variable TALONMIES_TEST_HOOK"):
        _secrets_of_outbox(site, tmp_path)


def test_secrets_of_calendars_are_looked_for_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = {"tenant": "t", "client": "c", "secret": "env:TALONMIES_TEST_SECRET"}
    calendars = {
        "one": {"url": "https://calendar.example/a.ics", "room": "lobby", "username": "rooms", "password": "file:password"},
        "two": {"graph": graph, "mailboxes": {"lobby": "lobby@example.org"}},
    }
    site = Site.model_validate({"site": {"id": "x", "name": "X"}, "spaces": {"lobby": {"zone": "public"}}, "calendars": calendars})
    (tmp_path / "password").write_text("s3cret\n")
    monkeypatch.setenv("TALONMIES_TEST_SECRET", "other")
    assert _secrets_of_calendars(site, tmp_path) == {"file:password": "s3cret", "env:TALONMIES_TEST_SECRET": "other"}
    monkeypatch.delenv("TALONMIES_TEST_SECRET")
    with pytest.raises(StartRefused, match="set the environment variable TALONMIES_TEST_SECRET"):
        _secrets_of_calendars(site, tmp_path)


def test_nothing_holds_on_to_an_application_that_has_gone() -> None:
    class Desk:
        pass

    def application(desk: Desk) -> FastAPI:
        made = FastAPI()

        @made.get("/", dependencies=[Depends(lambda: desk)])
        def look() -> None:
            pass

        return made

    desk = Desk()
    gone = weakref.ref(desk)
    TestClient(application(desk)).get("/")
    del desk
    forget_applications()
    gc.collect()
    assert gone() is None
