"""The driver against a real OPC UA server, which is our virtual one (asyncua)."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from asyncua import ua

from drivers.opcua import dialing as dialing_module
from drivers.opcua import session as session_module
from drivers.opcua import teller as teller_module
from drivers.opcua.link import OpcuaDriver
from drivers.virtual.device import Behaviour
from edge.clock import SystemClock
from edge.daemon import Daemon
from edge.errors import IllegalCommand, IllegalInput, Refused, StartRefused, Unreachable
from edge.facts import READING
from edge.points import Value
from edge.problems import NONSENSE
from edge.site.device import Device
from rooms.desk import book
from tests.broker import until, until_async
from tests.builders import HOUR, site_of
from tests.drivers.opcua.bms import (
    DEVICES,
    DOOR,
    FAN,
    MASKING,
    PRESENCE,
    SIGN,
    STORE,
    Babble,
    Driving,
    Heard,
    Twin,
    driving,
    looked_around,
    now,
    site_at,
)


@pytest.fixture
def bms(twin: Twin) -> Iterator[Driving]:
    with driving(site_at(twin.port)) as running:
        yield running


def test_everything_is_said_once_with_its_own_time_and_then_what_changes(twin: Twin, bms: Driving) -> None:
    heard = bms.heard
    assert [heard.values(PRESENCE, point) for point in ("present", "count", "battery")] == [[False], [0], [100.0]]
    assert [heard.values(DOOR, point) for point in ("lock", "contact")] == [["locked"], ["closed"]]
    assert [heard.values(STORE, "lock"), heard.values(SIGN, "text"), heard.values(MASKING, "level")] == [["locked"], [None], [40.0]]
    assert heard.lines() == [(True, "")]
    before = now()
    twin.set(PRESENCE, "present", True)
    twin.set(PRESENCE, "count", 3)
    twin.set(DOOR, "contact", "open")
    told = heard.hears(PRESENCE, "present", True)
    assert told.sent_at is not None
    assert before <= told.sent_at <= told.at
    heard.hears(PRESENCE, "count", 3)
    heard.hears(DOOR, "contact", "open")
    assert heard.values(DOOR, "lock") == ["locked"]
    twin.set(DOOR, "contact", "closed")
    twin.set(PRESENCE, "present", False)


def test_a_command_is_written_in_the_type_of_the_node_and_confirmed_by_what_that_says(twin: Twin, bms: Driving) -> None:
    for device, point, value in (
        (FAN, "on", True),  # Boolean
        (STORE, "lock", "unlocked"),  # Int32
        (MASKING, "level", 43.7),  # Float, of tenths
        (SIGN, "text", "Vapaa"),  # String
    ):
        bms.send(device, point, value)
        bms.heard.hears(device, point, value)
        assert twin.state(device, point) == value
    back: list[tuple[str, str, Value]] = [
        (FAN, "on", False),
        (STORE, "lock", "locked"),
        (MASKING, "level", 40.0),
        (SIGN, "text", None),
    ]
    for device, point, wanted in back:
        bms.send(device, point, wanted)
        bms.heard.hears(device, point, wanted)
    assert [bms.heard.garbage(device) for device in DEVICES] == [[]] * len(DEVICES)


def test_a_door_that_pulses_is_told_at_one_node_and_heard_at_another(twin: Twin, bms: Driving) -> None:
    bms.send(DOOR, "lock", "unlocked")
    bms.heard.hears(DOOR, "lock", "unlocked")
    bms.heard.hears(DOOR, "lock", "locked")  # after its pulse of two seconds
    bms.send(DOOR, "lock", "unlocked")
    bms.heard.hears(DOOR, "lock", "unlocked")
    bms.send(DOOR, "lock", "locked")
    bms.heard.hears(DOOR, "lock", "locked")
    assert bms.heard.garbage(DOOR) == []


def test_an_answer_to_a_command_is_said_also_when_it_changed_nothing(twin: Twin, bms: Driving) -> None:
    sent = bms.send(FAN, "on", False)
    bms.heard.wait_for(lambda _: bms.heard.values(FAN, "on") == [False, False])
    assert bms.heard.told(FAN, "on")[-1].at >= sent.at
    twin.do(twin.line.hosts[FAN].behave, Behaviour.JAMMED)
    bms.send(FAN, "on", True)
    bms.heard.wait_for(lambda _: bms.heard.values(FAN, "on") == [False, False, False])
    assert twin.state(FAN, "on") is False
    twin.do(twin.line.hosts[FAN].behave, Behaviour.OBEDIENT)


def test_an_older_order_is_void_and_one_that_cannot_be_is_refused(twin: Twin, bms: Driving) -> None:
    older = bms.command(FAN, "on", True)
    bms.send(FAN, "on", False)
    bms.driver.send(older)
    bms.send(MASKING, "muted", True)
    bms.heard.hears(MASKING, "muted", True)
    assert True not in bms.heard.values(FAN, "on")
    bms.send(MASKING, "muted", False)
    bms.heard.hears(MASKING, "muted", False)
    with pytest.raises(IllegalCommand, match="takes no commands"):
        bms.send(PRESENCE, "present", True)
    with pytest.raises(IllegalCommand, match="not one of"):
        bms.send(STORE, "lock", "ajar")
    with pytest.raises(IllegalCommand, match="outside"):
        bms.send(MASKING, "level", 101.0)


def test_what_is_not_good_is_no_value_and_says_why(twin: Twin, bms: Driving) -> None:
    host = twin.line.hosts[PRESENCE]
    for point, status in (("count", "UncertainLastUsableValue"), ("battery", "BadSensorFailure"), ("count", "BadOutOfService")):
        twin.do(host.spoil, point, status)
        told = bms.heard.hears(PRESENCE, point, status)
        assert told.value is None
        twin.do(host.spoil, point, "")
        bms.heard.hears(PRESENCE, point, twin.state(PRESENCE, point))
    assert bms.heard.values(PRESENCE, "link") == [True]
    assert bms.heard.garbage(PRESENCE) == []


def test_a_device_without_its_main_point_is_lost_and_then_says_everything_anew(twin: Twin) -> None:
    with driving(site_at(twin.port)) as bms:
        twin.do(twin.line.hosts[PRESENCE].spoil, "present", "BadCommunicationError")
        twin.do(twin.line.hosts[FAN].unplug)
        twin.set(PRESENCE, "count", 7)
        bms.heard.hears(PRESENCE, "link", False)
        bms.heard.hears(FAN, "link", False)
        assert bms.heard.values(PRESENCE, "present")[-1] == "BadCommunicationError"
        with pytest.raises(Unreachable, match="fan"):
            bms.send(FAN, "on", True)
        twin.do(twin.line.hosts[FAN].plug)
        twin.do(twin.line.hosts[PRESENCE].spoil, "present", "")
        bms.heard.hears(PRESENCE, "link", True)
        bms.heard.hears(PRESENCE, "count", 7)
        bms.heard.hears(PRESENCE, "battery", 100.0)
        assert bms.heard.values(DOOR, "link") == [True]
        assert bms.heard.lines() == [(True, "")]
    twin.set(PRESENCE, "count", 0)


def test_nodes_that_are_not_there_hurt_nobody_else_and_are_taken_up_when_they_come(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "_MISSING_TRIED_EVERY_S", 0.2)
    wrong = {
        FAN: {**DEVICES[FAN], "points": {"on": {"node": "ns=2;s=Fan2"}}},
        PRESENCE: {**DEVICES[PRESENCE], "at": "ns=2;s=Nowhere"},
        SIGN: {**DEVICES[SIGN], "points": {"text": {"node": "nsu=urn:nobody;g=72962B91-FA75-4AE6-8D28-B404DC7DAF63"}}},
        MASKING: DEVICES[MASKING],
    }
    with driving(site_at(twin.port, wrong), up=False) as bms:
        bms.heard.hears(FAN, "on", "BadNodeIdUnknown")
        bms.heard.complains(FAN, "the server does not give this node (BadNodeIdUnknown)")
        bms.heard.hears(PRESENCE, "present", "BadNodeIdInvalid")
        bms.heard.hears(SIGN, "text", "no namespace urn:nobody")
        bms.heard.hears(MASKING, "level", 40.0)
        assert bms.heard.lines()[-1] == (True, "")
        server = twin.line._server
        assert server is not None
        fan = twin.run(server.nodes.objects.add_variable("ns=2;s=Fan2", "2:Fan2", True))
        bms.heard.hears(FAN, "on", True)
        bms.heard.hears(FAN, "link", True)
    twin.run(server.delete_nodes([fan]))


def test_a_value_that_the_point_cannot_carry_is_none(twin: Twin) -> None:
    """A number where truth is expected, an array, a text in a scale."""
    server = twin.line._server
    assert server is not None
    odd = [
        twin.run(server.nodes.objects.add_variable(f"ns=2;s={name}", f"2:{name}", value))
        for name, value in (("Number", 1.0), ("Array", [True, False]), ("High", 1e9))
    ]
    devices = {
        FAN: {**DEVICES[FAN], "points": {"on": {"node": "ns=2;s=Number"}}},
        SIGN: {**DEVICES[SIGN], "points": {"text": {"node": "ns=2;s=Array"}}},
        MASKING: {**DEVICES[MASKING], "points": {"level": {"node": "ns=2;s=High"}}},
    }
    with driving(site_at(twin.port, devices), up=False) as bms:
        bms.heard.hears(FAN, "on", NONSENSE.message)
        bms.heard.complains(FAN, "not true or false")
        bms.heard.hears(SIGN, "text", NONSENSE.message)
        bms.heard.complains(SIGN, "an array")
        bms.heard.hears(MASKING, "level", NONSENSE.message)
        bms.heard.complains(MASKING, "outside 0..100")
    twin.run(server.delete_nodes(odd))


def test_what_the_server_refuses_is_told_and_the_rest_goes_on(twin: Twin) -> None:
    server = twin.line._server
    assert server is not None
    fixed = twin.run(server.nodes.objects.add_variable("ns=2;s=Fixed", "2:Fixed", False))
    twin.run(server.nodes.objects.add_variable("ns=2;s=Small", "2:Small", 1, ua.VariantType.Byte))
    small = server.get_node("ns=2;s=Small")
    twin.run(small.set_writable())
    devices = {
        FAN: {**DEVICES[FAN], "points": {"on": {"node": "ns=2;s=Fixed"}}},
        MASKING: {**DEVICES[MASKING], "points": {"level": {"node": "ns=2;s=Small", "scale": 0.1}}},
        STORE: DEVICES[STORE],
    }
    with driving(site_at(twin.port, devices)) as bms:
        bms.send(FAN, "on", True)
        bms.heard.complains(FAN, "not written: the server refuses (BadUserAccessDenied)")
        bms.heard.wait_for(lambda _: bms.heard.values(FAN, "on") == [False, False])
        bms.send(MASKING, "level", 60.0)
        bms.heard.complains(MASKING, "not written: a node of type Byte cannot hold 600.0")
        bms.send(MASKING, "level", 20.0)
        bms.heard.hears(MASKING, "level", 20.0)
        bms.send(STORE, "lock", "unlocked")
        bms.heard.hears(STORE, "lock", "unlocked")
        bms.send(STORE, "lock", "locked")
        bms.heard.hears(STORE, "lock", "locked")
        counted = bms.driver.requests()
        assert [(counted[name].answered.count, counted[name].refused) for name in devices] == [(0, 1), (1, 1), (2, 0)]
        assert counted[STORE].answered.longest_s > 0
    twin.run(server.delete_nodes([fixed, small]))


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wrong_clock_of_the_server_makes_nothing_fresh_or_stale(twin: Twin, bms: Driving, hours: int) -> None:
    twin.line.ahead = timedelta(hours=hours)
    try:
        before = now()
        bms.send(FAN, "on", True)
        told = bms.heard.hears(FAN, "on", True)
        assert told.sent_at is not None
        assert abs(told.sent_at - before - timedelta(hours=hours)) < timedelta(minutes=1)
        assert before <= told.at <= now()
    finally:
        twin.line.ahead = timedelta()
    # The clock is put right, and what is newer seems an hour older.
    bms.send(FAN, "on", False)
    bms.heard.hears(FAN, "on", False)
    assert bms.heard.values(FAN, "link") == [True]


def test_a_server_that_stops_and_comes_back_is_found_again(twin: Twin, bms: Driving) -> None:
    twin.run(twin.line.stop())
    bms.heard.wait_for(lambda _: bms.heard.lines()[-1] == (False, f"nothing answers at 127.0.0.1:{twin.port}"))
    with pytest.raises(Unreachable, match="does not answer"):
        bms.send(FAN, "on", True)
    twin.run(twin.line.start())
    bms.heard.wait_for(lambda _: bms.heard.lines()[-1] == (True, ""))
    # Also what has not changed: meanwhile it may have been anything.
    bms.heard.wait_for(lambda _: bms.heard.values(PRESENCE, "battery") == [100.0, 100.0])
    bms.send(FAN, "on", True)
    bms.heard.hears(FAN, "on", True)
    bms.send(FAN, "on", False)
    bms.heard.hears(FAN, "on", False)


def test_a_subscription_that_the_server_forgets_is_made_anew(twin: Twin, bms: Driving) -> None:
    server = twin.line._server
    assert server is not None
    subscriptions = server.iserver.subscription_service
    began = time.monotonic()
    twin.run(subscriptions.delete_subscriptions(list(subscriptions.subscriptions)))
    bms.heard.wait_for(lambda _: len(bms.heard.lines()) >= 3 and bms.heard.lines()[-1] == (True, ""))
    assert bms.heard.lines()[1][0] is False
    assert time.monotonic() - began < 8  # noticed within 3 s
    twin.set(PRESENCE, "count", 5)
    bms.heard.hears(PRESENCE, "count", 5)
    twin.set(PRESENCE, "count", 0)


def test_a_place_where_nobody_answers_is_told_in_one_sentence_and_stopping_takes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teller_module, "LOST_AFTER_S", 0.5)
    with driving(site_at(1), up=False) as bms:
        bms.heard.fails("nothing answers at 127.0.0.1:1")
        bms.heard.hears(FAN, "link", False)
        until(lambda: len(bms.heard.lines()) == 1)
        began = time.monotonic()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "127.0.0.1"),
        (b"ERRF\x1c\x00\x00\x00\x00\x00\x7d\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "127.0.0.1"),
        (b"ACKF\xff\xff\xff\x7f", "no answer from 127.0.0.1"),
        (b"", "127.0.0.1"),
    ],
)
def test_a_port_where_something_else_speaks_is_told_in_one_sentence(
    answer: bytes, problem: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dialing_module, "TIMEOUT_S", 0.5)
    with Babble(answer) as babble, driving(site_at(babble.port), up=False) as bms:
        bms.heard.fails(problem)
        assert all(len(said) < 100 for _, said in bms.heard.lines())
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err


def test_a_driver_that_was_never_started_stops_and_one_of_another_line_is_not_made() -> None:
    OpcuaDriver("bms", site_at(1), Heard(commits=False), SystemClock(), str).stop()
    with pytest.raises(IllegalInput):
        OpcuaDriver("other", site_at(1), Heard(commits=False), SystemClock(), str)
    with pytest.raises(StartRefused, match="certificate and key"):
        OpcuaDriver("bms", site_at(1, security="sign"), Heard(commits=False), SystemClock(), str)


def test_looking_around_names_what_the_site_file_has(twin: Twin) -> None:
    site = site_at(twin.port)
    found = looked_around(site, site)
    assert {address: thing.known_as for address, thing in found.items() if thing.known_as} == {
        "Room1": PRESENCE,
        "Door1": DOOR,
        "Fan": FAN,
        "4711": STORE,
        "Level": MASKING,
        "Muted": MASKING,
        "Sign": SIGN,
    }
    assert looked_around(site, site_at(twin.port, {FAN: DEVICES[FAN]}))["Room1"].known_as is None


def test_looking_around_where_it_cannot_be_done_is_told_in_one_sentence(twin: Twin, our_files: Mapping[str, str]) -> None:
    with pytest.raises(Unreachable, match="nothing answers at"):
        looked_around(site_at(1))
    with pytest.raises(StartRefused, match="certificate and key"):
        looked_around(site_at(twin.port, security="encrypt"))
    with pytest.raises(Refused, match="offers no line that is signed with Basic256Sha256"):
        looked_around(site_at(twin.port, None, security="sign", **our_files))


async def test_a_door_that_pulses_is_open_through_a_booking_and_locks_when_the_daemon_dies(twin: Twin, tmp_path: Path) -> None:
    door = {key: value for key, value in DEVICES[DOOR].items() if key != "door"}
    site = site_of(
        {"lobby": "public", "room": "semi-public"},
        {"front": {"from": "lobby", "to": "room", "unlock": "booking"}},
        connections={"line": {"protocol": "opcua", "url": f"opc.tcp://127.0.0.1:{twin.port}", "security": "none"}},
        calendars={"walk-ins": {"local": "room"}},
    )
    # Asked for well before the end of each pulse, which lasts two seconds.
    described = Device.model_validate({**door, "connection": "line", "door": "front", "pulse": "1 s"})
    site = site.model_copy(update={"devices": {DOOR: described}})
    clock = SystemClock()
    daemon = Daemon(site, tmp_path, lambda name, inbox: OpcuaDriver(name, site, inbox, clock, str), clock=clock)

    def says(value: str) -> bool:
        reading = daemon.facts(READING(DOOR, "lock"))
        return reading is not None and reading.good and reading.value == value

    await daemon.start()
    turning = asyncio.create_task(daemon.run())
    try:
        await until_async(lambda: says("locked"))
        start = clock.now()
        await daemon.act(lambda facts, at: book(facts, site, at, "room", "host-1", start=start, end=start + HOUR))
        await until_async(lambda: says("unlocked"))
        opened = time.monotonic()
        while time.monotonic() - opened < 3:
            assert await asyncio.to_thread(twin.state, DOOR, "lock") == "unlocked"
            await asyncio.sleep(0.05)
        turning.cancel()
        for driver in daemon._drivers.values():
            await asyncio.to_thread(driver.stop)
        # Nobody tells it to lock.
        await asyncio.to_thread(until, lambda: twin.state(DOOR, "lock") == "locked")
    finally:
        await asyncio.gather(turning, return_exceptions=True)
        await daemon.stop()
