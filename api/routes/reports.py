"""Reports of months: which are kept, their files, and having one made."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import FileResponse

from api.faults import ACTING, NAMING, READING
from api.gate import caller_of
from api.models_reports import MONTH_PATTERN, ReportAsked, ReportFile, ReportOut, ReportsOut
from api.past_reading import PastReading
from api.readers import Readers
from api.report_actions import ReportActions
from api.report_port import KeptReport
from api.sessions import Caller
from edge.language import Renderer

_MAKING = """By a program of its own beside the controller; it takes a minute or more. One at a time. A report that is there is
replaced when the new one is whole."""
_OCTETS = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": _OCTETS, "description": "The file"}, **NAMING}
Month = Annotated[str, Path(pattern=MONTH_PATTERN)]
File = Annotated[str, Path(max_length=200)]


def router(readers: Readers, acting: ReportActions, past_reading: PastReading) -> APIRouter:
    routes = APIRouter(tags=["reports"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    async def told(renderer: Renderer) -> ReportsOut:
        kept, making = await past_reading.of(acting.kept), acting.making()
        problem = None if making is None or making.problem is None else renderer.text(making.problem)
        return ReportsOut(making=str(making.month) if making else None, problem=problem, reports=list(map(_out, kept)))

    @routes.get("/reports", summary="The reports that are kept", responses=READING)
    async def reports(renderer: Reader) -> ReportsOut:
        return await told(renderer)

    @routes.get("/reports/{month}/{file}", summary="One file of a report", response_class=FileResponse, responses=_FILE)
    async def one(month: Month, file: File) -> FileResponse:
        return FileResponse(await past_reading.of(acting.file, month, file), filename=file)

    @routes.post("/reports", summary="Have the report of a month made", description=_MAKING, responses=ACTING)
    async def make(body: ReportAsked, caller: From, renderer: Reader) -> ReportsOut:
        acting.begin(body.month, caller.acting(body.by))
        return await told(renderer)

    return routes


def _out(report: KeptReport) -> ReportOut:
    files = [ReportFile(name=each.name, size=each.size, sha256=each.digest) for each in report.files]
    return ReportOut(month=str(report.month), made_at=report.made_at, signed_with=report.fingerprint, files=files)
