"""What docs/opcua.md shows is true: its lines load without a finding, its profile is one, its numbers are those of the code."""

from pathlib import Path
from typing import Any

from drivers.opcua import certificate, session
from drivers.opcua.link import _LONGEST_PAUSE_S
from drivers.opcua.teller import LOST_AFTER_S
from edge.profiles import PROFILES
from edge.profiles.opcua_mapping import NodePoint, NodeTranslation, OpcuaMapping
from edge.profiles.profile import Profile
from edge.site.check import check
from edge.site.document import plain
from edge.site.draft import Draft
from edge.site.model import Site
from edge.site.reading import build_tree
from edge.site.wrong import in_english
from tests.docs.snippets import code_blocks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "opcua.md"
TEXT = PAGE.read_text(encoding="utf-8")
WORDS = " ".join(TEXT.split())
MAKES = {name: profile for name, profile in PROFILES.items() if isinstance(profile.mapping, OpcuaMapping)}


def test_the_lines_of_the_page_load_and_nothing_is_found_in_them() -> None:
    (text,) = code_blocks(PAGE, "yaml")
    root = build_tree(text).root
    assert root is not None
    sections: Any = plain(root)
    raw = {
        "site": {"id": "page", "name": "Page"},
        "spaces": {"lobby": {"zone": "public"}, "room-1": {"zone": "internal"}},
        "doors": {"entrance": {"from": "outside", "to": "lobby", "kind": "opening"}, "front-1": {"from": "lobby", "to": "room-1"}},
        **sections,
    }
    assert [in_english(problem.text) for problem in check(Draft.of(Site.model_validate(raw), raw))] == []
    assert {device["profile"] for device in sections["devices"].values()} == set(MAKES)


def test_the_profile_of_the_page_is_one() -> None:
    (text,) = code_blocks(PAGE, "python")
    scope: dict[str, Any] = {
        "Profile": Profile, "OpcuaMapping": OpcuaMapping, "NodePoint": NodePoint, "NodeTranslation": NodeTranslation,
    }  # fmt: skip
    exec(text, scope)  # noqa: S102
    lock = scope["PROFILE"].mapping.points["door-controller"]["lock"]
    assert lock.order.means.write("unlocked", "Boolean") is True


def test_every_profile_and_number_is_on_the_page() -> None:
    for name, profile in MAKES.items():
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}`"))
        assert isinstance(profile.mapping, OpcuaMapping)
        doors = "door-controller" in profile.mapping.types
        assert (f"`{profile.lease}`" in row) == doors
        for points in profile.mapping.points.values():
            assert all(node.path in row for point in points.values() for node in (point, point.order) if node is not None)
    assert f"published every {session.PUBLISHED_EVERY_MS} ms" in WORDS
    assert f"silent for {LOST_AFTER_S:g} s" in WORDS
    assert f"lost after {LOST_AFTER_S:g} s" in WORDS
    assert f"after {_LONGEST_PAUSE_S:g} s at the latest" in WORDS
    assert f"tried again every {session._MISSING_TRIED_EVERY_S:g} s" in WORDS
    assert f"`{certificate.CERTIFICATE}`" in WORDS
    assert f"`{certificate.KEY}`" in WORDS
    assert certificate.LASTS.days == 3650
