"""Buildings to draw: the examples, and random ones that nobody would build."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from api.drawing.layout import plan
from api.drawing.svg import draw
from edge.language import Renderer
from edge.site import Site
from edge.site.load import read_site
from tests.builders import site_of

EXAMPLES = Path(__file__).parents[3] / "examples"
NAMES = ("hameenlinna", "joensuu", "pelkosenniemi", "pori", "porvoo")


def example(name: str) -> Site:
    return read_site(EXAMPLES / f"{name}.yaml")


def drawing(site: Site, language: str = "en") -> str:
    return draw(site, plan(site), Renderer(site, language))


@st.composite
def sites(draw_: st.DrawFn) -> Site:
    zones = draw_(st.lists(st.sampled_from(["public", "semi-public", "internal"]), min_size=1, max_size=18))
    spaces = {f"space-{n}": zone for n, zone in enumerate(zones)}
    ends = st.sampled_from(["outside", *spaces])
    pairs = draw_(st.lists(st.tuples(ends, ends).filter(lambda pair: pair[0] != pair[1]), max_size=30))
    hall = draw_(st.sampled_from(["none", *spaces]))
    if hall != "none":  # rooms along one hall, as real buildings have them
        pairs += [(hall, space) for space in spaces if space != hall]
    kinds = st.sampled_from(["swing", "sliding", "opening", "escape"])
    doors: dict[str, dict[str, Any]] = {
        f"door-{n}": {"from": start, "to": end, "kind": draw_(kinds)} for n, (start, end) in enumerate(pairs)
    }
    return site_of(spaces, doors)


def with_areas(site: Site, areas: dict[str, tuple[float, float, float, float]]) -> Site:
    spaces = {
        name: space.model_copy(update={"area": areas[name]}) if name in areas else space for name, space in site.spaces.items()
    }
    return site.model_copy(update={"spaces": spaces})
