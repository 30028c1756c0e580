"""What strangers on a line say becomes lines of a site file that mean what they show."""

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.scanning import Found, known_as, one_line, proposed_lines
from tests.builders import site_of

HOSTILE = "x}\n  lock: {type: relay}\u2028# \x1b[2J\x00é"


def read(lines: list[str]) -> dict[str, object]:
    return yaml.safe_load("\n".join(["devices:", *lines])).get("devices") or {}


def test_a_proposal_is_a_line_to_paste() -> None:
    entry = {"type": "relay", "connection": "line", "profile": "modbus.relay_board", "unit": 9, "channel": 2}
    found = Found("line", "unit 9, channel 2", "RB-8 of Example Oy", "modbus.relay_board", "relay", entry=entry)
    (line,) = proposed_lines([found])
    assert line == (
        "  relay-unit-9-channel-2: {type: relay, connection: line, profile: modbus.relay_board, unit: 9, channel: 2}"
        "  # unit 9, channel 2 RB-8 of Example Oy"
    )


def test_ids_are_not_used_twice_and_those_of_topics_are_kept() -> None:
    entry = {"type": "relay", "connection": "line"}
    twins = [Found("line", "1", "a", type="relay", entry=entry), Found("line", "1", "b", type="relay", entry=entry)]
    native = Found("line", "talonmies/test/fan", "", type="relay", entry=entry, id="fan")
    assert list(read(list(proposed_lines([*twins, native], taken=["relay-1"])))) == ["relay-1-2", "relay-1-3", "fan"]


def test_what_is_known_or_fits_nothing_is_a_comment() -> None:
    known = Found("line", "unit 3", "DC-4", type="relay", entry={"type": "relay"}, known_as="lock-store")
    odd = Found("line", "unit 4", "?")
    no_id = Found("line", "talonmies/test/Fan 1", "", type="relay", entry={"type": "relay"}, id="Fan 1")
    lines = list(proposed_lines([known, odd, no_id]))
    assert read(lines) == {}
    assert "lock-store" in lines[0]


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=40), st.dictionaries(st.text(max_size=12), st.text(max_size=30) | st.integers() | st.booleans(), min_size=1)
)
def test_whatever_a_stranger_says_is_one_line_that_means_itself(said: str, entry: dict[str, object]) -> None:
    found = [Found("line", said, said, type="relay", entry=entry), Found("line", said, said)]
    lines = list(proposed_lines(found))
    assert all(line.isprintable() for line in lines)
    ((_, meant),) = read(lines).items()
    assert meant == {one_line(k): one_line(v) if isinstance(v, str) else v for k, v in entry.items()}


def test_hostile_names_add_no_device() -> None:
    found = Found("line", HOSTILE, HOSTILE, type="relay", entry={"type": "relay", "at": HOSTILE})
    assert len(read(list(proposed_lines([found])))) == 1
    assert len(one_line("é" * 5000)) == 200


def test_a_device_is_known_by_its_place_on_its_line() -> None:
    site = site_of(
        {"lobby": "public"},
        {},
        devices={
            "fan": {"type": "relay", "points": {"on": {"topic": "fan/1", "field": "on"}}},
            "lamp": {"type": "relay", "points": {"on": {"topic": "fan/1", "field": "lamp"}}},
        },
    )
    assert known_as(site, "line", {"points": {"on": {"topic": "fan/1", "field": "lamp"}}}) == "lamp"
    assert known_as(site, "line", {"points": {"on": {"topic": "fan/2"}}}) is None
    assert known_as(site, "other", {"points": {"on": {"topic": "fan/1", "field": "lamp"}}}) is None
    assert known_as(None, "line", {"unit": 1}) is None
