"""Draws a day of masking at Joensuu, as it was simulated: `python tools/masking_day.py [FILE.svg]`.

The example of Joensuu under the real controller, with devices that obey and a clock of its own: the picture is what would happen.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from acoustics.asked import press_relief  # noqa: E402
from acoustics.zones import Zones  # noqa: E402
from edge.simulation import Simulation  # noqa: E402
from edge.site import Site, load_site  # noqa: E402
from edge.site.acoustics_settings import Acoustics, Pair  # noqa: E402
from security.alarms import AlarmResolved, open_alarms  # noqa: E402
from tests.builders import booking, local, read  # noqa: E402

FILE = ROOT / "docs" / "images" / "masking-day.svg"
UNIT, DESK, LISTENERS, BUTTON = "masking-waiting", "desk-1", "waiting", "panic-desk-1"
DOOR_DB = 41.0
"""Of the two service rooms of this day: better than doors usually are, so that masking can do something for them."""
MEETINGS = (
    ("palveluhuone-1", 9.5, 10.5),
    ("palveluhuone-2", 10.0, 11.5),
    ("palveluhuone-1", 13.0, 15.0),
)
STARTED_H, FIRST_H, LAST_H = 6.0, 7.0, 19.0
RELIEF_H, PANIC_H, PANIC_ENDS_H = 13.5, 16.25, 16.35
CONSTANT_DBA = 45.0
"""What units without a controller often are set to."""

LOWEST, HIGHEST = 24.0, 50.0
LEFT, TOP, WIDTH, HEIGHT = 50, 50, 860, 320
INK, FAINT, LEVEL, MUTED, OLD = "#1f2328", "#d0d7de", "#0550ae", "#b00020", "#8c5a00"
LINES = (
    (48.0, "hard cap, for nobody"),
    (45.0, "most, for conversations that insist"),
    (42.0, "most, for conversations"),
    (30.0, "floor"),
)


@dataclass(frozen=True)
class Moment:
    """level: None while it is muted."""

    hour: float
    level: float | None


def at(hour: float) -> datetime:
    return local("2026-11-23 00:00") + timedelta(hours=hour)


def building() -> Site:
    """Raises SystemExit for a broken example."""
    site = load_site(ROOT / "examples" / "joensuu.yaml").site
    if site is None or site.acoustics is None:
        raise SystemExit("the example of Joensuu has no acoustics")
    doors = tuple(
        Pair.model_validate({"from": room, "to": LISTENERS, "rating": DOOR_DB})
        for room in dict.fromkeys(room for room, _, _ in MEETINGS)
    )
    section = site.acoustics.model_copy(update={"pairs": (*site.acoustics.pairs, *doors)})
    return site.model_copy(update={"acoustics": section})


def simulated(site: Site) -> list[Moment]:
    """Twice a minute."""
    seen = list[Moment]()
    sim = Simulation(site, at(STARTED_H), lambda _: None)
    calendar = next(feed for feed in site.feeds_of(MEETINGS[0][0]) if not site.feeds[feed].local)
    meetings = [booking(at(start), at(end), room, f"{room}-{start}", calendar=calendar) for room, start, end in MEETINGS]

    def until(hour: float) -> None:
        while sim.now < at(hour):
            if sim.now.minute % 5 == 0 and sim.now.second == 0:
                sim.observe(read(sim.now, *meetings, calendar=calendar))
                for room in {room for room, _, _ in MEETINGS}:
                    there = any(one.room == room and one.start <= sim.now < one.end for one in meetings)
                    sim.set(site.sensors_of(room)[0], "present", there)
            seen.append(_moment(sim))
            sim.advance(sim.now + timedelta(seconds=30))

    until(RELIEF_H)
    sim.act(lambda facts, now: press_relief(Zones(site, site.acoustics or Acoustics()), facts, now, DESK))
    until(PANIC_H)
    sim.press(BUTTON, "a-press")
    until(PANIC_ENDS_H)
    for alarm in open_alarms(sim.facts):
        if alarm.press is not None:
            sim.observe(AlarmResolved(at=sim.now, number=alarm.number, by="guard", reason="false-alarm"))
    until(LAST_H)
    return [moment for moment in seen if moment.hour >= FIRST_H]


def _moment(sim: Simulation) -> Moment:
    unit, hour = sim.devices[UNIT], (sim.now - at(0)) / timedelta(hours=1)
    level = unit.state("level")
    return Moment(hour, None if unit.state("muted") is True or not isinstance(level, float) else level)


# --- the drawing -------------------------------------------------------------------------------------------------------


def drawn(moments: list[Moment]) -> str:
    return "\n".join([*_head(), *_grid(), *_meetings(), *_curve(moments), *_marks(), "</svg>", ""])


def _x(hour: float) -> float:
    return LEFT + (hour - FIRST_H) / (LAST_H - FIRST_H) * WIDTH


def _y(level: float) -> float:
    return TOP + (HIGHEST - level) / (HIGHEST - LOWEST) * HEIGHT


def _text(x: float, y: float, text: str, colour: str = INK, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'


def _line(x: float, y: float, to_x: float, to_y: float, colour: str, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{colour}"{dashed}/>'


def _box(x: float, y: float, wide: float, high: float, look: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" {look}/>'


def _head() -> Iterator[str]:
    wide, high = LEFT + WIDTH + 40, TOP + HEIGHT + 50
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" font-family="system-ui, sans-serif">')
    yield "<title>A day of masking over a waiting area</title>"
    yield f'<rect width="{wide}" height="{high}" fill="#ffffff"/>'
    yield _text(LEFT, 22, "Masking over the waiting area of Joensuu on a Monday, dB(A), simulated", size=15)


def _grid() -> Iterator[str]:
    for hour in range(int(FIRST_H), int(LAST_H) + 1):
        yield _line(_x(hour), TOP, _x(hour), TOP + HEIGHT, FAINT)
        yield _text(_x(hour), TOP + HEIGHT + 18, f"{hour}:00", anchor="middle")
    for number in range(int(LOWEST) + 2, int(HIGHEST) + 1, 2):
        yield _text(LEFT - 8, _y(number) + 4, str(number), anchor="end", size=11)
    for level, means in LINES:
        yield _line(LEFT, _y(level), LEFT + WIDTH, _y(level), INK, "2 4")
        yield _text(LEFT + WIDTH - 4, _y(level) - 4, means, anchor="end", size=11)
    yield _line(_x(7.5), _y(CONSTANT_DBA) + 1.5, _x(17.5), _y(CONSTANT_DBA) + 1.5, OLD, "9 5")
    yield _text(_x(7.5) + 4, _y(CONSTANT_DBA) - 6, "without a controller: the same hiss all day", OLD, size=11)


def _meetings() -> Iterator[str]:
    rooms = [*dict.fromkeys(room for room, _, _ in MEETINGS)]
    for room, start, end in MEETINGS:
        y = _y(28.4) + 24 * rooms.index(room)
        yield _box(_x(start), y, _x(end) - _x(start), 18, f'rx="3" fill="#ddf4ff" stroke="{LEVEL}"')
        yield _text(_x(start) + 6, y + 13, f"Room {room[-1]}", size=11)
    yield _text(_x(9.5) - 8, _y(28.4) + 13, "Booked:", anchor="end", size=11)


def _curve(moments: list[Moment]) -> Iterator[str]:
    for silent, run in groupby(moments, key=lambda moment: moment.level is None):
        found = [*run]
        if silent:
            begin, end = _x(found[0].hour), _x(found[-1].hour)
            yield _box(begin, TOP, max(3.0, end - begin), HEIGHT, f'fill="{MUTED}" opacity="0.25"')
            continue
        points = " ".join(f"{_x(moment.hour):.1f},{_y(moment.level or 0.0):.1f}" for moment in found)
        yield f'<polyline points="{points}" fill="none" stroke="{LEVEL}" stroke-width="2.5"/>'


def _marks() -> Iterator[str]:
    yield _text(_x(7.75) + 8, _y(32.0), "0.2 dB a minute to the level of the hours", size=11)
    yield _text(_x(MEETINGS[0][1]) + 4, _y(40.6), "there when the booking begins", size=11)
    yield _text(_x(RELIEF_H) + 8, _y(38.0), "relief: 3 dB within a minute", size=11)
    yield _text(_x(PANIC_H) - 6, _y(46.5), "a panic alarm: mute within two seconds", MUTED, "end", 11)
    yield _text(_x(PANIC_ENDS_H) + 24, _y(32.0), "back from the floor", MUTED, size=11)


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    file.write_text(drawn(simulated(building())), encoding="utf-8")


if __name__ == "__main__":
    main()
