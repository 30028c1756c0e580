"""Small site files, good and bad: what is found, the shortest state and way, the place; and that what is advised mends it."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.language import Renderer
from edge.site import Site, load_site
from edge.site.finding import dotted
from security.proof import prove

TODAY = date(2026, 11, 23)
CASES: Mapping[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "data" / "sites.yaml").read_text())
_SECTIONS = ("hours", "rooms", "scenes")


def described(case: Mapping[str, Any]) -> dict[str, Any]:
    locks: dict[str, dict[str, Any]] = {
        f"lock-{door}": {"type": "door-controller", "connection": "line", "door": door}
        for door, section in case["doors"].items()
        if section.get("kind") != "opening"
    }
    for device, more in case.get("devices", {}).items():
        locks[device].update(more)
    booked = {"calendars": {"rooms": {"local": case["booked"]}}} if "booked" in case else {}
    return {
        "site": {"id": "test", "name": "Test", **case.get("site", {})},
        "spaces": {space: {"zone": zone} for space, zone in case["spaces"].items()},
        "doors": case["doors"],
        "connections": case.get("connections", {"line": {"protocol": "mqtt"}}),
        "devices": locks,
        **booked,
        **{section: case[section] for section in _SECTIONS if section in case},
    }


def loaded(folder: Path, site: Mapping[str, Any]) -> Site:
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(site, sort_keys=False))
    found = load_site(file)
    assert found.site is not None, found.findings
    return found.site


def mended(site: dict[str, Any], places: Mapping[str, Any]) -> dict[str, Any]:
    site = deepcopy(site)
    for place, value in places.items():
        *above, key = place.split(".")
        section = site
        for name in above:
            section = section[name]
        section[key] = value
    return site


@pytest.mark.parametrize("name", CASES)
def test_what_is_found_and_what_mends_it(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    site, faults = loaded(tmp_path, described(case)), case.get("faults", 1)
    proof = prove(site, TODAY, faults)
    assert [finding.id for finding in proof.findings] == case["found"]
    if not case["found"]:
        return
    first, render = proof.findings[0], Renderer(site, "en").text
    assert [render(text) for text in first.state] == case["state"]
    assert (list(first.path), dotted(first.place)) == (case["way"], case["place"])
    assert prove(loaded(tmp_path, mended(described(case), case["mend"])), TODAY, faults).holds
    assert prove(site, TODAY, faults - 1).holds is first.id.startswith("D8"), "of faults so many are needed, of others none"
