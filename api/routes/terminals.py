"""Payment terminals: where they are, their daily record, and lending one without a booking."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.faults import ACTING, READING
from api.gate import caller_of
from api.models_terminals import Lending, TakingBack, TerminalOut, TerminalRecord, Terminals
from api.past_reading import PastReading
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.terminal_actions import TerminalActions
from api.terminal_counts import TerminalCounts, counts
from api.terminal_export import csv_lines
from api.terminal_truth import TerminalTruth, seen_by
from api.truth import Truth
from edge.language import Renderer

USUAL = timedelta(days=31)
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "One line for each terminal and day"},
    **READING,
}
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
First = Annotated[
    date | None, Query(alias="from", ge=_FIRST, le=_LAST, description="The first day; absent: a month before the last")
]
Last = Annotated[date | None, Query(alias="to", ge=_FIRST, le=_LAST, description="The last day; absent: today")]


def router(desk: Desk, readers: Readers, actions: TerminalActions, past_reading: PastReading) -> APIRouter:
    routes = APIRouter(tags=["terminals"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def told(caller: Caller, renderer: Renderer) -> TerminalTruth:
        return TerminalTruth(Truth(desk, renderer), caller.view)

    async def recorded(caller: Caller, renderer: Renderer, first: date | None, last: date | None) -> TerminalRecord:
        truth = Truth(desk, renderer)
        lines = await past_reading.of(counts, desk, *days_asked(desk, first, last))
        report = TerminalCounts(renderer, seen_by(desk.site, caller.view))
        return TerminalRecord(at=truth.now, seq=truth.seq, days=[report.count(line) for line in lines])

    @routes.get("/terminals", summary="Every payment terminal: where it is, and who has it", responses=READING)
    async def terminals(caller: From, renderer: Reader) -> Terminals:
        truth = Truth(desk, renderer)
        return Terminals(at=truth.now, seq=truth.seq, terminals=list(TerminalTruth(truth, caller.view).all()))

    @routes.get("/terminals/record", summary="Where each was when the building closed, day by day", responses=READING)
    async def record(caller: From, renderer: Reader, first: First = None, last: Last = None) -> TerminalRecord:
        return await recorded(caller, renderer, first, last)

    @routes.get("/terminals/record.csv", summary="The same as a table", response_class=Response, responses=_TABLE)
    async def table(caller: From, renderer: Reader, first: First = None, last: Last = None) -> Response:
        found = await recorded(caller, renderer, first, last)
        headers = {"Content-Disposition": 'attachment; filename="terminals.csv"'}
        return Response("".join(csv_lines(found.days)), media_type="text/csv; charset=utf-8", headers=headers)

    @routes.post("/terminals/{terminal}/lend", summary="Lend one without a booking; its bay lets it go", responses=ACTING)
    async def lend(terminal: str, body: Lending, caller: From, renderer: Reader) -> TerminalOut:
        await actions.lend(terminal, caller.actor(body.by), body.minutes)
        return told(caller, renderer).terminal(terminal)

    @routes.post("/terminals/{terminal}/lend/end", summary="It is not lent any more", responses=ACTING)
    async def take_back(terminal: str, body: TakingBack, caller: From, renderer: Reader) -> TerminalOut:
        await actions.take_back(terminal, caller.actor(body.by))
        return told(caller, renderer).terminal(terminal)

    return routes


def days_asked(desk: Desk, first: date | None, last: date | None) -> tuple[date, date]:
    """In what order they are given does not matter."""
    end = last or desk.site.local.date_of(desk.clock.now())
    start = first or end - USUAL
    return min(start, end), max(start, end)
