"""The driver against a server of another make: node-opcua (npm), in a process of its own that can be killed and frozen."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509

from drivers.opcua import dialing
from drivers.opcua.certificate import make
from drivers.scanning import proposed_lines
from edge.clock import SystemClock
from edge.errors import IllegalInput, StartRefused
from edge.site.device import Device
from tests.drivers.opcua.bms import (
    DEVICES,
    FAN,
    MASKING,
    PASSWORD,
    PRESENCE,
    STORE,
    USER,
    NodeServer,
    driving,
    looked_around,
    site_at,
)

FIELD = "nsu=urn:tests:bms:field"
OURS: dict[str, Any] = {
    PRESENCE: {**DEVICES[PRESENCE], "at": f"{FIELD};s=Room1"},
    FAN: {**DEVICES[FAN], "points": {"on": {"node": f"{FIELD};s=Fan"}}},
    MASKING: {
        **DEVICES[MASKING],
        "points": {"level": {"node": f"{FIELD};s=Level", "scale": 0.1}, "muted": {"node": f"{FIELD};s=Muted"}},
    },
}


def test_it_is_subscribed_to_and_written(node_server: NodeServer) -> None:
    with driving(site_at(node_server.port, OURS)) as bms:
        heard = bms.heard
        assert [heard.values(PRESENCE, point) for point in ("present", "count", "tamper", "battery")] == [
            [False],
            [0],
            [False],
            [77.0],
        ]
        assert heard.values(MASKING, "level") == [40.4]
        node_server.set("Room1-occ", True)
        node_server.set("Room1-n", 12)
        heard.hears(PRESENCE, "present", True)
        heard.hears(PRESENCE, "count", 12)
        bms.send(FAN, "on", True)
        heard.hears(FAN, "on", True)
        bms.send(MASKING, "level", 43.7)
        heard.hears(MASKING, "level", 43.7)
        assert {"written": "Fan", "value": True, "type": "Boolean"} in node_server.said
        assert {"written": "Level", "value": 437, "type": "Int16"} in node_server.said
        bms.send(FAN, "on", False)
        heard.hears(FAN, "on", False)
        assert [heard.garbage(device) for device in OURS] == [[], [], []]


def test_quality_and_time_come_over(node_server: NodeServer) -> None:
    old = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    with driving(site_at(node_server.port, OURS)) as bms:
        node_server.set("Room1-n", 3, "UncertainLastUsableValue")
        bms.heard.hears(PRESENCE, "count", "UncertainLastUsableValue")
        node_server.set("Room1-n", 3, time=old.isoformat())
        # Its time is told; that it is old makes it no worse: what does not change is not timed anew.
        assert bms.heard.hears(PRESENCE, "count", 3).sent_at == old
        node_server.set("Room1-occ", False, "BadDeviceFailure")
        bms.heard.hears(PRESENCE, "present", "BadDeviceFailure")
        node_server.set("Room1-occ", False)
        bms.heard.hears(PRESENCE, "present", False)


def test_what_it_refuses_is_told(node_server: NodeServer) -> None:
    door = {**DEVICES[STORE], "points": {"lock": {"node": f"{FIELD};s=Locked", "values": {"true": "locked", "false": "unlocked"}}}}
    strange = {**DEVICES[FAN], "points": {"on": {"node": f"{FIELD};s=Nothing"}}}
    with driving(site_at(node_server.port, {STORE: door, FAN: strange}), up=False) as bms:
        bms.heard.hears(STORE, "lock", "unlocked")
        bms.send(STORE, "lock", "locked")
        bms.heard.complains(STORE, "not written: the server refuses (BadNotWritable)")
        bms.heard.hears(FAN, "on", "BadNodeIdUnknown")


@pytest.mark.parametrize("security", ["sign", "encrypt"])
def test_signed_and_encrypted_with_certificates(node_server: NodeServer, our_files: Mapping[str, str], security: str) -> None:
    with driving(site_at(node_server.port, OURS, security=security, **our_files)) as bms:
        bms.send(FAN, "on", True)
        bms.heard.hears(FAN, "on", True)
        bms.send(FAN, "on", False)
        bms.heard.hears(FAN, "on", False)


def test_only_the_server_that_is_named_is_trusted(node_server: NodeServer, our_files: Mapping[str, str]) -> None:
    (theirs,) = (node_server.folder / "pki" / "own" / "certs").glob("*.pem")
    wanted = site_at(node_server.port, OURS, security="encrypt", server_certificate=str(theirs), **our_files)
    with driving(wanted) as bms:
        assert bms.heard.lines() == [(True, "")]
    another = our_files["certificate"]
    with driving(site_at(node_server.port, OURS, security="encrypt", server_certificate=another, **our_files), up=False) as bms:
        bms.heard.fails("the server shows another certificate than the one in server_certificate")
        assert bms.heard.told(FAN, "on") == []


def test_a_server_that_answers_nothing_more_is_lost_in_time_and_found_again(node_server: NodeServer) -> None:
    with driving(site_at(node_server.port, OURS)) as bms:
        node_server.freeze()
        began = time.monotonic()
        try:
            for device in OURS:
                bms.heard.hears(device, "link", False)
            lasted = time.monotonic() - began
            bms.heard.fails("the server has been silent for 3 s")
        finally:
            node_server.thaw()
        assert lasted < 5
        for device in OURS:
            bms.heard.hears(device, "link", True)
        bms.heard.wait_for(lambda _: bms.heard.lines()[-1] == (True, ""))


@pytest.mark.soak
def test_keys_are_changed_while_it_goes_on(
    node_server: NodeServer, our_files: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialing, "_CHANNEL_MS", 4_000)
    with driving(site_at(node_server.port, OURS, security="encrypt", **our_files)) as bms:
        until = time.monotonic() + 14
        for n in count(1):
            node_server.set("Room1-n", n)
            bms.heard.hears(PRESENCE, "count", n)
            if time.monotonic() > until:
                break
        assert bms.heard.lines() == [(True, "")]


@pytest.mark.soak
def test_a_server_that_is_killed_and_started_again_is_subscribed_to_anew(node_server: NodeServer) -> None:
    with driving(site_at(node_server.port, OURS)) as bms:
        node_server.set("Room1-n", 9)
        bms.heard.hears(PRESENCE, "count", 9)
        node_server.kill()
        began = time.monotonic()
        bms.heard.hears(PRESENCE, "link", False)
        assert time.monotonic() - began < 5
        bms.heard.fails(f"nothing answers at 127.0.0.1:{node_server.port}")
        node_server.start()
        # It has forgotten, and what it says now holds.
        bms.heard.hears(PRESENCE, "link", True)
        bms.heard.hears(PRESENCE, "count", 0)
        node_server.set("Room1-n", 4)
        bms.heard.hears(PRESENCE, "count", 4)
        bms.send(FAN, "on", True)
        bms.heard.hears(FAN, "on", True)


def test_a_wrong_password_and_a_certificate_that_is_not_trusted_are_told_in_one_sentence(
    node_server: NodeServer, tmp_path: Path, our_files: Mapping[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    secrets = {"env:RIGHT": PASSWORD, "env:WRONG": "a password that is not right"}
    for security in ("none", "encrypt"):
        named = {"security": security, "username": USER, **our_files}
        with driving(site_at(node_server.port, OURS, password="env:RIGHT", **named), secret=secrets.__getitem__) as bms:
            bms.heard.hears(PRESENCE, "battery", 77.0)
        with driving(site_at(node_server.port, OURS, password="env:WRONG", **named), up=False, secret=secrets.__getitem__) as bms:
            bms.heard.fails("the server does not accept the user name and password (Bad")
    certificate, key = make(tmp_path, SystemClock(), host="edge-2")
    stranger = {"security": "encrypt", "certificate": str(certificate), "key": str(key)}
    with driving(site_at(node_server.port, OURS, **stranger), up=False) as bms:
        bms.heard.fails("the server does not trust our certificate: have it accepted there")
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    assert not any(secret in out + err for secret in secrets.values())


def test_files_that_are_missing_or_something_else_refuse_the_start(our_files: Mapping[str, str], tmp_path: Path) -> None:
    def start(**connection: str) -> None:
        with driving(site_at(1, OURS, security="sign", **connection), up=False):
            pass

    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("-----BEGIN NONSENSE-----\nsecret octets\n")
    with pytest.raises(StartRefused, match=r"gone\.der of the OPC UA connection cannot be read"):
        start(**{**our_files, "certificate": str(tmp_path / "gone.der")})
    with pytest.raises(StartRefused, match="is no certificate"):
        start(**{**our_files, "certificate": str(nonsense)})
    with pytest.raises(StartRefused, match="is no private key") as refused:
        start(**{**our_files, "key": str(nonsense)})
    assert "octets" not in str(refused.value)


def test_the_certificate_is_ours_for_ten_years_and_not_made_twice(tmp_path: Path) -> None:
    clock = SystemClock()
    certificate, key = make(tmp_path, clock, host="edge-1")
    made = x509.load_der_x509_certificate(certificate.read_bytes())
    assert made.not_valid_after_utc - clock.now() > timedelta(days=3600)
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(IllegalInput, match="already"):
        make(tmp_path, clock, host="edge-1")


def test_known_makes_and_switches_are_found_by_looking_around(node_server: NodeServer, our_files: Mapping[str, str]) -> None:
    named = {"security": "encrypt", "username": USER, "password": "env:PW", **our_files}
    found = looked_around(site_at(node_server.port, {}, **named), secret={"env:PW": PASSWORD}.__getitem__)
    room, fan, level = found["Field/Room1"], found["Field/Fan"], found["Field/Level"]
    assert (room.make, room.type, room.entry["at"]) == ("opcua.presence", "occupancy-sensor", f"{FIELD};s=Room1")
    assert not any(address.startswith("Field/Room1/") for address in found)
    assert fan.entry["points"] == {"on": {"node": f"{FIELD};s=Fan"}}
    assert fan.what == "Boolean write False"
    assert (level.type, level.entry, level.details) == (None, {}, (("node", f"{FIELD};s=Level"),))
    assert level.what.startswith("Int16 write ")
    assert found["Field/Locked"].what.startswith("Boolean read ")
    assert {address.partition("/")[0] for address in found} == {"Field"}
    pasted = yaml.safe_load("\n".join(proposed_lines(found.values())))
    assert {Device.model_validate(entry).profile for entry in pasted.values()} == {"opcua.presence", "opcua.nodes"}
