"""The page of the reports: to take them away, and to have one made."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from api.console.forms import Forms, person, told_of
from api.console.pages import OWN_NAMES, Pages
from api.console.past_words import PastWords
from api.faults import status_of
from api.gate import caller_of
from api.past_reading import PastReading
from api.readers import Readers
from api.report_actions import MONTHS_BACK, ReportActions
from api.report_port import KeptFile, KeptReport
from api.reports.month import Month
from api.reports.writing import Writing
from edge.errors import IllegalCommand
from edge.site import Site
from edge.text import Text, say
from security.roles import MAY

REPORTS: Final = "/reports"
_FORMATS: Final[dict[str, Text]] = {
    "html": say("Page"),
    "pdf": say("PDF"),
    "xlsx": say("Workbook (Excel)"),
    "csv": say("Table (CSV)"),
    "json": say("JSON"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One report on the page. files: by language, the format and the file."""

    report: KeptReport
    name: str
    files: list[tuple[str, list[tuple[Text, KeptFile]]]]


def router(site: Site, readers: Readers, pages: Pages, acting: ReportActions, past_reading: PastReading) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)

    @routes.get(REPORTS)
    async def reports(request: Request) -> Response:
        renderer, kept = readers.of_page(request), await past_reading.of(acting.kept)
        writing = Writing(renderer)
        return pages.answer(
            "reports.html",
            request,
            shown=[Shown(report, writing.month(report.month), list(_by_language(report))) for report in kept],
            making=acting.making(),
            month_name=writing.month,
            months=list(_months(Month.at(pages.now(), site))),
            may_make=caller_of(request).role in MAY["make-report"],
            words=PastWords(renderer),
            text=renderer.text,
        )

    @routes.post("/console/reports")
    async def make(request: Request, month: Annotated[str, Form(max_length=10)]) -> Response:
        try:
            acting.begin(month, person(request))
        except IllegalCommand as error:
            return forms.refused(request, told_of(error), status_of(error), REPORTS)
        return forms.done(request, REPORTS)

    return routes


def _by_language(report: KeptReport) -> Iterator[tuple[str, list[tuple[Text, KeptFile]]]]:
    for language, name in (*OWN_NAMES.items(), ("", "")):
        ending = f"-{language}." if language else f"-{report.month}."
        files = [each for each in report.files if ending in each.name]
        by_format = [(text, each) for kind, text in _FORMATS.items() for each in files if each.name.endswith(f".{kind}")]
        if by_format:
            yield name, by_format


def _months(month: Month) -> Iterator[Month]:
    """The last whole month first: it is what most want."""
    yield (last := month.before)
    yield month
    for _ in range(MONTHS_BACK - 1):
        yield (last := last.before)
