"""The whole way from a file to a site or to its findings."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.errors import SiteFileError
from edge.site import BadSiteFile, LoadedSite, load_site, read_site
from edge.site.document import plain
from edge.site.finding import Finding
from edge.site.reading import build_tree, read_text

EXAMPLES = Path("examples")
DATA = Path("tests/edge/site/data")
NAMES = sorted(file.stem for file in EXAMPLES.glob("*.yaml"))
SET = dict.fromkeys(("TALONMIES_TOKEN", "CALENDAR_PASSWORD", "ENTRA_SECRET"), "swordfish")


def load_text(folder: Path, text: str | bytes) -> LoadedSite:
    file = folder / "site.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_site(file, SET)


def plain_example(name: str) -> Any:
    root = build_tree(read_text(EXAMPLES / f"{name}.yaml")).root
    assert root is not None
    return plain(root)


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_without_a_finding(name: str) -> None:
    loaded = load_site(EXAMPLES / f"{name}.yaml", SET)
    assert loaded.findings == ()
    assert loaded.site is not None
    assert loaded.site.site.id == name


def test_an_unset_secret_is_a_warning_and_no_value_is_ever_shown() -> None:
    assert [(f.level, f.path, f.line, f.column) for f in load_site(EXAMPLES / "joensuu.yaml", {}).findings] == [
        ("warning", "site.token", 13, 10)
    ]
    assert "swordfish" not in repr(load_site(DATA / "broken.yaml", {"NAME": "swordfish"}).findings)


def test_every_finding_of_a_broken_file_at_once_each_at_its_place() -> None:
    found = load_site(DATA / "broken.yaml", {})
    assert found.site is None
    lines = [str(finding).removeprefix(f"{DATA}/") for finding in found.findings]
    assert lines == (DATA / "broken.txt").read_text(encoding="utf-8").splitlines()


def test_a_secret_written_in_the_file_is_not_repeated() -> None:
    assert "hunter2" in (DATA / "broken.yaml").read_text(encoding="utf-8")
    assert "hunter2" not in repr(load_site(DATA / "broken.yaml", {}).findings)


LINES = [
    ("{protocol: mqt}", 'protocol: "mqt" is not a choice here. Did you mean "mqtt"?'),
    ("{host: a}", 'protocol: "protocol" is missing.'),
    ("{protocol: [mqtt]}", "protocol: One word is wanted here."),
    ("{protocol: mqtt, prt: 5}", 'prt: "prt" is not known here. Did you mean "port"?'),
    ("{protocol: modbus-tcp}", 'host: "host" is missing.'),
    (
        "{protocol: modbus-rtu-tcp, host: a, port: 1, tls: {}}",
        'tls: "tls" is not known here. Known are protocol, host, port, timeout.',
    ),
    ("{protocol: modbus-tcp, host: a, port: 99999}", "port: 99999 is too large."),
    ("{protocol: modbus-tcp, host: a, timeout: 3 min}", 'timeout: "3 min" is no timeout.'),
    ("{protocol: modbus-tcp, host: a, timeout: 0.01 s}", 'timeout: "0.01 s" is no timeout.'),
    ("{protocol: modbus-rtu, device: /dev/ttyUSB0, parity: evn}", 'parity: "evn" is not a choice here. Did you mean "even"?'),
]


@pytest.mark.parametrize(("line", "told"), LINES)
def test_each_kind_of_connection_has_its_own_keys(tmp_path: Path, line: str, told: str) -> None:
    text = f"site: {{id: a, name: A}}\nspaces: {{b: {{zone: public}}}}\nconnections:\n  x: {line}\n"
    (found,) = [str(finding) for finding in load_text(tmp_path, text).findings if finding.level == "error"]
    assert f"error: connections.x.{told}" in found


def test_read_site_raises_what_was_found() -> None:
    with pytest.raises(SiteFileError, match=r'rooms\.any\.hours: "servicee" is not in hours') as caught:
        read_site(DATA / "broken.yaml")
    assert isinstance(caught.value, BadSiteFile)
    assert len(caught.value.findings) == len((DATA / "broken.txt").read_text(encoding="utf-8").splitlines())
    assert read_site(EXAMPLES / "joensuu.yaml").site.id == "joensuu"


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "just words\n", "- a\n- b\n", "{}\n", "12\n", "null\n"])
def test_a_file_without_a_site_is_one_finding(tmp_path: Path, text: str) -> None:
    (only,) = load_text(tmp_path, text).findings
    assert (only.level, only.line, only.column, only.path) == ("error", 1, 1, "")
    assert "holds no site" in only.text.message


def test_what_is_no_file_is_one_finding(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.yaml"):
        loaded = load_site(path)
        assert loaded.site is None
        assert [finding.level for finding in loaded.findings] == ["error"]


def test_a_loaded_site_cannot_be_changed() -> None:
    site = read_site(EXAMPLES / "joensuu.yaml")
    with pytest.raises(TypeError):
        site.doors["new"] = site.doors["entrance"]  # type: ignore[index]
    with pytest.raises(TypeError):
        site.calendars["room-calendar"].rooms.clear()  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        site.hours["service"].week.update({})  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="frozen"):
        site.doors["entrance"].to = "waiting"
    assert copy.deepcopy(site) == site
    assert json.loads(site.model_dump_json())["doors"]["entrance"]["to"] == "lobby"


def test_indexes_of_the_site() -> None:
    site = read_site(EXAMPLES / "joensuu.yaml")
    assert site.device_at("entrance") == "lock-entrance"
    assert site.device_at("lobby-waiting") is None
    assert site.feeds_of("vihkitila") == ("room-calendar",)
    assert site.feeds_of("waiting") == ()
    assert site.zone_of("outside") == "public"
    assert site.zone_of("staff-corridor") == "internal"
    assert site.local is site.local
    assert str(site.local.zone) == "Europe/Helsinki"


# Breaking the example at random.

SITES = {name: plain_example(name) for name in ("joensuu", "porvoo", "hameenlinna")}
"""Between them, every make of calendar and every section."""
SOURCE = (EXAMPLES / "joensuu.yaml").read_bytes()

Place = tuple[str | int, ...]


def places(data: Any, path: Place = ()) -> list[Place]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(below for key, value in children for below in places(value, (*path, key)))]


PLACES = [(name, *path) for name, site in SITES.items() for path in places(site)[1:]]


def sound(loaded: LoadedSite, lines: int) -> None:
    errors = [finding for finding in loaded.findings if finding.level == "error"]
    assert (loaded.site is None) == bool(errors)
    for finding in loaded.findings:
        assert isinstance(finding, Finding)
        assert 1 <= finding.line <= lines
        assert finding.column >= 1
        assert str(finding)


def changed(place: Place, value: Any = None, *, delete: bool = False) -> str:
    data = copy.deepcopy(SITES)
    parent: Any = data
    for step in place[:-1]:
        parent = parent[step]
    if delete:
        del parent[place[-1]]
    else:
        parent[place[-1]] = value
    return json.dumps(data[str(place[0])], indent=0)


SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW
@given(place=st.sampled_from(PLACES))
def test_a_deleted_part_never_raises(tmp_path: Path, place: Place) -> None:
    text = changed(place, delete=True)
    sound(load_text(tmp_path, text), text.count("\n") + 2)


@SLOW
@given(place=st.sampled_from(PLACES))
def test_a_part_of_the_wrong_shape_is_always_found(tmp_path: Path, place: Place) -> None:
    text = changed(place, ["x", {"y": 1}])
    loaded = load_text(tmp_path, text)
    sound(loaded, text.count("\n") + 2)
    dotted = ".".join(map(str, place[1:]))
    assert any(finding.level == "error" and finding.path.startswith(dotted) for finding in loaded.findings)


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just("x" * 5000),
    st.sampled_from(
        ["outside", "always", "closed", "env:NONE", "0 s", "999999999 d", "24:00-0:00", "2026-02-30", [], {}, {"a": {}}]
    ),
)


@SLOW
@given(place=st.sampled_from(PLACES), value=ODD)
def test_any_value_anywhere_never_raises(tmp_path: Path, place: Place, value: Any) -> None:
    text = changed(place, value)
    sound(load_text(tmp_path, text), text.count("\n") + 2)


@SLOW
@given(start=st.integers(0, len(SOURCE)), length=st.integers(0, 40), put=st.binary(max_size=6))
def test_damaged_text_never_raises(tmp_path: Path, start: int, length: int, put: bytes) -> None:
    damaged = SOURCE[:start] + put + SOURCE[start + length :]
    sound(load_text(tmp_path, damaged), damaged.count(b"\n") + damaged.count(b"\r") + damaged.count(b"\xc2\x85") + 2)
