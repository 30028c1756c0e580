"""Errors as answers, mapped on purpose: one clear sentence in `detail`, and never a traceback."""

import logging
from collections.abc import Sequence
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.gate import HEADERS
from api.models import Problem
from api.policy import methods_at
from edge.errors import IllegalCommand, TalonmiesError
from edge.refusal import Refusal
from security.alarms import AlarmConflict, NoSuchAlarm
from security.bulletins import NoSuchBulletin
from security.roles import NotAllowed

log = logging.getLogger("talonmies.api")


class Unknown(IllegalCommand):
    """Nothing of that name is at this site."""


class Forbidden(IllegalCommand):
    """Not through this side of the controller."""


def _described(description: str) -> dict[str, Any]:
    """Points to the problem that 401 describes: to build one for each answer of each route would take half of the start."""
    return {"description": description, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


READING: Final[dict[int | str, dict[str, Any]]] = {
    401: {"model": Problem, "description": "Neither token nor session"},
    403: _described("The role may not see this"),
    422: _described("A parameter or the body is not as described"),
}
NAMING: Final[dict[int | str, dict[str, Any]]] = {**READING, 404: _described("No such thing at this site")}
ACTING: Final[dict[int | str, dict[str, Any]]] = {
    **NAMING,
    400: _described("The body cannot be read"),
    403: _described(
        "The request comes from another site's page, or the role may not do this, or nobody may act here at present",
    ),
    409: _described("Not as things are now; look again"),
    413: _described("The body is larger than 64 KiB"),
    503: _described("The controller cannot make it durable at present"),
}


def status_of(error: TalonmiesError) -> int:
    match error:
        case NoSuchAlarm() | NoSuchBulletin() | Unknown():
            return 404
        case AlarmConflict() | Refusal():
            return 409
        case Forbidden() | NotAllowed():
            return 403
        case IllegalCommand():
            return 422
        case _:
            return 503


def answer_faults(app: FastAPI) -> None:
    @app.exception_handler(TalonmiesError)
    async def expected(_: Request, error: TalonmiesError) -> Response:
        return problem(status_of(error), _sentence(str(error)))

    @app.exception_handler(RequestValidationError)
    async def wrong_request(_: Request, error: RequestValidationError) -> Response:
        return problem(422, " ".join(_told(fault) for fault in list(error.errors())[:10]))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:  # the router names the methods of one of the routes at an address, and not of the others
            error.headers = {"Allow": ", ".join(methods_at(request.url.path))}
        return JSONResponse(
            {"detail": _STATUS.get(error.status_code, _sentence(str(error.detail)))}, error.status_code, error.headers
        )

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        # This answer is made outside the gate, so it brings the headers itself.
        # Not the path itself, which may be secret.
        log.error("a request for %s failed: %r", getattr(request.scope.get("route"), "path", "nothing known"), error)
        answer = problem(500, "The controller could not answer; the fault is in its log.")
        answer.headers.update(HEADERS)
        return answer


_LONGEST_PLACE: Final = 100
_STATUS: Final = {404: "There is nothing at this address.", 405: "This address does not take that method."}


def problem(status: int, sentence: str) -> Response:
    return JSONResponse({"detail": sentence}, status)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _told(fault: dict[str, Any]) -> str:
    """One fault of pydantic's as a sentence: where, what, and never the value, which may be secret."""
    if fault["type"] == "json_invalid":
        return "The body is not JSON."
    if fault["type"] == "extra_forbidden":
        return f"{_place(fault['loc'])}: There is no such key here."
    return f"{_place(fault['loc'])}: {_sentence(str(fault['msg']).removeprefix('Value error, '))}"


def _place(loc: Sequence[str | int]) -> str:
    """In short, whatever was sent as the name of a key, and so that any answer can carry it."""
    kind, *path = loc
    where = ".".join(str(part) for part in path)[:_LONGEST_PLACE].encode(errors="backslashreplace").decode()
    return f"{kind} {where}".strip()
