"""What was: past alarms and how they were attended to, and figures of how many there are. Read from the journal in a thread."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.alarm_export import csv_lines
from api.alarm_truth import AlarmTruth, unspoken
from api.faults import READING
from api.gate import caller_of
from api.models import Instant
from api.models_alarms import FiguresOut, Past, PastAlarm
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer
from security import alarm_past
from security.alarm_figures import figures
from security.alarms import AlarmRaised

MOST = 1000
_TABLE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


class Search:
    """What is looked for; absent parts fit everything."""

    def __init__(
        self,
        start: Annotated[Instant | None, Query(alias="from", description="Raised at this instant or later")] = None,
        end: Annotated[Instant | None, Query(alias="to", description="Raised before this instant")] = None,
        kind: Annotated[str | None, Query(alias="type", max_length=100, description="Type of the alarm")] = None,
        subject: Annotated[str | None, Query(max_length=200, description="Device, door or other thing it was about")] = None,
        text: Annotated[
            str | None, Query(max_length=200, description="In its name, its reason, its notes, or the names of people")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> None:
        self.start, self.end, self.kind, self.subject, self.limit = start, end, kind, subject, limit
        self.text = (text or "").casefold()

    def fits(self, alarm: PastAlarm) -> bool:
        return (
            (self.start is None or alarm.raised_at >= self.start)
            and (self.end is None or alarm.raised_at < self.end)
            and self.kind in (None, alarm.type)
            and self.subject in (None, alarm.subject)
            and any(self.text in said.casefold() for said in _said(alarm))
        )


def _said(alarm: PastAlarm) -> Sequence[str]:
    written = [part for step in alarm.steps for part in (step.by, step.text)]
    return [alarm.name, alarm.subject_name, alarm.because, *written]


def router(desk: Desk, readers: Readers) -> APIRouter:
    routes = APIRouter(responses=READING)
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806
    Wanted = Annotated[Search, Depends()]  # noqa: N806

    async def found(wanted: Search, truth: Truth, caller: Caller) -> list[PastAlarm]:
        """All that fit, the newest first."""
        told = AlarmTruth(truth, unspoken(caller.view))

        def search() -> list[PastAlarm]:
            lives = alarm_past.lives(desk.journal_of(alarm_past.KINDS))
            every = (told.past(life) for life in reversed(lives) if told.tells(life))
            return [alarm for alarm in every if wanted.fits(alarm)]

        return await asyncio.to_thread(search)

    @routes.get("/alarms/past", summary="Every alarm that the journal remembers, open ones too")
    async def past(wanted: Wanted, caller: From, renderer: Reader) -> Past:
        truth = Truth(desk, renderer)
        every = await found(wanted, truth, caller)
        return Past(at=truth.now, seq=truth.seq, alarms=every[: wanted.limit], more=len(every) > wanted.limit)

    @routes.get(
        "/alarms/past.csv", summary="The same as a table, a line for each step", response_class=StreamingResponse, responses=_TABLE
    )
    async def table(wanted: Wanted, caller: From, renderer: Reader) -> StreamingResponse:
        every = await found(wanted, Truth(desk, renderer), caller)
        lines = csv_lines(every[: wanted.limit])
        headers = {"Content-Disposition": 'attachment; filename="alarms.csv"'}
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)

    @routes.get("/alarms/figures", summary="How many alarms there were, when, and of what")
    async def how_many(caller: From, renderer: Reader, days: Annotated[int, Query(ge=1, le=400)] = 7) -> FiguresOut:
        truth, hidden = Truth(desk, renderer), unspoken(caller.view)

        def count() -> FiguresOut:
            raised = (
                event
                for event in desk.journal_of((AlarmRaised.kind,))
                if isinstance(event, AlarmRaised) and event.type not in hidden
            )
            counted = figures(desk.site, raised, truth.now - timedelta(days=days), truth.now)
            return AlarmTruth(truth).figures(counted)

        return await asyncio.to_thread(count)

    return routes
