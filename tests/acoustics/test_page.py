"""What docs/acoustics.md shows is what comes out."""

from pathlib import Path

import pytest

from acoustics.pairs import pairs_of
from edge.conditions import AMBIENT_UNKNOWN, MASKING_UNHEARD, MASKING_WEAK
from edge.site import load_site
from edge.site.acoustics_settings import (
    Acoustics,
    Comfort,
    Emitter,
    Microphone,
    Pair,
    Quiet,
    RoomAcoustics,
    Schedule,
    Target,
)
from tests.docs.snippets import code_blocks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "acoustics.md"


def test_the_example_of_the_page() -> None:
    (example,) = code_blocks(PAGE, "python")
    names: dict[str, object] = {}
    exec(compile(example, PAGE.name, "exec"), names)  # noqa: S102
    assert names["overheard"] == pytest.approx(0.25, abs=0.005)
    assert names["needed"] == pytest.approx(34.9, abs=0.05)
    assert names["out_of_reach"] is None


def test_the_site_of_the_page_is_without_a_finding(tmp_path: Path) -> None:
    (example,) = code_blocks(PAGE, "yaml")
    file = tmp_path / "site.yaml"
    file.write_text(example, encoding="utf-8")
    loaded = load_site(file)
    assert [str(finding) for finding in loaded.findings] == []
    section = loaded.site.acoustics
    assert section is not None
    assert {"room-1>lobby", "room-1>corridor", "safe>corridor", "safe>lobby"} <= pairs_of(loaded.site, section).keys()


def test_the_page_names_every_setting_and_every_alarm() -> None:
    text = PAGE.read_text(encoding="utf-8")
    parts = (Acoustics, Pair, RoomAcoustics, Emitter, Microphone, Target, Comfort, Schedule, Quiet)
    keys = {field.alias or name for part in parts for name, field in part.model_fields.items()}
    assert {key for key in keys if f"`{key}`" not in text} == set()
    assert {alarm for alarm in (MASKING_UNHEARD, MASKING_WEAK, AMBIENT_UNKNOWN) if f"`{alarm}`" not in text} == set()
