"""The pages of payment terminals: where each is and who has it, and the record of each day; both made to be printed too."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response

from api.actions import Actions
from api.console.forms import Forms, actor
from api.console.pages import Pages
from api.console.past_words import PastWords
from api.console.roles import allowed
from api.gate import caller_of
from api.models_terminals import LONGEST_MIN, TerminalOut
from api.past_reading import PastReading
from api.port import Desk
from api.readers import Readers
from api.routes.terminals import First, Last, days_asked
from api.terminal_actions import TerminalActions
from api.terminal_counts import TerminalCounts, counts, doubt_of, missing_days, place_of
from api.terminal_truth import TerminalTruth, seen_by
from api.truth import Truth
from edge.errors import DeviceFault
from rooms.terminal_bookings import AHEAD

TERMINALS: Final = "/terminals"
RECORD: Final = "/terminals/record"
LENGTHS: Final = tuple(minutes for minutes in (30, 60, 120, 240, 480) if minutes <= LONGEST_MIN)


def router(desk: Desk, readers: Readers, pages: Pages, actions: Actions, past_reading: PastReading) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms, acting = Forms(pages, readers), TerminalActions(desk.site, actions)

    def words_of(request: Request) -> dict[str, Any]:
        renderer = readers.of_page(request)
        return {"words": PastWords(renderer), "may": allowed(caller_of(request).role), "number": renderer.number}

    @routes.get(TERMINALS)
    async def terminals(request: Request) -> Response:
        found = TerminalTruth(Truth(desk, readers.of_page(request)), caller_of(request).view)
        return pages.answer(
            "terminals.html",
            request,
            **words_of(request),
            docks=_by_place(list(found.all())),
            lengths=LENGTHS,
            ahead_h=round(AHEAD / timedelta(hours=1)),
            site_id=desk.site.site.id,
        )

    @routes.get(RECORD)
    async def record(request: Request, first: First = None, last: Last = None) -> Response:
        start, end = days_asked(desk, first, last)
        try:
            lines = await past_reading.of(counts, desk, start, end)
        except DeviceFault:
            return forms.unread(request, TERMINALS)
        found = TerminalCounts(readers.of_page(request), seen_by(desk.site, caller_of(request).view))
        days = [found.count(line) for line in lines]
        return pages.answer(
            "terminal_record.html",
            request,
            **words_of(request),
            days=days,
            missing=missing_days([each.day for each in days]),
            first=start,
            last=end,
            doubt_of=lambda counted: readers.of_page(request).text(doubt_of(counted), pages.now()),
            place_of=lambda counted: readers.of_page(request).text(place_of(counted), pages.now()),
            noon=lambda day: desk.site.local.instant(day, 12 * 60),
            site_id=desk.site.site.id,
            program=desk.status().version,
        )

    # --- forms ----------------------------------------------------------------------------------------------------

    @routes.post("/console/terminals/{terminal}/lend")
    async def lend(request: Request, terminal: str, minutes: Annotated[int, Form(ge=1, le=LONGEST_MIN)]) -> Response:
        return await forms.after(request, TERMINALS, acting.lend(terminal, actor(request), minutes))

    @routes.post("/console/terminals/{terminal}/lend/end")
    async def take_back(request: Request, terminal: str) -> Response:
        return await forms.after(request, TERMINALS, acting.take_back(terminal, actor(request)))

    return routes


def _by_place(terminals: list[TerminalOut]) -> dict[str, list[TerminalOut]]:
    """By the space of their docks, in the order of the site file; within one by bay."""
    places: dict[str, list[TerminalOut]] = {}
    for each in terminals:
        places.setdefault(each.home.space_name or "", []).append(each)
    return {place: sorted(there, key=lambda each: (each.home.dock_name, each.home.bay or 0)) for place, there in places.items()}
