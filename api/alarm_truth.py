"""The parts of the alarm model besides the open alarms, as the HTTP interface tells of them."""

from collections.abc import Iterable, Iterator, Sequence

from api.models_alarms import (
    ButtonOut,
    CountOut,
    DrillOut,
    FiguresOut,
    GroupOut,
    LevelOut,
    OffenderOut,
    PastAlarm,
    Quiet,
    ResultOut,
    ShelfOut,
    SourceOut,
    StepOut,
    SuppressedOut,
)
from api.sessions import View
from api.truth import Truth
from edge.conditions import DURESS
from security.alarm_figures import Count, Figures
from security.alarm_groups import behind_lost_lines, grouped
from security.alarm_past import Life
from security.alarm_types import alarm_type
from security.alarms import OF_CONDITION, Alarm, AlarmRaised, quiet_alarms
from security.drills import Drill
from security.quiet import TAKEN_OUT, shelves, why_quiet
from security.walk_tests import LAST_TEST, buttons_of


class AlarmTruth:
    """unspoken: types of alarms that this reader is not told of."""

    def __init__(self, truth: Truth, unspoken: frozenset[str] = frozenset()) -> None:
        self._truth = truth
        self.site = truth.site
        self._facts = truth.facts
        self._unspoken = unspoken

    def groups(self, alarms: Sequence[Alarm]) -> Iterator[GroupOut]:
        for group in grouped(self.site, alarms):
            because = None if group.because is None else self._truth.renderer.text(group.because, self._truth.now)
            yield GroupOut(numbers=[alarm.number for alarm in group.alarms], because=because)

    def quiet(self) -> Quiet:
        suppressed = behind_lost_lines(self.site, self._facts)
        return Quiet(
            at=self._truth.now,
            seq=self._truth.seq,
            shelved=[
                ShelfOut(
                    type=shelf.type,
                    name=self._type(shelf.type),
                    subject=shelf.subject,
                    subject_name=self._name(shelf.subject),
                    by=shelf.by,
                    since=shelf.at,
                    reason=shelf.reason,
                    until=shelf.until,
                    alarm=self._facts(OF_CONDITION(shelf.type, shelf.subject)),
                )
                for shelf in shelves(self._facts)
                if shelf.type not in self._unspoken
            ],
            out_of_service=list(self._out()),
            suppressed=[SuppressedOut(device=d, name=self._name(d), connection=line) for d, line in suppressed.items()],
        )

    def _out(self) -> Iterator[SourceOut]:
        for (device,), out in self._facts.of(TAKEN_OUT):
            quiet = [a for a in quiet_alarms(self._facts) if a.subject == device and self._is_out(a)]
            yield SourceOut(
                device=device,
                name=self._name(device),
                by=out.by,
                since=out.at,
                reason=out.reason,
                until=out.until,
                alarms=[alarm.number for alarm in quiet],
            )

    def _is_out(self, alarm: Alarm) -> bool:
        return why_quiet(self._facts, alarm.type, alarm.subject) == "out-of-service"

    # --- the past -----------------------------------------------------------------------------------------------------

    def past(self, life: Life) -> PastAlarm:
        return PastAlarm(
            number=life.number,
            type=life.type,
            name=self._type(life.type),
            level=alarm_type(self.site, life.type).level or 4,
            subject=life.subject,
            subject_name=self._name(life.subject),
            because=self._truth.renderer.text(life.because),
            raised_at=life.raised_at,
            left_at=life.left_at,
            steps=[StepOut(at=step.at, what=step.what, by=step.by, text=step.text) for step in life.steps],
        )

    def tells(self, kind: str) -> bool:
        return kind not in self._unspoken

    def words_of(self, event: AlarmRaised) -> tuple[str, str, str]:
        """What a reader sees of it: name, subject and reason."""
        return self._type(event.type), self._name(event.subject), self._truth.renderer.text(event.because)

    def figures(self, found: Figures) -> FiguresOut:
        return FiguresOut(
            at=self._truth.now,
            seq=self._truth.seq,
            start=found.start,
            end=found.end,
            alarms=found.alarms,
            by_level=[LevelOut(level=level, alarms=count) for level, count in found.by_level],
            days=[_count(count) for count in found.days],
            shifts=[_count(count) for count in found.shifts],
            peak=None if found.peak is None else _count(found.peak),
            worst=[
                OffenderOut(
                    type=each.type,
                    name=self._type(each.type),
                    subject=each.subject,
                    subject_name=self._name(each.subject),
                    alarms=each.alarms,
                )
                for each in found.worst
            ],
        )

    def drill(self, drill: Drill) -> DrillOut:
        return DrillOut(
            by=drill.by,
            began_at=drill.began_at,
            until=drill.until,
            ended_at=drill.ended_at,
            ended_by=drill.ended_by,
            results=[
                ResultOut(
                    button=result.button,
                    name=self._name(result.button),
                    pressed_at=result.pressed_at,
                    latency_s=result.latency_s,
                    confirmed_at=result.confirmed_at,
                    confirmed_by=result.confirmed_by,
                )
                for result in drill.results.values()
            ],
        )

    def buttons(self) -> Iterable[ButtonOut]:
        for button in buttons_of(self.site):
            last = self._facts(LAST_TEST(button))
            at, by = (None, None) if last is None else (last.at, last.by)
            yield ButtonOut(button=button, name=self._name(button), tested_at=at, tested_by=by)

    def _type(self, kind: str) -> str:
        return self._truth.renderer.text(alarm_type(self.site, kind).name)

    def _name(self, id_: str) -> str:
        return self._truth.renderer.name(id_)


def unspoken(view: View) -> frozenset[str]:
    """Types of alarms that this view does not tell of, also not as shelved or past."""
    return frozenset((DURESS,)) if view.unaware else frozenset()


def _count(count: Count) -> CountOut:
    return CountOut(start=count.start, alarms=count.alarms)
