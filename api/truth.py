"""The facts as the HTTP interface tells them: what is reported, what is wanted, and why."""

from collections.abc import Iterable

from api.models import (
    AlarmOut,
    ClaimOut,
    CommandOut,
    NoteOut,
    NoticeOut,
    PointOut,
    Quality,
    ReadingOut,
    SpaceOut,
    WishOut,
)
from api.models_doors import ActOut, DoorOut, OverrideOut, TruthOut
from api.port import Desk
from edge.claims import Claim
from edge.events import ConditionBegan
from edge.facts import ACTIVE, DECISION, FLIGHT, ONLINE, READING, Flight, Reading
from edge.language import Renderer
from edge.points import DEVICE_TYPES, PointId
from edge.site import Site
from security.alarm_sounds import sound_of
from security.alarm_types import alarm_type
from security.alarms import Alarm
from security.overrides import OUT_OF_SERVICE, OVERRIDE, DoorOverridden, DoorTakenOut
from security.releases import RELEASE, DoorReleased
from security.truth import DOOR


class Truth:
    """The state of the desk's site at one instant, in one language."""

    def __init__(self, desk: Desk, renderer: Renderer) -> None:
        self.site = desk.site
        self.facts = desk.facts
        self.renderer = renderer
        self.now = desk.clock.now()
        self.seq = desk.status().last_seq

    # --- points ---------------------------------------------------------------------------------------------------

    def reading(self, device: str | None, point: str) -> ReadingOut:
        reading = self.facts(READING(device, point)) if device is not None else None
        if device is None or reading is None:
            return ReadingOut(value=None, quality="unknown", since=None, at=None, age_s=None)
        lost = self.facts(ONLINE(device)) is False
        age = max((self.now - reading.at).total_seconds(), 0.0)
        return ReadingOut(
            value=reading.value,
            quality=quality_of(reading, lost=lost),
            problem=self.renderer.say("{problem}", problem=reading.problem),
            since=reading.since,
            at=reading.at,
            age_s=round(age, 3),
        )

    def wish(self, point: PointId) -> WishOut:
        decision = self.facts(DECISION(*point))
        if decision is None:
            return WishOut(wanted=None, because=None, since=None, until=None, refused=None, claim=None, losers=[], command=None)
        return WishOut(
            wanted=decision.value,
            because=self.renderer.text(decision.winner.because, self.now),
            since=decision.since,
            until=decision.until,
            refused=self.renderer.text(decision.refused, self.now) if decision.refused else None,
            claim=self._claim(decision.winner),
            losers=[self._claim(loser) for loser in decision.losers],
            command=_command(self.facts(FLIGHT(*point))),
        )

    def _claim(self, claim: Claim) -> ClaimOut:
        because = self.renderer.text(claim.because, self.now)
        return ClaimOut(value=claim.value, priority=claim.priority, cause=claim.cause, because=because, until=claim.until)

    def points(self) -> Iterable[PointOut]:
        for id_, device in self.site.devices.items():
            for kind in DEVICE_TYPES[device.type].values():
                if kind.commanded:
                    wish = self.wish(PointId(id_, kind.name))
                    yield PointOut(device=id_, point=kind.name, reported=self.reading(id_, kind.name), **dict(wish))

    # --- things ---------------------------------------------------------------------------------------------------

    def door(self, id_: str) -> DoorOut:
        door, device = self.site.doors[id_], self.site.device_at(id_)
        released, overridden, taken_out = self.acts(id_)
        return DoorOut(
            id=id_,
            name=self.renderer.name(id_),
            start=door.from_,
            end=door.to,
            kind=door.kind,
            device=device,
            online=self.facts(ONLINE(device)) if device is not None else None,
            lease=self.site.lease_of(device) if device is not None else None,
            lock=self.reading(device, "lock"),
            contact=self.reading(device, "contact"),
            truth=self.door_truth(id_),
            release=self._act(released) if released else None,
            override=OverrideOut(value=overridden.value, **dict(self._act(overridden))) if overridden else None,
            out_of_service=self._act(taken_out) if taken_out else None,
            **dict(self.wish(PointId(device or "", "lock"))),
        )

    def door_truth(self, door: str) -> TruthOut | None:
        truth = self.facts(DOOR(door))
        if truth is None:
            return None
        return TruthOut(
            state=truth.state.value,
            since=truth.since,
            because=self.renderer.text(truth.because, self.now),
            sensed=truth.sensed,
            passable=truth.passable,
        )

    def acts(self, door: str) -> tuple[DoorReleased | None, DoorOverridden | None, DoorTakenOut | None]:
        """What people decided about the door, as far as it still holds."""
        released, overridden, taken_out = self.facts(RELEASE(door)), self.facts(OVERRIDE(door)), self.facts(OUT_OF_SERVICE(door))
        return (
            released if released is not None and released.until > self.now else None,
            overridden if overridden is not None and overridden.until > self.now else None,
            taken_out if taken_out is not None and (taken_out.until is None or taken_out.until > self.now) else None,
        )

    def _act(self, act: DoorReleased | DoorOverridden | DoorTakenOut) -> ActOut:
        remaining = None if act.until is None else round((act.until - self.now).total_seconds(), 3)
        return ActOut(by=act.by, since=act.at, reason=act.reason, until=act.until, remaining_s=remaining)

    def space(self, id_: str) -> SpaceOut:
        space = self.site.spaces[id_]
        return SpaceOut(
            id=id_,
            name=self.renderer.name(id_),
            zone=space.zone,
            kind=space.kind,
            storey=space.storey,
            capacity=space.capacity,
            agency=", ".join(map(self.renderer.name, space.agencies)) or None,
            doors=[door for door in self.site.doors if id_ in self.sides(door)],
            present=self.present(id_),
        )

    def sides(self, door: str) -> tuple[str, str]:
        return self.site.doors[door].from_, self.site.doors[door].to

    def present(self, space: str) -> bool | None:
        """Somebody is there if one sensor that can be believed says so; nobody, only if all of them say so."""
        sensors = [id_ for id_, d in self.site.devices.items() if d.type == "occupancy-sensor" and d.space == space]
        readings = [self.reading(sensor, "present") for sensor in sensors]
        if any(reading.quality == "good" and reading.value is True for reading in readings):
            return True
        return False if readings and all(reading.quality == "good" for reading in readings) else None

    # --- alarms and notices ---------------------------------------------------------------------------------------

    def alarm(self, alarm: Alarm) -> AlarmOut:
        type_ = alarm_type(self.site, alarm.type)
        return AlarmOut(
            number=alarm.number,
            version=alarm.version,
            type=alarm.type,
            name=self.renderer.text(type_.name),
            level=alarm.level,
            sound=sound_of(self.site, alarm),
            subject=alarm.subject,
            subject_name=self.renderer.name(alarm.subject),
            place=self.place(alarm.subject),
            because=self.renderer.text(alarm.because, self.now),
            response=[self.renderer.text(step) for step in type_.response],
            raised_at=alarm.raised_at,
            active=alarm.active,
            ended_at=alarm.ended_at,
            acknowledged=alarm.acknowledged_at is not None,
            acknowledged_by=alarm.acknowledged_by,
            acknowledged_at=alarm.acknowledged_at,
            owner=alarm.owner,
            reminded_at=alarm.reminded_at,
            reminder_s=type_.reminder.total_seconds(),
            longest_shelf_s=None if type_.shelve is None else type_.shelve.total_seconds(),
            changed=None if alarm.changed is None else self.renderer.text(alarm.changed, self.now),
            notes=[NoteOut(at=note.at, by=note.by, text=note.text) for note in alarm.notes],
        )

    def place(self, subject: str) -> str | None:
        """Where a device is; a door is a place itself."""
        device = self.site.devices.get(subject)
        where = subject if subject in self.site.doors else (device.door or device.space) if device else None
        return self.renderer.name(where) if where else None

    def notices(self) -> list[NoticeOut]:
        return [self.notice(began) for began in open_notices(self.site, self.facts.of(ACTIVE))]

    def notice(self, began: ConditionBegan) -> NoticeOut:
        type_ = alarm_type(self.site, began.type)
        return NoticeOut(
            type=began.type,
            name=self.renderer.text(type_.name),
            subject=began.subject,
            subject_name=self.renderer.name(began.subject),
            since=began.at,
            because=self.renderer.text(began.because, self.now),
            response=[self.renderer.text(step) for step in type_.response],
        )


def quality_of(reading: Reading, *, lost: bool) -> Quality:
    """lost: whether the device is known to be lost; what it said of itself before is then old, whatever it was."""
    if reading.problem and not lost:
        return "bad"
    return "good" if reading.good and not lost else "stale"


def open_notices(site: Site, conditions: Iterable[tuple[object, ConditionBegan]]) -> list[ConditionBegan]:
    """Conditions that are no alarms, the newest first."""
    found = [began for _, began in conditions if alarm_type(site, began.type).level is None]
    return sorted(found, key=lambda began: (began.at, began.type, began.subject), reverse=True)


def _command(flight: Flight | None) -> CommandOut | None:
    if flight is None:
        return None
    return CommandOut(
        value=flight.value,
        seq=flight.seq,
        first_sent_at=flight.first_sent_at,
        sent_at=flight.sent_at,
        tries=flight.tries,
        lease_until=flight.lease_until,
        confirmed=flight.confirmed,
        overdue=flight.overdue,
    )
