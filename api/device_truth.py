"""Devices as pages, programs and the terminal tell of them: what they say, where they are, what tests and walks have shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Final

from api.models_devices import (
    DeviceOut,
    DurationOut,
    FiguresOut,
    PointTestOut,
    RequestsOut,
    TakesOut,
    TroubleOut,
    WalkedOut,
    WalkOut,
)
from api.port import Desk, JournalLine
from api.truth import Truth
from edge.device_figures import Duration, Figures, Requests
from edge.events import CommandOverdue, ConditionBegan, Event, GarbageReceived
from edge.facts import HEARD, ONLINE
from edge.point_words import POINTS, value_words
from edge.points import DEVICE_TYPES, PointKind
from edge.profiles import PROFILES
from edge.site import Site
from edge.text import Text, say
from security import device_walks, point_tests
from security.alarm_types import alarm_type
from security.batteries import CHARGES, days_left
from security.device_walks import DeviceWalkBegan, Walk, expected
from security.supervision import CONNECTION

MOST_TROUBLES: Final = 20
_LOOKED_THROUGH: Final = 5000
"""Entries of the journal; what is longer ago is not recent."""
_RECENT: Final = timedelta(days=31)
_TROUBLES: Final = (GarbageReceived.kind, CommandOverdue.kind, ConditionBegan.kind)


def address_of(site: Site, device: str) -> Text:
    """Where it is on its line."""
    section = site.devices[device]
    if section.unit is not None and PROFILES[section.profile].channels > 1:
        return say("unit {unit}, channel {channel}", unit=section.unit, channel=section.channel)
    if section.unit is not None:
        return say("unit {unit}", unit=section.unit)
    own = (address.topic or address.node or address.characteristic for address in section.points.values())
    place = section.at or next((each for each in own if each), None) or device
    return say("{place}", place=place)


@dataclass(frozen=True, slots=True)
class PastWalk:
    """A walk with the entries of the journal that hold it. hash: of the last of them."""

    walk: Walk
    began: int
    last: int
    hash: str


class DeviceTruth:
    def __init__(self, desk: Desk, truth: Truth) -> None:
        self._desk = desk
        self._truth = truth
        self._site = truth.site
        self._facts = truth.facts
        self._renderer = truth.renderer
        self._figures = desk.figures()
        self._requests = desk.requests()

    def device(self, id_: str) -> DeviceOut:
        section, line = self._site.devices[id_], self._facts(CONNECTION(self._site.devices[id_].connection))
        charges = self._facts(CHARGES(id_))
        return DeviceOut(
            id=id_,
            name=self._renderer.name(id_),
            type=section.type,
            door=section.door,
            space=section.space,
            connection=section.connection,
            line_up=None if line is None else line.up,
            protocol=self._site.connections[section.connection].protocol,
            profile=section.profile,
            address=self._renderer.text(address_of(self._site, id_)),
            online=self._facts(ONLINE(id_)),
            last_heard=self._facts(HEARD(id_)),
            battery_days=None if charges is None else days_left(charges, self._truth.now),
            figures=_figures(self._figures.get(id_, Figures()), self._requests.get(id_)),
            points={kind.name: self._truth.reading(id_, kind.name) for kind in _kinds(self._site, id_) if not kind.momentary},
        )

    def place(self, id_: str) -> str | None:
        return self._truth.place(id_)

    # --- tests ----------------------------------------------------------------------------------------------------

    def takes(self, id_: str) -> list[TakesOut]:
        return [
            TakesOut(
                point=kind.name,
                choices=[False, True] if kind.type is bool else list(kind.choices),
                low=kind.low,
                high=kind.high,
            )
            for kind in _kinds(self._site, id_)
            if kind.commanded
        ]

    def tests(self, id_: str) -> Iterator[PointTestOut]:
        for point in point_tests.commanded_points(self._site, id_):
            test = self._facts(point_tests.TEST(id_, point))
            if test is not None:
                yield PointTestOut(
                    point=point,
                    value=test.began.value,
                    before=test.began.before,
                    by=test.began.by,
                    began_at=test.began.at,
                    ends_at=test.ends_at,
                    answered_at=test.answered_at,
                    restored_at=test.restored_at,
                )

    # --- walks ----------------------------------------------------------------------------------------------------

    def walk(self, past: PastWalk) -> WalkOut:
        walk = past.walk
        return WalkOut(
            began=past.began,
            last=past.last,
            hash=past.hash,
            by=walk.by,
            began_at=walk.began_at,
            until=walk.until,
            ended_at=walk.ended_at,
            signed_by=walk.signed_by,
            devices=[self.walked(device, seen) for device, seen in walk.sights.items()],
        )

    def walked(self, device: str, seen: dict[str, datetime]) -> WalkedOut:
        """Also of a device that the site file no longer has: of that it is known only what was seen."""
        section = self._site.devices.get(device)
        wanted = list(expected(self._site, device)) if section is not None else list(seen)
        return WalkedOut(
            device=device,
            name=self._renderer.name(device),
            type="" if section is None else section.type,
            place=self._truth.place(device),
            expected=[str(sight) for sight in wanted],
            seen=seen,
            passed=bool(wanted) and all(sight in seen for sight in wanted),
        )

    # --- troubles -------------------------------------------------------------------------------------------------

    def trouble(self, event: Event) -> TroubleOut:
        return TroubleOut(at=event.at, told=self._renderer.text(_told(self._site, event), self._truth.now))


def past_walks(desk: Desk) -> list[PastWalk]:
    """The newest first, with the one that goes on. Blocking; call it in a thread."""
    lines = list(desk.journal_back(device_walks.KINDS))[::-1]
    firsts = [place for place, line in enumerate(lines) if isinstance(line.event, DeviceWalkBegan)]
    return [_past(lines[first:end]) for first, end in pairwise([*firsts, len(lines)])][::-1]


def _past(lines: Sequence[JournalLine]) -> PastWalk:
    (walk,) = device_walks.walks(line.event for line in lines)
    return PastWalk(walk, lines[0].seq, lines[-1].seq, lines[-1].hash)


def recent_troubles(desk: Desk, device: str, now: datetime) -> list[Event]:
    """What went wrong with a device in the last weeks, the newest first. Blocking; call it in a thread."""
    lines = islice(desk.journal_back(_TROUBLES, start=now - _RECENT), _LOOKED_THROUGH)
    return list(islice((line.event for line in lines if _concerns(line.event, device)), MOST_TROUBLES))


def _concerns(event: Event, device: str) -> bool:
    match event:
        case GarbageReceived() | CommandOverdue():
            return event.device == device
        case ConditionBegan():
            return event.subject == device
        case _:
            return False


def _told(site: Site, event: Event) -> Text:
    match event:
        case GarbageReceived(problem=problem, channel=channel):
            return say("It sent something that cannot be read, at {channel}: {problem}", channel=channel, problem=problem)
        case CommandOverdue(point=point, value=value):
            return say("It did not follow. {point} should be: {value}", point=POINTS[point], value=value_words(value))
        case ConditionBegan(type=kind, because=because):
            return say("{name}: {because}", name=alarm_type(site, kind).name, because=because)
        case _:
            return say("{what}", what=event.kind)


def _kinds(site: Site, device: str) -> list[PointKind]:
    return list(DEVICE_TYPES[site.devices[device].type].values())


def _figures(counted: Figures, requests: Requests | None) -> FiguresOut:
    return FiguresOut(
        commands=counted.commands,
        retries=counted.retries,
        overdue=counted.overdue,
        garbage=counted.garbage,
        unusable=counted.unusable,
        losses=counted.losses,
        obeyed=_duration(counted.obeyed),
        requests=requests
        and RequestsOut(answered=_duration(requests.answered), refused=requests.refused, unanswered=requests.unanswered),
    )


def _duration(of: Duration) -> DurationOut:
    if not of.count:
        return DurationOut(count=0, last_s=None, mean_s=None, longest_s=None)
    rounded = [None if each is None else round(each, 4) for each in (of.last_s, of.total_s / of.count, of.longest_s)]
    return DurationOut(count=of.count, last_s=rounded[0], mean_s=rounded[1], longest_s=rounded[2])
