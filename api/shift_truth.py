"""The shift as the HTTP interface tells of it."""

from api.mode_truth import ModeTruth
from api.models_shift import AlarmLeftOut, HandOverOut, ShiftOut, StandingOut
from api.truth import Truth
from security.alarm_types import alarm_type
from security.hand_over import HAND_OVER, SHIFT, AlarmLeft, HandOver, Standing, standing, waiting


class ShiftTruth:
    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._facts = truth.facts

    def shift(self) -> ShiftOut:
        shift, last = self._facts(SHIFT()), self._facts(HAND_OVER())
        return ShiftOut(
            at=self._truth.now,
            seq=self._truth.seq,
            by=None if shift is None else shift.by,
            since=None if shift is None else shift.at,
            waits=waiting(self._facts) is not None,
            last=None if last is None else self._hand_over(last),
            now=self.standing(standing(self._truth.site, self._facts, self._truth.now)),
        )

    def _hand_over(self, last: HandOver) -> HandOverOut:
        handed, received = last.handed, last.received
        return HandOverOut(
            at=handed.at,
            by=handed.by,
            to=handed.to,
            note=handed.note,
            left=self.standing(handed.left),
            received_at=None if received is None else received.at,
            received_by=None if received is None else received.by,
        )

    def standing(self, left: Standing) -> StandingOut:
        name, modes = self._truth.renderer.name, ModeTruth(self._truth)
        return StandingOut(
            alarms=[self._alarm(alarm) for alarm in left.alarms],
            shelved=[f"{self._type(kind)}: {name(subject)}" for kind, subject in left.shelved],
            out_of_service=[name(id_) for id_ in left.out_of_service],
            overrides=[name(door) for door in left.overrides],
            releases=[name(door) for door in left.releases],
            modes=[f"{self._type(mode)}: {modes.scope_name(scope)}" for mode, scope in left.modes],
            walk_test=left.walk_test,
            bulletins=list(left.bulletins),
            notices=left.notices,
        )

    def _alarm(self, alarm: AlarmLeft) -> AlarmLeftOut:
        return AlarmLeftOut(
            number=alarm.number,
            name=self._type(alarm.type),
            subject_name=self._truth.renderer.name(alarm.subject),
            level=alarm.level,
            active=alarm.active,
            acknowledged=alarm.acknowledged,
            owner=alarm.owner,
        )

    def _type(self, kind: str) -> str:
        return self._truth.renderer.text(alarm_type(self._truth.site, kind).name)
