"""The lists of the guard console: the alarms, the one that is attended to, where they all are, and what holds in the building."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, partial
from typing import Final

from jinja2 import Environment

from api.alarm_log import LogLine, log_of
from api.alarm_truth import AlarmTruth, unspoken
from api.console.board import Item
from api.console.plan_marks import PlanMarks
from api.console.roles import allowed
from api.escalation_truth import escalation_of
from api.models import AlarmOut
from api.models_escalation import EscalationOut
from api.port import Desk
from api.sessions import View
from api.truth import Truth
from edge.conditions import PANIC
from edge.facts import DECISION
from edge.language import Renderer, readable
from edge.text import Text, say
from security.alarm_groups import Group, grouped
from security.alarm_sounds import Sound
from security.alarms import Alarm
from security.escalation import ESCALATION, SHOWN
from security.messages import MESSAGES
from security.overrides import OVERRIDE
from security.panic import effects
from security.quiet import TAKEN_OUT, shelves
from security.releases import RELEASE

MOST_ROWS: Final = 50
ALARMS: Final = "alarms"
TOP: Final = "chosen-top"
"""The most urgent alarm in full."""
QUIET: Final = "quiet"
STANDING: Final = "standing"
SOUNDS: Final[tuple[Sound, ...]] = ("critical", "silent", "high", "medium", "none")
"""Which of several is the more pressing."""


def chosen_list(number: int) -> str:
    """One alarm in full."""
    return f"chosen-{number}"


@dataclass(frozen=True, slots=True)
class Detail:
    """All that the guard needs of one alarm. next_to: the names of those who are told next."""

    alarm: AlarmOut
    escalation: EscalationOut | None
    next_to: tuple[str, ...]
    log: Sequence[LogLine]

    @property
    def panic(self) -> bool:
        return self.alarm.type == PANIC


@dataclass(frozen=True, slots=True)
class QuietLine:
    """What is off the list. returns: the shelved alarm that returns first, and when."""

    shelved: int
    out: int
    suppressed: int
    returns: tuple[str, datetime] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds in the building besides alarms. hours: of each timetable, its name and how it stands."""

    hours: tuple[tuple[str, str], ...]
    overrides: int
    releases: int


