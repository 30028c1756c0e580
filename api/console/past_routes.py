"""The pages of the past: all alarms, the whole life of one, and how many there are."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response

from api.alarm_truth import AlarmTruth, unspoken
from api.console.figures_shown import shown_figures
from api.console.forms import Forms
from api.console.pages import Pages
from api.console.past_form import PastForm, kinds_of, read, subjects_of, table_query
from api.console.past_words import PastWords
from api.gate import caller_of
from api.models_alarms import PastAlarm, StepOut
from api.past_reading import PastReading
from api.past_search import Found, past_of, search
from api.port import Desk
from api.readers import Readers
from api.routes.past_alarms import MOST_IN_A_TABLE, figures_of
from api.truth import Truth
from edge.errors import DeviceFault
from edge.text import say
from security.alarms import ALARM

ON_A_PAGE: Final = 50
PERIODS: Final = (7, 30, 90)
PAST: Final = "/alarms"

Number = Annotated[int, Path(ge=1, le=2**53)]
Word = Annotated[str, Query(max_length=1000)]


@dataclass(frozen=True, slots=True)
class Row:
    """One alarm in the table. after: how long after its raising somebody acknowledged it."""

    alarm: PastAlarm
    lasted: str
    acknowledged_by: str
    after: str
    resolved: StepOut | None


def router(desk: Desk, readers: Readers, pages: Pages, past_reading: PastReading) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)

    def told_to(request: Request) -> AlarmTruth:
        return AlarmTruth(Truth(desk, readers.of_page(request)), unspoken(caller_of(request).view))

    @routes.get(PAST)
    async def past(
        request: Request,
        start: Annotated[Word, Query(alias="from")] = "",
        end: Annotated[Word, Query(alias="to")] = "",
        kind: Annotated[Word, Query(alias="type")] = "",
        subject: Word = "",
        level: Word = "",
        text: Word = "",
        before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    ) -> Response:
        renderer, told = readers.of_page(request), told_to(request)
        form = PastForm(*(word.strip() for word in (start, end, kind, subject, level, text)))
        kinds, subjects, words = kinds_of(told, renderer), subjects_of(renderer), PastWords(renderer)
        asked = read(form, desk.site, kinds, subjects)
        found = Found(())
        if not asked.wrong:
            try:
                found = await past_reading.of(search, desk, told, asked.wanted, ON_A_PAGE, before)
            except DeviceFault:
                return forms.unread(request, "/")
        return pages.answer(
            "past.html",
            request,
            422 if asked.wrong else 200,
            form=form,
            wrong={field: renderer.text(why) for field, why in asked.wrong.items()},
            kinds=kinds,
            subjects=subjects,
            rows=[row_of(alarm, words) for alarm in found.alarms],
            found=found,
            before=before,
            table=table_query(form, asked.wanted, renderer.language),
            most=MOST_IN_A_TABLE,
            words=words,
        )

    @routes.get("/alarms/figures")
    async def figures(request: Request, days: int = PERIODS[0]) -> Response:
        if days not in PERIODS:
            return forms.refused(request, say("There is no such period."), 404, "/alarms/figures")
        told = told_to(request)
        try:
            counted = await past_reading.of(figures_of, desk, told, pages.now(), days)
        except DeviceFault:
            return forms.unread(request, PAST)
        words = PastWords(readers.of_page(request))
        return pages.answer(
            "figures.html", request, days=days, periods=PERIODS, words=words, figures=counted, shown=shown_figures(counted)
        )

    @routes.get("/alarms/{number}/past")
    async def life(request: Request, number: Number) -> Response:
        try:
            alarm = await past_reading.of(past_of, desk, told_to(request), number)
        except DeviceFault:
            return forms.unread(request, PAST)
        if alarm is None:
            return forms.refused(request, say("The journal holds no alarm of this number."), 404, PAST)
        words = PastWords(readers.of_page(request))
        still_open = desk.facts(ALARM(str(number))) is not None
        return pages.answer("past_life.html", request, row=row_of(alarm, words), alarm=alarm, words=words, still_open=still_open)

    return routes


def row_of(alarm: PastAlarm, words: PastWords) -> Row:
    acknowledged = next((step for step in alarm.steps if step.what == "acknowledged"), None)
    return Row(
        alarm=alarm,
        lasted=words.lasted(alarm.left_at - alarm.raised_at) if alarm.left_at else "",
        acknowledged_by=acknowledged.by if acknowledged else "",
        after=words.lasted(acknowledged.at - alarm.raised_at) if acknowledged else "",
        resolved=next((step for step in alarm.steps if step.what == "resolved"), None),
    )
