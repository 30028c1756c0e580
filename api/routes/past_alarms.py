"""What was: past alarms and how they were attended to, and figures of how many there are. Read from the journal in a thread."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.alarm_export import csv_lines
from api.alarm_truth import AlarmTruth, unspoken
from api.faults import READING
from api.gate import caller_of
from api.models import Instant
from api.models_alarms import FiguresOut, Past, PastAlarm
from api.past_reading import PastReading
from api.past_search import Found, Wanted, search
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer
from security.alarm_figures import figures
from security.alarms import AlarmRaised

MOST = 1000
MOST_IN_A_TABLE: Final = 10_000
LONGEST_DAYS: Final = 400
_TABLE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


class Search:
    """What is looked for; absent parts fit everything."""

    def __init__(
        self,
        start: Annotated[Instant | None, Query(alias="from", description="Raised at this instant or later")] = None,
        end: Annotated[Instant | None, Query(alias="to", description="Raised before this instant")] = None,
        kind: Annotated[str | None, Query(alias="type", max_length=100, description="Type of the alarm")] = None,
        subject: Annotated[str | None, Query(max_length=200, description="Device, door or other thing it was about")] = None,
        level: Annotated[int | None, Query(ge=1, le=4)] = None,
        text: Annotated[
            str | None, Query(max_length=200, description="In its name, its reason, its notes, or the names of people")
        ] = None,
    ) -> None:
        self.wanted = Wanted(start, end, kind, subject, level, text or "")


def router(desk: Desk, readers: Readers, past_reading: PastReading) -> APIRouter:
    routes = APIRouter(responses=READING)
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806
    Asked = Annotated[Search, Depends()]  # noqa: N806
    Before = Annotated[int | None, Query(ge=1, le=2**53, description="`before` of the page before this one")]  # noqa: N806

    def told_to(caller: Caller, truth: Truth) -> AlarmTruth:
        return AlarmTruth(truth, unspoken(caller.view))

    @routes.get("/alarms/past", summary="Every alarm that the journal remembers, open ones too")
    async def past(
        asked: Asked, caller: From, renderer: Reader, limit: Annotated[int, Query(ge=1, le=MOST)] = 100, before: Before = None
    ) -> Past:
        truth = Truth(desk, renderer)
        found = await past_reading.of(search, desk, told_to(caller, truth), asked.wanted, limit, before)
        more = found.before is not None
        return Past(
            at=truth.now, seq=truth.seq, alarms=list(found.alarms), more=more, before=found.before, looked_to=found.looked_to
        )

    @routes.get(
        "/alarms/past.csv", summary="The same as a table, a line for each step", response_class=StreamingResponse, responses=_TABLE
    )
    async def table(
        asked: Asked, caller: From, renderer: Reader, limit: Annotated[int, Query(ge=1, le=MOST_IN_A_TABLE)] = MOST_IN_A_TABLE
    ) -> StreamingResponse:
        every = all_pages(desk, told_to(caller, Truth(desk, renderer)), asked.wanted, limit)
        headers = {"Content-Disposition": 'attachment; filename="alarms.csv"'}
        return StreamingResponse(csv_lines(every), media_type="text/csv; charset=utf-8", headers=headers)

    @routes.get("/alarms/figures", summary="How many alarms there were, when, and of what")
    async def how_many(caller: From, renderer: Reader, days: Annotated[int, Query(ge=1, le=LONGEST_DAYS)] = 7) -> FiguresOut:
        truth = Truth(desk, renderer)
        return await past_reading.of(figures_of, desk, told_to(caller, truth), truth.now, days)

    return routes


def all_pages(desk: Desk, told: AlarmTruth, wanted: Wanted, limit: int) -> Iterator[PastAlarm]:
    """One page after the other, so that a long table is never in memory as a whole."""
    page, left = Found((), None), limit
    while left > 0:
        page = search(desk, told, wanted, min(left, MOST), page.before)
        yield from page.alarms
        left -= len(page.alarms)
        if page.before is None:
            return


def figures_of(desk: Desk, told: AlarmTruth, now: datetime, days: int) -> FiguresOut:
    """Blocking; call it in a thread."""
    start = now - timedelta(days=days)
    lines = desk.journal_back((AlarmRaised.kind,), start=start, end=now)
    events = [line.event for line in lines if isinstance(line.event, AlarmRaised) and told.tells(line.event.type)]
    return told.figures(figures(told.site, reversed(events), start, now))