class GuardSections:
    """Lays out the console of one desk in one language, for people of one view."""

    def __init__(self, desk: Desk, renderer: Renderer, templates: Environment, view: View, plan: PlanMarks) -> None:
        self._site = desk.site
        self._renderer = renderer
        self._view = view
        self._may = allowed(view.role)
        self._parts = templates.get_template("guard_parts.html")
        self._plan = plan
        used = [door.unlock.hours for door in desk.site.doors.values() if door.unlock.hours]
        self._timetables = list(dict.fromkeys([*([desk.site.site.hours] if desk.site.site.hours else []), *used]))

    def lists(self, truth: Truth, today: date, alarms: list[Alarm]) -> Mapping[str, Iterable[Item]]:
        """alarms: all that this view is told of, panics first."""
        return {
            ALARMS: self._rows(truth, today, alarms),
            QUIET: self._quiet(truth, today),
            TOP: (self._detail(truth, today, alarm) for alarm in alarms[:1]),
            STANDING: self._standing(truth, today),
            **{chosen_list(alarm.number): self._one(truth, today, alarm) for alarm in alarms},
            **self._plan.lists(truth, alarms),
        }

    def _draw(self, macro: str, **values: object) -> str:
        return str(getattr(self._parts.module, macro)(may=self._may, **values)).strip()

    def hidden(self, alarms: list[Alarm]) -> int:
        """How many of them have no place in the list."""
        return len(alarms) - sum(len(group.alarms) for group in self._in_list(alarms))

    def _in_list(self, alarms: list[Alarm]) -> list[Group]:
        """Where there is not room for all, what nobody has acknowledged comes first: what is off the list is silent."""
        groups = grouped(self._site, alarms)
        if len(groups) <= MOST_ROWS:
            return groups
        fit = sorted(range(len(groups)), key=lambda place: all(alarm.acknowledged_at for alarm in groups[place].alarms))
        return [groups[place] for place in sorted(fit[:MOST_ROWS])]

    # --- the list -------------------------------------------------------------------------------------------------

    def _rows(self, truth: Truth, today: date, alarms: list[Alarm]) -> Iterator[Item]:
        for group in self._in_list(alarms):
            yield self._row(truth, today, group.alarms[0]) if group.because is None else self._group(truth, today, group)

    def _row(self, truth: Truth, today: date, alarm: Alarm) -> Item:
        next_at = _next_at(truth, alarm)

        def draw() -> str:
            return self._draw("row", alarm=truth.alarm(alarm), next_at=next_at, now=truth.now)

        return Item(f"alarm-{alarm.number}", (alarm, next_at, today), draw)

    def _group(self, truth: Truth, today: date, group: Group) -> Item:
        """Called after its first alarm in time, so that one more alarm does not make another group of it."""
        id_ = f"group-{min(alarm.number for alarm in group.alarms)}"

        def draw() -> str:
            told = [truth.alarm(alarm) for alarm in group.alarms]
            because = truth.renderer.text(group.because, truth.now) if group.because else ""
            sound = min((alarm.sound for alarm in told if not alarm.acknowledged), key=SOUNDS.index, default="none")
            return self._draw("group", id=id_, because=because, alarms=told, sound=sound, now=truth.now)

        return Item(id_, (group, today), draw)

    def _quiet(self, truth: Truth, today: date) -> Iterator[Item]:
        held = unspoken(self._view)
        shelved = sorted((s for s in shelves(truth.facts) if s.type not in held), key=lambda shelf: shelf.until)
        first = shelved[0] if shelved else None
        line = QuietLine(
            shelved=len(shelved),
            out=sum(1 for _ in truth.facts.of(TAKEN_OUT)),
            suppressed=len(AlarmTruth(truth).quiet().suppressed),
            returns=(truth.place(first.subject) or self._renderer.name(first.subject), first.until) if first else None,
        )
        yield Item("quiet-line", (line, today), lambda: self._draw("quiet_line", line=line, now=truth.now))

    # --- one alarm ------------------------------------------------------------------------------------------------

    def _one(self, truth: Truth, today: date, alarm: Alarm) -> Iterator[Item]:
        yield self._detail(truth, today, alarm)

    def _detail(self, truth: Truth, today: date, alarm: Alarm) -> Item:
        number, facts, now = str(alarm.number), truth.facts, truth.now
        detail = cache(partial(self.detail, truth, alarm))
        told = partial(truth.alarm, alarm)
        stands = (replace(alarm, notes=()), today)
        escalation = facts(ESCALATION(number))
        building = _brought_about(truth, alarm) if alarm.type == PANIC else ()
        happened = (alarm, facts(MESSAGES(number)), facts(SHOWN(number)), building, today)

        def draw(*parts: str) -> str:
            band, goes_on, state, deeds, log = parts
            return self._draw("detail", detail=detail(), band=band, goes_on=goes_on, state=state, deeds=deeds, log=log, now=now)

        return Item(
            f"detail-{number}",
            (alarm.type, alarm.subject, alarm.level),
            draw,
            (
                Item(f"band-{number}", stands, lambda: self._draw("band", alarm=told(), now=now)),
                Item(
                    f"goes-on-{number}",
                    (escalation, alarm.raised_at, today),
                    lambda: self._draw("goes_on", detail=detail(), now=now),
                ),
                Item(f"state-{number}", stands, lambda: self._draw("state", alarm=told(), now=now)),
                Item(f"deeds-{number}", stands, lambda: self._draw("deeds", detail=detail(), now=now)),
                Item(f"log-{number}", happened, lambda: self._draw("log", detail=detail(), now=now)),
            ),
        )

    def detail(self, truth: Truth, alarm: Alarm) -> Detail:
        escalation = escalation_of(truth.facts, self._renderer, truth.now, alarm)
        coming = next((step for step in escalation.steps if step.step and not step.done), None) if escalation else None
        return Detail(truth.alarm(alarm), escalation, tuple(coming.to) if coming else (), log_of(truth, alarm))

    # --- what holds -----------------------------------------------------------------------------------------------

    def _standing(self, truth: Truth, today: date) -> Iterator[Item]:
        held = Standing(
            hours=tuple(
                (self._named(name), truth.renderer.text(self._hours(truth.now, name), truth.now)) for name in self._timetables
            ),
            overrides=sum(act.until > truth.now for _, act in truth.facts.of(OVERRIDE)),
            releases=sum(act.until > truth.now for _, act in truth.facts.of(RELEASE)),
        )
        yield Item("standing-now", (held, today), lambda: self._draw("standing", held=held, now=truth.now))

    def _named(self, timetable: str) -> str:
        return self._renderer.say("The building") if timetable == self._site.site.hours else readable(timetable)

    def _hours(self, now: datetime, name: str) -> Text:
        table, local = self._site.hours[name], self._site.local
        change = table.next_change(now, local)
        if table.opening_at(now, local) is not None:
            return say("open until {time}", time=change) if change else say("always open")
        return say("closed, opens {time}", time=change) if change else say("closed")


def _next_at(truth: Truth, alarm: Alarm) -> datetime | None:
    escalation = truth.facts(ESCALATION(str(alarm.number)))
    return None if escalation is None else escalation.next_at


def _brought_about(truth: Truth, alarm: Alarm) -> tuple[object, ...]:
    """How far the building has followed a panic: what its log depends on."""
    decisions = (truth.facts(DECISION(*point)) for point in effects(truth.site, alarm.subject))
    return tuple((each.winner.cause, each.since) if each is not None else None for each in decisions)
