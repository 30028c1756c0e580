"""Who may overhear whom, from the site file and from the plan."""

from typing import Any

from acoustics.pairs import CORRIDOR_DB, NEXT_ROOM_DB, Pair, pairs_of
from edge.site import Site
from tests.builders import site_of


def building(**section: Any) -> Site:
    """Two rooms side by side on a corridor, and a desk beside a queue in a lobby."""
    return site_of(
        {
            "room-1": {"zone": "semi-public", "kind": "service-room", "area": [0, 0, 4, 3]},
            "room-2": {"zone": "semi-public", "kind": "service-room", "area": [4.2, 0, 4, 3]},
            "corridor": {"zone": "internal", "kind": "corridor", "area": [0, 3, 9, 2]},
            "desk": {"zone": "semi-public", "kind": "desk", "area": [20, 0, 2, 2]},
            "queue": {"zone": "public", "kind": "waiting", "area": [25, 0, 6, 4]},
            "far": {"zone": "public", "kind": "lobby", "area": [60, 0, 6, 4]},
        },  # type: ignore[dict-item]
        {
            "door-1": {"from": "corridor", "to": "room-1"},
            "way": {"from": "corridor", "to": "room-2", "kind": "opening"},
            "entrance": {"from": "outside", "to": "queue"},
        },
        acoustics=section,
    )


def found(site: Site) -> dict[str, Pair]:
    assert site.acoustics is not None
    return pairs_of(site, site.acoustics)


def test_doors_walls_and_distances_make_pairs() -> None:
    pairs = found(building())
    assert pairs["room-1>corridor"] == Pair("room-1", "corridor", CORRIDOR_DB, doors=("door-1",))
    assert pairs["room-1>room-2"] == Pair("room-1", "room-2", NEXT_ROOM_DB)
    assert pairs["room-2>corridor"].open_way
    assert pairs["desk>queue"] == Pair("desk", "queue", None, 4.0)
    assert set(pairs) == {"room-1>corridor", "room-1>room-2", "room-2>corridor", "room-2>room-1", "desk>queue"}


def test_what_is_written_goes_before_what_is_suggested() -> None:
    written = [{"from": "room-1", "to": "corridor", "rating": 38, "source": "measured"}]
    pairs = found(building(pairs=written))
    assert pairs["room-1>corridor"] == Pair("room-1", "corridor", 38.0, basis="measured", doors=("door-1",))
    assert set(found(building(pairs=written, derive=False))) == {"room-1>corridor"}
