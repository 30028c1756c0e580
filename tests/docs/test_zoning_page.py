"""The page about zones shows what the program says and draws today."""

from datetime import date
from pathlib import Path

import pytest

from api.drawing.layout import plan
from api.drawing.svg import draw
from edge.language import Renderer
from edge.site.load import load_site
from edge.verifying import ProofReport
from security.proof import Property, prove
from tests.docs.snippets import code_blocks

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "zoning.md"
JOENSUU = DOCS.parent / "examples" / "joensuu.yaml"
TODAY = date(2026, 11, 22)


def report(file: Path, shown_as: str) -> list[str]:
    loaded = load_site(file)
    assert loaded.site is not None, loaded.findings
    lines = ProofReport(Path(shown_as), loaded, prove(loaded.site, TODAY), Renderer(loaded.site, "en")).lines()
    return "\n".join(lines).splitlines()


def test_the_picture_is_what_the_command_draws() -> None:
    site = load_site(JOENSUU).site
    assert site is not None
    picture = DOCS / "images" / "joensuu-zones.svg"
    today = draw(site, plan(site), Renderer(site, "en"))
    assert picture.read_text(encoding="utf-8") == today, (
        f"talonmies plan examples/joensuu.yaml --language en -o docs/images/{picture.name}"
    )


def test_the_counter_example_of_the_page_is_found(tmp_path: Path) -> None:
    (source,) = code_blocks(PAGE, "yaml")
    file = tmp_path / "example.yaml"
    file.write_text(source, encoding="utf-8")
    shown, _ = code_blocks(PAGE, "text")
    assert report(file, "example.yaml")[: len(shown.splitlines())] == shown.splitlines()
    (finding,) = prove(load_site(file).site, TODAY).findings  # type: ignore[arg-type]
    assert f"--waive {finding.id} " in PAGE.read_text(encoding="utf-8")


def test_the_assumptions_of_the_page_are_those_of_joensuu() -> None:
    _, shown = code_blocks(PAGE, "text")
    said = report(JOENSUU, "examples/joensuu.yaml")
    assert [line for line in shown.splitlines() if line not in said and line != "  ..."] == []


@pytest.mark.parametrize("number", sorted({each.value.partition("-")[0] for each in Property}))
def test_every_property_is_in_the_table_for_auditors(number: str) -> None:
    assert f"\n| {number} | " in PAGE.read_text(encoding="utf-8")
