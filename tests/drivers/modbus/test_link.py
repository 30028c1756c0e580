"""The driver against a real Modbus server on loopback."""

from tests.drivers.modbus.line import BACK, FAN, FRONT, STORE, bench


async def test_everything_is_said_once_and_then_what_changes() -> None:
    async with bench() as b:
        assert (b.heard.last(FRONT, "lock"), b.heard.last(FRONT, "contact"), b.heard.last(FRONT, "tamper")) == (
            "locked",
            "closed",
            False,
        )
        assert (b.heard.last(STORE, "lock"), b.heard.last(STORE, "contact"), b.heard.last(FAN, "on")) == ("locked", "closed", False)
        b.line.set(BACK, "contact", "open")
        b.line.set(STORE, "contact", "open")
        b.line.set(BACK, "exit-request", True)
        await b.hears(BACK, "contact", "open")
        await b.hears(STORE, "contact", "open")
        await b.hears(BACK, "exit-request", True)
        assert b.heard.values(FRONT, "contact") == ["closed"]
        assert b.heard.lines() == [True]


async def test_an_order_is_written_read_back_and_ends_by_itself() -> None:
    async with bench() as b:
        b.send(FRONT, "unlocked", 1.9)
        await b.hears(FRONT, "lock", "unlocked")
        assert b.line.state(FRONT, "lock") == "unlocked"
        assert b.line.state(BACK, "lock") == "locked"
        await b.hears(FRONT, "lock", "locked")
        b.send(STORE, "unlocked")
        b.send(FAN, True, point="on")
        await b.hears(STORE, "lock", "unlocked")
        await b.hears(FAN, "on", True)
        b.send(STORE, "locked")
        await b.hears(STORE, "lock", "locked")
