"""Where things are drawn: everything once, nothing on top of another, doors on walls, measures kept."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings

from api.drawing.geometry import Box, facing, left_of, longest
from api.drawing.layout import Plan, plan
from edge.site import Site
from edge.site.fields import OUTSIDE
from tests.api.drawing.buildings import NAMES, example, sites, with_areas
from tests.builders import service_rooms, site_of


def on_a_wall(box: Box, at: tuple[float, float]) -> bool:
    x, y = at
    inside = box.x - 0.1 <= x <= box.right + 0.1 and box.y - 0.1 <= y <= box.bottom + 0.1
    return inside and min(abs(x - box.x), abs(x - box.right), abs(y - box.y), abs(y - box.bottom)) < 0.1


def crosses(line: tuple[tuple[float, float], tuple[float, float]], box: Box) -> bool:
    (x1, y1), (x2, y2) = line
    steps = [(x1 + (x2 - x1) * n / 200, y1 + (y2 - y1) * n / 200) for n in range(201)]
    return any(box.x + 1 < x < box.right - 1 and box.y + 1 < y < box.bottom - 1 for x, y in steps)


@settings(max_examples=40, deadline=None)
@given(sites())
def test_everything_is_drawn_once_and_nothing_on_top_of_another(site: Site) -> None:
    placed = plan(site)
    assert list(placed.spaces) == list(site.spaces)
    assert list(placed.doors) == list(site.doors)
    on_top = [(a, b) for a, b in combinations(placed.spaces, 2) if placed.spaces[a].overlaps(placed.spaces[b])]
    assert on_top == []
    assert [space for space, box in placed.spaces.items() if box.width < 40 or box.height < 40] == []


@settings(max_examples=40, deadline=None)
@given(sites())
def test_a_door_is_on_a_wall_of_its_space_and_points_into_the_one_it_guards(site: Site) -> None:
    placed = plan(site)
    for name, door in placed.doors.items():
        section = site.doors[name]
        here, there = (section.from_, section.to) if section.to == OUTSIDE else (section.to, section.from_)
        assert on_a_wall(placed.spaces[here], door.at), name
        x, y = door.along(-2 if section.to == OUTSIDE else 2)
        box = placed.spaces[here]
        assert box.x < x < box.right, name
        assert box.y < y < box.bottom, name
        if door.line is None and there != OUTSIDE:
            assert on_a_wall(placed.spaces[there], door.at), name


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_an_example_crosses_a_room_and_most_doors_need_none(name: str) -> None:
    placed = plan(example(name))
    lines = {door: each.line for door, each in placed.doors.items() if each.line is not None}
    assert [(door, space) for door, line in lines.items() for space, box in placed.spaces.items() if crosses(line, box)] == []
    assert len(lines) <= 2


@pytest.mark.parametrize("name", ["hameenlinna", "joensuu", "pelkosenniemi", "pori"])
def test_zones_follow_one_another_from_left_to_right(name: str) -> None:
    site = example(name)
    placed = plan(site)
    for door in site.doors.values():
        if (
            OUTSIDE not in (door.from_, door.to)
            and site.zone_of(door.from_) == "semi-public"
            and site.zone_of(door.to) == "internal"
        ):
            assert placed.spaces[door.from_].x < placed.spaces[door.to].x


def test_rooms_between_a_hall_and_an_office_share_walls_with_both() -> None:
    placed = plan(service_rooms(12))
    assert [name for name, door in placed.doors.items() if door.line is not None] == []
    rooms = [placed.spaces[f"room-{n}"] for n in range(1, 13)]
    assert len({room.x for room in rooms}) == 1


def test_many_rooms_of_one_hall_stand_on_both_of_its_sides() -> None:
    doors = {"e": {"from": "outside", "to": "lobby"}, "h": {"from": "lobby", "to": "hall"}}
    doors |= {f"d-{n}": {"from": "hall", "to": f"room-{n}"} for n in range(9)}
    placed = plan(site_of({"lobby": "public", "hall": "semi-public", **{f"room-{n}": "semi-public" for n in range(9)}}, doors))
    hall = placed.spaces["hall"]
    above = [n for n in range(9) if placed.spaces[f"room-{n}"].bottom <= hall.y + 0.1]
    below = [n for n in range(9) if placed.spaces[f"room-{n}"].y >= hall.bottom - 0.1]
    assert (len(above), len(below)) == (5, 4)


def test_a_corridor_that_is_built_in_gets_a_way_out() -> None:
    placed = plan(example("joensuu"))
    entrance = placed.doors["staff-entrance"]
    assert entrance.line is not None
    assert abs(entrance.line[1][0] - placed.building.right) < 0.1


# --- measures ---------------------------------------------------------------------------------------------------------


def in_metres(placed: Plan, space: str, scale: float, origin: tuple[float, float] = (0, 0)) -> tuple[float, ...]:
    box = placed.spaces[space]
    numbers = (box.x / scale + origin[0], box.y / scale + origin[1], box.width / scale, box.height / scale)
    return tuple(round(number, 6) for number in numbers)


def test_measured_spaces_lie_where_the_site_file_says() -> None:
    site = example("porvoo")
    placed = plan(site)
    scale = placed.spaces["lobby"].width / 5
    assert placed.unmeasured == ()
    for name, space in site.spaces.items():
        assert in_metres(placed, name, scale) == space.area


def test_spaces_without_a_place_stand_beside_those_that_have_one() -> None:
    areas = {"lobby": (-4.0, 2.0, 8.0, 6.0), "office": (4.2, 2.0, 4.0, 6.0)}
    site = with_areas(service_rooms(4), areas)
    placed = plan(site)
    assert placed.measured
    assert placed.unmeasured == ("room-1", "room-2", "room-3", "room-4")
    scale = placed.spaces["lobby"].width / 8
    assert {name: in_metres(placed, name, scale, (-4, 2)) for name in areas} == areas
    assert all(placed.spaces[room].x > placed.spaces["office"].right for room in placed.unmeasured)


def test_a_door_in_a_wall_of_some_thickness_needs_no_line() -> None:
    site = site_of({"a": "public", "b": "internal"}, {"d": {"from": "a", "to": "b"}})
    placed = plan(with_areas(site, {"a": (0.0, 0.0, 5.0, 4.0), "b": (5.3, 1.0, 5.0, 4.0)}))
    door = placed.doors["d"]
    assert door.line is None
    assert door.ahead == (1, 0)
    assert placed.spaces["a"].right < door.at[0] < placed.spaces["b"].x


def test_doors_between_the_same_two_spaces_stand_apart() -> None:
    site = site_of({"a": "public", "b": "internal"}, {name: {"from": "a", "to": "b"} for name in ("d", "e", "f")})
    ys = sorted(door.at[1] for door in plan(site).doors.values())
    assert min(b - a for a, b in pairwise(ys)) > 40


# --- geometry ---------------------------------------------------------------------------------------------------------


def test_what_is_left_of_a_span() -> None:
    assert left_of((0, 10), [(2, 3), (8, 12)]) == [(0, 2), (3, 8)]
    assert left_of((0, 10), [(-1, 11)]) == []
    assert longest([(0, 2), (3, 8), (10, 15)]) == (3, 8)
    assert longest([]) is None


def test_boxes_face_each_other_past_what_stands_between() -> None:
    a, b = Box(0, 0, 10, 100), Box(50, 20, 10, 100)
    way = facing(a, b, [Box(20, 0, 10, 60)], least=20)
    assert way is not None
    assert (way.near, way.far, way.ahead, way.span, way.gap) == (10, 50, 1, (60, 100), 40)
    assert facing(a, b, [Box(20, 0, 10, 90)], least=20) is None
    assert facing(a, Box(50, 200, 10, 10), [], least=1) is None
