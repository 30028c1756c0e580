"""What `talonmies devices` writes: tables and reports, from what the controller or the site file says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from api.console.device_words import DeviceWords, quality_of_device
from api.device_truth import address_of
from api.models import ReadingOut
from api.models_devices import DeviceOut, WalkOut
from drivers.scanning import one_line
from edge.language import Renderer
from edge.site import Site

_GAP = "  "


def listed(site: Site, renderer: Renderer, live: Sequence[DeviceOut] | None) -> list[dict[str, Any]]:
    """A record a device, in the order of the site file. live: as the running controller tells; None without one."""
    found = {device.id: device for device in live or ()}
    return [_record(site, renderer, id_, found.get(id_)) for id_ in site.devices]


def _record(site: Site, renderer: Renderer, id_: str, live: DeviceOut | None) -> dict[str, Any]:
    section = site.devices[id_]
    record = {
        "id": id_,
        "name": renderer.name(id_),
        "place": section.door or section.space,
        "type": section.type,
        "profile": section.profile,
        "connection": section.connection,
        "protocol": site.connections[section.connection].protocol,
        "address": renderer.text(address_of(site, id_)),
    }
    if live is None:
        return record
    return {
        **record,
        "quality": quality_of_device(live),
        "problem": next((reading.problem for reading in live.points.values() if reading.quality == "bad"), ""),
        "last_heard": None if live.last_heard is None else live.last_heard.isoformat(),
        "battery_days": live.battery_days,
        "line_up": live.line_up,
    }


def list_lines(records: Sequence[dict[str, Any]], renderer: Renderer, now: datetime) -> Iterator[str]:
    words = DeviceWords(renderer)
    rows = [
        [
            record["id"],
            renderer.name(record["place"]) if record["place"] else "–",
            renderer.type_name(record["type"]),
            record["profile"],
            f"{record['connection']} ({record['protocol']})",
            record["address"],
            *(
                [_quality(words, record["quality"], record["problem"]), _age(record["last_heard"], now)]
                if "quality" in record
                else []
            ),
        ]
        for record in records
    ]
    yield from table(rows)


def watched(device: str, points: Mapping[str, ReadingOut], renderer: Renderer) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Each point that the device has ever spoken of, by device and name, as a row."""
    words = DeviceWords(renderer)
    for point, reading in points.items():
        if reading.quality != "unknown":
            quality = _quality(words, reading.quality, reading.problem)
            yield (device, point), [device, words.point(point), one_line(words.value(reading.value)), quality]


def _quality(words: DeviceWords, quality: str, problem: str) -> str:
    return words.quality(quality) + (f" ({one_line(problem)})" if problem else "")


def report_lines(site: Site, renderer: Renderer, walk: WalkOut) -> Iterator[str]:
    """The result of a walk, on paper."""
    say, words = renderer.say, DeviceWords(renderer)
    yield say("Walk through buttons, doors and sensors: {site}", site=renderer.name(site.site.id))
    yield say("Walked by {by}, begun {at}", by=walk.by, at=walk.began_at)
    if walk.ended_at is None:
        yield say("The walk is still going on: this is no final report.")
    elif walk.signed_by:
        yield say("Signed by {by}, {at}", by=walk.signed_by, at=walk.ended_at)
    else:
        yield say("Signed by nobody: its time was over {at}", at=walk.ended_at)
    yield ""
    yield from table(
        [
            say("passed") if each.passed else say("not complete"),
            each.device,
            one_line(each.place or "–"),
            ", ".join(_seen(words, renderer, sight, each.seen.get(sight)) for sight in each.expected),
        ]
        for each in walk.devices
    )
    yield ""
    passed = sum(each.passed for each in walk.devices)
    yield say("Passed: {passed} of {all}", passed=passed, all=len(walk.devices))
    yield say("Entries of the journal: {first} to {last}", first=walk.began, last=walk.last)
    yield say("To check: {command}", command=f"talonmies journal verify --head {walk.last}:{walk.hash}")


def _seen(words: DeviceWords, renderer: Renderer, sight: str, at: datetime | None) -> str:
    return f"{words.sight(sight)}: {renderer.say('not seen') if at is None else renderer.clock(at)}"


def _age(heard: str | None, now: datetime) -> str:
    return "–" if heard is None else f"{max((now - datetime.fromisoformat(heard)).total_seconds(), 0.0):.0f} s"


def table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as they need to be."""
    every = list(rows)
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    for row in every:
        yield _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
